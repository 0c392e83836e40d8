"""Networks: one paper, one file."""

from .bert import BERT, BERTBase, BERTLarge
from .captioning import CaptioningRNN, CaptioningTransformer
from .char_rnn import CharRNN
from .convnet import ConvNet
from .fully_connected import FullyConnectedNet
from .gpt import GPT, GPT2, GPT3
from .hybrid_vit import HybridViT
from .language_model import LanguageModel
from .lenet import LeNet, LeNet5
from .llama import LLaMA, LLaMA2With70B, LLaMA7B
from .mamba import MambaLM
from .mpnn import MPNN
from .palm import PaLM, PaLM540B
from .resnet import BasicBlock, ResNet, ResNet18, ResNet20
from .stn import SpatialTransformerNetwork
from .swin import SwinBlock, SwinTransformer
from .swinir import RSTB, SwinIR
from .three_layer_convnet import ThreeLayerConvNet
from .transformer import Transformer
from .two_layer_net import TwoLayerNet
from .uniformer import UniFormer
from .vit import ViT, vit_b16, vit_h14, vit_l16

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
    "HybridViT",
    "LeNet",
    "LeNet5",
    "RSTB",
    "GPT",
    "GPT2",
    "GPT3",
    "LLaMA",
    "LLaMA2With70B",
    "LLaMA7B",
    "LanguageModel",
    "MPNN",
    "MambaLM",
    "PaLM",
    "PaLM540B",
    "ResNet",
    "ResNet18",
    "ResNet20",
    "SwinBlock",
    "SwinIR",
    "SwinTransformer",
    "SpatialTransformerNetwork",
    "ThreeLayerConvNet",
    "Transformer",
    "TwoLayerNet",
    "UniFormer",
    "ViT",
    "vit_b16",
    "vit_h14",
    "vit_l16",
]
