"""A long series as many short ones."""

from numpy.lib.stride_tricks import sliding_window_view

from ..errors import InputError, is_integer


def windows_of(series, length):
    """All runs of `length` rows one after another, each beginning a row after the one before.

    series: (T, ...), time first; returns (T - length + 1, length, ...), a read-only view: no row is copied. A series of
    30 rows of 7 numbers has 26 windows of 5: (26, 5, 7), to be fed as (N, T, D). Windows and what follows each:
    `windows_of(series[:-1], 5), series[5:]`.
    """
    if getattr(series, "ndim", 0) == 0:
        raise InputError("windows_of", "series", "an array (T, ...), time first", series)
    if not is_integer(length, 1) or length > len(series):
        raise InputError("windows_of", "length", f"an integer in [1, {len(series)}], as the series is so long", length)
    windows = sliding_window_view(series, length, axis=0)  # (T - length + 1, ..., length)
    return windows.transpose(0, windows.ndim - 1, *range(1, windows.ndim - 1))
