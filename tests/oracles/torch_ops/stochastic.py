"""npdl.ops.stochastic in PyTorch, which draws other numbers: the masks are made of npdl's."""

import copy

import torch
import torch.nn.functional as F


def dropping(together, otherwise):
    """together(shape): the shape of the mask. otherwise: PyTorch's function, for what leaves nothing to chance."""

    def drop(x, *, p, training=True, rng=None):
        if not training or p in (0, 1):
            return otherwise(x, p, training)
        keep = torch.from_numpy(copy.deepcopy(rng).random(together(tuple(x.shape))) >= p)
        return torch.where(keep, x / (1 - p), torch.zeros_like(x))

    return drop


TORCH = {
    "dropout": dropping(lambda shape: shape, F.dropout),
    "dropout2d": dropping(lambda shape: (*shape[:2], 1, 1), F.dropout2d),
    "drop_path": dropping(lambda shape: (shape[0], *(1,) * (len(shape) - 1)), F.dropout),
}
