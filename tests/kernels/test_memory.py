"""Freed memory is kept for the next array."""

import subprocess
import sys

import pytest

SECOND_ARRAYS = """
import resource, numpy as np, npdl
def pages():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for turn in range(4):
    before = pages()
    arrays = [np.ones(4 << 20, "float32") for _ in range(4)]
    del arrays
    print(pages() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's")
def test_arrays_that_follow_freed_ones_are_not_new_memory(monkeypatch):
    monkeypatch.delenv("MALLOC_TRIM_THRESHOLD_", raising=False)
    run = subprocess.run([sys.executable, "-c", SECOND_ARRAYS], capture_output=True, text=True, check=True)
    first, *others = map(int, run.stdout.split())
    assert min(others) < 16 < first
