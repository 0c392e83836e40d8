"""Rules on the Jacobians: contributions of outputs that are missing, overwritten, misplaced, or wrong by a factor."""

import numpy as np

from ..report import Finding
from .evidence import ENOUGH, distinct
from .jacobian import EQUAL, Jacobians
from .texts import run_text


def jacobian_findings(evidence, search, name, j):
    """All that the Jacobians of one input show."""
    found = []
    if j.equal.all():
        if np.abs(j.constant).max(initial=0) > EQUAL * j.scale:
            fact = "the part of yours that depends on dout is right; it has another part that does not depend on dout"
            found.append(Finding("UNKNOWN", fact, None, 0.5, name))
        return found
    rules = (_missing, _extra, _misplaced, _spread, _out_factor, _same_step, _mixing)
    return [f for f in (rule(evidence, search, name, j) for rule in rules) if f]


def _same_step(evidence, search, name, j):
    """A wrong factor of dout, seen where input and output have the same index along an axis (the time of an RNN)."""
    if len(j.out_shapes) != 1:
        return None
    out_shape = j.out_shapes[0]
    ins = np.array(list(np.ndindex(j.in_shape))).reshape(-1, max(len(j.in_shape), 1))
    outs = np.array(list(np.ndindex(out_shape))).reshape(-1, max(len(out_shape), 1))
    for a in range(len(j.in_shape)):
        for b in range(len(out_shape)):
            step = outs[None, :, b] - ins[:, None, a]
            forward_only = j.zero_right[step < 0].all() and not j.zero_right[step > 0].all()
            if j.in_shape[a] != out_shape[b] or out_shape[b] < 2 or not forward_only:
                continue
            part = Jacobians(
                np.where(step == 0, j.yours, 0), np.where(step == 0, j.right, 0), (), j.out_shapes, j.constant
            )
            found = _out_factor(evidence, search, name, part)
            if found and found.guess:
                fact = f"from dout[k] to entry k (axis {b}, axis {a}): {found.fact}"
                return Finding("OUT_FACTOR", fact, found.guess, 0.9, name)
    return None


def block_factor(evidence, search, name, j, rows):
    """The Finding of a wrong factor of dout for some entries of the input only; None if there is none."""
    part = Jacobians(j.yours[rows], j.right[rows], (int(rows.sum()),), j.out_shapes, j.constant[rows])
    found = _out_factor(evidence, search, name, part)
    return found if found and found.guess else None


def _missing(evidence, search, name, j):
    """Every contribution that yours has is right, but some are missing."""
    lost = j.zero_yours & ~j.zero_right
    if not lost.any() or (~j.equal & ~lost).any() or j.equal[~j.zero_right].sum() < ENOUGH:
        return None
    if distinct(j.right[lost]) < 2 and lost.sum() < ENOUGH:
        return None
    kept = ~lost & ~j.zero_right
    of = (~j.zero_right).sum()
    fact = f"each contribution of an output that yours has is right, but {lost.sum()} of {of} are missing"
    place = _lost_outputs(evidence, lost, kept, j)
    if place:
        return Finding(
            "MISSING", f"{fact}: those of {place}", f"the contributions of {place} are never added", 0.9, name
        )
    last, first = _only_end(kept, j, -1), _only_end(kept, j, 0)
    overlap = (~j.zero_right).sum(axis=1) > 1
    if overlap.sum() >= 2 and not lost[~overlap].any():
        if last or first:
            which = "last" if last else "first"
            fact += f": an entry that several outputs depend on keeps that of the {which} of them alone"
            guess = "contributions are overwritten: `=` stands where `+=` belongs" if last else None
            guess = guess or "only the first contribution is added"
            return Finding("OVERWRITTEN", fact, guess, 0.93, name)
    diagonal = _same_place(kept, lost, j)
    if diagonal:
        fact += ": only the output at the same place counts (the diagonal of the Jacobian)"
        return Finding("DIAGONAL", fact, "an input changes the other outputs too; that part is missing", 0.92, name)
    axis = _axis_pattern(lost, kept, j)
    if axis:
        return Finding("MISSING", f"{fact}: {axis[0]}", axis[1], 0.88, name)
    return Finding("MISSING", fact, "contributions are missing (overwritten, or never added)", 0.75, name)


def _only_end(kept, j, end):
    """Whether each input keeps the contributions of one place alone: the last (or first) whose outputs depend on it.

    The place of an output is its index without the channel (axis 1), for a window gives all channels at once.
    """
    places = np.concatenate([_places(shape) for shape in j.out_shapes])
    for keeps, zeros in zip(kept, j.zero_right):
        depends = np.flatnonzero(~zeros)
        if len(depends):
            wanted = places[depends].max() if end == -1 else places[depends].min()
            if not np.array_equal(np.flatnonzero(keeps), depends[places[depends] == wanted]):
                return False
    return len(j.out_shapes) == 1


def _places(shape):
    index = np.arange(int(np.prod(shape, dtype=int))).reshape(shape)
    return np.broadcast_to(index[:, :1], shape).ravel() if len(shape) > 2 else index.ravel()


def _misplaced(evidence, search, name, j):
    """The contributions of an output have the right sizes, but go to other entries."""
    mine, theirs = np.sort(j.yours, axis=0), np.sort(j.right, axis=0)
    live = ~j.zero_right.all(axis=0)
    moved = (np.abs(mine - theirs) <= EQUAL * j.scale).all(axis=0) & live
    wrong = ~j.equal.all(axis=0)
    if (moved & wrong).sum() < ENOUGH or (moved & wrong).sum() < 0.4 * wrong.sum():
        return None
    single = (~j.zero_right)[:, live].sum(axis=0).max() == 1
    what = "gives its whole gradient to one entry" if single else "gives the right amounts"
    fact = f"each output {what}, but {int((moved & wrong).sum())} of {int(live.sum())} outputs give it to wrong entries"
    return Finding("MISPLACED", fact, "a place is wrong: an index, offset, flip, stride or dilation", 0.85, name)


def _spread(evidence, search, name, j):
    """An output that depends on one entry gives its gradient to several."""
    many, one = (~j.zero_yours).sum(axis=0), (~j.zero_right).sum(axis=0)
    live = one > 0
    if live.sum() < ENOUGH or (one[live] != 1).any() or (many[live] < 2).any():
        return None
    top, low = j.yours.max(axis=0)[live], np.where(j.zero_yours, np.inf, j.yours).min(axis=0)[live]
    if (np.abs(top - low) > EQUAL * j.scale).any():
        return None
    share = np.allclose(top * many[live], j.right.sum(axis=0)[live], rtol=1e-5)
    what = "an equal share" if share else "all"
    fact = f"each output depends on one entry, but gives {what} of its gradient to {many.max()}"
    return Finding("SPREAD", fact, "only one entry (the maximum, or the one selected) may get it", 0.9, name)


def _lost_outputs(evidence, lost, kept, j):
    """A name for the outputs whose contributions are all lost while those of all others are all kept."""
    gone = lost.any(axis=0)
    if (kept.any(axis=0) & gone).any():
        return None
    at = 0
    label = "dout" if len(j.out_shapes) == 1 else None
    for i, shape in enumerate(j.out_shapes):
        size = int(np.prod(shape, dtype=int))
        part = gone[at : at + size].reshape(shape)
        feels = (lost | kept).any(axis=0)[at : at + size].reshape(shape)
        at += size
        if not part.any():
            continue
        here = label or f"dout[{i}]"
        if (part | ~feels).all():
            return here if len(j.out_shapes) > 1 else None
        return _slices(part, feels, here)
    return None


def _slices(part, feels, label):
    """`dout[:, :-1]` for the outputs in `part`, if they are whole slices of one axis (of those in `feels`)."""
    for axis in range(part.ndim):
        others = tuple(a for a in range(part.ndim) if a != axis)
        bad, alive = part.any(axis=others), feels.any(axis=others)
        good = (feels & ~part).any(axis=others)
        if (bad & good).any() or not good.any():
            continue
        return f"{label}[{':, ' * axis}{run_text(bad | ~alive, bad)}{', :' * (part.ndim - axis - 1)}]"
    return None


def _same_place(kept, lost, j):
    """Whether yours keeps exactly the diagonal of a Jacobian of an output that has the input's shape."""
    if len(j.out_shapes) != 1 or j.out_shapes[0] != j.in_shape or len(kept) < 3:
        return False
    eye = np.eye(len(kept), dtype=bool)
    return not kept[~eye].any() and not lost[eye].any()


def _axis_pattern(lost, kept, j):
    """(fact, guess): contributions lost or kept by how the output's index along an axis stands to the input's."""
    if len(j.out_shapes) != 1:
        return None
    out_shape = j.out_shapes[0]
    ins = np.array(list(np.ndindex(j.in_shape))).reshape(-1, max(len(j.in_shape), 1))
    outs = np.array(list(np.ndindex(out_shape))).reshape(-1, max(len(out_shape), 1))
    for a in range(len(j.in_shape)):
        for b in range(len(out_shape)):
            if j.in_shape[a] != out_shape[b] or out_shape[b] < 2:
                continue
            step = outs[None, :, b] - ins[:, None, a]
            away = step != 0
            if lost[away].any() and not lost[~away].any() and not kept[away].any():
                what = f"yours[i] along axis {a} gets nothing from dout[k] with k != i along axis {b}"
                later = not lost[step < 0].any()
                guess = (
                    "nothing is carried back from later steps to earlier ones"
                    if later
                    else (f"the path that joins different indices of axis {b} is missing")
                )
                return what, guess
            if lost[~away].any() and not lost[away].any() and not kept[~away].any():
                return (
                    f"yours[i] along axis {a} gets nothing from dout[i] along axis {b}, only from the others",
                    "the direct contribution of an output at the same index is not added",
                )
    return None


def _extra(evidence, search, name, j):
    """Every right contribution is there, and some that do not exist."""
    more = ~j.zero_yours & j.zero_right
    if not more.any() or (~j.equal & ~more).any() or (~j.zero_right).sum() < ENOUGH:
        return None
    fact = f"all contributions are there, and {more.sum()} that do not exist (the output does not depend on that entry)"
    return Finding("EXTRA", fact, None, 0.7, name)


def _out_factor(evidence, search, name, j):
    """yours = the right gradient of another dout: one factor for each output entry."""
    both = ~j.zero_right & ~j.zero_yours
    if (np.abs(j.yours[j.zero_right]) > 10 * EQUAL * j.scale).any():
        return None
    live = both.sum(axis=0) >= 2
    if live.sum() < ENOUGH:
        return None
    with np.errstate(all="ignore"):
        power = (j.right * j.right).sum(axis=0)
        factor = np.where(power > 0, (j.yours * j.right).sum(axis=0) / power, 1.0)
    rest = np.linalg.norm(j.yours - factor * j.right, axis=0)
    if (rest[power > 0] > EQUAL * np.linalg.norm(j.yours, axis=0)[power > 0] + EQUAL * 1e-2 * j.scale).any():
        return None
    if not live[power > 0].all():
        return None
    texts, at = [], 0
    for i, shape in enumerate(j.out_shapes):
        size = int(np.prod(shape, dtype=int))
        part, at = factor[at : at + size].reshape(shape), at + size
        here = "dout" if len(j.out_shapes) == 1 else f"dout[{i}]"
        alive = power[at - size : at] > (EQUAL * j.scale) ** 2
        if not alive.any() or np.allclose(part.ravel()[alive], 1, rtol=1e-5):
            continue
        if np.ptp(part.ravel()[alive]) <= 1e-5 * np.abs(part).max():
            texts.append(f"{evidence.numbers.show(float(part.ravel()[alive][0]))} * {here}")
            continue
        match = search.find({"difference": np.where(alive.reshape(shape), part, 0)}, chain=search.upstream[:1])
        match = match["difference"] if match.get("difference") else None
        if not match:
            return Finding("OUT_FACTOR", "yours is right but for one factor for each entry of dout", None, 0.6, name)
        texts.append(f"{here} * ({match[0].text(evidence.numbers)})")
    if not texts:
        return None
    fact = f"yours is the right gradient for {' and '.join(texts)} in the place of dout"
    return Finding("OUT_FACTOR", fact, f"dout is given back with a wrong factor: {' and '.join(texts)}", 0.92, name)


def _mixing(evidence, search, name, j):
    """Inputs that get gradient from outputs which do not depend on them: along which axis do they mix?"""
    if len(j.out_shapes) != 1:
        return None
    out_shape = j.out_shapes[0]
    ins = np.array(list(np.ndindex(j.in_shape))).reshape(-1, max(len(j.in_shape), 1))
    outs = np.array(list(np.ndindex(out_shape))).reshape(-1, max(len(out_shape), 1))
    texts, guesses = [], []
    for a in range(len(j.in_shape)):
        for b in range(len(out_shape)):
            if j.in_shape[a] != out_shape[b] or out_shape[b] < 2:
                continue
            away = ins[:, None, a] != outs[None, :, b]
            mine, theirs = (~j.zero_yours[away]).any(), (~j.zero_right[away]).any()
            if (~j.zero_right[~away]).any() and (~j.zero_yours[~away]).any() and mine != theirs:
                if mine:
                    texts.append(
                        f"yours mixes axis {a} (entry i gets gradient from dout at k != i), the right one does not"
                    )
                    guesses.append(
                        f"something in yours joins (sums, averages, reorders) entries along axis {a} and must not"
                    )
                else:
                    texts.append(
                        f"the right one mixes axis {a} (entry i gets gradient from dout at k != i), yours does not"
                    )
                    guesses.append(f"the part that joins entries along axis {a} is missing")
    if not texts or len(texts) > 2:
        return None
    return Finding("MIXING", "; ".join(texts), " and ".join(guesses), 0.8, name)
