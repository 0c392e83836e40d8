"""The code under test: a forward and a backward, run on private copies and with the same random numbers every time."""

import copy
import functools
import gc
import inspect
import random
from collections import deque
from time import perf_counter
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType

import numpy as np

from . import arrays

GENERATORS = (np.random.Generator, np.random.RandomState, random.Random)
DRAW = 231  # beside the seed: not the numbers that default_rng(seed) gave the caller for x


class Pair:
    """forward and backward with their inputs.

    `given` holds the inputs in the dtype in which the code is judged, `exact` the same points in float64, for the
    numerical side. Every run gets copies of the arrays, of the options and of the random generators in them; legacy
    random numbers are seeded afresh, and generators that forward reaches otherwise (globals, closures, its object) are
    put back, before every run and at the end.
    """

    def __init__(self, forward, backward, inputs, *, options, needs, mutable, seed, dtype):
        for role, function in (("forward", forward), ("backward", backward)):
            if not callable(function):
                raise TypeError(f"gradcheck.check: {role} should be a function; got {_describe(function)}")
        self._forward, self._backward, self.options, self.needs = forward, backward, dict(options or {}), needs
        self.seed, self.forwards, self.backwards, self.refused = seed, 0, 0, ""
        named = _named(inputs, forward)
        unknown = set(mutable) - set(named)
        if unknown:
            named_inputs = ", ".join(named)
            raise ValueError(f"gradcheck.check: mutable should name inputs ({named_inputs}); got {sorted(unknown)}")
        self.given = {name: _cast(x, name, dtype) for name, x in named.items()}
        self.exact = {name: _cast(x, name, "float64") for name, x in self.given.items()}
        self.mutable = tuple(mutable)
        self.wanted = [name for name, x in self.given.items() if arrays.is_float(x) and name not in mutable]
        if not self.wanted:
            expected = "inputs should hold a floating-point array that is not `mutable` (use np.asarray(x, float))"
            got = ", ".join(f"{name}: {getattr(x, 'dtype', type(x).__name__)}" for name, x in named.items())
            raise ValueError(f"gradcheck.check: {expected}; got {got or 'nothing'}")
        self._reachable = [(g, _state(g)) for g in _generators([forward, backward])]
        self._restore = []  # (generator, state) for each one that forward reaches by itself
        self.quickest = np.inf  # seconds of the quickest forward
        modules = {arrays.module_of(x) for x in self.given.values() if arrays.is_array(x)} - {np}
        self._devices = [m.random for m in modules if hasattr(getattr(m, "random", None), "set_random_state")]  # CuPy's
        self._legacy = True  # whether forward draws from np.random or random, as far as is known

    def forward(self, values, kind="f"):
        """(outs, cache, the copies that forward worked on, whether it gave a tuple)."""
        used = {name: _copy(x) for name, x in values.items()}
        options = {name: _copy(option) for name, option in self.options.items()}
        self.forwards += 1
        with self._same_numbers() as randomness:
            start = perf_counter()
            result = self._forward(*used.values(), **options)
            self.quickest = min(self.quickest, perf_counter() - start)
            self._legacy = self._legacy and randomness.drawn()
        if not isinstance(result, (tuple, list)) or len(result) != 2:
            raise TypeError(f"gradcheck.check: forward should return (out, cache); got {_describe(result)}")
        out, cache = result
        many = isinstance(out, (tuple, list))
        outs = tuple(o if arrays.is_array(o) else np.asarray(o) for o in (out if many else (out,)))
        for o in outs:
            if o.dtype.kind not in "iub" + kind:
                raise TypeError(f"gradcheck.check: forward should give arrays of real numbers; got {_describe(o)}")
        return outs, cache, used, many

    def outputs(self, name, x, dtype=np.float64):
        """All outputs in one vector, at the point where the input `name` is x and the others are as given."""
        return self.outputs_at({name: x}, dtype)

    def outputs_at(self, moved, dtype=np.float64):
        """All outputs in one vector, at the point where some inputs are moved and the others as given."""
        there = {name: arrays.like(x, self.exact[name]) for name, x in moved.items()}
        try:
            return flat(self.forward({**self.exact, **there}, np.dtype(dtype).kind)[0], dtype)
        except Exception as error:
            if np.dtype(dtype).kind == "c":
                raise
            self.refused = f"forward raises {type(error).__name__} beside the given point: {error}"  # beyond its domain
            return np.full(self.outputs_given, np.nan)

    def backward(self, douts, cache, many):
        """{name: gradient} as backward gave them, and the arrays of dout that it worked on."""
        used = tuple(_copy(d) for d in douts)
        extra = {} if self.needs is None else {"needs": self.needs}
        self.backwards += 1
        with _Randomness(
            self.seed + self.backwards, devices=self._devices
        ):  # other numbers every time: who draws here, shows
            result = self._backward(used if many else used[0], cache, **extra)
        return self._by_name(result), used

    def _by_name(self, result):
        if isinstance(result, dict):
            unknown = set(result) - set(self.given)
            if unknown:
                raise ValueError(
                    f"gradcheck.check: backward should name inputs ({', '.join(self.given)}); got {sorted(unknown)}"
                )
            return {name: result.get(name) for name in self.given}
        gradients = tuple(result) if isinstance(result, (tuple, list)) else (result,)
        while len(gradients) > len(self.given) and gradients[-1] is None:
            gradients = gradients[:-1]  # arguments that were left out
        if len(gradients) > len(self.given):
            raise ValueError(
                f"gradcheck.check: backward should return at most {len(self.given)} gradients, one for each of "
                f"{', '.join(self.given)}; got {len(gradients)}"
            )
        names = self.wanted if len(gradients) == len(self.wanted) else self.given
        return dict.fromkeys(self.given) | dict(zip(names, gradients))

    def hold_generators(self, hidden):
        """From now on start the generators that forward reaches alike in each run; `hidden`: all that there are."""
        self._restore = list(self._reachable)
        if hidden:
            known = {id(g) for g, _ in self._reachable}
            others = [g for g in gc.get_objects() if _is_generator(g) and id(g) not in known]
            self._restore += [(g, _state(g)) for g in others]

    def restore_generators(self):
        """Put back the generators that forward reaches by itself: nobody shall see that they were used."""
        for generator, state in self._reachable:
            _set_state(generator, state)

    def _same_numbers(self):
        return _Randomness(self.seed, self._restore, self._legacy, self._devices)


class _Randomness:
    """Inside: np.random and random start from the seed, other generators from their states. After: all is as before."""

    def __init__(self, seed, sources=(), legacy=True, devices=()):
        self.seed, self.sources, self.legacy, self.devices = seed, sources, legacy, devices

    def __enter__(self):
        self._put_back()
        self.on_devices = [device.get_random_state() for device in self.devices]
        for device in self.devices:
            device.set_random_state(device.RandomState(self.seed))
        if self.legacy:  # 40 us: spared where forward does not draw from them
            self.before = np.random.get_state(), random.getstate()  # noqa: NPY002
            np.random.seed((self.seed, DRAW))  # noqa: NPY002
            random.seed(self.seed)
            self.start = np.random.get_state(), random.getstate()  # noqa: NPY002
        return self

    def drawn(self):
        """Whether somebody has drawn from np.random or random since."""
        if not self.legacy:
            return False
        numpy_state = np.random.get_state()  # noqa: NPY002
        same = numpy_state[2:] == self.start[0][2:] and np.array_equal(numpy_state[1], self.start[0][1])
        return not same or random.getstate() != self.start[1]

    def __exit__(self, *_):
        self._put_back()
        for device, state in zip(self.devices, self.on_devices):
            device.set_random_state(state)
        if self.legacy:
            np.random.set_state(self.before[0])  # noqa: NPY002
            random.setstate(self.before[1])

    def _put_back(self):
        for generator, state in self.sources:
            _set_state(generator, state)


def _is_generator(thing):
    kind = type(thing)  # isinstance would ask the object, and some answer with a warning
    return issubclass(kind, GENERATORS) and not issubclass(kind, random.SystemRandom)  # which has no state


def _state(generator):
    if isinstance(generator, random.Random):
        return generator.getstate()
    return copy.deepcopy(
        generator.get_state() if isinstance(generator, np.random.RandomState) else generator.bit_generator.state
    )


def _set_state(generator, state):
    if isinstance(generator, random.Random):
        generator.setstate(state)
    elif isinstance(generator, np.random.RandomState):
        generator.set_state(state)
    else:
        generator.bit_generator.state = state


PLAIN = (str, bytes, int, float, np.ndarray, type(None), type)  # no way leads through these


def _generators(things, limit=2000):
    """The random generators that functions reach: in closures, globals, defaults, their objects, what they call."""
    seen, classes, queue = set(), set(), deque(things)
    while queue and len(seen) < limit:
        thing = queue.popleft()
        if id(thing) in seen or isinstance(thing, PLAIN):
            continue
        seen.add(id(thing))
        if _is_generator(thing):
            yield thing
        else:
            queue += _ways(thing, classes)


def _ways(thing, classes):
    """What a thing leads to. Its class's attributes are told once: `classes` holds those that have been."""
    if isinstance(thing, FunctionType):
        return _ways_of_function(thing)
    if isinstance(thing, MethodType):
        return [thing.__self__, thing.__func__]
    if isinstance(thing, functools.partial):
        return [thing.func, *thing.args, *thing.keywords.values()]
    if isinstance(thing, dict):
        return list(thing.values())[:100]
    if isinstance(thing, (list, tuple)):
        return thing[:100]
    if isinstance(thing, (BuiltinFunctionType, ModuleType)):
        return []
    kind = type(thing)
    of_class = [] if kind in classes else vars(kind).values()
    classes.add(kind)
    slots = [getattr(thing, name, None) for name in getattr(kind, "__slots__", ())]
    return [*[*getattr(thing, "__dict__", {}).values(), *of_class][:200], *slots]


def _ways_of_function(function):
    code = function.__code__
    names = {name for c in (code, *code.co_consts) if isinstance(c, CodeType) for name in c.co_names}
    named = [function.__globals__[name] for name in names if name in function.__globals__]
    modules = [vars(thing) for thing in named if isinstance(thing, ModuleType)]
    inside = [module[name] for module in modules for name in names if name in module]  # np.sin, ops.dropout
    inner = gc.get_referents(*(function.__closure__ or ()))  # what its cells hold
    return [*inner, *named, *inside, *(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]


def flat(outs, dtype=np.float64):
    """All numbers of some arrays in one vector on the host."""
    parts = [arrays.to_numpy(o).astype(dtype, copy=False).ravel() for o in outs]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _named(inputs, forward):
    """The inputs by name: as in the dict, or as forward's parameters are called."""
    if isinstance(inputs, dict):
        return dict(inputs)
    if arrays.is_array(inputs) or not isinstance(inputs, (list, tuple)):
        expected = "inputs should be a list or a dict of arrays (for one array: [x])"
        raise TypeError(f"gradcheck.check: {expected}; got {_describe(inputs)}")
    try:
        parameters = list(inspect.signature(forward).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [p.name for p in parameters if p.kind in kinds]
    if len(names) < len(inputs):
        names = [f"input {i}" for i in range(len(inputs))]
    return dict(zip(names, inputs))


def _cast(x, name, dtype):
    """x with floats in the dtype (None: as they are); NumPy scalars become arrays; what is no array stays as it is."""
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(f"gradcheck.check: the input {name} should be a plain array; got a masked one")
    if isinstance(x, np.generic):
        x = np.asarray(x)
    if not arrays.is_array(x) or x.dtype.kind in "iub":
        return x
    if x.dtype.kind != "f":
        expected = f"the input {name} should hold real numbers (use np.asarray(x, float))"
        raise TypeError(f"gradcheck.check: {expected}; got an array of {x.dtype}")
    return _copy(x) if dtype is None else x.astype(dtype)


def _copy(x):
    return x.copy() if arrays.is_array(x) else _deep_copy(x)


def _deep_copy(x):
    try:
        return copy.deepcopy(x)
    except TypeError:  # a module or a lock, as in xp=np: nothing to be kept apart
        return x


def _describe(x):
    if arrays.is_array(x):
        return f"an array of {x.dtype}, shape {tuple(x.shape)}"
    return f"{type(x).__name__} {x!r}"[:80]
