"""Dropout of entries and of weights."""

# ruff: noqa: RUF059, NPY002  (students unpack the whole cache, and use the old generator)

import numpy as np

from .base import layer


def dropout_forward(x, p=0.4):
    mask = (np.random.rand(*x.shape) > p) / (1 - p)
    return x * mask, (mask, p)


def dropout_backward(dout, cache):
    mask, p = cache
    return dout * mask


layer(
    dropout_forward,
    dropout_backward,
    lambda r: dict(x=r.normal(size=(6, 5))),
    ("backward draws a new mask", "return dout * mask", "return dout * (np.random.rand(*dout.shape) > p) / (1 - p)"),
    ("the 1/(1 - p) is missing", "return dout * mask", "return dout * (mask > 0)"),
    ("the 1/(1 - p) is applied twice", "return dout * mask", "return dout * mask / (1 - p)"),
    ("dropout is forgotten in backward", "return dout * mask", "return dout"),
)


def dropconnect_forward(x, w, p=0.3):
    mask = np.random.rand(*w.shape) > p
    return x @ (w * mask), (x, w, mask)


def dropconnect_backward(dout, cache):
    x, w, mask = cache
    dx = dout @ (w * mask).T
    dw = (x.T @ dout) * mask
    return dx, dw


layer(
    dropconnect_forward,
    dropconnect_backward,
    lambda r: dict(x=r.normal(size=(4, 5)), w=r.normal(size=(5, 3))),
    ("dropped weights still get a gradient", "(x.T @ dout) * mask", "x.T @ dout"),
    ("dx with all weights, dropped ones too", "(w * mask).T", "w.T"),
)
