"""Metrics of fusion: closed forms, and what each should say of good and bad fusions."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from npdl import InputError
from npdl.metrics import fusion


def sources(H=64, W=64):
    """Two images with details in different halves."""
    texture = gaussian_filter(np.random.default_rng(0).random((H, W)), 1)
    texture = (texture - texture.min()) / np.ptp(texture)
    smooth = np.full((H, W), 0.5)
    left = np.arange(W) < W // 2
    return np.where(left, texture, smooth), np.where(left, smooth, texture), texture


RAMP = np.tile(np.arange(32) * 8 / 255, (32, 1))
CHECKERS = (np.indices((16, 16)).sum(axis=0) % 2).astype(np.uint8) * 255


@pytest.mark.topic("R438")
def test_entropy():
    assert fusion.entropy(np.arange(256, dtype=np.uint8).reshape(16, 16)) == 8
    assert fusion.entropy(np.full((4, 4), 0.3)) == 0
    assert fusion.entropy(CHECKERS) == 1


@pytest.mark.topic("R439")
def test_spatial_frequency():
    assert fusion.spatial_frequency(CHECKERS) == pytest.approx(255 * np.sqrt(2))
    assert fusion.spatial_frequency(RAMP) == pytest.approx(8) == fusion.spatial_frequency(RAMP.T)


@pytest.mark.topic("R440")
def test_standard_deviation():
    assert fusion.standard_deviation(CHECKERS) == 127.5
    image = np.random.default_rng(0).random((9, 7))
    assert fusion.standard_deviation(image) == pytest.approx(np.std(image * 255))


@pytest.mark.topic("R443")
def test_average_gradient():
    assert fusion.average_gradient(RAMP) == pytest.approx(8 / np.sqrt(2))
    assert fusion.average_gradient(RAMP / 2 + RAMP.T) == pytest.approx(np.sqrt((4**2 + 8**2) / 2))


@pytest.mark.topic("R441")
def test_mutual_information():
    a, b, texture = ((x * 255).astype(np.uint8) for x in sources())
    assert fusion.mutual_information(a, a) == pytest.approx(fusion.entropy(a))
    assert fusion.mutual_information(a, 255 - a) == pytest.approx(fusion.entropy(a))  # it sees through the negative
    assert fusion.mutual_information(a, b) == pytest.approx(fusion.mutual_information(b, a))
    assert fusion.mutual_information(texture, np.full(a.shape, 0.5)) == pytest.approx(0, abs=1e-12)


@pytest.mark.oracle
@pytest.mark.topic("R438", "R441")
def test_information_as_scikit_learn_and_scikit_image():
    metrics, measure = pytest.importorskip("sklearn.metrics"), pytest.importorskip("skimage.measure")
    a, _, texture = sources()
    levels = [np.rint(x * 255).astype(np.uint8) for x in (a, texture)]
    expected = metrics.mutual_info_score(levels[0].ravel(), levels[1].ravel()) / np.log(2)
    assert fusion.mutual_information(a, texture) == pytest.approx(expected, rel=1e-9)
    assert fusion.entropy(a) == pytest.approx(measure.shannon_entropy(levels[0]), rel=1e-9)


@pytest.mark.topic("R442")
def test_vif():
    _, _, image = sources(96, 96)
    assert fusion.vif(image, image) == pytest.approx(1, abs=1e-6)
    blurred, noisy = gaussian_filter(image, 1), image + np.random.default_rng(1).normal(size=image.shape) * 0.05
    assert 0 < fusion.vif(gaussian_filter(image, 2), image) < fusion.vif(blurred, image) < 0.7
    assert fusion.vif(noisy, image) < 0.95
    assert fusion.vif(image * 1.3, image) > 1.02  # more contrast
    assert fusion.vif(np.full((50, 50), 0.2), np.full((50, 50), 0.5)) == 1
    assert fusion.vif(1 - image, image) < 0.01


@pytest.mark.topic("R442")
def test_vif_of_a_known_gain():
    """image = g · wanted without noise: every place learns log(1 + g² σ²/n) of log(1 + σ²/n), so large σ give 1."""
    random = np.random.default_rng(0)
    wanted = random.normal(size=(64, 64)) * 1e-2 / 255  # σ² far below the noise: the logarithms are straight lines
    assert fusion.vif(0.5 * wanted, wanted) == pytest.approx(0.25, rel=1e-2)


@pytest.mark.topic("R444")
def test_correlation():
    a, _, texture = sources()
    assert fusion.correlation(a, texture) == pytest.approx(np.corrcoef(a.ravel(), texture.ravel())[0, 1])
    assert fusion.correlation(a, 0.2 + 0.5 * a) == pytest.approx(1) == -fusion.correlation(a, 1 - a)
    assert fusion.correlation(a, np.full(a.shape, 0.5)) == 0


@pytest.mark.topic("R445")
def test_scd():
    a, b, _ = sources()
    assert fusion.scd(a, b, a + b) == pytest.approx(2)
    random = np.random.default_rng(0).random(a.shape)
    by_formula = sum(np.corrcoef((random - x).ravel(), y.ravel())[0, 1] for x, y in ((b, a), (a, b)))
    assert fusion.scd(a, b, random) == pytest.approx(by_formula)
    assert fusion.scd(a, b, random) < fusion.scd(a, b, (a + b) / 2) + 1e-12 < 2 + 1e-9


@pytest.mark.topic("R446")
def test_qabf():
    a, b, texture = sources()
    most = 0.9994 / (1 + np.exp(-7.5)) * 0.9879 / (1 + np.exp(-4.4))
    assert fusion.qabf(texture, texture, texture) == pytest.approx(most)
    assert most == pytest.approx(0.9748, abs=5e-5)
    best, mean, none = fusion.qabf(a, b, texture), fusion.qabf(a, b, (a + b) / 2), fusion.qabf(a, b, a * 0 + 0.5)
    assert most > best > 0.94 > 0.7 > mean > none + 0.2
    assert fusion.qabf(texture, texture, 1 - texture) == pytest.approx(most)  # an edge has no front
    assert fusion.qabf(texture, texture, texture[::-1].copy()) < 0.3
    assert fusion.qabf(a * 0, a * 0, texture) == 0


@pytest.mark.topic("R447")
def test_nabf():
    a, b, texture = sources()
    assert fusion.nabf(texture, texture, texture) == 0
    random = np.random.default_rng(2).normal(size=a.shape)
    found = [fusion.nabf(a, b, texture + s * random) for s in (0, 0.02, 0.05, 0.1)]
    assert np.all(np.diff(found) > 0) and found[0] < 0.02


@pytest.mark.topic("R446")
def test_qabf_by_loops():
    a, b, fused = np.random.default_rng(0).random((3, 7, 8))
    padded = [np.pad(x, 1, mode="symmetric") for x in (a, b, fused)]
    above = below = 0.0
    for i in range(7):
        for j in range(8):
            edges = []
            for x in padded:
                p = x[i : i + 3, j : j + 3]
                sx = np.sum((p[:, 2] - p[:, 0]) * [1, 2, 1])
                sy = np.sum((p[2] - p[0]) * [1, 2, 1])
                edges.append((np.hypot(sx, sy), np.arctan(sy / sx)))
            gf, af = edges[2]
            for g, angle in edges[:2]:
                G = g / gf if gf > g else gf / g
                A = abs(abs(angle - af) - np.pi / 2) * 2 / np.pi
                Q = 0.9994 / (1 + np.exp(-15 * (G - 0.5))) * 0.9879 / (1 + np.exp(-22 * (A - 0.8)))
                above, below = above + Q * g, below + g
    assert fusion.qabf(a, b, fused) == pytest.approx(above / below, rel=1e-9)


@pytest.mark.topic("R430", "R431", "R448")
def test_all_fourteen():
    a, b, texture = sources(176, 176)
    good, mean = fusion.fusion_scores(a, b, texture), fusion.fusion_scores(a, b, (a + b) / 2)
    assert len(good) == 14 and all(type(score) is float and np.isfinite(score) for score in good)
    better = [name for name in good._fields if getattr(good, name) > getattr(mean, name)]
    assert {"EN", "MI", "SF", "SD", "AG", "VIF", "Qabf"} <= set(better)
    assert good.MSE == pytest.approx(np.mean([(255 * (texture - x)) ** 2 for x in (a, b)]))
    assert good.PSNR == pytest.approx(np.mean([10 * np.log10(1 / np.mean((texture - x) ** 2)) for x in (a, b)]))


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda x: fusion.qabf(x, x, x[:5]), "qabf: fused should be an array of shape .* as a"),
        (lambda x: fusion.scd(x, x[..., None], x), "scd: b should be a grey image"),
        (lambda x: fusion.vif(x, x), "vif: image should be at least 41 pixels"),
        (lambda x: fusion.entropy(x * np.nan), "entropy: image should be free of nan"),
        (lambda x: fusion.average_gradient(x[:1]), "at least 2 pixels"),
        (lambda x: fusion.fusion_scores(x, x, x), "at least 176"),
    ],
)
def test_refuses(action, message):
    with pytest.raises(InputError, match=message):
        action(np.random.default_rng(0).random((20, 20)))
