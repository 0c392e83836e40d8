"""npdl.ops.activation in PyTorch."""

import torch
import torch.nn.functional as F

TORCH = {
    "relu": F.relu,
    "leaky_relu": lambda x, *, slope=0.01: F.leaky_relu(x, slope),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": lambda x, *, axis=-1: F.softmax(x, axis),
    "log_softmax": lambda x, *, axis=-1: F.log_softmax(x, axis),
}
