"""Every op against PyTorch, on random configurations: values and all gradients."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npdl import op, ops
from tests.ops.configurations import CONFIGURATIONS
from tests.ops.configurations.norm import batchnorm
from tests.ops.helpers import OPS, as_tuple, distance

torch = pytest.importorskip("torch")
from tests.oracles.torch_ops import run  # noqa: E402  (imports torch)

pytestmark = pytest.mark.oracle

TOLERANCE = {"float64": 1e-10, "float32": 1e-5}  # times the root mean square of PyTorch's float64 values
FLOOR = 0.1  # the drawn numbers are about 1: what is smaller than this is a difference of such numbers
MORE = {"conv2d": 100, "max_pool2d": 60, "avg_pool2d": 60, "softmax_cross_entropy": 60, "batchnorm": 60}
thorough = settings(deadline=None, derandomize=True)


def test_every_op_has_a_configuration():
    assert sorted(CONFIGURATIONS) == OPS


@pytest.mark.parametrize("name", OPS)
def test_values_and_gradients_are_pytorchs(name):
    @settings(thorough, max_examples=MORE.get(name, 25))
    @given(CONFIGURATIONS[name]())
    def compare(configuration):
        args, options = configuration
        expected, dout, gradients = run(name, args, copy.deepcopy(options))
        for dtype, tolerance in TOLERANCE.items():
            cast = [a.astype(dtype) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a for a in args]
            out, cache = op.registry[name].forward(*cast, **copy.deepcopy(options))
            for o, e in zip(as_tuple(out), as_tuple(expected), strict=True):
                assert distance(o, e, FLOOR) < tolerance
            douts = tuple(d.astype(dtype) for d in as_tuple(dout))
            got = as_tuple(op.registry[name].backward(douts if type(dout) is tuple else douts[0], cache))
            for i, gradient in enumerate(gradients):
                if gradient is not None:
                    assert distance(got[i], gradient, FLOOR) < tolerance

    compare()


@pytest.mark.topic("R181")
@settings(thorough, max_examples=40)
@given(batchnorm(), st.integers(1, 3))
def test_running_statistics_are_pytorchs_once_converted(configuration, steps):
    """momentum' = 1 - momentum, and PyTorch keeps the unbiased variance: m / (m - 1) times the batch's."""
    (x, gamma, beta, *_), options = configuration
    c, m, momentum = x.shape[1], x.size // x.shape[1], options["momentum"]
    mean, var = np.zeros(c), np.ones(c)
    t_mean, t_var = torch.zeros(c, dtype=torch.float64), torch.zeros(c, dtype=torch.float64)
    for _ in range(steps):
        ops.batchnorm(x, gamma, beta, mean, var, momentum=momentum)
        torch.nn.functional.batch_norm(torch.tensor(x), t_mean, t_var, None, None, True, 1 - momentum)
        x = x * 2 + 1
    from_start = momentum**steps  # what is left of the ones in which var began
    np.testing.assert_allclose(mean, t_mean.numpy(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(var - from_start, t_var.numpy() * (m - 1) / m, rtol=1e-10, atol=1e-12)
