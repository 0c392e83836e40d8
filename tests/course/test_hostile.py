"""What means harm gets nothing for it, costs only its own exercise, and touches nothing outside."""

import contextlib
import os
import sys
import time

import pytest

from npdl.course import grade, material
from npdl.course.child import Limits

from . import hostile

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="namespaces and Landlock are Linux's")
QUICK = Limits(memory=1 << 30, seconds=20)
NAMES = list(hostile.bodies("/canary"))


@pytest.fixture(scope="module")
def canary(tmp_path_factory):
    hostile.require_walls()
    folder = tmp_path_factory.mktemp("canary")
    (folder / "key.txt").write_text("the key")
    yield folder
    assert (folder / "key.txt").read_text() == "the key" and os.listdir(folder) == ["key.txt"]


@pytest.fixture(autouse=True)
def two_quick_exercises(monkeypatch):
    assignment = material.load("a2")
    two = {name: assignment.exercises[name] for name in ("affine_forward", "affine_backward")}
    monkeypatch.setattr(assignment, "exercises", two)
    for exercise in two.values():
        monkeypatch.setattr(exercise, "seconds", 0.5)


def graded(path, data, canary):
    path.mkdir()
    (path / "layers.py").write_bytes(data)
    found = grade.grade(path, "a2", limits=QUICK, hidden=[canary])
    return found, {r.exercise: r for r in found.results}


@pytest.mark.parametrize("name", NAMES)
def test_harm_costs_its_own_exercise_only(name, tmp_path, canary):
    source = hostile.bodies(str(canary))[name]
    found, results = graded(tmp_path / name, source.encode(), canary)
    assert set(found.walls) == {"namespaces", "Landlock"}
    assert results["affine_forward"].points == 0, results["affine_forward"].text()
    assert results["affine_backward"].points == 2, results["affine_backward"].text()
    assert "the key" not in str([r.as_dict() for r in found.results])


@pytest.mark.parametrize("name", hostile.UNREADABLE)
def test_a_zip_that_is_no_submission_gets_nothing_and_says_why(name, tmp_path, canary):
    path = tmp_path / f"{name}.zip"
    path.write_bytes(hostile.zips(str(canary))[name])
    found = grade.grade(path, "a2", hidden=[canary])
    assert found.points == 0 and found.problem
    assert sorted(os.listdir(tmp_path)) == [f"{name}.zip"]


@pytest.mark.parametrize("name", list(hostile.texts()))
def test_odd_files_are_read_as_far_as_they_can_be(name, tmp_path, canary):
    data, points = hostile.texts()[name]
    _, results = graded(tmp_path / name, data, canary)
    assert sum(r.points for r in results.values()) == points


def test_a_link_in_a_folder_is_not_followed(tmp_path, canary):
    folder = tmp_path / "link"
    folder.mkdir()
    (folder / "layers.py").symlink_to(canary / "key.txt")
    assert grade.grade(folder, "a2").problem


def test_nothing_is_left_running(tmp_path, canary):
    graded(tmp_path / "daemon", hostile.bodies(str(canary))["leaves_a_daemon"].encode(), canary)
    for _ in range(100):
        if not _processes(str(canary)):
            return
        time.sleep(0.02)
    raise AssertionError(_processes(str(canary)))


def _processes(word):
    """The commands of all processes with this word in them."""
    found = []
    for number in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{number}/cmdline", "rb") as file:
            command = file.read()
            found += [command] if word.encode() in command else []
    return found
