"""Convolutions and pooling."""

import numpy as np

from .base import draw, layer


def windows(x, k, s):
    """(rows, columns, i, j) of each window."""
    return [
        (slice(i * s, i * s + k), slice(j * s, j * s + k), i, j)
        for i in range((x.shape[2] - k) // s + 1)
        for j in range((x.shape[3] - k) // s + 1)
    ]


@layer(
    "conv2d",
    [
        "crop_tail",
        "no_crop",
        "db_batch_only",
        "db_unsummed",
        "dw_flip",
        "dx_flip",
        "dw_overwrite_n",
        "dx_overwrite",
        "db_mean",
        "dx_overwrite_n",
        "dw_unpadded",
        "w_swap",
    ],
    {"stride": 2, "pad": 1},
    x=draw(3, 2, 5, 5),
    w=draw(2, 2, 3, 3),
    b=draw(2),
)
def conv2d():
    def forward(x, w, b, stride, pad):
        xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        side = (xp.shape[2] - 3) // stride + 1
        out = np.zeros((len(x), len(w), side, side))
        for r, c, i, j in windows(xp, 3, stride):
            out[:, :, i, j] = np.einsum("ncrs,fcrs->nf", xp[:, :, r, c], w) + b
        return out, (x, w, xp, stride, pad)

    def backward(dout, cache, bug):
        x, w, xp, stride, p = cache
        dxp, dw = np.zeros_like(xp), np.zeros_like(w)
        ww = w[:, :, ::-1, ::-1] if bug == "dx_flip" else w.swapaxes(0, 1) if bug == "w_swap" else w
        for r, c, i, j in windows(xp, 3, stride):
            d = dout[:, :, i, j]
            one = np.einsum("nf,fcrs->ncrs", d, ww)
            dxp[:, :, r, c] = one if bug == "dx_overwrite" else dxp[:, :, r, c] + one
            src = np.pad(x, ((0, 0), (0, 0), (0, 2), (0, 2))) if bug == "dw_unpadded" else xp
            use = slice(-1, None) if bug == "dw_overwrite_n" else slice(None)
            dw += np.einsum("nf,ncrs->fcrs", d[use], src[use, :, r, c])
        dx = dxp[:, :, p:-p, p:-p]
        dx = {"crop_tail": dxp[:, :, 2 * p :, 2 * p :], "no_crop": dxp}.get(bug, dx)
        if bug == "dx_overwrite_n":
            dx = np.where(np.arange(len(x))[:, None, None, None] == len(x) - 1, dx, 0)
        db = {"db_batch_only": dout.sum(0), "db_unsummed": dout, "db_mean": dout.mean((0, 2, 3))}.get(
            bug, dout.sum((0, 2, 3))
        )
        return {"x": dx, "w": dw[:, :, ::-1, ::-1] if bug == "dw_flip" else dw, "b": db}

    return forward, backward


@layer("conv1d_dilated", ["dx_no_dilation", "first_tap", "reversed"], {"dilation": 2}, x=draw(2, 3, 9), w=draw(4, 3, 3))
def conv1d_dilated():
    def forward(x, w, dilation):
        n = x.shape[2] - 2 * dilation
        out = sum(np.einsum("ncl,fc->nfl", x[:, :, k * dilation : k * dilation + n], w[:, :, k]) for k in range(3))
        return out, (x, w, dilation, n)

    def backward(dout, cache, bug):
        x, w, d, n = cache
        dx, dw = np.zeros_like(x), np.zeros_like(w)
        for k in range(1 if bug == "first_tap" else 3):
            at = k if bug == "dx_no_dilation" else k * d
            dx[:, :, at : at + n] += np.einsum("nfl,fc->ncl", dout, w[:, :, 2 - k if bug == "reversed" else k])
        for k in range(3):
            dw[:, :, k] = np.einsum("nfl,ncl->fc", dout, x[:, :, k * d : k * d + n])
        return {"x": dx, "w": dw}

    return forward, backward


@layer("conv_groups", ["first_group_only"], x=draw(3, 4, 5), w=draw(2, 3, 2))
def conv_groups():  # 1 x 1, two groups
    def forward(x, w):
        return np.einsum("ngcl,gfc->ngfl", x.reshape(3, 2, 2, 5), w).reshape(3, 6, 5), (x, w)

    def backward(dout, cache, bug):
        x, w = cache
        d = dout.reshape(3, 2, 3, 5)
        dx = np.einsum("ngfl,gfc->ngcl", d, w)
        dw = np.einsum("ngfl,ngcl->gfc", d, x.reshape(3, 2, 2, 5))
        if bug:
            dx[:, 1], dw[1] = 0, 0
        return {"x": dx.reshape(x.shape), "w": dw}

    return forward, backward


@layer("avgpool", ["div_k", "overwrite", "no_div"], x=draw(2, 2, 5, 5))
def avgpool():
    def forward(x):
        out = np.zeros((2, 2, 2, 2))
        for r, c, i, j in windows(x, 3, 2):
            out[:, :, i, j] = x[:, :, r, c].mean((2, 3))
        return out, x

    def backward(dout, x, bug):
        dx = np.zeros_like(x)
        for r, c, i, j in windows(x, 3, 2):
            one = dout[:, :, i, j][:, :, None, None] / {"div_k": 3, "no_div": 1}.get(bug, 9)
            dx[:, :, r, c] = one if bug == "overwrite" else dx[:, :, r, c] + one
        return {"x": dx}

    return forward, backward


@layer("maxpool", ["avg", "global_argmax", "hw_swap", "overwrite", "whole_window"], x=draw(2, 2, 5, 5))
def maxpool():
    def forward(x):
        out = np.zeros((2, 2, 2, 2))
        for r, c, i, j in windows(x, 3, 2):
            out[:, :, i, j] = x[:, :, r, c].max((2, 3))
        return out, x

    def backward(dout, x, bug):
        dx = np.zeros_like(x)
        for n in range(2):
            for ch in range(2):
                for r, c, i, j in windows(x, 3, 2):
                    w, d = x[n, ch, r, c], dout[n, ch, i, j]
                    hot = (w == w.max()) * 1.0
                    hot = {"avg": np.ones((3, 3)) / 9, "hw_swap": hot.T, "whole_window": np.ones((3, 3))}.get(bug, hot)
                    if bug == "global_argmax":
                        dx[n, ch] += (x[n, ch] == x[n, ch].max()) * d
                    elif bug == "overwrite":
                        dx[n, ch, r, c] = hot * d
                    else:
                        dx[n, ch, r, c] += hot * d
        return {"x": dx}

    return forward, backward


@layer("global_avg", ["no_div", "div_h"], x=draw(2, 3, 4, 5))
def global_avg():
    def forward(x):
        return x.mean((2, 3)), x.shape

    def backward(dout, shape, bug):
        return {"x": np.broadcast_to(dout[:, :, None, None], shape) / {"no_div": 1, "div_h": 4}.get(bug, 20)}

    return forward, backward


@layer("upsample", ["mean_not_sum", "first_only"], x=draw(2, 3, 3, 2))
def upsample():
    def forward(x):
        return x.repeat(2, 2).repeat(2, 3), None

    def backward(dout, _, bug):
        blocks = dout.reshape(2, 3, 3, 2, 2, 2)
        return {
            "x": blocks.mean((3, 5))
            if bug == "mean_not_sum"
            else blocks[:, :, :, 0, :, 0]
            if bug
            else blocks.sum((3, 5))
        }

    return forward, backward
