"""Samples of npdl.ops.state_space."""


def _scan(d, N, T, E, S):
    u, delta, A = d.normal(N, T, E), d.positive(N, T, E) / 2, -d.positive(E, S)
    return u, delta, A, d.normal(N, T, S), d.normal(N, T, S)


def _selective_scan(d):
    yield (*_scan(d, 2, 5, 3, 4), d.off_zero(3), d.normal(2, 3, 4)), {}
    yield (*_scan(d, 3, 1, 2, 3), None, d.normal(3, 2, 3)), {}
    yield (*_scan(d, 1, 4, 2, 1), d.off_zero(2)), {}


def _causal_convolution(d):
    yield (d.normal(3, 5, 2), d.normal(5, 2)), {}
    yield (d.normal(2, 7, 3), d.normal(4, 3)), {}
    yield (d.normal(2, 3, 1), d.normal(6, 1)), {}


def _diagonal_ssm_kernel(d):
    for E, S, length in ((2, 3, 5), (3, 1, 1)):
        C = d.off_zero(E, S), d.off_zero(E, S)
        yield (d.positive(E) / 2, -d.positive(E, S), d.off_zero(E, S), *C), {"length": length}


ROWS = {
    "selective_scan": _selective_scan,
    "causal_convolution": _causal_convolution,
    "diagonal_ssm_kernel": _diagonal_ssm_kernel,
}
