"""Quantisation to levels."""

import numpy as np
import pytest

from npdl import InputError
from npdl.vision.quantise import quantise

LEVELS = [2, 4, 8, 16, 32, 64, 128, 256]


@pytest.mark.topic("R468")
@pytest.mark.parametrize("levels", LEVELS)
def test_every_byte_goes_down_to_its_level(levels):
    v = np.arange(256, dtype=np.uint8).reshape(16, 16)
    y = quantise(v, levels)
    step = 256 / levels
    np.testing.assert_array_equal(y, np.floor(v / step) * step)
    assert y.dtype == np.uint8 and len(np.unique(y)) == levels
    error = v.astype(int) - y
    assert error.min() == 0 and error.max() == step - 1


@pytest.mark.topic("R468")
def test_the_tables_and_their_half_open_intervals():
    v = np.array([[0, 63, 64, 127, 128, 191, 192, 255]], np.uint8)
    np.testing.assert_array_equal(quantise(v, 2), [[0, 0, 0, 0, 128, 128, 128, 128]])
    np.testing.assert_array_equal(quantise(v, 4), [[0, 0, 64, 64, 128, 128, 192, 192]])
    np.testing.assert_array_equal(quantise(v / 255, 4), quantise(v, 4))


@pytest.mark.parametrize("levels", [1, 3, 512, 2.0])
def test_bad_input(levels):
    with pytest.raises(InputError, match="power of 2"):
        quantise(np.ones((2, 2)), levels)
