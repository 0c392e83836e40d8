"""Samples of npdl.ops.resample."""


def _resize(d):
    x = d.normal(2, 3, 4, 5)
    yield (x,), {"size": (8, 10)}
    yield (x,), {"size": (3, 7)}
    yield (x,), {"size": (8, 7), "mode": "bilinear"}
    yield (x,), {"size": (3, 12), "mode": "bilinear", "align_corners": True}
    yield (x,), {"size": 1, "mode": "bilinear"}
    yield (x,), {"size": (7, 3), "mode": "bicubic"}


def _pixel_shuffle(d):
    yield (d.normal(2, 8, 3, 5),), {"factor": 2}
    yield (d.normal(1, 9, 2, 1),), {"factor": 3}


def _pixel_unshuffle(d):
    yield (d.normal(2, 3, 4, 6),), {"factor": 2}
    yield (d.normal(1, 1, 6, 3),), {"factor": 3}


ROWS = {
    "resize": _resize,
    "pixel_shuffle": _pixel_shuffle,
    "pixel_unshuffle": _pixel_unshuffle,
}
