"""Arrays cut into pieces: what a rule does to every number by itself, it may do to a part that stays in the cache.

Adam's rule reads and writes 28 numbers for every weight, of which 7 have to come from memory or to go there. In pieces
the others never leave the cache, and the pieces are spread over threads. The result is the same to the last bit,
however large the pieces are and however many threads there are.
"""

from math import ceil

import numpy as np

from ..threads import each

SIZE = 3 << 15  # numbers in a piece: smaller ones fit a nearer cache, but threads that meet more often wait for longer


def elementwise(rule):
    """Mark an `update` or `penalised` that treats every number by itself: `Optimizer.step` may then cut its arrays.

    Such a rule changes the arrays of its state in place. Numbers, such as a count of steps, it may replace.
    """
    rule.elementwise = True
    return rule


def pieces(array):
    """Slices of the first axis that cut a NumPy array into equal pieces of about SIZE numbers; one if it is small."""
    if type(array) is not np.ndarray or array.size <= SIZE:
        return [...]
    rows = ceil(len(array) / ceil(array.size / SIZE))
    return [slice(start, start + rows) for start in range(0, len(array), rows)]


def in_pieces(update, jobs):
    """update(w, g, state, *more) for every job, with what is large in pieces, on all threads.

    Every piece comes with a state of its own: pieces of the arrays, and the numbers as they are. The rule changes the
    numbers of all pieces alike; those of the first one are kept.
    """
    parts = [_parts(*job) for job in jobs]
    _spread(lambda part: update(*part), [part for split in parts for part in split], [w for w, *_ in jobs])
    for (_, _, state, *_), (first, *others) in zip(jobs, parts):
        if others:
            state |= {name: value for name, value in first[2].items() if not hasattr(value, "shape")}


def over_pieces(work, arrays):
    """[work(index, piece) for every piece of every array], in this order, on all threads if they are large."""
    pairs = [(index, piece) for index, array in enumerate(arrays) for piece in pieces(array)]
    return _spread(lambda pair: work(*pair), pairs, arrays)


def _parts(w, g, state, *more):
    slices = pieces(w)
    arrays = [value for value in state.values() if hasattr(value, "shape")]
    if len(slices) == 1 or any(array.shape != w.shape for array in (g, *arrays)):
        return [(w, g, state, *more)]
    return [
        (w[s], g[s], {name: a[s] if hasattr(a, "shape") else a for name, a in state.items()}, *more) for s in slices
    ]


def _spread(work, jobs, arrays):
    large = sum(array.size for array in arrays) > SIZE and all(type(array) is np.ndarray for array in arrays)
    return each(work, jobs) if large else [work(job) for job in jobs]
