"""%gradcheck in a real (in-process) IPython."""

import numpy as np
import pytest

from gradcheck import faults, magic

interactiveshell = pytest.importorskip("IPython.core.interactiveshell")
UsageError = pytest.importorskip("IPython.core.error").UsageError

PAIR = """
import numpy as np

def scaled_forward(x, w, b=None, *, scale=1.0):
    return x * w * scale + (0 if b is None else b), (x, w, b, scale)

def scaled_backward(dout, cache):
    x, w, b, scale = cache
    return dout * w * scale, dout * x * scale, None if b is None else dout

X, W = np.arange(1.0, 7).reshape(2, 3), np.linspace(-1, 1, 6).reshape(2, 3)
number = 3
"""


@pytest.fixture
def shell():
    shell = interactiveshell.InteractiveShell()
    magic.load_ipython_extension(shell)
    assert shell.run_cell(PAIR).success
    yield shell
    shell.history_manager.end_session()


@pytest.fixture
def scaled(shell, monkeypatch):
    """`scaled` in the dictionary, for as long as the test runs."""
    monkeypatch.setattr(faults.dictionary, "registry", {})

    def draw(seed):
        rng = np.random.default_rng(seed)
        return {"x": rng.standard_normal((3, 5)), "w": rng.standard_normal((3, 5))}, {"scale": 0.27183}

    pair = shell.user_ns["scaled_forward"], shell.user_ns["scaled_backward"]
    faults.register("scaled", *pair, inputs=draw, faults=[])


def line(shell, text):
    return shell.run_line_magic("gradcheck", text)


def test_given_arrays_are_taken_in_forwards_order(shell):
    report = line(shell, "scaled w=W x=X scale=2.5")
    assert report.ok and list(report.inputs) == ["x", "w"] and report.case.options == {"scale": 2.5}
    assert np.array_equal(report.case.inputs["x"], shell.user_ns["X"])


def test_an_array_with_a_default_is_an_input_too(shell):
    report = line(shell, "scaled x=X w=W b=W")
    assert report.ok and list(report.inputs) == ["x", "w", "b"]


def test_an_input_left_out_stands_at_its_default(shell):
    shell.run_cell("def sum_forward(x, w=2.0, b=None): return w * x + b, w")
    shell.run_cell("def sum_backward(dout, w): return w * dout, None, dout")
    report = line(shell, "sum x=X b=W")
    assert report.ok and report.case.inputs["w"] == 2.0 and list(report.inputs) == ["x", "b"]


def test_expressions_and_keywords_of_check(shell):
    report = line(shell, """scaled x=X[:1] "w=W[:1, :]" seed=number mode='directional'""")
    assert report.ok and report.seed == 3 and report.mode == "directional" and report.inputs["x"].shape == (1, 3)


def test_the_ops_own_inputs_are_the_default(shell, scaled):
    report = line(shell, "scaled")
    assert report.ok and report.inputs["x"].shape == (3, 5) and report.case.options == {"scale": 0.27183}
    assert report.case.op == "scaled"
    report = line(shell, "scaled scale=0.7 seed=4")
    assert report.ok and report.case.options == {"scale": 0.7} and report.seed == 4


def test_a_wrong_pair_shows_its_report(shell):
    shell.run_cell("def scaled_backward(dout, cache): return dout, dout, None")
    report = line(shell, "scaled x=X w=W")
    assert not report.ok and "heat" not in report.verdict and "<table" in report._repr_html_()


def test_the_cell_runs_first(shell):
    cell = "def double_forward(x): return 2 * x, None\ndef double_backward(dout, cache): return 2 * dout"
    report = shell.run_cell_magic("gradcheck", "double x=X", cell)
    assert report.ok and "double_forward" in shell.user_ns


def test_a_cell_that_fails_is_not_checked(shell, capsys):
    assert shell.run_cell_magic("gradcheck", "scaled x=X w=W", "1 / 0") is None
    assert "ZeroDivisionError" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "expected %gradcheck NAME .*; got 'nothing'"),
        ("x=X", "expected %gradcheck NAME .*; got 'x=X'"),
        ("other", "expected a function other_forward; got no such name"),
        ("scaled X", "expected name=expression .*; got 'X'"),
        ("scaled x=X y", "expected name=expression .*; got 'y'"),
        ("scaled x=Z w=W", "x=Z cannot be computed: NameError: name 'Z' is not defined"),
        ("scaled x=X", r"scaled_forward takes \(x, w, b\); without w"),
        ('scaled "x=X', "cannot read"),
        ("scaled", r"op should be one that is registered .* Or name arrays: %gradcheck scaled x=X w=W"),
    ],
)
def test_mistakes_in_the_line_are_explained(shell, monkeypatch, text, message):
    monkeypatch.setattr(faults.dictionary, "registry", {})
    with pytest.raises(UsageError, match=message):
        line(shell, text)


def test_no_function_of_that_name(shell):
    shell.user_ns["three_forward"] = 3
    with pytest.raises(UsageError, match="expected a function three_forward; got int"):
        line(shell, "three x=X")


def test_inputs_that_do_not_fit_are_explained(shell, scaled):
    shell.run_cell("def scaled_forward(x): return x, None")
    with pytest.raises(UsageError, match=r"scaled_forward should take \(x, w, scale=0.27183\), as scaled does"):
        line(shell, "scaled")
