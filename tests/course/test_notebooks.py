"""Every assignment's notebook runs from top to bottom: as it is given out and with the answers, twice in one kernel."""

import os
import tempfile
import time

import pytest

from npdl.course import build, material

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")

BOOKS = [
    (name, part, lang)
    for name in material.names()
    for part in material.load(name).parts
    for lang in material.load(name).languages
    if (material.load(name).path / lang / f"{part}.ipynb").exists()
]
IDS = ["-".join(book) for book in BOOKS]
SECONDS = 180  # for one run of a notebook


@pytest.fixture
def environment(monkeypatch):
    """Kernels find the npdl that is tested here, and draw as in JupyterLab."""
    monkeypatch.setenv("PYTHONPATH", str(material.HERE.parents[1]))
    monkeypatch.delenv("MPLBACKEND", raising=False)


def notebook(name, part, lang="en"):
    return nbformat.read(material.load(name).path / lang / f"{part}.ipynb", as_version=4)


def prepare(folder, name, lang, answers):
    """A student's folder of the assignment: all modules, with or without the answers."""
    assignment = material.load(name)
    for part, module in assignment.modules.items():
        text = module.__source__ if answers else assignment.pristine(part, lang)
        (folder / f"{part}.py").write_text(text, encoding="utf-8")


def run_twice(folder, book):
    """The outputs of two runs, one after the other in one kernel, and what stands in the folder after each."""
    from traitlets.config import Config

    place, runs = {"metadata": {"path": str(folder)}}, []
    with tempfile.TemporaryDirectory(prefix="npdl-") as sockets:  # over TCP the kernel warns about encryption
        quiet = Config({"KernelManager": {"transport": "ipc", "ip": os.path.join(sockets, "kernel")}})
        client = nbclient.NotebookClient(book, timeout=SECONDS, config=quiet, resources=place)
        with client.setup_kernel():
            for _ in range(2):
                runs.append(run(client, book))
    return runs


def run(client, book):
    """What the cells show; an error in any of them raises."""
    start = time.monotonic()
    for number, cell in enumerate(book.cells):
        client.execute_cell(cell, number)
    assert time.monotonic() - start < SECONDS
    told = [c for c in book.cells if not c["source"].startswith("%load_ext")]  # says that it is there
    return [shown(c.get("outputs", ())) for c in told]


def shown(outputs):
    """What kinds of outputs there are; a text may come in any number of parts, and may hold seeds and times."""
    kinds = [(o["output_type"], o.get("name"), sorted(o.get("data", ()))) for o in outputs]
    return [kind for kind, last in zip(kinds, [None, *kinds]) if kind != last or kind[0] != "stream"]


def statuses(book):
    """{exercise: right, wrong or open} of the boxes of the checks."""
    found = {}
    for cell in book.cells:
        meta = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and meta.get("grade"):
            (page,) = [o["data"]["text/html"] for o in cell["outputs"] if "text/html" in o.get("data", {})]
            found[meta["grade_id"]] = next(s for s in ("right", "wrong", "open") if f"npdl-{s}" in page)
    return found


def runs_twice(folder, name, part, lang, answers):
    book = notebook(name, part, lang)
    prepare(folder, name, lang, answers)
    before = sorted(os.listdir(folder))
    first, second = run_twice(folder, book)
    assert first == second, "the second run of the cells shows something else"
    stderr = [o["text"] for c in book.cells for o in c.get("outputs", ()) if o.get("name") == "stderr"]
    assert stderr == [], "warnings are seen by students, and cost points in nbgrader"
    assert set(statuses(book).values()) == {"right" if answers else "open"}
    left = {file for file in os.listdir(folder) if file != "__pycache__"}
    assert sorted(left) == before, "a notebook leaves no files"


@pytest.mark.slow
@pytest.mark.parametrize("answers", [False, True], ids=["gaps", "answers"])
@pytest.mark.parametrize("book", BOOKS, ids=IDS)
def test_every_notebook(tmp_path, environment, book, answers):
    runs_twice(tmp_path, *book, answers)


@pytest.mark.parametrize("book", BOOKS, ids=IDS)
def test_every_exercise_is_checked_once_and_cells_are_told_apart(book):
    """nbgrader names a cell by its grade_id: twice the same one, and the submission cannot be graded."""
    name, part, lang = book
    cells = notebook(name, part, lang).cells
    graded = [c["metadata"]["nbgrader"] for c in cells if "nbgrader" in c["metadata"]]
    ids = [meta["grade_id"] for meta in graded]
    assert len(set(ids)) == len(ids) and len({c["id"] for c in cells}) == len(cells)
    checked = {meta["grade_id"]: meta["points"] for meta in graded if not meta["solution"]}
    assert checked == {e.name: e.points for e in material.load(name).of(part)}


def test_the_same_source_makes_the_same_notebook():
    for name in material.names():
        assert build.products(material.load(name)) == build.products(material.load(name))
