"""What works number by number, in blocks that stay in the cache from the first pass to the last, on all threads.

For y = f(x) of a number, the way back is one product whatever f is:

    dx = dout f'(x)

and f' shares most of its work with f. So a function is one rule that writes both, y and dy = f'(x), a block at a time;
`elementwise` makes a pair of it, and dy is all that is kept for the way back. If f' is easily had from y, as that of
the sigmoid, y (1 - y), it is written on the way back instead, and y is kept. Sums and products of two arrays are shared
in the same way.

Numbers are taken in the order in which they lie in memory, whatever it is, and results lie so too. Of two arrays that
lie differently the one with its channels last decides: NumPy would write C order.
"""

import numpy as np

from ... import ops
from ...threads import each
from .. import add
from .layout import is_channels_last

BLOCK = 1 << 17  # numbers
SMALL = 1 << 15  # numbers; for fewer, handing them over does not pay
QUICK = 1 << 20  # the same for functions that NumPy computes in a pass or two


def elementwise(op, rule, slope=None, *, small=SMALL, refuses=None):
    """A fast pair for `op`, of rule(x, y, dy, **options), which writes y = f(x) and dy = f'(x) for a flat block x.

    slope(y, dy), if there is one, writes dy = f'(x) where y = f(x); then the rule takes x and y alone. small: how many
    numbers are too few.
    """

    def forward(x, **options):
        order = _order(x)
        flat = _flat(x, order)
        written = [np.empty_like(flat) for _ in range(1 if slope else 2)]
        each(lambda block: rule(flat[block], *[w[block] for w in written], **options), _blocks(flat))
        return _shaped(written[0], x.shape, order), (written[-1], order)

    def backward(dout, cache):
        kept, order = cache
        return _shaped(_combined(times, _flat(dout, order), kept), dout.shape, order)

    def times(dout, kept, out):
        if slope is None:
            np.multiply(dout, kept, out=out)
        else:
            slope(kept, out)
            out *= dout

    def refused(x, **options):
        if x.size < small or x.dtype.char not in "fd":
            return "too small to share, or neither float32 nor float64"
        return refuses(x, **options) if refuses else None

    forward.__name__, forward.__doc__, forward.__module__ = f"{op.name}_forward", rule.__doc__, rule.__module__
    add(op, forward, backward, array_type=np.ndarray, refuses=refused)


def add_forward(a, b):
    """y = a + b."""
    return _of_two(np.add, a, b), None


def add_backward(dout, cache):
    """da = dout, db = dout."""
    return dout, dout


def sub_forward(a, b):
    """y = a - b."""
    return _of_two(np.subtract, a, b), None


def sub_backward(dout, cache, needs=(True, True)):
    """da = dout, db = -dout."""
    return dout, -dout if needs[1] else None


def mul_forward(a, b):
    """y = a b."""
    return _of_two(np.multiply, a, b), (a, b)


def mul_backward(dout, cache, needs=(True, True)):
    """da = dout b, db = dout a."""
    a, b = cache
    return tuple(_of_two(np.multiply, dout, factor) if need else None for need, factor in zip(needs, (b, a)))


def _of_two(function, a, b):
    """function(a, b) for arrays of one shape."""
    order = _order(b if b.ndim > 2 and is_channels_last(b) else a)
    return _shaped(_combined(function, _flat(a, order), _flat(b, order)), a.shape, order)


def _combined(function, a, b):
    out = np.empty_like(a)
    each(lambda block: function(a[block], b[block], out=out[block]), _blocks(a))
    return out


def _blocks(flat):
    return [slice(i, i + BLOCK) for i in range(0, flat.size, BLOCK)]


def _order(x):
    """The axes of x, from the one with the longest steps in memory to the one with the shortest."""
    return sorted(range(x.ndim), key=lambda axis: -abs(x.strides[axis]))


def _flat(x, order):
    """All numbers of x, axis by axis in this order: a view if they lie so, else a copy."""
    return x.transpose(order).reshape(-1)


def _shaped(flat, shape, order):
    """The way back from `_flat`."""
    return flat.reshape([shape[axis] for axis in order]).transpose(np.argsort(order))


def _refuses_two(a, b):
    if type(b) is not np.ndarray or a.shape != b.shape:
        return "not two arrays of one shape"
    if a.size < SMALL or (a.size < QUICK and a.strides == b.strides):
        return "too small to share"
    return None


for _op, _forward, _backward in (
    (ops.add, add_forward, add_backward),
    (ops.sub, sub_forward, sub_backward),
    (ops.mul, mul_forward, mul_backward),
):
    add(_op, _forward, _backward, array_type=np.ndarray, refuses=_refuses_two)
