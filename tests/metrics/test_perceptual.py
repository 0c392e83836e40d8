"""LPIPS and FID: the computations, with features of any network."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from npdl import InputError
from npdl.metrics.perceptual import fid, frechet_distance, lpips


def layers(seed, N=3):
    random = np.random.default_rng(seed)
    return [random.normal(size=(N, 4, 5, 6)), random.normal(size=(N, 7, 3, 2))]


@pytest.mark.topic("R436")
def test_lpips_by_loops():
    f, g, w = layers(0), layers(1), [np.array([0.5, 1, 2, 0]), np.linspace(0, 1, 7)]
    expected = np.zeros(3)
    for n in range(3):
        for layer in range(2):
            _, C, H, W = f[layer].shape
            for i in range(H):
                for j in range(W):
                    a, b = f[layer][n, :, i, j], g[layer][n, :, i, j]
                    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
                    expected[n] += sum(w[layer][c] * (a[c] - b[c]) ** 2 for c in range(C)) / (H * W)
    np.testing.assert_allclose(lpips(f, g, w), expected, rtol=1e-8)


@pytest.mark.topic("R436")
def test_lpips_of_equal_features_and_of_strength():
    f, g = layers(0), layers(1)
    assert np.all(lpips(f, f) == 0)
    np.testing.assert_allclose(lpips(f, g), lpips(g, f))
    np.testing.assert_allclose(lpips([3 * a for a in f], g), lpips(f, g), rtol=1e-8)  # directions alone count
    mixed = [lpips([a + t * (b - a) for a, b in zip(f, g)], f).sum() for t in (0, 0.3, 0.6, 1)]
    assert np.all(np.diff(mixed) > 0)
    assert np.all(lpips([np.zeros((1, 2, 3, 3))], [np.zeros((1, 2, 3, 3))]) == 0)


@pytest.mark.topic("R437")
def test_frechet_distance_as_by_the_root_of_the_product():
    random = np.random.default_rng(0)
    a, b = random.normal(size=(60, 5)), random.normal(size=(50, 5)) @ random.normal(size=(5, 5)) + 1
    (m1, S1), (m2, S2) = ((x.mean(axis=0), np.cov(x, rowvar=False)) for x in (a, b))
    expected = np.sum((m1 - m2) ** 2) + np.trace(S1 + S2 - 2 * sqrtm(S1 @ S2).real)
    assert fid(a, b) == pytest.approx(expected, rel=1e-9)
    assert fid(a, b) == pytest.approx(fid(b, a), rel=1e-9)
    assert fid(a, a) == pytest.approx(0, abs=1e-9)
    assert fid(a + 2, a) == pytest.approx(5 * 4)  # |μ1 - μ2|²


@pytest.mark.topic("R437")
def test_closed_form_of_one_number():
    assert frechet_distance(np.array([1.0]), np.array([[4.0]]), np.array([3.0]), np.array([[9.0]])) == pytest.approx(5)
    few, many = np.random.default_rng(0).normal(size=(2, 5000, 8))
    assert fid(few[:20], many) > fid(few[:200], many) > fid(few, many)  # the bias of few images


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda: lpips(layers(0), layers(1)[:1]), "lpips: features should be of as many layers"),
        (lambda: lpips(layers(0), layers(1, N=2)), "lpips: features should be an array of shape"),
        (lambda: lpips(layers(0), layers(1), [np.ones(4)]), "one array for each of the 2 layers"),
        (lambda: lpips(layers(0), layers(1), [-np.ones(4), np.ones(7)]), "not negative"),
        (lambda: fid(np.zeros((1, 3)), np.zeros((5, 3))), "two images or more"),
        (lambda: fid(np.zeros((4, 3)), np.zeros((5, 2))), "of as many numbers as wanted"),
    ],
)
def test_refuses(action, message):
    with pytest.raises(InputError, match=message):
        action()
