"""Convolutions by loops, by im2col, with options."""

# ruff: noqa: RUF059  (students unpack the whole cache)

import numpy as np

from .base import layer


def _images(r, x, w, b):
    return dict(x=r.normal(size=x), w=r.normal(size=w), b=r.normal(size=b))


def conv2d_forward(x, w, b, stride=2, pad=1):
    N, C, H, W = x.shape
    F, _, K, L = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    Ho = (H + 2 * pad - K) // stride + 1
    Wo = (W + 2 * pad - L) // stride + 1
    out = np.zeros((N, F, Ho, Wo))
    for i in range(Ho):
        for j in range(Wo):
            patch = xp[:, :, i * stride : i * stride + K, j * stride : j * stride + L]
            out[:, :, i, j] = np.einsum("nckl,fckl->nf", patch, w) + b
    return out, (x, xp, w, stride, pad)


def conv2d_backward(dout, cache):
    x, xp, w, stride, pad = cache
    F, _, K, L = w.shape
    H, W = x.shape[2:]
    dxp = np.zeros_like(xp)
    dw = np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            h, v = i * stride, j * stride
            g = dout[:, :, i, j]
            dw += np.einsum("nf,nckl->fckl", g, xp[:, :, h : h + K, v : v + L])
            dxp[:, :, h : h + K, v : v + L] += np.einsum("nf,fckl->nckl", g, w)
    dx = dxp[:, :, pad : pad + H, pad : pad + W]
    db = dout.sum(axis=(0, 2, 3))
    return dx, dw, db


layer(
    conv2d_forward,
    conv2d_backward,
    lambda r: _images(r, (2, 3, 6, 7), (4, 3, 3, 3), 4),
    ("overlapping windows overwrite each other in dx", "v : v + L] += np", "v : v + L] = np"),
    ("the padding is cut off at the end only", "pad : pad + H, pad : pad + W", ":H, :W"),
    (
        "rows and columns exchanged in the window of dout",
        "g = dout[:, :, i, j]",
        "g = dout[:, :, j % dout.shape[2], i % dout.shape[3]]",
    ),
    (
        "dx with the kernel turned by 180 degrees (for a full convolution)",
        '"nf,fckl->nckl", g, w)',
        '"nf,fckl->nckl", g, w[:, :, ::-1, ::-1])',
    ),
    ("the stride is forgotten in backward", "h, v = i * stride, j * stride", "h, v = i, j"),
    ("dw holds the last window only", "dw += np", "dw = np"),
    (
        "dw from an unpadded corner: windows start one pixel late",
        "g, xp[:, :, h : h + K, v : v + L]",
        "g, np.roll(xp, -pad, axis=(2, 3))[:, :, h : h + K, v : v + L]",
    ),
)


def _im2col(x, K):
    N, C, H, W = x.shape
    cols = [x[:, :, i : i + H - K + 1, j : j + W - K + 1] for i in range(K) for j in range(K)]
    return np.stack(cols, axis=2).reshape(N, C * K * K, -1)


def conv_im2col_forward(x, w):
    N, C, H, W = x.shape
    F, _, K, _ = w.shape
    cols = _im2col(x, K)
    out = w.reshape(F, -1) @ cols
    return out.reshape(N, F, H - K + 1, W - K + 1), (x, w, cols)


def conv_im2col_backward(dout, cache):
    x, w, cols = cache
    N, C, H, W = x.shape
    F, _, K, _ = w.shape
    g = dout.reshape(N, F, -1)
    dw = np.einsum("nfp,ncp->fc", g, cols).reshape(w.shape)
    dcols = w.reshape(F, -1).T @ g
    dcols = dcols.reshape(N, C, K, K, H - K + 1, W - K + 1)
    dx = np.zeros_like(x)
    for i in range(K):
        for j in range(K):
            dx[:, :, i : i + H - K + 1, j : j + W - K + 1] += dcols[:, :, i, j]
    return dx, dw


layer(
    conv_im2col_forward,
    conv_im2col_backward,
    lambda r: dict(x=r.normal(size=(2, 3, 5, 6)), w=r.normal(size=(4, 3, 2, 2))),
    ("col2im assigns in place of adding", "W - K + 1] += dcols", "W - K + 1] = dcols"),
    ("col2im with rows and columns of the kernel exchanged", "dcols[:, :, i, j]", "dcols[:, :, j, i]"),
    ("dw reshaped as (C, F, K, K) and swapped", "cols).reshape(w.shape)", "cols).reshape(C, F, K, K).swapaxes(0, 1)"),
    (
        "dout flattened with the filters before the batch",
        "g = dout.reshape(N, F, -1)",
        "g = dout.transpose(1, 0, 2, 3).reshape(N, F, -1)",
    ),
)


def dilated_conv1d_forward(x, w, d=2):
    T, K = x.shape[2], w.shape[2]
    xp = np.pad(x, ((0, 0), (0, 0), ((K - 1) * d, 0)))
    out = sum(np.einsum("nct,fc->nft", xp[:, :, k * d : k * d + T], w[:, :, k]) for k in range(K))
    return out, (xp, w, d)


def dilated_conv1d_backward(dout, cache):
    xp, w, d = cache
    T, K = dout.shape[2], w.shape[2]
    dxp = np.zeros_like(xp)
    dw = np.zeros_like(w)
    for k in range(K):
        dw[:, :, k] = np.einsum("nft,nct->fc", dout, xp[:, :, k * d : k * d + T])
        dxp[:, :, k * d : k * d + T] += np.einsum("nft,fc->nct", dout, w[:, :, k])
    return dxp[:, :, (K - 1) * d :], dw


layer(
    dilated_conv1d_forward,
    dilated_conv1d_backward,
    lambda r: dict(x=r.normal(size=(2, 3, 8)), w=r.normal(size=(4, 3, 3))),
    ("the dilation is forgotten in dx", "dxp[:, :, k * d : k * d + T] +=", "dxp[:, :, k : k + T] +="),
    ("the padding is taken off the right end", "dxp[:, :, (K - 1) * d :]", "dxp[:, :, :T]"),
    ("dw in the reverse order of the taps", "dw[:, :, k] =", "dw[:, :, K - 1 - k] ="),
)


def grouped_conv1x1_forward(x, w, G=2):
    N, C, P = x.shape
    xg = x.reshape(N, G, C // G, P)
    wg = w.reshape(G, w.shape[0] // G, C // G)
    out = np.einsum("ngcp,gfc->ngfp", xg, wg)
    return out.reshape(N, -1, P), (x, w, G)


def grouped_conv1x1_backward(dout, cache):
    x, w, G = cache
    N, C, P = x.shape
    F = w.shape[0]
    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    c, f = C // G, F // G
    for g in range(G):
        dg = dout[:, g * f : (g + 1) * f]
        dx[:, g * c : (g + 1) * c] = np.einsum("nfp,fc->ncp", dg, w[g * f : (g + 1) * f])
        dw[g * f : (g + 1) * f] = np.einsum("nfp,ncp->fc", dg, x[:, g * c : (g + 1) * c])
    return dx, dw


layer(
    grouped_conv1x1_forward,
    grouped_conv1x1_backward,
    lambda r: dict(x=r.normal(size=(3, 4, 5)), w=r.normal(size=(6, 2))),
    ("every group reads the inputs of the first", "dg, x[:, g * c : (g + 1) * c])", "dg, x[:, :c])"),
    ("every group's weights taken from the first", "dg, w[g * f : (g + 1) * f])", "dg, w[:f])"),
    ("only the first group is done (return inside the loop)", "    return dx, dw", "        return dx, dw"),
)


def depthwise_conv_forward(x, w, b):
    N, C, H, W = x.shape
    K = w.shape[1]
    p = K // 2
    xp = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    out = np.zeros_like(x)
    for i in range(K):
        for j in range(K):
            out += xp[:, :, i : i + H, j : j + W] * w[:, i, j][:, None, None]
    return out + b[:, None, None], (xp, w, p)


def depthwise_conv_backward(dout, cache):
    xp, w, p = cache
    N, C, H, W = dout.shape
    K = w.shape[1]
    dxp = np.zeros_like(xp)
    dw = np.zeros_like(w)
    for i in range(K):
        for j in range(K):
            dw[:, i, j] = (dout * xp[:, :, i : i + H, j : j + W]).sum(axis=(0, 2, 3))
            dxp[:, :, i : i + H, j : j + W] += dout * w[:, i, j][:, None, None]
    return dxp[:, :, p:-p, p:-p], dw, dout.sum(axis=(0, 2, 3))


layer(
    depthwise_conv_forward,
    depthwise_conv_backward,
    lambda r: _images(r, (2, 3, 5, 4), (3, 3, 3), 3),
    ("dw is transposed", "dw[:, i, j] =", "dw[:, j, i] ="),
    ("dx with the kernel turned by 180 degrees", "+= dout * w[:, i, j]", "+= dout * w[:, K - 1 - i, K - 1 - j]"),
    (
        "off by one: the last row and column of taps is skipped in dx",
        "+= dout * w[:, i, j]",
        "+= (i < K - 1) * (j < K - 1) * dout * w[:, i, j]",
    ),
    (
        "db sums over the batch and the rows, then takes the first column",
        "dout.sum(axis=(0, 2, 3))",
        "dout.sum(axis=(0, 2))[:, 0]",
    ),
)


def transposed_conv1d_forward(x, w, b, s=2):
    N, C, T = x.shape
    K = w.shape[2]
    out = np.zeros((N, w.shape[1], (T - 1) * s + K))
    for t in range(T):
        out[:, :, t * s : t * s + K] += np.einsum("nc,cfk->nfk", x[:, :, t], w)
    return out + b[:, None], (x, w, s)


def transposed_conv1d_backward(dout, cache):
    x, w, s = cache
    K = w.shape[2]
    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    for t in range(x.shape[2]):
        g = dout[:, :, t * s : t * s + K]
        dx[:, :, t] = np.einsum("nfk,cfk->nc", g, w)
        dw += np.einsum("nc,nfk->cfk", x[:, :, t], g)
    return dx, dw, dout.sum(axis=(0, 2))


layer(
    transposed_conv1d_forward,
    transposed_conv1d_backward,
    lambda r: _images(r, (2, 3, 4), (3, 5, 3), 5),
    ("the stride is forgotten in backward", "g = dout[:, :, t * s : t * s + K]", "g = dout[:, :, t : t + K]"),
    (
        "dx uses only the first tap of the kernel",
        'np.einsum("nfk,cfk->nc", g, w)',
        'np.einsum("nf,cf->nc", g[..., 0], w[..., 0])',
    ),
    ("dw holds the last step only", "dw += np", "dw = np"),
)
