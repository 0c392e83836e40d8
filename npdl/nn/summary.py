"""What a network costs, layer by layer, before anybody trains it: shapes, parameters, work, memory, receptive field.

The model is run once on an image of zeros through pairs that take notes (npdl.swap): what is counted is what runs, be
it a module or an op in somebody's forward.
"""

from math import inf, prod
from typing import NamedTuple

import numpy as np

from ..backend import to_device
from ..errors import InputError, InputTypeError
from ..tape import Tensor, no_grad, op, swap

CONVOLUTIONS = ("conv1d", "conv2d", "conv3d")
POOLINGS = ("max_pool2d", "avg_pool2d")
WHOLE = ("affine", "matmul", "global_avg_pool2d", "adaptive_avg_pool2d")  # their outputs see all of the image
REDUCTIONS = ("sum", "mean", "max", "var", "logsumexp")
RESIZING = ("resize", "pixel_shuffle", "pixel_unshuffle", "max_unpool2d")


class Row(NamedTuple):
    """One op that ran. `name` is that of the module whose parameters it used, "" if it used none."""

    name: str
    op: str
    shape: tuple  # of the output, for one image
    parameters: int  # those not counted in a row before
    macs: int  # multiplications (each with an addition) of convolutions and matrix products
    accesses: int  # numbers read (image and weights) and written by these
    bytes: int  # of the output, 0 for a view of the input
    field: tuple  # receptive field of one output number, (height, width) in pixels of the input; inf: all of it
    jump: tuple  # pixels of the input from one output pixel to the next


class Summary(NamedTuple):
    """The rows in the order of running; the totals are properties. str() is a table."""

    rows: list

    @property
    def parameters(self):
        return sum(row.parameters for row in self.rows)

    @property
    def macs(self):
        return sum(row.macs for row in self.rows)

    @property
    def bytes(self):
        return sum(row.bytes for row in self.rows)

    @property
    def field(self):
        """The receptive field of the output."""
        return self.rows[-1].field

    def __str__(self):
        head = ("layer", "op", "output", "parameters", "MACs", "kB", "field")
        table = [head] + [_cells(row) for row in self.rows]
        total = "total", "", "", f"{self.parameters:,}", f"{self.macs:,}", f"{self.bytes / 1e3:,.1f}", ""
        widths = [max(map(len, column)) for column in zip(*table, total)]
        lines = ["  ".join(c.ljust(w) if i < 3 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths)))
                 for row in [*table, total]]  # fmt: skip
        rule = "-" * (sum(widths) + 2 * len(widths) - 2)
        return "\n".join(line.rstrip() for line in [lines[0], rule, *lines[1:-1], rule, lines[-1]])


def summary(model, shape):
    """What `model` does to one input of this shape (without the batch axis), such as (3, 32, 32). Returns a Summary.

    MACs are the multiply-adds of convolutions and matrix products; a FLOP count is twice that (FLOPS, with a capital S,
    are FLOPs a second). Normalisation, activations and pooling count nothing. The model is run in test mode, and left
    as it was. The receptive field is that of the convolutions and poolings: layers that mix all pixels only to
    normalise them leave it alone.
    """
    if not (isinstance(shape, tuple) and shape and all(isinstance(n, int) and n > 0 for n in shape)):
        raise InputError("summary", "shape", "a tuple such as (3, 32, 32), without the batch axis", shape)
    if not hasattr(model, "named_parameters"):
        raise InputTypeError("summary", "model", "an npdl.nn.Module", model)
    notes = _Notes(model)
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    x = to_device(np.zeros((1, *shape), np.float32))
    notes.begin(x)
    try:
        with no_grad(), swap(**{name: (notes.taking(one), one.backward) for name, one in op.registry.items()}):
            model(Tensor(x))
    finally:
        for module, training in modes:
            module.training = training
    return Summary(notes.rows)


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
    """Remembers where every array came from: from parameters alone, or from the image, and then what it sees of it."""

    def __init__(self, model):
        self.rows, self.kept = [], []
        self.views = {}  # id of an array -> (receptive field, jump), for what depends on the image
        self.owners = {
            id(p.data): {name} for name, p in model.named_parameters()
        }  # parameters, and what is made of them
        self.sizes = {name: p.size for name, p in model.named_parameters()}

    def begin(self, x):
        axes = max(x.ndim - 2, 0)
        self.views[id(x)] = (1,) * axes, (1,) * axes
        self.kept.append(x)  # an id is an array's name only while the array lives

    def taking(self, one):
        """A forward of this op that takes notes."""

        def forward(*arrays, **options):
            out, cache = one.own_pair(arrays, options).forward(*arrays, **options)
            self.note(one, arrays, options, out)
            return out, cache

        return forward

    def note(self, one, arrays, options, out):
        outs = out if isinstance(out, tuple) else (out,)
        self.kept += outs
        owners = set().union(*(self.owners.get(id(a), ()) for a in arrays))
        seen = [self.views[id(a)] for a in arrays if id(a) in self.views]
        if not seen:  # weights turned or standardised: they stay their parameters
            self.owners |= {id(o): owners for o in outs}
            return
        view = _view(one.name, arrays, options, _union(seen), outs[0])
        self.views |= {id(o): view for o in outs}
        parameters = sum(self.sizes.pop(name, 0) for name in owners)
        name = min((owner.rpartition(".")[0] for owner in owners), default="")
        macs, accesses = _work(one.name, arrays, outs[0])
        size = sum(0 if any(_shares(o, a) for a in arrays) else o.nbytes for o in outs)
        self.rows.append(Row(name, one.name, outs[0].shape[1:], parameters, macs, accesses, size, *view))


def _union(seen):
    """The view of an op of several inputs: each axis sees what the widest of them sees."""
    if len({len(field) for field, _ in seen}) > 1:
        return max(seen)
    fields, jumps = zip(*seen)
    return tuple(map(max, zip(*fields))), tuple(map(max, zip(*jumps)))


def _view(name, arrays, options, before, out):
    """(receptive field, jump) after an op: a kernel adds (reach - 1) jumps, a stride lengthens the jump."""
    field, jump = before
    axes = max(len(field), 1)
    if name in WHOLE or (name in REDUCTIONS and out.ndim < arrays[0].ndim):
        return (inf,) * axes, (inf,) * axes
    if name in RESIZING:
        ratios = [n / m for n, m in zip(arrays[0].shape[2:], out.shape[2:])]
        more = [ratio - 1 if name == "pixel_unshuffle" else options.get("mode") == "bilinear" for ratio in ratios]
        return tuple(f + m * j for f, m, j in zip(field, more, jump)), tuple(j * r for j, r in zip(jump, ratios))
    if name in CONVOLUTIONS or name in POOLINGS:
        kernel = arrays[1].shape[2:] if name in CONVOLUTIONS else _each(options["size"], axes)
        stride = _each(options.get("stride") or (1 if name in CONVOLUTIONS else kernel), axes)
        reach = [d * (k - 1) + 1 for k, d in zip(kernel, _each(options.get("dilation", 1), axes))]
        field = tuple(f + (r - 1) * j for f, r, j in zip(field, reach, jump))
        return field, tuple(j * s for j, s in zip(jump, stride))
    if name == "conv_transpose2d":  # an output pixel meets ceil(reach / stride) input pixels, which lie stride apart
        stride, dilation = _each(options.get("stride", 1), axes), _each(options.get("dilation", 1), axes)
        met = [-(-(d * (k - 1) + 1) // s) for k, d, s in zip(arrays[1].shape[2:], dilation, stride)]
        return tuple(f + (m - 1) * j for f, m, j in zip(field, met, jump)), tuple(j / s for j, s in zip(jump, stride))
    return before


def _work(name, arrays, out):
    """(multiply-adds, numbers read and written) of an op."""
    if name in CONVOLUTIONS:
        macs = out.size * prod(arrays[1].shape[1:])
    elif name == "conv_transpose2d":
        macs = arrays[0].size * prod(arrays[1].shape[1:])
    elif name in ("affine", "matmul"):
        macs = out.size * arrays[1].shape[-2 if arrays[1].ndim > 1 else 0]
    else:
        return 0, 0
    return macs, arrays[0].size + arrays[1].size + out.size


def _each(value, axes):
    return (value,) * axes if isinstance(value, int) else value


def _shares(a, b):
    return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and np.may_share_memory(a, b)


def _cells(row):
    field = "×".join("all" if f == inf else f"{f:g}" for f in row.field)
    counts = [f"{n:,}" if n else "" for n in (row.parameters, row.macs)]
    size = f"{row.bytes / 1e3:,.1f}" if row.bytes else ""
    return row.name, row.op, "×".join(map(str, row.shape)), *counts, size, "all" if "all" in field else field
