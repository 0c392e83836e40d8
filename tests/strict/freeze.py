"""Freeze what CuPy can do into `cupy_names.json`, so that the look-alike needs no CuPy to run.

    python tests/strict/freeze.py            writes the file
    python tests/strict/freeze.py --check    fails, and prints the difference, if the installed CuPy says otherwise

CuPy imports on a machine without a GPU, and everything asked here is answered without one. Nothing is typed by hand: a
signature is read from `inspect`, from the first line of a compiled function's docstring, or found by trying.
"""

import argparse
import ast
import difflib
import inspect
import json
import re
import sys
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("cupy_names.json")
MODULES = ("", "linalg", "fft", "lib.stride_tricks")
UFUNC_KEYWORDS = "axes axis casting dtype keepdims order out sig signature subok where".split()
UFUNC_METHODS = {"accumulate": 1, "at": 2, "outer": 2, "reduce": 1, "reduceat": 2}  # name: arguments it must be given


def public(obj):
    return [name for name in dir(obj) if not name.startswith("_")]


def walk(root, path):
    for part in filter(None, path.split(".")):
        root = getattr(root, part)
    return root


def join(parameters):
    return ", ".join(part for part in parameters if part not in ("self", ""))


def from_inspect(function):
    """`"a, axis=..., *, dtype=..."`: names and kinds; the values of the defaults decide nothing here."""
    parts, kind = [], None
    for p in inspect.signature(function).parameters.values():
        if kind == p.POSITIONAL_ONLY != p.kind:
            parts.append("/")
        if p.kind == p.KEYWORD_ONLY and kind not in (p.KEYWORD_ONLY, p.VAR_POSITIONAL):
            parts.append("*")
        kind = p.kind
        stars = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(kind, "")
        parts.append(stars + p.name + ("" if p.default is p.empty else "=..."))
    if kind == inspect.Parameter.POSITIONAL_ONLY:
        parts.append("/")
    return join(parts)


def from_docstring(function):
    """Cython writes the signature, with C types, on the first line: `f(self, int axis=-1, out=None) -> ndarray`."""
    inside = re.search(r"\((.*)\)", function.__doc__.splitlines()[0])[1]
    pieces = [piece.partition("=") for piece in inside.split(", ")]
    return join(head.split()[-1] + ("=..." if equals else "") for head, equals, _ in pieces if head)


def read_signature(function):
    try:
        text = from_inspect(function)
    except ValueError:
        return from_docstring(function)
    return close_keywords(function, text) if "**kwargs" in text else text


def close_keywords(function, text):
    """`einsum(*operands, **kwargs)` accepts any keyword and raises inside: name those that its body asks for."""
    calls = [n for n in ast.walk(ast.parse(inspect.getsource(function))) if isinstance(n, ast.Call)]
    keywords = {n.args[0].value for n in calls if ast.unparse(n.func) in ("kwargs.pop", "kwargs.get")}
    if not keywords:
        return text
    star = [] if re.search(r"\*\w", text.replace("**kwargs", "")) else ["*"]
    return text.replace("**kwargs", join(star + [f"{name}=..." for name in sorted(keywords)]))


def functions(cupy):
    """Dotted name -> signature. What CuPy merely re-exports from NumPy does not dispatch, so it is left out."""
    found = {}
    for path in MODULES:
        module, numpys = walk(cupy, path), walk(np, path)
        for name in public(module):
            value = getattr(module, name)
            if (inspect.isroutine(value) or name == "matmul") and value is not getattr(numpys, name, None):
                found[f"{path}.{name}".lstrip(".")] = read_signature(value)
    return found


def same_as_numpy(cupy):
    """Data types and constants that CuPy takes from NumPy as they are."""
    names = (name for name in public(cupy) if getattr(cupy, name) is getattr(np, name, cupy))
    return " ".join(name for name in names if not inspect.isroutine(getattr(cupy, name)))


def has_method(ufunc, method):
    """A method that CuPy has not written says so before it looks at its arguments."""
    try:
        getattr(ufunc, method)(*[None] * UFUNC_METHODS[method])
    except NotImplementedError:
        return False
    except Exception:
        return True


def takes_keyword(ufunc, keyword):
    """Unknown keywords raise "Wrong arguments" before anything is computed."""
    try:
        ufunc(0, 0, **{keyword: None})
    except Exception as error:
        return "Wrong arguments" not in str(error)
    return True


def ufuncs(cupy, module):
    """Name -> the methods it has beside the call."""
    found = {name: getattr(module, name) for name in public(module) if isinstance(getattr(module, name), cupy.ufunc)}
    return {name: " ".join(m for m in UFUNC_METHODS if has_method(ufunc, m)) for name, ufunc in found.items()}


def ufunc_signatures(cupy):
    keywords = [f"{name}=..." for name in UFUNC_KEYWORDS if takes_keyword(cupy.add, name)]
    methods = {name: from_docstring(getattr(cupy.ufunc, name)) for name in UFUNC_METHODS}
    return {"__call__": join(["*args", *keywords]), **methods}


def methods(cls):
    return {name: read_signature(getattr(cls, name)) for name in public(cls) if inspect.isroutine(getattr(cls, name))}


def attributes(cls):
    return " ".join(name for name in public(cls) if not inspect.isroutine(getattr(cls, name)))


def freeze():
    import cupy
    from cupyx.scipy import special

    return {
        "attributes": attributes(cupy.ndarray),
        "constants": same_as_numpy(cupy),
        "cupy": cupy.__version__,
        "functions": functions(cupy),
        "generator": methods(cupy.random.Generator),
        "methods": methods(cupy.ndarray),
        "special": ufuncs(cupy, special),
        "ufunc_signatures": ufunc_signatures(cupy),
        "ufuncs": ufuncs(cupy, cupy) | {"matmul": ""},
    }


def as_text(names):
    return json.dumps(names, indent=0, sort_keys=True) + "\n"


def difference():
    """Lines that differ between the file and the installed CuPy; empty when they agree."""
    old, new = FILE.read_text(encoding="utf-8"), as_text(freeze())
    return list(difflib.unified_diff(old.splitlines(), new.splitlines(), "frozen", "installed", n=0, lineterm=""))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the installed CuPy; write nothing")
    if not parser.parse_args().check:
        FILE.write_text(as_text(freeze()), encoding="utf-8")
        return 0
    lines = difference()
    print("\n".join(lines) or "cupy_names.json agrees with the installed CuPy")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
