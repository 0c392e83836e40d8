"""The fast pairs of pooling: taken where they fit, and equal to the readable ones."""

import numpy as np
import pytest
from hypothesis import given, settings

import gradcheck
import npdl
from npdl import ops
from npdl.errors import InputError
from npdl.kernels.cpu import pool
from npdl.kernels.cpu.layout import is_channels_last
from npdl.ops.samples import samples
from tests.ops import configurations
from tests.ops.helpers import distance

TOLERANCE = {"float64": 1e-13, "float32": 1e-6}
PAIRS = {
    "max_pool2d": (pool.max_pool2d_forward, pool.max_pool2d_backward),
    "avg_pool2d": (pool.avg_pool2d_forward, pool.avg_pool2d_backward),
    "global_avg_pool2d": (pool.global_avg_pool2d_forward, ops.global_avg_pool2d_backward),
}
DRAWN = {
    "max_pool2d": configurations.pool.pooling(),
    "avg_pool2d": configurations.pool.avg_pool2d(),
    "global_avg_pool2d": configurations.pool.images(),
}


def channels_last(x):
    """x, lying so in memory."""
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2) if x.ndim == 4 else x


def layouts(x):
    """x three times: as it is, with its channels last, and as a view with steps of either sign."""
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::-2] = x
    return x, channels_last(x), wide[..., ::-2]


def require_equal(name, x, options, dtype="float64"):
    (forward, backward), readable = PAIRS[name], getattr(ops, name).reference
    expected, cache = readable.forward(x, **options)
    dout = np.random.default_rng(1).standard_normal(expected.shape)
    wanted = readable.backward(dout, cache)
    for a in layouts(x.astype(dtype)):
        given = a.copy()
        out, kept = forward(a, **options)
        assert out.dtype == dtype
        assert distance(out, expected, floor=0.1) < TOLERANCE[dtype]
        for d in layouts(dout.astype(dtype)):
            got = backward(d, kept)
            assert got.dtype == dtype
            assert distance(got, wanted, floor=0.1) < TOLERANCE[dtype]
        np.testing.assert_array_equal(a, given)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", PAIRS)
def test_equals_the_readable_pair(name, dtype):
    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(DRAWN[name])
    def run(configuration):
        (x,), options = configuration
        require_equal(name, x, options, dtype)

    run()


@pytest.mark.parametrize("options", [{"size": 2}, {"size": 3, "stride": 2, "pad": 1}, {"size": (1, 2), "stride": 3}])
@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
@pytest.mark.parametrize("images, channels", [(5, 2), (2, 7)])  # blocks of some images, and of some channels
def test_equals_the_readable_pair_on_several_blocks(name, options, images, channels, monkeypatch):
    monkeypatch.setattr(pool, "BLOCK_BYTES", 8 * 9 * 8 * 4)
    x = np.random.default_rng(0).standard_normal((images, channels, 9, 8))
    require_equal(name, x, options)


@pytest.mark.parametrize("options", [{"size": 2}, {"size": 3, "stride": 2, "pad": 1}])
def test_of_equal_numbers_the_same_one_wins(options):
    x = np.random.default_rng(0).integers(0, 3, (4, 3, 8, 8)).astype("float64")
    require_equal("max_pool2d", x, options)


@pytest.mark.parametrize("options", [{"size": 2}, {"size": 3, "stride": 2, "pad": 1}])
def test_nan_and_infinity_win_and_lose_as_in_the_readable_pair(options):
    x = np.random.default_rng(0).standard_normal((2, 3, 8, 8))
    x[0, 0, :2, 1] = x[1, 2, 4, 4] = np.nan
    x[0, 1] = -np.inf
    x[1, 0, 3, 3:5] = np.inf
    expected, cache = ops.max_pool2d_forward(x, **options)
    dout = np.random.default_rng(1).standard_normal(expected.shape)
    for a in layouts(x):
        out, kept = pool.max_pool2d_forward(a, **options)
        np.testing.assert_array_equal(out, expected)
        np.testing.assert_array_equal(pool.max_pool2d_backward(dout, kept), ops.max_pool2d_backward(dout, cache))


@pytest.mark.parametrize("name, number", [(name, i) for name in PAIRS for i in range(len(samples(name)))])
def test_its_gradients_equal_numerical_ones(name, number):
    args, options = samples(name)[number]
    report = gradcheck.check(*PAIRS[name], args, options=options, op=name)
    assert report.ok, report


@pytest.mark.parametrize("name, options", [("max_pool2d", {"size": 2}), ("avg_pool2d", {"size": 2})])
def test_results_lie_in_memory_as_the_image_does(name, options):
    op, x = getattr(ops, name), np.random.default_rng(0).standard_normal((8, 16, 32, 32))
    for a, last in ((x, False), (channels_last(x), True)):
        out, cache = op.forward(a, **options)
        assert cache[0].name.startswith("npdl.kernels.cpu.pool.")
        for result in (out, op.backward(np.ones(out.shape), cache)):
            assert is_channels_last(result) if last else result.flags.c_contiguous


def test_the_number_of_threads_changes_nothing(monkeypatch):
    monkeypatch.setattr(pool, "BLOCK_BYTES", 1 << 15)
    x = np.random.default_rng(0).standard_normal((6, 8, 32, 32), dtype="float32")
    results = []
    try:
        for threads in (1, 2, 3):
            npdl.set_num_threads(threads)
            for forward, backward in (PAIRS["max_pool2d"], PAIRS["avg_pool2d"]):
                out, cache = forward(x, size=3, stride=2, pad=1)
                results.append((threads, out.tobytes(), backward(out, cache).tobytes()))
            results.append((threads, pool.global_avg_pool2d_forward(channels_last(x))[0].tobytes(), b""))
    finally:
        npdl.set_num_threads(None)
    assert {r[1:] for r in results} == {r[1:] for r in results if r[0] == 1}


def test_large_images_take_it_and_small_ones_do_not():
    large, small = np.zeros((64, 64, 32, 32), "float32"), np.zeros((2, 3, 8, 8), "float32")
    for name, options in (("max_pool2d", {"size": 2}), ("avg_pool2d", {"size": 2}), ("global_avg_pool2d", {})):
        op = getattr(ops, name)
        assert op.own_pair((channels_last(large),), options).forward is PAIRS[name][0]
        assert op.own_pair((channels_last(small),), options) is op.reference
    assert ops.global_avg_pool2d.own_pair((large,), {}) is ops.global_avg_pool2d.reference


@pytest.mark.parametrize("options", [{"size": 0}, {"size": 2, "pad": 2}, {"size": 99}, {"size": 2, "stride": "1"}])
def test_bad_arguments_are_explained_as_in_the_readable_pair(options):
    x = np.zeros((64, 64, 8, 8), "float32")
    for op in (ops.max_pool2d, ops.avg_pool2d):
        assert op.own_pair((x,), options) is not op.reference
        with pytest.raises(InputError) as fast:
            op(x, **options)
        with pytest.raises(InputError) as readable:
            op.reference.forward(x, **options)
        assert str(fast.value) == str(readable.value)


def test_places_of_the_winners_are_found_as_before():
    x = np.random.default_rng(0).standard_normal((8, 16, 32, 32))
    y, places = ops.max_pool2d(x, size=2), ops.max_pool2d_places(x, size=2)
    np.testing.assert_array_equal(
        np.take_along_axis(x.reshape(8, 16, -1), places.reshape(8, 16, -1), 2).ravel(), y.ravel()
    )
