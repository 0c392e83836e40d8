"""What is known: ops with a right backward pass, and the mistakes that people make in it.

A library registers an op once:

    register("tanh", tanh_forward, tanh_backward, inputs=draw, faults=[
        Fault("no_square", "1 - y * y", "1 - y", "1 - y, where the derivative of tanh is 1 - y²"),
    ])

A mistake is data: in the source of backward the text `old` becomes `new`, and the result is run. If its gradients are
those of a check, the mistake has a name.
"""

import ast
import difflib
import functools
import importlib
import inspect
import linecache
import sys
import textwrap
from dataclasses import dataclass, field

import numpy as np

providers = []  # names of modules that register ops when they are imported, beside those of the entry points
registry = {}  # name: Op
problems = []  # providers that could not be loaded, one sentence each
_loaded = set()


@dataclass(frozen=True)
class Fault:
    """A mistake: in the source of backward the text `old`, which stands there once, becomes `new`.

    A text that backward has not is one of forward, for mistakes in what the cache keeps. old, new: two texts, or two
    tuples of as many. message: what was done and what is right, in one sentence. hidden: the inputs that do not show
    it ("windows that do not overlap").
    """

    name: str
    old: str | tuple
    new: str | tuple
    message: str
    hidden: str = ""

    @property
    def patches(self):
        """[(old, new), ...]"""
        return [(self.old, self.new)] if isinstance(self.old, str) else list(zip(self.old, self.new))

    def apply(self, forward, backward):
        """The two sources with the mistake in them; ValueError if a text to replace is not there exactly once."""
        for number, (old, _) in enumerate(self.patches):
            source = backward if old in backward else forward
            if source.count(old) != 1:
                expected = "text that the source of backward, or else of forward, has once"
                raise ValueError(f"gradcheck.Fault: old of {self.name} should be {expected}; got {old!r}")
            if source is backward:
                backward = backward.replace(old, f"\0{number}\0")  # marks: one patch must not change another's text
            else:
                forward = forward.replace(old, f"\0{number}\0")
        for number, (_, new) in enumerate(self.patches):
            forward, backward = (source.replace(f"\0{number}\0", new) for source in (forward, backward))
        return forward, backward

    def __str__(self):
        lines = [(" ".join(old.split()), " ".join(new.split())) for old, new in self.patches]
        return "; ".join(f"`{new}` in place of `{old}`" if new else f"`{old}` left out" for old, new in lines)


@dataclass
class Op:
    """A right pair, and the mistakes known of it."""

    name: str
    forward: object
    backward: object
    inputs: object  # f(seed) -> (arrays by name, options), which show the faults
    faults: tuple
    aliases: tuple = ()
    guess: object = None  # f(arguments by name, outs) -> option dicts to try, when the check does not tell the options
    made: dict = field(default_factory=dict, repr=False)  # the mutants, once compiled

    def mutant(self, *faults):
        """(forward, backward) with these faults in them; ValueError if they change the same text."""
        key = tuple(f.name for f in faults)
        if key not in self.made:
            halves = (self.forward, self.backward)
            right = wrong = tuple(_source(half) for half in halves)
            for fault in faults:
                wrong = fault.apply(*wrong)
            where = f"{self.name} with {' and '.join(key)}"
            self.made[key] = tuple(
                half if new == old else _compiled(half, new, f"<{half.__name__}: {where}>")
                for half, old, new in zip(halves, right, wrong)
            )
        return self.made[key]


@functools.cache  # a millisecond each, and a diagnosis asks for hundreds
def _source(function):
    """The source without its docstring, for formulas in words are not to be patched."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines(keepends=True)
    first = ast.parse("".join(lines)).body[0].body[0]
    if inspect.getdoc(function) is not None:
        del lines[first.lineno - 1 : first.end_lineno]
    return "".join(lines)


def _compiled(function, source, filename):
    """The function with another source, in a copy of its module; tracebacks show its lines."""
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    room = {**function.__globals__, "np": np}
    exec(compile(source, filename, "exec"), room)
    return room[function.__name__]


def register(name, forward, backward, *, inputs, faults, aliases=(), guess=None):
    """Make an op known: forward(*arrays, **options) -> (out, cache), backward(dout, cache) -> the gradients.

    inputs(seed) -> (dict of arrays, dict of options): small ones on which the faults show. guess(arguments, outs):
    options to try where a check hides them in a closure. ValueError if two faults have one name, or the op's is taken.
    """
    names = [f.name for f in faults]
    if len(set(names)) != len(names):
        twice = sorted({n for n in names if names.count(n) > 1})
        raise ValueError(f"gradcheck.register: faults of {name} should have different names; got twice {twice}")
    known = registry.get(name)
    if known is not None and known.forward.__module__ != forward.__module__:
        raise ValueError(f"gradcheck.register: name should be new; got {name!r}, of {known.forward.__module__}")
    registry[name] = Op(name, forward, backward, inputs, tuple(faults), tuple(aliases), guess)


def load():
    """Import all providers, once. One that fails is left out, and `problems` says why.

    They are the entry points "gradcheck.faults" of what is installed, the names in `providers`, and what imported
    libraries say in `__gradcheck_faults__`.
    """
    said = [vars(module).get("__gradcheck_faults__") for name, module in list(sys.modules.items()) if "." not in name]
    names = [*_installed(), *providers, *(name for name in said if isinstance(name, str))]
    for name in names:
        if name not in _loaded:
            _loaded.add(name)
            try:
                importlib.import_module(name)
            except Exception as error:  # a broken provider must not break a check
                problems.append(f"the faults of {name} could not be loaded ({type(error).__name__}: {error})")


@functools.cache
def _installed():
    from importlib.metadata import entry_points  # 50 ms, spared where nothing is wrong

    return [point.value for point in entry_points(group="gradcheck.faults")]


def find(op):
    """The registered Op of this name or alias ("conv_forward_naive" is conv2d); ValueError that names near ones."""
    load()
    names = {alias: known.name for known in registry.values() for alias in (known.name, *known.aliases)}
    wanted = str(op).rpartition(".")[2].lower()
    for ending in ("", "_naive", "_fast", "_forward", "_backward"):
        if wanted not in names:
            wanted = wanted.removesuffix(ending)
    if wanted not in names:
        near = ", ".join(difflib.get_close_matches(wanted, names, n=5, cutoff=0.5)) or ", ".join(registry) or "none"
        raise ValueError(f"gradcheck.faults: op should be one that is registered (near: {near}); got {op!r}")
    return registry[names[wanted]]


def sample(op, seed=0):
    """(arrays by name, options): inputs of this op on which its faults show. ValueError if the op is not known."""
    arrays, options = find(op).inputs(seed)
    return dict(arrays), dict(options)


def mutants(op):
    """(fault, forward, backward) for each known mistake in this op. ValueError if the op is not known."""
    known = find(op)
    for fault in known.faults:
        yield (fault, *known.mutant(fault))
