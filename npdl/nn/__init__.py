"""Layers: modules that hold the parameters of the ops in npdl.ops. Files are named alike in both.

Modules made of modules are in containers.py and, for the ideas of a paper, in blocks.py.
"""

from . import init
from .activation import LeakyReLU, LogSoftmax, ReLU, Sigmoid, Softmax, Tanh
from .blocks import (
    DenseBlock,
    DenseLayer,
    ResidualDenseBlock,
    ResidualInResidualDenseBlock,
    SqueezeExcitation,
)
from .containers import Residual, Sequential
from .conv import Conv2d
from .linear import Affine
from .lookup import Embedding
from .loss import MSE, BCEWithLogits, SoftmaxCrossEntropy, SVMLoss
from .module import Module, Parameter
from .norm import BatchNorm, GroupNorm, InstanceNorm, L2Normalise, LayerNorm, LocalResponseNorm
from .pool import AdaptiveAvgPool2d, AvgPool2d, GlobalAvgPool2d, MaxPool2d, MaxUnpool2d
from .resample import PixelShuffle, PixelUnshuffle, Resize, Upsample
from .shape import Flatten
from .stochastic import Dropout, Dropout2d, DropPath

__all__ = [
    "MSE",
    "AdaptiveAvgPool2d",
    "Affine",
    "AvgPool2d",
    "BCEWithLogits",
    "BatchNorm",
    "Conv2d",
    "DenseBlock",
    "DenseLayer",
    "DropPath",
    "Dropout",
    "Dropout2d",
    "Embedding",
    "Flatten",
    "GlobalAvgPool2d",
    "GroupNorm",
    "InstanceNorm",
    "L2Normalise",
    "LayerNorm",
    "LeakyReLU",
    "LocalResponseNorm",
    "LogSoftmax",
    "MaxPool2d",
    "MaxUnpool2d",
    "Module",
    "Parameter",
    "PixelShuffle",
    "PixelUnshuffle",
    "ReLU",
    "Residual",
    "ResidualDenseBlock",
    "ResidualInResidualDenseBlock",
    "Resize",
    "SVMLoss",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "SoftmaxCrossEntropy",
    "SqueezeExcitation",
    "Tanh",
    "Upsample",
    "init",
]
