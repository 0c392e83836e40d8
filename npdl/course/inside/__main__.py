"""The child: python -I npdl/course/inside SETTINGS. It talks over standard input and output."""

import ctypes
import json
import os
import signal
import sys

import confine
import numpy as np
import worker


def main():
    settings = json.loads(sys.argv[1])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(confine.PARENT_DEATH, signal.SIGKILL, 0, 0, 0)
    line = worker.Line(os.dup(0), os.dup(1))
    scratch = settings["scratch"]
    os.chdir(scratch)
    walls = []
    np.random.default_rng(0).standard_normal(3) @ np.linalg.inv(np.eye(3))  # what NumPy imports late
    if settings["confined"] and sys.platform == "linux":
        walls += confine.namespaces(scratch, settings["hidden"])
        os.chdir(scratch)
        walls += confine.landlock(scratch)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    alone = "namespaces" in walls
    if alone:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})  # for the watch
    line.write(["ready", walls])
    while hasattr(os, "fork"):  # a process for each exercise: what one does to its own touches no other
        child = os.fork()
        if child == 0:
            answer(line, settings)
        status = watch(child, settings) if alone else os.waitpid(child, 0)[1]
        if status:
            return 1
        line.write(["ended"])
    answer(line, settings)


def answer(line, settings):
    """Serve one exercise under its limits, and end this process."""
    status = 1
    try:
        if settings["confined"]:
            confine.limits(settings["memory"], settings["seconds"], settings["file_size"])
        status = 0 if worker.serve(line) else 3
    finally:
        os._exit(status)


def watch(child, settings):
    """Wait for the exercise's process, and end it if it grows too many others; then end what it has left running."""
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        signal.sigtimedwait({signal.SIGCHLD}, 0.02)
        if confine.too_many(settings["processes"], settings["memory"]):
            os.kill(-1, signal.SIGKILL)
    try:
        os.kill(-1, signal.SIGKILL)
        while True:
            os.waitpid(-1, 0)
    except (ProcessLookupError, ChildProcessError):
        return ended[1]


if __name__ == "__main__":
    sys.exit(main())
