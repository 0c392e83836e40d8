"""Layers: modules that hold the parameters of the ops in npdl.ops. Files are named alike in both."""

from . import init
from .activation import ELU, LeakyReLU, LogSoftmax, PReLU, ReLU, ReLU6, Sigmoid, Softmax, Softplus, Tanh
from .containers import Residual, Sequential
from .conv import Conv2d
from .gates import GELU, HardSigmoid, HardSwish, SiLU
from .linear import Affine
from .lookup import Embedding
from .loss import MSE, BCEWithLogits, SoftmaxCrossEntropy, SVMLoss
from .module import Module, Parameter
from .norm import BatchNorm, GroupNorm, LayerNorm
from .pool import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from .shape import ChannelShuffle, ChannelSplit, Flatten
from .stochastic import Dropout

__all__ = [
    "ELU",
    "GELU",
    "MSE",
    "Affine",
    "AvgPool2d",
    "BCEWithLogits",
    "BatchNorm",
    "ChannelShuffle",
    "ChannelSplit",
    "Conv2d",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAvgPool2d",
    "GroupNorm",
    "HardSigmoid",
    "HardSwish",
    "LayerNorm",
    "LeakyReLU",
    "LogSoftmax",
    "MaxPool2d",
    "Module",
    "PReLU",
    "Parameter",
    "ReLU",
    "ReLU6",
    "Residual",
    "SVMLoss",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "SoftmaxCrossEntropy",
    "Softplus",
    "Tanh",
    "init",
]
