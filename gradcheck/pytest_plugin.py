"""gradcheck in pytest: pytest -p gradcheck.pytest_plugin, or by itself once gradcheck is installed.

    @pytest.mark.gradcheck(op="conv2d", seeds=3)     # test_conv[seed0], test_conv[seed1], test_conv[seed2]
    def test_conv(gradcheck):
        gradcheck(conv_forward, conv_backward)       # on the characteristic inputs of conv2d

A failing check shows its report, in these tests and wherever `assert report.ok` fails.
"""

import secrets

import pytest

from .core import check
from .inputs import inputs as sample
from .report import Report

MARKER = "gradcheck(op=None, seeds=1): the registered op under test, and how many seeds it is tested with"


def pytest_addoption(parser):
    group = parser.getgroup("gradcheck", "gradient checks")
    group.addoption("--gradcheck-seed", type=_seed, default=0, metavar="INT|random", help="the first seed (default 0)")
    group.addoption("--gradcheck-full", action="store_true", help="check every entry, whatever it takes")


def _seed(text):
    """An integer; `random` draws one, once for the whole run."""
    return secrets.randbelow(10**6) if text == "random" else int(text)


def pytest_configure(config):
    config.addinivalue_line("markers", MARKER)


def pytest_report_header(config):
    seed = config.getoption("--gradcheck-seed")
    return f"gradcheck: --gradcheck-seed {seed}" if seed else None


def pytest_generate_tests(metafunc):
    marker = metafunc.definition.get_closest_marker("gradcheck")
    if marker and "gradcheck_seed" in metafunc.fixturenames:
        first = metafunc.config.getoption("--gradcheck-seed")
        seeds = range(first, first + marker.kwargs.get("seeds", 1))
        metafunc.parametrize("gradcheck_seed", seeds, ids=[f"seed{seed}" for seed in seeds])


@pytest.fixture
def gradcheck_seed(pytestconfig):
    """The seed of this test: of the mark's seeds, or else that of --gradcheck-seed."""
    return pytestconfig.getoption("--gradcheck-seed")


@pytest.fixture
def gradcheck(request, gradcheck_seed):
    """gradcheck(forward, backward, inputs, **keywords of check): the Report; the test fails with it if it is not ok.

    Without inputs, those of the op in the mark are drawn. The worst error goes into the JUnit file.
    """
    marker = request.node.get_closest_marker("gradcheck")
    op = marker.kwargs.get("op") if marker else None
    mode = "full" if request.config.getoption("--gradcheck-full") else "auto"

    def run(forward, backward, inputs=None, **keywords):
        __tracebackhide__ = True
        if inputs is None:
            if op is None:
                raise TypeError(
                    "gradcheck: argument inputs should be given, or an op in @pytest.mark.gradcheck(op=...)"
                )
            inputs, options = sample(op, gradcheck_seed)
            keywords = {**options, **keywords}
        report = check(forward, backward, inputs, **{"seed": gradcheck_seed, "op": op, "mode": mode, **keywords})
        worst = max((r.worst for r in report.inputs.values()), default=0.0)
        request.node.user_properties.append(("gradcheck worst error", f"{worst:.3g}"))
        if not report.ok:
            pytest.fail(str(report))
        return report

    return run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Below a failed assertion: the reports that are not ok among the variables of the frame that failed."""
    outcome = yield
    if call.excinfo is not None and call.excinfo.errisinstance(AssertionError):
        for report in _failed_reports(call.excinfo.traceback):
            outcome.sections.append(("gradcheck", str(report)))
    return outcome


def _failed_reports(traceback):
    """From the innermost frame that has some. `assert check(...).ok` keeps its Report in a variable of pytest's."""
    for entry in reversed(traceback):
        found = {id(x): x for x in entry.frame.f_locals.values() if isinstance(x, Report) and not x.ok}
        if found:
            return list(found.values())
    return []
