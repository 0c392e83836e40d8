"""Convolution and correlation: SciPy's values, the theorem, and which is which."""

import numpy as np
import pytest
import scipy.ndimage
import scipy.signal

from npdl import InputError, set_num_threads
from npdl.vision.borders import BORDERS
from npdl.vision.convolution import (
    convolve,
    convolve_fft,
    convolve_separable,
    correlate,
    correlate_separable,
    separate,
)

rng = np.random.default_rng(0)
KERNELS = [(1, 1), (3, 3), (2, 3), (4, 2), (5, 1), (1, 4)]
every_kernel = pytest.mark.parametrize("shape", KERNELS, ids=str)
BOUNDARY = {"constant": "fill", "wrap": "wrap", "reflect": "symm"}


@pytest.mark.topic("R020")
@every_kernel
@pytest.mark.parametrize("border", BOUNDARY)
@pytest.mark.parametrize("mode", ["full", "valid"])
def test_convolution_is_scipys(shape, border, mode):
    f, h = rng.random((9, 11)), rng.standard_normal(shape)
    expected = scipy.signal.convolve2d(f, h, mode, BOUNDARY[border], 0.0)
    for function in (convolve, convolve_fft):
        np.testing.assert_allclose(function(f, h, mode=mode, border=border), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.topic("R020", "R472")
@every_kernel
@pytest.mark.parametrize("border", BORDERS)
def test_the_same_size_is_scipys_ndimage(shape, border):
    f, h = rng.random((9, 11)), rng.standard_normal(shape)
    options = {"border": border, "value": 0.7}
    expected = scipy.ndimage.convolve(f, h, mode=border, cval=0.7)
    np.testing.assert_allclose(convolve(f, h, **options), expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(convolve_fft(f, h, **options), expected, rtol=1e-10, atol=1e-12)
    expected = scipy.ndimage.correlate(f, h, mode=border, cval=0.7)
    np.testing.assert_allclose(correlate(f, h, **options), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.topic("R020")
def test_convolution_commutes_and_correlation_does_not():
    f, h = rng.random((6, 7)), rng.random((3, 4))
    np.testing.assert_allclose(convolve(f, h, mode="full"), convolve(h, f, mode="full"), rtol=1e-12)
    turned = correlate(h, f, mode="full")[::-1, ::-1]
    np.testing.assert_allclose(correlate(f, h, mode="full"), turned, rtol=1e-12)
    assert np.abs(correlate(f, h, mode="full") - correlate(h, f, mode="full")).max() > 0.1


@pytest.mark.topic("R020")
def test_convolution_is_correlation_with_the_kernel_turned():
    f, h = rng.random((6, 7)), rng.random((3, 5))
    np.testing.assert_allclose(convolve(f, h), correlate(f, h[::-1, ::-1]), rtol=1e-12)
    assert np.abs(convolve(f, h) - correlate(f, h)).max() > 0.1


@pytest.mark.topic("R020")
@pytest.mark.parametrize("kh, kw", [(3, 3), (4, 3), (5, 2), (1, 6)])
def test_a_separable_kernel_goes_by_columns_and_rows(kh, kw):
    f, column, row = rng.random((8, 9, 3)), rng.standard_normal(kh), rng.standard_normal(kw)
    h = np.outer(column, row)
    for two, one in ((convolve_separable, convolve), (correlate_separable, correlate)):
        for mode in ("same", "full", "valid"):
            y = two(f, column, row, mode=mode, border="reflect")
            np.testing.assert_allclose(y, one(f, h, mode=mode, border="reflect"), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("weights", [[1, 2, 1], [-1, 0, 1], [1, 3, 3, 1], [-1, -2, 2, 1], [2, 0, 5], [1, 2, 3, 2, 1]])
def test_mirrored_weights_are_paired(weights):
    f = rng.random((7, 12))
    expected = scipy.ndimage.correlate1d(f, weights, axis=1, mode="reflect")
    np.testing.assert_allclose(correlate(f, [weights], border="reflect"), expected, rtol=1e-12, atol=1e-13)


def test_kernels_are_taken_apart_when_they_can_be():
    column, row = rng.standard_normal(3), rng.standard_normal(4)
    a, b = separate(np.outer(column, row))
    np.testing.assert_allclose(np.outer(a, b), np.outer(column, row), rtol=1e-10)
    with pytest.raises(InputError, match="of rank 1"):
        separate(np.eye(2))
    a, b = separate([[2.0, -4.0]])
    np.testing.assert_allclose(np.outer(a, b), [[2, -4]])
    assert b.sum() > 0 < separate([[-2.0, 4.0]])[1].sum()  # of the two signs the one with a row above 0
    np.testing.assert_allclose(np.outer(*separate([[1.0, 1], [-2, -2]])), [[1, 1], [-2, -2]])


def test_channels_are_treated_alike_and_dtypes_kept():
    f, h = rng.random((6, 7, 3)).astype(np.float32), rng.random((3, 3))
    for function in (convolve, correlate, convolve_fft):
        y = function(f, h)
        assert y.dtype == np.float32 and y.shape == f.shape
        np.testing.assert_allclose(y[..., 1], function(f[..., 1], h), rtol=1e-5)


def test_blocks_and_threads_do_not_change_a_bit():
    f, h = rng.random((90, 2000)), rng.standard_normal((3, 3))
    try:
        set_num_threads(1)
        alone = correlate(f, h, border="mirror")
        set_num_threads(2)
        np.testing.assert_array_equal(correlate(f, h, border="mirror"), alone)
    finally:
        set_num_threads(None)
    np.testing.assert_allclose(alone, scipy.ndimage.correlate(f, h, mode="mirror"), rtol=1e-10, atol=1e-12)


def test_bad_input():
    f = np.ones((3, 3))
    with pytest.raises(InputError, match="convolve: kernel"):
        convolve(f, np.ones(3))
    with pytest.raises(InputError, match="finite"):
        correlate(f, [[np.nan]])
    with pytest.raises(InputError, match='mode should be "same", "valid" or "full"'):
        convolve(f, f, mode="some")
    with pytest.raises(InputError, match=r"at least as large as the kernel \(4, 1\)"):
        convolve(f, np.ones((4, 1)), mode="valid")
    with pytest.raises(InputError, match=r"at least as large as the kernel \(1, 4\)"):
        convolve(f, np.ones((1, 4)), mode="valid")
    with pytest.raises(InputError, match="column"):
        convolve_separable(f, np.ones((2, 2)), [1])
