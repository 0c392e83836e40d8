"""Classical vision: plain functions on images, one algorithm a file. images.py says what an image is."""

from .images import REC601, REC709, as_bytes, as_float, to_grey

__all__ = ["REC601", "REC709", "as_bytes", "as_float", "to_grey"]
