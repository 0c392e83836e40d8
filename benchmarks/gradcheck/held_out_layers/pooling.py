"""Pooling in all its forms."""

import numpy as np

from .base import layer


def _x(*shape):
    return lambda r: dict(x=r.normal(size=shape))


def max_pool_forward(x, K=3, stride=2):
    N, C, H, W = x.shape
    Ho, Wo = (H - K) // stride + 1, (W - K) // stride + 1
    out = np.zeros((N, C, Ho, Wo))
    for i in range(Ho):
        for j in range(Wo):
            out[:, :, i, j] = x[:, :, i * stride : i * stride + K, j * stride : j * stride + K].max(axis=(2, 3))
    return out, (x, out, K, stride)


def max_pool_backward(dout, cache):
    x, out, K, stride = cache
    dx = np.zeros_like(x)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            rows = slice(i * stride, i * stride + K)
            cols = slice(j * stride, j * stride + K)
            mask = x[:, :, rows, cols] == out[:, :, i : i + 1, j : j + 1]
            dx[:, :, rows, cols] += mask * dout[:, :, i : i + 1, j : j + 1]
    return dx


layer(
    max_pool_forward,
    max_pool_backward,
    _x(2, 3, 7, 5),
    ("overlapping windows overwrite each other", "dx[:, :, rows, cols] +=", "dx[:, :, rows, cols] ="),
    (
        "average pooling's backward: the gradient is spread over the window",
        "mask * dout",
        "np.ones_like(mask) / (K * K) * dout",
    ),
    (
        "the columns' window uses the row's index",
        "slice(j * stride, j * stride + K)",
        "slice(i * stride, i * stride + K)",
    ),
    (
        "the minimum of each window is paid",
        "mask = x[:, :, rows, cols] == out[:, :, i : i + 1, j : j + 1]",
        "window = x[:, :, rows, cols]\n            mask = window == window.min(axis=(2, 3), keepdims=True)",
    ),
)


def max_pool_argmax_forward(x):
    N, C, H, W = x.shape
    win = x.reshape(N, C, H // 2, 2, W // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(N, C, H // 2, W // 2, 4)
    k = win.argmax(axis=-1)
    return np.take_along_axis(win, k[..., None], axis=-1)[..., 0], (k, x.shape)


def max_pool_argmax_backward(dout, cache):
    k, (N, C, H, W) = cache
    dwin = np.zeros((N, C, H // 2, W // 2, 4))
    np.put_along_axis(dwin, k[..., None], dout[..., None], axis=-1)
    dx = dwin.reshape(N, C, H // 2, W // 2, 2, 2).transpose(0, 1, 2, 4, 3, 5)
    return dx.reshape(N, C, H, W)


layer(
    max_pool_argmax_forward,
    max_pool_argmax_backward,
    _x(2, 2, 4, 6),
    (
        "row and column of the winner exchanged within the window",
        ".transpose(0, 1, 2, 4, 3, 5)\n    return dx",
        ".transpose(0, 1, 2, 5, 3, 4)\n    return dx",
    ),
    ("reshaped back without transposing", "W // 2, 2, 2).transpose(0, 1, 2, 4, 3, 5)", "W // 2, 2, 2)"),
)


def avg_pool_forward(x, K=3, stride=2, pad=1):
    N, C, H, W = x.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    Ho, Wo = (H + 2 * pad - K) // stride + 1, (W + 2 * pad - K) // stride + 1
    out = np.zeros((N, C, Ho, Wo))
    for i in range(Ho):
        for j in range(Wo):
            out[:, :, i, j] = xp[:, :, i * stride : i * stride + K, j * stride : j * stride + K].mean(axis=(2, 3))
    return out, (xp.shape, x.shape, K, stride, pad)


def avg_pool_backward(dout, cache):
    padded, shape, K, stride, pad = cache
    dx = np.zeros(padded)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            g = dout[:, :, i, j, None, None] / (K * K)
            dx[:, :, i * stride : i * stride + K, j * stride : j * stride + K] += g
    return dx[:, :, pad : pad + shape[2], pad : pad + shape[3]]


layer(
    avg_pool_forward,
    avg_pool_backward,
    _x(2, 3, 5, 6),
    ("divided by K, not by K squared", "/ (K * K)", "/ K"),
    ("overlapping windows overwrite each other", "j * stride + K] += g", "j * stride + K] = g"),
    (
        "only the upper left entry of each window is paid",
        "dx[:, :, i * stride : i * stride + K, j * stride : j * stride + K] += g",
        "dx[:, :, i * stride : i * stride + 1, j * stride : j * stride + 1] += g",
    ),
)


def global_avg_pool_forward(x):
    return x.mean(axis=(2, 3)), x.shape


def global_avg_pool_backward(dout, cache):
    N, C, H, W = cache
    return np.ones((N, C, H, W)) * dout[:, :, None, None] / (H * W)


layer(
    global_avg_pool_forward,
    global_avg_pool_backward,
    _x(2, 3, 4, 5),
    ("divided by the rows only", "/ (H * W)", "/ H"),
    ("not divided", " / (H * W)", ""),
    (
        "the whole gradient at the first pixel",
        "np.ones((N, C, H, W)) * dout[:, :, None, None] / (H * W)",
        "(np.arange(H * W).reshape(H, W) == 0) * dout[:, :, None, None]",
    ),
)


def max_over_time_forward(x):
    k = x.argmax(axis=1)
    return np.take_along_axis(x, k[:, None, :], axis=1)[:, 0], (k, x.shape)


def max_over_time_backward(dout, cache):
    k, (N, T, D) = cache
    dx = np.zeros((N, T, D))
    n, d = np.indices((N, D))
    dx[n, k, d] = dout
    return dx


layer(
    max_over_time_forward,
    max_over_time_backward,
    _x(3, 6, 4),
    ("the winner of the first feature is paid for all features", "dx[n, k, d]", "dx[n, k[:, :1], d]"),
    ("the gradient goes to all steps", "dx[n, k, d] = dout", "dx += dout[:, None]"),
    ("always the last step is paid", "dx[n, k, d] = dout", "dx[:, -1] = dout"),
)


def l2_pool_forward(x, K=2):
    N, T = x.shape
    win = x.reshape(N, T // K, K)
    out = np.sqrt((win**2).sum(axis=2))
    return out, (win, out, x.shape)


def l2_pool_backward(dout, cache):
    win, out, shape = cache
    return (dout[:, :, None] * win / out[:, :, None]).reshape(shape)


layer(
    l2_pool_forward,
    l2_pool_backward,
    _x(3, 8),
    ("the root is forgotten: 2 x", "win / out[:, :, None]", "2 * win"),
    ("half too much: 1/(2 sqrt) without the 2 of the square", "win / out[:, :, None]", "win / (2 * out[:, :, None])"),
)


def attention_pool_forward(x, v):
    s = x @ v
    e = np.exp(s - s.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    return (a[:, :, None] * x).sum(axis=1), (x, v, a)


def attention_pool_backward(dout, cache):
    x, v, a = cache
    da = (x * dout[:, None, :]).sum(axis=2)
    ds = a * (da - (a * da).sum(axis=1, keepdims=True))
    dx = a[:, :, None] * dout[:, None, :] + ds[:, :, None] * v
    dv = np.einsum("nt,ntd->d", ds, x)
    return dx, dv


layer(
    attention_pool_forward,
    attention_pool_backward,
    lambda r: dict(x=r.normal(size=(3, 5, 4)), v=r.normal(size=4)),
    ("dx forgets the path through the scores", " + ds[:, :, None] * v", ""),
    ("dx forgets the direct path", "dx = a[:, :, None] * dout[:, None, :] + ds", "dx = ds"),
    (
        "dv from the gradient of the weights, before the softmax",
        'np.einsum("nt,ntd->d", ds, x)',
        'np.einsum("nt,ntd->d", da, x)',
    ),
)
