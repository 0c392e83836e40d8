"""What PyTorch said, in files (ops/*.npz, one a family, written by regenerate.py): for those who have no PyTorch.

Arrays lie under names such as conv2d/2/x; the options of all calls are one JSON text, read without pickle.
"""

import itertools
import json
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np

FOLDER = Path(__file__).with_name("ops")


class Case(NamedTuple):
    """One call of one op, and PyTorch's float64 answer."""

    name: str
    number: int
    args: list
    options: dict
    dout: np.ndarray  # a tuple, as out, for an op that gives several arrays
    out: np.ndarray
    gradients: list


class Drawn:
    """Gives the numbers it was given, from the first: a mask stays the same under every version of NumPy."""

    def __init__(self, numbers):
        self.numbers = np.asarray(numbers)

    def random(self, shape):
        assert prod(shape) <= self.numbers.size
        return self.numbers.reshape(-1)[: prod(shape)].reshape(shape)


def save(cases, file):
    arrays, texts = {}, []
    for case in cases:
        path = f"{case.name}/{case.number}"
        scalars = {str(i): a for i, a in enumerate(case.args) if not isinstance(a, np.ndarray)}
        texts.append({"name": case.name, "number": case.number, "scalars": scalars, "options": _to_json(case.options)})
        texts[-1]["arguments"] = len(case.args)
        named = _named("dout", case.dout) | _named("out", case.out)
        named |= {f"argument{i}": a for i, a in enumerate(case.args)}
        named |= {f"gradient{i}": g for i, g in enumerate(case.gradients)}
        arrays |= {f"{path}/{key}": a for key, a in named.items() if isinstance(a, np.ndarray)}
    np.savez_compressed(file, allow_pickle=False, calls=np.array(json.dumps(texts)), **arrays)


def load_all():
    """The cases of all files."""
    return [case for file in sorted(FOLDER.glob("*.npz")) for case in load(file)]


def load(file):
    with np.load(file, allow_pickle=False) as stored:
        data = dict(stored)
    cases = []
    for call in json.loads(str(data["calls"])):
        path, count = f"{call['name']}/{call['number']}", range(call["arguments"])
        args = [data.get(f"{path}/argument{i}", call["scalars"].get(str(i))) for i in count]
        gradients = [data.get(f"{path}/gradient{i}") for i in count]
        options = _from_json(call["options"])
        dout, out = (_several(data, f"{path}/{key}") for key in ("dout", "out"))
        cases.append(Case(call["name"], call["number"], args, options, dout, out, gradients))
    return cases


def _named(key, arrays):
    """{"out": array}, or {"out0": ..., "out1": ...} for a tuple."""
    return {f"{key}{i}": a for i, a in enumerate(arrays)} if type(arrays) is tuple else {key: arrays}


def _several(data, path):
    """The array that `_named` stored, or the tuple of arrays."""
    if path in data:
        return data[path]
    return tuple(data[f"{path}{i}"] for i in itertools.takewhile(lambda i: f"{path}{i}" in data, itertools.count()))


def _to_json(value):
    """JSON has no tuples, slices, arrays or generators: each becomes a list that begins with its kind."""
    if isinstance(value, dict):
        return {key: _to_json(v) for key, v in value.items()}
    if isinstance(value, tuple):
        return ["tuple", *map(_to_json, value)]
    if isinstance(value, slice):
        return ["slice", value.start, value.stop, value.step]
    if value is Ellipsis:
        return ["ellipsis"]
    if isinstance(value, np.ndarray):
        return ["array", value.dtype.name, value.tolist()]
    if isinstance(value, Drawn):
        return ["drawn", value.numbers.tolist()]
    return value


def _from_json(value):
    if isinstance(value, dict):
        return {key: _from_json(v) for key, v in value.items()}
    if not isinstance(value, list):
        return value
    kind, *parts = value
    return {
        "tuple": lambda: tuple(map(_from_json, parts)),
        "slice": lambda: slice(*parts),
        "ellipsis": lambda: Ellipsis,
        "array": lambda: np.array(parts[1], dtype=parts[0]),
        "drawn": lambda: Drawn(parts[0]),
    }[kind]()
