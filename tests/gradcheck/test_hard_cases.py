"""Cases that once fooled gradcheck: right code that failed, wrong code that passed, and what made it crash."""

import functools
import pickle
import random

import numpy as np
import pytest

from gradcheck import check
from gradcheck.networks import check_module
from npdl import ops

X = np.random.default_rng(0).standard_normal((4, 5))
R = np.random.default_rng


def elementwise(f, derivative):
    """The pair of an elementwise function."""
    return lambda x: (f(x), x), lambda dout, x: dout * derivative(x)


# Wrong, and must fail.


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize("factor", [-1, 0, 2])
@pytest.mark.parametrize("mode", ["full", "directional"])
def test_a_wrong_factor_in_every_dtype(dtype, factor, mode):
    pair = elementwise(np.tanh, lambda x: factor * (1 - np.tanh(x) ** 2))
    assert check(*pair, [X], dtype=dtype, mode=mode).verdict == "wrong"


def test_a_gradient_of_a_function_that_is_constant_here():
    assert all(
        check(*elementwise(np.floor, np.ones_like), [R(s).standard_normal((4, 5))]).verdict != "ok" for s in range(9)
    )


def test_a_forgotten_mask_of_which_the_far_slopes_are_right():
    for seed in range(9):
        x = R(seed).standard_normal(12)
        pair = elementwise(lambda x: np.maximum(x * x - 9, 0), lambda x: 2 * x)
        assert check(*pair, [x], seed=seed).verdict == "wrong", seed


def test_columns_that_are_small_beside_another():
    W = np.array([1e10, 1, 1, 1, 1.0])
    forward = lambda x: (x * x * W, x)  # noqa: E731
    assert check(forward, lambda dout, x: dout * 2 * x * W, [X]).ok
    assert check(forward, lambda dout, x: dout * 2 * x * W * (W > 1), [X]).verdict == "wrong"


def test_one_entry_of_many_sizes():
    for seed in range(20):
        x = X * 10.0 ** R(seed).integers(-4, 5, X.shape)
        m = np.arange(X.size).reshape(X.shape) == R(seed).integers(X.size)
        assert check(*elementwise(lambda x: x**3, lambda x: 3 * x * x), [x]).ok, seed
        wrong = elementwise(lambda x: x**3, lambda x, m=m: 3 * x * x * (1 + m))
        assert check(*wrong, [x]).verdict == "wrong", seed


def test_an_input_with_a_tiny_gradient_beside_one_with_a_huge_one():
    forward = lambda a, b: ((1e6 * np.sin(a), 1e-6 * np.tanh(b)), (a, b))  # noqa: E731
    backward = lambda dout, c: (dout[0] * 1e6 * np.cos(c[0]), 0 * dout[1])  # noqa: E731
    assert check(forward, backward, [X, X], mode="directional").verdict == "wrong"


def test_a_factor_beside_exact_zeros_in_a_large_input():
    x = R(0).standard_normal(12_000)
    x[::7] = 0
    pair = elementwise(lambda x: np.maximum(x, 0), lambda x: 2.0 * (x > 0))
    assert check(*pair, [x]).verdict != "ok"


# Right, and must not fail.


def two_layers(x, w1, b1, w2):
    h = np.maximum(x @ w1 + b1, 0)
    return h @ w2, (x, w1, h, w2)


def two_layers_backward(dout, cache):
    x, w1, h, w2 = cache
    g = (dout @ w2.T) * (h > 0)
    return g @ w1.T, x.T @ g, g.sum(axis=0), h.T @ dout


@pytest.mark.parametrize("mode", ["full", "directional"])
def test_a_row_of_zeros_in_a_fresh_relu_net(mode):
    """Its units are all off, yet each could be on: one output has many kinks at once."""
    for seed in range(10):
        r = R(seed)
        x = r.standard_normal((4, 6))
        x[0] = 0
        inputs = [x, r.standard_normal((6, 5)), np.zeros(5), r.standard_normal((5, 3))]
        report = check(two_layers, two_layers_backward, inputs, mode=mode, seed=seed)
        assert report.verdict != "wrong", str(report)
        wrong = lambda dout, cache: (1.01 * two_layers_backward(dout, cache)[0], *two_layers_backward(dout, cache)[1:])  # noqa: E731
        assert check(two_layers, wrong, inputs, mode=mode, seed=seed).verdict == "wrong"


def test_relu_on_data_that_hold_zeros_in_directional_mode():
    labels = np.array([0, 1, 2, 0])

    def forward(x, w):
        h = np.maximum(x, 0)
        p = ops.softmax(h @ w)
        return -np.log(p[np.arange(4), labels]).mean(), (x, h, w, p)

    def backward(dout, cache):
        x, h, w, p = cache
        g = p.copy()
        g[np.arange(4), labels] -= 1
        g *= dout / 4
        return (g @ w.T) * (x > 0), h.T @ g

    for seed in range(10):
        x = R(seed).standard_normal((4, 5))
        x[x < -0.5] = 0
        report = check(forward, backward, [x, R(seed + 99).standard_normal((5, 3))], seed=seed, mode="directional")
        assert report.verdict != "wrong", str(report)


@pytest.mark.parametrize("mode", ["full", "directional"])
@pytest.mark.parametrize("scale", [1e4, 1e5, 1e6])
def test_a_sine_of_large_numbers(scale, mode):
    for seed in range(5):
        x = scale * R(seed).standard_normal((4, 5))
        report = check(*elementwise(np.sin, np.cos), [x], mode=mode, seed=seed)
        assert report.verdict != "wrong", str(report)
        assert check(*elementwise(np.sin, lambda x: 1.1 * np.cos(x)), [x], mode=mode).verdict != "ok"


RIGHT = {
    "softplus(x²)": (lambda x: np.log1p(np.exp(x * x)), lambda x: 2 * x / (1 + np.exp(-x * x)), lambda r: 1e-6 * r),
    "zeros beside 1e6": (
        lambda x: ops.sigmoid(x),
        lambda x: ops.sigmoid(x) * (1 - ops.sigmoid(x)),
        lambda r: np.where(np.arange(r.size).reshape(r.shape) % 3, 1e6 * r, 0),
    ),
    "exp(relu(x)), small": (
        lambda x: np.exp(np.maximum(x, 0)),
        lambda x: np.exp(x) * (x > 0),
        lambda r: 1e-6 * np.where(np.arange(r.size).reshape(r.shape) % 3, r, 0),
    ),
    "arcsin near 1": (np.arcsin, lambda x: 1 / np.sqrt(1 - x * x), lambda r: 1 - 10.0 ** -(1 + 3 * np.abs(r))),
    "many sizes": (np.sin, np.cos, lambda r: r * 10.0 ** np.round(3 * r[::-1])),
    "unit vectors": (lambda x: x / np.sqrt(x * x + 1e-12), lambda x: 1e-12 / (x * x + 1e-12) ** 1.5, lambda r: 0.3 * r),
}


@pytest.mark.parametrize("mode", ["full", "directional"])
@pytest.mark.parametrize("name", RIGHT)
def test_right_code_at_awkward_points(name, mode):
    f, derivative, points = RIGHT[name]
    for seed in range(8):
        report = check(*elementwise(f, derivative), [points(R(seed).standard_normal((4, 5)))], mode=mode, seed=seed)
        assert report.verdict != "wrong", f"seed {seed}\n{report}"


def test_a_row_of_zeros_that_is_normalised():
    def forward(x):
        norm = np.sqrt((x * x).sum(axis=1, keepdims=True) + 1e-12)
        return x / norm, (x, norm)

    def backward(dout, cache):
        x, norm = cache
        return dout / norm - x * (dout * x).sum(axis=1, keepdims=True) / norm**3

    x = X.copy()
    x[1] = 0
    assert check(forward, backward, [x]).verdict != "wrong"


def test_a_domain_with_an_edge():
    def bce(p, y):
        if not ((p >= 0) & (p <= 1)).all():
            raise ValueError("p should be a probability")
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(), (p, y)

    def backward(dout, cache):
        p, y = cache
        return dout * (p - y) / (p * (1 - p)) / p.size

    y = np.array([1, 0, 1, 0, 1, 1, 0, 0, 1])
    report = check(bce, backward, [R(0).uniform(0.05, 0.95, 9), y])
    assert report.ok and any("raises ValueError beside the given point" in w for w in report.warnings), str(report)


# Random numbers.

shared = R(5)


class Layer:
    rng = R(6)

    def forward(self, x):
        mask = self.rng.random(x.shape) < 0.5
        return x * mask, mask


def with_an_option(x, *, rng):
    mask = rng.random(x.shape) < 0.5
    return x * mask, mask


def through_a_module(x):
    y, mask = ops.dropout_forward(x, p=0.3)
    return 2 * y, 2 * mask


own = random.Random(3)


def of_pythons_own(x):
    mask = np.array([own.random() for _ in range(x.size)]).reshape(x.shape) < 0.5
    return x * mask, mask


@functools.lru_cache
def cached():
    return R(8)


def of_a_cached_one(x):
    mask = cached().random(x.shape) < 0.5
    return x * mask, mask


@pytest.mark.parametrize(
    "forward",
    [Layer().forward, functools.partial(with_an_option, rng=R(0)), through_a_module, of_pythons_own, of_a_cached_one],
    ids=["class attribute", "partial", "module attribute", "random.Random", "lru_cache"],
)
def test_generators_in_odd_places(forward):
    report = check(forward, lambda dout, mask: dout * mask, [X])
    assert report.ok, str(report)


def test_the_callers_generator_is_put_back():
    before = shared.bit_generator.state
    check(lambda x: ((m := shared.random(x.shape) < 0.5) * x, m), lambda dout, m: dout * m, [X])
    assert shared.bit_generator.state == before


# Caches, gradients and options of all kinds.


def test_a_backward_that_uses_up_its_cache():
    report = check(lambda x: (x * x, [x]), lambda dout, cache: 2 * cache.pop() * dout, [X])
    assert report.ok and any("a second backward on the same cache raises IndexError" in w for w in report.warnings)
    assert check(lambda x: (x * x, [x]), lambda dout, cache: 3 * cache.pop() * dout, [X]).verdict == "wrong"


def test_none_where_no_gradient_is_needed():
    masked = lambda x, m: (x * (m > 0), m)  # noqa: E731
    assert check(masked, lambda dout, m: (dout * (m > 0), None), [X, X[::-1].copy()]).ok
    scaled = lambda x, m: (x * m, (x, m))  # noqa: E731
    assert check(scaled, lambda dout, c: (dout * c[1], None), [X, X]).verdict == "wrong"


def test_modules_as_options():
    report = check(lambda x, *, xp: (xp.sin(x), x), lambda dout, x: np.cos(x) * dout, [X], xp=np)
    assert report.ok


def test_reports_can_be_pickled():
    for factor in (1, 2):
        report = check(*elementwise(np.sin, lambda x, f=factor: f * np.cos(x)), [X])
        assert str(pickle.loads(pickle.dumps(report))) == str(report)


def test_layers_that_stand_in_an_attribute_and_in_a_list():
    class Affine:
        def __init__(self, d, m):
            self.params = {"w": R(d).standard_normal((d, m)), "b": np.zeros(m)}
            self.grads = {}

        def forward(self, x):
            self.x = x
            return x @ self.params["w"] + self.params["b"]

        def backward(self, dout):
            self.grads = {"w": self.x.T @ dout, "b": dout.sum(axis=0)}
            return dout @ self.params["w"].T

    class Net:
        def __init__(self):
            self.one, self.two = Affine(5, 3), Affine(3, 5)
            self.layers = [self.one, self.two]

        def forward(self, x):
            return self.two.forward(self.one.forward(x))

        def backward(self, dout):
            return self.one.backward(self.two.backward(dout))

    for _ in range(5):
        assert check_module(Net(), X, dtype="float32").verdict != "wrong"


@pytest.mark.parametrize(
    "how, words",
    [
        (dict(dtype="foo"), "dtype should be float64"),
        (dict(seed=-1), "seed should be an integer, 0 or more, or None; got -1"),
        (dict(seed="a"), "seed should be"),
        (dict(budget="x"), "budget should be a number of seconds; got 'x'"),
        (dict(mutable=5), "mutable should be names of inputs; got 5"),
        (dict(mutable=("typo",)), "mutable should name inputs"),
        (dict(options=5), "options should be a dict; got 5"),
        (dict(dout=np.zeros((4, 5))), "not all of them 0"),
        (dict(dout=np.full((4, 5), np.nan)), "dout should hold real numbers"),
        (dict(dout=1j * np.ones((4, 5))), "dout should hold real numbers"),
    ],
)
def test_bad_arguments(how, words):
    with pytest.raises((ValueError, TypeError), match=words):
        check(*elementwise(np.sin, np.cos), [X], **how)


def test_masked_arrays_are_refused():
    with pytest.raises(TypeError, match="plain array; got a masked one"):
        check(*elementwise(np.sin, np.cos), [np.ma.masked_array(X, X > 0)])


@pytest.mark.parametrize("gradient", ["text", 3, object(), [1.0, 2.0]])
def test_gradients_that_are_no_arrays(gradient):
    report = check(lambda x: (x * x, x), lambda dout, x: {"x": gradient}, [X])
    assert report.verdict == "wrong" and report.inputs["x"].problem
