"""./start without network and without pip: what it would install, what it would run, what it says when it cannot."""

import importlib.machinery
import importlib.util
import json
import os
import pathlib
import signal
import subprocess
import sys
from collections import namedtuple

import pytest

START = pathlib.Path(__file__).parents[1] / "start"
SHARED = ["pytest", "-n", "auto", "--dist", "worksteal"]
VERSION = namedtuple("Version", "major minor micro releaselevel serial")


@pytest.fixture
def start(tmp_path, monkeypatch):
    """The program as a module, in a folder of its own whose .venv holds nothing but a Python."""
    loader = importlib.machinery.SourceFileLoader("npdl_start", str(START))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("npdl_start", loader))
    loader.exec_module(module)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    for name in ("setup.cfg", "pyproject.toml"):
        (tmp_path / name).write_text('[build-system]\nrequires = ["setuptools>=77"]\n')
    monkeypatch.setattr(module, "ROOT", str(tmp_path))
    monkeypatch.setattr(module, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(module, "PYTHON", str(python))
    monkeypatch.setattr(module, "STAMP", str(tmp_path / ".venv" / "stamp.json"))
    return module


@pytest.fixture
def steps(start, monkeypatch):
    """The commands that an installation runs, written down instead of run."""
    commands = []
    monkeypatch.setattr(start, "find_spec", lambda name: object())
    monkeypatch.setattr(start, "run", lambda *command: commands.append(command[1:]))
    monkeypatch.setattr(start, "works", lambda: True)
    return commands


def complete(start, *extras):
    start.write_stamp(dict(start.circumstances(), extras=list(extras)))


@pytest.mark.parametrize(
    ("words", "extras", "command"),
    [
        ([], ["tour"], ["npdl", "tour"]),
        (["tour", "--fast"], ["tour"], ["npdl", "tour", "--fast"]),
        (["doctor"], ["tour"], ["npdl", "doctor"]),
        (["lab"], ["tour", "course"], ["npdl", "lab"]),
        (["lab", "--lang", "zh"], ["tour", "course"], ["npdl", "lab", "--lang", "zh"]),
        (["test"], ["tour", "test"], SHARED),
        (["test", "-k", "conv"], ["tour", "test"], [*SHARED, "-k", "conv"]),
        (["test", "-n", "0"], ["tour", "test"], [*SHARED, "-n", "0"]),
        (["test", "--oracles", "-x"], ["tour", "test", "oracles"], [*SHARED, "-x"]),
    ],
)
def test_words_choose_extras_and_command(start, words, extras, command):
    assert start.route(words) == (extras, command)


def test_every_extra_is_in_setup_cfg(start):
    assert all(f"\n{extra} =\n" in START.with_name("setup.cfg").read_text() for extra in start.CONTENTS)


def test_first_start_makes_a_venv_and_installs(start, steps):
    start.prepare(["tour"])
    venv, setuptools, project = steps
    assert venv == ("-m", "venv", "--clear", start.VENV)
    assert setuptools[-1] == "setuptools>=77"
    assert project[-3:] == ("--no-build-isolation", "--editable", ".[tour]")
    assert not any("index" in word or "find-links" in word for command in steps for word in command)
    assert start.is_ready(start.read_stamp(), ["tour"])


def test_complete_installation_runs_no_step(start, steps):
    complete(start, "test", "tour")
    start.prepare(["tour"])
    assert steps == []


def test_new_extra_is_added_to_the_old_ones(start, steps):
    complete(start, "tour", "test")
    start.prepare(["tour", "oracles"])
    assert "--clear" not in steps[0]
    assert steps[-1][-1] == ".[oracles,test,tour]"
    assert start.is_ready(start.read_stamp(), ["oracles", "test", "tour"])


@pytest.mark.parametrize("change", [{"folder": "/elsewhere"}, {"settings": "0"}])
def test_moved_folder_or_new_settings_keep_the_venv(start, steps, change):
    start.write_stamp(dict(start.circumstances(), extras=["tour"]) | change)
    start.prepare(["tour"])
    assert "--clear" not in steps[0]
    assert start.is_ready(start.read_stamp(), ["tour"])


@pytest.mark.parametrize("left", ["", "{", None, "other Python", "Python gone"])
def test_broken_venv_is_made_anew(start, steps, left):
    complete(start, "test", "tour")
    stamp, python = pathlib.Path(start.STAMP), pathlib.Path(start.PYTHON)
    if left == "Python gone":
        python.unlink()
    elif left == "other Python":
        start.write_stamp(start.read_stamp() | {"python": "3.99"})
    elif left is None:
        stamp.unlink()
    else:
        stamp.write_text(left)
    start.prepare(["tour"])
    assert "--clear" in steps[0]
    assert json.loads(stamp.read_text())["extras"] == ["tour"]


def test_what_does_not_work_is_made_anew_once(start, steps, monkeypatch):
    complete(start, "tour")
    monkeypatch.setattr(start, "works", lambda: False)
    with pytest.raises(SystemExit, match="made anew"):
        start.prepare(["test", "tour"])
    assert ["--clear" in step for step in steps if "venv" in step] == [False, True]
    assert start.read_stamp() == {}


def test_failed_pip_leaves_the_old_installation(start, monkeypatch):
    def fail(*words):
        assert start.read_stamp() == {}, "killed in here, the next ./start must begin anew"
        raise subprocess.CalledProcessError(1, "pip", "no network")

    complete(start, "tour")
    monkeypatch.setattr(start, "make_venv", lambda clear: None)
    monkeypatch.setattr(start, "pip", fail)
    with pytest.raises(SystemExit, match=r"no network\nnpdl: could not install"):
        start.main(["test"])
    assert start.is_ready(start.read_stamp(), ["tour"])


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_missing_module_is_one_sentence(start, steps, monkeypatch, missing):
    lacks = {missing, "pip"}
    monkeypatch.setattr(start, "find_spec", lambda name: None if name in lacks else object())
    with pytest.raises(SystemExit, match=f"lacks the module {missing};.*sudo apt install python3-venv") as stop:
        start.main([])
    assert "\n" not in str(stop.value)
    assert steps == []


def test_pip_stands_in_for_ensurepip(start, steps, monkeypatch):
    monkeypatch.setattr(start, "find_spec", lambda name: None if name == "ensurepip" else object())
    start.prepare(["tour"])
    assert "--without-pip" in steps[0]
    assert steps[1] == ("-m", "pip", "--python", start.PYTHON, "install", "--quiet", "pip")


def test_too_old_python_is_one_sentence(start, monkeypatch):
    monkeypatch.setattr(sys, "version_info", VERSION(3, 10, 13, "final", 0))
    with pytest.raises(SystemExit, match=r"needs Python 3.11 or newer, and this is Python 3.10") as stop:
        start.main([])
    assert "\n" not in str(stop.value)


def test_help_installs_nothing(start, steps, capsys):
    start.main(["--help"])
    assert "./start test --oracles" in capsys.readouterr().out
    assert steps == []


@pytest.mark.parametrize("system", [os.name, "nt"])
def test_exit_code_is_the_command_s(start, tmp_path, system):
    (tmp_path / "command.py").write_text("raise SystemExit(3)")
    program = f"import os, runpy; hand_over = runpy.run_path({str(START)!r})['hand_over']; os.name = {system!r}; "
    program += f"hand_over.__globals__['PYTHON'] = {sys.executable!r}; hand_over(['command'])"
    assert subprocess.run([sys.executable, "-c", program], cwd=tmp_path).returncode == 3


def test_ctrl_c_while_installing_gives_no_traceback(start, monkeypatch):
    def interrupt(extras):
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "prepare", interrupt)
    with pytest.raises(SystemExit) as stop:
        start.main([])
    assert stop.value.code == 128 + signal.SIGINT
