"""Messages between the judge and the child that runs a student's code: a JSON header, then the bytes of the arrays.

A value is None, a bool, int, float or str, an array, a tuple, list or dict of values; random generators travel as their
seed or their state, functions as a name under which the other side serves them. Nothing is unpickled and nothing
evaluated, so a message can be wrong but cannot do anything. This file is read inside the child too, and needs NumPy
alone.
"""

import json
import struct

import numpy as np

LARGEST = 1 << 28  # bytes of one message
DEEPEST = 40
KINDS = "biufc"


class WireError(ValueError):
    """This is no message, or a value that cannot be sent."""


class Draws:
    """A random generator yet to be made: np.random.default_rng(seed) on the side that receives it."""

    def __init__(self, seed):
        self.seed = int(seed)


def pack(message, serve=None):
    """The bytes of a message. serve(function) -> the name under which the other side may call it."""
    blobs = []
    header = json.dumps(_encode(message, blobs, serve, 0)).encode()
    body = b"".join([struct.pack(">I", len(header)), header, *blobs])
    if len(body) > LARGEST:
        raise WireError(f"a message of {len(body)} bytes; at most {LARGEST} can be sent")
    return struct.pack(">Q", len(body)) + body


def unpack(body, called=None):
    """The message in these bytes (without their length). called(name) -> a function that asks the other side."""
    try:
        (size,) = struct.unpack(">I", body[:4])
        tree = json.loads(body[4 : 4 + size])
        return _decode(tree, memoryview(body)[4 + size :], called, 0)
    except WireError:
        raise
    except Exception as error:
        raise WireError(f"not a message: {type(error).__name__}") from None


def _encode(x, blobs, serve, depth):
    if depth > DEEPEST:
        raise WireError("a value nested too deeply, or one that holds itself")
    if x is None or type(x) in (bool, int, str):
        return x if not (type(x) is int and x.bit_length() > 1000) else {"t": "big"}
    if type(x) is float:
        return {"t": "f", "v": x.hex()}
    if isinstance(x, np.generic):
        x = np.asarray(x)
    if isinstance(x, np.ndarray):
        if x.dtype.kind not in KINDS:
            raise WireError(f"an array of dtype {x.dtype}; numbers and booleans can be sent")
        x = np.ascontiguousarray(x).view(np.ndarray).reshape(x.shape)  # a plain array in C order
        at = sum(map(len, blobs))
        blobs.append(x.astype(x.dtype.newbyteorder("<")).tobytes())
        return {"t": "a", "d": x.dtype.newbyteorder("<").str, "s": x.shape, "o": at}
    if isinstance(x, (tuple, list)):
        return {"t": "t" if isinstance(x, tuple) else "l", "v": [_encode(y, blobs, serve, depth + 1) for y in x]}
    if isinstance(x, dict):
        pairs = [[_encode(k, blobs, serve, depth + 1), _encode(v, blobs, serve, depth + 1)] for k, v in x.items()]
        return {"t": "d", "v": pairs}
    if type(x) is Draws:
        return {"t": "r", "v": x.seed}
    if type(x) is np.random.Generator and type(x.bit_generator) is np.random.PCG64:
        return {"t": "g", "v": _encode(x.bit_generator.state, blobs, serve, depth + 1)}
    if callable(x) and serve is not None:
        return {"t": "c", "v": serve(x)}
    kinds = "arrays, numbers, texts, tuples, lists and dicts"
    raise WireError(f"an object of type {type(x).__name__}; {kinds} can be sent")


def _decode(x, blobs, called, depth):
    if depth > DEEPEST:
        raise WireError("nested too deeply")
    if x is None or type(x) in (bool, int, str):
        return x
    kind, value = x["t"], x.get("v")
    if kind == "f":
        return float.fromhex(value)
    if kind == "a":
        dtype, shape = np.dtype(x["d"]), tuple(x["s"])
        if dtype.kind not in KINDS or not all(type(n) is int and n >= 0 for n in shape):
            raise WireError("not an array")
        count = int(np.prod(shape, dtype=object))
        return np.frombuffer(blobs, dtype, count, x["o"]).reshape(shape).astype(dtype.newbyteorder("="))
    if kind in "tl":
        return (tuple if kind == "t" else list)(_decode(y, blobs, called, depth + 1) for y in value)
    if kind == "d":
        return {_decode(k, blobs, called, depth + 1): _decode(v, blobs, called, depth + 1) for k, v in value}
    if kind == "r":
        return np.random.default_rng(value)
    if kind == "g":
        rng = np.random.default_rng(0)
        rng.bit_generator.state = _decode(value, blobs, called, depth + 1)
        return rng
    if kind == "c" and called is not None:
        return called(value)
    raise WireError(f"a value of unknown kind {kind!r}")
