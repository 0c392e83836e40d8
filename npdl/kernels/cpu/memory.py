"""Why a new array is slow, and how to have it fast.

The C library gives large freed arrays back to the system. The next array of that size is then new memory, which the
system hands over page by page, zeroed, as it is first touched: on Linux 2.4 ms for 16 MB, where filling it takes 0.6.
A layer makes several such arrays a step, each as large as the one freed a moment ago. So glibc is told to keep what is
freed, up to a bound.
"""

import contextlib
import ctypes
import os
import sys

KEPT_BYTES = 256 << 20  # of freed memory, at the end of the heap
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # names of glibc's malloc.h
_LARGEST_MMAP_THRESHOLD = 32 << 20  # what glibc accepts; larger arrays are always new memory


def keep_freed_memory():
    """Let glibc keep freed arrays of up to 32 MB for the next ones, KEPT_BYTES in all.

    Does nothing elsewhere, or where the environment says how glibc is to do it (MALLOC_TRIM_THRESHOLD_).
    """
    if not sys.platform.startswith("linux") or "MALLOC_TRIM_THRESHOLD_" in os.environ:
        return
    with contextlib.suppress(OSError, AttributeError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, _LARGEST_MMAP_THRESHOLD)
        mallopt(_M_TRIM_THRESHOLD, KEPT_BYTES)
