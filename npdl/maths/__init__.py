"""The mathematics behind the layers, as small functions to try: identities, matrices, counts, chances, graphs."""

from . import (
    components,
    contraction,
    convolution,
    derivatives,
    duality,
    gaussians,
    hessians,
    identities,
    logits,
    markov,
    pca,
    spanning_tree,
    state_space,
    svd,
    systems,
)

__all__ = [
    "components",
    "contraction",
    "convolution",
    "derivatives",
    "duality",
    "gaussians",
    "hessians",
    "identities",
    "logits",
    "markov",
    "pca",
    "spanning_tree",
    "state_space",
    "svd",
    "systems",
]
