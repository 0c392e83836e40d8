"""The assignments: where they are, and what their files declare.

    assignments/a2_networks/
        assignment.toml      title, parts in their order, languages
        source/layers.py     the reference module: solutions between marks
        source/layers_notebook.py   the story, in the percent format
        checks/layers.py     its exercises
        en/ zh/              made from the source: notebooks, and modules with gaps
"""

import difflib
import functools
import sys
import tomllib
import types
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from . import exercise as vocabulary

HERE = Path(__file__).resolve().parent


def folder():
    """The folder of the assignments: beside the package in a checkout, inside it in an installation."""
    beside = HERE.parents[1] / "assignments"
    return beside if beside.is_dir() else HERE / "assignments"


@dataclass
class Assignment:
    """One assignment, as its files declare it."""

    name: str  # a1
    path: Path
    title: dict
    parts: list
    languages: list
    exercises: dict = field(default_factory=dict)  # name: Exercise, in order
    modules: dict = field(default_factory=dict)  # name: reference module
    docs_zh: dict = field(default_factory=dict)  # name: {function: its docstring in Chinese}, that of the module as ""

    def pristine(self, module, lang="en"):
        """The source of a student module, with its gaps."""
        path = self.path / lang / f"{module}.py"
        path = path if path.is_file() else self.path / "en" / f"{module}.py"
        return path.read_text(encoding="utf-8")

    def of(self, module):
        """The exercises of a module."""
        return [e for e in self.exercises.values() if e.module == module]


def names():
    """{a1: folder, ...}"""
    return {path.name.partition("_")[0]: path for path in sorted(folder().glob("a[0-9]*_*"))}


@functools.cache
def load(name):
    """An Assignment with its reference modules and exercises. ValueError for an unknown name."""
    known = names()
    if name not in known:
        raise ValueError(f"course: the assignment should be one of {', '.join(known) or 'none'}; got {name!r}")
    path = known[name]
    with open(path / "assignment.toml", "rb") as file:
        about = tomllib.load(file)
    assignment = Assignment(name, path, **about)
    with _importable(assignment.modules):
        for part in assignment.parts:
            assignment.modules[part] = sys.modules[part] = _module(part, path / "source" / f"{part}.py")
    for part in assignment.parts:
        declared, docs = _declared(path / "checks" / f"{part}.py", assignment.modules[part])
        assignment.docs_zh[part] = docs | {e.name: e.doc_zh for e in declared if e.doc_zh}
        for exercise in declared:
            exercise.assignment, exercise.module, exercise.right = name, part, assignment.modules[part]
            if exercise.name in assignment.exercises:
                raise ValueError(f"course: exercises should have different names; got {name}/{exercise.name} twice")
            assignment.exercises[exercise.name] = exercise
    return assignment


def find(exercise):
    """The Exercise of this name, in whatever assignment. ValueError that names near ones."""
    wanted, _, short = exercise.rpartition("/")
    known = {e.name: e for name in names() if wanted in ("", name) for e in load(name).exercises.values()}
    if short not in known:
        near = ", ".join(difflib.get_close_matches(short, known, n=4, cutoff=0.5)) or ", ".join(known) or "none"
        raise ValueError(f"course: the exercise should be one that exists (near: {near}); got {exercise!r}")
    return known[short]


def served(exercise, assignment):
    """{"module.name": the reference function} for what an exercise may call."""
    import npdl

    found = {}
    for name in exercise.uses:
        if name.startswith("npdl."):
            room, _, function = name.rpartition(".")
            found[name] = _library(getattr(functools.reduce(getattr, room.split(".")[1:], npdl), function))
        else:
            below = assignment.exercises[name]
            found[f"{below.module}.{name}"] = below.reference
    return found


def _library(function):
    """A function of npdl as it is served. A Geometry in a cache that has travelled is a tuple; it is made anew."""
    if function.__name__ not in ("conv2d_backward", "max_pool2d_backward"):
        return function
    from npdl.ops.windows import Geometry

    return lambda dout, cache, **options: function(dout, (*cache[:-1], Geometry(*cache[-1])), **options)


def extend(assignment, extra):
    """Add a teacher's own cases, laws and mistakes: extra/a2/layers.py, with extend("affine_forward", cases=...)."""
    for path in sorted((extra / assignment.name).glob("*.py")):
        room = _vocabulary(path) | {"right": assignment.modules.get(path.stem)}
        room["extend"] = lambda name, **fields: _extended(assignment, name, **fields)
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), room)


def _extended(assignment, name, cases=None, laws=(), mistakes=()):
    if name not in assignment.exercises:
        raise ValueError(f"extend: name should be an exercise of {assignment.name}; got {name!r}")
    exercise = assignment.exercises[name]
    if cases is not None:
        before = exercise.cases
        exercise.cases = lambda rng: [*before(rng), *cases(rng)]
    exercise.laws, exercise.mistakes = [*exercise.laws, *laws], [*exercise.mistakes, *mistakes]


def _vocabulary(path):
    """The words of a file of checks."""
    return {"__file__": str(path)} | {name: getattr(vocabulary, name) for name in vocabulary.__all__}


@contextmanager
def _importable(modules):
    """While the reference modules are read, they can import each other by plain names."""
    before = dict(sys.modules)  # a notebook may have imported the student's, of the same names
    try:
        yield
    finally:
        for name in modules:
            sys.modules.pop(name, None)
            sys.modules.update({name: before[name]} if name in before else {})


def _module(name, path):
    """A reference module; it keeps its source."""
    source = path.read_text(encoding="utf-8")
    module = types.ModuleType(name)
    module.__file__, module.__source__ = str(path), source
    exec(compile(source, str(path), "exec"), vars(module))
    return module


def _declared(path, right):
    """The exercises in a file of checks, and DOCS_ZH: docstrings in Chinese of what is no exercise."""
    found = []
    room = _vocabulary(path) | {"right": right}
    room["exercise"] = lambda name, **fields: found.append(vocabulary.Exercise(name, **fields))
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), room)
    return found, room.get("DOCS_ZH", {})
