"""The discrete cosine transform."""

import numpy as np
import pytest
import scipy.fft

from npdl import InputError
from npdl.vision.dct import compress, dct, dct2, dct_matrix, idct, idct2
from npdl.vision.smoothing import gaussian

rng = np.random.default_rng(0)


@pytest.mark.topic("R464")
@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 8, 16, 31])
def test_it_is_scipys_by_matrix_and_by_fourier(n):
    x = rng.standard_normal((3, n))
    expected = scipy.fft.dct(x, norm="ortho")
    np.testing.assert_allclose(dct(x), expected, atol=1e-12)
    np.testing.assert_allclose(x @ dct_matrix(n).T, expected, atol=1e-12)
    np.testing.assert_allclose(idct(x), scipy.fft.idct(x, norm="ortho"), atol=1e-12)
    np.testing.assert_allclose(dct_matrix(n) @ dct_matrix(n).T, np.eye(n), atol=1e-12)


@pytest.mark.topic("R464")
def test_images_parseval_and_back():
    f = rng.random((9, 14))
    X = dct2(f)
    np.testing.assert_allclose(X, scipy.fft.dctn(f, norm="ortho"), atol=1e-12)
    assert (X * X).sum() == pytest.approx((f * f).sum())
    np.testing.assert_allclose(idct2(X), f, atol=1e-12)
    np.testing.assert_allclose(dct(f, axis=0), scipy.fft.dct(f, axis=0, norm="ortho"), atol=1e-12)


@pytest.mark.topic("R464")
def test_any_axis_of_any_number():
    x = rng.standard_normal((2, 3, 4, 5))
    for axis in (0, 1, -2):
        np.testing.assert_allclose(dct(x, axis), scipy.fft.dct(x, axis=axis, norm="ortho"), atol=1e-12)
        np.testing.assert_allclose(idct(x, axis), scipy.fft.idct(x, axis=axis, norm="ortho"), atol=1e-12)
    np.testing.assert_allclose(dct(x), dct(x, 3))
    np.testing.assert_allclose(idct(x), idct(x, 3))


@pytest.mark.topic("R464")
def test_energy_gathers_in_a_few_coefficients_of_a_smooth_image():
    smooth, noise = gaussian(rng.random((32, 32)), 3), rng.random((32, 32))
    share = {}
    for name, f in (("smooth", smooth), ("noise", noise)):
        X = dct2(f - f.mean()) ** 2
        share[name] = X[:8, :8].sum() / X.sum()
    assert share["smooth"] > 0.95 and share["noise"] < 0.2


@pytest.mark.topic("R464")
def test_a_compressed_image_loses_little():
    f = gaussian(rng.random((21, 34)), 2)
    errors = [np.abs(compress(f, keep) - f).max() for keep in (1, 6, 16, 64)]
    assert errors == sorted(errors, reverse=True) and errors[1] < 0.15 * np.ptp(f) and errors[-1] < 1e-12
    block = rng.random((8, 8))
    kept = dct2(compress(block, 10))
    assert (np.abs(kept) > 1e-9).sum() == 10
    np.testing.assert_allclose(np.sort(np.abs(kept).ravel())[-10:], np.sort(np.abs(dct2(block)).ravel())[-10:])


def test_dtypes_and_bad_input():
    x = rng.random((4, 6)).astype(np.float32)
    assert dct(x).dtype == idct(x).dtype == dct2(x).dtype == np.float32
    np.testing.assert_allclose(idct(dct(x)), x, atol=1e-6)
    with pytest.raises(InputError, match="floats"):
        dct(np.arange(3))
    with pytest.raises(InputError, match="keep"):
        compress(x, 0)
