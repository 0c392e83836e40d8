"""Samples of npdl.ops.regression: no difference near a corner."""


def _differences(**options):
    """Cases of x and target: differences of both signs, on both sides of 1, and of 0.35 in the case with options."""

    def cases(d):
        for shape, sizes, more in (
            ((3, 7), (0.2, 0.6, 1.3, 1.8), {}),
            ((5,), (0.15, 0.5, 0.9), {"reduction": "sum", **options}),
            ((2, 3), (0.2, 1.3), {"reduction": "none"}),
        ):
            x, sign = d.normal(*shape), d.rng.choice([-1, 1], shape)
            yield (x, x - sign * d.rng.choice(sizes, shape) * d.rng.uniform(0.9, 1.1, shape)), more

    return cases


def _mse(d):
    yield (d.normal(3, 7), d.normal(3, 7)), {}
    yield (d.normal(5), d.normal(5)), {"reduction": "sum"}
    yield (d.normal(2, 3), d.normal(2, 3)), {"reduction": "none"}


def _gaussian_nll(d):
    yield (d.normal(3, 7), d.normal(3, 7), d.normal(3, 7)), {}
    yield (d.normal(5), d.normal(5), d.normal(5)), {"reduction": "sum"}
    yield (d.normal(2, 3), d.normal(2, 3), d.normal(2, 3)), {"reduction": "none"}


ROWS = {
    "mse": _mse,
    "l1": _differences(),
    "huber": _differences(delta=0.35),
    "smooth_l1": _differences(beta=0.35),
    "gaussian_nll": _gaussian_nll,
}
