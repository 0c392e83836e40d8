"""A class of 300: right, partly right, each known mistake, and what means harm; every score is as it should be."""

import sys
import time

import numpy as np
import pytest

from npdl.course import grade, material, submission

from . import hostile
from .answers import module_with

CLASS = 300


def sources(assignment):
    """{module: source} of the right answers."""
    return {name: module.__source__ for name, module in assignment.modules.items()}


def mistaken(assignment):
    """(name, sources, points lost) for every known mistake."""
    for exercise in assignment.exercises.values():
        for mistake in exercise.mistakes:
            wrong = sources(assignment) | {exercise.module: module_with(exercise, mistake.source(exercise.source))}
            yield f"{exercise.name}-{mistake.code}", wrong, exercise.points


def partly(assignment, rng):
    """Sources in which a random part of the answers are gaps, and the points lost."""
    made, lost = sources(assignment), 0.0
    for exercise in assignment.exercises.values():
        if rng.random() < 0.4:
            gap = f"def {exercise.name}(*args, **options):\n    raise NotImplementedError\n"
            exercise_in = made[exercise.module]
            made[exercise.module] = module_with(exercise, gap, exercise_in)
            lost += exercise.points
    return made, lost


def write(folder, files):
    folder.mkdir()
    for name, source in files.items():
        (folder / f"{name}.py").write_bytes(source if isinstance(source, bytes) else source.encode())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="namespaces and Landlock are Linux's")
def test_every_score_of_a_class_is_right(tmp_path):
    hostile.require_walls()
    assignment, rng = material.load("a2"), np.random.default_rng(0)
    most = sum(e.points for e in assignment.exercises.values())
    expected, class_, key = {}, tmp_path / "class", tmp_path / "key"
    class_.mkdir(), key.mkdir()
    (key / "key.txt").write_text("the key")
    for name, source in hostile.bodies(str(key)).items():
        write(class_ / name, sources(assignment) | {"layers": source})
        expected[name] = most - assignment.exercises["affine_forward"].points
    for name, data in hostile.zips(str(key)).items():
        (class_ / f"{name}.zip").write_bytes(data)
        expected[name] = 0.0
    known = list(mistaken(assignment))
    for i in rng.permutation(len(known))[: CLASS - len(expected) - 60]:
        name, files, lost = known[i]
        write(class_ / name, files)
        expected[name] = most - lost
    for number in range(CLASS - len(expected)):
        files, lost = partly(assignment, rng) if number % 3 else (sources(assignment), 0.0)
        write(class_ / f"student-{number:03}", files)
        expected[f"student-{number:03}"] = most - lost
    assert len(expected) == CLASS
    start = time.monotonic()
    found = grade.grade_all(submission_paths(class_), "a2", jobs=2, hidden=[class_, key])
    seconds = time.monotonic() - start
    wrong = {g.name: (g.points, expected[g.name]) for g in found if abs(g.points - expected[g.name]) > 1e-9}
    assert wrong == {}
    assert seconds < 900
    assert sorted(p.name for p in key.iterdir()) == ["key.txt"] and (key / "key.txt").read_text() == "the key"
    print(f"{CLASS} submissions in {seconds:.0f} s")


def submission_paths(folder):
    """As `npdl grade` finds them."""
    return grade.submissions(folder)


def test_a_grade_is_a_function_of_submission_version_and_seed(tmp_path):
    assignment = material.load("a2")
    write(tmp_path / "one", sources(assignment))
    write(tmp_path / "two", partly(assignment, np.random.default_rng(2))[0])
    paths = grade.submissions(tmp_path)
    first, again = (grade.grade_all(paths, "a2", seed=5, jobs=2) for _ in range(2))
    assert [g.as_dict() for g in first] == [g.as_dict() for g in again]
    assert first[0].points == sum(e.points for e in assignment.exercises.values()) > first[1].points


def test_a_grader_that_ends_takes_nobody_with_it(tmp_path, monkeypatch):
    write(tmp_path / "bad", {"layers": b""})
    write(tmp_path / "good", sources(material.load("a2")))
    read = submission.read
    monkeypatch.setattr(submission, "read", lambda path, a: sys.exit(3) if path.name == "bad" else read(path, a))
    bad, good = grade.grade_all(grade.submissions(tmp_path), "a2", jobs=2)
    assert bad.points == 0 and "ended" in bad.problem and good.points > 0


def test_the_command_writes_a_table_a_log_and_a_page(tmp_path, capsys):
    from npdl.cli import main

    (tmp_path / "class").mkdir()
    write(tmp_path / "class" / "=cmd", sources(material.load("a2")))
    write(tmp_path / "class" / "two", {"layers": hostile.RIGHT.replace("+ b", "- b")})
    (tmp_path / "mine" / "a2").mkdir(parents=True)
    (tmp_path / "mine" / "a2" / "layers.py").write_text(
        "import numpy as np\n\nones = lambda rng: [Case(np.ones((1, 2)), np.ones((2, 1)), np.zeros(1))]\n"
        'extend("affine_forward", cases=ones)\n'
    )
    out, extra = tmp_path / "grades.csv", str(tmp_path / "mine")
    words = ["grade", str(tmp_path / "class"), "--assignment", "a2", "--out", str(out), "--extra", extra]
    before = material.load("a2").exercises["affine_forward"].cases
    try:
        assert main(words) == 0
    finally:
        material.load("a2").exercises["affine_forward"].cases = before
    rows = out.read_text(encoding="utf-8-sig").splitlines()
    assert rows[0].startswith("submission,points,of,affine_forward") and rows[1].startswith("'=cmd,")
    page = out.with_suffix(".html").read_text(encoding="utf-8")
    assert "the bias is subtracted" in page and "src=" not in page and out.with_suffix(".json").exists()
    assert main(["grade", str(tmp_path / "nothing"), "--out", str(out)]) == 2
    assert "should be in a folder" in capsys.readouterr().err
