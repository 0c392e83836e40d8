"""Divergence modules: their options reach the op."""

import math

import numpy as np
import pytest

from npdl import Tensor, nn

P, Q = np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([[0.25, 0.75], [0.25, 0.75]])
KL = np.array([math.log(4 / 3) / 2, math.log(4)])
MU, ZERO, LOG4 = np.array([[1.0, 2.0], [0.0, 0.0]]), np.zeros((2, 2)), np.full((2, 2), math.log(4))


@pytest.mark.parametrize(
    "module, arrays, losses",
    [
        (nn.KLDivergence, (P, Q), KL),
        (nn.KLWithLogits, (np.array([[3.0, 3.0], [1e3, 0.0]]), np.log(Q)), KL),
        (nn.GaussianKL, (MU, ZERO), [2.5, 0]),
        (nn.GaussianKL, (ZERO, LOG4), [3 - math.log(4)] * 2),
        (nn.NormalKL, (MU, LOG4, ZERO, LOG4), [0.625, 0]),
    ],
)
def test_values(module, arrays, losses):
    np.testing.assert_allclose(module()(*arrays), np.mean(losses), rtol=1e-12)
    np.testing.assert_allclose(module(reduction="sum")(*arrays), np.sum(losses), rtol=1e-12)
    np.testing.assert_allclose(module(reduction="none")(*map(Tensor, arrays)).data, losses, rtol=1e-12, atol=1e-15)
