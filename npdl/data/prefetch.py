"""Items prepared ahead of time by a thread."""

import atexit
import threading
import weakref
from queue import SimpleQueue

END = object()
PATIENCE = 1.0  # seconds that a stop waits; an item that takes longer ends the thread when it is done
_running = weakref.WeakSet()


def ahead(items, count):
    """The items of an iterator, in their order; a thread has up to `count` of them ready before they are asked for.

    An exception of the iterator is raised here, at the item where it happened, with the traceback of the thread.
    The thread ends with the items, or when this generator is closed (a `break` does it), collected, or left to the end
    of the program. NumPy lets go of the interpreter's lock in its loops, so that both threads do run at once.
    """
    producer = _Producer(items, count)
    producer.start()
    try:
        while True:
            item, error = producer.ready.get()
            if error is not None:
                raise error
            if item is END:
                return
            producer.places.put(None)  # its place is free
            yield item
    finally:
        error = None  # else the traceback would hold this frame, and this frame the traceback
        producer.stop()


class _Producer(threading.Thread):
    """Takes a place for an item, then makes the item.

    It has no reference to the generator that it works for: one that is forgotten is collected, and stops it. Its
    queues are SimpleQueues, which may be used while objects are being collected, in whatever thread that happens.
    """

    def __init__(self, items, count):
        super().__init__(name="npdl prefetch", daemon=True)
        self.items, self.places, self.ready, self.stopped = items, SimpleQueue(), SimpleQueue(), False
        for _ in range(count):
            self.places.put(None)
        _running.add(self)

    def run(self):
        try:
            while True:
                self.places.get()
                if self.stopped:
                    break
                item = next(self.items, END)
                self.ready.put((item, None))
                if item is END:
                    break
        except BaseException as error:
            self.ready.put((END, error))
        finally:
            self.items = None

    def stop(self):
        self.stopped = True
        self.places.put(None)
        if self is not threading.current_thread():  # a collection can run in any thread, in this one as well
            self.join(PATIENCE)


@atexit.register
def _stop_all():
    """A thread must not be inside NumPy while the interpreter is taken apart."""
    for producer in list(_running):
        producer.stop()
