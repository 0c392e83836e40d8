"""Normalisation: mean 0 and variance 1 over the right axes, running statistics, and how the ops are related."""

import numpy as np
import pytest

import gradcheck
from npdl import InputError, ops
from npdl.ops.norm import batchnorm_backward_alt

rng = np.random.default_rng(0)
ones, zeros = np.ones, np.zeros


def gradients(op, dout, *args, **options):
    return op.backward(dout, op.forward(*args, **options)[1])


@pytest.mark.parametrize(
    "op, shape, options, axes, parameters",
    [
        pytest.param(ops.batchnorm, (50, 3), {}, 0, 3, marks=pytest.mark.topic("R180")),
        pytest.param(ops.batchnorm, (5, 3, 4, 6), {}, (0, 2, 3), 3, marks=pytest.mark.topic("R183")),
        pytest.param(ops.layernorm, (3, 50), {}, 1, 50, marks=pytest.mark.topic("R184")),
        pytest.param(ops.layernorm, (3, 5, 40), {}, 2, 40, marks=pytest.mark.topic("R184")),
        pytest.param(ops.groupnorm, (3, 4, 5, 6), {"groups": 1}, (1, 2, 3), 4, marks=pytest.mark.topic("R185")),
        pytest.param(ops.groupnorm, (3, 4, 5, 6), {"groups": 4}, (2, 3), 4, marks=pytest.mark.topic("R185")),
    ],
)
def test_mean_zero_and_variance_one(op, shape, options, axes, parameters):
    x = rng.standard_normal(shape) * 4 + 10
    xhat = op(x, ones(parameters), zeros(parameters), eps=0.0, **options)
    np.testing.assert_allclose(xhat.mean(axis=axes), 0, atol=1e-12)
    np.testing.assert_allclose(xhat.var(axis=axes), 1, rtol=1e-12)
    y = op(x, np.full(parameters, 3.0), np.full(parameters, 5.0), eps=0.0, **options)
    np.testing.assert_allclose(y, 3 * xhat + 5, rtol=1e-12)


@pytest.mark.topic("R180")
def test_epsilon_stands_inside_the_root_and_the_variance_is_biased():
    x = np.array([[1.0], [3.0], [5.0], [7.0]])  # mean 4, biased variance 5
    y = ops.batchnorm(x, ones(1), zeros(1), eps=4.0)
    np.testing.assert_allclose(y[:, 0], [-1, -1 / 3, 1 / 3, 1], rtol=1e-14)


# Running statistics.


@pytest.mark.topic("R181")
def test_running_statistics():
    """running = momentum · running + (1 - momentum) · batch, in place."""
    x, mean, var = rng.standard_normal((8, 3)), rng.standard_normal(3), rng.random(3)
    expected = 0.7 * mean + 0.3 * x.mean(axis=0), 0.7 * var + 0.3 * x.var(axis=0)
    ops.batchnorm(x, ones(3), zeros(3), mean, var, momentum=0.7)
    np.testing.assert_allclose([mean, var], expected, rtol=1e-12)


@pytest.mark.topic("R181")
def test_running_statistics_approach_those_of_the_data():
    mean, var = zeros(2), ones(2)
    for _ in range(400):
        ops.batchnorm(rng.standard_normal((100, 2)) * [1, 3] + [5, -2], ones(2), zeros(2), mean, var, momentum=0.98)
    np.testing.assert_allclose(mean, [5, -2], atol=0.2)
    np.testing.assert_allclose(var, [1, 9], rtol=0.1)


@pytest.mark.topic("R181")
@pytest.mark.parametrize("shape", [(1, 3), (4, 3), (2, 3, 4, 5)])
def test_at_test_time_the_running_statistics_are_constants(shape):
    x, gamma, beta = rng.standard_normal(shape), rng.standard_normal(3), rng.standard_normal(3)
    mean, var, dout = rng.standard_normal(3), rng.random(3) + 0.5, rng.standard_normal(shape)
    before = mean.copy(), var.copy()
    args = x, gamma, beta, mean, var
    per_feature, axes = (3,) + (1,) * (len(shape) - 2), (0, *range(2, len(shape)))
    slope = (gamma / np.sqrt(var + 1e-5)).reshape(per_feature)
    shifted = x - mean.reshape(per_feature)
    y = ops.batchnorm(*args, training=False)
    np.testing.assert_allclose(y, slope * shifted + beta.reshape(per_feature), rtol=1e-10)
    dx, dgamma, dbeta, *_ = gradients(ops.batchnorm, dout, *args, training=False)
    np.testing.assert_allclose(dx, dout * slope, rtol=1e-12)
    np.testing.assert_allclose(dgamma * gamma, (dout * slope * shifted).sum(axis=axes), rtol=1e-10)
    np.testing.assert_allclose(dbeta, dout.sum(axis=axes), rtol=1e-12)
    np.testing.assert_array_equal([mean, var], before)


# Backward.


@pytest.mark.topic("R182")
@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4), (2, 3, 2, 4)])
@pytest.mark.parametrize("backward", [ops.batchnorm_backward, batchnorm_backward_alt])
def test_batchnorm_backward_equals_numerical_gradients(shape, backward):
    inputs = rng.standard_normal(shape) * 2 + 1, rng.standard_normal(3), rng.standard_normal(3)
    report = gradcheck.check(ops.batchnorm_forward, backward, inputs)
    assert report.ok, report


@pytest.mark.topic("R182")
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("needs", [(True,) * 3, (True, False, False), (False, True, False), (False, False, True)])
def test_the_simplified_backward_is_the_one_through_the_graph(training, needs):
    args = rng.standard_normal((4, 3, 2, 5)), rng.standard_normal(3), rng.standard_normal(3), zeros(3), ones(3)
    dout = rng.standard_normal((4, 3, 2, 5))
    _, cache = ops.batchnorm_forward(*args, training=training)
    needs += (False, False)
    long, short = (backward(dout, cache, needs) for backward in (ops.batchnorm_backward, batchnorm_backward_alt))
    for one, other, need in zip(long, short, needs, strict=True):
        assert (one is not None) == (other is not None) == need
        if need:
            np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-13)


@pytest.mark.topic("R182")
def test_parameter_gradients_and_what_standardising_is_blind_to():
    x, gamma, dout = rng.standard_normal((6, 3)), rng.standard_normal(3), rng.standard_normal((6, 3))
    xhat = (x - x.mean(axis=0)) / x.std(axis=0)
    dx, dgamma, dbeta, *_ = gradients(ops.batchnorm, dout, x, gamma, zeros(3), eps=0.0)
    np.testing.assert_allclose(dgamma, (dout * xhat).sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(dbeta, dout.sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(dx.sum(axis=0), 0, atol=1e-12)  # a shift of x changes nothing
    np.testing.assert_allclose((dx * x).sum(axis=0), 0, atol=1e-12)  # nor does a stretch


# How they are related.


def flat(x):
    """(N, C, H, W) as N · H · W samples of C features."""
    return x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])


def assert_same(one, other, arrange):
    """Outputs and dx agree after arranging, dgamma and dbeta as they are."""
    (y1, (dx1, *p1)), (y2, (dx2, *p2)) = one, other
    np.testing.assert_allclose(arrange(y1), y2, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(arrange(dx1), dx2, rtol=1e-10, atol=1e-12)
    for a, b in zip(p1[:2], p2[:2], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


def both(op, dout, *args, **options):
    y, cache = op.forward(*args, **options)
    return y, op.backward(dout, cache)


x, dout = rng.standard_normal((4, 6, 3, 5)), rng.standard_normal((4, 6, 3, 5))
gamma, beta = rng.standard_normal(6), rng.standard_normal(6)


@pytest.mark.topic("R183")
def test_spatial_batchnorm_takes_every_pixel_for_a_sample():
    spatial = both(ops.batchnorm, dout, x, gamma, beta)
    assert_same(spatial, both(ops.batchnorm, flat(dout), flat(x), gamma, beta), flat)


@pytest.mark.topic("R184")
def test_layernorm_is_batchnorm_of_the_transpose():
    x, dout = rng.standard_normal((2, 5, 7))
    y, (dx, *_) = both(ops.layernorm, dout, x, ones(7), zeros(7))
    turned, (turned_dx, *_) = both(ops.batchnorm, dout.T, x.T, ones(5), zeros(5))
    np.testing.assert_allclose(y, turned.T, rtol=1e-10)
    np.testing.assert_allclose(dx, turned_dx.T, rtol=1e-10)
    scale = rng.standard_normal(7)  # gamma and beta are not transposed: one for each feature
    np.testing.assert_allclose(ops.layernorm(x, scale, scale), scale * y + scale, rtol=1e-10)


@pytest.mark.topic("R184")
def test_layernorm_treats_each_sample_by_itself():
    rows = rng.standard_normal((5, 6))
    alone = np.concatenate([ops.layernorm(rows[n : n + 1], gamma, beta) for n in range(5)])
    np.testing.assert_allclose(ops.layernorm(rows, gamma, beta), alone, rtol=1e-12)


@pytest.mark.topic("R185")
def test_groupnorm_with_one_group_is_layernorm_over_channels_and_pixels():
    per_pixel = gamma.repeat(15), beta.repeat(15)  # layernorm's gamma: one for each of C · H · W
    y, (dx, dgamma, dbeta) = both(ops.groupnorm, dout, x, gamma, beta, groups=1)
    other, (odx, odgamma, odbeta) = both(ops.layernorm, dout.reshape(4, 90), x.reshape(4, 90), *per_pixel)
    np.testing.assert_allclose(y.reshape(4, 90), other, rtol=1e-10)
    np.testing.assert_allclose(dx.reshape(4, 90), odx, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(dgamma, odgamma.reshape(6, 15).sum(axis=1), rtol=1e-10)
    np.testing.assert_allclose(dbeta, odbeta.reshape(6, 15).sum(axis=1), rtol=1e-10)


@pytest.mark.topic("R185")
def test_groupnorm_with_a_group_for_each_channel_is_instance_norm():
    y, (dx, dgamma, dbeta) = both(ops.groupnorm, dout, x, gamma, beta, groups=6)
    parts = [both(ops.batchnorm, dout[n : n + 1], x[n : n + 1], gamma, beta) for n in range(4)]
    np.testing.assert_allclose(y, np.concatenate([part for part, _ in parts]), rtol=1e-10)
    np.testing.assert_allclose(dx, np.concatenate([g[0] for _, g in parts]), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose([dgamma, dbeta], [sum(g[i] for _, g in parts) for i in (1, 2)], rtol=1e-10)


@pytest.mark.topic("R185")
def test_groups_are_cut_along_the_channels():
    y = ops.groupnorm(x, ones(6), zeros(6), groups=2, eps=0.0)
    for part in (slice(0, 3), slice(3, 6)):
        piece = x[:, part]
        mean, std = piece.mean(axis=(1, 2, 3), keepdims=True), piece.std(axis=(1, 2, 3), keepdims=True)
        np.testing.assert_allclose(y[:, part], (piece - mean) / std, rtol=1e-10)


def test_instancenorm_is_groupnorm_with_a_group_for_each_channel_and_batchnorm_of_each_image():
    y, (dx, dgamma, dbeta) = instance = both(ops.instancenorm, dout, x, gamma, beta)
    assert_same(instance, both(ops.groupnorm, dout, x, gamma, beta, groups=6), lambda a: a)
    parts = [both(ops.batchnorm, dout[n : n + 1], x[n : n + 1], gamma, beta) for n in range(4)]
    np.testing.assert_allclose(y, np.concatenate([part for part, _ in parts]), rtol=1e-10)
    np.testing.assert_allclose(dx, np.concatenate([g[0] for _, g in parts]), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose([dgamma, dbeta], [sum(g[i] for _, g in parts) for i in (1, 2)], rtol=1e-10)


def test_instancenorm_is_blind_to_the_brightness_and_contrast_of_each_image():
    contrast, brightness = rng.uniform(0.5, 2, (4, 6, 1, 1)), rng.standard_normal((4, 6, 1, 1))
    y = ops.instancenorm(x, eps=0.0)
    np.testing.assert_allclose(ops.instancenorm(contrast * x + brightness, eps=0.0), y, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("op, options", [(ops.groupnorm, {"groups": 3}), (ops.instancenorm, {})])
@pytest.mark.parametrize("given", [(), (gamma,), (None, beta)])
def test_without_gamma_and_beta_they_are_1_and_0(op, options, given):
    y, gradients = both(op, dout, x, *given, **options)
    whole = tuple(default if g is None else g for g, default in zip((*given, None, None), (ones(6), zeros(6))))
    expected, wanted = both(op, dout, x, *whole, **options)
    np.testing.assert_allclose(y, expected, rtol=1e-12)
    for gradient, other, argument in zip(gradients, wanted, (x, *given, None, None)):
        if argument is None:
            assert gradient is None
        else:
            np.testing.assert_allclose(gradient, other, rtol=1e-12)


@pytest.mark.parametrize("mean", [0.0, 3.0])
@pytest.mark.parametrize("op, options", [(ops.batchnorm, {}), (ops.instancenorm, {}), (ops.groupnorm, {"groups": 4})])
def test_float32_is_as_good_on_channels_last_memory(op, options, mean):
    """NumPy sums such arrays number after number: over 64 · 32 · 32 of them that would cost digits."""
    rng = np.random.default_rng(0)
    x = np.ascontiguousarray(rng.normal(mean, 1, (64, 32, 32, 16)).astype("float32")).transpose(0, 3, 1, 2)
    dout = np.ascontiguousarray(rng.standard_normal((64, 32, 32, 16)).astype("float32")).transpose(0, 3, 1, 2)
    gamma, beta = np.ones(16, "float32"), np.zeros(16, "float32")
    out, cache = op.forward(x, gamma, beta, **options)
    exact, exact_cache = op.forward(*(a.astype("float64") for a in (x, gamma, beta)), **options)
    got = (out, *op.backward(dout, cache)[:3])
    expected = (exact, *op.backward(dout.astype("float64"), exact_cache)[:3])
    for g, e in zip(got, expected, strict=True):
        assert np.abs(g - e).max() <= 1e-5 * np.sqrt(np.mean(e * e))


def test_an_empty_batch_is_normalised_to_an_empty_batch():
    gamma, beta = np.ones(4), np.zeros(4)
    assert ops.layernorm(np.zeros((0, 4)), gamma, beta).shape == (0, 4)
    assert ops.groupnorm(np.zeros((0, 4, 2, 2)), gamma, beta, groups=2).shape == (0, 4, 2, 2)
    assert ops.instancenorm(np.zeros((0, 4, 2, 2))).shape == (0, 4, 2, 2)


# Over neighbouring channels.


@pytest.mark.topic("R186")
def test_local_response_norm_by_the_formula_of_alexnet():
    """b_i = a_i / (k + alpha Σ_j a_j²)^beta, j from max(0, i - n/2) to min(N - 1, i + n/2); ours is n alpha."""
    k, n, alpha, beta = 2, 5, 1e-4, 0.75
    a = rng.standard_normal((2, 9, 3, 4)) * 100  # so that alpha is felt
    b = np.empty_like(a)
    for i in range(9):
        near = a[:, max(0, i - n // 2) : min(8, i + n // 2) + 1]
        b[:, i] = a[:, i] / (k + alpha * (near**2).sum(axis=1)) ** beta
    np.testing.assert_allclose(ops.local_response_norm(a, size=n, alpha=n * alpha, beta=beta, k=k), b, rtol=1e-12)


@pytest.mark.topic("R186")
def test_a_channel_dampens_those_around_it_and_no_others():
    a = np.zeros((1, 9, 1, 1))
    a[0, 4] = 3
    quiet = np.full_like(a, 0.5)
    dampened = ops.local_response_norm(quiet + a, size=3, alpha=1.0) / ops.local_response_norm(quiet, size=3, alpha=1.0)
    assert (np.flatnonzero(dampened[0, :, 0, 0] < 0.99) == [3, 5]).all()
    dx = gradients(ops.local_response_norm, (np.arange(9) == 4).reshape(1, 9, 1, 1) * 1.0, quiet + a, size=3)
    assert (np.flatnonzero(dx[0, :, 0, 0]) == [3, 4, 5]).all() and (dx[0, [3, 5]] < 0).all() and dx[0, 4] > 0


# Of vectors.


@pytest.mark.topic("R190")
@pytest.mark.parametrize("axis", [0, 1, -1, (1, 2)])
def test_unit_length_and_the_gradient_of_the_formula(axis):
    v = rng.standard_normal((3, 4, 5)) * 10
    u = ops.l2_normalise(v, axis=axis)
    np.testing.assert_allclose((u * u).sum(axis=axis), 1, rtol=1e-12)
    np.testing.assert_allclose(u * np.sqrt((v * v).sum(axis=axis, keepdims=True)), v, rtol=1e-12)


@pytest.mark.topic("R190")
def test_the_jacobian_is_the_projection_off_u_over_the_length():
    """∂u/∂x = (I - u uᵀ) / |x|"""
    v = np.array([[3.0, 0.0, 4.0]])
    u = v[0] / 5
    jacobian = [gradients(ops.l2_normalise, row, v)[0] for row in np.eye(3)[:, None]]
    np.testing.assert_allclose(jacobian, (np.eye(3) - np.outer(u, u)) / 5, rtol=1e-12, atol=1e-15)


@pytest.mark.topic("R190")
def test_products_of_unit_vectors_are_cosines():
    angles = rng.uniform(0, 2 * np.pi, 6)
    u = ops.l2_normalise(np.stack([np.cos(angles), np.sin(angles)], axis=1) * rng.uniform(0.1, 10, (6, 1)))
    np.testing.assert_allclose(u @ u.T, np.cos(angles[:, None] - angles), rtol=1e-10, atol=1e-12)


@pytest.mark.topic("R190")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_vectors_shorter_than_eps_are_divided_by_it(dtype):
    v, d = np.array([[0, 0], [3e-4, 4e-4], [3, 4]], dtype), np.array([[1, 2]] * 3, dtype)
    u, dx = both(ops.l2_normalise, d, v, eps=1e-2)
    np.testing.assert_allclose(u, [[0, 0], [3e-2, 4e-2], [0.6, 0.8]], rtol=1e-6)
    np.testing.assert_allclose(dx, [[100, 200], [100, 200], [-0.064, 0.048]], rtol=1e-5)
    zero = both(ops.l2_normalise, d, 0 * v)
    assert np.isfinite(zero[0]).all() and np.isfinite(zero[1]).all()


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: ops.instancenorm(ones((2, 3))), r"instancenorm: x should be \(N, C, ...\) with more than one pixel"),
        (lambda: ops.instancenorm(ones((2, 3, 1, 1))), r"instancenorm: x should be .* got float64 array of shape"),
        (lambda: ops.instancenorm(x, ones(5)), r"instancenorm: gamma should be an array of shape \(6,\)"),
        (lambda: ops.groupnorm(x, None, ones(5), groups=1), r"groupnorm: beta should be an array of shape \(6,\)"),
        (lambda: ops.local_response_norm(ones(3)), r"local_response_norm: x should be \(N, C, ...\)"),
        (lambda: ops.local_response_norm(x, size=0), r"local_response_norm: size should be an integer >= 1.* got 0"),
        (lambda: ops.local_response_norm(x, alpha=-1), r"local_response_norm: alpha should be in \[0, inf\]; got -1"),
        (lambda: ops.l2_normalise(x, eps=0), "l2_normalise: eps should be greater than 0; got 0"),
        (lambda: ops.local_response_norm(x, size=2.5), "local_response_norm: size should be an integer"),
    ],
)
def test_what_is_said_of_bad_input(call, says):
    with pytest.raises(InputError, match=says):
        call()
