"""Cutout and mixup."""

import numpy as np
import pytest

from npdl import InputError
from npdl.data.transforms import Cutout, MixUp


def images(N=8, dtype=np.float64):
    return np.random.default_rng(0).random((N, 3, 6, 9)).astype(dtype)


def rng():
    return np.random.default_rng(1)


@pytest.mark.topic("R496")
@pytest.mark.parametrize("size", [0, 1, 3, 4, 40])
def test_the_hole_is_a_square_cut_off_at_the_border(size):
    x = images(N=500) + 1
    out = Cutout(size, value=0.5)(x, rng=rng())
    hole = out != x
    assert np.all(out[hole] == 0.5)
    assert np.array_equal(hole[:, 0], hole[:, 1]) and np.array_equal(hole[:, 0], hole[:, 2])
    rows, columns = hole[:, 0].any(axis=2), hole[:, 0].any(axis=1)
    assert np.array_equal(hole[:, 0], rows[:, :, None] & columns[:, None, :])  # a rectangle
    start = rng().integers(0, 6, (500, 1)) - size // 2
    pixel = np.arange(6)
    assert np.array_equal(rows, (pixel >= start) & (pixel < start + size))
    if 0 < size <= 4:
        assert hole[:, 0].sum(axis=(1, 2)).max() == size * size
        assert hole[:, 0].any(axis=0).all()  # everywhere, the corners as well


@pytest.mark.topic("R496")
@pytest.mark.parametrize("alpha", [0.2, 1.0, 5.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_images_and_labels_are_mixed_alike(alpha, dtype):
    N, classes = 30, 4
    y = np.random.default_rng(2).integers(0, classes, N)
    onehot = np.eye(classes)[y]
    x = np.zeros((N, classes, 2, 2), dtype)
    x += onehot[:, :, None, None].astype(dtype)  # every pixel is its label's distribution
    out, q = MixUp(alpha, classes)(x, y, rng=rng())
    assert out.dtype == q.dtype == dtype and q.shape == (N, classes)
    np.testing.assert_allclose(q.sum(axis=1), 1, rtol=1e-6)
    assert q.min() >= 0 and np.any((q > 0.01) & (q < 0.99))
    np.testing.assert_allclose(out, np.broadcast_to(q[:, :, None, None], out.shape), rtol=1e-6, atol=1e-7)


def test_mixup_by_the_formula():
    x, y = images(), np.arange(8) % 3
    out, q = MixUp(0.7, 3)(x, y, rng=rng())
    generator = rng()
    share, other = generator.beta(0.7, 0.7, 8), generator.permutation(8)
    for i, (λ, j) in enumerate(zip(share, other, strict=True)):
        np.testing.assert_allclose(out[i], λ * x[i] + (1 - λ) * x[j], rtol=1e-12)
        np.testing.assert_allclose(q[i], λ * np.eye(3)[y[i]] + (1 - λ) * np.eye(3)[y[j]], rtol=1e-12)


def test_the_mean_of_the_batch_labels_may_be_mixed_twice():
    x, y = images(), np.arange(8) % 3
    mixed = MixUp(1.0, 3)(*MixUp(1.0, 3)(x, y, rng=rng()), rng=rng())
    np.testing.assert_allclose(mixed[1].sum(axis=1), 1, rtol=1e-12)


def test_no_mixing():
    x, y = images(), np.arange(8) % 3
    out, q, ids = MixUp(0, 3)(x, y, np.arange(8))
    assert np.array_equal(out, x) and np.array_equal(q, np.eye(3)[y]) and np.array_equal(ids, np.arange(8))


@pytest.mark.parametrize(
    "y, message",
    [
        (np.arange(8), r"MixUp: y should be integers in \[0, 3\); got 3"),
        (np.zeros(7, int), r"MixUp: y should be an array of shape \(8,\) a label for each image"),
        (np.zeros((8, 4)), r"MixUp: y should be an array of shape \(8, 3\) a distribution"),
        ([0] * 8, "MixUp: y should be an array of labels"),
    ],
)
def test_labels_that_do_not_fit(y, message):
    with pytest.raises(InputError, match=message):
        MixUp(1.0, 3)(images(), y)
