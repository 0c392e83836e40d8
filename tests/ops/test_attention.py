"""Attention's laws: what a weight may depend on, what sums to one, what is the same as what; and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npdl import InputError, Tensor, nn, ops

attention = ops.scaled_dot_product_attention
seeds = st.integers(0, 2**32 - 1)
lengths = st.integers(1, 6)
some = settings(deadline=None, derandomize=True, max_examples=25)


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def weights(q, k, *more, **options):
    """Attention to one-hot values is the weights."""
    return attention(q, k, np.eye(k.shape[-2]), *more, **options)


def loops(q, k, v, seen):
    """One query after another: similarity, normalisation, weighted sum."""
    y = np.zeros((len(q), v.shape[1]))
    for i, query in enumerate(q):
        keys = [j for j in range(len(k)) if seen[i, j]]
        similar = [math.exp(sum(a * b for a, b in zip(query, k[j], strict=True)) / math.sqrt(len(query))) for j in keys]
        for j, weight in zip(keys, similar, strict=True):
            y[i] += weight / sum(similar) * v[j]
    return y


@pytest.mark.topic("R270", "R271")
@some
@given(seeds, lengths, lengths, lengths, lengths)
def test_it_is_similarity_normalised_and_a_weighted_sum(seed, T, S, d, e):
    q, k, v = normal(T, d, seed=seed), normal(S, d, seed=seed + 1), normal(S, e, seed=seed + 2)
    np.testing.assert_allclose(attention(q, k, v), loops(q, k, v, np.ones((T, S))), rtol=0, atol=1e-13)
    seen = np.random.default_rng(seed).random((T, S)) < 0.6
    np.testing.assert_allclose(attention(q, k, v, seen), loops(q, k, v, seen), rtol=0, atol=1e-13)


@pytest.mark.topic("R270")
def test_with_sharp_scores_it_is_a_dictionary():
    """The query that is one of the keys, a hundred times as long, gets the value of that key."""
    k, v = np.eye(5), normal(5, 3)
    asked = [3, 0, 3, 4]
    np.testing.assert_allclose(attention(100 * k[asked], k, v), v[asked], rtol=1e-12)


@pytest.mark.topic("R270", "R271")
@some
@given(seeds, lengths, lengths, st.booleans(), st.sampled_from([0.1, 1.0, 30.0]))
def test_each_row_of_weights_sums_to_one(seed, T, extra, causal, scale):
    a = weights(scale * normal(2, T, 4, seed=seed), normal(2, T + extra, 4, seed=seed + 1), causal=causal)
    assert (a >= 0).all()
    np.testing.assert_allclose(a.sum(axis=-1), 1, rtol=1e-14)


@pytest.mark.topic("R272")
def test_the_variance_of_a_product_is_the_number_of_features():
    """64.7, divided by the root of 64 it is 1.01, and by 64 0.0158: why it is the root."""
    rng = np.random.default_rng(0)
    q, k = rng.standard_normal((2, 100_000, 64))
    products = np.vecdot(q, k)
    variances = [products.var(), (products / 8).var(), (products / 64).var()]
    np.testing.assert_allclose(variances, [64, 1, 1 / 64], rtol=0.015)
    np.testing.assert_allclose(variances, [64.7, 1.01, 0.0158], rtol=0.015)


@pytest.mark.topic("R272")
def test_without_the_root_the_softmax_is_saturated():
    """Its slope Σ a (1 - a), of 32 keys of 256 features: with the root it is near 1, without it next to nothing."""
    q, k = normal(100, 256), normal(32, 256, seed=1)

    def slope(a):
        return np.median((a * (1 - a)).sum(axis=-1))

    assert slope(weights(q, k)) > 0.85
    assert slope(weights(math.sqrt(256) * q, k)) < 0.05


# Masks.


def jacobian(x, **options):
    """∂ y[i] / ∂ x[j] of self-attention, as whether any of it is not exactly zero: (T, T)."""
    found = np.zeros((len(x), len(x)), bool)
    for i in range(len(x)):
        leaf = Tensor(x, requires_grad=True)
        attention(leaf, leaf, leaf, **options)[i].sum().backward()
        found[i] = (leaf.grad != 0).any(axis=1)
    return found


@pytest.mark.topic("R279")
@some
@given(seeds, st.integers(2, 6))
def test_a_causal_mask_leaves_no_jacobian_above_the_diagonal(seed, T):
    x = normal(T, 3, seed=seed)
    np.testing.assert_array_equal(jacobian(x, causal=True), np.tri(T, dtype=bool))
    assert jacobian(x).all()


@pytest.mark.topic("R279")
@some
@given(seeds, st.integers(2, 6), st.data())
def test_what_comes_later_changes_nothing(seed, T, data):
    """Output t is the same to the last bit, whatever stands behind; and it does depend on input t itself."""
    t = data.draw(st.integers(0, T - 1))
    x, other = normal(T, 3, seed=seed), normal(T, 3, seed=seed + 1)
    other[: t + 1] = x[: t + 1]
    y = attention(x, x, x, causal=True)
    np.testing.assert_array_equal(attention(other, other, other, causal=True)[: t + 1], y[: t + 1])
    other[t] += 1
    assert (attention(other, other, other, causal=True)[t] != y[t]).all()


@pytest.mark.topic("R279")
def test_causal_is_the_strict_upper_triangle_masked_in_three_ways():
    q, k, v = normal(5, 4), normal(5, 4, seed=1), normal(5, 2, seed=2)
    expected = attention(q, k, v, causal=True)
    np.testing.assert_array_equal(attention(q, k, v, np.tri(5, dtype=bool)), expected)
    np.testing.assert_array_equal(attention(q, k, v, np.triu(np.full((5, 5), -np.inf), 1)), expected)
    np.testing.assert_array_equal(attention(q, k, v, ~np.triu(np.ones((5, 5), bool), 1), causal=True), expected)


@pytest.mark.topic("R279")
def test_fewer_queries_than_keys_are_the_last_ones():
    q, k, v = normal(6, 4), normal(6, 4, seed=1), normal(6, 2, seed=2)
    whole = attention(q, k, v, causal=True)
    np.testing.assert_allclose(attention(q[4:], k, v, causal=True), whole[4:], rtol=1e-14)
    np.testing.assert_array_equal(attention(q[5:], k, v, causal=True), attention(q[5:], k, v))


@pytest.mark.parametrize("blind", [np.zeros((3, 4), bool), np.full((3, 4), -np.inf)])
def test_a_query_that_sees_nothing_gets_zeros_and_gives_no_gradient(blind):
    """PyTorch's MultiheadAttention gives nan there, which a padded batch would carry into everything."""
    mask = blind.copy()
    mask[0] = 1
    q, k, v = (Tensor(normal(n, 5, seed=n), requires_grad=True) for n in (3, 4, 4))
    y = attention(q, k, v, mask)
    y.sum().backward()
    np.testing.assert_array_equal(y.data[1:], 0)
    np.testing.assert_array_equal(q.grad[1:], 0)
    assert q.grad[0].all()
    alone = attention(q.data[:1], k.data, v.data)
    np.testing.assert_allclose(y.data[:1], alone, rtol=1e-12)


def test_a_mask_of_the_lowest_float_hides_as_minus_infinity_does():
    q, k, v = normal(4, 3), normal(4, 3, seed=1), normal(4, 2, seed=2)
    lowest = np.where(np.tri(4), 0, np.finfo(np.float64).min)
    np.testing.assert_array_equal(attention(q, k, v, lowest), attention(q, k, v, causal=True))
    np.testing.assert_allclose(attention(q, k, v, np.full((4, 4), np.finfo(np.float64).min)), [v.mean(axis=0)] * 4)


def test_scores_far_out_are_no_overflow():
    q = normal(3, 4).astype("float32")
    y = attention(1e18 * q, q, q)
    np.testing.assert_array_equal(y, q[(q @ q.T).argmax(axis=1)])


@pytest.mark.topic("R271")
def test_dropout_drops_weights_and_keeps_their_mean():
    q, k = normal(200, 8), normal(300, 8, seed=1)
    a = weights(q, k)
    dropped = weights(q, k, p=0.25, rng=np.random.default_rng(0))
    share = (dropped == 0).mean()
    assert abs(share - 0.25) < 0.01
    np.testing.assert_allclose(dropped[dropped != 0], a[dropped != 0] / 0.75, rtol=1e-12)
    np.testing.assert_array_equal(weights(q, k, p=0.25, training=False), a)


# Order, heads, windows.


@pytest.mark.topic("R273")
@some
@given(seeds, st.integers(2, 6))
def test_without_positions_the_order_means_nothing(seed, T):
    """Queries in another order: the outputs in that order; keys and values in another order: nothing changes."""
    order = np.random.default_rng(seed).permutation(T)
    q, k, v = normal(3, 4, seed=seed), normal(T, 4, seed=seed + 1), normal(T, 2, seed=seed + 2)
    np.testing.assert_allclose(attention(q, k[order], v[order]), attention(q, k, v), rtol=0, atol=1e-14)
    np.testing.assert_allclose(attention(k[order], k, v), attention(k, k, v)[order], rtol=0, atol=1e-14)


@pytest.mark.topic("R273")
def test_two_tokens_by_hand():
    """q = k = v = (1, 0), (0, 1): scores 1/√2 and 0, so each takes 1 / (1 + e^(-1/√2)) = 0.6697 of itself."""
    x = np.eye(2)
    own = 1 / (1 + math.exp(-1 / math.sqrt(2)))
    np.testing.assert_allclose(attention(x, x, x), [[own, 1 - own], [1 - own, own]], rtol=1e-15)
    assert round(own, 4) == 0.6698


@pytest.mark.topic("R280")
@some
@given(seeds, lengths, lengths, lengths, lengths)
def test_linear_attention_equals_its_loops(seed, T, S, d, e):
    q, k, v = normal(T, d, seed=seed), normal(S, d, seed=seed + 1), normal(S, e, seed=seed + 2)
    y = np.zeros((T, e))
    for feature in range(d):
        share = np.exp(k[:, feature]) / np.exp(k[:, feature]).sum()
        assert abs(share.sum() - 1) < 1e-14
        mean = sum(share[j] * v[j] for j in range(S))
        for i in range(T):
            y[i] += q[i, feature] * mean
    np.testing.assert_allclose(ops.linear_attention(q, k, v), y, rtol=0, atol=1e-13)
    context = np.einsum("nd,ne->de", ops.softmax(k, axis=0), v)
    np.testing.assert_allclose(ops.linear_attention(q, k, v), q @ context, rtol=0, atol=1e-13)


@pytest.mark.topic("R280")
def test_linear_attention_holds_nothing_that_grows_with_both_lengths():
    """What it forms is (T, d), (S, d) and (d, e): twice the positions, twice the numbers."""

    def numbers(T):
        _, (_, cache) = ops.linear_attention.forward(*(normal(T, 8, seed=s) for s in range(3)))
        return sum(a.size for a in cache)

    assert numbers(200) - 64 == 2 * (numbers(100) - 64)


@pytest.mark.topic("R285")
@some
@given(seeds, st.integers(-50, 50), st.integers(0, 100), st.integers(0, 100))
def test_rotary_products_depend_on_the_distance_alone(seed, shift, m, n):
    q, k = normal(2, 1, 8, seed=seed)
    angles = nn.rotary_angles(300, 8)

    def product(m, n):
        return (ops.rotary(q, angles[m : m + 1]) * ops.rotary(k, angles[n : n + 1])).sum()

    np.testing.assert_allclose(product(m + 100 + shift, n + 100 + shift), product(m, n), rtol=0, atol=1e-11)
    np.testing.assert_allclose(product(m, m), (q * k).sum(), rtol=0, atol=1e-12)


def test_rotary_turns_and_stretches_nothing():
    x = normal(2, 7, 6)
    y = ops.rotary(x, nn.rotary_angles(7, 6))
    pairs = (x**2).reshape(2, 7, 3, 2).sum(axis=-1), (y**2).reshape(2, 7, 3, 2).sum(axis=-1)
    np.testing.assert_allclose(*pairs, rtol=1e-12)
    np.testing.assert_array_equal(y[:, 0], x[:, 0])  # position 0 is not turned


@pytest.mark.topic("R292")
@some
@given(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_windows_are_cut_row_by_row_and_put_together_again(M, rows, columns, N):
    x = normal(N, M * rows, M * columns, 2)
    windows = ops.window_partition(x, window=M)
    for number in range(rows * columns):
        i, j = M * (number // columns), M * (number % columns)
        np.testing.assert_array_equal(windows[:, number], x[:, i : i + M, j : j + M].reshape(N, M * M, 2))
    np.testing.assert_array_equal(ops.window_reverse(windows, size=x.shape[1:3]), x)


# What is refused.

Q, K, V = normal(2, 3, 4), normal(2, 5, 4), normal(2, 5, 6)


@pytest.mark.parametrize(
    "arguments, options, message",
    [
        ((Q[0, 0], K, V), {}, r"q should be \(\.\.\., T, d\): a sequence of one vector or more"),
        ((Q, K[:, :0], V[:, :0]), {}, r"k should be .* one vector or more; got float64 array of shape \(2, 0, 4\)"),
        ((Q[:, :0], K, V), {}, "q should be .* one vector or more"),
        ((Q, K[..., :3], V), {}, r"k should be \(\.\.\., S, 4\), of as many features as q"),
        ((Q, K, V[:, 1:]), {}, r"v should be \(\.\.\., 5, e\), a value for each key"),
        ((Q, K[:1].repeat(3, 0), V), {}, "q, k and v should be of leading axes that broadcast"),
        ((Q, K, V, np.ones((3, 4), bool)), {}, r"mask should be of a shape that broadcasts to \(2, 3, 5\)"),
        ((Q, K, V, np.ones((1, 2, 3, 5), bool)), {}, "mask should be of a shape that broadcasts"),
        ((Q, K, V, np.ones((3, 5), int)), {}, "mask should be an array of booleans .* or floats"),
        ((Q, K, V, [[True] * 5] * 3), {}, "mask should be an array of booleans"),
        ((Q, K, V, None, np.ones((5, 3))), {}, "bias should be of a shape that broadcasts"),
        ((K, Q, V[:, :3]), {"causal": True}, "q should be of no more than the 3 positions of k, as causal=True"),
        ((Q, K, V), {"p": 1.5}, r"p should be in \[0, 1\]"),
    ],
)
def test_wrong_inputs_are_named(arguments, options, message):
    with pytest.raises(InputError, match=message):
        attention(*arguments, **options)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: ops.linear_attention(Q, K[:1], V), "linear_attention: q, k and v should be of the same leading axes"),
        (lambda: ops.rotary(normal(3, 5), normal(3, 2)), "rotary: x should be .* with an even d"),
        (lambda: ops.rotary(normal(3, 4), normal(3, 4)), r"rotary: angles should be \(T, d / 2\)"),
        (lambda: ops.window_partition(normal(2, 4, 6, 3), window=4), "window should be a divisor of the image's sides"),
        (lambda: ops.window_reverse(normal(2, 6, 3, 1), size=(4, 6)), "windows should be .* an image of"),
        (lambda: ops.window_reverse(normal(2, 5, 4, 1), size=(4, 6)), "windows should be .* an image of"),
        (lambda: ops.swiglu(Q, K), "swiglu: gate should be an array of shape"),
        (lambda: ops.rmsnorm(Q, np.ones(3)), "rmsnorm: gamma should be an array of shape"),
    ],
)
def test_the_others_name_them_too(call, message):
    with pytest.raises(InputError, match=message):
        call()
