"""Settings of the whole suite."""

import os
import sys
import tempfile

# The arrays here are small: a second thread gains nothing, and waits for its turn whenever the machine is busy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy, SciPy, and npdl's own threads
os.environ.setdefault("OMP_NUM_THREADS", "1")  # PyTorch, scikit-learn

if sys.dont_write_bytecode:  # as in many containers: a hundred Pythons that tests start would each compile all of npdl
    bytecode = tempfile.TemporaryDirectory(prefix="npdl-bytecode-")  # it goes when this process ends
    os.environ |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": bytecode.name}

import pytest

from npdl import op

MOST = 8  # processes: each collects the whole suite first, ten seconds of work, and takes up to 700 MB


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """How many processes share the tests where it is left to us (-n auto, as ./start test has it): one a processor.

    None, so that this one does it all, for a single file or test, which would be done before the others had started,
    and for somebody who looks on (-s, --trace), since what a worker prints is not seen.
    """
    looks_on = config.option.capture == "no" or config.option.trace
    few = not all(os.path.isdir(path) for path in config.args)
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 0 if looks_on or few or processors == 1 else min(processors, MOST)


@pytest.fixture
def own_ops():
    """Ops defined in a test leave the registry with it."""
    before = dict(op.registry)
    yield
    op.registry.clear()
    op.registry.update(before)
