"""A strict look-alike of CuPy's array: it computes with NumPy, and it raises wherever CuPy would.

Op bodies are written in plain `np.` and reach CuPy through NumPy's own dispatch (NEP 13, NEP 18). A call that never
leaves the CPU in a test can still break on a GPU: a function that CuPy lacks, a keyword it does not take, a host array
mixed in, a silent copy back to the host. `StrictArray` turns each of these into `NotOnCuPy` on a machine that has no
GPU. What CuPy offers is read from `cupy_names.json`, which `freeze.py` writes; CuPy itself is not needed.

Some rules are stricter than CuPy, because what it does there is undefined or slow: no host array is accepted as an
index or a 0-d operand, no two different values may be assigned to one place, an index out of range raises (CuPy wraps
it), and `np.empty` holds NaN.
"""

import functools
import inspect
import json
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

NAMES = json.loads(Path(__file__).with_name("cupy_names.json").read_text(encoding="utf-8"))
UFUNCS = {name: text.split() for name, text in {**NAMES["special"], **NAMES["ufuncs"]}.items()}
CONSTANTS = NAMES["constants"].split()
ATTRIBUTES = NAMES["attributes"].split()

SCALARS = (bool, int, float, complex, np.bool_, np.number)
UPLOADS = {"array", "asarray", "asanyarray", "ascontiguousarray", "asfortranarray", "frombuffer", "fromiter"}
WAITS = {"argwhere", "flatnonzero", "item", "nonzero", "tobytes", "tolist", "unique"}  # the host waits for the device
ON_HOST = {"can_cast", "iscomplexobj", "isfortran", "isrealobj", "may_share_memory", "ndim", "shares_memory", "size"}
ON_HOST |= {"item", "tobytes", "tolist"}
ARRAYS_FIRST = {"dot": 2, "inner": 2, "outer": 2, "tensordot": 2, "vdot": 2, "where": 1}  # no lists, no scalars there

syncs = Counter()  # what made the host wait, and how often; syncs.total() should stay still within a training step


class NotOnCuPy(TypeError):
    """This line would raise, be undefined, or copy to the host behind your back on CuPy."""


@functools.cache
def signature(text):
    """`"a, axis=..., *, out=..."` as an `inspect.Signature`; the text comes from our own frozen file."""
    return inspect.signature(eval(f"lambda {text}: None"))


def bind(name, text, args, kwargs):
    """The arguments by CuPy's names for them; two keywords are in its signatures and still refused."""
    try:
        arguments = signature(text).bind(*args, **kwargs).arguments
    except TypeError as error:
        raise NotOnCuPy(f"CuPy's {name}({text}): {error}") from None
    if arguments.get("subok") is not None or (name == "ndarray.astype" and arguments.get("casting") is not None):
        raise NotOnCuPy(f"CuPy's {name} supports neither subok= nor casting=")
    return arguments


def to_host(value, name, upload=False):
    """The NumPy array behind each StrictArray, also inside lists. A host array among them is the mistake to catch."""
    if isinstance(value, StrictArray):
        return value._host
    if upload and isinstance(value, np.ndarray):
        return value.copy()
    if hasattr(type(value), "__array_ufunc__") and not isinstance(value, np.generic):
        raise NotOnCuPy(f"{name}: {type(value).__name__} among device arrays; CuPy converts nothing by itself")
    if isinstance(value, (list, tuple)):
        if not upload and len({isinstance(part, StrictArray) for part in value}) == 2:
            raise NotOnCuPy(f"{name}: a sequence mixes device arrays with other values")
        parts = [to_host(part, name, upload) for part in value]
        return parts if isinstance(value, list) else tuple(parts)
    return value


def to_device(value):
    """Wrap results; 0-d ones too, since a CuPy reduction returns an array and not a NumPy scalar."""
    if isinstance(value, (np.ndarray, np.generic)):
        return StrictArray(np.asarray(value))
    if isinstance(value, (list, tuple)):
        parts = [to_device(part) for part in value]
        return parts if isinstance(value, list) else tuple(parts)
    return value


def operand(value, name):
    """A device array or a scalar: all that CuPy's elementwise kernels take."""
    if not isinstance(value, (StrictArray, *SCALARS)):
        raise NotOnCuPy(f"{name}: CuPy takes device arrays and scalars here, not {type(value).__name__}")
    return to_host(value, name)


def check_operands(name, arguments):
    """The functions that fail on a list of numbers where NumPy would convert it."""
    for value in list(arguments.values())[: ARRAYS_FIRST.get(name, 0)]:
        if not isinstance(value, StrictArray):
            raise NotOnCuPy(f"CuPy's {name} takes device arrays only, not {type(value).__name__}")
    if name == "where":
        for value in list(arguments.values())[1:]:
            operand(value, name)


def check_written_once(positions, value, name):
    """Threads that write different values to one place leave either of them there."""
    if np.size(value) > 1 and np.unique(positions).size < np.size(positions):
        raise NotOnCuPy(f"{name}: an element is assigned twice; which value stays is undefined on a GPU")


def check_writes(name, arguments):
    """The functions that assign through integer indices have the same danger as `x[i] = y`."""
    if name == "put":
        check_written_once(to_host(arguments["ind"], name), to_host(arguments["v"], name), name)
    if name == "put_along_axis":
        array, indices, values = (to_host(arguments[key], name) for key in ("arr", "indices", "values"))
        positions = np.arange(array.size).reshape(array.shape)
        check_written_once(np.take_along_axis(positions, indices, arguments["axis"]), values, name)


def run(name, function, args, kwargs, out=None):
    """Call `function` on the host arrays. A GPU raises no floating-point warnings, so `np.errstate` must not matter."""
    upload = name in UPLOADS
    args = [to_host(value, name, upload) for value in args]
    kwargs = {key: to_host(value, name, upload) for key, value in kwargs.items()}
    with np.errstate(all="ignore"):
        result = function(*args, **kwargs)
    if name in WAITS or (name == "where" and len(args) == 1):
        syncs[name] += 1
    if name in ("empty", "empty_like") and result.dtype.kind in "fc":
        result.fill(np.nan)  # zeros, the usual content of fresh memory, would hide a read before the first write
    if out is not None:
        return out
    if isinstance(result, SCALARS) and name not in ON_HOST:
        result = np.asarray(result)
    return result if name in ON_HOST else to_device(result)


def call(name, function, args, kwargs):
    """A NumPy function under the rules of CuPy's function of the same name."""
    if name not in NAMES["functions"] and name not in UFUNCS:
        raise NotOnCuPy(f"CuPy has no {name}")
    arguments = bind(name, NAMES["functions"].get(name, NAMES["ufunc_signatures"]["__call__"]), args, kwargs)
    check_operands(name, arguments)
    check_writes(name, arguments)
    return run(name, function, args, kwargs, arguments.get("out"))


def call_ufunc(ufunc, method, inputs, kwargs):
    """A universal function or one of its methods, of which CuPy has written few."""
    name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
    if ufunc.__name__ not in UFUNCS or method not in ["__call__", *UFUNCS[ufunc.__name__]]:
        raise NotOnCuPy(f"CuPy has no {name}")
    bind(name, NAMES["functions"].get(name, NAMES["ufunc_signatures"][method]), inputs, kwargs)
    for value in inputs:
        operand(value, name)
    out = kwargs.get("out", ())
    if len(out) > 1 or not all(isinstance(array, StrictArray) for array in out):
        raise NotOnCuPy(f"{name}: out= must be one device array")
    return run(name, getattr(ufunc, method), inputs, kwargs, *out)


class StrictArray(NDArrayOperatorsMixin):
    """A NumPy array that answers as a CuPy array would. Operators come from the mixin and end in `__array_ufunc__`."""

    __slots__ = ("__weakref__", "_host")
    __array_priority__ = 100

    def __init__(self, host):
        self._host = host

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function, types, args, kwargs):
        name = f"{function.__module__}.{function.__name__}".removeprefix("numpy.")
        return call(name, function, args, kwargs)

    def __array__(self, dtype=None, copy=None):
        raise NotOnCuPy("implicit conversion to a NumPy array; CuPy asks for x.get()")

    def __imatmul__(self, other):
        raise NotOnCuPy("CuPy has no in-place @=: it would bind the name to a new array")

    def __getattr__(self, name):
        if name in ATTRIBUTES and hasattr(np.ndarray, name) and name not in ("data", "device", "flat"):
            return to_device(getattr(self._host, name))
        if name in NAMES["methods"] and hasattr(np.ndarray, name):
            return functools.partial(self._method, name)
        raise AttributeError(f"CuPy's ndarray, or this look-alike of it, has no {name}")

    def _method(self, name, *args, **kwargs):
        arguments = bind(f"ndarray.{name}", NAMES["methods"][name], args, kwargs)
        return run(name, getattr(self._host, name), args, kwargs, arguments.get("out"))

    def __getitem__(self, key):
        key = self._key(key)
        if any(isinstance(part, np.ndarray) and part.dtype == bool for part in key):
            syncs["mask"] += 1  # the shape of the result depends on the values
        if not any(part is Ellipsis for part in key):
            key += (Ellipsis,)  # so that x[0, 0] is a 0-d view, as in CuPy, and not a NumPy scalar
        return StrictArray(self._host[key])

    def __setitem__(self, key, value):
        key, value = self._key(key), operand(value, "assignment")
        if any(isinstance(part, (np.ndarray, list)) for part in key):
            positions = np.arange(self._host.size).reshape(self._host.shape)
            check_written_once(positions[key], value, "assignment")
        with np.errstate(all="ignore"):
            self._host[key] = value

    def _key(self, key):
        """The index for the host array, always a tuple."""
        key = tuple(to_host(part, "index") for part in (key if isinstance(key, tuple) else (key,)))
        if sum(isinstance(part, np.ndarray) and part.dtype == bool for part in key) > 1:
            raise NotOnCuPy("CuPy takes one boolean mask in an index, not two")
        return key

    def __len__(self):
        return len(self._host)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def get(self):
        """A copy on the host."""
        syncs["get"] += 1
        return self._host.copy(order="C")

    def __bool__(self):
        syncs["bool"] += 1
        return bool(self._host)

    def __int__(self):
        syncs["int"] += 1
        return int(self._host)

    def __float__(self):
        syncs["float"] += 1
        return float(self._host)

    def __format__(self, spec):
        syncs["format"] += 1
        return format(self._host[()], spec)

    def __repr__(self):
        return f"StrictArray({self._host!r})"


class Namespace:
    """What stands in for the module `cupy`, or for a part of it such as `cupy.linalg`."""

    def __init__(self, path="", **own):
        self._path = path
        vars(self).update(own)

    def __getattr__(self, name):
        path = f"{self._path}{name}"
        if path in ("linalg", "fft", "lib", "lib.stride_tricks"):
            return Namespace(f"{path}.")
        if path in CONSTANTS:
            return getattr(np, path)
        if path in NAMES["functions"] or path in NAMES["ufuncs"]:
            function = functools.reduce(getattr, path.split("."), np)
            return lambda *args, **kwargs: call(path, function, args, kwargs)
        raise AttributeError(f"CuPy has no {path}")


class Generator:
    """CuPy's random generator on top of NumPy's: the same names and signatures (there is no `normal`), other bits."""

    def __init__(self, seed=None):
        self._host = np.random.default_rng(seed)

    def __getattr__(self, name):
        if name not in NAMES["generator"]:
            raise AttributeError(f"CuPy's Generator has no {name}")
        return functools.partial(self._draw, name)

    def _draw(self, name, *args, **kwargs):
        arguments = bind(f"Generator.{name}", NAMES["generator"][name], args, kwargs)
        dtype = arguments.pop("dtype", None) if name in ("beta", "uniform") else None  # NumPy's have no dtype
        drawn = run(name, getattr(self._host, name), (), arguments, arguments.get("out"))
        return drawn if dtype is None else drawn.astype(dtype)


def asnumpy(a):
    """A copy on the host, and the only way there beside `x.get()`."""
    return a.get() if isinstance(a, StrictArray) else np.asarray(a)


module = Namespace(ndarray=StrictArray, asnumpy=asnumpy, random=SimpleNamespace(default_rng=Generator))
