"""Samples of npdl.ops.conv."""


def _conv2d(d):
    yield (d.normal(2, 3, 7, 6), d.normal(5, 3, 3, 2), d.normal(5)), {}
    yield (d.normal(3, 2, 7, 6), d.normal(3, 2, 3, 3), d.normal(3)), {"stride": 2, "pad": 1}
    yield (d.normal(2, 4, 8, 7), d.normal(6, 2, 3, 2), None), {"stride": (2, 1), "pad": ((1, 0), (0, 2)), "groups": 2}
    yield (d.normal(2, 3, 9, 8), d.normal(6, 1, 2, 3), d.normal(6)), {"dilation": (3, 2), "pad": (0, 1), "groups": 3}


ROWS = {
    "conv2d": _conv2d,
}
