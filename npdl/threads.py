"""Work spread over threads.

NumPy lets go of the interpreter lock while it copies, computes element by element, or multiplies matrices. So plain
threads share such work, if it comes in blocks large enough to forget the 40 us that it takes to wake one. `each` is all
there is:

    each(work, blocks)      [work(block) for block in blocks], on all threads

Inside, BLAS runs on one thread: its own threads, which wait for the next product by spinning, would take the processors
from ours. How work is cut into blocks must depend on the shapes alone; then every number of threads adds the same
numbers in the same order, and the results are equal to the last bit.
"""

import contextlib
import contextvars
import multiprocessing
import os
import threading
from collections import deque
from functools import cache, partial
from itertools import product
from queue import SimpleQueue

from .errors import InputError, is_integer

__all__ = ["each", "get_num_threads", "set_num_threads"]

_VARIABLES = "NPDL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"


class _Inside(threading.local):
    each = False  # this thread is at work for an `each`


class _State:
    """What a forked child starts without: its parent's threads are not there."""

    def __init__(self, threads=None):
        self.threads, self.default = threads, None  # as set (None: it was not); as found by looking around
        self.tasks, self.helpers = SimpleQueue(), 0  # what our own threads take their work from; how many there are
        self.lock, self.users, self.before = threading.Lock(), 0, ()  # of _blas_alone


_inside, _state = _Inside(), _State()


def set_num_threads(threads):
    """How many threads npdl's kernels use; None: what it was before the first call.

    That is what NPDL_NUM_THREADS says, or else OMP_NUM_THREADS, OPENBLAS_NUM_THREADS or MKL_NUM_THREADS. If none is
    set: as many as there are processors for this process, but 1 in a child of multiprocessing, where the others are
    busy with its brothers.
    """
    if threads is not None and not is_integer(threads, 1):
        raise InputError("set_num_threads", "threads", "an integer >= 1, or None", threads)
    _state.threads = threads


def get_num_threads():
    """How many threads npdl's kernels use."""
    return explained()[0]


def explained():
    """(the number of threads, what it comes from)."""
    if _state.threads is not None:
        return _state.threads, "npdl.set_num_threads"
    if _state.default is None:
        _state.default = _look_around()
    return _state.default


def _look_around():
    for name in _VARIABLES:
        value = os.environ.get(name, "").partition(",")[0].strip()
        if value.isdecimal() and int(value):
            return int(value), name
    if multiprocessing.parent_process() is not None:
        return 1, "in a child of multiprocessing"
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return count, "the processors for this process"


def each(work, blocks):
    """[work(block) for block in blocks], on all threads, this one included; BLAS on one thread in each of them.

    If one raises, the blocks that nobody has begun are left out, and the first error is raised when all have stopped.
    An `each` inside one that is shared stays on its thread.
    """
    blocks = list(blocks)
    if _inside.each:
        return [work(block) for block in blocks]
    with _blas_alone:
        helpers = min(get_num_threads(), len(blocks)) - 1
        if helpers < 1:
            return [work(block) for block in blocks]
        return _shared(work, blocks, helpers)


def _shared(work, blocks, helpers):
    """The blocks lie on one heap; this thread and the helpers take the next from it until it is empty.

    A helper that wakes too late, or is busy for another `each`, is not waited for: it begins with a ticket only, and
    when the heap is empty this thread takes back the tickets that are left.
    """
    results, errors = [None] * len(blocks), []
    heap, tickets = deque(range(len(blocks))), deque(range(helpers))
    ended, news = [], SimpleQueue()

    def take_part():
        _inside.each = True
        try:
            while not errors and (i := _next(heap)) is not None:
                results[i] = work(blocks[i])
        except BaseException as error:  # KeyboardInterrupt too: the others write into arrays of ours until they stop
            errors.append(error)
        finally:
            _inside.each = False

    def help_out():
        if _next(tickets) is not None:
            _limit_blas()
            take_part()
            ended.append(True)
            news.put(True)

    _hire(helpers)
    for _ in range(helpers):
        _state.tasks.put(partial(contextvars.copy_context().run, help_out))  # np.errstate goes along
    take_part()
    while _next(tickets) is not None:
        helpers -= 1
    while len(ended) < helpers:
        try:
            news.get()
        except KeyboardInterrupt as error:
            errors.append(error)
    if errors:
        try:
            raise errors[0]
        finally:
            errors.clear()  # else its traceback would hold this frame, and this frame the traceback
    return results


def _next(line):
    """The first of a deque, which no other thread gets then; None if there is none."""
    try:
        return line.popleft()
    except IndexError:
        return None


def _hire(helpers):
    """Let there be so many threads of ours."""
    if _state.helpers >= helpers:
        return
    with _state.lock, contextlib.suppress(RuntimeError):  # no more threads to be had: then fewer share the work
        while _state.helpers < helpers:
            threading.Thread(target=_serve, args=(_state.tasks,), name="npdl", daemon=True).start()
            _state.helpers += 1


def _serve(tasks):
    while True:
        task = tasks.get()
        task()
        task = None  # else its arrays would live until the next one


class _BlasAlone:
    """Inside, BLAS runs on one thread. What it was before comes back when the last one leaves."""

    def __enter__(self):
        with _state.lock:
            if _state.users == 0:
                _state.before = [read() for read, _ in _blas()]
            _state.users += 1
            _limit_blas()

    def __exit__(self, *error):
        with _state.lock:
            _state.users -= 1
            if _state.users == 0:
                _restore_blas()


_blas_alone = _BlasAlone()


def _limit_blas():
    for _, limit in _blas():
        limit(1)  # for the whole process; where BLAS is built on OpenMP, for the thread that calls


def _restore_blas():
    for (_, limit), threads in zip(_blas(), _state.before):
        limit(threads)


@cache
def _blas():
    """(read, set) the number of threads, for each BLAS library of this process."""
    from threadpoolctl import ThreadpoolController

    return [_switch(library) for library in ThreadpoolController().select(user_api="blas").lib_controllers]


def _switch(library):
    """OpenBLAS's own functions: through threadpoolctl only the first thread to set the number would be heard."""
    for prefix, suffix in product(("", "scipy_"), ("", "64_", "_64")):
        name = f"{prefix}openblas_%s_num_threads{suffix}"
        if hasattr(library.dynlib, name % "get"):
            return getattr(library.dynlib, name % "get"), getattr(library.dynlib, name % "set")
    return library.get_num_threads, library.set_num_threads


def _forget_threads():
    if _state.users:
        _restore_blas()
    _state.__init__(_state.threads)
    _inside.each = False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_threads)
