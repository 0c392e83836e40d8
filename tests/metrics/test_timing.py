"""The timer, with a clock of our own."""

import pytest

from npdl import InputError
from npdl.metrics import inference_time, timing


class Clock:
    """Its function takes as long as the next of these numbers says."""

    def __init__(self, durations):
        self.now, self.durations, self.calls = 0.0, iter(durations), 0

    def perf_counter(self):
        return self.now

    def function(self):
        self.calls += 1
        self.now += next(self.durations)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock([100.0, 50.0, 0.25, 0.5, 8.0, 0.125, 0.25])
    monkeypatch.setattr(timing.time, "perf_counter", clock.perf_counter)
    return clock


@pytest.mark.topic("R454")
def test_the_median_without_the_warm_up(clock):
    seconds, fps = inference_time(clock.function, repeats=5, warmup=2)
    assert (seconds, fps) == (0.25, 4.0) and clock.calls == 7  # the mean would be 1.825


@pytest.mark.topic("R454")
def test_frames_of_a_batch(clock):
    result = inference_time(clock.function, repeats=5, warmup=2, images=8)
    assert result.seconds == 0.25 and result.fps == 32


@pytest.mark.topic("R454")
def test_a_real_clock():
    import time

    seconds, fps = inference_time(lambda: time.sleep(0.01), repeats=3, warmup=0)
    assert seconds >= 0.009 and fps == 1 / seconds


@pytest.mark.parametrize(
    "function, options, message",
    [
        (None, {}, "function should be a function without arguments"),
        (print, {"repeats": 0}, "repeats should be an integer >= 1"),
        (print, {"warmup": -1}, "warmup should be an integer >= 0"),
        (print, {"images": 0.5}, "images should be an integer >= 1"),
    ],
)
def test_refuses(function, options, message):
    with pytest.raises(InputError, match=f"inference_time: {message}"):
        inference_time(function, **options)
