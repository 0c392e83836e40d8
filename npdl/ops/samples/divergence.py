"""Samples of npdl.ops.divergence."""


def _probabilities(d):
    yield (d.distributions(4, 5), d.distributions(4, 5)), {}
    yield (d.distributions(3, 5, 2), d.distributions(3, 5, 2)), {"reduction": "sum"}
    yield (d.distributions(4, 3), d.distributions(4, 3)), {"reduction": "none"}


def _several(count):
    """Cases of so many Gaussian arrays of one shape."""

    def cases(d):
        yield tuple(d.normal(4, 5) for _ in range(count)), {}
        yield tuple(d.normal(3, 5, 2) for _ in range(count)), {"reduction": "sum"}
        yield tuple(d.normal(4, 3) for _ in range(count)), {"reduction": "none"}

    return cases


ROWS = {
    "kl_divergence": _probabilities,
    "kl_with_logits": _several(2),
    "gaussian_kl": _several(2),
    "normal_kl": _several(4),
}
