"""Run a student's functions on request. This is the only program in which they run, and it knows no right answer.

    begin   the chunks of source of each module, and the names that the judge serves
    call    a function with its arguments; the answer is its value, or what it raised
    pair    forward, then backward on the cache that it made
    end     the exercise is over

While a call runs it may call served functions: then the worker asks, and the judge answers with their values only.
"""

import contextlib
import importlib.abc
import importlib.machinery
import io
import os
import sys
import time
import traceback
import types

import numpy as np
import wire

BLOCKED = ("npdl", "gradcheck", "assignments", "torch", "tests")
MOST_PRINTED = 4000


class Gone(Exception):
    """The judge has hung up."""


class Line:
    """The two pipes to the judge."""

    def __init__(self, source, sink):
        self.source, self.sink = source, sink

    def read(self):
        size = int.from_bytes(self._exactly(8), "big")
        return wire.unpack(self._exactly(size), called=self.stub)

    def write(self, message):
        data = memoryview(wire.pack(message, serve=self._serve))
        while data:
            data = data[os.write(self.sink, data) :]

    def stub(self, name):
        """A function whose values come from the judge."""

        def ask(*args, **options):
            self.write(["ask", name, list(args), options])
            kind, value = self.read()
            if kind == "raised":
                raise ValueError(value)
            value, changes = value
            for key, new in changes:  # what the served function has changed in place
                old = options[key] if isinstance(key, str) else args[key]
                if isinstance(old, np.random.Generator):
                    old.bit_generator.state = new.bit_generator.state
                else:
                    old[...] = new
            return value

        ask.__name__ = ask.__qualname__ = name.rpartition(".")[2]
        return ask

    def _serve(self, function):
        raise wire.WireError(f"a function ({getattr(function, '__name__', '?')}); arrays and numbers can be sent")

    def _exactly(self, size):
        parts = []
        while size:
            part = os.read(self.source, min(size, 1 << 20))
            if not part:
                raise Gone
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Import the student's modules from their chunks; of npdl, only what the judge serves."""

    def __init__(self, line, modules, served):
        self.line, self.modules, self.served = line, modules, served
        self.rooms = {name.rpartition(".")[0] for name in served} - set(modules)
        self.rooms |= {room[:i] for room in self.rooms for i, c in enumerate(room) if c == "."}

    def find_spec(self, name, path=None, target=None):
        if name in self.modules or name in self.rooms:
            return importlib.machinery.ModuleSpec(name, self, is_package=name not in self.modules)
        if name.partition(".")[0] in BLOCKED:
            raise ImportError(f"{name} is out of reach while your code is checked: write it with NumPy")
        return None

    def create_module(self, spec):
        return types.ModuleType(spec.name)

    def exec_module(self, module):
        for chunk in self.modules.get(module.__name__, ()):
            exercise = chunk[3]
            if exercise:
                module.__dict__[exercise] = lazy(chunk, module.__dict__)
            else:
                execute(chunk, module.__dict__)
        for name in self.served:
            room, _, function = name.rpartition(".")
            if room == module.__name__:
                module.__dict__[function] = self.line.stub(name)


def execute(chunk, room):
    """Run a piece of a student's source; errors in it name the student's file and line."""
    filename, line, text, _ = chunk
    exec(compile("\n" * (line - 1) + text, filename, "exec"), room)


def lazy(chunk, room):
    """A function that is defined when it is first called."""
    name = chunk[3]

    def function(*args, **options):
        if room.get(name) is function:
            execute(chunk, room)
        return room[name](*args, **options)

    return function


def serve(line):
    """Answer one exercise's requests, from begin to end; False when the judge has hung up. The process ends then."""
    try:
        _, modules, served = line.read()  # begin
    except Gone:
        return False
    sys.meta_path.insert(0, Finder(line, modules, served))
    while (message := line.read())[0] != "end":
        line.write(_outcome(message))
    return True


def _outcome(message):
    """What a request gives: [kind, value, what was printed, seconds]."""
    printed, start = io.StringIO(), time.perf_counter()
    try:
        with contextlib.redirect_stdout(_Most(printed)), np.errstate(all="ignore"):
            kind, value = "value", _ACTIONS[message[0]](*message[1:])
            wire.pack(value)  # what cannot be sent counts as raised
    except Gone:
        raise
    except BaseException as error:
        kind, value = "raised", _described(error)
    return [kind, value, printed.getvalue(), time.perf_counter() - start]


def _function(module, name):
    function = getattr(importlib.import_module(module), name, None)
    if not callable(function):
        raise NameError(f"{module}.py has no function {name}")
    return function


def _call(module, name, args, options, updates=()):
    """[value, whether an argument was changed]. updates: numbers of those that are meant to be, and come back too."""

    def kept():
        fixed = [a for i, a in enumerate(args) if i not in updates and not isinstance(a, np.random.Generator)]
        chosen = {k: v for k, v in options.items() if not isinstance(v, np.random.Generator)}
        return wire.pack([fixed, chosen], serve=lambda f: "")

    before = kept()
    value = _function(module, name)(*args, **options)
    return [(value, *[args[i] for i in updates]) if updates else value, kept() != before]


def _pair(module, forward, backward, args, options, dout):
    _, cache = _function(module, forward)(*args, **options)
    before = wire.pack([dout])
    return [_function(module, backward)(dout, cache), wire.pack([dout]) != before]


_ACTIONS = {"call": _call, "pair": _pair}


class _Most(io.TextIOBase):
    """Keeps the beginning of what is printed."""

    def __init__(self, kept):
        self.kept = kept

    def write(self, text):
        self.kept.write(text[: max(0, MOST_PRINTED - self.kept.tell())])
        return len(text)


def _described(error):
    """What was raised, and the last place in a file of the student's: all plain values."""
    places = [(f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        places.append((str(error.filename), error.lineno))
    own = [place for place in places if os.sep not in place[0] and not place[0].startswith("<")]  # "layers.py"
    file, line = own[-1] if own else ("", 0)
    try:
        text = str(error)[:500]
    except BaseException:
        text = "(an error that cannot be printed)"
    return {
        "type": type(error).__name__[:80],
        "text": text,
        "file": file,
        "line": line or 0,
        "open": isinstance(error, NotImplementedError),
    }
