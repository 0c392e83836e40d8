"""Layers: modules that hold the parameters of the ops in npdl.ops. Files are named alike in both."""

from . import init
from .activation import LeakyReLU, LogSoftmax, ReLU, Sigmoid, Softmax, Tanh
from .containers import Residual, Sequential
from .contrastive import CosineEmbeddingLoss, CosineSimilarity, InfoNCE, NTXent, Triplet
from .conv import Conv2d
from .divergence import GaussianKL, KLDivergence, KLWithLogits, NormalKL
from .linear import Affine
from .lookup import Embedding
from .loss import BCE, NLL, BCEWithLogits, SoftCrossEntropy, SoftmaxCrossEntropy, SVMLoss
from .module import Module, Parameter
from .norm import BatchNorm, GroupNorm, LayerNorm
from .penalty import L2Penalty
from .pool import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from .regression import L1, MSE, GaussianNLL, Huber, SmoothL1
from .shape import Flatten
from .stochastic import Dropout

__all__ = [
    "BCE",
    "L1",
    "MSE",
    "NLL",
    "Affine",
    "AvgPool2d",
    "BCEWithLogits",
    "BatchNorm",
    "Conv2d",
    "CosineEmbeddingLoss",
    "CosineSimilarity",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianKL",
    "GaussianNLL",
    "GlobalAvgPool2d",
    "GroupNorm",
    "Huber",
    "InfoNCE",
    "KLDivergence",
    "KLWithLogits",
    "L2Penalty",
    "LayerNorm",
    "LeakyReLU",
    "LogSoftmax",
    "MaxPool2d",
    "Module",
    "NTXent",
    "NormalKL",
    "Parameter",
    "ReLU",
    "Residual",
    "SVMLoss",
    "Sequential",
    "Sigmoid",
    "SmoothL1",
    "SoftCrossEntropy",
    "Softmax",
    "SoftmaxCrossEntropy",
    "Tanh",
    "Triplet",
    "init",
]
