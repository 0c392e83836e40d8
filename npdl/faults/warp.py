"""Mistakes in spatial transformers: x and y swapped, the slope's unit forgotten, pixels that are read twice."""

from itertools import product

from gradcheck.faults import Fault, register

from ..ops import warp as right
from ..ops.samples import Draw
from ..ops.samples.warp import places
from .activation import NO_DOUT


def _sizes(arguments, outs):
    return [{"size": tuple(outs[0].shape[1:3]), "align_corners": align} for align in (False, True)]


def _paddings(arguments, outs):
    return [{"padding": p, "align_corners": align} for p, align in product(("zeros", "border"), (False, True))]


ROWS = "dout.reshape(len(dout), len(places), 2).transpose(0, 2, 1)"

register(
    "affine_grid",
    right.affine_grid_forward,
    right.affine_grid_backward,
    inputs=lambda seed: ({"theta": Draw(seed).normal(3, 2, 3)}, {"size": (4, 5)}),
    guess=_sizes,
    faults=[
        Fault("rows_swapped", ROWS, f"{ROWS}[:, ::-1]", "the rows of dθ are swapped: dx belongs to the first"),
        Fault("xy_swapped", "@ places", "@ places[:, [1, 0, 2]]", "x and y are swapped: the places are (x, y, 1)"),
        Fault("reshaped", ROWS, "dout.reshape(len(dout), 2, len(places))",
              "reshaped where the axes are to be transposed: (N, H, W, 2) ends with the pairs"),
        Fault("no_translation", "@ places", "@ (places * [1, 1, 0])",
              "the translation has no gradient; it is the sum of dout"),
        Fault("mean", "@ places", "@ places / len(places)", "the mean over the places; it is their sum"),
        Fault("mean_size", "@ places", "@ (places * [1, 1, 1 / len(places)])",
              "the translation has the mean of dout; it is the sum"),
        Fault("reversed", "@ places", "@ places[::-1]", "the places are in reverse order"),
        Fault("batch", ROWS, f"({ROWS} + 0 * dout.sum()).mean(axis=0, keepdims=True).repeat(len(dout), axis=0)",
              "the mean over the batch; each image has a θ of its own", "one image"),
        Fault("batch_sum", ROWS, f"{ROWS}.sum(axis=0, keepdims=True).repeat(len(dout), axis=0)",
              "summed over the batch; each image has a θ of its own", "one image"),
        Fault("ones", ROWS, ROWS.replace("dout.re", "(0 * dout + 1).re"), NO_DOUT),
    ],
)  # fmt: skip

ADD = "np.add.at(dpixels, place.reshape(-1), ((p * q)[..., None] * dout).reshape(-1, C))"
DX, DY, DGRID = "p * dq * share", "dp * q * share", "else None, dgrid"
SHARE = "(pixels[place] * dout).sum(axis=3)"


def _scaled(by_x, by_y):
    return f"else None, dgrid * np.array([{by_x}, {by_y}])"


register(
    "grid_sample",
    right.grid_sample_forward,
    right.grid_sample_backward,
    inputs=lambda seed: (
        {"x": Draw(seed).normal(2, 3, 4, 5), "grid": places(Draw(seed + 7), 2, (4, 5), (5, 6))},
        {},
    ),
    aliases=("bilinear_sampler", "bilinear_sample"),
    guess=_paddings,
    faults=[
        Fault("overwrite", ADD, "dpixels[place.reshape(-1)] += ((p * q)[..., None] * dout).reshape(-1, C)",
              "dpixels[place] += counts a pixel that is read more than once as read once; np.add.at counts each",
              "no pixel read twice"),
        Fault("unweighted", ADD, ADD.replace("(p * q)", "((p * q) > 0)"),
              "the weights are left out: each of the four pixels has the whole dout"),
        Fault("nearest", ADD, ADD.replace("(p * q)", "((p > 0.5) * (q > 0.5))"),
              "the nearest pixel has all of dout; the four around the place share it"),
        Fault("weights_swapped", ADD, ADD.replace("(p * q)", "((p > 0) * (1 - p) * (q > 0) * (1 - q))"),
              "the weights w and 1 - w are swapped"),
        Fault("rows_only", ADD, ADD.replace("(p * q)", "(p * (q > 0))"), "the columns' weights are left out of dx"),
        Fault("columns_only", ADD, ADD.replace("(p * q)", "((p > 0) * q)"), "the rows' weights are left out of dx"),
        Fault("grid_swapped", DGRID, "else None, dgrid[..., ::-1]", "the grid's gradients of x and y are swapped"),
        Fault("in_pixels", DGRID, _scaled("2 / W", "2 / H"),
              "the gradient in pixels; from -1 to 1 there are W and H of them: the factors W / 2 and H / 2"),
        Fault("half", DGRID, _scaled("2", "2"), "the factors of the grid's gradient are W and H; they are the halves"),
        Fault("sizes_swapped", DGRID, _scaled("H / W", "W / H"), "W and H are swapped in the grid's gradient",
              "a square image"),
        Fault("corners", DGRID, _scaled("(W - 1) / W", "(H - 1) / H"),
              "the factors (W - 1) / 2 and (H - 1) / 2 are those with align_corners; without it W / 2 and H / 2"),
        Fault("sign", DGRID, "else None, -dgrid if needs[1] else None",
              "the grid's gradient has the wrong sign: the pixel to the right gains"),
        Fault("dx_unweighted", DX, "(p > 0) * dq * share", "the row's weight is missing from the gradient of x"),
        Fault("dy_unweighted", DY, "dp * (q > 0) * share", "the column's weight is missing from the gradient of y"),
        Fault("channel_mean", SHARE, "(pixels[place] * dout).mean(axis=3)",
              "the grid's gradient is the mean over the channels; it is their sum", "one channel"),
        Fault("first_channel", SHARE, "(pixels[place] * dout)[..., 0]",
              "the grid's gradient is of the first channel only; it is the sum over all", "one channel"),
        Fault("no_pixels", SHARE, "dout.sum(axis=3)", "the pixels are missing from the gradient of the weights"),
        Fault("no_dout", SHARE, "pixels[place].sum(axis=3)", "dout is not multiplied into the grid's gradient"),
        Fault("no_grid", DGRID, "else None, 0 * dgrid", "the grid has no gradient, so θ is not learnt"),
    ],
)  # fmt: skip
