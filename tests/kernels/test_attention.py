"""Attention in blocks: what the readable pair gives, and nothing of T x T on the way."""

import tracemalloc

import numpy as np
import pytest

import gradcheck
from npdl import ops
from npdl.kernels import explain
from npdl.kernels.cpu import attention as blocks
from tests.kernels.twins import assert_equal_twins, is_fast, threads

attention = ops.scaled_dot_product_attention


def normal(*shape, seed=0, dtype="float32"):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def qkv(lead, T, S, d, e, dtype="float32"):
    shapes = (T, d), (S, d), (S, e)
    return tuple(normal(*lead, *shape, seed=seed, dtype=dtype) for seed, shape in enumerate(shapes))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "lead, T, S, d, e, causal",
    [
        ((2, 3), 256, 256, 16, 16, False),
        ((2, 3), 256, 256, 16, 16, True),
        ((3,), 300, 700, 8, 5, False),  # blocks of different lengths
        ((3,), 300, 700, 8, 5, True),  # the last 300 of 700 positions
        ((), 600, 130, 4, 12, False),
        ((70, 2), 1, 600, 8, 8, True),  # decoding
    ],
)
def test_equals_the_readable_pair(lead, T, S, d, e, causal, dtype):
    assert_equal_twins(attention, qkv(lead, T, S, d, e, dtype), {"causal": causal}, dtype)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("shape", [(400, 500), (2, 1, 1, 500), (1, 3, 400, 1), (2, 3, 400, 500)])
@pytest.mark.parametrize("kind", ["booleans", "floats", "lowest"])
def test_masks(kind, shape, causal):
    seen = np.random.default_rng(3).random(shape) < 0.7
    seen[..., :2, :] = False  # queries that see nothing
    if kind == "booleans":
        mask = seen
    else:
        hidden = -np.inf if kind == "floats" else np.finfo(np.float32).min
        mask = np.where(seen, normal(*shape, seed=4), hidden).astype("float32")
    assert_equal_twins(attention, (*qkv((2, 3), 400, 500, 4, 4), mask, None), {"causal": causal})


def test_heads_that_share_keys():
    q, k, v = normal(2, 4, 300, 8), normal(2, 1, 300, 8, seed=1), normal(1, 300, 6, seed=2)
    assert_equal_twins(attention, (q, k, v), {"causal": True})


def test_views_of_one_product_as_a_module_cuts_them():
    qkv = normal(2, 256, 3, 4, 8).transpose(2, 0, 3, 1, 4)
    y, cache = attention.forward(*qkv)
    assert_equal_twins(attention, tuple(qkv))
    assert y.transpose(0, 2, 1, 3).flags.c_contiguous  # so that merging the heads copies nothing
    assert all(g.transpose(0, 2, 1, 3).flags.c_contiguous for g in attention.backward(y, cache)[:3])


def test_a_running_softmax_forgets_no_key_however_the_scores_grow():
    """Keys sorted by length, ascending and descending: the largest score comes last, or first."""
    q, k, v = qkv((2,), 256, 1000, 4, 4, "float64")
    growing = np.linspace(0, 30, 1000)[:, None]
    for factor in (growing, growing[::-1]):
        assert_equal_twins(attention, (q, factor * k, v), dtype="float64")


@pytest.mark.parametrize("scale", [0.1, 1.0, 3.0, 100.0])
def test_small_scores_need_no_largest_one_and_large_ones_have_it(scale):
    """Either way the weights are the same; the largest is left out where |q| |k| shows that nothing can overflow."""
    q, k, v = qkv((2,), 300, 300, 4, 4, "float64")
    _, (_, cache) = attention.forward(scale * q, k, v)
    reach = scale * np.linalg.norm(q, axis=-1).max() * np.linalg.norm(k, axis=-1).max() / 2
    assert cache.top.any() == (reach > blocks.BOUND) == (scale > 10)
    assert_equal_twins(attention, (scale * q, k, v), dtype="float64")
    assert_equal_twins(attention, (scale * q, k, v), {"causal": True}, dtype="float64")


def test_gradients_equal_numerical_ones(monkeypatch):
    monkeypatch.setattr(blocks, "SMALL", 0)
    monkeypatch.setattr(blocks, "QUERIES", 2)
    monkeypatch.setattr(blocks, "KEYS", 3)
    for causal in (False, True):
        arrays = qkv((2,), 5, 7, 3, 2, "float64")
        assert is_fast(attention, arrays, {"causal": causal})
        report = gradcheck.check(attention.forward, attention.backward, list(arrays), options={"causal": causal})
        assert report.ok and report.worst < 1e-7, report


@pytest.mark.topic("R279")
def test_blocks_that_no_query_sees_are_not_computed(monkeypatch):
    """Causal: 10 of the 16 blocks of a square of 4 x 4."""
    computed = []
    hide = blocks._hide
    monkeypatch.setattr(blocks, "QUERIES", 64)
    monkeypatch.setattr(blocks, "KEYS", 64)
    monkeypatch.setattr(blocks, "_hide", lambda s, *rest: (computed.append(s.size), hide(s, *rest)))
    with threads(1):
        attention.forward(*qkv((), 256, 256, 4, 4), causal=True)
        assert sum(computed) == 10 * 64 * 64
        computed.clear()
        attention.forward(*qkv((), 256, 256, 4, 4))
        assert sum(computed) == 16 * 64 * 64


@pytest.mark.topic("R271")
@pytest.mark.parametrize("causal", [False, True])
def test_no_array_of_the_weights_at_4096_positions(causal):
    """64 MiB it would be; what is allocated is a tenth of that, most of it y and the gradients: 1 MiB each."""
    T = 4096
    q, k, v = qkv((), T, T, 64, 64)
    assert is_fast(attention, (q, k, v), {"causal": causal})
    tracemalloc.start()
    try:
        y, cache = attention.forward(q, k, v, causal=causal)
        attention.backward(y, cache)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < T * T * 4 / 8


def test_the_rest_is_left_to_the_readable_pair():
    q, k, v = qkv((2,), 256, 256, 8, 8)
    rng = np.random.default_rng(0)
    assert is_fast(attention, (q, k, v), {"p": 0.3, "training": False})
    for arrays, options, reason in [
        ((q, k, v, None, normal(256, 256)), {}, "a bias"),
        ((q, k, v), {"p": 0.3, "rng": rng}, "dropout"),
        ((q[:, :20], k, v), {}, "too small"),
        ((q.astype("float16"),) * 3, {}, "dtype"),
    ]:
        assert reason in str(explain("scaled_dot_product_attention", *arrays, **options))


def test_complains_as_the_readable_one():
    q, k, v = qkv((2,), 256, 256, 8, 8)
    for wrong in ((q, k[..., :4], v), (q, k, v[:, 1:]), (q, k, v, np.ones((3, 256), bool))):
        messages = []
        for run in (attention, ops.scaled_dot_product_attention_forward):
            with pytest.raises(ValueError) as error:
                run(*wrong)
            messages.append(str(error.value))
        assert messages[0] == messages[1]
