"""Where it is wrong: single entries, slices, gate blocks, borders, labels, repeated ids; and nothing more than that."""

from math import comb

import numpy as np

from ..report import Finding
from .evidence import ENOUGH, distinct
from .structure import region, telling
from .texts import slice_text

ORDINALS = ("first", "second", "third", "fourth")


def place_finding(evidence, name, yours, right, wrong):
    """A Finding with the whole truth about where the wrong entries lie; None if they lie all over."""
    informative = (right != 0) | (yours != 0)
    count = int(wrong.sum())
    if count == 0 or not (informative & ~wrong).any():
        return None
    if count <= 3 and wrong.size > 2 * count:
        said = [
            f"{tuple(int(i) for i in index)}: yours {yours[tuple(index)]:.6g}, right {right[tuple(index)]:.6g}"
            for index in np.argwhere(wrong)
        ]
        who = "only entry" if count == 1 else f"only {count} entries are wrong:"
        fact = f"{who} {said[0]}" if count == 1 else f"{who} {'; '.join(said)}"
        return Finding("ENTRY", fact + (" is wrong" if count == 1 else ""), None, 0.6, name)
    for rule in (_repeated, _labels, _slices, _border, _region):
        found = rule(evidence, name, yours, right, wrong, informative)
        if found:
            return found
    return None


def _repeated(evidence, name, yours, right, wrong, informative):
    """Rows that are wrong are those whose id comes several times."""
    if right.ndim < 1:
        return None
    rows = wrong.reshape(len(wrong), -1).any(axis=1)
    for ids in evidence.ids:
        if ids.array.min(initial=0) < -len(rows) or ids.array.max(initial=0) >= len(rows) or ids.array.size < 3:
            continue
        times = np.bincount(np.ravel(ids.array) % len(rows), minlength=len(rows))
        once = (times == 1) & informative.reshape(len(wrong), -1).any(axis=1)
        full = rows.any() and wrong[rows].mean() > 0.9 and telling(wrong, 1)
        if full and once.any() and np.array_equal(rows, times > 1) and distinct(right[rows]) >= ENOUGH:
            fact = f"wrong in the rows whose id comes more than once in {ids.label}, right in the others"
            guess = "repeated ids are overwritten, not added up (np.add.at adds them)"
            return Finding("REPEATED", fact, guess, 0.95, name)
    return None


def _labels(evidence, name, yours, right, wrong, informative):
    """Wrong exactly at the labels, or everywhere but there."""
    for ids in evidence.ids:
        if ids.array.shape != right.shape[:-1] or ids.array.size < 3 or not ids.array.size:
            continue
        if ids.array.min() < 0 or ids.array.max() >= right.shape[-1]:
            continue
        hot = np.eye(right.shape[-1], dtype=bool)[ids.array]
        if right.size < 12 or wrong[~hot].any() or not (informative & ~hot & ~wrong).sum() >= ENOUGH:
            continue
        if comb(int(hot.sum()), int(wrong.sum())) * 1e4 > comb(hot.size, int(wrong.sum())):
            continue
        a, b = yours[wrong], right[wrong]
        fact = f"wrong only at the labels ({_index(name, ids.label, right.ndim)})"
        if not a.any():
            return Finding("LABELS", fact + ", where yours is zero", "the term of the label is missing", 0.9, name)
        d = a - b
        c = float(d.mean())
        if np.ptp(d) <= 1e-6 * abs(c):
            fact += f", by {evidence.numbers.show(c)} each"
        return Finding("LABELS", fact, "the term of the label is wrong", 0.85, name)
    return None


def _index(name, ids, ndim):
    return f"{name}[arange, {ids}]" if ndim == 2 else f"{name}[..., {ids}]"


def _slices(evidence, name, yours, right, wrong, informative):
    """Whole slices of one axis are wrong, all others right."""
    for axis in reversed(range(wrong.ndim)):
        others = tuple(a for a in range(wrong.ndim) if a != axis)
        bad = wrong.any(axis=others)
        known = (informative & ~wrong).any(axis=others) & ~bad
        live = informative & np.expand_dims(bad, others)
        if not known.any() or (informative.any(axis=others) & ~bad).sum() != known.sum():
            continue
        run = np.diff(np.flatnonzero(bad)).max(initial=1) == 1
        candidates = 10 if _block(bad) else len(bad) ** 2 if run else 2.0 ** len(bad)
        if (
            not live.any()
            or wrong[live].mean() < 0.9
            or comb(int(informative.sum()), int(live.sum())) < 1e4 * candidates
        ):
            continue
        fact = f"only {slice_text(name, wrong.ndim, axis, bad)} is wrong, the rest is right"
        block = _block(bad)
        fact += f" ({block})" if block else ""
        fact += _detail(evidence, yours, right, axis, bad)
        return Finding("SLICE", fact, None, 0.7, name)
    return None


def wrong_slices(right, wrong):
    """(axis, booleans) of the slices that hold all wrong entries while the rest is right; None if there are none."""
    for axis in reversed(range(wrong.ndim)):
        bad = wrong.any(axis=tuple(a for a in range(wrong.ndim) if a != axis))
        if np.compress(~bad, right, axis).any() and np.compress(bad, wrong, axis).mean() > 0.6:
            return axis, bad
    return None


def gate_blocks(bad):
    """The wrong slices, then those of each of 2, 3 or 4 equal blocks by themselves if several are wrong."""
    yield bad
    for parts in (4, 3, 2):
        if len(bad) % parts == 0 and len(bad) // parts > 1:
            blocks = bad.reshape(parts, -1)
            if (blocks.all(axis=1) == blocks.any(axis=1)).all() and 1 < blocks.all(axis=1).sum() < parts:
                for k in np.flatnonzero(blocks.all(axis=1)):
                    yield np.repeat(np.arange(parts) == k, len(bad) // parts)
                return


def _block(bad):
    """Which block of 2, 3 or 4 equal ones (the gates of an LSTM lie so) is wrong."""
    for parts in (4, 3, 2):
        if len(bad) % parts == 0 and len(bad) // parts > 1:
            blocks = bad.reshape(parts, -1)
            if (blocks.all(axis=1) == blocks.any(axis=1)).all():
                which = np.flatnonzero(blocks.all(axis=1))
                if len(which) < parts:
                    names = " and ".join(ORDINALS[i] for i in which)
                    return f"the {names} of {parts} equal blocks along this axis"
    return ""


def _detail(evidence, yours, right, axis, bad):
    """What is wrong with the slices taken by themselves."""
    a, b = np.compress(bad, yours, axis), np.compress(bad, right, axis)
    if not a.any():
        return "; yours is zero there"
    c = float((a * b).sum() / (b * b).sum()) if b.any() else 0.0
    if c and distinct(a, b) >= ENOUGH and np.linalg.norm(a - c * b) <= 1e-6 * np.linalg.norm(a):
        return f"; there yours = {evidence.numbers.show(c)} * right"
    return ""


def _border(evidence, name, yours, right, wrong, informative):
    """Wrong only along the border of the last two axes, or only inside."""
    if wrong.ndim < 3 or min(wrong.shape[-2:]) < 4:
        return None
    edge = np.ones(wrong.shape, bool)
    edge[..., 1:-1, 1:-1] = False
    for where, text in ((edge, "at the border"), (~edge, "inside")):
        if wrong[~where].any() or not informative[~where].sum() >= ENOUGH:
            continue
        count = int(wrong.sum())
        if comb(int(informative[where].sum()), count) * 1e4 > comb(int(informative.sum()), count):
            continue
        fact = f"wrong only {text} of the last two axes"
        return Finding("BORDER", fact, None, 0.6, name)
    return None


def _region(evidence, name, yours, right, wrong, informative):
    """Wrong exactly where an array at hand meets a condition."""
    text = region(evidence, wrong)
    return Finding("REGION", f"wrong exactly {text}", None, 0.75, name) if text else None


def unknown_finding(name, yours, right, wrong, search_text=""):
    """What remains to be said: how much is wrong, and how far yours points the right way."""
    total = yours.size
    norms = np.linalg.norm(yours) * np.linalg.norm(right)
    cosine = float((yours * right).sum() / norms) if norms > 0 else 0.0
    ratio = np.linalg.norm(yours) / np.linalg.norm(right) if right.any() else np.inf
    fact = (
        f"{int(wrong.sum())} of {total} entries wrong; cosine with the right one {cosine:.3g}, length {ratio:.3g} of it"
    )
    return Finding("UNKNOWN", fact + search_text, None, 0.1, name)
