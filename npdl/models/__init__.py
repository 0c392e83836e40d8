"""Networks: one paper, one file."""

from .captioning import CaptioningRNN, CaptioningTransformer
from .char_rnn import CharRNN
from .convnet import ConvNet
from .fully_connected import FullyConnectedNet
from .lenet import LeNet, LeNet5
from .mamba import MambaLM
from .mpnn import MPNN
from .resnet import BasicBlock, ResNet, ResNet18, ResNet20
from .stn import SpatialTransformerNetwork
from .three_layer_convnet import ThreeLayerConvNet
from .two_layer_net import TwoLayerNet

__all__ = [
    "BasicBlock",
    "CaptioningRNN",
    "CaptioningTransformer",
    "CharRNN",
    "ConvNet",
    "FullyConnectedNet",
    "LeNet",
    "LeNet5",
    "MPNN",
    "MambaLM",
    "ResNet",
    "ResNet18",
    "ResNet20",
    "SpatialTransformerNetwork",
    "ThreeLayerConvNet",
    "TwoLayerNet",
]
