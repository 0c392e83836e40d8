"""Configurations of npdl.ops.loss."""

from hypothesis import strategies as st

from tests.ops.configurations.base import apart, labels, numbers, off_zero, pick, positive, reductions, shapes, small


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


CONFIGURATIONS = {
    "softmax_cross_entropy": softmax_cross_entropy,
    "svm_loss": svm_loss,
    "bce_with_logits": bce_with_logits,
    "mse": mse,
}
