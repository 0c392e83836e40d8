"""How fast the answers come."""

import math
import statistics
import time
from typing import NamedTuple

from ..errors import InputTypeError, require_integer


class InferenceTime(NamedTuple):
    """seconds: of one call, the median; fps: images a second."""

    seconds: float
    fps: float


def inference_time(function, *, repeats=20, warmup=3, images=1):
    """The median time of `repeats` calls of function(), after `warmup` calls that do not count.

        inference_time(lambda: to_numpy(model(x)), images=len(x))

    The first calls are slower (memory is asked for, caches are cold). The median, as now and then a call is interrupted
    by other programs. A GPU works on after the call: the function must bring its result to the host, as above.
    images: how many a call handles; fps = images / seconds. A batch gives a higher fps than a single image, and a frame
    of a camera comes alone: say which it was.
    """
    if not callable(function):
        raise InputTypeError("inference_time", "function", "a function without arguments", function)
    for name, number, least in (("repeats", repeats, 1), ("warmup", warmup, 0), ("images", images, 1)):
        require_integer("inference_time", name, number, least)
    for _ in range(warmup):
        function()
    seconds = statistics.median(_seconds(function) for _ in range(repeats))
    return InferenceTime(seconds, images / seconds if seconds else math.inf)


def _seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start
