"""What every number inside a network sees of the input: its receptive field, followed from op to op."""

from math import inf, nan, prod
from typing import NamedTuple

import numpy as np

from ..ops.windows import paddings, per_axis


class View(NamedTuple):
    """Along each spatial axis of the input: place i of an array sees the pixels start + i · jump to end + i · jump.

    The end itself is not seen, so end - start is the field. From -inf to inf: all pixels; from inf to -inf: none. NaN
    is not known. Borders are left aside: it is the view from a place in the middle.
    """

    start: np.ndarray
    end: np.ndarray
    jump: np.ndarray
    axes: tuple  # for each axis of the array, the set of the input's spatial axes that run along it
    cut: frozenset = frozenset()  # spatial axes of which slices have left a part

    @property
    def field(self):
        return np.maximum(self.end - self.start, 0)

    def along(self, axis):
        return list(self.axes[axis])


def whole(shape):
    """The View of the input itself, (N, C, ...): each pixel sees itself."""
    count = max(len(shape) - 2, 0)
    axes = tuple({axis - 2} if axis >= 2 else set() for axis in range(len(shape)))
    return View(np.zeros(count), np.ones(count), np.ones(count), axes)


def nothing(shape, count):
    """The View of an array of this shape that sees none of the input's `count` axes."""
    return View(np.full(count, inf), np.full(count, -inf), np.ones(count), tuple(set() for _ in shape))


def follow(name, arrays, options, views, out):
    """The View of an op's output. views: those of its arrays, None where nothing comes from an input."""
    seen = [(a, view) for a, view in zip(arrays, views) if view is not None]
    if name in RULES and len(seen) == 1 and views[0] is not None:
        return RULES[name](views[0], arrays, options, out)
    if name == "stack":
        axis = options.get("axis", 0) % out.ndim
        seen = [(np.expand_dims(a, axis), _with_axis(view, axis)) for a, view in seen]
    side_by_side = name == "concat" and not any(view.axes[options.get("axis", 0)] for _, view in seen)
    if name not in RULES and (side_by_side or all(_broadcasts(a.shape, out.shape) for a, _ in seen)):
        return _hull(seen, out)  # number by number, or normalised
    return _unknown(seen[0][1], out)


def _slid(view, axis, reach=1, stride=1, offset=0):
    """Place i of the axis now meets `reach` places, the first of them i · stride + offset. Fractions are allowed."""
    if (reach, stride, offset) == (1, 1, 0):
        return view
    start, end, jump = view.start.copy(), view.end.copy(), view.jump.copy()
    for s in view.along(axis):
        first, last = sorted((offset * jump[s], (offset + reach - 1) * jump[s]))
        start[s], end[s], jump[s] = start[s] + first, end[s] + last, jump[s] * stride
    return view._replace(start=start, end=end, jump=jump)


def _mixed(view, axes):
    """Each number meets all places of these axes: all pixels, if they are still all there and along no other axis."""
    start, end, left = view.start.copy(), view.end.copy(), list(view.axes)
    for axis in axes:
        left[axis] = set()
        for s in view.along(axis):
            entire = s not in view.cut and not any(s in own for own in left) and not np.isnan(start[s])
            start[s], end[s] = (-inf, inf) if entire or np.isinf(start[s]) else (nan, nan)
    return view._replace(start=start, end=end, axes=tuple(left))


def _unknown(view, out):
    lost = np.full(len(view.start), nan)
    return View(lost, lost, lost, tuple(set(range(len(lost))) for _ in out.shape))


def _hull(seen, out):
    """Several arrays, one number of each: from the first pixel that any of them sees to the last."""
    if len(seen) == 1:
        return seen[0][1]._replace(axes=(set(),) * (out.ndim - seen[0][0].ndim) + seen[0][1].axes)
    start, end = (choose([getattr(v, side) for _, v in seen], axis=0)
                  for choose, side in ((np.min, "start"), (np.max, "end")))  # fmt: skip
    jump, axes = seen[0][1].jump.copy(), [set() for _ in out.shape]
    for s in range(len(start)):
        places = [_places(a, view, s, out) for a, view in seen]
        every = set().union(*places)
        for back, _ in every:
            axes[-back].add(s)
        standing = [v for p, (_, v) in zip(places, seen) if not p and np.isfinite(v.start[s])]
        if len(every) == 1:
            jump[s] = next(iter(every))[1]
        if len(every) > 1 or (every and standing):  # they drift apart: what is seen depends on the place
            start[s] = end[s] = jump[s] = nan
    return View(start, end, jump, tuple(axes), frozenset().union(*(view.cut for _, view in seen)))


def _places(a, view, s, out):
    """{(axis of the array, counted from the back, jump)} along which spatial axis s runs, without broadcast ones."""
    lengths = zip(view.axes[::-1], a.shape[::-1], out.shape[::-1])
    jump = round(float(view.jump[s]), 9)  # 15 / 11 · 11 / 15 is not 1 to the last bit
    return {(back, jump) for back, (axes, n, m) in enumerate(lengths, start=1) if s in axes and n == m}


def _broadcasts(shape, target):
    return len(shape) <= len(target) and all(n in (1, m) for n, m in zip(shape[::-1], target[::-1]))


def _with_axis(view, axis):
    return view._replace(axes=(*view.axes[:axis], set(), *view.axes[axis:]))


def _conv(view, arrays, options, out):
    dim = out.ndim - 2
    stride, dilation = (per_axis("conv", name, options.get(name, 1), low=1, dim=dim) for name in ("stride", "dilation"))
    view = _mixed(view, [1])
    for i, (k, s, d) in enumerate(zip(arrays[1].shape[2:], stride, dilation)):
        before, _ = paddings("conv", options.get("pad", 0), dim)[i]
        view = _slid(view, i + 2, d * (k - 1) + 1, s, -before)
    return view


def _pool(view, arrays, options, out):
    kernel = per_axis("pool", "size", options["size"], low=1)
    stride = per_axis("pool", "stride", options.get("stride") or kernel, low=1)
    for i, (k, s) in enumerate(zip(kernel, stride)):
        before, _ = paddings("pool", options.get("pad", 0))[i]
        view = _slid(view, i + 2, k, s, -before)
    return view


def _conv_transpose(view, arrays, options, out):
    """An output pixel meets ceil(reach / stride) input pixels, which lie `stride` output pixels apart."""
    stride, dilation = (per_axis("conv", name, options.get(name, 1), low=1) for name in ("stride", "dilation"))
    view = _mixed(view, [1])
    for i, (k, s, d) in enumerate(zip(arrays[1].shape[2:], stride, dilation)):
        before, _ = paddings("conv", options.get("pad", 0))[i]
        view = _centred(view, i + 2, -(-(d * (k - 1) + 1) // s), 1 / s, (before - d * (k - 1) / 2) / s)
    return view


def _centred(view, axis, reach, stride, centre):
    """As _slid, by the middle of what place 0 meets; on the average, where places differ."""
    return _slid(view, axis, reach, stride, centre - (reach - 1) / 2)


def _resize(view, arrays, options, out):
    more = options.get("mode") == "bilinear"
    for axis in (2, 3):
        n, m = arrays[0].shape[axis], out.shape[axis]
        if options.get("align_corners"):
            view = _centred(view, axis, 2, (n - 1) / max(m - 1, 1), 0)
        else:
            view = _scaled(view, axis, n / m, 1 + more)
    return view


def _scaled(view, axis, ratio, reach):
    """An image of another size whose outer edges lie where they were: `ratio` of its pixels in the place of one."""
    return _centred(view, axis, reach, ratio, (ratio - 1) / 2)


def _unshuffle(view, arrays, options, out):
    factor = options["factor"]
    return _scaled(_scaled(_mixed(view, [1]), 2, factor, factor), 3, factor, factor)


def _enlarged(view, arrays, options, out):
    for axis in (2, 3):
        view = _scaled(view, axis, arrays[0].shape[axis] / out.shape[axis], 1)
    return view


def _adaptive_pool(view, arrays, options, out):
    for axis in (2, 3):
        n, m = arrays[0].shape[axis], out.shape[axis]
        widest = max(-(-(i + 1) * n // m) - i * n // m for i in range(m))
        view = _mixed(view, [axis]) if m == 1 else _scaled(view, axis, n / m, widest)
    return view


def _reduce(view, arrays, options, out):
    ndim = arrays[0].ndim
    axis = options.get("axis")
    lost = range(ndim) if axis is None else [a % ndim for a in (axis if isinstance(axis, tuple) else (axis,))]
    view = _mixed(view, lost)
    return view if options.get("keepdims") else _without(view, lost)


def _without(view, lost):
    return view._replace(axes=tuple(own for axis, own in enumerate(view.axes) if axis not in lost))


def _last(view, arrays, options, out):
    """logsumexp, whose axis is the last by default."""
    return _reduce(view, arrays, {"axis": -1, **options}, out)


def _global_pool(view, arrays, options, out):
    return _without(_mixed(view, (2, 3)), (2, 3))


def _affine(view, arrays, options, out):
    rest = range(1, arrays[0].ndim)
    return _with_axis(_without(_mixed(view, rest), rest), 1)


def _matmul(view, arrays, options, out):
    left = _without(_mixed(view, [arrays[0].ndim - 1]), [arrays[0].ndim - 1])
    axes = left.axes + (set(),) * (arrays[1].ndim > 1)
    return left._replace(axes=(set(),) * (out.ndim - len(axes)) + axes)


def _transpose(view, arrays, options, out):
    order = options.get("axes") or range(out.ndim)[::-1]
    return view._replace(axes=tuple(view.axes[axis] for axis in order))


def _reshape(view, arrays, options, out):
    """Numbers keep what they see; what lies along an axis that is split or merged has no jump any more.

    Axes of length 1 are left aside: nothing runs along them.
    """
    if arrays[0].shape == out.shape:
        return view
    axes, jump = [set() for _ in out.shape], view.jump.copy()
    old, new = ([axis for axis, n in enumerate(shape) if n > 1] for shape in (arrays[0].shape, out.shape))
    while old and new:  # the fewest axes of both that hold equally many numbers
        i = j = 1
        while (before := prod(arrays[0].shape[a] for a in old[:i])) != (after := prod(out.shape[a] for a in new[:j])):
            i, j = (i + 1, j) if before < after else (i, j + 1)
        along = set().union(*(view.axes[axis] for axis in old[:i]))
        for axis in new[:j]:
            axes[axis] = along
        if i + j > 2:
            jump[list(along)] = nan
        old, new = old[i:], new[j:]
    return view._replace(jump=jump, axes=tuple(axes))


def _getitem(view, arrays, options, out):
    index = options["index"] if isinstance(options["index"], tuple) else (options["index"],)
    if not all(part is None or part is Ellipsis or isinstance(part, (int, slice)) for part in index):
        return _unknown(view, out)
    used = sum(part is not None and part is not Ellipsis for part in index)
    gap = index.index(Ellipsis) if Ellipsis in index else len(index)
    index = (*index[:gap], *[slice(None)] * (arrays[0].ndim - used), *index[gap + 1 :])
    axis, axes = 0, []
    for part in index:
        if part is None:
            axes.append(set())
            continue
        n = arrays[0].shape[axis]
        start, _, step = part.indices(n) if isinstance(part, slice) else (part % n, 0, 1)
        view = _slid(view, axis, 1, step, start)
        if not isinstance(part, slice) or len(range(*part.indices(n))) < -(-n // abs(step)):
            view = view._replace(cut=view.cut | view.axes[axis])
        axes += [view.axes[axis]] * isinstance(part, slice)
        axis += 1
    return view._replace(axes=tuple(axes))


def _moved(view, arrays, options, out):
    """roll and shift."""
    if options["axis"] is None:
        return _unknown(view, out)
    for by, along in np.broadcast(options["shift"], options["axis"]):
        view = _slid(view, along, 1, 1, -by)
    return view


def _padded(view, arrays, options, out):
    pairs = options["pad"]
    for axis, (before, _) in enumerate(pairs, start=out.ndim - len(pairs)):
        view = _slid(view, axis, 1, 1, -before)
    return view


def _split(view, arrays, options, out):
    return _unknown(view, out) if view.axes[options.get("axis", 0)] else view


def _embedding(view, arrays, options, out):
    return _with_axis(view, out.ndim - 1)


def _gather(view, arrays, options, out):
    return _unknown(view, out)


RULES = {
    "conv1d": _conv, "conv2d": _conv, "conv3d": _conv, "conv_transpose2d": _conv_transpose,
    "max_pool2d": _pool, "avg_pool2d": _pool, "adaptive_avg_pool2d": _adaptive_pool, "global_avg_pool2d": _global_pool,
    "resize": _resize, "pixel_shuffle": _enlarged, "pixel_unshuffle": _unshuffle, "max_unpool2d": _enlarged,
    "sum": _reduce, "mean": _reduce, "max": _reduce, "var": _reduce, "logsumexp": _last,
    "affine": _affine, "matmul": _matmul, "embedding": _embedding,
    "transpose": _transpose, "reshape": _reshape, "getitem": _getitem, "gather": _gather, "split": _split,
    "roll": _moved, "shift": _moved, "pad": _padded,
}  # fmt: skip
