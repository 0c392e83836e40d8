"""Resizing and random resized crops: laws, closed forms, and beside PyTorch."""

import numpy as np
import pytest

from npdl.data.transforms import RandomResizedCrop, Resize

SIZES = [((8, 8), (4, 4)), ((7, 10), (3, 4)), ((5, 6), (9, 13)), ((6, 5), (3, 11)), ((4, 4), (4, 4)), ((9, 9), (1, 1))]


def images(*shape):
    return np.random.default_rng(0).random(shape)


@pytest.mark.parametrize("antialias", [True, False])
@pytest.mark.parametrize("before, after", SIZES)
def test_resize_is_a_mean(before, after, antialias):
    resize = Resize(after, antialias=antialias)
    x = images(2, 3, *before)
    out = resize(x)
    assert out.shape == (2, 3, *after)
    assert out.min() >= x.min() - 1e-12 and out.max() <= x.max() + 1e-12
    np.testing.assert_allclose(resize(np.full_like(x, 0.7)), 0.7, rtol=1e-12)
    np.testing.assert_allclose(resize(x[..., ::-1]), out[..., ::-1], atol=1e-12)
    if before == after:
        np.testing.assert_allclose(out, x, rtol=1e-12)


def test_resize_by_hand():
    row = np.array([0.0, 1.0, 2.0, 3.0])[None, None, None]
    half = np.array([0 * 0.75 + 1 * 0.75 + 2 * 0.25, 1 * 0.25 + 2 * 0.75 + 3 * 0.75]) / 1.75  # the triangle, cut off
    np.testing.assert_allclose(Resize((1, 2))(row)[0, 0, 0], half, rtol=1e-12)
    np.testing.assert_allclose(Resize((1, 2), antialias=False)(row)[0, 0, 0], [0.5, 2.5], rtol=1e-12)
    double = [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3]
    np.testing.assert_allclose(Resize((1, 8))(row)[0, 0, 0], double, rtol=1e-12)


def test_a_fine_pattern_becomes_grey():
    stripes = np.tile(np.array([0.0, 1.0]), 32)[None, None, None]  # 64 pixels
    assert np.ptp(Resize((1, 11))(stripes)) < 0.1
    assert np.ptp(Resize((1, 11), antialias=False)(stripes)) > 0.8  # stripes that are not there


@pytest.mark.oracle
@pytest.mark.parametrize("antialias", [True, False])
@pytest.mark.parametrize("before, after", SIZES)
def test_resize_as_pytorch(before, after, antialias):
    torch = pytest.importorskip("torch")
    x = images(2, 3, *before)
    theirs = torch.nn.functional.interpolate(torch.tensor(x), after, mode="bilinear", antialias=antialias)
    np.testing.assert_allclose(Resize(after, antialias=antialias)(x), theirs.numpy(), atol=1e-12)


@pytest.mark.topic("R496")
@pytest.mark.parametrize("H, W", [(32, 32), (20, 50), (1, 1)])
def test_parts_of_the_image(H, W):
    crop = RandomResizedCrop(8, scale=(0.2, 0.6), ratio=(0.5, 2.0))
    top, left, height, width = crop.boxes(2000, H, W, np.random.default_rng(0))
    assert np.all(top >= 0) and np.all(left >= 0) and np.all(height >= 1) and np.all(width >= 1)
    assert np.all(top + height <= H) and np.all(left + width <= W)
    if H * W > 1:
        area, ratio = height * width / (H * W), width / height
        assert area.min() > 0.2 - 0.05 and area.max() < 0.6 + 0.05  # whole pixels are a little off
        assert ratio.min() > 0.5 - 0.1 and ratio.max() < 2 + 0.25
        assert (top + height).max() == H and top.min() == 0
        assert abs(np.mean(ratio > 1) - 0.5) < 0.1 or H != W  # as often wide as high


@pytest.mark.parametrize("H, W, expected", [(4, 40, (0, 17, 4, 5)), (40, 4, (17, 0, 5, 4))])
def test_a_part_that_never_fits(H, W, expected):
    crop = RandomResizedCrop(8, scale=(1, 1))
    boxes = np.stack(crop.boxes(5, H, W, np.random.default_rng(0)), axis=1)
    assert boxes.tolist() == [list(expected)] * 5  # in the middle, with the ratio 4/3 or 3/4


@pytest.mark.topic("R496")
def test_a_resized_crop_is_crop_then_resize():
    x = images(12, 3, 17, 23)
    crop = RandomResizedCrop((6, 40))
    out = crop(x, rng=np.random.default_rng(5))
    boxes = crop.boxes(12, 17, 23, np.random.default_rng(5))
    for image, result, top, left, height, width in zip(x, out, *boxes, strict=True):
        part = image[None, :, top : top + height, left : left + width]
        np.testing.assert_allclose(result, Resize((6, 40))(part)[0], atol=1e-12)


def test_the_whole_image():
    x = images(3, 1, 8, 8)
    np.testing.assert_allclose(RandomResizedCrop(8, scale=(1, 1), ratio=(1, 1))(x), x, atol=1e-12)
