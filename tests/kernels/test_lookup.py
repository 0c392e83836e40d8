"""The fast pair of embedding: the same sums in the same order."""

import numpy as np
import pytest

import gradcheck
from npdl import ops
from npdl.errors import InputError
from npdl.kernels.cpu import lookup
from npdl.ops.samples import samples
from tests.kernels.twins import is_fast


def drawn(shape, V, D, dtype="float32", integers="int64"):
    rng = np.random.default_rng(0)
    return rng.integers(0, V, shape).astype(integers), rng.standard_normal((V, D)).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("integers", ["uint8", "int32", "int64"])
@pytest.mark.parametrize("shape, V, D", [((64, 12), 200, 30), ((700,), 3, 16), ((5, 4, 30), 100, 8), ((3000,), 50, 1)])
def test_equals_the_readable_pair_to_the_last_bit(shape, V, D, dtype, integers):
    ids, table = drawn(shape, V, D, dtype, integers)
    assert is_fast(ops.embedding, (ids, table))
    y, cache = ops.embedding.forward(ids, table)
    wanted, slow = ops.embedding_forward(ids, table)
    np.testing.assert_array_equal(y, wanted)
    dout = np.random.default_rng(1).standard_normal(y.shape).astype(dtype)
    none, dtable = ops.embedding.backward(dout, cache)
    assert none is None
    assert dtable.dtype == dtype
    np.testing.assert_array_equal(dtable, ops.embedding_backward(dout, slow)[1])
    backwards = ops.embedding.backward(dout[..., ::-1], cache)[1]
    np.testing.assert_array_equal(backwards, dtable[:, ::-1])


def test_a_missing_number_spoils_the_row_of_its_id_alone():
    ids, table = drawn((64, 12), 200, 30)
    y, cache = ops.embedding.forward(ids, table)
    y[3, 4, 5] = np.nan
    spoilt = np.argwhere(np.isnan(ops.embedding.backward(y, cache)[1]))
    assert spoilt.tolist() == [[ids[3, 4], 5]]


def test_few_numbers_are_left_to_the_readable_pair():
    assert is_fast(ops.embedding, drawn((64, 128), 10000, 64))
    assert not is_fast(ops.embedding, drawn((8,), 50, 16))


def test_gradients_equal_numerical_ones(monkeypatch):
    monkeypatch.setattr(lookup, "SMALL", 0)
    args, options = samples("embedding")[0]
    assert is_fast(ops.embedding, args, options)
    report = gradcheck.check(ops.embedding.forward, ops.embedding.backward, args, options=options)
    assert report.ok, report


def test_complains_as_the_readable_one():
    ids, table = drawn((64, 12), 200, 30)
    for wrong in (ids + 1, ids * 1.0):
        with pytest.raises(InputError, match="embedding: ids should be"):
            ops.embedding(wrong, table)
