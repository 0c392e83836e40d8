"""The fast pairs of functions that work number by number: taken where they fit, and equal to the readable ones."""

import numpy as np
import pytest

import gradcheck
import npdl
from npdl import ops
from npdl.errors import InputError, InputTypeError
from npdl.kernels.cpu import elementwise
from npdl.kernels.cpu.layout import is_channels_last

TOLERANCE = {"float64": 1e-13, "float32": 1e-6}
CALLS = [
    *((name, {}) for name in "relu relu6 leaky_relu elu sigmoid silu tanh exp softplus gelu".split()),
    *((name, {}) for name in ("hard_sigmoid", "hard_swish")),
    ("leaky_relu", {"slope": 2.0}),
    ("elu", {"alpha": 1.3}),
    ("gelu", {"approximate": "tanh"}),
    *(("power", {"exponent": p}) for p in (1, 2, 3, 3.0, 7, 16, -1, -2, 0.5, -0.5, 1.5, 2.5)),
]
SHAPE = (5, 6, 7, 16)


@pytest.fixture
def pair(monkeypatch):
    """The fast pair of an op, for arrays of any size; in blocks of a few numbers."""
    monkeypatch.setattr(elementwise, "BLOCK", 1000)
    return lambda name: getattr(ops, name).fast[-1]


def numbers(name, options, shape=SHAPE):
    """Numbers of all sizes from -100 to 100; positive ones where a root is taken."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal(shape) * 10.0 ** rng.integers(-3, 2, shape)
    if name == "exp":
        x = np.clip(x, -50, 5)
    return np.exp(np.clip(x, -3, 3)) if name == "power" else x


def channels_last(x):
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)


def layouts(x):
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::-2] = x
    return x, channels_last(x), wide[..., ::-2], np.asfortranarray(x)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name, options", CALLS)
def test_equals_the_readable_pair(name, options, dtype, pair):
    x = numbers(name, options).astype(dtype)
    readable, fast = getattr(ops, name).reference, pair(name)
    expected, cache = readable.forward(x.astype("float64"), **options)
    dout = np.random.default_rng(1).standard_normal(x.shape).astype(dtype)
    wanted = readable.backward(dout.astype("float64"), cache)
    rounded = np.abs(readable.backward(dout, readable.forward(x, **options)[1]) - wanted).max()
    for a in layouts(x):
        given = a.copy()
        out, kept = fast.forward(a, **options)
        assert out.dtype == dtype
        np.testing.assert_allclose(out, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])
        for d in layouts(dout):
            got = fast.backward(d, kept)
            assert got.dtype == dtype
            atol = max(TOLERANCE[dtype], 2 * rounded)
            np.testing.assert_allclose(got, wanted, rtol=TOLERANCE[dtype], atol=atol)
        np.testing.assert_array_equal(a, given)


@pytest.mark.parametrize("name, options", CALLS)
def test_its_gradients_equal_numerical_ones(name, options, pair):
    x = np.array([[-4.3, -2.2, -0.7, 0.4], [1.1, 2.6, 3.7, 7.2]])
    x = np.abs(x) if name == "power" else x
    report = gradcheck.check(pair(name).forward, pair(name).backward, (x,), options=options)
    assert report.ok, report


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name, options", [call for call in CALLS if call[0] != "power"])
def test_extreme_numbers_give_what_the_readable_pair_gives(name, options, dtype, pair):
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1e-30, -1e-30, 3, -3, 6, 80, -80, 200, -200], dtype)
    readable, fast = getattr(ops, name).reference, pair(name)
    with np.errstate(all="ignore"):
        (expected, cache), (out, kept) = readable.forward(x, **options), fast.forward(x, **options)
        np.testing.assert_allclose(out, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])
        got, wanted = fast.backward(np.ones_like(x), kept), readable.backward(np.ones_like(x), cache)
        np.testing.assert_allclose(got, wanted, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@pytest.mark.parametrize("exponent", [1, 2, 3, -1, -2, 0.5, -0.5, 1.5])
def test_powers_of_zero_nan_and_negative_numbers(exponent, pair):
    x = np.array([0.0, -0.0, np.inf, np.nan, -2.0, -0.25])
    with np.errstate(all="ignore"):
        (expected, cache), (out, kept) = (
            ops.power_forward(x, exponent=exponent),
            pair("power").forward(x, exponent=exponent),
        )
        np.testing.assert_allclose(out, expected, rtol=1e-15)
        ones = np.ones_like(x)
        np.testing.assert_allclose(pair("power").backward(ones, kept), ops.power_backward(ones, cache), rtol=1e-14)


def test_gelu_in_float32_is_as_near_as_its_docstring_says(pair):
    x = np.linspace(-12, 12, 200_001, dtype="float32")
    out, _ = pair("gelu").forward(x)
    expected, _ = ops.gelu_forward(x.astype("float64"))
    assert (np.abs(out - expected) / (1 + np.abs(expected))).max() < 3e-7


def test_small_numbers_keep_their_digits(pair):
    """Where y is small, as an exponential or as x itself, it is right to its own last digits."""
    x = -np.logspace(-7, 1.9, 1000).astype("float32")
    for name in ("softplus", "elu", "sigmoid", "tanh"):
        out, _ = pair(name).forward(x)
        expected, _ = getattr(ops, name).reference.forward(x.astype("float64"))
        np.testing.assert_allclose(out, expected, rtol=5e-7)


@pytest.mark.parametrize("name", ["add", "sub", "mul"])
def test_two_arrays(name, pair):
    rng = np.random.default_rng(0)
    a, b, dout = rng.standard_normal((3, *SHAPE))
    readable, fast = getattr(ops, name).reference, pair(name)
    expected, cache = readable.forward(a, b)
    wanted = readable.backward(dout, cache)
    for one in layouts(a):
        for other in layouts(b):
            out, kept = fast.forward(one, other)
            np.testing.assert_array_equal(out, expected)
            for got, right in zip(fast.backward(channels_last(dout), kept), wanted, strict=True):
                np.testing.assert_array_equal(got, right)
    for needs in [(True, False), (False, True)]:
        _, kept = getattr(ops, name).forward(a, b)
        for need, got, right in zip(needs, getattr(ops, name).backward(dout, kept, needs), wanted, strict=True):
            assert not need or np.array_equal(got, right)


def test_of_two_arrays_the_one_with_its_channels_last_decides():
    a = np.zeros((4, 8, 32, 32), "float32")
    for pair in [(a, channels_last(a)), (channels_last(a), a), (channels_last(a), channels_last(a))]:
        assert is_channels_last(ops.add(*pair))
        assert is_channels_last(ops.mul(*pair))
    assert ops.add(a, a).flags.c_contiguous


@pytest.mark.parametrize("name, options", CALLS)
def test_results_lie_in_memory_as_x_does(name, options, pair):
    x = channels_last(np.ones(SHAPE, "float32"))
    out, cache = pair(name).forward(x, **options)
    assert is_channels_last(out)
    assert is_channels_last(pair(name).backward(np.ones(SHAPE, "float32"), cache))


def test_the_number_of_threads_changes_nothing(pair):
    x = np.random.default_rng(0).standard_normal(10_000, dtype="float32")
    try:
        for name, options in CALLS:
            x = np.abs(x) if name == "power" else x
            results = set()
            for threads in (1, 2, 3):
                npdl.set_num_threads(threads)
                out, cache = pair(name).forward(x, **options)
                results.add((out.tobytes(), pair(name).backward(x, cache).tobytes()))
            assert len(results) == 1
    finally:
        npdl.set_num_threads(None)


def test_large_arrays_take_it_and_others_do_not():
    large, small = np.ones((64, 64, 32, 32), "float32"), np.ones((4, 5), "float32")
    for name, options in CALLS:
        op = getattr(ops, name)
        assert op.own_pair((large,), options).name.startswith("npdl.kernels.cpu.activation.")
        assert op.own_pair((small,), options) is op.reference
        assert op.own_pair((large.astype("float16"),), options) is op.reference
    for op in (ops.add, ops.sub, ops.mul):
        assert op.own_pair((large, large), {}).name.startswith("npdl.kernels.cpu.elementwise.")
        for b in (2.0, small, large[:1], None):
            assert op.own_pair((large, b), {}) is op.reference


def test_what_it_does_not_know_goes_to_the_readable_pair():
    x = np.ones((256, 256), "float32")
    for exponent in (0, 2.2, 17, 100):
        assert ops.power.own_pair((x,), {"exponent": exponent}) is ops.power.reference
    with pytest.raises(InputTypeError, match="exponent"):
        ops.power(x, exponent="2")
    with pytest.raises(InputError, match="approximate"):
        ops.gelu(x, approximate="erf")
