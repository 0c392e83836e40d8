"""Recurrent ops: CS231n's published numbers, backpropagation through time, masks, gates at their limits."""

import numpy as np
import pytest

from npdl import InputError, ops
from npdl.ops.samples import samples
from tests.ops.helpers import as_tuple

SEQUENCES = pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])


def grid(low, high, *shape):
    """CS231n's inputs: the numbers from low to high, in order."""
    return np.linspace(low, high, int(np.prod(shape))).reshape(shape)


def close(got, expected):
    np.testing.assert_allclose(got, expected, rtol=0, atol=5e-9)  # published with 8 digits after the point


@pytest.mark.topic("R261")
def test_rnn_step_gives_cs231ns_numbers():
    weights = grid(-0.1, 0.9, 10, 4), grid(-0.3, 0.7, 4, 4), grid(-0.2, 0.4, 4)
    h = ops.rnn_step(grid(-0.4, 0.7, 3, 10), grid(-0.2, 0.5, 3, 4), *weights)
    close(h[0, 0], -0.58172089)
    assert h.shape == (3, 4)


@pytest.mark.topic("R261")
def test_rnn_gives_cs231ns_numbers():
    weights = grid(-0.2, 0.4, 4, 5), grid(-0.4, 0.1, 5, 5), grid(-0.7, 0.1, 5)
    h = ops.rnn(grid(-0.1, 0.3, 2, 3, 4), grid(-0.3, 0.1, 2, 5), *weights)
    close(h[0, 0, 0], -0.42070749)
    assert h.shape == (2, 3, 5)


@pytest.mark.topic("R264")
def test_lstm_step_gives_cs231ns_numbers():
    states = grid(-0.3, 0.7, 3, 5), grid(-0.4, 0.9, 3, 5)
    weights = grid(-2.1, 1.3, 4, 20), grid(-0.7, 2.2, 5, 20), grid(0.3, 0.7, 20)
    h, c = ops.lstm_step(grid(-0.4, 1.2, 3, 4), *states, *weights)
    close([h[0, 0], c[0, 0]], [0.24635157, 0.32986176])


@pytest.mark.topic("R264")
def test_lstm_gives_cs231ns_numbers():
    h0 = grid(-0.4, 0.8, 2, 4)
    weights = grid(-0.2, 0.9, 5, 16), grid(-0.3, 0.6, 4, 16), grid(0.2, 0.7, 16)
    h, _ = ops.lstm(grid(-0.4, 0.6, 2, 3, 5), h0, np.zeros_like(h0), *weights)
    close(h[0, 0, 0], 0.01764008)


@pytest.mark.topic("R169")
def test_embedding_gives_cs231ns_numbers():
    y = ops.embedding(np.array([[0, 3, 1, 2], [2, 1, 0, 3]]), grid(0, 1, 5, 3))
    close(y[0, 0], [0, 0.07142857, 0.14285714])
    close(y[1, 0], [0.42857143, 0.5, 0.57142857])


def test_temporal_softmax_loss_at_chance_is_a_log_v_for_each_word_that_counts():
    """CS231n's checks: 2.3 for one word of 10, 23 for ten of them, a tenth of that if the mask keeps a tenth."""
    rng = np.random.default_rng(0)

    def loss(N, T, V, p):
        scores, y, mask = 0.001 * rng.standard_normal((N, T, V)), rng.integers(V, size=(N, T)), rng.random((N, T)) <= p
        return float(ops.temporal_softmax_loss(scores, y, mask)), mask.sum() / N

    for settings in ((100, 1, 10, 1.0), (100, 10, 10, 1.0), (5000, 10, 10, 0.1)):
        value, words = loss(*settings)
        assert value == pytest.approx(words * np.log(10), rel=1e-3)
    assert 2.2 < value < 2.4


@pytest.mark.topic("R262")
def test_backpropagation_through_time_is_the_formula_of_the_notes():
    """A softmax at each of six steps: dc = Σ(p - y), dV = Σ h(p - y)ᵀ, dh_t = V(p - y) + W diag(1 - h²) dh_{t+1}.

    The notes' ∂L/∂V = Σ ∂L_t/∂c is a misprint (erratum E03-38): the state h_t is missing in it.
    """
    rng = np.random.default_rng(0)
    T, D, H, V = 6, 3, 4, 5
    x, h0 = rng.standard_normal((1, T, D)), rng.standard_normal((1, H))
    U, W, b = rng.standard_normal((D, H)) / 2, rng.standard_normal((H, H)) / 2, rng.standard_normal(H)
    out_w, out_b, y = rng.standard_normal((H, V)), rng.standard_normal(V), rng.integers(V, size=(1, T))

    h, through = ops.rnn.forward(x, h0, U, W, b)
    scores, at_each_step = ops.temporal_affine.forward(h, out_w, out_b)
    _, at_the_end = ops.temporal_softmax_loss.forward(scores, y)
    dscores = ops.temporal_softmax_loss.backward(1.0, at_the_end)[0]
    dh, dV, dc = ops.temporal_affine.backward(dscores, at_each_step)
    _, dh0, dU, dW, db, _ = ops.rnn.backward(dh, through)

    e = np.exp(scores[0]) / np.exp(scores[0]).sum(axis=1, keepdims=True) - np.eye(V)[y[0]]  # p - y, (T, V)
    states = np.concatenate([h0, h[0]])  # h_0 ... h_T
    expected = dict(dc=e.sum(axis=0), dV=sum(np.outer(states[t + 1], e[t]) for t in range(T)), dU=0, dW=0, db=0)
    after = np.zeros(H)  # diag(1 - h²) dh of the step after
    for t in reversed(range(T)):
        after = (1 - states[t + 1] ** 2) * (out_w @ e[t] + W @ after)
        expected["dU"] += np.outer(x[0, t], after)
        expected["dW"] += np.outer(states[t], after)
        expected["db"] += after
    for name, got in dict(dc=dc, dV=dV, dU=dU, dW=dW, db=db).items():
        np.testing.assert_allclose(got, expected[name], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(dh0[0], W @ after, rtol=1e-12)


@SEQUENCES
def test_a_sequence_is_its_steps_one_after_another(name):
    args = samples(name)[0].args
    x, (states, weights) = args[0], (args[1:3], args[3:]) if name == "lstm" else (args[1:2], args[2:])
    h = as_tuple(getattr(ops, name)(*args))[0]
    for t in range(x.shape[1]):
        states = as_tuple(getattr(ops, f"{name}_step")(x[:, t], *states, *weights))
        np.testing.assert_allclose(h[:, t], states[0], rtol=1e-13, atol=1e-15)


@SEQUENCES
@pytest.mark.parametrize("left", [True, False])
def test_masked_steps_change_nothing(name, left):
    """Padding at either end: the same states, the same gradients, and none for the padding, whatever it holds."""
    one, (x, *others) = getattr(ops, name), samples(name)[0].args
    pad = np.full((2, 3, x.shape[2]), 7.0)
    padded = np.concatenate([pad, x] if left else [x, pad], axis=1)
    real = slice(3, None) if left else slice(0, x.shape[1])
    mask = np.zeros(padded.shape[:2], bool)
    mask[:, real] = True

    def run(x, *mask):
        out, cache = one.forward(x, *others, *mask)
        rng = np.random.default_rng(1)
        dh = np.zeros_like(as_tuple(out)[0])
        dh[:, real if mask else slice(None)] = rng.standard_normal((2, 5, 4))
        dout = (dh, rng.standard_normal((2, 4))) if name == "lstm" else dh
        return as_tuple(out), one.backward(dout, cache)

    outs, gradients = run(x)
    masked_outs, masked_gradients = run(padded, mask)
    np.testing.assert_array_equal(masked_outs[0][:, real], outs[0])
    for a, b in zip(masked_outs[1:], outs[1:], strict=True):
        np.testing.assert_array_equal(a, b)
    unchanged = masked_outs[0][:, :3], others[0][:, None]
    if not left:
        unchanged = masked_outs[0][:, 5:], outs[0][:, -1:]
    np.testing.assert_array_equal(unchanged[0], np.broadcast_to(unchanged[1], unchanged[0].shape))
    np.testing.assert_allclose(masked_gradients[0][:, real], gradients[0], rtol=1e-12, atol=1e-14)
    assert not masked_gradients[0][:, ~mask[0]].any()
    for a, b in zip(masked_gradients[1:-1], gradients[1:-1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-13)


@SEQUENCES
def test_the_gradient_of_a_masked_steps_output_is_that_of_the_state_before(name):
    one, (x, *others) = getattr(ops, name), samples(name)[0].args
    mask = np.ones(x.shape[:2], bool)
    mask[:, 2] = False
    out, cache = one.forward(x, *others, mask)
    gradients = []
    for t in (1, 2):
        dh = np.zeros_like(as_tuple(out)[0])
        dh[:, t] = np.random.default_rng(2).standard_normal(dh[:, t].shape)
        gradients.append(one.backward((dh, np.zeros((2, 4))) if name == "lstm" else dh, cache))
    for at_one, at_two in zip(*gradients, strict=True):
        if at_one is not None:
            np.testing.assert_array_equal(at_one, at_two)


@pytest.mark.topic("R264")
def test_an_lstm_with_its_forget_gate_open_and_its_input_gate_shut_keeps_its_cell_and_the_gradient():
    x, h0, c0, Wx, Wh, _ = samples("lstm")[0].args
    b = np.repeat([-40.0, 40.0, 0.0, 0.0], 4)
    (_, c), cache = ops.lstm.forward(x, h0, c0, Wx, Wh, b)
    np.testing.assert_allclose(c, c0, rtol=1e-12)
    dc = np.random.default_rng(0).standard_normal(c.shape)
    dc0 = ops.lstm.backward((np.zeros((2, 5, 4)), dc), cache)[2]
    np.testing.assert_allclose(dc0, dc, rtol=1e-12)


@pytest.mark.topic("R265")
def test_a_gru_with_its_update_gate_at_1_keeps_its_state():
    x, h0, Wx, Wh, bx, bh = samples("gru")[0].args
    at = np.repeat([0.0, 1.0, 0.0], 4)
    h = ops.gru(x, h0, Wx, Wh, bx + 40 * at, bh)
    np.testing.assert_allclose(h, np.broadcast_to(h0[:, None], h.shape), rtol=1e-12)


@pytest.mark.topic("R265")
def test_a_gru_with_its_gates_at_0_forgets_its_state():
    """z = 0: h = n; r = 0: n does not see the state, but for its bias."""
    x, h0, Wx, Wh, bx, bh = samples("gru")[0].args
    open_to_x = bx - 40 * np.repeat([1.0, 1.0, 0.0], 4)
    h = ops.gru(x, h0, Wx, Wh, open_to_x, bh)
    np.testing.assert_allclose(h, np.tanh(x @ Wx[:, 8:] + bx[8:]), rtol=1e-12, atol=1e-12)


@SEQUENCES
def test_what_does_not_fit_is_named(name):
    one, (x, *others) = getattr(ops, name), samples(name)[0].args
    Wx = 3 if name == "lstm" else 2

    def complaint(*args):
        with pytest.raises(InputError) as caught:
            one(*args)
        return str(caught.value)

    assert f"{name}: x should be a sequence of at least one step" in complaint(x[:, :0], *others)
    assert f"{name}: x should be a 3-d array (N, T, D)" in complaint(x[0], *others)
    assert f"{name}: mask should be an array of shape (2, 5)" in complaint(x, *others, np.ones((5, 2), bool))
    assert f"{name}: mask should be an array of booleans" in complaint(x, *others, np.ones((2, 5)))
    assert f"{name}: h0 should be an array of shape (2, 4)" in complaint(x, others[0][:1], *others[1:])
    wrong = [x, *others]
    wrong[Wx] = wrong[Wx][:, :-1]
    assert f"{name}: Wx should be an array of shape" in complaint(*wrong)
