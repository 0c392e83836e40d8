"""What the tests of the ways to convolve share: calls to draw, and one way's pair beside the readable one.

A pair is called directly here, whether its way would take such a call or leave it to another: test_conv.py has that.
"""

import contextlib

import numpy as np
import pytest
from hypothesis import strategies as st

from npdl import ops
from npdl.kernels.cpu import layout
from tests.kernels.twins import ORDERS, threads
from tests.ops.configurations.base import both, one_or_two, paddings, seeds, sides

OPS = {"conv1d": 1, "conv2d": 2, "conv3d": 3, "conv_transpose2d": 2}
TOLERANCE = {"float64": 1e-11, "float32": 3e-5}  # relative to the largest number
ORDERS = {**ORDERS, "upside down": lambda x: np.flip(np.flip(x, range(2, x.ndim)).copy(), range(2, x.ndim))}
FIRST = ("channels first",) * 3  # x, w and dout
orders = st.sampled_from(sorted(ORDERS))
dtypes = st.sampled_from(sorted(TOLERANCE))


def pair_of(way, name):
    """The pair that runs the op of this name in this way."""
    return next(p for p in ops.__dict__[name].fast if p.name == f"{way.__name__}.{name}_forward")


@st.composite
def calls(draw, name, *, groups=(1, 1, 2, 3), channels=(1, 5), kernels=(1, 4), strides=(1, 3), dilations=(1, 3), pads=6,
          both_holes=True, larger=9):  # fmt: skip
    """(x, w, b), options for the op of this name; the numbers are ranges, `groups` is "depthwise" or a choice.

    both_holes: whether an axis may have a stride and a dilation. The image is as large as the kernel needs, and up to
    `larger` pixels more.
    """
    dim = OPS[name]
    c, f = draw(st.integers(*channels)), draw(st.integers(*channels))
    if groups == "depthwise":
        groups, c, f = c, 1, 1
    else:
        groups = draw(st.sampled_from(groups))
    kernel = tuple(draw(st.integers(*kernels)) for _ in range(dim))
    stride, dilation = draw(one_or_two(st.integers(*strides), dim)), draw(one_or_two(st.integers(*dilations), dim))
    if not both_holes:
        dilation = tuple(d if s == 1 else 1 for s, d in zip(both(stride, dim), both(dilation, dim), strict=True))
    pad = draw(paddings((pads,) * dim))
    options = {"stride": stride, "pad": pad, "dilation": dilation, "groups": groups}
    sizes, more = [], []
    for k, s, d, p in zip(kernel, both(stride, dim), both(dilation, dim), sides(pad, dim), strict=True):
        reach, more = d * (k - 1) + 1, [*more, draw(st.integers(0, max(s, d) - 1))]
        least = 1 + max(0, (sum(p) - reach) // s + 1) if name == "conv_transpose2d" else max(1, reach - sum(p))
        sizes.append(least + draw(st.integers(0, larger)))
    rng = np.random.default_rng(draw(seeds))
    x = rng.standard_normal((draw(st.integers(1, 5)), groups * c, *sizes))
    if name == "conv_transpose2d":
        options["output_pad"] = tuple(more) if pads else 0
        w, filters = rng.standard_normal((groups * c, f, *kernel)), groups * f
    else:
        w, filters = rng.standard_normal((groups * f, c, *kernel)), groups * f
    return (x, w, rng.standard_normal(filters) if draw(st.booleans()) else None), options


def orderings():
    """In which order x, w and dout lie in memory."""
    return st.tuples(orders, orders, orders)


def arranged(args, dtype, order):
    """The arrays in this dtype, x and w in these orders."""
    x, w, b = (None if a is None else a.astype(dtype) for a in args)
    return ORDERS[order[0]](x), ORDERS[order[1]](w), b


def run(pair, args, options, order="channels first", needs=(True, True, True)):
    """[out, dx, dw, db] of a pair, with a dout of random numbers in this order in memory; no input is written to."""
    given, kept = [a for a in args if a is not None], [np.array(a) for a in args if a is not None]
    out, cache = pair.forward(*args, **options)
    drawn = np.random.default_rng(1).standard_normal(out.shape)
    dout = ORDERS[order](drawn.astype(out.dtype))
    results = [out, *pair.backward(dout, cache, needs)]
    for a, b in zip([*given, dout], [*kept, drawn.astype(out.dtype)], strict=True):
        np.testing.assert_array_equal(a, b)
    return results


def assert_equals_the_readable_pair(way, name, args, options, dtype="float64", order=FIRST, tolerance=None):
    """Both halves give what the readable pair gives in float64; for 1, 2 and 3 threads to the last bit."""
    pair, readable = pair_of(way, name), ops.__dict__[name].reference
    wanted = run(readable, args, options)
    args = arranged(args, dtype, order)
    got = run(pair, args, options, order[2])
    for a, b in zip(got, wanted, strict=True):
        assert (a is None) == (b is None)
        if b is not None:
            assert a.dtype == dtype
            assert error(a, b) <= (tolerance or TOLERANCE[dtype])
    assert_equal_bits(pair, args, options, got, order[2])


def assert_equal_bits(pair, args, options, results, order="channels first"):
    for count in (1, 2, 3):
        with threads(count):
            again = run(pair, args, options, order)
        for one, other in zip(results, again, strict=True):
            np.testing.assert_array_equal(one, other)


def error(got, wanted):
    """The largest difference, relative to the largest number (or to 0.1)."""
    assert got.shape == wanted.shape
    return np.abs(got - wanted).max() / max(0.1, np.abs(wanted).max())


def assert_needs(way, name, args, options):
    """Each gradient by itself has the bits that it has beside the others; None where there is no need."""
    pair = pair_of(way, name)
    together = run(pair, args, options)
    for needs in np.ndindex(2, 2, 2):
        alone = run(pair, args, options, needs=tuple(map(bool, needs)))[1:]
        for need, one, other in zip(needs, alone, together[1:], strict=True):
            assert (one is None) == (not need or other is None)
            if one is not None:
                np.testing.assert_array_equal(one, other)


@contextlib.contextmanager
def cut_finely(module, **numbers):
    """Inside, what the module calls large is small: `BLOCK_BYTES` and the like; None leaves a number as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout, "BLOCK_BYTES", 1 << 9)
        for name, value in numbers.items():
            if value is not None:
                patch.setattr(module, name, value)
        yield
