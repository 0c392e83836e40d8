"""Losses between vectors as modules."""

from .. import ops
from .loss import Loss


class CosineSimilarity(Loss):
    """ops.cosine_similarity, called as cos(a, b); options: axis, eps."""

    op = ops.cosine_similarity


class CosineEmbeddingLoss(Loss):
    """ops.cosine_embedding_loss, called as loss(a, b, y); options: margin, reduction."""

    op = ops.cosine_embedding_loss


class Triplet(Loss):
    """ops.triplet, called as loss(anchor, positive, negative); options: margin, eps, reduction."""

    op = ops.triplet


class InfoNCE(Loss):
    """ops.info_nce, called as loss(a, b); options: temperature, reduction."""

    op = ops.info_nce


class NTXent(Loss):
    """ops.nt_xent, called as loss(z); options: temperature, reduction."""

    op = ops.nt_xent
