"""Large arrays go through a rule in pieces, on all threads: the same numbers to the last bit, and t counts once."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npdl
from npdl import nn, optim
from npdl.optim import pieces
from tests.optim.helpers import EACH_RULE, LAWS

SHAPES = [(40, 5), (7, 3, 2, 2), (1, 300), (101,), (3,), ()]


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(pieces, "SIZE", 16)
    before = npdl.threads._state.threads
    yield npdl.set_num_threads
    npdl.set_num_threads(before)


def run(rule, wrap=list, steps=3, arrange=lambda array: array):
    """Weights, states and averages after some steps with decay, clipping and an average, all as bytes."""
    rng = np.random.default_rng(0)
    parameters = [nn.Parameter(arrange(rng.standard_normal(shape).astype("float32"))) for shape in SHAPES]
    given = wrap(parameters)
    optimizer, ema = rule(given), optim.EMA(given, 0.9)
    optimizer.weight_decay = 0.1
    for _ in range(steps):
        optimizer.zero_grad()
        for p in parameters:
            g = arrange(rng.standard_normal(p.shape).astype("float32"))
            if p.grad is None:
                p.grad = g
            else:
                p.grad[...] = g
        optim.clip_grad_value(given, 1.5)
        optimizer.step()
        ema.update()
    state = optimizer.state_dict() | ema.state_dict() | {f"w.{i}": p.data for i, p in enumerate(parameters)}
    return {name: (array.dtype, array.shape, array.tobytes()) for name, array in state.items()}


@EACH_RULE
@pytest.mark.parametrize("wrap", [list, optim.FlatParameters], ids=["list", "flat"])
def test_pieces_on_any_number_of_threads_give_the_same_bits(rule, wrap, small_pieces, monkeypatch):
    found = []
    for threads in (1, 2, 3):
        small_pieces(threads)
        found.append(run(rule, wrap))
    monkeypatch.setattr(pieces, "SIZE", 1 << 20)
    assert found == [run(rule, wrap)] * 3


def from_fortran(array):
    return np.array(array, order="F")


def backwards(array):
    return np.ascontiguousarray(array[..., ::-1])[..., ::-1] if array.ndim else array


@EACH_RULE
@pytest.mark.parametrize("arrange", [from_fortran, backwards])
def test_arrays_may_lie_in_memory_as_they_like(rule, arrange, small_pieces):
    assert run(rule, arrange=arrange) == run(rule)


def test_weights_and_gradients_may_lie_differently(small_pieces):
    w, g = np.arange(60.0).reshape(20, 3), np.arange(60.0).reshape(3, 20).T
    p = nn.Parameter(w.copy())
    p.grad = g
    optim.Adam([p], lr=0.5).step()
    np.testing.assert_allclose(p.data, w - 0.5 * (g > 0), rtol=1e-6)


@LAWS
@given(shape=st.lists(st.integers(0, 50), min_size=1, max_size=3))
def test_pieces_hold_every_number_once_and_are_not_large(shape):
    array = np.zeros(shape)
    size, pieces.SIZE = pieces.SIZE, 64
    try:
        found = pieces.pieces(array)
    finally:
        pieces.SIZE = size
    for piece in found:
        array[piece] += 1
        assert array[piece].size <= 64 + array[:1].size
    assert (array == 1).all()


def test_t_counts_steps_not_pieces(small_pieces):
    p = nn.Parameter(np.ones(100, "float32"))
    optimizer = optim.Adam([p])
    for t in (1, 2, 3):
        p.grad = np.ones(100, "float32")
        optimizer.step()
        assert optimizer.state[0]["t"] == t and list(optimizer.state[0]) == ["t", "m", "v"]


class Spy(optim.SGD):
    """Notes how large the arrays are that it gets, and on which thread."""

    def __init__(self, parameters):
        super().__init__(parameters, lr=0.1)
        self.seen = []

    def update(self, w, g, state, lr):
        self.seen.append((w.shape, threading.get_ident()))
        super().update(w, g, state, lr)


class Decay(optim.SGD):
    """A penalty that is not element by element: it looks at the norm of all weights."""

    def penalised(self, w, g, lr, weight_decay):
        return g + w / np.linalg.norm(w)


def test_a_rule_that_is_not_marked_gets_whole_arrays_here_in_order(small_pieces):
    parameters = [nn.Parameter(np.ones(shape)) for shape in SHAPES]
    for p in parameters:
        p.grad = np.ones(p.shape)
    optimizer = Spy(parameters)
    optimizer.step()
    assert optimizer.seen == [(shape, threading.get_ident()) for shape in SHAPES]

    p = nn.Parameter(np.ones(100))
    p.grad = np.zeros(100)
    Decay([p], lr=1.0).step()
    np.testing.assert_allclose(p.data, 0.9)


def test_a_marked_rule_gets_pieces(small_pieces):
    class Marked(Spy):
        @pieces.elementwise
        def update(self, w, g, state, lr):
            super().update(w, g, state, lr)

    p = nn.Parameter(np.ones((40, 5)))
    p.grad = np.ones((40, 5))
    optimizer = Marked([p])
    optimizer.step()
    assert [shape for shape, _ in optimizer.seen] == [(4, 5)] * 10 and (p.data == 0.9).all()


def test_a_gradient_of_another_shape_is_an_error_as_ever(small_pieces):
    p = nn.Parameter(np.ones((40, 5)))
    p.grad = np.ones((40, 4))
    with pytest.raises(ValueError, match="broadcast"):
        optim.Adam([p]).step()


@pytest.mark.parametrize("wrap", [list, optim.FlatParameters], ids=["list", "flat"])
def test_the_norm_is_the_same_in_pieces(wrap, small_pieces, monkeypatch):
    def norm():
        rng = np.random.default_rng(1)
        parameters = [nn.Parameter(np.zeros(shape, "float32")) for shape in SHAPES]
        given = wrap(parameters)
        g = [rng.standard_normal(shape).astype("float32") for shape in SHAPES]
        for p, gradient in zip(parameters, g):
            if p.grad is None:
                p.grad = gradient.copy()
            else:
                p.grad[...] = gradient
        found = optim.clip_grad_norm(given, 1.0)
        for p, gradient in zip(parameters, g):
            np.testing.assert_allclose(p.grad, gradient / found, rtol=1e-6)
        return found

    found = []
    for threads in (1, 2, 3):
        small_pieces(threads)
        found.append(norm())
    monkeypatch.setattr(pieces, "SIZE", 1 << 20)
    assert found[0] == found[1] == found[2] == pytest.approx(norm(), rel=1e-12)
