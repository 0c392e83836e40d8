"""The real nbgrader loop: release, autograde, feedback; its scores are those of `npdl grade`."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import npdl
from npdl.cli import main
from npdl.course import build, grade, material, release

BOOK = "layers"  # the part of a2 on which the loop is run
QUESTION = '# %% [markdown] points="3"\n# **Question.** Why is db a sum?\n'


def test_a_second_assignment_goes_into_the_same_course(tmp_path, capsys):
    assert main(["release", "a2", "--nbgrader", "--out", str(tmp_path)]) == 0
    assert "a2" in capsys.readouterr().out
    before = (tmp_path / "nbgrader_config.py").read_text()
    for name in set(material.names()) - {"a2"}:
        release.nbgrader_course(tmp_path, name)
        assert (tmp_path / "source" / name).is_dir()
    assert (tmp_path / "nbgrader_config.py").read_text() == before
    with pytest.raises(ValueError, match="without a2"):
        release.nbgrader_course(tmp_path, "a2")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """An nbgrader course in which ada (right), ben (one mistake, one gap) and cyd (nothing) have been graded."""
    if importlib.util.find_spec("nbgrader") is None:
        pytest.skip("needs nbgrader: pip install 'npdl-course[teach]'")
    root, assignment = tmp_path_factory.mktemp("nbgrader"), material.load("a2")
    release.nbgrader_course(root, "a2")
    source = root / "source" / "a2"
    for other in set(source.glob("*.ipynb")) - {source / f"{BOOK}.ipynb"}:
        other.unlink()
    story = root / "asked_notebook.py"
    story.write_text(QUESTION, encoding="utf-8")
    (source / "asked.ipynb").write_text(build.notebook(story, assignment), encoding="utf-8")
    nbgrader(root, "generate_assignment", "a2")
    right = assignment.modules[BOOK].__source__
    wrong = right.replace("dout.sum(axis=0)", "dout.mean(axis=0)")
    assert wrong != right
    for student, text in {"ada": right, "ben": wrong, "cyd": None}.items():
        theirs = root / "submitted" / student / "a2"
        shutil.copytree(root / "release" / "a2", theirs)
        if text is not None:
            (theirs / f"{BOOK}.py").write_text(text, encoding="utf-8")
    answer(root / "submitted" / "ada" / "a2" / "asked.ipynb")
    nbgrader(root, "autograde", "a2")
    nbgrader(root, "generate_feedback", "a2")
    return root


def nbgrader(root, *words):
    """Run nbgrader in a course; it finds the npdl that is tested here."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # it calls alembic by name
    environment = {**os.environ, "PYTHONPATH": str(material.HERE.parents[1]), "PATH": programs}
    command = [sys.executable, "-m", "nbgrader", *words]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=550)
    assert done.returncode == 0, done.stderr[-3000:]


def answer(path):
    """Write an answer to the inline question."""
    book = json.loads(path.read_text(encoding="utf-8"))
    cell = next(c for c in book["cells"] if c["metadata"].get("nbgrader", {}).get("solution"))
    cell["source"] = "Each sample adds to it."
    path.write_text(json.dumps(book), encoding="utf-8")


@pytest.fixture(scope="module")
def scores(course):
    """{student: {cell: (score given by the machine, points, whether a person must grade it)}}"""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        return {
            s.student_id: {
                g.name: (g.auto_score, g.max_score, g.needs_manual_grade) for n in s.notebooks for g in n.grades
            }
            for s in book.assignment_submissions("a2")
        }


@pytest.mark.oracle
@pytest.mark.slow
def test_scores_are_those_of_npdl_grade(course, scores):
    of = {e.name: e.points for e in material.load("a2").of(BOOK)}
    assert set(scores) == {"ada", "ben", "cyd"}
    for student, found in scores.items():
        graded = grade.grade(Path(course, "submitted", student, "a2"), "a2")
        ours = {r.exercise: r.points for r in graded.results if r.exercise in of}
        assert {name: found[name][0] for name in of} == ours
        assert {name: found[name][1] for name in of} == of
    assert sum(scores["ada"][name][0] for name in of) == sum(of.values())
    assert scores["ben"]["affine_backward"][0] == 0 < scores["ben"]["affine_forward"][0]
    assert not any(scores["cyd"][name][0] for name in of)


@pytest.mark.oracle
@pytest.mark.slow
def test_inline_questions_wait_for_a_person(scores):
    assert scores["ada"]["asked-00"] == (None, 3, True)
    assert scores["cyd"]["asked-00"][0] == 0  # left as it was


@pytest.mark.oracle
@pytest.mark.slow
def test_feedback_shows_what_the_checks_said(course):
    page = (course / "feedback" / "ben" / "a2" / f"{BOOK}.html").read_text(encoding="utf-8")
    assert "npdl-right" in page and "npdl-wrong" in page
    assert "equals a known mistake" in page


def test_while_nbgrader_grades_the_inputs_are_those_of_npdl_grade(tmp_path, monkeypatch):
    (tmp_path / f"{BOOK}.py").write_text(material.load("a2").modules[BOOK].__source__, encoding="utf-8")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    found = npdl.check("affine_forward", folder=tmp_path)
    assert found.ok and found.seed == 0
