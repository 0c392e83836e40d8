"""npdl.check in a folder, as a student calls it: what it says, and which file it proves to have judged."""

import hashlib
import json
import sys
import types

import pytest

import npdl
from npdl.cli import main
from npdl.course import check, material

RIGHT = material.load("a2").modules["layers"].__source__


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "layers.py").write_text(RIGHT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def changed(folder, old, new):
    assert RIGHT.count(old) == 1
    (folder / "layers.py").write_text(RIGHT.replace(old, new))
    return npdl.check("affine_backward", seed=1)


def test_it_judges_the_file_on_disk_and_says_which(folder):
    found = npdl.check("affine_backward")
    assert found.ok and found.own and bool(found)
    assert found.file == str(folder / "layers.py")
    assert found.sha256 == hashlib.sha256((folder / "layers.py").read_bytes()).hexdigest()
    assert found.sha256[:12] in found.text() and "affine_backward" in found.html()


def test_new_inputs_each_time_from_a_seed_that_is_said(folder):
    assert len({npdl.check("affine_forward").seed for _ in range(4)}) > 1
    assert "seed 1" in changed(folder, "dout.sum(axis=0)", "0 * dout.sum(axis=0)").text()


@pytest.mark.parametrize(
    ("old", "new", "kind", "said"),
    [
        ("dout.sum(axis=0)", "dout.mean(axis=0)", "mistake", "equals a known mistake"),
        ("dout.sum(axis=0)", "dout.sum(axis=0) * 3", "value", "db is off by one factor"),
        ("dout @ w.T", "dout @ w", "raised", "ValueError"),
        ("dout.sum(axis=0)", "dout.sum(axis=0).nonsense", "raised", "layers.py, line"),
        ("return dx, dw, db", "return dx, dw", "value", "3 values (dx, dw, db)"),
        ("return dx, dw, db", "dout *= 2; return dx, dw, db", "changed", "in place"),
        ("return dx, dw, db", "return None", "value", "None"),
        ("def affine_backward", "def affine_backwards", "open", "not written yet"),
    ],
)
def test_it_says_what_is_wrong(folder, old, new, kind, said):
    found = changed(folder, old, new)
    assert (found.kind, found.points) == (kind, 0) and said in found.text("en")
    assert found.text("zh") != found.text("en")


def test_one_mistake_costs_one_exercise(folder):
    (folder / "layers.py").write_text(RIGHT.replace("+ b\n", "- b\n"))
    forward, backward = npdl.check("affine_forward"), npdl.check("affine_backward")
    assert not forward.ok and backward.ok


def test_a_cache_of_ones_own_is_accepted(folder):
    text = RIGHT.replace("return y, (x, w, b)", "return y, {'x': x, 'w': w}")
    (folder / "layers.py").write_text(text.replace("x, w, _ = cache", "x, w = cache['x'], cache['w']"))
    found = npdl.check("affine_backward")
    assert found.ok and "your own forward" in found.text("en")


def test_what_is_printed_is_shown_where_it_is_wrong(folder):
    found = changed(folder, "return dx, dw, db", "print('hello'); return dx, dw, 0 * db")
    assert "hello" in found.text("en")


def test_hints_come_one_by_one(folder, capsys):
    check._given.clear()
    for number in (1, 2, 3, 3):
        npdl.hint("affine_backward")
        assert f"hint {number} of 3" in capsys.readouterr().out
    npdl.hint("affine_backward", 1, lang="zh")
    assert "提示 1 / 3" in capsys.readouterr().out
    with pytest.raises(ValueError, match="from 1 to 3"):
        npdl.hint("affine_backward", 4)


def test_an_unknown_exercise_names_near_ones(folder):
    with pytest.raises(ValueError, match="affine_backward"):
        npdl.check("afine_backward")


def test_no_file_says_how_to_get_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = npdl.check("affine_backward")
    assert found.kind == "missing" and "npdl lab" in found.text("en")


def test_the_command_prints_the_same(folder, capsys):
    assert main(["check", "affine_backward", "--seed", "3", "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)
    assert result["status"] == "right" and result["seed"] == 3 and set(result["sentences"]) == {"en", "zh"}
    assert main(["hint", "affine_backward", "2"]) == 0
    assert main(["check", "a2", "--folder", str(folder)]) == 1  # the other parts are not there
    assert "affine_forward" in capsys.readouterr().out


def test_in_a_notebook_the_plain_text_is_the_points(folder):
    bundle = npdl.check("affine_backward")._repr_mimebundle_()
    assert bundle["text/plain"] == "2" and "npdl-right" in bundle["text/html"]


@pytest.mark.parametrize("imported", [False, True])
def test_the_student_s_import_never_gives_the_reference(imported, monkeypatch):
    """In a notebook the student's module is imported before the first check reads the reference of the same name."""
    theirs = types.ModuleType("layers")
    monkeypatch.delitem(sys.modules, "layers", raising=False)
    if imported:
        monkeypatch.setitem(sys.modules, "layers", theirs)
    material.load.__wrapped__("a2")
    assert sys.modules.get("layers") is (theirs if imported else None)
