"""Layers that only move numbers."""

from math import prod

from .. import ops
from .module import Module


class Flatten(Module):
    """(N, ...) -> (N, D)."""

    def forward(self, x):
        return ops.reshape(x, shape=(len(x), prod(x.shape[1:])))


class ChannelShuffle(Module):
    """ops.channel_shuffle."""

    def __init__(self, groups):
        self.groups = groups

    def forward(self, x):
        return ops.channel_shuffle(x, groups=self.groups)


class ChannelSplit(Module):
    """(N, C, ...) -> a tuple of pieces along the channels, as in ShuffleNet V2 (Ma et al. 2018); ops.concat undoes it.

    sections: the number of equal pieces, or a tuple of their channels.
    """

    def __init__(self, sections=2):
        self.sections = sections

    def forward(self, x):
        return ops.split(x, sections=self.sections, axis=1)
