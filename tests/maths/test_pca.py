"""Covariance, principal components, the Karhunen-Loève transform."""

import numpy as np
import pytest

from npdl import InputError, data
from npdl.maths.pca import coding_gain, covariance, energy_in_first, klt, markov_covariance, pca
from npdl.maths.svd import svd
from npdl.vision.dct import dct_matrix

rng = np.random.default_rng(0)
x = rng.standard_normal((40, 6)) @ rng.standard_normal((6, 6)) + 3


@pytest.mark.topic("R016")
@pytest.mark.parametrize("ddof", [0, 1])
def test_covariance_is_numpys_and_never_negative(ddof):
    C = covariance(x, ddof)
    np.testing.assert_allclose(C, np.cov(x.T, ddof=ddof), rtol=1e-10)
    assert np.linalg.eigvalsh(covariance(rng.standard_normal((3, 8)))).min() > -1e-12


@pytest.mark.topic("R015")
def test_components_are_eigenvectors_of_the_covariance():
    p = pca(x)
    np.testing.assert_allclose(covariance(x) @ p.components.T, p.components.T * p.variances, atol=1e-9)
    np.testing.assert_allclose(covariance(p.encode(x)), np.diag(p.variances), atol=1e-9)
    np.testing.assert_allclose(covariance(p.whiten(x)), np.eye(6), atol=1e-9)
    assert p.ratio.sum() == pytest.approx(1) and p.variances.sum() == pytest.approx(np.trace(covariance(x)))
    s = svd(x - x.mean(axis=0), thin=True).s
    np.testing.assert_allclose(s * s / 39, p.variances, rtol=1e-9)


@pytest.mark.topic("R015", "R039")
@pytest.mark.parametrize("k", [1, 3, 6])
def test_the_error_of_k_components_is_the_sum_of_the_variances_left_away(k):
    p = pca(x, k)
    assert p.encode(x).shape == (40, k)
    error = ((p.decode(p.encode(x)) - x) ** 2).sum() / 39
    assert error == pytest.approx(pca(x).variances[k:].sum(), abs=1e-9)


@pytest.mark.topic("R039")
def test_no_linear_autoencoder_beats_the_latent_space_of_pca():
    (images, _), _ = data.load_digits()
    digits = images[:300].reshape(300, 64).astype(np.float64)
    centred, k = digits - digits.mean(axis=0), 8
    decoder = rng.standard_normal((k, 64))
    errors = []
    for _ in range(60):  # each half-step is the best encoder for the decoder, then the best decoder for the encoder
        code = np.linalg.lstsq(decoder.T, centred.T, rcond=None)[0].T  # (N, k): the latent space
        decoder = np.linalg.lstsq(code, centred, rcond=None)[0]
        errors.append(((code @ decoder - centred) ** 2).sum())
    bound = pca(digits).variances[k:].sum() * (len(digits) - 1)
    assert errors[0] > 1.05 * bound and bound - 1e-9 <= errors[-1] < 1.001 * bound


@pytest.mark.oracle
@pytest.mark.topic("R015")
def test_scikit_learns_pca():
    PCA = pytest.importorskip("sklearn.decomposition").PCA
    theirs, ours = PCA(4).fit(x), pca(x, 4)
    sign = np.sign((theirs.components_ * ours.components).sum(axis=1))
    np.testing.assert_allclose(ours.components * sign[:, None], theirs.components_, atol=1e-9)
    np.testing.assert_allclose(ours.variances, theirs.explained_variance_, rtol=1e-9)
    np.testing.assert_allclose(ours.ratio, theirs.explained_variance_ratio_, rtol=1e-9)
    np.testing.assert_allclose(ours.encode(x) * sign, theirs.transform(x), atol=1e-9)


@pytest.mark.topic("R465")
def test_the_klt_makes_coefficients_uncorrelated():
    C = covariance(x)
    T = klt(C)
    D = T @ C @ T.T
    np.testing.assert_allclose(D - np.diag(np.diag(D)), 0, atol=1e-9)
    np.testing.assert_allclose(T @ T.T, np.eye(6), atol=1e-12)
    assert (np.diff(np.diag(D)) <= 1e-9).all()


@pytest.mark.topic("R464", "R465")
@pytest.mark.parametrize("rho", [0.5, 0.95])
def test_the_dct_is_nearly_as_good_as_the_klt_for_pixels_like_their_neighbours(rho):
    C = markov_covariance(8, rho)
    best, cosine = klt(C), dct_matrix(8)
    for k in range(1, 9):
        assert energy_in_first(best, C, k) >= energy_in_first(cosine, C, k) - 1e-12
    assert coding_gain(best, C) >= coding_gain(cosine, C) > 0.98 * coding_gain(best, C)
    assert coding_gain(np.eye(8), C) == pytest.approx(1)
    assert energy_in_first(np.eye(8), C, 2) == pytest.approx(2 / 8)
    assert coding_gain(best, C) == pytest.approx((1 - rho**2) ** (-7 / 8))


def test_equal_samples_and_bad_input():
    flat = pca(np.ones((5, 3)))
    assert not flat.variances.any() and not flat.ratio.any()
    assert pca(x.astype(np.float32)).components.dtype == np.float32
    with pytest.raises(InputError, match="at most min"):
        pca(x, 7)
    with pytest.raises(InputError, match="more than ddof = 1"):
        covariance(x[:1])
    with pytest.raises(InputError, match="symmetric"):
        klt(np.triu(np.ones((3, 3))))
    with pytest.raises(InputError, match="finite"):
        pca(np.full((3, 3), np.nan))
