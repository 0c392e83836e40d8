"""Layers: modules that hold the parameters of the ops in npdl.ops. Files are named alike in both."""

from . import init
from .abstract import abstract, count_parameters
from .activation import ELU, LeakyReLU, LogSoftmax, PReLU, ReLU, ReLU6, Sigmoid, Softmax, Softplus, Tanh
from .attention import KVCache, MultiheadAttention, WindowAttention, padding_mask
from .blocks import DenseBlock, DenseLayer, ResidualDenseBlock, ResidualInResidualDenseBlock, SqueezeExcitation
from .containers import Residual, Sequential
from .contrastive import CosineEmbeddingLoss, CosineSimilarity, InfoNCE, NTXent, Triplet
from .conv import Conv1d, Conv2d, Conv3d, ConvTranspose2d, DepthwiseConv2d, SeparableConv2d, StdConv2d, ZeroConv2d
from .divergence import GaussianKL, KLDivergence, KLWithLogits, NormalKL
from .fusion import batchnorm_then_relu
from .gates import GELU, HardSigmoid, HardSwish, SiLU
from .graph import AffineUpdate, GatedReadout, MessagePassing, PairMessage, TypedMessage
from .linear import Affine, Linear
from .lookup import Embedding
from .loss import (
    BCE,
    NLL,
    Auxiliary,
    BCEWithLogits,
    SoftCrossEntropy,
    SoftmaxCrossEntropy,
    SVMLoss,
    TemporalSoftmaxLoss,
)
from .mode import in_test_mode
from .module import Module, Parameter
from .norm import BatchNorm, GroupNorm, InstanceNorm, L2Normalise, LayerNorm, LocalResponseNorm, RMSNorm
from .patches import ClassToken, PatchEmbedding
from .penalty import L2Penalty
from .pool import AdaptiveAvgPool2d, AvgPool2d, GlobalAvgPool2d, MaxPool2d, MaxUnpool2d
from .positions import LearnedPositions, SinusoidalPositions, interpolate_positions, rotary_angles, sinusoidal
from .recurrent import GRU, LSTM, RNN, GRUCell, LSTMCell, RNNCell
from .regression import L1, MSE, GaussianNLL, Huber, SmoothL1
from .resample import PixelShuffle, PixelUnshuffle, Resize, Upsample
from .shape import ChannelShuffle, ChannelSplit, Flatten
from .state_space import S4D, MambaBlock, S4DBlock
from .stochastic import Dropout, Dropout2d, DropPath
from .summary import receptive_field, summary
from .transformer import (
    FeedForward,
    GatedFeedForward,
    SpatialTransformer,
    TransformerDecoderLayer,
    TransformerEncoderLayer,
)
from .watch import watch, watch_attention

__all__ = [
    "BCE",
    "ELU",
    "GELU",
    "GRU",
    "L1",
    "LSTM",
    "MSE",
    "NLL",
    "RNN",
    "AdaptiveAvgPool2d",
    "Affine",
    "AffineUpdate",
    "Auxiliary",
    "AvgPool2d",
    "BCEWithLogits",
    "BatchNorm",
    "ChannelShuffle",
    "ChannelSplit",
    "ClassToken",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose2d",
    "CosineEmbeddingLoss",
    "CosineSimilarity",
    "DenseBlock",
    "DenseLayer",
    "DepthwiseConv2d",
    "DropPath",
    "Dropout",
    "Dropout2d",
    "Embedding",
    "FeedForward",
    "Flatten",
    "GRUCell",
    "GatedReadout",
    "GatedFeedForward",
    "GaussianKL",
    "GaussianNLL",
    "GlobalAvgPool2d",
    "GroupNorm",
    "HardSigmoid",
    "HardSwish",
    "Huber",
    "InfoNCE",
    "InstanceNorm",
    "KLDivergence",
    "KLWithLogits",
    "KVCache",
    "L2Normalise",
    "L2Penalty",
    "LSTMCell",
    "LayerNorm",
    "LeakyReLU",
    "LearnedPositions",
    "Linear",
    "LocalResponseNorm",
    "LogSoftmax",
    "MambaBlock",
    "MaxPool2d",
    "MaxUnpool2d",
    "MessagePassing",
    "Module",
    "MultiheadAttention",
    "NTXent",
    "NormalKL",
    "PReLU",
    "PairMessage",
    "Parameter",
    "PatchEmbedding",
    "PixelShuffle",
    "PixelUnshuffle",
    "RMSNorm",
    "RNNCell",
    "ReLU",
    "ReLU6",
    "Residual",
    "ResidualDenseBlock",
    "ResidualInResidualDenseBlock",
    "Resize",
    "S4D",
    "S4DBlock",
    "SVMLoss",
    "SeparableConv2d",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SinusoidalPositions",
    "SmoothL1",
    "SoftCrossEntropy",
    "Softmax",
    "SoftmaxCrossEntropy",
    "Softplus",
    "SpatialTransformer",
    "SqueezeExcitation",
    "StdConv2d",
    "Tanh",
    "TemporalSoftmaxLoss",
    "TransformerDecoderLayer",
    "TransformerEncoderLayer",
    "Triplet",
    "TypedMessage",
    "Upsample",
    "WindowAttention",
    "ZeroConv2d",
    "abstract",
    "batchnorm_then_relu",
    "count_parameters",
    "in_test_mode",
    "init",
    "interpolate_positions",
    "padding_mask",
    "receptive_field",
    "rotary_angles",
    "sinusoidal",
    "summary",
    "watch",
    "watch_attention",
]
