"""Contrastive modules: their options reach the op."""

import math

import numpy as np
import pytest

from npdl import Tensor, nn

A, B = np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([[3.0, 0.0], [0.0, 1.0]])
ROOT = math.sqrt(0.5)


def soft(others, temperature):
    """The loss of a row whose partner has the cosine 1, and so many others the cosine 0."""
    return math.log1p(others * math.exp(-1 / temperature))


@pytest.mark.parametrize(
    "module, arrays, expected",
    [
        (nn.CosineSimilarity(), (A, np.ones((2, 2))), [ROOT, ROOT]),
        (nn.CosineSimilarity(axis=0), (A, A[::-1].copy()), [0, 0]),
        (nn.CosineSimilarity(eps=6.0), (A, B), [3 / 36, 2 / 36]),
        (nn.CosineEmbeddingLoss(), (A, np.ones((2, 2)), np.array([1, -1])), (1 - ROOT + ROOT) / 2),
        (nn.CosineEmbeddingLoss(margin=0.5, reduction="sum"), (A, np.ones((2, 2)), np.array([-1, -1])), 2 * ROOT - 1),
        (nn.Triplet(eps=0), (A, B, A), (3 + 2) / 2),
        (nn.Triplet(eps=0, margin=0.5, reduction="none"), (A, B, A), [2.5, 1.5]),
        (nn.InfoNCE(), (A, B), soft(1, 0.1)),
        (nn.InfoNCE(temperature=0.5, reduction="sum"), (A, B), 2 * soft(1, 0.5)),
        (nn.NTXent(), (np.concatenate([A, B]),), soft(2, 0.5)),
        (nn.NTXent(temperature=2.0, reduction="sum"), (np.concatenate([A, B]),), 4 * soft(2, 2)),
    ],
)
def test_values(module, arrays, expected):
    np.testing.assert_allclose(module(*arrays), expected, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(module(Tensor(arrays[0]), *arrays[1:]).data, expected, rtol=1e-12, atol=1e-15)
    assert module.parameters() == []
