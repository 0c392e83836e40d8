"""The child process of one contender: a request a line comes in, an answer a line goes out, both JSON.

python -m benchmarks.speed.worker CONTENDER THREADS

The first line out tells that the contender is there, or what is wrong with it. A request {"kind", "sizes", "variant",
"seconds"} is answered with {"ms", "peak_mb", and what the contender has to say}, or {"error"}.
"""

import importlib
import json
import os
import statistics
import sys
import time

from .cases import inputs

try:
    import resource
except ImportError:  # Windows
    resource = None

CALLS = 200  # at most, in one turn


def load(contender):
    """The module of a contender: npdl, torch, or one of the peers."""
    if contender in ("npdl", "torch"):
        return importlib.import_module(f".on_{contender}", __package__)
    return importlib.import_module(".on_peers", __package__).peer(contender)


def turn(run, seconds):
    """Milliseconds of a call: the median of as many as fit into the time, one at least."""
    times, end = [], time.perf_counter() + seconds
    while not times or (time.perf_counter() < end and len(times) < CALLS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times)


def peak_megabytes():
    """The most memory that this process ever had; None where the system does not tell."""
    if resource is None:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


class Worker:
    """Answers requests. What a case needs is kept until another one comes, for each variant."""

    def __init__(self, side):
        self.side, self.case, self.ready = side, None, {}

    def answer(self, kind, sizes, variant, seconds):
        if self.case != (kind, sizes):
            self.case, self.ready = (kind, sizes), {}
        if variant not in self.ready:
            self.ready[variant] = self.side.prepare(kind, *inputs(kind, sizes), variant)
            turn(self.ready[variant][0], seconds)  # to warm up
        run, about = self.ready[variant]
        return {"ms": turn(run, seconds), "peak_mb": peak_megabytes()} | about


def main(contender, threads):
    """Serve until the requests end."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is no answer

    def say(**answer):
        print(json.dumps(answer), file=answers, flush=True)

    try:
        side = load(contender)
        say(about=side.start(int(threads)))
    except Exception as error:
        say(error=f"{type(error).__name__}: {error}")
        return
    worker = Worker(side)
    for line in sys.stdin:
        try:
            say(**worker.answer(**json.loads(line)))
        except Exception as error:  # of the contender's: the driver says so and goes on
            say(error=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
