"""Differences and their orders."""

import numpy as np
import pytest

from npdl import InputError
from npdl.maths.derivatives import (
    backward_difference,
    central_difference,
    differences,
    forward_difference,
    order_of_error,
    second_difference,
)
from npdl.vision.convolution import convolve


def square(x):
    return x * x


@pytest.mark.topic("R021")
def test_of_x_squared_at_5_where_two_forms_of_the_notes_fail():
    slopes = [rule(square, 5.0) for rule in (backward_difference, forward_difference, central_difference)]
    assert slopes == [9, 11, 10]
    assert square(5) - square(6) == -11 and (square(5) - square(4)) / 2 == 4.5


@pytest.mark.topic("R021")
@pytest.mark.parametrize(
    "rule, exact, order",
    [
        (backward_difference, np.cos(0.7), 1),
        (forward_difference, np.cos(0.7), 1),
        (central_difference, np.cos(0.7), 2),
        (second_difference, -np.sin(0.7), 2),
    ],
)
def test_the_order_of_the_error(rule, exact, order):
    assert order_of_error(rule, np.sin, 0.7, exact) == pytest.approx(order, abs=0.05)
    assert rule(np.sin, 0.7, 1e-3) == pytest.approx(exact, abs=1e-3)


@pytest.mark.topic("R021")
def test_of_samples_and_as_convolutions():
    f = np.arange(3.0, 9) ** 2  # f[2] is 25
    np.testing.assert_array_equal(differences(f, "forward")[2], 11)
    np.testing.assert_array_equal(differences(f, "backward")[1], 9)
    np.testing.assert_array_equal(differences(f)[1], 10)
    np.testing.assert_allclose(differences(f, "backward"), convolve(f[None], [[1, -1]], mode="valid")[0])
    np.testing.assert_allclose(differences(f), convolve(f[None], [[0.5, 0, -0.5]], mode="valid")[0])


def test_bad_input():
    with pytest.raises(InputError, match='"forward", "backward" or "central"'):
        differences(np.ones(3), "sideways")
    with pytest.raises(InputError, match="not exact"):
        order_of_error(central_difference, square, 1.0, 2.0, steps=(0.5, 0.25))
