"""The student's own layers drive the library: every pair that its checks find right is swapped in.

    with npdl.mine() as yours:      # or: npdl train scenes --mine
        model.fit(...)
    yours                           # {"affine": 120}: how often each has run
"""

import contextlib
import functools
import inspect
import sys
from collections import Counter
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np

from .. import tape
from . import check, material
from .child import Child


def pairs(folder=None, say=None):
    """{op: (forward, backward)} of the student's pairs that are right. say(text) tells about the others."""
    found = {}
    with Child() as child:
        for name in material.names():
            assignment = material.load(name)
            for backward in assignment.exercises.values():
                forward = assignment.exercises.get(backward.name.replace("_backward", "_forward"))
                if not backward.op or forward is None or forward is backward:
                    continue
                place = _place(folder, name, backward.module)
                if not (place / f"{backward.module}.py").is_file():
                    continue
                results = [check.examine(e, place, child) for e in (forward, backward)]
                if all(results):
                    module = _module(place / f"{backward.module}.py", assignment.parts)
                    found[backward.op] = getattr(module, forward.name), getattr(module, backward.name)
                elif say and any(r.status == "wrong" for r in results):
                    say(f"{backward.op}: npdl's own, for yours is not yet right")
    return found


@contextlib.contextmanager
def mine(folder=None, say=print):
    """Swap the student's right pairs in; gives {op: how often it has run}. ValueError if there is none.

    folder: an assignment's folder or the whole working copy (default: as for npdl.check).
    """
    found = pairs(folder, say)
    if not found:
        raise ValueError("npdl.mine: at least one forward and its backward should be right (npdl check a2); got none")
    say = say or (lambda text: None)
    say(f"yours: {', '.join(sorted(found))}")
    runs = Counter(dict.fromkeys(sorted(found), 0))
    with tape.swap(**{name: _fitted(name, *pair, runs) for name, pair in found.items()}):
        yield runs
    say(f"through your code: {', '.join(f'{name} {count} times' for name, count in runs.items())}")


def _fitted(name, forward, backward, runs):
    """The student's pair as the library needs it: results in the precision of the arguments, and the library's own
    pair for calls that this one was never asked to take (an option that it does not know, no bias)."""
    signature = inspect.signature(forward)

    def fitted_forward(*arrays, **options):
        if not _takes(signature, arrays, options):
            pair = tape.op.registry[name].own_pair(arrays, options)
            out, cache = pair.forward(*arrays, **options)
            return out, (pair.backward, None, cache)
        runs[name] += 1
        dtype = np.result_type(*(a for a in arrays if a is not None))
        out, cache = forward(*arrays, **options)
        return _cast(out, dtype), (backward, dtype, cache)

    return fitted_forward, functools.partial(_backward)  # a partial is not the library's: errors stay as they are


def _backward(dout, cache):
    own, dtype, cache = cache
    if dtype is None:
        return own(dout, cache)
    return _cast(own(dout.copy(), cache), dtype)  # a student may write into it, and others hold it


def _takes(signature, arrays, options):
    """Whether a function with this signature can be called so; None only where it may be left out."""
    try:
        given = signature.bind(*arrays, **options).arguments
    except TypeError:
        return False
    needed = {name for name, p in signature.parameters.items() if p.default is p.empty}
    return not any(value is None for name, value in given.items() if name in needed)


def _cast(result, dtype):
    """Floating arrays in this precision: a student's np.zeros(shape) is float64, and the library mixes none."""
    if isinstance(result, (tuple, list)):
        return tuple(_cast(x, dtype) for x in result)
    floating = isinstance(result, (np.ndarray, np.floating)) and result.dtype.kind == "f"
    return result.astype(dtype, copy=False) if floating else result


def _place(folder, name, module):
    """Where a student's module is."""
    if folder is None:
        return check.whereabouts(name, module)
    below = Path(folder) / name
    return below if below.is_dir() else Path(folder)


def _module(path, parts):
    """The student's module, as its own notebook would import it; what it imports beside it is not kept."""
    before = set(sys.modules)
    sys.path.insert(0, str(path.parent))
    try:
        spec = spec_from_file_location(path.stem, path)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(path.parent))
        for name in set(parts) - before:
            sys.modules.pop(name, None)
