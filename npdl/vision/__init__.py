"""Classical vision: plain functions on images, one algorithm a file. images.py says what an image is.

    from npdl.vision.median import median           or: vision.median.median, once npdl.vision is imported
"""

import importlib.util

from .images import REC601, REC709, as_bytes, as_float, to_grey

__all__ = ["REC601", "REC709", "as_bytes", "as_float", "to_grey"]


def __getattr__(name):
    """A file of this folder, when it is first asked for."""
    if name.startswith("_") or importlib.util.find_spec(f"{__name__}.{name}") is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{__name__}.{name}")
