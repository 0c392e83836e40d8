"""npdl.check("affine_backward"): judge the student's file. Notebook, command and grader use this one engine."""

import contextlib
import hashlib
import json
import os
import secrets
import sys
import time
from pathlib import Path

from . import material
from .child import Child
from .graft import decode, graft
from .judge import judge
from .language import LANGUAGES, language, say
from .result import SIGNS, Line, Result

MANIFEST = "npdl-course.json"


def check(exercise, *, folder=None, seed=None, lang=None):
    """Judge one exercise in the student's files; the Result shows itself.

    exercise: its name, "affine_backward" or "a2/affine_backward". folder: where the student module is (default: this
    folder, or the assignment's folder below it). seed: of the inputs (default: a new one each time, which is printed).
    While nbgrader grades, it is what `npdl grade` would do: seed 0, and the child shut in.
    """
    wanted = material.find(exercise)
    place = Path(folder) if folder is not None else whereabouts(wanted.assignment, wanted.module)
    grading = os.environ.get("NBGRADER_EXECUTION") == "autograde"
    seed = 0 if grading and seed is None else seed
    with Child(confined=grading) as child:
        return examine(wanted, place, child, seed=seed, lang=spoken(place, lang))


def examine(wanted, place, child, *, seed=None, lang="en"):
    """The Result of one exercise for the student modules in a folder."""
    assignment = material.load(wanted.assignment)
    seed = secrets.randbelow(10_000) if seed is None else seed
    path = place / f"{wanted.module}.py"
    if not path.is_file():
        result = Result(wanted.name, wanted.assignment, "wrong", 0.0, wanted.points, "missing", seed=seed, lang=lang)
        result.lines.append(Line("no_file", {"file": str(path)}))
        return result
    data = {name: file.read_bytes() for name in assignment.parts if (file := place / f"{name}.py").is_file()}
    modules, notes, found = grafted(assignment, data)
    result = judged(wanted, assignment, modules, found, child, seed)
    result.file, result.sha256 = str(path), hashlib.sha256(data[wanted.module]).hexdigest()
    result.lines += [Line(n.key, n.fields) for n in notes[wanted.module] if n.key == "repair_syntax"]
    result.lang = lang
    return result


def grafted(assignment, data):
    """({module: chunks}, {module: notes}, names of the answers found) for the bytes of the student's modules."""
    modules, notes, found = {}, {}, set()
    for name in assignment.parts:
        pristine = assignment.pristine(name)
        text, repairs = decode(data[name]) if name in data else (pristine, [])
        result = graft(pristine, text, {e.name for e in assignment.of(name)}, f"{name}.py")
        modules[name], notes[name] = result.chunks, repairs + result.notes
        found |= set(result.found)
    return modules, notes, found


def judged(wanted, assignment, modules, found, child, seed):
    """Judge an exercise over the reference, and once more over the student's own functions below it."""
    served = material.served(wanted, assignment)
    below = [name for name in wanted.uses if name in found]
    own = below if len(below) == sum(not name.startswith("npdl.") for name in wanted.uses) else []
    return judge(wanted, modules, child, served, seed, own_below=own)


def whereabouts(assignment, module):
    """The folder with the student's module: this one, the assignment's below it, or the working copy's."""
    here = Path.cwd()
    for base in (here, *here.parents):
        for place in (base, base / assignment, base / "my-course" / assignment):
            if (place / f"{module}.py").is_file() and _is_copy(place):
                return place
    return here


def _is_copy(place):
    """Whether this is a student's folder, and not the one of the sources."""
    return not (place.parent / "assignment.toml").exists()


def spoken(place, lang=None):
    """The language of a working copy, unless another is wanted."""
    if lang is None and "NPDL_LANG" not in os.environ:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            lang = json.loads((Path(place).resolve().parent / MANIFEST).read_text(encoding="utf-8"))["lang"]
            lang = lang if lang in LANGUAGES else None
    return language(lang)


def hint(exercise, number=None, *, lang=None):
    """The next hint for an exercise, or hint `number` (1, 2, 3). The last one may give the formula."""
    wanted = material.find(exercise)
    lang = spoken(whereabouts(wanted.assignment, wanted.module), lang)
    if number is None:
        _given[wanted.name] = number = min(_given.get(wanted.name, 0) + 1, len(wanted.hints))
    if not (isinstance(number, int) and 1 <= number <= len(wanted.hints)):
        raise ValueError(f"hint: number should be from 1 to {len(wanted.hints)}; got {number!r}")
    print(say("hint", lang, number=number, total=len(wanted.hints), text=wanted.hints[number - 1](lang)))


_given = {}  # exercise: how many hints this session has shown


def results(name, folder=None, *, seed=None, lang=None):
    """All Results of an assignment, one after the other, as they are had."""
    assignment = material.load(name)
    with Child() as child:
        for wanted in assignment.exercises.values():
            place = Path(folder) if folder is not None else whereabouts(name, wanted.module)
            yield examine(wanted, place, child, seed=seed, lang=spoken(place, lang))


def table(found, lang="en"):
    """A table of progress."""
    width = max([len(r.exercise) for r in found] + [8])
    row = "  {} {:{}}  {:4g} / {:<4g} {}"
    lines = [row.format(SIGNS[r.status], r.exercise, width, r.points, r.of, say(r.status, lang)) for r in found]
    total = say("points", lang, points=sum(r.points for r in found), of=sum(r.of for r in found))
    return "\n".join([*lines, f"  {total}"])


def command(arguments):
    """`npdl check`: an exercise, or all of an assignment; returns the exit status."""
    if arguments.watch:
        return _watch(arguments)
    return 0 if _once(arguments) else 1


def _once(arguments):
    target, lang = arguments.target, arguments.lang
    if target in material.names():
        found = []
        for result in results(target, arguments.folder, seed=arguments.seed, lang=lang):
            found.append(result)
            if not arguments.json and result.status == "wrong":
                print(result.text())
        text = table(found, found[0].lang if found else "en")
    else:
        found = [check(target, folder=arguments.folder, seed=arguments.seed, lang=lang)]
        text = found[0].text()
        if not found[0].ok:
            text += "\n    " + say("more_hints", found[0].lang, name=found[0].exercise)
    print(json.dumps([r.as_dict() for r in found], ensure_ascii=False, indent=1) if arguments.json else text)
    return all(found)


def _watch(arguments):
    """Check again whenever a module is saved, until Ctrl-C."""
    target = arguments.target
    wanted = material.find(target) if target not in material.names() else None
    assignment = material.load(target if wanted is None else wanted.assignment)
    parts = assignment.parts if wanted is None else [wanted.module]
    before = None
    while True:
        place = Path(arguments.folder) if arguments.folder else whereabouts(assignment.name, parts[0])
        now = {part: (place / f"{part}.py").stat().st_mtime_ns for part in parts if (place / f"{part}.py").exists()}
        if now != before:
            before = now
            print(time.strftime("-- %H:%M:%S"))
            _once(arguments)
            sys.stdout.flush()
        time.sleep(0.3)


def hint_command(arguments):
    """`npdl hint`: returns the exit status."""
    hint(arguments.exercise, arguments.number or 1, lang=arguments.lang)
    return 0
