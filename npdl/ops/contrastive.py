"""Losses that compare vectors with vectors: what belongs together comes near, what does not goes apart."""

import math
from typing import NamedTuple

import numpy as np

from ..errors import InputError, InputTypeError, require_ndim, require_positive, require_range, require_shape
from ..tape import op
from ._losses import reduce_losses
from .elementwise import unbroadcast
from .loss import softmax_cross_entropy_backward, softmax_cross_entropy_forward
from .norm import l2_normalise_backward, l2_normalise_forward

__all__ = [
    "cosine_similarity", "cosine_similarity_forward", "cosine_similarity_backward",
    "cosine_embedding_loss", "cosine_embedding_loss_forward", "cosine_embedding_loss_backward",
    "triplet", "triplet_forward", "triplet_backward",
    "info_nce", "info_nce_forward", "info_nce_backward",
    "nt_xent", "nt_xent_forward", "nt_xent_backward",
    "nt_xent_naive",
]  # fmt: skip


def cosine_similarity_forward(a, b, *, axis=-1, eps=1e-8):
    """y = a · b / (max(|a|, eps) max(|b|, eps)) along one axis, in [-1, 1]. The other axes broadcast.

    a, b: (..., D); y: (...). All pairs of rows: cosine_similarity(a[:, None], b[None]). axis counts the axes of a and b
    broadcast: where one of them has fewer, an axis >= 0 is not its own number, so that -1 is the plainer.
    """
    require_positive("cosine_similarity", "eps", eps)
    axis = axis - max(a.ndim, b.ndim) if axis >= 0 else axis
    if not -min(a.ndim, b.ndim) <= axis < 0:
        raise InputError("cosine_similarity", "axis", f"an axis of both a {a.shape} and b {b.shape}", axis)
    if a.shape[axis] != b.shape[axis]:
        raise InputError("cosine_similarity", "b", f"as long as a along axis {axis}, {a.shape[axis]}", b)
    A, a_cache = l2_normalise_forward(a, axis=axis, eps=eps)
    B, b_cache = l2_normalise_forward(b, axis=axis, eps=eps)
    return (A * B).sum(axis=axis), (a_cache, b_cache, axis)


def cosine_similarity_backward(dout, cache, needs=(True, True)):
    """dA = dout B, dB = dout A, and back through the two divisions by the length."""
    a_cache, b_cache, axis = cache
    A, B = a_cache[0], b_cache[0]
    dout = np.expand_dims(dout, axis)
    da = l2_normalise_backward(unbroadcast(dout * B, A.shape), a_cache) if needs[0] else None
    db = l2_normalise_backward(unbroadcast(dout * A, B.shape), b_cache) if needs[1] else None
    return da, db


cosine_similarity = op(cosine_similarity_forward, cosine_similarity_backward)


def cosine_embedding_loss_forward(a, b, y, *, margin=0.0, reduction="mean"):
    """L = 1 - cos(a, b) for pairs that belong together (y = 1), max(0, cos(a, b) - margin) for others (y = -1).

    a, b: (..., D); y: integers (...), 1 or -1; margin: the cosine that strangers may have, in [-1, 1].
    """
    require_range("cosine_embedding_loss", "margin", margin, -1, 1)
    require_shape("cosine_embedding_loss", "b", b, a.shape, "like a")
    if getattr(y, "dtype", None) is None or y.dtype.kind != "i":
        raise InputTypeError("cosine_embedding_loss", "y", "an array of integers, 1 or -1", y)
    require_shape("cosine_embedding_loss", "y", y, a.shape[:-1], "one for each pair")
    if isinstance(y, np.ndarray) and (np.abs(y) != 1).any():
        raise InputError("cosine_embedding_loss", "y", "1 (a pair) or -1 (no pair)", int(y[np.abs(y) != 1][0]))
    cos, cos_cache = cosine_similarity_forward(a, b)
    losses = np.where(y == 1, 1 - cos, np.maximum(cos - margin, 0))
    value, scale = reduce_losses("cosine_embedding_loss", losses, reduction)
    return value, (cos_cache, y, cos > margin, scale)


def cosine_embedding_loss_backward(dout, cache, needs=(True, True, False)):
    """dcos = -1 for a pair, 1 for strangers nearer than the margin."""
    cos_cache, y, near, scale = cache
    dout = dout * scale
    dcos = np.where(y == 1, -dout, dout * near)
    return *cosine_similarity_backward(dcos, cos_cache, needs[:2]), None


cosine_embedding_loss = op(cosine_embedding_loss_forward, cosine_embedding_loss_backward, constant=("y",))


class TripletCache(NamedTuple):
    near: object
    far: object
    near_length: object
    far_length: object
    inside: object
    scale: object


def triplet_forward(anchor, positive, negative, *, margin=1.0, eps=1e-6, reduction="mean"):
    """L = max(0, |anchor - positive| - |anchor - negative| + margin): the negative lies further off, by the margin.

    All: (..., D); margin, eps >= 0. The distances are Euclidean, with eps added to each difference, as PyTorch's: a
    distance of 0 has no derivative (with eps = 0 it is taken as 0). (FaceNet, Schroff et al. 2015, has squared
    distances of vectors of length 1, margin 0.2.)
    """
    for name, number in dict(margin=margin, eps=eps).items():
        require_range("triplet", name, number, 0, math.inf)
    for name, array in dict(positive=positive, negative=negative).items():
        require_shape("triplet", name, array, anchor.shape, "like anchor")
    near, far = anchor - positive + eps, anchor - negative + eps
    near_length, far_length = (np.sqrt((v * v).sum(axis=-1, keepdims=True)) for v in (near, far))
    losses = np.maximum(near_length - far_length + margin, 0)[..., 0]
    value, scale = reduce_losses("triplet", losses, reduction)
    near_length, far_length = (np.where(length == 0, 1, length) for length in (near_length, far_length))
    return value, TripletCache(near, far, near_length, far_length, losses > 0, scale)


def triplet_backward(dout, cache, needs=(True, True, True)):
    """The derivative of a length is the direction: the positive is pulled near, the negative pushed off."""
    near, far, near_length, far_length, inside, scale = cache
    dout = (dout * scale * inside)[..., None]
    pull, push = dout * near / near_length, dout * far / far_length
    danchor = pull - push if needs[0] else None
    return danchor, -pull if needs[1] else None, push if needs[2] else None


triplet = op(triplet_forward, triplet_backward)


class InfoNCECache(NamedTuple):
    a: tuple
    b: tuple
    cross_entropy: tuple
    temperature: float
    scale: object


def info_nce_forward(a, b, *, temperature=0.1, reduction="mean"):
    """L_n = -log softmax_m(a_n · b_m / temperature)[n], rows made of length 1: which b belongs to this a?

    van den Oord et al. 2018, eq. 4. a, b: (N, D), row n of both a pair, all other rows of b its negatives. For both
    directions, as in CLIP (Radford et al. 2021): (info_nce(a, b) + info_nce(b, a)) / 2.
    """
    require_ndim("info_nce", "a", a, 2, "(N, D)")
    require_shape("info_nce", "b", b, a.shape, "like a")
    if len(a) == 0:
        raise InputError("info_nce", "a", "of at least one row: a softmax over all rows", a)
    require_positive("info_nce", "temperature", temperature)
    A, a_cache = l2_normalise_forward(a)
    B, b_cache = l2_normalise_forward(b)
    partner = np.arange(len(a), like=a)
    losses, ce_cache = softmax_cross_entropy_forward(A @ B.T / temperature, partner, reduction="none")
    value, scale = reduce_losses("info_nce", losses, reduction)
    return value, InfoNCECache(a_cache, b_cache, ce_cache, temperature, scale)


def info_nce_backward(dout, cache, needs=(True, True)):
    """dlogits as of a cross-entropy, through the product, then through both normalisations."""
    a_cache, b_cache, ce_cache, temperature, scale = cache
    A, B = a_cache[0], b_cache[0]
    dlogits, _ = softmax_cross_entropy_backward(dout * scale, ce_cache)
    da = l2_normalise_backward(dlogits @ B / temperature, a_cache) if needs[0] else None
    db = l2_normalise_backward(dlogits.T @ A / temperature, b_cache) if needs[1] else None
    return da, db


info_nce = op(info_nce_forward, info_nce_backward)


def _require_views(function, z, temperature):
    require_ndim(function, "z", z, 2, "(2N, D): N samples, then the second view of each")
    if len(z) % 2 or len(z) == 0:
        raise InputError(function, "z", "of an even number of rows: N samples, then the second view of each", z)
    require_positive(function, "temperature", temperature)


def nt_xent_naive(z, *, temperature=0.5):
    """The mean of nt_xent, with loops, as Chen et al. 2020 write it in algorithm 1: the oracle of the fast one."""
    _require_views("nt_xent_naive", z, temperature)
    N = len(z) // 2

    def similarity(i, j):
        return float(z[i] @ z[j] / (np.linalg.norm(z[i]) * np.linalg.norm(z[j])))

    total = 0.0
    for i in range(2 * N):
        partner = i + N if i < N else i - N
        others = sum(np.exp(similarity(i, k) / temperature) for k in range(2 * N) if k != i)
        total += -np.log(np.exp(similarity(i, partner) / temperature) / others)
    return total / (2 * N)


def nt_xent_forward(z, *, temperature=0.5, reduction="mean"):
    """L_i = -log(e^{s_ij / temperature} / Σ_{k ≠ i} e^{s_ik / temperature}), s the cosine, j the other view of i.

    SimCLR's loss: Chen et al. 2020, eq. 1. z: (2N, D), rows i and i + N two views of one sample; the mean is over all
    2N rows. It is the cross-entropy of "which row is my other view?" over all rows but oneself.
    """
    _require_views("nt_xent", z, temperature)
    u, unit_cache = l2_normalise_forward(z)
    rows = np.arange(len(z), like=z)
    logits = np.where(rows[:, None] == rows, -np.inf, u @ u.T / temperature)
    partner = (rows + len(z) // 2) % len(z)
    losses, ce_cache = softmax_cross_entropy_forward(logits, partner, reduction="none")
    value, scale = reduce_losses("nt_xent", losses, reduction)
    return value, (unit_cache, ce_cache, temperature, scale)


def nt_xent_backward(dout, cache):
    """du = (dlogits + dlogitsᵀ) u / temperature: each row stands on both sides of the product."""
    unit_cache, ce_cache, temperature, scale = cache
    u = unit_cache[0]
    dlogits, _ = softmax_cross_entropy_backward(dout * scale, ce_cache)
    return l2_normalise_backward((dlogits + dlogits.T) @ u / temperature, unit_cache)


nt_xent = op(nt_xent_forward, nt_xent_backward)
