"""Mistakes in resizing: weights left out, copies not added up, the way forward in place of the way back."""

from gradcheck.faults import Fault, register

from ..ops import resample as right
from ..ops.samples import Draw


def upsample_forward(x, *, size=2):
    """Each pixel repeated size x size times (nearest neighbour): (N, C, H, W) -> (N, C, H size, W size)."""
    return x.repeat(size, axis=2).repeat(size, axis=3), (x.shape, size)


def upsample_backward(dout, cache):
    """dx = the sum of dout over the copies of each pixel."""
    (N, C, H, W), size = cache
    return dout.reshape(N, C, H, size, W, size).sum(axis=(3, 5))


BLOCKS = "dout.reshape(N, C, H, size, W, size).sum(axis=(3, 5))"

register(
    "upsample",
    upsample_forward,
    upsample_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(2, 3, 5, 7)}, {"size": 2}),
    aliases=("nearest_upsample",),
    guess=lambda arguments, outs: [{"size": outs[0].shape[2] // arguments["x"].shape[2]}],
    faults=[
        Fault("mean_not_sum", BLOCKS, BLOCKS.replace("sum", "mean"), "the mean of dout over the copies; it is the sum"),
        Fault("first_only", BLOCKS, "dout[:, :, ::size, ::size]",
              "only one copy's gradient is taken; they are added up"),
        Fault("last_only", BLOCKS, "dout[:, :, size - 1 :: size, size - 1 :: size]",
              "only the last copy's gradient is taken; they are added up"),
        Fault("max", BLOCKS, BLOCKS.replace("sum", "max"), "the maximum over the copies; it is the sum"),
        Fault("half_mean", BLOCKS, f"{BLOCKS} / size", "divided by the size; the gradients of the copies are added up"),
        Fault("tile", BLOCKS, "dout.reshape(N, C, size, H, size, W).sum(axis=(2, 4))",
              "that belongs to np.tile; np.repeat puts the copies side by side"),
        Fault("rows_only", BLOCKS, "dout.reshape(N, C, H, size, W, size).sum(axis=3)[..., 0]",
              "only the copies of a column are added up"),
    ],
)  # fmt: skip

BACK = "apart(dout, rows.T, columns.T)"


def _images(seed):
    return {"x": Draw(seed).normal(2, 3, 5, 5)}, {"size": 7, "mode": "bilinear"}


def _modes(arguments, outs):
    size = tuple(outs[0].shape[2:])
    for options in ({}, {"mode": "bilinear"}, {"mode": "bilinear", "align_corners": True}):
        yield {"size": size, **options}


register(
    "resize",
    right.resize_forward,
    right.resize_backward,
    inputs=_images,
    aliases=("interpolate", "bilinear_upsample", "resize_bilinear"),
    guess=_modes,
    faults=[
        Fault("nearest_back", BACK, "apart(dout, 1.0 * (rows > 0.5).T, 1.0 * (columns > 0.5).T)",
              "each dout goes to the nearest pixel alone; it goes to all that were mixed, by their weights",
              "nearest neighbour"),
        Fault("unweighted", BACK, "apart(dout, 1.0 * (rows > 0).T, 1.0 * (columns > 0).T)",
              "the weights are left out: each pixel that was mixed has the whole dout", "nearest neighbour"),
        Fault("weights_swapped", BACK,
              "apart(dout, ((rows > 0) - rows * (rows < 1)).T, ((columns > 0) - columns * (columns < 1)).T)",
              "the weights w and 1 - w are swapped", "nearest neighbour"),
        Fault("rows_columns", BACK, "apart(dout, columns.T, rows.T).swapaxes(2, 3)",
              "rows and columns are swapped: dx is transposed"),
        Fault("flipped", BACK, "apart(dout, rows.T, columns.T[:, ::-1])", "the columns are in reverse order"),
        Fault("mean", BACK,
              "apart(dout, (rows / rows.sum(axis=0)).T, (columns / columns.sum(axis=0)).T)",
              "divided by the weights' sum (resized back, as an image); gradients are added up"),
        Fault("scaled", BACK, f"{BACK} * len(rows) * len(columns) / (rows.shape[1] * columns.shape[1])",
              "multiplied by the ratio of the sizes"),
        Fault("divided", BACK, f"{BACK} / len(rows) / len(columns) * (rows.shape[1] * columns.shape[1])",
              "divided by the ratio of the sizes; gradients are added up"),
        Fault("rows_only", BACK, f"{BACK} * 0 + apart(dout, rows.T, columns.T / columns.sum(axis=0)[:, None])",
              "along the columns gradients are averaged; they are added up"),
        Fault("first_tap", BACK, "apart(dout, rows.T * (np.cumsum(rows > 0, axis=1) == 1).T, columns.T)",
              "of the two rows that were mixed only the upper one has its share", "nearest neighbour"),
        Fault("no_dout", BACK, BACK.replace("dout", "np.ones_like(dout)"), "dout is not multiplied in"),
    ],
)  # fmt: skip

TO_CHANNELS, TO_PIXELS = "_pixels_to_channels(dout, factor)", "_channels_to_pixels(dout, factor)"
SHAPES = "N, C, H, W, r = *dout.shape[:2], dout.shape[2] // factor, dout.shape[3] // factor, factor"
SMALL = "N, C, H, W, r = len(dout), dout.shape[1] // factor**2, *dout.shape[2:], factor"


def _back(order):
    """pixel_shuffle's way back with the axes (N, C, H, r, W, r) in another order."""
    return f"return dout.reshape(N, C, H, r, W, r).transpose({order}).reshape(N, C * r * r, H, W)"


def _shuffled(order):
    """pixel_unshuffle's way back with the axes (N, C, r, r, H, W) in another order."""
    return f"return dout.reshape(N, C, r, r, H, W).transpose({order}).reshape(N, C, H * r, W * r)"


register(
    "pixel_shuffle",
    right.pixel_shuffle_forward,
    right.pixel_shuffle_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(2, 12, 3, 5)}, {"factor": 2}),
    aliases=("depth_to_space", "subpixel"),
    guess=lambda arguments, outs: [{"factor": outs[0].shape[2] // arguments["x"].shape[2]}],
    faults=[
        Fault("ij_swapped", f"return {TO_CHANNELS}", f"{SHAPES}\n    {_back('0, 1, 5, 3, 2, 4')}",
              "row and column within a block are swapped"),
        Fault("channels_last", f"return {TO_CHANNELS}", f"{SHAPES}\n    {_back('0, 3, 5, 1, 2, 4')}",
              "the places of a block stand outside of the channels; c r² + i r + j has the channel outside",
              "one channel"),
        Fault("reshaped", TO_CHANNELS, "dout.reshape(len(dout), -1, dout.shape[2] // factor, dout.shape[3] // factor)",
              "reshaped at once; the axes are to be transposed between two reshapes"),
        Fault("blocks_first", f"return {TO_CHANNELS}", f"{SHAPES}\n    return dout.reshape(N, C, r, H, r, W)"
              ".transpose(0, 1, 2, 4, 3, 5).reshape(N, C * r * r, H, W)",
              "cut into r rows of blocks; a block has r rows: (H, r), not (r, H)"),
        Fault("scaled", TO_CHANNELS, f"{TO_CHANNELS} / factor**2", "divided by r²; shuffling changes no number"),
        Fault("mean", TO_CHANNELS, f"(0 * {TO_CHANNELS}.reshape(len(dout), -1, factor**2, *(n // factor for n in "
              f"dout.shape[2:])) + {TO_CHANNELS}.reshape(len(dout), -1, factor**2, *(n // factor for n in "
              "dout.shape[2:])).mean(axis=2, keepdims=True)).reshape(len(dout), -1, dout.shape[2] // factor, "
              "dout.shape[3] // factor)", "the mean over each block; every channel has its own pixel"),
    ],
)  # fmt: skip

register(
    "pixel_unshuffle",
    right.pixel_unshuffle_forward,
    right.pixel_unshuffle_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(2, 3, 4, 6)}, {"factor": 2}),
    aliases=("space_to_depth",),
    guess=lambda arguments, outs: [{"factor": arguments["x"].shape[2] // outs[0].shape[2]}],
    faults=[
        Fault("ij_swapped", f"return {TO_PIXELS}", f"{SMALL}\n    {_shuffled('0, 1, 4, 3, 5, 2')}",
              "row and column within a block are swapped"),
        Fault("channels_last", f"return {TO_PIXELS}", f"{SMALL}\n    return dout.reshape(N, r, r, C, H, W)"
              ".transpose(0, 3, 4, 1, 5, 2).reshape(N, C, H * r, W * r)",
              "the places of a block stand outside of the channels; c r² + i r + j has the channel outside",
              "one channel"),
        Fault("reshaped", TO_PIXELS, "dout.reshape(len(dout), -1, dout.shape[2] * factor, dout.shape[3] * factor)",
              "reshaped at once; the axes are to be transposed between two reshapes"),
        Fault("blocks_first", f"return {TO_PIXELS}", f"{SMALL}\n    {_shuffled('0, 1, 2, 4, 3, 5')}",
              "put together as r rows of blocks; a block has r rows: (H, r), not (r, H)"),
        Fault("scaled", TO_PIXELS, f"{TO_PIXELS} / factor**2", "divided by r²; shuffling changes no number"),
    ],
)  # fmt: skip
