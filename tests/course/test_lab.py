"""`npdl lab` without a browser: what it writes, what it starts, and that it asks nobody on the network."""

import json
import signal
import urllib.request
from importlib.util import find_spec

import pytest

from npdl.cli import main
from npdl.course import check, material, workspace

from . import lab


@pytest.fixture
def started(tmp_path, monkeypatch):
    """The command lines that would have replaced this process; the current folder is an empty one."""
    commands = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(workspace, "_become", lambda command: commands.append(command) or 0)
    monkeypatch.setattr(workspace, "find_spec", lambda name: object())
    return commands


def test_the_first_start_makes_my_course_and_the_second_leaves_it_alone(started, tmp_path, capsys):
    assert main(["lab", "--no-browser", "--", "--port=1"]) == 0
    copy = tmp_path / "my-course"
    assert {path.name for path in copy.iterdir()} >= {check.MANIFEST, *material.names()}
    assert "--no-browser" in started[0] and started[0][-1] == "--port=1"
    assert f"--ServerApp.root_dir={copy}" in started[0]
    (copy / "a2" / "layers.py").write_text("mine", encoding="utf-8")
    before = {path: path.stat().st_mtime_ns for path in copy.glob("a*/*")}
    assert main(["lab"]) == 0
    assert {path: path.stat().st_mtime_ns for path in copy.glob("a*/*")} == before
    assert "as you left it" in capsys.readouterr().out


def test_from_inside_a_working_copy_it_opens_that_one(started, tmp_path, monkeypatch):
    main(["lab", "--files"])
    monkeypatch.chdir(tmp_path / "my-course" / "a2")
    assert main(["lab"]) == 0
    assert f"--ServerApp.root_dir={tmp_path / 'my-course'}" in started[0]
    assert not (tmp_path / "my-course" / "a2" / "my-course").exists()


def test_files_only(started, tmp_path):
    assert main(["lab", "--files", "--folder", "elsewhere", "--lang", "zh"]) == 0
    assert started == [] and check.spoken(tmp_path / "elsewhere" / "a2") == "zh"


def test_without_jupyterlab_it_says_how_to_get_it(started, monkeypatch, capsys):
    monkeypatch.setattr(workspace, "find_spec", lambda name: None)
    assert main(["lab"]) == 2
    assert "./start lab" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(find_spec("jupyterlab") is None, reason="needs npdl-course[course]")
def test_jupyterlab_starts_with_an_empty_home_and_asks_for_no_news(tmp_path):
    copy = tmp_path / "my-course"
    with lab.server(copy, tmp_path) as (address, token):
        name = "@jupyterlab/apputils-extension:notification"
        with urllib.request.urlopen(f"{address}/lab/api/settings/{name}?token={token}") as reply:
            asked = json.load(reply)["schema"]["properties"]
        with urllib.request.urlopen(f"{address}/api/contents/a2?token={token}") as reply:
            files = {entry["name"] for entry in json.load(reply)["content"]}
    assert asked["fetchNews"]["default"] == "false" and asked["checkForUpdates"]["default"] is False
    assert files == set(workspace.given(material.load("a2"), "en"))
    log = (tmp_path / "lab.log").read_text()
    assert "Extension Manager is 'readonly'" in log and f"signal {signal.SIGTERM:d}" in log  # the signal was its own
