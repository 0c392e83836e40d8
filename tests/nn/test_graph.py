"""Message passing: laws that hold whatever the weights are, and what is said of graphs that are none."""

import numpy as np
import pytest

from npdl import InputError, InputTypeError, Tensor, nn, ops
from npdl.graph import Graphs, distances

rng = np.random.default_rng(0)
NODES, FEATURES = 9, 4
ADJACENCY = (rng.random((NODES, NODES)) < 0.2) & ~np.eye(NODES, dtype=bool)  # directed: at [v, w] an edge from w to v
EDGES = np.stack(np.nonzero(ADJACENCY)[::-1])  # (2, E): from w, to v
H = rng.standard_normal((NODES, FEATURES))
AGGREGATES = pytest.mark.parametrize("aggregate", ["sum", "mean", "max"])


class Message(nn.Module):
    """The messages as they are: an update that is none."""

    def forward(self, m, h):
        return m


def a_round(update="gru", aggregate="sum", message=None):
    """One round with random weights in float64."""
    rng = np.random.default_rng(1)
    message = message or nn.PairMessage(FEATURES, FEATURES, rng=rng)
    update = nn.GRUCell(FEATURES, FEATURES, rng=rng) if update == "gru" else nn.AffineUpdate(*[FEATURES] * 3, rng=rng)
    return nn.MessagePassing(message, update, aggregate=aggregate).astype("float64")


def jacobian_blocks(function, h):
    """Whether node v of the output depends on node w of h at all, (V, V) bools at [v, w]."""
    depends = np.zeros((len(h), len(h)), dtype=bool)
    for v in range(len(h)):
        x = Tensor(h, requires_grad=True)
        out = function(x)
        dout = np.zeros(out.shape)
        dout[v] = rng.standard_normal(out.shape[1])
        out.backward(dout)
        depends[v] = x.grad.any(axis=1)
    return depends


@pytest.mark.topic("R178")
def test_the_sum_of_messages_is_a_product_of_matrices():
    """m = A X Wᵀ, and with several kinds of edges the sum of that over the kinds."""
    plain = nn.MessagePassing(nn.TypedMessage(FEATURES, 3), Message()).astype("float64")
    expected = ADJACENCY @ H @ plain.message.weight.data[0].T
    np.testing.assert_allclose(plain(H, EDGES).data, expected, rtol=1e-12, atol=1e-14)

    kinds = rng.integers(0, 3, EDGES.shape[1])
    typed = nn.MessagePassing(nn.TypedMessage(FEATURES, 3, kinds=3), Message()).astype("float64")
    expected = 0
    for kind, weight in enumerate(typed.message.weight.data):
        A = np.zeros((NODES, NODES))
        A[EDGES[1][kinds == kind], EDGES[0][kinds == kind]] = 1
        expected = expected + A @ H @ weight.T
    np.testing.assert_allclose(typed(H, EDGES, kinds).data, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.topic("R178")
def test_an_affine_round_is_a_matrix_formula_too():
    """X' = X Uᵀ + A X Wᵀ Vᵀ + b; the mean has D⁻¹ A in place of A, D the number of incoming edges."""
    degrees = np.maximum(ADJACENCY.sum(axis=1, keepdims=True), 1)
    for aggregate, A in (("sum", ADJACENCY), ("mean", ADJACENCY / degrees)):
        one = a_round("affine", aggregate, nn.TypedMessage(FEATURES, FEATURES))
        U, b, V, W = (one.update.own.weight, one.update.own.bias, one.update.others.weight, one.message.weight)
        expected = H @ U.data.T + A @ H @ W.data[0].T @ V.data.T + b.data
        np.testing.assert_allclose(one(H, EDGES).data, expected, rtol=1e-12)


@pytest.mark.topic("R178")
@AGGREGATES
@pytest.mark.parametrize("update", ["gru", "affine"])
def test_another_numbering_of_the_nodes_renumbers_the_result(update, aggregate):
    """Permutation equivariance: f(P A Pᵀ, P X) = P f(A, X); nor does the order of the edges matter."""
    one, order = a_round(update, aggregate), rng.permutation(NODES)  # the node order[i] becomes i
    new_number = np.argsort(order)
    shuffled = rng.permutation(EDGES.shape[1])
    got = one(H[order], new_number[EDGES][:, shuffled]).data
    np.testing.assert_allclose(got, one(H, EDGES).data[order], rtol=1e-11, atol=1e-13)
    assert np.abs(got - one(H, EDGES).data).max() > 0.01  # so it is no invariance


@pytest.mark.topic("R178")
@pytest.mark.parametrize("update", ["gru", "affine"])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_after_k_rounds_a_node_depends_on_those_k_edges_away_and_on_no_others(k, update):
    """The blocks of the Jacobian that are not zero are exactly those of nodes at a distance of k at most."""
    one = a_round(update, message=nn.TypedMessage(FEATURES, FEATURES))

    def rounds(h):
        for _ in range(k):
            h = one(h, EDGES)
        return h

    apart = distances(ADJACENCY)
    expected = (apart >= 0) & (apart <= k)
    np.testing.assert_array_equal(jacobian_blocks(rounds, H), expected)
    assert 0 < (apart == k).sum() and (~expected).any()  # the graph shows it


@pytest.mark.topic("R178")
def test_two_graphs_side_by_side_do_not_mix():
    """A batch of graphs is one graph: each has what it would have alone."""
    rng = np.random.default_rng(2)
    one, readout = a_round(), nn.GatedReadout(FEATURES, 2, rng=rng).astype("float64")
    apart, alone = [], []
    for edges, size in ((EDGES, NODES), (np.array([[0, 1], [1, 2]]), 3)):
        h = H[:size] + size
        alone.append(readout(one(h, edges), h, np.zeros(size, int), 1).data)
        apart.append((h, edges))
    (h1, e1), (h2, e2) = apart
    h, graph = np.concatenate([h1, h2]), np.repeat([0, 1], [NODES, 3])
    together = readout(one(h, np.concatenate([e1, e2 + NODES], axis=1)), h, graph, 2)
    np.testing.assert_allclose(together.data, np.concatenate(alone), rtol=1e-12)


@pytest.mark.topic("R178")
def test_the_readout_does_not_depend_on_the_numbering():
    readout, order = nn.GatedReadout(FEATURES, 2).astype("float64"), rng.permutation(NODES)
    graph = np.zeros(NODES, int)
    got = readout(H[order], 2 * H[order], graph, 1)
    np.testing.assert_allclose(got.data, readout(H, 2 * H, graph, 1).data, rtol=1e-12)


@AGGREGATES
def test_a_graph_without_edges_only_updates(aggregate):
    one = a_round(aggregate=aggregate)
    got = one(H, np.zeros((2, 0), int))
    np.testing.assert_array_equal(got.data, one.update(np.zeros((NODES, FEATURES)), H).data)


ONE, READOUT = a_round(), nn.GatedReadout(FEATURES, 2).astype("float64")
TYPED = nn.MessagePassing(nn.TypedMessage(FEATURES, 3, kinds=2), Message()).astype("float64")


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: ONE(H, np.array([[0, 9], [1, 0]])), r"MessagePassing: edges should be integers in \[0, 9\); got 9"),
        (lambda: ONE(H, np.array([[0, -1], [1, 0]])), r"MessagePassing: edges should be integers in \[0, 9\); got -1"),
        (lambda: ONE(H, EDGES.T), r"MessagePassing: edges should be an array of shape \(2, E\)"),
        (lambda: TYPED(H, EDGES), "TypedMessage: e should be an array of shape .* the kind of each edge; got None"),
        (lambda: TYPED(H, EDGES, EDGES[0] * 0 + 2), r"TypedMessage: e should be integers in \[0, 2\); got 2"),
        (lambda: READOUT(H, H, np.array([0, 0, 1, 0, 1, 1, 1, 1, 1]), 2), "GatedReadout: graph should be ascending"),
        (lambda: READOUT(H, H, np.array([0, 0, 0, 2, 2, 2, 2, 2, 2]), 3), "graph should be every number below 3: each"),
        (lambda: READOUT(H, H, np.zeros(9, int), 2), "GatedReadout: graph should be every number below 2"),
        (
            lambda: READOUT(H, H, np.zeros(8, int), 1),
            r"graph should be an array of shape \(9,\) one number for each node",
        ),
        (lambda: nn.MessagePassing(None, None, aggregate="median"), "aggregate should be one of sum, mean, max; got"),
    ],
)
def test_what_is_said_of_bad_input(call, says):
    with pytest.raises(InputError, match=says):
        call()


def test_numbers_of_nodes_and_graphs_are_integers():
    with pytest.raises(InputTypeError, match="MessagePassing: edges should be an array of integers; got float64"):
        ONE(H, EDGES.astype(float))
    with pytest.raises(InputTypeError, match="GatedReadout: graph should be an array of integers; got None"):
        READOUT(H, H, None, 1)


def test_a_matrix_and_its_edges_say_the_same():
    """Graphs.from_matrices: what a node gathers along its edges is A h."""
    graphs = Graphs.from_matrices((ADJACENCY + np.eye(NODES))[None].astype(int))
    gathered = ops.segment_sum(ops.embedding(graphs.edges[0], H), graphs.edges[1], count=NODES)
    np.testing.assert_allclose(gathered, ADJACENCY @ H, rtol=1e-12, atol=1e-14)
