"""RNN, LSTM, GRU: PyTorch's modules with the same state dicts, lengths, states that are carried on, truncation."""

import numpy as np
import pytest

from npdl import InputError, Tensor, nn, ops
from npdl.nn import recurrent
from tests.nn.helpers import scalar, worst_gradient_error

KINDS = ["RNN", "LSTM", "GRU"]
EACH_KIND = pytest.mark.parametrize("kind", KINDS)
TOPICS = {"RNN": "R261", "LSTM": "R264", "GRU": "R265"}
EACH_TOPIC = pytest.mark.parametrize("kind", [pytest.param(k, marks=pytest.mark.topic(TOPICS[k])) for k in KINDS])
LENGTHS = np.array([5, 2, 1])


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def made(kind, *args, dtype="float64", **options):
    """A module whose parameters, biases too, are random numbers."""
    module = getattr(nn, kind)(*args, **options, rng=np.random.default_rng(0)).astype(dtype)
    for i, parameter in enumerate(module.parameters()):
        parameter.data = (normal(*parameter.shape, seed=i) / 2).astype(dtype)
    return module


def flat(out):
    return [piece for part in out for piece in flat(part)] if isinstance(out, (tuple, list)) else [out]


def torch_twin(kind, module, *args, **options):
    """PyTorch's module of the same kind, with the weights of ours."""
    torch = pytest.importorskip("torch")
    twin = getattr(torch.nn, kind)(*args, **options, dtype=torch.float64)
    twin.load_state_dict({name: torch.from_numpy(array) for name, array in module.state_dict().items()}, strict=True)
    return torch, twin


def run_torch(torch, twin, x, state, lengths):
    """(outs, gradients by name) of PyTorch's module, through its packed sequences if there are lengths."""
    x = torch.tensor(x, requires_grad=True)
    state = torch.tensor(state) if isinstance(state, np.ndarray) else tuple(map(torch.tensor, state))
    given = x
    if lengths is not None:
        given = torch.nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), batch_first=True)
    out, end = twin(given, state)
    if lengths is not None:
        out, _ = torch.nn.utils.rnn.pad_packed_sequence(out, batch_first=True, total_length=x.shape[1])
    outs = flat((out, end))
    sum((o * torch.tensor(normal(*o.shape, seed=i))).sum() for i, o in enumerate(outs)).backward()
    gradients = {name: p.grad.numpy() for name, p in twin.named_parameters()} | {"x": x.grad.numpy()}
    return [o.detach().numpy() for o in outs], gradients


@pytest.mark.oracle
@EACH_TOPIC
@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["whole", "lengths"])
@pytest.mark.parametrize("layers, bidirectional", [(1, False), (2, False), (1, True), (3, True)])
def test_values_and_gradients_are_pytorchs_with_the_same_state_dict(kind, layers, bidirectional, lengths):
    module = made(kind, 2, 4, layers, bidirectional=bidirectional)
    torch, twin = torch_twin(kind, module, 2, 4, layers, bidirectional=bidirectional, batch_first=True)
    state = normal(layers * (1 + bidirectional), 3, 4, seed=8)
    state = (state, normal(*state.shape, seed=9)) if kind == "LSTM" else state
    x = Tensor(normal(3, 5, 2), requires_grad=True)
    outs = flat(module(x, state, lengths))
    sum((o * Tensor(normal(*o.shape, seed=i))).sum() for i, o in enumerate(outs)).backward()

    expected, gradients = run_torch(torch, twin, x.data, state, lengths)
    for got, wanted in zip(outs, expected, strict=True):
        np.testing.assert_allclose(got.data, wanted, rtol=1e-10, atol=1e-10)
    ours = {name: p.grad for name, p in module.named_parameters()} | {"x": x.grad}
    assert [*ours] == [*gradients]
    for name, wanted in gradients.items():
        np.testing.assert_allclose(ours[name], wanted, rtol=1e-10, atol=1e-10)


@pytest.mark.oracle
@EACH_TOPIC
def test_a_state_dict_of_pytorchs_loads(kind):
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    twin = getattr(torch.nn, kind)(2, 4, 2, bidirectional=True, batch_first=True, dtype=torch.float64)
    module = getattr(nn, kind)(2, 4, 2, bidirectional=True).astype("float64")
    module.load_state_dict({name: p.numpy() for name, p in twin.state_dict().items()})
    x = normal(3, 5, 2)
    for got, wanted in zip(flat(module(x)), flat(twin(torch.tensor(x))), strict=True):
        np.testing.assert_allclose(got.data, wanted.detach().numpy(), rtol=1e-10, atol=1e-10)


@pytest.mark.oracle
@EACH_TOPIC
def test_a_cell_is_pytorchs_cell(kind):
    cell = made(f"{kind}Cell", 2, 4)
    torch, twin = torch_twin(f"{kind}Cell", cell, 2, 4)
    x, state = normal(3, 2), normal(3, 4, seed=1)
    state = (state, normal(3, 4, seed=2)) if kind == "LSTM" else state
    given = tuple(map(torch.tensor, state)) if kind == "LSTM" else torch.tensor(state)
    for got, wanted in zip(flat(cell(x, state)), flat(twin(torch.tensor(x), given)), strict=True):
        np.testing.assert_allclose(got.data, wanted.detach().numpy(), rtol=1e-12, atol=1e-12)
    for got, wanted in zip(flat(cell(x)), flat(twin(torch.tensor(x))), strict=True):
        np.testing.assert_allclose(got.data, wanted.detach().numpy(), rtol=1e-12, atol=1e-12)


@EACH_KIND
def test_gradients_of_stacked_layers_in_both_directions_with_lengths_are_numerical_ones(kind):
    module = made(kind, 2, 3, 2, bidirectional=True)
    x = Tensor(normal(3, 5, 2), requires_grad=True)

    def loss():
        return sum((scalar(piece) for piece in flat(module(x, None, LENGTHS))), Tensor(np.zeros(())))

    assert worst_gradient_error(loss, dict(module.named_parameters(), x=x)) < 1e-7


@EACH_KIND
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_padded_sequence_is_the_sequence_alone(kind, bidirectional):
    """Whatever the padding holds: out is 0 there, and the state is that at the end of the sequence."""
    module = made(kind, 2, 4, 2, bidirectional=bidirectional)
    x = normal(3, 5, 2)
    out, end = module(x, None, LENGTHS)
    for n, length in enumerate(LENGTHS):
        alone, last = module(x[n : n + 1, :length])
        np.testing.assert_allclose(out.data[n, :length], alone.data[0], rtol=1e-12, atol=1e-14)
        assert not out.data[n, length:].any()
        for got, wanted in zip(flat(end), flat(last), strict=True):
            np.testing.assert_allclose(got.data[:, n], wanted.data[:, 0], rtol=1e-12, atol=1e-14)


@EACH_KIND
def test_a_sequence_in_two_parts_is_the_sequence(kind):
    module = made(kind, 2, 4, 2)
    x = normal(3, 6, 2)
    whole, end = module(x)
    first, state = module(x[:, :4])
    second, last = module(x[:, 4:], state)
    np.testing.assert_allclose(ops.concat(first, second, axis=1).data, whole.data, rtol=1e-12, atol=1e-14)
    for got, wanted in zip(flat(last), flat(end), strict=True):
        np.testing.assert_allclose(got.data, wanted.data, rtol=1e-12, atol=1e-14)


@EACH_KIND
def test_a_cell_step_after_step_is_the_layer(kind):
    layer, cell = made(kind, 2, 4), made(f"{kind}Cell", 2, 4)
    cell.load_state_dict({name.removesuffix("_l0"): array for name, array in layer.state_dict().items()})
    x, state = normal(3, 5, 2), None
    out, _ = layer(x)
    for t in range(5):
        state = cell(x[:, t], state)
        np.testing.assert_allclose(flat(state)[0].data, out.data[:, t], rtol=1e-12, atol=1e-14)


def detached(state):
    return tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()


@pytest.mark.topic("R262")
@EACH_KIND
def test_truncated_backpropagation_is_the_whole_one_without_what_crosses_the_cuts(kind):
    """The state goes on, its gradient does not: `state.detach()` between the parts.

    All values are those of the whole sequence; the gradient is what it would be if each part began with a state that is
    a number (Williams and Peng 1990). With no cut in front of its loss it is the whole one.
    """
    x = normal(2, 12, 2)

    def gradients(cuts, lossy):
        module, state, total = made(kind, 2, 4), None, Tensor(np.zeros(()))
        for start, end in zip((0, *cuts), (*cuts, 12), strict=True):
            out, state = module(x[:, start:end], state)
            state = detached(state)
            total = total + sum((scalar(out[:, t - start]) for t in lossy if start <= t < end), Tensor(np.zeros(())))
        total.backward()
        return float(total), module.weight_hh_l0.grad

    whole, all_the_way = gradients((), range(12))
    value, cut = gradients((4, 8), range(12))
    np.testing.assert_allclose(value, whole, rtol=1e-12)
    assert np.abs(cut - all_the_way).max() > 1e-2 * np.abs(all_the_way).max()
    np.testing.assert_allclose(gradients((4, 8), range(4))[1], gradients((), range(4))[1], rtol=1e-12, atol=1e-14)

    window = made(kind, 2, 4)  # the last part alone, from the state that it began with
    _, state = window(x[:, :8])
    out, _ = window(x[:, 8:], detached(state))
    scalar(out[:, 3]).backward()
    np.testing.assert_allclose(gradients((4, 8), [11])[1], window.weight_hh_l0.grad, rtol=1e-12, atol=1e-14)


def test_dropout_is_between_the_layers_in_training_alone():
    module = made("LSTM", 2, 4, 2, dropout=0.5)
    x = normal(3, 5, 2)
    first, second = module(x)[0].data, module(x)[0].data
    assert not np.array_equal(first, second)
    plain = made("LSTM", 2, 4, 2)
    np.testing.assert_array_equal(module.eval()(x)[0].data, plain(x)[0].data)
    one = made("LSTM", 2, 4, dropout=0.5)
    np.testing.assert_array_equal(one(x)[0].data, one(x)[0].data)


def test_names_and_shapes_are_pytorchs():
    shapes = {name: p.shape for name, p in nn.GRU(2, 4, 2, bidirectional=True).named_parameters()}
    assert [*shapes][:8] == [f"{name}_l0{d}" for d in ("", "_reverse") for name in recurrent.NAMES]
    assert shapes["weight_ih_l1_reverse"] == (12, 8)
    assert shapes["weight_hh_l0"] == (12, 4)


def test_start():
    """Orthogonal weights of the state for each gate, biases at 0 but for the forget gate's 1."""
    lstm = nn.LSTM(3, 8, rng=np.random.default_rng(0))
    for block in np.split(lstm.weight_hh_l0.data, 4):
        np.testing.assert_allclose(block @ block.T, np.eye(8), atol=1e-6)
    assert lstm.bias_ih_l0.data.reshape(4, 8).sum(axis=1).tolist() == [0, 8, 0, 0]
    assert not lstm.bias_hh_l0.data.any()


@EACH_KIND
def test_what_does_not_fit_is_named(kind):
    module = made(kind, 2, 4)
    x = normal(3, 5, 2)

    def complaint(*args):
        with pytest.raises(InputError) as caught:
            module(*args)
        return str(caught.value)

    assert f"{kind}: x should be a 3-d array (N, T, D)" in complaint(x[0])
    assert f"{kind}: lengths should be in [1, 5], as x has 5 steps; got 6" in complaint(x, None, np.array([5, 6, 1]))
    assert f"{kind}: lengths should be in [1, 5], as x has 5 steps; got 0" in complaint(x, None, np.array([5, 0, 1]))
    assert f"{kind}: lengths should be an array of shape (3,)" in complaint(x, None, np.array([5, 1]))
    assert f"{kind}: lengths should be integers" in complaint(x, None, np.array([5.0, 1.0, 1.0]))
    state = normal(1, 3, 5)
    wrong = complaint(x, (state, state) if kind == "LSTM" else state)
    assert f"{kind}: state should be an array of shape (1, 3, 4)" in wrong
    assert "at least one step" in complaint(x[:, :0])
    if kind == "LSTM":
        assert "LSTM: state should be a tuple (h, c)" in complaint(x, normal(1, 3, 4))


@pytest.mark.parametrize("options", [{"hidden": 0}, {"layers": 0}, {"inputs": 0}, {"dropout": 2}])
def test_sizes_that_make_no_sense_are_named(options):
    with pytest.raises(InputError, match=f"LSTM: {next(iter(options))}"):
        nn.LSTM(**{"inputs": 2, "hidden": 3, **options})


def test_lengths_may_be_a_list():
    x = np.random.default_rng(0).standard_normal((3, 5, 2)).astype("float32")
    module = nn.GRU(2, 4, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(module(x, lengths=LENGTHS.tolist())[0].data, module(x, lengths=LENGTHS)[0].data)
