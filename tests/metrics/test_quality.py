"""PSNR of colours and the structural similarity: by definition, and as scikit-image has them."""

import numpy as np
import pytest

from npdl import InputError
from npdl.metrics import psnr
from npdl.metrics.quality import SCALES, dssim, dssim_gradient, ms_ssim, psnr_colour, ssim, ssim_map


def pair(H=32, W=40, C=None, noise=0.1, seed=0):
    random = np.random.default_rng(seed)
    i, j = np.mgrid[:H, :W] / 6
    image = 0.5 + 0.3 * np.sin(i) * np.cos(j)
    if C:
        image = np.stack([np.roll(image, 5 * c, axis=1) for c in range(C)], axis=2)
    return np.clip(image + noise * random.normal(size=image.shape), 0, 1), image


@pytest.mark.topic("R430", "R432")
def test_three_conventions():
    image, wanted = pair(C=3)
    image[..., 0] = np.clip(image[..., 0] + 0.2, 0, 1)  # red is worst
    separate = [10 * np.log10(1 / np.mean((image[..., c] - wanted[..., c]) ** 2)) for c in range(3)]
    assert psnr_colour(image, wanted, convention="channels") == pytest.approx(np.mean(separate))
    mse = sum(np.mean((image[..., c] - wanted[..., c]) ** 2) for c in range(3)) / 3
    assert psnr_colour(image, wanted) == pytest.approx(10 * np.log10(1 / mse))
    assert psnr_colour(image, wanted, convention="channels") > psnr_colour(image, wanted) + 0.5  # Jensen
    y = (image - wanted) @ np.array([65.481, 128.553, 24.966])
    assert psnr_colour(image, wanted, convention="y") == pytest.approx(10 * np.log10(255**2 / np.mean(y**2)))
    for convention in ("channels", "mse", "y"):
        assert psnr_colour(255 * image, 255 * wanted, convention=convention, peak=255) == pytest.approx(
            psnr_colour(image, wanted, convention=convention)
        )
    grey = [np.repeat(a[..., :1], 3, axis=2) for a in (image, wanted)]
    assert psnr_colour(*grey) == pytest.approx(psnr_colour(*grey, convention="channels")) == pytest.approx(separate[0])
    above = 20 * np.log10(255 / 219)  # the range of Y
    assert psnr_colour(*grey, convention="y") == pytest.approx(separate[0] + above)


@pytest.mark.topic("R433")
def test_ssim_by_definition():
    image, wanted = pair()
    line = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    window = np.outer(line, line) / line.sum() ** 2
    places = ssim_map(image, wanted)
    assert places.shape == (22, 30)
    for i, j in ((0, 0), (7, 12), (21, 29)):
        x, y = image[i : i + 11, j : j + 11], wanted[i : i + 11, j : j + 11]
        mx, my = np.sum(window * x), np.sum(window * y)
        vx, vy, cov = (np.sum(window * a * b) for a, b in ((x - mx, x - mx), (y - my, y - my), (x - mx, y - my)))
        expected = (2 * mx * my + 1e-4) * (2 * cov + 9e-4) / ((mx**2 + my**2 + 1e-4) * (vx + vy + 9e-4))
        assert places[i, j] == pytest.approx(expected, rel=1e-9)
    assert ssim(image, wanted) == pytest.approx(places.mean())


@pytest.mark.topic("R433")
def test_ssim_is_1_for_equal_images_and_negative_for_negatives():
    noise = np.random.default_rng(0).random((64, 64))
    assert ssim(noise, noise) == pytest.approx(1, abs=1e-12)
    assert -1 <= ssim(noise, 1 - noise) < -0.9  # so the range is [-1, 1], not [0, 1]
    assert ssim(255 * noise, 255 * (1 - noise), peak=255) == pytest.approx(ssim(noise, 1 - noise), abs=1e-12)
    image, wanted = pair()
    assert ssim(image, wanted) == pytest.approx(ssim(wanted, image), abs=1e-12)


@pytest.mark.topic("R433")
def test_equal_error_unequal_likeness():
    """What PSNR cannot tell: brighter by a constant is nothing to the eye, noise of the same energy is much."""
    _, image = pair(64, 64)
    noise = np.random.default_rng(0).choice([-0.1, 0.1], image.shape)
    assert psnr(image + 0.1, image) == pytest.approx(psnr(image + noise, image))
    assert ssim(image + 0.1, image) > ssim(image + noise, image) + 0.2


@pytest.mark.topic("R434")
def test_dssim_and_its_gradient():
    image, wanted = pair(14, 13)
    assert dssim(wanted, wanted) == pytest.approx(0, abs=1e-12)
    assert dssim(image, wanted) == (1 - ssim(image, wanted)) / 2
    gradient, step = dssim_gradient(image, wanted), 1e-6
    numerical = np.zeros_like(image)
    for place in np.ndindex(image.shape):
        near = np.zeros_like(image)
        near[place] = step
        numerical[place] = (dssim(image + near, wanted) - dssim(image - near, wanted)) / (2 * step)
    np.testing.assert_allclose(gradient, numerical, atol=1e-8)
    colour, other = pair(14, 13, C=3)
    np.testing.assert_allclose(
        dssim_gradient(colour, other)[..., 1], dssim_gradient(colour[..., 1], other[..., 1]) / 3, atol=1e-15
    )


@pytest.mark.topic("R435")
def test_ms_ssim_by_definition():
    image, wanted = pair(176, 180, noise=0.2)
    expected, (x, y) = 1.0, (image, wanted)
    for scale, weight in enumerate(SCALES):
        expected *= (_contrast(x, y) if scale < 4 else ssim_map(x, y).mean()) ** weight
        x, y = (a[: a.shape[0] // 2 * 2, : a.shape[1] // 2 * 2] for a in (x, y))
        x, y = ((a[::2, ::2] + a[1::2, ::2] + a[::2, 1::2] + a[1::2, 1::2]) / 4 for a in (x, y))
    assert ms_ssim(image, wanted) == pytest.approx(expected, rel=1e-9)
    assert ms_ssim(image, wanted, weights=(1.0,)) == pytest.approx(ssim(image, wanted))
    assert sum(SCALES) == pytest.approx(1, abs=1e-4)


def _contrast(x, y):
    from scipy.ndimage import gaussian_filter

    def mean(a):
        return gaussian_filter(a, 1.5, radius=5)[5:-5, 5:-5]

    mx, my = mean(x), mean(y)
    return np.mean((2 * (mean(x * y) - mx * my) + 9e-4) / (mean(x * x) - mx**2 + mean(y * y) - my**2 + 9e-4))


@pytest.mark.topic("R435")
def test_ms_ssim_of_equal_and_of_negative():
    _, image = pair(176, 176)
    assert ms_ssim(image, image) == pytest.approx(1, abs=1e-12)
    assert ms_ssim(1 - image, image) == 0  # negative means count as 0
    noisy = [ms_ssim(pair(176, 176, noise=noise)[0], image) for noise in (0.05, 0.1, 0.3)]
    assert 1 > noisy[0] > noisy[1] > noisy[2] > 0


@pytest.mark.oracle
@pytest.mark.topic("R432", "R433")
@pytest.mark.parametrize("C", [None, 3])
def test_as_scikit_image(C):
    metrics, color = pytest.importorskip("skimage.metrics"), pytest.importorskip("skimage.color")
    image, wanted = pair(C=C)
    options = dict(gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1)
    expected = metrics.structural_similarity(image, wanted, channel_axis=-1 if C else None, **options)
    assert ssim(image, wanted) == pytest.approx(expected, abs=1e-10)
    if C:
        assert psnr_colour(image, wanted) == pytest.approx(metrics.peak_signal_noise_ratio(wanted, image, data_range=1))
        y = [color.rgb2ycbcr(a)[..., 0] for a in (wanted, image)]
        expected = metrics.peak_signal_noise_ratio(*y, data_range=255)
        assert psnr_colour(image, wanted, convention="y") == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda x: ssim(x, x[:20]), "ssim: image should be an array of shape"),
        (lambda x: ssim(x[:10], x[:10]), "at least 11 pixels high and wide"),
        (lambda x: ssim(x, x, peak=0), "peak should be greater than 0"),
        (lambda x: ssim(x * np.nan, x), "free of nan"),
        (lambda x: ssim_map(x[..., None], x[..., None]), "a grey image"),
        (lambda x: ms_ssim(x, x), "at least 176 pixels high and wide, for 5 scales"),
        (lambda x: psnr_colour(x, x), "a colour image"),
        (lambda x: psnr_colour(*[np.stack([x] * 4, 2)] * 2), "a colour image"),
        (lambda x: psnr_colour(*[np.stack([x] * 3, 2)] * 2, convention="rgb"), 'convention should be "channels"'),
    ],
)
def test_refuses(action, message):
    with pytest.raises(InputError, match=message):
        action(pair()[0])
