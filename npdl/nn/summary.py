"""What a network costs, layer by layer, before anybody trains it: shapes, parameters, work, memory, receptive field.

The model is run once on an image of zeros through pairs that take notes (npdl.swap): what is counted is what runs, be
it a module or an op in somebody's forward.
"""

from math import inf, isnan, prod
from typing import NamedTuple

import numpy as np

from ..backend import to_device, to_numpy
from ..errors import InputError, InputTypeError
from ..tape import Tensor, no_grad, op, swap
from .field import follow, nothing, whole
from .mode import in_test_mode
from .module import Module

CONVOLUTIONS = ("conv1d", "conv2d", "conv3d")


class Row(NamedTuple):
    """One op that ran. `name` is that of the module whose parameters it used, "" if it used none."""

    name: str
    op: str
    shape: tuple  # of the output, for one image
    parameters: int  # those not counted in a row before
    macs: int  # multiplications (each with an addition) of convolutions and matrix products
    accesses: int  # numbers read (image and weights) and written by these
    bytes: int  # of the output, 0 for a view of the input
    field: tuple  # receptive field of one output number, (height, width) in pixels; inf: all; None: unknown
    jump: tuple  # pixels of the input from one output pixel to the next; None: unknown


class Summary(NamedTuple):
    """The rows in the order of running; the totals are properties. str() is a table."""

    rows: list
    unused: dict  # {name: size} of the parameters that did not run
    field: tuple  # the receptive field of the (first) output

    @property
    def parameters(self):
        """All of them, those that did not run as well."""
        return sum(row.parameters for row in self.rows) + sum(self.unused.values())

    @property
    def macs(self):
        return sum(row.macs for row in self.rows)

    @property
    def bytes(self):
        return sum(row.bytes for row in self.rows)

    def __str__(self):
        head = ("layer", "op", "output", "parameters", "MACs", "kB", "field")
        table = [head] + [_cells(row) for row in self.rows]
        if self.unused:
            table.append(("not run", "", "", f"{sum(self.unused.values()):,}", "", "", ""))
        total = "total", "", "", f"{self.parameters:,}", f"{self.macs:,}", f"{self.bytes / 1e3:,.1f}", ""
        widths = [max(map(len, column)) for column in zip(*table, total)]
        lines = ["  ".join(c.ljust(w) if i < 3 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths)))
                 for row in [*table, total]]  # fmt: skip
        rule = "-" * (sum(widths) + 2 * len(widths) - 2)
        return "\n".join(line.rstrip() for line in [lines[0], rule, *lines[1:-1], rule, lines[-1]])


def summary(model, shape):
    """What `model` does to one input of this shape (without the batch axis), such as (3, 32, 32). Returns a Summary.

    In the place of the shape may stand an input itself, x[0], or a tuple of inputs, for a model of several or one that
    wants integers. From a shape zeros are made, of the dtype of the model's parameters.

    MACs are the multiply-adds of convolutions and matrix products; a FLOP count is twice that (FLOPS, with a capital S,
    are FLOPs a second). Normalisation, activations and pooling count nothing. The model is run in test mode, and left
    as it was. The receptive field is measured in pixels of the first input. It is that of a place in the middle;
    layers that mix all pixels only to normalise them leave it alone; "?" stands where pixels move in ways that are not
    followed (npdl/nn/field.py).
    """
    if not isinstance(model, Module):
        raise InputTypeError("summary", "model", "an npdl.nn.Module", model)
    inputs = [to_device(x[None]) for x in _examples(model, shape)]
    notes = _Notes(model, inputs)
    noting = {name: (notes.taking(one), one.backward) for name, one in op.registry.items()}
    with in_test_mode(model), no_grad(), swap(**noting):
        out = model(*[Tensor(x) if x.dtype.kind == "f" else x for x in inputs])
    return Summary(notes.rows, notes.sizes, notes.field(out))


def _examples(model, shape):
    """The inputs, without their batch axes."""
    if isinstance(shape, tuple) and shape and all(type(n) is int and n > 0 for n in shape):
        dtype = next((p.dtype for p in model.parameters()), np.float32)
        return [np.zeros(shape, dtype)]
    examples = shape if isinstance(shape, tuple) and shape else (shape,)
    if not all(hasattr(x, "dtype") and hasattr(x, "ndim") for x in examples):
        expected = "a tuple such as (3, 32, 32), or an array, or a tuple of arrays, without the batch axis"
        raise InputError("summary", "shape", expected, shape)
    return [to_numpy(x.data if isinstance(x, Tensor) else x) for x in examples]


def receptive_field(layers):
    """How many input pixels one output pixel sees: from the back, F(i) = (F(i+1) - 1) · stride + reach, from F = 1.

    layers: (kernel, stride) or (kernel, stride, dilation), the first layer first; reach = dilation (kernel - 1) + 1.
    Three 3×3 layers see 7 pixels, as one 7×7 does. Araujo, Norris and Sim 2019, eq. 1.
    """
    field = 1
    for kernel, stride, *dilation in reversed(layers):
        reach = (dilation[0] if dilation else 1) * (kernel - 1) + 1
        field = (field - 1) * stride + reach
    return field


class _Notes:
    """Remembers where every array came from: from parameters alone, or from an input, and then what it sees of it."""

    def __init__(self, model, inputs):
        self.rows, self.kept = [], list(inputs)  # an id is an array's name only while the array lives
        self.owners = {id(p.data): {name} for name, p in model.named_parameters()}  # and of what is made of parameters
        self.sizes = {name: p.size for name, p in model.named_parameters()}  # of those that have not run yet
        first, count = inputs[0].shape[2:], max(inputs[0].ndim - 2, 0)
        self.views = {  # id of an array -> View, for what depends on an input
            id(x): whole(x.shape) if x.shape[2:] == first else nothing(x.shape, count) for x in inputs
        }

    def field(self, out):
        """What the (first) output sees."""
        while isinstance(out, (tuple, list)) and out:
            out = out[0]
        view = self.views.get(id(out.data if isinstance(out, Tensor) else out))
        return () if view is None else _plain(view.field)

    def taking(self, one):
        """A forward of this op that takes notes."""

        def forward(*arrays, **options):
            out, cache = one.own_pair(arrays, options).forward(*arrays, **options)
            out = np.asarray(out) if isinstance(out, np.generic) else out  # as the tape will, but then under another id
            self.note(one, arrays, options, out)
            return out, cache

        return forward

    def note(self, one, arrays, options, out):
        outs = out if isinstance(out, tuple) else (out,)
        self.kept += outs
        owners = set().union(*(self.owners.get(id(a), ()) for a in arrays))
        views = [self.views.get(id(a)) for a in arrays]
        if all(view is None for view in views):  # weights turned or standardised: they stay their parameters
            self.owners |= {id(o): owners for o in outs}
            return
        view = follow(one.name, arrays, options, views, outs[0])
        self.views |= {id(o): view for o in outs}
        parameters = sum(self.sizes.pop(name, 0) for name in owners)
        name = min((owner.rpartition(".")[0] for owner in owners), default="")
        macs, accesses = _work(one.name, arrays, outs[0])
        size = sum(0 if any(_shares(o, a) for a in arrays) else o.nbytes for o in outs)
        sight = _plain(view.field), _plain(view.jump)
        self.rows.append(Row(name, one.name, outs[0].shape[1:], parameters, macs, accesses, size, *sight))


def _plain(numbers):
    """A tuple of Python numbers: ints where they are whole, None for NaN."""
    return tuple(None if isnan(n) else int(n) if n.is_integer() else n for n in numbers.tolist())


def _work(name, arrays, out):
    """(multiply-adds, numbers read and written) of an op."""
    if name in CONVOLUTIONS:
        macs = out.size * prod(arrays[1].shape[1:])
    elif name == "conv_transpose2d":
        macs = arrays[0].size * prod(arrays[1].shape[1:])
    elif name in ("affine", "temporal_affine", "matmul"):
        macs = out.size * arrays[1].shape[-2 if arrays[1].ndim > 1 else 0]
    elif name == "scaled_dot_product_attention":  # out is (..., T, e): T S products of d numbers, T e sums of S
        q, k, v = arrays[:3]
        macs = out.size // v.shape[-1] * k.shape[-2] * (q.shape[-1] + v.shape[-1])
        return macs, q.size + k.size + v.size + out.size
    elif name == "linear_attention":  # the small matrix (d, e), and its products with the queries
        q, k, v = arrays
        return (q.size + k.size) * v.shape[-1], q.size + k.size + v.size + out.size
    else:
        return 0, 0
    return macs, arrays[0].size + arrays[1].size + out.size


def _shares(a, b):
    return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and np.may_share_memory(a, b)


def _cells(row):
    field = ["?" if f is None else "all" if f == inf else f"{f:g}" for f in row.field]
    field = field[0] if field in (["all"] * len(field), ["?"] * len(field)) and field else "×".join(field)
    counts = [f"{n:,}" if n else "" for n in (row.parameters, row.macs)]
    size = f"{row.bytes / 1e3:,.1f}" if row.bytes else ""
    return row.name, row.op, "×".join(map(str, row.shape)), *counts, size, field
