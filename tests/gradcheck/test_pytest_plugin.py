"""The pytest plugin, in runs of pytest of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
PAIR = """
import numpy as np
import pytest
import gradcheck.faults as faults
from gradcheck.core import check

def tanh_forward(x):
    y = np.tanh(x)
    return y, y

def tanh_backward(dout, y):
    return dout * (1 - y * y)

def wrong_backward(dout, y):
    return dout * (1 - y)

X = [np.linspace(-1, 2, 7)]
faults.register("tanh", tanh_forward, tanh_backward, faults=[],
                inputs=lambda seed: ({"x": np.random.default_rng(seed).standard_normal(5)}, {}))
"""


@pytest.fixture
def run(tmp_path):
    """run(tests, *arguments): (exit status, output) of pytest on a file with the pair above and these tests."""

    def run(tests, *arguments):
        (tmp_path / "test_it.py").write_text(PAIR + tests, encoding="utf-8")
        (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\naddopts = --strict-markers\n")
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        command = [sys.executable, "-m", "pytest", "-p", "gradcheck.pytest_plugin", "-p", "no:cacheprovider"]
        done = subprocess.run(
            [*command, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
        )
        return done.returncode, done.stdout + done.stderr

    return run


def test_the_fixture_checks_and_gives_the_report(run):
    status, output = run("""
def test_right(gradcheck):
    report = gradcheck(tanh_forward, tanh_backward, X)
    assert report.ok and report.inputs["x"].total == 7 and report.seed == 0

def test_without_mark_the_inputs_are_needed(gradcheck):
    with pytest.raises(TypeError, match="argument inputs should be given, or an op"):
        gradcheck(tanh_forward, tanh_backward)
""")
    assert status == 0 and "2 passed" in output


def test_a_failing_check_shows_the_report_and_the_line_of_the_test(run):
    status, output = run("""
def test_wrong(gradcheck):
    gradcheck(tanh_forward, wrong_backward, X)
""")
    assert status == 1 and "1 failed" in output
    assert "wrong_backward" in output and re.search(r"x +\(7,\) +wrong +\d/7", output)
    assert ">   " in output and "gradcheck(tanh_forward, wrong_backward, X)" in output
    assert "pytest_plugin.py" not in output.split("FAILURES")[1]


def test_marked_tests_run_once_for_each_seed_on_the_inputs_of_the_op(run):
    tests = """
seen = []

@pytest.mark.gradcheck(op="tanh", seeds=3)
def test_marked(gradcheck, gradcheck_seed):
    report = gradcheck(tanh_forward, tanh_backward)
    assert report.seed == gradcheck_seed and report.case.op == "tanh"
    seen.append(report.case.inputs["x"][0])
    assert len(set(seen)) == len(seen)

@pytest.mark.gradcheck(op="tanh")
def test_one(gradcheck):
    gradcheck(tanh_forward, tanh_backward)
"""
    status, output = run(tests, "-v")
    ids = re.findall(r"::(\S+) PASSED", output)
    assert status == 0 and ids == ["test_marked[seed0]", "test_marked[seed1]", "test_marked[seed2]", "test_one[seed0]"]
    _, output = run(tests, "-v", "--gradcheck-seed", "40")
    assert re.findall(r"seed\d+\b", output.split("::", 1)[1])[:3] == ["seed40", "seed41", "seed42"]
    assert "gradcheck: --gradcheck-seed 40" in output


def test_a_random_seed_is_printed_and_repeats_the_run(run):
    tests = """
def test_seed(gradcheck_seed):
    print("drew", gradcheck_seed)
"""
    _, output = run(tests, "--gradcheck-seed", "random", "-s")
    (printed,), (drawn,) = re.findall(r"--gradcheck-seed (\d+)", output), re.findall(r"drew (\d+)", output)
    assert printed == drawn
    _, again = run(tests, "--gradcheck-seed", "random", "-s")
    assert re.findall(r"drew (\d+)", again) != [drawn]
    status, output = run(tests, "--gradcheck-seed", "many")
    assert status == 4 and "--gradcheck-seed" in output


@pytest.mark.parametrize("arguments, mode", [([], "directional"), (["--gradcheck-full"], "full")])
def test_full_checks_every_entry(run, arguments, mode):
    status, _ = run(
        f"""
def test_mode(gradcheck):
    assert gradcheck(tanh_forward, tanh_backward, [np.ones((20, 30))], budget=1e-5).mode == "{mode}"
    assert gradcheck(tanh_forward, tanh_backward, X, mode="directional").mode == "directional"
""",
        *arguments,
    )
    assert status == 0


def test_the_worst_error_goes_into_the_junit_file(run, tmp_path):
    run("def test_it(gradcheck):\n    gradcheck(tanh_forward, tanh_backward, X)", "--junitxml=it.xml")
    (found,) = ElementTree.parse(tmp_path / "it.xml").iter("property")
    assert found.get("name") == "gradcheck worst error" and 0 <= float(found.get("value")) < 1e-6


@pytest.mark.parametrize(
    "assertion",
    [
        "assert check(tanh_forward, wrong_backward, X).ok",
        "report = check(tanh_forward, wrong_backward, X)\n    assert report.ok",
        "report = check(tanh_forward, wrong_backward, X)\n    assert report.verdict == 'ok', 'look'",
        "outer = check(tanh_forward, lambda dout, y: dout, X)\n    inner(check(tanh_forward, wrong_backward, X))",
    ],
)
def test_any_failed_assertion_shows_the_reports_at_hand(run, assertion):
    status, output = run(f"""
def inner(report):
    right = check(tanh_forward, tanh_backward, X)
    assert report.ok and not right.ok

def test_plain():
    {assertion}
""")
    assert status == 1
    shown = output.split("- gradcheck -")[1]
    assert re.search(r"x +\(7,\) +wrong +\d/7", shown) and shown.count("forwards an entry") == 1
    assert "wrong_backward" in shown and "lambda" not in shown


def test_other_failures_and_passes_show_none(run):
    _, output = run("""
def test_error():
    report = check(tanh_forward, wrong_backward, X)
    raise KeyError("x")

def test_right_report():
    report = check(tanh_forward, tanh_backward, X)
    assert not report.ok

@pytest.mark.xfail(strict=True)
def test_expected():
    assert check(tanh_forward, wrong_backward, X).ok
""")
    assert "2 failed, 1 xfailed" in output and "- gradcheck -" not in output
