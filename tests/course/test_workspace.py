"""The working copy is made once and never overwritten."""

import json

import pytest

import npdl
from npdl.course import check, material, workspace


@pytest.fixture
def copy(tmp_path):
    workspace.make(tmp_path, "en")
    return tmp_path


def test_it_holds_every_assignment(copy):
    for name in material.names():
        assert set(workspace.given(material.load(name), "en")) == {p.name for p in (copy / name).iterdir()}
    assert json.loads((copy / check.MANIFEST).read_text())["lang"] == "en"


def test_nothing_is_overwritten(copy):
    (copy / "a2" / "layers.py").write_text("mine")
    assert workspace.make(copy, "zh") == []
    assert (copy / "a2" / "layers.py").read_text() == "mine"
    assert workspace.read_manifest(copy)["lang"] == "en"


def test_update_replaces_what_is_untouched_and_puts_the_new_beside_what_is_changed(copy, monkeypatch):
    assert workspace.update(copy) == []
    mine = copy / "a2" / "layers.py"
    mine.write_text("mine")
    new = {name: b"new" for name in ("layers.py", "layers.ipynb")}
    before = workspace.given
    monkeypatch.setattr(workspace, "given", lambda a, lang: {**before(a, lang), **(new if a.name == "a2" else {})})
    done = dict((path.name, what) for what, path in workspace.update(copy))
    assert done == {"layers.new.py": "beside yours", "layers.ipynb": "replaced"}
    assert mine.read_text() == "mine" and (copy / "a2" / "layers.new.py").read_text() == "new"
    assert workspace.update(copy) == []


def test_update_refuses_another_folder(tmp_path):
    with pytest.raises(ValueError, match="working copy"):
        workspace.update(tmp_path)


def test_reset_puts_one_gap_back_and_keeps_a_backup(copy):
    right = material.load("a2").modules["layers"].__source__
    path = copy / "a2" / "layers.py"
    path.write_text(right)
    for number in (1, 2):
        got, backup = workspace.reset("affine_forward", copy / "a2")
        assert got == path and backup.name == f"layers.py.backup{number}"
    assert (copy / "a2" / "layers.py.backup1").read_text() == right
    found = {name: npdl.check(name, folder=copy / "a2").status for name in ("affine_forward", "affine_backward")}
    assert found == {"affine_forward": "open", "affine_backward": "right"}


def test_reset_of_a_deleted_function_writes_its_gap(copy):
    path = copy / "a2" / "layers.py"
    path.write_text("import numpy as np\n")
    workspace.reset("affine_forward", copy / "a2")
    assert "def affine_forward(x, w, b)" in path.read_text()


def test_the_folder_decides_the_language(tmp_path):
    workspace.make(tmp_path, "zh")
    assert check.spoken(tmp_path / "a2") == "zh"
    assert check.spoken(tmp_path / "a2", "en") == "en"
