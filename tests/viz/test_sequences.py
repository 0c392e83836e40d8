"""Gates over time, how far back the gradient reaches, accuracy over length."""

import numpy as np
import pytest

from npdl import InputError, Tensor, nn
from npdl.viz import gate_activations, plot_gates, plot_over_length, plot_state_gradients, state_gradients

pytest.importorskip("matplotlib")
KINDS = pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])


def made(kind, **options):
    layer = getattr(nn, kind)(2, 3, rng=np.random.default_rng(0), **options).astype("float64")
    return layer, np.random.default_rng(1).standard_normal((4, 6, 2))


@pytest.mark.parametrize("kind, names", [("LSTM", ["input", "forget", "output"]), ("GRU", ["reset", "update"])])
def test_gates_are_those_of_the_formula(kind, names):
    layer, x = made(kind)
    gates = gate_activations(layer, x)
    assert list(gates) == names
    assert all(gate.shape == (4, 6, 3) and (gate > 0).all() and (gate < 1).all() for gate in gates.values())
    rows = {"input": 0, "forget": 1, "output": 3, "reset": 0, "update": 1}  # PyTorch's order of the blocks
    out = layer(x)[0].data
    before = np.concatenate([np.zeros((4, 1, 3)), out[:, :-1]], axis=1)
    for name, gate in gates.items():
        block = slice(3 * rows[name], 3 * rows[name] + 3)
        z = x @ layer.weight_ih_l0.data[block].T + layer.bias_ih_l0.data[block]
        z = z + before @ layer.weight_hh_l0.data[block].T + layer.bias_hh_l0.data[block]
        np.testing.assert_allclose(gate, 1 / (1 + np.exp(-z)), rtol=1e-12)


@KINDS
def test_the_gradient_of_the_first_state_goes_on_to_the_first_input(kind):
    """|dL/dstate| by difference: the first state is moved through a step of its own."""
    layer, x = made(kind)
    norms = state_gradients(layer, x)
    assert norms.shape == (6,)
    _, state = layer(x[:, :1])
    pieces = [Tensor(s.data, requires_grad=True) for s in (state if kind == "LSTM" else (state,))]
    out, _ = layer(x[:, 1:], tuple(pieces) if kind == "LSTM" else pieces[0])
    out[:, -1].sum().backward()
    assert norms[0] == pytest.approx(np.sqrt(sum(np.square(p.grad).sum() for p in pieces)), rel=1e-12)
    assert norms[-1] == pytest.approx(np.sqrt(12))
    doubled = state_gradients(layer, x, 2 * np.ones((4, 3)))
    np.testing.assert_allclose(doubled, 2 * norms)


def test_gates_are_drawn_unit_by_unit():
    layer, x = made("LSTM")
    gates = {name: gate[0] for name, gate in gate_activations(layer, x).items()}
    *panels, bar = plot_gates(gates, labels=list("abcdef")).axes
    for axes, (name, gate) in zip(panels, gates.items(), strict=True):
        np.testing.assert_allclose(axes.images[0].get_array(), gate.T)
        assert axes.get_title(loc="left") == f"{name} gate"
        assert [label.get_text() for label in axes.get_xticklabels()] == list("abcdef")
    assert bar.get_ylabel() == "open"


def test_gradients_are_drawn_in_units_of_the_last_step():
    (axes,) = plot_state_gradients({"a": np.array([1.0, 2.0, 4.0]), "b": np.array([8.0, 4.0, 2.0])}).axes
    assert [line.get_ydata().tolist() for line in axes.lines] == [[0.25, 0.5, 1], [4, 2, 1]]
    assert axes.get_yscale() == "log"


def test_accuracy_over_length_with_chance():
    (axes,) = plot_over_length([5, 10], {"rnn": [1.0, 0.5], "lstm": [1.0, 0.9]}, chance=0.125).axes
    assert [list(line.get_ydata()) for line in axes.lines] == [[100, 50], [100, 90], [12.5, 12.5]]
    assert list(axes.lines[0].get_xdata()) == [5, 10]


def test_what_does_not_fit_is_named():
    layer, x = made("RNN")
    with pytest.raises(InputError, match=r"gate_activations: layer should be an nn\.LSTM or an nn\.GRU"):
        gate_activations(layer, x)
    with pytest.raises(InputError, match=r"state_gradients: layer should be an nn\.RNN or an nn\.LSTM or an nn\.GRU"):
        state_gradients(nn.Affine(2, 3), x)
    with pytest.raises(InputError, match="plot_gates: labels should be 6, one for each step"):
        plot_gates({"input": np.zeros((6, 3))}, labels="ab")
    with pytest.raises(InputError, match=r"plot_gates: gates should be a dict"):
        plot_gates({})
    with pytest.raises(InputError, match=r"plot_over_length: accuracies\['a'\] should be an array of shape \(2,\)"):
        plot_over_length([5, 10], {"a": [1.0]})
