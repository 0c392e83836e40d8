"""The bilateral filter: its formula pixel by pixel, its limits, OpenCV."""

import numpy as np
import pytest

from npdl import InputError
from npdl.vision.bilateral import bilateral
from npdl.vision.smoothing import gaussian_line

rng = np.random.default_rng(0)


def naive(f, sigma_space, sigma_range, radius):
    H, W = f.shape[:2]
    padded = np.pad(f, ((radius, radius), (radius, radius)) + ((0, 0),) * (f.ndim - 2), "reflect")
    y = np.zeros_like(f)
    for i, j in np.ndindex(H, W):
        total = 0.0
        for di in range(-radius, radius + 1):
            for dj in range(-radius, radius + 1):
                if di**2 + dj**2 <= radius**2:
                    near = padded[i + radius + di, j + radius + dj]
                    space = (di**2 + dj**2) / (2 * sigma_space**2)
                    w = np.exp(-space - np.sum((near - f[i, j]) ** 2) / (2 * sigma_range**2))
                    y[i, j] += w * near
                    total += w
        y[i, j] /= total
    return y


@pytest.mark.topic("R472")
@pytest.mark.parametrize("shape", [(7, 8), (6, 7, 3)], ids=str)
def test_the_formula(shape):
    f = rng.random(shape)
    np.testing.assert_allclose(bilateral(f, 1.5, 0.3), naive(f, 1.5, 0.3, 3), rtol=1e-10)


@pytest.mark.topic("R472")
def test_a_wide_range_is_a_gaussian_and_a_narrow_one_changes_nothing():
    f = rng.random((9, 9))
    weights = np.outer(gaussian_line(1.0, 2), gaussian_line(1.0, 2))
    weights[[0, 0, -1, -1], [0, -1, 0, -1]] = 0  # a disc
    weights[[0, 0, 1, 1, -1, -1, -2, -2], [1, -2, 0, -1, 1, -2, 0, -1]] = 0
    assert bilateral(f, 1.0, 1e4)[4, 4] == pytest.approx((weights * f[2:7, 2:7]).sum() / weights.sum(), rel=1e-6)
    np.testing.assert_allclose(bilateral(f, 1.0, 1e-4), f, atol=1e-6)


@pytest.mark.topic("R472", "R475")
def test_noise_goes_and_the_edge_stays():
    edge = np.repeat([[0.2] * 12 + [0.8] * 12], 24, axis=0)
    noisy = edge + 0.03 * rng.standard_normal(edge.shape)
    y = bilateral(noisy, 2.0, 0.15)
    assert np.abs(y - edge).mean() < 0.4 * np.abs(noisy - edge).mean()
    assert np.abs(np.diff(y, axis=1))[:, 11].min() > 0.5


@pytest.mark.oracle
@pytest.mark.topic("R472")
def test_opencvs():
    cv2 = pytest.importorskip("cv2")
    f = rng.random((20, 21)).astype(np.float32)
    expected = cv2.bilateralFilter(f, 7, 0.3, 1.5)
    np.testing.assert_allclose(bilateral(f.astype(float), 1.5, 0.3, radius=3), expected, atol=2e-5)


def test_bad_input():
    with pytest.raises(InputError, match="sigma_range should be greater than 0"):
        bilateral(np.ones((3, 3)), 1, 0)
