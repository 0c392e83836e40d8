"""Convolution of small kernels with fewer multiplications (Winograd), in float32.

Four neighbouring outputs of a row, under a kernel of three, need 12 multiplications. Take the six pixels that they see
and the three weights as coefficients of polynomials: evaluated at six points, they are multiplied point by point, and
the four outputs are read off the products (Toom 1963, Cook 1966; Winograd 1980; Lavin and Gray 2015):

    y = A ((G w) ⊙ (B x))       A: (4, 6)   G: (6, 3)   B: (6, 6)       6 multiplications

Side by side, tiles of four outputs make a whole row: L = the B's, each at the place where its tile begins, O = the A's.
Padding cuts columns off L, a dilation spreads them, a stride s takes the taps of each residue mod s by themselves:
none of these needs a copy of the image. Rows and columns are transformed one after the other, and channels are summed
between the two, for each point p by a matrix product:

    V = Lh x Lwᵀ        M_p = V_p U_pᵀ, U = Gh w Gwᵀ        y = Oh M Owᵀ

All is linear in x and in w, so that the gradients are the same products backwards, and share what they are made of:

    Z = Ohᵀ dy Ow       dV_p = Z_p U_p, dx = Lhᵀ dV Lw      dU_p = Z_pᵀ V_p, dw = Ghᵀ dU Gw

A 3x3 kernel does 36 multiplications for 16 outputs, instead of 144. The numbers in A and B grow with the points, and so
does the rounding: about 1e-5 of the largest output, which is why float64 and `kernels.use("exact")` do without.
"""

from functools import lru_cache
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np

from ...threads import each
from .layout import channels_last, empty_channels_last, workspace

POINTS = np.array([0, 1, -1, 2, -2, 0.5, -0.5])  # and infinity
TILE, MOST_TAPS, FEW_CHANNELS = 4, 5, 16
FIELD = 40  # outputs along an axis that are transformed at once: L and O are dense
GROUP_BYTES = 24 << 20  # of V and M at a time
COPY = 12  # multiplications in the time that im2col takes to copy a number
BLOCK_BYTES = 1 << 19  # of images that a thread transforms at a time


class Field(NamedTuple):
    """Some tiles along an axis: the outputs that they make of the inputs that they see."""

    made: slice
    seen: slice
    L: np.ndarray  # (points · tiles, inputs)
    O: np.ndarray  # (outputs, points · tiles)


def correlate(x, w, b, geometry, groups=1):
    """y = Oh M Owᵀ + b, its channels last in memory."""
    (Gh, rows), (Gw, columns) = _axes(x.shape[2:], geometry)
    U = _at_points(w, Gh, Gw)
    y = empty_channels_last((len(x), len(w), *geometry.out), x.dtype)
    for height, width in product(rows, columns):
        for some in _groups(len(x), sum(w.shape[:2]) * len(height.L) * len(width.L) * x.itemsize):
            V, M = (_tiles(name, some, C, (Gh, height), (Gw, width)) for name, C in (("V", x.shape[1]), ("M", len(w))))
            _transform(height.L, x[some, :, height.seen, width.seen], width.L, V)
            each(lambda p, V=V, M=M: np.matmul(_at(V, p), U[:, p].T, out=_at(M, p)), range(U.shape[1]))
            _restore(height.O, M, width.O, y[some, :, height.made, width.made], bias=b)
    return y


def transposes(dy, w, geometry, shape, x=None, groups=1, needs=(True, True)):
    """(dx, dw), None where there is no need; dx has that shape, its channels last in memory."""
    (Gh, rows), (Gw, columns) = _axes(shape[2:], geometry)
    F, C, overlap = *w.shape[:2], len(rows) * len(columns) > 1
    dx = dU = None
    if needs[0]:
        U, dx = _at_points(w, Gh, Gw), empty_channels_last(shape, dy.dtype)
        if overlap or max(geometry.stride) > 1:
            dx[...] = 0
    if needs[1]:
        dU = workspace("dU", (F, len(Gh) * len(Gw), C), dy.dtype)
        dU[...] = 0
    for height, width in product(rows, columns):
        for some in _groups(len(dy), (F + 2 * C) * len(height.L) * len(width.L) * dy.itemsize):
            V, Z = (_tiles(name, some, channels, (Gh, height), (Gw, width)) for name, channels in (("V", C), ("M", F)))
            _transform(height.O.T, dy[some, :, height.made, width.made], width.O.T, Z)
            if needs[1]:
                _transform(height.L, x[some, :, height.seen, width.seen], width.L, V)

            def at_point(p, V=V, Z=Z):
                if needs[1]:
                    dU[:, p] += _at(Z, p).T @ _at(V, p)
                if needs[0]:
                    np.matmul(_at(Z, p), U[:, p], out=_at(V, p))  # V is not needed any more

            each(at_point, range(len(Gh) * len(Gw)))
            if needs[0]:
                _restore(height.L.T, V, width.L.T, dx[some, :, height.seen, width.seen], add=overlap)
    return dx, _from_points(dU, Gh, Gw) if needs[1] else None


def _axes(sizes, geometry):
    kernel, stride, pad, dilation, out = geometry
    return [_axis(*numbers) for numbers in zip(sizes, kernel, stride, (p[0] for p in pad), dilation, out)]


@lru_cache(maxsize=256)
def _axis(size, kernel, stride, before, dilation, out):
    """(G, fields): G is (points, kernel), and y = O ((G w) ⊙ (L x)) along an axis, where (G w) is one for every tile.

    Taps of each residue mod stride are a kernel of their own, over every stride-th pixel, and have their own points.
    """
    m = min(range(1, TILE + 1), key=lambda m: -(-out // m) * sum(m + len(t) - 1 for t in _residues(kernel, stride)))
    starts = [first + t for first in range(min(dilation, out)) for t in range(0, out - first, m * dilation)]
    L, O, G = [], [], []
    for taps in _residues(kernel, stride):
        A, g, B = minimal(m, len(taps))
        L.append(np.zeros((len(B), len(starts), size)))
        O.append(np.zeros((len(B), len(starts), out)))
        G.append(np.zeros((len(B), kernel)))
        G[-1][:, taps] = g
        for tile, start in enumerate(starts):
            for j in range(len(B)):
                place = stride * (start + dilation * j) + taps[0] - before
                if 0 <= place < size:
                    L[-1][:, tile, place] += B[:, j]
            for i, output in enumerate(range(start, min(out, start + m * dilation), dilation)):
                O[-1][:, tile, output] = A[i]
    L, O, G = (np.concatenate(parts).astype(np.float32) for parts in (L, O, G))
    return G, [_field(L, O, starts, made) for made in _cuts(out, m * dilation)]


def _residues(kernel, stride):
    return [range(r, kernel, stride) for r in range(min(stride, kernel))]


def _cuts(out, tile):
    """Slices of the outputs, of about equal size and at most FIELD, between tiles."""
    tiles = -(-out // tile)
    step = -(-tiles // max(1, -(-out // max(FIELD, tile)))) * tile
    return [slice(i, min(i + step, out)) for i in range(0, out, step)]


def _field(L, O, starts, made):
    mine = [tile for tile, start in enumerate(starts) if made.start <= start < made.stop]
    L, O = L[:, mine].reshape(-1, L.shape[-1]), O[:, mine, made].reshape(-1, made.stop - made.start)
    used = np.flatnonzero(L.any(axis=0))
    seen = slice(int(used[0]), int(used[-1]) + 1) if len(used) else slice(0, 0)
    return Field(made, seen, np.ascontiguousarray(L[:, seen]), np.ascontiguousarray(O.T))


def minimal(m, k):
    """A (m, n), G (n, k), B (n, n): y_i = Σ_j w_j x_(i+j), i < m, as A ((G w) ⊙ (B x)) with n = m + k - 1 products.

    y is the transpose of a product of polynomials of degrees m - 1 and k - 1. A row of A and G evaluates at a point
    (G also divides by what Lagrange's formula has below the line); B follows from the two: it solves the equations.
    """
    if k == 1:
        return np.eye(m), np.ones((m, 1)), np.eye(m)
    n = m + k - 1
    points = POINTS[: n - 1]
    A, G = np.zeros((m, n)), np.zeros((n, k))
    for p, a in enumerate(points):
        A[:, p] = a ** np.arange(m)
        G[p] = a ** np.arange(k) / np.prod([a - b for b in points if b != a])
    A[-1, -1] = G[-1, -1] = 1  # at infinity only the highest power is left
    products = np.einsum("ip,pj->ijp", A, G).reshape(m * k, n)
    places = np.add.outer(np.arange(m), np.arange(k)).reshape(-1, 1) == np.arange(n)
    return A, G, np.linalg.lstsq(products, places.astype(float), rcond=None)[0]


def _at_points(w, Gh, Gw):
    """U = Gh w Gwᵀ for every filter and channel: (F, points, C), column points first."""
    F, C, kh, kw = w.shape
    G = np.einsum("ai,bj->baij", Gh, Gw).reshape(-1, kh * kw)
    U = workspace("U", (F, len(G), C), w.dtype)
    taps = w.reshape(F, C, kh * kw).swapaxes(1, 2)
    each(lambda part: np.matmul(G, taps[part], out=U[part]), _slices(F, -(-F // 16)))
    return U


def _from_points(dU, Gh, Gw):
    """dw = Ghᵀ dU Gw."""
    F, _, C = dU.shape
    G = np.einsum("ai,bj->baij", Gh, Gw).reshape(dU.shape[1], -1)
    dw = np.empty((F, C, G.shape[1]), dU.dtype)
    each(lambda part: np.matmul(dU[part].swapaxes(1, 2), G, out=dw[part]), _slices(F, -(-F // 16)))
    return dw.reshape(F, C, Gh.shape[1], Gw.shape[1])


def _slices(length, step):
    return [slice(i, min(i + step, length)) for i in range(0, length, step)]


def _groups(N, image_bytes):
    return _slices(N, max(1, min(N, GROUP_BYTES // image_bytes)))


def _tiles(name, some, C, height, width):
    """Memory for V, M or Z: (points of columns, points of rows, tiles of a column, tiles of a row, images, C)."""
    (Gh, rows), (Gw, columns) = height, width
    tiles = len(rows.L) // len(Gh), len(columns.L) // len(Gw)
    return workspace(name, (len(Gw), len(Gh), *tiles, some.stop - some.start, C), np.float32)


def _at(V, p):
    """The matrix (all tiles, C) of a point; a view."""
    return V.reshape(V.shape[0] * V.shape[1], -1, V.shape[-1])[p]


def _transform(left, x, right, V):
    """V = left x rightᵀ, first along the rows, then along the columns."""

    def work(some):
        image = channels_last(x[some])  # (n, H, W, C)
        half, by_column = _half(V, some, image.shape[1])
        np.matmul(right, image, out=half.transpose(2, 0, 1, 3))
        np.matmul(left, by_column, out=_by_column(V, some))

    each(work, _blocks(x))


def _restore(left, M, right, y, bias=None, add=False):
    """y = left M rightᵀ (+ bias), first along the columns; or that added to y."""

    def work(some):
        image = np.moveaxis(y[some], 1, -1)
        half, by_column = _half(M, some, image.shape[1])
        np.matmul(left, _by_column(M, some), out=by_column)
        if add:
            image += right @ half.transpose(2, 0, 1, 3)
        else:
            np.matmul(right, half.transpose(2, 0, 1, 3), out=image)
        if bias is not None:
            image += bias

    each(work, _blocks(y))


def _blocks(x):
    """Slices of the images: of some hundred kilobytes, and not fewer than eight of them if there are."""
    N = len(x)
    return _slices(N, max(1, min(N // 8, BLOCK_BYTES // max(1, x[:1].size * x.itemsize))))


def _half(V, some, H):
    """Memory for what is transformed along one axis, seen as (H, column points · tiles, n, C) and, for a product along
    the other axis, as (column points, tiles of a row, H, n · C). Its rows are 64 bytes longer than a power of two.
    """
    b, _, _, tw, _, C = V.shape
    n = some.stop - some.start
    rows = workspace("half", (H, b * tw * n * C + 16), V.dtype)[:, :-16]
    return rows.reshape(H, b * tw, n, C), rows.reshape(H, b, tw, n * C).transpose(1, 2, 0, 3)


def _by_column(V, some):
    """(column points, tiles of a row, row points · tiles, n · C); a view."""
    b, a, th, tw = V.shape[:4]
    return V[..., some, :].reshape(b, a * th, tw, -1).transpose(0, 2, 1, 3)


def multiplications(shape, w_shape, geometry):
    """(Winograd's, the definition's): of all three passes, so many as there are if a number that im2col copies counts
    as much as COPY of them. The shapes are x's and w's.
    """
    F, C = w_shape[:2]
    (Gh, rows), (Gw, columns) = _axes(shape[2:], geometry)
    ours = 0
    for height, width in product(rows, columns):
        (P, H), (Q, W) = height.L.shape, width.L.shape
        ours += 3 * P * Q * C * F + 3 * C * H * Q * (W + P) + 2 * F * len(height.O) * Q * (len(width.O) + P)
    taps, pixels = prod(geometry.kernel), prod(geometry.out)
    return ours, 3 * taps * pixels * C * (F + COPY)
