"""Modules made of modules."""

from .. import ops
from .fusion import batchnorm_then_relu, follow
from .module import Module


class Sequential(Module):
    """One module after the other; parts are named 0, 1, 2, ... as in PyTorch. See npdl/nn/fusion.py."""

    def __init__(self, *parts):
        self.parts = list(parts)

    def children(self):
        yield from ((str(i), part) for i, part in enumerate(self.parts))
        yield from ((name, child) for name, child in super().children() if not name.startswith("parts."))

    def forward(self, x):
        parts = iter(zip(self.parts, [*self.parts[1:], None]))
        for part, following in parts:
            if follow(part, following):
                x = batchnorm_then_relu(part, x)
                next(parts)
            else:
                x = part(x)
        return x

    def __getitem__(self, index):
        return Sequential(*self.parts[index]) if isinstance(index, slice) else self.parts[index]

    def __len__(self):
        return len(self.parts)


class Residual(Module):
    """y = shortcut(x) + body(x); without a shortcut, x itself. He et al. 2015.

    The gradient of x is that through the body plus dout itself: whatever the body does, something arrives.
    """

    def __init__(self, body, shortcut=None):
        self.body, self.shortcut = body, shortcut

    def forward(self, x):
        return ops.add(x if self.shortcut is None else self.shortcut(x), self.body(x))
