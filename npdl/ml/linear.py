"""Linear classifiers: scores s = x w, a loss that compares the scores, and gradient descent on w.

Shapes everywhere: x (N, D), a sample a row; w (D, C), a class a column; y (N,) integers in [0, C). Every loss is the
mean over the samples plus the penalty reg · Σ w², whose gradient is 2 · reg · w.
(Notes that write S = W x with a sample a column have W = wᵀ.)
"""

from math import exp, log

import numpy as np

from .. import ops
from ..arguments import integer, number, takes
from ..backend import array_module, to_device, to_numpy
from ..data.loader import DataLoader
from ..errors import InputError, InputTypeError, require_indices, require_ndim, require_range
from ..metrics import accuracy
from .inputs import flattened, require_labels


@takes(reg=number(0))
def svm_loss_naive(w, x, y, reg):
    """The multiclass hinge loss L_n = Σ_{j ≠ y} max(0, s_j - s_y + 1), with loops: (loss, dw).

    Every class inside the margin adds x_n to the gradient of its own column and takes x_n from that of the right one.
    Weston and Watkins 1999; CS231n, "Linear classification".
    """
    _require_inputs("svm_loss_naive", w, x, y, reg)
    N, C = len(x), w.shape[1]
    loss, dw = 0.0, np.zeros_like(w)
    for n in range(N):
        scores = x[n] @ w  # (C,)
        for j in range(C):
            margin = scores[j] - scores[y[n]] + 1
            if j != y[n] and margin > 0:
                loss += float(margin)
                dw[:, j] += x[n]
                dw[:, y[n]] -= x[n]
    return loss / N + reg * float(np.sum(w * w)), dw / N + 2 * reg * w


@takes(reg=number(0))
def svm_loss_vectorized(w, x, y, reg):
    """The same without loops: the pair of npdl.ops gives the loss and its gradient by the scores; dw = xᵀ dscores."""
    _require_inputs("svm_loss_vectorized", w, x, y, reg)
    loss, cache = ops.svm_loss_forward(x @ w, y)
    dscores, _ = ops.svm_loss_backward(np.ones_like(loss), cache)
    return float(loss) + reg * float(np.sum(w * w)), x.T @ dscores + 2 * reg * w


@takes(reg=number(0))
def softmax_loss_naive(w, x, y, reg):
    """The cross-entropy loss L_n = -log p_y with p_j = e^{s_j} / Σ_k e^{s_k}, with loops: (loss, dw).

    The gradient of column j is p_j x_n, and (p_j - 1) x_n for the right class. The largest score is taken from all of
    them first: p stays the same, and no exponential overflows.
    """
    _require_inputs("softmax_loss_naive", w, x, y, reg)
    N, C = len(x), w.shape[1]
    loss, dw = 0.0, np.zeros_like(w)
    for n in range(N):
        scores = x[n] @ w  # (C,)
        scores = [float(s) for s in scores - scores.max()]
        total = sum(exp(s) for s in scores)
        loss += log(total) - scores[y[n]]  # -log p_y, finite where p_y itself would be 0
        for j in range(C):
            p = exp(scores[j]) / total
            dw[:, j] += (p - (j == y[n])) * x[n]
    return loss / N + reg * float(np.sum(w * w)), dw / N + 2 * reg * w


@takes(reg=number(0))
def softmax_loss_vectorized(w, x, y, reg):
    """The same without loops: the pair of npdl.ops gives the loss and its gradient by the scores; dw = xᵀ dscores."""
    _require_inputs("softmax_loss_vectorized", w, x, y, reg)
    loss, cache = ops.softmax_cross_entropy_forward(x @ w, y)
    dscores, _ = ops.softmax_cross_entropy_backward(np.ones_like(loss), cache)
    return float(loss) + reg * float(np.sum(w * w)), x.T @ dscores + 2 * reg * w


def with_bias(x):
    """The bias trick: samples (N, ...) as rows with a 1 at the end, (N, D + 1), so that the last row of w is the bias.

    [x 1] [w; b] = x w + b. Integers (bytes) become float32.
    """
    x = flattened("with_bias", x)
    x = x if x.dtype.kind == "f" else x.astype(np.float32)
    return np.concatenate([x, np.ones_like(x[:, :1])], axis=1)


class LinearClassifier:
    """Scores with_bias(x) w, trained by mini-batch gradient descent; a subclass says by which `loss(w, x, y, reg)`.

    reg: weight of the penalty reg · Σ w², the bias included.

    After `fit`: w (D + 1, C); classes (C,), the labels in rising order; history, {"loss": one a step, "train_accuracy":
    and, with validation, "val_accuracy": one an epoch}, as npdl.viz.plot_history takes it.
    """

    @takes(reg=number(0))
    def __init__(self, reg=1e-3):
        require_range(type(self).__name__, "reg", reg, 0, np.inf)
        self.reg = reg
        self.w = self.classes = None
        self.history = {}

    @takes(learning_rate=number(above=0), epochs=integer(0), batch_size=integer(1))
    def fit(self, x, y, *, learning_rate=0.1, epochs=20, batch_size=32, validation=None, seed=0):
        """Start at small random weights and take a step w -= learning_rate · dw for every batch. Returns self.

        x: (N, ...), flattened to rows; y: (N,) integer labels, of any values. validation: (x, y) to measure accuracy
        on, never to learn from. seed: of the first weights and of the order of the samples.
        """
        name = f"{type(self).__name__}.fit"
        rows = with_bias(x)
        require_labels(name, y, len(rows))
        self.classes, numbers = np.unique(y, return_inverse=True)
        start = 0.001 * np.random.default_rng(seed).standard_normal((rows.shape[1], len(self.classes)))
        self.w = to_device(start.astype(rows.dtype))
        self.history = {"loss": [], "train_accuracy": []} | ({"val_accuracy": []} if validation else {})
        batches = DataLoader(rows, numbers, batch_size=min(batch_size, len(rows)), seed=seed)
        for _ in range(epochs):
            for x_batch, y_batch in batches:
                loss, dw = self.loss(self.w, x_batch, y_batch, self.reg)
                self.w -= learning_rate * dw
                self.history["loss"].append(loss)
            self.history["train_accuracy"].append(accuracy(y, self.predict(x)))
            if validation:
                self.history["val_accuracy"].append(accuracy(validation[1], self.predict(validation[0])))
        return self

    @staticmethod
    def loss(w, x, y, reg):
        """(loss, dw), as the functions above."""
        raise NotImplementedError("LinearClassifier has no loss of its own; use LinearSVM or SoftmaxClassifier")

    def scores(self, x):
        """The scores (N, C) of samples (N, ...), before any softmax."""
        name = type(self).__name__
        if self.w is None:
            raise RuntimeError(f"{name}: it has no weights yet; call fit first")
        rows = with_bias(x)
        D = len(self.w) - 1
        if rows.shape[1] != D + 1:
            raise InputError(f"{name}.scores", "x", f"samples of {D} numbers, like those of fit", x)
        return array_module(self.w).asarray(rows) @ self.w

    def predict(self, x):
        """The label (N,) of the highest score; at equal scores the smaller label."""
        return self.classes[to_numpy(self.scores(x)).argmax(axis=1)]


class LinearSVM(LinearClassifier):
    """A linear classifier trained by the multiclass hinge loss."""

    loss = staticmethod(svm_loss_vectorized)


class SoftmaxClassifier(LinearClassifier):
    """A linear classifier trained by the cross-entropy of the softmax: multinomial logistic regression."""

    loss = staticmethod(softmax_loss_vectorized)


def _require_inputs(function, w, x, y, reg):
    require_ndim(function, "x", x, 2, "(N, D)")
    require_ndim(function, "w", w, 2, "(D, C)")
    if x.dtype.kind not in "fiub":
        raise InputTypeError(function, "x", "real numbers", x)
    D, C = w.shape
    if w.dtype.kind != "f" or x.shape[1] != D:
        raise InputError(function, "w", f"floating-point, of {x.shape[1]} rows, as x has {x.shape[1]} columns", w)
    require_labels(function, y, len(x))
    require_indices(function, "y", y, C)
    require_range(function, "reg", reg, 0, np.inf)
