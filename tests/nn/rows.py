"""A row for every class of npdl.nn: the module, its inputs, and its op on its parameters p (a dict of arrays)."""

import functools

import numpy as np

from npdl import nn, ops


def normal(*shape, seed=3):
    return np.random.default_rng(seed).standard_normal(shape)


def pixel(p, name, x):
    return ops.conv2d(x, p[f"{name}.weight"], p[f"{name}.bias"])


def dense(x, *layers):
    for layer in layers:
        x = np.concatenate([x, layer(x)], axis=1)
    return x


def dense_layer(p, prefix, x):
    x = np.maximum(ops.batchnorm(x, p[f"{prefix}norm1.weight"], p[f"{prefix}norm1.bias"]), 0)
    return ops.conv2d(x, p[f"{prefix}conv1.weight"], pad=1)


def residual_dense(p, prefix, x, scale):
    def conv(name, x):
        return ops.conv2d(x, p[f"{prefix}{name}.weight"], p[f"{prefix}{name}.bias"], pad=1)

    layers = [lambda z, i=i: ops.leaky_relu(conv(f"dense.denselayer{i}.0", z), slope=0.2) for i in (1, 2, 3, 4)]
    return x + scale * conv("merge", dense(x, *layers))


def biased(module):
    """With biases of about 1: numerical steps are in proportion to a parameter, and a single one near 0 has none."""
    for parameter in module.parameters():
        if parameter.ndim == 1:
            parameter.data = np.ones_like(parameter.data)
    return module


# A small graph: six edges, of two kinds, between four nodes, and the four in two graphs.
EDGES, KINDS = np.array([[0, 1, 1, 2, 3, 0], [1, 0, 2, 1, 1, 3]]), np.array([0, 1, 1, 0, 1, 0])
GRAPH = np.array([0, 0, 0, 1])


def typed(weight, h_w, e):
    """The messages weight[e] h_w."""
    return np.einsum("eij,ej->ei", weight[e], h_w)


def linear(p, name, x):
    return x @ p[f"{name}.weight"].T + p.get(f"{name}.bias", 0)


def layernorm(p, name, x):
    return ops.layernorm(x, p[f"{name}.weight"], p[f"{name}.bias"])


def attend(q, k, v, added=0):
    """Softmax attention, all as (..., T, h, d): heads third from the left."""
    scores = np.einsum("...thd,...shd->...hts", q, k) / np.sqrt(q.shape[-1]) + added
    a = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    return np.einsum("...hts,...shd->...thd", a, v)


def multihead(p, prefix, x, context, heads, causal=False):
    packed = f"{prefix}in_proj_weight" in p
    names = [f"{prefix}{name}_proj_weight" for name in "qkv"]
    weights = np.split(p[f"{prefix}in_proj_weight"], 3) if packed else [p[name] for name in names]
    biases = np.split(p[f"{prefix}in_proj_bias"], np.cumsum([len(w) for w in weights])[:2])
    q, k, v = (a @ w.T + b for a, w, b in zip((x, context, context), weights, biases, strict=True))
    d = q.shape[-1] // heads
    k, v = (np.repeat(a.reshape(*a.shape[:2], -1, d), q.shape[-1] // a.shape[-1], axis=2) for a in (k, v))
    added = np.where(np.tri(x.shape[1], context.shape[1], dtype=bool), 0, -np.inf) if causal else 0
    y = attend(q.reshape(*q.shape[:2], heads, d), k, v, added)
    return linear(p, f"{prefix}out_proj", y.reshape(q.shape))


def two_layers(p, prefix, x, activation):
    return linear(p, f"{prefix}linear2", activation(linear(p, f"{prefix}linear1", x)))


def decoder_layer(p, prefix, x, memory, heads, activation, causal=True):
    z = layernorm(p, f"{prefix}norm1", x)
    x = x + multihead(p, f"{prefix}self_attn.", z, z, heads, causal)
    x = x + multihead(p, f"{prefix}multihead_attn.", layernorm(p, f"{prefix}norm2", x), memory, heads)
    return x + two_layers(p, prefix, layernorm(p, f"{prefix}norm3", x), activation)


def encoder_layer(p, x, heads):
    x = layernorm(p, "norm1", x + multihead(p, "self_attn.", x, x, heads))
    return layernorm(p, "norm2", x + two_layers(p, "", x, ops.gelu))


def windows(p, x, heads, M):
    """Attention of each window, pixel by pixel: the bias of two pixels is that of the way between them."""
    y = np.empty_like(x)
    table = p["relative_position_bias_table"].reshape(2 * M - 1, 2 * M - 1, heads)
    places = [(i, j) for i in range(M) for j in range(M)]
    bias = np.array([[table[a - c + M - 1, b - d + M - 1] for c, d in places] for a, b in places]).transpose(2, 0, 1)
    for i in range(0, x.shape[1], M):
        for j in range(0, x.shape[2], M):
            tokens = x[:, i : i + M, j : j + M].reshape(len(x), M * M, -1)
            q, k, v = (a.reshape(len(x), M * M, heads, -1) for a in np.split(linear(p, "qkv", tokens), 3, axis=-1))
            out = linear(p, "proj", attend(q, k, v, bias).reshape(tokens.shape))
            y[:, i : i + M, j : j + M] = out.reshape(len(x), M, M, -1)
    return y


def spatial_transformer(p, x, context):
    z = pixel(p, "proj_in", ops.groupnorm(x, p["norm.weight"], p["norm.bias"], groups=2, eps=1e-6))
    tokens = z.reshape(*z.shape[:2], -1).swapaxes(1, 2)
    tokens = decoder_layer(p, "transformer_blocks.0.", tokens, context, 2, ops.gelu, causal=False)
    return x + pixel(p, "proj_out", tokens.swapaxes(1, 2).reshape(z.shape))


def gated(p, ssm, x):
    """Mamba's block, written out, around `ssm`."""
    u, z = np.split(x @ p["in_proj.weight"].T, 2, axis=2)
    w, b = p["conv1d.weight"], p["conv1d.bias"]
    u = ops.conv1d(u.transpose(0, 2, 1), w, b, pad=((w.shape[2] - 1, 0),), groups=len(w))
    return (ssm(ops.silu(u.transpose(0, 2, 1))) * ops.silu(z)) @ p["out_proj.weight"].T


def mamba_ssm(p, u):
    dt, B, C = np.split(u @ p["x_proj.weight"].T, (2, 5), axis=2)  # rank 2, three states
    delta = np.log(1 + np.exp(dt @ p["dt_proj.weight"].T + p["dt_proj.bias"]))
    return ops.selective_scan(u, delta, -np.exp(p["A_log"]), B, C, p["D"])[0]


def s4d(p, x, prefix=""):
    A = -np.exp(p[f"{prefix}log_A_real"]) + 1j * p[f"{prefix}A_imag"]
    C, dt = p[f"{prefix}C"][..., 0] + 1j * p[f"{prefix}C"][..., 1], np.exp(p[f"{prefix}log_dt"])
    y, h = [], 0
    for t in range(x.shape[1]):
        h = np.exp(dt[:, None] * A) * h + np.expm1(dt[:, None] * A) / A * x[:, t, :, None]
        y.append(2 * (C * h).sum(axis=2).real + p[f"{prefix}D"] * x[:, t])
    return np.stack(y, axis=1)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def rnn_step(weights, x, h):
    Wx, Wh, bx, bh = weights
    return (np.tanh(x @ Wx.T + bx + h @ Wh.T + bh),)


def lstm_step(weights, x, h, c):
    """With the gates in PyTorch's order."""
    Wx, Wh, bx, bh = weights
    i, f, g, o = np.split(x @ Wx.T + bx + h @ Wh.T + bh, 4, axis=1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def gru_step(weights, x, h):
    Wx, Wh, bx, bh = weights
    (rx, zx, nx), (rh, zh, nh) = np.split(x @ Wx.T + bx, 3, axis=1), np.split(h @ Wh.T + bh, 3, axis=1)
    z = sigmoid(zx + zh)
    return ((1 - z) * np.tanh(nx + sigmoid(rx + rh) * nh) + z * h,)


def recurrent(p, x, step, cell=False):
    """Of one sequence: the last state, the states of all steps."""
    states, hs = (np.zeros((1, 4)),) * (2 if cell else 1), []
    for t in range(x.shape[1]):
        states = step(p.values(), x[:, t], *states)
        hs.append(states[0])
    return np.concatenate([s[None] for s in states[::-1]] + [np.stack(hs, axis=1)], axis=1)


LABELS = np.array([2, 0, 1, 2])
WORDS = np.array([[True, True, False, True], [True, False, False, False]])
A, B, C = normal(4, 3), normal(4, 3, seed=4), normal(4, 3, seed=5)
Q = ops.softmax(C, axis=1)


def loss(module, op, *inputs, **options):
    """The row of a loss: no parameters, the options are the op's."""
    return module(**options), list(inputs), lambda p, *arrays: op(*arrays, **options)


MODULES = {
    "ReLU": (nn.ReLU(), [normal(4, 3)], lambda p, x: ops.relu(x)),
    "LeakyReLU": (nn.LeakyReLU(0.2), [normal(4, 3)], lambda p, x: ops.leaky_relu(x, slope=0.2)),
    "PReLU": (nn.PReLU(3), [normal(4, 3, 2)], lambda p, x: ops.prelu(x, p["weight"])),
    "ELU": (nn.ELU(0.7), [normal(4, 3)], lambda p, x: ops.elu(x, alpha=0.7)),
    "ReLU6": (nn.ReLU6(), [5 * normal(4, 3)], lambda p, x: np.clip(x, 0, 6)),
    "Softplus": (nn.Softplus(), [normal(4, 3)], lambda p, x: np.log(1 + np.exp(x))),
    "GELU": (nn.GELU("tanh"), [normal(4, 3)], lambda p, x: ops.gelu(x, approximate="tanh")),
    "SiLU": (nn.SiLU(), [normal(4, 3)], lambda p, x: x / (1 + np.exp(-x))),
    "HardSigmoid": (nn.HardSigmoid(), [2 * normal(4, 3)], lambda p, x: ops.hard_sigmoid(x)),
    "HardSwish": (nn.HardSwish(), [2 * normal(4, 3)], lambda p, x: ops.hard_swish(x)),
    "Sigmoid": (nn.Sigmoid(), [normal(4, 3)], lambda p, x: ops.sigmoid(x)),
    "Tanh": (nn.Tanh(), [normal(4, 3)], lambda p, x: ops.tanh(x)),
    "Softmax": (nn.Softmax(axis=0), [normal(4, 3)], lambda p, x: ops.softmax(x, axis=0)),
    "LogSoftmax": (nn.LogSoftmax(axis=0), [normal(4, 3)], lambda p, x: ops.log_softmax(x, axis=0)),
    "Affine": (nn.Affine(6, 5), [normal(4, 3, 2)], lambda p, x: x.reshape(4, 6) @ p["weight"].T + p["bias"]),
    "Linear": (nn.Linear(3, 5), [normal(4, 2, 3)], lambda p, x: x @ p["weight"].T + p["bias"]),
    "RMSNorm": (
        nn.RMSNorm(5),
        [normal(4, 2, 5)],
        lambda p, x: x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + 1e-6) * p["weight"],
    ),
    "MultiheadAttention": (
        nn.MultiheadAttention(6, 4, head_dim=2, kv_dim=3, kv_heads=2, rng=np.random.default_rng(0)),
        [normal(2, 3, 6), normal(2, 5, 3, seed=4)],
        lambda p, x, context: multihead(p, "", x, context, 4),
    ),
    "WindowAttention": (
        nn.WindowAttention(4, 2, 2, rng=np.random.default_rng(0)),
        [normal(1, 4, 2, 4)],
        lambda p, x: windows(p, x, 2, 2),
    ),
    "FeedForward": (nn.FeedForward(3, 5), [normal(2, 2, 3)], lambda p, x: two_layers(p, "", x, ops.gelu)),
    "GatedFeedForward": (
        nn.GatedFeedForward(3, 5),
        [normal(2, 2, 3)],
        lambda p, x: linear(p, "w2", ops.silu(linear(p, "w1", x)) * linear(p, "w3", x)),
    ),
    "TransformerEncoderLayer": (
        nn.TransformerEncoderLayer(4, 2, 5, activation="gelu", rng=np.random.default_rng(0)),
        [normal(2, 3, 4)],
        lambda p, x: encoder_layer(p, x, 2),
    ),
    "TransformerDecoderLayer": (
        nn.TransformerDecoderLayer(
            4, 2, 5, activation="silu", norm_first=True, memory_dim=3, rng=np.random.default_rng(0)
        ),
        [normal(2, 3, 4), normal(2, 4, 3, seed=4)],
        lambda p, x, memory: decoder_layer(p, "", x, memory, 2, ops.silu),
    ),
    "SpatialTransformer": (
        nn.SpatialTransformer(4, 2, 1, context_dim=3, groups=2, rng=np.random.default_rng(0)),
        [normal(1, 4, 2, 2), normal(1, 3, 3, seed=4)],
        lambda p, x, context: spatial_transformer(p, x, context),
    ),
    "SinusoidalPositions": (
        nn.SinusoidalPositions(4, length=3),
        [normal(2, 3, 4)],
        lambda p, x: x + [[f(m / 100**i) for i in (0, 1) for f in (np.sin, np.cos)] for m in range(3)],
    ),
    "LearnedPositions": (nn.LearnedPositions(3, 4), [normal(2, 3, 4)], lambda p, x: x + p["weight"]),
    "PatchEmbedding": (
        nn.PatchEmbedding(2, 3, 2),
        [normal(2, 2, 4, 6)],
        lambda p, x: np.stack(
            [
                x[:, :, i : i + 2, j : j + 2].reshape(2, -1) @ p["proj.weight"].reshape(3, -1).T + p["proj.bias"]
                for i in (0, 2)
                for j in (0, 2, 4)
            ],
            axis=1,
        ),
    ),
    "ClassToken": (
        nn.ClassToken(3),
        [normal(2, 4, 3)],
        lambda p, x: np.concatenate([np.stack([p["weight"]] * 2), x], axis=1),
    ),
    "Conv2d": (
        nn.Conv2d(4, 6, (3, 2), stride=2, pad=1, groups=2),
        [normal(2, 4, 7, 5)],
        lambda p, x: ops.conv2d(x, p["weight"], p["bias"], stride=2, pad=1, groups=2),
    ),
    "Conv1d": (
        nn.Conv1d(4, 6, 3, stride=2, pad=1, groups=2),
        [normal(2, 4, 8)],
        lambda p, x: ops.conv1d(x, p["weight"], p["bias"], stride=2, pad=1, groups=2),
    ),
    "Conv3d": (
        nn.Conv3d(2, 3, (2, 3, 1), stride=2, pad=(0, 1, 0)),
        [normal(2, 2, 4, 5, 3)],
        lambda p, x: ops.conv3d(x, p["weight"], p["bias"], stride=2, pad=(0, 1, 0)),
    ),
    "ConvTranspose2d": (
        nn.ConvTranspose2d(4, 6, (3, 2), stride=2, pad=1, output_pad=(0, 1), groups=2),
        [normal(2, 4, 3, 4)],
        lambda p, x: ops.conv_transpose2d(x, *p.values(), stride=2, pad=1, output_pad=(0, 1), groups=2),
    ),
    "DepthwiseConv2d": (
        nn.DepthwiseConv2d(3, 3, stride=2, pad=1),
        [normal(2, 3, 5, 6)],
        lambda p, x: ops.conv2d(x, p["weight"], p["bias"], stride=2, pad=1, groups=3),
    ),
    "SeparableConv2d": (
        nn.SeparableConv2d(3, 4, 3, stride=2, pad=1, bias=False),
        [normal(2, 3, 5, 6)],
        lambda p, x: ops.conv2d(ops.conv2d(x, p["depthwise.weight"], stride=2, pad=1, groups=3), p["pointwise.weight"]),
    ),
    "StdConv2d": (
        nn.StdConv2d(2, 3, 3, pad=1, eps=1e-2),
        [normal(2, 2, 4, 5)],
        lambda p, x: ops.conv2d(x, ops.standardise_weight(p["weight"], eps=1e-2), p["bias"], pad=1),
    ),
    "ZeroConv2d": (
        nn.ZeroConv2d(3, 2),
        [normal(2, 3, 4, 5)],
        lambda p, x: np.einsum("fc,nchw->nfhw", p["weight"][:, :, 0, 0], x) + p["bias"][:, None, None],
    ),
    "S4D": (nn.S4D(3, 4, rng=np.random.default_rng(0)), [normal(2, 5, 3)], s4d),
    "MambaBlock": (
        nn.MambaBlock(4, states=3, kernel=3, rank=2, rng=np.random.default_rng(0)),
        [normal(2, 5, 4)],
        lambda p, x: gated(p, lambda u: mamba_ssm(p, u), x),
    ),
    "S4DBlock": (
        nn.S4DBlock(4, states=4, kernel=3, start="inv", rng=np.random.default_rng(0)),
        [normal(2, 5, 4)],
        lambda p, x: gated(p, lambda u: s4d(p, u, "s4d."), x),
    ),
    "RNN": (nn.RNN(3, 4), [normal(1, 5, 3)], lambda p, x: recurrent(p, x, rnn_step)),
    "LSTM": (nn.LSTM(3, 4), [normal(1, 5, 3)], lambda p, x: recurrent(p, x, lstm_step, cell=True)),
    "GRU": (nn.GRU(3, 4), [normal(1, 5, 3)], lambda p, x: recurrent(p, x, gru_step)),
    "RNNCell": (nn.RNNCell(3, 4), [normal(2, 3), normal(2, 4)], lambda p, x, h: rnn_step(p.values(), x, h)[0]),
    "LSTMCell": (
        nn.LSTMCell(3, 4),
        [normal(2, 3), (normal(2, 4), normal(2, 4, seed=4))],
        lambda p, x, state: np.concatenate(lstm_step(p.values(), x, *state)[::-1], axis=1),
    ),
    "GRUCell": (nn.GRUCell(3, 4), [normal(2, 3), normal(2, 4)], lambda p, x, h: gru_step(p.values(), x, h)[0]),
    "Embedding": (nn.Embedding(7, 3), [np.array([[3, 1, 3], [0, 3, 6]])], lambda p, ids: p["weight"][ids]),
    "MessagePassing": (
        nn.MessagePassing(nn.TypedMessage(3, 2, kinds=2), nn.AffineUpdate(2, 3, 5)),
        [normal(4, 3), EDGES, KINDS],
        lambda p, h, edges, e: (
            linear(p, "update.own", h)
            + np.eye(4)[:, edges[1]] @ typed(p["message.weight"], h[edges[0]], e) @ p["update.others.weight"].T
        ),
    ),
    "TypedMessage": (
        nn.TypedMessage(3, 2, kinds=2),
        [normal(6, 3), normal(6, 3, seed=4), KINDS],
        lambda p, h_w, h_v, e: typed(p["weight"], h_w, e),
    ),
    "PairMessage": (
        nn.PairMessage(3, 2, edge_features=2, rng=np.random.default_rng(0)),
        [normal(6, 3), normal(6, 3, seed=4), normal(6, 2, seed=5)],
        lambda p, h_w, h_v, e: np.maximum(linear(p, "affine", np.concatenate([h_w, h_v, e], axis=1)), 0),
    ),
    "AffineUpdate": (
        nn.AffineUpdate(2, 3, 5),
        [normal(4, 2, seed=4), normal(4, 3)],
        lambda p, m, h: linear(p, "own", h) + m @ p["others.weight"].T,
    ),
    "GatedReadout": (
        nn.GatedReadout(3, 2),
        [normal(4, 3), normal(4, 3, seed=4), GRAPH, np.int64(2)],
        lambda p, h, h0, graph, count: (
            np.eye(2)[:, graph] @ (sigmoid(linear(p, "gate", np.concatenate([h, h0], axis=1))) * linear(p, "value", h))
        ),
    ),
    "BatchNorm": (
        nn.BatchNorm(3, eps=1e-2),
        [normal(4, 3, 2, 2)],
        lambda p, x: ops.batchnorm(x, p["weight"], p["bias"], eps=1e-2),
    ),
    "LayerNorm": (
        nn.LayerNorm(3, eps=1e-2),
        [normal(4, 2, 3)],
        lambda p, x: ops.layernorm(x, p["weight"], p["bias"], eps=1e-2),
    ),
    "GroupNorm": (
        nn.GroupNorm(2, 6, eps=1e-2),
        [normal(2, 6, 3, 2)],
        lambda p, x: ops.groupnorm(x, p["weight"], p["bias"], groups=2, eps=1e-2),
    ),
    "InstanceNorm": (
        nn.InstanceNorm(3, eps=1e-2, affine=True),
        [normal(2, 3, 3, 2)],
        lambda p, x: ops.instancenorm(x, p["weight"], p["bias"], eps=1e-2),
    ),
    "LocalResponseNorm": (
        nn.LocalResponseNorm(3, alpha=0.5, beta=0.6, k=2.0),
        [normal(2, 5, 3, 2)],
        lambda p, x: ops.local_response_norm(x, size=3, alpha=0.5, beta=0.6, k=2.0),
    ),
    "L2Normalise": (
        nn.L2Normalise(axis=1, eps=0.5),
        [normal(2, 5, 3)],
        lambda p, x: ops.l2_normalise(x, axis=1, eps=0.5),
    ),
    "MaxPool2d": (
        nn.MaxPool2d(3, stride=2, pad=1, ceil_mode=True),
        [normal(2, 3, 6, 5)],
        lambda p, x: ops.max_pool2d(x, size=3, stride=2, pad=1, ceil_mode=True),
    ),
    "AvgPool2d": (
        nn.AvgPool2d(3, stride=2, pad=1, ceil_mode=True, count_include_pad=False),
        [normal(2, 3, 6, 5)],
        lambda p, x: ops.avg_pool2d(x, size=3, stride=2, pad=1, ceil_mode=True, count_include_pad=False),
    ),
    "GlobalAvgPool2d": (nn.GlobalAvgPool2d(), [normal(2, 3, 4, 5)], lambda p, x: x.mean(axis=(2, 3))),
    "AdaptiveAvgPool2d": (
        nn.AdaptiveAvgPool2d((3, 2)),
        [normal(2, 3, 4, 5)],
        lambda p, x: ops.adaptive_avg_pool2d(x, size=(3, 2)),
    ),
    "MaxUnpool2d": (
        nn.MaxUnpool2d((3, 2)),
        [normal(1, 1, 1, 2), np.array([[[[5, 11]]]])],
        lambda p, x, places: ops.max_unpool2d(x, places, shape=(3, 4)),
    ),
    "Resize": (
        nn.Resize((5, 2), mode="bilinear"),
        [normal(2, 3, 4, 3)],
        lambda p, x: ops.resize(x, size=(5, 2), mode="bilinear"),
    ),
    "Upsample": (nn.Upsample(2), [normal(2, 3, 4, 3)], lambda p, x: x.repeat(2, axis=2).repeat(2, axis=3)),
    "PixelShuffle": (nn.PixelShuffle(2), [normal(2, 8, 3, 2)], lambda p, x: ops.pixel_shuffle(x, factor=2)),
    "PixelUnshuffle": (nn.PixelUnshuffle(2), [normal(2, 2, 4, 6)], lambda p, x: ops.pixel_unshuffle(x, factor=2)),
    "Flatten": (nn.Flatten(), [normal(4, 3, 2)], lambda p, x: x.reshape(4, 6)),
    "ChannelShuffle": (nn.ChannelShuffle(3), [normal(2, 6, 3)], lambda p, x: x[:, [0, 2, 4, 1, 3, 5]]),
    "ChannelSplit": (nn.ChannelSplit((1, 3, 2)), [normal(2, 6, 3)], lambda p, x: x[:, [4, 5, 1, 2, 3, 0]]),
    "Dropout": (nn.Dropout(0.5).eval(), [normal(4, 3)], lambda p, x: x),
    "Dropout2d": (nn.Dropout2d(0.5).eval(), [normal(2, 3, 4, 5)], lambda p, x: x),
    "DropPath": (nn.DropPath(0.5).eval(), [normal(4, 3)], lambda p, x: x),
    "Sequential": (
        nn.Sequential(nn.Affine(3, 5), nn.Tanh(), nn.Affine(5, 2, bias=False)),
        [normal(4, 3)],
        lambda p, x: np.tanh(x @ p["0.weight"].T + p["0.bias"]) @ p["2.weight"].T,
    ),
    "Residual": (
        nn.Residual(nn.Sequential(nn.Tanh(), nn.Affine(3, 5)), shortcut=nn.Affine(3, 5, bias=False)),
        [normal(4, 3)],
        lambda p, x: np.tanh(x) @ p["body.1.weight"].T + p["body.1.bias"] + x @ p["shortcut.weight"].T,
    ),
    "SqueezeExcitation": (
        nn.SqueezeExcitation(4, 3, activation=nn.Tanh()),
        [normal(2, 4, 3, 2)],
        lambda p, x: (
            x * (1 / (1 + np.exp(-pixel(p, "fc2", np.tanh(pixel(p, "fc1", x.mean(axis=(2, 3), keepdims=True)))))))
        ),
    ),
    "DenseLayer": (
        nn.DenseLayer(3, 2, rng=np.random.default_rng(0)),
        [normal(2, 3, 3, 4)],
        lambda p, x: dense_layer(p, "", x),
    ),
    "DenseBlock": (
        nn.DenseBlock(3, 2, 2, rng=np.random.default_rng(0)),
        [normal(2, 3, 3, 4)],
        lambda p, x: dense(x, *(lambda z, i=i: dense_layer(p, f"denselayer{i}.", z) for i in (1, 2))),
    ),
    "ResidualDenseBlock": (
        biased(nn.ResidualDenseBlock(1, 1, scale=1.0, rng=np.random.default_rng(0))),
        [normal(1, 1, 3, 3)],
        lambda p, x: residual_dense(p, "", x, 1.0),
    ),
    "ResidualInResidualDenseBlock": (
        biased(nn.ResidualInResidualDenseBlock(1, 1, scale=0.5, rng=np.random.default_rng(0))),
        [normal(1, 1, 3, 3)],
        lambda p, x: x + 0.5 * functools.reduce(lambda z, i: residual_dense(p, f"rdb{i}.", z, 0.5), (1, 2, 3), x),
    ),
    "SoftmaxCrossEntropy": loss(
        nn.SoftmaxCrossEntropy, ops.softmax_cross_entropy, A, LABELS, label_smoothing=0.1, reduction="sum"
    ),
    "Auxiliary": (nn.Auxiliary(), [A, LABELS], lambda p, x, y: ops.softmax_cross_entropy(x, y)),
    "TemporalSoftmaxLoss": loss(
        nn.TemporalSoftmaxLoss, ops.temporal_softmax_loss, normal(2, 4, 3), LABELS[None].repeat(2, 0), WORDS
    ),
    "SoftCrossEntropy": loss(nn.SoftCrossEntropy, ops.soft_cross_entropy, A, Q, reduction="sum"),
    "NLL": loss(nn.NLL, ops.nll, A, LABELS, ignore_index=2),
    "SVMLoss": loss(nn.SVMLoss, ops.svm_loss, A, LABELS, delta=0.5),
    "BCEWithLogits": loss(nn.BCEWithLogits, ops.bce_with_logits, A, LABELS[:, None] > [0, 0, 1], reduction="sum"),
    "BCE": loss(nn.BCE, ops.bce, 0.5 + 0.3 * np.tanh(A), LABELS[:, None] > [0, 0, 1], reduction="sum"),
    "MSE": loss(nn.MSE, ops.mse, A, B, reduction="sum"),
    "L1": loss(nn.L1, ops.l1, A, B, reduction="sum"),
    "Huber": loss(nn.Huber, ops.huber, A, B, delta=0.4),
    "SmoothL1": loss(nn.SmoothL1, ops.smooth_l1, A, B, beta=0.4),
    "GaussianNLL": loss(nn.GaussianNLL, ops.gaussian_nll, A, B, C, reduction="sum"),
    "KLDivergence": loss(nn.KLDivergence, ops.kl_divergence, Q, Q[::-1].copy(), reduction="sum"),
    "KLWithLogits": loss(nn.KLWithLogits, ops.kl_with_logits, A, B, reduction="sum"),
    "GaussianKL": loss(nn.GaussianKL, ops.gaussian_kl, A, B, reduction="sum"),
    "NormalKL": loss(nn.NormalKL, ops.normal_kl, A, B, C, A + B, reduction="sum"),
    "CosineSimilarity": loss(nn.CosineSimilarity, ops.cosine_similarity, A, B, axis=0),
    "CosineEmbeddingLoss": loss(
        nn.CosineEmbeddingLoss, ops.cosine_embedding_loss, A, B, np.array([1, -1, -1, 1]), margin=-0.9
    ),
    "Triplet": loss(nn.Triplet, ops.triplet, A, B, C, margin=2.0, reduction="sum"),
    "InfoNCE": loss(nn.InfoNCE, ops.info_nce, A, B, temperature=0.3),
    "NTXent": loss(nn.NTXent, ops.nt_xent, A, temperature=0.3, reduction="sum"),
    "L2Penalty": loss(nn.L2Penalty, ops.l2_penalty, A, B),
}
