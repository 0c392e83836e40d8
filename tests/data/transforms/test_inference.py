"""One picture on its way into a network."""

import numpy as np
import pytest

from npdl import InputError, nn
from npdl.data.transforms import preprocess


def picture(H=40, W=50):
    return np.random.default_rng(0).integers(0, 256, (H, W, 3), dtype=np.uint8)


@pytest.mark.topic("R494")
def test_the_channels_come_first():
    image = np.zeros((32, 32, 3), dtype=np.uint8)
    image[:16, :, 0] = 255  # red above
    image[:, :8, 2] = 255  # blue at the left
    x = preprocess(image)
    assert x.shape == (1, 3, 32, 32) and x.dtype == np.float32
    expected = np.full((3, 32, 32), -1.0)
    expected[0, :16] = 1
    expected[2, :, :8] = 1
    np.testing.assert_allclose(x[0], expected, atol=1e-6)


@pytest.mark.topic("R494")
def test_resized_normalised_and_classified():
    image = picture()
    x = preprocess(image)
    assert x.shape == (1, 3, 32, 32) and x.min() >= -1 and x.max() <= 1
    np.testing.assert_allclose(x.mean(axis=(0, 2, 3)), image.mean(axis=(0, 1)) / 127.5 - 1, atol=0.01)
    other = preprocess(image, size=(20, 30), mean=[0.4, 0.5, 0.6], std=[0.1, 0.2, 0.3])
    assert other.shape == (1, 3, 20, 30)
    np.testing.assert_allclose(
        other.mean(axis=(0, 2, 3)), (image.mean(axis=(0, 1)) / 255 - [0.4, 0.5, 0.6]) / [0.1, 0.2, 0.3], atol=0.1
    )

    model = nn.Sequential(nn.Flatten(), nn.Affine(3 * 32 * 32, 3, rng=np.random.default_rng(0)))
    model[1].weight.data[...] = np.repeat(np.eye(3), 32 * 32, axis=1)  # score of a class: the sum of its colour
    green = np.zeros((50, 60, 3), dtype=np.uint8)
    green[..., 1] = 200
    assert int(model(preprocess(green)).data.argmax()) == 1


def test_grey_pictures_and_floats():
    grey = picture()[..., 0]
    x = preprocess(grey)
    assert np.array_equal(x[:, 0], x[:, 1]) and np.array_equal(x[:, 0], x[:, 2])
    np.testing.assert_allclose(preprocess(grey / 255), x, atol=1e-6)
    assert preprocess(grey / 255).dtype == np.float32


def test_pillow_images():
    Image = pytest.importorskip("PIL.Image")
    image = picture()
    np.testing.assert_array_equal(preprocess(Image.fromarray(image)), preprocess(image))
    assert preprocess(Image.fromarray(image).convert("RGBA")).shape == (1, 3, 32, 32)
    theirs = np.asarray(Image.fromarray(image).resize((32, 32), Image.Resampling.BILINEAR)) / 127.5 - 1
    np.testing.assert_allclose(preprocess(image)[0].transpose(1, 2, 0), theirs, atol=1.01 / 127.5)  # it rounds to bytes


@pytest.mark.parametrize(
    "image, message",
    [
        (np.zeros((3, 8, 8), np.uint8), "image should be a picture .H, W, 3., the channels last"),
        (np.zeros((8, 8, 4), np.uint8), "image should be a picture"),
        (np.zeros((0, 8, 3), np.uint8), "image should be a picture"),
        (np.zeros((8, 8, 3), int), "image should be bytes"),
        (np.full((8, 8, 3), 255.0), r"image should be in \[0, 1\]; got '\[255, 255\]'"),
    ],
)
def test_what_is_no_picture(image, message):
    with pytest.raises(InputError, match=f"preprocess: {message}"):
        preprocess(image)
