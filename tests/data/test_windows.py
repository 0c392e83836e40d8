"""Windows of a series: how many, which rows, no copy."""

import numpy as np
import pytest

from npdl import InputError
from npdl.data import windows_of


@pytest.mark.topic("R267")
def test_26_windows_of_5_rows_from_30():
    series = np.arange(30 * 7).reshape(30, 7)
    windows = windows_of(series, 5)
    assert windows.shape == (26, 5, 7)
    for start, window in enumerate(windows):
        np.testing.assert_array_equal(window, series[start : start + 5])


@pytest.mark.topic("R267")
def test_each_window_has_the_row_that_follows_it():
    series = np.arange(30.0)
    windows, targets = windows_of(series[:-1], 5), series[5:]
    assert windows.shape == (25, 5)
    np.testing.assert_array_equal(windows[:, -1] + 1, targets)


def test_nothing_is_copied_and_nothing_can_be_written():
    series = np.zeros((6, 2))
    windows = windows_of(series, 3)
    assert np.shares_memory(windows, series)
    with pytest.raises(ValueError, match="read-only"):
        windows[0] = 1


def test_the_longest_window_is_the_series_and_of_one_row_there_are_as_many():
    series = np.arange(12).reshape(4, 3)
    np.testing.assert_array_equal(windows_of(series, 4), series[None])
    np.testing.assert_array_equal(windows_of(series, 1)[:, 0], series)


@pytest.mark.parametrize("length", [0, 5, 2.0, True])
def test_a_length_that_does_not_fit_is_named(length):
    with pytest.raises(InputError, match=r"windows_of: length should be an integer in \[1, 4\]"):
        windows_of(np.zeros((4, 2)), length)


def test_a_number_is_no_series():
    with pytest.raises(InputError, match="windows_of: series should be an array"):
        windows_of(3.0, 1)
