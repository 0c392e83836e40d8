"""Sample inputs of every op: one row an op. The tour, the gradient checks and the oracles all feed from here.

The inputs are chosen to show faults: sides of different length, strides smaller than kernels, padding on one side only,
ids that repeat, gamma and beta that are not 1 and 0. They keep away from the corners of relu and the ties of max, where
there is no derivative to compare with.
"""

from typing import NamedTuple

import numpy as np


class Sample(NamedTuple):
    args: tuple
    options: dict


def samples(name, dtype="float64", seed=0):
    """The sample calls of one op, as a list of Sample(args, options); KeyError if its row is missing."""
    cases = ROWS[name](Draw(seed))
    return [Sample(tuple(_cast(a, dtype) for a in args), options) for args, options in cases]


def _cast(a, dtype):
    return a.astype(dtype) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a


class Draw:
    """Random arrays from one seed."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def normal(self, *shape):
        return self.rng.standard_normal(shape)

    def positive(self, *shape):
        return self.rng.uniform(0.5, 2, shape)

    def off_zero(self, *shape):
        """Of both signs, none near 0."""
        return self.rng.choice([-1, 1], shape) * self.positive(*shape)

    def distinct(self, *shape):
        """No two numbers closer than 0.1."""
        n = int(np.prod(shape))
        return (self.rng.permutation(n).reshape(shape) - n / 2) / 10

    def integers(self, high, *shape):
        return self.rng.integers(0, high, shape)


def _binary(d):
    yield (d.normal(3, 5), d.off_zero(3, 5)), {}
    yield (d.normal(2, 3, 5), d.off_zero(3, 1)), {}
    yield (d.normal(1), d.off_zero(2, 3)), {}
    yield (d.normal(3, 5), 0.7), {}
    yield (0.7, d.off_zero(3, 5)), {}


def _unary(values):
    def cases(d):
        yield (getattr(d, values)(3, 7),), {}
        yield (getattr(d, values)(2, 3, 1, 5),), {}

    return cases


def _over_axis(d):
    yield (d.normal(3, 7),), {}
    yield (d.normal(2, 5, 3),), {"axis": 1}


def _reduction(d):
    yield (d.distinct(3, 5),), {}
    yield (d.distinct(3, 5, 2),), {"axis": 1}
    yield (d.distinct(3, 5, 2),), {"axis": (0, -1), "keepdims": True}
    yield (d.distinct(3, 5, 2),), {"axis": (0, 2)}


def _matmul(d):
    yield (d.normal(3, 5), d.normal(5, 2)), {}
    yield (d.normal(2, 1, 3, 5), d.normal(7, 5, 2)), {}
    yield (d.normal(5), d.normal(2, 5, 3)), {}
    yield (d.normal(3, 5), d.normal(5)), {}
    yield (d.normal(5), d.normal(5)), {}


def _affine(d):
    yield (d.normal(3, 2, 5), d.normal(10, 7), d.normal(7)), {}
    yield (d.normal(3, 5), d.normal(5, 2), None), {}


def _conv2d(d):
    yield (d.normal(2, 3, 7, 6), d.normal(5, 3, 3, 2), d.normal(5)), {}
    yield (d.normal(3, 2, 7, 6), d.normal(3, 2, 3, 3), d.normal(3)), {"stride": 2, "pad": 1}
    yield (d.normal(2, 4, 8, 7), d.normal(6, 2, 3, 2), None), {"stride": (2, 1), "pad": ((1, 0), (0, 2)), "groups": 2}
    yield (d.normal(2, 3, 9, 8), d.normal(6, 1, 2, 3), d.normal(6)), {"dilation": (3, 2), "pad": (0, 1), "groups": 3}


def _pool(d):
    yield (d.distinct(2, 3, 6, 4),), {"size": 2}
    yield (d.distinct(2, 3, 7, 8),), {"size": 3, "stride": 2}
    yield (d.distinct(2, 1, 6, 5),), {"size": (3, 2), "stride": (2, 1), "pad": (1, 1)}
    yield (d.distinct(1, 2, 6, 7),), {"size": 3, "stride": 2, "pad": ((1, 0), (0, 1)), "ceil_mode": True}


def _avg_pool(d):
    yield from _pool(d)
    yield (d.normal(2, 3, 6, 5),), {"size": 3, "stride": 2, "pad": 1, "count_include_pad": False}


def _batchnorm(d):
    yield (d.normal(7, 5) * 2 + 1, d.off_zero(5), d.normal(5)), {"eps": 1e-2}
    yield (d.normal(3, 2, 4, 5), d.off_zero(2), d.normal(2), d.normal(2), d.positive(2)), {"momentum": 0.7}
    yield (d.normal(7, 5), d.off_zero(5), d.normal(5), d.normal(5), d.positive(5)), {"training": False}


def _layernorm(d):
    yield (d.normal(7, 5) * 2 + 1, d.off_zero(5), d.normal(5)), {"eps": 1e-2}
    yield (d.normal(2, 3, 7), d.off_zero(7), d.normal(7)), {}


def _groupnorm(d):
    yield (d.normal(3, 6, 2, 5) * 2 + 1, d.off_zero(6), d.normal(6)), {"groups": 2, "eps": 1e-2}
    yield (d.normal(2, 3, 7), d.off_zero(3), d.normal(3)), {"groups": 3}


def _dropout(d):
    yield (d.normal(3, 7),), {"p": 0.3, "rng": np.random.default_rng(7)}
    yield (d.normal(3, 7),), {"p": 0.3, "training": False}
    yield (d.normal(3, 7),), {"p": 1}


def _embedding(d):
    yield (np.array([[3, 1, 3], [0, 3, 6]]), d.normal(7, 5)), {}
    yield (np.array([2, 2]), d.normal(3, 4)), {}


def _cross_entropy(d):
    yield (d.normal(7, 5) * 2, d.integers(5, 7)), {}
    yield (d.normal(3, 5, 2, 4), d.integers(5, 3, 2, 4)), {"reduction": "sum", "label_smoothing": 0.2}
    yield (d.normal(5, 3), np.array([2, -100, 0, 0, -100])), {"ignore_index": -100, "label_smoothing": 0.1}
    yield (d.normal(4, 3), np.array([2, 1, 0, 1])), {"reduction": "none", "ignore_index": 1}


def _svm(d):
    yield (d.normal(7, 5), d.integers(5, 7)), {}
    yield (d.normal(5, 3), d.integers(3, 5)), {"delta": 0.3}


def _bce(d):
    yield (d.off_zero(3, 7) * 3, d.integers(2, 3, 7)), {}
    yield (d.off_zero(5), d.rng.random(5)), {"reduction": "sum"}
    yield (d.off_zero(5), d.integers(2, 5) > 0), {"reduction": "none"}


def _mse(d):
    yield (d.normal(3, 7), d.normal(3, 7)), {}
    yield (d.normal(5), d.normal(5)), {"reduction": "sum"}
    yield (d.normal(2, 3), d.normal(2, 3)), {"reduction": "none"}


def _getitem(d):
    yield (d.normal(5, 7),), {"index": (slice(1, 4), 2)}
    yield (d.normal(5, 7, 2),), {"index": (Ellipsis, None, slice(None, None, -1))}
    yield (d.normal(5, 7),), {"index": (np.array([0, 3, 3, 4]), np.array([6, 1, 1, 0]))}
    yield (d.normal(3, 5),), {"index": np.arange(15).reshape(3, 5) % 2 == 0}


def _concat(d):
    yield (d.normal(2, 3), d.normal(2, 5), d.normal(2, 1)), {"axis": 1}
    yield (d.normal(2, 3), d.normal(5, 3)), {}


ROWS = {
    "add": _binary,
    "sub": _binary,
    "mul": _binary,
    "div": _binary,
    "neg": _unary("normal"),
    "exp": _unary("normal"),
    "log": _unary("positive"),
    "sum": _reduction,
    "mean": _reduction,
    "max": _reduction,
    "reshape": lambda d: [((d.normal(3, 10),), {"shape": (5, -1)})],
    "transpose": lambda d: [((d.normal(3, 5),), {}), ((d.normal(2, 3, 5),), {"axes": (1, -1, 0)})],
    "concat": _concat,
    "getitem": _getitem,
    "matmul": _matmul,
    "affine": _affine,
    "relu": _unary("off_zero"),
    "leaky_relu": lambda d: [((d.off_zero(3, 7),), {}), ((d.off_zero(2, 5),), {"slope": 0.2})],
    "sigmoid": _unary("normal"),
    "tanh": _unary("normal"),
    "softmax": _over_axis,
    "log_softmax": _over_axis,
    "batchnorm": _batchnorm,
    "layernorm": _layernorm,
    "groupnorm": _groupnorm,
    "dropout": _dropout,
    "conv2d": _conv2d,
    "max_pool2d": _pool,
    "avg_pool2d": _avg_pool,
    "global_avg_pool2d": lambda d: [((d.normal(2, 3, 5, 4),), {})],
    "embedding": _embedding,
    "softmax_cross_entropy": _cross_entropy,
    "svm_loss": _svm,
    "bce_with_logits": _bce,
    "mse": _mse,
}
