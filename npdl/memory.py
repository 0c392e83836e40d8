"""Memory that one step frees is kept for the next, which asks for the same again.

Linux's C library gives a large block back to the system when it is freed, and gets it anew, page by page, each filled
with zeros when it is first touched: 2.4 us for 4 KB, longer than all arithmetic that a layer does on it. In a training
step of LeNet-5 that was 6 ms of 37. Told by `keep_freed`, as `import npdl` does, it keeps up to LIMIT.
"""

import ctypes
import os

LIMIT = 1 << 30  # bytes kept at most
LARGEST = 32 << 20  # a larger block goes back at once, and comes in pages of 2 MB
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # names of malloc.h
_VARIABLES = "GLIBC_TUNABLES", "MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"


def keep_freed():
    """Returns whether it is kept: not where the C library is another one, or a variable of its own rules already."""
    if any(name in os.environ for name in _VARIABLES):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(_MMAP_THRESHOLD, LARGEST) and mallopt(_TRIM_THRESHOLD, LIMIT))
