"""npdl.ops.gates in PyTorch."""

import torch.nn.functional as F

TORCH = {
    "gelu": lambda x, *, approximate="none": F.gelu(x, approximate=approximate),
    "silu": F.silu,
    "hard_sigmoid": lambda x: F.relu6(x + 3) / 6,  # the gradient of F.hardsigmoid has a 1 / 6 of float32
    "hard_swish": F.hardswish,
    "swiglu": lambda x, gate: F.silu(gate) * x,
}
