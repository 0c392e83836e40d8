"""What the tape costs: microseconds an op, forward and backward, over calling the same halves by hand.

python benchmarks/tape_overhead.py
"""

import statistics
import time

import numpy as np

from npdl import Tensor, ops

LENGTH = 100  # ops in a chain: that of a middling network


def by_hand(x):
    """The chain as a student would write it."""
    caches, y = [], x
    for _ in range(LENGTH):
        y, cache = ops.relu_forward(y)
        caches.append(cache)
    dout = np.ones_like(y)
    while caches:
        dout = ops.relu_backward(dout, caches.pop())


def on_the_tape(x):
    """The same with Tensors."""
    y = Tensor(x, requires_grad=True)
    for _ in range(LENGTH):
        y = ops.relu(y)
    y.backward(np.ones_like(x))


def seconds(function, x):
    """Time of one call."""
    start = time.perf_counter()
    function(x)
    return time.perf_counter() - start


def overhead(rounds=300):
    """Microseconds an op, (median, best) over alternating rounds; and the best in units of the best by hand."""
    x = np.ones((4, 4), np.float32)
    pairs = [(seconds(by_hand, x), seconds(on_the_tape, x)) for _ in range(rounds)]
    hand, tape = zip(*pairs, strict=True)
    difference = [f(tape) - f(hand) for f in (statistics.median, min)]
    return [*(1e6 * d / LENGTH for d in difference), difference[1] / min(hand)]


if __name__ == "__main__":
    median, best, relative = overhead()
    print(f"tape: {median:.2f} us an op over hand-chained pairs (median), {best:.2f} us (best), {relative:.2f} of them")
