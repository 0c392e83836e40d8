"""Gaussians on a line: samples, sums, products, and the posterior that diffusion models rest on."""

from math import pi
from typing import NamedTuple

import numpy as np

from ..arguments import instance, number, reals, takes
from ..errors import InputError


class Gaussian(NamedTuple):
    """N(mean, variance). Numbers or arrays."""

    mean: object
    variance: object

    def density(self, x):
        """e^{-(x - μ)² / 2σ²} / √(2πσ²)."""
        return np.exp(self.log_density(x))

    def log_density(self, x):
        """-½ [log 2π + log σ² + (x - μ)² / σ²]."""
        return -0.5 * (np.log(2 * pi * self.variance) + (x - self.mean) ** 2 / self.variance)


def reparameterised(mean, sigma, noise):
    """z = μ + σ ε with ε ~ N(0, 1): a sample of N(μ, σ²) that can be differentiated by μ (1) and σ (ε).

    ∂E[f(z)]/∂μ = E[f'(z)] and ∂E[f(z)]/∂σ = E[f'(z) ε]: of z², 2μ and 2σ. Kingma and Welling 2014.
    """
    return mean + sigma * noise


@takes(p=instance(Gaussian), q=instance(Gaussian), a=number(), b=number())
def add(p, q, a=1.0, b=1.0):
    """The distribution of a x + b y for independent x ~ p, y ~ q: means add, and variances, a² and b² times."""
    _require(p, q)
    return Gaussian(a * p.mean + b * q.mean, a * a * p.variance + b * b * q.variance)


@takes(p=instance(Gaussian), q=instance(Gaussian))
def multiply(p, q):
    """(the Gaussian that p(x) q(x) is proportional to, the factor). Precisions 1 / σ² add; the mean is weighed by them.

    The factor is ∫ p q dx = N(μ_p; μ_q, σ_p² + σ_q²).
    """
    _require(p, q)
    precision = 1 / p.variance + 1 / q.variance
    mean = (p.mean / p.variance + q.mean / q.variance) / precision
    return Gaussian(mean, 1 / precision), Gaussian(q.mean, p.variance + q.variance).density(p.mean)


@takes(prior=instance(Gaussian), observed=reals(), gain=reals(), noise=reals())
def posterior(prior, observed, gain, noise):
    """p(x | y) for x ~ prior and y = gain · x + N(0, noise): Bayes' rule, the product of two Gaussians in x.

    y says that x is y / gain, with the variance noise / gain².
    """
    if np.any(np.asarray(gain) == 0):
        raise InputError("posterior", "gain", "not 0, or y says nothing of x", gain)
    return multiply(prior, Gaussian(observed / gain, noise / gain**2))[0]


@takes(
    x_t=reals(),
    x_0=reals(),
    alpha=reals("...", 0, 1),
    alpha_bar=reals("...", 0, 1),
    alpha_bar_before=reals("...", 0, 1),
)
def diffusion_posterior(x_t, x_0, alpha, alpha_bar, alpha_bar_before):
    """q(x_{t-1} | x_t, x_0) ∝ q(x_t | x_{t-1}) q(x_{t-1} | x_0), divided by q(x_t | x_0). Ho et al. 2020, eq. 6 and 7.

    β = 1 - α; mean = (√ᾱ_{t-1} β x_0 + √α (1 - ᾱ_{t-1}) x_t) / (1 - ᾱ_t); variance = (1 - ᾱ_{t-1}) β / (1 - ᾱ_t).
    The divisor is N(x_t; √ᾱ_t x_0, 1 - ᾱ_t): with √α_t in place of √ᾱ_t the result is no density, its integral not 1.
    """
    beta, rest = 1 - alpha, 1 - alpha_bar
    if np.any(rest == 0):
        raise InputError("diffusion_posterior", "alpha_bar", "below 1", alpha_bar)
    mean = (np.sqrt(alpha_bar_before) * beta * x_0 + np.sqrt(alpha) * (1 - alpha_bar_before) * x_t) / rest
    return Gaussian(mean, (1 - alpha_bar_before) * beta / rest)


def _require(*gaussians):
    for g in gaussians:
        if np.any(np.asarray(g.variance) <= 0):
            raise InputError("Gaussian", "variance", "greater than 0", g.variance)
