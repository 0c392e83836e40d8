"""npdl.ops.lookup in PyTorch."""

import torch.nn.functional as F

TORCH = {
    "embedding": F.embedding,
}
