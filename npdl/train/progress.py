"""What a person sees and does while a network trains: a progress bar, and Ctrl-C."""

import contextlib
import signal
import sys
import threading
import time


class Progress:
    """A bar of steps with epoch, loss, accuracy and images a second; nothing where tqdm is not installed."""

    def __init__(self, steps, done, wanted):
        self.bar, self.images, self.start = None, 0, time.perf_counter()
        if wanted:
            with contextlib.suppress(ImportError):
                from tqdm import tqdm

                self.bar = tqdm(total=steps, initial=done, unit="step", dynamic_ncols=True, mininterval=0.3)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.bar is not None:
            self.bar.close()

    def step(self, images, epoch, loss, accuracy):
        """One step more, of so many images; accuracy: that of this epoch so far, None if there is none."""
        if self.bar is None:
            return
        self.images += images
        rate = self.images / max(time.perf_counter() - self.start, 1e-9)
        right = "" if accuracy is None else f", {accuracy:.1%} right"
        self.bar.update()
        self.bar.set_postfix_str(f"epoch {epoch}, loss {loss:.3f}{right}, {rate:,.0f} images/s", refresh=False)


@contextlib.contextmanager
def patient_interrupt():
    """Inside, Ctrl-C does not cut a step in half: the function yielded says whether it came. A second one raises."""
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # nohup, or in a shell's background
    if ignored or threading.current_thread() is not threading.main_thread():  # only that one gets Ctrl-C
        yield lambda: False
        return
    came = []

    def note(number, frame):
        if came:
            raise KeyboardInterrupt
        came.append(number)
        print("\nstopping after this step; Ctrl-C again stops at once", file=sys.stderr)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(came)
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler if before is None else before)
