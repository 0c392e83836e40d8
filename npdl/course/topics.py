"""`npdl topics`: the 536 topics of the syllabus, where each is implemented, tested and taught."""

import csv
import json
from importlib.resources import files
from typing import NamedTuple

LONGEST = 12  # places shown of one kind


class Topic(NamedTuple):
    """One topic; code, tests and lessons are places in the project such as npdl/ops/norm.py::batchnorm."""

    id: str
    area: str
    name: str  # in English, with the Chinese term where there is one
    code: tuple = ()
    tests: tuple = ()
    lessons: tuple = ()


def topics():
    """All topics in the order of the syllabus."""
    folder = files(__package__)
    found = json.loads((folder / "coverage.json").read_text(encoding="utf-8"))
    rows = csv.DictReader((folder / "topics.csv").read_text(encoding="utf-8").splitlines())
    return [Topic(**row, **{kind: tuple(v) for kind, v in found.get(row["id"], {}).items()}) for row in rows]


def search(words):
    """The topics whose id, area or name has all of these words, upper or lower case."""
    wanted = [word.casefold() for word in words]
    return [t for t in topics() if all(w in f"{t.id} {t.area} {t.name}".casefold() for w in wanted)]


def command(arguments):
    """Run `npdl topics` with these arguments; returns 1 if no topic has the words."""
    if not arguments.word:
        print(overview(topics()))
        return 0
    found = search(arguments.word)
    if not found:
        print(f"no topic has {' '.join(arguments.word)!r} in its name; `npdl topics` alone lists the areas")
        return 1
    print("\n".join(described(t) if len(found) <= 5 else f"{t.id}  {_state(t):8} {t.name}" for t in found))
    return 0


def overview(every):
    """A line an area: how many of its topics have a test that proves them."""
    lines = [f"{'area':28}{'topics':>7}{'tested':>8}{'taught':>8}"]
    for area in dict.fromkeys(t.area for t in every):
        lines.append(_counts(area, [t for t in every if t.area == area]))
    return "\n".join([*lines, _counts("all", every), "", "npdl topics WORD, in English or Chinese, tells more."])


def described(t):
    """A topic and its places, as text."""
    lines = [f"{t.id}  {t.name}   ({t.area})"]
    for title, places in (("implemented", t.code), ("tested", t.tests), ("taught", t.lessons)):
        shown = [*places[:LONGEST], *([f"... and {len(places) - LONGEST} more"] if len(places) > LONGEST else [])]
        lines += [f"  {title if i == 0 else '':13}{place}" for i, place in enumerate(shown or ["not yet"])]
    return "\n".join(lines) + "\n"


def _counts(area, some):
    return f"{area:28}{len(some):7}{sum(bool(t.tests) for t in some):8}{sum(bool(t.lessons) for t in some):8}"


def _state(t):
    return "tested" if t.tests else "not yet"
