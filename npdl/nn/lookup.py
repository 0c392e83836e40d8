"""The embedding layer."""

from .. import ops
from ..backend import rng as shared_rng
from ..backend import to_device
from .module import Module, Parameter


class Embedding(Module):
    """ops.embedding with weight (V, D), drawn from the standard normal distribution."""

    def __init__(self, vocabulary, features, *, rng=None):
        rng = shared_rng() if rng is None else rng
        self.weight = Parameter(to_device(rng.standard_normal((vocabulary, features)).astype("float32")))

    def forward(self, ids):
        return ops.embedding(ids, self.weight)
