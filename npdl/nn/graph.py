"""Message passing on graphs, in the terms of Gilmer et al. 2017 ("Neural message passing for quantum chemistry").

    m_v  = Σ_w M(h_w, h_v, e_wv)    over the edges from w to v   (1)   MessagePassing: message, aggregate
    h_v' = U(m_v, h_v)                                           (2)   MessagePassing: update
    y    = Σ_v R(h_v)               over the nodes of a graph    (3)   GatedReadout

Nodes are rows: h is (V, D). edges is (2, E): where each edge starts and where it ends, by the number of the node.
"""

import numpy as np

from .. import ops
from ..backend import to_device
from ..errors import InputError, require_indices, require_shape
from ..graph import require_edges, require_graph_ids
from . import init
from .linear import Affine
from .module import Module, Parameter

AGGREGATES = {"sum": ops.segment_sum, "mean": ops.segment_mean, "max": ops.segment_max}


class MessagePassing(Module):
    """One round: every node takes in what comes along its edges, and changes.

    message: a module of (h_w, h_v, e), a row an edge: of the node where it starts, of the one where it ends, and of the
    edge itself if `e` is given. update: a module of (m, h): AffineUpdate, or a GRUCell, whose input the messages are
    and whose state the node is. aggregate: "sum", "mean" or "max"; a node without incoming edges has m = 0. After k
    rounds a node knows of those at most k edges away, and of no others.
    """

    def __init__(self, message, update, *, aggregate="sum"):
        if aggregate not in AGGREGATES:
            raise InputError("MessagePassing", "aggregate", f"one of {', '.join(AGGREGATES)}", aggregate)
        self.message, self.update, self.aggregate = message, update, aggregate

    def forward(self, h, edges, e=None):
        require_edges("MessagePassing", edges, len(h))
        source, target = edges
        messages = self.message(ops.embedding(source, h), ops.embedding(target, h), e)  # (E, M)
        m = AGGREGATES[self.aggregate](messages, target, count=len(h))  # (V, M)
        return self.update(m, h)


class TypedMessage(Module):
    """M = A_e h_w: a matrix for each kind of edge. weight: (kinds, outputs, features); e: integers (E,), or none.

    With one kind and the sum over edges, m = A h weightᵀ, A the adjacency matrix. Li et al. 2016 ("Gated graph sequence
    neural networks").
    """

    def __init__(self, features, outputs, *, kinds=1, rng=None):
        weight = [init.xavier_normal((outputs, features), rng=rng) for _ in range(kinds)]
        self.weight = Parameter(to_device(np.stack(weight)))

    def forward(self, h_w, h_v, e=None):
        kinds, outputs, features = self.weight.shape
        if e is None and kinds == 1:
            return ops.affine(h_w, self.weight[0].T)
        require_shape("TypedMessage", "e", e, (len(h_w),), "the kind of each edge")
        require_indices("TypedMessage", "e", e, kinds)
        every = ops.affine(h_w, self.weight.reshape(kinds * outputs, features).T)  # (E, kinds · outputs)
        chosen = np.arange(len(h_w), like=e) * kinds + e
        return ops.embedding(chosen, every.reshape(len(h_w) * kinds, outputs))


class PairMessage(Module):
    """M = relu(W [h_w, h_v, e] + b), e: (E, edge_features), or none. Battaglia et al. 2016 ("Interaction networks")."""

    def __init__(self, features, outputs, *, edge_features=0, rng=None):
        self.affine = Affine(2 * features + edge_features, outputs, rng=rng)

    def forward(self, h_w, h_v, e=None):
        return ops.relu(self.affine(ops.concat(*(a for a in (h_w, h_v, e) if a is not None), axis=1)))


class AffineUpdate(Module):
    """U = W h + V m + b: from `messages` and `features` numbers a node to `outputs`."""

    def __init__(self, messages, features, outputs, *, rng=None):
        self.others = Affine(messages, outputs, bias=False, rng=rng)
        self.own = Affine(features, outputs, rng=rng)

    def forward(self, m, h):
        return self.own(h) + self.others(m)


class GatedReadout(Module):
    """y = Σ_v σ(i(h_v, h_v⁰)) j(h_v) over the nodes of each graph: (count, outputs). Equation (4) of Gilmer et al.

    h: the nodes after the last round, (V, D); h0: before the first; graph: the number of each node's graph, ascending.
    The gate decides which nodes count.
    """

    def __init__(self, features, outputs, *, rng=None):
        self.gate = Affine(2 * features, outputs, rng=rng)
        self.value = Affine(features, outputs, rng=rng)

    def forward(self, h, h0, graph, count):
        require_graph_ids("GatedReadout", graph, len(h), count)
        gates = ops.sigmoid(self.gate(ops.concat(h, h0, axis=1)))
        return ops.segment_sum(gates * self.value(h), graph, count=count)
