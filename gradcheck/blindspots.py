"""What these inputs cannot show: mistakes that no numerical check can see, for the gradient is right all the same.

With dout = 1 everywhere 14 of 155 known mistakes give right numbers, with T = 1 four of five of those in a recurrence.
"""

from numbers import Integral
from typing import NamedTuple

import numpy as np

KINKS = 0.05  # the share of entries without a derivative from which on we say so
WINDOWS = (("size",), ("pool_size",), ("kernel_size",), ("kernel",), ("pool_height", "pool_width"))


def warnings(case):
    """One sentence for each blind spot: the argument, and which mistakes stay hidden."""
    if not any(np.size(out) for out in case.outs):
        return []
    number = _numbers(case)
    return [sentence for rule in RULES for sentence in rule(case, number)]


class Number(NamedTuple):
    """An option: what the caller calls it, and its value."""

    label: str
    value: object


def _numbers(case):
    """The options by name: keywords, plain inputs, and what lies in dicts such as conv_param."""
    found = {}
    for name, value in {**case.inputs, **case.options}.items():
        if isinstance(value, dict):
            found |= {key: Number(f"{name}[{key!r}]", inner) for key, inner in value.items()}
        elif not isinstance(value, np.ndarray):
            found[name] = Number(name, value)
    return found


def _floats(case):
    """(name, array) of each input that has a gradient."""
    return [(name, np.asarray(case.inputs[name])) for name in case.wanted]


def _is_constant(x):
    return x.size > 1 and bool((x == x.flat[0]).all())


def _dout(case, number):
    for i, dout in enumerate(case.douts):
        label = "dout" if len(case.douts) == 1 else f"dout[{i}]"
        if _is_constant(dout) and dout.flat[0] == 0:
            yield f"{label} is 0 everywhere: no mistake on its way can show"
        elif _is_constant(dout):
            yield (
                f"{label} is {dout.flat[0]:g} everywhere: a backward that ignores it, permutes it, or forgets the mean "
                "of a normalisation cannot show; Gaussian numbers show them"
            )


def _one_sample(case, number):
    (name, x), rows = _first(case), {np.shape(out)[0] for out in case.outs if np.ndim(out)}
    shared = len(case.wanted) > 1 or not rows  # parameters, or a loss, to which several samples would contribute
    if x.ndim >= 2 and x.shape[0] == 1 and rows <= {1} and shared:
        yield f"{name} holds one sample: a mean in place of a sum over the samples, or 1/N forgotten, cannot show"


def _one_step(case, number):
    name, x = _first(case)
    if x.ndim == 3 and x.shape[1] == 1 and any(np.shape(out)[:2] == x.shape[:2] for out in case.outs):
        yield f"axis 1 of {name} has length 1: if that is time, mistakes from one step to the next cannot show"


def _equal_axes(case, number):
    name, x = _first(case)
    only_moved = len(case.wanted) == 1 and all(np.size(out) == x.size for out in case.outs)
    if x.ndim >= 2 and x.shape[0] == x.shape[1] > 1 and not only_moved:
        n = x.shape[0]
        yield f"axes 0 and 1 of {name} have the same length {n}: a division by one in place of the other cannot show"


def _first(case):
    """The data: the first input with a gradient."""
    return _floats(case)[0]


def _constant(case, number):
    for name, x in _floats(case):
        if not _is_constant(x):
            continue
        value = x.flat[0]
        if value == 0:
            yield f"{name} is 0 everywhere: a mistake in what is multiplied by {name} cannot show"
        elif value == 1:
            yield f"{name} is 1 everywhere: a factor {name} that backward forgets, or puts elsewhere, cannot show"
        else:
            yield f"{name} is {value:g} everywhere: entries of {name} that backward mixes up cannot show"


def _mask(case, number):
    for name, x in {**case.inputs, **case.options}.items():
        boolean = isinstance(x, np.ndarray) and (x.dtype.kind == "b" or (x.dtype.kind in "iu" and "mask" in name))
        if boolean and _is_constant(x):
            yield f"{name} is {x.flat[0]} everywhere: a backward that ignores it cannot show"


def _ids(case, number):
    """Ids are known by the output: one row of a table for each of them."""
    for name, ids in case.inputs.items():
        if not isinstance(ids, np.ndarray) or ids.dtype.kind not in "iu" or len(np.unique(ids)) < ids.size:
            continue
        for table, rows in _floats(case):
            if ids.size and rows.ndim and ids.shape + rows.shape[1:] == np.shape(case.outs[0]):
                yield (
                    f"no id occurs twice in {name}: gradients of {table} that are overwritten, not added, cannot show"
                )


def _dropout(case, number):
    training = number.get("training", ("", True))[1]
    for key in ("p", "keep_prob", "drop", "dropout", "rate"):
        label, p = number.get(key, ("", None))
        if isinstance(p, (int, float)) and p == 0.5:
            yield f"{label} = 0.5: {label} in place of 1 - {label} cannot show"
        elif isinstance(p, (int, float)) and p == (1 if key == "keep_prob" else 0) and training:
            yield f"{label} = {p:g} drops nothing: a mistake with the mask cannot show"


def _factors(case, number):
    for keys, blind, hidden in FACTORS:
        for key in keys:
            label, value = number.get(key, ("", None))
            if isinstance(value, (int, float)) and not isinstance(value, bool) and value == blind:
                yield f"{label} = {value:g}: {hidden} cannot show"


FACTORS = (
    (("tau", "temperature"), 1, "a temperature that backward forgets"),
    (("reg", "weight_decay", "l2"), 0, "a mistake in the gradient of the regularisation"),
    (("scale", "gain", "weight", "loss_weight"), 1, "a factor that backward forgets"),
)


def _windows(case, number):
    """Windows that do not overlap, and convolutions whose stride and padding do nothing."""
    (_, x), kernel = _first(case), _kernel(case, number)
    if x.ndim < 3 or kernel is None:
        return
    window, is_pool = kernel
    dims = len(window)
    label, stride = number.get("stride", ("stride", window if is_pool else 1))
    stride, dilation = _each(stride, dims), _each(number.get("dilation", ("", 1))[1], dims)
    if not all(isinstance(n, Integral) for n in (*window, *stride, *dilation)):
        return
    if is_pool and "stride" not in number and not _tiles(x, case.outs[0], window):
        return
    if is_pool and list(np.shape(case.outs[0])[2:]) == window:
        return  # adaptive pooling: the size is that of the output
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, window)]
    if all(s >= r for s, r in zip(stride, reach)):
        thing = "pool size" if is_pool else "kernel"
        relation = "=" if stride == reach else ">="
        yield (
            f"{label} = {_short(stride)} {relation} {thing}: windows do not overlap, so a dx that is overwritten where "
            "it should be added up cannot show"
        )
    pad = next((number[key].value for key in ("pad", "padding") if key in number), 0)
    if not is_pool and stride == [1] * dims and np.all(np.asarray(pad) == 0):
        yield "stride = 1 and pad = 0: a backward that ignores the stride, or does not crop the padding, cannot show"


def _kernel(case, number):
    """(the window's lengths, whether it is pooling), or None where no window slides."""
    dims = _first(case)[1].ndim - 2
    for keys in WINDOWS:
        if all(key in number for key in keys):
            sizes = [number[key].value for key in keys]
            return _each(sizes if len(sizes) > 1 else sizes[0], dims), len(case.wanted) == 1
    slides = "stride" in number or "pad" in number or (case.op or "").startswith("conv")
    weights = [x.shape[2:] for _, x in _floats(case)[1:] if x.ndim == dims + 2]
    return (list(weights[0]), False) if slides and weights else None


def _tiles(x, out, window):
    """Whether out has about as many entries along each axis as windows fit side by side into x."""
    lengths = zip(x.shape[2:], np.shape(out)[2:], window)
    return np.ndim(out) == x.ndim and all(abs(o - n / k) <= 1 and o <= n for n, o, k in lengths)


def _each(value, dims):
    return list(value) if isinstance(value, (tuple, list)) else [value] * dims


def _short(values):
    return str(values[0]) if len(set(values)) == 1 else str(tuple(values))


def _one_sign(case, number):
    """Only where the sign matters: forward is defined on the other side, and is no shift or straight line there."""
    name, x = _first(case)
    one_sign = (x >= 0).all() or (x <= 0).all()
    if x.size < 4 or _is_constant(x) or not one_sign or case.run_forward is None:
        return
    try:
        with np.errstate(all="ignore"):
            there, middle, here = (case.run_forward({**case.inputs, name: factor * x})[0] for factor in (-1, 0, 1))
            lower = case.run_forward({**case.inputs, name: x - 2 * np.abs(x).max()})[0]
    except Exception:
        return  # such as a logarithm that refuses negative numbers
    if all(np.allclose(a - 2 * np.abs(x).max(), b) for a, b in zip(here, lower)):
        return  # such as a maximum: where zero lies does not matter
    defined = all(np.isfinite(out).all() for out in there)
    if defined and not all(np.allclose(a + b, 2 * m) for a, m, b in zip(there, middle, here)):
        other = "negative" if x.max() > 0 else "positive"
        yield f"{name} is nowhere {other}: what backward does there (a mask {name} > 0) cannot show"


def _kinks(case, number):
    for name, kinks in case.kinks.items():
        share = float(np.mean(kinks)) if np.size(kinks) else 0.0
        if share > KINKS:
            yield (
                f"{share:.0%} of {name} lie on a kink (a tie, or the zero of a relu), where there is no derivative and "
                "little is proved; use distinct numbers"
            )


RULES = (
    _dout,
    _one_sample,
    _one_step,
    _equal_axes,
    _constant,
    _mask,
    _ids,
    _dropout,
    _factors,
    _windows,
    _one_sign,
    _kinks,
)
