"""Find a student's answers by name, in whatever state the file is, and put them into a pristine copy of the module.

What stands in the pristine module and is no exercise stays as it was given; functions, classes, imports and constants
that the student has added are kept; other statements are left out. Each repair is a Note.
"""

import ast
import io
import itertools
import re
import tokenize
from dataclasses import dataclass, field
from typing import NamedTuple

from .language import say

BLOCK = re.compile(r"^(?=@|(?:async )?def |(?:class|import|from|if|for|while|with) |try:|[A-Za-z_]\w*\s*[=(.\[])", re.M)


class Note(NamedTuple):
    """A repair: the key of its message and the fields."""

    key: str
    fields: dict

    def __call__(self, lang="en"):
        return say(self.key, lang, **self.fields)


@dataclass
class Piece:
    """A top-level statement: its kind (def, class, import, name, other), the names it defines, and its source."""

    kind: str
    names: tuple
    line: int
    source: str
    error: str = ""


@dataclass
class Grafted:
    """What is to run, the repairs, and the source of each answer that was there.

    chunks: [(file, first line, source, exercise)] in order. An exercise's chunk runs when it is first called, so that
    none can touch another; the others ("") run when the module is imported.
    """

    chunks: list
    notes: list = field(default_factory=list)
    found: dict = field(default_factory=dict)  # name: source


def decode(data):
    """(text, notes) of a file's bytes."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding).replace("\r\n", "\n"), []
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return data.decode("utf-8", errors="replace").replace("\r\n", "\n"), [Note("repair_encoding", {})]


def graft(pristine, student, exercises, filename):
    """The student's answers in the pristine module. exercises: the names that count in this module."""
    theirs, notes = pieces(student), []
    given = pieces(pristine)
    own = {name for piece in given for name in piece.names}
    answers, extra = {}, []
    for piece in theirs:
        name = piece.names[0] if piece.names else ""
        if name in exercises:
            answers.setdefault(name, []).append(piece)
        elif piece.error:
            notes.append(Note("repair_syntax", {"name": name or "?", "line": piece.line, "text": piece.error}))
        elif piece.kind == "other":
            notes += [Note("repair_statement", {"line": piece.line})] if not _is_text(piece) else []
        elif piece.kind == "import" or not set(piece.names) & own:
            extra.append(piece)
        elif not any(_same(piece, g) for g in given):
            notes.append(Note("repair_given", {"name": name}))
    result = Grafted([], notes)
    for piece in [p for p in given if p.kind == "import"] + extra:
        result.chunks.append((filename, piece.line, piece.source, ""))
    for piece in (p for p in given if p.kind != "import"):
        name = piece.names[0] if piece.names else ""
        chosen = _chosen(name, answers.get(name, []), notes) if name in exercises else None
        if chosen is not None:
            result.found[name] = chosen.source
        chunk = _chunk(filename, chosen or piece, name)
        result.chunks.append((*chunk, name if name in exercises else ""))
    return result


def _chosen(name, found, notes):
    """The answer that counts."""
    if not found:
        notes.append(Note("repair_missing", {"name": name}))
        return None
    if len(found) > 1:
        notes.append(Note("repair_twice", {"name": name, "count": len(found)}))
    if found[-1].error:
        notes.append(Note("repair_syntax", {"name": name, "line": found[-1].line, "text": found[-1].error}))
    return found[-1]


def _chunk(filename, piece, name):
    if not piece.error:
        return filename, piece.line, piece.source
    text = f"{piece.error} (line {piece.line})"  # only this function fails, and only when it is called
    return filename, piece.line, f"def {name}(*args, **options): raise SyntaxError({text!r})\n"


def pieces(text):
    """The top-level statements. Where the text as a whole is no Python, block by block."""
    try:
        return [_piece(node, text) for node in ast.parse(text).body]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [piece for line, block in _blocks(text) for piece in _parsed(block, line)]


def _blocks(text):
    """(first line, text) of each top-level block: it begins at the left edge. A decorator stays with its function."""
    starts = sorted({0, *(m.start() for m in BLOCK.finditer(text)), len(text)})
    blocks = [(text.count("\n", 0, a) + 1, text[a:b]) for a, b in itertools.pairwise(starts)]
    joined = []
    for line, block in blocks:
        if joined and joined[-1][1].lstrip().startswith("@") and "def " not in joined[-1][1]:
            joined[-1] = (joined[-1][0], joined[-1][1] + block)
        else:
            joined.append((line, block))
    return joined


def _parsed(block, line):
    try:
        nodes = ast.parse(block).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        name = re.search(r"^(?:async )?(?:def|class)\s+(\w+)", block, re.M)
        where = line + (getattr(error, "lineno", 1) or 1) - 1
        names = (name.group(1),) if name else ()
        return [Piece("def" if name else "other", names, where, block, getattr(error, "msg", None) or str(error))]
    found = [_piece(node, block) for node in nodes]
    for piece in found:
        piece.line += line - 1
    return found


def _piece(node, text):
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    source = "\n".join(text.split("\n")[first - 1 : node.end_lineno]) + "\n"
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return Piece("def", (node.name,), first, source)
    if isinstance(node, ast.ClassDef):
        return Piece("class", (node.name,), first, source)
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return Piece("import", tuple((a.asname or a.name) for a in node.names), first, source)
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and all(isinstance(t, ast.Name) for t in targets):
        return Piece("name", tuple(t.id for t in targets), first, source)
    return Piece("other", (), first, source)


def _is_text(piece):
    """Whether a statement is nothing but a text: a module's docstring."""
    return re.match(r"""\s*[rRuU]?["']""", piece.source) is not None


def _same(a, b):
    return a.names == b.names and _tree(a.source) == _tree(b.source)


def _tree(source):
    """The code without its docstring and comments, to compare."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
            del node.body[0]
    return ast.dump(tree)
