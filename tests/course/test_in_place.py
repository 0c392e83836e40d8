"""What a function changes in place: judged where its contract says so, carried over where it is served, else told."""

import numpy as np
import pytest

from npdl.course.child import Child
from npdl.course.exercise import Case, Draws

MODULE = [("m.py", 1, "import below\ndef f(a, b, rng=None):\n    b[...] += below.g(a, rng)\n    return 2 * b\n")]


def g(a, rng):
    """Changes a, and the generator."""
    a *= 3
    return float(rng.integers(10)) if rng is not None else 0.0


@pytest.fixture(scope="module")
def child():
    with Child() as child:
        yield child


def run(child, args, updates=(), **options):
    with child.exercise({"m": MODULE, "below": []}, {"below.g": g}) as run:
        return run.call("m", "f", args, options, 5.0, updates)


def test_updates_come_back_behind_the_value_and_count_as_no_fault(child):
    a, b = np.ones(2), np.full(2, 5.0)
    found = run(child, (a, b), (0, 1))
    value, a_after, b_after = found.value
    assert not found.changed and (a == 1).all() and (b == 5).all()
    assert (value == 10).all() and (a_after == 3).all() and (b_after == 5).all()
    ours, ours_a, ours_b = Case(a, b).call(lambda a, b: (g(a, None), 2 * b)[1], (0, 1))
    assert (ours == value).all() and (ours_a == a_after).all() and (ours_b == b_after).all()


@pytest.mark.parametrize("updates, changed", [((), True), ((1,), True), ((0, 1), False)])
def test_any_other_change_is_told(child, updates, changed):
    assert run(child, (np.ones(2), np.ones(2)), updates).changed is changed


def test_a_served_function_draws_from_the_callers_generator(child):
    here = np.random.default_rng(7)
    wanted = [float(here.integers(10)) for _ in range(8)]
    source = "import below, numpy as np\ndef f(rng):\n    return [below.g(np.ones(1), rng) for _ in range(8)]\n"
    with child.exercise({"m": [("m.py", 1, source)], "below": []}, {"below.g": g}) as run:
        found = run.call("m", "f", (), {"rng": Draws(7)}, 5.0)
    assert found.value == wanted and not found.changed
