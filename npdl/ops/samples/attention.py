"""Samples of npdl.ops.attention."""

import numpy as np


def _attention(d):
    yield (d.normal(2, 3, 5), d.normal(2, 7, 5), d.normal(2, 7, 4)), {}
    yield (d.normal(3, 5, 4), d.normal(3, 5, 4), d.normal(3, 5, 4)), {"causal": True}
    yield (d.normal(2, 3, 4, 2), d.normal(2, 1, 6, 2), d.normal(1, 6, 3)), {"causal": True}  # the last 4 of 6
    seen = np.arange(42).reshape(6, 7) % 3 > 0
    seen[2] = False  # a query that sees nothing
    yield (d.normal(2, 6, 5), d.normal(2, 7, 5), d.normal(2, 7, 3), seen), {}
    added = d.normal(2, 1, 4, 5)
    yield (d.normal(2, 3, 4, 5), d.normal(2, 3, 5, 5), d.normal(2, 3, 5, 2), added, d.normal(3, 4, 5)), {}
    yield (d.normal(2, 4, 7), d.normal(2, 6, 7), d.normal(2, 6, 3)), {"p": 0.3, "rng": np.random.default_rng(7)}


def _linear_attention(d):
    yield (d.normal(2, 3, 5), d.normal(2, 7, 5), d.normal(2, 7, 4)), {}
    yield (d.normal(2, 3, 6, 2), d.normal(2, 3, 6, 2), d.normal(2, 3, 6, 2)), {}


def _rotary(d):
    yield (d.normal(5, 6), d.normal(5, 3)), {}
    yield (d.normal(2, 3, 4, 2), d.normal(4, 1)), {}


ROWS = {
    "scaled_dot_product_attention": _attention,
    "linear_attention": _linear_attention,
    "rotary": _rotary,
    "window_partition": lambda d: [((d.normal(2, 4, 6, 3),), {"window": 2})],
    "window_reverse": lambda d: [((d.normal(2, 6, 4, 3),), {"size": (4, 6)})],
}
