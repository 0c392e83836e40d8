"""`npdl doctor`: what this machine has, how fast it is, and what is missing."""

import os
import platform
import statistics
import sys
import time
from importlib import metadata, util

import numpy as np
from threadpoolctl import threadpool_info

from . import __version__
from .data import load_digits
from .memory import keep_freed
from .threads import explained

OPTIONAL = {  # package: what npdl uses it for
    "matplotlib": "pictures",
    "tqdm": "progress bars",
    "PIL": "image files: npdl predict, readers of data sets",
    "yaml": "npdl train --config",
    "safetensors": "weights in PyTorch users' format",
    "jupyterlab": "the lessons",
    "pytest": "./start test",
    "cupy": "a GPU",
}


def command(arguments):
    """Print the report; returns 1 if something is wrong, else 0."""
    problems = []
    for title, lines in (("This machine", machine()), ("Arithmetic", arithmetic(problems)), ("Packages", packages())):
        print(title)
        print("\n".join(f"  {name:16}{value}" for name, value in lines), end="\n\n")
    problems += data()
    print("\n".join(f"! {problem}" for problem in problems) or "All is well.")
    return 1 if problems else 0


def machine():
    """Yield (name, value): versions and processors."""
    yield "npdl", f"{__version__}, {os.path.dirname(__file__)}"
    yield "Python", f"{platform.python_version()}, {sys.executable}"
    yield "NumPy, SciPy", f"{np.__version__}, {metadata.version('scipy')}"
    yield "system", f"{platform.platform()}, {platform.machine()}"
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield "processors", f"{count} for this process, {os.cpu_count()} in all"
    yield "threads", "{} for npdl's kernels ({})".format(*explained())
    yield "memory", f"what a step frees is {'' if keep_freed() else 'not '}kept for the next"


def arithmetic(problems):
    """Yield (name, value): the BLAS that does the matrix products, and how fast it is."""
    blas = np.show_config("dicts")["Build Dependencies"]["blas"]
    yield "BLAS", f"{blas['name']} {blas['version']}{_kernels()}"
    one, both = gflops(512, "float32"), gflops(2048, "float32", repeats=3)
    yield "sgemm", f"{one:.0f} GFLOP/s at 512, {both:.0f} GFLOP/s at 2048"
    yield "copy", f"{copy_speed():.1f} GB/s"
    forced = os.environ.get("OPENBLAS_CORETYPE")
    if forced:
        problems.append(
            f"OPENBLAS_CORETYPE={forced} makes OpenBLAS use that processor's kernels, which may be slower than this "
            "one's own: unset it, unless you know why it is there."
        )


def packages():
    """Yield (name, value): what is installed of what npdl can use."""
    for name, purpose in OPTIONAL.items():
        yield name, f"{'yes' if util.find_spec(name) else 'no '}  {purpose}"


def data():
    """Yield what is wrong with the embedded data."""
    try:
        load_digits()
    except OSError as error:
        yield str(error)


def gflops(n, dtype, repeats=9):
    """10⁹ floating-point operations a second of an n×n matrix product, the median of some runs."""
    a = np.ones((n, n), dtype)
    return 2e-9 * n**3 / _seconds(lambda: a @ a, repeats)


def copy_speed(megabytes=64):
    """GB read and written a second by a copy of a large array."""
    source = np.ones(megabytes * 2**20, np.uint8)
    target = np.empty_like(source)
    return 2e-9 * source.size / _seconds(lambda: np.copyto(target, source), 9)


def _seconds(run, repeats):
    """The median time of a call, after one for warming up."""
    run()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _kernels():
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return "".join(f", {p.get('architecture', 'unknown')} kernels, {p['num_threads']} threads" for p in pools[:1])
