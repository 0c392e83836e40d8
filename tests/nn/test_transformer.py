"""Transformer layers against PyTorch's, both norms; what the feed-forward networks are; the SpatialTransformer."""

import numpy as np
import pytest

from npdl import InputError, Tensor, nn, no_grad, ops
from tests.nn.helpers import torch_twins


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def make(kind, *args, seed=0, **options):
    """In float64, with biases and norms that are not their first values."""
    rng = np.random.default_rng(seed)
    module = kind(*args, rng=rng, **options).astype("float64")
    for parameter in module.parameters():
        if parameter.ndim == 1:
            parameter.data = parameter.data + 0.5 * rng.standard_normal(parameter.shape)
    return module


X, MEMORY = normal(3, 5, 8), normal(3, 7, 8, seed=1)
both_norms = pytest.mark.parametrize("norm_first", [False, True])


@pytest.mark.oracle
@pytest.mark.topic("R282", "R284")
@both_norms
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_the_encoder_layer_is_pytorchs(norm_first, activation):
    torch = pytest.importorskip("torch")
    theirs = torch.nn.TransformerEncoderLayer(8, 2, 16, 0.0, activation, batch_first=True, norm_first=norm_first)
    mine = make(nn.TransformerEncoderLayer, 8, 2, 16, activation=activation, norm_first=norm_first)
    torch_twins(mine, theirs.double(), [X])
    causal = torch.nn.Transformer.generate_square_subsequent_mask(5, dtype=torch.float64)
    torch_twins(mine, theirs, [X], lambda m, x: m(x, src_mask=causal), causal=True)


@pytest.mark.oracle
@pytest.mark.topic("R278", "R279", "R282")
@both_norms
def test_the_decoder_layer_is_pytorchs(norm_first):
    torch = pytest.importorskip("torch")
    theirs = torch.nn.TransformerDecoderLayer(8, 2, 16, 0.0, "gelu", batch_first=True, norm_first=norm_first)
    mine = make(nn.TransformerDecoderLayer, 8, 2, 16, activation="gelu", norm_first=norm_first)
    causal = torch.nn.Transformer.generate_square_subsequent_mask(5, dtype=torch.float64)
    torch_twins(mine, theirs.double(), [X, MEMORY], lambda m, x, memory: m(x, memory, tgt_mask=causal))
    padded = torch.arange(7) >= torch.tensor([3, 7, 5])[:, None]
    run = lambda m, x, memory: m(x, memory, memory_key_padding_mask=padded)  # noqa: E731
    torch_twins(mine, theirs, [X, MEMORY], run, memory_mask=nn.padding_mask([3, 7, 5], 7), causal=False)


@pytest.mark.oracle
@pytest.mark.parametrize("theirs, mine", [("LayerNorm", nn.LayerNorm), ("RMSNorm", nn.RMSNorm)])
def test_norms_are_pytorchs(theirs, mine):
    torch = pytest.importorskip("torch")
    layer = mine(8).astype("float64")
    for parameter in layer.parameters():
        parameter.data = normal(8, seed=2)
    torch_twins(layer, getattr(torch.nn, theirs)(8, eps=layer.eps, dtype=torch.float64), [X])


@pytest.mark.topic("R282")
def test_post_norm_is_the_norm_of_the_sum_and_pre_norm_the_sum_with_the_norm():
    post = make(nn.TransformerEncoderLayer, 8, 2, 16)
    x = post.norm1(X + post.self_attn(X))
    expected = post.norm2(x + post.linear2(ops.relu(post.linear1(x))))
    np.testing.assert_array_equal(post(X).data, expected.data)
    pre = make(nn.TransformerEncoderLayer, 8, 2, 16, norm_first=True)
    x = X + pre.self_attn(pre.norm1(X))
    expected = x + pre.linear2(ops.relu(pre.linear1(pre.norm2(x))))
    np.testing.assert_array_equal(pre(X).data, expected.data)
    gamma, beta = post.norm2.weight.data, post.norm2.bias.data
    np.testing.assert_allclose(((post(X).data - beta) / gamma).mean(axis=-1), 0, atol=1e-12)


@pytest.mark.topic("R282")
def test_pre_norm_hands_x_and_its_gradient_through_a_deep_stack_untouched():
    """Twelve layers whose parts add nothing yet: x comes out, and dout. With post-norm x is standardised on the way."""

    def stack(norm_first):
        layers = [make(nn.TransformerEncoderLayer, 8, 2, 16, norm_first=norm_first, seed=i) for i in range(12)]
        for layer in layers:
            for last in (layer.linear2, layer.self_attn.out_proj):
                last.weight.data, last.bias.data = np.zeros_like(last.weight.data), np.zeros(8)
        return nn.Sequential(*layers)

    x, dout = Tensor(X, requires_grad=True), normal(3, 5, 8, seed=2)
    y = stack(True)(x)
    y.backward(dout)
    np.testing.assert_array_equal(y.data, X)
    np.testing.assert_array_equal(x.grad, dout)
    assert np.abs(stack(False)(X).data - X).max() > 0.5


@pytest.mark.topic("R281")
def test_the_feed_forward_network():
    """linear, gelu, linear at each position by itself: 8 n² + 5 n numbers for n -> 4 n -> n."""
    n = 6
    net = make(nn.FeedForward, n, 4 * n)
    assert sum(p.data.size for p in net.parameters()) == 8 * n * n + 5 * n
    x = normal(2, 5, n)
    w1, b1, w2, b2 = (p.data for p in net.parameters())
    np.testing.assert_allclose(net(x).data, ops.gelu(x @ w1.T + b1) @ w2.T + b2, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(net(x[:, 3:4]).data, net(x).data[:, 3:4], rtol=1e-12, atol=1e-12)


@pytest.mark.oracle
@pytest.mark.topic("R281")
def test_the_feed_forward_network_is_pytorchs():
    torch = pytest.importorskip("torch")
    net, x = make(nn.FeedForward, 8, 32), Tensor(X, requires_grad=True)
    theirs = torch.nn.Sequential(torch.nn.Linear(8, 32), torch.nn.GELU(), torch.nn.Linear(32, 8)).double()
    theirs.load_state_dict(
        {f"{2 * i}.{name}": torch.tensor(getattr(part, name).data)
         for i, part in enumerate((net.linear1, net.linear2)) for name in ("weight", "bias")}
    )  # fmt: skip
    y, tx = net(x), torch.tensor(X, requires_grad=True)
    expected = theirs(tx)
    y.backward(X)
    expected.backward(torch.tensor(X))
    np.testing.assert_allclose(y.data, expected.detach().numpy(), rtol=0, atol=1e-10)
    np.testing.assert_allclose(x.grad, tx.grad.numpy(), rtol=0, atol=1e-10)


@pytest.mark.topic("R281", "R284")
def test_dropout_drops_in_training_and_a_path_drops_whole_samples():
    layer = make(nn.TransformerEncoderLayer, 8, 2, 16, dropout=0.3)
    assert np.abs(layer(X).data - layer(X).data).max() > 0.1
    np.testing.assert_array_equal(layer.eval()(X).data, make(nn.TransformerEncoderLayer, 8, 2, 16).eval()(X).data)
    network = make(nn.FeedForward, 8, 16, dropout=0.5)
    assert ((network(X).data == 0).mean() > 0.3) and not (network.eval()(X).data == 0).any()
    skipped = make(nn.TransformerEncoderLayer, 8, 2, 16, norm_first=True, drop_path=1.0)
    np.testing.assert_array_equal(skipped(X).data, X)


@pytest.mark.topic("R279")
@both_norms
@pytest.mark.parametrize("kind", [nn.TransformerEncoderLayer, nn.TransformerDecoderLayer])
def test_decoding_with_a_cache_is_decoding_from_the_start(kind, norm_first):
    """One cache for a stack of three layers."""
    layers = [make(kind, 8, 2, 16, norm_first=norm_first, seed=seed) for seed in range(3)]
    memory = () if kind is nn.TransformerEncoderLayer else (MEMORY,)

    def run(x, cache=None):
        for layer in layers:
            x = layer(x, *memory, causal=True, cache=cache)
        return x.data

    cache, whole = nn.KVCache(), run(X)
    with no_grad():
        for t in range(5):
            np.testing.assert_allclose(run(X[:, t : t + 1], cache), whole[:, t : t + 1], rtol=0, atol=1e-12)
    assert cache.length == 5


@pytest.mark.topic("R284")
def test_an_unknown_activation_is_refused_and_a_function_taken():
    with pytest.raises(InputError, match=r"should be a function, or one of \['relu', 'gelu', 'silu'\]; got 'x'"):
        nn.TransformerEncoderLayer(8, 2, 16, activation="x")
    assert nn.FeedForward(8, 16, activation=ops.tanh).activation is ops.tanh


# The block of diffusion U-Nets.


def block(**options):
    return make(nn.SpatialTransformer, 8, 2, 3, context_dim=5, groups=4, **options)


IMAGE, PROMPT = normal(2, 8, 3, 4), normal(2, 6, 5, seed=1)


@pytest.mark.topic("R298")
def test_the_spatial_transformer_begins_as_the_identity():
    new = nn.SpatialTransformer(8, 2, 3, context_dim=5, groups=4).astype("float64")
    np.testing.assert_array_equal(new(IMAGE, PROMPT).data, IMAGE)
    assert np.abs(block(zero_init=False)(IMAGE, PROMPT).data - IMAGE).max() > 0.1


@pytest.mark.topic("R276", "R298")
def test_it_is_proj_in_layers_proj_out_and_the_image():
    """proj_in and proj_out, convolutions of one pixel, are affine layers of tokens: channels -> 2 · 3 -> channels."""
    net = block(zero_init=False, depth=2)
    tokens = ops.groupnorm(IMAGE, net.norm.weight.data, net.norm.bias.data, groups=4, eps=1e-6)
    tokens = tokens.reshape(2, 8, 12).transpose(0, 2, 1)
    assert net.proj_in.weight.shape == (6, 8, 1, 1) and net.proj_out.weight.shape == (8, 6, 1, 1)
    tokens = tokens @ net.proj_in.weight.data[:, :, 0, 0].T + net.proj_in.bias.data
    for layer in net.transformer_blocks:
        tokens = layer(tokens, PROMPT, causal=False).data
    tokens = tokens @ net.proj_out.weight.data[:, :, 0, 0].T + net.proj_out.bias.data
    expected = IMAGE + tokens.transpose(0, 2, 1).reshape(2, 8, 3, 4)
    np.testing.assert_allclose(net(IMAGE, PROMPT).data, expected, rtol=0, atol=1e-12)


@pytest.mark.topic("R277", "R298")
def test_it_reads_the_prompt_as_a_set_and_does_without():
    net = block(zero_init=False)
    y = net(IMAGE, PROMPT).data
    np.testing.assert_allclose(net(IMAGE, PROMPT[:, ::-1]).data, y, rtol=0, atol=1e-12)
    assert np.abs(net(IMAGE, PROMPT + 1).data - y).max() > 1e-3
    alone = make(nn.SpatialTransformer, 8, 2, 3, groups=4, zero_init=False)
    assert alone(IMAGE).shape == IMAGE.shape


@pytest.mark.topic("R298")
def test_every_pixel_reads_every_other():
    x = Tensor(IMAGE[:1], requires_grad=True)
    block(zero_init=False)(x, PROMPT[:1])[0, :, 1, 2].sum().backward()
    assert (x.grad != 0).any(axis=1).all()
