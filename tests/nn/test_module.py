"""Modules: every one is its op on its parameters; names, state dicts, modes, copies.

The table in rows.py has a row for every class of npdl.nn; the tests of the other files say what is special about each.
"""

import copy
import pickle

import numpy as np
import pytest

from npdl import Tensor, backend, nn, ops
from tests.nn.helpers import scalar, worst_gradient_error
from tests.nn.rows import MODULES, normal
from tests.strict.array import StrictArray, module

EACH_MODULE = pytest.mark.parametrize("name", MODULES)


def row(name):
    """A copy of the row's module in float64, with parameters that are not 0 and 1, its inputs, and the reference."""
    module, inputs, reference = MODULES[name]
    module = copy.deepcopy(module).astype("float64")
    for i, parameter in enumerate(module.parameters()):
        parameter.data = parameter.data + 0.3 * normal(*parameter.shape, seed=i)
    return module, inputs, reference


def run(module, *inputs):
    """Its output; of a tuple the last piece first, so that the pieces tell."""
    out = module(*inputs)
    return ops.concat(*flat(out)[::-1], axis=1) if isinstance(out, tuple) else out


def flat(out):
    """(a, (b, c)) as [a, b, c]."""
    return [piece for part in out for piece in flat(part)] if isinstance(out, tuple) else [out]


def cast(x, dtype):
    """The input, or the tuple of them, in this dtype, if it is of real numbers."""
    if isinstance(x, tuple):
        return tuple(cast(part, dtype) for part in x)
    return x.astype(dtype) if x.dtype.kind == "f" else x


def arrays(module):
    return {name: parameter.data for name, parameter in module.named_parameters()}


def test_every_class_has_a_row():
    classes = {name for name in nn.__all__ if name[0].isupper()}
    assert {*MODULES, "Module", "Parameter", "KVCache"} == classes
    assert all(type(module).__name__ == name for name, (module, *_) in MODULES.items())


@pytest.mark.topic("R490")
@EACH_MODULE
def test_forward_is_the_op_on_the_parameters(name):
    module, inputs, reference = row(name)
    out = run(module, *map(Tensor, inputs[:1]), *inputs[1:])
    np.testing.assert_allclose(out.data, reference(arrays(module), *inputs), rtol=1e-12, atol=1e-12)


@pytest.mark.topic("R490")
@EACH_MODULE
def test_gradients_reach_every_parameter_and_are_right(name):
    module, (first, *others), _ = row(name)
    x = Tensor(first, requires_grad=first.dtype.kind == "f")
    leaves = dict(module.named_parameters(), **({"x": x} if x.requires_grad else {}))
    assert worst_gradient_error(lambda: scalar(run(module, x, *others)), leaves) < 1e-7
    assert all(leaf.grad.any() for leaf in leaves.values())


@EACH_MODULE
def test_float32_stays_float32(name):
    module, inputs, _ = MODULES[name]
    inputs = [cast(x, "float32") for x in inputs]
    module = copy.deepcopy(module)
    assert all(p.dtype == np.float32 for p in module.parameters())
    assert run(module, Tensor(inputs[0]), *inputs[1:]).dtype == np.float32


@EACH_MODULE
def test_a_copy_and_a_pickle_compute_the_same(name):
    module, inputs, _ = row(name)
    expected = run(module, *inputs)
    for other in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        out = run(other, *inputs)
        np.testing.assert_array_equal(getattr(out, "data", out), getattr(expected, "data", expected))
        assert not any(p is q for p in module.parameters() for q in other.parameters())
        assert [*other.state_dict()] == [*module.state_dict()]
        assert repr(other) == repr(module)


# A network that has everything: parameters of its own, parts, a list of parts, parts inside parts, buffers.


class Net(nn.Module):
    def __init__(self, seed=0):
        rng = np.random.default_rng(seed)
        self.scale = nn.Parameter(np.ones(1, np.float32))
        self.conv1 = nn.Conv2d(1, 2, 3, rng=rng)
        self.blocks = [nn.Sequential(nn.BatchNorm(2), nn.ReLU()), nn.Dropout(0.5, rng=rng)]
        self.fc = nn.Affine(8, 3, bias=False, rng=rng)
        self.name, self.sizes = "anything else", [1, 2]

    def forward(self, x):
        x = self.conv1(x)
        for block in self.blocks:
            x = block(x)
        return self.fc(x) * self.scale


NAMES = ["scale", "conv1.weight", "conv1.bias", "fc.weight", "blocks.0.0.weight", "blocks.0.0.bias"]
BUFFERS = ["blocks.0.0.running_mean", "blocks.0.0.running_var"]
X = normal(5, 1, 4, 4).astype("float32")


@pytest.mark.topic("R490")
def test_parameters_and_buffers_are_found_by_name_wherever_they_are():
    net = Net()
    named = dict(net.named_parameters())
    assert sorted(named) == sorted(NAMES)
    assert named["blocks.0.0.weight"] is net.blocks[0][0].weight
    assert net.parameters() == list(named.values())
    assert sorted(net.state_dict()) == sorted(NAMES + BUFFERS)
    assert [name for name, _ in net.named_buffers()] == BUFFERS
    assert [type(m).__name__ for m in net.modules()] == [
        *("Net", "Conv2d", "Sequential", "BatchNorm", "ReLU", "Dropout", "Affine")
    ]


def test_a_shared_part_counts_once():
    shared = nn.Affine(3, 3)
    norm = nn.BatchNorm(3)
    net = nn.Sequential(shared, norm, shared, norm)
    assert [name for name, _ in net.named_parameters()] == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert sum(p.size for p in net.parameters()) == 12 + 6
    assert [name for name, _ in net.named_buffers()] == ["1.running_mean", "1.running_var"]

    other = nn.Sequential(*copy.deepcopy([shared, norm] * 2))
    assert other[0] is other[2]
    other.load_state_dict(net.state_dict())
    x = normal(4, 3).astype("float32")
    np.testing.assert_array_equal(net(x).data, other(x).data)

    shared.weight.data = np.eye(3, dtype=np.float32)  # y = x twice: the gradient is the sum over both uses
    report = nn.Sequential(shared, shared).astype("float64")
    assert worst_gradient_error(lambda: scalar(report(normal(4, 3))), dict(report.named_parameters())) < 1e-8


def test_modes_reach_every_part():
    net = Net()
    assert all(m.training for m in net.modules())
    assert net.eval() is net and not any(m.training for m in net.modules())
    assert net.train() is net and all(m.training for m in net.modules())
    assert not Net().train(False).blocks[0][0].training
    assert nn.Module.training  # the class itself is as it was


def test_test_mode_is_one_function_and_changes_no_buffer():
    net = Net()
    net(X)
    before = net.eval().state_dict()
    np.testing.assert_array_equal(net(X).data, net(X).data)
    assert all((net.state_dict()[name] == before[name]).all() for name in BUFFERS)
    net.train()
    assert (net(X).data != net(X).data).any()  # dropout
    assert all((net.state_dict()[name] != before[name]).all() for name in BUFFERS)


@pytest.mark.topic("R490")
def test_a_state_dict_carries_all_that_test_mode_needs():
    trained, fresh = Net(seed=0), Net(seed=1)
    for _ in range(3):
        trained(X)
    state = trained.state_dict()
    fresh.load_state_dict(state)
    np.testing.assert_array_equal(trained.eval()(X).data, fresh.eval()(X).data)
    assert fresh.conv1.weight.version > 0  # a backward recorded before would be wrong


def test_a_state_dict_is_a_copy():
    net = Net()
    before = net.conv1.weight.data.copy()
    state = net.state_dict()
    state["conv1.weight"] += 1
    np.testing.assert_array_equal(net.conv1.weight.data, before)
    net.load_state_dict(state)
    state["conv1.weight"] += 1
    np.testing.assert_array_equal(net.conv1.weight.data, before + 1)


def test_what_is_loaded_takes_the_dtype_of_the_model():
    net = Net()
    net.load_state_dict({name: array.astype("float64") for name, array in net.state_dict().items()})
    assert all(p.dtype == np.float32 for p in net.parameters())


def missing(state):
    del state["conv1.bias"]


def unknown(state):
    state["conv9.bias"] = np.zeros(2)


def meaningless(state):
    state["blocks.0.0.weight"] = np.array(["a", "b"])


def misshapen(state):
    state["fc.weight"] = np.zeros((3, 9), np.float32)


def misshapen_buffer(state):
    state["blocks.0.0.running_var"] = np.zeros(1, np.float32)


@pytest.mark.topic("R490")
@pytest.mark.parametrize(
    "damage, message",
    [
        (missing, r"missing: conv1\.bias; unknown: none"),
        (unknown, r"missing: none; unknown: conv9\.bias"),
        (meaningless, "could not convert string to float"),
        (misshapen, r"fc\.weight should be of shape \(3, 8\); got float32 array of shape \(3, 9\)"),
        (misshapen_buffer, r"blocks\.0\.0\.running_var should be of shape \(2,\)"),
    ],
)
def test_a_state_dict_that_does_not_fit_is_named_and_nothing_changes(damage, message):
    net, state = Net(seed=0), Net(seed=1).state_dict()
    before = net.state_dict()
    damage(state)
    with pytest.raises(ValueError, match=message):
        net.load_state_dict(state)
    for name, array in net.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_zero_grad_forgets_all_gradients():
    net = Net()
    net(X).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())


def test_astype_moves_parameters_and_buffers():
    net = Net()
    net(X).sum().backward()
    assert net.astype("float64") is net
    assert {a.dtype for a in net.state_dict().values()} == {np.dtype("float64")}
    assert all(p.grad is None for p in net.parameters())
    assert net(X.astype("float64")).dtype == np.float64


def test_repr_is_the_tree():
    assert repr(nn.ReLU()) == "ReLU()"
    assert repr(nn.Affine(3, 2)) == "Affine(weight=(2, 3), bias=(2,))"
    assert repr(Net()) == (
        "Net(\n"
        "  (conv1): Conv2d(weight=(2, 1, 3, 3), bias=(2,))\n"
        "  (blocks.0): Sequential(\n"
        "    (0): BatchNorm(weight=(2,), bias=(2,))\n"
        "    (1): ReLU()\n"
        "  )\n"
        "  (blocks.1): Dropout()\n"
        "  (fc): Affine(weight=(3, 8))\n"
        ")"
    )


def test_a_parameter_is_a_tensor_that_requires_a_gradient():
    parameter = nn.Parameter(np.ones(2))
    assert isinstance(parameter, Tensor) and parameter.requires_grad and parameter.node is None
    copied = pickle.loads(pickle.dumps(parameter))
    assert type(copied) is nn.Parameter and copied.requires_grad


@pytest.mark.oracle
@pytest.mark.parametrize("dtype, tolerance", [("float64", 1e-12), ("float32", 1e-6)])
def test_a_state_dict_of_pytorch_loads_and_gives_its_outputs(dtype, tolerance):
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    t = torch.nn
    theirs = t.Sequential(
        t.Conv2d(1, 6, 5), t.BatchNorm2d(6), t.ReLU(), t.AvgPool2d(2),
        t.Conv2d(6, 16, 5, stride=2, padding=1), t.GroupNorm(4, 16), t.Tanh(), t.MaxPool2d(2),
        t.Flatten(), t.Linear(16 * 9, 20), t.LayerNorm(20), t.LeakyReLU(0.2), t.Linear(20, 10, bias=False),
    )  # fmt: skip
    mine = nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.BatchNorm(6), nn.ReLU(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5, stride=2, pad=1), nn.GroupNorm(4, 16), nn.Tanh(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Affine(16 * 9, 20), nn.LayerNorm(20), nn.LeakyReLU(0.2), nn.Affine(20, 10, bias=False),
    )  # fmt: skip
    x = normal(8, 1, 32, 32).astype(dtype)
    theirs.to(getattr(torch, dtype)).train()(torch.tensor(x))  # gives the batch norm running statistics
    mine.astype(dtype).load_state_dict(theirs.state_dict())
    expected = theirs.eval()(torch.tensor(x)).detach().numpy()
    np.testing.assert_allclose(mine.eval()(x).data, expected, rtol=0, atol=tolerance * np.abs(expected).max())


@pytest.mark.oracle
def test_an_embedding_of_pytorch_loads():
    torch = pytest.importorskip("torch")
    theirs, mine, ids = torch.nn.Embedding(7, 5), nn.Embedding(7, 5), np.array([[3, 3], [0, 6]])
    mine.load_state_dict(theirs.state_dict())
    np.testing.assert_array_equal(mine(ids).data, theirs(torch.tensor(ids)).detach().numpy())


def test_parameters_are_found_in_lists_and_dicts_however_deep():
    class Nested(nn.Module):
        def __init__(self):
            self.params = {"w1": nn.Parameter(np.ones(2, "float32")), "inner": [nn.Parameter(np.ones(3, "float32"))]}
            self.blocks = [[nn.Affine(2, 3)], (nn.ReLU(), nn.Affine(3, 2, bias=False))]

    names = ["params.w1", "params.inner.0", "blocks.0.0.weight", "blocks.0.0.bias", "blocks.1.1.weight"]
    assert [name for name, _ in Nested().named_parameters()] == names


def test_a_module_takes_keyword_arguments():
    class Scaled(nn.Module):
        def forward(self, x, *, by=1.0):
            return x * by

    np.testing.assert_array_equal(Scaled()(Tensor(np.ones(2)), by=3.0).data, [3, 3])


@pytest.mark.parametrize("born_in", ["numpy", "device"])
def test_a_state_dict_goes_to_where_the_parameters_are(monkeypatch, born_in):
    monkeypatch.setitem(backend.modules, StrictArray, module)
    model = nn.Affine(2, 3)
    state = {name: array + 1 for name, array in model.state_dict().items()}
    for parameter in model.parameters():
        parameter.data = module.asarray(parameter.data)
    monkeypatch.setattr(backend, "_born_in", module if born_in == "device" else np)
    model.load_state_dict(state)
    np.testing.assert_array_equal(model.state_dict()["weight"], state["weight"])
