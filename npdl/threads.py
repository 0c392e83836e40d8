"""Work spread over threads.

NumPy lets go of the interpreter lock while it copies, computes element by element, or multiplies matrices. So plain
threads share such work, if it comes in blocks large enough to forget the 10 us that it takes to hand one over. `each`
is all there is:

    each(work, blocks)      [work(block) for block in blocks], on all threads

Inside, BLAS runs on one thread: its own threads, which wait for the next product by spinning, would take the processors
from ours. How work is cut into blocks must depend on the shapes alone; then every number of threads adds the same
numbers in the same order, and the results are equal to the last bit.
"""

import contextvars
import multiprocessing
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from .errors import InputError, is_integer

__all__ = ["each", "get_num_threads", "set_num_threads"]

_VARIABLES = "NPDL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"
_inside = threading.local()  # .each: this thread is at work for an `each`


class _State:
    """What a forked child starts without: its parent's threads are not there."""

    def __init__(self, threads=None):
        self.threads = threads  # as set; None: look around
        self.pool, self.size = None, 0
        self.lock, self.users, self.before = threading.Lock(), 0, []


_state = _State()


def set_num_threads(threads):
    """How many threads npdl's kernels use; None: as many as there are processors for this process.

    Until it is called, that is what NPDL_NUM_THREADS says, or else OMP_NUM_THREADS, OPENBLAS_NUM_THREADS or
    MKL_NUM_THREADS; and 1 in a child of a multiprocessing pool, where the other processors have work of their own.
    """
    if threads is not None and not is_integer(threads, 1):
        raise InputError("set_num_threads", "threads", "an integer >= 1, or None", threads)
    _state.threads = threads


def get_num_threads():
    """How many threads npdl's kernels use."""
    if _state.threads is None:
        _state.threads = _default()
    return _state.threads


def _default():
    for name in _VARIABLES:
        value = os.environ.get(name, "").partition(",")[0]
        if value.isdigit() and int(value):
            return int(value)
    if multiprocessing.parent_process() is not None:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(work, blocks):
    """[work(block) for block in blocks], on all threads, this one included; BLAS on one thread in each of them.

    If one raises, the blocks that nobody has begun are left out, and the first error is raised when all have stopped.
    An `each` inside another one stays on its thread.
    """
    blocks = list(blocks)
    if getattr(_inside, "each", False):
        return [work(block) for block in blocks]
    with _BlasAlone():
        helpers = min(get_num_threads(), len(blocks)) - 1
        if helpers < 1:
            return [work(block) for block in blocks]
        return _shared(work, blocks, helpers)


def _shared(work, blocks, helpers):
    results, errors, rest = [None] * len(blocks), [], iter(range(len(blocks)))
    take = threading.Lock()

    def help_out():
        _inside.each = True
        try:
            while not errors:
                with take:
                    i = next(rest, None)
                if i is None:
                    return
                results[i] = work(blocks[i])
        except BaseException as error:  # KeyboardInterrupt too: the others write into arrays of ours until they stop
            errors.append(error)
        finally:
            _inside.each = False

    pool = _pool(helpers)
    futures = [pool.submit(contextvars.copy_context().run, help_out) for _ in range(helpers)]  # np.errstate goes along
    help_out()
    for future in futures:
        if not future.cancel():  # not begun, and nothing left to do
            future.result()
    if errors:
        raise errors[0]
    return results


def _pool(helpers):
    with _state.lock:
        if _state.size < helpers:
            if _state.pool is not None:
                _state.pool.shutdown(wait=False)  # it finishes what it has
            _state.pool, _state.size = ThreadPoolExecutor(helpers, "npdl"), helpers
        return _state.pool


class _BlasAlone:
    """Inside, BLAS runs on one thread. What it was before comes back when the last one leaves."""

    def __enter__(self):
        with _state.lock:
            if _state.users == 0:
                _state.before = [(library, library.num_threads) for library in _blas()]
                for library, _ in _state.before:
                    library.set_num_threads(1)
            _state.users += 1

    def __exit__(self, *error):
        with _state.lock:
            _state.users -= 1
            if _state.users == 0:
                for library, threads in _state.before:
                    library.set_num_threads(threads)


@cache
def _blas():
    """The BLAS libraries of this process, as threadpoolctl sees them."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas").lib_controllers


def _forget_threads():
    if _state.users:
        for library, threads in _state.before:
            library.set_num_threads(threads)
    _state.__init__(_state.threads)
    _inside.each = False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_threads)
