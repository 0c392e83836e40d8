"""What the tests of the fast pairs share: a fast call beside its readable twin in float64."""

import contextlib

import numpy as np

import npdl
from tests.ops.helpers import as_tuple, distance

TOLERANCE = {"float64": 1e-11, "float32": 2e-5}
ORDERS = {
    "channels first": np.ascontiguousarray,
    "channels last": lambda x: np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 1, -1)), -1, 1),
    "batch last": lambda x: np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 0, -1)), -1, 0),
    "backwards": lambda x: np.ascontiguousarray(x[:, ::-1])[:, ::-1],
    "every other": lambda x: np.repeat(x, 2, axis=-1)[..., ::2],
}


@contextlib.contextmanager
def threads(count):
    npdl.set_num_threads(count)
    try:
        yield
    finally:
        npdl.set_num_threads(None)


def is_fast(op, args, options=()):
    """Whether op would run a pair of npdl.kernels."""
    return op.pair_for(tuple(args), dict(options)).name.startswith("npdl.kernels.cpu.")


def run(op, args, options, order=None, needs=None):
    """(out, gradients) of the fast pair, with a dout of random numbers, in this order in memory."""
    assert is_fast(op, args, options)
    before = [np.array(a) for a in args if a is not None]
    out, cache = op.forward(*args, **options)
    dout = np.asarray(np.random.default_rng(1).standard_normal(np.shape(out))).astype(out.dtype)
    dout = dout if order is None else ORDERS[order](dout)
    kept = dout.copy()
    gradients = as_tuple(op.backward(dout, cache, needs))
    np.testing.assert_array_equal(dout, kept)
    for a, b in zip([a for a in args if a is not None], before, strict=True):
        np.testing.assert_array_equal(a, b)
    return out, gradients


def readable(op, args, options):
    """The same from the readable pair, in float64."""
    args = [a.astype("float64") if a is not None and a.dtype.kind == "f" else a for a in args]
    out, cache = op.reference.forward(*args, **options)
    dout = np.asarray(np.random.default_rng(1).standard_normal(np.shape(out)))
    return out, as_tuple(op.reference.backward(dout, cache))


def assert_equal_twins(op, args, options=None, dtype="float32", order=None, floor=1e-2):
    """Both halves give what the readable pair gives, for any number of threads to the last bit."""
    options = options or {}
    out, gradients = run(op, args, options, order)
    expected = readable(op, args, options)
    for got, wanted in zip((out, *gradients), (expected[0], *expected[1]), strict=True):
        assert (got is None) == (wanted is None)
        if wanted is not None:
            assert got.dtype == dtype
            assert distance(got, wanted, floor) < TOLERANCE[dtype]
    for count in (1, 3):
        with threads(count):
            again = run(op, args, options, order)
        for one, other in zip((out, *gradients), (again[0], *again[1]), strict=True):
            np.testing.assert_array_equal(one, other)
