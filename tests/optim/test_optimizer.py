"""What all optimisers share: which arrays they step, their state, and parameters that lie in one long array."""

import copy

import numpy as np
import pytest

from npdl import InputError, InputTypeError, Tensor, nn, ops, optim
from tests.optim.helpers import EACH_RULE, X, Y, network, train


@EACH_RULE
def test_the_loss_falls(rule):
    model = network()
    losses = train(model, rule(model.parameters()), 30)
    assert losses[-1] < losses[0] / 4


@EACH_RULE
def test_flat_parameters_take_the_same_path_bit_for_bit(rule):
    separate, flat = network(), network()
    one_by_one, at_once = rule(separate.parameters()), rule(optim.FlatParameters(flat.parameters()))
    assert train(separate, one_by_one, 20) == train(flat, at_once, 20)
    for p, q in zip(separate.parameters(), flat.parameters(), strict=True):
        np.testing.assert_array_equal(p.data, q.data)
    assert len(one_by_one.state) == 5 and len(at_once.state) == 1


@EACH_RULE
def test_the_views_are_still_views_after_many_steps(rule):
    model = network()
    flat = optim.FlatParameters(model.parameters())
    before = flat.data, flat.grad
    train(model, rule(flat), 20)
    assert flat.data is before[0] and flat.grad is before[1]
    start = 0
    for p in model.parameters():
        assert np.shares_memory(p.data, flat.data) and np.shares_memory(p.grad, flat.grad)
        np.testing.assert_array_equal(p.data.ravel(), flat.data[start : start + p.size])
        np.testing.assert_array_equal(p.grad.ravel(), flat.grad[start : start + p.size])
        start += p.size
    assert start == len(flat.data) == len(flat.grad)


def test_moving_into_one_array_changes_no_value():
    model, same = network(), network()
    optim.FlatParameters(model.parameters())
    for p, q in zip(model.parameters(), same.parameters(), strict=True):
        np.testing.assert_array_equal(p.data, q.data)
        assert not p.grad.any() and p.grad.shape == p.shape and p.grad.dtype == p.dtype


def test_zero_grad_forgets_a_list_and_zeroes_flat_gradients_in_place():
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    train(model, optimizer, 1)
    optimizer.zero_grad()
    assert all(p.grad is None for p in model.parameters())

    optimizer = optim.SGD(optim.FlatParameters(model.parameters()), lr=0.1)
    train(model, optimizer, 1)
    views = [p.grad for p in model.parameters()]
    assert any(view.any() for view in views)
    optimizer.zero_grad()
    assert all(p.grad is view and not view.any() for p, view in zip(model.parameters(), views, strict=True))


def test_without_zero_grad_gradients_add_up():
    """lr 1 and L = 3w: the second step sees 3 + 3."""
    w = nn.Parameter(np.array([0.0]))
    optimizer = optim.SGD([w], lr=1)
    for expected in (-3, -9):
        (3 * w).sum().backward()
        optimizer.step()
        assert w.data == expected


@EACH_RULE
def test_a_parameter_without_gradient_stays_as_it_is(rule):
    used, unused = nn.Parameter(np.ones(3)), nn.Parameter(np.ones(2))
    optimizer = rule([unused, used])
    for _ in range(3):
        used.grad = np.ones(3)
        optimizer.step()
    assert (unused.data == 1).all() and (used.data < 1).all()
    assert 0 not in optimizer.state


@EACH_RULE
def test_a_step_keeps_the_array_and_its_dtype(rule):
    w = nn.Parameter(np.ones(3, np.float32))
    array = w.data
    optimizer = rule([w])
    w.grad = np.ones(3, np.float32)
    optimizer.step()
    assert w.data is array and array.dtype == np.float32
    assert all(s.dtype == np.float32 for s in optimizer.state[0].values() if isinstance(s, np.ndarray))


@EACH_RULE
def test_a_step_does_not_touch_the_gradient(rule):
    w = nn.Parameter(np.ones(3))
    optimizer = rule([w])
    for _ in range(3):
        w.grad = np.array([1.0, -2.0, 3.0])
        optimizer.step()
        assert w.grad.tolist() == [1, -2, 3]


@EACH_RULE
@pytest.mark.parametrize("wrap", [list, optim.FlatParameters], ids=["list", "flat"])
def test_a_step_between_forward_and_backward_makes_backward_refuse(rule, wrap):
    """The gradient would be that of weights that are no more."""
    model = network()
    optimizer = rule(wrap(model.parameters()))
    train(model, optimizer, 1)
    loss = ops.softmax_cross_entropy(model(Tensor(X)), Y)
    optimizer.step()
    with pytest.raises(RuntimeError, match="was changed after the forward pass"):
        loss.backward()


def test_a_new_learning_rate_holds_from_the_next_step():
    w = nn.Parameter(np.zeros(1))
    optimizer = optim.SGD([w], lr=1.0)
    for lr, expected in ((1.0, -1.0), (0.5, -1.5), (0.0, -1.5)):
        optimizer.lr, w.grad = lr, np.ones(1)
        optimizer.step()
        assert w.data == expected


def test_a_generator_of_parameters_will_do():
    model = network()
    assert optim.SGD((p for _, p in model.named_parameters()), lr=0.1).parameters == model.parameters()


PARAMETER = nn.Parameter(np.zeros(2, np.float32))
INTERMEDIATE = Tensor(np.zeros(2), requires_grad=True) * 2


@pytest.mark.parametrize(
    "parameters, error, message",
    [
        ([], InputError, "at least one Parameter that requires grad; got \\[\\]"),
        (nn.Affine(2, 2), InputTypeError, "a list, such as model.parameters\\(\\); got an object of type Affine"),
        ([np.zeros(2)], InputTypeError, "Parameters, as model.parameters\\(\\) gives them; got float64 array"),
        ([Tensor(np.zeros(2))], InputError, "at least one Parameter that requires grad"),
        ([INTERMEDIATE], InputTypeError, "Parameters"),
        ([PARAMETER, PARAMETER], InputError, "each one once"),
    ],
    ids=["none", "model", "array", "no gradient", "not a leaf", "twice"],
)
def test_what_is_no_list_of_parameters(parameters, error, message):
    for make in (lambda p: optim.SGD(p, lr=0.1), optim.FlatParameters):
        with pytest.raises(error, match=message):
            make(parameters)


def test_flat_parameters_are_of_one_dtype():
    with pytest.raises(InputTypeError, match="FlatParameters: parameters should be all of one dtype, float32"):
        optim.FlatParameters([PARAMETER, nn.Parameter(np.zeros(3))])


@pytest.mark.parametrize("lr", [-0.1, float("nan"), "a", None])
@EACH_RULE
def test_a_learning_rate_that_is_none(rule, lr):
    kind = type(rule([PARAMETER]))
    with pytest.raises(InputError, match=rf"{kind.__name__}: lr should be in \[0, inf\]"):
        kind([PARAMETER], lr=lr)


@pytest.mark.parametrize(
    "part", [lambda model: model.zero_grad(), lambda model: model.astype("float64")], ids=["zero_grad", "astype"]
)
def test_views_that_were_replaced_are_noticed(part):
    """Else the optimiser would step an array that no layer reads any more, and nothing would ever be learned."""
    model = network()
    optimizer = optim.SGD(optim.FlatParameters(model.parameters()), lr=0.1)
    part(model)
    with pytest.raises(RuntimeError, match="FlatParameters"):
        optimizer.step()


@EACH_RULE
def test_a_copied_optimizer_goes_on_alike(rule):
    model = network()
    optimizer = rule(model.parameters())
    train(model, optimizer, 3)
    model2, optimizer2 = copy.deepcopy((model, optimizer))
    assert optimizer2.parameters[0] is model2.parameters()[0]
    assert train(model, optimizer, 5) == train(model2, optimizer2, 5)


def test_a_copy_of_a_model_with_flat_parameters_trains_on():
    model = nn.Affine(2, 1)
    model, flat = copy.deepcopy((model, optim.FlatParameters(model.parameters())))
    before = model.weight.data.copy()
    optimizer = optim.SGD(flat, lr=0.1)
    model(np.ones((4, 2), "float32")).sum().backward()
    optimizer.step()
    np.testing.assert_allclose(model.weight.data, before - 0.1 * 4, rtol=1e-6)


@pytest.mark.parametrize("Rule", [optim.Momentum, optim.Adagrad, optim.RMSProp, optim.Adam])
def test_the_state_is_made_once(Rule, monkeypatch):
    p = nn.Parameter(np.ones(3, "float32"))
    optimizer, made = Rule([p], lr=0.1), []
    zeros_like = np.zeros_like
    monkeypatch.setattr(np, "zeros_like", lambda *a, **k: made.append(1) or zeros_like(*a, **k))
    for _ in range(3):
        p.grad = np.ones(3, "float32")
        optimizer.step()
    assert len(made) == (2 if Rule is optim.Adam else 1)
