"""Kernels for NumPy arrays."""

from . import (  # noqa: F401  (they add themselves)
    activation,
    attention,
    conv,
    elementwise,
    linear,
    lookup,
    loss,
    norm,
    pool,
    recurrent,
    state_space,
)
