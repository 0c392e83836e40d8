"""Multi-head and window attention: PyTorch's values and gradients, the KV cache, and windows against the full image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npdl import InputError, Tensor, nn, no_grad, ops
from tests.nn.helpers import torch_twins

some = settings(deadline=None, derandomize=True, max_examples=20)
seeds = st.integers(0, 2**32 - 1)


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def make(*args, seed=0, kind=nn.MultiheadAttention, **options):
    """In float64, with biases that are not zero."""
    rng = np.random.default_rng(seed)
    module = kind(*args, rng=rng, **options).astype("float64")
    for parameter in module.parameters():
        if parameter.ndim == 1:
            parameter.data = rng.standard_normal(parameter.shape)
    return module


X, CONTEXT = normal(3, 5, 8), normal(3, 7, 8, seed=1)


@pytest.mark.oracle
@pytest.mark.topic("R273", "R274", "R277", "R278")
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("kv_dim", [None, 8, 6])
def test_values_gradients_and_names_are_pytorchs(kv_dim, bias):
    torch = pytest.importorskip("torch")
    mine = make(8, 2, kv_dim=kv_dim, bias=bias)
    sizes = {} if kv_dim is None else {"kdim": kv_dim, "vdim": kv_dim}
    theirs = torch.nn.MultiheadAttention(8, 2, bias=bias, batch_first=True, dtype=torch.float64, **sizes)
    arrays = [X] if kv_dim is None else [X, CONTEXT[..., :kv_dim]]
    torch_twins(mine, theirs, arrays, lambda m, x, c=None: m(x, *(x if c is None else c,) * 2)[0])


@pytest.mark.oracle
@pytest.mark.topic("R279")
def test_masks_are_pytorchs_the_other_way_round():
    """PyTorch's booleans say what is hidden, npdl's what is seen; floats are added in both."""
    torch = pytest.importorskip("torch")
    mine = make(8, 2)
    theirs = torch.nn.MultiheadAttention(8, 2, batch_first=True, dtype=torch.float64)
    hidden = np.triu(np.ones((5, 5), bool), 1)
    expected = lambda m, x: m(x, x, x, attn_mask=torch.tensor(hidden))[0]  # noqa: E731
    for options in ({"causal": True}, {"mask": ~hidden}, {"mask": np.where(hidden, -np.inf, 0)}):
        torch_twins(mine, theirs, [X], expected, **options)
    lengths = [2, 5, 3]
    padded = torch.arange(5) >= torch.tensor(lengths)[:, None]
    there = nn.padding_mask(lengths, 5)
    torch_twins(mine, theirs, [X], lambda m, x: m(x, x, x, key_padding_mask=padded)[0], mask=there)


@pytest.mark.topic("R274")
def test_one_head_is_single_attention():
    layer = make(8, 1)
    q, k, v = (X @ w.T + b for w, b in zip(*(np.split(p.data, 3) for p in (layer.in_proj_weight, layer.in_proj_bias))))
    expected = ops.scaled_dot_product_attention(q, k, v) @ layer.out_proj.weight.data.T + layer.out_proj.bias.data
    np.testing.assert_allclose(layer(X).data, expected, rtol=1e-13)


@pytest.mark.topic("R274")
def test_heads_are_attentions_of_their_own_side_by_side():
    layer = make(8, 4)
    layer.out_proj.weight.data, layer.out_proj.bias.data = np.eye(8), np.zeros(8)
    qkv = X @ layer.in_proj_weight.data.T + layer.in_proj_bias.data
    for head in range(4):
        q, k, v = (qkv[..., start + 2 * head : start + 2 * head + 2] for start in (0, 8, 16))
        own = ops.scaled_dot_product_attention(q, k, v)
        np.testing.assert_allclose(layer(X).data[..., 2 * head : 2 * head + 2], own, rtol=1e-12)


@pytest.mark.topic("R275", "R276")
def test_how_many_numbers_it_holds():
    """4 dim² and 4 dim biases; with an inner size of heads · head_dim, dim x inner for each of q, k, v and out."""

    def count(module):
        return sum(p.data.size for p in module.parameters())

    assert count(nn.MultiheadAttention(12, 3)) == 4 * 12 * 12 + 4 * 12
    assert count(nn.MultiheadAttention(12, 3, bias=False)) == 4 * 12 * 12
    inner = 5 * 4
    assert count(nn.MultiheadAttention(12, 5, head_dim=4)) == 4 * 12 * inner + 3 * inner + 12
    assert count(nn.MultiheadAttention(12, 4, kv_heads=1, bias=False)) == 2 * 12 * 12 + 2 * 3 * 12
    assert count(nn.WindowAttention(12, 3, 4)) == 4 * 12 * 12 + 4 * 12 + 7 * 7 * 3


@pytest.mark.topic("R275")
def test_an_inner_size_of_its_own():
    assert make(8, 3, head_dim=5)(X).shape == (3, 5, 8)


@pytest.mark.topic("R277")
def test_without_a_context_it_is_self_attention():
    layer = make(8, 2)
    np.testing.assert_array_equal(layer(X, None).data, layer(X).data)
    np.testing.assert_allclose(layer(X, X).data, layer(X).data, rtol=1e-12)


@pytest.mark.topic("R278")
@some
@given(seeds)
def test_the_order_of_the_context_means_nothing_and_the_shape_is_that_of_x(seed):
    layer, context = make(8, 2, kv_dim=6), normal(3, 7, 6, seed=seed)
    order = np.random.default_rng(seed).permutation(7)
    y = layer(X, context).data
    assert y.shape == X.shape
    np.testing.assert_allclose(layer(X, context[:, order]).data, y, rtol=0, atol=1e-13)
    assert np.abs(layer(X, context + 1).data - y).max() > 0.1


@pytest.mark.topic("R273")
@some
@given(seeds)
def test_permuted_tokens_give_permuted_outputs(seed):
    layer, order = make(8, 2), np.random.default_rng(seed).permutation(5)
    np.testing.assert_allclose(layer(X[:, order]).data, layer(X).data[:, order], rtol=0, atol=1e-13)
    positions = nn.SinusoidalPositions(8)
    moved = layer(positions(X[:, order])).data - layer(positions(X)).data[:, order]
    assert np.abs(moved).max() > 1e-3 or (order == range(5)).all()


@pytest.mark.topic("R278")
@pytest.mark.parametrize("kv_heads", [1, 2])
def test_shared_keys_are_those_of_a_layer_that_repeats_them(kv_heads):
    """Grouped and multi-query attention, against full heads whose keys and values are copies."""
    shared, full = make(8, 4, kv_heads=kv_heads), make(8, 4)
    state = shared.state_dict()
    q, k, v = (state.pop(f"{name}_proj_weight") for name in "qkv")
    biases = np.split(state["in_proj_bias"], [8, 8 + 2 * kv_heads])

    def repeated(rows):
        return np.repeat(rows.reshape(kv_heads, 2, -1), 4 // kv_heads, axis=0).reshape(8, -1)

    state["in_proj_weight"] = np.concatenate([q, repeated(k), repeated(v)])
    state["in_proj_bias"] = np.concatenate([biases[0], repeated(biases[1])[:, 0], repeated(biases[2])[:, 0]])
    full.load_state_dict(state)
    for mask in (None, np.tri(5, dtype=bool), nn.padding_mask([5, 2, 3], 5), normal(3, 4, 5, 5)):
        np.testing.assert_allclose(shared(X, mask=mask).data, full(X, mask=mask).data, rtol=0, atol=1e-13)


@pytest.mark.topic("R279")
@some
@given(seeds, st.sampled_from([1, 2, 4]), st.booleans(), st.lists(st.integers(1, 3), min_size=1, max_size=5))
def test_decoding_with_a_cache_is_decoding_from_the_start(seed, kv_heads, turned, pieces):
    """In pieces of any length; the cache holds kv_heads heads, so multi-query keeps the fewest numbers."""
    layer = make(8, 4, kv_heads=kv_heads, rotary=10000.0 if turned else None)
    x, cache, done = normal(2, sum(pieces), 8, seed=seed), nn.KVCache(), 0
    whole = layer(x, causal=True).data
    with no_grad():
        for piece in pieces:
            assert cache.length == done
            y = layer(x[:, done : done + piece], causal=True, cache=cache).data
            np.testing.assert_allclose(y, whole[:, done : done + piece], rtol=0, atol=1e-12)
            done += piece
    assert sum(a.data.size for a in cache._kept[layer]) == 2 * x.shape[0] * done * 2 * kv_heads


def test_rotary_attention_sees_distances_alone():
    """The same tokens, read later: after seven others that are hidden."""
    layer, x = make(8, 2, rotary=100.0), normal(1, 4, 8)
    late = np.concatenate([normal(1, 7, 8, seed=3), x], axis=1)
    seen = np.arange(11) >= 7
    np.testing.assert_allclose(layer(late, mask=seen[None]).data[:, 7:], layer(x).data, rtol=0, atol=1e-12)
    assert np.abs(layer(x[:, ::-1]).data[:, ::-1] - layer(x).data).max() > 1e-2


def test_dropout_is_for_training_alone():
    layer = make(8, 2, dropout=0.5)
    assert np.abs(layer(X).data - layer(X).data).max() > 0.1
    np.testing.assert_array_equal(layer.eval()(X).data, layer(X).data)


@pytest.mark.topic("R270")
def test_the_weights_of_every_attention_can_be_watched():
    model = nn.Sequential(make(8, 2), make(8, 4, kv_heads=2, seed=1))
    with nn.watch_attention() as maps:
        y = model(X)
    assert [a.shape for a in maps] == [(3, 2, 5, 5), (3, 2, 2, 5, 5)]
    for a in maps:
        np.testing.assert_allclose(a.sum(axis=-1), 1, rtol=1e-12)
    np.testing.assert_array_equal(model(X).data, y.data)
    assert len(maps) == 2  # outside nobody notes anything


# Windows.


def full_attention(layer, x, seen):
    """The window layer's weights on all pixels of the image at once; seen (HW, HW): the pairs that share a window."""
    N, H, W, C = x.shape
    d = C // layer.heads
    qkv = x.reshape(N, H * W, C) @ layer.qkv.weight.data.T + layer.qkv.bias.data
    q, k, v = (a.reshape(N, H * W, layer.heads, d).transpose(0, 2, 1, 3) for a in np.split(qkv, 3, axis=-1))
    rows, columns = (a.reshape(-1) for a in np.indices((H, W)))
    down, right = rows[:, None] - rows, columns[:, None] - columns
    M = layer.window
    way = np.clip(down + M - 1, 0, 2 * M - 2) * (2 * M - 1) + np.clip(right + M - 1, 0, 2 * M - 2)
    bias = layer.relative_position_bias_table.data[way].transpose(2, 0, 1)
    y = ops.scaled_dot_product_attention(q, k, v, seen, bias).transpose(0, 2, 1, 3).reshape(N, H * W, C)
    return (y @ layer.proj.weight.data.T + layer.proj.bias.data).reshape(x.shape)


def share_a_window(H, W, M, shift):
    """Windows whose corners are at `shift` plus multiples of M: those at the edges of the image are smaller."""
    number = (np.arange(H)[:, None] + M - shift) // M * W + (np.arange(W) + M - shift) // M
    return number.reshape(-1)[:, None] == number.reshape(-1)


def with_biases(layer):
    table = layer.relative_position_bias_table
    table.data = normal(*table.shape, seed=5)
    return layer


@pytest.mark.topic("R292")
@pytest.mark.parametrize("H, W, M", [(4, 6, 2), (6, 3, 3), (4, 4, 4), (2, 3, 1)])
def test_windows_are_full_attention_under_a_block_diagonal_mask(H, W, M):
    layer, x = with_biases(make(4, 2, M, kind=nn.WindowAttention)), normal(2, H, W, 4)
    np.testing.assert_allclose(layer(x).data, full_attention(layer, x, share_a_window(H, W, M, 0)), rtol=0, atol=1e-12)


@pytest.mark.topic("R293")
@pytest.mark.parametrize("H, W, M, shift", [(4, 6, 2, 1), (6, 9, 3, 1), (6, 9, 3, 2), (8, 8, 4, 2)])
def test_rolled_and_masked_windows_are_the_shifted_windows_of_the_image(H, W, M, shift):
    """No roll, no mask of regions: windows that begin `shift` further on, those at the edges cut off by the image."""
    layer, x = with_biases(make(4, 2, M, shift=shift, kind=nn.WindowAttention)), normal(2, H, W, 4)
    expected = full_attention(layer, x, share_a_window(H, W, M, shift))
    np.testing.assert_allclose(layer(x).data, expected, rtol=0, atol=1e-12)


@pytest.mark.topic("R293")
def test_the_gradient_of_shifted_windows_stays_within_them():
    layer = make(4, 2, 2, shift=1, kind=nn.WindowAttention)
    x = Tensor(normal(1, 4, 4, 4), requires_grad=True)
    layer(x)[0, 1, 2].sum().backward()  # pixel (1, 2) is in the window of rows 1, 2 and columns 1, 2
    touched = np.zeros((4, 4), bool)
    touched[1:3, 1:3] = True
    np.testing.assert_array_equal((x.grad[0] != 0).any(axis=-1), touched)


@pytest.mark.topic("R293")
def test_an_axis_that_one_window_covers_is_not_shifted():
    plain, shifted = make(4, 2, 4, kind=nn.WindowAttention), make(4, 2, 4, shift=2, kind=nn.WindowAttention)
    x = normal(2, 4, 4, 4)
    np.testing.assert_array_equal(shifted(x).data, plain(x).data)
    wide = normal(1, 4, 8, 4)
    columns = ((np.arange(8) + 2) // 4)[None].repeat(4, 0).reshape(-1)
    seen = columns[:, None] == columns
    np.testing.assert_allclose(shifted(wide).data, full_attention(shifted, wide, seen), rtol=0, atol=1e-12)


@pytest.mark.topic("R292")
@pytest.mark.parametrize("H, W", [(8, 8), (16, 8), (16, 16)])
def test_windows_cost_in_proportion_to_the_image(H, W):
    """4 H W C² + 2 M² H W C multiplications, counted from the shapes of the products that run."""
    C, M = 8, 4
    counted = nn.summary(nn.WindowAttention(C, 2, M, shift=2), (H, W, C)).macs
    assert counted == 4 * H * W * C**2 + 2 * M**2 * H * W * C


@pytest.mark.topic("R280")
def test_linear_attention_costs_in_proportion_to_the_length_and_softmax_attention_to_its_square():
    class Layer(nn.Module):
        def __init__(self, op):
            self.op = op

        def forward(self, x):
            return self.op(x, x, x)

    for T in (32, 64):
        assert nn.summary(Layer(ops.linear_attention), (T, 8)).macs == 2 * T * 8 * 8
        assert nn.summary(Layer(ops.scaled_dot_product_attention), (T, 8)).macs == 2 * T * T * 8


# What is refused.


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: nn.MultiheadAttention(8, 3), "MultiheadAttention: heads should be a divisor of dim = 8; got 3"),
        (lambda: nn.MultiheadAttention(8, 0), "heads should be a divisor of dim = 8; got 0"),
        (lambda: nn.MultiheadAttention(8, 4, kv_heads=3), "kv_heads should be a divisor of heads = 4; got 3"),
        (lambda: nn.MultiheadAttention(8, 4, dropout=2), r"dropout should be in \[0, 1\]; got 2"),
        (lambda: nn.WindowAttention(8, 3, 4), "WindowAttention: heads should be a divisor of dim = 8; got 3"),
        (lambda: nn.WindowAttention(8, 2, 4, shift=4), "shift should be an integer from 0 to window - 1 = 3; got 4"),
        (lambda: make(8, 2, 3, kind=nn.WindowAttention)(normal(1, 4, 6, 8)), "window should be a divisor of the image"),
        (lambda: make(8, 2)(X[0]), r"x should be \(N, T, features\)"),
        (lambda: make(8, 2)(X, CONTEXT[0]), r"context should be \(N, T, features\)"),
        (lambda: make(8, 2)(X[:, :0]), "q should be .* a sequence of one vector or more"),
        (lambda: make(8, 2)(X, mask=np.ones((3, 5, 5), bool)), r"mask should be \(T, S\), or \(N or 1, 2 or 1, T, S\)"),
        (lambda: make(8, 2)(X, mask=np.ones((4, 5), bool)), "mask should be of a shape that broadcasts to"),
        (lambda: make(8, 2)(X, CONTEXT, cache=nn.KVCache()), "context should be None, with a cache"),
        (lambda: make(8, 2, rotary=10.0)(X, CONTEXT), "context should be None, with a cache or with rotary positions"),
        (lambda: nn.padding_mask([2, 6], 5), r"lengths should be \(N,\) integers from 1 to T = 5; got \[2, 6\]"),
        (lambda: nn.padding_mask([0, 3], 5), "lengths should be"),
    ],
)
def test_wrong_inputs_are_named(call, message):
    with pytest.raises(InputError, match=message):
        call()
