"""Turned digits: what turns how, and that nothing else changes."""

import numpy as np
import pytest

from npdl import InputError
from npdl.data import load_digits, load_rotated_digits
from npdl.data.rotated_digits import turn


def test_a_quarter_turn_is_anticlockwise():
    x = load_digits()[0][0][:4].astype("float64")
    np.testing.assert_allclose(turn(x, np.full(4, 90.0)), np.rot90(x, axes=(2, 3)), atol=1e-12)
    np.testing.assert_allclose(turn(x, np.zeros(4)), x, atol=1e-12)


def test_the_sets_are_those_of_the_digits_each_at_an_angle():
    (x, y, angle), (x_test, y_test, test_angle) = load_rotated_digits(40, size=12, copies=3, seed=1)
    (digits, labels), (_, test_labels) = load_digits()
    assert x.shape == (1437, 1, 12, 12) and x_test.shape == (1080, 1, 12, 12)
    assert {a.dtype.name for a in (x, x_test, angle, test_angle)} == {"float32"}
    np.testing.assert_array_equal(y, labels)
    np.testing.assert_array_equal(y_test, np.repeat(test_labels, 3))
    for degrees in (angle, test_angle):
        assert np.abs(degrees).max() <= 40 and np.abs(degrees.std() - 80 / np.sqrt(12)) < 1
    assert 0 <= x.min() and x.max() <= 1
    np.testing.assert_array_equal(x[:5], turn(digits[:5], angle[:5], size=12, zoom=1.15))


def test_the_angles_follow_from_the_seed():
    one, again, other = (load_rotated_digits(seed=seed)[0][2] for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


@pytest.mark.parametrize(
    "settings, says", [({"degrees": 181}, "degrees should be in"), ({"copies": 0}, "copies should be")]
)
def test_settings_that_are_none(settings, says):
    with pytest.raises(InputError, match=f"load_rotated_digits: {says}"):
        load_rotated_digits(**settings)
