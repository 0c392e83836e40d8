"""Samples of npdl.ops.contrastive: vectors of different lengths, losses on both sides of a margin and not near it."""

import numpy as np


def _cosine(d):
    yield (d.normal(5, 7), d.normal(5, 7)), {}
    yield (d.normal(3, 1, 4), d.normal(3, 5, 1)), {"axis": 0}
    yield (d.normal(7), d.normal(7) * 3), {}


def _pairs(d):
    """y = 1 and -1, cosines on both sides of the margin and not near it, vectors of drawn lengths."""
    a = np.array([[2.0, 0.5, 0.1], [0.3, 1.0, -0.7], [1.0, -1.0, 0.4], [0.2, 0.9, 0.6], [0.5, 0.1, 0.3]])
    b = np.array([[1.0, 0.9, 0.2], [-0.3, 2.0, 0.5], [-2.0, 1.0, 0.3], [0.4, 1.9, 0.8], [-0.7, 0.2, 1.1]])
    y = np.array([1, -1, -1, -1, 1])
    a, b = a * d.positive(5, 1), b * d.positive(5, 1)
    yield (a, b, y), {"margin": 0.2}
    yield (a[1:], b[1:], y[1:]), {"reduction": "sum"}
    yield (a, b, y), {"reduction": "none", "margin": -0.5}


def _triplet(d):
    near, far = d.normal(5, 7), d.normal(5, 7)
    yield (near + d.normal(5, 7) * 0.5, near, far), {"margin": 3.5}
    yield (d.normal(2, 3, 4), d.normal(2, 3, 4), d.normal(2, 3, 4)), {"reduction": "sum"}
    yield (d.normal(4, 3), d.normal(4, 3), d.normal(4, 3)), {"reduction": "none"}


def _info_nce(d):
    yield (d.normal(5, 7), d.normal(5, 7) * 2), {}
    yield (d.normal(4, 3), d.normal(4, 3)), {"temperature": 0.5, "reduction": "sum"}
    yield (d.normal(4, 3), d.normal(4, 3)), {"temperature": 2.0, "reduction": "none"}


def _nt_xent(d):
    yield (d.normal(6, 4),), {}
    yield (d.normal(8, 3),), {"temperature": 0.2, "reduction": "sum"}
    yield (d.normal(4, 5),), {"temperature": 2.0, "reduction": "none"}


ROWS = {
    "cosine_similarity": _cosine,
    "cosine_embedding_loss": _pairs,
    "triplet": _triplet,
    "info_nce": _info_nce,
    "nt_xent": _nt_xent,
}
