"""Gated activations: no parameters, and the options that PyTorch's have by default."""

import numpy as np
import pytest
from scipy import special

from npdl import nn

X = np.array([[-4.0, -2.0, 0.0], [0.5, 2.0, 4.0]])
GATE = np.array([[0, 1 / 6, 1 / 2], [3.5 / 6, 5 / 6, 1]])


@pytest.mark.parametrize(
    "module, expected, tolerance",
    [
        (nn.GELU(), X * (1 + special.erf(X / np.sqrt(2))) / 2, 1e-12),
        (nn.GELU("tanh"), X * (1 + np.tanh(np.sqrt(2 / np.pi) * (X + 0.044715 * X**3))) / 2, 1e-12),
        (nn.GELU(approximate="tanh"), X * special.ndtr(X), 5e-4),
        (nn.SiLU(), X / (1 + np.exp(-X)), 1e-12),
        (nn.HardSigmoid(), GATE, 1e-12),
        (nn.HardSwish(), X * GATE, 1e-12),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values(module, expected, tolerance):
    np.testing.assert_allclose(module(X), expected, rtol=0, atol=tolerance)
    assert module.parameters() == [] and module.state_dict() == {}
