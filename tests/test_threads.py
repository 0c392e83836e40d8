"""Work spread over threads: results, errors, BLAS inside and after, and processes that are forked or spawned."""

import contextlib
import gc
import multiprocessing
import os
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

import npdl
from npdl import InputError, threads
from npdl.threads import each

BLAS = ThreadpoolController().select(user_api="blas")
NEEDS_BLAS = pytest.mark.skipif(not BLAS.lib_controllers, reason="threadpoolctl does not know this BLAS")


@pytest.fixture(autouse=True)
def three_threads():
    """More than many machines have processors; the limit before it comes back."""
    before = threads._state.threads
    npdl.set_num_threads(3)
    with threadpool_limits(2, user_api="blas"):
        yield
    npdl.set_num_threads(before)


def blas_threads():
    return {library.num_threads for library in BLAS.lib_controllers}


def meeting(count):
    """Work that goes on only when `count` threads are at work at once."""
    barrier = threading.Barrier(count)
    return lambda block: (barrier.wait(10), threading.get_ident())[1]


def test_the_results_come_in_the_order_of_the_blocks():
    def work(block):
        time.sleep(0.002 * (block % 3))
        return block * block

    for count in (0, 1, 2, 3, 20):
        assert each(work, range(count)) == [i * i for i in range(count)]
    assert each(work, (i for i in range(4))) == [0, 1, 4, 9]


def test_all_threads_take_part_and_this_one_is_among_them():
    used = each(meeting(3), range(3))
    assert len(set(used)) == 3 and threading.get_ident() in used


@pytest.mark.parametrize("count, blocks", [(1, 5), (3, 1)])
def test_one_thread_or_one_block_stays_here(count, blocks):
    npdl.set_num_threads(count)
    assert set(each(lambda block: threading.get_ident(), range(blocks))) == {threading.get_ident()}


def test_no_more_threads_than_were_asked_for():
    npdl.set_num_threads(2)
    busy, most = [], []

    def work(block):
        busy.append(block)
        most.append(len(busy))
        time.sleep(0.002)
        busy.remove(block)

    each(work, range(20))
    assert max(most) <= 2


def test_the_first_error_is_raised_when_all_have_stopped():
    at_work, done, both = [], [], threading.Barrier(2)

    def work(block):
        if block > 1:
            done.append(block)
            return
        at_work.append(block)
        both.wait(10)
        if block == 0:
            raise KeyError("the first")
        time.sleep(0.05)
        at_work.remove(block)

    npdl.set_num_threads(2)
    with pytest.raises(KeyError, match="the first"):
        each(work, range(50))
    assert at_work == [0]  # the other one came to its end
    assert done == []  # and none was begun after the error


def test_an_error_on_a_helper_reaches_the_caller():
    caller, both = threading.get_ident(), threading.Barrier(2)

    def work(block):
        both.wait(10)
        if threading.get_ident() != caller:
            raise ZeroDivisionError

    npdl.set_num_threads(2)
    with pytest.raises(ZeroDivisionError):
        each(work, range(2))
    assert each(abs, [-1, -2]) == [1, 2]


def test_ctrl_c_waits_for_the_others():
    caller, both, ended = threading.get_ident(), threading.Barrier(2), []

    def work(block):
        both.wait(10)
        if threading.get_ident() == caller:
            raise KeyboardInterrupt
        time.sleep(0.05)
        ended.append(block)

    npdl.set_num_threads(2)
    with pytest.raises(KeyboardInterrupt):
        each(work, range(2))
    assert len(ended) == 1


def test_an_each_inside_another_stays_on_its_thread():
    both = threading.Barrier(3)

    def work(block):
        both.wait(10)
        inner = each(lambda i: (i, threading.get_ident()), range(4))
        return inner == [(i, threading.get_ident()) for i in range(4)]

    assert each(work, range(3)) == [True] * 3


@NEEDS_BLAS
def test_blas_has_one_thread_inside_and_its_own_number_after():
    assert blas_threads() == {2}
    assert each(lambda block: blas_threads(), range(6)) == [{1}] * 6
    assert each(lambda block: blas_threads(), [0]) == [{1}]
    assert blas_threads() == {2}


@NEEDS_BLAS
@pytest.mark.parametrize("blocks", [1, 6])
def test_blas_has_its_own_number_after_an_error(blocks):
    with pytest.raises(ZeroDivisionError):
        each(lambda block: 1 / 0, range(blocks))
    assert blas_threads() == {2}


@NEEDS_BLAS
def test_blas_is_alone_for_whichever_thread_asks():
    """threadpoolctl hears only the first thread that sets OpenBLAS's number: another would find BLAS as it was."""
    each(abs, [1])
    found = []
    thread = threading.Thread(target=lambda: found.extend(each(lambda block: blas_threads(), range(4))))
    thread.start()
    thread.join()
    assert found == [{1}] * 4 and blas_threads() == {2}


@NEEDS_BLAS
def test_blas_stays_alone_until_the_last_of_several_users_leaves():
    first_in, second_done, seen = threading.Event(), threading.Event(), []

    def first(block):
        first_in.set()
        assert second_done.wait(10)
        seen.append(blas_threads())

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(each, first, [0])
        assert first_in.wait(10)
        each(abs, [1])
        seen.append(blas_threads())
        second_done.set()
        future.result()
    assert seen == [{1}, {1}] and blas_threads() == {2}


def test_numpys_error_state_goes_along():
    zero, both = np.zeros(1), threading.Barrier(3)

    def work(block):
        both.wait(10)
        with contextlib.suppress(FloatingPointError):
            return (1 / zero)[0]

    with np.errstate(divide="ignore"):
        assert each(work, range(3)) == [np.inf] * 3
    both.reset()
    with np.errstate(divide="raise"):
        assert each(work, range(3)) == [None] * 3


def test_many_threads_may_call_it_at_once():
    def user(number):
        return [each(lambda block: (number, block), range(8)) for _ in range(20)]

    with ThreadPoolExecutor(8) as pool:
        for number, results in enumerate(pool.map(user, range(8))):
            assert results == [[(number, block) for block in range(8)]] * 20
    assert blas_threads() <= {2}


def test_the_number_may_change_while_it_runs():
    def work(block):
        npdl.set_num_threads(1 + block % 5)
        return each(abs, [-block])[0]

    for _ in range(20):
        assert each(work, range(10)) == list(range(10))
    npdl.set_num_threads(6)
    assert len(set(each(meeting(6), range(6)))) == 6
    assert blas_threads() <= {2}


def test_where_no_more_threads_are_to_be_had_fewer_share_the_work(monkeypatch):
    def start(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    npdl.set_num_threads(threads._state.helpers + 5)
    assert each(abs, range(-20, 0)) == list(range(20, 0, -1))


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_of_a_call_lives_on(fails):
    """No thread keeps its arrays until the next call, and no error keeps them until a garbage collection."""
    array = np.ones(3)
    dead = weakref.ref(array)

    def work(block, array=array):
        return array.sum() / (0 if fails and block == 2 else 1)

    gc.disable()
    try:
        with contextlib.suppress(FloatingPointError), np.errstate(divide="raise"):
            each(work, range(3))
        del array, work
        deadline = time.monotonic() + 10
        while dead() is not None and time.monotonic() < deadline:  # a helper that woke late is just putting it down
            time.sleep(0.001)
        assert dead() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("count", [0, -1, 1.5, "2", True, np.float64(2)])
def test_a_number_of_threads_that_is_none(count):
    with pytest.raises(InputError, match="set_num_threads: threads should be an integer >= 1, or None"):
        npdl.set_num_threads(count)
    assert npdl.get_num_threads() == 3


def test_none_looks_around_again():
    npdl.set_num_threads(None)
    assert npdl.get_num_threads() >= 1 and threads.explained()[1] != "npdl.set_num_threads"
    npdl.set_num_threads(np.int64(5))
    assert threads.explained() == (5, "npdl.set_num_threads")


def found_in_a_child(**variables):
    names = [name for name in os.environ if name.endswith("_NUM_THREADS")]
    environment = {name: value for name, value in os.environ.items() if name not in names} | variables
    code = "from npdl import threads; print(*threads.explained(), sep=';')"
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    count, origin = run.stdout.strip().split(";")
    return int(count), origin


def test_the_environment_variables():
    names = threads._VARIABLES
    for stronger, weaker in pairwise(names):
        assert found_in_a_child(**{stronger: "5", weaker: "7"}) == (5, stronger)
    assert found_in_a_child(OMP_NUM_THREADS="4,2")[0] == 4
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    for senseless in ("", "0", "many", "-1", "²"):
        assert found_in_a_child(NPDL_NUM_THREADS=senseless) == (processors, "the processors for this process")


def _report(blocks=4):
    """What a child says: its number of threads, some results, and how many threads can work at once."""
    results = each(lambda block: float(np.full(1000, block, "float32").sum()), range(blocks))
    default = npdl.get_num_threads()
    npdl.set_num_threads(2)
    at_once = len(set(each(meeting(2), range(2))))
    npdl.set_num_threads(default)  # a pool may give this child the next report, too
    return default, results, at_once


REPORT = [0.0, 1000.0, 2000.0, 3000.0], 2


def _put_report(queue):
    queue.put(_report())


@pytest.fixture
def by_default(monkeypatch):
    """No number was set, none is in the environment; threads are running and BLAS has been looked for."""
    each(meeting(3), range(3))
    for name in threads._VARIABLES:
        monkeypatch.delenv(name, raising=False)
    npdl.set_num_threads(None)
    assert npdl.get_num_threads() >= 1


START_METHODS = [name for name in ("fork", "spawn", "forkserver") if name in multiprocessing.get_all_start_methods()]
FORKS = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


@FORKS
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_has_threads_of_its_own():
    each(meeting(3), range(3))
    pid = os.fork()
    if pid == 0:  # the child must not come back into pytest
        status = 1
        with contextlib.suppress(BaseException):
            status = 0 if _report() == (3, *REPORT) else 2
        os._exit(status)
    assert _status(pid) == 0
    assert len(set(each(meeting(3), range(3)))) == 3


def _status(pid, patience=20):
    """The exit status of a child; it is killed if it hangs."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return "hung"


@FORKS
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_forked_while_blas_is_alone_has_blas_as_it_was():
    inside, go_on = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(each, lambda block: (inside.set(), go_on.wait(10)), [0])
        assert inside.wait(10)
        pid = os.fork()
        if pid == 0:
            status = 1
            with contextlib.suppress(BaseException):
                status = 0 if blas_threads() <= {2} and _report() == (3, *REPORT) and blas_threads() <= {2} else 2
            os._exit(status)
        go_on.set()
        future.result()
    assert _status(pid) == 0


@FORKS
@pytest.mark.parametrize("method", START_METHODS)
def test_a_child_of_multiprocessing_has_one_thread_by_default(by_default, method):
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    child = context.Process(target=_put_report, args=(queue,), daemon=True)
    child.start()
    assert queue.get(timeout=60) == (1, *REPORT)
    child.join(20)
    assert child.exitcode == 0


@FORKS
@pytest.mark.parametrize("method", START_METHODS)
def test_a_pool_of_processes(by_default, method):
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
        assert list(pool.map(_report, [4, 4], timeout=60)) == [(1, *REPORT)] * 2


def test_a_program_ends_although_its_threads_wait():
    code = """
import atexit, threading, npdl
from npdl.threads import each
npdl.set_num_threads(2)
both = threading.Barrier(2)
each(lambda block: both.wait(10), range(2))
atexit.register(lambda: print(sum(each(abs, range(10)))))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout, run.stderr) == (0, "45\n", "")
