"""Total variation: the sum, its gradient, denoising, inpainting."""

import numpy as np
import pytest

from npdl import InputError
from npdl.vision.noise import gaussian_noise
from npdl.vision.smoothing import gaussian
from npdl.vision.total_variation import (
    divergence,
    gradient,
    mean_variation,
    total_variation,
    total_variation_gradient,
    tv_denoise,
    tv_energy,
    tv_inpaint,
)

rng = np.random.default_rng(0)
step = np.repeat([[0.2] * 12 + [0.8] * 12], 24, axis=0)


@pytest.mark.topic("R466")
def test_the_sums_of_slopes():
    f = rng.random((6, 7, 3))
    dy, dx = np.abs(np.diff(f, axis=0)), np.abs(np.diff(f, axis=1))
    assert total_variation(f) == pytest.approx(dx.sum() + dy.sum())
    assert mean_variation(f) == pytest.approx(dx.mean() + dy.mean())
    ramp = np.add.outer(0.3 * np.arange(5), 0.4 * np.arange(6))
    inner = 4 * 5 * 0.5 + 4 * 0.3 + 5 * 0.4  # and the last column and row, of one slope each
    assert total_variation(ramp, "isotropic") == pytest.approx(inner)


@pytest.mark.topic("R466")
def test_a_step_costs_what_a_ramp_of_its_height_does():
    ramp = np.repeat(np.linspace(0.2, 0.8, 24)[None], 24, axis=0)
    assert total_variation(step) == pytest.approx(total_variation(ramp)) == pytest.approx(24 * 0.6)


@pytest.mark.topic("R466")
@pytest.mark.parametrize("kind", ["anisotropic", "isotropic"])
def test_its_gradient_is_that_of_differences(kind):
    f, h = rng.random((5, 6)), 1e-6
    g = total_variation_gradient(f, kind)
    for place in np.ndindex(f.shape):
        moved = np.zeros_like(f)
        moved[place] = h
        slope = (total_variation(f + moved, kind) - total_variation(f - moved, kind)) / (2 * h)
        assert slope == pytest.approx(g[place], abs=1e-6)
    assert not total_variation_gradient(np.ones((3, 3)), kind).any()


@pytest.mark.topic("R466")
def test_divergence_is_the_negative_transpose_of_the_gradient():
    u, p = rng.random((5, 6)), rng.random((2, 5, 6))
    assert (gradient(u) * p).sum() == pytest.approx(-(u * divergence(p)).sum())


@pytest.mark.oracle
@pytest.mark.topic("R467")
@pytest.mark.parametrize("weight, iterations", [(0.1, 3), (0.3, 40)])
def test_denoising_is_scikit_images(weight, iterations):
    restoration = pytest.importorskip("skimage.restoration")
    f = rng.random((12, 14))
    expected = restoration.denoise_tv_chambolle(f, weight, eps=0, max_num_iter=iterations + 1)
    np.testing.assert_allclose(tv_denoise(f, weight, iterations=iterations), expected, rtol=1e-10)


@pytest.mark.topic("R467")
def test_the_energy_falls_to_the_minimum():
    f = gaussian_noise(step, 0.1, rng=rng)
    energies = [tv_energy(tv_denoise(f, 0.15, iterations=n), f, 0.15) for n in (1, 2, 4, 8, 16, 64, 256)]
    assert energies == sorted(energies, reverse=True)
    best = tv_denoise(f, 0.15, iterations=2000)
    assert energies[-1] < 1.005 * tv_energy(best, f, 0.15)
    for scale in (0.01, 0.1):
        assert tv_energy(best + scale * rng.standard_normal(f.shape), f, 0.15) > tv_energy(best, f, 0.15)


@pytest.mark.topic("R467", "R475")
def test_noise_goes_the_edge_stays_where_a_gaussian_blurs_it():
    f = gaussian_noise(step, 0.1, rng=np.random.default_rng(1))
    y = tv_denoise(f, 0.2)
    error = {name: np.sqrt(((image - step) ** 2).mean()) for name, image in
             (("noisy", f), ("tv", y), ("gaussian", gaussian(f, 1.5)))}  # fmt: skip
    assert error["tv"] < 0.5 * error["gaussian"] < 0.5 * error["noisy"]
    assert np.diff(y, axis=1)[:, 11].min() > 0.4 > np.diff(gaussian(f, 1.5), axis=1).max()


@pytest.mark.topic("R467")
def test_a_gap_in_an_edge_is_drawn_across():
    missing = np.zeros(step.shape, bool)
    missing[10:14, 5:20] = True
    broken = np.where(missing, rng.random(step.shape), step)
    y = tv_inpaint(broken, missing)
    np.testing.assert_array_equal(y[~missing], step[~missing])
    assert np.abs(y - step).max() < 0.02
    colour = tv_inpaint(np.dstack([broken] * 3), missing)
    np.testing.assert_allclose(colour[..., 2], tv_inpaint(broken, missing), atol=1e-6)


def test_dtypes_and_bad_input():
    f = step.astype(np.float32)
    assert tv_denoise(f, iterations=2).dtype == tv_inpaint(f, f > 0.5, iterations=2).dtype == np.float32
    with pytest.raises(InputError, match="False somewhere"):
        tv_inpaint(f, f > 0)
    with pytest.raises(InputError, match="weight"):
        tv_denoise(f, 0)
    with pytest.raises(InputError, match='"anisotropic" or "isotropic"'):
        total_variation(f, "l2")
    with pytest.raises(InputError, match="two rows"):
        mean_variation(np.ones((1, 5)))
