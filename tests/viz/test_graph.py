"""The tape as Mermaid text."""

import re

import numpy as np
import pytest

from npdl import InputTypeError, Tensor
from npdl.models import TwoLayerNet
from npdl.viz import tape_graph


def loss():
    model = TwoLayerNet(4, 3, 2, rng=np.random.default_rng(0))
    return model.loss(np.ones((5, 4), np.float32), np.zeros(5, int)), model


def boxes(graph):
    return dict(re.findall(r'^  (n\d+)[\[(]+"(.*?)"[\])]+$', graph, flags=re.MULTILINE))


def arrows(graph):
    names = boxes(graph)
    return [(names[a], names[b]) for a, b in re.findall(r"(n\d+) --> (n\d+)", graph)]


def test_every_op_and_every_parameter_is_there():
    graph = tape_graph(*loss())
    assert graph.startswith("flowchart TD\n")
    assert {"w1 4×3", "b1 3", "w2 3×2", "b2 2", "relu 5×3", "softmax_cross_entropy number"} <= set(
        boxes(graph).values()
    )
    assert ("affine 5×3", "relu 5×3") in arrows(graph) and ("w1 4×3", "affine 5×3") in arrows(graph)


def test_without_a_model_leaves_have_no_names():
    assert {"leaf 4×3", "leaf 3"} <= set(boxes(tape_graph(loss()[0])).values())


def test_what_is_used_twice_is_one_box_with_two_arrows():
    x = Tensor(np.ones(3), requires_grad=True)
    graph = tape_graph(x * x)
    assert sorted(boxes(graph).values()) == ["leaf 3", "mul 3"] and arrows(graph) == [("leaf 3", "mul 3")] * 2


def test_a_notebook_draws_it():
    graph = tape_graph(*loss())
    assert graph._repr_mimebundle_() == {"text/vnd.mermaid": str(graph), "text/plain": str(graph)}


def test_a_tape_that_backward_has_freed():
    total, model = loss()
    total.backward()
    with pytest.raises(RuntimeError, match="backward has been here"):
        tape_graph(total, model)


@pytest.mark.parametrize("tensor", [Tensor(np.ones(3)), np.ones(3)])
def test_refuses(tensor):
    with pytest.raises(InputTypeError, match="tape_graph: tensor should be a Tensor that depends on"):
        tape_graph(tensor)


@pytest.mark.parametrize("model", [3, TwoLayerNet])
def test_refuses_a_model_that_is_none(model):
    with pytest.raises(InputTypeError, match=r"tape_graph: model should be an npdl.nn.Module or None"):
        tape_graph(loss()[0], model)
