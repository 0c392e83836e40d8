"""The command: python -m gradcheck module:forward module:backward --op conv2d.

Ends with 0 if the gradients are right, 1 if they are wrong, 2 if the command could not be understood or carried out,
3 if nothing could be decided.
"""

import argparse
import ast
import importlib
import importlib.util
import sys
import traceback
from pathlib import Path

import numpy as np

from .core import DTYPES, MODES, check
from .inputs import Draw, inputs_for
from .shrink import FAILED, smallest

STATUS = {"ok": 0, "wrong": 1, "inconclusive": 3}


class Usage(Exception):
    """What the caller should change, in one line."""


def main(arguments=None):
    """Run the command and return its exit status."""
    try:
        report = _report(_parser().parse_args(arguments))
    except Usage as e:
        print(f"gradcheck: {e}", file=sys.stderr)
        return 2
    return STATUS.get(report.verdict, 3)


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"gradcheck: {message} (python -m gradcheck --help)\n")


def _parser():
    parser = _Parser("python -m gradcheck", description="Is this backward pass right?")
    parser.add_argument("forward", help="module:function, or path/to/file.py:function")
    parser.add_argument("backward", help="the same; :function alone is looked for beside forward")
    source = parser.add_mutually_exclusive_group(required=False)
    source.add_argument("--inputs", metavar="FILE.npz", help="the inputs, in the order in which the file holds them")
    source.add_argument("--shape", action="append", metavar="x=3,4", help="a Gaussian input; once for each, in order")
    parser.add_argument("--op", help="the registered op that this is; its inputs, where none are given")
    parser.add_argument("--option", action="append", default=[], metavar="stride=2", help="a keyword of forward")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dtype", choices=[name for name in DTYPES if name], default="float64")
    parser.add_argument("--mode", choices=MODES, default="auto")
    parser.add_argument("--budget", type=float, default=2.0, metavar="SECONDS")
    parser.add_argument("--shrink", action="store_true", help="if it is wrong, print the smallest failing case too")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--html", metavar="FILE", help="write the report to a page of HTML as well")
    return parser


def _report(args):
    """Check, print the report, and return it."""
    forward = _function(args.forward)
    beside = args.forward.rpartition(":")[0]
    backward = _function(beside + args.backward if args.backward.startswith(":") else args.backward)
    given, options = _inputs(args, forward)
    keywords = {key: getattr(args, key) for key in ("seed", "dtype", "mode", "budget", "op")}
    try:
        report = check(forward, backward, given, options=options, **keywords)
    except Exception as e:
        raise Usage(_one_line(e)) from e
    print(report.to_json() if args.json else report)
    if args.shrink and any(r.verdict in FAILED for r in report.inputs.values()):
        print(f"\n{smallest(report, args.budget)}")
    if args.html:
        page = f'<!doctype html>\n<meta charset="utf-8">\n<title>gradcheck</title>\n{report._repr_html_()}\n'
        Path(args.html).write_text(page, encoding="utf-8")
    return report


def _function(text):
    """The function of module:name or file.py:name."""
    where, colon, name = text.rpartition(":")
    if not (colon and where and name):
        raise Usage(f"expected module:function or file.py:function; got {text!r}")
    try:
        module = _load(Path(where)) if where.endswith(".py") else importlib.import_module(where)
    except Exception as e:
        raise Usage(f"cannot import {where}: {_one_line(e)}") from e
    if not callable(getattr(module, name, None)):
        functions = ", ".join(n for n, f in vars(module).items() if callable(f) and not n.startswith("_"))
        raise Usage(f"{where} should define the function {name}; it defines {functions or 'none'}")
    return getattr(module, name)


def _load(path):
    """The module in a file; it can import its neighbours."""
    name = path.stem
    known = sys.modules.get(name)
    if known is not None and getattr(known, "__file__", None) == str(path.resolve()):
        return known
    if not path.is_file():
        raise FileNotFoundError("no such file")
    sys.path.insert(0, str(path.resolve().parent))
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _inputs(args, forward):
    """(inputs by name, options): from the file, from shapes, or from the op's own."""
    options = dict(_pair(text, "--option", _literal) for text in args.option)
    if args.inputs:
        try:
            with np.load(args.inputs, allow_pickle=False) as file:
                return dict(file), options
        except (OSError, ValueError, TypeError) as e:
            raise Usage(f"cannot read {args.inputs} as .npz: {_one_line(e)}") from e
    if args.shape:
        draw = Draw(args.seed)
        return {
            name: draw.gaussian(*shape) for name, shape in (_pair(s, "--shape", _shape) for s in args.shape)
        }, options
    if not args.op:
        raise Usage("expected inputs: --inputs file.npz, --shape x=3,4 for each, or --op name")
    try:
        return inputs_for(forward, args.op, args.seed, **options)
    except ValueError as e:
        raise Usage(str(e)) from e


def _pair(text, flag, value):
    """(name, value) of name=value."""
    name, equals, rest = text.partition("=")
    try:
        if not (equals and name.isidentifier()):
            raise ValueError
        return name, value(rest)
    except ValueError:
        example = "x=3,4" if flag == "--shape" else "stride=2"
        raise Usage(f"expected {flag} {example}; got {flag} {text}") from None


def _shape(text):
    shape = tuple(int(n) for n in text.split(",") if n)
    if any(n < 0 for n in shape):
        raise ValueError
    return shape


def _literal(text):
    """A Python literal, or the text itself."""
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return text


def _one_line(e):
    """The exception and where it was raised, unless this package raised it to say what is expected."""
    message = f"{type(e).__name__}: {e}".splitlines()[0]
    frames = traceback.extract_tb(e.__traceback__)
    own = Path(__file__).parent
    if not frames or Path(frames[-1].filename).parent == own or "importlib" in frames[-1].filename:
        return str(e).splitlines()[0] if str(e).startswith("gradcheck.") else message
    return f"{message} ({Path(frames[-1].filename).name}, line {frames[-1].lineno})"


if __name__ == "__main__":
    sys.exit(main())
