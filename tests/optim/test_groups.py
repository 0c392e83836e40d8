"""Groups: each its own learning rate and weight decay; how lr reads and is set; what is refused."""

import numpy as np
import pytest

from npdl import InputError, InputTypeError, nn, optim
from tests.optim.helpers import EACH_RULE, network, train


def two(lr=0.1, wrap=list, **options):
    """An SGD of two groups of one weight each, the second with lr 0.01; both weights 1 and gradients 1."""
    a, b = nn.Parameter(np.ones(1)), nn.Parameter(np.ones(1))
    optimizer = optim.SGD([{"parameters": wrap([a])}, {"parameters": wrap([b]), "lr": 0.01}], lr=lr, **options)
    for p in (a, b):
        p.grad = np.ones(1) if wrap is list else p.grad
        p.grad[...] = 1
    return optimizer, a, b


@pytest.mark.parametrize("wrap", [list, optim.FlatParameters], ids=["list", "flat"])
def test_each_group_has_its_own_rate_and_decay(wrap):
    optimizer, a, b = two(wrap=wrap)
    optimizer.groups[1].weight_decay = 2
    optimizer.step()
    assert a.data == 1 - 0.1 and b.data == 1 - 0.01 * (1 + 2)


def test_what_a_group_leaves_out_is_as_for_the_others():
    optimizer, *_ = two(lr=0.3, weight_decay=0.2)
    assert [(g.lr, g.weight_decay) for g in optimizer.groups] == [(0.3, 0.2), (0.01, 0.2)]
    model = network()
    adamw = optim.AdamW([{"parameters": model[0].parameters(), "weight_decay": 0}, {"parameters": [model[4].weight]}])
    assert adamw.lr == 1e-3 and adamw.weight_decay == [0, 1e-2]
    assert adamw.parameters == [*model[0].parameters(), model[4].weight]


@EACH_RULE
def test_one_group_is_no_group(rule):
    """A list, and the same list cut into groups with the same numbers, take one path bit for bit."""
    plain, cut = network(), network()
    parameters = cut.parameters()
    groups = [{"parameters": parameters[:2]}, {"parameters": (p for p in parameters[2:])}]
    assert train(plain, rule(plain.parameters()), 10) == train(cut, rule(groups), 10)
    for p, q in zip(plain.parameters(), parameters, strict=True):
        np.testing.assert_array_equal(p.data, q.data)


def test_lr_is_a_number_while_the_groups_agree_and_a_list_otherwise():
    optimizer, a, b = two()
    assert optimizer.lr == [0.1, 0.01]
    optimizer.lr = 0.5
    assert optimizer.lr == 0.5 and [group.lr for group in optimizer.groups] == [0.5, 0.5]
    optimizer.lr /= 5
    optimizer.lr = [optimizer.lr, np.float64(0)]
    assert optimizer.lr == [0.1, 0] and type(optimizer.groups[1].lr) is float
    optimizer.step()
    assert a.data == 0.9 and b.data == 1


def test_the_rate_of_a_group_may_be_changed_by_itself():
    optimizer, _, b = two()
    optimizer.groups[1].lr = 0.5
    optimizer.step()
    assert b.data == 0.5 and optimizer.lr == [0.1, 0.5]


@EACH_RULE
def test_numpys_numbers_keep_float32(rule):
    """np.float64(0.1) · float32 would be float64."""
    mine, same = network(), network()
    optimizer, plain = rule(mine.parameters()), rule(same.parameters())
    optimizer.lr, plain.lr = np.float64(0.03), 0.03
    optimizer.groups[0].weight_decay, plain.weight_decay = np.float64(0.01), 0.01
    train(mine, optimizer, 10), train(same, plain, 10)
    assert [p.data.tobytes() for p in mine.parameters()] == [p.data.tobytes() for p in same.parameters()]
    arrays = [a for state in optimizer.state.values() for a in state.values() if isinstance(a, np.ndarray)]
    assert all(array.dtype == np.float32 for array in arrays)


P, Q = nn.Parameter(np.zeros(2)), nn.Parameter(np.zeros(2))


@pytest.mark.parametrize(
    "groups, message",
    [
        ([{"parameters": [P]}, {"parameters": [Q, P]}], "parameters should be each one once"),
        ([{"parameters": [P]}, {"parameters": []}], "parameters should be at least one Parameter .*; got \\[\\]"),
        ([{"parameters": [P], "momentum": 0.9}], "a group should be a dict with .*lr, weight_decay; got .*'momentum'"),
        ([{"params": [P]}], "a group should be a dict with \"parameters\".*; got \\['params'\\]"),
        ([{"parameters": [P], "lr": -1}], "lr should be in \\[0, inf\\]; got -1"),
        ([{"parameters": [P], "weight_decay": float("nan")}], "weight_decay should be in \\[0, inf\\]; got nan"),
        ([{"parameters": [P]}, Q], "parameters should be all Parameters, or all groups"),
        ([P, {"parameters": [Q]}], "parameters should be all Parameters, or all groups"),
        ({"parameters": [P]}, "parameters should be a list, such as"),
        ([{"parameters": [P.detach()]}], "parameters should be at least one Parameter that requires grad"),
    ],
)
def test_what_are_no_groups(groups, message):
    with pytest.raises(InputError, match="SGD: " + message):
        optim.SGD(groups, lr=0.1)


def test_a_mixture_is_an_error_of_type():
    with pytest.raises(InputTypeError):
        optim.SGD([P, {"parameters": [Q]}], lr=0.1)


@pytest.mark.parametrize("value", [[0.1], [0.1, 0.1, 0.1], -0.1, [0.1, -0.1]])
def test_rates_that_do_not_fit_change_nothing(value):
    optimizer, *_ = two()
    with pytest.raises(InputError, match="SGD: lr should be"):
        optimizer.lr = value
    assert optimizer.lr == [0.1, 0.01]


@pytest.mark.parametrize("Rule", [optim.SGD, optim.Adam, optim.AdamW])
def test_a_weight_decay_that_is_none(Rule):
    with pytest.raises(InputError, match=rf"{Rule.__name__}: weight_decay should be in \[0, inf\]; got -1"):
        Rule([P], lr=0.1, weight_decay=-1)


def test_an_optimizer_without_a_rule_says_so():
    p = nn.Parameter(np.zeros(1))
    optimizer = optim.Optimizer([p], lr=0.1)
    p.grad = np.ones(1)
    with pytest.raises(NotImplementedError, match=r"give it update\(w, g, state, lr\)"):
        optimizer.step()
