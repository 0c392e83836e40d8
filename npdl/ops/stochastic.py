"""Ops that draw random numbers in training."""

from ..backend import uniform_like
from ..errors import require_range
from ..tape import op


def dropout_forward(x, *, p, training=True, rng=None):
    """Drop each number with probability p and divide the others by 1 - p, so that the expectation stays x.

    Cache: the mask. Srivastava et al. 2014, in the "inverted" form: with training=False, y is x.
    rng: a generator such as np.random.default_rng(0); by default the library's own (npdl.seed).
    """
    require_range("dropout", "p", p, 0, 1)
    if not training or p == 0:
        return x, None
    keep = (uniform_like(x, rng) >= p).astype(x.dtype)  # compared in float64: rounded to x's dtype, some would reach 1
    mask = keep / (1 - p) if p < 1 else keep
    return x * mask, mask


def dropout_backward(dout, mask):
    """dx = dout through the same mask."""
    return dout if mask is None else dout * mask


dropout = op(dropout_forward, dropout_backward)
