"""Convolution with a kernel for each channel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradcheck
from npdl.kernels.cpu import depthwise
from npdl.kernels.cpu.layout import is_channels_last
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

PLANES = {"LONG": 1, "WIDE": 1}  # any image whose width stays goes through `_taps`
EXAMPLES = {"conv1d": 50, "conv2d": 100, "conv3d": 40, "conv_transpose2d": 60}


def drawn(*shapes):
    rng = np.random.default_rng(0)
    return tuple(rng.standard_normal(shape) for shape in shapes)


@pytest.mark.parametrize("name", OPS)
def test_equals_the_readable_pair(name):
    drawn_calls = calls(name, groups="depthwise", channels=(1, 12))

    @settings(max_examples=EXAMPLES[name], deadline=None, derandomize=True)
    @given(
        call=drawn_calls, dtype=dtypes, order=orderings(), block=st.sampled_from([1, 3000, None]), planes=st.booleans()
    )
    def check(call, dtype, order, block, planes):
        with cut_finely(depthwise, BLOCK_BYTES=block, PLANE_BYTES=block, **(PLANES if planes else {})):
            assert_equals_the_readable_pair(depthwise, name, *call, dtype, order)

    check()


@pytest.mark.parametrize("pad", [((9, 0), (4, 5)), ((0, 7), (8, 0)), 11], ids=str)
@pytest.mark.parametrize("stride", [1, 2, (3, 1), (1, 3)])
def test_padding_wider_than_the_kernel_reaches(pad, stride):
    args = drawn((2, 9, 5, 4), (9, 1, 2, 3), 9)
    assert_equals_the_readable_pair(depthwise, "conv2d", args, {"pad": pad, "stride": stride, "groups": 9})


@pytest.mark.parametrize("order", ["channels first", "channels last"])
@pytest.mark.parametrize("sizes, kernel, pad", [((20, 32), (3, 3), 1), ((17, 31), (5, 1), ((4, 0), (0, 0))),
                                                ((24, 24), (3, 5), ((9, 0), (0, 4))),
                                                ((30, 20), (1, 3), 1)])  # fmt: skip
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_planes_whose_width_stays(sizes, kernel, pad, order, dtype):
    args = drawn((3, 9, *sizes), (9, 1, *kernel), 9)
    orders = ("channels first", "channels first", order)
    with cut_finely(depthwise, PLANE_BYTES=40000, **PLANES):
        assert_equals_the_readable_pair(depthwise, "conv2d", args, {"pad": pad, "groups": 9}, dtype, orders)
        assert_needs(depthwise, "conv2d", args, {"pad": pad, "groups": 9})


def test_results_lie_in_memory_as_a_large_image_does():
    pair, (x, w) = pair_of(depthwise, "conv2d"), drawn((2, 8, 32, 32), (8, 1, 3, 3))
    last = np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    for image, is_so in ((x, lambda a: a.flags.c_contiguous), (last, is_channels_last)):
        y, cache = pair.forward(image, w, None, pad=1, groups=8)
        assert is_so(y) and is_so(pair.backward(y, cache)[0])


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


@pytest.mark.parametrize("planes", [{}, PLANES], ids=["", "planes"])
@pytest.mark.parametrize("pad", [0, 1])
def test_a_missing_number_stays_in_its_channel(planes, pad):
    pair, (x, w) = pair_of(depthwise, "conv2d"), drawn((2, 8, 6, 6), (8, 1, 3, 3))
    x[1, 2, 0, 0] = np.nan
    with cut_finely(depthwise, **planes):
        y, cache = pair.forward(x, w, None, groups=8, pad=pad)
        met = [[1, 2, h, q] for h in range(1 + pad) for q in range(1 + pad)]
        assert np.argwhere(np.isnan(y)).tolist() == met
        _, dw, _ = pair.backward(np.ones(y.shape), cache)
        assert np.argwhere(np.isnan(dw)).tolist() == [[2, 0, h, q] for h in range(1 + pad) for q in range(1 + pad)]
