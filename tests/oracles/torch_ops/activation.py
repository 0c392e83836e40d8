"""npdl.ops.activation in PyTorch."""

import torch
import torch.nn.functional as F

TORCH = {
    "relu": F.relu,
    "leaky_relu": lambda x, *, slope=0.01: F.leaky_relu(x, slope),
    "prelu": F.prelu,
    "elu": lambda x, *, alpha=1.0: F.elu(x, alpha),
    "relu6": F.relu6,
    "softplus": lambda x: F.softplus(x, threshold=700),  # by default linear from 20 on
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": lambda x, *, axis=-1: F.softmax(x, axis),
    "log_softmax": lambda x, *, axis=-1: F.log_softmax(x, axis),
}
