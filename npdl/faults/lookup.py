"""Mistakes in embeddings and positional encodings: ids that stand in several places."""

import numpy as np

from gradcheck.faults import Fault, register

from ..ops import lookup as right
from ..ops.samples import Draw

ADD = "np.add.at(dtable, ids, dout)"
COUNTS = "np.maximum(np.bincount(ids.ravel(), minlength=len(table)), 1)[:, None]"


def _ids(seed):
    return {"ids": np.array([[3, 1, 3], [0, 3, 6]]), "table": Draw(seed).normal(7, 5)}, {}


register(
    "embedding",
    right.embedding_forward,
    right.embedding_backward,
    inputs=_ids,
    aliases=("word_embedding",),
    faults=[
        Fault("overwrite", ADD, "dtable[ids] += dout",
              "dtable[ids] += dout (or =) counts a repeated id once, where it stands last; np.add.at counts each",
              "no id twice"),
        Fault("first_only", ADD, "dtable[ids[:, ::-1]] = dout[:, ::-1]\n    for n in "
              "reversed(range(len(ids))):\n" "        dtable[ids[n, ::-1]] = dout[n, ::-1]",
              "a repeated id keeps only its first dout; they are added up", "no id twice"),
        Fault("mean", ADD, f"{ADD}\n    dtable /= {COUNTS}",
              "a repeated id has the mean of its gradients; it is their sum", "no id twice"),
        Fault("div_n", ADD, f"{ADD}\n    dtable /= len(ids)", "the gradient is divided by N; the loss has done that"),
        Fault("last_sample", ADD, "np.add.at(dtable, ids[-1], dout[-1])",
              "only the last sample counts; they are added up"),
        Fault("last_step", ADD, "np.add.at(dtable, ids[:, -1], dout[:, -1])",
              "only the last time step counts; they are added up"),
        Fault("ids_from_0", ADD, "np.add.at(dtable, ids - 1, dout)", "the rows are off by one: id i is row i"),
        Fault("padding", ADD, f"{ADD}\n    dtable[0] = 0", "id 0 is treated as padding, but forward looks it up",
              "no id 0"),
        Fault("counts", ADD, "np.add.at(dtable, ids, 1.0)", "the rows are counted; dout is not multiplied in"),
        Fault("table", ADD, "np.add.at(dtable, ids, dout * table[ids])",
              "dout is multiplied by the table; the derivative is 1"),
        Fault("zero", ADD, "pass", "the gradient of the table is left at zero"),
    ],
)  # fmt: skip


def pos_enc_forward(x, P):
    """y = x + P[:T]: learnt positions. x: (N, T, D); P: (at least T, D)."""
    return x + P[: x.shape[1]], P.shape


def pos_enc_backward(dout, shape):
    """dx = dout; dP = Σ_n dout in the rows that were read, 0 in the others."""
    T = dout.shape[1]
    dP = np.zeros(shape)
    dP[:T] = dout.sum(axis=0)
    return dout, dP


register(
    "pos_enc",
    pos_enc_forward,
    pos_enc_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(2, 3, 5), "P": Draw(seed + 7).normal(7, 5)}, {}),
    faults=[
        Fault("dP_mean", "dout.sum(axis=0)", "dout.mean(axis=0)", "dP is the mean over the batch; it is the sum",
              "one sample"),
        Fault("dP_all", "dP[:T] = dout.sum(axis=0)", "dP += dout.sum(axis=(0, 1))",
              "dP is summed over time; each position has its own row"),
        Fault("dP_last", "dout.sum(axis=0)", "dout[-1]", "only the last sample counts in dP; they are added up",
              "one sample"),
        Fault("dP_end", "dP[:T]", "dP[-T:]", "dP is in the last T rows; forward read the first T",
              "as many rows as time steps"),
        Fault("dP_flip", "dout.sum(axis=0)", "dout.sum(axis=0)[::-1]", "the time steps of dP are reversed"),
        Fault("dP_unpadded", "return dout, dP", "return dout, dP[:T]",
              "dP has T rows; it is as large as P, 0 in the rows not read", "as many rows as time steps"),
        Fault("dx_halved", "return dout, dP", "return dout / 2, dP",
              "dout is shared between x and P; each has all of it"),
        Fault("dP_zero", "return dout, dP", "return dout, 0 * dP", "dP is left at zero, but P is learnt"),
    ],
)  # fmt: skip
