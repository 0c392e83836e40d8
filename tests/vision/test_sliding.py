"""Windows that slide: sums and extremes by doubling."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from npdl import InputError
from npdl.vision.sliding import sliding_extreme, sliding_sum

rng = np.random.default_rng(0)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("length", range(1, 12))
def test_windows_of_every_length(length, axis):
    x = rng.standard_normal((11, 13))
    windows = sliding_window_view(x, length, axis=axis)
    np.testing.assert_allclose(sliding_sum(x, length, axis), windows.sum(axis=-1), rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(sliding_extreme(x, length, axis, np.minimum), windows.min(axis=-1))
    np.testing.assert_array_equal(sliding_extreme(x, length, axis, np.maximum), windows.max(axis=-1))


def test_a_window_longer_than_the_axis():
    with pytest.raises(InputError, match="at most the axis's 3"):
        sliding_sum(np.ones((3, 5)), 4, 0)
