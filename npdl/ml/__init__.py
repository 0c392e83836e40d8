"""Learning without layers: nearest neighbours, linear classifiers, support vector machines, clustering."""

from .agglomerative import agglomerate, cut
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
from .mean_shift import mean_shift, mean_shift_vector
from .svm import SVM

__all__ = [
    "KNearestNeighbor",
    "KMeans",
    "MiniBatchKMeans",
    "agglomerate",
    "cut",
    "mean_shift",
    "mean_shift_vector",
    "svm_loss_naive",
    "svm_loss_vectorized",
    "softmax_loss_naive",
    "softmax_loss_vectorized",
    "with_bias",
    "LinearClassifier",
    "LinearSVM",
    "SoftmaxClassifier",
    "SVM",
]
