"""Mistakes in a function that a backward pass calls, where several ops share it."""

import ast
import inspect
import textwrap
from dataclasses import dataclass

from gradcheck.faults import Fault


@dataclass(frozen=True)
class Inner(Fault):
    """A mistake in `function`, which backward calls: backward gets a copy of its own, with `old` in it."""

    function: object = None

    def apply(self, forward, backward):
        """The two sources with the mistake in them; ValueError if a text to replace is not there exactly once."""
        if f"def {self.function.__name__}(" not in backward:  # another mistake may have brought it
            signature, body = backward.split("\n", 1)
            backward = f"{signature}\n{textwrap.indent(_source(self.function), '    ')}{body}"
        return super().apply(forward, backward)


def _source(function):
    """The source without its docstring."""
    lines = inspect.getsource(function).splitlines(keepends=True)
    docstring = ast.parse("".join(lines)).body[0].body[0]
    return "".join(lines[: docstring.lineno - 1] + lines[docstring.end_lineno :])
