"""Child processes, one a contender, that take turns: while one computes, the others wait for a line of text.

In one process the threads of two libraries slow each other two- to threefold; at the same time they would share the
processors. Turns in alternation let a slow moment of the machine hit all alike, and the median forgets it.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
REST = 0.05  # seconds before a turn: until then threads of the one before may spin, waiting for more work
THREADS = ("NPDL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def environment(threads, folder=None):
    """This process's, with the number of threads for all, and the folder to look for packages first, if any.

    OPENBLAS_CORETYPE is taken out: OpenBLAS is to use the kernels made for this processor.
    """
    path = os.pathsep.join(str(place) for place in (folder, ROOT) if place)
    ours = {name: str(threads) for name in THREADS} | {"PYTHONPATH": path}
    return {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"} | ours


class Child:
    """A contender in a process of its own. `error` says why it is not there, if so; `about` what it said of itself."""

    def __init__(self, contender, threads, folder=None):
        self.name = contender
        command = [sys.executable, "-P", "-m", "benchmarks.speed.worker", contender, str(threads)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(
            command, **pipes, encoding="utf-8", cwd=ROOT, env=environment(threads, folder)
        )  # fmt: skip
        hello = self._read()
        self.about, self.error = hello.get("about", {}), hello.get("error")

    def ask(self, case, variant, seconds):
        """The answer to one turn, {"ms": ...} or {"error": ...}. variant: PyTorch's layout, npdl's mode; or None."""
        if self.error:
            return {"error": self.error}
        request = {"kind": case.kind, "sizes": case.sizes, "variant": variant, "seconds": seconds}
        with suppress(BrokenPipeError):  # it has ended: reading will tell how
            print(json.dumps(request), file=self.process.stdin, flush=True)
        return self._read()

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            self.error = f"the process ended with {self.process.wait()}"
            return {"error": self.error}
        return json.loads(line)

    def close(self):
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


class Patience(NamedTuple):
    """How long to measure a case: turns of so many seconds in so many rounds; fewer when `limit` seconds have gone."""

    rounds: int
    seconds: float
    limit: float


def measure(case, contenders, patience):
    """{label: answer} of the contenders {label: (child, variant)} in alternation, "ms" the median over the rounds."""
    turns, end = {label: [] for label in contenders}, time.perf_counter() + patience.limit
    for number in range(patience.rounds):
        if number and time.perf_counter() > end:
            break
        for label, (child, variant) in contenders.items():
            if not (turns[label] and "error" in turns[label][-1]):
                time.sleep(REST)
                turns[label].append(child.ask(case, variant, patience.seconds))
    return {label: _together(answers) for label, answers in turns.items()}


def _together(answers):
    if "error" in answers[-1]:
        return answers[-1]
    return answers[-1] | {"ms": statistics.median(a["ms"] for a in answers), "rounds": len(answers)}
