"""Normalisation layers: how they start, which statistics they use in which mode, and what they save."""

import numpy as np
import pytest

from npdl import InputError, Tensor, nn

X = np.random.default_rng(0).normal(3, 2, (8, 6, 4, 5)).astype("float32")


@pytest.mark.parametrize(
    "layer, x, axes",
    [
        (nn.BatchNorm(6), X[:, :, 0, 0], 0),
        (nn.BatchNorm(6), X, (0, 2, 3)),
        (nn.LayerNorm(5), X, 3),
        (nn.GroupNorm(1, 6), X, (1, 2, 3)),
        (nn.GroupNorm(6, 6), X, (2, 3)),
        (nn.InstanceNorm(6, affine=True), X, (2, 3)),
    ],
)
def test_they_start_by_standardising_over_their_axes(layer, x, axes):
    assert (layer.weight.data == 1).all() and (layer.bias.data == 0).all()
    y = layer(x).data
    np.testing.assert_allclose(y.mean(axis=axes), 0, atol=1e-5)
    np.testing.assert_allclose(y.var(axis=axes), 1, atol=5e-3)


def test_groupnorm_standardises_each_group():
    y = nn.GroupNorm(3, 6)(X).data.reshape(8, 3, -1)
    np.testing.assert_allclose(y.mean(axis=-1), 0, atol=1e-5)
    np.testing.assert_allclose(y.std(axis=-1), 1, atol=1e-3)


def test_batchnorm_remembers_means_and_variances_with_momentum():
    """running = 0.9 running + 0.1 batch, from 0 and 1; the variance is the biased one."""
    layer, mean, var = nn.BatchNorm(6), np.zeros(6), np.ones(6)
    for x in (X, 2 * X + 1, X - 5):
        layer(x)
        mean = 0.9 * mean + 0.1 * x.mean(axis=(0, 2, 3))
        var = 0.9 * var + 0.1 * x.var(axis=(0, 2, 3))
    np.testing.assert_allclose(layer.running_mean, mean, rtol=1e-5)
    np.testing.assert_allclose(layer.running_var, var, rtol=1e-5)


def test_batchnorm_in_test_mode_uses_what_it_remembers():
    layer = nn.BatchNorm(6, momentum=0, eps=1e-3)  # remembers the last batch alone
    layer(X)
    mean, var = X.mean(axis=(0, 2, 3)), X.var(axis=(0, 2, 3))
    x = X[:1] + 7  # one image, which has not these statistics
    expected = (x - mean[:, None, None]) / np.sqrt(var + 1e-3)[:, None, None]
    np.testing.assert_allclose(layer.eval()(x).data, expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(layer.running_mean, mean, rtol=1e-6)  # and forgets nothing


def test_its_statistics_are_saved_but_not_trained():
    layer = nn.BatchNorm(6)
    assert list(layer.state_dict()) == ["weight", "bias", "running_mean", "running_var"]
    assert layer.parameters() == [layer.weight, layer.bias]
    state = nn.BatchNorm(6).state_dict() | {"running_mean": np.arange(6)}
    layer.load_state_dict(state)
    assert layer.running_mean.tolist() == [0, 1, 2, 3, 4, 5] and layer.running_mean.dtype == np.float32


@pytest.mark.parametrize("layer", [nn.LayerNorm(5), nn.GroupNorm(2, 6), nn.InstanceNorm(6, affine=True)])
def test_the_others_are_the_same_in_both_modes_and_for_each_sample(layer):
    both = layer(X).data
    np.testing.assert_array_equal(layer.eval()(X).data, both)
    np.testing.assert_allclose(layer(X[:1]).data, both[:1], rtol=1e-6, atol=1e-6)
    assert list(layer.state_dict()) == ["weight", "bias"]


def test_a_constant_feature_gives_beta_and_finite_gradients():
    layer, x = nn.BatchNorm(2), Tensor(np.full((4, 2), 3, np.float32), requires_grad=True)
    layer.bias.data = np.array([5, 7], np.float32)
    y = layer(x)
    y.sum().backward()
    assert y.data.tolist() == [[5, 7]] * 4 and np.isfinite(x.grad).all()


@pytest.mark.parametrize("plain, scaled", [(nn.InstanceNorm(6), nn.InstanceNorm(6, affine=True)),
                                           (nn.GroupNorm(2, 6, affine=False), nn.GroupNorm(2, 6))])  # fmt: skip
def test_without_affine_there_is_nothing_to_learn(plain, scaled):
    assert plain.parameters() == [] and plain.state_dict() == {}
    np.testing.assert_array_equal(plain(X), scaled(X).data)


@pytest.mark.topic("R186")
def test_local_response_norm_with_alexnets_numbers():
    y = nn.LocalResponseNorm(5, alpha=5e-4, k=2)(X)
    expected = X[:, 0] / (2 + 1e-4 * (X[:, :3] ** 2).sum(axis=1)) ** 0.75
    np.testing.assert_allclose(y[:, 0], expected, rtol=1e-5)


@pytest.mark.topic("R190")
def test_groups_that_do_not_divide_the_channels_are_refused_when_the_layer_is_made():
    with pytest.raises(InputError, match="GroupNorm: groups should be a divisor of channels = 4; got 3"):
        nn.GroupNorm(3, 4)


def test_l2_normalise_hands_its_eps_on():
    short = np.array([[0.3, 0.4]])
    np.testing.assert_allclose(nn.L2Normalise(eps=2.0)(short), short / 2, rtol=1e-12)


def test_l2_normalise_over_its_axis():
    np.testing.assert_allclose((nn.L2Normalise(axis=1)(X) ** 2).sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose((nn.L2Normalise()(X) ** 2).sum(axis=3), 1, rtol=1e-5)


def test_layer_norm_without_a_bias_learns_gamma_alone():
    layer, whole = nn.LayerNorm(5, bias=False), nn.LayerNorm(5)
    assert [name for name, _ in layer.named_parameters()] == ["weight"]
    np.testing.assert_array_equal(layer(X).data, whole(X).data)
    x = Tensor(X, requires_grad=True)
    (layer(x) * Tensor(X)).sum().backward()
    assert layer.weight.grad.shape == (5,) and x.grad.shape == X.shape
