"""Faults that no derivative is needed for: what forward and backward do to arrays, caches and random numbers."""

import random

import numpy as np
import pytest

from gradcheck import check

X = np.random.default_rng(3).standard_normal((4, 5))
square = lambda x: (x * x, x)  # noqa: E731
square_backward = lambda dout, x: 2 * x * dout  # noqa: E731


def codes(report):
    return [f.code for f in report.findings]


def only(forward, backward, code, **how):
    """The report of a check that must fail with this finding first."""
    report = check(forward, backward, {"x": X.copy()}, **how)
    assert report.verdict == "wrong" and codes(report)[0] == code, str(report)
    return report


def test_an_input_changed_by_forward():
    def forward(x):
        x[x < 0] = 0
        return x.copy(), x

    report = only(forward, lambda dout, x: dout * (x > 0), "STATE_INPUT_CHANGED")
    assert "forward changed its input x in place" in report.problems


def test_dout_changed_by_backward():
    def backward(dout, x):
        dout *= 2 * x
        return dout

    report = only(square, backward, "STATE_DOUT_CHANGED")
    assert report.inputs["x"].ok  # the numbers are right


def test_a_backward_that_accumulates():
    class Layer:
        total = 0.0

        def backward(self, dout, x):
            self.total = self.total + 2 * x * dout
            return self.total

    assert "adds the same to the gradient of x" in str(only(square, Layer().backward, "STATE_ACCUMULATES"))
    used = Layer()
    used.total = np.ones_like(X)  # from an earlier batch
    only(square, used.backward, "STATE_ACCUMULATES")


def test_a_backward_that_eats_its_cache():
    def backward(dout, cache):
        cache["x"] *= 2
        return cache["x"] * dout

    report = only(lambda x: (x * x, {"x": x.copy()}), backward, "STATE_CACHE_CHANGED")
    assert "cache['x']" in report.findings[0].guess


@pytest.mark.parametrize(
    "draw", [np.random.rand, lambda *shape: np.reshape([random.random() for _ in range(20)], shape)]
)
def test_a_backward_that_draws_a_new_mask(draw):
    def forward(x):
        mask = draw(*x.shape) < 0.7
        return x * mask, mask

    assert check(forward, lambda dout, mask: dout * mask, [X]).ok
    only(forward, lambda dout, mask: dout * (draw(*dout.shape) < 0.7), "STATE_RANDOM_BACKWARD")


def test_a_backward_that_ignores_dout():
    report = only(square, lambda dout, x: 2 * x, "STATE_IGNORES_DOUT", dout=np.ones_like(X))
    assert report.inputs["x"].ok  # with dout = 1 the numbers are right


@pytest.mark.parametrize("wrong", [lambda d: np.abs(d), lambda d: d * d, lambda d: d * (d > 0), lambda d: d + 1e-3])
def test_a_backward_that_is_not_linear_in_dout(wrong):
    only(square, lambda dout, x: 2 * x * wrong(dout), "STATE_NOT_LINEAR")


def test_shared_memory_is_noted_and_no_fault():
    report = check(lambda x: (x + 0, None), lambda dout, _: dout, [X])
    assert report.ok and any("shares memory with dout" in w for w in report.warnings)
    both = check(lambda a, b: (a + b, None), lambda dout, _: (g := dout.copy(), g), [X, X])
    assert both.ok and any("shares memory with the gradient of" in w for w in both.warnings)


# Random forwards.

generator = np.random.default_rng(5)


class Dropout:
    def __init__(self):
        self.rng = np.random.RandomState(3)

    def forward(self, x):
        mask = self.rng.rand(*x.shape) < 0.6
        return x * mask, mask


def global_generator(x):
    mask = generator.random(x.shape) < 0.6
    return x * mask, mask


def legacy(x):
    mask = np.random.rand(*x.shape) < 0.6  # noqa: NPY002
    return x * mask, mask


def calls_another(x):
    return global_generator(x)


def closure():
    rng = np.random.default_rng(4)

    def forward(x):
        mask = rng.random(x.shape) < 0.6
        return x * mask, mask

    return forward


@pytest.mark.parametrize("forward", [global_generator, legacy, calls_another, closure(), Dropout().forward])
def test_a_random_forward_is_repeated_with_the_same_numbers(forward):
    assert check(forward, lambda dout, mask: dout * mask, [X]).ok
    assert check(forward, lambda dout, mask: dout * mask * 2, [X]).verdict == "wrong"


def test_the_callers_random_numbers_go_on_as_if_nothing_had_happened():
    np.random.seed(1)  # noqa: NPY002
    random.seed(1)
    expected = np.random.rand(3), random.random()  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    random.seed(1)
    check(legacy, lambda dout, mask: dout * mask, [X])
    assert (np.random.rand(3) == expected[0]).all() and random.random() == expected[1]  # noqa: NPY002


def test_a_forward_that_is_no_function():
    calls = []

    def forward(x):
        calls.append(1)
        return x * len(calls), len(calls)

    report = check(forward, lambda dout, n: dout * n, [X])
    assert report.verdict == "wrong" and report.inputs["x"].verdict == "not deterministic"
    assert codes(report) == ["NOT_DETERMINISTIC"]


# What passes through.


def test_options_needs_and_none():
    seen = []

    def forward(x, w, b=None, *, slope, mode):
        return slope * x @ w, (x, w, slope)

    def backward(dout, cache, needs):
        seen.append(needs)
        x, w, slope = cache
        return slope * dout @ w.T, slope * x.T @ dout, None

    inputs = {"x": X, "w": np.ones((5, 2)), "b": None}
    report = check(forward, backward, inputs, slope=0.3, options={"mode": "train"}, needs=(True, True, False))
    assert report.ok and list(report.inputs) == ["x", "w"] and set(seen) == {(True, True, False)}


def test_gradients_by_name_and_gradients_of_the_floats_alone():
    scores = lambda x, y: ((x * x)[np.arange(4), y].sum(), (x, y))  # noqa: E731

    def backward(dout, cache):
        x, y = cache
        dx = np.zeros_like(x)
        dx[np.arange(4), y] = 2 * dout * x[np.arange(4), y]
        return dx

    y = np.array([0, 4, 1, 1])
    assert check(scores, backward, [X, y]).ok
    assert check(scores, lambda dout, cache: {"x": backward(dout, cache)}, [X, y]).ok
    assert check(scores, lambda dout, cache: (backward(dout, cache), None), [X, y]).ok


def running_sum(copied):
    """Running sums of squares over axis 1; the cache gets each step's state, or the same array again and again."""

    def forward(x):
        state, out, cache = np.zeros(len(x)), np.zeros_like(x), []
        for t in range(x.shape[1]):
            state += x[:, t]
            out[:, t] = state**2
            cache.append(state.copy() if copied else state)
        return out, cache

    def backward(dout, cache):
        dx, carry = np.zeros_like(dout), 0
        for t in reversed(range(dout.shape[1])):
            carry = carry + 2 * cache[t] * dout[:, t]
            dx[:, t] = carry
        return dx

    return check(forward, backward, [X])


def test_a_cache_that_holds_one_array_for_all_steps():
    assert running_sum(copied=True).ok
    report = running_sum(copied=False)
    found = next(f for f in report.findings if f.code == "STATE_CACHE_ALIASED")
    assert found.fact == "cache[0], cache[1], cache[2], cache[3], ... are one and the same array"
    assert "append a copy" in found.guess
