"""A thread prepares batches ahead: the same ones, and it always ends."""

import gc
import subprocess
import sys
import threading
import time
import traceback

import numpy as np
import pytest

from npdl.data import DataLoader
from npdl.data.prefetch import ahead


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "npdl prefetch"]


@pytest.fixture(autouse=True)
def no_thread_is_left():
    assert not threads()
    yield
    gc.collect()
    assert not threads()


def loader(N=23, **options):
    return DataLoader(np.arange(N, dtype=np.float32)[:, None], np.arange(N), batch_size=4, seed=0, **options)


@pytest.mark.topic("R495", "R510")
@pytest.mark.parametrize("prefetch", [1, 2, 50])
def test_the_same_batches(prefetch):
    def shaken(x, y, *, rng):
        time.sleep(rng.random() / 1000)
        return x + rng.normal(size=x.shape), y

    plain, early = loader(transform=shaken), loader(transform=shaken, prefetch=prefetch)
    for _ in range(3):
        for (a, i), (b, j) in zip(plain, early, strict=True):
            assert np.array_equal(a, b) and np.array_equal(i, j)


def test_as_many_as_asked_for_are_ready():
    made = []
    items = ahead((made.append(i) or i for i in range(10)), 3)
    assert made == []
    for i in range(7):
        assert next(items) == i
        while len(made) < i + 4:
            time.sleep(0.001)
        time.sleep(0.01)
        assert len(made) == i + 4  # what is in use, and three more
    items.close()


def test_an_exception_comes_to_where_the_batch_is_used():
    def fails(x, y, *, rng):
        if 11 in y:
            raise ZeroDivisionError("in the transform")
        return x, y

    received = []
    with pytest.raises(ZeroDivisionError, match="in the transform") as raised:
        for _, y in loader(shuffle=False, transform=fails, prefetch=3):
            received.append(y)
    assert len(received) == 2  # 0 to 3, 4 to 7: all that came before it
    names = [frame.name for frame in traceback.extract_tb(raised.value.__traceback__)]
    assert names[-1] == "fails" and "_host_batches" in names


def test_a_break_stops_the_thread():
    early = loader(prefetch=2)
    for _ in early:
        assert len(threads()) == 1
        break
    assert not threads()


def test_an_exception_in_the_loop_stops_the_thread():
    with pytest.raises(KeyError):
        for _ in loader(prefetch=2):
            raise KeyError
    gc.collect()
    assert not threads()


def test_a_forgotten_iterator_stops_the_thread():
    batches = iter(loader(prefetch=2))
    next(batches)
    assert threads()
    del batches
    gc.collect()
    assert not threads()


def test_an_iterator_in_a_cycle_stops_the_thread():
    batches = iter(loader(prefetch=2))
    next(batches)
    cycle = [batches]
    cycle.append(cycle)
    del batches, cycle
    gc.collect()
    assert not threads()


def test_closing_does_not_wait_for_a_slow_item():
    def slowly():
        yield 0
        entered.set()
        go_on.wait()
        yield 1

    entered, go_on = threading.Event(), threading.Event()
    items = ahead(slowly(), 1)
    assert next(items) == 0
    assert entered.wait(10)
    start = time.perf_counter()
    items.close()
    assert time.perf_counter() - start < 3
    (thread,) = threads()
    go_on.set()
    thread.join(10)
    assert not thread.is_alive()


EXITS = {
    "an iterator left half way": "next(batches)",
    "a thread that is busy": "sleeps[:] = [30, 0]; next(batches)",
    "an uncaught exception": "next(batches); raise SystemExit",
    "used in a thread of its own": """
        import threading
        thread = threading.Thread(target=lambda: [None for _ in batches])
        thread.start()
    """,
}


@pytest.mark.parametrize("name", EXITS)
def test_the_program_ends(name):
    body = "\n".join(line.strip() for line in EXITS[name].splitlines())
    script = f"""
import time
import numpy as np
from npdl.data import DataLoader
sleeps = [0] * 40

def transform(x, rng):
    time.sleep(sleeps.pop())
    return x @ x.T

loader = DataLoader(np.ones((4000, 200)), batch_size=100, transform=transform, prefetch=3)
batches = iter(loader)
{body}
"""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.perf_counter() - start < 25
