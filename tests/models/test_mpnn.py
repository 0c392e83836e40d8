"""MPNN: the paper's equations written out, and the laws of the whole network."""

import numpy as np
import pytest

from npdl import InputError, nn, ops
from npdl.graph import Graphs, load_ways
from npdl.models import MPNN
from tests.models.helpers import steps_to_learn_by_heart
from tests.nn.helpers import scalar, worst_gradient_error


def model(**options):
    return MPNN(3, 6, rng=np.random.default_rng(0), **{"features": 8, "rounds": 3, **options}).astype("float64")


def renumbered(matrices, seed=0):
    """The same graphs with their places in another order."""
    order = np.random.default_rng(seed).permutation(matrices.shape[1])
    return matrices[:, order][:, :, order]


@pytest.mark.topic("R178")
def test_it_is_the_equations_of_the_paper_written_out_with_matrices():
    net, (matrices, _) = model(), load_ways(4)
    for matrix, got in zip(matrices, net(matrices).data, strict=True):
        kinds = matrix.diagonal()[matrix.diagonal() > 0] - 1
        A = (matrix * (1 - np.eye(len(matrix))))[: len(kinds), : len(kinds)]
        h = h0 = net.embedding.weight.data[kinds]
        for _ in range(3):
            h = net.passing.update(A @ h @ net.passing.message.weight.data[0].T, h).data
        gate = ops.sigmoid(net.readout.gate(np.concatenate([h, h0], axis=1)).data)
        np.testing.assert_allclose(got, (gate * net.readout.value(h).data).sum(axis=0), rtol=1e-10)


@pytest.mark.topic("R178")
@pytest.mark.parametrize("aggregate", ["sum", "mean", "max"])
def test_the_numbering_of_the_nodes_and_the_size_of_the_matrix_do_not_matter(aggregate):
    net, (matrices, _) = model(aggregate=aggregate), load_ways(5)
    expected = net(matrices).data
    np.testing.assert_allclose(net(renumbered(matrices)).data, expected, rtol=1e-10)
    np.testing.assert_allclose(net(np.pad(matrices, ((0, 0), (0, 3), (0, 3)))).data, expected, rtol=1e-10)
    np.testing.assert_allclose(net(matrices[2:3]).data, expected[2:3], rtol=1e-10)  # nor what else is in the batch


@pytest.mark.topic("R178")
def test_a_mark_further_away_than_the_rounds_changes_no_node():
    """A path of ten nodes: how far the mark at its end is heard of."""
    path = np.eye(10, dtype=int) + np.eye(10, k=1, dtype=int) + np.eye(10, k=-1, dtype=int)
    marked = path.copy()
    marked[0, 0] = 2
    for rounds in (1, 4):
        heard = []
        for matrix in (path, marked):
            graphs, net = Graphs.from_matrices(matrix[None]), model(rounds=rounds)
            h = net.embedding(graphs.nodes)
            for _ in range(rounds):
                h = net.passing(h, graphs.edges, graphs.kinds)
            heard.append(h.data)
        np.testing.assert_array_equal((heard[0] != heard[1]).any(axis=1), np.arange(10) <= rounds)


def test_gradients():
    net, (matrices, _) = model(features=3, rounds=2, edges=2), load_ways(2, nodes=(3, 5))
    matrices[0][matrices[0] == 1] = 2  # edges of the other kind, too
    matrices[0][np.arange(5), np.arange(5)] = np.minimum(matrices[0].diagonal(), 3)
    assert worst_gradient_error(lambda: scalar(net(matrices)), dict(net.named_parameters())) < 1e-6


@pytest.mark.topic("R178")
def test_it_learns_50_graphs_by_heart():
    matrices, labels = load_ways(50)
    net = MPNN(3, 6, rng=np.random.default_rng(0))
    assert steps_to_learn_by_heart(net, matrices, labels, lr=1e-2)


def test_parameters_go_by_the_parts_of_the_paper():
    names = [name for name, _ in model().named_parameters()]
    parts = [".".join(name.split(".")[:-1]) for name in names]
    expected = ["embedding", "passing.message", "passing.update", "readout.gate", "readout.value"]
    assert list(dict.fromkeys(parts)) == expected
    assert isinstance(model().passing, nn.MessagePassing)


def test_bad_input():
    with pytest.raises(InputError, match="MPNN: rounds should be an integer >= 1; got 0"):
        MPNN(3, 6, rounds=0)
    with pytest.raises(InputError, match=r"embedding: ids should be integers in \[0, 3\); got 4"):
        model()(np.array([[[5]]]))
    with pytest.raises(InputError, match="each graph has a node at least"):
        model()(np.zeros((2, 3, 3), int))
