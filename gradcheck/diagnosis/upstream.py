"""What dout becomes on its way back: dout @ W.T, the gradient before a softmax, the next mask."""

import numpy as np

from .evidence import DERIVED, LARGE, Value, same_up_to_scale, stochastic, unit_rows

MOST_UPSTREAM, MOST_LAYER = 40, 12


def upstream(evidence):
    """1, the douts, the heads of losses, and what they become in two layers further back."""
    found = [Value("1", np.ones(()), 0)]
    shapes = {v.array.shape for v in evidence.values}
    losses = all(d.array.ndim == 0 for d in evidence.douts)
    heads = [v for v in evidence.differences() if losses and v.array.ndim > 1][:4]
    layer = [*evidence.douts, *heads, *_through(evidence, evidence.douts)]
    for _ in range(2):
        found += layer
        grown = sorted((new for u in layer for new in _past(evidence, u, shapes)), key=lambda v: v.cost)[:MOST_LAYER]
        layer = grown + _through(evidence, grown)
    found += layer
    unique = {}
    for v in found:
        unique.setdefault((v.array.shape, same_up_to_scale(v.array) if v.array.ndim else v.label), v)
    return list(unique.values())[:MOST_UPSTREAM]


def _through(evidence, layer):
    """Each u of a layer times the derivative of what may have given an array of its shape: whole rows first."""
    joined, single = [], []
    for u in layer:
        for v in evidence.values:
            if v.cost < DERIVED and v.array.shape == u.array.shape and u.array.ndim and v.array.size <= LARGE:
                joined += _rows(u, v)
                single += _entries(u, v) if u not in evidence.douts else ()
    return (joined + sorted(single, key=lambda v: v.cost))[:MOST_LAYER]


def _rows(u, v):
    inner = (u.array * v.array).sum(-1, keepdims=True)
    text = f"({u.label} * {v.label}).sum(-1, keepdims=True)"
    if stochastic(v.array):
        yield Value(f"({v.label} * ({u.label} - {text}))", v.array * (u.array - inner), u.cost + 1.5)
    if unit_rows(v.array):
        yield Value(f"({u.label} - {v.label} * {text})", u.array - v.array * inner, u.cost + 1.5)


def _entries(u, v):
    on = v.array > 0
    if on.any() and not on.all():
        yield Value(f"({u.label} * ({v.label} > 0))", u.array * on, u.cost + v.cost + (v.array < 0).any())
    if np.abs(v.array).max() <= 1 and on.all():
        text = f"({u.label} * {v.label} * (1 - {v.label}))"
        yield Value(text, u.array * v.array * (1 - v.array), u.cost + v.cost + 0.5)
    elif np.abs(v.array).max() <= 1:
        yield Value(f"({u.label} * (1 - {v.label}**2))", u.array * (1 - v.array**2), u.cost + v.cost + 0.5)


def _past(evidence, u, shapes):
    """u @ W.T and u @ W, where an array of that shape exists."""
    if u.array.ndim < 2 or u.array.size > LARGE:
        return
    for w in [v for v in evidence.values if v.cost < DERIVED]:
        batched = w.array.ndim == u.array.ndim and w.array.shape[:-2] == u.array.shape[:-2]
        if w.array.ndim != 2 and not batched:
            continue
        for text, m in ((".T", np.swapaxes(w.array, -1, -2)), ("", w.array)):
            if m.shape[-2] == u.array.shape[-1] and (*u.array.shape[:-1], m.shape[-1]) in shapes:
                text = ".swapaxes(-1, -2)" if text and m.ndim > 2 else text
                yield Value(f"({u.label} @ {w.label}{text})", u.array @ m, u.cost + w.cost + 0.5)
