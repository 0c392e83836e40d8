"""Tensors and the way back: gradients, memory, detach, no_grad, anomalies."""

import gc
import os
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npdl
from gradcheck import numerical_gradient
from npdl import Tensor, op, ops
from tests.taping import leaf, spy

# The backward pass.


@pytest.mark.topic("R010")
def test_a_node_that_is_used_twice_gathers_both_gradients():
    x = leaf(3, 4)
    shared = ops.tanh(x)
    (shared * ops.sigmoid(shared) + shared).sum().backward()

    def f(v):
        t = np.tanh(v)
        return (t / (1 + np.exp(-t)) + t).sum()

    np.testing.assert_allclose(x.grad, numerical_gradient(f, x.data), rtol=1e-7)


@pytest.mark.topic("R010")
@pytest.mark.oracle
def test_a_dag_has_pytorchs_gradients():
    torch = pytest.importorskip("torch")
    a, b = leaf(3, 4), leaf(4, seed=1)
    s = ops.tanh(a * b)
    ops.log(ops.exp(s) + ops.exp(-s * b)).mean().backward()

    ta, tb = (torch.tensor(t.data, requires_grad=True) for t in (a, b))
    ts = torch.tanh(ta * tb)
    torch.log(torch.exp(ts) + torch.exp(-ts * tb)).mean().backward()
    np.testing.assert_allclose(a.grad, ta.grad.numpy(), rtol=1e-12)
    np.testing.assert_allclose(b.grad, tb.grad.numpy(), rtol=1e-12)


@pytest.mark.topic("R010")
def test_backward_runs_in_reverse_topological_order(own_ops):
    ran = []

    def tag_forward(*xs, label):
        return sum(xs), (label, len(xs))

    def tag_backward(dout, cache):
        ran.append(cache[0])
        return (dout,) * cache[1]

    tag = op(tag_forward, tag_backward)
    x = leaf(2)
    a = tag(x, label="a")
    b = tag(a, label="b")
    c = tag(a, b, label="c")  # a long and a short way from a to d
    d = tag(c, a, label="d")
    tag(d, b, label="e").sum().backward()
    assert ran == ["e", "d", "c", "b", "a"]
    np.testing.assert_array_equal(x.grad, [4, 4])  # four paths from x to e


def test_a_chain_of_20000_ops_does_not_recurse():
    x = leaf(2)
    y = x
    for _ in range(20_000):
        y = y + 1.0
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [1, 1])


def test_a_chain_of_20000_ops_is_deallocated_without_recursion():
    y = leaf(2)
    for _ in range(20_000):
        y = y + 1.0
    first = weakref.ref(y)
    del y
    assert first() is None


OPERATIONS = {
    "tanh": lambda a, b: ops.tanh(a),
    "sigmoid": lambda a, b: ops.sigmoid(a),
    "softmax": lambda a, b: ops.softmax(a),
    "neg": lambda a, b: -a,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / (b * b + 1.0),
    "mean": lambda a, b: a.mean(axis=-1, keepdims=True) * b,
    "detached": lambda a, b: a.detach() * 0.0 + b,
}
step = st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(0, 99), st.integers(0, 99))


@given(st.lists(step, min_size=1, max_size=8))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_random_graphs_have_the_numerical_gradient(steps):
    rng = np.random.default_rng(0)
    starts = [rng.uniform(-1, 1, shape) for shape in ((2, 3), (3,), (1, 1))]

    def run(arrays):
        values = [Tensor(a, requires_grad=True) for a in arrays]
        for name, i, j in steps:
            values.append(OPERATIONS[name](values[i % len(values)], values[j % len(values)]))
        total = values[0].sum()
        for v in values[1:]:
            total = total + (v * 0.3).sum()
        return values[:3], total

    leaves, total = run(starts)
    total.backward()
    for k, start in enumerate(starts):
        numeric = numerical_gradient(lambda v, k=k: run([*starts[:k], v, *starts[k + 1 :]])[1].data, start)
        np.testing.assert_allclose(leaves[k].grad, numeric, rtol=1e-6, atol=1e-6 * (1 + np.abs(numeric).max()))


def test_broadcasting_is_summed_back():
    a, b = leaf(2, 1, 4), leaf(3, 1)
    (a * b).sum().backward()
    np.testing.assert_allclose(a.grad, np.full((2, 1, 4), b.data.sum()))
    np.testing.assert_allclose(b.grad, np.full((3, 1), a.data.sum()))


def test_backward_adds_to_what_is_there():
    x = leaf(3)
    (x * 2.0).sum().backward()
    (x * 3.0).sum().backward()
    np.testing.assert_array_equal(x.grad, [5, 5, 5])


def test_backward_multiplies_by_the_gradient_that_it_is_given():
    x, grad = leaf(3), np.array([1.0, 2.0, 3.0])
    (x * 2.0).backward(grad)
    np.testing.assert_array_equal(x.grad, [2, 4, 6])
    np.testing.assert_array_equal(grad, [1, 2, 3])


@pytest.fixture
def halves(own_ops):
    """An op of two outputs."""

    def halves_forward(x):
        n = len(x) // 2
        return (x[:n], x[n:]), None

    def halves_backward(dout, cache):
        return np.concatenate(dout)

    return op(halves_forward, halves_backward)


@pytest.mark.parametrize("used, expected", [((0, 1), [2, 2, 3, 3]), ((0,), [2, 2, 0, 0]), ((1,), [0, 0, 3, 3])])
def test_an_unused_output_has_gradient_zero(halves, used, expected):
    x = leaf(4)
    pieces = halves(x)
    loss = sum((pieces[i] * (2.0, 3.0)[i]).sum() for i in used)
    loss.backward()
    np.testing.assert_array_equal(x.grad, expected)


def test_array_in_array_out_for_several_outputs(halves):
    assert [type(h) for h in halves(np.ones(4))] == [np.ndarray, np.ndarray]


def test_retain_grad_keeps_the_gradient_of_an_intermediate_tensor():
    x = leaf(3)
    y = (x * 2.0).retain_grad()
    forgotten = y * 5.0
    forgotten.sum().backward()
    np.testing.assert_array_equal(y.grad, [5, 5, 5])
    assert forgotten.grad is None


def test_retain_grad_of_one_output_of_several(halves):
    first, second = halves(leaf(4))
    second.retain_grad()
    (first.sum() + (second * 7.0).sum()).backward()
    np.testing.assert_array_equal(second.grad, [7, 7])
    assert first.grad is None


# What nobody asked for is not computed.


@pytest.mark.topic("R011")
def test_nothing_flows_through_detach():
    x = leaf(3)
    y = ops.exp(x)
    (y.detach() * x).sum().backward()
    np.testing.assert_array_equal(x.grad, y.data)  # y is a constant here: no second term y · x
    np.testing.assert_array_equal(y.detach().data, y.data)

    x.grad = None
    only_detached = (ops.exp(x).detach() * 2.0).sum()
    assert not only_detached.requires_grad

    (ops.exp(x).detach() * 2.0 + x * 0.0).sum().backward()
    assert (x.grad == 0).all()


@pytest.mark.topic("R011")
def test_the_discriminators_step_leaves_the_generator_alone():
    generator, discriminator, noise = leaf(2, 3), leaf(3, 1, seed=1), np.random.default_rng(2).standard_normal((5, 2))
    fake = noise @ generator
    zeros, ones = np.zeros((5, 1)), np.ones((5, 1))

    ops.bce_with_logits(fake.detach() @ discriminator, zeros).backward()
    assert generator.grad is None
    assert discriminator.grad.any()

    ops.bce_with_logits(fake @ discriminator, ones).backward()
    assert generator.grad.any()


def test_no_grad_records_nothing():
    x = leaf(3)

    @npdl.no_grad()
    def evaluate(t):
        return ops.exp(t)

    with npdl.no_grad():
        inside = x * 2.0
        with npdl.no_grad():
            pass
        still_inside = x * 2.0
    for y in (inside, still_inside, evaluate(x), evaluate(x)):
        assert y.node is None
        assert not y.requires_grad
    assert (x * 2.0).node is not None


def test_no_grad_ends_with_an_exception():
    with pytest.raises(ZeroDivisionError), npdl.no_grad():
        raise ZeroDivisionError
    assert (leaf(3) * 2.0).node is not None


@pytest.mark.parametrize(
    "x_requires, w_requires, needs", [(True, True, (True, True, False)), (False, True, (False, True, False))]
)
def test_no_gradient_is_computed_for_an_argument_that_requires_none(x_requires, w_requires, needs):
    x = Tensor(np.ones((2, 3)), requires_grad=x_requires)
    w = Tensor(np.ones((3, 4)), requires_grad=w_requires)
    seen = []
    with npdl.swap(affine=spy("affine", seen)):
        ops.affine(x, w, np.ones(4)).sum().backward()
    assert seen == [needs]
    assert (x.grad is not None) == x_requires


# Memory.


def test_caches_are_freed_as_backward_passes(own_ops):
    saved, alive = [], []

    def hold_forward(x):
        cache = x.copy()
        saved.append(weakref.ref(cache))
        return x + 1, cache

    def hold_backward(dout, cache):
        alive.append(sum(ref() is not None for ref in saved))
        return dout

    hold = op(hold_forward, hold_backward)
    y = leaf(3)
    for _ in range(6):
        y = hold(y)
    loss = y.sum()
    loss.backward()
    assert alive == [6, 5, 4, 3, 2, 1]
    assert not any(ref() is not None for ref in saved)  # though the loss is still here


def test_an_array_that_no_cache_wants_is_not_kept():
    intermediate = leaf(3) + 1.0
    array = weakref.ref(intermediate.data)
    y = -intermediate  # neg saves nothing; add has saved its own inputs
    del intermediate
    assert array() is None
    assert y.requires_grad


def test_a_graph_leaves_no_garbage_for_the_collector():
    gc.collect()
    gc.disable()
    try:
        y = ops.exp(leaf(3)).retain_grad()
        array = weakref.ref(y.data)
        (y * 2.0).sum().backward()
        del y
        assert array() is None
    finally:
        gc.enable()


def test_a_gradient_never_shares_memory():
    a, b, grad = leaf(3), leaf(3, seed=1), np.ones(3)
    total = a + b  # backward hands the same array to both
    total.backward(grad)
    for one, other in ((a.grad, b.grad), (a.grad, grad), (b.grad, grad)):
        assert not np.shares_memory(one, other)

    (a * 5.0 + b.reshape(3)).sum().backward()
    np.testing.assert_array_equal(a.grad, [6, 6, 6])
    np.testing.assert_array_equal(b.grad, [2, 2, 2])
    np.testing.assert_array_equal(grad, [1, 1, 1])


KEPT = []  # (what a careless backward keeps for itself, how to find the array in it)


def _keep(thing, array_of=np.asarray):
    KEPT.append((thing, array_of))
    return thing


class _Looker:
    """Looks into an array's memory through the array interface."""

    def __init__(self, array):
        self.array, self.__array_interface__ = array, array.__array_interface__


def _kept_in_a_cycle(array):
    cell = [array]
    cell.append(cell)
    return _keep(cell, lambda cell: cell[0])[0]


def _overlapping(dout):
    return np.lib.stride_tricks.as_strided(_keep(dout.ravel() * 2), (2, 3), (8, 8))


HANDED_ON = {  # for two leaves of shape (2, 3)
    "dout": lambda dout: (dout, dout),
    "dout and a view of it": lambda dout: (dout, dout[...]),
    "one fresh array for both": lambda dout: (dout * 2,) * 2,
    "two views of one fresh array": lambda dout: (lambda array: (array[...], array[...]))(dout * 2),
    "an array and its view": lambda dout: (lambda array: (array, array[...]))(dout * 2),
    "an array and itself backwards": lambda dout: (lambda array: (array, array[::-1]))(dout * 2),
    "halves of one array": lambda dout: tuple(np.stack([dout, dout])),
    "kept": lambda dout: (_keep(dout * 2), _keep(dout * 3)),
    "a kept tuple": lambda dout: _keep((dout * 2, dout * 3), lambda pair: pair[0]),
    "views of what is kept": lambda dout: tuple(_keep(dout * i)[...] for i in (2, 3)),
    "a view of it is kept": lambda dout: tuple(_keep((dout * i)[...]).base for i in (2, 3)),
    "another view is kept": lambda dout: tuple(_keep((dout.T * i).T)[...] for i in (2, 3)),
    "a memoryview is kept": lambda dout: tuple(_keep(memoryview(dout * i)).obj for i in (2, 3)),
    "its interface is kept": lambda dout: tuple(_keep(_Looker(dout * i)).array for i in (2, 3)),
    "kept in a cycle": lambda dout: tuple(_kept_in_a_cycle(dout * i) for i in (2, 3)),
    "of a kept buffer": lambda dout: tuple(
        np.frombuffer(_keep(bytearray(48), np.frombuffer)).reshape(2, 3) for _ in range(2)
    ),
    "read-only": lambda dout: tuple(np.broadcast_to(dout[:1] * i, (2, 3)) for i in (2, 3)),
    "with rows that overlap": lambda dout: tuple(_overlapping(dout) for _ in range(2)),
}


@pytest.mark.parametrize("hand_on", HANDED_ON.values(), ids=HANDED_ON)
@pytest.mark.parametrize("foreign", [False, True], ids=["npdl's", "a user's"])
def test_nothing_that_a_backward_hands_on_is_shared(hand_on, foreign, monkeypatch):
    """A gradient becomes a leaf's own only if nobody else can have it."""
    KEPT.clear()
    if not foreign:  # npdl's pairs are given dout itself, which others may have too
        monkeypatch.setattr(npdl.tape, "HERE", os.path.dirname(__file__))
    a, b, c = leaf(2, 3), leaf(2, 3, seed=1), leaf(2, 3, seed=2)
    dout = np.ones((2, 3))
    with npdl.swap(add=(lambda x, y: (x + y, None), lambda dout, cache: hand_on(dout))):
        total = a + b + c
    total.backward(dout)
    grads = [a.grad, b.grad, c.grad]
    others = [dout, *(array_of(thing) for thing, array_of in KEPT)]
    for i, grad in enumerate(grads):
        assert not any(np.shares_memory(grad, other) for other in others + grads[:i])
        before = [other.copy() for other in others + grads[:i]]
        grad += 1
        for other, same in zip(others + grads[:i], before):
            np.testing.assert_array_equal(other, same)


def test_a_gradient_that_nobody_else_has_is_not_copied():
    made = []

    def note(array):
        made.append(array.__array_interface__["data"][0])
        return array

    fresh = (ops.matmul_forward, lambda dout, cache: (dout @ cache[1].T, note(cache[0].T @ dout)))
    x, direct, turned = leaf(4, 3), leaf(3, 2), leaf(2, 3)
    with npdl.swap(matmul=fresh):
        ((x @ direct).sum() + (x @ turned.T).sum()).backward()
    assert direct.grad.__array_interface__["data"][0] in made
    assert turned.grad.strides == turned.data.strides  # it came turned over, and so it is a copy
    assert turned.grad.__array_interface__["data"][0] not in made

    made.clear()
    same = (ops.matmul_forward, lambda dout, cache: (dout @ cache[1].T, note(dout.T @ cache[0]).T))
    turned.grad = None
    with npdl.swap(matmul=same):
        (x @ turned.T).sum().backward()
    assert made == [turned.grad.__array_interface__["data"][0]]


@pytest.mark.parametrize("shape", [(), (1,), (4, 1), (3, 4, 5)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_gradient_lies_in_memory_as_its_data_do(shape, order):
    x = Tensor(np.array(np.ones(shape), order=order), requires_grad=True)
    other = np.asarray(np.arange(x.size).reshape(shape), dtype=float)
    (x * other).sum().backward()
    np.testing.assert_array_equal(x.grad, other)
    assert x.grad.flags[order + "_CONTIGUOUS"]


def test_gathering_does_not_write_into_a_gradient_that_was_handed_on():
    x = leaf(3)
    y = x * 2.0
    left, right = (y + 0.0).retain_grad(), (y + 0.0).retain_grad()
    (left + right + y).sum().backward()  # y's gradient is gathered from arrays that left and right keep
    for kept in (left.grad, right.grad):
        np.testing.assert_array_equal(kept, [1, 1, 1])
    np.testing.assert_array_equal(x.grad, [6, 6, 6])


def test_a_leafs_gradient_can_be_written_to():
    x = leaf(2, 3)
    x.sum().backward()  # sum's gradient is a read-only broadcast view
    x.grad *= 2
    np.testing.assert_array_equal(x.grad, np.full((2, 3), 2))


def test_the_gradient_of_a_single_number_stays_an_array():
    x = leaf()
    (x * 2.0 + x).backward()
    x.grad += 1
    assert type(x.grad) is np.ndarray
    assert x.grad == 4


# Anomaly mode.


def test_anomaly_mode_names_the_op_that_made_a_nan_in_the_forward_pass():
    x = Tensor(np.array([1.0, -1.0]))
    with np.errstate(invalid="ignore"):
        assert np.isnan(ops.log(x).data[1])  # without it: nothing
        with npdl.detect_anomaly(), pytest.raises(FloatingPointError, match="log: its output has 1 of 2 values"):
            ops.exp(ops.log(x))


def test_anomaly_mode_names_the_op_and_the_line_whose_backward_made_a_nan():
    broken = (ops.tanh_forward, lambda dout, y: dout * np.nan)
    with npdl.swap(tanh=broken), npdl.detect_anomaly():
        loss = ops.tanh(ops.exp(leaf(3))).sum()
        with pytest.raises(FloatingPointError, match=r"tanh: the gradient of x .*test_tensor\.py:\d+: .* has 3 of 3"):
            loss.backward()


def test_the_line_is_found_when_the_project_itself_lies_in_a_folder_called_npdl(tmp_path):
    script = tmp_path / "npdl" / "mine.py"
    script.parent.mkdir()
    script.write_text(
        "import numpy as np, npdl\n"
        "with npdl.detect_anomaly():\n"
        "    x = npdl.Tensor(np.array([0.0]), requires_grad=True)\n"
        "    y = npdl.ops.relu(x)\n"
        "    print(y.node.made_at)\n",
        encoding="utf-8",
    )
    root = str(Path(npdl.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, script], env={**os.environ, "PYTHONPATH": root}, capture_output=True, encoding="utf-8"
    )
    assert "mine.py:4: y = npdl.ops.relu(x)" in done.stdout, done.stderr


def test_a_retained_gradient_is_a_copy():
    x = Tensor(np.ones(2), requires_grad=True)
    y = (x * 2.0).retain_grad()
    dout = np.ones(2)
    y.backward(dout)
    assert not np.shares_memory(y.grad, dout)
