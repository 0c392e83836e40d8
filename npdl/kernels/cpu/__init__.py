"""Kernels for NumPy arrays."""

from . import activation, conv, elementwise, linear, lookup, loss, norm, pool, state_space  # noqa: F401  (they add themselves)
