"""What is measured: a case is a kind of work and its sizes; inputs and operations follow from these.

Cases are plain values, so that they can be sent to a child process as JSON. NumPy is not needed to list them.
"""

import random
from math import prod
from typing import NamedTuple


class Case(NamedTuple):
    """kind: a key of INPUTS; sizes: its arguments; bar: the least ratio (PyTorch's time / npdl's) that is wanted."""

    name: str
    kind: str
    sizes: dict
    bar: float | None = None


# --- Convolutions ---------------------------------------------------------------------------------------------------

CONV = ("N", "C", "H", "K", "k", "stride", "pad", "dilation", "groups")  # K filters of C/groups × k × k, images H × H


def conv(*numbers, bar=None):
    """The case of a convolution: numbers in the order of CONV, the last ones may be left out."""
    sizes = dict(zip(CONV, (*numbers, *(1, 0, 1, 1)[len(numbers) - 5 :])))
    name = "{N}×{C}×{H}² → {K}, {k}×{k}".format(**sizes)
    usual = {"stride": 1, "pad": sizes["k"] // 2, "dilation": 1, "groups": 1}
    name += "".join(f", {option} {sizes[option]}" for option in usual if sizes[option] != usual[option])
    return Case(name, "conv", sizes, bar)


def conv_output(H, k, stride, pad, dilation):
    """The side of the output."""
    return (H + 2 * pad - dilation * (k - 1) - 1) // stride + 1


LAYERS = [
    conv(64, 3, 32, 64, 3, 1, 1, bar=0.8),
    conv(64, 64, 32, 64, 3, 1, 1, bar=0.8),
    conv(64, 128, 16, 128, 3, 1, 1, bar=0.8),
    conv(64, 256, 8, 256, 3, 1, 1, bar=0.8),
    conv(64, 512, 4, 512, 3, 1, 1, bar=0.8),
    conv(64, 64, 32, 128, 3, 2, 1, bar=0.8),
    conv(64, 64, 32, 64, 1, 1, 0, bar=0.8),
    conv(8, 3, 224, 64, 7, 2, 3, bar=0.8),
    conv(8, 64, 56, 64, 3, 1, 1, bar=0.8),
    conv(8, 128, 28, 128, 3, 1, 1, bar=0.8),
    conv(8, 256, 14, 256, 3, 1, 1, bar=0.8),
    conv(8, 512, 7, 512, 3, 1, 1, bar=0.8),
    conv(64, 96, 32, 96, 3, 1, 1, 1, 96, bar=0.4),
    conv(16, 64, 32, 64, 5, 1, 2, bar=0.8),
    conv(16, 64, 32, 64, 3, 1, 2, 2, bar=0.8),
]


def random_layers(count=50, seed=0):
    """Convolutions that nobody chose: all nine numbers drawn, what is no layer or not 0.03 to 3 GFLOP drawn again.

    N: 1 to 64, powers of 2; C, K: 1 to 256; H: 5 to 64, any number; k: 1, 3, 5, 7; pad: none, or what keeps the size;
    one in four has stride 2, one in eight dilation 2, one in four groups: 2, 4, or as many as channels (depthwise).
    """
    draw, layers = random.Random(seed), []
    while len(layers) < count:
        N, H, k = 2 ** draw.randrange(7), draw.randint(5, 64), draw.choice((1, 3, 3, 3, 5, 7))
        C, K = (draw.choice((1, 3, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256)) for _ in range(2))
        stride, dilation = draw.choice((1, 1, 1, 2)), draw.choice((1,) * 7 + (2,)) if k > 1 else 1
        pad = draw.choice((0, dilation * (k - 1) // 2))
        groups = draw.choice((1,) * 12 + (2, 4, C, C))
        K = C if groups == C else K
        if C % groups or K % groups or H + 2 * pad < dilation * (k - 1) + 1:
            continue
        layer = conv(N, C, H, K, k, stride, pad, dilation, groups)
        if 3e7 <= flops(layer) <= 3e9:
            layers.append(layer)
    return layers


# --- Other layers, and whole steps ----------------------------------------------------------------------------------

OPS = [
    Case("affine 512×1024 → 1024", "affine", {"N": 512, "D": 1024, "M": 1024}, 1.0),
    Case("batch norm + relu 64×64×32²", "batchnorm_relu", {"N": 64, "C": 64, "H": 32}, 0.9),
    Case("max pool 2×2 64×64×32²", "max_pool", {"N": 64, "C": 64, "H": 32, "size": 2}, 1.0),
    Case("layer norm 4096×512", "layernorm", {"N": 4096, "D": 512}, 0.8),
    Case("softmax, cross-entropy 4096×1000", "cross_entropy", {"N": 4096, "classes": 1000}, 1.0),
    Case("Adam, 10 × 1000×1000", "adam", {"arrays": 10, "side": 1000}, 0.8),
]

GATES = {"rnn": 1, "lstm": 4, "gru": 3}
RECURRENT = {"N": 64, "T": 64, "D": 256, "H": 256}

SEQUENCES = [
    *(Case(f"{kind} 64×64×256 → 256", kind, RECURRENT, 0.7) for kind in GATES),
    Case("embedding 64×64 of 10000×256", "embedding", {"N": 64, "T": 64, "V": 10_000, "D": 256}, 1.0),
    Case("attention 8×8 heads×256×64", "attention", {"N": 8, "heads": 8, "T": 256, "d": 64}, 0.8),
    Case("transformer layer 16×128×256", "transformer", {"N": 16, "T": 128, "D": 256, "heads": 8}, 0.8),
]

TRANSFORMER = (  # the parameters of a layer, by the names that npdl has from PyTorch
    *("self_attn.in_proj_weight", "self_attn.in_proj_bias", "self_attn.out_proj.weight", "self_attn.out_proj.bias"),
    *("linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias"),
    *("norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias"),
)

IMAGES = {"LeNet-5": (1, 32, 32), "VGG-11": (3, 32, 32), "ResNet-18": (3, 32, 32), "MLP": (3, 32, 32)}
VGG11 = (64, "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool")  # 3×3 filters; then affine
MLP = (512, 512, 512)

STEPS = [
    Case(f"{model}, N = {N}", "step", {"model": model, "N": N}, 0.8)
    for model, N in (("LeNet-5", 128), ("VGG-11", 64), ("ResNet-18", 64), ("MLP", 64))
]

GEMMS = [Case(f"{n}×{n}", "gemm", {"n": n}) for n in (512, 1024, 2048)]
GEMMS.append(Case("64×64, one after the other on every thread", "gemms", {"n": 64, "count": 16, "blocks": 256}))

SCALING = {
    "N": [conv(N, 64, 32, 64, 3, 1, 1) for N in (1, 2, 4, 8, 16, 32, 64)],
    "C": [conv(16, C, 16, C, 3, 1, 1) for C in (4, 16, 64, 128, 256)],
    "H": [conv(8, 64, H, 64, 3, 1, 1) for H in (4, 8, 16, 32, 64, 128)],
}
THREADS = conv(32, 64, 32, 64, 3, 1, 1)  # the layer of the sweep over threads

PEERS = [conv(16, 3, 32, 64, 3, 1, 1), conv(16, 32, 32, 32, 3, 1, 1)]


# --- Inputs and operations ------------------------------------------------------------------------------------------


def inputs(kind, sizes, seed=0):
    """(arrays, options) of a case: C-contiguous float32, labels int64."""
    import numpy as np

    rng = np.random.default_rng(seed)
    return INPUTS[kind](lambda *shape: rng.standard_normal(shape, np.float32), rng.integers, **sizes)


def _conv(normal, _, *, N, C, H, K, k, stride, pad, dilation, groups):
    out = conv_output(H, k, stride, pad, dilation)
    arrays = {"x": normal(N, C, H, H), "w": normal(K, C // groups, k, k), "b": normal(K)}
    arrays["dout"] = normal(N, K, out, out)
    return arrays, {"stride": stride, "pad": pad, "dilation": dilation, "groups": groups}


def _affine(normal, _, *, N, D, M):
    return {"x": normal(N, D), "w": normal(M, D), "b": normal(M), "dout": normal(N, M)}, {}


def _batchnorm_relu(normal, _, *, N, C, H):
    return {"x": normal(N, C, H, H), "gamma": normal(C), "beta": normal(C), "dout": normal(N, C, H, H)}, {}


def _max_pool(normal, _, *, N, C, H, size):
    return {"x": normal(N, C, H, H), "dout": normal(N, C, H // size, H // size)}, {"size": size}


def _layernorm(normal, _, *, N, D):
    return {"x": normal(N, D), "gamma": normal(D), "beta": normal(D), "dout": normal(N, D)}, {}


def _cross_entropy(normal, integers, *, N, classes):
    return {"x": normal(N, classes), "y": integers(classes, size=N)}, {}


def _recurrent(gates, biases=1):
    """Weights (G H, D) and (G H, H), as both sides' modules hold them; states begin at 0."""

    def drawn(normal, _, *, N, T, D, H):
        weights = {"w": normal(gates * H, D) / H**0.5, "u": normal(gates * H, H) / H**0.5}
        weights |= {f"b{i}": normal(gates * H) for i in range(biases)}
        return {"x": normal(N, T, D), **weights, "dout": normal(N, T, H)}, {}

    return drawn


def _embedding(normal, integers, *, N, T, V, D):
    return {"y": integers(V, size=(N, T)), "table": normal(V, D), "dout": normal(N, T, D)}, {}


def _attention(normal, _, *, N, heads, T, d):
    return {name: normal(N, heads, T, d) for name in ("q", "k", "v", "dout")}, {}


def _transformer(normal, _, *, N, T, D, heads):
    matrices = (3 * D, D), (D, D), (4 * D, D), (D, 4 * D)
    weights = [a for rows, columns in matrices for a in (normal(rows, columns) / columns**0.5, normal(rows))]
    weights += [normal(D) for _ in range(4)]
    return {"x": normal(N, T, D), **dict(zip(TRANSFORMER, weights)), "dout": normal(N, T, D)}, {"heads": heads}


def _adam(normal, _, *, arrays, side):
    names = [f"{letter}{i}" for letter in "wg" for i in range(arrays)]  # weights, then gradients
    return {name: normal(side, side) for name in names}, {}


def _step(normal, integers, *, model, N):
    return {"x": normal(N, *IMAGES[model]), "y": integers(10, size=N)}, {"model": model}


def _gemm(normal, _, *, n):
    return {"a": normal(n, n), "b": normal(n, n)}, {}


def _gemms(normal, _, *, n, count, blocks):
    return {"a": normal(count, n, n), "b": normal(n, n)}, {"blocks": blocks}


INPUTS = {
    "conv": _conv,
    "affine": _affine,
    "batchnorm_relu": _batchnorm_relu,
    "max_pool": _max_pool,
    "layernorm": _layernorm,
    "cross_entropy": _cross_entropy,
    "rnn": _recurrent(1),
    "lstm": _recurrent(4),
    "gru": _recurrent(3, biases=2),
    "embedding": _embedding,
    "attention": _attention,
    "transformer": _transformer,
    "adam": _adam,
    "step": _step,
    "gemm": _gemm,
    "gemms": _gemms,
}
HAS_LAYOUT = ("conv", "batchnorm_relu", "max_pool", "step")  # kinds whose input is of images


def flops(case):
    """Floating-point operations by the definition, forward and backward; None where no matrix product is in it.

    A multiplication and its addition are two. Backward does the forward's work twice, for the gradients of x and of w.
    Whoever needs fewer, as Winograd's convolution does, may come out above 100 % of the peak.
    """
    if case.kind == "conv":
        N, C, H, K, k, stride, pad, dilation, groups = (case.sizes[name] for name in CONV)
        return 3 * 2 * N * K * conv_output(H, k, stride, pad, dilation) ** 2 * (C // groups) * k * k
    if case.kind == "affine":
        return 3 * 2 * prod(case.sizes.values())
    if case.kind in GATES:
        N, T, D, H = (case.sizes[name] for name in "NTDH")
        return 3 * 2 * N * T * (D + H) * GATES[case.kind] * H
    if case.kind == "attention":  # two products; of the backward's five, the scores once more do not count
        N, heads, T, d = (case.sizes[name] for name in ("N", "heads", "T", "d"))
        return 3 * 2 * 2 * N * heads * T * T * d
    if case.kind == "transformer":  # 12 D² weights a position, and the attention
        N, T, D = (case.sizes[name] for name in "NTD")
        return 3 * 2 * N * T * (12 * D * D + 2 * T * D)
    if case.kind == "gemm":
        return 2 * case.sizes["n"] ** 3
    if case.kind == "gemms":
        return 2 * case.sizes["n"] ** 3 * case.sizes["count"] * case.sizes["blocks"]
    return None
