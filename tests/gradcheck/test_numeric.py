"""Numerical slopes: their error estimates hold, kinks are seen output by output, and no scale is special."""

import numpy as np
import pytest

from gradcheck.numeric import (
    EPS,
    complex_step,
    extrapolated,
    length_scale,
    measured_noise,
    power_of_two,
    size_of,
    slope,
)

ONE = np.ones(1)


def line(f, x):
    """at(t) = f(x + t) as a vector of one output, and its value at 0."""
    at = lambda t: np.atleast_1d(f(x + t))  # noqa: E731
    return at, at(0.0)


def found(f, x, size=None, enough=0.0):
    at, base = line(f, x)
    return slope(at, base, ONE, size or abs(x) or 1.0, EPS * np.abs(base), enough)


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1.0, 1e3, 1e6])
@pytest.mark.parametrize("f, slope_of_f", [(np.sin, np.cos), (np.exp, np.exp), (np.log1p, lambda u: 1 / (1 + u))])
def test_a_smooth_slope_is_known_to_ten_digits_and_its_error_is_an_upper_bound(f, slope_of_f, scale):
    s = found(lambda x: f(x / scale), 0.7 * scale)
    expected = slope_of_f(0.7) / scale
    assert abs(s.value - expected) <= max(s.error, 1e-15 * abs(expected))
    assert s.error < 1e-9 * abs(expected) and not s.kink


def test_it_stops_when_the_error_is_small_enough():
    calls = []
    at = lambda t: calls.append(t) or np.atleast_1d(np.sin(1.0 + t))  # noqa: E731
    extrapolated(at, np.sin(ONE), ONE, 1.0, EPS * ONE, 1e-3, range(4, -4, -1))
    assert len(calls) == 4  # two steps: one alone has no error estimate


@pytest.mark.parametrize("distance", [0, 1e-12, -1e-12, 1e-10])
def test_relu_so_near_to_zero_has_a_kink_and_every_slope_from_0_to_1(distance):
    s = found(lambda x: np.maximum(x, 0), distance, size=1.0)
    assert s.kink and abs(s.low) < 0.06 and abs(s.high - 1) < 0.06


@pytest.mark.parametrize("distance", [1e-8, 1e-7, 1e-6, 1e-5, 1e-3])
def test_relu_a_little_further_off_has_none(distance):
    for x, expected in ((distance, 1.0), (-distance, 0.0)):
        s = found(lambda x: np.maximum(x, 0), x, size=1.0)
        assert not s.kink and abs(s.value - expected) <= max(s.error, 1e-12) and s.error < 1e-4


def test_a_kink_is_an_interval_for_each_output_by_itself():
    """max(x, 0) - max(-x, 0) = x is smooth as a sum, but each output may choose its own slope."""
    at = lambda t: np.array([max(t, 0.0), max(-t, 0.0)])  # noqa: E731
    s = slope(at, np.zeros(2), np.array([1.0, -1.0]), 1.0, np.zeros(2), 0.0)
    assert s.kink and (round(s.low, 6), round(s.high, 6)) == (0, 2)


def test_a_stationary_point_is_no_kink():
    assert not found(lambda x: x * x, 0.0).kink
    assert not found(lambda x: np.cos(x), 0.0).kink


def test_a_slope_next_to_a_pole():
    with np.errstate(invalid="ignore"):  # as check does
        s = found(np.log, 1e-4, size=1e-4)
    assert abs(s.value / 1e4 - 1) < 1e-9
    edge = found(lambda x: np.sqrt(x) if x >= 0 else np.nan, 1e-3, size=1.0)
    assert abs(edge.value / (0.5 / np.sqrt(1e-3)) - 1) < 1e-5


def test_a_saturated_function_is_looked_at_from_further_off():
    sigmoid = lambda x: 1 / (1 + np.exp(-x))  # noqa: E731
    s = found(sigmoid, 32.0)
    assert abs(s.value - np.exp(-32.0)) <= s.error < 1e-13


def test_the_length_on_which_a_function_changes_need_not_be_the_size_of_x():
    at = lambda t: np.atleast_1d(np.exp(1e-6 + t))  # noqa: E731
    assert 1e-2 < length_scale(at, at(0), ONE, 1e-6, EPS * ONE) < 1e2
    at = lambda t: np.atleast_1d(np.sin(1e6 + t))  # noqa: E731
    assert 1e-3 < length_scale(at, at(0), ONE, 1e6, EPS * ONE) < 1e3


def test_noise_is_measured():
    exact = lambda factor: np.array([np.sin(2.0 * factor)])  # noqa: E731
    rough = lambda factor: np.float64(np.float32(exact(factor)))  # noqa: E731
    assert measured_noise(exact, exact(1.0), EPS, 2.0**-20)[0] < 1e-15
    assert 3e-9 < measured_noise(rough, rough(1.0), EPS, 2.0**-20)[0] < 3e-7


def test_the_complex_step_is_exact_and_says_when_it_cannot():
    x = np.array([0.3, 0.7])
    assert complex_step(np.sin, x, (1,), np.array([1.0, 1.0]), 1.0) == np.cos(0.7)
    real_only = lambda z: z.astype(np.float64)  # noqa: E731
    with pytest.raises(Warning):
        complex_step(lambda z: real_only(z) + 0j, x, (1,), np.ones(2), 1.0)


def test_sizes():
    assert size_of(np.array([0.0, -2.0, np.inf, 4.0])) == 3
    assert size_of(np.zeros(3)) == size_of(np.zeros(0)) == 1
    assert power_of_two(0.3) == 0.25 and power_of_two(1e-9) <= 1e-9
