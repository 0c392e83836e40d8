"""Convolution with a kernel for each channel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradcheck
from npdl.kernels.cpu import depthwise
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

EXAMPLES = {"conv1d": 50, "conv2d": 100, "conv3d": 40, "conv_transpose2d": 60}


def drawn(*shapes):
    rng = np.random.default_rng(0)
    return tuple(rng.standard_normal(shape) for shape in shapes)


@pytest.mark.parametrize("name", OPS)
def test_equals_the_readable_pair(name):
    drawn_calls = calls(name, groups="depthwise", channels=(1, 12))

    @settings(max_examples=EXAMPLES[name], deadline=None, derandomize=True)
    @given(call=drawn_calls, dtype=dtypes, order=orderings(), block=st.sampled_from([1, 3000, None]))
    def check(call, dtype, order, block):
        with cut_finely(depthwise, BLOCK_BYTES=block):
            assert_equals_the_readable_pair(depthwise, name, *call, dtype, order)

    check()


@pytest.mark.parametrize("pad", [((9, 0), (4, 5)), ((0, 7), (8, 0)), 11], ids=str)
@pytest.mark.parametrize("stride", [1, 2, (3, 1), (1, 3)])
def test_padding_wider_than_the_kernel_reaches(pad, stride):
    args = drawn((2, 9, 5, 4), (9, 1, 2, 3), 9)
    assert_equals_the_readable_pair(depthwise, "conv2d", args, {"pad": pad, "stride": stride, "groups": 9})


def test_more_blocks_than_stripes():
    args = drawn((2 * depthwise.STRIPES + 3, 8, 4, 4), (8, 1, 3, 3), 8)
    with cut_finely(depthwise, BLOCK_BYTES=1):
        assert_equals_the_readable_pair(depthwise, "conv2d", args, {"pad": 1, "groups": 8})


@pytest.mark.parametrize("name", OPS)
@pytest.mark.parametrize("stride", [1, 2])
def test_its_gradients_and_those_that_nobody_asked_for(name, stride):
    args = drawn((2, 8, *[5] * OPS[name]), (8, 1, *[3] * OPS[name]), 8)
    if name == "conv3d":
        args = tuple(a[:1, :, :3, :4] if a.ndim == 5 and a.shape[1] == 8 else a for a in args)
    pair, options = pair_of(depthwise, name), {"stride": stride, "groups": 8}
    report = gradcheck.check(pair.forward, pair.backward, args, options=options)
    assert report.ok, report
    assert_needs(depthwise, name, args, options)
    assert_needs(depthwise, name, (*args[:2], None), options)


def test_it_does_no_work_for_gradients_that_nobody_asked_for(monkeypatch):
    pair, (x, w) = pair_of(depthwise, "conv2d"), drawn((2, 8, 5, 5), (8, 1, 3, 3))
    y, cache = pair.forward(x, w, None, groups=8)
    monkeypatch.delattr(depthwise, "_correlate")
    pair.backward(y, cache, (False, True, True))
    monkeypatch.delattr(depthwise, "_meet")
    pair.backward(y, cache, (False, False, True))


def test_a_missing_number_stays_in_its_channel():
    pair, (x, w) = pair_of(depthwise, "conv2d"), drawn((2, 8, 6, 6), (8, 1, 3, 3))
    x[1, 2, 0, 0] = np.nan
    y, cache = pair.forward(x, w, None, groups=8)
    assert np.argwhere(np.isnan(y)).tolist() == [[1, 2, 0, 0]]
    _, dw, _ = pair.backward(np.ones(y.shape), cache)
    assert np.argwhere(np.isnan(dw)).tolist() == [[2, 0, 0, 0]]
