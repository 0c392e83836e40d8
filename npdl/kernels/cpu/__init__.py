"""Kernels for NumPy arrays."""

from . import activation, conv, elementwise, memory, pool  # noqa: F401  (each adds itself)

memory.keep_freed_memory()
