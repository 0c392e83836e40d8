"""npdl.ops.shape in PyTorch."""

import numpy as np
import torch
import torch.nn.functional as F


def getitem(x, *, index):
    """By position, as PyTorch lacks some of NumPy's indices (negative steps)."""
    positions = np.arange(x.numel()).reshape(x.shape)[index]
    return x.flatten()[torch.tensor(np.array(positions))]


def split(x, *, sections, axis=0):
    lengths = x.shape[axis] // sections if isinstance(sections, int) else sections
    return tuple(torch.split(x, lengths, axis))


def pad(x, *, pad, mode="constant", value=0):
    """One axis at a time: the edge and reflect modes of F.pad want the padded axis last, and two before it."""
    if mode == "constant":
        return F.pad(x, [n for pair in pad[::-1] for n in pair], value=value)
    for axis, pair in enumerate(pad, x.ndim - len(pad)):
        moved = x.movedim(axis, -1)
        rows = moved.reshape(1, -1, moved.shape[-1])
        padded = F.pad(rows, pair, mode="replicate" if mode == "edge" else mode)
        x = padded.reshape(*moved.shape[:-1], -1).movedim(-1, axis)
    return x


def gather(x, index, *, axis):
    return torch.take_along_dim(x, index, axis)


def channel_shuffle(x, *, groups):
    """PyTorch's wants three axes at least."""
    return F.channel_shuffle(x if x.ndim > 2 else x[..., None], groups).reshape(x.shape)


def shift(x, *, shift, axis):
    """A window of x's length on x between zeros."""
    zeros = abs(shift)
    padded = F.pad(x.movedim(axis, -1), (zeros, zeros))
    return padded.narrow(-1, zeros - shift, x.shape[axis]).movedim(-1, axis)


TORCH = {
    "reshape": lambda x, *, shape: x.reshape(shape),
    "transpose": lambda x, *, axes=None: x.permute(axes or tuple(range(x.ndim))[::-1]),
    "concat": lambda *xs, axis=0: torch.cat(xs, axis),
    "getitem": getitem,
    "split": split,
    "stack": lambda *xs, axis=0: torch.stack(xs, axis),
    "pad": pad,
    "gather": gather,
    "roll": lambda x, *, shift, axis: torch.roll(x, shift, axis),
    "shift": shift,
    "channel_shuffle": channel_shuffle,
}
