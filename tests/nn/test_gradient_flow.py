"""How large a gradient is after many layers or steps; what helps: shortcuts, gates, clipping."""

import numpy as np
import pytest

from npdl import Tensor, nn, ops
from npdl.optim import SGD, clip_grad_norm


def norm(array):
    return float(np.sqrt(np.square(array).sum()))


# A chain of products, G_n = G x_1 ... x_{n-1}.


@pytest.mark.topic("R268")
@pytest.mark.parametrize("factor", [0.9, 1.0, 1.1])
def test_in_a_chain_of_products_the_gradient_is_the_product(factor):
    """log |gradient| changes by log |x| with each factor; with shortcuts, x + 0.01 factor x, it stays near 0."""
    x = Tensor(np.ones(1), requires_grad=True)
    plain, shortcut = x, x
    for _ in range(100):
        plain = plain * factor
    plain.sum().backward()
    np.testing.assert_allclose(np.log(x.grad[0]), 100 * np.log(factor), atol=1e-10)
    x.grad = None
    for _ in range(100):
        shortcut = shortcut + shortcut * (0.01 * factor)
    shortcut.sum().backward()
    assert 1 < x.grad[0] < np.exp(factor)


# Back through time.


def through_time(radius, T, H=16):
    """|dL/dh0| / |dL/dh_T| of an RNN near 0, where tanh is the identity, whose W is `radius` times a rotation."""
    rng = np.random.default_rng(0)
    W = radius * nn.init.orthogonal((H, H), rng=rng).astype("float64")
    x, h0 = np.zeros((1, T, 1)), 1e-9 * rng.standard_normal((1, H))
    _, cache = ops.rnn.forward(x, h0, np.zeros((1, H)), W, np.zeros(H))
    dout = np.zeros((1, T, H))
    dout[:, -1] = rng.standard_normal((1, H))
    return norm(ops.rnn.backward(dout, cache)[1]) / norm(dout)


@pytest.mark.topic("R268")
@pytest.mark.parametrize("radius", [0.8, 1.0, 1.2])
def test_in_an_rnn_the_gradient_goes_with_the_power_of_the_spectral_radius(radius):
    for T in (10, 50):
        assert np.log(through_time(radius, T)) == pytest.approx(T * np.log(radius), abs=1e-6)


def carried(kind, T, bias=None):
    """|dL/dx_1| of a loss at step T, by that at step 1."""
    module = getattr(nn, kind)(4, 32, rng=np.random.default_rng(0)).astype("float64")
    if bias is not None:
        module.bias_ih_l0.data = np.repeat(bias, 32).astype("float64")
    norms = []
    for t in (0, T - 1):
        x = Tensor(np.random.default_rng(1).standard_normal((8, T, 4)), requires_grad=True)
        module(x)[0][:, t].sum().backward()
        norms.append(norm(x.grad[:, 0]))
    return norms[1] / norms[0]


@pytest.mark.topic("R268", "R264", "R265")
def test_gates_that_are_open_let_the_gradient_through():
    """Over 100 steps: a plain RNN, though its weights keep lengths, passes on less than 1e-10 of the gradient; an LSTM
    whose forget gate stands at sigmoid(5) = 0.993, or a GRU whose update gate does, more than a tenth of it."""
    assert carried("RNN", 100) < 1e-10
    assert carried("LSTM", 100, bias=[0.0, 5.0, 0.0, 0.0]) > 0.1
    assert carried("GRU", 100, bias=[0.0, 5.0, 0.0]) > 0.1


# Gradient clipping.


def descent(max_norm):
    """Gradient descent on w and b of h_t = tanh(w h_{t-1} + b), of one unit, so that h_50 = -0.4.

    Where the unit turns from one of its two resting points to the other, the loss has a wall: Pascanu, Mikolov and
    Bengio 2013, figure 6. Returns the losses, the norms before clipping, and b at the end.
    """
    w, b = nn.Parameter(np.array([[1.5]])), nn.Parameter(np.array([0.05]))
    optimiser, history = SGD([w, b], lr=0.01), []
    for _ in range(200):
        w.grad = b.grad = None
        h = ops.rnn(np.zeros((1, 50, 1)), np.zeros((1, 1)), np.zeros((1, 1)), w, b)
        loss = ((h[:, -1] + 0.4) ** 2).sum()
        loss.backward()
        history.append((float(loss), clip_grad_norm([w, b], max_norm)))
        optimiser.step()
    return *np.array(history).T, float(b.data[0])


@pytest.mark.topic("R268")
def test_clipping_keeps_a_step_at_the_wall_from_throwing_the_weights_away():
    loss, norms, b = descent(np.inf)
    assert norms.max() > 100  # at the wall
    assert b < -1  # thrown there by one step of 0.01 times that
    assert loss[-1] > 0.3  # and no way back from there
    loss, norms, b = descent(1.0)
    assert norms.max() > 100  # the wall is there all the same
    assert abs(b) < 0.1
    assert loss[-1] < 1e-4


# Depth: a plain network and one with shortcuts.


def through_depth(body, depth=50, width=32):
    """|dL/dx| / |dL/dy| of `depth` such layers."""
    rng = np.random.default_rng(0)
    network = nn.Sequential(*(body(width, rng) for _ in range(depth))).astype("float64")
    x = Tensor(np.random.default_rng(1).standard_normal((64, width)), requires_grad=True)
    y = network(x).retain_grad()
    (y * Tensor(np.random.default_rng(2).standard_normal(y.shape))).sum().backward()
    return norm(x.grad) / norm(y.grad)


def layer(gain, activation):
    """Affine of weights with variance gain² / fan_in, then the activation."""

    def made(width, rng):
        affine = nn.Affine(width, width, rng=rng)
        affine.weight.data = nn.init.kaiming_normal((width, width), gain=gain, rng=rng)
        return nn.Sequential(affine, activation())

    return made


def shortcut(gain):
    """y = x + f(x), f such a layer with its weights divided by the depth."""

    def made(width, rng):
        body = layer(gain, nn.ReLU)(width, rng)
        nn.init.shrink(body, 1 / 50)
        return nn.Residual(body)

    return made


@pytest.mark.topic("R269")
def test_after_50_plain_layers_the_gradient_has_vanished_or_exploded_and_with_shortcuts_it_has_not():
    assert through_depth(layer(1.0, nn.ReLU)) < 1e-5
    assert through_depth(layer(2.5, nn.ReLU)) > 1e5
    for gain in (1.0, 2.5):
        assert 0.5 < through_depth(shortcut(gain)) < 5


@pytest.mark.topic("R269")
def test_it_is_the_weights_that_make_it_explode_and_not_relu():
    """The notes blame ReLU (erratum E02-01), whose derivative is at most 1: without it the gradient is larger still."""
    assert through_depth(layer(2.5, nn.ReLU)) < through_depth(layer(2.5, Identity))


class Identity(nn.Module):
    def forward(self, x):
        return x
