"""Convolution as one matrix product: all calls, in blocks of any size."""

import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradcheck
from npdl.kernels.cpu import columns, layout
from npdl.ops.samples import samples
from tests.kernels.convolutions import (
    OPS,
    assert_equals_the_readable_pair,
    assert_needs,
    calls,
    cut_finely,
    dtypes,
    orderings,
    pair_of,
)
from tests.kernels.twins import ORDERS, threads

EXAMPLES = {"conv1d": 60, "conv2d": 100, "conv3d": 40, "conv_transpose2d": 60}
FINELY = [dict(BLOCK_BYTES=1), dict(BLOCK_BYTES=4000, FEW_IMAGES=2), dict(STRIPES=1), dict(FEW_IMAGES=1)]


def drawn(*shapes, dtype="float64"):
    rng = np.random.default_rng(0)
    return tuple(rng.standard_normal(shape).astype(dtype) for shape in shapes)


@pytest.mark.parametrize("name", OPS)
def test_equals_the_readable_pair(name):
    @settings(max_examples=EXAMPLES[name], deadline=None, derandomize=True)
    @given(call=calls(name, channels=(1, 12)), dtype=dtypes, order=orderings(), block=st.sampled_from([1, 3000, None]))
    def check(call, dtype, order, block):
        with cut_finely(columns, BLOCK_BYTES=block):
            assert_equals_the_readable_pair(columns, name, *call, dtype, order)

    check()


@pytest.mark.parametrize("finely", FINELY, ids=str)
@pytest.mark.parametrize("N", [1, 2, 3, 4, 9])
@pytest.mark.parametrize("C, F", [(3, 5), (3, 20), (12, 16), (16, 12)], ids=["few", "many filters", "many", "turned"])
def test_blocks_of_rows_of_images_and_of_channels(C, F, N, finely):
    x, w, b = drawn((N, C, 13, 11), (F, C, 3, 2), F)
    for stride in (1, (2, 3)):
        with cut_finely(columns, **finely):
            assert_equals_the_readable_pair(columns, "conv2d", (x, w, b), {"pad": 1, "stride": stride})


@pytest.mark.parametrize("pad", [((9, 0), (4, 5)), ((0, 7), (8, 0)), 11], ids=str)
@pytest.mark.parametrize("C, F", [(2, 3), (10, 12), (12, 10)])
def test_padding_wider_than_the_kernel_reaches(C, F, pad):
    """Outputs that see zeros alone: dx must leave their dout out."""
    x, w, b = drawn((2, C, 5, 4), (F, C, 2, 3), F)
    for options in ({}, {"stride": (2, 3)}, {"dilation": (3, 2)}):
        assert_equals_the_readable_pair(columns, "conv2d", (x, w, b), {"pad": pad, **options})


@pytest.mark.parametrize("C, F", [(10, 2), (3, 2), (12, 9)])  # with few or many channels, on either side
@pytest.mark.parametrize("pad", [((0, 2), (3, 1)), ((4, 0), (0, 2)), ((4, 4), (2, 2))], ids=str)
def test_fewer_filters_than_channels_turn_round(C, F, pad, monkeypatch):
    x, w, b = drawn((2, C, 7, 8), (F, C, 3, 3), F)
    turned, calls = columns.turned, []
    monkeypatch.setattr(columns, "turned", lambda w, *groups: calls.append(w.shape) or turned(w, *groups))
    for options in ({"dilation": (2, 1)}, {"dilation": 2}, {"stride": (1, 2)}, {"stride": (3, 2)}, {"stride": 4}):
        assert_equals_the_readable_pair(columns, "conv2d", (x, w, b), {"pad": pad, **options})
        assert calls
        calls.clear()
    assert_equals_the_readable_pair(columns, "conv2d", (x, w, b), {"pad": 1, "stride": 2, "dilation": 2})
    assert calls == []  # not with both stride and dilation


@pytest.mark.parametrize("C", [columns.FEW_CHANNELS, columns.FEW_CHANNELS + 1])
def test_a_kernel_as_large_as_the_image_and_pixels_that_no_window_reaches(C):
    x, w = drawn((3, C, 7, 8), (4, C, 7, 8))
    assert_equals_the_readable_pair(columns, "conv2d", (x, w, None), {})
    assert_equals_the_readable_pair(columns, "conv2d", (x, w[:, :, :2, :2].copy(), None), {"stride": (4, 5)})


@pytest.mark.parametrize("C", [3, 20])
def test_dout_of_one_number(C):
    """What `y.sum().backward()` sends: strides of 0."""
    pair = pair_of(columns, "conv2d")
    x, w, b = drawn((2, C, 6, 5), (4, C, 3, 3), 4)
    y, cache = pair.forward(x, w, b)
    got = pair.backward(np.broadcast_to(1.0, y.shape), cache)
    for one, other in zip(got, pair.backward(np.ones(y.shape), cache), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", OPS)
@pytest.mark.parametrize("number", range(2))
def test_its_gradients_equal_numerical_ones(name, number):
    pair, (args, options) = pair_of(columns, name), samples(name)[number]
    report = gradcheck.check(pair.forward, pair.backward, args, options=options)
    assert report.ok, report


@pytest.mark.parametrize("name", OPS)
def test_gradients_that_nobody_asked_for(name):
    for args, options in samples(name):
        assert_needs(columns, name, args, options)


def test_it_does_no_work_for_gradients_that_nobody_asked_for(monkeypatch):
    pair = pair_of(columns, "conv2d")
    (x, w, b), _ = samples("conv2d")[0]
    y, cache = pair.forward(x, w, b)
    monkeypatch.delattr(columns, "_spread")
    pair.backward(y, cache, (False, True, True))
    monkeypatch.delattr(columns, "_meet")
    pair.backward(y, cache, (False, False, True))


@pytest.mark.parametrize("C", [3, 20])
def test_a_missing_number_goes_where_it_is_seen(C):
    pair = pair_of(columns, "conv2d")
    x, w = drawn((2, C, 6, 6), (4, C, 3, 3))
    x[1, 1, 0, 0] = np.nan
    y, cache = pair.forward(x, w, None)
    assert np.isnan(y).sum() == 4 and np.isnan(y[1, :, 0, 0]).all()
    dout = np.ones(y.shape)
    dout[0, 2, 3, 3] = np.inf
    dx, dw, _ = pair.backward(dout, cache)
    assert (~np.isfinite(dx)).sum() == 9 * C
    assert np.isnan(dw[:, 1, 0, 0]).all() and np.isfinite(dw[[0, 1, 3]][:, 0]).all()


def test_float32_sums_keep_their_digits():
    """dw and db are sums over 200,000 pixels each."""
    x, w, b = drawn((8, 3, 160, 160), (4, 3, 3, 3), 4)
    assert_equals_the_readable_pair(columns, "conv2d", (x + 1, w, b), {"pad": 1}, "float32", tolerance=2e-6)


LARGE = [
    ((1, 64, 256, 256), (64, 64, 3, 3), "conv2d", {"pad": 1}),
    ((1, 64, 256, 256), (16, 64, 3, 3), "conv2d", {"pad": 1}),
    ((1, 3, 512, 512), (8, 3, 7, 7), "conv2d", {"stride": 2}),
    ((1, 16, 200_000), (16, 16, 9), "conv1d", {}),
    ((1, 1, 400_000), (8, 1, 25), "conv1d", {"stride": 2}),
]


@pytest.mark.parametrize("shape, w_shape, name, options", LARGE, ids=str)
def test_the_memory_that_it_works_in_has_a_bound(shape, w_shape, name, options, monkeypatch):
    """Less than 12 MB beside what it returns; cols would take 302 MB of the first call, the image takes 34."""
    monkeypatch.setattr(layout, "_local", threading.local())
    pair, x, w = pair_of(columns, name), ORDERS["channels last"](np.ones(shape)), np.ones(w_shape)
    with threads(1):
        tracemalloc.start()
        y, cache = pair.forward(x, w, None, **options)
        forward = tracemalloc.get_traced_memory()[1] - y.nbytes
        tracemalloc.reset_peak()
        dx, _, _ = pair.backward(y, cache)
        backward = tracemalloc.get_traced_memory()[1] - y.nbytes - dx.nbytes
        tracemalloc.stop()
    assert max(forward, backward) < 12 << 20
