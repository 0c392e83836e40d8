"""Linear classifiers: scores s = x w, two losses that compare them, and gradient descent.

Shapes everywhere: x (N, D), a sample a row, its last number 1 for the bias; w (D, C), a class a column; y (N,), the
right classes, whole numbers from 0 to C - 1. A loss is the mean over the samples plus the penalty reg Σ w².
"""

import numpy as np


def add_bias(x):
    """Every sample as a row, with a 1 at its end: then the last row of w is the bias, and scores are x w.

    x: (N, ...), of two or more axes. Returns (N, D + 1), where D is how many numbers a sample has.
    """
    # BEGIN SOLUTION
    rows = x.reshape(len(x), -1)
    return np.concatenate([rows, np.ones((len(x), 1))], axis=1)
    # END SOLUTION


def svm_loss_naive(w, x, y, reg):
    """The multiclass hinge loss and its gradient, with loops over samples and classes.

    L = 1/N Σ_n Σ_{j ≠ y_n} max(0, s_nj - s_ny + 1) + reg Σ w²,   s_ny the score of the right class

    w: (D, C), x: (N, D), y: (N,), reg: a number >= 0. Returns (loss, dw): a number, and dL/dw (D, C).
    """
    # BEGIN SOLUTION
    loss, dw = 0.0, np.zeros_like(w)
    for n in range(len(x)):
        scores = x[n] @ w  # (C,)
        for j in range(w.shape[1]):
            margin = scores[j] - scores[y[n]] + 1
            if j != y[n] and margin > 0:
                loss += margin
                dw[:, j] += x[n]
                dw[:, y[n]] -= x[n]
    loss, dw = loss / len(x), dw / len(x)
    return loss + reg * np.sum(w**2), dw + 2 * reg * w
    # END SOLUTION


def svm_loss(w, x, y, reg):
    """The same loss and gradient without a loop.

    w: (D, C), x: (N, D), y: (N,), reg: a number >= 0. Returns (loss, dw).
    """
    # BEGIN SOLUTION
    N = len(x)
    scores = x @ w  # (N, C)
    margins = np.maximum(0, scores - scores[np.arange(N), y][:, None] + 1)
    margins[np.arange(N), y] = 0
    dscores = (margins > 0).astype(float)  # (N, C): 1 for each class inside the margin
    dscores[np.arange(N), y] = -dscores.sum(axis=1)
    return margins.sum() / N + reg * np.sum(w**2), x.T @ dscores / N + 2 * reg * w
    # END SOLUTION


def softmax_loss_naive(w, x, y, reg):
    """The cross-entropy of the softmax and its gradient, with loops over samples and classes.

    L = 1/N Σ_n -log p_ny + reg Σ w²,   p_nj = e^{s_nj} / Σ_i e^{s_ni},   p_ny that of the right class

    w: (D, C), x: (N, D), y: (N,), reg: a number >= 0. Returns (loss, dw). Scores in the thousands must not overflow.
    """
    # BEGIN SOLUTION
    loss, dw = 0.0, np.zeros_like(w)
    for n in range(len(x)):
        scores = x[n] @ w  # (C,)
        scores = scores - scores.max()  # the same p, and no exponential above 1
        total = np.sum(np.exp(scores))
        loss += np.log(total) - scores[y[n]]
        for j in range(w.shape[1]):
            p = np.exp(scores[j]) / total
            dw[:, j] += (p - (j == y[n])) * x[n]
    loss, dw = loss / len(x), dw / len(x)
    return loss + reg * np.sum(w**2), dw + 2 * reg * w
    # END SOLUTION


def softmax_loss(w, x, y, reg):
    """The same loss and gradient without a loop. Scores in the thousands must not overflow.

    w: (D, C), x: (N, D), y: (N,), reg: a number >= 0. Returns (loss, dw).
    """
    # BEGIN SOLUTION
    N = len(x)
    scores = x @ w  # (N, C)
    scores = scores - scores.max(axis=1, keepdims=True)
    totals = np.exp(scores).sum(axis=1, keepdims=True)  # (N, 1)
    loss = np.mean(np.log(totals[:, 0]) - scores[np.arange(N), y])
    dscores = np.exp(scores) / totals
    dscores[np.arange(N), y] -= 1
    return loss + reg * np.sum(w**2), x.T @ dscores / N + 2 * reg * w
    # END SOLUTION


def train_linear(loss, x, y, w, *, lr, reg, steps, batch, rng):
    """Mini-batch gradient descent from the weights w.

    Each step draws its samples by rng.integers(len(x), size=batch), asks for the loss on them and its gradient, and
    goes a little way against the gradient.

    loss: a function loss(w, x, y, reg) -> (loss, dw), such as svm_loss; x: (N, D), y: (N,), w: (D, C); lr: the learning
    rate; reg: handed on to loss; steps, batch: how many, and how many samples in each; rng: a np.random.Generator.
    Returns (w, losses): the new weights (the array w that came stays as it is), and a list of `steps` numbers, the loss
    at each step before its update.
    """
    # BEGIN SOLUTION
    losses = []
    for _ in range(steps):
        rows = rng.integers(len(x), size=batch)
        value, dw = loss(w, x[rows], y[rows], reg)
        losses.append(float(value))
        w = w - lr * dw
    return w, losses
    # END SOLUTION


def predict_linear(w, x):
    """The class with the highest score, for each sample.

    w: (D, C), x: (N, D). Returns the classes (N,), integers.
    """
    # BEGIN SOLUTION
    return np.argmax(x @ w, axis=1)
    # END SOLUTION


def search(train, x_val, y_val, lrs, regs):
    """Try every pair of a learning rate and a regularisation strength, and keep what does best on the validation set.

    train: a function train(lr, reg) -> w that trains a classifier with them; x_val: (N, D), y_val: (N,); lrs, regs: the
    values to try. Train once for each pair. Returns (best, w, accuracies): the best pair (lr, reg), the first one tried
    where several are equally good, with the lrs in the outer loop; its weights (D, C); and a dict {(lr, reg): accuracy
    on the validation set} of all pairs. A training that has failed, with nan or inf among its weights, has accuracy 0.

    Build it on predict_linear.
    """
    # BEGIN SOLUTION
    weights, accuracies = {}, {}
    for lr in lrs:
        for reg in regs:
            weights[lr, reg] = w = train(lr, reg)
            right = predict_linear(w, x_val) == y_val
            accuracies[lr, reg] = float(np.mean(right)) if np.isfinite(w).all() else 0.0
    best = max(accuracies, key=accuracies.get)
    return best, weights[best], accuracies
    # END SOLUTION
