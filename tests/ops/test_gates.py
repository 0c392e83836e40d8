"""Gated activations: closed forms, their smallest values, how far they lie apart, and what eight bits do to them."""

import numpy as np
import pytest
from scipy import special

from gradcheck import numerical_gradient
from npdl import InputError, ops

x = np.linspace(-8, 8, 4001)  # every 0.004


def gradient(op, x, **options):
    y, cache = op.forward(np.asarray(x), **options)
    return op.backward(np.ones_like(y), cache)


PHI = (1 + special.erf(x / np.sqrt(2))) / 2
DENSITY = np.exp(-x * x / 2) / np.sqrt(2 * np.pi)
SIGMOID = special.expit(x)
LINE = np.minimum(np.maximum(x + 3, 0), 6) / 6


@pytest.mark.parametrize(
    "op, value, derivative",
    [
        pytest.param(ops.gelu, x * PHI, PHI + x * DENSITY, marks=pytest.mark.topic("R132")),
        pytest.param(ops.silu, x * SIGMOID, SIGMOID * (1 + x * (1 - SIGMOID)), marks=pytest.mark.topic("R134")),
        (ops.hard_sigmoid, LINE, (np.abs(x) < 3) / 6),
        pytest.param(
            ops.hard_swish,
            x * LINE,
            np.where(np.abs(x) < 3, (2 * x + 3) / 6, x > 0),
            marks=pytest.mark.topic("R135"),
        ),
    ],
)
def test_values_and_derivatives(op, value, derivative):
    np.testing.assert_allclose(op(x), value, rtol=0, atol=1e-14)
    off_corners = np.abs(np.abs(x) - 3) > 1e-6
    np.testing.assert_allclose(gradient(op, x)[off_corners], derivative[off_corners], rtol=0, atol=1e-14)


@pytest.mark.topic("R132")
def test_the_tanh_form_of_gelu():
    rough = 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    np.testing.assert_allclose(ops.gelu(x, approximate="tanh"), rough, rtol=0, atol=1e-14)
    assert 4e-4 < np.abs(rough - ops.gelu(x)).max() < 5e-4
    numeric = numerical_gradient(lambda v: ops.gelu(v, approximate="tanh").sum(), x[::100])
    np.testing.assert_allclose(gradient(ops.gelu, x[::100], approximate="tanh"), numeric, rtol=0, atol=1e-9)


@pytest.mark.topic("R132")
def test_the_tail_of_gelu_is_not_rounded_away():
    """1 + erf(-7) is 0 in float64 if it is computed so; Φ(-9.9) is not."""
    np.testing.assert_allclose(ops.gelu(np.array([-9.9])), [-9.9 * special.ndtr(-9.9)], rtol=1e-12)
    assert ops.gelu(np.array([-9.9]))[0] < 0


def test_gelu_knows_two_forms():
    with pytest.raises(InputError, match='gelu: approximate should be "none" or "tanh"'):
        ops.gelu(x, approximate=True)


@pytest.mark.topic("R134")
def test_the_smallest_value_of_silu():
    """-0.2785 at x = -1.2785, where 1 + x (1 - σ(x)) = 0: silu is not monotonic."""
    at = -1.2784645427610738
    np.testing.assert_allclose(ops.silu(np.array([at])), [-0.27846454276107380], rtol=1e-14)
    assert abs(gradient(ops.silu, [at])[0]) < 1e-15
    assert ops.silu(x).min() >= -0.27846454276107381 and abs(x[ops.silu(x).argmin()] - at) < 0.004


@pytest.mark.topic("R135")
def test_hard_swish_is_farthest_from_silu_at_3_and_minus_3():
    apart = np.abs(ops.hard_swish(x) - ops.silu(x))
    np.testing.assert_allclose(apart.max(), 3 * special.expit(-3), rtol=1e-12)
    np.testing.assert_allclose(apart.max(), 0.14228, atol=5e-6)
    np.testing.assert_allclose(np.abs(x[apart > apart.max() - 1e-9]), 3, rtol=1e-12)


def test_the_corners():
    """PyTorch's choices: the hard sigmoid is flat there, the hard swish goes on as on the outer side."""
    np.testing.assert_array_equal(gradient(ops.hard_sigmoid, [-3.0, 3.0]), [0, 0])
    np.testing.assert_array_equal(gradient(ops.hard_swish, [-3.0, 3.0]), [0, 1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "op, options, y, slopes",
    [
        (ops.gelu, {}, [0, 1e4], [0, 1]),
        (ops.gelu, {"approximate": "tanh"}, [0, 1e4], [0, 1]),
        (ops.silu, {}, [0, 1e4], [0, 1]),
        (ops.hard_sigmoid, {}, [0, 1], [0, 0]),
        (ops.hard_swish, {}, [0, 1e4], [0, 1]),
    ],
)
def test_far_out(op, options, y, slopes, dtype):
    far = np.array([-1e4, 1e4], dtype)
    np.testing.assert_array_equal(op(far, **options), y)
    np.testing.assert_array_equal(gradient(op, far, **options), slopes)


def rms(values):
    return np.sqrt(np.mean(values * values))


def eight_bits(values, low, high):
    """The nearest of 256 values from low to high."""
    step = (high - low) / 255
    return np.round((np.clip(values, low, high) - low) / step) * step + low


@pytest.mark.topic("R513")
@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0, 4.0, 8.0])
def test_rounding_to_eight_bits_harms_swish_and_hard_swish_alike(scale):
    """Input, gate and output in eight bits: an error of 1 to 2 % in both, within a tenth or so of each other.

    So the hard one is not kinder because it would lose less to rounding.
    """
    data = scale * np.random.default_rng(0).standard_normal(20_000)
    rounded = eight_bits(data, data.min(), data.max())
    errors = []
    for op, gate in ((ops.silu, ops.sigmoid), (ops.hard_swish, ops.hard_sigmoid)):
        product = rounded * eight_bits(gate(rounded), 0, 1)
        y = op(data)
        errors.append(rms(eight_bits(product, product.min(), product.max()) - y) / rms(y))
    assert 0.005 < min(errors) and max(errors) < 0.02
    assert 0.85 < errors[1] / errors[0] < 1.15


@pytest.mark.topic("R513")
def test_integers_give_the_hard_gate_exactly_and_the_sigmoid_not_at_all():
    """What makes hard swish kind to few bits: its gate is an addition and a clamp of integers, with no rounding.

    Put in the place of the sigmoid of a network trained with swish, the same gate errs many times more than rounding.
    """
    step = 3 / 64  # x = step · q: the corners at -64 and 64
    q = np.arange(-128, 128)
    gate = np.clip(q + 64, 0, 128) / 128
    np.testing.assert_array_equal(ops.hard_sigmoid(step * q), gate)
    np.testing.assert_array_equal(ops.hard_swish(step * q), step * q * gate)
    rounding = rms(eight_bits(ops.silu(step * q), -0.3, 6) - ops.silu(step * q))
    assert rms(step * q * gate - ops.silu(step * q)) > 8 * rounding
