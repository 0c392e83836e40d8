"""Networks: one paper, one file."""

from .captioning import CaptioningRNN, CaptioningTransformer
from .char_rnn import CharRNN
from .convnet import ConvNet
from .fully_connected import FullyConnectedNet
from .hybrid_vit import HybridViT
from .lenet import LeNet, LeNet5
from .mpnn import MPNN
from .resnet import BasicBlock, ResNet, ResNet18, ResNet20
from .stn import SpatialTransformerNetwork
from .swin import SwinBlock, SwinTransformer
from .swinir import RSTB, SwinIR
from .three_layer_convnet import ThreeLayerConvNet
from .two_layer_net import TwoLayerNet
from .uniformer import UniFormer
from .vit import ViT, vit_b16, vit_h14, vit_l16

__all__ = [
    "BasicBlock",
    "CaptioningRNN",
    "CaptioningTransformer",
    "CharRNN",
    "ConvNet",
    "FullyConnectedNet",
    "HybridViT",
    "LeNet",
    "LeNet5",
    "RSTB",
    "ResNet",
    "ResNet18",
    "ResNet20",
    "SwinBlock",
    "SwinIR",
    "SwinTransformer",
    "MPNN",
    "SpatialTransformerNetwork",
    "ThreeLayerConvNet",
    "TwoLayerNet",
    "UniFormer",
    "ViT",
    "vit_b16",
    "vit_h14",
    "vit_l16",
]
