"""Gives Tensors their operators and methods: `a + b`, `x @ w`, `x[2:5]`, `x.sum(axis=0)` run the ops of this folder."""

import operator

from ..tape import Tensor
from .comparison import clip
from .elementwise import abs, add, div, exp, log, mul, neg, power, sqrt, sub
from .linear import matmul
from .reduction import max, mean, sum, var
from .shape import getitem, reshape, transpose


def _flat(numbers):
    """(2, 3) from either t.reshape(2, 3) or t.reshape((2, 3))."""
    return tuple(numbers[0]) if len(numbers) == 1 and isinstance(numbers[0], (tuple, list)) else numbers


def _comparison(compare):
    """Comparisons have no gradient: they give a plain array of booleans."""
    return lambda self, other: compare(self.data, other.data if isinstance(other, Tensor) else other)


for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(Tensor, f"__{_name}__", _comparison(getattr(operator, _name)))
Tensor.__hash__ = object.__hash__  # a Tensor is itself, whatever its numbers

Tensor.__add__ = Tensor.__radd__ = lambda self, other: add(self, other)
Tensor.__sub__ = lambda self, other: sub(self, other)
Tensor.__rsub__ = lambda self, other: sub(other, self)
Tensor.__mul__ = Tensor.__rmul__ = lambda self, other: mul(self, other)
Tensor.__truediv__ = lambda self, other: div(self, other)
Tensor.__rtruediv__ = lambda self, other: div(other, self)
Tensor.__matmul__ = lambda self, other: matmul(self, other)
Tensor.__rmatmul__ = lambda self, other: matmul(other, self)
Tensor.__pow__ = lambda self, exponent: power(self, exponent=exponent)
Tensor.__neg__ = lambda self: neg(self)
Tensor.__abs__ = lambda self: abs(self)
Tensor.__getitem__ = lambda self, index: getitem(self, index=index)
Tensor.T = property(lambda self: transpose(self), doc="The axes in reverse order.")
Tensor.exp = lambda self: exp(self)
Tensor.log = lambda self: log(self)
Tensor.sqrt = lambda self: sqrt(self)
Tensor.clip = lambda self, low=None, high=None: clip(self, low=low, high=high)
Tensor.reshape = lambda self, *shape: reshape(self, shape=_flat(shape))
Tensor.transpose = lambda self, *axes: transpose(self, axes=_flat(axes) or None)
Tensor.sum = lambda self, axis=None, keepdims=False: sum(self, axis=axis, keepdims=keepdims)
Tensor.mean = lambda self, axis=None, keepdims=False: mean(self, axis=axis, keepdims=keepdims)
Tensor.max = lambda self, axis=None, keepdims=False: max(self, axis=axis, keepdims=keepdims)
Tensor.var = lambda self, axis=None, keepdims=False, ddof=0: var(self, axis=axis, keepdims=keepdims, ddof=ddof)
