"""Every hostile or broken file of hostile.py is refused with a message; no code is run, no memory filled."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.data.readers import hostile

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", hostile.CASES)
def test_it_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "files").mkdir()
    assert hostile.run(name, tmp_path / "files") is None
    assert not list(tmp_path.rglob(hostile.MARKER))


@pytest.mark.skipif(sys.platform != "linux", reason="limits of a process are Linux's here")
def test_they_are_refused_in_little_memory(tmp_path):
    """All in one process that may take 768 MB more than it starts with: a crash or a bomb would end it."""
    command = [sys.executable, "-m", "tests.data.readers.hostile", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr[-2000:]


def test_there_are_many():
    assert len(hostile.CASES) > 200
