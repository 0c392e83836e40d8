"""Ops that draw random numbers in training: noise that no unit can rely on.

The three differ only in what is dropped together: one number (dropout), one channel of one sample (dropout2d), all that
a branch has to say of one sample (drop_path).
"""

from ..backend import uniform_like
from ..errors import InputError, require_ndim, require_range
from ..tape import op

__all__ = [
    "dropout", "dropout_forward", "dropout_backward",
    "dropout2d", "dropout2d_forward", "dropout2d_backward",
    "drop_path", "drop_path_forward", "drop_path_backward",
]  # fmt: skip


def _mask(function, x, p, training, rng):
    """For each number of x, 0 with probability p, else 1 / (1 - p): the mean is 1. None where nothing is dropped."""
    require_range(function, "p", p, 0, 1)
    if not training or p == 0:
        return None
    keep = (uniform_like(x, rng) >= p).astype(x.dtype)  # compared in float64: rounded to x's dtype, some would reach 1
    return keep / (1 - p) if p < 1 else keep


def dropout_forward(x, *, p, training=True, rng=None):
    """Drop each number with probability p and divide the others by 1 - p, so that the expectation stays x.

    Cache: the mask. Srivastava et al. 2014, in the "inverted" form: with training=False, y is x.
    rng: a generator such as np.random.default_rng(0); by default the library's own (npdl.seed).
    """
    mask = _mask("dropout", x, p, training, rng)
    return x if mask is None else x * mask, mask


def dropout_backward(dout, mask):
    """dx = dout through the same mask."""
    return dout if mask is None else dout * mask


dropout = op(dropout_forward, dropout_backward)


def dropout2d_forward(x, *, p, training=True, rng=None):
    """Drop whole channels: dropout with one draw for each channel of each sample. Tompson et al. 2015.

    Neighbouring pixels say nearly the same, so that of a pixel dropped alone nothing is missed. x: (N, C, H, W).
    """
    require_ndim("dropout2d", "x", x, 4, "(N, C, H, W)")
    mask = _mask("dropout2d", x[:, :, :1, :1], p, training, rng)  # (N, C, 1, 1)
    return x if mask is None else x * mask, mask


def dropout2d_backward(dout, mask):
    """dx = dout through the same mask."""
    return dout if mask is None else dout * mask


dropout2d = op(dropout2d_forward, dropout2d_backward)


def drop_path_forward(x, *, p, training=True, rng=None):
    """Drop whole samples: dropout with one draw for each. x: (N, ...).

    In a residual block, y = x + drop_path(body(x)): each sample runs through a network of random depth. "Stochastic
    depth", Huang et al. 2016; they scale by 1 - p in test mode, here what is kept is divided by 1 - p in training.
    """
    if x.ndim < 1:
        raise InputError("drop_path", "x", "(N, ...)", x)
    first = (slice(None), *(slice(1),) * (x.ndim - 1))
    mask = _mask("drop_path", x[first], p, training, rng)  # (N, 1, 1, ...)
    return x if mask is None else x * mask, mask


def drop_path_backward(dout, mask):
    """dx = dout through the same mask."""
    return dout if mask is None else dout * mask


drop_path = op(drop_path_forward, drop_path_backward)
