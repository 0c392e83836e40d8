"""Graphs: as matrices, as one large graph a batch, and random ones with a question about each."""

from .batch import Graphs, require_edges, require_graph_ids
from .distances import NO_WAY, distances
from .ways import WAYS, load_ways

__all__ = ["NO_WAY", "WAYS", "Graphs", "distances", "load_ways", "require_edges", "require_graph_ids"]
