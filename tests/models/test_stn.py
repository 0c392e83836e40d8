"""STN: the identity at the start, a rotation that it learns to undo, and gradients through the sampler."""

import numpy as np
import pytest

from npdl import InputError, Tensor, nn, ops
from npdl.data.rotated_digits import turn
from npdl.models import ConvNet, SpatialTransformerNetwork
from npdl.models.stn import angles
from npdl.optim import Adam
from tests.models.helpers import some_digits
from tests.nn.helpers import scalar, worst_gradient_error

X = np.random.default_rng(0).random((3, 2, 8, 12)).astype("float32")


def stn(shape=(2, 8, 12), **options):
    return SpatialTransformerNetwork(shape, rng=np.random.default_rng(1), **options)


@pytest.mark.topic("R297")
def test_at_the_start_it_changes_nothing():
    net = stn()
    np.testing.assert_array_equal(net.maps(X).data, np.array([[1, 0, 0], [0, 1, 0]]) + np.zeros((3, 1, 1)))
    np.testing.assert_allclose(net(X).data, X, atol=1e-6)
    assert stn(size=(5, 7))(X).shape == (3, 2, 5, 7)


@pytest.mark.topic("R297")
def test_gradients_reach_the_localisation_net_through_the_sampler():
    net = stn((1, 4, 4), filters=2, hidden=3).astype("float64")
    rng = np.random.default_rng(2)
    for parameter in (net.fc.weight, net.fc.bias):  # away from the identity, which looks at the pixels' centres
        parameter.data = parameter.data + 0.3 * rng.standard_normal(parameter.shape)
    x = Tensor(rng.standard_normal((2, 1, 4, 4)), requires_grad=True)
    leaves = dict(net.named_parameters(), x=x)
    assert worst_gradient_error(lambda: scalar(net(x)), leaves) < 1e-6
    assert net.localisation[0][0].weight.grad.any()


@pytest.mark.topic("R297")
@pytest.mark.parametrize("degrees", [35, -25])
def test_it_learns_to_undo_a_known_rotation(degrees):
    """Shown turned digits and asked for the upright ones, it finds θ = the rotation back: no shear, no shift."""
    digits, _ = some_digits(24)
    upright = turn(digits, np.zeros(24), size=16, zoom=1.5)
    turned = turn(digits, np.full(24, degrees), size=16, zoom=1.5)
    net = stn((1, 16, 16), filters=4, hidden=8)
    optimizer = Adam(net.parameters(), lr=1e-2)
    for _ in range(120):
        loss = ops.mse(net(turned), upright)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    theta, back = net.maps(turned).data, np.radians(-degrees)
    np.testing.assert_allclose(angles(theta), -degrees, atol=3)
    expected = [[np.cos(back), -np.sin(back), 0], [np.sin(back), np.cos(back), 0]]
    np.testing.assert_allclose(theta.mean(axis=0), expected, atol=0.03)
    assert loss.item() < 0.05 * np.mean((turned - upright) ** 2)


@pytest.mark.topic("R297")
def test_it_is_a_layer_before_a_classifier():
    net = nn.Sequential(stn((1, 8, 8)), ConvNet((1, 8, 8), rng=np.random.default_rng(0)))
    x, y = some_digits(8)
    ops.softmax_cross_entropy(net(x), y).backward()
    assert net[0].fc.weight.grad.any() and net[0].fc.bias.grad.any()
    assert not net[0].localisation[0][0].weight.grad.any()  # fc's weights are still 0: it moves from the next step on


@pytest.mark.topic("R297")
def test_angles_are_those_of_rotations_whatever_the_scale():
    a = np.array([0.0, 30, -100, 179])
    c, s = np.cos(np.radians(a)), np.sin(np.radians(a))
    theta = np.stack([c, -s, 0 * a + 0.5, s, c, 0 * a], axis=1).reshape(4, 2, 3)
    np.testing.assert_allclose(angles(0.7 * theta), a, atol=1e-10)


def test_padding_reaches_the_sampler():
    net = stn(padding="border")
    net.fc.bias.data = np.array([1, 0, 5, 0, 1, 0], np.float32)  # far to the right
    np.testing.assert_allclose(net(X).data, X[..., -1:] + np.zeros_like(X), atol=1e-6)
    with pytest.raises(InputError, match="grid_sample: padding should be"):
        stn(padding="wrap")(X)
