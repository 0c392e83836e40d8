"""The tape: chains pairs of forward and backward functions. It knows no op.

An op is a pair of plain functions with an explicit cache between them:

    out, cache = relu_forward(x)          # the cache is whatever backward will want
    dx = relu_backward(dout, cache)       # dx is the gradient of the loss with respect to x

`op(relu_forward, relu_backward)` makes them one thing that takes arrays (array in, array out) or Tensors (then it also
leaves a Node on the tape). `Tensor.backward` walks the nodes from the youngest to the oldest: every op ran after the
ops that made its inputs, so the order of creation, reversed, is a reverse topological order.
"""

import contextlib
import difflib
import inspect
import itertools
import os
import traceback
from contextvars import ContextVar
from heapq import heappop, heappush

import numpy as np

from .backend import is_array, to_numpy
from .errors import InputError, InputTypeError, describe

_HERE = os.path.dirname(__file__) + os.sep
_recording = ContextVar("recording", default=True)
_watching = ContextVar("watching", default=False)  # detect_anomaly
_swapped = ContextVar("swapped", default={})  # noqa: B039  (never changed: swap sets a new one)
_clock = itertools.count()


class Pair:
    """One forward function and the backward that reads its cache."""

    __slots__ = ("accepts", "array_type", "backward", "foreign", "forward", "name", "takes_needs")

    def __init__(self, name, forward, backward, array_type=None, accepts=None):
        self.name, self.forward, self.backward = name, forward, backward
        self.array_type, self.accepts = array_type, accepts
        self.takes_needs = "needs" in inspect.signature(backward).parameters
        self.foreign = not backward.__module__.startswith("npdl.")  # written by a user


class op:
    """A differentiable operation: `op(name_forward, name_backward)`.

    forward(*arrays, **options) -> (out, cache): arrays by position, options by keyword only; `out` is an array or a
    tuple of arrays. backward(dout, cache, needs=...) -> the gradient, for an op of one array; else a tuple with one
    entry for each array argument, None where there is none. `needs`, if backward takes it, tells which are wanted.

    constant: names of the array arguments that never have a gradient (labels, ids, running statistics); they alone may
    hold integers. numbers: whether a Python number may stand in for an array, as in `x * 2`.
    """

    registry = {}  # noqa: RUF012  (one for all ops: that is its point)

    def __init__(self, forward, backward, *, constant=(), numbers=False):
        self.name = forward.__name__.removesuffix("_forward")
        expected = f"{self.name}_forward", f"{self.name}_backward"
        if (forward.__name__, backward.__name__) != expected:
            raise InputError("op", "the pair", "named X_forward and X_backward", (forward.__name__, backward.__name__))
        known = op.registry.get(self.name)
        if known is not None and known.reference.forward.__module__ != forward.__module__:
            expected = f"new (to put your pair in the place of npdl's, use npdl.swap({self.name}=(forward, backward)))"
            raise InputError("op", "the name", expected, self.name)
        self.__signature__ = inspect.signature(forward)  # what an editor and help() show
        parameters = self.__signature__.parameters.values()
        self.arguments = tuple(p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD))
        self.required = sum(p.default is p.empty for p in parameters if p.name in self.arguments)
        self.variadic = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None)
        self.constant, self.numbers = frozenset(constant), numbers
        self.reference = Pair("reference", forward, backward)
        self.fast = []  # pairs for arrays of one type, added by npdl.kernels
        self.__doc__, self.__name__, self.__module__ = forward.__doc__, self.name, forward.__module__
        op.registry[self.name] = self

    def __repr__(self):
        return f"<op {self.name}>"

    def __reduce__(self):
        return _registered, (self.name,)

    def __call__(self, *args, **options):
        args = self._bind(args, options)
        arrays, needs, taped = [], [], False
        for a in args:
            if isinstance(a, Tensor):
                taped = True
                arrays.append(a._data)
                needs.append(a.requires_grad)
            else:
                arrays.append(a)
                needs.append(False)
        recording = True in needs and _recording.get()
        if recording and self.constant:
            self._refuse_constants(args, needs)
        out, cache = self._run(arrays, options)
        if not taped:
            return out
        node = Node(self, cache, tuple(needs), args, out) if recording else None
        if type(out) is tuple:
            return tuple(_tensor(o, node, index) for index, o in enumerate(out))
        return _tensor(out, node)

    def forward(self, *args, **options):
        """(out, cache) from the best pair for these arrays; the cache knows which pair made it."""
        return self._run(self._bind(args, options), options)

    def backward(self, dout, cache, needs=None):
        """The gradients of the arrays given to the `forward` that made this cache; unwanted ones may be None."""
        pair, saved = cache
        if needs is not None and pair.takes_needs:
            return pair.backward(dout, saved, needs=needs)
        return pair.backward(dout, saved)

    def argument_names(self, count):
        """The names of the first `count` array arguments; xs[0], xs[1], ... for an op that takes any number."""
        return self.arguments[:count] if self.variadic is None else [f"{self.variadic}[{i}]" for i in range(count)]

    def pair_for(self, arrays, options):
        """The pair that will run: a swapped one, else the newest fast one that accepts the call, else the reference."""
        swapped = _swapped.get().get(self.name)
        if swapped is not None:
            return swapped
        for pair in reversed(self.fast):
            if type(arrays[0]) is pair.array_type and pair.accepts(*arrays, **options):
                return pair
        return self.reference

    def _bind(self, args, options):
        """All array arguments by position, None for those left out; takes the ones given by keyword out of options."""
        names = self.arguments
        if len(args) != len(names) and self.variadic is None:
            if len(args) > len(names):
                expected = f"at most {len(names)} ({', '.join(names)}), options by keyword"
                raise InputTypeError(self.name, "the number of array arguments", expected, len(args))
            args += tuple([options.pop(name, None) for name in names[len(args) :]])
        for name, option in options.items():
            if isinstance(option, Tensor):
                raise InputTypeError(self.name, name, "a plain value: options have no gradient", option)
            if isinstance(option, np.generic):  # np.float64(0.5) would turn float32 arrays into float64
                options[name] = option.item()
        if self.numbers:
            args = tuple([a.item() if isinstance(a, np.generic) else a for a in args])
        return args

    def _refuse_constants(self, args, needs):
        for name, a, need in zip(self.arguments, args, needs):
            if need and name in self.constant:
                raise InputError(self.name, name, "without gradient, as it never has one (use .detach())", a)

    def _run(self, arrays, options):
        dtype = self._common_dtype(arrays)
        pair = self.pair_for(arrays, options) if self.fast or _swapped.get() else self.reference
        try:
            result = pair.forward(*arrays, **options)
        except (ValueError, TypeError) as error:
            if pair.foreign or isinstance(error, InputError):
                raise
            raise self._explained(error, arrays) from error
        if type(result) is not tuple or len(result) != 2:
            raise InputTypeError(self.name, "the result of its forward", "(out, cache)", result)
        out, cache = result
        if type(out) is tuple:
            out = tuple(self._checked(o, dtype) for o in out)
        else:
            out = self._checked(out, dtype)
        if _watching.get():
            _require_finite(self, "its output", out)
        return out, (pair, cache)

    def _explained(self, error, arrays):
        """NumPy's error together with the op, what it was given, and what options it has."""
        given = ", ".join(f"{name}: {describe(a)}" for name, a in zip(self.argument_names(len(arrays)), arrays))
        options = [p.name for p in self.__signature__.parameters.values() if p.kind is p.KEYWORD_ONLY]
        return InputError(f"{self.name}: {error}; given {given}; its options are: {', '.join(options) or 'none'}")

    def _common_dtype(self, arrays):
        """The floating dtype of all array arguments. NumPy would turn a mixture into float64 without a word."""
        dtype = None
        for index, a in enumerate(arrays):
            found = getattr(a, "dtype", None)
            if found is not None and found is dtype:
                continue
            name = self.variadic or self.arguments[index]
            if name in self.constant or (a is None and index >= self.required):
                continue
            if self.numbers and type(a) in (float, int):
                continue
            if found is None or found.kind != "f":
                expected = "a floating-point array" + (" or a Python number" if self.numbers else "")
                expected += ", given one by one and not in a list" if self.variadic else ""
                raise InputTypeError(self.name, name, expected, a)
            if dtype is not None and found != dtype:
                raise InputTypeError(self.name, name, f"{dtype} like the arguments before it (use .astype)", a)
            dtype = found
        return dtype

    def _checked(self, out, dtype):
        if isinstance(out, np.generic):  # NumPy's reductions give scalars; a Tensor holds arrays only
            out = np.asarray(out)
        found = getattr(out, "dtype", None)
        if found is None or (dtype is not None and found is not dtype and found != dtype):
            raise InputTypeError(self.name, "the output of its forward", f"a {dtype} array, like its input", out)
        return out


def _registered(name):
    return op.registry[name]


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
        self.made_at = _line_outside() if _watching.get() else None

    def __repr__(self):
        return f"<Node {self.order}: {self.op.name}>"

    def run_backward(self, dout):
        """The gradients of the op's arguments, one for each edge, from those of its outputs (None: zero)."""
        if self.cache is None:
            raise RuntimeError(
                f"{self.op.name}: backward has been here before and freed what was saved. "
                "Run the forward pass again, or add the losses and call backward once."
            )
        for index, version in enumerate(self.versions):
            if version is not None and version[0][0] != version[1]:
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
        some = next(d for d in dout if d is not None)
        for index, (shape, dtype) in enumerate(self.outputs):
            if dout[index] is None:
                dout[index] = np.zeros_like(some, shape=shape, dtype=dtype)
        for index, tensor in (self.retained or {}).items():
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
        self._data = array
        self._version[0] += 1

    @property
    def version(self):
        """How often the data was changed; a detached Tensor counts together with the one it came from."""
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
        _deliver(self._edge, grad, gathered, waiting)
        watching = _watching.get()
        while waiting:
            node = heappop(waiting)[1]
            gradients = node.run_backward(gathered.pop(node))
            for index, edge in enumerate(node.edges):
                if edge is None:
                    continue
                gradient = gradients[index]
                shape, dtype = edge[0].outputs[edge[1]] if type(edge) is tuple else (edge._data.shape, edge._data.dtype)
                if getattr(gradient, "shape", None) != shape or gradient.dtype != dtype:
                    node.refuse(index, gradient, shape, dtype)
                if watching:
                    made_at = node.made_at or "not watched"
                    _require_finite(node.op, f"the gradient of {node._name(index)} (forward pass: {made_at})", gradient)
                _deliver(edge, gradient, gathered, waiting)
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


def _tensor(array, node=None, index=0):
    """A Tensor around an op's output, without the checks for what users pass."""
    tensor = Tensor.__new__(Tensor)
    tensor._data, tensor._node, tensor._index = array, node, index
    tensor.grad, tensor.requires_grad, tensor._version = None, node is not None, [0]
    return tensor


def _deliver(edge, gradient, gathered, waiting):
    """Add a gradient to a leaf, or to what a node has gathered; a node that gets its first one starts to wait.

    Only a leaf's own copy is added to in place: any other array may be shared with a cache or another edge.
    """
    if type(edge) is not tuple:
        if edge.grad is None:
            edge.grad = np.array(gradient) if isinstance(gradient, np.generic) else gradient.copy(order="K")
        else:
            edge.grad += gradient
        return
    node, index = edge
    if node not in gathered:
        gathered[node] = [None] * len(node.outputs)
        heappush(waiting, (-node.order, node))
    before = gathered[node][index]
    gathered[node][index] = gradient if before is None else before + gradient


@contextlib.contextmanager
def no_grad():
    """Inside `with no_grad():` (or a function under `@no_grad()`) ops record nothing."""
    token = _recording.set(False)
    try:
        yield
    finally:
        _recording.reset(token)


@contextlib.contextmanager
def detect_anomaly():
    """Inside, the op that makes the first NaN or Inf raises FloatingPointError, in the forward or the backward pass.

    Slow: it looks at every number.
    """
    token = _watching.set(True)
    try:
        yield
    finally:
        _watching.reset(token)


@contextlib.contextmanager
def swap(**pairs):
    """Run the library on other pairs: `with swap(conv2d=(my_forward, my_backward)): trainer.fit(...)`.

    A pair keeps the contract of the op it stands in for. What was recorded inside runs its own backward, also later.
    Like no_grad and detect_anomaly, it holds for the thread that called it.
    """
    swapped = {}
    for name, pair in pairs.items():
        if name not in op.registry:
            near = difflib.get_close_matches(name, op.registry, n=3) or sorted(op.registry)
            raise InputError("swap", name, f"the name of an op, such as {', '.join(near)}", name)
        if not (isinstance(pair, tuple) and len(pair) == 2 and all(map(callable, pair))):
            raise InputTypeError("swap", name, "two functions (forward, backward)", pair)
        swapped[name] = Pair("swapped", *pair)
    token = _swapped.set({**_swapped.get(), **swapped})
    try:
        yield
    finally:
        _swapped.reset(token)


def _require_finite(op, what, arrays):
    for array in arrays if type(arrays) is tuple else (arrays,):
        if not np.isfinite(array).all():
            bad = int((~np.isfinite(array)).sum())
            raise FloatingPointError(f"{op.name}: {what} has {bad} of {array.size} values NaN or Inf")


def _line_outside():
    """Where, outside this library, the forward pass was written."""
    frames = [f for f in traceback.extract_stack() if not f.filename.startswith(_HERE)]
    return f"{frames[-1].filename}:{frames[-1].lineno}: {frames[-1].line}" if frames else "inside npdl"
