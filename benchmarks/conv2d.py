"""The fast conv2d pair beside the readable one: forward and backward, float32, milliseconds.

env -u OPENBLAS_CORETYPE python benchmarks/conv2d.py
"""

import statistics
import time

import numpy as np

from npdl import ops
from npdl.tape import Pair

LAYERS = [  # N, C, H, F, kernel, stride, pad
    (64, 1, 8, 16, 3, 1, 1),
    (64, 16, 8, 32, 3, 1, 1),
    (64, 1, 32, 6, 5, 1, 0),
    (64, 6, 14, 16, 5, 1, 0),
    (64, 3, 32, 16, 5, 1, 0),
    (64, 3, 32, 64, 3, 1, 1),
    (64, 64, 32, 64, 3, 1, 1),
    (16, 64, 56, 64, 3, 1, 1),
    (8, 256, 14, 256, 3, 1, 1),
]


def milliseconds(pair, x, w, b, options):
    """Forward and backward once."""
    start = time.perf_counter()
    out, cache = pair.forward(x, w, b, **options)
    pair.backward(out, cache)
    return 1e3 * (time.perf_counter() - start)


def main():
    """One line a layer, and the geometric mean of the ratios."""
    rng, ratios = np.random.default_rng(0), []
    readable = Pair("reference", ops.conv2d_forward, ops.conv2d_backward)
    print("N, C, H, F, kernel, stride, pad          readable     fast   ratio")
    for N, C, H, F, k, stride, pad in LAYERS:
        x = rng.standard_normal((N, C, H, H)).astype(np.float32)
        w = rng.standard_normal((F, C, k, k)).astype(np.float32)
        b, options = np.zeros(F, np.float32), {"stride": stride, "pad": pad}
        fast = ops.conv2d.pair_for((x, w, b), options)
        times = [(milliseconds(readable, x, w, b, options), milliseconds(fast, x, w, b, options)) for _ in range(9)]
        slow, quick = (statistics.median(column) for column in zip(*times, strict=True))
        ratios.append(slow / quick)
        print(f"{(N, C, H, F, k, stride, pad)!s:40} {slow:8.2f} {quick:8.2f} {ratios[-1]:7.2f}")
    print(f"geometric mean {statistics.geometric_mean(ratios):.2f}")


if __name__ == "__main__":
    main()
