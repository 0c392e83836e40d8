"""MPNN: a network on graphs. Gilmer, Schoenholz, Riley, Vinyals and Dahl 2017."""

from .. import nn
from ..errors import require_integer
from ..graph import Graphs


class MPNN(nn.Module):
    """Embed the nodes, pass messages for a number of rounds, add up the nodes of each graph.

    nodes, edges: how many kinds there are of each. It takes matrices of integers (N, n, n), as Graphs.from_matrices
    explains them, and gives (N, outputs). The rounds share their weights, so there may be another number of them after
    the training. The paper's GG-NN: messages A_e h_w, GRU updates, a gated readout.
    """

    def __init__(self, nodes, outputs, *, edges=1, features=32, rounds=4, aggregate="sum", rng=None):
        self.rounds = require_integer("MPNN", "rounds", rounds, 1)
        self.embedding = nn.Embedding(nodes, features, rng=rng)
        message = nn.TypedMessage(features, features, kinds=edges, rng=rng)
        self.passing = nn.MessagePassing(message, nn.GRUCell(features, features, rng=rng), aggregate=aggregate)
        self.readout = nn.GatedReadout(features, outputs, rng=rng)

    def forward(self, matrices):
        graphs = Graphs.from_matrices(matrices)
        h = h0 = self.embedding(graphs.nodes)  # (V, D)
        for _ in range(self.rounds):
            h = self.passing(h, graphs.edges, graphs.kinds)
        return self.readout(h, h0, graphs.graph, graphs.count)
