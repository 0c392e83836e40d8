"""Convolution of small kernels with fewer multiplications (Winograd), in float32.

Four neighbouring outputs of a row, under a kernel of three, need 12 multiplications. Take the six pixels that they see
and the three weights as coefficients of polynomials: evaluated at six points, they are multiplied point by point, and
the four outputs are read off the products (Toom 1963, Cook 1966; Winograd 1980; Lavin and Gray 2015):

    y = A ((G w) ⊙ (B x))       A: (4, 6)   G: (6, 3)   B: (6, 6)       6 multiplications

In a picture a tile of 4 x 4 outputs sees 6 x 6 pixels, and is evaluated at 36 pairs of points: A, G and B become their
Kronecker products. All tiles of all images are the columns of one matrix, so that every step is a matrix product:

    V = B X         X: (36 pixels, tiles · C), gathered as im2col gathers, with kernel 6 and stride 4
    M_p = V_p U_pᵀ  at each of the 36 points; V_p: (tiles, C), U = G w: (36, F, C)
    Y = A M         (16 outputs, tiles · F), which only need to be put in their places

All is linear in x and in w: the gradients are the transposed products, backwards, and share what they are made of:

    Z = Aᵀ dY       dV_p = Z_p U_p, dX = Bᵀ dV, folded      dU_p = Z_pᵀ V_p, dw = Gᵀ dU

A 3x3 kernel does 36 multiplications for 16 outputs, instead of 144. The numbers in A and B grow with the points, and so
does the rounding: about 1e-5 of the largest output, which is why float64 and `kernels.use("exact")` do without.

With a stride s, a row of outputs is a sum of s convolutions without one: the taps of each residue mod s, on every s-th
pixel. They lie in the same tile, below one another in A, G and B. A dilation d leaves d grids of tiles, one behind the
other, whose pixels are d apart.
"""

from functools import lru_cache
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ...threads import each
from .layout import cut, empty_channels_last, slices, workspace

POINTS = np.array([0, 1, -1, 2, -2, 0.5, -0.5])  # and infinity
TILE, MOST_TAPS, FEW_CHANNELS = 4, 5, 16
GROUP_BYTES = 24 << 20  # of V and M at a time
BLOCK_BYTES = 2 << 20  # of X at a time
COPY, CALLS, PACE = 16, 14 << 20, 0.57  # measured: see `multiplications`


class Axis(NamedTuple):
    """Tiles along an axis: output f + d (m t + i) of the image is output i of tile t in grid f."""

    A: np.ndarray  # (m, points)
    G: np.ndarray  # (points, kernel)
    B: np.ndarray  # (points, pixels that a tile sees)
    grids: int  # d
    tiles: int  # in a grid
    step: int  # pixels from a tile to the next one

    @property
    def made(self):
        """Outputs of all tiles: a few more than there are, if tiles hang over the end."""
        return self.tiles * len(self.A) * self.grids

    @property
    def shares(self):
        """The pixels that a tile sees, in slices: its own, the next tile's, ..."""
        own = self.step // self.grids
        return [slice(i, i + own) for i in range(0, self.B.shape[1], own)]

    @property
    def seen(self):
        """Pixels that all tiles see."""
        return self.step * (self.tiles - 1) + self.grids * self.B.shape[1]


def correlate(x, w, b, geometry, groups=1):
    """y = A M, put in place, + b; its channels last in memory."""
    A, G, B = _both(_axes(geometry))
    U, y = _at_points(w, G), empty_channels_last((len(x), len(w), *geometry.out), x.dtype)
    for some, rows, starts, axes in _groups(len(x), w.shape, geometry):
        V, M = (_memory(name, some, channels, axes) for name, channels in (("V", w.shape[1]), ("M", len(w))))

        def transform(n, x=x[some], V=V, starts=starts, axes=axes):
            np.matmul(B, _gather(x[n], starts, axes), out=_block(V, n))

        def restore(n, y=y[some, :, rows], M=M, axes=axes):
            _put(_product(A, M, n), y[n], axes)
            if b is not None:
                y[n] += b[:, None, None]

        each(transform, _blocks(some, w.shape[1], axes))
        each(lambda p, V=V, M=M: np.matmul(_tiles(V)[p], U[:, p].T, out=_tiles(M)[p]), range(len(M)))
        each(restore, _blocks(some, len(w), axes))
    return y


def transposes(dy, w, geometry, shape, x=None, groups=1, needs=(True, True)):
    """(dx, dw), None where there is no need; dx has that shape, its channels last in memory."""
    A, G, B = _both(_axes(geometry))
    F, C = w.shape[:2]
    dx = dU = None
    if needs[0]:
        U, dx = _at_points(w, G), empty_channels_last(shape, dy.dtype)
    if needs[1]:
        dU = workspace("dU", (F, len(G), C), dy.dtype)
    for some, rows, starts, axes in _groups(len(dy), w.shape, geometry):
        V, Z = _memory("V", some, C, axes), _memory("M", some, F, axes)

        def transform(n, dy=dy[some, :, rows], Z=Z, axes=axes):
            np.matmul(A.T, _take(dy[n], axes), out=_block(Z, n))

        def transform_again(n, x=None if x is None else x[some], V=V, starts=starts, axes=axes):
            np.matmul(B, _gather(x[n], starts, axes), out=_block(V, n))

        def at_point(p, V=V, Z=Z, first=some.start == rows.start == 0):
            if needs[1] and first:
                np.matmul(_tiles(Z)[p].T, _tiles(V)[p], out=dU[:, p])
            elif needs[1]:
                dU[:, p] += _tiles(Z)[p].T @ _tiles(V)[p]
            if needs[0]:
                np.matmul(_tiles(Z)[p], U[:, p], out=_tiles(V)[p])  # in the place of V, which is used no more

        def restore(n, V=V, dx=None if dx is None else dx[some], starts=starts, axes=axes, first=rows.start == 0):
            _fold(_product(B.T, V, n), dx[n], starts, axes, first)

        each(transform, _blocks(some, F, axes))
        if needs[1]:
            each(transform_again, _blocks(some, C, axes))
        each(at_point, range(len(G)))
        if needs[0]:
            each(restore, _blocks(some, C, axes))
    return dx, _weights(dU, G).reshape(w.shape) if needs[1] else None


def _axes(geometry):
    return [_axis(*numbers) for numbers in zip(geometry.kernel, geometry.stride, geometry.dilation, geometry.out)]


@lru_cache(maxsize=256)
def _axis(kernel, stride, dilation, out):
    """The tiles with the fewest points in all; stride or dilation is 1."""
    taps = [range(r, kernel, stride) for r in range(min(stride, kernel))]
    in_grid = -(-out // dilation)
    m = min(range(1, TILE + 1), key=lambda m: -(-in_grid // m) * sum(m + len(t) - 1 for t in taps))
    As, Gs, Bs = [], [], []
    for mine in taps:
        A, g, b = minimal(m, len(mine))
        G, B = np.zeros((len(g), kernel)), np.zeros((len(b), stride * (m - 1) + kernel))
        G[:, mine] = g
        B[:, mine[0] : mine[0] + stride * (len(b) - 1) + 1 : stride] = b
        As, Gs, Bs = [*As, A], [*Gs, G], [*Bs, B]
    return Axis(np.hstack(As), np.vstack(Gs), np.vstack(Bs), dilation, -(-in_grid // m), stride * dilation * m)


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


def _both(axes):
    """A, G and B of the picture."""
    return [np.kron(*pair).astype(np.float32) for pair in zip(*(axis[:3] for axis in axes))]


def _at_points(w, G):
    """U = G w: (F, points, C)."""
    F, C = w.shape[:2]
    U, taps = workspace("U", (F, len(G), C), w.dtype), w.reshape(F, C, -1).swapaxes(1, 2)
    each(lambda part: np.matmul(G, taps[part], out=U[part]), slices(F, -(-F // 16)))
    return U


def _weights(dU, G):
    """dw = Gᵀ dU: (F, C, taps)."""
    F, _, C = dU.shape
    dw = np.empty((F, C, G.shape[1]), dU.dtype)
    each(lambda part: np.matmul(dU[part].swapaxes(1, 2), G, out=dw[part]), slices(F, -(-F // 16)))
    return dw


def _groups(N, w_shape, geometry):
    """What is worked on at a time: yields (slice of images, slice of output rows, its first pixel, its axes).

    If the V and M of one image are too large, only some of its rows of tiles.
    """
    height, width = _axes(geometry)
    starts = [-before for before, _ in geometry.pad]
    row = sum(w_shape[:2]) * prod(len(axis.B) * axis.grids for axis in (height, width)) * width.tiles * 4
    images = max(1, GROUP_BYTES // (row * height.tiles))
    tiles = max(1, min(height.tiles, GROUP_BYTES // row))
    outputs = len(height.A) * height.grids  # of a row of tiles
    for some, band in product(slices(N, images), slices(height.tiles, tiles)):
        rows = slice(band.start * outputs, min(band.stop * outputs, geometry.out[0]))
        first = [starts[0] + band.start * height.step, starts[1]]
        yield some, rows, first, (height._replace(tiles=band.stop - band.start), width)


def _blocks(some, channels, axes):
    """Slices of a group's images that a thread transforms at a time."""
    N, image = some.stop - some.start, channels * prod(len(axis.B) * axis.grids * axis.tiles for axis in axes) * 4
    return slices(N, max(1, min(-(-N // 4), BLOCK_BYTES // image)))


def _memory(name, some, channels, axes):
    """Workspace for V, M or Z: (points, images, tiles of an image, channels)."""
    height, width = axes
    tiles = height.grids * height.tiles * width.grids * width.tiles
    return workspace(name, (len(height.B) * len(width.B), some.stop - some.start, tiles, channels), np.float32)


def _tiles(V):
    """(points, all tiles, channels)."""
    return V.reshape(len(V), -1, V.shape[-1])


def _block(V, images):
    """(points, tiles · channels) of some images: a matrix with long rows, a view."""
    return V[:, images].reshape(len(V), -1)


def _product(matrix, V, images):
    """matrix V for some images, in workspace."""
    V = _block(V, images)
    return np.matmul(matrix, V, out=workspace("X", (len(matrix), V.shape[1]), V.dtype))


def _gather(x, starts, axes):
    """X: (pixels of a tile, tiles · C), from the pixel `starts` on."""
    image = cut(x, starts, [axis.seen for axis in axes])
    windows = _windows(image, axes)
    X = workspace("X", windows.shape, x.dtype)
    X[...] = windows
    return X.reshape(X.shape[0] * X.shape[1], -1)


def _windows(image, axes):
    """A view (rows and columns of a tile, n, grid, tile, grid, tile, C) of an image (n, H, W, C)."""
    n, *pixel, c = image.strides
    inside = [step * axis.grids for step, axis in zip(pixel, axes)]
    tiles = [number for step, axis in zip(pixel, axes) for number in (step, step * axis.step)]
    shape = [number for axis in axes for number in (axis.grids, axis.tiles)]
    sizes = [axis.B.shape[1] for axis in axes]
    return as_strided(image, (*sizes, len(image), *shape, image.shape[-1]), (*inside, n, *tiles, c))


def _fold(dX, dx, starts, axes, first):
    """Add every number of a tile to the pixel of dx that its place was gathered from; `first`: dx holds nothing yet.

    Of the pixels that a tile sees along an axis, the first are its own, the others are the next tiles'.
    """
    height, width = axes
    n, C, *sizes = dx.shape
    tiles = [axis.tiles + len(axis.shares) - 1 for axis in axes]
    lengths = [t * axis.step for t, axis in zip(tiles, axes)]
    image = workspace("image", (n, *lengths, C), dx.dtype)
    image[...] = 0
    of_axes = [number for t, axis in zip(tiles, axes) for number in (t, axis.step // axis.grids, axis.grids)]
    pixels = image.reshape(n, *of_axes, C).transpose(2, 5, 0, 3, 1, 6, 4, 7)
    dX = dX.reshape(height.B.shape[1], width.B.shape[1], n, height.grids, height.tiles, width.grids, width.tiles, C)
    for (i, rows), (j, columns) in product(enumerate(height.shares), enumerate(width.shares)):
        mine = dX[rows, columns]
        pixels[: len(mine), : mine.shape[1], :, :, i : i + height.tiles, :, j : j + width.tiles] += mine
    inside = [(max(a, 0), min(a + length, size)) for a, length, size in zip(starts, lengths, sizes)]
    theirs = [slice(a, max(a, b)) for a, b in inside]
    ours = [slice(s.start - a, s.stop - a) for s, a in zip(theirs, starts)]
    dx = dx.transpose(0, 2, 3, 1)
    if first and all(s.stop - s.start == size for s, size in zip(theirs, sizes)):
        dx[...] = image[:, *ours]
        return
    if first:
        dx[...] = 0
    dx[:, *theirs] += image[:, *ours]


def _put(Y, y, axes):
    """Write Y (outputs of a tile, tiles · F) into y (n, F, H', W')."""
    image, made = y.transpose(0, 2, 3, 1), [axis.made for axis in axes]
    fits = list(image.shape[1:3]) == made
    target = image if fits else workspace("image", (len(y), *made, y.shape[1]), y.dtype)
    places = _places(target, axes)
    places[...] = Y.reshape(places.shape)
    if not fits:
        image[...] = target[:, : image.shape[1], : image.shape[2]]


def _take(dy, axes):
    """dY (outputs of a tile, tiles · F): the transpose of _put."""
    places = _places(cut(dy, (0, 0), [axis.made for axis in axes]), axes)
    dY = workspace("X", places.shape, dy.dtype)
    dY[...] = places
    return dY.reshape(dY.shape[0] * dY.shape[1], -1)


def _places(image, axes):
    """A view (rows and columns of a tile, n, grid, tile, grid, tile, F) of outputs (n, H', W', F)."""
    of_axes = [number for axis in axes for number in (axis.tiles, len(axis.A), axis.grids)]
    return image.reshape(len(image), *of_axes, -1).transpose(2, 5, 0, 3, 1, 6, 4, 7)


def multiplications(shape, w_shape, geometry):
    """(what Winograd costs, what im2col costs), of all three passes, in multiplications in im2col's product.

    That is the longer one, and quicker by 1 / PACE. A copy of a number counts as COPY, all calls of NumPy as CALLS. The
    shapes are x's and w's.
    """
    (F, C), axes = w_shape[:2], _axes(geometry)
    tiles, points, outputs, pixels = (prod(numbers) for numbers in zip(*(
        (axis.grids * axis.tiles, len(axis.B), len(axis.A), axis.B.shape[1]) for axis in axes)))  # fmt: skip
    ours = 3 * points * C * F + 3 * pixels * C * (points + COPY) + 2 * outputs * F * (points + COPY)
    theirs = 3 * prod(geometry.kernel) * C * (F + COPY)
    return (shape[0] * tiles * ours + CALLS) / PACE, shape[0] * prod(geometry.out) * theirs
