"""Mistakes in convolution: padding, stride, dilation, groups, kernels turned, windows and samples overwritten."""

from functools import partial
from itertools import product

from gradcheck.faults import Fault, register

from ..ops import conv as right
from ..ops.samples import Draw
from .inner import Inner

NO_OVERLAP = "stride >= kernel: windows that do not overlap"

InCorrelate = partial(Inner, function=right.correlate)
InSpread = partial(Inner, function=right.spread)
InMeet = partial(Inner, function=right.meet)


def _image(seed):
    d = Draw(seed)
    return {"x": d.normal(2, 3, 7, 9), "w": d.normal(5, 3, 3, 3), "b": d.normal(5)}, {"stride": 2, "pad": 1}


def _sound(seed):
    d = Draw(seed)
    return {"x": d.normal(2, 3, 10), "w": d.normal(5, 3, 4), "b": d.normal(5)}, {"stride": 2, "pad": 1}


def _film(seed):
    d = Draw(seed)
    return {"x": d.normal(3, 2, 5, 4, 6), "w": d.normal(4, 2, 3, 3, 3), "b": d.normal(4)}, {"stride": 2, "pad": 1}


def _grouped(seed):
    d = Draw(seed)
    arrays = {"x": d.normal(2, 4, 8, 7), "w": d.normal(6, 2, 3, 2), "b": d.normal(6)}
    return arrays, {"pad": 1, "dilation": 2, "groups": 2}


def _geometries(arguments, outs):
    """Strides, paddings, dilations and groups that give this output."""
    (C, *sizes), (c, *kernel), out = arguments["x"].shape[1:], arguments["w"].shape[1:], outs[0].shape[2:]
    for stride, pad, dilation in product(range(1, 5), range(0, 4), (1, 2, 3)):
        fits = [(n + 2 * pad - dilation * (k - 1) - 1) // stride + 1 for n, k in zip(sizes, kernel)]
        if tuple(fits) == out:
            yield {"stride": stride, "pad": pad, "dilation": dilation, "groups": C // c}


TAP, TAPS = "window += (w[..., *u].swapaxes(-1, -2) @ y).reshape(window.shape)", "taps(padded, geometry)"  # of spread
LATER = "list(taps(padded, geometry))[::-1]"  # in this order later windows come last, as in loops over windows
LAST_FILTER = TAP.replace("w[..., *u]", "w[:, -1:, :, *u]").replace("@ y", "@ y[:, :, -1:]")
TURNED = "*[k - 1 - i for k, i in zip(geometry.kernel, u)]"
MEET, SEEN = "(y @ window.reshape(N, G, C, pixels).swapaxes(-1, -2)).sum(axis=0)", "taps(xp, geometry)"  # of meet
PADDED = "spread(dout, wg, geometry, xp.shape)"
DX, DW = f"unpad({PADDED}, geometry.pad)", "meet(xp, dout, geometry, wg.shape)"


def _dx_faults(dim):
    axes = f"((0, 0), (0, 0), {', '.join(['(1, 1)'] * dim)})"
    return [
        InSpread("dx_overwrite", (TAPS, "window += ("), (LATER, "window[...] = ("),
                 "dx[window] = ...; overlapping windows add up: use +=", NO_OVERLAP),
        InSpread("dx_overwrite_filters", (TAPS, TAP), (LATER, LAST_FILTER.replace("+=", "[...] =")),
                 "dx[window] = ... for each filter: only the last filter and window count; use +="),
        InSpread("dx_last_filter", TAP, LAST_FILTER, "only the last filter counts in dx; all filters add up",
                 "one filter"),
        InSpread("dx_overwrite_taps", "window += (", "window[...] = (",
                 "dx is assigned for each place of the kernel; they add up: use +=", NO_OVERLAP),
        InSpread("dx_flip", "(w[..., *u]", f"(w[..., {TURNED}]",
                 "the kernel is turned by 180° in dx (turned once too often, or not turned for a full convolution)",
                 "symmetric kernels"),
        InSpread("dx_no_stride", TAPS, f"taps(padded, geometry._replace(stride={(1,) * dim}))",
                 "the stride is forgotten in dx: windows start at i stride", "stride = 1"),
        InSpread("dx_no_dout", "@ y)", "@ np.ones_like(y))", "dout is not multiplied into dx"),
        Fault("dx_div_n", DX, f"{DX} / len(xp)", "dx is divided by N; the loss has done that", "one sample"),
        Fault("uncropped", DX, PADDED, "dx still has the padding: crop it to the shape of x", "pad = 0"),
        Fault("crop_tail", DX, f"unpad({PADDED}, [(before + after, 0) for before, after in geometry.pad])",
              "the padding is cropped on one side only: dxp[:, :, pad:-pad, pad:-pad]", "pad = 0"),
        Fault("crop_head", DX, f"unpad({PADDED}, [(0, before + after) for before, after in geometry.pad])",
              "the first rows and columns are kept and the last cropped: dxp[:, :, pad:-pad, pad:-pad]", "pad = 0"),
        Fault("dx_zero_border", DX, f"np.pad(unpad({DX}, {axes}[2:]), {axes})", "dx is 0 along the border"),
    ]  # fmt: skip


def _dw_faults(dim):
    return [
        InMeet("dw_overwrite_n", MEET, MEET.replace(".sum(axis=0)", "[-1]"),
               "dw is assigned for each sample: only the last one counts; use +=", "one sample"),
        InMeet("dw_overwrite_windows", MEET,
               "(y[..., -1:] @ window.reshape(N, G, C, pixels)[..., -1:].swapaxes(-1, -2)).sum(axis=0)",
               "dw is assigned for each window: only the last one counts; use +=", "one window"),
        InMeet("dw_overwrite", MEET, "(y[..., -1:] @ window.reshape(N, G, C, pixels)[..., -1:].swapaxes(-1, -2))[-1]",
               "dw is assigned for each sample and window: only the very last counts; use +="),
        InMeet("dw_flip", "w[..., *u] =", f"w[..., {TURNED}] =",
               "dw is turned by 180° (x and dout swapped in the correlation)", "kernels of one pixel"),
        InMeet("dw_no_stride", SEEN, f"taps(xp, geometry._replace(stride={(1,) * dim}))",
               "the stride is forgotten in dw: windows start at i stride", "stride = 1"),
        InMeet("dw_mean_n", MEET, MEET.replace("sum", "mean"), "dw is the mean over the batch; it is the sum",
               "one sample"),
        InMeet("dw_mean_pixels", MEET, f"{MEET} / pixels", "dw is the mean over the pixels; it is the sum"),
        InMeet("dw_no_dout", "(y @ window", "(np.ones_like(y) @ window", "dout is not multiplied into dw"),
        Fault("dw_unpadded", DW, DW.replace("xp", "np.pad(unpad(xp, geometry.pad), ((0, 0), (0, 0), *[(0, before + "
              "after) for before, after in geometry.pad]))"),
              "dw is taken from x without its padding: the windows are shifted by pad", "pad = 0"),
        InMeet("dw_dout_reshape", "y.reshape(N, G, F, pixels)", "y.swapaxes(0, 1).reshape(N, G, F, pixels)",
               "dout is reshaped to (F, ...) without a transpose: samples and filters are mixed", "one sample"),
        Fault("dw_reg", DW, f"({DW} + wg)", "w is added to dw, as a penalty would"),
    ]  # fmt: skip


def _db_faults(dim, db):
    """db: how backward says it."""
    pixels = tuple(range(2, 2 + dim))
    right_axes, wrong_axes, channels_last = (0, *pixels), (1, *pixels), tuple(range(1 + dim))
    return [
        Fault("db_batch_only", db, "dout.sum(axis=0)", "db is summed over the batch alone; it is over the pixels, too",
              "an output of one pixel"),
        Fault("db_pixels_only", db, f"dout.sum(axis={pixels})",
              "db is summed over the pixels alone; it is over the batch, too", "one sample"),
        Fault("db_unsummed", db, "dout", "db is not summed: it is over the batch and the pixels"),
        Fault("db_mean", db, f"dout.mean(axis={right_axes})", "db is the mean over batch and pixels; it is the sum"),
        Fault("db_mean_n", db, f"dout.sum(axis={pixels}).mean(axis=0)", "db is the mean over the batch; it is the sum",
              "one sample"),
        Fault("db_mean_pixels", db, f"dout.mean(axis={pixels}).sum(axis=0)",
              "db is the mean over the pixels; it is the sum"),
        Fault("db_wrong_axes", db, f"dout.sum(axis={wrong_axes})",
              f"db is summed over filters and pixels; it is over batch and pixels, {right_axes}"),
        Fault("db_channels_last", db, f"dout.sum(axis={channels_last})",
              f"db is summed over {channels_last}, as if filters stood last; it is over {right_axes}"),
        Fault("db_last", db, f"dout[-1].sum(axis={tuple(range(1, 1 + dim))})",
              "db is assigned for each sample: only the last one counts; use +=", "one sample"),
        Fault("db_keepdims", db, f"dout.sum(axis={right_axes}, keepdims=True)",
              f"db is (1, F{', 1' * dim}); it is (F,), without keepdims"),
        Fault("db_sum_all", db, "dout.sum() * np.ones_like(b)",
              "db is the sum of all of dout; each filter has its own"),
        Fault("db_zero", db, "0 * b", "db is left at zero"),
        Fault("db_times_b", db, f"b * {db}", "db is multiplied by b; the derivative of + b is 1"),
    ]  # fmt: skip


def _faults(dim):
    return [*_dx_faults(dim), *_dw_faults(dim), *_db_faults(dim, "dout.sum(axis=(0, *range(2, dout.ndim)))")]


register(
    "conv2d",
    right.conv2d_forward,
    right.conv2d_backward,
    inputs=_image,
    aliases=("conv", "convolution", "conv_2d"),
    guess=_geometries,
    faults=[
        *_faults(2),
        InSpread("dx_kernel_T", "(w[..., *u]", "(w[..., *u[::-1]]", "height and width of the kernel are swapped in dx",
                 "symmetric kernels"),
        InMeet("dw_kernel_T", "w[..., *u] =", "w[..., *u[::-1]] =", "height and width of dw are swapped"),
    ],
)  # fmt: skip

# The backward of conv1d and of conv3d is that of conv2d.
register(
    "conv1d",
    right.conv1d_forward,
    right.conv2d_backward,
    inputs=_sound,
    aliases=("conv_1d", "temporal_conv"),
    guess=_geometries,
    faults=_faults(1),
)
register(
    "conv3d",
    right.conv3d_forward,
    right.conv2d_backward,
    inputs=_film,
    aliases=("conv_3d",),
    guess=_geometries,
    faults=_faults(3),
)

CHANNEL = "np.arange(xp.shape[1])[:, None, None]"
GROUP = "np.arange(G).reshape(G, 1, 1, 1, 1)"

register(
    "conv_groups_dil",
    right.conv2d_forward,
    right.conv2d_backward,
    inputs=_grouped,
    aliases=("grouped_conv2d", "dilated_conv2d", "depthwise_conv2d"),
    guess=_geometries,
    faults=[
        InSpread("dx_no_dilation", TAPS, "taps(padded, geometry._replace(dilation=(1, 1)))",
                 "the dilation is forgotten in dx", "dilation = 1"),
        InMeet("dw_no_dilation", SEEN, "taps(xp, geometry._replace(dilation=(1, 1)))",
               "the dilation is forgotten in dw", "dilation = 1"),
        Fault("first_group_only", (PADDED, DW), (f"{PADDED} * ({CHANNEL} < rest[0])", f"({DW} * ({GROUP} < 1))"),
              "only the first group has gradients: a return or break inside the loop over groups", "groups = 1"),
        Fault("last_group_only", (PADDED, DW),
              (f"{PADDED} * ({CHANNEL} >= (G - 1) * rest[0])", f"({DW} * ({GROUP} == G - 1))"),
              "only the last group has gradients: the groups before are overwritten", "groups = 1"),
        InSpread("dx_groups_swapped", "(w[..., *u]", "(w[::-1, ..., *u]", "dx has the kernels of another group",
                 "groups = 1"),
        Fault("dx_groups_mixed", PADDED,
              f"{PADDED}.reshape(len(xp), G, rest[0], *xp.shape[2:]).swapaxes(1, 2).reshape(xp.shape)",
              "the channels of the groups are interleaved in dx; group g has the channels g C/G to (g + 1) C/G",
              "groups = 1"),
        Fault("dx_first_channels", PADDED,
              f"np.tile({PADDED}.reshape(len(xp), G, rest[0], *xp.shape[2:]).sum(axis=1), (1, G, 1, 1))",
              "all groups write into the same channels of dx", "groups = 1"),
        InMeet("dw_first_channels", "window.reshape(N, G, C, pixels)", "window.reshape(N, G, C, pixels)[:, :1]",
               "dw of every group is taken from the channels of the first", "groups = 1"),
    ],
)  # fmt: skip


def _upscaling(seed):
    d = Draw(seed)
    return {"x": d.normal(2, 3, 5, 4), "w": d.normal(3, 3, 3, 3), "b": d.normal(3)}, {"stride": 2, "pad": 1}


def _strides(arguments, outs):
    """Strides and paddings that give this output."""
    (C, *sizes), (c, _, *kernel) = arguments["x"].shape[1:], arguments["w"].shape
    for stride, pad, more in product((1, 2, 3, 4), range(0, 3), (0, 1)):
        painted = [(n - 1) * stride + k - 2 * pad + more for n, k in zip(sizes, kernel)]
        if C == c and more < stride and tuple(painted) == outs[0].shape[2:]:
            yield {"stride": stride, "pad": pad, "output_pad": more}


CACHE = "x, wg, b, geometry = cache"
MARGINS = "((0, 0), (0, 0), *geometry.pad)"

register(
    "conv_transpose2d",
    right.conv_transpose2d_forward,
    right.conv_transpose2d_backward,
    inputs=_upscaling,
    aliases=("conv_transpose", "conv_transpose_2d", "transposed_conv2d", "deconv"),
    guess=_strides,
    faults=[
        InCorrelate("dx_scatter", "w[..., *u] @", f"w[..., {TURNED}] @",
                    "the kernel is turned by 180° in dx", "dout = ones or symmetric kernels"),
        InCorrelate("dx_kernel_T", "w[..., *u] @", "w[..., *u[::-1]] @",
                    "height and width of the kernel are swapped in dx"),
        InCorrelate("dx_channels_T", "w[..., *u] @", "w[..., *u].swapaxes(-1, -2) @",
                    "the two channel axes of w are swapped in dx"),
        InCorrelate("dx_last_tap", "y += ", "y[...] = ",
                    "dx is assigned for each place of the kernel; they add up: use +="),
        InMeet("dw_flip", "w[..., *u] =", f"w[..., {TURNED}] =", "dw is turned by 180°"),
        InMeet("dw_channels_T", MEET, f"{MEET}.swapaxes(-1, -2)", "the two channel axes of dw are swapped"),
        InMeet("dw_kernel_T", "w[..., *u] =", "w[..., *u[::-1]] =", "height and width of dw are swapped"),
        InMeet("dw_mean", MEET, MEET.replace("sum", "mean"), "dw is the mean over the batch; it is the sum",
               "one sample"),
        InMeet("dw_last", MEET, MEET.replace(".sum(axis=0)", "[-1]"), "only the last sample counts in dw; use +=",
               "one sample"),
        Fault("no_stride", CACHE, f"{CACHE}\n    geometry = geometry._replace(stride=(1, 1))",
              "the stride is forgotten in backward", "stride = 1"),
        Fault("no_pad", MARGINS, "((0, 0), (0, 0), *[(0, before + after) for before, after in geometry.pad])",
              "the crop of the output is not undone in backward: dout is shifted by pad", "pad = 0"),
        *_db_faults(2, "dout.sum(axis=(0, 2, 3))"),
    ],
)  # fmt: skip

STANDARDISED = "_standardise_backward(dout, what, std, axes)"
MEAN, PRODUCT = "dout.mean(axis=axes, keepdims=True)", "what * (dout * what).mean(axis=axes, keepdims=True)"

register(
    "standardise_weight",
    right.standardise_weight_forward,
    right.standardise_weight_backward,
    inputs=lambda seed: ({"w": Draw(seed).normal(3, 2, 3, 2)}, {"eps": 1e-3}),
    aliases=("weight_standardisation", "weight_standardization", "standardize_weight"),
    guess=lambda arguments, outs: ({"eps": eps} for eps in (1e-5, 1e-6, 1e-8, 1e-10, 1e-3)),
    faults=[
        Fault("statistics_constant", STANDARDISED, "dout / std", "mean and variance are treated as constants"),
        Fault("no_mean_path", STANDARDISED, f"(dout - {PRODUCT}) / std", "the path through the mean is missing"),
        Fault("no_var_path", STANDARDISED, f"(dout - {MEAN}) / std", "the path through the variance is missing"),
        Fault("no_std", STANDARDISED, f"{STANDARDISED} * std", "the division by the standard deviation is missing"),
        Fault("std_squared", STANDARDISED, f"{STANDARDISED} / std",
              "divided by the variance; it is by the standard deviation"),
        Fault("all_filters", "axes = tuple(range(1, what.ndim))", "axes = tuple(range(what.ndim))",
              "the means are over all filters; each filter has its own", "one filter"),
        Fault("each_kernel", "axes = tuple(range(1, what.ndim))", "axes = tuple(range(2, what.ndim))",
              "the means are over height and width alone; they are over the channels, too", "one channel"),
    ],
)  # fmt: skip
