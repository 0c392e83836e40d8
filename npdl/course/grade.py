"""`npdl grade`: a class at a time, each submission in a child that is shut in; a CSV, a JSON and a page come out.

A grade is a function of the submission, the version of the material and the seed.
"""

import csv
import functools
import json
import multiprocessing
import multiprocessing.connection
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import check, judge, material, submission
from .build import digest
from .child import Child, Limits
from .report import page
from .result import Line, Result

MEMORY = 8 << 30  # bytes of address space of the process that grades one submission
BUDGET = 120.0  # seconds for one submission; what is not judged by then counts as out of time


@dataclass
class Graded:
    """One submission: its results, the repairs, and what walls it ran behind."""

    name: str
    results: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    problem: str = ""  # why it could not be read at all
    walls: tuple = ()
    seconds: float = 0.0

    @property
    def points(self):
        """The sum of its points."""
        return sum(result.points for result in self.results)

    def as_dict(self):
        """Plain values, without what differs from run to run."""
        results = [{k: v for k, v in r.as_dict().items() if k not in ("seconds", "file")} for r in self.results]
        about = {"name": self.name, "points": self.points, "problem": self.problem, "notes": self.notes}
        return {**about, "results": results}


def grade(path, name, *, seed=0, limits=None, hidden=(), budget=BUDGET):
    """Grade one submission, a zip or a folder."""
    assignment, start = material.load(name), time.monotonic()
    graded = Graded(Path(path).name.removesuffix(".zip"))
    try:
        data = submission.read(path, assignment)
    except submission.Unreadable as error:
        graded.problem = str(error)
        graded.results = [_nothing(e, "missing", seed) for e in assignment.exercises.values()]
        return graded
    modules, notes, found = check.grafted(assignment, data)
    graded.notes = [f"{module}.py: {note('en')}" for module, of in notes.items() for note in of]
    with Child(confined=True, limits=limits or Limits(), hidden=tuple(hidden)) as child:
        for exercise in assignment.exercises.values():
            if time.monotonic() - start > budget:
                graded.results.append(_nothing(exercise, "timeout", seed))
                continue
            graded.results.append(check.judged(exercise, assignment, modules, found, child, seed))
            graded.walls = child.walls or graded.walls
    graded.seconds = time.monotonic() - start
    return graded


def _nothing(exercise, kind, seed):
    """The Result of an exercise that was not run."""
    result = Result(exercise.name, exercise.assignment, "wrong", 0.0, exercise.points, kind, seed=seed)
    fields = {"name": exercise.name, "file": f"{exercise.module}.py", "seconds": exercise.seconds}
    result.lines.append(Line(kind, fields))
    return result


def grade_all(paths, name, *, seed=0, jobs=None, hidden=(), say=None, **settings):
    """[Graded, ...] in the order of the paths. One that ends its own grader gets nothing, and touches no other."""
    assignment = material.load(name)
    for exercise in assignment.exercises.values():  # once for all: the processes below inherit it
        judge.prepared(exercise, seed)
        judge.mistaken(exercise, seed)
    if "fork" not in multiprocessing.get_all_start_methods():
        return [grade(path, name, seed=seed, hidden=hidden, **settings) for path in paths]
    context, jobs = multiprocessing.get_context("fork"), jobs or os.cpu_count() or 1
    waiting, running, done = list(enumerate(paths)), {}, {}
    while waiting or running:
        while waiting and len(running) < jobs:
            number, path = waiting.pop(0)
            mine, theirs = context.Pipe(duplex=False)
            arguments = (theirs, path, name, dict(seed=seed, hidden=hidden, **settings))
            process = context.Process(target=_worker, args=arguments, daemon=True)
            process.start()
            theirs.close()
            running[mine] = (number, path, process)
        for pipe in multiprocessing.connection.wait(list(running)):
            number, path, process = running.pop(pipe)
            try:
                done[number] = pipe.recv()
            except (EOFError, OSError):
                done[number] = Graded(Path(path).name.removesuffix(".zip"), problem="its grader has ended")
                done[number].results = [_nothing(e, "crash", seed) for e in assignment.exercises.values()]
            process.join()
            pipe.close()
            if say:
                say(f"{len(done)}/{len(paths)}  {done[number].name}: {done[number].points:g}")
    return [done[number] for number in sorted(done)]


def _worker(pipe, path, name, settings):
    """In a process of its own: grade one submission and send the outcome, in which no value of the student's is.

    The reference works here on arguments that a submission may choose, so it has bounds, too.
    """
    _bounded(settings.get("budget", BUDGET))
    graded = grade(path, name, **settings)
    for result in graded.results:
        result.lines = [Frozen(line("en"), line("zh")) for line in result.lines]
    pipe.send(graded)


def _bounded(budget):
    """Bound this process's memory and time; its end ends the child."""
    import resource
    import signal

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard), hard))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(int(2 * budget) + 1)


@dataclass
class Frozen:
    """A sentence in both languages; it can be sent to another process."""

    en: str
    zh: str

    def __call__(self, lang):
        return getattr(self, lang)


def write_csv(path, graded, assignment):
    """One row a submission: its name, points, out of, then the points of each exercise, then what was repaired."""
    names = list(assignment.exercises)
    most = sum(e.points for e in assignment.exercises.values())
    with open(path, "w", newline="", encoding="utf-8-sig") as file:  # the mark lets spreadsheets read Chinese
        writer = csv.writer(file)
        writer.writerow(["submission", "points", "of", *names, "problem", "repairs"])
        for g in graded:
            points = {r.exercise: f"{r.points:g}" for r in g.results}
            row = [_plain(g.name), f"{g.points:g}", f"{most:g}", *(points.get(n, "0") for n in names)]
            writer.writerow([*row, _plain(g.problem), _plain("; ".join(g.notes))])


def _plain(text):
    """Text that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def submissions(folder):
    """The zips and folders in a folder, by name."""
    folder = Path(folder)
    if not folder.is_dir():
        raise ValueError(f"the submissions should be in a folder; got {str(folder)!r}")
    found = [p for p in sorted(folder.iterdir()) if not p.name.startswith(".") and (p.suffix == ".zip" or p.is_dir())]
    if not found:
        raise ValueError(f"the folder should hold zips or folders; got {str(folder)!r}, with none")
    return found


def command(arguments):
    """`npdl grade`: returns the exit status."""
    paths, out = submissions(arguments.submissions), Path(arguments.out)
    assignment = material.load(arguments.assignment or _named(paths))
    if arguments.extra:
        material.extend(assignment, Path(arguments.extra))
    hidden = [arguments.submissions, *([arguments.extra] if arguments.extra else [])]
    start, say = time.monotonic(), functools.partial(print, file=sys.stderr)
    graded = grade_all(paths, assignment.name, seed=arguments.seed, jobs=arguments.jobs, hidden=hidden, say=say)
    walls = sorted({wall for g in graded for wall in g.walls})
    write_csv(out, graded, assignment)
    about = {"assignment": assignment.name, "material": digest(assignment), "seed": arguments.seed, "walls": walls}
    whole = {**about, "submissions": [g.as_dict() for g in graded]}
    out.with_suffix(".json").write_text(json.dumps(whole, indent=1, ensure_ascii=False), encoding="utf-8")
    out.with_suffix(".html").write_text(page(assignment, graded, about), encoding="utf-8")
    print(f"{len(graded)} submissions in {time.monotonic() - start:.0f} s: {out}, and .json and .html beside it")
    bare = "containment only: this system has neither namespaces nor Landlock"
    print(f"shut in by: {', '.join(walls)}" if walls else bare)
    return 0


def _named(paths):
    """The assignment that the zips name, where all name one."""
    import zipfile
    from contextlib import suppress

    said = set()
    for path in paths:
        if path.suffix == ".zip":
            with suppress(Exception), zipfile.ZipFile(path) as archive, archive.open("manifest.json") as file:
                said.add(json.loads(file.read(1 << 16))["assignment"])
    known = said & set(material.names())
    if len(known) != 1:
        raise ValueError(f"--assignment should say which one it is ({', '.join(material.names())}); got none")
    return known.pop()
