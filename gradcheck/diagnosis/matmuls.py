"""Expression search among matrix products: P @ Q, P.T @ Q, P @ Q.T of an array and a gradient on its way back.

The product's projection r @ (P @ Q) @ s needs only r @ P and Q @ s, so all pairs cost one small matrix product.
"""

from dataclasses import dataclass

import numpy as np

from .evidence import LARGE, Value, fit
from .expressions import MOST_MATCHES, PROJECTIONS, Expression, scale_cost
from .vocabulary import FUNCTIONS, placements

FEW = [f for f in FUNCTIONS if f[2] <= 1.5]
MOST_SIDES = 2500
MOST_VARIED = 10  # gradients on their way that are multiplied by all functions, not only by an array or its mask


@dataclass
class Side:
    """One factor of a matrix product: what is multiplied, how it is seen as a matrix, and whether it is dout's side."""

    factors: tuple
    matrix: np.ndarray
    cost: float
    view: str = ""
    upstream: bool = False


def find_matmuls(search, targets, found):
    """Add to `found` the matrix products that equal a target up to a factor."""
    shape = next(iter(targets.values())).shape
    if not shape or np.prod(shape, dtype=int) > LARGE:
        return
    for view, to_matrix in _views(shape, batched=len(shape) > 2):
        seen = {name: to_matrix(t) for name, t in targets.items()}
        matrices = next(iter(seen.values()))
        if not _possible(search, matrices.shape):
            continue
        key = (matrices.ndim, matrices.shape[:-2])
        if key not in search.sides:
            search.sides[key] = list(_sides(search, matrices.ndim - 2, matrices.shape))
        sides = search.sides[key]
        lefts = [s for s in _oriented(sides, matrices.shape[-2], left=True)]
        rights = [s for s in _oriented(sides, matrices.shape[-1], left=False)]
        for inner in {p.shape[-1] for _, _, p in lefts} & {q.shape[-2] for _, _, q in rights}:
            a = [entry for entry in lefts if entry[2].shape[-1] == inner]
            b = [entry for entry in rights if entry[2].shape[-2] == inner]
            for heads in (True, False):  # dout stands on one side, an array on the other
                one = [entry for entry in a if entry[0].upstream == heads]
                other = [entry for entry in b if entry[0].upstream != heads]
                if one and other:
                    _match(search, seen, one, other, found, view)


def _possible(search, target):
    """Whether an array and a gradient on its way, transposed or not, have a product of the target's shape."""
    batch = len(target) - 2
    plain = {x.shape[-2:] for v in search.evidence.values for _, x in _as_matrices(v.array, batch, target)}
    heads = {x.shape[-2:] for u in _wide(search) for _, x in _as_matrices(u.array, batch, target)}
    plain, heads = (found | {shape[::-1] for shape in found} for found in (plain, heads))
    m, n = target[-2:]
    return any((m, k) in left and (k, n) in right for left, right in ((plain, heads), (heads, plain)) for _, k in left)


def _views(shape, batched):
    """(label, f): how an array is seen as a matrix, or as a batch of them."""
    if len(shape) == 1:
        yield "", lambda x: x.reshape(-1, 1)
    elif len(shape) == 2:
        yield "", lambda x: x
    else:
        if batched:
            yield "", lambda x: x
        yield f".reshape(-1, {shape[-1]})", lambda x: x.reshape(-1, x.shape[-1])
        yield f".reshape({shape[0]}, -1)", lambda x: x.reshape(x.shape[0], -1)


def _sides(search, batch_axes, target):
    """All that may stand on one side of @: the arrays, and each gradient on its way times up to one function."""
    for v in search.evidence.values:
        for view, matrix in _as_matrices(v.array, batch_axes, target):
            yield Side((v.label,), matrix, v.cost + 0.1 * bool(view), view)
    varied = {id(u) for u in search.upstream[:MOST_VARIED]}
    for u in _wide(search):
        for view, matrix in _as_matrices(u.array, batch_axes, target):
            yield Side((u.label,), matrix, u.cost, view, True)
        for value, functions in search.vocabulary:
            few = [f for f in functions if f in FEW]
            for label, placed in placements(value, u.array.shape):
                for form, f, cost in few if u.array.size <= 2000 and id(u) in varied else few[:2]:
                    with np.errstate(all="ignore"):
                        product = u.array * f(placed)
                    if np.isfinite(product).all() and product.any():
                        for view, matrix in _as_matrices(product, batch_axes, target):
                            yield Side((u.label, form.format(label)), matrix, u.cost + value.cost + cost, view, True)


def _wide(search):
    """The gradients on their way, and those of fewer axes with new axes behind, as in dout[:, None] * y."""
    ups = [u for u in search.upstream if u.array.ndim and u.array.size <= LARGE]
    yield from ups
    shapes = dict.fromkeys(v.array.shape for v in search.evidence.values if v.array.size <= LARGE)
    for u in ups[:2]:
        for shape in shapes:
            if len(shape) == u.array.ndim + 1 and shape[:-1] == u.array.shape:
                yield Value(f"{u.label}[..., None]", np.broadcast_to(u.array[..., None], shape), u.cost + 0.4)


def _as_matrices(x, batch_axes, target):
    if x.ndim == 0:
        return
    if batch_axes == 0:
        yield from ((view, f(x)) for view, f in _views(x.shape, batched=False))
    elif x.ndim == batch_axes + 2 and x.shape[:batch_axes] == target[:batch_axes]:
        yield "", x
    elif x.ndim == 2:
        yield "", np.broadcast_to(x, target[:batch_axes] + x.shape)


def _oriented(sides, length, left):
    """(side, transposed, matrix) for the sides that have the target's length where it belongs."""
    for side in sides[:MOST_SIDES]:
        rows, columns = side.matrix.shape[-2:]
        if (rows if left else columns) == length:
            yield side, False, side.matrix
        if (columns if left else rows) == length and not (rows == columns == 1):
            yield side, True, np.swapaxes(side.matrix, -1, -2)


def _match(search, seen, lefts, rights, found, view):
    matrices = next(iter(seen.values()))
    batch = matrices.shape[:-2]
    r = search.rng.standard_normal((PROJECTIONS, *batch, 1, matrices.shape[-2]))
    s = search.rng.standard_normal((PROJECTIONS, *batch, matrices.shape[-1], 1))
    table = np.empty((PROJECTIONS, len(lefts), len(rights)))
    for k in range(PROJECTIONS):
        ps = np.stack([np.ravel(r[k] @ p) for _, _, p in lefts])
        qs = np.stack([np.ravel(q @ s[k]) for _, _, q in rights])
        table[k] = ps @ qs.T
    norm = np.sqrt((table**2).sum(axis=0))
    cost = np.array([side.cost for side, _, _ in lefts])[:, None] + np.array([t.cost for t, _, _ in rights])
    for name, target in seen.items():
        sight = np.array([float((r[k] @ target @ s[k]).sum()) for k in range(PROJECTIONS)])
        size = np.linalg.norm(sight)
        if size == 0:
            continue
        aligned = np.abs(np.tensordot(sight / size, table, axes=1))
        pairs = np.argwhere((norm > 1e-12 * norm.max()) & (norm - aligned <= 1e-9 * norm))
        order = np.argsort([cost[i, j] for i, j in pairs], kind="stable")[:MOST_MATCHES]
        for i, j in pairs[order]:
            (a, at, p), (b, bt, q) = lefts[i], rights[j]
            c, error = fit(target, p @ q)
            if error <= search.tolerance(name):
                turned = ".swapaxes(-1, -2)" if batch else ".T"
                form = f"{{}}{a.view}{turned * at} @ {{}}{b.view}{turned * bt}"
                form = f"({form}){view}" if view else form
                total = a.cost + b.cost + 0.1 * (at and bt) + scale_cost(c)
                found[name].append(Expression(c, (a.factors, b.factors), "matmul", form, total))
