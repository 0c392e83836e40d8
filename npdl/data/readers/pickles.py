"""Arrays out of a pickle that somebody else made, with none of it run.

A pickle is a program for a small stack machine, and its REDUCE calls any function by name: os.system as readily as
numpy.ndarray. Here the machine gets no functions at all. Every name is answered with a stand-in that notes what it is
called with; only the five names with which NumPy describes an array are answered; and the notes that describe an array
of plain numbers are made into one at the end, once its shape has been compared with its bytes.
"""

import io
import math
import pickle
import pickletools
from typing import Any

import numpy as np

from .files import BadFileError

ANSWERED = {
    "numpy.core.multiarray._reconstruct",  # NumPy 1
    "numpy._core.multiarray._reconstruct",  # NumPy 2
    "numpy.ndarray",
    "numpy.dtype",
    "_codecs.encode",  # bytes, in the older protocols
}
DTYPES = {f"{kind}{size}" for kind in "iuf" for size in (1, 2, 4, 8)} - {"f1"}
OPCODES = set(
    "PROTO FRAME STOP MARK NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 LONG1 BINFLOAT "
    "STRING BINSTRING SHORT_BINSTRING UNICODE BINUNICODE SHORT_BINUNICODE BINBYTES SHORT_BINBYTES "
    "EMPTY_LIST APPEND APPENDS EMPTY_DICT SETITEM SETITEMS EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 "
    "PUT BINPUT LONG_BINPUT MEMOIZE GET BINGET LONG_BINGET GLOBAL STACK_GLOBAL REDUCE BUILD".split()
)
MAX_TUPLES = 100  # Python computes the hash of a tuple in tuples recursively: as a key of a dict, a deep one crashes it


def read_pickle(function, path, content, wanted):
    """Those entries of the dict in a pickle whose keys are `wanted`; arrays as arrays, Python 2's strings as bytes."""
    _look_over(function, path, content)
    try:
        notes = _Unpickler(io.BytesIO(content), encoding="bytes").load()
    except Exception as fault:  # anything: the machine has been given nonsense
        raise BadFileError(function, path, "be a pickle of arrays", f"reading it fails: {fault}") from fault
    if type(notes) is not dict:
        raise BadFileError(function, path, "be the pickle of a dict", f"it is of {type(notes).__name__}")
    entries = {_text(key): value for key, value in notes.items()}
    return {key: _array(function, path, entries[key]) for key in wanted if key in entries}


def _look_over(function, path, content):
    """Raise unless all instructions are such as data needs, before any is carried out."""
    tuples = 0
    try:
        for opcode, argument, position in pickletools.genops(content):
            if opcode.name not in OPCODES:
                raise BadFileError(function, path, "be a pickle of arrays", f"it has the instruction {opcode.name}")
            if opcode.name in ("PUT", "LONG_BINPUT") and int(argument) > position:  # it would fill memory with slots
                raise BadFileError(function, path, "be a pickle of arrays", f"it asks for {argument:,} memo slots")
            tuples += opcode.name.startswith("TUPLE")
    except BadFileError:
        raise
    except Exception as fault:
        raise BadFileError(function, path, "be an undamaged pickle", f"reading it fails: {fault}") from fault
    if tuples > MAX_TUPLES:
        raise BadFileError(function, path, "be a pickle of a few arrays", f"it has {tuples:,} tuples")


class _Unpickler(pickle.Unpickler):
    """Answers names with stand-ins, and refuses all but those of arrays."""

    def find_class(self, module, name):
        if f"{module}.{name}" not in ANSWERED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no array needs")
        return _Name(name)


class _Name:
    """Stands for a function: called, it notes the call."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name

    def __call__(self, *arguments):
        return _Call(self.name, arguments)

    def __setstate__(self, state):
        raise pickle.UnpicklingError("it sets the state of a function")


class _Call:
    """A call that was asked for, and the state that its result was to be given."""

    __slots__ = ("arguments", "name", "state")

    def __init__(self, name, arguments):
        self.name, self.arguments, self.state = name, arguments, None

    def __setstate__(self, state):
        self.state = state


def _array(function, path, value: Any):
    """The array that the notes describe; anything else as it is."""
    match value:
        case _Call(name="_reconstruct", state=(_, tuple(shape), _Call(name="dtype") as dtype, fortran, raw)):
            kind, order = _dtype(function, path, dtype)
            raw = _bytes(raw)
        case _Call():
            raise BadFileError(function, path, "hold arrays as NumPy writes them", f"it holds a {value.name}")
        case _:
            return value
    if not all(type(n) is int and n >= 0 for n in shape) or not isinstance(raw, bytes):
        raise BadFileError(function, path, "hold arrays as NumPy writes them", "a shape or its bytes are not")
    if math.prod(shape) * int(kind[1:]) != len(raw):
        found = f"there are {len(raw):,}"
        raise BadFileError(function, path, f"hold the bytes of a {kind} array of shape {shape}", found)
    return np.frombuffer(raw, order + kind).reshape(shape, order="F" if fortran else "C")


def _dtype(function, path, call):
    """("u1", "<") from notes dtype("u1", ...) with the state (3, "<", ...)."""
    match call.arguments, call.state:
        case (kind, *_), (_, order, *_) if _text(kind) in DTYPES and _text(order) in ("<", ">", "=", "|"):
            return _text(kind), _text(order)
    raise BadFileError(function, path, "hold arrays of plain numbers", f"it has one of {call.arguments[:1]}")


def _text(value):
    return value.decode("latin1") if isinstance(value, bytes) else value


def _bytes(raw):
    """The bytes themselves, or those that Python 3 writes as encode(text, "latin1") in the older protocols."""
    match raw:
        case _Call(name="encode", arguments=(str(text), "latin1" | b"latin1")):
            return text.encode("latin1")
        case str(text):
            return text.encode("latin1")
    return raw
