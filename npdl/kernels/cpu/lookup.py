"""The gradient of a lookup as a product with a sparse matrix, where np.add.at adds number after number."""

import numpy as np

from ...ops import embedding
from ...ops.lookup import embedding_forward as readable_forward
from .. import add

SMALL = 1 << 11  # numbers that np.add.at adds before the matrix is made


def _refuses(ids, table):
    if getattr(table, "ndim", None) != 2 or table.dtype.char not in "fd":
        return "its table"
    return "too small to be worth a matrix" if ids.size * table.shape[1] < SMALL else None


def embedding_forward(ids, table):
    """y = table[ids], as in the readable pair, which also complains about ids that are none."""
    if ids.dtype.kind not in "iu" or ids.min() < 0 or ids.max() >= len(table):
        return readable_forward(ids, table)
    return np.take(table, ids, axis=0, mode="clip"), (ids, table)  # the mode that NumPy does without a buffer


def embedding_backward(dout, cache):
    """dtable = onehotᵀ dout. Column n of onehotᵀ (V, ids) holds one number, a 1 in row ids[n].

    SciPy adds the rows of dout in the order of the ids, so that the result is np.add.at's to the last bit.
    """
    from scipy.sparse import csc_array  # takes longer to load than all of npdl

    ids, table = cache
    ids = ids.reshape(-1)
    one_hot = csc_array((np.ones(ids.size, dout.dtype), ids, np.arange(ids.size + 1)), shape=(len(table), ids.size))
    return None, one_hot @ dout.reshape(ids.size, -1)


add(embedding, embedding_forward, embedding_backward, array_type=np.ndarray, refuses=_refuses)
