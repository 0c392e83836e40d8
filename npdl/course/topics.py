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
    found = json.loads((files(__package__) / "coverage.json").read_text(encoding="utf-8"))
    return [Topic(**row, **{kind: tuple(v) for kind, v in found.get(row["id"], {}).items()}) for row in syllabus()]


def syllabus():
    """The rows of topics.csv: {"id", "area", "name"}."""
    return list(csv.DictReader((files(__package__) / "topics.csv").read_text(encoding="utf-8").splitlines()))


def search(words):
    """The topics whose id, area or name has all of these words: upper or lower case, British or American spelling."""
    wanted = [_folded(word) for word in words]
    return [t for t in topics() if all(w in _folded(f"{t.id} {t.area} {t.name}") for w in wanted)]


def _folded(text):
    return text.casefold().replace("iz", "is").replace("our", "or")  # normalize, colour


def command(arguments):
    """Run `npdl topics` with these arguments; returns 1 if no topic has the words."""
    words = [word.strip() for word in arguments.word if word.strip()]
    if not words:
        print(overview(topics()))
        return 0
    found = search(words)
    if not found:
        print(f"no topic has {' '.join(words)!r} in its id, area or name; `npdl topics` alone lists the areas")
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
