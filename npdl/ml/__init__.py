"""Learning without layers: nearest neighbours, linear classifiers, support vector machines, clustering."""

from .kmeans import KMeans, MiniBatchKMeans
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
    "KMeans",
    "MiniBatchKMeans",
    "svm_loss_naive",
    "svm_loss_vectorized",
    "softmax_loss_naive",
    "softmax_loss_vectorized",
    "with_bias",
    "LinearClassifier",
    "LinearSVM",
    "SoftmaxClassifier",
]
