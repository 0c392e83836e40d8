"""Layers: modules that hold the parameters of the ops in npdl.ops. Files are named alike in both."""

from . import init
from .activation import ELU, LeakyReLU, LogSoftmax, PReLU, ReLU, ReLU6, Sigmoid, Softmax, Softplus, Tanh
from .containers import Residual, Sequential
from .contrastive import CosineEmbeddingLoss, CosineSimilarity, InfoNCE, NTXent, Triplet
from .conv import Conv1d, Conv2d, Conv3d, ConvTranspose2d, DepthwiseConv2d, SeparableConv2d, StdConv2d, ZeroConv2d
from .divergence import GaussianKL, KLDivergence, KLDivergenceWithLogits, NormalKL
from .gates import GELU, HardSigmoid, HardSwish, SiLU
from .linear import Affine
from .lookup import Embedding
from .loss import BCE, NLL, Auxiliary, BCEWithLogits, SoftCrossEntropy, SoftmaxCrossEntropy, SVMLoss
from .module import Module, Parameter
from .norm import BatchNorm, GroupNorm, LayerNorm
from .penalty import L2Penalty
from .pool import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from .regression import L1, MSE, GaussianNLL, Huber, SmoothL1
from .shape import ChannelShuffle, ChannelSplit, Flatten
from .stochastic import Dropout
from .summary import receptive_field, summary
from .watch import watch

__all__ = [
    "BCE",
    "ELU",
    "GELU",
    "L1",
    "MSE",
    "NLL",
    "Affine",
    "Auxiliary",
    "AvgPool2d",
    "BCEWithLogits",
    "BatchNorm",
    "ChannelShuffle",
    "ChannelSplit",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose2d",
    "CosineEmbeddingLoss",
    "CosineSimilarity",
    "DepthwiseConv2d",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianKL",
    "GaussianNLL",
    "GlobalAvgPool2d",
    "GroupNorm",
    "HardSigmoid",
    "HardSwish",
    "Huber",
    "InfoNCE",
    "KLDivergence",
    "KLDivergenceWithLogits",
    "L2Penalty",
    "LayerNorm",
    "LeakyReLU",
    "LogSoftmax",
    "MaxPool2d",
    "Module",
    "NTXent",
    "NormalKL",
    "PReLU",
    "Parameter",
    "ReLU",
    "ReLU6",
    "Residual",
    "SVMLoss",
    "SeparableConv2d",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SmoothL1",
    "SoftCrossEntropy",
    "Softmax",
    "SoftmaxCrossEntropy",
    "Softplus",
    "StdConv2d",
    "Tanh",
    "Triplet",
    "ZeroConv2d",
    "init",
    "receptive_field",
    "summary",
    "watch",
]
