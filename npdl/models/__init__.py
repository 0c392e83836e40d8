"""Networks: one paper, one file."""

from .convnet import ConvNet
from .fully_connected import FullyConnectedNet
from .lenet import LeNet, LeNet5
from .two_layer_net import TwoLayerNet

__all__ = ["ConvNet", "FullyConnectedNet", "LeNet", "LeNet5", "TwoLayerNet"]
