"""Fast pairs, in place of the readable ones, for arrays of one type.

A kernel never changes what an op means: the pair in npdl.ops stays the definition, and kernels are tested against it.
A call goes to the newest kernel that does not refuse it, else to the readable pair; `with npdl.swap(...)` overrides
both. `explain` says where a call would go, `use` turns kernels off.
"""

from typing import NamedTuple

from ..errors import InputError
from ..tape import Pair, Tensor, op, paths

__all__ = ["Explanation", "add", "explain", "use"]

MODES = {
    "fast": "the newest kernel that takes the call",
    "exact": "the same, without those that round more than the readable pair does (Winograd's convolution)",
    "reference": "the readable pairs alone",
}


def add(op, forward, backward, *, array_type, refuses, exact=True):
    """Let this pair run `op` when the first argument is an array of this type and `refuses` has nothing against it.

    refuses(*arrays, **options) -> None, or the reason in a few words. It must not mind arguments that make no sense:
    the forward is there to complain. exact: False for a kernel that float32 rounds more than the readable pair.

    Both halves come together: the cache of a fast forward is for its own backward only.
    """
    name = f"{forward.__module__}.{forward.__name__}"
    op.fast.append(Pair(name, forward, backward, array_type, refuses, exact))


class use:
    """Choose the pairs that ops run: "fast" (the default), "exact" or "reference"; see MODES.

        npdl.kernels.use("reference")           from now on
        with npdl.kernels.use("exact"): ...     inside the block

    It holds for the thread that calls it. What was recorded on the tape goes back through the pair that made it.
    """

    def __init__(self, mode):
        if mode not in MODES:
            raise InputError("use", "mode", " or ".join(map(repr, MODES)), mode)
        self._token = paths.set(mode)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        paths.reset(self._token)


class Explanation(NamedTuple):
    """The pair that runs a call, what it does, and why the pairs before it in line do not run: {name: reason}."""

    path: str
    what: str
    passed_over: dict

    def __str__(self):
        lines = [f"{self.path}: {self.what}"]
        return "\n".join(lines + [f"  not {name}: {reason}" for name, reason in self.passed_over.items()])


def explain(name, *arrays, **options):
    """Which pair runs this call and why, as an Explanation: `print(npdl.kernels.explain("conv2d", x, w, b, pad=1))`.

    name: an op's; arrays (or Tensors) and options: as they are given to it. Nothing is computed.
    """
    if name not in op.registry:
        raise InputError("explain", "name", "the name of an op", name)
    one, options = op.registry[name], dict(options)
    arrays = one._bind(tuple(a.data if isinstance(a, Tensor) else a for a in arrays), options)
    taken, passed_over = one.pair_for(arrays, options), {}
    for pair in reversed(one.fast):
        if pair is taken:
            break
        mode = paths.get()
        if taken.name == "swapped":
            reason = "another pair is swapped in"
        elif mode == "reference" or (mode == "exact" and not pair.exact):
            reason = f'kernels are in the mode "{mode}"'
        elif type(arrays[0]) is not pair.array_type:
            reason = f"it is for arrays of type {pair.array_type.__name__}"
        else:
            reason = pair.refuses(*arrays, **options)
        passed_over[pair.name] = reason
    what = (taken.forward.__doc__ or "").strip().partition("\n")[0]
    return Explanation(taken.name, what, passed_over)


from . import cpu  # noqa: E402, F401  (its files call `add`)
