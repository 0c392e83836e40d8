"""Configurations of npdl.ops.loss."""

import numpy as np
from hypothesis import strategies as st

from tests.ops.configurations.base import (
    apart,
    distributions,
    labels,
    numbers,
    off_zero,
    pick,
    positive,
    reductions,
    seeds,
    shapes,
    small,
)


@st.composite
def labelled(draw):
    """Scores (N, C, ...), their labels, and the options of both losses that take such."""
    classes, shape = draw(st.integers(2, 5)), draw(pick((1,), (6,), (3, 2), (2, 3, 2)))
    scores, y = draw(numbers((shape[0], classes, *shape[1:]))), draw(labels(shape, classes))
    ignore_index = draw(pick(None, 0, -100))
    y.flat[0] = 1  # a mean over no sample is 0 here and nan in PyTorch
    if ignore_index == -100:
        y.flat[1::3] = -100
    return (scores, y), {"ignore_index": ignore_index, "reduction": draw(reductions)}


@st.composite
def softmax_cross_entropy(draw):
    (scores, y), options = draw(labelled())
    options["label_smoothing"] = draw(pick(0.0, 0.1, 1.0))
    if draw(st.booleans()):
        options["weight"] = draw(positive((scores.shape[1],)))
    return (scores, y), options


@st.composite
def soft_cross_entropy(draw):
    shape = draw(pick((1, 2), (6, 4), (3, 5, 2), (2, 3, 1, 4)))
    return (draw(numbers(shape)), draw(distributions(shape))), {"reduction": draw(reductions)}


@st.composite
def svm_loss(draw):
    n, classes = draw(small), draw(st.integers(2, 5))
    options = {"delta": draw(pick(1.05, 0.25, 3.05)), "reduction": draw(reductions)}
    return (draw(apart((n, classes))), draw(labels((n,), classes))), options


@st.composite
def targets(draw, shape):
    """Integers, booleans or shares, for a binary cross-entropy."""
    return draw(pick(draw(labels(shape, 2)), draw(labels(shape, 2)) > 0, draw(positive(shape)) / 2))


@st.composite
def bce_with_logits(draw):
    shape = draw(shapes())
    return (draw(off_zero(shape)) * 4, draw(targets(shape))), {"reduction": draw(reductions)}


@st.composite
def bce(draw):
    shape = draw(shapes())
    p = np.asarray(0.5 + draw(off_zero(shape)) / 5)  # from 0.1 to 0.9
    return (p, draw(targets(shape))), {"reduction": draw(reductions)}


@st.composite
def temporal_softmax_loss(draw):
    n, t, v = draw(small), draw(small), draw(st.integers(2, 5))
    mask = np.random.default_rng(draw(seeds)).random((n, t)) < 0.7 if draw(st.booleans()) else None
    return (draw(numbers((n, t, v))), draw(labels((n, t), v)), mask), {}


CONFIGURATIONS = {
    "softmax_cross_entropy": softmax_cross_entropy,
    "soft_cross_entropy": soft_cross_entropy,
    "nll": labelled,
    "svm_loss": svm_loss,
    "temporal_softmax_loss": temporal_softmax_loss,
    "bce_with_logits": bce_with_logits,
    "bce": bce,
}
