"""npdl.ops.contrastive in PyTorch, which has no InfoNCE: those are written as a cross-entropy."""

import torch
import torch.nn.functional as F


def info_nce(a, b, *, temperature=0.1, reduction="mean"):
    logits = F.normalize(a) @ F.normalize(b).T / temperature
    return F.cross_entropy(logits, torch.arange(len(a)), reduction=reduction)


def nt_xent(z, *, temperature=0.5, reduction="mean"):
    """Without the diagonal each row has the 2N - 1 others, its partner at i + N - 1, or in the second half at i - N."""
    count = len(z)
    logits = F.normalize(z) @ F.normalize(z).T / temperature
    others = logits[~torch.eye(count, dtype=torch.bool)].reshape(count, count - 1)
    first = torch.arange(count // 2)
    return F.cross_entropy(others, torch.cat([first + count // 2 - 1, first]), reduction=reduction)


TORCH = {
    "cosine_similarity": lambda a, b, *, axis=-1, eps=1e-8: F.cosine_similarity(a, b, axis, eps),
    "cosine_embedding_loss": lambda a, b, y, **options: F.cosine_embedding_loss(a, b, y, **options),
    "triplet": lambda anchor, positive, negative, **options: F.triplet_margin_loss(
        anchor, positive, negative, **options
    ),
    "info_nce": info_nce,
    "nt_xent": nt_xent,
}
