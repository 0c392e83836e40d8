"""Networks: one paper, one file."""

from .convnet import ConvNet
from .fully_connected import FullyConnectedNet
from .lenet import LeNet, LeNet5
from .mamba import MambaLM
from .resnet import BasicBlock, ResNet, ResNet18, ResNet20
from .three_layer_convnet import ThreeLayerConvNet
from .two_layer_net import TwoLayerNet

__all__ = [
    "BasicBlock",
    "ConvNet",
    "FullyConnectedNet",
    "LeNet",
    "LeNet5",
    "MambaLM",
    "ResNet",
    "ResNet18",
    "ResNet20",
    "ThreeLayerConvNet",
    "TwoLayerNet",
]
