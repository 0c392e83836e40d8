"""Samples of npdl.ops.conv."""


def _conv2d(d):
    yield (d.normal(2, 3, 7, 6), d.normal(5, 3, 3, 2), d.normal(5)), {}
    yield (d.normal(3, 2, 7, 6), d.normal(3, 2, 3, 3), d.normal(3)), {"stride": 2, "pad": 1}
    yield (d.normal(2, 4, 8, 7), d.normal(6, 2, 3, 2), None), {"stride": (2, 1), "pad": ((1, 0), (0, 2)), "groups": 2}
    yield (d.normal(2, 3, 9, 8), d.normal(6, 1, 2, 3), d.normal(6)), {"dilation": (3, 2), "pad": (0, 1), "groups": 3}


def _conv1d(d):
    yield (d.normal(2, 3, 9), d.normal(4, 3, 3), d.normal(4)), {"stride": 3, "pad": 1}  # a column is left over
    yield (d.normal(2, 4, 8), d.normal(6, 2, 3), None), {"dilation": 2, "pad": ((2, 1),), "groups": 2}


def _conv3d(d):
    yield (d.normal(2, 2, 3, 4, 5), d.normal(3, 2, 2, 3, 1), d.normal(3)), {"stride": (1, 2, 3), "pad": (1, 0, 0)}
    padded = {"pad": ((1, 0), (0, 0), (0, 1)), "dilation": (2, 1, 1), "groups": 2}
    yield (d.normal(1, 4, 3, 2, 4), d.normal(2, 2, 2, 1, 3), None), padded


def _conv_transpose2d(d):
    yield (d.normal(2, 3, 4, 3), d.normal(3, 2, 3, 2), d.normal(2)), {}
    yield (d.normal(2, 3, 3, 4), d.normal(3, 2, 3, 3), d.normal(2)), {"stride": 2, "pad": 1, "output_pad": (1, 0)}
    yield (d.normal(2, 4, 3, 2), d.normal(4, 3, 2, 3), None), {"stride": (3, 1), "pad": ((1, 0), (0, 2)), "groups": 2}
    yield (d.normal(1, 2, 3, 4), d.normal(2, 1, 2, 3), d.normal(1)), {"dilation": (3, 2), "pad": (0, 1)}


def _standardise_weight(d):
    yield (d.normal(3, 2, 3, 2),), {}
    yield (d.normal(4, 5) + 2,), {"eps": 0.1}


ROWS = {
    "conv1d": _conv1d,
    "conv2d": _conv2d,
    "conv3d": _conv3d,
    "conv_transpose2d": _conv_transpose2d,
    "standardise_weight": _standardise_weight,
}
