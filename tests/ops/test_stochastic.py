"""Dropout and its kin: what is dropped, what stays, and that the expectation does not change."""

import numpy as np
import pytest

import npdl
from npdl import InputError, Tensor, ops

x = np.random.default_rng(0).standard_normal((3, 7))


@pytest.mark.topic("R163")
@pytest.mark.parametrize("p", [0.1, 0.5, 0.7])
def test_mean_and_variance(p):
    """Each number is x / (1 - p) with probability 1 - p, else 0: mean x, variance x² p / (1 - p)."""
    n = 200_000
    y = ops.dropout(np.full(n, 3.0), p=p, rng=np.random.default_rng(0))
    sd = 3 * np.sqrt(p / (1 - p))
    assert set(np.unique(y).round(12)) == {0.0, round(3 / (1 - p), 12)}
    assert abs((y == 0).mean() - p) < 5 * np.sqrt(p * (1 - p) / n)
    assert abs(y.mean() - 3) < 5 * sd / np.sqrt(n)
    assert abs(y.std() / sd - 1) < 0.01


@pytest.mark.topic("R163")
def test_the_gradient_goes_through_the_same_mask():
    t = Tensor(x, requires_grad=True)
    y = ops.dropout(t, p=0.5, rng=np.random.default_rng(0))
    y.backward(np.ones_like(x))
    np.testing.assert_array_equal(t.grad, np.where(y.data == 0, 0, 2))
    assert 0 < (t.grad == 0).sum() < x.size


@pytest.mark.topic("R163")
@pytest.mark.parametrize("options", [{"p": 0.7, "training": False}, {"p": 0}, {"p": 0.0, "training": True}])
def test_at_test_time_it_is_the_identity(options):
    y, cache = ops.dropout.forward(x, **options)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(ops.dropout.backward(2 * x, cache), 2 * x)


def test_with_p_one_nothing_is_left():
    y, cache = ops.dropout.forward(x, p=1)
    np.testing.assert_array_equal(y, np.zeros_like(x))
    np.testing.assert_array_equal(ops.dropout.backward(x, cache), np.zeros_like(x))


def test_the_same_seed_drops_the_same_numbers():
    same = [ops.dropout(x, p=0.5, rng=np.random.default_rng(3)) for _ in range(2)]
    np.testing.assert_array_equal(*same)
    draws = []
    for _ in range(2):
        npdl.seed(5)
        draws.append([ops.dropout(x, p=0.5) for _ in range(2)])
    np.testing.assert_array_equal(*draws)
    assert (draws[0][0] != draws[0][1]).any()  # another mask at every call


def test_nothing_survives_dropout_with_p_one_in_half_precision():
    assert not ops.dropout(np.ones(200_000, "float16"), p=1, rng=np.random.default_rng(0)).any()


# Whole channels, whole samples.

TOGETHER = pytest.mark.parametrize(
    "op, axes",
    [
        pytest.param(ops.dropout2d, (2, 3), id="dropout2d"),
        pytest.param(ops.drop_path, (1, 2, 3), id="drop_path", marks=pytest.mark.topic("R164")),
    ],
)


@TOGETHER
def test_what_belongs_together_is_dropped_together(op, axes):
    image = np.random.default_rng(0).standard_normal((6, 5, 3, 4))
    y, cache = op.forward(image, p=0.5, rng=np.random.default_rng(1))
    dropped = (y == 0).all(axis=axes, keepdims=True)
    assert 0 < dropped.sum() < dropped.size
    np.testing.assert_array_equal(y, np.where(dropped, 0, 2 * image))
    np.testing.assert_array_equal(op.backward(image + 1, cache), np.where(dropped, 0, 2 * (image + 1)))


@TOGETHER
@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_the_expectation_stays(op, axes, p):
    """Of n masks 0 or 1 / (1 - p): mean 1 and variance p / (1 - p)."""
    images = np.full((20_000, 2, 2, 1), 3.0)
    parts = op(images, p=p, rng=np.random.default_rng(0)).mean(axis=axes)
    n, sd = parts.size, 3 * np.sqrt(p / (1 - p))
    assert abs((parts == 0).mean() - p) < 5 * np.sqrt(p * (1 - p) / n)
    assert abs(parts.mean() - 3) < 5 * sd / np.sqrt(n)
    assert abs(parts.std() / sd - 1) < 0.02


@TOGETHER
@pytest.mark.parametrize("options", [{"p": 0.7, "training": False}, {"p": 0}, {"p": 0.0, "training": True}])
def test_with_p_zero_or_at_test_time_it_is_the_identity(op, axes, options):
    image = np.random.default_rng(0).standard_normal((6, 5, 3, 4))
    y, cache = op.forward(image, **options)
    np.testing.assert_array_equal(y, image)
    np.testing.assert_array_equal(op.backward(2 * image, cache), 2 * image)


@pytest.mark.topic("R164")
def test_a_residual_block_with_its_branch_dropped_is_the_identity():
    image = np.random.default_rng(0).standard_normal((200, 3))
    block = npdl.nn.Residual(npdl.nn.Sequential(npdl.nn.Affine(3, 3), npdl.nn.DropPath(0.5))).astype("float64")
    y = block(image).data
    skipped = (y == image).all(axis=1)
    assert 60 < skipped.sum() < 140
    np.testing.assert_allclose(y[~skipped] - image[~skipped], 2 * block.body[0](image[~skipped]).data, rtol=1e-9)
    np.testing.assert_allclose(block.eval()(image).data, image + block.body[0](image).data, rtol=1e-12)


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: ops.dropout2d(x, p=0.5), r"dropout2d: x should be a 4-d array \(N, C, H, W\)"),
        (lambda: ops.dropout2d(np.ones((1, 1, 1, 1)), p=-0.1), r"dropout2d: p should be in \[0, 1\]; got -0.1"),
        (lambda: ops.drop_path(x, p=2), r"drop_path: p should be in \[0, 1\]; got 2"),
        (lambda: ops.drop_path(np.array(1.0), p=0.5), r"drop_path: x should be \(N, ...\)"),
    ],
)
def test_what_is_said_of_bad_input(call, says):
    with pytest.raises(InputError, match=says):
        call()
