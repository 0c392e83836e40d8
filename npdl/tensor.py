"""Tensors, and the way back along the tape. Nothing here knows any op.

Every op that runs on Tensors leaves a Node: what it saved, and where its gradients go. `Tensor.backward` walks from
the youngest Node to the oldest: every op ran after the ops that made its inputs, so the order of creation, reversed, is
a reverse topological order.
"""

import contextlib
import itertools
import os
import traceback
from contextvars import ContextVar
from heapq import heappop, heappush
from sys import getrefcount

import numpy as np

from .backend import is_array, to_numpy
from .errors import InputError, InputTypeError

recording = ContextVar("recording", default=True)  # no_grad
watching = ContextVar("watching", default=False)  # detect_anomaly
_clock = itertools.count()
HERE = os.path.dirname(__file__) + os.sep


class Node:
    """One op that ran: the cache that its backward wants, and where the gradients go.

    edges has, for each argument, None, a leaf Tensor, or (node, index): the output of another node. No edge leads to
    the array of an intermediate Tensor, so an array lives on only in the caches that hold it.
    """

    __slots__ = ("cache", "edges", "made_at", "many", "needs", "op", "order", "outputs", "retained", "versions")

    def __init__(self, op, cache, needs, args, out):
        self.order = next(_clock)
        self.op, self.cache, self.needs = op, cache, needs
        self.many = type(out) is tuple
        self.outputs = [(o.shape, o.dtype) for o in out] if self.many else [(out.shape, out.dtype)]
        self.edges, self.versions = [], []
        for a, need in zip(args, needs):
            self.edges.append(a._edge if need else None)
            self.versions.append((a._version, a._version[0]) if isinstance(a, Tensor) else None)
        self.retained = None  # {index: Tensor} of the outputs whose gradient is to be kept
        self.made_at = _line_outside() if watching.get() else None

    def __repr__(self):
        return f"<Node {self.order}: {self.op.name}>"

    def run_backward(self, dout):
        """The gradients of the op's arguments, one for each edge, from those of its outputs (None: zero)."""
        if self.cache is None:
            raise RuntimeError(
                f"{self.op.name}: backward has been here before and freed what was saved. "
                "Run the forward pass again, or add the losses and call backward once."
            )
        for index, (version, edge) in enumerate(zip(self.versions, self.edges)):
            if version is None:
                continue
            counter, count = version
            rebound = isinstance(edge, Tensor) and edge._version is not counter
            if counter[0] != count or rebound:
                raise RuntimeError(
                    f"{self.op.name}: the data of its argument {self._name(index)} was changed after the forward pass: "
                    "the gradient would be another one. Call backward before the optimiser's step."
                )
        gradients = self.op.backward(self._complete(dout), self.cache, self.needs)
        if type(gradients) is not tuple:
            gradients = (gradients,)
        missing = len(self.edges) - len(gradients)  # a pair may leave out the None of its last, constant arguments
        return gradients if missing <= 0 else gradients + (None,) * missing

    def _name(self, index):
        return self.op.argument_names(index + 1)[index]

    def _complete(self, dout):
        """dout as backward wants it: zeros for outputs that nobody used, a tuple only if forward gave one."""
        if self.many:
            some = next(d for d in dout if d is not None)
            for index, (shape, dtype) in enumerate(self.outputs):
                if dout[index] is None:
                    dout[index] = np.zeros_like(some, shape=shape, dtype=dtype)
        if self.retained:
            for index, tensor in self.retained.items():
                tensor.grad = dout[index].copy(order="K")
        if self.cache[0].foreign:  # it may write into its dout, which somebody else may hold too
            dout = [d.copy() for d in dout]
        return tuple(dout) if self.many else dout[0]

    def refuse(self, index, gradient, shape, dtype):
        """Raise: a gradient has the shape and the dtype of what it is the gradient of."""
        name = self._name(index)
        expected = f"a {dtype} array of shape {shape}, like {name}"
        raise InputTypeError(f"{self.op.name}_backward", f"the gradient of {name}", expected, gradient)

    def free(self):
        """Let go of the saved arrays and of the nodes before this one."""
        self.cache = self.edges = self.retained = None


class Tensor:
    """An array that remembers how it was made.

    data: the array. grad: after `backward`, the gradient of the loss, for a leaf (no op made it) that requires one.
    """

    __slots__ = ("__weakref__", "_data", "_index", "_node", "_version", "grad", "requires_grad")
    __array_ufunc__ = None  # array + tensor: NumPy steps back and lets the Tensor do it

    def __init__(self, data, requires_grad=False):
        if isinstance(data, Tensor):
            raise InputTypeError("Tensor", "data", "an array (for a Tensor's own, use t.data)", data)
        if isinstance(data, np.generic):
            data = np.asarray(data)
        elif not is_array(data):
            data = np.asarray(data)
            data = data.astype(np.float32) if data.dtype == np.float64 else data  # numbers, lists: the library's dtype
        if data.dtype.kind not in "fiub":
            raise InputTypeError("Tensor", "data", "an array of real numbers", data)
        if requires_grad and data.dtype.kind != "f":
            raise InputTypeError("Tensor", "data", "floating-point, as it requires a gradient", data)
        self._data, self._node, self._index = data, None, 0
        self.grad, self.requires_grad, self._version = None, requires_grad, [0]

    @property
    def data(self):
        """The array. `t.data = a` and `t.data -= a` count as a change: backward refuses to run over a changed leaf."""
        return self._data

    @data.setter
    def data(self, array):
        if array is self._data:
            self._version[0] += 1
        else:  # another array: a detached twin keeps the old one, and its count
            self._data, self._version = array, [0]

    @property
    def version(self):
        """How often the array was changed in place; a detached Tensor counts together with the one it came from."""
        return self._version[0]

    @version.setter
    def version(self, number):
        self._version[0] = number

    node = property(lambda self: self._node, doc="The Node whose op made this Tensor; None for a leaf.")
    shape = property(lambda self: self._data.shape)
    dtype = property(lambda self: self._data.dtype)
    ndim = property(lambda self: self._data.ndim)
    size = property(lambda self: self._data.size)

    def backward(self, grad=None):
        """Add this Tensor's gradient (times `grad`; 1 for a single number) to the grad of every leaf it came from."""
        if not self.requires_grad:
            raise RuntimeError("backward: this Tensor does not depend on anything that requires a gradient")
        if grad is None:
            if self.size != 1:
                expected = f"given for a Tensor of shape {self.shape} (only a single number needs none)"
                raise InputError("backward", "grad", expected, None)
            grad = np.ones_like(self._data)
        elif not is_array(grad) or grad.shape != self.shape or grad.dtype != self.dtype:
            raise InputError("backward", "grad", f"a {self.dtype} array of shape {self.shape}", grad)
        waiting = []  # a heap, the youngest node first: when a node is reached, all ops that used its output have run
        gathered = {}  # node -> the gradients of its outputs so far
        _deliver(self._edge, [grad], 0, gathered, waiting)
        watched = watching.get()
        while waiting:
            node = heappop(waiting)[1]
            gradients = list(node.run_backward(gathered.pop(node)))  # a list of our own: _is_alone counts on it
            for index, edge in enumerate(node.edges):
                if edge is None:
                    continue
                gradient = gradients[index]
                shape, dtype = edge[0].outputs[edge[1]] if type(edge) is tuple else (edge._data.shape, edge._data.dtype)
                if getattr(gradient, "shape", None) != shape or gradient.dtype != dtype:
                    node.refuse(index, gradient, shape, dtype)
                if watched:
                    made_at = node.made_at or "not watched"
                    require_finite(node.op, f"the gradient of {node._name(index)} (forward pass: {made_at})", gradient)
                gradient = None
                _deliver(edge, gradients, index, gathered, waiting)
            node.free()

    def detach(self):
        """The same array as a leaf without gradient: nothing flows back through it."""
        tensor = Tensor(self._data)
        tensor._version = self._version
        return tensor

    def retain_grad(self):
        """Keep this intermediate Tensor's gradient in `grad` too."""
        if self._node is not None:
            self._node.retained = {**(self._node.retained or {}), self._index: self}
        return self

    def numpy(self):
        """The values as a NumPy array (on the host)."""
        return to_numpy(self._data)

    def item(self):
        """The value of a Tensor of one element as a Python number."""
        return self._data.item()

    def __float__(self):
        return float(self.item())

    def __bool__(self):
        return bool(self._data)  # of one element; NumPy raises for more

    def __len__(self):
        return len(self._data)

    def __array__(self, dtype=None, copy=None):
        raise TypeError("a Tensor does not turn into an array by itself: use t.data (same device) or t.numpy() (host)")

    def __reduce__(self):
        return type(self), (self._data, self.requires_grad)  # the tape stays behind

    def __repr__(self):
        origin = f", from {self._node.op.name}" if self._node else ", requires grad" if self.requires_grad else ""
        return f"Tensor({self._data!r}{origin})"

    @property
    def _edge(self):
        return self if self._node is None else (self._node, self._index)


def wrap(array, node=None, index=0):
    """A Tensor around an op's output, without the checks for what users pass."""
    tensor = Tensor.__new__(Tensor)
    tensor._data, tensor._node, tensor._index = array, node, index
    tensor.grad, tensor.requires_grad, tensor._version = None, node is not None, [0]
    return tensor


def _deliver(edge, gradients, index, gathered, waiting):
    """Add a gradient to a leaf, or to what a node has gathered; a node that gets its first one starts to wait.

    Only a leaf's own array is added to in place: any other may be shared with a cache or another edge.
    """
    if type(edge) is not tuple:
        if edge.grad is None:
            edge.grad = _own(gradients, index, edge._data)
        else:
            edge.grad += gradients[index]
        return
    node, output = edge
    if node not in gathered:
        gathered[node] = [None] * len(node.outputs)
        heappush(waiting, (-node.order, node))
    before = gathered[node][output]
    gathered[node][output] = gradients[index] if before is None else before + gradients[index]


def _own(gradients, index, data):
    """The gradient as an array of the leaf's own that lies in memory as its data do: a copy, unless it is that."""
    if _is_alone(gradients, index) and gradients[index].strides == data.strides:
        return gradients[index]
    own = np.empty_like(data)
    own[...] = gradients[index]
    return own


def _is_alone(arrays, index):
    """Whether nothing but the list `arrays` refers to this array, nor anything but this array to its memory.

    A view refers to its base, as does whatever else looks into the memory; and a local variable to what it names: none
    names the array here.
    """
    if type(arrays[index]) is not np.ndarray or getrefcount(arrays[index]) > _HELD:
        return False
    if arrays[index].base is None:
        return arrays[index].flags.owndata
    base = type(arrays[index].base) is np.ndarray and arrays[index].base.flags.owndata
    whole = base and arrays[index].base.size == arrays[index].size and arrays[index].flags.writeable
    return whole and getrefcount(arrays[index].base) <= _HELD


_held = [np.zeros(1)]
_HELD = getrefcount(_held[0])  # of an array in one list


@contextlib.contextmanager
def no_grad():
    """Inside `with no_grad():` (or a function under `@no_grad()`) ops record nothing."""
    token = recording.set(False)
    try:
        yield
    finally:
        recording.reset(token)


@contextlib.contextmanager
def detect_anomaly():
    """Inside, the op that makes the first NaN or Inf raises FloatingPointError, in the forward or the backward pass.

    Slow: it looks at every number.
    """
    token = watching.set(True)
    try:
        yield
    finally:
        watching.reset(token)


def require_finite(op, what, arrays):
    for array in arrays if type(arrays) is tuple else (arrays,):
        if not np.isfinite(array).all():
            bad = int((~np.isfinite(array)).sum())
            raise FloatingPointError(f"{op.name}: {what} has {bad} of {array.size} values NaN or Inf")


def _line_outside():
    """Where, outside this library, the forward pass was written."""
    frames = [f for f in traceback.extract_stack() if not f.filename.startswith(HERE)]
    return f"{frames[-1].filename}:{frames[-1].lineno}: {frames[-1].line}" if frames else "inside npdl"
