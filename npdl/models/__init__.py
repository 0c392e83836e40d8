"""Networks: one paper, one file."""

from .bert import BERT, BERTBase, BERTLarge
from .captioning import CaptioningRNN, CaptioningTransformer
from .char_rnn import CharRNN
from .convnet import ConvNet
from .fully_connected import FullyConnectedNet
from .gpt import GPT, GPT2, GPT3
from .language_model import LanguageModel
from .lenet import LeNet, LeNet5
from .llama import LLaMA, LLaMA2With70B, LLaMA7B
from .mamba import MambaLM
from .mpnn import MPNN
from .palm import PaLM, PaLM540B
from .resnet import BasicBlock, ResNet, ResNet18, ResNet20
from .stn import SpatialTransformerNetwork
from .three_layer_convnet import ThreeLayerConvNet
from .transformer import Transformer
from .two_layer_net import TwoLayerNet

__all__ = [
    "BERT",
    "BERTBase",
    "BERTLarge",
    "BasicBlock",
    "CaptioningRNN",
    "CaptioningTransformer",
    "CharRNN",
    "ConvNet",
    "FullyConnectedNet",
    "GPT",
    "GPT2",
    "GPT3",
    "LLaMA",
    "LLaMA2With70B",
    "LLaMA7B",
    "LanguageModel",
    "LeNet",
    "LeNet5",
    "MPNN",
    "MambaLM",
    "PaLM",
    "PaLM540B",
    "ResNet",
    "ResNet18",
    "ResNet20",
    "SpatialTransformerNetwork",
    "ThreeLayerConvNet",
    "Transformer",
    "TwoLayerNet",
]
