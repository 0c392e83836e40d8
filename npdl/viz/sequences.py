"""What goes on inside a recurrent layer: its gates over time, and how far back the gradient reaches."""

import numpy as np

from .. import ops
from ..errors import InputError, InputTypeError, require_ndim, require_shape
from ..nn import GRU, LSTM, RNN
from ..tape import Tensor
from .curves import plot_curves
from .figures import FAINT, INK, colour_bar, colour_scale, new_figure, show

GATES = {  # kind of layer: (what runs it, {gate: its place in what a step keeps for backward})
    LSTM: (ops.lstm_forward, {"input": 1, "forget": 2, "output": 3}),
    GRU: (ops.gru_forward, {"reset": 1, "update": 2}),
}


def gate_activations(layer, x):
    """{gate: (N, T, H)}: how far each gate of an nn.LSTM or nn.GRU is open, between 0 and 1, at each step.

    Of its first layer, forwards in time, from the state 0. x: (N, T, D), an array.
    """
    forward, places = _known("gate_activations", layer, GATES)
    states, weights = _begin(layer, x)
    steps = forward(x, *(s.data for s in states), *(w.data for w in weights))[1].gates
    return {name: np.stack([gates[place] for gates in steps], axis=1) for name, place in places.items()}


def state_gradients(layer, x, dout=None):
    """(T,): the norm of the gradient of a loss at the end with respect to the state after each step.

    What the loss learns about step t comes through that. The loss is Σ dout · h_T, dout (N, H) by default 1; an LSTM's
    state is h and c together. Of the first layer, forwards, from the state 0. x: (N, T, D), an array.
    """
    _known("state_gradients", layer, dict.fromkeys((RNN, *GATES)))
    states, weights = _begin(layer, x)
    history = []
    for t in range(x.shape[1]):
        states = layer.cell(x[:, t], *states, *weights)
        states = states if isinstance(states, tuple) else (states,)
        history.append([state.retain_grad() for state in states])
    h = states[0]
    h.backward(np.ones_like(h.data) if dout is None else dout)
    squares = [[np.square(s.grad).sum() for s in states if s.grad is not None] for states in history]
    return np.sqrt([sum(step) for step in squares])


def _known(function, layer, kinds):
    if type(layer) not in kinds:
        raise InputTypeError(function, "layer", " or ".join(f"an nn.{kind.__name__}" for kind in kinds), layer)
    return kinds[type(layer)]


def _begin(layer, x):
    """Its first states, which count as leaves, and weights, as its ops take them."""
    zeros = [np.zeros_like(x, shape=(len(x), layer.hidden)) for _ in range(layer.states)]
    return [Tensor(z, requires_grad=True) for z in zeros], layer.op_weights("_l0")


def plot_gates(gates, labels=None):
    """A picture a gate, time from left to right, a unit a row, dark where the gate is open.

    gates: {gate: (T, H)}, as gate_activations gives them for one sequence; labels: T strings, what stands at each step.
    """
    if not isinstance(gates, dict) or not gates:
        raise InputError("plot_gates", "gates", "a dict {gate: (T, H)}", gates)
    T = len(next(iter(gates.values())))
    if labels is not None and len(labels) != T:
        raise InputError("plot_gates", "labels", f"{T}, one for each step", labels)
    figure = new_figure(2.6 * len(gates) + 0.9, 2.8)
    panels = figure.subplots(1, len(gates), sharey=True, squeeze=False)[0]
    for axes, (name, values) in zip(panels, gates.items()):
        require_ndim("plot_gates", f"gates[{name!r}]", values, 2, "(T, H)")
        show(axes, values.T, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        axes.set_title(f"{name} gate", fontsize=10, color=INK, loc="left")
        axes.set_xlabel("step", fontsize=9, color=INK)
        axes.tick_params(length=3, labelsize=8, color=FAINT, labelcolor=INK)
        if labels is not None:
            axes.set_xticks(range(T), labels)
    panels[0].set_ylabel("unit", fontsize=9, color=INK)
    colour_bar(figure, list(panels), colour_scale(0, 1, "Blues"), [0, 0.5, 1], "open")
    return figure


def plot_state_gradients(norms, title="How far back the gradient reaches"):
    """|dL/dstate| over the steps, on a logarithmic axis, in units of the last step's. norms: {label: (T,)}."""
    relative = {label: np.asarray(values) / values[-1] for label, values in norms.items()}
    return plot_curves(relative, title=title, x_label="step", y_label="|dL/dstate|, last step = 1", log=True)


def plot_over_length(lengths, accuracies, chance=None, title="How long a layer remembers"):
    """Accuracy over the length of the sequence, a curve a layer.

    lengths: L numbers; accuracies: {label: L shares in [0, 1]}; chance: what guessing reaches, as a dotted line.
    """
    for label, values in accuracies.items():
        require_shape("plot_over_length", f"accuracies[{label!r}]", np.asarray(values), (len(lengths),), "one a length")
    percent = {label: 100 * np.asarray(values, dtype=float) for label, values in accuracies.items()}
    figure = plot_curves(percent, np.asarray(lengths), title=title, x_label="length", y_label="right answers (%)")
    (axes,) = figure.axes
    if chance is not None:
        axes.axhline(100 * chance, color=FAINT, linewidth=1, linestyle=":")
    axes.set_ylim(0, 103)
    return figure
