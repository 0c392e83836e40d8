"""Mistakes in pooling: who wins, what overlapping windows do, and the number to divide by."""

from gradcheck.faults import Fault, register

from ..ops import pool as right
from ..ops.samples import Draw

NO_OVERLAP = "stride >= size: windows that do not overlap"


def _sizes(arguments, outs):
    """Sizes and strides that give this output, and paddings."""
    H, W = arguments["x"].shape[2:]
    h, w = outs[0].shape[2:]
    for size in range(1, 6):
        for stride in range(1, 5):
            for pad in range(0, size // 2 + 1):
                if (H + 2 * pad - size) // stride + 1 == h and (W + 2 * pad - size) // stride + 1 == w:
                    yield {"size": size, "stride": stride, "pad": pad}


def _image(seed):
    return {"x": Draw(seed).distinct(2, 3, 7, 9)}, {"size": 3, "stride": 2}


TAPS = "taps(dxp, geometry):"
LATER = "list(taps(dxp, geometry))[::-1]:"  # in this order later windows come last, as in loops over windows
PAY = "dwindow += dout * (winner == u * geometry.kernel[1] + v)"
WON = "(winner == u * geometry.kernel[1] + v)"
KEEP, KEPT = "(winner, xp.shape, geometry)", "winner, padded_shape, geometry = cache"
WITH_X = ("(winner, xp.shape, geometry, x)", "winner, padded_shape, geometry, x = cache")
WITH_Y = ("(winner, xp.shape, geometry, y)", "winner, padded_shape, geometry, y = cache")
AREA = "geometry.kernel[0] * geometry.kernel[1]"


def _won_by(best, padding):
    """The end of max pooling's backward, where all pixels that equal the best of their window have its dout."""
    return "\n    ".join([
        f"x = np.pad(x, ((0, 0), (0, 0), *geometry.pad), constant_values={padding})",
        f"best = np.{best}([window for _, _, window in taps(x, geometry)], axis=0)",
        "dxp = np.zeros(padded_shape)",
        "for (_, _, dwindow), (_, _, window) in zip(taps(dxp, geometry), taps(x, geometry)):",
        "    dwindow += dout * (window == best)",
        "return unpad(dxp, geometry.pad)",
    ])  # fmt: skip


register(
    "max_pool2d",
    right.max_pool2d_forward,
    right.max_pool2d_backward,
    inputs=_image,
    aliases=("maxpool", "max_pool", "max_pool_2d", "maxpool2d"),
    guess=_sizes,
    faults=[
        Fault("overwrite", (TAPS, PAY), (LATER, f"dwindow[{WON}] = dout[{WON}]"),
              "the winner's gradient is assigned; a pixel that wins several windows adds them up: use +=", NO_OVERLAP),
        Fault("overwrite_window", (TAPS, PAY), (LATER, f"dwindow[...] = dout * {WON}"),
              "the whole window is assigned, zeros included, and erases what windows before gave; use +=", NO_OVERLAP),
        Fault("avg", f"dout * {WON}", f"dout / ({AREA})",
              "every pixel of the window has 1/k², as in average pooling; only the largest has the gradient"),
        Fault("all", f"dout * {WON}", "dout", "every pixel of the window has the gradient; only the largest has it"),
        Fault("global_argmax", (KEEP, KEPT, "return unpad(dxp, geometry.pad)"),
              (*WITH_X, "return (x == x.max(axis=(2, 3), keepdims=True)) * dout.sum(axis=(2, 3), keepdims=True)"),
              "the argmax is of the whole map; each window has its own", "one window"),
        Fault("hw_swap", "winner == u * geometry.kernel[1] + v", "winner == v * geometry.kernel[0] + u",
              "row and column of the winner are swapped (unravel_index of the argmax)", "a window of one pixel"),
        Fault("corner", WON, "(u == 0 and v == 0)",
              "the gradient goes to the window's first pixel; it belongs to the largest"),
        Fault("last", WON, "(u == geometry.kernel[0] - 1 and v == geometry.kernel[1] - 1)",
              "the gradient goes to the window's last pixel; it belongs to the largest"),
        Fault("no_dout", f"dout * {WON}", f"1.0 * {WON}", "dout is not multiplied in: the winners have 1"),
        Fault("value", (KEEP, KEPT, PAY), (*WITH_Y, PAY.replace("dout", "dout * y")),
              "the gradient is multiplied by the maximum"),
        Fault("no_stride", TAPS, "taps(dxp, geometry._replace(stride=(1, 1))):",
              "the stride is forgotten: the windows start at i, not at i stride", "stride = 1"),
        Fault("mirror", WON,
              "(winner == (geometry.kernel[0] - 1 - u) * geometry.kernel[1] + geometry.kernel[1] - 1 - v)",
              "the winner's place in the window is mirrored"),
        Fault("positive_only", f"dout * {WON}", f"dout * {WON} * (dout > 0)", "negative dout is set to 0"),
        Fault("min", (KEEP, KEPT, "return unpad(dxp, geometry.pad)"), (*WITH_X, _won_by("min", "np.inf")),
              "the smallest pixel has the gradient; it belongs to the largest"),
        Fault("ties", (KEEP, KEPT, "return unpad(dxp, geometry.pad)"), (*WITH_X, _won_by("max", "-np.inf")),
              "pixels that are equally large have all of dout each", "no equal pixels"),
    ],
)  # fmt: skip

SHARE = "share = dout / area"

register(
    "avg_pool2d",
    right.avg_pool2d_forward,
    right.avg_pool2d_backward,
    inputs=_image,
    aliases=("avgpool", "avg_pool", "avg_pool_2d", "mean_pool"),
    guess=_sizes,
    faults=[
        Fault("div_k", SHARE, "share = dout / np.sqrt(area)", "divided by k; a window has k² pixels"),
        Fault("no_div", SHARE, "share = dout", "the division by the number of pixels is missing"),
        Fault("div_twice", SHARE, "share = dout / area**2", "divided by the number of pixels twice"),
        Fault("times", SHARE, "share = dout * area", "multiplied by the number of pixels; it is to be divided"),
        Fault("overwrite", (TAPS, "dwindow += share"), (LATER, "dwindow[...] = share"),
              "a window's gradient is assigned; overlapping windows add up: use +=", NO_OVERLAP),
        Fault("corner_full", "for _, _, dwindow in taps(dxp, geometry):\n        dwindow += share",
              "_, _, dwindow = next(taps(dxp, geometry))\n    dwindow += dout",
              "the whole gradient goes to the window's first pixel; all pixels share it"),
        Fault("div_out", SHARE, "share = dout / (dout.shape[2] * dout.shape[3])",
              "divided by the number of windows; a window has k² pixels"),
        Fault("div_map", SHARE, "share = dout / (padded_shape[2] * padded_shape[3])",
              "divided by the size of the map; a window has k² pixels"),
        Fault("no_stride", TAPS, "taps(dxp, geometry._replace(stride=(1, 1))):",
              "the stride is forgotten: the windows start at i, not at i stride", "stride = 1"),
        Fault("no_dout", SHARE, "share = np.ones_like(dout) / area", "dout is not multiplied in"),
        Fault("coverage", "return unpad(dxp, geometry.pad)",
              "cover = np.zeros_like(dxp)\n    for _, _, window in taps(cover, geometry):\n        window += 1\n"
              "    return unpad(dxp / np.maximum(cover, 1), geometry.pad)",
              "divided by how many windows a pixel is in; overlapping windows add up", NO_OVERLAP),
    ],
)  # fmt: skip

SPREAD = "dout[:, :, None, None] / (H * W)"

register(
    "global_avg_pool2d",
    right.global_avg_pool2d_forward,
    right.global_avg_pool2d_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(2, 3, 5, 7)}, {}),
    aliases=("global_avg", "global_average_pool", "gap"),
    faults=[
        Fault("no_div", SPREAD, "dout[:, :, None, None]", "the division by H W is missing", "maps of one pixel"),
        Fault("div_h", "(H * W)", "H", "divided by H; a map has H W pixels"),
        Fault("div_w", "(H * W)", "W", "divided by W; a map has H W pixels"),
        Fault("div_all", "(H * W)", "(H * W * shape[1])", "divided by C H W; a mean over one channel has H W"),
        Fault("div_n", "(H * W)", "shape[0]", "divided by N; a map has H W pixels"),
        Fault("div_nhw", "(H * W)", "(shape[0] * H * W)", "divided by N H W; a map has H W pixels"),
        Fault("times", "/ (H * W)", "* (H * W)", "multiplied by H W; it is to be divided"),
        Fault("ones", SPREAD, "1 / (H * W)", "dout is not multiplied in"),
        Fault("transposed", "np.broadcast_to(dout[:, :, None, None] / (H * W), shape)",
              "np.resize(dout, shape) / (H * W)",
              "dout is repeated in the wrong order: every pixel of a channel has that channel's dout"),
        Fault("not_spread", "np.broadcast_to(dout[:, :, None, None] / (H * W), shape)",
              "dout[:, :, None, None] / (H * W)", "dx is (N, C, 1, 1); it is to be spread over the pixels"),
    ],
)  # fmt: skip

SHARED = "apart(dout, rows.T, columns.T)"

register(
    "adaptive_avg_pool2d",
    right.adaptive_avg_pool2d_forward,
    right.adaptive_avg_pool2d_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(2, 3, 7, 5)}, {"size": (3, 2)}),
    aliases=("adaptive_avg_pool", "adaptive_pool"),
    guess=lambda arguments, outs: [{"size": tuple(outs[0].shape[2:])}],
    faults=[
        Fault("no_div", SHARED, "apart(dout, 1.0 * (rows > 0).T, 1.0 * (columns > 0).T)",
              "the division by the number of pixels of a window is missing"),
        Fault("one_size", SHARED,
              "apart(dout, 1.0 * (rows > 0).T, 1.0 * (columns > 0).T) * rows.size**-1 * columns.size**-1 "
              "* (len(rows) * len(columns)) ** 2",
              "divided by H W / (H' W'); each window has its own number of pixels", "sizes that divide the image's"),
        Fault("floor", SHARED, "apart(dout, (rows > 0).T / (rows.shape[1] // len(rows)), "
              "(columns > 0).T / (columns.shape[1] // len(columns)))",
              "divided by floor(H / H') floor(W / W'); each window has its own number of pixels",
              "sizes that divide the image's"),
        Fault("no_overlap", SHARED, "apart(dout, (rows * (np.cumsum(rows > 0, axis=0) == 1)).T, "
              "(columns * (np.cumsum(columns > 0, axis=0) == 1)).T)",
              "a pixel in two windows has the dout of the first alone; they add up", "sizes that divide the image's"),
        Fault("last_wins", SHARED, "apart(dout, (rows * (np.cumsum((rows > 0)[::-1], axis=0)[::-1] == 1)).T, "
              "(columns * (np.cumsum((columns > 0)[::-1], axis=0)[::-1] == 1)).T)",
              "a pixel in two windows has the dout of the last alone; they add up: use +=",
              "sizes that divide the image's"),
        Fault("corner", SHARED, "apart(dout, 1.0 * (np.cumsum(rows > 0, axis=1) == 1).T * (rows > 0).T, "
              "1.0 * (np.cumsum(columns > 0, axis=1) == 1).T * (columns > 0).T)",
              "the whole gradient goes to the window's first pixel; all pixels share it"),
        Fault("coverage", SHARED, f"{SHARED} / (rows > 0).sum(axis=0)[:, None] / (columns > 0).sum(axis=0)",
              "divided by how many windows a pixel is in; they add up", "sizes that divide the image's"),
        Fault("no_dout", SHARED, SHARED.replace("dout", "np.ones_like(dout)"), "dout is not multiplied in"),
    ],
)  # fmt: skip


def _places(seed):
    d = Draw(seed)
    return {"x": d.normal(2, 3, 3, 2), "places": d.integers(30, 2, 3, 3, 2)}, {"shape": (6, 5)}


TAKEN = "dout.reshape(-1)[where].reshape(shape)"
OF_CHANNEL = "(where % (dout.shape[2] * dout.shape[3]))"

register(
    "max_unpool2d",
    right.max_unpool2d_forward,
    right.max_unpool2d_backward,
    inputs=_places,
    aliases=("max_unpool", "unpool", "unpooling"),
    guess=lambda arguments, outs: [{"shape": tuple(outs[0].shape[2:])}],
    faults=[
        Fault("first_channel", TAKEN, f"dout.reshape(-1)[{OF_CHANNEL}].reshape(shape)",
              "all is read from the first channel of the first sample; each channel has its own", "one channel"),
        Fault("corner", TAKEN, "dout[:, :, : shape[2], : shape[3]]", "read at the upper left; read it at the places"),
        Fault("strided", TAKEN, "dout[:, :, :: dout.shape[2] // shape[2], :: dout.shape[3] // shape[3]]",
              "read at the first pixel of each window; read it at the places"),
        Fault("sums", TAKEN, "dout[:, :, : shape[2] * (dout.shape[2] // shape[2]), : shape[3] * (dout.shape[3] // "
              "shape[3])].reshape(*shape[:3], -1, shape[3], dout.shape[3] // shape[3]).sum(axis=(3, 5))",
              "the sum of each window's dout; only the place where x was put counts"),
        Fault("row_column", TAKEN, "dout.swapaxes(2, 3).reshape(-1)[where].reshape(shape)",
              "rows and columns of the places are swapped"),
        Fault("no_dout", TAKEN, "np.ones_like(dout).reshape(-1)[where].reshape(shape)", "dout is not multiplied in"),
        Fault("shared", TAKEN, f"({TAKEN} / np.bincount(where, minlength=dout.size)[where].reshape(shape))",
              "a place that is named twice shares its dout; each has all of it", "places that differ"),
    ],
)  # fmt: skip
