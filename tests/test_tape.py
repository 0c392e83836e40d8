"""The tape: what an op takes and gives, what it refuses, swapping, defining, copying."""

import copy
import functools
import gc
import pickle
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import npdl
from gradcheck import check, numerical_gradient
from npdl import InputError, InputTypeError, Tensor, op, ops
from tests.taping import leaf

# What an op takes and gives.


def test_arrays_give_an_array_and_tensors_a_tensor():
    x = np.array([-1.0, 2.0])
    assert type(ops.relu(x)) is np.ndarray
    assert type(ops.relu(Tensor(x))) is Tensor
    assert ops.relu(Tensor(x)).node is None  # nothing here requires a gradient
    assert ops.relu(Tensor(x, requires_grad=True)).node.op is ops.relu


def test_forward_and_backward_of_an_op_are_the_pair():
    x, dout = np.array([-1.0, 2.0]), np.array([3.0, 5.0])
    out, cache = ops.relu.forward(x)
    np.testing.assert_array_equal(out, [0, 2])
    np.testing.assert_array_equal(ops.relu.backward(dout, cache), [0, 5])


def test_an_optional_array_may_be_left_out_or_given_by_keyword():
    x, w, b = leaf(2, 3), leaf(3, 4), leaf(4)
    np.testing.assert_array_equal(ops.affine(x, w).data, x.data @ w.data)
    ops.affine(x, w, b=b).sum().backward()
    np.testing.assert_array_equal(b.grad, [2, 2, 2, 2])


@pytest.mark.parametrize(
    "expression, expected",
    [
        (lambda t: np.ones(3) * t, [1, 2, 3]),
        (lambda t: np.ones(3) + t, [2, 3, 4]),
        (lambda t: np.ones(3) - t, [0, -1, -2]),
        (lambda t: np.full(3, 6.0) / t, [6, 3, 2]),
        (lambda t: np.ones((2, 3)) @ t, [6, 6]),
        (lambda t: 2 * t - 1, [1, 3, 5]),
        (lambda t: 6 / -t, [-6, -3, -2]),
        (lambda t: t[1:], [2, 3]),
    ],
)
def test_an_array_and_a_tensor_make_a_tensor(expression, expected):
    y = expression(Tensor(np.array([1.0, 2.0, 3.0])))
    assert type(y) is Tensor
    np.testing.assert_array_equal(y.data, expected)


def test_a_tensor_never_turns_into_an_array_by_itself():
    for convert in (np.asarray, np.array, np.stack):
        with pytest.raises(TypeError, match=r"t\.data"):
            convert(leaf(3))
    for function in (np.exp, np.sum):
        with pytest.raises(TypeError):
            function(leaf(3))


def test_a_tensor_of_numbers_is_float32_and_an_array_keeps_its_dtype():
    assert Tensor([1.0, 2.0]).dtype == Tensor(3.0).dtype == np.float32
    assert Tensor(np.ones(2)).dtype == np.float64
    assert Tensor(np.arange(2)).dtype.kind == "i"


def test_a_tensor_of_one_element_is_a_number():
    t = Tensor(np.array([2.5]))
    assert (t.item(), float(t), len(t)) == (2.5, 2.5, 1)


# What it refuses.


def test_a_second_backward_is_refused():
    loss = ops.exp(leaf(3)).sum()
    loss.backward()
    with pytest.raises(RuntimeError, match="sum: backward has been here before"):
        loss.backward()


def test_a_second_backward_through_a_shared_part_is_refused():
    shared = ops.exp(leaf(3))
    one, other = shared.sum(), shared.mean()
    one.backward()
    with pytest.raises(RuntimeError, match="exp: backward has been here before"):
        other.backward()


@pytest.mark.parametrize(
    "loss, named",
    [
        (lambda p: ops.affine(np.ones((2, 3)), p).sum(), "affine: the data of its argument w"),
        (lambda p: ops.concat(np.ones((1, 4)), p).sum(), r"concat: the data of its argument xs\[1\]"),
        (lambda p: (p * 2.0).sum(), "mul: the data of its argument a"),
        (lambda p: (leaf(3, 4) * p.detach()).sum(), "mul: the data of its argument b"),  # a constant here, and yet
    ],
)
def test_a_parameter_that_was_changed_after_the_forward_pass_is_named(loss, named):
    p = leaf(3, 4)
    stale = loss(p)
    p.data -= 0.1
    with pytest.raises(RuntimeError, match=named + ".* was changed after the forward pass"):
        stale.backward()
    loss(p).backward()


def test_a_parameter_that_a_step_left_alone_is_not_stale():
    a, b = leaf(2), leaf(3)
    later = (b * b).sum()
    (a * a).sum().backward()
    npdl.optim.SGD([a, b], lr=0.1).step()
    later.backward()
    np.testing.assert_allclose(b.grad, 2 * b.data)


x64, x32 = np.ones((2, 3)), np.ones((2, 3), np.float32)
t64 = Tensor(x64, requires_grad=True)
scores, labels = np.ones((2, 3)), np.array([0, 2])

REFUSED = {
    "mixed dtypes": (lambda: ops.add(x64, x32), "add: b should be float64 like the arguments before it", "got float32"),
    "mixed dtypes of tensors": (lambda: Tensor(x32) * t64, "mul: b should be float32", "got float64 array"),
    "integers": (lambda: ops.relu(np.arange(3)), "relu: x should be a floating-point array", "got int64 array"),
    "booleans": (lambda: Tensor(x64 > 0).sum(), "sum: x should be a floating-point array", "got bool array"),
    "a list": (lambda: ops.relu([1.0, 2.0]), "relu: x should be a floating-point array", "got [1.0, 2.0]"),
    "None": (lambda: ops.affine(x64, None), "affine: w should be a floating-point array", "got None"),
    "an argument left out": (lambda: ops.affine(x64), "affine: w should be a floating-point array", "got None"),
    "complex": (lambda: Tensor(np.ones(2) * 1j), "Tensor: data should be an array of real numbers", "complex128"),
    "text": (lambda: Tensor("abc"), "Tensor: data should be an array of real numbers", "array of shape ()"),
    "Tensor of a Tensor": (lambda: Tensor(t64), "Tensor: data should be an array", "t.data"),
    "integers with gradient": (lambda: Tensor(np.arange(3), requires_grad=True), "Tensor: data", "floating-point"),
    "Tensor as option": (lambda: ops.leaky_relu(x64, slope=t64), "leaky_relu: slope should be a plain value", "got"),
    "option by position": (lambda: ops.leaky_relu(x64, 0.1), "leaky_relu: the number", "at most 1 (x)", "got 2"),
    "label with gradient": (
        lambda: ops.bce_with_logits(t64, Tensor(x64, requires_grad=True)),
        "bce_with_logits: z should be without gradient",
        "detach",
    ),
    "backward of an array": (lambda: (t64 * 2.0).backward(), "backward: grad should be given", "shape (2, 3)"),
    "wrong grad": (lambda: (t64 * 2.0).backward(np.ones(3)), "backward: grad", "float64 array of shape (2, 3)", "(3,)"),
    "wrong grad dtype": (lambda: (t64 * 2.0).backward(x32), "backward: grad", "a float64 array", "got float32"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_a_message_that_teaches(case):
    call, *parts = REFUSED[case]
    with pytest.raises(InputError) as error:
        call()
    for part in parts:
        assert part in str(error.value)


def test_backward_of_what_has_no_gradient_is_refused():
    with pytest.raises(RuntimeError, match="does not depend on anything that requires a gradient"):
        Tensor(x64).sum().backward()


def test_integers_are_welcome_where_there_is_no_gradient():
    assert ops.softmax_cross_entropy(Tensor(scores, requires_grad=True), Tensor(labels)).requires_grad


# Swapping.


def doubled_relu_forward(x):
    return 2 * np.maximum(x, 0), x > 0


def doubled_relu_backward(dout, on):
    return 2 * dout * on


DOUBLED = (doubled_relu_forward, doubled_relu_backward)
QUADRUPLED = (lambda x: (4 * x, None), lambda dout, cache: 4 * dout)


def gradient_of_relu():
    x = Tensor(np.ones(2), requires_grad=True)
    ops.relu(x).sum().backward()
    return x.grad.tolist()


def test_swap_runs_another_pair_and_ends():
    assert gradient_of_relu() == [1, 1]
    with npdl.swap(relu=DOUBLED):
        assert gradient_of_relu() == [2, 2]
        with npdl.swap(relu=QUADRUPLED):
            assert gradient_of_relu() == [4, 4]
        assert gradient_of_relu() == [2, 2]
    assert gradient_of_relu() == [1, 1]


def test_swap_ends_with_an_exception():
    with pytest.raises(ZeroDivisionError), npdl.swap(relu=DOUBLED):
        raise ZeroDivisionError
    assert gradient_of_relu() == [1, 1]


def test_what_was_recorded_inside_a_swap_runs_its_own_backward_later():
    x = Tensor(np.ones(2), requires_grad=True)
    with npdl.swap(relu=DOUBLED):
        y = ops.relu(x)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [2, 2])


def test_swap_of_an_unknown_op_suggests_a_known_one_and_swaps_nothing():
    with pytest.raises(InputError, match=r"swap: con2d should be the name of an op, such as conv2d.*got 'con2d'"):
        with npdl.swap(relu=DOUBLED, con2d=DOUBLED):
            pass
    assert gradient_of_relu() == [1, 1]


@pytest.mark.parametrize("not_a_pair", [np.maximum, (np.maximum,), (np.maximum, None), [1, 2]])
def test_swap_wants_two_functions(not_a_pair):
    with pytest.raises(InputTypeError, match=r"swap: relu should be two functions \(forward, backward\)"):
        with npdl.swap(relu=not_a_pair):
            pass


FAULTY = {  # a student's first tries
    "gradient of the wrong shape": (
        (lambda x: (x, None), lambda dout, cache: dout.sum(axis=0)),
        ("relu_backward: the gradient of x", "a float64 array of shape (2, 3), like x", "float64 array of shape (3,)"),
    ),
    "gradient of the wrong dtype": (
        (lambda x: (x, None), lambda dout, cache: dout.astype("float32")),
        ("relu_backward: the gradient of x", "float64", "float32 array of shape (2, 3)"),
    ),
    "no gradient": (
        (lambda x: (x, None), lambda dout, cache: None),
        ("relu_backward: the gradient of x", "a float64 array of shape (2, 3)", "got None"),
    ),
    "no cache": ((lambda x: x, lambda dout, cache: dout), ("relu: the result of its forward", "(out, cache)")),
    "output of the wrong dtype": (
        (lambda x: (x.astype("float32"), None), lambda dout, cache: dout),
        ("relu: the output of its forward", "a float64 array, like its input", "float32"),
    ),
}


@pytest.mark.parametrize("case", FAULTY)
def test_a_faulty_pair_is_told_what_is_wrong(case):
    pair, parts = FAULTY[case]
    with npdl.swap(relu=pair), pytest.raises(InputTypeError) as error:
        ops.relu(leaf(2, 3)).sum().backward()
    for part in parts:
        assert part in str(error.value)


# Defining, copying, sending.


def test_an_op_takes_its_name_from_its_pair(own_ops):
    def cube_forward(x):
        """y = x³"""
        return x * x * x, x

    def cube_backward(dout, x):
        return 3 * dout * x * x

    cube = op(cube_forward, cube_backward)
    assert (repr(cube), cube.__doc__, op.registry["cube"]) == ("<op cube>", "y = x³", cube)
    assert check(cube.forward, cube.backward, [np.array([1.0, -2.0])]).ok


def named(name, module=__name__):
    def function(x):
        return x, None

    function.__name__, function.__module__ = name, module
    return function


def test_an_op_defined_again_in_the_same_module_replaces_the_first(own_ops):
    first = op(named("twice_forward"), named("twice_backward"))
    second = op(named("twice_forward"), named("twice_backward"))
    assert op.registry["twice"] is second is not first


def test_an_op_defined_again_in_another_module_is_refused():
    before = op.registry["relu"]
    with pytest.raises(InputError, match=r"name should be new .*npdl\.swap\(relu="):
        op(named("relu_forward", "homework"), named("relu_backward", "homework"))
    assert op.registry["relu"] is before


def test_a_pair_whose_names_do_not_match_is_refused(own_ops):
    with pytest.raises(InputError, match="X_forward and X_backward"):
        op(named("one_forward"), named("other_backward"))


def test_copies_leave_the_tape_behind():
    y = ops.exp(leaf(3))
    for twin in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        assert twin.node is None
        assert twin.requires_grad
        np.testing.assert_array_equal(twin.data, y.data)
        assert not np.shares_memory(twin.data, y.data)


def test_an_op_is_one_and_the_same_after_copying():
    assert copy.deepcopy(ops.relu) is pickle.loads(pickle.dumps(ops.relu)) is ops.relu


def test_tensors_and_ops_travel_to_another_process():
    program = "import pickle, sys; t, f = pickle.load(sys.stdin.buffer); print(f(t).data.tolist(), t.requires_grad)"
    sent = pickle.dumps((Tensor(np.array([-1.0, 2.0]), requires_grad=True), ops.relu))
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", program], input=sent, capture_output=True, cwd=root, check=True)
    assert done.stdout.decode().split("\n")[0].strip() == "[0.0, 2.0] True"


# The tool that all of this is checked with.


@pytest.mark.topic("R012")
def test_the_error_of_central_differences_falls_as_the_square_of_the_step():
    x = np.linspace(-2, 2, 9)
    steps = np.array([1e-1, 1e-2, 1e-3])
    errors = [np.abs((np.sin(x + h) - np.sin(x - h)) / (2 * h) - np.cos(x)).max() for h in steps]
    np.testing.assert_allclose(errors, steps**2 / 6 * np.abs(np.cos(x)).max(), rtol=1e-2)  # h²/6 · sin‴
    np.testing.assert_allclose(numerical_gradient(lambda v: np.sin(v).sum(), x), np.cos(x), atol=1e-9)


@pytest.mark.topic("R012")
def test_a_planted_sign_error_is_detected():
    x = np.linspace(-2, 2, 9)
    assert check(lambda x: (np.sin(x), x), lambda dout, x: dout * np.cos(x), [x]).ok
    report = check(lambda x: (np.sin(x), x), lambda dout, x: -dout * np.cos(x), [x])
    assert not report.ok
    assert report.inputs["x"].wrong == x.size


def test_a_numpy_scalar_keeps_its_dtype_and_a_python_number_becomes_float32():
    assert Tensor(np.float64(1)).dtype == np.float64
    assert Tensor(1.0).dtype == np.float32


# What a user may do to the tape.


def test_a_backward_that_raises_leaves_nothing_behind():
    w = leaf(3)
    h = w * 2.0
    with npdl.swap(relu=(ops.relu_forward, lambda dout, y: 1 / 0)):
        bad = ops.relu(h).sum() * 0.0 + h.sum()
    with pytest.raises(ZeroDivisionError):
        bad.backward()
    w.grad = None
    h.sum().backward()
    np.testing.assert_array_equal(w.grad, [2, 2, 2])


def test_a_pair_of_ones_own_may_write_into_its_dout():
    def careless_backward(dout, y):
        dout[y <= 0] = 0
        return dout

    x = Tensor(np.array([-1.0, 2.0]), requires_grad=True)
    with npdl.swap(relu=(ops.relu_forward, careless_backward)):
        (x + ops.relu(x)).sum().backward()  # add hands one and the same dout to both
    np.testing.assert_array_equal(x.grad, [1, 2])


def test_a_swap_is_seen_by_its_own_thread_alone():
    with npdl.swap(relu=(lambda x: (x * 7, None), lambda dout, _: dout)), ThreadPoolExecutor(1) as pool:
        assert pool.submit(ops.relu, np.ones(1)).result() == 1
        assert ops.relu(np.ones(1)) == 7
    assert ops.relu(np.ones(1)) == 1


def test_comparisons_give_arrays_and_a_tensor_of_one_number_is_true_or_false():
    t = Tensor(np.array([1.0, 2.0]), requires_grad=True)
    np.testing.assert_array_equal(t == np.array([1.0, 5.0]), [True, False])
    np.testing.assert_array_equal(np.array([1.0, 5.0]) == t, [True, False])
    np.testing.assert_array_equal(t > 1.5, [False, True])
    assert t.sum() < 4 and bool(Tensor(1.0)) and not Tensor(0.0)
    with pytest.raises(ValueError, match="ambiguous"):
        bool(t)
    assert {t: 1}[t] == 1


def test_numpy_scalars_as_numbers_and_options_are_python_numbers():
    x = Tensor(np.ones(3, np.float32), requires_grad=True)
    assert (x * np.float64(0.5) + np.float32(1)).dtype == np.float32
    assert ops.leaky_relu(x, slope=np.float64(0.2)).dtype == np.float32
    assert ops.svm_loss(np.ones((2, 3), np.float32), labels, delta=np.float64(0.5)).dtype == np.float32


def test_shapes_are_all_that_an_addition_keeps():
    a, b = np.ones(1000), np.ones(1000)
    kept = weakref.ref(a)
    y = Tensor(a, requires_grad=True) * 1.0
    z = y + Tensor(b)
    del a, y
    gc.collect()
    assert z.node.cache[1] == ((1000,), (1000,)) and kept() is not None  # the leaf lives on in the first node's edge


@pytest.mark.parametrize(
    "call, parts",
    [
        (lambda: ops.add(x64, np.ones((2, 4))), ["add: ", "a: float64 array of shape (2, 3)", "(2, 4)"]),
        (lambda: ops.reshape(x64, shape=(4, 2)), ["reshape: ", "cannot reshape", "options are: shape"]),
        (lambda: ops.concat(), ["concat: ", "options are: axis"]),
        (lambda: ops.conv2d(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), padding=1), ["'padding'", "stride, pad, "]),
    ],
    ids=["add", "reshape", "concat", "conv2d"],
)
def test_numpys_own_errors_name_the_op_what_it_was_given_and_its_options(call, parts):
    with pytest.raises(InputError) as error:
        call()
    for part in parts:
        assert part in str(error.value)


def test_numpy_numbers_alone_are_multiplied_too():
    assert ops.mul(np.float32(2), np.float32(3)) == 6 and ops.mul(np.float32(2), 3.0).dtype == np.float32


def test_a_wrapped_pair_of_npdls_own_may_write_into_its_dout():
    @functools.wraps(ops.relu_backward)
    def relu_backward(dout, y):
        dout *= y > 0
        return dout

    a, b = leaf(3), leaf(3, seed=1)
    with npdl.swap(relu=(ops.relu_forward, relu_backward)):
        (ops.relu(a) + b).sum().backward()
    np.testing.assert_array_equal(a.grad, a.data > 0)


def test_a_pair_without_a_module_is_a_pair():
    made = {}
    exec("def relu_forward(x): return x, None\ndef relu_backward(dout, cache): return dout", made)
    with npdl.swap(relu=(made["relu_forward"], made["relu_backward"])):
        assert ops.relu(-np.ones(1)) == -1


def test_a_detached_twin_that_gets_an_array_of_its_own_makes_nothing_stale():
    p = leaf(3)
    average = p.detach()
    loss = (p * p).sum()
    average.data = 0.9 * average.data
    loss.backward()
    np.testing.assert_allclose(p.grad, 2 * p.data)


def test_a_parameter_that_gets_another_array_is_stale():
    p = leaf(3)
    loss = (p * p).sum()
    p.data = p.data - 0.1
    with pytest.raises(RuntimeError, match="was changed after the forward pass"):
        loss.backward()
