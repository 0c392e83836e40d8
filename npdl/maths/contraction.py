"""einsum by hand: every contraction of two arrays is a batched matrix product between transposes."""

from math import prod

import numpy as np

from ..arguments import complexes, instance, takes
from ..errors import InputError


@takes(subscripts=instance(str), a=complexes("*"), b=complexes("*"))
def einsum(subscripts, a, b):
    """np.einsum of two arrays: "bhdn,bhen->bhde" is y[b, h, d, e] = Σ_n a[b, h, d, n] b[b, h, e, n].

    1. An index that comes twice in one array is its diagonal; one that is in one array only and not in the output is
       summed away.
    2. The others are of four kinds: in both and in the output (batch), in both and not in it (contracted), in a, in b.
    3. Make a (batch, free, contracted) and b (batch, contracted, free), multiply, and put the axes in order.

    Without "->", the output has the indices that come once, in the order of the alphabet.
    """
    of_a, of_b, out = _parse(subscripts, a, b)
    a, of_a = _reduced(a, of_a, of_b + out)
    b, of_b = _reduced(b, of_b, of_a + out)
    size = {**dict(zip(of_b, b.shape)), **dict(zip(of_a, a.shape))}
    if any(size[s] != n for s, n in zip(of_b, b.shape)):
        raise InputError("einsum", "b", f"of the same sizes as a where they share indices, {size}", b)
    batch = [s for s in of_a if s in of_b and s in out]
    summed = [s for s in of_a if s in of_b and s not in out]
    free_a, free_b = [s for s in of_a if s not in of_b], [s for s in of_b if s not in of_a]
    shape = [[size[s] for s in part] for part in (batch, free_a, summed, free_b)]
    left = _ordered(a, of_a, batch + free_a + summed).reshape(*shape[0], prod(shape[1]), prod(shape[2]))
    right = _ordered(b, of_b, batch + summed + free_b).reshape(*shape[0], prod(shape[2]), prod(shape[3]))
    y = (left @ right).reshape(shape[0] + shape[1] + shape[3])
    return _ordered(y, batch + free_a + free_b, out)


@takes(a=complexes("..., n, k"), b=complexes("..., k, m"))
def matmul_naive(a, b):
    """The product of stacks of matrices, (..., n, k) (..., k, m) -> (..., n, m), one pair at a time.

    The leading axes are matched from the last one on; an axis of length 1 is repeated.
    """
    stack = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = np.broadcast_to(a, (*stack, *a.shape[-2:])), np.broadcast_to(b, (*stack, *b.shape[-2:]))
    y = np.zeros((*stack, a.shape[-2], b.shape[-1]), np.result_type(a, b))
    for place in np.ndindex(stack):
        y[place] = a[place] @ b[place]
    return y


def _parse(subscripts, a, b):
    """The index lists of a, b and the output."""
    inputs, arrow, out = subscripts.replace(" ", "").partition("->")
    parts = inputs.split(",")
    letters = "".join(parts) + out
    if len(parts) != 2 or (letters and not (letters.isascii() and letters.isalpha())):
        raise InputError("einsum", "subscripts", 'like "ij,jk->ik", letters for two arrays', subscripts)
    for name, part, array in zip("ab", parts, (a, b)):
        if len(part) != array.ndim:
            raise InputError("einsum", name, f"an array of {len(part)} axes, {part}", array)
    if not arrow:
        out = "".join(s for s in sorted(set(inputs) - {","}) if inputs.count(s) == 1)
    if len(set(out)) < len(out) or not set(out) <= set(inputs):
        raise InputError("einsum", "subscripts", "with an output of indices of the inputs, each once", subscripts)
    return list(parts[0]), list(parts[1]), list(out)


def _reduced(x, of_x, wanted):
    """x with diagonals for indices that come twice, and sums over those that nobody wants: (array, its indices)."""
    for s in dict.fromkeys(of_x):
        while of_x.count(s) > 1:
            i = of_x.index(s)
            j = of_x.index(s, i + 1)
            x = np.diagonal(x, axis1=i, axis2=j)  # the diagonal becomes the last axis
            of_x = [t for k, t in enumerate(of_x) if k not in (i, j)] + [s]
    alone = tuple(k for k, s in enumerate(of_x) if s not in wanted)
    return x.sum(axis=alone), [s for k, s in enumerate(of_x) if k not in alone]


def _ordered(x, of_x, order):
    return x.transpose([of_x.index(s) for s in order])
