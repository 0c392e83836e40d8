"""Kernels for NumPy arrays."""

from . import conv  # noqa: F401  (adds itself)
from . import activation  # noqa: F401
from . import pool  # noqa: F401  (adds itself)
