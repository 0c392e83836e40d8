"""What an exercise is: the inputs on which an answer is tried, what must hold, the mistakes that are known, the hints.

A file of checks declares them. It stands beside the reference module, which it sees as `right`:

    exercise(
        "affine_backward",
        cases=lambda rng: [backward_case(right.affine_forward, inputs(rng), rng) for _ in range(3)],
        returns=("dx", "dw", "db"),
        op="affine",
        mistakes=[Mistake("mean", "dout.sum(axis=0)", "dout.mean(axis=0)", "db is a mean", "db 取了平均"), ...],
        hints=[("What shape has db?", "db 的形状是什么？"), ...],
    )
"""

import ast
import copy
import functools
import zlib
from dataclasses import dataclass, field

import numpy as np

from .inside.wire import Draws
from .language import Text

__all__ = ["Case", "Draws", "Exercise", "Law", "Mistake", "backward_case"]


class Case:
    """One call of the answer: positional arguments and options. Draws(seed) among them is a random generator."""

    def __init__(self, *args, **options):
        self.args, self.options = args, options
        self.forward, self.dout = None, None  # (args, options) of forward, and dout, for a backward's case

    def call(self, function, updates=()):
        """What the function gives, on copies; with `updates`, (value, those positional arguments after the call)."""
        args, options = copy.deepcopy((list(self.args), self.options))
        made = lambda x: np.random.default_rng(x.seed) if isinstance(x, Draws) else x  # noqa: E731
        value = function(*map(made, args), **{name: made(x) for name, x in options.items()})
        return (value, *[args[i] for i in updates]) if updates else value

    def __repr__(self):
        return f"Case{(*self.args, *self.options.items())!r}"


def backward_case(forward, case, rng):
    """The case of a backward: dout is drawn, the cache is that of the reference's forward on `case`."""
    out, cache = case.call(forward)
    dout = rng.standard_normal(np.shape(out)) if np.shape(out) else float(rng.standard_normal())
    made = Case(dout, cache)
    made.forward, made.dout = (case.args, case.options), dout
    return made


@dataclass(frozen=True)
class Mistake:
    """A wrong answer: in the reference's source the text `old`, there exactly once, becomes `new`.

    en, zh: a sentence that names the mistake and does not give the right formula. With old = "" the text `new` is the
    whole function.
    """

    code: str
    old: str
    new: str
    en: str
    zh: str

    @property
    def text(self):
        return Text(self.en, self.zh)

    def source(self, right):
        """The wrong function's source. ValueError if `old` is not in the right one exactly once."""
        if not self.old:
            return self.new
        if right.count(self.old) != 1:
            raise ValueError(f"Mistake: old of {self.code} should be text that the answer has once; got {self.old!r}")
        return right.replace(self.old, self.new)


@dataclass(frozen=True)
class Law:
    """What holds for every right answer: holds(case, result) -> bool. en, zh: the law in a sentence."""

    code: str
    holds: object
    en: str
    zh: str

    @property
    def text(self):
        return Text(self.en, self.zh)


@dataclass
class Exercise:
    """One function that the student writes.

    cases: f(rng) -> the calls on which it is tried, drawn anew from a seed. uses: names of the functions that it may
    call; they are served from the reference ("affine_forward" of an exercise, "npdl.ops.relu_forward" of the library).
    returns: names of the parts of the result, for messages. look: f(result) -> the part that must equal the
    reference's (the output without the cache, say). compare: False where only the laws decide. op: the op of npdl with
    whose pair this one can be swapped. updates: numbers of the positional arguments that the answer changes in place,
    by its contract; then `look` and the laws see (value, those arguments after the call). tolerance: relative, beside
    the root mean square of the expected array. seconds: for one call. also_right: sources of other right answers, which
    must be accepted. doc_zh: the docstring in Chinese.
    """

    name: str
    cases: object
    hints: list
    mistakes: list
    laws: list = field(default_factory=list)
    uses: tuple = ()
    returns: tuple = ()
    look: object = None
    compare: bool = True
    op: str = ""
    updates: tuple = ()
    points: float = 1.0
    topics: tuple = ()
    tolerance: float = 1e-7
    seconds: float = 5.0
    also_right: tuple = ()
    doc_zh: str = ""
    assignment: str = ""  # these three are filled in when the checks are read
    module: str = ""
    right: object = None  # the reference's module

    def __post_init__(self):
        self.hints = [Text(*hint) for hint in self.hints]

    def part(self, result):
        """The part of a result that counts; what `look` raises where the result has no such part, goes through."""
        return self.look(result) if self.look else result

    @property
    def reference(self):
        """The right function."""
        return getattr(self.right, self.name)

    @property
    def source(self):
        """The right function's source, without its docstring."""
        return _source(self.right.__source__, self.name)

    def wrong(self, mistake):
        """The function of a known mistake."""
        room = dict(vars(self.right))
        exec(compile(mistake.source(self.source), f"<{self.name}: {mistake.code}>", "exec"), room)
        return room[self.name]

    def draw(self, seed):
        """The cases of a seed."""
        return list(self.cases(np.random.default_rng([seed, zlib.crc32(self.name.encode())])))


@functools.lru_cache(maxsize=512)
def _source(text, name):
    function = next(node for node in ast.parse(text).body if getattr(node, "name", "") == name)
    lines = text.splitlines(keepends=True)
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        del lines[first.lineno - 1 : first.end_lineno]
        function.end_lineno -= first.end_lineno - first.lineno + 1
    marks = ("# BEGIN SOLUTION", "# END SOLUTION")
    kept = lines[function.lineno - 1 : function.end_lineno]
    return "".join(line for line in kept if line.strip() not in marks)
