"""The tape's price, as benchmarks/tape_overhead.py measures it."""

import runpy
from pathlib import Path

LIMIT = 6.0  # microseconds an op


def test_the_tape_costs_at_most_six_microseconds_an_op_over_hand_chained_pairs():
    benchmark = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks" / "tape_overhead.py"))
    # The best of many rounds, until one batch is within: a busy machine adds to a time, it never takes away.
    assert any(benchmark["overhead"](rounds=100)[1] <= LIMIT for _ in range(30))
