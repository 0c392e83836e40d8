"""Winograd's convolution: exact in its algebra, and near enough in float32."""

from fractions import Fraction
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npdl import ops
from npdl.kernels.cpu import winograd
from npdl.kernels.cpu.winograd import MOST_TAPS, TILE, minimal
from npdl.ops.conv import conv_geometry
from tests.kernels.convolutions import (
    ORDERS,
    assert_equal_bits,
    assert_equals_the_readable_pair,
    assert_needs,
    calls,
    cut_finely,
    error,
    orderings,
    pair_of,
    run,
)

TOLERANCE = 1e-4  # relative to the largest number: some ten times the error that was measured
TILES = [(m, k) for m in range(1, TILE + 1) for k in range(1, MOST_TAPS + 1)]


def drawn(*shapes):
    rng = np.random.default_rng(0)
    return tuple(rng.standard_normal(shape) for shape in shapes)


def check(args, options, order=("channels first",) * 3):
    assert_equals_the_readable_pair(winograd, "conv2d", args, options, "float32", order, TOLERANCE)


@pytest.mark.parametrize("m, k", TILES)
def test_minimal_is_a_correlation(m, k):
    A, G, B = minimal(m, k)
    assert A.shape == (m, m + k - 1) and G.shape == (m + k - 1, k) and B.shape == (m + k - 1, m + k - 1)
    w, x = drawn(k, m + k - 1)
    np.testing.assert_allclose(A @ ((G @ w) * (B @ x)), np.convolve(x, w[::-1], "valid"), rtol=0, atol=1e-13)


@pytest.mark.parametrize("m, k", TILES)
def test_minimal_is_exact_in_fractions(m, k):
    """A and B hold small binary fractions, G quotients of small numbers; so rounded, they satisfy every equation."""
    A, G, B = (np.vectorize(lambda a: Fraction(a).limit_denominator(1000), otypes=[object])(M) for M in minimal(m, k))
    places = np.einsum("ip,pj,pq->ijq", A, G, B)
    wanted = np.add.outer(np.arange(m), np.arange(k))[..., None] == np.arange(m + k - 1)
    assert (places == wanted).all()


@pytest.mark.parametrize("m, k, ours, definition", [(2, 3, 4, 6), (4, 3, 6, 12), (4, 5, 8, 20), (3, 2, 4, 6)])
def test_the_numbers_of_multiplications_of_the_textbook(m, k, ours, definition):
    """F(2, 3) takes 4 multiplications and F(4, 3) takes 6 (Lavin and Gray 2015)."""
    assert len(minimal(m, k)[2]) == ours and m * k == definition


def axes(kernel, out, stride=1, dilation=1):
    geometry = conv_geometry(
        "conv2d", 2, np.empty((1, 1, *[(n - 1) * stride + dilation * (k - 1) + 1 for n, k in zip(out, kernel)])),
        np.empty((1, 1, *kernel)), None, stride, 0, dilation, 1,
    )  # fmt: skip
    return winograd._axes(geometry)


def test_a_kernel_of_three_does_36_multiplications_for_16_outputs():
    tile = axes((3, 3), (16, 16))
    assert prod(len(axis.B) for axis in tile) == 36
    assert prod(len(axis.A) for axis in tile) == 16
    assert 16 * 9 == 144


def test_a_stride_and_a_dilation():
    """With stride 2 three taps are convolutions with two and with one: 5 + 4 points for 4 outputs."""
    (axis, _) = axes((3, 3), (16, 16), stride=2)
    assert len(axis.A) == 4 and len(axis.B) == 9 and axis.step == 8
    (axis, _) = axes((3, 3), (16, 16), dilation=2)
    assert len(axis.A) == 4 and len(axis.B) == 6 and axis.grids == 2 and axis.tiles == 2 and axis.step == 8


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    call=calls("conv2d", groups=(1,), kernels=(1, MOST_TAPS), both_holes=False),
    order=orderings(),
    block=st.sampled_from([1, 3000, None]),
    group=st.sampled_from([1, 20_000, None]),
)
def test_equals_the_readable_pair(call, order, block, group):
    with cut_finely(winograd, BLOCK_BYTES=block, GROUP_BYTES=group):
        check(*call, order)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (4, 4), (5, 1), (9, 17)], ids=str)
def test_images_smaller_than_a_tile_and_tiles_that_hang_over(size):
    args = drawn((2, 5, *size), (4, 5, 3, 3), 4)
    check(args, {"pad": 1})
    check(args, {"pad": ((1, 9), (7, 2))})
    check(args, {"pad": 2, "dilation": 2})
    check(args, {"pad": 1, "stride": (2, 3)})


@pytest.mark.parametrize("order", sorted(ORDERS))
@pytest.mark.parametrize("N", [1, 5])
def test_groups_of_images_and_blocks_in_them(N, order):
    args = drawn((N, 20, 14, 15), (24, 20, 3, 3), 24)
    for group in (1, 2 * 44 * 36 * 16 * 4, None):  # of one, two and all images
        with cut_finely(winograd, GROUP_BYTES=group, BLOCK_BYTES=1):
            check(args, {"pad": 1}, (order,) * 3)


@pytest.mark.parametrize("kernel", [2, 3, 5])
@pytest.mark.parametrize("channels", [64, 256, 512])
@pytest.mark.parametrize("stride", [1, 2])
def test_its_error_in_layers_of_many_channels(channels, kernel, stride):
    """At most 1.8e-5 of the largest number was measured, with a kernel of 5 and 256 channels."""
    x, w = drawn((2, channels, 12, 12), (64, channels, kernel, kernel))
    options, pair = {"pad": kernel // 2, "stride": stride}, pair_of(winograd, "conv2d")
    wanted = run(ops.conv2d.reference, (x, w, None), options)
    got = run(pair, (x.astype("float32"), w.astype("float32"), None), options)
    for one, other in zip(got[:3], wanted[:3], strict=True):
        assert error(one, other) < TOLERANCE


def test_equal_bits_for_every_number_of_threads_with_many_blocks():
    x, w, b = (a.astype("float32") for a in drawn((9, 32, 20, 20), (48, 32, 3, 3), 48))
    pair = pair_of(winograd, "conv2d")
    with cut_finely(winograd, BLOCK_BYTES=1 << 16, GROUP_BYTES=1 << 20):
        assert_equal_bits(pair, (x, w, b), {"pad": 1}, run(pair, (x, w, b), {"pad": 1}))


@pytest.mark.parametrize("bias", [True, False])
def test_gradients_that_nobody_asked_for(bias):
    x, w, b = (a.astype("float32") for a in drawn((5, 6, 7, 7), (4, 6, 3, 3), 4))
    with cut_finely(winograd, GROUP_BYTES=1):
        assert_needs(winograd, "conv2d", (x, w, b if bias else None), {"pad": 1})


def test_it_does_no_work_for_gradients_that_nobody_asked_for(monkeypatch):
    x, w = (a.astype("float32") for a in drawn((5, 6, 7, 7), (4, 6, 3, 3)))
    pair = pair_of(winograd, "conv2d")
    y, cache = pair.forward(x, w, None)
    monkeypatch.delattr(winograd, "_fold")
    pair.backward(y, cache, (False, True, False))
    monkeypatch.undo()
    monkeypatch.delattr(winograd, "_gather")
    pair.backward(y, cache, (True, False, False))


def test_a_missing_number_stays_in_the_tiles_that_see_it():
    x, w = (a.astype("float32") for a in drawn((2, 6, 16, 16), (4, 6, 3, 3)))
    x[1, 2, 3, 3] = np.nan
    y, _ = pair_of(winograd, "conv2d").forward(x, w, None, pad=1)
    assert np.isnan(y[1, :, 2:5, 2:5]).all()
    assert np.isfinite(y[0]).all() and np.isfinite(y[1, :, 8:]).all() and np.isfinite(y[1, :, :, 8:]).all()
