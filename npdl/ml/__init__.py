"""Learning without layers: nearest neighbours and linear classifiers."""

from .knn import KNearestNeighbor
from .linear import (
    LinearClassifier,
    LinearSVM,
    SoftmaxClassifier,
    softmax_loss_naive,
    softmax_loss_vectorized,
    svm_loss_naive,
    svm_loss_vectorized,
    with_bias,
)

__all__ = [
    "KNearestNeighbor",
    "svm_loss_naive",
    "svm_loss_vectorized",
    "softmax_loss_naive",
    "softmax_loss_vectorized",
    "with_bias",
    "LinearClassifier",
    "LinearSVM",
    "SoftmaxClassifier",
]
