"""Gaussians: samples, sums, products, posteriors."""

import numpy as np
import pytest

from npdl import InputError, Tensor
from npdl.maths.gaussians import Gaussian, add, diffusion_posterior, multiply, posterior, reparameterised

rng = np.random.default_rng(0)
grid = np.linspace(-12, 12, 20_001)
dx = grid[1] - grid[0]


def moments(density):
    total = density.sum() * dx
    mean = (grid * density).sum() * dx / total
    return total, mean, ((grid - mean) ** 2 * density).sum() * dx / total


@pytest.mark.topic("R029")
def test_samples_have_the_mean_and_the_variance():
    n, mu, sigma = 100_000, 1.3, 0.7
    z = reparameterised(mu, sigma, rng.standard_normal(n))
    assert abs(z.mean() - mu) < 4 * sigma / np.sqrt(n)
    assert abs(z.var() - sigma**2) < 4 * sigma**2 * np.sqrt(2 / n)


@pytest.mark.topic("R029")
def test_gradients_flow_through_the_sample():
    """Of E[z²] = μ² + σ²: 2μ and 2σ."""
    n = 100_000
    mu, sigma = (Tensor(np.array([value]), requires_grad=True) for value in (1.3, 0.7))
    z = reparameterised(mu, sigma, rng.standard_normal(n))
    ((z * z).sum() / n).backward()
    assert mu.grad[0] == pytest.approx(2.6, abs=4 * 2 * 0.7 / np.sqrt(n))
    assert sigma.grad[0] == pytest.approx(1.4, abs=4 * 4 / np.sqrt(n))


@pytest.mark.topic("R030")
def test_two_steps_of_noise_are_one():
    for a, b in rng.uniform(0.01, 0.5, (20, 2)):  # β_{t-1}, β_t
        z = add(Gaussian(0, 1), Gaussian(0, 1), np.sqrt(a * (1 - b)), np.sqrt(b))
        assert z.mean == 0 and z.variance == pytest.approx(1 - (1 - a) * (1 - b))


@pytest.mark.topic("R030")
def test_variances_add_and_standard_deviations_do_not():
    n = 200_000
    p, q = Gaussian(1.0, 0.5), Gaussian(-2.0, 2.0)
    z = add(p, q, 2.0, -0.5)
    samples = 2 * (1 + np.sqrt(0.5) * rng.standard_normal(n)) - 0.5 * (-2 + np.sqrt(2) * rng.standard_normal(n))
    assert abs(samples.mean() - z.mean) < 4 * np.sqrt(z.variance / n)
    assert abs(samples.var() / z.variance - 1) < 4 * np.sqrt(2 / n)
    assert z == (3.0, 2.5)


@pytest.mark.topic("R032")
def test_the_product_of_two_densities_is_a_gaussian_times_a_factor():
    p, q = Gaussian(0.4, 0.3), Gaussian(-1.0, 1.7)
    product, factor = multiply(p, q)
    total, mean, variance = moments(p.density(grid) * q.density(grid))
    assert (total, mean, variance) == pytest.approx((factor, product.mean, product.variance), rel=1e-9)
    assert product.variance < min(p.variance, q.variance)


@pytest.mark.topic("R032")
def test_bayes_rule_on_a_grid():
    prior, y, gain, noise = Gaussian(0.5, 2.0), 1.7, -0.8, 0.4
    _, mean, variance = moments(prior.density(grid) * Gaussian(gain * grid, noise).density(y))
    found = posterior(prior, y, gain, noise)
    assert (mean, variance) == pytest.approx((found.mean, found.variance), rel=1e-9)


@pytest.mark.topic("R032")
def test_the_posterior_of_diffusion_on_a_grid_and_the_slip_of_the_notes():
    x_t, x_0, alpha, before = 0.9, -0.6, 0.8, 0.5
    bar = alpha * before
    prior = Gaussian(np.sqrt(before) * x_0, 1 - before)
    joint = Gaussian(np.sqrt(alpha) * grid, 1 - alpha).density(x_t) * prior.density(grid)
    total, mean, variance = moments(joint / Gaussian(np.sqrt(bar) * x_0, 1 - bar).density(x_t))
    found = diffusion_posterior(x_t, x_0, alpha, bar, before)
    assert (total, mean, variance) == pytest.approx((1, found.mean, found.variance), rel=1e-9)
    bayes = posterior(prior, x_t, np.sqrt(alpha), 1 - alpha)
    assert tuple(bayes) == pytest.approx(tuple(found))
    wrong, _, _ = moments(joint / Gaussian(np.sqrt(alpha) * x_0, 1 - bar).density(x_t))
    assert abs(wrong - 1) > 0.1


@pytest.mark.topic("R026")
def test_the_density_has_the_area_1_and_its_moments():
    p = Gaussian(0.3, 1.9)
    assert moments(p.density(grid)) == pytest.approx((1, 0.3, 1.9))
    np.testing.assert_allclose(np.exp(p.log_density(grid)), p.density(grid))


def test_bad_input():
    with pytest.raises(InputError, match="variance should be greater than 0"):
        multiply(Gaussian(0, 1), Gaussian(0, 0))
