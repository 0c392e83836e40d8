"""A child process that runs a student's functions, and the line to it. Right answers stay on this side.

    with Child() as child, child.exercise(modules, served) as run:
        outcome = run("affine_forward", (x, w, b))

What comes back is an Outcome: a value, or how it failed. Nothing that the child sends is unpickled or evaluated.
"""

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .inside import wire

INSIDE = Path(__file__).parent / "inside"
ROOT = Path(__file__).resolve().parents[2]
START = 30.0  # seconds in which a child must have started


@dataclass
class Limits:
    """What one exercise may take."""

    memory: int = 2 << 30  # bytes: of address space for one process, of memory for all of them
    seconds: int = 60  # of processor time, for all its calls together
    processes: int = 8  # at once
    file_size: int = 16 << 20  # bytes


@dataclass
class Outcome:
    """What a call gave. kind: value, raised, timeout, crash or garbage."""

    kind: str
    value: object = None  # of kind value; else a dict with type, text, file, line, open
    changed: bool = False  # whether the function changed its arguments
    printed: str = ""
    seconds: float = 0.0


class _Hung(Exception):
    """The child has died, or sent what is no message; `kind` says which."""

    def __init__(self, kind, text=""):
        super().__init__(text)
        self.kind = kind


@dataclass
class Child:
    """The process. confined: for a stranger's code (grading); else it only keeps endless loops from the notebook."""

    confined: bool = False
    limits: Limits = field(default_factory=Limits)
    hidden: tuple = ()  # folders that a confined child must not see
    walls: tuple = ()  # what shuts it in, once started
    process: object = None

    def __enter__(self):
        self.scratch = tempfile.mkdtemp(prefix="npdl-")
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def start(self):
        """Start the process, unless it runs."""
        if self.process is not None and self.process.poll() is None:
            return
        hidden = [str(Path(folder).resolve()) for folder in (*self.hidden, ROOT / "npdl", ROOT / "assignments")]
        settings = {
            "confined": self.confined, "scratch": self.scratch, "hidden": hidden,
            **vars(self.limits),
        }  # fmt: skip
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ}
        threads = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL")}
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", str(INSIDE), json.dumps(settings)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
            env={**kept, **threads, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}, start_new_session=True,
        )  # fmt: skip
        try:
            _, walls = self.read(time.monotonic() + START)
        except _Hung as error:
            raise RuntimeError(f"npdl: the child that runs answers does not start ({error.kind})") from None
        self.walls = tuple(walls)

    def stop(self):
        """End the process and all that it has started."""
        if self.process is None:
            return
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, 9)
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()
        self.process = None

    @contextlib.contextmanager
    def exercise(self, modules, served=None):
        """A Run of one exercise. modules: the chunks of graft by name; served: {"module.name": function}."""
        self.start()
        run = Run(self, served or {})
        try:
            self.write(["begin", {name: [list(c) for c in chunks] for name, chunks in modules.items()}, [*run.served]])
            yield run
            if run.alive:
                self.write(["end"])  # without fork a child is good for one exercise
                run.alive = hasattr(os, "fork") and self.read(time.monotonic() + 2) == ["ended"]
        except _Hung:
            run.alive = False
        finally:
            if not run.alive:
                self.stop()

    def write(self, message, serve=None):
        data = memoryview(wire.pack(message, serve=serve))
        try:
            while data:
                data = data[self.process.stdin.write(data) :]
        except OSError:
            raise _Hung("crash") from None

    def read(self, deadline):
        """The next message of the child, until the deadline."""
        size = int.from_bytes(self._exactly(8, deadline), "big")
        if size > wire.LARGEST:
            raise _Hung("garbage")
        try:
            return wire.unpack(self._exactly(size, deadline))
        except wire.WireError as error:
            raise _Hung("garbage", str(error)) from None

    def _exactly(self, size, deadline):
        parts, pipe = [], self.process.stdout
        while size:
            left = deadline - time.monotonic()
            if os.name == "posix" and (left <= 0 or not select.select([pipe], [], [], left)[0]):
                raise _Hung("timeout")
            part = os.read(pipe.fileno(), min(size, 1 << 20))
            if not part:
                raise _Hung("crash")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


class Run:
    """The calls of one exercise. After a timeout or a crash all further ones fail in the same way."""

    def __init__(self, child, served):
        self.child, self.served, self.alive, self.failed = child, dict(served), True, None

    def call(self, module, function, args, options, seconds, updates=()):
        """Call module.function(*args, **options). updates: numbers of the arguments that come back behind the value."""
        return self._ask(["call", module, function, list(args), options, list(updates)], seconds)

    def pair(self, module, name, args, options, dout, seconds):
        """Call NAME_backward(dout, cache) on the cache that NAME_forward(*args, **options) makes."""
        return self._ask(["pair", module, f"{name}_forward", f"{name}_backward", list(args), options, dout], seconds)

    def _ask(self, message, seconds):
        if self.failed is not None:
            return self.failed
        start, deadline = time.monotonic(), time.monotonic() + seconds
        lent = {}  # functions among the arguments

        def serve(function):
            name = f"argument{len(lent)}"
            lent[name] = function
            return name

        try:
            self.child.write(message, serve)
            while True:
                answer = self.child.read(deadline)
                if not (isinstance(answer, list) and answer):
                    raise _Hung("garbage")
                if answer[0] == "ask" and len(answer) == 4:
                    self._serve(answer, {**self.served, **lent})
                    continue
                return _outcome(answer)
        except _Hung as error:
            kind = error.kind
        self.alive, self.failed = False, Outcome(kind, {}, seconds=time.monotonic() - start)
        return self.failed

    def _serve(self, question, served):
        _, name, args, options = question
        try:
            given = {**dict(enumerate(args)), **options}
            given = {k: a for k, a in given.items() if isinstance(a, (np.ndarray, np.random.Generator))}
            before = {k: wire.pack(a) for k, a in given.items()}
            value = served[name](*args, **options)
            reply = ["value", [value, [[k, a] for k, a in given.items() if wire.pack(a) != before[k]]]]
            wire.pack(reply)
        except Exception as error:
            reply = ["raised", f"{name}: {error}"]
        self.child.write(reply)


def _outcome(answer):
    """The Outcome of a well-formed answer; else garbage."""
    try:
        kind, value, printed, seconds = answer
        if kind == "value":
            value, changed = value
            return Outcome("value", value, bool(changed), str(printed), float(seconds))
        if kind == "raised" and {"type", "text", "file", "line", "open"} <= set(value):
            return Outcome("raised", value, False, str(printed), float(seconds))
    except (TypeError, ValueError):
        pass
    raise _Hung("garbage")
