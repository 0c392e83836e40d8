"""The tape: runs pairs of forward and backward functions, and records them.

An op is a pair of plain functions with an explicit cache between them:

    out, cache = relu_forward(x)          # the cache is whatever backward will want
    dx = relu_backward(dout, cache)       # dx is the gradient of the loss with respect to x

`op(relu_forward, relu_backward)` makes them one thing that takes arrays (array in, array out) or Tensors (then it also
leaves a Node on the tape: npdl/tensor.py has the way back). It checks what goes in and what comes out; it knows no op.
"""

import contextlib
import difflib
import inspect
from contextvars import ContextVar

import numpy as np

from .errors import InputError, InputIndexError, InputTypeError, describe
from .tensor import HERE, Node, Tensor, detect_anomaly, no_grad, recording, require_finite, watching, wrap

__all__ = ["Node", "Pair", "Tensor", "detect_anomaly", "no_grad", "op", "paths", "swap"]

paths = ContextVar("paths", default="fast")  # which pairs may run: npdl.kernels.use sets it
_swapped = ContextVar("swapped", default={})  # noqa: B039  (never changed: swap sets a new one)


class Pair:
    """One forward function and the backward that reads its cache."""

    __slots__ = ("array_type", "backward", "exact", "foreign", "forward", "name", "refuses", "takes_needs")

    def __init__(self, name, forward, backward, array_type=None, refuses=None, exact=True):
        self.name, self.forward, self.backward = name, forward, backward
        self.array_type, self.refuses, self.exact = array_type, refuses, exact
        self.takes_needs = "needs" in inspect.signature(backward).parameters
        code = getattr(backward, "__code__", None)
        self.foreign = code is None or not code.co_filename.startswith(HERE)  # written by a user


class op:
    """A differentiable operation: `op(name_forward, name_backward)`.

    forward(*arrays, **options) -> (out, cache): arrays by position, options by keyword only; `out` is an array or a
    tuple of arrays. backward(dout, cache, needs=...) -> the gradient, for an op of one array; else a tuple with one
    entry for each array argument, None where there is none. `needs`, if backward takes it, tells which are wanted.

    constant: names of the array arguments that never have a gradient (labels, ids, running statistics); they alone may
    hold integers. numbers: whether a Python number may stand in for an array, as in `x * 2`. registered: False for what
    is no op of the library, but several of them in one go.
    """

    registry = {}  # noqa: RUF012  (one for all ops: that is its point)

    def __init__(self, forward, backward, *, constant=(), numbers=False, registered=True):
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
        if registered:
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
        recorded = True in needs and recording.get()
        if recorded and self.constant:
            self._refuse_constants(args, needs)
        out, cache = self._run(arrays, options)
        if not taped:
            return out
        node = Node(self, cache, tuple(needs), args, out) if recorded else None
        if type(out) is tuple:
            return tuple(wrap(o, node, index) for index, o in enumerate(out))
        return wrap(out, node)

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
        """The pair that will run: a swapped one, else the newest fast one that takes the call, else the reference."""
        swapped = _swapped.get().get(self.name)
        return self.own_pair(arrays, options) if swapped is None else swapped

    def own_pair(self, arrays, options):
        """The pair that runs when none is swapped in: the newest fast one that takes the call, else the reference."""
        mode = paths.get()
        if mode != "reference":
            for pair in reversed(self.fast):
                if type(arrays[0]) is not pair.array_type or not (pair.exact or mode == "fast"):
                    continue
                if not pair.refuses(*arrays, **options):
                    return pair
        return self.reference

    def _bind(self, args, options):
        """All array arguments by position, None for those left out; takes the ones given by keyword out of options."""
        names = self.arguments
        if len(args) == len(names) and not options and not self.numbers:
            return args
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
        if self.numbers and not all(isinstance(a, (np.generic, float, int)) for a in args):
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
        except (ValueError, TypeError, IndexError, ZeroDivisionError) as error:
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
        if watching.get():
            require_finite(self, "its output", out)
        return out, (pair, cache)

    def _explained(self, error, arrays):
        """NumPy's error together with the op, what it was given, and what options it has."""
        given = ", ".join(f"{name}: {describe(a)}" for name, a in zip(self.argument_names(len(arrays)), arrays))
        options = [p.name for p in self.__signature__.parameters.values() if p.kind is p.KEYWORD_ONLY]
        kinds = ((TypeError, InputTypeError), (IndexError, InputIndexError), (Exception, InputError))
        kind = next(ours for its, ours in kinds if isinstance(error, its))
        return kind(f"{self.name}: {error}; given {given}; its options are: {', '.join(options) or 'none'}")

    def _common_dtype(self, arrays):
        """The floating dtype of all array arguments. NumPy would turn a mixture into float64 without a word."""
        dtype = None
        for index, a in enumerate(arrays):
            found = getattr(a, "dtype", None)
            if found is not None and (found is dtype or (dtype is None and found.kind == "f" and not self.constant)):
                dtype = found
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
        if dtype is None and self.numbers and not any(hasattr(a, "dtype") for a in arrays):
            raise InputTypeError(self.name, " or ".join(self.arguments), "an array", tuple(arrays))
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


def is_plain(*names):
    """Whether these ops run unseen and by their own pairs: none is swapped, and no output is checked."""
    return not watching.get() and not any(name in _swapped.get() for name in names)


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
