"""Regression modules: their options reach the op."""

import math

import numpy as np
import pytest

from npdl import Tensor, nn

X = np.array([[2.0, 0.0, -1.0], [0.5, 1.0, 0.0]])
TARGET = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 4.0]])
SIZES = np.array([[1, 0, 2], [0.5, 0, 4]])


@pytest.mark.parametrize(
    "module, expected",
    [
        (nn.MSE(), (SIZES**2).mean()),
        (nn.MSE(reduction="sum"), (SIZES**2).sum()),
        (nn.L1(), SIZES.mean()),
        (nn.L1(reduction="none"), SIZES),
        (nn.Huber(), (0.5 + 1.5 + 0.125 + 3.5) / 6),
        (nn.Huber(delta=2, reduction="sum"), 0.5 + 2 + 0.125 + 6),
        (nn.SmoothL1(), (0.5 + 1.5 + 0.125 + 3.5) / 6),
        (nn.SmoothL1(beta=2, reduction="sum"), 0.25 + 1 + 0.0625 + 3),
    ],
)
def test_values(module, expected):
    np.testing.assert_allclose(module(X, TARGET), expected, rtol=1e-12)
    np.testing.assert_allclose(module(Tensor(X), TARGET).data, expected, rtol=1e-12)
    assert module.parameters() == []


def test_gaussian_nll_of_three_arrays():
    logvar = np.full_like(X, math.log(4))
    losses = 0.5 * (math.log(2 * math.pi * 4) + SIZES**2 / 4)
    np.testing.assert_allclose(nn.GaussianNLL()(X, TARGET, logvar), losses.mean(), rtol=1e-12)
    np.testing.assert_allclose(nn.GaussianNLL(reduction="none")(Tensor(X), TARGET, logvar).data, losses, rtol=1e-12)
