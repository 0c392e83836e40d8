"""What holds parameters, seen as a pair of functions: layers with forward and backward, and modules made of Tensors.

A holder gives forward(*arrays) -> (out, pull) and backward(dout, pull) -> {name: gradient}, for the inputs and the
parameters together. pull, the cache, is a function: what lies inside it is the module's own business.
"""

import copy
import sys

import numpy as np

from ..arrays import is_float
from .parts import InDict, cast, tensors, tree, varied


def holder(module, function, kind=None, loss=None):
    """A Layered or a Taped for the module. kind: "function", with loss(out), or "method", with y for module.loss(x, y).

    Raises TypeError if the module is of neither kind.
    """
    if callable(getattr(module, "backward", None)) or isinstance(getattr(module, "params", None), dict):
        return Layered(module, kind, loss)
    if callable(module) and callable(getattr(module, "parameters", None)):
        return Taped(module, kind, loss)
    expected = "a module should have forward and backward, or parameters() and a call that gives a Tensor"
    raise TypeError(f"gradcheck.{function}: {expected}; got {type(module).__name__}")


class _Holder:
    def __init__(self, module, kind, loss):
        self.module, self.kind, self.loss = module, kind, loss
        self._templates, self._randomness = {}, None

    def named(self, inputs, names):
        """{name: array} of all that may have a gradient: the inputs, then the parameters.

        Parameters that are one number everywhere (biases 0, gammas 1) are varied: a fresh network hides mistakes there.
        """
        self.inputs, rng = list(names), np.random.default_rng(231)
        return dict(zip(names, inputs)) | {name: varied(slot.get(), rng) for name, slot in self.slots(self.module)}

    def fresh(self, dtype):
        """A deep copy whose floating-point arrays have the dtype."""
        if dtype not in self._templates:
            template = copy.deepcopy(self.module)
            if dtype is not None:
                self.cast(template, dtype)
            self._templates[dtype] = template
        return copy.deepcopy(self._templates[dtype])

    def forward(self, *values, **options):
        """(out, pull) at these inputs and parameters."""
        dtype = next((x.dtype for x in values if is_float(x)), None)
        if any(np.iscomplexobj(x) for x in values):
            raise TypeError("gradcheck.check_module: modules run on real numbers; got complex ones")
        if self._randomness is None:
            with _Randomness(_library_generators(self.module)):
                self.run(
                    values, options, dtype
                )  # so that the library has made the generators that it makes at first use
            self._randomness = _Randomness(_library_generators(self.module))
        with self._randomness:
            return self.run(values, options, dtype)

    def backward(self, dout, pull):
        """{name: gradient}."""
        with self._randomness:
            return pull(dout)

    def look(self, module, inputs):
        """Run a copy forward, with the random numbers that all runs have."""
        with self._randomness:
            self.call(module, inputs)

    def placed(self, values, dtype):
        """A copy of the module with the parameters put in, its slots, and the inputs that are left."""
        module, count = self.fresh(dtype), len(self.inputs)
        slots = dict(self.slots(module))
        for slot, value in zip(slots.values(), values[count:]):
            slot.get()[...] = value
        return module, slots, values[:count]


class Layered(_Holder):
    """Layers with forward(*inputs) -> out and backward(dout) -> dx, and their parameters in `params`, `grads`.

    With a loss, loss(out) -> (value, dout); a model of kind "method" has loss(x, y) -> (value, grads).
    """

    def named(self, inputs, names):
        if self.kind != "method":
            return super().named(inputs, names)
        self.x = inputs
        return super().named([], [])

    def slots(self, module):
        """Yield (name, slot) for each parameter, each array once."""
        seen = set()
        for path, layer in [("", module), *tree(module)]:
            for key in getattr(layer, "params", None) or {}:
                if id(layer.params[key]) not in seen:
                    seen.add(id(layer.params[key]))
                    yield f"{path}{key}", InDict(layer, key)
        if not seen:
            yield from tensors(module)

    def cast(self, module, dtype):
        """Floating-point arrays in the layers' attributes, and in dicts there, in the dtype; shared ones stay so."""
        made = {}  # id of an array: it, kept alive so that no other gets its id, and the cast one
        for layer in [module, *(part for _, part in tree(module))]:
            for place in [vars(layer), *(v for v in vars(layer).values() if isinstance(v, dict))]:
                for key, array in place.items():
                    if is_float(array) and array.ndim:
                        place[key] = made.setdefault(id(array), (array, array.astype(dtype)))[1]
        for _, slot in self.slots(module):
            slot.cast(dtype)

    def call(self, module, inputs, options=()):
        """What the module gives for these inputs."""
        if self.kind == "method":
            return module.loss(*inputs, self.loss)
        return module.forward(*inputs, **dict(options))

    def run(self, values, options, dtype):
        module, slots, inputs = self.placed(values, dtype)
        if self.kind == "method":
            value, grads = self.call(module, [cast(x, dtype) for x in self.x])
            return np.asarray(value), lambda dout: {name: grads[name] * dout for name in slots if name in grads}
        out, seed = self.call(module, inputs, options), None
        if self.kind == "function":
            out, seed = self.loss(out)

        def pull(dout):
            if callable(getattr(module, "zero_grad", None)):
                module.zero_grad()
            back = module.backward(dout if seed is None else seed * dout)
            back = back if isinstance(back, (tuple, list)) else (back,)
            return dict(zip(self.inputs, back)) | {name: slot.grad() for name, slot in slots.items()}

        return out, pull


class Taped(_Holder):
    """Modules called with Tensors: parameters() with data and grad, and outputs with data and backward(dout).

    With a loss, loss(out) gives a Tensor, and so does module.loss(x, y) of kind "method".
    """

    def slots(self, module):
        """Yield (name, slot) for each parameter."""
        return tensors(module)

    def cast(self, module, dtype):
        """Parameters and buffers in the dtype."""
        if callable(getattr(module, "astype", None)):
            module.astype(np.dtype(dtype))
        for _, slot in self.slots(module):
            slot.cast(dtype)

    def call(self, module, inputs, options=()):
        """What the module gives for these inputs, as Tensors where they can have a gradient."""
        return self._result(module, _as_tensors(module, inputs), options)

    def run(self, values, options, dtype):
        state = []

        def record():
            module, slots, inputs = self.placed(values, dtype)
            tensors = _as_tensors(module, inputs)
            return self._result(module, tensors, options), tensors, slots

        def pull(dout):
            out, tensors, slots = state.pop() if state else record()  # a tape can be walked once
            douts = dout if isinstance(out, (tuple, list)) else (dout,)
            outs = out if isinstance(out, (tuple, list)) else (out,)
            total = outs[0] if len(outs) == 1 else sum((o * d).sum() for o, d in zip(outs, douts))
            total.backward(np.asarray(douts[0], total.data.dtype)) if len(outs) == 1 else total.backward()
            gradients = {name: getattr(t, "grad", None) for name, t in zip(self.inputs, tensors)}
            return gradients | {name: slot.grad() for name, slot in slots.items()}

        state.append(record())
        out = state[0][0]
        return tuple(o.data for o in out) if isinstance(out, (tuple, list)) else np.asarray(out.data), pull

    def _result(self, module, tensors, options):
        if self.kind == "method":
            return module.loss(*tensors, self.loss)
        out = module(*tensors, **dict(options))
        return self.loss(out) if self.kind == "function" else out


def _as_tensors(module, inputs):
    make = _tensor_class(module)
    return [make(x, requires_grad=True) if is_float(x) else x for x in inputs]


def _tensor_class(module):
    """The Tensor of the library that the module comes from, or else the class of its parameters."""
    for base in type(module).__mro__:
        library = sys.modules.get(base.__module__.partition(".")[0])
        if isinstance(getattr(library, "Tensor", None), type):
            return library.Tensor
    parameter = next(iter(module.parameters()), None)
    if parameter is None:
        raise TypeError(
            f"gradcheck.check_module: {type(module).__name__} has no parameters to tell its class of Tensors by"
        )
    return type(parameter)


def _library_generators(module):
    """The random generators that the module's library keeps: in variables of its files, or in dicts there."""
    roots = {base.__module__.partition(".")[0] for base in type(module).__mro__} - {"builtins", "numpy"}
    found = {}
    for name, file in list(sys.modules.items()):
        if name.partition(".")[0] in roots and file is not None:
            for value in list(vars(file).values()):
                for thing in value.values() if type(value) is dict else (value,):
                    if isinstance(thing, np.random.Generator):
                        found[id(thing)] = thing
    return list(found.values())


class _Randomness:
    """Inside, np.random and the generators stand where they stood when this was made; after, where they were before."""

    def __init__(self, generators):
        self.generators = generators
        self.start = self._states()

    def __enter__(self):
        self.before = self._states()
        self._set(self.start)

    def __exit__(self, *_):
        self._set(self.before)

    def _states(self):
        return np.random.get_state(), [g.bit_generator.state for g in self.generators]  # noqa: NPY002

    def _set(self, states):
        np.random.set_state(states[0])  # noqa: NPY002
        for generator, state in zip(self.generators, states[1]):
            generator.bit_generator.state = state
