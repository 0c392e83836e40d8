"""`import npdl` is quick and light, and everything that it promises is there."""

import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

import npdl

ROOT = Path(__file__).parents[1]


def fresh(program):
    """What a new Python prints when it runs this program."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def test_it_takes_less_than_three_tenths_of_a_second():
    """NumPy's import included. Processor time, so that a busy machine changes nothing; the median of five."""
    program = "import time; start = time.process_time(); import npdl; print(time.process_time() - start)"
    assert median(float(fresh(program)) for _ in range(5)) < 0.3


def test_it_needs_numpy_alone():
    heavy = {"matplotlib", "scipy", "tqdm", "torch", "sklearn", "cupy", "pytest"}
    assert fresh(f"import sys, npdl; print(sorted({heavy} & {{m.split('.')[0] for m in sys.modules}}))") == "[]"


def test_the_command_line_answers_as_lightly():
    program = "import sys, npdl.cli; print('npdl.train' in sys.modules, 'matplotlib' in sys.modules)"
    assert fresh(program) == "False False"


@pytest.mark.parametrize("name", npdl.__all__)
def test_every_name_is_there(name):
    assert getattr(npdl, name) is not None


def test_rooms_are_opened_when_first_used():
    rooms = ("data", "maths", "metrics", "ml", "models", "train", "viz")
    program = (
        "import sys, npdl\n"
        f"for room in {rooms}:\n"
        "    before = f'npdl.{room}' in sys.modules\n"
        "    print(getattr(npdl, room).__name__, before)\n"
    )
    lines = dict(line.split() for line in fresh(program).splitlines())
    assert list(lines) == [f"npdl.{room}" for room in rooms]
    assert lines["npdl.data"] == lines["npdl.ml"] == lines["npdl.viz"] == "False"
    assert set(rooms) < set(npdl.__all__)


def test_star_import_gives_the_names():
    assert (
        fresh("from npdl import *; print(Tensor.__name__, nn.__name__, models.__name__)")
        == "Tensor npdl.nn npdl.models"
    )


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="module 'npdl' has no attribute 'tenser'"):
        npdl.tenser  # noqa: B018
