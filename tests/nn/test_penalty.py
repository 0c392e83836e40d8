"""The L2 penalty of a model's parameters."""

import numpy as np

from npdl import nn


def test_penalty_of_a_model():
    model = nn.Sequential(nn.Affine(3, 4), nn.ReLU(), nn.Affine(4, 2))
    loss = nn.L2Penalty()(*model.parameters())
    np.testing.assert_allclose(loss.data, sum((p.data**2).sum() for p in model.parameters()) / 2, rtol=1e-6)
    loss.backward()
    for p in model.parameters():
        np.testing.assert_array_equal(p.grad, p.data)
