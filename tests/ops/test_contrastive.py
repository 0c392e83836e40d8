"""Losses between vectors: loops, closed forms, what they ignore, and tiny temperatures."""

import math

import numpy as np
import pytest
from scipy import special

from npdl import InputError, InputTypeError, ops
from tests.ops.helpers import loss_and_gradients

rng = np.random.default_rng(0)
a, b, c = rng.standard_normal((3, 6, 4))
z = rng.standard_normal((10, 4))


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


# Cosine similarity.


def test_cosine_of_known_angles():
    x, y = np.array([[2.0, 0], [1, 1], [0, 3], [-1, 0]]), np.array([[5.0, 0]] * 4)
    np.testing.assert_allclose(ops.cosine_similarity(x, y), [1, math.sqrt(0.5), 0, -1], atol=1e-15)


def test_cosine_of_all_pairs():
    expected = [[x @ y / (np.linalg.norm(x) * np.linalg.norm(y)) for y in b] for x in a]
    np.testing.assert_allclose(ops.cosine_similarity(a[:, None], b[None]), expected, rtol=1e-12)


@pytest.mark.parametrize("axis", [1, -2])
def test_the_axis_of_the_cosine_is_one_of_a_and_b_broadcast(axis):
    many, one = rng.standard_normal((3, 5, 4)), rng.standard_normal((5, 4))
    y, cache = ops.cosine_similarity.forward(many, one, axis=axis)
    dout = rng.standard_normal(y.shape)
    da, db = ops.cosine_similarity.backward(dout, cache)
    expected, cache = ops.cosine_similarity.forward(np.moveaxis(many, 1, 2), one.T)
    np.testing.assert_allclose(y, expected, rtol=1e-14)
    expected_da, expected_db = ops.cosine_similarity.backward(dout, cache)
    np.testing.assert_allclose(np.moveaxis(da, 1, 2), expected_da, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(db.T, expected_db, rtol=1e-12, atol=1e-15)


def test_cosine_ignores_lengths_so_its_gradient_is_perpendicular():
    stretch = rng.uniform(0.1, 10, (6, 1))
    cos, (da, db) = loss_and_gradients(ops.cosine_similarity, a, b)
    longer, (longer_da, _) = loss_and_gradients(ops.cosine_similarity, a * stretch, b)
    np.testing.assert_allclose(longer, cos, rtol=1e-12)
    np.testing.assert_allclose(longer_da, da / stretch, rtol=1e-10)
    np.testing.assert_allclose((a * da).sum(axis=1), 0, atol=1e-15)
    np.testing.assert_allclose((b * db).sum(axis=1), 0, atol=1e-15)


def test_the_cosine_with_a_zero_vector_is_zero():
    """PyTorch's convention: the length counts as eps."""
    cos, (da, db) = loss_and_gradients(ops.cosine_similarity, np.zeros(3), np.array([0.0, 3, 4]), eps=0.1)
    assert cos == 0
    np.testing.assert_allclose(da, [0, 6, 8], rtol=1e-12)
    np.testing.assert_array_equal(db, 0)


def test_cosine_embedding_loss_of_pairs_and_strangers():
    x, y = np.array([[1.0, 0], [1, 0], [1, 0], [1, 0]]), np.array([[1.0, 1], [1, 1], [-1, 1], [0, 2]])
    root = math.sqrt(0.5)
    losses = ops.cosine_embedding_loss(x, y, np.array([1, -1, -1, 1]), margin=0.2, reduction="none")
    np.testing.assert_allclose(losses, [1 - root, root - 0.2, 0, 1], rtol=1e-12)


def test_cosine_embedding_loss_pulls_pairs_and_lets_far_strangers_be():
    cos, (da, _) = loss_and_gradients(ops.cosine_similarity, a, b)
    far = int(cos.argmin())
    for y in (1, -1):
        _, (gradient, _, _) = loss_and_gradients(ops.cosine_embedding_loss, a, b, np.full(6, y), reduction="sum")
        np.testing.assert_allclose(gradient, -da if y == 1 else da * (cos > 0)[:, None], atol=1e-15)
    assert cos[far] < 0


# Triplets.


def test_triplet_of_known_distances():
    anchor, near, far = np.zeros((1, 2)), np.array([[3.0, 4]]), np.array([[8.0, -6]])
    assert ops.triplet(anchor, near, far, margin=6.0, eps=0) == 1  # 5 - 10 + 6
    assert ops.triplet(anchor, near, far, margin=4.0) == 0
    _, gradients = loss_and_gradients(ops.triplet, anchor, near, far, margin=6.0, eps=0)
    np.testing.assert_allclose(gradients, [[[0.2, -1.4]], [[0.6, 0.8]], [[-0.8, 0.6]]], atol=1e-15)


def test_triplet_beyond_the_margin_has_no_gradient():
    anchor, near, far = np.zeros((1, 2)), np.array([[3.0, 4]]), np.array([[8.0, -6]])
    _, gradients = loss_and_gradients(ops.triplet, anchor, near, far, margin=4.0)
    assert not np.any(gradients)


def test_triplet_moves_all_three_by_nothing_together():
    loss, gradients = loss_and_gradients(ops.triplet, a, b, c, margin=2.0, reduction="none")
    shifted = ops.triplet(a + 5, b + 5, c + 5, margin=2.0, reduction="none")
    np.testing.assert_allclose(shifted, loss, rtol=1e-12)
    np.testing.assert_allclose(sum(gradients), 0, atol=1e-15)


@pytest.mark.filterwarnings("error")
def test_triplet_without_eps_has_no_gradient_at_distance_0():
    _, gradients = loss_and_gradients(ops.triplet, a, a, b, eps=0, margin=9.0)
    assert np.isfinite(gradients).all()
    np.testing.assert_array_equal(gradients[1], 0)
    np.testing.assert_array_equal(gradients[0], -gradients[2])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_triplet_of_equal_points_and_of_far_ones(dtype):
    """At distance 0 the eps in each difference keeps the gradient finite."""
    points = np.array([[1e4, -1e4], [0.0, 0.0]], dtype)
    loss, gradients = loss_and_gradients(ops.triplet, points, points, points, margin=0.5, reduction="none")
    np.testing.assert_allclose(loss, 0.5, rtol=1e-6)
    assert np.isfinite(gradients).all()
    loss, (_, dpositive, _) = loss_and_gradients(ops.triplet, points, -points, points, reduction="none", margin=0.5)
    np.testing.assert_allclose(loss, [2e4 * math.sqrt(2) + 0.5, 0.5], rtol=1e-6)
    np.testing.assert_allclose(dpositive[0], [-math.sqrt(0.5), math.sqrt(0.5)], rtol=1e-6)
    assert loss.dtype == dpositive.dtype == dtype


# InfoNCE.


def test_info_nce_is_the_cross_entropy_of_the_matching_row():
    logits = unit(a) @ unit(b).T / 0.3
    expected = special.logsumexp(logits, axis=1) - np.diagonal(logits)
    np.testing.assert_allclose(ops.info_nce(a, b, temperature=0.3, reduction="none"), expected, rtol=1e-12)
    np.testing.assert_allclose(ops.info_nce(a, b, temperature=0.3), expected.mean(), rtol=1e-12)


@pytest.mark.parametrize("temperature", [1e-2, 0.5, 3.0])
def test_info_nce_of_perfect_pairs(temperature):
    perfect = ops.info_nce(3 * np.eye(5), 2 * np.eye(5), temperature=temperature)
    assert perfect == pytest.approx(math.log1p(4 * math.exp(-1 / temperature)), rel=1e-12, abs=1e-15)


def test_info_nce_at_high_temperature_is_chance():
    assert ops.info_nce(a, b, temperature=1e9) == pytest.approx(math.log(6))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_info_nce_at_a_tiny_temperature(dtype):
    """Logits of ±10000. Row 0 finds its partner; row 1's partner is opposite, and the other row is its image."""
    x, y = np.array([[1, 0], [1, 0]], dtype), np.array([[1, 0], [-1, 0]], dtype)
    loss, gradients = loss_and_gradients(ops.info_nce, x, y, temperature=1e-4, reduction="none")
    np.testing.assert_allclose(loss, [0, 2e4], rtol=1e-6)
    assert not np.any(gradients)  # all along the vectors themselves
    y[1] = [0, 1]
    loss, (da, db) = loss_and_gradients(ops.info_nce, x, y, temperature=1e-4, reduction="none")
    np.testing.assert_allclose(loss, [0, 1e4], rtol=1e-6)
    np.testing.assert_allclose(da, [[0, 0], [0, -1e4]], rtol=1e-6)
    np.testing.assert_allclose(db, [[0, 0], [-1e4, 0]], rtol=1e-6)
    assert loss.dtype == da.dtype == dtype


# NT-Xent.


@pytest.mark.topic("R325")
@pytest.mark.parametrize("temperature", [0.1, 0.5, 2.0])
@pytest.mark.parametrize("rows", [2, 4, 10])
def test_nt_xent_is_the_one_with_loops(rows, temperature):
    expected = ops.nt_xent_naive(z[:rows], temperature=temperature)
    assert ops.nt_xent(z[:rows], temperature=temperature) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.topic("R325")
def test_nt_xent_is_a_cross_entropy_without_the_diagonal():
    logits = unit(z) @ unit(z).T / 0.5
    others = logits[~np.eye(10, dtype=bool)].reshape(10, 9)
    partner = np.concatenate([np.arange(5) + 4, np.arange(5)])  # of row 0: 5, which is 4 once row 0 itself is gone
    expected = ops.softmax_cross_entropy(others, partner, reduction="none")
    np.testing.assert_allclose(ops.nt_xent(z, reduction="none"), expected, rtol=1e-12)


@pytest.mark.topic("R325")
@pytest.mark.parametrize("temperature", [1e-2, 0.5])
def test_nt_xent_of_perfect_views(temperature):
    """Views equal, samples perpendicular: one similarity of 1, and 2N - 2 of 0."""
    views = np.concatenate([np.eye(5), 3 * np.eye(5)])
    expected = math.log1p(8 * math.exp(-1 / temperature))
    assert ops.nt_xent(views, temperature=temperature) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.topic("R325")
def test_nt_xent_ignores_lengths_the_order_of_views_and_that_of_samples():
    loss = ops.nt_xent(z)
    assert ops.nt_xent(z * rng.uniform(0.1, 10, (10, 1))) == pytest.approx(loss)
    assert ops.nt_xent(np.roll(z, 5, axis=0)) == pytest.approx(loss)
    order = rng.permutation(5)
    assert ops.nt_xent(np.concatenate([z[:5][order], z[5:][order]])) == pytest.approx(loss)
    assert ops.nt_xent(z[rng.permutation(10)]) != pytest.approx(loss)


@pytest.mark.topic("R325")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nt_xent_at_a_tiny_temperature(dtype):
    """Rows 0 and 1 are equal, 2 and 3 are, but the partners are 0 and 2, 1 and 3: a logit of 10000 at the wrong row.

    dlogits has 1/4 at it and -1/4 at the partner; both rows of a pair say so, and what points along z is projected out.
    """
    wrong = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype)
    loss, (dz,) = loss_and_gradients(ops.nt_xent, wrong, temperature=1e-4)
    assert loss == pytest.approx(1e4, rel=1e-6)
    np.testing.assert_allclose(dz, [[0, -5000], [0, -5000], [-5000, 0], [-5000, 0]], rtol=1e-6)
    loss, (dz,) = loss_and_gradients(ops.nt_xent, wrong[[0, 2, 1, 3]], temperature=1e-4)
    assert loss == 0
    assert not dz.any()
    opposite = np.array([[1, 0], [1, 0], [-1, 0], [-1, 0]], dtype)
    loss, (dz,) = loss_and_gradients(ops.nt_xent, opposite, temperature=1e-4)
    assert loss == pytest.approx(2e4, rel=1e-6)
    assert loss.dtype == dz.dtype == dtype


# What all have in common.

OTHERS = [
    (ops.cosine_embedding_loss, (a, b, np.array([1, -1, -1, 1, 1, -1]))),
    (ops.triplet, (a, b, c)),
    (ops.info_nce, (a, b)),
    (ops.nt_xent, (z,)),
]


@pytest.mark.parametrize("loss, arrays", OTHERS)
def test_the_mean_is_over_samples(loss, arrays):
    each = loss(*arrays, reduction="none")
    assert each.shape == (len(arrays[0]),)
    assert loss(*arrays) == pytest.approx(each.mean())
    assert loss(*arrays, reduction="sum") == pytest.approx(each.sum())


@pytest.mark.parametrize("loss, arrays", OTHERS)
def test_a_reduction_that_is_none_of_three(loss, arrays):
    with pytest.raises(InputError, match=f'^{loss.name}: reduction should be "mean", "sum" or "none"; got .average'):
        loss(*arrays, reduction="average")


labels = np.array([1, -1, -1, 1, 1, -1])


@pytest.mark.parametrize(
    "loss, arrays, options, message",
    [
        (ops.cosine_similarity, (a, b[:, :3]), {}, "cosine_similarity: b should be as long as a along axis -1, 4"),
        (
            ops.cosine_similarity,
            (a, b[0]),
            {"axis": 0},
            "cosine_similarity: axis should be an axis of both a .*; got -2",
        ),
        (ops.cosine_similarity, (a, b), {"axis": 2}, r"cosine_similarity: axis should be an axis of both a \(6, 4\)"),
        (ops.cosine_similarity, (a, b), {"eps": 0}, "cosine_similarity: eps should be greater than 0; got 0"),
        (ops.cosine_embedding_loss, (a, b, labels), {"margin": 1.5}, r"margin should be in \[-1, 1\]; got 1.5"),
        (ops.triplet, (a, b, c), {"margin": -0.1}, r"triplet: margin should be in \[0, inf\]; got -0.1"),
        (ops.triplet, (a, b, c), {"eps": -1e-6}, r"triplet: eps should be in \[0, inf\]; got -1e-06"),
        (ops.cosine_similarity, (a, b[:4]), {}, "cosine_similarity: operands could not be broadcast together"),
        (ops.cosine_embedding_loss, (a, b[:4], labels), {}, r"cosine_embedding_loss: b should be an array of shape"),
        (ops.cosine_embedding_loss, (a, b, labels[:4]), {}, r"y should be an array of shape \(6,\) one for each pair"),
        (ops.cosine_embedding_loss, (a, b, labels * 0), {}, r"y should be 1 \(a pair\) or -1 \(no pair\); got 0"),
        (ops.triplet, (a, b[:4], c), {}, r"triplet: positive should be an array of shape \(6, 4\) like anchor"),
        (ops.triplet, (a, b, c[:4]), {}, r"triplet: negative should be an array of shape \(6, 4\) like anchor"),
        (ops.info_nce, (a, b[:4]), {}, r"info_nce: b should be an array of shape \(6, 4\) like a"),
        (ops.info_nce, (a[0], b[0]), {}, r"info_nce: a should be a 2-d array \(N, D\)"),
        (ops.info_nce, (a, b), {"temperature": 0.0}, "info_nce: temperature should be greater than 0; got 0.0"),
        (ops.nt_xent, (z[:9],), {}, "nt_xent: z should be of an even number of rows: .*; got float64 array of shape"),
        (ops.nt_xent, (z[:0],), {}, "nt_xent: z should be of an even number of rows"),
        (ops.nt_xent, (z[0],), {}, r"nt_xent: z should be a 2-d array \(2N, D\)"),
        (ops.nt_xent, (z,), {"temperature": -1.0}, "nt_xent: temperature should be greater than 0; got -1.0"),
        (ops.nt_xent_naive, (z[:9],), {}, "nt_xent_naive: z should be of an even number of rows"),
    ],
)
def test_bad_input(loss, arrays, options, message):
    with pytest.raises(InputError, match=message):
        loss(*arrays, **options)


def test_pair_labels_that_are_no_integers():
    with pytest.raises(InputTypeError, match="y should be an array of integers, 1 or -1"):
        ops.cosine_embedding_loss(a, b, labels.astype(float))
