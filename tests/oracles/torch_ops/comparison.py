"""npdl.ops.comparison in PyTorch, which takes no numbers for maximum and minimum."""

import torch


def both(function):
    return lambda a, b: function(*(t if torch.is_tensor(t) else torch.tensor(t, dtype=torch.float64) for t in (a, b)))


TORCH = {
    "clip": lambda x, *, low=None, high=None: x.clamp(low, high),
    "maximum": both(torch.maximum),
    "minimum": both(torch.minimum),
    "where": torch.where,
}
