"""Where each topic of the syllabus is implemented, tested and taught: found in the sources, written to coverage.json.

    python -m npdl.course.coverage          (in the project; the tests fail when the file is not up to date)

A test that proves a topic is marked @pytest.mark.topic("R180"). What it proves is what it calls, itself or by way of a
helper in its file, of the module that this file mirrors (tests/ops/test_norm.py: npdl/ops/norm.py); of several names
those that stand in the topic's or the test's name, if any do. Else it is whatever of npdl it calls, or else the module
as a whole. A lesson teaches a topic whose id its text names.
"""

import ast
import json
import re
from pathlib import Path

from .topics import syllabus

FILE = Path(__file__).with_name("coverage.json")
ROOMS = "ops nn optim models vision ml maths mapping metrics data train viz graph text".split()
ID = re.compile(r"R\d{3}\b")


def collect(root):
    """{id: {"code": [...], "tests": [...], "lessons": [...]}} of the project in this folder."""
    found, places, topics = {}, definitions(root), {row["id"]: row["name"] for row in syllabus()}
    for path in sorted((root / "tests").rglob("test_*.py")):
        file, source = path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        imported, mirrored = _imported(tree, places), _mirrored(root, file)
        outside = [own for own in mirrored if own not in places.values()]  # of the rooms: npdl/tape.py
        helpers = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            for topic, scope in _marks(function):
                entry = found.setdefault(topic, {"code": [], "tests": [], "lessons": []})
                entry["tests"].append(f"{file}::{function.name}")
                called = _code([scope], imported, places)
                helped = _code([helpers[name] for name in _names(scope) if name in helpers], imported, places)
                about = f"{topics.get(topic, '')} {function.name}"
                entry["code"] += outside or _proved(called, helped, mirrored, about) or mirrored
    for path in sorted((root / "notebooks").glob("[0-9]*.py")):
        for topic in set(ID.findall(path.read_text(encoding="utf-8"))):
            entry = found.setdefault(topic, {"code": [], "tests": [], "lessons": []})
            entry["lessons"].append(f"notebooks/{path.stem}.ipynb")
    unique = {t: {kind: list(dict.fromkeys(all_of)) for kind, all_of in entry.items()} for t, entry in found.items()}
    return dict(sorted(unique.items()))


def definitions(root):
    """{"ops.batchnorm": "npdl/ops/norm.py"} for what every file of the rooms defines at its top level."""
    places = {}
    for room in ROOMS:
        for path in sorted((root / "npdl" / room).rglob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    names = [node.name]
                elif isinstance(node, ast.Assign):
                    names = [target.id for target in node.targets if isinstance(target, ast.Name)]
                else:
                    continue
                for name in names:
                    if not name.startswith("_"):
                        places.setdefault(f"{room}.{name}", path.relative_to(root).as_posix())
    return places


def _imported(tree, places):
    """{local name: "room.name"} of a test file's imports from npdl's rooms."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("npdl."):
            room = node.module.split(".")[1]
            names |= {a.asname or a.name: f"{room}.{a.name}" for a in node.names if f"{room}.{a.name}" in places}
    return names


def _marks(function):
    """(topic, what it is a mark of) of a test: the function itself, or one pytest.param of its parametrize."""
    scopes = [function, *(node for node in ast.walk(function) if _calls(node, "param"))]
    scopes.sort(key=lambda scope: sum(1 for _ in ast.walk(scope)))  # the innermost first
    marks = {}
    for scope in scopes:
        for node in ast.walk(scope):
            if _calls(node, "topic"):
                marks.setdefault((node.lineno, node.col_offset), (node, scope))
    arguments = [(a, scope) for node, scope in marks.values() for a in node.args]
    return [(a.value, scope) for a, scope in arguments if isinstance(a, ast.Constant) and ID.fullmatch(str(a.value))]


def _calls(node, name):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name


def _code(scopes, imported, places):
    used = [imported.get(name, name) for scope in scopes for name in _names(scope)]
    known = [name for name in dict.fromkeys(used) if name in places and name not in ("nn.Module", "nn.Parameter")]
    return [f"{places[name]}::{name.partition('.')[2]}" for name in known]


def _names(scope):
    """The names and the dotted names, "ops.relu", in a piece of source."""
    for node in ast.walk(scope):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Name):
            yield node.id


def _proved(called, helped, mirrored, about):
    """Of the places that a test and its helpers call, those that it is about."""
    own = [[place for place in places if place.partition("::")[0] in mirrored] for places in (called, helped)]
    own = own[0] or own[1]
    return [place for place in own if _stands_in(place, about)] or own or called


def _stands_in(place, text):
    """Whether the name of a place is in the text, letter by letter: batchnorm in "Batch normalisation"."""
    name, text = (re.sub(r"[\W_]", "", t.casefold()) for t in (place.partition("::")[2], text))
    return name in text


def _mirrored(root, file):
    """tests/ops/test_norm.py -> npdl/ops/norm.py, if there is such a file."""
    path = re.sub(r"^tests/(.*)test_", r"npdl/\1", file)
    return [path] if (root / path).exists() else []


def text(root):
    """What coverage.json should hold."""
    return json.dumps(collect(root), indent=0, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(Path.cwd()), encoding="utf-8")
    print(f"{FILE.name}: {len(json.loads(FILE.read_text(encoding='utf-8')))} topics")
