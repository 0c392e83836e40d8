"""Convolution with kernels of one pixel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradcheck
from npdl.kernels.cpu import pointwise
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
from tests.kernels.twins import ORDERS

EXAMPLES = {"conv1d": 40, "conv2d": 80, "conv3d": 40, "conv_transpose2d": 60}
DENSE = ["channels first", "channels last"]


def drawn(*shapes):
    rng = np.random.default_rng(0)
    return tuple(rng.standard_normal(shape) for shape in shapes)


@pytest.mark.parametrize("name", OPS)
def test_equals_the_readable_pair(name):
    dilations = (1, 1) if name == "conv_transpose2d" else (1, 3)  # a kernel of one pixel has no holes
    drawn_calls = calls(name, groups=(1,), channels=(1, 12), kernels=(1, 1), dilations=dilations, pads=0)

    @settings(max_examples=EXAMPLES[name], deadline=None, derandomize=True)
    @given(call=drawn_calls, dtype=dtypes, order=orderings(), block=st.sampled_from([1, 2000, None]))
    def check(call, dtype, order, block):
        with cut_finely(pointwise, BLOCK_BYTES=block):
            assert_equals_the_readable_pair(pointwise, name, *call, dtype, order)

    check()


@pytest.mark.parametrize("pixels", [(3, 4), (8, 8), (9, 11)])  # few, MANY_PIXELS, more
@pytest.mark.parametrize("stride", [1, 2, (1, 3)])
@pytest.mark.parametrize("x_order", DENSE)
@pytest.mark.parametrize("dout_order", DENSE)
@pytest.mark.parametrize("block", [1, 30_000, None])
def test_every_pair_of_layouts(pixels, stride, x_order, dout_order, block):
    """A product reads rows or columns, and dw may meet one of each."""
    args = drawn((7, 10, *pixels), (6, 10, 1, 1), 6)
    with cut_finely(pointwise, BLOCK_BYTES=block):
        order = (x_order, "channels first", dout_order)
        assert_equals_the_readable_pair(pointwise, "conv2d", args, {"stride": stride}, order=order)


def test_more_blocks_than_stripes():
    args = drawn((2 * pointwise.STRIPES + 3, 3, 2, 2), (4, 3, 1, 1), 4)
    with cut_finely(pointwise, BLOCK_BYTES=1):
        assert_equals_the_readable_pair(pointwise, "conv2d", args, {})


def test_pixels_that_a_stride_passes_over_have_no_gradient():
    pair, (x, w) = pair_of(pointwise, "conv2d"), drawn((2, 3, 5, 6), (4, 3, 1, 1))
    y, cache = pair.forward(x, w, None, stride=(2, 4))
    dx, _, _ = pair.backward(y, cache)
    passed_over = np.ones((5, 6), bool)
    passed_over[::2, ::4] = False
    assert (dx[:, :, passed_over] == 0).all() and (dx[:, :, ~passed_over] != 0).all()


def test_an_image_of_either_layout_is_not_copied():
    for order in DENSE:
        x = ORDERS[order](np.zeros((2, 3, 8, 8)))
        assert np.shares_memory(pointwise._rows(x), x)


@pytest.mark.parametrize("name", OPS)
def test_its_gradients_and_those_that_nobody_asked_for(name):
    ones = (1,) * OPS[name]
    args = drawn((2, 3, *[4] * OPS[name]), (3, 3, *ones), 3)
    pair, options = pair_of(pointwise, name), {"stride": 2}
    report = gradcheck.check(pair.forward, pair.backward, args, options=options)
    assert report.ok, report
    assert_needs(pointwise, name, args, options)
    assert_needs(pointwise, name, (*args[:2], None), options)


def test_a_missing_number_stays_in_its_pixel():
    pair, (x, w) = pair_of(pointwise, "conv2d"), drawn((2, 3, 5, 6), (4, 3, 1, 1))
    x[1, 2, 3, 4] = np.nan
    y, cache = pair.forward(x, w, None)
    assert np.isnan(y).sum() == 4 and np.isnan(y[1, :, 3, 4]).all()
    dx, dw, _ = pair.backward(np.ones(y.shape), cache)
    assert np.isfinite(dx).all() and np.isnan(dw[:, 2]).all() and np.isfinite(dw[:, :2]).all()
