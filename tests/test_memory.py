"""What a step frees is kept for the next one."""

import os
import platform
import subprocess
import sys

import pytest

from npdl import memory

STEPS = """
import resource, sys
import numpy as np
if "npdl" in sys.argv:
    import npdl

def step():
    arrays = [np.ones(500_000) for _ in range(10)]  # 40 MB, freed together

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

for _ in range(3):
    step()
before = faults()
for _ in range(10):
    step()
print((faults() - before) // 10)
"""


def faults(*arguments, **variables):
    """How many pages a step gets anew from the system."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))}
    command = [sys.executable, "-c", STEPS, *arguments]
    run = subprocess.run(command, env=environment | variables, capture_output=True, text=True, check=True)
    return int(run.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_pages_are_not_got_anew():
    bare = faults()
    if bare < 1000:
        pytest.skip("pages are large here, or kept already")
    assert faults("npdl") < 100
    assert faults("npdl", MALLOC_TRIM_THRESHOLD_="131072") > 1000  # who has set it is not overruled


def test_another_c_library_is_left_alone(monkeypatch):
    for name in memory._VARIABLES:
        monkeypatch.delenv(name, raising=False)

    def none(path):
        raise OSError("no such library")

    monkeypatch.setattr(memory.ctypes, "CDLL", none)
    assert memory.keep_freed() is False
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda path: object())
    assert memory.keep_freed() is False
