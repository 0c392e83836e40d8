"""Fused runs of modules: the same numbers in fewer passes, and only while nobody looks."""

import numpy as np
import pytest

import npdl
from npdl import Tensor, nn, ops
from npdl.kernels.cpu.norm import batchnorm_relu
from npdl.models import ResNet18
from npdl.tape import op

SHAPE = (8, 16, 24, 24)  # large enough for the fast batchnorm
REFERENCE = (ops.batchnorm_forward, ops.batchnorm_backward)


def draw(dtype="float64", channels_last=False, seed=0):
    a = np.random.default_rng(seed).standard_normal(SHAPE).astype(dtype)
    return np.ascontiguousarray(a.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2) if channels_last else a


def layer(training=True, dtype="float64"):
    rng, norm = np.random.default_rng(1), nn.BatchNorm(SHAPE[1]).astype(dtype)
    for array in (norm.weight.data, norm.bias.data, norm.running_mean, norm.running_var):
        array[...] = rng.uniform(0.5, 2, len(array))
    return norm.train(training)


def ran(function):
    """(its result, the names of the ops that ran)."""
    names, run = [], op._run

    def note(self, *args):
        names.append(self.name)
        return run(self, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(op, "_run", note)
        return function(), names


def everything(norm, x, shortcut, dout):
    """y, the gradients, and the running statistics of one run forward and backward."""
    tensors = [Tensor(a, requires_grad=True) for a in (x, shortcut) if a is not None]
    y = nn.batchnorm_then_relu(norm, *tensors)
    y.backward(dout)
    gradients = [t.grad for t in (*tensors, norm.weight, norm.bias)]
    return [y.data, *gradients, norm.running_mean, norm.running_var]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("has_shortcut", [True, False])
@pytest.mark.parametrize("layouts", [(False, False, False), (True, True, True), (True, False, True), (False, True, 1)])
def test_the_same_numbers_as_op_by_op(training, has_shortcut, layouts):
    x, shortcut, dout = (draw(channels_last=last, seed=seed) for seed, last in enumerate(layouts))
    shortcut = shortcut if has_shortcut else None
    got, names = ran(lambda: everything(layer(training), x, shortcut, dout))
    assert names == ["batchnorm_relu"]
    with npdl.kernels.use("reference"):
        expected, names = ran(lambda: everything(layer(training), x, shortcut, dout))
    assert names == ["batchnorm", "add", "relu"][:: 1 if has_shortcut else 2]
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)


def test_float32_stays_and_is_accurate():
    x, dout = draw("float32"), draw("float32", seed=2)
    got = everything(layer(dtype="float32"), x + 100, None, dout)
    expected = everything(layer(), x.astype("float64") + 100, None, dout.astype("float64"))
    for a, b in zip(got, expected, strict=True):
        assert a.dtype == np.float32
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=2e-3)


def test_arguments_are_left_as_they_are():
    x, shortcut, dout = (draw(seed=seed) for seed in range(3))
    copies = [a.copy() for a in (x, shortcut, dout)]
    everything(layer(), x, shortcut, dout)
    for a, b in zip((x, shortcut, dout), copies, strict=True):
        np.testing.assert_array_equal(a, b)


def test_identical_for_any_number_of_threads():
    x, shortcut, dout = (draw("float32", seed=seed) for seed in range(3))
    results = []
    try:
        for threads in (1, 2, 3):
            npdl.set_num_threads(threads)
            results.append(everything(layer(dtype="float32"), x, shortcut, dout))
    finally:
        npdl.set_num_threads(None)
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_sequential_fuses_batchnorm_and_relu():
    model = nn.Sequential(nn.ReLU(), layer(dtype="float32"), nn.ReLU(), layer(dtype="float32"), nn.Tanh())
    _, names = ran(lambda: model(draw("float32")))
    assert names == ["relu", "batchnorm_relu", "batchnorm", "tanh"]


def test_residual_networks_fuse():
    model = ResNet18(rng=np.random.default_rng(0))
    x = np.random.default_rng(0).standard_normal((8, 3, 32, 32), dtype=np.float32)
    _, names = ran(lambda: model(x))
    assert names.count("batchnorm_relu") == 17 and names.count("batchnorm") == 3 and "relu" not in names


def test_what_is_swapped_runs():
    calls = []

    def my_forward(*args, **options):
        calls.append(1)
        return ops.batchnorm_forward(*args, **options)

    for name in ("batchnorm", "relu", "add"):
        pair = getattr(ops, f"{name}_forward"), getattr(ops, f"{name}_backward")
        pair = (my_forward, pair[1]) if name == "batchnorm" else pair
        with npdl.swap(**{name: pair}):
            _, names = ran(lambda: nn.batchnorm_then_relu(layer(), draw(), draw()))
        assert names == ["batchnorm", "add", "relu"]
    assert calls == [1]


def test_what_is_watched_runs():
    model = nn.Sequential(layer(), nn.ReLU())
    with nn.watch(model) as outputs:
        y = model(draw())
    assert list(outputs) == ["0", "1"]
    np.testing.assert_array_equal(outputs["1"].data, y.data)
    assert outputs["0"].data.min() < 0


def test_anomalies_are_looked_for_in_every_op():
    with npdl.detect_anomaly():
        _, names = ran(lambda: nn.batchnorm_then_relu(layer(), draw()))
    assert names == ["batchnorm", "relu"]


def test_a_subclass_is_asked():
    class Mine(nn.BatchNorm):
        def forward(self, x):
            return 2 * super().forward(x)

    norm = Mine(SHAPE[1]).astype("float64")
    np.testing.assert_allclose(nn.batchnorm_then_relu(norm, draw()).data, np.maximum(norm(draw()).data, 0))


def test_small_arrays_are_run_op_by_op():
    _, names = ran(lambda: nn.batchnorm_then_relu(layer(), draw()[:1]))
    assert names == ["batchnorm", "relu"]


def test_a_shortcut_that_broadcasts_is_added_op_by_op():
    shortcut = np.ones((1, SHAPE[1], 1, 1))
    y, names = ran(lambda: nn.batchnorm_then_relu(layer(), draw(), shortcut))
    assert names == ["batchnorm", "add", "relu"]
    np.testing.assert_allclose(y.data, np.maximum(layer()(draw()).data + shortcut, 0))


def test_the_fused_pair_refuses_a_shortcut_of_another_shape():
    with pytest.raises(npdl.InputError, match=r"batchnorm_relu.*plus.*like x"):
        batchnorm_relu(draw(), *(np.ones(16),) * 2, np.ones(SHAPE[1:]), np.zeros(16), np.ones(16))


def test_it_is_no_op_of_the_library():
    assert "batchnorm_relu" not in op.registry
