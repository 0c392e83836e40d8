"""Kernels for NumPy arrays."""

from . import activation, attention, conv, elementwise, linear, lookup, loss, norm, pool  # noqa: F401  (they add themselves)
