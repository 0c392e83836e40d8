"""Flips and crops, pixel by pixel."""

import numpy as np
import pytest

from npdl.data.transforms import CentreCrop, RandomCrop, RandomHorizontalFlip


def numbered(N=6, C=2, H=5, W=7):
    return np.arange(N * C * H * W, dtype=np.float32).reshape(N, C, H, W)


@pytest.mark.topic("R496")
def test_a_flip_is_an_involution():
    x = numbered()
    always = RandomHorizontalFlip(p=1)
    assert np.array_equal(always(x), x[:, :, :, ::-1])
    assert np.array_equal(always(always(x)), x)
    half = RandomHorizontalFlip()
    once = half(x, rng=np.random.default_rng(3))
    assert np.array_equal(half(once, rng=np.random.default_rng(3)), x)
    assert np.array_equal(RandomHorizontalFlip(p=0)(x), x)


@pytest.mark.topic("R496")
@pytest.mark.parametrize("p", [0.5, 0.2])
def test_so_many_are_flipped(p):
    x = numbered(N=1000)
    out = RandomHorizontalFlip(p)(x, rng=np.random.default_rng(0))
    flipped = np.all(out == x[..., ::-1], axis=(1, 2, 3))
    assert np.all(out[~flipped] == x[~flipped])
    assert abs(flipped.mean() - p) < 4 * np.sqrt(p * (1 - p) / 1000)


@pytest.mark.topic("R496")
@pytest.mark.parametrize("pad, mode", [(0, "constant"), (2, "constant"), (2, "reflect"), (1, "edge"), (1, "symmetric")])
@pytest.mark.parametrize("size", [(3, 4), (5, 7)])
def test_a_crop_is_a_window_and_every_window_comes(size, pad, mode):
    x = numbered(N=1, H=5, W=7)
    padded = np.pad(x[0], ((0, 0), (pad, pad), (pad, pad)), mode)
    windows = {
        padded[:, top : top + size[0], left : left + size[1]].tobytes()
        for top in range(5 + 2 * pad - size[0] + 1)
        for left in range(7 + 2 * pad - size[1] + 1)
    }
    N = 60 * len(windows)
    out = RandomCrop(size, pad, mode)(np.repeat(x, N, axis=0), rng=np.random.default_rng(0))
    assert out.shape == (N, 2, *size)
    counts = {}
    for crop in out:
        counts[crop.tobytes()] = counts.get(crop.tobytes(), 0) + 1
    assert set(counts) == windows  # none from beyond the border, and the last place as well as the first
    assert max(abs(count - 60) for count in counts.values()) < 6 * np.sqrt(60)  # equally often


@pytest.mark.parametrize("size, top, left", [(3, 1, 2), ((4, 4), 0, 1), ((5, 7), 0, 0), (1, 2, 3)])
def test_the_middle(size, top, left):
    x = numbered(H=5, W=7)
    height, width = (size, size) if isinstance(size, int) else size
    assert np.array_equal(CentreCrop(size)(x), x[:, :, top : top + height, left : left + width])
