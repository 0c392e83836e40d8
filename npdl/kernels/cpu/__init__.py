"""Kernels for NumPy arrays."""

from . import activation, conv, elementwise, pool  # noqa: F401  (they add themselves)
