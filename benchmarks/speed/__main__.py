"""npdl beside PyTorch on this machine: python -m benchmarks.speed. benchmarks/README.md explains it."""

import argparse
import json
import os
import platform
import sys
import time
from pathlib import Path

from .parts import TITLES, Bench
from .plot import draw
from .tables import table

RESULTS = Path(__file__).parents[1] / "results"


def arguments(argv=None):
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--only", metavar="PARTS", help=f"some of {','.join(TITLES)}, with commas between")
    parser.add_argument("--quick", action="store_true", help="fewer turns, 10 random layers: for a first look")
    parser.add_argument("--threads", type=int, default=_processors(), help="for every contender (default: all)")
    parser.add_argument("--peers", metavar="FOLDER", help="where other libraries are installed: see on_peers.py")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for the JSON file and the plot")
    asked = parser.parse_args(argv)
    asked.only = asked.only.split(",") if asked.only else list(TITLES)
    if unknown := set(asked.only) - set(TITLES):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(TITLES)}")
    return asked


def main(argv=None):
    """Run the parts, print their tables, write the files; 1 if a contender failed."""
    asked, start, results = arguments(argv), time.perf_counter(), {}
    with Bench(asked.threads, asked.quick, asked.peers) as bench:
        about = machine(asked) | bench.npdl.about | bench.torch.about
        print("  ".join(f"{name} {value}" for name, value in about.items()))
        if about["load"] and about["load"] > 0.5:
            print(f"! {about['load']} processes were running already: expect long times and ratios that jump")
        bench.find_peak()
        print("sgemm, GFLOP/s:", "; ".join(f"{how}: {speed:.0f}" for how, speed in bench.peaks.items()), flush=True)
        for part in asked.only:
            results[part] = list(getattr(bench, part)())
            print(f"\n{table(part, results[part])}", flush=True)
        report = {"machine": about, "peaks": bench.peaks, "peak": bench.peak, "parts": results}
    report["seconds"] = round(time.perf_counter() - start)
    asked.out.mkdir(parents=True, exist_ok=True)
    path = asked.out / f"speed-{asked.threads}-threads{'-quick' * asked.quick}"
    path.with_suffix(".json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draw(results, path.with_suffix(".png"))
    print(f"\n{report['seconds']} s; {path}.json, .png")
    failed = any(r["error"] for part, rows in results.items() if part != "peers" for r in rows)
    return 1 if failed else 0


def machine(asked):
    """What the numbers depend on, as far as it can be said without importing anything."""
    load = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None  # over the last minute
    return {"threads": asked.threads, "python": platform.python_version(), "quick": asked.quick, "load": load}


def _processors():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    sys.exit(main())
