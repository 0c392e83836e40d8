"""The lessons run, and the notebooks are in step with their sources."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
SOURCES = sorted(FOLDER.glob("[0-9]*.py"))


def test_there_is_a_lesson_and_every_lesson_has_its_notebook():
    assert SOURCES
    assert [s.with_suffix(".ipynb").exists() for s in SOURCES] == [True] * len(SOURCES)


lessons = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


@pytest.mark.slow
@lessons
def test_the_lesson_runs_as_a_plain_script(source, tmp_path):
    environment = {**os.environ, "MPLBACKEND": "agg", "PYTHONPATH": str(FOLDER.parent), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error", source], cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def build():
    """notebooks/build.py, which makes the notebooks of their sources."""
    for needed in ("jupytext", "nbclient", "ipykernel"):
        pytest.importorskip(needed)
    specification = importlib.util.spec_from_file_location("build", FOLDER / "build.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.oracle
@lessons
def test_the_notebook_is_in_step(source, build):
    assert build.in_step(build.convert(source), source.with_suffix(".ipynb")), "run python notebooks/build.py"


@pytest.mark.slow
@pytest.mark.oracle
@lessons
def test_the_notebook_runs_in_jupyter(source, build):
    executed = build.execute(build.convert(source))
    outputs = [output for cell in executed.cells for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in outputs)
