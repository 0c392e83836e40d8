"""Samples of npdl.ops.loss."""

import numpy as np


def _cross_entropy(d):
    yield (d.normal(7, 5) * 2, d.integers(5, 7)), {}
    yield (d.normal(3, 5, 2, 4), d.integers(5, 3, 2, 4)), {"reduction": "sum", "label_smoothing": 0.2}
    yield (d.normal(5, 3), np.array([2, -100, 0, 0, -100])), {"ignore_index": -100, "label_smoothing": 0.1}
    yield (d.normal(4, 3), np.array([2, 1, 0, 1])), {"reduction": "none", "ignore_index": 1}


def _svm(d):
    yield (d.normal(7, 5), d.integers(5, 7)), {}
    yield (d.normal(5, 3), d.integers(3, 5)), {"delta": 0.3}


def _bce(d):
    yield (d.off_zero(3, 7) * 3, d.integers(2, 3, 7)), {}
    yield (d.off_zero(5), d.rng.random(5)), {"reduction": "sum"}
    yield (d.off_zero(5), d.integers(2, 5) > 0), {"reduction": "none"}


def _mse(d):
    yield (d.normal(3, 7), d.normal(3, 7)), {}
    yield (d.normal(5), d.normal(5)), {"reduction": "sum"}
    yield (d.normal(2, 3), d.normal(2, 3)), {"reduction": "none"}


ROWS = {
    "softmax_cross_entropy": _cross_entropy,
    "svm_loss": _svm,
    "bce_with_logits": _bce,
    "mse": _mse,
}
