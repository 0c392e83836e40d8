"""Mistakes in convolution: padding, stride, dilation, groups, kernels turned, windows and samples overwritten."""

import numpy as np

from gradcheck.faults import Fault, register

from ..ops import conv as right
from ..ops.samples import Draw

NO_OVERLAP = "stride >= kernel: windows that do not overlap"


def _image(seed):
    d = Draw(seed)
    return {"x": d.normal(2, 3, 7, 9), "w": d.normal(5, 3, 3, 3), "b": d.normal(5)}, {"stride": 2, "pad": 1}


def _grouped(seed):
    d = Draw(seed)
    arrays = {"x": d.normal(2, 4, 8, 7), "w": d.normal(6, 2, 3, 2), "b": d.normal(6)}
    return arrays, {"pad": 1, "dilation": 2, "groups": 2}


def _geometries(arguments, outs):
    """Strides, paddings, dilations and groups that give this output."""
    (C, H, W), (c, kh, kw), (h, w) = arguments["x"].shape[1:], arguments["w"].shape[1:], outs[0].shape[2:]
    for stride in range(1, 5):
        for pad in range(0, 4):
            for dilation in (1, 2, 3):
                reach = dilation * (kh - 1), dilation * (kw - 1)
                fits = [(n + 2 * pad - r - 1) // stride + 1 for n, r in zip((H, W), reach)]
                if fits == [h, w]:
                    yield {"stride": stride, "pad": pad, "dilation": dilation, "groups": C // c}


DB = "dout.sum(axis=(0, 2, 3))"
DW_TAPS, DX_TAPS = "taps(xp, geometry)", "taps(dxp, geometry)"
LATER = "list(taps(dxp, geometry))[::-1]"  # in this order later windows come last, as in loops over windows
DW = "(dy @ window.reshape(N, G, C, pixels).swapaxes(-1, -2)).sum(axis=0)"
DX = "dwindow += (wg[..., u, v].swapaxes(-1, -2) @ dy).reshape(dwindow.shape)"
CROP = "unpad(dxp, geometry.pad)"
SPACE = "axis=(0, 2, 3)"

register(
    "conv2d",
    right.conv2d_forward,
    right.conv2d_backward,
    inputs=_image,
    aliases=("conv", "convolution", "conv_2d"),
    guess=_geometries,
    faults=[
        Fault("dx_overwrite", (DX_TAPS, "dwindow += ("), (LATER, "dwindow[...] = ("),
              "dx[window] = ...; overlapping windows add up: use +=", NO_OVERLAP),
        Fault("dx_overwrite_filters", (DX_TAPS, DX), (LATER, DX.replace("+=", "[...] =").replace("wg[..., u, v]",
              "wg[:, -1:, :, u, v]") .replace("@ dy", "@ dy[:, :, -1:]")),
              "dx[window] = ... for each filter: only the last filter and window count; use +="),
        Fault("dx_last_filter", DX, DX.replace("wg[..., u, v]", "wg[:, -1:, :, u, v]").replace("@ dy",
              "@ dy[:, :, -1:]"), "only the last filter counts in dx; all filters add up", "one filter"),
        Fault("dx_overwrite_taps", "dwindow += (", "dwindow[...] = (",
              "dx is assigned for each place of the kernel; they add up: use +=", NO_OVERLAP),
        Fault("dx_flip", "(wg[..., u, v]", "(wg[..., kh - 1 - u, kw - 1 - v]",
              "the kernel is turned by 180° in dx (turned once too often, " "or not turned for a full convolution)",
              "symmetric kernels"),
        Fault("dx_kernel_T", "(wg[..., u, v]", "(wg[..., v, u]", "height and width of the kernel are swapped in dx",
              "symmetric kernels"),
        Fault("dx_no_stride", DX_TAPS, "taps(dxp, geometry._replace(stride=(1, 1)))",
              "the stride is forgotten in dx: windows start at i stride", "stride = 1"),
        Fault("dx_no_dout", "@ dy).reshape", "@ np.ones_like(dy)).reshape", "dout is not multiplied into dx"),
        Fault("dx_div_n", CROP, f"{CROP} / N", "dx is divided by N; the loss has done that", "one sample"),
        Fault("uncropped", CROP, "dxp", "dx still has the padding: crop it to the shape of x", "pad = 0"),
        Fault("crop_tail", CROP, "dxp[:, :, sum(geometry.pad[0]) :, sum(geometry.pad[1]) :]",
              "the padding is cropped on one side only: dxp[:, :, pad:-pad, pad:-pad]", "pad = 0"),
        Fault("crop_head", CROP,
              "dxp[:, :, : dxp.shape[2] - sum(geometry.pad[0]), : dxp.shape[3] - sum(geometry.pad[1])]",
              "the first rows and columns are kept and the last cropped: dxp[:, :, pad:-pad, pad:-pad]", "pad = 0"),
        Fault("dx_zero_border", CROP, f"np.pad({CROP}[:, :, 1:-1, 1:-1], ((0, 0), (0, 0), (1, 1), (1, 1)))",
              "dx is 0 along the border"),
        Fault("dw_overwrite_n", DW, "(dy @ window.reshape(N, G, C, pixels).swapaxes(-1, -2))[-1]",
              "dw is assigned for each sample: only the last one counts; use +=", "one sample"),
        Fault("dw_overwrite_windows", DW,
              "(dy[..., -1:] @ window.reshape(N, G, C, pixels)[..., -1:].swapaxes(-1, -2)).sum(axis=0)",
              "dw is assigned for each window: only the last one counts; use +=", "one window"),
        Fault("dw_overwrite", DW, "(dy[..., -1:] @ window.reshape(N, G, C, pixels)[..., -1:].swapaxes(-1, -2))[-1]",
              "dw is assigned for each sample and window: only the very last counts; use +="),
        Fault("dw_flip", "dw[..., u, v] =", "dw[..., kh - 1 - u, kw - 1 - v] =",
              "dw is turned by 180° (x and dout swapped in the correlation)", "kernels of one pixel"),
        Fault("dw_kernel_T", "dw[..., u, v] =", "dw[..., v, u] =", "height and width of dw are swapped"),
        Fault("dw_no_stride", DW_TAPS, "taps(xp, geometry._replace(stride=(1, 1)))",
              "the stride is forgotten in dw: windows start at i stride", "stride = 1"),
        Fault("dw_mean_n", DW, DW.replace("sum", "mean"), "dw is the mean over the batch; it is the sum", "one sample"),
        Fault("dw_mean_pixels", DW, f"{DW} / pixels", "dw is the mean over the pixels; it is the sum"),
        Fault("dw_no_dout", "(dy @ window", "(np.ones_like(dy) @ window", "dout is not multiplied into dw"),
        Fault("dw_unpadded", DW_TAPS, "taps(np.pad(unpad(xp, geometry.pad), ((0, 0), (0, 0), (0, "
              "sum(geometry.pad[0])), (0, sum(geometry.pad[1])))), " "geometry)",
              "dw is taken from x without its padding: the windows are shifted by pad", "pad = 0"),
        Fault("dw_dout_reshape", "(dy @ window", "(dout.swapaxes(0, 1).reshape(dy.shape) @ window",
              "dout is reshaped to (F, ...) without a transpose: samples and filters are mixed", "one sample"),
        Fault("dw_reg", "dw.reshape(G * F, C, kh, kw)", "(dw + wg).reshape(G * F, C, kh, kw)",
              "w is added to dw, as a penalty would"),
        Fault("db_batch_only", SPACE, "axis=0", "db is summed over the batch alone; it is over the pixels, too",
              "an output of one pixel"),
        Fault("db_pixels_only", SPACE, "axis=(2, 3)", "db is summed over the pixels alone; it is over the batch, too",
              "one sample"),
        Fault("db_unsummed", DB, "dout", "db is not summed: it is over the batch and the pixels"),
        Fault("db_mean", DB, "dout.mean(axis=(0, 2, 3))", "db is the mean over batch and pixels; it is the sum"),
        Fault("db_mean_n", DB, "dout.sum(axis=(2, 3)).mean(axis=0)", "db is the mean over the batch; it is the sum",
              "one sample"),
        Fault("db_mean_pixels", DB, "dout.mean(axis=(2, 3)).sum(axis=0)",
              "db is the mean over the pixels; it is the sum"),
        Fault("db_wrong_axes", SPACE, "axis=(1, 2, 3)",
              "db is summed over filters and pixels; it is over batch and pixels, (0, 2, 3)"),
        Fault("db_channels_last", SPACE, "axis=(0, 1, 2)",
              "db is summed over (0, 1, 2), as if filters stood last; it is over (0, 2, 3)"),
        Fault("db_last", DB, "dout[-1].sum(axis=(1, 2))",
              "db is assigned for each sample: only the last one counts; use +=", "one sample"),
        Fault("db_keepdims", DB, "dout.sum(axis=(0, 2, 3), keepdims=True)",
              "db is (1, F, 1, 1); it is (F,), without keepdims"),
        Fault("db_sum_all", DB, "dout.sum() * np.ones_like(b)",
              "db is the sum of all of dout; each filter has its own"),
        Fault("db_zero", DB, "0 * b", "db is left at zero"),
        Fault("db_times_b", DB, f"b * {DB}", "db is multiplied by b; the derivative of + b is 1"),
    ],
)  # fmt: skip

register(
    "conv_groups_dil",
    right.conv2d_forward,
    right.conv2d_backward,
    inputs=_grouped,
    aliases=("grouped_conv2d", "dilated_conv2d", "depthwise_conv2d"),
    guess=_geometries,
    faults=[
        Fault("dx_no_dilation", DX_TAPS, "taps(dxp, geometry._replace(dilation=(1, 1)))",
              "the dilation is forgotten in dx", "dilation = 1"),
        Fault("dw_no_dilation", DW_TAPS, "taps(xp, geometry._replace(dilation=(1, 1)))",
              "the dilation is forgotten in dw", "dilation = 1"),
        Fault("first_group_only", (CROP, "dw.reshape(G * F, C, kh, kw)"),
              ("unpad(dxp * (np.arange(dxp.shape[1]) < C)[:, None, None], geometry.pad)",
               "(dw * (np.arange(G) < 1).reshape(G, 1, 1, 1, 1)).reshape(G * F, C, kh, kw)"),
              "only the first group has gradients: a return or break inside the loop over groups", "groups = 1"),
        Fault("last_group_only", (CROP, "dw.reshape(G * F, C, kh, kw)"),
              ("unpad(dxp * (np.arange(dxp.shape[1]) >= (G - 1) * C)[:, None, None], geometry.pad)",
               "(dw * (np.arange(G) == G - 1).reshape(G, 1, 1, 1, 1)).reshape(G * F, C, kh, kw)"),
              "only the last group has gradients: the groups before are overwritten", "groups = 1"),
        Fault("dx_groups_swapped", "(wg[..., u, v]", "(wg[::-1, ..., u, v]", "dx has the kernels of another group",
              "groups = 1"),
        Fault("dx_groups_mixed", CROP,
              "unpad(dxp.reshape(N, G, C, *dxp.shape[2:]).swapaxes(1, 2).reshape(dxp.shape), geometry.pad)",
              "the channels of the groups are interleaved in dx; group g has the channels g C/G to (g + 1) C/G",
              "groups = 1"),
        Fault("dx_first_channels", CROP,
              "unpad(np.tile(dxp.reshape(N, G, C, *dxp.shape[2:]).sum(axis=1), (1, G, 1, 1)), geometry.pad)",
              "all groups write into the same channels of dx", "groups = 1"),
        Fault("dw_first_channels", "window.reshape(N, G, C, pixels)", "window.reshape(N, G, C, pixels)[:, :1]",
              "dw of every group is taken from the channels of the first", "groups = 1"),
    ],
)  # fmt: skip


def conv_transpose_forward(x, w, *, stride=1, pad=0):
    """y = Σ x[n, c, i, j] w[c, f] put at (i stride - pad, j stride - pad): the backward of a convolution as a forward.

    x: (N, C, H, W); w: (C, F, kh, kw); y: (N, F, (H - 1) stride + kh - 2 pad, ...).
    """
    N, _, H, W = x.shape
    F, kh, kw = w.shape[1:]
    yp = np.zeros((N, F, (H - 1) * stride + kh, (W - 1) * stride + kw))
    for u in range(kh):
        for v in range(kw):
            window = yp[:, :, u : u + H * stride : stride, v : v + W * stride : stride]
            window += np.einsum("nchw,cf->nfhw", x, w[:, :, u, v])
    return yp[:, :, pad : yp.shape[2] - pad, pad : yp.shape[3] - pad], (x, w, stride, pad)


def conv_transpose_backward(dout, cache):
    """dx is a convolution of dout with w, dw a correlation of x and dout."""
    x, w, stride, pad = cache
    H, W = x.shape[2:]
    kh, kw = w.shape[2:]
    dyp = np.pad(dout, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for u in range(kh):
        for v in range(kw):
            window = dyp[:, :, u : u + H * stride : stride, v : v + W * stride : stride]
            dx += np.einsum("nfhw,cf->nchw", window, w[:, :, u, v])
            dw[:, :, u, v] = np.einsum("nchw,nfhw->cf", x, window)
    return dx, dw


def _upscaling(seed):
    d = Draw(seed)
    return {"x": d.normal(2, 3, 5, 4), "w": d.normal(3, 3, 3, 3)}, {"stride": 2, "pad": 1}


def _strides(arguments, outs):
    (H, W), kernel = arguments["x"].shape[2:], arguments["w"].shape[2:]
    for stride in (1, 2, 3, 4):
        for pad in range(0, 3):
            if tuple((n - 1) * stride + k - 2 * pad for n, k in zip((H, W), kernel)) == outs[0].shape[2:]:
                yield {"stride": stride, "pad": pad}


register(
    "conv_transpose",
    conv_transpose_forward,
    conv_transpose_backward,
    inputs=_upscaling,
    aliases=("conv_transpose2d", "deconv"),
    guess=_strides,
    faults=[
        Fault("dx_scatter", "window, w[:, :, u, v]", "window, w[:, :, kh - 1 - u, kw - 1 - v]",
              "the kernel is turned by 180° in dx", "dout = ones or symmetric kernels"),
        Fault("dx_kernel_T", "window, w[:, :, u, v]", "window, w[:, :, v, u]",
              "height and width of the kernel are swapped in dx"),
        Fault("dx_channels_T", '"nfhw,cf->nchw"', '"nfhw,fc->nchw"', "the two channel axes of w are swapped in dx"),
        Fault("dw_flip", "dw[:, :, u, v] =", "dw[:, :, kh - 1 - u, kw - 1 - v] =", "dw is turned by 180°"),
        Fault("dw_channels_T", '"nchw,nfhw->cf"', '"nchw,nfhw->fc"', "the two channel axes of dw are swapped"),
        Fault("dw_kernel_T", "dw[:, :, u, v] =", "dw[:, :, v, u] =", "height and width of dw are swapped"),
        Fault("dw_mean", "return dx, dw", "return dx, dw / len(x)", "dw is the mean over the batch; it is the sum",
              "one sample"),
        Fault("dw_last", '"nchw,nfhw->cf", x, window', '"chw,fhw->cf", x[-1], window[-1]',
              "only the last sample counts in dw; use +=", "one sample"),
        Fault("dx_last_tap", "dx += ", "dx[...] = ",
              "dx is assigned for each place of the kernel; they add up: use +="),
        Fault("no_stride", "window = dyp[:, :, u : u + H * stride : stride, v : v + W * stride : stride]",
              "window = dyp[:, :, u : u + H, v : v + W]", "the stride is forgotten in backward", "stride = 1"),
        Fault("no_pad", "window = dyp[:, :, u",
              "dyp = np.pad(dout, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)))\n" "            window = dyp[:, :, u",
              "the crop of the output is not undone in backward: dout is shifted by pad", "pad = 0"),
    ],
)  # fmt: skip
