"""Samples of npdl.ops.loss."""

import numpy as np


def _cross_entropy(d):
    yield (d.normal(7, 5) * 2, d.integers(5, 7)), {}
    yield (d.normal(3, 5, 2, 4), d.integers(5, 3, 2, 4)), {"reduction": "sum", "label_smoothing": 0.2}
    yield (d.normal(5, 3), np.array([2, -100, 0, 0, -100])), {"ignore_index": -100, "label_smoothing": 0.1}
    yield (d.normal(4, 3), np.array([2, 1, 0, 1])), {"reduction": "none", "ignore_index": 1}
    weighted = {"weight": d.positive(3), "ignore_index": 1, "label_smoothing": 0.1}
    yield (d.normal(5, 3), np.array([2, 1, 0, 0, 2])), weighted


def _soft_cross_entropy(d):
    yield (d.normal(7, 5) * 2, d.distributions(7, 5)), {}
    yield (d.normal(3, 5, 2), d.distributions(3, 5, 2)), {"reduction": "sum"}
    yield (d.normal(4, 3), np.array([[0, 1, 0], [0.5, 0, 0.5], [0.2, 0.3, 0.5], [1, 0, 0]])), {"reduction": "none"}


def _nll(d):
    yield (d.normal(7, 5) - 3, d.integers(5, 7)), {}
    yield (d.normal(3, 5, 2, 4) - 3, d.integers(5, 3, 2, 4)), {"reduction": "sum"}
    yield (d.normal(5, 3) - 3, np.array([2, -100, 0, 0, -100])), {"ignore_index": -100}
    yield (d.normal(4, 3) - 3, np.array([2, 1, 0, 1])), {"reduction": "none", "ignore_index": 1}


def _svm(d):
    yield (d.normal(7, 5), d.integers(5, 7)), {}
    yield (d.normal(5, 3), d.integers(3, 5)), {"delta": 0.3}
    yield (d.normal(5, 3), d.integers(3, 5)), {"reduction": "none"}


def _bce_with_logits(d):
    yield (d.off_zero(3, 7) * 3, d.integers(2, 3, 7)), {}
    yield (d.off_zero(5), d.rng.random(5)), {"reduction": "sum"}
    yield (d.off_zero(5), d.integers(2, 5) > 0), {"reduction": "none"}


def _bce(d):
    yield (d.rng.uniform(0.1, 0.9, (3, 7)), d.integers(2, 3, 7)), {}
    yield (d.rng.uniform(0.1, 0.9, 5), d.rng.random(5)), {"reduction": "sum"}
    yield (d.rng.uniform(0.1, 0.9, 5), d.integers(2, 5) > 0), {"reduction": "none"}


def _temporal_softmax_loss(d):
    mask = np.array([[True, True, True, True], [True, False, False, True], [False, False, False, False]])
    yield (d.normal(3, 4, 5) * 2, d.integers(5, 3, 4), mask), {}
    yield (d.normal(2, 3, 4), d.integers(4, 2, 3)), {}


ROWS = {
    "softmax_cross_entropy": _cross_entropy,
    "soft_cross_entropy": _soft_cross_entropy,
    "nll": _nll,
    "temporal_softmax_loss": _temporal_softmax_loss,
    "svm_loss": _svm,
    "bce_with_logits": _bce_with_logits,
    "bce": _bce,
}
