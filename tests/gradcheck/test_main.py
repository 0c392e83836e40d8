"""The command python -m gradcheck: what it prints, and how it ends."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gradcheck import faults
from gradcheck.__main__ import main
from gradcheck.report import InputReport, Report

ROOT = Path(__file__).parents[2]
PAIR = """
import numpy as np
import neighbour

constant = 3

def forward(x, w, *, scale=1.0):
    return x * w * scale, (x, w, scale)

def backward(dout, cache):
    x, w, scale = cache
    return dout * w * scale, dout * x * scale

def wrong(dout, cache):
    return backward(dout, cache)[::-1]

def raising(dout, cache):
    return cache["x"]

def zero(x):
    return 0 * x, None

def nothing(dout, cache):
    return 0 * dout
"""
SHAPES = ["--shape", "x=2,3", "--shape", "w=2,3"]


@pytest.fixture
def pair(tmp_path):
    """The path of a file with a pair, beside another that it imports."""
    (tmp_path / "neighbour.py").write_text("")
    (tmp_path / "gc_pair.py").write_text(PAIR)
    before = list(sys.path)
    yield str(tmp_path / "gc_pair.py")
    sys.path[:] = before
    for name in ("gc_pair", "neighbour"):
        sys.modules.pop(name, None)


def test_a_right_pair_ends_with_0(pair, capsys):
    assert main([f"{pair}:forward", f"{pair}:backward", *SHAPES, "--option", "scale=2.5"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("ok") and "(2, 3)" in printed.out and printed.err == ""


def test_a_wrong_pair_ends_with_1_and_says_where(pair, capsys):
    assert main([f"{pair}:forward", ":wrong", *SHAPES]) == 1
    assert "6/6" in capsys.readouterr().out


def test_what_cannot_be_decided_ends_with_3(pair, capsys, monkeypatch):
    undecided = Report({"x": InputReport("inconclusive", 0, 3, 0.0, inconclusive=3)}, name="nothing")
    monkeypatch.setattr("gradcheck.__main__.check", lambda *arguments, **keywords: undecided)
    assert main([f"{pair}:zero", ":nothing", "--shape", "x=3"]) == 3
    assert "3 of x" in capsys.readouterr().out


def test_a_module_by_name_and_inputs_from_a_file(pair, tmp_path, monkeypatch, capsys):
    monkeypatch.syspath_prepend(tmp_path)
    np.savez(tmp_path / "it.npz", x=np.ones((4, 2)) * 3, w=np.ones(2))
    arguments = ["gc_pair:forward", "gc_pair:backward", "--inputs", str(tmp_path / "it.npz"), "--json", "--seed", "5"]
    assert main(arguments) == 1  # w is broadcast, and backward does not sum over the rows
    report = json.loads(capsys.readouterr().out)
    assert report["verdict"] == "wrong" and report["seed"] == 5 and list(report["inputs"]) == ["x", "w"]
    assert report["inputs"]["x"]["ok"] and not report["inputs"]["w"]["ok"]


def test_the_ops_own_inputs(pair, monkeypatch, capsys):
    monkeypatch.setattr(faults.dictionary, "registry", {})

    def draw(seed):
        rng = np.random.default_rng(seed)
        return {"x": rng.standard_normal((3, 5)), "w": rng.standard_normal((3, 5))}, {"scale": 0.27183}

    faults.register("scaled", print, print, inputs=draw, faults=[])
    assert main([f"{pair}:forward", ":backward", "--op", "scaled", "--mode", "full", "--dtype", "float32"]) == 0
    assert "(3, 5)" in capsys.readouterr().out
    assert main([f"{pair}:zero", ":nothing", "--op", "scaled"]) == 2
    assert "zero should take (x, w, scale=0.27183), as scaled does" in capsys.readouterr().err
    assert main([f"{pair}:forward", ":backward", "--op", "scald"]) == 2
    assert "near: scaled" in capsys.readouterr().err


def test_the_seed_draws_the_inputs_too(pair, monkeypatch):
    drawn = []

    def check(forward, backward, inputs, **keywords):
        drawn.append((keywords["seed"], inputs["x"][0, 0]))
        return Report({})

    monkeypatch.setattr("gradcheck.__main__.check", check)
    for seed in "122":
        main([f"{pair}:forward", ":backward", *SHAPES, "--seed", seed])
    (_, first), (_, second), (_, again) = drawn
    assert [seed for seed, _ in drawn] == [1, 2, 2] and first != second == again


def test_shrink_adds_the_smallest_case(pair, capsys):
    arguments = [f"{pair}:forward", ":wrong", *SHAPES, "--shrink"]
    assert main(arguments) == 1
    assert "The smallest failing case found of wrong: 8 numbers in place of 12" in capsys.readouterr().out
    arguments[1] = ":backward"
    assert main(arguments) == 0
    assert "smallest" not in capsys.readouterr().out


def test_html_is_a_page(pair, tmp_path):
    page = tmp_path / "report.html"
    assert main([f"{pair}:forward", ":wrong", *SHAPES, "--html", str(page)]) == 1
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>") and 'charset="utf-8"' in text and "<table" in text


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["forward", ":backward"], "expected module:function or file.py:function; got 'forward'"),
        (["no_such_module:f", ":g"], "cannot import no_such_module: ModuleNotFoundError"),
        (["no_such_file.py:f", ":g"], "cannot import no_such_file.py: FileNotFoundError: no such file"),
        (["PAIR:fourward", ":g"], "should define the function fourward; it defines forward, backward, wrong"),
        (["PAIR:constant", ":g"], "should define the function constant"),
        (["PAIR:forward", ":backward"], "expected inputs: --inputs file.npz, --shape x=3,4 for each, or --op name"),
        (["PAIR:forward", ":backward", "--shape", "x:3"], "expected --shape x=3,4; got --shape x:3"),
        (["PAIR:forward", ":backward", "--shape", "x=3,b"], "expected --shape x=3,4; got --shape x=3,b"),
        (["PAIR:forward", ":backward", "--shape", "x=-3"], "expected --shape x=3,4; got --shape x=-3"),
        (["PAIR:forward", ":backward", *SHAPES, "--option", "scale"], "expected --option stride=2; got --option scale"),
        (["PAIR:forward", ":backward", "--inputs", "none.npz"], "cannot read none.npz as .npz: FileNotFoundError"),
        (["PAIR:forward", ":raising", *SHAPES], "TypeError: tuple indices must be integers"),
        (["PAIR:forward", ":backward", "--shape", "x=3"], "TypeError: forward() missing 1 required"),
        (["PAIR:forward", ":backward", *SHAPES, "--option", "size=2"], "unexpected keyword argument 'size'"),
    ],
)
def test_what_cannot_be_carried_out_ends_with_2_and_one_line(pair, capsys, arguments, message):
    assert main([argument.replace("PAIR", pair) for argument in arguments]) == 2
    printed = capsys.readouterr()
    assert message in printed.err and printed.err.startswith("gradcheck: ") and printed.err.count("\n") == 1
    assert printed.out == ""


def test_the_line_of_the_users_own_error_is_named(pair, capsys):
    main([f"{pair}:forward", ":raising", *SHAPES])
    line = PAIR.splitlines().index('    return cache["x"]') + 1
    assert f"(gc_pair.py, line {line})" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["a:b"], ["a:b", "c:d", "--mode", "quick"], ["a:b", "c:d", "--seed", "x"]])
def test_a_command_that_is_not_understood_ends_with_2_and_one_line(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    error = capsys.readouterr().err
    assert end.value.code == 2 and error.startswith("gradcheck: ") and error.count("\n") == 1


def test_python_m_gradcheck_is_this_command(pair):
    command = [sys.executable, "-m", "gradcheck", f"{pair}:forward", ":wrong", *SHAPES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 1 and "6/6" in done.stdout
