"""Lookups, positions, orders: embedding, gather, sort, rotary angles."""

# ruff: noqa: RUF059  (students unpack the whole cache)

import numpy as np

from .base import layer


def embedding_forward(idx, table):
    return table[idx] * np.sqrt(table.shape[1]), (idx, table.shape)


def embedding_backward(dout, cache):
    idx, shape = cache
    dtable = np.zeros(shape)
    np.add.at(dtable, idx, dout * np.sqrt(shape[1]))
    return None, dtable


layer(
    embedding_forward,
    embedding_backward,
    lambda r: dict(idx=np.array([[1, 4, 1], [2, 1, 0]]), table=r.normal(size=(6, 5))),
    (
        "repeated words overwrite each other",
        "np.add.at(dtable, idx, dout * np.sqrt(shape[1]))",
        "dtable[idx] = dout * np.sqrt(shape[1])",
    ),
    (
        "+= with fancy indices: repeated words count once",
        "np.add.at(dtable, idx, dout * np.sqrt(shape[1]))",
        "dtable[idx] += dout * np.sqrt(shape[1])",
    ),
    ("the scale sqrt(d) is forgotten", "dout * np.sqrt(shape[1])", "dout"),
)


def padded_embedding_forward(idx, table, pos, pad=0):
    keep = (idx != pad)[:, :, None]
    return table[idx] * keep + pos[: idx.shape[1]], (idx, table.shape, pos.shape, keep)


def padded_embedding_backward(dout, cache):
    idx, shape, pshape, keep = cache
    dtable = np.zeros(shape)
    np.add.at(dtable, idx, dout * keep)
    dpos = np.zeros(pshape)
    dpos[: idx.shape[1]] = dout.sum(axis=0)
    return None, dtable, dpos


layer(
    padded_embedding_forward,
    padded_embedding_backward,
    lambda r: dict(idx=np.array([[3, 1, 0, 0], [2, 1, 3, 0]]), table=r.normal(size=(4, 3)), pos=r.normal(size=(6, 3))),
    ("the padding token gets a gradient", "idx, dout * keep)", "idx, dout)"),
    (
        "the positions are masked too",
        "dpos[: idx.shape[1]] = dout.sum(axis=0)",
        "dpos[: idx.shape[1]] = (dout * keep).sum(axis=0)",
    ),
    ("dpos averaged over the batch", "dout.sum(axis=0)", "dout.mean(axis=0)"),
    ("the positions are filled from the end of the table", "dpos[: idx.shape[1]] =", "dpos[-idx.shape[1] :] ="),
)


def embedding_bag_forward(idx, table):
    return table[idx].mean(axis=1), (idx, table.shape)


def embedding_bag_backward(dout, cache):
    idx, shape = cache
    dtable = np.zeros(shape)
    L = idx.shape[1]
    for n in range(len(idx)):
        for t in range(L):
            dtable[idx[n, t]] += dout[n] / L
    return None, dtable


layer(
    embedding_bag_forward,
    embedding_bag_backward,
    lambda r: dict(idx=np.array([[1, 3, 1], [0, 2, 4], [4, 4, 1]]), table=r.normal(size=(5, 4))),
    ("sum in place of mean: not divided by the length", "dout[n] / L", "dout[n]"),
    (
        "divided by the width of the table, not by the length",
        ("L = idx.shape[1]", "dout[n] / L"),
        ("L = idx.shape[1]", "dout[n] / dtable.shape[1]"),
    ),
)


def gather_rows_forward(x, idx):
    return x[np.arange(len(x))[:, None], idx], (x.shape, idx)


def gather_rows_backward(dout, cache):
    shape, idx = cache
    dx = np.zeros(shape)
    for n in range(shape[0]):
        for k in range(idx.shape[1]):
            dx[n, idx[n, k]] += dout[n, k]
    return dx, None


layer(
    gather_rows_forward,
    gather_rows_backward,
    lambda r: dict(x=r.normal(size=(3, 6)), idx=np.array([[1, 4, 1, 5], [0, 0, 2, 3], [5, 2, 2, 2]])),
    ("an entry that was taken twice gets one gradient", "dx[n, idx[n, k]] += dout", "dx[n, idx[n, k]] = dout"),
    ("all rows use the indices of the first", "dx[n, idx[n, k]] +=", "dx[n, idx[0, k]] +="),
)


def sort_forward(x):
    order = np.argsort(x, axis=1)
    return np.take_along_axis(x, order, axis=1), order


def sort_backward(dout, cache):
    order = cache
    dx = np.zeros_like(dout)
    np.put_along_axis(dx, order, dout, axis=1)
    return dx


layer(
    sort_forward,
    sort_backward,
    lambda r: dict(x=r.normal(size=(3, 7))),
    (
        "the order is applied again in place of its inverse",
        "np.put_along_axis(dx, order, dout, axis=1)",
        "dx = np.take_along_axis(dout, order, axis=1)",
    ),
    ("the sorting is ignored: dout as it is", "np.put_along_axis(dx, order, dout, axis=1)", "dx = dout.copy()"),
)


def concat_forward(a, b, c):
    return np.concatenate([a, b, c], axis=1), (a.shape[1], b.shape[1])


def concat_backward(dout, cache):
    na, nb = cache
    return dout[:, :na], dout[:, na : na + nb], dout[:, na + nb :]


layer(
    concat_forward,
    concat_backward,
    lambda r: dict(a=r.normal(size=(3, 2)), b=r.normal(size=(3, 4)), c=r.normal(size=(3, 4))),
    ("b and c exchanged", "dout[:, na : na + nb], dout[:, na + nb :]", "dout[:, na + nb :], dout[:, na : na + nb]"),
    ("b starts at 0: its offset is forgotten", "dout[:, na : na + nb],", "dout[:, :nb],"),
)


def rotary_forward(x):
    N, T, D = x.shape
    angle = np.arange(T)[:, None] / 10 ** (np.arange(D // 2) / D)
    c, s = np.cos(angle), np.sin(angle)
    x1, x2 = x[:, :, 0::2], x[:, :, 1::2]
    out = np.empty_like(x)
    out[:, :, 0::2] = x1 * c - x2 * s
    out[:, :, 1::2] = x1 * s + x2 * c
    return out, (c, s)


def rotary_backward(dout, cache):
    c, s = cache
    g1, g2 = dout[:, :, 0::2], dout[:, :, 1::2]
    dx = np.empty_like(dout)
    dx[:, :, 0::2] = g1 * c + g2 * s
    dx[:, :, 1::2] = -g1 * s + g2 * c
    return dx


layer(
    rotary_forward,
    rotary_backward,
    lambda r: dict(x=r.normal(size=(2, 5, 6))),
    (
        "rotated forwards again: the signs of the sines of forward",
        ("g1 * c + g2 * s", "-g1 * s + g2 * c"),
        ("g1 * c - g2 * s", "g1 * s + g2 * c"),
    ),
    (
        "halves in place of pairs on the way back",
        ("g1, g2 = dout[:, :, 0::2], dout[:, :, 1::2]",),
        ("h = dout.shape[2] // 2\n    g1, g2 = dout[:, :, :h], dout[:, :, h:]",),
    ),
    ("the second sine is forgotten", "-g1 * s + g2 * c", "g2 * c"),
)


def scatter_mean_forward(x, group, G=3):
    count = np.bincount(group, minlength=G)[:, None]
    out = np.zeros((G, x.shape[1]))
    np.add.at(out, group, x)
    return out / count, (group, count)


def scatter_mean_backward(dout, cache):
    group, count = cache
    return (dout / count)[group], None


layer(
    scatter_mean_forward,
    scatter_mean_backward,
    lambda r: dict(x=r.normal(size=(7, 3)), group=np.array([0, 2, 1, 2, 2, 0, 2])),
    ("the size of the group is forgotten", "(dout / count)[group]", "dout[group]"),
    ("divided by the number of all rows", "(dout / count)[group]", "dout[group] / len(group)"),
)
