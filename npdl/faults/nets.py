"""Mistakes in a whole small net: affine, ReLU, affine, softmax loss and a penalty, written in one function."""

import numpy as np

from gradcheck.faults import Fault, register

from ..ops.samples import Draw


def two_layer_net_forward(X, W1, b1, W2, b2, y, *, reg=0.0):
    """The loss of softmax(relu(X W1 + b1) W2 + b2) plus reg (Σ W1² + Σ W2²). X: (N, D); y: (N,)."""
    h = np.maximum(X @ W1 + b1, 0)
    scores = h @ W2 + b2
    z = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = z / z.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(len(y)), y]).mean() + reg * ((W1 * W1).sum() + (W2 * W2).sum())
    return loss, (X, W1, W2, y, h, p, reg)


def two_layer_net_backward(dout, cache):
    """Layer by layer backwards."""
    X, W1, W2, y, h, p, reg = cache
    onehot = np.eye(p.shape[1])[y]
    dscores = dout * (p - onehot) / len(y)
    dW2 = h.T @ dscores + dout * 2 * reg * W2
    db2 = dscores.sum(axis=0)
    dh = dscores @ W2.T
    dz = dh * (h > 0)
    dW1 = X.T @ dz + dout * 2 * reg * W1
    db1 = dz.sum(axis=0)
    return dz @ W1.T, dW1, db1, dW2, db2, None


def _net(seed):
    d = Draw(seed)
    arrays = {"X": d.normal(3, 5), "W1": d.normal(5, 5), "b1": d.normal(5), "W2": d.normal(5, 7), "b2": d.normal(7)}
    return {**arrays, "y": d.rng.permutation(7)[:3]}, {"reg": 0.13}


REG1, REG2 = " + dout * 2 * reg * W1", " + dout * 2 * reg * W2"
NO_REG = "reg = 0"

register(
    "two_layer_net",
    two_layer_net_forward,
    two_layer_net_backward,
    inputs=_net,
    guess=lambda arguments, outs: ({"reg": reg} for reg in (0.05, 0.1, 0.5, 1.0, 0.01, 0.001, 3.14)),
    faults=[
        Fault("no_div_n", " / len(y)", "", "the division by N is missing in dscores", "one sample"),
        Fault("no_onehot", "(p - onehot)", "p", "1 is not subtracted at the label"),
        Fault("sign", "(p - onehot)", "(onehot - p)", "the sign of dscores is wrong: it is p - onehot"),
        Fault("no_dout", "dout * (p", "1.0 * (p", "dout is ignored in dscores", "dout = 1"),
        Fault("no_relu", "dz = dh * (h > 0)", "dz = dh", "the derivative of ReLU is missing", "all units on"),
        Fault("relu_value", "dh * (h > 0)", "dh * h", "dh is multiplied by h; it is by h > 0"),
        Fault("relu_of_dh", "dh * (h > 0)", "dh * (dh > 0)", "the mask is dh > 0; it is h > 0"),
        Fault("relu_of_x", "dh * (h > 0)", "dh * (X > 0)", "the mask is X > 0; it is h > 0"),
        Fault("w1_uses_h", "X.T @ dz", "h.T @ dz", "dW1 has h; it has X (D = H: nothing raises)"),
        Fault("w1_no_relu", "X.T @ dz", "X.T @ dh", "dW1 has the gradient before ReLU's mask"),
        Fault("b1_no_relu", "dz.sum(axis=0)", "dh.sum(axis=0)", "db1 has the gradient before ReLU's mask"),
        Fault("w2_mask", "h.T @ dscores", "(h > 0).T @ dscores", "dW2 has the mask h > 0; it has h"),
        Fault("w1_T", "X.T @ dz", "dz.T @ X", "dW1 is transposed"),
        Fault("dx_no_T", "dz @ W1.T", "dz @ W1", "W1 is to be transposed in dX"),
        Fault("b1_mean", "dz.sum(axis=0)", "dz.mean(axis=0)", "db1 is the mean over the batch; it is the sum",
              "one sample"),
        Fault("b2_mean", "dscores.sum(axis=0)", "dscores.mean(axis=0)", "db2 is the mean over the batch; it is the sum",
              "one sample"),
        Fault("b2_axis1", "dscores.sum(axis=0)", "dscores.sum(axis=1)",
              "db2 is summed over the classes; it is over the batch"),
        Fault("no_reg", (REG1, REG2), ("", ""), "the penalty is not in the gradients", NO_REG),
        Fault("no_reg1", REG1, "", "the penalty is not in dW1", NO_REG),
        Fault("no_reg2", REG2, "", "the penalty is not in dW2", NO_REG),
        Fault("reg_no_2", (REG1, REG2), (REG1.replace("2 * ", ""), REG2.replace("2 * ", "")),
              "reg W; the penalty reg W² has 2 reg W", NO_REG),
        Fault("reg_double", (REG1, REG2), (REG1.replace("2", "4"), REG2.replace("* 2", "* 4")),
              "4 reg W; the penalty reg W² has 2 reg W", NO_REG),
        Fault("reg_minus", (REG1, REG2), (REG1.replace("+", "-"), REG2.replace("+", "-")),
              "the penalty's gradient is subtracted; it is added", NO_REG),
        Fault("reg_bias", ("(X, W1, W2, y, h, p, reg)", "X, W1, W2, y, h, p, reg = cache", "dscores.sum(axis=0)",
              "dz.sum(axis=0)"), ("(X, W1, W2, y, h, p, reg, b1, b2)", "X, W1, W2, y, h, p, reg, b1, b2 = cache",
              "dscores.sum(axis=0) + dout * 2 * reg * b2", "dz.sum(axis=0) + dout * 2 * reg * b1"),
              "the penalty is in db1 and db2, too; forward has it on the weights alone", NO_REG),
        Fault("reg_div_n", (REG1, REG2), (f"{REG1} / len(y)", f"{REG2} / len(y)"),
              "the penalty's gradient is divided by N", NO_REG),
    ],
)  # fmt: skip
