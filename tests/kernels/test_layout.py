"""How images lie in memory: what is a view, what is copied, and what nobody copies twice."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npdl import Tensor, ops
from npdl.kernels.cpu import layout
from npdl.kernels.cpu.layout import (
    KEPT_BYTES,
    channels_last,
    cut,
    empty_channels_last,
    is_channels_last,
    rearrange,
    settled,
    workspace,
)
from tests.kernels.convolutions import ORDERS
from tests.kernels.twins import threads

SHAPES = [(2, 3, 5), (2, 3, 4, 5), (3, 2, 2, 3, 4), (2, 12, 32, 32), (1, 9, 1024), (5, 1, 3, 3), (2, 7, 1, 1)]


def drawn(shape, dtype="float64"):
    return np.random.default_rng(0).standard_normal(shape).astype(dtype)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_new_memory_has_its_channels_last(shape):
    x = empty_channels_last(shape, "float32")
    assert x.shape == shape and x.dtype == "float32"
    assert is_channels_last(x)
    assert x.strides[1] == 4 or 1 in shape


def test_what_is_channels_last():
    x = drawn((2, 3, 4, 5))
    told = {name: is_channels_last(order(x)) for name, order in ORDERS.items()}
    assert told == {name: name == "channels last" for name in ORDERS}
    wide = ORDERS["channels last"](x)
    assert not is_channels_last(wide[:, :, :, 1:])  # a gap after each row
    assert is_channels_last(wide[1:])
    assert is_channels_last(x[:, :1].copy()) and is_channels_last(x[:, :, :1, :1].copy())  # both at once


@pytest.mark.parametrize("order", sorted(ORDERS))
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rows_of_channels_and_settled_images(shape, order, dtype, monkeypatch):
    monkeypatch.setattr(layout, "BLOCK_BYTES", 1)
    wanted = drawn(shape, dtype)
    x = ORDERS[order](wanted)
    for got in (np.moveaxis(channels_last(x), -1, 1), settled(x)):
        np.testing.assert_array_equal(got, wanted)
        assert is_channels_last(got) and got.dtype == dtype
        assert np.shares_memory(got, x) == is_channels_last(x)
    for count in (1, 3):
        with threads(count):
            np.testing.assert_array_equal(settled(x), wanted)


def test_channels_that_are_pages_apart_are_copied_right():
    """Images of 32 x 32 float32 numbers are 4096 bytes: their channels are brought apart first."""
    for C, sizes in ((9, (32, 32)), (64, (1024,)), (9, (2, 16, 64)), (8, (32, 32))):
        x = drawn((2, C, *sizes), "float32")
        assert x.strides[1] % 4096 == 0
        larger = np.full((2, *[n + 2 for n in sizes], C), 7, "float32")
        inside = larger[:, *[slice(1, -1)] * len(sizes)]
        assert rearrange(x, inside) is inside
        np.testing.assert_array_equal(inside, np.moveaxis(x, 1, -1))
        assert (larger == 7).sum() == larger.size - x.size


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=3),
    places=st.lists(st.tuples(st.integers(-9, 9), st.integers(1, 12)), min_size=3, max_size=3),
    order=st.sampled_from(sorted(ORDERS)),
)
def test_a_part_of_an_image_and_zeros_around_it(sizes, places, order):
    x = drawn((2, 3, *sizes))
    starts, lengths = zip(*places[: len(sizes)])
    padded = np.pad(x, ((0, 0), (0, 0), *[(30, 30)] * len(sizes)))
    wanted = padded[:, :, *[slice(30 + a, 30 + a + n) for a, n in zip(starts, lengths)]]
    workspace("image", (2000,), x.dtype)[...] = np.nan  # what the call before has left there
    np.testing.assert_array_equal(cut(ORDERS[order](x), starts, lengths), np.moveaxis(wanted, 1, -1))


def test_workspace_is_kept_for_its_thread_and_its_name(monkeypatch):
    monkeypatch.setattr(layout, "_local", threading.local())
    one = workspace("one", (3, 4), np.float32)
    assert one.shape == (3, 4) and one.dtype == np.float32 and one.flags.c_contiguous
    assert np.shares_memory(one, workspace("one", (2, 3), np.float64))
    assert not np.shares_memory(one, workspace("another", (3, 4), np.float32))
    elsewhere = []
    thread = threading.Thread(target=lambda: elsewhere.append(workspace("one", (3, 4), np.float32)))
    thread.start()
    thread.join()
    assert not np.shares_memory(one, elsewhere[0])
    larger = workspace("one", (30, 4), np.float32)
    assert np.shares_memory(larger, workspace("one", (3, 4), np.float32))


def test_no_workspace_larger_than_the_bound_is_kept(monkeypatch):
    monkeypatch.setattr(layout, "_local", threading.local())
    once, again = (workspace("large", (KEPT_BYTES + 1,), np.uint8) for _ in "ab")
    assert not np.shares_memory(once, again)
    assert layout._local.__dict__ == {}


@pytest.fixture
def copied(monkeypatch):
    """The arrays that were copied from one order of memory to another, as it was after the call."""
    copied = []

    def watched(x, out, rearrange=layout.rearrange):
        if x.shape[1] > 1 and x.strides[1] != x.itemsize:
            copied.append(x)
        return rearrange(x, out)

    monkeypatch.setattr(layout, "rearrange", watched)
    return copied


KERNELS = {  # the second convolution's weight and options
    "winograd or columns": ((32, 32, 3, 3), {"pad": 1}),
    "columns": ((32, 32, 3, 3), {"pad": 1, "stride": 2}),
    "grouped": ((32, 16, 3, 3), {"pad": 1, "groups": 2}),
    "pointwise": ((48, 32, 1, 1), {}),
    "depthwise": ((32, 1, 3, 3), {"pad": 1, "groups": 32}),
}


@pytest.mark.parametrize("order", ["channels first", "channels last"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", KERNELS)
def test_nothing_is_rearranged_between_convolution_batchnorm_and_relu(kind, dtype, order, copied):
    """From the first convolution on, forward and backward; that one's x is, if its channels are not last."""
    shape, options = KERNELS[kind]
    x = Tensor(ORDERS[order](drawn((4, 16, 32, 32), dtype)), requires_grad=True)
    w, v = (Tensor(drawn(s, dtype), requires_grad=True) for s in ((32, 16, 3, 3), shape))
    gamma, beta = (Tensor(drawn(32, dtype), requires_grad=True) for _ in "ab")
    y = ops.conv2d(ops.relu(ops.batchnorm(ops.conv2d(x, w, pad=1), gamma, beta)), v, **options)
    assert is_channels_last(y.data)
    y.backward(ORDERS["channels last"](drawn(y.shape, dtype)))
    assert all(np.shares_memory(a, x.data) for a in copied)
    assert bool(copied) == (order == "channels first")


def test_the_layout_makes_no_difference_to_a_network():
    def gradient(order):
        x = Tensor(ORDERS[order](drawn((4, 16, 32, 32))), requires_grad=True)
        y = ops.relu(ops.conv2d(x, drawn((32, 16, 3, 3)), pad=1))
        ops.conv2d(y, drawn((32, 1, 3, 3)), groups=32).sum().backward()
        return x.grad

    wanted = gradient("channels first")
    for order in ORDERS:
        np.testing.assert_allclose(gradient(order), wanted, rtol=0, atol=1e-10)
