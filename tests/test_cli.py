"""The command `npdl`: what it answers, and how it ends."""

import subprocess
import sys
from pathlib import Path

import pytest

import npdl
from npdl import cli, tour

ROOT = Path(__file__).parents[1]


def test_version(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["--version"])
    assert end.value.code == 0 and capsys.readouterr().out == f"npdl {npdl.__version__}\n"


def test_python_m_npdl_is_the_same_command():
    done = subprocess.run([sys.executable, "-m", "npdl", "--version"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"npdl {npdl.__version__}\n")


@pytest.mark.parametrize(
    "arguments", [[], ["tuor"], ["tour", "--epoch", "many"], ["tour", "--seed"], ["tour", "again"]]
)
def test_what_it_does_not_understand_ends_with_2_and_the_usage(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    assert capsys.readouterr().err.startswith("usage: npdl")


def test_a_mistyped_command_is_told_what_there_is(capsys):
    with pytest.raises(SystemExit):
        cli.main(["tuor"])
    assert "invalid choice: 'tuor' (choose from" in capsys.readouterr().err


def test_help_lists_the_commands(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["--help"])
    assert end.value.code == 0 and "tour" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, expected",
    [
        (["tour"], ("npdl-tour", {"seed": 0, "epochs": None})),
        (["tour", "--out", "here", "--seed", "3", "--epochs", "2"], ("here", {"seed": 3, "epochs": 2})),
    ],
)
@pytest.mark.parametrize("status", [0, 1])
def test_the_tour_gets_the_options_and_gives_the_status(monkeypatch, arguments, expected, status):
    calls = []
    monkeypatch.setattr(tour, "run", lambda out, **options: calls.append((out, options)) or status)
    assert cli.main(arguments) == status
    assert calls == [expected]


def test_control_c_ends_it_without_a_traceback(monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(tour, "run", interrupted)
    assert cli.main(["tour"]) == 130
    assert capsys.readouterr().err == "\nstopped\n"


def test_epochs_below_one_are_refused(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["tour", "--epochs", "0"])
    assert stop.value.code == 2
    assert "0 is not an integer >= 1" in capsys.readouterr().err
