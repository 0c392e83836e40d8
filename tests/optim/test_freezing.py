"""Frozen parameters get no update, whenever they were frozen, and go on when they are thawed."""

import copy

import numpy as np
import pytest

from npdl import InputError, Tensor, optim
from tests.optim.helpers import EACH_RULE, X, network, train


def bits(module):
    return [p.data.tobytes() for p in module.parameters()]


@pytest.mark.topic("R506")
@EACH_RULE
@pytest.mark.parametrize("when", ["before", "after", "after some steps"])
def test_frozen_parameters_are_bit_identical_after_training(rule, when):
    """Also if an old gradient lies around (after some steps), and velocities that would carry them on."""
    model = network()
    if when == "before":
        model[0].freeze()
    optimizer = rule(model.parameters())
    optimizer.weight_decay = 0.1
    if when == "after some steps":
        train(model, optimizer, 3)
        assert model[0].weight.grad.any()
    model[0].freeze()
    frozen, others = bits(model[0]), bits(model[4])
    optimizer.step()  # with the old gradient
    train(model, optimizer, 5)
    assert bits(model[0]) == frozen and bits(model[4]) != others
    assert model[0].weight.grad is None  # none was computed


@pytest.mark.topic("R506")
@EACH_RULE
def test_thawed_parameters_go_on(rule):
    model = network()
    model[0].freeze()
    optimizer = rule(model.parameters())
    train(model, optimizer, 3)
    assert 0 not in optimizer.state
    frozen = bits(model[0])
    model[0].freeze(False)
    train(model, optimizer, 1)
    assert 0 in optimizer.state and all(a != b for a, b in zip(bits(model[0]), frozen))


def test_freezing_reaches_all_below_and_gives_the_module_back():
    model = network()
    assert model.freeze() is model and not any(p.requires_grad for p in model.parameters())
    assert not model(Tensor(X)).requires_grad
    model.freeze(False)[4].freeze()
    assert [p.requires_grad for p in model.parameters()] == [True, True, True, True, False]


def test_the_gradient_still_flows_through_a_frozen_module():
    model = network()
    model[4].freeze()
    free = network()
    for m in (model, free):
        m(Tensor(X)).sum().backward()
    assert model[4].weight.grad is None
    np.testing.assert_array_equal(model[0].weight.grad, free[0].weight.grad)


def test_a_frozen_batchnorm_keeps_its_statistics_in_test_mode_alone():
    """As its docstring says: running statistics are no parameters."""
    model = network().freeze()
    before = model[1].running_mean.copy()
    model(Tensor(X))
    assert (model[1].running_mean != before).all()
    before = model[1].running_mean.copy()
    model[1].eval()
    model(Tensor(X))
    np.testing.assert_array_equal(model[1].running_mean, before)


def test_all_frozen_is_refused():
    with pytest.raises(InputError, match="at least one Parameter that requires grad"):
        optim.SGD(network().freeze().parameters(), lr=0.1)
    model = network()
    groups = [{"parameters": model[0].freeze().parameters()}, {"parameters": model[4].parameters()}]
    assert len(optim.SGD(groups, lr=0.1).parameters) == 3  # a group that is frozen for now will do


def test_flat_parameters_leave_out_what_is_frozen():
    model, same = network(), network()
    model[0].freeze()
    same[0].freeze()
    frozen, flat = bits(model[0]), optim.FlatParameters(model.parameters())
    assert flat.data.size == sum(p.size for p in model.parameters()[2:])
    assert train(model, optim.Adam(flat), 5) == train(same, optim.Adam(same.parameters()), 5)
    assert bits(model[0]) == frozen == bits(same[0])


@pytest.mark.parametrize("first", [True, False], ids=["thawed", "frozen"])
@pytest.mark.parametrize("copied", [False, True])
def test_flat_parameters_notice_what_is_frozen_or_thawed_later(first, copied):
    model = network()
    model[0].freeze(first)
    optimizer = optim.Adam(optim.FlatParameters(model.parameters()))
    if copied:
        model, optimizer = copy.deepcopy((model, optimizer))
    train(model, optimizer, 1)
    before = bits(model)
    model[0].freeze(not first)
    with pytest.raises(RuntimeError, match=r"shape \(2, 1, 3, 3\) was frozen or thawed after"):
        optimizer.step()
    assert bits(model) == before
