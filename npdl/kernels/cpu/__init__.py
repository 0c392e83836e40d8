"""Kernels for NumPy arrays."""

from . import activation, conv, elementwise, linear, lookup, loss, norm, pool, recurrent  # noqa: F401  (they add themselves)
