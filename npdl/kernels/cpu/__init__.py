"""Kernels for NumPy arrays."""

from . import conv, linear, lookup, loss, norm  # noqa: F401  (they add themselves)
