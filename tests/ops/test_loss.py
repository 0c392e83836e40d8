"""Losses of classification: published numbers, closed forms, and logits far from zero."""

import numpy as np
import pytest
from scipy import special, stats

import gradcheck
from npdl import InputError, InputTypeError, Tensor, ops
from tests.ops.helpers import loss_and_gradients

rng = np.random.default_rng(0)
scores, y = rng.standard_normal((6, 4)) * 2, rng.integers(0, 4, 6)
rows = np.arange(6)


def loss_and_gradient(op, x, *labels, **options):
    loss, gradients = loss_and_gradients(op, x, *labels, **options)
    return loss, gradients[0]


# The hinge loss of a support vector machine.


@pytest.mark.topic("R108")
@pytest.mark.parametrize(
    "scores, y, expected",
    [
        ([[3.2, 5.1, -1.7]], [0], 2.9),
        ([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]], [0, 1, 2], (2.9 + 0 + 12.9) / 3),
        ([[0.0, 0.0, 0.0, 0.0]], [2], 3),  # at chance: one for each wrong class
    ],
)
def test_hinge_loss_of_toy_scores(scores, y, expected):
    assert ops.svm_loss(np.array(scores), np.array(y)) == pytest.approx(expected)


@pytest.mark.topic("R108")
@pytest.mark.oracle
def test_hinge_loss_of_two_classes_is_scikit_learns():
    metrics = pytest.importorskip("sklearn.metrics")
    margin, labels = rng.standard_normal(9), np.tile([0, 1, 1], 3)
    two = np.stack([np.zeros(9), margin], axis=1)  # s_1 - s_0 is the margin
    assert ops.svm_loss(two, labels) == pytest.approx(metrics.hinge_loss(2 * labels - 1, margin))


@pytest.mark.topic("R109")
@pytest.mark.parametrize("delta", [1.0, 0.3, 5.0])
def test_hinge_gradient_is_the_one_written_with_loops(delta):
    loss, gradient = 0.0, np.zeros_like(scores)
    for n in range(6):
        for j in range(4):
            margin = scores[n, j] - scores[n, y[n]] + delta
            if j != y[n] and margin > 0:
                loss += margin / 6
                gradient[n, j] += 1 / 6
                gradient[n, y[n]] -= 1 / 6
    got = loss_and_gradient(ops.svm_loss, scores, y, delta=delta)
    np.testing.assert_allclose(got[0], loss, rtol=1e-12)
    np.testing.assert_allclose(got[1], gradient, atol=1e-15)
    assert gradcheck.check(ops.svm_loss_forward, ops.svm_loss_backward, [scores, y], options={"delta": delta}).ok


@pytest.mark.topic("R109")
def test_hinge_gradient_of_a_linear_classifier():
    """With margin > 0, add x to the wrong class's column and subtract it from the right one's; and 2 W reg."""
    x, w, reg = rng.standard_normal((6, 3)), rng.standard_normal((3, 4)), 0.1
    weights = Tensor(w, requires_grad=True)
    (ops.svm_loss(x @ weights, y) + (weights * weights).sum() * reg).backward()
    expected = 2 * w * reg
    s = x @ w
    for n in range(6):
        for j in range(4):
            if j != y[n] and s[n, j] - s[n, y[n]] + 1 > 0:
                expected[:, j] += x[n] / 6
                expected[:, y[n]] -= x[n] / 6
    np.testing.assert_allclose(weights.grad, expected, rtol=1e-12)


# Softmax cross-entropy.


@pytest.mark.topic("R110", "R129")
def test_cross_entropy_is_minus_log_p():
    p = special.softmax(scores, axis=1)
    np.testing.assert_allclose(ops.softmax_cross_entropy(scores, y), -np.log(p[rows, y]).mean(), rtol=1e-12)
    each = ops.softmax_cross_entropy(scores, y, reduction="none")
    np.testing.assert_allclose(each, -np.log(p[rows, y]), rtol=1e-12)
    np.testing.assert_allclose(ops.softmax_cross_entropy(scores, y, reduction="sum"), each.sum(), rtol=1e-12)


@pytest.mark.topic("R110")
@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_cross_entropy_at_chance_is_log_c(classes):
    x, w = rng.standard_normal((5, 3)), np.zeros((3, classes))
    assert ops.softmax_cross_entropy(x @ w, np.arange(5) % classes) == pytest.approx(np.log(classes))


@pytest.mark.topic("R110")
def test_cross_entropy_ignores_a_shift_and_any_size():
    loss = ops.softmax_cross_entropy(scores, y)
    assert ops.softmax_cross_entropy(scores + rng.standard_normal((6, 1)) * 1e3, y) == pytest.approx(loss)
    loss, gradient = loss_and_gradient(ops.softmax_cross_entropy, np.array([[1e4, 0.0], [-1e4, 1e4]]), np.array([1, 1]))
    assert loss == 5000
    np.testing.assert_array_equal(gradient, [[0.5, -0.5], [0, 0]])


@pytest.mark.topic("R111")
def test_cross_entropy_gradient_is_p_minus_one_hot():
    p = special.softmax(scores, axis=1)
    _, gradient = loss_and_gradient(ops.softmax_cross_entropy, scores, y)
    np.testing.assert_allclose(gradient, (p - np.eye(4)[y]) / 6, rtol=1e-12)
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-16)
    assert gradcheck.check(ops.softmax_cross_entropy_forward, ops.softmax_cross_entropy_backward, [scores, y]).ok


@pytest.mark.topic("R111")
def test_cross_entropy_gradient_of_a_linear_classifier():
    x, w = rng.standard_normal((6, 3)), Tensor(rng.standard_normal((3, 4)), requires_grad=True)
    ops.softmax_cross_entropy(x @ w, y).backward()
    p = special.softmax(x @ w.data, axis=1)
    expected = np.zeros((3, 4))
    for n in range(6):
        for j in range(4):
            expected[:, j] += (p[n, j] - (j == y[n])) * x[n] / 6
    np.testing.assert_allclose(w.grad, expected, rtol=1e-12)


def test_the_fused_loss_is_its_parts_on_the_tape():
    parts, fused = Tensor(scores, requires_grad=True), Tensor(scores, requires_grad=True)
    (-ops.log_softmax(parts, axis=1)[rows, y].mean()).backward()
    ops.softmax_cross_entropy(fused, y).backward()
    np.testing.assert_allclose(fused.grad, parts.grad, rtol=1e-12)


@pytest.mark.topic("R129")
def test_ignored_samples_have_no_loss_no_gradient_and_no_place_in_the_mean():
    labels = y.copy()
    labels[[1, 4]] = -100
    kept = [0, 2, 3, 5]
    loss, gradient = loss_and_gradient(ops.softmax_cross_entropy, scores, labels, ignore_index=-100)
    alone, alone_gradient = loss_and_gradient(ops.softmax_cross_entropy, scores[kept], y[kept])
    assert loss == pytest.approx(alone)
    np.testing.assert_allclose(gradient[kept], alone_gradient, rtol=1e-12)
    np.testing.assert_array_equal(gradient[[1, 4]], 0)


def test_a_mean_over_no_sample_is_zero():
    loss, gradient = loss_and_gradient(ops.softmax_cross_entropy, scores, np.full(6, -1), ignore_index=-1)
    assert loss == 0
    assert not gradient.any()


def test_label_smoothing_mixes_with_the_uniform_distribution():
    s = 0.2
    log_p = special.log_softmax(scores, axis=1)
    expected = -((1 - s) * log_p[rows, y] + s * log_p.mean(axis=1)).mean()
    assert ops.softmax_cross_entropy(scores, y, label_smoothing=s) == pytest.approx(expected)


def test_pixels_are_samples():
    maps, labels = rng.standard_normal((2, 4, 3, 5)), rng.integers(0, 4, (2, 3, 5))
    flat = ops.softmax_cross_entropy(maps.transpose(0, 2, 3, 1).reshape(-1, 4), labels.reshape(-1))
    assert ops.softmax_cross_entropy(maps, labels) == pytest.approx(flat)


# Binary cross-entropy.

logits, z = rng.standard_normal(7) * 3, rng.random(7)


def bce_from_probabilities(p, z):
    """-[z log p + (1 - z) log(1 - p)], in operators of the tape."""
    return -(z * ops.log(p) + (1 - z) * ops.log(1 - p)).sum()


@pytest.mark.topic("R130")
def test_gradient_of_binary_cross_entropy_by_p():
    x = Tensor(logits, requires_grad=True)
    p = ops.sigmoid(x).retain_grad()
    bce_from_probabilities(p, z).backward()
    np.testing.assert_allclose(p.grad, (p.data - z) / (p.data * (1 - p.data)), rtol=1e-10)
    np.testing.assert_allclose(x.grad, p.data - z, rtol=1e-10)  # the denominator is sigmoid's derivative


@pytest.mark.topic("R130")
@pytest.mark.oracle
def test_binary_cross_entropy_is_pytorchs():
    torch = pytest.importorskip("torch")
    p = Tensor(special.expit(logits), requires_grad=True)
    t = torch.tensor(p.data, requires_grad=True)
    mine = bce_from_probabilities(p, z)
    theirs = torch.nn.functional.binary_cross_entropy(t, torch.tensor(z), reduction="sum")
    mine.backward()
    theirs.backward()
    assert mine.item() == pytest.approx(theirs.item(), rel=1e-12)
    np.testing.assert_allclose(p.grad, t.grad.numpy(), rtol=1e-10)


@pytest.mark.topic("R131")
def test_bce_with_logits_is_bce_of_the_sigmoid():
    expected = bce_from_probabilities(Tensor(special.expit(logits)), z).item()
    loss, gradient = loss_and_gradient(ops.bce_with_logits, logits, z, reduction="sum")
    assert loss == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(gradient, special.expit(logits) - z, rtol=1e-12)


@pytest.mark.topic("R131")
@pytest.mark.parametrize("z, losses, gradients", [(1, [1e4, 0], [-1, 0]), (0, [0, 1e4], [0, 1])])
def test_bce_with_logits_far_from_zero(z, losses, gradients):
    far = np.array([-1e4, 1e4])
    loss, cache = ops.bce_with_logits.forward(far, np.full(2, z), reduction="none")
    np.testing.assert_array_equal(loss, losses)
    np.testing.assert_array_equal(ops.bce_with_logits.backward(np.ones(2), cache)[0], gradients)


@pytest.mark.parametrize("dtype", ["bool", "int64", "float32", "float64"])
def test_bce_labels_of_any_type_do_not_change_the_dtype(dtype):
    assert ops.bce_with_logits(logits.astype("float32"), (z > 0.5).astype(dtype)).dtype == np.float32


def test_a_score_of_minus_infinity_rules_a_class_out():
    scores = np.array([[1.0, -np.inf, 0.5]])
    loss, cache = ops.softmax_cross_entropy_forward(scores, np.array([0]))
    two, _ = ops.softmax_cross_entropy_forward(scores[:, [0, 2]], np.array([0]))
    assert loss == pytest.approx(two)
    assert np.isfinite(ops.softmax_cross_entropy_backward(np.asarray(1.0), cache)[0]).all()


def test_class_weights_are_numbers_of_copies():
    """A class of weight 3 counts as if each of its samples stood there three times, in the loss and in the mean."""
    copies = np.array([3, 1, 2, 1])
    repeated = np.repeat(rows, copies[y])
    loss, gradient = loss_and_gradient(ops.softmax_cross_entropy, scores, y, weight=copies.astype(float))
    alike, each = loss_and_gradient(ops.softmax_cross_entropy, scores[repeated], y[repeated])
    assert loss == pytest.approx(alike)
    np.testing.assert_allclose(gradient, [each[repeated == n].sum(axis=0) for n in rows], rtol=1e-12)


# Soft targets.

q = special.softmax(rng.standard_normal((6, 4)), axis=1)


@pytest.mark.topic("R129")
def test_soft_targets_that_are_labels_or_smoothed_labels():
    for smoothing in (0.0, 0.3):
        soft = np.eye(4)[y] * (1 - smoothing) + smoothing / 4
        expected = loss_and_gradient(ops.softmax_cross_entropy, scores, y, label_smoothing=smoothing)
        got = loss_and_gradient(ops.soft_cross_entropy, scores, soft)
        np.testing.assert_allclose(got[0], expected[0], rtol=1e-12)
        np.testing.assert_allclose(got[1], expected[1], atol=1e-15)


def test_the_least_soft_cross_entropy_is_the_entropy_of_the_target():
    loss, gradient = loss_and_gradient(ops.soft_cross_entropy, np.log(q) + 3, q, reduction="none")
    np.testing.assert_allclose(loss, stats.entropy(q, axis=1), rtol=1e-12)
    np.testing.assert_allclose(gradient, 0, atol=1e-15)
    assert (ops.soft_cross_entropy(scores, q, reduction="none") > loss).all()


def test_soft_targets_are_constants():
    with pytest.raises(InputError, match="soft_cross_entropy: q should be without gradient"):
        ops.soft_cross_entropy(Tensor(scores, requires_grad=True), Tensor(q, requires_grad=True))


# The negative log-likelihood of labels.


@pytest.mark.topic("R110", "R129")
def test_nll_of_log_softmax_is_the_cross_entropy():
    labels = y.copy()
    labels[2] = -100
    for options in ({}, {"reduction": "sum"}, {"reduction": "none"}, {"ignore_index": -100}, {"ignore_index": 1}):
        target = labels if options.get("ignore_index") == -100 else y
        parts, fused = Tensor(scores, requires_grad=True), Tensor(scores, requires_grad=True)
        two = ops.nll(ops.log_softmax(parts, axis=1), target, **options)
        one = ops.softmax_cross_entropy(fused, target, **options)
        np.testing.assert_allclose(two.data, one.data, rtol=1e-12)
        two.sum().backward()
        one.sum().backward()
        np.testing.assert_allclose(parts.grad, fused.grad, atol=1e-15)


def test_a_mean_of_nll_over_no_sample_is_zero():
    loss, gradient = loss_and_gradient(ops.nll, scores, np.full(6, -1), ignore_index=-1)
    assert loss == 0
    assert not gradient.any()


# Binary cross-entropy of probabilities.


@pytest.mark.topic("R130")
def test_bce_and_its_gradient():
    p = special.expit(logits)
    loss, gradient = loss_and_gradient(ops.bce, p, z, reduction="none")
    np.testing.assert_allclose(loss, -(z * np.log(p) + (1 - z) * np.log(1 - p)), rtol=1e-12)
    np.testing.assert_allclose(gradient, (p - z) / (p * (1 - p)), rtol=1e-12)
    np.testing.assert_allclose(loss, ops.bce_with_logits(logits, z, reduction="none"), rtol=1e-10)


@pytest.mark.topic("R130")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_bce_of_certain_answers_is_finite(dtype):
    """ln 0 counts as -100, p (1 - p) as 1e-12: right answers cost nothing, wrong ones 100."""
    p, labels = np.array([0, 1, 0, 1], dtype), np.array([0, 1, 1, 0])
    loss, gradient = loss_and_gradient(ops.bce, p, labels, reduction="none")
    np.testing.assert_array_equal(loss, [0, 0, 100, 100])
    np.testing.assert_allclose(gradient, [0, 0, -1e12, 1e12], rtol=1e-6)
    assert loss.dtype == gradient.dtype == dtype


@pytest.mark.topic("R130")
@pytest.mark.oracle
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_bce_near_certainty_is_pytorchs(dtype):
    torch = pytest.importorskip("torch")
    p = np.array([0, 1e-42, 1e-30, 1e-12, 0.5, 1 - 2.0**-20, 1], dtype)
    for label in (0, 1):
        t, labels = torch.tensor(p, requires_grad=True), np.full(7, label, dtype)
        theirs = torch.nn.functional.binary_cross_entropy(t, torch.tensor(labels), reduction="none")
        theirs.sum().backward()
        mine, gradient = loss_and_gradient(ops.bce, p, labels, reduction="none")
        np.testing.assert_allclose(mine, theirs.detach().numpy(), rtol=1e-6)
        np.testing.assert_allclose(gradient, t.grad.numpy(), rtol=1e-6)


# What all have in common.

FAR = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 1e4]])


@pytest.mark.topic("R110", "R129")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "loss, target",
    [
        (ops.softmax_cross_entropy, np.array([1, 2])),
        (ops.soft_cross_entropy, np.array([[0, 1, 0], [0, 0, 1.0]])),
        (lambda x, y, **options: ops.nll(ops.log_softmax(x, axis=1), y, **options), np.array([1, 2])),
    ],
    ids=["softmax_cross_entropy", "soft_cross_entropy", "nll"],
)
def test_logits_far_from_zero(loss, target, dtype):
    x = Tensor(FAR.astype(dtype), requires_grad=True)
    losses = loss(x, target.astype(dtype) if target.dtype.kind == "f" else target, reduction="none")
    losses.sum().backward()
    np.testing.assert_allclose(losses.data, [2e4, np.log(2)], rtol=1e-7)
    np.testing.assert_array_equal(x.grad, [[1, -1, 0], [0, 0.5, -0.5]])
    assert losses.dtype == x.grad.dtype == dtype


@pytest.mark.parametrize("sign", [1, -1])
def test_far_soft_targets_on_both_classes(sign):
    loss, gradient = loss_and_gradient(ops.soft_cross_entropy, sign * FAR[:1, :2], np.array([[0.25, 0.75]]))
    assert loss == 2e4 * (0.75 if sign == 1 else 0.25)
    np.testing.assert_array_equal(gradient, [[0.75, -0.75] if sign == 1 else [-0.25, 0.25]])


@pytest.mark.parametrize(
    "op, labels",
    [
        (ops.softmax_cross_entropy, y),
        (ops.soft_cross_entropy, q),
        (ops.nll, y),
        (ops.svm_loss, y),
        (ops.bce_with_logits, rng.random((6, 4))),
    ],
)
def test_the_mean_is_the_sum_divided_by_the_number_of_losses(op, labels):
    each = op(scores, labels, reduction="none")
    assert op(scores, labels) == pytest.approx(each.mean())
    assert op(scores, labels, reduction="sum") == pytest.approx(each.sum())


@pytest.mark.parametrize(
    "loss, arrays, options, message",
    [
        (ops.softmax_cross_entropy, (scores, y + 1), {}, r"y should be integers in \[0, 4\); got 4"),
        (ops.softmax_cross_entropy, (scores, y[1:]), {}, r"y should be an array of shape \(6,\)"),
        (ops.softmax_cross_entropy, (scores, y), {"weight": np.ones(3)}, r"weight should be an array of shape \(4,\)"),
        (
            ops.softmax_cross_entropy,
            (scores, y),
            {"weight": np.array([1.0, 0, -2, 1])},
            "weight should be >= 0; got -2",
        ),
        (ops.softmax_cross_entropy, (scores, y), {"reduction": "batchmean"}, "reduction should be"),
        (ops.svm_loss, (scores, y), {"delta": -1}, r"delta should be in \[0, inf\]; got -1"),
        (ops.soft_cross_entropy, (scores, y), {}, r"q should be an array of shape \(6, 4\)"),
        (ops.soft_cross_entropy, (scores, q / 2), {}, "q should be distributions, with sum 1 over axis 1; got 0."),
        (ops.soft_cross_entropy, (scores, q - q.min() - 0.1), {}, r"q should be probabilities, in \[0, 1\]; got -0"),
        (ops.soft_cross_entropy, (scores[0], q[0]), {}, r"scores should be \(N, C\) or"),
        (ops.soft_cross_entropy, (scores, q), {"reduction": "batchmean"}, "reduction should be"),
        (ops.soft_cross_entropy, (scores[:0], q[:0]), {}, "the batch should be of at least one sample"),
        (ops.nll, (scores, y - 9), {}, r"y should be integers in \[0, 4\); got -"),
        (ops.nll, (scores[0], y), {}, r"log_p should be \(N, C\) or"),
        (ops.nll, (scores, y), {"reduction": None}, "reduction should be"),
        (ops.svm_loss, (scores, y), {"reduction": "max"}, "reduction should be"),
        (ops.bce, (scores, y), {}, r"z should be an array of shape \(6, 4\)"),
        (ops.bce, (logits, z), {}, r"p should be probabilities, in \[0, 1\]; got "),
        (ops.bce, (z, 2 * np.ones(7)), {}, r"z should be probabilities, in \[0, 1\]; got 2.0"),
        (ops.bce, (np.full(7, np.nan), z), {}, r"p should be probabilities, in \[0, 1\]; got nan"),
        (ops.bce, (z, z), {"reduction": "average"}, "reduction should be"),
    ],
)
def test_bad_input(loss, arrays, options, message):
    with pytest.raises(InputError, match=f"^{loss.name}: {message}"):
        loss(*arrays, **options)


@pytest.mark.parametrize("loss", [ops.softmax_cross_entropy, ops.nll])
def test_labels_that_are_no_integers(loss):
    with pytest.raises(InputTypeError, match="y should be an array of integer class labels"):
        loss(scores, y.astype(float))
