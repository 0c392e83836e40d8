"""Looking rows up in a table of weights."""

import numpy as np

from ..errors import InputTypeError, require_indices, require_ndim
from ..tape import op

__all__ = [
    "embedding", "embedding_forward", "embedding_backward",
]  # fmt: skip


def embedding_forward(ids, table):
    """y = table[ids]: the row of each id. The same as one_hot(ids) @ table, without the multiplications by zero.

    ids: integers in [0, V), any shape; table: (V, D); y: ids' shape + (D,).
    """
    require_ndim("embedding", "table", table, 2, "(V, D)")
    if getattr(ids, "dtype", None) is None or ids.dtype.kind not in "iu":
        raise InputTypeError("embedding", "ids", "an array of integers", ids)
    require_indices("embedding", "ids", ids, len(table))
    return table[ids], (ids, table)


def embedding_backward(dout, cache):
    """Each row's gradient is the sum over the places where its id stands (scatter-add: an id may stand in many)."""
    ids, table = cache
    dtable = np.zeros_like(table)
    np.add.at(dtable, ids, dout)
    return None, dtable


embedding = op(embedding_forward, embedding_backward, constant=("ids",))
