"""Random calls of the ops, for hypothesis: shapes and options are drawn, the numbers follow from a drawn seed.

A configuration is (args, options) in float64. Strides, padding, dilation, groups, axes and reductions vary together:
faults hide where two of them meet. Only what PyTorch can say too is drawn.
"""

import numpy as np
from hypothesis import strategies as st

small = st.integers(1, 4)
seeds = st.integers(0, 2**32 - 1)


def pick(*values):
    return st.sampled_from(values)


@st.composite
def numbers(draw, shape):
    """A Gaussian array: of a scale and a shift that are drawn too."""
    rng = np.random.default_rng(draw(seeds))
    return np.asarray(rng.standard_normal(shape) * draw(pick(1.0, 0.1, 3.0)) + draw(pick(0.0, 0.0, 1.0)))


@st.composite
def apart(draw, shape):
    """No two numbers closer than 0.1: no ties, neither in float32."""
    n = int(np.prod(shape))
    return (np.random.default_rng(draw(seeds)).permutation(n).reshape(shape) - n / 2) / 10


@st.composite
def positive(draw, shape):
    return np.random.default_rng(draw(seeds)).uniform(0.5, 2, shape)


@st.composite
def off_zero(draw, shape):
    rng = np.random.default_rng(draw(seeds))
    return np.asarray(rng.choice([-1, 1], shape) * rng.uniform(0.5, 2, shape))


@st.composite
def labels(draw, shape, classes):
    return np.random.default_rng(draw(seeds)).integers(0, classes, shape)


def shapes(low=1, high=4):
    return st.lists(small, min_size=low, max_size=high).map(tuple)


@st.composite
def broadcast_shapes(draw):
    """Two shapes that broadcast against each other."""
    whole = draw(shapes(0, 4))
    a, b = [tuple(1 if draw(st.booleans()) else n for n in whole)[draw(st.integers(0, len(whole))) :] for _ in "ab"]
    return draw(pick((whole, a), (b, whole), (a, b)))


@st.composite
def binary(draw):
    a, b = draw(broadcast_shapes())
    return (draw(off_zero(a)), draw(off_zero(b))), {}


def unary(values):
    @st.composite
    def configuration(draw):
        return (draw(values(draw(shapes()))),), {}

    return configuration


@st.composite
def leaky_relu(draw):
    return (draw(off_zero(draw(shapes()))),), {"slope": draw(pick(0.01, 0.2, 0.0))}


@st.composite
def over_axis(draw):
    shape = draw(shapes())
    return (draw(numbers(shape)),), {"axis": draw(st.integers(-len(shape), len(shape) - 1))}


@st.composite
def reduction(draw):
    shape = draw(shapes())
    axes = draw(st.sets(st.integers(0, len(shape) - 1), min_size=1))
    several = tuple(a - len(shape) if draw(st.booleans()) else a for a in axes)
    axis = draw(pick(None, several, several[0]))
    return (draw(apart(shape)),), {"axis": axis, "keepdims": draw(st.booleans())}


@st.composite
def matmul(draw):
    n, k, m = draw(small), draw(small), draw(small)
    batch_a, batch_b = draw(broadcast_shapes())
    a, b = (*batch_a, n, k), (*batch_b, k, m)
    a, b = draw(pick((a, b), (a, b), ((k,), b), (a, (k,)), ((k,), (k,))))
    return (draw(numbers(a)), draw(numbers(b))), {}


@st.composite
def affine(draw):
    shape, n, m = draw(shapes(1, 3)), draw(small), draw(small)
    b = draw(numbers((m,))) if draw(st.booleans()) else None
    return (draw(numbers((n, *shape))), draw(numbers((int(np.prod(shape)), m))), b), {}


@st.composite
def paddings(draw, limits=(2, 2), symmetric=False):
    """An int, (height, width), or - unless it must be symmetric - all four sides."""
    low = min(limits)
    one, pair = draw(st.integers(0, low)), tuple(draw(st.integers(0, n)) for n in limits)
    if symmetric:
        return draw(pick(one, pair))
    return draw(pick(one, pair, tuple(tuple(draw(st.integers(0, n)) for _ in "ab") for n in limits)))


@st.composite
def one_or_two(draw, values):
    return draw(values) if draw(st.booleans()) else (draw(values), draw(values))


def both(value):
    return (value, value) if isinstance(value, int) else value


def sides(pad):
    return tuple((p, p) if isinstance(p, int) else p for p in both(pad))


@st.composite
def conv2d(draw):
    """The image is at least as large as the kernel's reach, by a few pixels that a stride may leave over."""
    groups = draw(pick(1, 1, 2, 3))
    n, c, f = draw(st.integers(1, 3)), groups * draw(st.integers(1, 3)), groups * draw(st.integers(1, 3))
    kernel = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    stride, dilation, pad = draw(one_or_two(st.integers(1, 3))), draw(one_or_two(st.integers(1, 3))), draw(paddings())
    size = []
    for k, d, (before, after) in zip(kernel, both(dilation), sides(pad), strict=True):
        size.append(max(1, d * (k - 1) + 1 - before - after) + draw(st.integers(0, 4)))
    b = draw(numbers((f,))) if draw(st.booleans()) else None
    options = {"stride": stride, "pad": pad, "dilation": dilation, "groups": groups}
    return (draw(numbers((n, c, *size))), draw(numbers((f, c // groups, *kernel))), b), options


@st.composite
def pooling(draw):
    """PyTorch's padding is symmetric and at most half the window; a sum of ours and its ceil_mode it cannot say."""
    size = draw(one_or_two(st.integers(1, 4)))
    ceil_mode = draw(st.booleans())
    pad = draw(paddings([k // 2 for k in both(size)], symmetric=ceil_mode))
    lengths = [max(1, k - sum(p)) + draw(st.integers(0, 5)) for k, p in zip(both(size), sides(pad), strict=True)]
    options = {"size": size, "stride": draw(one_or_two(st.integers(1, 3))), "pad": pad, "ceil_mode": ceil_mode}
    return (draw(apart((draw(st.integers(1, 2)), draw(st.integers(1, 3)), *lengths))),), options


@st.composite
def avg_pool2d(draw):
    args, options = draw(pooling())
    return args, {**options, "count_include_pad": draw(st.booleans())}


@st.composite
def images(draw):
    shape = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 5)), draw(st.integers(1, 5))
    return (draw(numbers(shape)),), {}


epsilons = pick(1e-5, 1e-3, 1e-1)


@st.composite
def spread(draw, shape):
    """Four numbers or more of scale 1 at least: normalising others leaves a gradient that is rounding in float32."""
    return np.random.default_rng(draw(seeds)).standard_normal(shape) * draw(pick(1.0, 3.0)) + draw(pick(0.0, 1.0))


@st.composite
def batchnorm(draw):
    c = draw(small)
    shape = draw(pick((4, c), (7, c), (2, c, 3), (3, c, 2, 4), (2, c, 2, 2, 2)))
    running = (draw(numbers((c,))), draw(positive((c,))))
    training = draw(st.booleans())
    args = draw(spread(shape)), draw(off_zero((c,))), draw(numbers((c,)))
    args += running if draw(st.booleans()) or not training else ()
    return args, {"training": training, "momentum": draw(pick(0.9, 0.5, 0.0, 1.0)), "eps": draw(epsilons)}


@st.composite
def layernorm(draw):
    shape = (*draw(shapes(1, 3)), draw(st.integers(4, 7)))
    return (draw(spread(shape)), draw(off_zero(shape[-1:])), draw(numbers(shape[-1:]))), {"eps": draw(epsilons)}


@st.composite
def groupnorm(draw):
    groups, n = draw(st.integers(1, 3)), draw(small)
    c = groups * draw(st.integers(1, 3))
    shape = (n, c, *draw(pick((4,), (2, 3), (5, 1), (2, 2, 2))))
    return (draw(spread(shape)), draw(off_zero((c,))), draw(numbers((c,)))), {"groups": groups, "eps": draw(epsilons)}


reductions = pick("mean", "sum", "none")


@st.composite
def softmax_cross_entropy(draw):
    classes, shape = draw(st.integers(2, 5)), draw(pick((1,), (6,), (3, 2), (2, 3, 2)))
    scores, y = draw(numbers((shape[0], classes, *shape[1:]))), draw(labels(shape, classes))
    ignore_index = draw(pick(None, 0, -100))
    y.flat[0] = 1  # a mean over no sample is 0 here and nan in PyTorch
    if ignore_index == -100:
        y.flat[1::3] = -100
    options = {"ignore_index": ignore_index, "label_smoothing": draw(pick(0.0, 0.1, 1.0))}
    return (scores, y), {**options, "reduction": draw(reductions)}


@st.composite
def svm_loss(draw):
    n, classes = draw(small), draw(st.integers(2, 5))
    return (draw(apart((n, classes))), draw(labels((n,), classes))), {"delta": draw(pick(1.05, 0.25, 3.05))}


@st.composite
def bce_with_logits(draw):
    shape = draw(shapes())
    z = draw(pick(draw(labels(shape, 2)), draw(labels(shape, 2)) > 0, draw(positive(shape)) / 2))
    return (draw(off_zero(shape)) * 4, z), {"reduction": draw(reductions)}


@st.composite
def mse(draw):
    shape = draw(shapes())
    return (draw(numbers(shape)), draw(numbers(shape))), {"reduction": draw(reductions)}


@st.composite
def reshape(draw):
    shape = draw(shapes())
    return (draw(numbers(shape)),), {"shape": draw(pick(shape[::-1], (-1,), (-1, shape[0]), (1, *shape)))}


@st.composite
def transpose(draw):
    shape = draw(shapes())
    return (draw(numbers(shape)),), {"axes": draw(pick(None, tuple(draw(st.permutations(range(len(shape)))))))}


@st.composite
def concat(draw):
    shape = list(draw(shapes()))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    arrays = []
    for _ in range(draw(small)):
        shape[axis] = draw(small)
        arrays.append(draw(numbers(tuple(shape))))
    return tuple(arrays), {"axis": axis}


@st.composite
def getitem(draw):
    """Slices and integers, or integer arrays that read places twice, or a mask."""
    shape = draw(shapes())
    x = draw(numbers(shape))
    basic = tuple(draw(st.one_of(st.integers(-n, n - 1), st.slices(n))) for n in shape)
    several = tuple(draw(labels((5,), n)) for n in shape)
    return (x,), {"index": draw(pick(basic, (Ellipsis, *basic[-1:]), several, several[0], x > 0))}


@st.composite
def embedding(draw):
    rows, columns = draw(st.integers(1, 6)), draw(small)
    return (draw(labels(draw(shapes(1, 3)), rows)), draw(numbers((rows, columns)))), {}


@st.composite
def dropout(draw):
    options = {"p": draw(pick(0.0, 0.3, 0.9, 1.0)), "training": draw(st.booleans())}
    return (draw(numbers(draw(shapes()))),), {**options, "rng": np.random.default_rng(draw(seeds))}


CONFIGURATIONS = {
    **dict.fromkeys(("add", "sub", "mul", "div"), binary),
    **dict.fromkeys(("neg", "exp", "tanh", "sigmoid"), unary(numbers)),
    "relu": unary(off_zero),
    "log": unary(positive),
    "leaky_relu": leaky_relu,
    **dict.fromkeys(("softmax", "log_softmax"), over_axis),
    **dict.fromkeys(("sum", "mean", "max"), reduction),
    "matmul": matmul,
    "affine": affine,
    "conv2d": conv2d,
    "max_pool2d": pooling,
    "avg_pool2d": avg_pool2d,
    "global_avg_pool2d": images,
    "batchnorm": batchnorm,
    "layernorm": layernorm,
    "groupnorm": groupnorm,
    "softmax_cross_entropy": softmax_cross_entropy,
    "svm_loss": svm_loss,
    "bce_with_logits": bce_with_logits,
    "mse": mse,
    "reshape": reshape,
    "transpose": transpose,
    "concat": concat,
    "getitem": getitem,
    "embedding": embedding,
    "dropout": dropout,
}
