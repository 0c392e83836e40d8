"""Layers: modules that hold the parameters of the ops in npdl.ops. Files are named alike in both."""

from . import init
from .activation import LeakyReLU, LogSoftmax, ReLU, Sigmoid, Softmax, Tanh
from .containers import Residual, Sequential
from .conv import Conv1d, Conv2d, Conv3d, ConvTranspose2d, DepthwiseConv2d, SeparableConv2d, StdConv2d, ZeroConv2d
from .linear import Affine
from .lookup import Embedding
from .loss import MSE, BCEWithLogits, SoftmaxCrossEntropy, SVMLoss
from .module import Module, Parameter
from .norm import BatchNorm, GroupNorm, LayerNorm
from .pool import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from .shape import Flatten
from .stochastic import Dropout
from .summary import receptive_field, summary
from .watch import watch

__all__ = [
    "MSE",
    "Affine",
    "AvgPool2d",
    "BCEWithLogits",
    "BatchNorm",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose2d",
    "DepthwiseConv2d",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAvgPool2d",
    "GroupNorm",
    "LayerNorm",
    "LeakyReLU",
    "LogSoftmax",
    "MaxPool2d",
    "Module",
    "Parameter",
    "ReLU",
    "Residual",
    "SVMLoss",
    "SeparableConv2d",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "SoftmaxCrossEntropy",
    "StdConv2d",
    "Tanh",
    "ZeroConv2d",
    "init",
    "receptive_field",
    "summary",
    "watch",
]
