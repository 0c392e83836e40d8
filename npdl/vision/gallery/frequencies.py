"""The cosine transform, and images of little total variation."""

import numpy as np

from ... import vision
from ...viz.panels import Panel
from .defaults import scene, shrunk
from .picture import picture


@picture("dct", scene)
def dct(image):
    """The discrete cosine transform: an image from few of its low frequencies."""
    grey = vision.to_grey(image)
    X = vision.dct.dct2(grey)
    panels = [Panel("image", grey), Panel("log |coefficients|", np.log1p(100 * np.abs(X)), "heat")]
    for share in (4, 8):
        low = np.zeros_like(X)
        h, w = (-(-n // share) for n in X.shape)
        low[:h, :w] = X[:h, :w]
        panels.append(Panel(f"the lowest 1/{share} of either axis", vision.dct.idct2(low)))
    return panels


@picture("compress", scene)
def compress(image):
    """JPEG's idea: of each 8 × 8 block the largest cosine coefficients."""
    grey = vision.to_grey(image)
    kept = {n: vision.dct.compress(grey, n) for n in (16, 6, 2)}
    errors = [small - grey for small in kept.values()]
    return [
        Panel("image", grey),
        *(Panel(f"{n} of 64 coefficients", small) for n, small in kept.items()),
        Panel("what they are coefficients of", _cosines(8), "spread"),
        *(Panel(f"error, at most {np.abs(error).max():.2f}", error, "signed") for error in errors),
    ]


def _cosines(n):
    """The n² images of which each n × n block is a sum, side by side."""
    C = vision.dct.dct_matrix(n)
    tiles = np.einsum("ui,vj->uivj", C, C)  # (n, n, n, n): frequencies down and across, and their pixels
    tiles = np.pad(tiles, ((0, 0), (0, 1), (0, 0), (0, 1)), constant_values=tiles.max())
    return tiles.reshape(n * (n + 1), n * (n + 1))


@picture("tv-denoise", scene)
def tv_denoise(image):
    """Noise away with the total variation kept small."""
    noisy = vision.noise.gaussian_noise(image, 0.1, rng=np.random.default_rng(0))
    denoised = [(w, vision.total_variation.tv_denoise(noisy, w, iterations=60)) for w in (0.08, 0.2)]
    return [Panel("image", image), Panel("noise, σ = 0.1", noisy)] + [Panel(f"weight {w}", u) for w, u in denoised]


@picture("inpaint", scene)
def inpaint(image):
    """A scratch and a hole filled with the least total variation."""
    image = shrunk(image, 256)
    H, W = image.shape[:2]
    missing = vision.masks.disc_mask((H, W), (0.6 * W, 0.45 * H), 0.09 * min(H, W))
    y, x = np.mgrid[:H, :W]
    missing |= np.abs(y - 0.2 * H - 0.6 * x * H / W) < max(1, 0.015 * min(H, W))
    shown = image.copy()
    shown[missing] = 1
    filled = vision.total_variation.tv_inpaint(image, missing, iterations=300)
    return [
        Panel("image", image),
        Panel("what is known", shown),
        Panel("filled", filled),
        Panel("error", vision.to_grey(filled - image), "signed"),
    ]
