"""Decoder-only language models: what holds for all of them, and how many parameters each has."""

import tracemalloc

import numpy as np
import pytest

import npdl
from npdl import InputError, Tensor, nn, no_grad, ops
from npdl.models import GPT, GPT2, GPT3, LLaMA, LLaMA2With70B, LLaMA7B, PaLM, PaLM540B
from npdl.models.language_model import Reader
from npdl.optim import Adam
from npdl.text import CharTokeniser, english, random_windows
from npdl.train import Trainer
from tests.nn.helpers import scalar, worst_gradient_error

V, T = 9, 7
IDS = np.random.default_rng(0).integers(0, V, (2, T))
SMALL = {
    "GPT": lambda rng: GPT(V, T, 8, 2, 2, std=0.3, rng=rng),
    "LLaMA": lambda rng: LLaMA(V, 8, 4, 2, 6, kv_heads=2, rng=rng),
    "PaLM": lambda rng: PaLM(V, 8, 2, 2, head_dim=6, rng=rng),
}
EACH = pytest.mark.parametrize("name", SMALL)
TOPICS = {"GPT": "R523", "PaLM": "R524", "LLaMA": "R525"}
EACH_WITH_TOPIC = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.topic(topic)) for name, topic in TOPICS.items()]
)


def small(name):
    return SMALL[name](np.random.default_rng(1)).astype("float64")


@EACH_WITH_TOPIC
def test_no_token_sees_a_later_one(name):
    model = small(name)
    out = model(IDS).data
    assert out.shape == (2, T, V)
    for t in range(T):
        changed = IDS.copy()
        changed[:, t] = (changed[:, t] + 1) % V
        different = np.abs(model(changed).data - out).max(axis=(0, 2)) > 1e-9
        assert different.tolist() == [i >= t for i in range(T)]


@EACH_WITH_TOPIC
@pytest.mark.parametrize("steps", [(1,) * T, (3, 1, 2, 1)])
def test_with_a_cache_it_says_the_same(name, steps):
    model, cache = small(name), nn.KVCache()
    whole, parts = model(IDS).data, np.split(IDS, np.cumsum(steps)[:-1], axis=1)
    out = np.concatenate([model(part, cache=cache).data for part in parts], axis=1)
    np.testing.assert_allclose(out, whole, rtol=0, atol=1e-12)
    assert cache.length == T


@EACH
def test_gradients(name):
    model = small(name)
    wanted = {n: p for n, p in model.named_parameters() if n.startswith(("tokens", "layers.0", "norm")) and p.size < 80}
    assert worst_gradient_error(lambda: scalar(model(IDS[:, :4])), wanted) < 1e-7


@EACH
def test_float32_stays(name):
    model = SMALL[name](None)
    assert model(IDS).dtype == np.float32


@EACH
def test_generate_greedily_reads_each_token_once(name):
    model = small(name)
    written = model.generate(IDS[:, :2], 5, temperature=0)
    np.testing.assert_array_equal(written[:, :2], IDS[:, :2])
    np.testing.assert_array_equal(model(written[:, :-1]).data.argmax(axis=2)[:, 1:], written[:, 2:])
    read, forward = [], model.forward
    model.forward = lambda ids, cache=None: read.append(ids.shape[1]) or forward(ids, cache)
    model.generate(IDS[:, :2], 5, temperature=0)
    assert read == [2, 1, 1, 1, 1]


def test_generate_draws_as_it_is_told():
    model = small("GPT")
    options = dict(temperature=2.0, top_k=4, top_p=0.9)
    first, again, other = (model.generate(IDS[:, :6], 1, rng=np.random.default_rng(s), **options) for s in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    many = model.generate(np.repeat(IDS[:1, :3], 400, axis=0), 1, top_k=3, rng=np.random.default_rng(0))[:, -1]
    likeliest = np.argsort(model(IDS[:1, :3]).data[0, -1])[-3:]
    assert set(many) == set(likeliest)
    assert other.shape == (2, T)


@EACH
def test_a_beam_of_all_finds_the_likeliest(name):
    model = small(name)
    tokens, scores = model.beam_search(IDS[0, :3], 2, V * V)
    pairs = np.stack(np.divmod(np.arange(V * V), V), axis=1)
    every = np.concatenate([np.repeat(IDS[:1, :3], V * V, axis=0), pairs], axis=1)
    log_p = ops.log_softmax(model(every[:, :-1]).data, axis=2)[:, 2:]
    total = np.take_along_axis(log_p, every[:, 3:, None], axis=2).sum(axis=(1, 2))
    np.testing.assert_array_equal(tokens[0], every[total.argmax()])
    np.testing.assert_allclose(scores, np.sort(total)[::-1], atol=1e-10)


@EACH
def test_the_cache_follows_the_beams(name):
    model = small(name)
    reader = Reader(model)
    reader(IDS[:, :3])
    reader.reorder(np.array([1, 1, 0]))
    tokens = np.concatenate([IDS[[1, 1, 0], :3], [[4], [5], [6]]], axis=1)
    np.testing.assert_allclose(reader(tokens), model(tokens).data[:, -1], rtol=0, atol=1e-12)


@EACH
@pytest.mark.parametrize(
    "ids, message",
    [
        (IDS + V, rf"embedding: ids should be integers in \[0, {V}\)"),
        (IDS - V, rf"embedding: ids should be integers in \[0, {V}\)"),
        (IDS[:, :0], r"ids should be integers \(N, T\), at least one token"),
        (IDS[0], r"ids should be integers \(N, T\)"),
        (IDS * 1.0, "embedding: ids should be an array of integers"),
    ],
)
def test_what_cannot_be_read_is_refused(name, ids, message):
    with pytest.raises(InputError, match=message):
        small(name)(ids)


def test_gpt_knows_no_position_beyond_its_last():
    model, message = small("GPT"), "LearnedPositions: x should be a sequence that ends within the 7 positions there are"
    with pytest.raises(InputError, match=message):
        model(np.tile(IDS, (1, 2)))
    assert model.generate(IDS[:, :2], 6).shape == (2, 8)  # the last one need not be read
    with pytest.raises(InputError, match=f"{message}; got 'one that ends at position 8'"):
        model.generate(IDS[:, :2], 7)


@pytest.mark.parametrize(
    "build, message",
    [
        (lambda: GPT(V, T, 8, 3, 1), "heads should be a divisor of dim = 8; got 3"),
        (lambda: LLaMA(V, 8, 3, 1, 6), "heads should be a divisor of dim = 8; got 3"),
        (lambda: LLaMA(V, 8, 4, 1, 6, kv_heads=3), "kv_heads should be a divisor of heads = 4; got 3"),
    ],
)
def test_heads_must_divide(build, message):
    with pytest.raises(InputError, match=message):
        build()


# How many parameters there are.


def gpt_count(V, length, d, L):
    return L * (12 * d * d + 13 * d) + (V + length) * d + 2 * d


def llama_count(V, d, L, hidden, shared=1):
    """shared: how many heads of queries there are for one of keys."""
    return L * (2 * d * d + 2 * d * d // shared + 3 * d * hidden + 2 * d) + 2 * V * d + d


def palm_count(V, d, L, heads, k=256):
    return L * (12 * d * d + 2 * d * heads * k + 2 * d * k + d) + V * d + d


@pytest.mark.topic("R522", "R523", "R524", "R525")
def test_formulas_count_the_small_ones():
    assert nn.count_parameters(small("GPT")) == gpt_count(V, T, 8, 2)
    assert nn.count_parameters(small("LLaMA")) == llama_count(V, 8, 2, 6, shared=2)
    assert nn.count_parameters(small("PaLM")) == palm_count(V, 8, 2, heads=2, k=6)


COUNTS = [  # model, the number that the formula gives, what the paper says, its topics
    pytest.param(GPT2, gpt_count(50257, 1024, 768, 12), 124_439_808, "124M", marks=pytest.mark.topic("R522")),
    pytest.param(GPT3, gpt_count(50257, 2048, 12288, 96), 174_604_259_328, "175B", marks=pytest.mark.topic("R523")),
    pytest.param(LLaMA7B, llama_count(32000, 4096, 32, 11008), 6_738_415_616, "6.7B", marks=pytest.mark.topic("R525")),
    pytest.param(
        LLaMA2With70B, llama_count(32000, 8192, 80, 28672, 8), 68_976_648_192, "69B", marks=pytest.mark.topic("R525")
    ),
    pytest.param(
        PaLM540B, palm_count(256_000, 18432, 118, 48), 540_356_474_880, "540B", marks=pytest.mark.topic("R524")
    ),
]


@pytest.mark.parametrize("build, formula, exact, said", COUNTS, ids=[c.values[0].__name__ for c in COUNTS])
def test_configurations_of_the_papers_are_counted_and_not_allocated(build, formula, exact, said):
    tracemalloc.start()
    with nn.abstract():
        model = build()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert nn.count_parameters(model) == formula == exact
    unit = 10**9 if said.endswith("B") else 10**6
    assert f"{exact / unit:.{len(said.partition('.')[2]) - 1 if '.' in said else 0}f}{said[-1]}" == said
    assert peak < 5e6  # bytes, for up to 2 TB


@pytest.mark.topic("R522", "R523")
def test_twelve_layers_d_squared_and_the_vocabulary_are_nearly_all():
    for exact, V, d, L, within in [(174_604_259_328, 50257, 12288, 96, 3e-4), (124_439_808, 50257, 768, 12, 1e-2)]:
        assert 0 < exact / (12 * L * d * d + V * d) - 1 < within
    assert 12 * 96 * 12288**2 + 50257 * 12288 == 174_563_733_504


# What makes each of them.


@pytest.mark.topic("R523")
def test_gpt_normalises_first_and_draws_what_ends_a_branch_smaller():
    model = GPT(300, 10, 64, 4, 8, rng=np.random.default_rng(0))
    layer = model.layers[3]
    assert layer.norm_first and model.head is None
    for part in (model.tokens, layer.self_attn.in_proj_weight, layer.linear1, model.positions):
        assert np.std(getattr(part, "weight", part).data) == pytest.approx(0.02, rel=0.06)
    for part in (layer.self_attn.out_proj, layer.linear2):
        assert np.std(part.weight.data) == pytest.approx(0.02 / 4, rel=0.06)
    assert not layer.linear1.bias.data.any()


def queries_and_keys(attention, x):
    """What the op of an attention layer gets."""
    seen, pair = [], ops.scaled_dot_product_attention.reference

    def forward(q, k, *arrays, **options):
        seen.extend((q, k))
        return pair.forward(q, k, *arrays, **options)

    with npdl.swap(scaled_dot_product_attention=(forward, pair.backward)):
        attention(x)
    return seen


@pytest.mark.topic("R524", "R525")
@pytest.mark.parametrize("name", ["LLaMA", "PaLM"])
def test_rotary_positions_are_relative(name):
    """q · k of two tokens depends on their distance alone: a text that starts later says the same."""
    layer = small(name).layers[0].attention
    x = np.tile(np.random.default_rng(2).standard_normal((1, 1, 8)), (1, 6, 1))  # the same vector at all places
    q, k = queries_and_keys(layer, x)
    scores = np.matmul(q, k.swapaxes(-1, -2))  # (1, kv_heads, group, 6, 6)
    for distance in range(-5, 6):
        diagonal = np.diagonal(scores, distance, axis1=-2, axis2=-1)
        np.testing.assert_allclose(diagonal, diagonal[..., :1] + 0 * diagonal, rtol=0, atol=1e-12)
    first = scores[..., 0, :]
    assert np.abs(first - first[..., :1]).max() > 1e-2  # and on the distance it does depend


@pytest.mark.topic("R524")
def test_palm_has_one_key_for_all_queries_and_side_by_side_parts():
    model = small("PaLM")
    layer, x = model.layers[0], np.random.default_rng(2).standard_normal((2, 5, 8))
    assert layer.attention.q_proj_weight.shape == (12, 8) and layer.attention.k_proj_weight.shape == (6, 8)
    cache = nn.KVCache()
    layer(x, cache=cache)
    assert sizes_of(cache) == [2 * 5 * 6] * 2
    z = layer.norm(x)
    apart = x + (layer.attention(z, causal=True) + layer.feed_forward(z)).data
    np.testing.assert_allclose(layer(x).data, apart, rtol=0, atol=1e-12)
    assert not [name for name, _ in model.named_parameters() if "bias" in name]


def sizes_of(cache):
    """How many numbers it holds: those of the keys, those of the values, layer after layer."""
    return [array.size for kept in cache._kept.values() for array in kept]


def test_what_is_cached_shrinks_with_the_heads_of_keys():
    sizes = []
    for kv_heads in (4, 2, 1):
        model, cache = LLaMA(V, 8, 4, 1, 6, kv_heads=kv_heads), nn.KVCache()
        model(IDS, cache=cache)
        sizes += sizes_of(cache)
    assert sizes == [2 * T * 8] * 2 + [2 * T * 4] * 2 + [2 * T * 2] * 2


@pytest.mark.topic("R522")
def test_a_small_one_learns_more_of_the_language_than_how_frequent_letters_are():
    rng = np.random.default_rng(0)
    text = english().text(6000, rng)
    tokeniser = CharTokeniser(text)
    ids, unseen = np.split(tokeniser.encode(text), [5000])
    p = np.bincount(ids, minlength=len(tokeniser)) / len(ids)
    unigram = -np.log(p[unseen]).mean()  # nats a letter

    def loss(scores, y):
        return ops.softmax_cross_entropy(scores.transpose(0, 2, 1), y)

    model = GPT(len(tokeniser), 16, 32, 2, 1, std=0.1, rng=rng)
    trainer = Trainer(model, Adam(model.parameters(), lr=5e-3), loss, progress=False)
    for _ in range(100):
        trainer.step(*random_windows(ids, 16, 16, rng))
    with no_grad():
        x, y = random_windows(unseen, 64, 16, rng)
        learnt = loss(model(x), y).item()
    assert learnt < 0.8 * unigram


# The same blocks out of PyTorch's parts.


def copied(module, torch):
    return {name: torch.tensor(p.data, requires_grad=True) for name, p in module.named_parameters()}


def torch_attention(torch, p, z, heads, kv_heads, base=10000.0):
    """Causal attention with rotary positions as products of complex numbers, and repeated keys and values."""
    N, T, _ = z.shape
    if "attention.in_proj_weight" in p:
        q, k, v = (z @ p["attention.in_proj_weight"].T).chunk(3, dim=-1)
    else:
        q, k, v = (z @ p[f"attention.{name}_proj_weight"].T for name in "qkv")
    q, k, v = (a.reshape(N, T, h, -1).transpose(1, 2) for a, h in ((q, heads), (k, kv_heads), (v, kv_heads)))
    d = q.shape[-1]
    frequencies = base ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
    turns = torch.polar(torch.ones(T, d // 2, dtype=torch.float64), torch.outer(torch.arange(T), frequencies))

    def turned(a):
        pairs = torch.view_as_complex(a.reshape(*a.shape[:-1], d // 2, 2).contiguous())
        return torch.view_as_real(pairs * turns).reshape(a.shape)

    k, v = (a.repeat_interleave(heads // kv_heads, dim=1) for a in (turned(k), v))
    y = torch.nn.functional.scaled_dot_product_attention(turned(q), k, v, is_causal=True)
    return y.transpose(1, 2).reshape(N, T, -1) @ p["attention.out_proj.weight"].T


def torch_swiglu(torch, p, z):
    w1, w2, w3 = (p[f"feed_forward.w{i}.weight"].T for i in (1, 2, 3))
    return (torch.nn.functional.silu(z @ w1) * (z @ w3)) @ w2


def torch_llama(torch, p, x):
    F = torch.nn.functional
    z = F.rms_norm(x, (8,), p["attention_norm.weight"], eps=1e-6)
    x = x + torch_attention(torch, p, z, heads=4, kv_heads=2)
    return x + torch_swiglu(torch, p, F.rms_norm(x, (8,), p["ffn_norm.weight"], eps=1e-6))


def torch_palm(torch, p, x):
    z = torch.nn.functional.layer_norm(x, (8,), p["norm.weight"])
    return x + torch_attention(torch, p, z, heads=2, kv_heads=1) + torch_swiglu(torch, p, z)


def torch_gpt(torch, p, x):
    theirs = torch.nn.TransformerEncoderLayer(
        8, 2, 32, 0.0, "gelu", batch_first=True, norm_first=True, dtype=torch.float64
    )
    causal = torch.nn.Transformer.generate_square_subsequent_mask(x.shape[1], dtype=torch.float64)
    return torch.func.functional_call(theirs, p, (x,), dict(src_mask=causal, is_causal=True))


@pytest.mark.oracle
@pytest.mark.parametrize(
    "name, composed",
    [
        pytest.param("GPT", torch_gpt, marks=pytest.mark.topic("R523")),
        pytest.param("LLaMA", torch_llama, marks=pytest.mark.topic("R525")),
        pytest.param("PaLM", torch_palm, marks=pytest.mark.topic("R524")),
    ],
)
def test_a_layer_is_what_pytorchs_parts_make(name, composed):
    torch = pytest.importorskip("torch")
    rng, layer = np.random.default_rng(3), small(name).layers[1]
    for parameter in layer.parameters():
        parameter.data = parameter.data + 0.3 * rng.standard_normal(parameter.shape)
    x, p = Tensor(rng.standard_normal((2, T, 8)), requires_grad=True), copied(layer, torch)
    theirs_x = torch.tensor(x.data, requires_grad=True)
    mine, theirs = layer(x, causal=True), composed(torch, p, theirs_x)
    dout = rng.standard_normal(mine.shape)
    mine.backward(dout)
    theirs.backward(torch.tensor(dout))
    np.testing.assert_allclose(mine.data, theirs.detach().numpy(), rtol=0, atol=1e-10)
    np.testing.assert_allclose(x.grad, theirs_x.grad.numpy(), rtol=0, atol=1e-10)
    for n, parameter in layer.named_parameters():
        np.testing.assert_allclose(parameter.grad, p[n].grad.numpy(), rtol=0, atol=1e-10, err_msg=n)
