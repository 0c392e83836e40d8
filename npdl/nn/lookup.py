"""The embedding layer."""

from .. import ops
from ..backend import to_device
from . import init
from .module import Module, Parameter


class Embedding(Module):
    """ops.embedding with weight (V, D), drawn from the standard normal distribution."""

    def __init__(self, vocabulary, features, *, rng=None):
        self.weight = Parameter(to_device(init.normal((vocabulary, features), std=1.0, rng=rng)))

    def forward(self, ids):
        return ops.embedding(ids, self.weight)
