"""Template matching."""

import numpy as np
import pytest

from npdl import InputError
from npdl.vision.template import best_match, match_template

rng = np.random.default_rng(0)


def naive(f, t, mask):
    h, w = t.shape
    r = np.zeros((f.shape[0] - h + 1, f.shape[1] - w + 1))
    for i, j in np.ndindex(r.shape):
        r[i, j] = np.corrcoef(f[i : i + h, j : j + w][mask], t[mask])[0, 1]
    return r


@pytest.mark.topic("R456")
@pytest.mark.parametrize("masked", [False, True])
def test_it_is_the_correlation_coefficient_of_every_window(masked):
    f, t = rng.random((14, 17)), rng.random((4, 5))
    mask = rng.random(t.shape) > 0.4 if masked else np.ones(t.shape, bool)
    np.testing.assert_allclose(match_template(f, t, mask if masked else None), naive(f, t, mask), atol=1e-10)


@pytest.mark.topic("R456")
def test_a_planted_patch_is_found_at_any_brightness_and_contrast():
    f, t = 0.2 * rng.random((30, 40)), rng.random((7, 6))
    f[11:18, 25:31] = 0.3 * t + 0.5
    top, left, r = best_match(f, t)
    assert (top, left) == (11, 25) and r == pytest.approx(1)


@pytest.mark.topic("R456")
def test_the_mask_hides_what_does_not_belong_to_it():
    f, t = rng.random((30, 40)), rng.random((7, 6))
    mask = np.ones((7, 6), bool)
    mask[:, 3:] = False
    f[11:18, 25:31] = np.where(mask, t, f[11:18, 25:31])
    top, left, r = best_match(f, t, mask)
    assert (top, left) == (11, 25) and r == pytest.approx(1)
    assert match_template(f, t)[11, 25] < 0.9


@pytest.mark.topic("R456")
def test_flat_windows_are_like_nothing():
    f = np.full((12, 12), 0.4)
    f[8:, 8:] = rng.random((4, 4))
    r = match_template(f, rng.random((3, 3)))
    assert not r[:6, :6].any() and r[8:, 8:].any()
    f[8:, 8:] = f.mean() + [[-0.3], [0.3], [0.1], [-0.1]] * np.array([1, -1, 1, -1])
    f[8, 8] += f.mean() - f[8, 8]  # a pixel of the mean: the scale is that of the largest
    assert not match_template(f, rng.random((3, 3)))[:6, :6].any()


@pytest.mark.oracle
@pytest.mark.topic("R456")
def test_scikit_images_and_opencvs():
    feature, cv2 = pytest.importorskip("skimage.feature"), pytest.importorskip("cv2")
    f, t = rng.random((24, 30)), rng.random((6, 7))
    np.testing.assert_allclose(match_template(f, t), feature.match_template(f, t), atol=1e-10)
    expected = cv2.matchTemplate(f.astype(np.float32), t.astype(np.float32), cv2.TM_CCOEFF_NORMED)
    np.testing.assert_allclose(match_template(f, t), expected, atol=1e-5)


def test_bad_input():
    f = np.ones((5, 5))
    with pytest.raises(InputError, match="no larger than"):
        match_template(f, np.ones((6, 2)))
    with pytest.raises(InputError, match="more than one brightness"):
        match_template(f, np.ones((2, 2)))
