"""Fast pairs, in place of the readable ones, for arrays of one type.

A kernel never changes what an op means: the pair in npdl.ops stays the definition, and kernels are tested against it.
A call goes to the newest kernel that accepts it, else to the readable pair. `with npdl.swap(...)` overrides both.
"""

from ..tape import Pair


def add(op, forward, backward, *, array_type, accepts):
    """Let this pair run `op` when the first argument is an array of this type and accepts(*arrays, **options) is true.

    Both halves come together: the cache of a fast forward is for its own backward only.
    """
    op.fast.append(Pair(f"{forward.__module__}.{forward.__name__}", forward, backward, array_type, accepts))


from . import cpu  # noqa: E402, F401  (its files call `add`)
