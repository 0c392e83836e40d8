"""Messages arrive as they were sent, and bytes that are no message do no harm."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from npdl.course.inside import wire

NUMBERS = st.sampled_from([np.float64, np.float32, np.int64, np.uint8, np.bool_, np.complex128])
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**200), 2**200), st.floats(), st.text(max_size=5),
    NUMBERS.flatmap(lambda dtype: arrays(dtype, array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))),
)  # fmt: skip
KEYS = st.one_of(st.text(max_size=3), st.integers(0, 9))
VALUES = st.recursive(
    LEAVES,
    lambda v: st.one_of(st.lists(v, max_size=3), st.tuples(v, v), st.dictionaries(KEYS, v, max_size=3)),
    max_leaves=6,
)


def equal(a, b):
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)
    return type(a) is type(b) and (a == b or a != a)


@given(VALUES)
def test_values_arrive_as_they_were_sent(value):
    data = wire.pack(["value", value])
    assert int.from_bytes(data[:8], "big") == len(data) - 8
    assert equal(wire.unpack(data[8:]), ["value", value])


@given(st.binary(max_size=200))
def test_other_bytes_are_refused_or_read(data):
    with contextlib.suppress(wire.WireError):
        wire.unpack(data)


@given(VALUES, st.data())
def test_a_damaged_message_is_refused_or_read(value, data):
    message = bytearray(wire.pack(["value", value])[8:])
    message[data.draw(st.integers(0, len(message) - 1))] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(wire.WireError):
        wire.unpack(bytes(message))


def test_layouts_and_subclasses_arrive_as_plain_arrays():
    class Own(np.ndarray):
        pass

    x = np.arange(24.0).reshape(2, 3, 4)
    for view in (x.T, x[:, ::-1], x[::2], np.broadcast_to(x[0], (5, 3, 4)), x.view(Own), x.astype(">f8")):
        (got,) = wire.unpack(wire.pack([view])[8:])
        assert type(got) is np.ndarray and np.array_equal(got, np.asarray(view)) and got.flags.writeable


def test_what_cannot_be_sent_says_so():
    for value in (object(), np.array([object()]), np.array(["a"]), len):
        with pytest.raises(wire.WireError, match="can be sent"):
            wire.pack([value])
    loop = []
    loop.append(loop)
    with pytest.raises(wire.WireError, match="nested"):
        wire.pack(loop)


def test_a_seed_arrives_as_its_generator():
    (rng,) = wire.unpack(wire.pack([wire.Draws(7)])[8:])
    assert rng.random() == np.random.default_rng(7).random()


def test_functions_arrive_as_names():
    assert wire.unpack(wire.pack([len], serve=lambda f: f.__name__)[8:], called=lambda name: name.upper()) == ["LEN"]
