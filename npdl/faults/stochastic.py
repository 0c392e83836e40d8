"""Mistakes in dropout and its kin. The mask is drawn by the check's forward; from its output it is known."""

import numpy as np

from gradcheck.faults import Fault, register

from ..ops.samples import Draw
from ..ops.stochastic import drop_path_backward, dropout2d_backward, dropout_backward


def dropout_forward(x, *, mask):
    """y = x mask, with the mask that was drawn: 0 or 1 / (1 - p)."""
    return x * mask, mask


def _mask(arguments, outs):
    """The mask, from the outputs: the same number or 0 everywhere, and 0 somewhere."""
    x = arguments["x"]
    mask = np.divide(outs[0], x, out=np.zeros(np.shape(x)), where=x != 0)
    scale = mask.max(initial=0)
    if scale > 0 and (mask == 0).any() and np.allclose(mask[mask != 0], scale, rtol=1e-6):
        yield {"mask": np.where(mask != 0, scale, 0.0)}


def _drawn(seed):
    d = Draw(seed)
    return {"x": d.normal(5, 7)}, {"mask": (d.rng.random((5, 7)) >= 0.3) / 0.7}


_FAULTS = [
    Fault("no_mask", "dout * mask", "dout", "the mask is not applied to dout", "p = 0 or test mode"),
    Fault("unscaled", "dout * mask", "dout * (mask > 0)", "the scale 1 / (1 - p) is missing in backward", "p = 0"),
    Fault("scale_twice", "dout * mask", "dout * mask * mask",
          "the mask holds 1 / (1 - p); it is divided by 1 - p again", "p = 0"),
    Fault("scale_p", "dout * mask", "dout * (mask > 0) / (1 - 1 / mask.max())",
          "scaled by 1 / p; with p the probability to drop it is 1 / (1 - p)", "p = 0.5"),
    Fault("multiplied", "dout * mask", "dout * (mask > 0) / mask.max()",
          "multiplied by 1 - p; it is to be divided"),
    Fault("multiplied_p", "dout * mask", "dout * (mask > 0) * (1 - 1 / mask.max())",
          "multiplied by p; it is to be divided by 1 - p"),
    Fault("inverted", "dout * mask", "dout * (mask == 0)",
          "the mask is inverted: what was dropped has the gradient"),
    Fault("inverted_scaled", "dout * mask", "dout * (mask == 0) * mask.max()",
          "the mask is inverted, scale included"),
    Fault("scale_only", "dout * mask", "dout * mask.max()", "dout is scaled, but the mask is not applied"),
    Fault("no_dout", "dout * mask", "mask", "the gradient from above, dout, is not multiplied in"),
    Fault("mask_of_dout", "dout * mask", "dout * (dout > 0)",
          "the mask is dout > 0; it is the mask that forward drew"),
]  # fmt: skip

register("dropout", dropout_forward, dropout_backward, inputs=_drawn, guess=_mask, faults=_FAULTS)


def dropout2d_forward(x, *, mask):
    """y = x mask, with the mask that was drawn for the channels: (N, C, 1, 1)."""
    return x * mask, mask


def _mask_of_channels(arguments, outs):
    for found in _mask(arguments, outs):
        mask = found["mask"].max(axis=(2, 3), keepdims=True)
        if (mask == found["mask"]).all():
            yield {"mask": mask}


def _drawn_channels(seed):
    d = Draw(seed)
    return {"x": d.normal(3, 5, 2, 3)}, {"mask": (np.arange(15).reshape(3, 5, 1, 1) % 3 > 0) / 0.7}


OF_MASK = "dout * mask"

register(
    "dropout2d",
    dropout2d_forward,
    dropout2d_backward,
    inputs=_drawn_channels,
    aliases=("spatial_dropout",),
    guess=_mask_of_channels,
    faults=[
        *_FAULTS,
        Fault("mean_over_pixels", OF_MASK,
              "np.broadcast_to((dout * mask).mean(axis=(2, 3), keepdims=True), dout.shape)",
              "dout is averaged over each channel; each pixel has its own"),
        Fault("sample_mask", OF_MASK, "dout * mask[:, :1]", "the first channel's mask is applied to all channels"),
    ],
)  # fmt: skip


def drop_path_forward(x, *, mask):
    """y = x mask, with the mask that was drawn for the samples: (N, 1, 1, ...)."""
    return x * mask, mask


def _mask_of_samples(arguments, outs):
    for found in _mask(arguments, outs):
        mask = found["mask"].max(axis=tuple(range(1, found["mask"].ndim)), keepdims=True)
        if (mask == found["mask"]).all():
            yield {"mask": mask}


def _drawn_samples(seed):
    return {"x": Draw(seed).normal(5, 2, 3)}, {"mask": np.array([1.0, 0, 1, 1, 0]).reshape(5, 1, 1) / 0.7}


register(
    "drop_path",
    drop_path_forward,
    drop_path_backward,
    inputs=_drawn_samples,
    aliases=("stochastic_depth", "drop_connect"),
    guess=_mask_of_samples,
    faults=[
        *_FAULTS,
        Fault("batch_mask", OF_MASK, "dout * mask[:1]", "the first sample's mask is applied to all samples"),
    ],
)  # fmt: skip
