"""Mistakes in losses: 1/N, the one-hot subtracted from the wrong places, the gradient from above."""

import numpy as np

from gradcheck.faults import Fault, register

from ..ops import loss as right
from ..ops.activation import sigmoid_forward
from ..ops.samples import Draw

ONE_SAMPLE = "one sample"


def reductions(arguments, outs):
    """The two that are not the default, where a check hides them."""
    return ({"reduction": reduction} for reduction in ("sum", "none"))


def _scores(seed):
    d = Draw(seed)
    return {"scores": d.normal(3, 7) * 2, "y": d.rng.permutation(7)[:3]}, {}


P = "np.exp(log_p)"
DIFFERENCE = "(np.exp(log_p) * counted - q)"
Q_P = "(np.exp(log_p) - q)"
WEIGHT = "scaled(dout, scale, 1)"

register(
    "softmax_cross_entropy",
    right.softmax_cross_entropy_forward,
    right.softmax_cross_entropy_backward,
    inputs=_scores,
    aliases=("softmax_loss", "cross_entropy", "cross_entropy_loss"),
    guess=reductions,
    faults=[
        Fault("no_div_n", WEIGHT, "scaled(dout, 1, 1)", "the division by N is missing: the loss is a mean", ONE_SAMPLE),
        Fault("sign", DIFFERENCE, f"(q - {P} * counted)", "the sign is wrong: onehot - p; it is p - onehot"),
        Fault("no_dout", WEIGHT, "scale", "dout is ignored: in a bigger loss it is not 1", "dout = 1"),
        Fault("no_onehot", DIFFERENCE, f"({P} * counted)", "1 is not subtracted at the label: it is p - onehot"),
        Fault("no_softmax", DIFFERENCE, "(-q)", "only the label has a gradient, -1; it is p - onehot"),
        Fault("log_p", DIFFERENCE, "(log_p - q)", "log p in place of p: the exp is missing"),
        Fault("one_everywhere", DIFFERENCE, f"({P} - 1)",
              "1 is subtracted from all classes; only at the label, dx[np.arange(N), y] -= 1"),
        Fault("all_pairs", DIFFERENCE, f"({P} - (q.sum(axis=0) > 0))",
              "dx[:, y] -= 1 subtracts 1 from every label's column in every row; write dx[np.arange(N), y] -= 1",
              ONE_SAMPLE),
        Fault("divided_before", DIFFERENCE, f"({P} - q / scale)",
              "1 is subtracted after the division by N: (p / N) - 1", ONE_SAMPLE),
        Fault("div_nc", WEIGHT, f"{WEIGHT} / q.shape[1]", "divided by N C; the loss is the mean over N"),
        Fault("div_c", WEIGHT, "scaled(dout, 1, 1) / q.shape[1]", "divided by the number of classes C, not by N"),
        Fault("div_n_twice", WEIGHT, "scaled(dout, scale * scale, 1)", "divided by N twice", ONE_SAMPLE),
        Fault("times_n", WEIGHT, "scaled(dout, 1 / scale, 1)", "multiplied by N; it is to be divided", ONE_SAMPLE),
        Fault("softmax_twice", DIFFERENCE, f"({P} * ({Q_P} - ({Q_P} * {P}).sum(axis=1, keepdims=True)))",
              "p - onehot goes through the backward of softmax once more; it already is the gradient of the scores"),
        Fault("stops_at_p", DIFFERENCE, f"(-q / {P})",
              "-1 / p is the gradient of the probabilities; it has to go through softmax"),
        Fault("diagonal", DIFFERENCE, f"(-q * (1 - {P}))",
              "only the diagonal of softmax's Jacobian: the other classes have p, not 0"),
        Fault("p_1_p", DIFFERENCE, f"({P} * (1 - {P}))", "p (1 - p) in place of p - onehot"),
        Fault("label_zero", DIFFERENCE, f"({P} * (1 - q))", "the label is left at 0; its gradient is p - 1"),
        Fault("double", DIFFERENCE, f"(2 * {Q_P})", "a factor 2 too many, as for a squared error"),
        Fault("off_by_one", DIFFERENCE, f"({P} - np.roll(q, 1, axis=1))", "1 is subtracted one class beside the label"),
        Fault("ignored", " * counted", "", "an ignored sample has a gradient; it is to be 0", "no ignored sample"),
    ],
)  # fmt: skip

register(
    "soft_cross_entropy",
    right.soft_cross_entropy_forward,
    right.soft_cross_entropy_backward,
    inputs=lambda seed: ({"scores": Draw(seed).normal(3, 7) * 2}, {"q": Draw(seed + 7).distributions(3, 7)}),
    aliases=("soft_target_loss", "distillation_loss"),
    guess=reductions,
    faults=[
        Fault("no_div_n", WEIGHT, "scaled(dout, 1, 1)", "the division by N is missing: the loss is a mean", ONE_SAMPLE),
        Fault("div_nc", WEIGHT, f"{WEIGHT} / q.shape[1]", "divided by N C; the loss is the mean over N"),
        Fault("no_dout", WEIGHT, "scale", "dout is ignored: in a bigger loss it is not 1", "dout = 1"),
        Fault("sign", Q_P, f"(q - {P})", "the sign is wrong: q - p; it is p - q"),
        Fault("no_q", Q_P, P, "the target q is not subtracted: it is p - q"),
        Fault("no_softmax", Q_P, "(-q)", "p is missing: it is p - q"),
        Fault("log_p", Q_P, "(log_p - q)", "log p in place of p: the exp is missing"),
        Fault("argmax", Q_P, f"({P} - (q == q.max(axis=1, keepdims=True)))",
              "1 is subtracted at the most probable class, as for a label; it is p - q", "targets that are labels"),
        Fault("stops_at_p", Q_P, f"(-q / {P})", "-q / p is the gradient of p; it has to go through softmax"),
        Fault("softmax_twice", Q_P, f"({P} * ({Q_P} - ({Q_P} * {P}).sum(axis=1, keepdims=True)))",
              "p - q goes through the backward of softmax once more; it already is the gradient of the scores"),
    ],
)  # fmt: skip

register(
    "nll",
    right.nll_forward,
    right.nll_backward,
    inputs=lambda seed: ({"log_p": _scores(seed)[0]["scores"], "y": _scores(seed)[0]["y"]}, {}),
    aliases=("nll_loss",),
    guess=reductions,
    faults=[
        Fault("sign", "-scaled", "scaled", "the minus is missing"),
        Fault("no_div_n", WEIGHT, "scaled(dout, 1, 1)", "the division by N is missing", ONE_SAMPLE),
        Fault("all_pairs", "* right", "* right.any(axis=0)",
              "dx[:, y] is every label in every row; write dx[np.arange(N), y]", ONE_SAMPLE),
        Fault("div_n_twice", WEIGHT, "scaled(dout, scale * scale, 1)", "divided by N twice", ONE_SAMPLE),
        Fault("others", "* right", "* (right - 1 / right.shape[1])",
              "something is added at the other classes; they have no gradient"),
        Fault("no_dout", WEIGHT, "scale", "dout is ignored: in a bigger loss it is not 1", "dout = 1"),
    ],
)  # fmt: skip


def _temporal(seed):
    d = Draw(seed)
    mask = np.array([[True, True, True], [True, False, False]])
    return {"scores": d.normal(2, 3, 5) * 2, "y": d.integers(5, 2, 3), "mask": mask}, {}


register(
    "temporal_softmax_loss",
    right.temporal_softmax_loss_forward,
    right.temporal_softmax_loss_backward,
    inputs=_temporal,
    aliases=("temporal_softmax",),
    faults=[
        Fault("div_nt", "dx / N", "dx / (N * p.shape[1])", "divided by N T; the loss is a sum over time",
              "T = 1"),
        Fault("no_div", "dx / N", "dx", "the division by N is missing", ONE_SAMPLE),
        Fault("div_t", "dx / N", "dx / p.shape[1]", "divided by T, not by N"),
        Fault("div_mask", "dx / N", "dx / mask.sum()",
              "divided by the number of words that count; the loss divides by N"),
        Fault("no_mask", " * mask[..., None]", "", "the mask is missing: <NULL> words have no gradient",
              "no masked word"),
        Fault("mask_inverted", "* mask[..., None]", "* ~mask[..., None]", "the mask is inverted"),
        Fault("mask_onehot", "(p - onehot) * mask[..., None]", "p - onehot * mask[..., None]",
              "the mask is on the one-hot alone, not on p - onehot"),
        Fault("mask_p", "(p - onehot) * mask[..., None]", "p * mask[..., None] - onehot",
              "the mask is on p alone, not on p - onehot"),
        Fault("no_onehot", "(p - onehot)", "p", "1 is not subtracted at the label"),
        Fault("sign", "(p - onehot)", "(onehot - p)", "the sign is wrong: it is p - onehot"),
        Fault("no_dout", "dout * dx / N", "dx / N", "dout is ignored: in a bigger loss it is not 1", "dout = 1"),
        Fault("shifted", "y[..., None]", "np.roll(y, 1, axis=1)[..., None]",
              "the labels are those of the time step before"),
    ],
)  # fmt: skip

register(
    "svm_loss",
    right.svm_loss_forward,
    right.svm_loss_backward,
    inputs=lambda seed: ({"scores": Draw(seed).normal(5, 7), "y": Draw(seed + 7).integers(7, 5)}, {"delta": 1.3}),
    aliases=("hinge_loss", "multiclass_hinge"),
    guess=reductions,
    faults=[
        Fault("no_correct", "inside - pushes * right", "inside * 1.0",
              "the label's column is left at 0; it is minus the number of violations"),
        Fault("correct_minus1", "pushes * right", "1.0 * (pushes > 0) * right",
              "the label has -1; it is minus the number of violations", "one violation in each row"),
        Fault("count_self", "inside - pushes * right", "inside - (pushes + 1) * right",
              "the label is counted among the violations"),
        Fault("no_div_n", WEIGHT, "scaled(dout, 1, 1)", "the division by N is missing: the loss is a mean", ONE_SAMPLE),
        Fault("use_margin_value", ("margins > 0", "pushes = inside.sum(axis=1, keepdims=True, dtype=dout.dtype)"),
              ("margins", "pushes = inside.sum(axis=1, keepdims=True)"),
              "the margin itself; its derivative is 1 where it is > 0"),
        Fault("sign", "(inside - pushes * right)", "(pushes * right - inside)", "the sign is wrong"),
        Fault("no_dout", WEIGHT, "scale", "dout is ignored: in a bigger loss it is not 1",
              "dout = 1"),
        Fault("only_correct", "inside - pushes * right", "-pushes * right",
              "only the label has a gradient; the violators have 1"),
        Fault("correct_plus", "inside - pushes * right", "inside + pushes * right",
              "the label's gradient is added; it is subtracted"),
        Fault("div_nc", WEIGHT, f"{WEIGHT} / right.shape[1]", "divided by N C; the loss is the mean over N"),
        Fault("all_classes", "inside - pushes * right", "~right - pushes * right",
              "every class is pushed down; only those inside the margin are"),
        Fault("c_minus_1", "pushes * right", "(right.shape[1] - 1) * right",
              "the label has -(C - 1); it is minus the number of violations"),
        Fault("worst_only", "pushes = inside",
              "inside = inside & (np.cumsum(inside, axis=1) == 1)\n    pushes = inside",
              "only the first violator of a row counts; all do", "one violation in each row"),
    ],
)  # fmt: skip


def _logits(seed):
    d = Draw(seed)
    return {"x": d.off_zero(3, 7) * 2, "z": d.integers(2, 3, 7)}, {}


register(
    "bce_with_logits",
    right.bce_with_logits_forward,
    right.bce_with_logits_backward,
    inputs=_logits,
    aliases=("bce_logits",),
    guess=reductions,
    faults=[
        Fault("no_minus_y", "(p - z)", "p", "the label is not subtracted: it is sigmoid(x) - z", "all labels 0"),
        Fault("sign", "(p - z)", "(z - p)", "the sign is wrong: z - p; it is p - z"),
        Fault("no_div_n", "dout * scale", "dout", "the division by the number of entries is missing"),
        Fault("div_batch", "dout * scale", "dout / len(x)", "divided by N; the loss is the mean over all entries"),
        Fault("no_dout", "dout * scale", "scale", "dout is ignored: in a bigger loss it is not 1", "dout = 1"),
        Fault("sigmoid_twice", "(p - z)", "(p - z) * p * (1 - p)",
              "p - z goes through the backward of the sigmoid once more; it already is the gradient of the logits"),
        Fault("stops_at_p", "(p - z)", "(p - z) / (p * (1 - p))",
              "the gradient of the probabilities; it has to go through the sigmoid"),
        Fault("no_sigmoid", "(p - z)", "(x - z)", "x - z: the sigmoid is missing"),
        Fault("positive_only", "(p - z)", "z * (p - 1)", "the term of the labels 0, (1 - z) log(1 - p), is missing",
              "all labels 1"),
        Fault("negative_only", "(p - z)", "(1 - z) * p", "the term of the labels 1, z log p, is missing",
              "all labels 0"),
        Fault("label_swap", "(p - z)", "(p - (1 - z))", "the labels 0 and 1 are swapped"),
        Fault("double", "(p - z)", "2 * (p - z)", "a factor 2 too many, as for a squared error"),
    ],
)  # fmt: skip


def _probabilities(seed):
    d = Draw(seed)
    return {"p": d.rng.uniform(0.1, 0.9, (3, 7)), "z": d.integers(2, 3, 7)}, {}


SLOPE = "(p - z) / np.maximum(p * (1 - p), 1e-12)"

register(
    "bce",
    right.bce_forward,
    right.bce_backward,
    inputs=_probabilities,
    aliases=("bce_loss", "binary_cross_entropy"),
    guess=reductions,
    faults=[
        Fault("logits", SLOPE, "(p - z)", "p - z is the gradient of the logits; that of p is (p - z) / (p (1 - p))"),
        Fault("sign", "(p - z)", "(z - p)", "the sign is wrong: it is (p - z) / (p (1 - p))"),
        Fault("no_div_n", "dout * scale", "dout", "the division by the number of entries is missing"),
        Fault("div_batch", "dout * scale", "dout / len(p)", "divided by N; the loss is the mean over all entries"),
        Fault("no_dout", "dout * scale", "scale", "dout is ignored: in a bigger loss it is not 1", "dout = 1"),
        Fault("positive_only", SLOPE, "(-z / p)", "the term of the labels 0, (1 - z) log(1 - p), is missing",
              "all labels 1"),
        Fault("negative_only", SLOPE, "((1 - z) / (1 - p))", "the term of the labels 1, z log p, is missing",
              "all labels 0"),
        Fault("inner", SLOPE, "(-z / p - (1 - z) / (1 - p))",
              "the inner derivative of log(1 - p), -1, is missing: it is -z / p + (1 - z) / (1 - p)", "all labels 1"),
        Fault("only_p", SLOPE, "((p - z) / p)", "divided by p alone; the denominator is p (1 - p)"),
        Fault("times", SLOPE, "(p - z) * p * (1 - p)", "multiplied by p (1 - p); it is to be divided"),
        Fault("label_swap", "(p - z)", "(p - (1 - z))", "the labels 0 and 1 are swapped"),
    ],
)  # fmt: skip


def focal_forward(x, z, *, gamma=2.0):
    """L = the mean of -(1 - q)^gamma ln q, q = sigmoid(x) for z = 1, 1 - sigmoid(x) for z = 0. Lin et al. 2017."""
    sign = 2 * z - 1
    q, _ = sigmoid_forward(sign * x)
    return (-((1 - q) ** gamma) * np.log(q)).mean(), (q, sign, gamma)


def focal_backward(dout, cache):
    """dL/dq = gamma (1 - q)^(gamma - 1) ln q - (1 - q)^gamma / q, and dq/dx = ± q (1 - q)."""
    q, sign, gamma = cache
    dq = gamma * (1 - q) ** (gamma - 1) * np.log(q) - (1 - q) ** gamma / q
    return dout * dq * q * (1 - q) * sign / q.size, None


register(
    "focal",
    focal_forward,
    focal_backward,
    inputs=lambda seed: (_logits(seed)[0], {"gamma": 1.7}),
    aliases=("focal_loss",),
    guess=lambda arguments, outs: ({"gamma": gamma} for gamma in (1.0, 1.5, 3.0)),
    faults=[
        Fault("weight_constant", "gamma * (1 - q) ** (gamma - 1) * np.log(q) - ", "-",
              "the weight (1 - q)^gamma is treated as a constant"),
        Fault("log_constant", " - (1 - q) ** gamma / q", "", "the logarithm is treated as a constant"),
        Fault("no_gamma", "gamma * (1 - q)", "(1 - q)", "the factor gamma of the power's derivative is missing"),
        Fault("power", "(gamma - 1)", "gamma", "the exponent is gamma; a power's derivative has gamma - 1"),
        Fault("plus", "np.log(q) - ", "np.log(q) + ", "the sign of the logarithm's term is wrong"),
        Fault("no_sign", " * sign", "", "the sign for the labels 0 is missing", "all labels 1"),
        Fault("no_sigmoid", "dq * q * (1 - q)", "dq", "the derivative of the sigmoid is missing"),
        Fault("no_div", " / q.size", "", "the division by the number of entries is missing"),
    ],
)  # fmt: skip
