"""properties: the laws that no gradient check can see, for forward and backward may break them together.

    print(gradcheck.properties(softmax_forward, [x], "softmax"))
    print(gradcheck.properties(attention_forward, dict(x=x, w=w), causal(), permutation_equivariant(axis=1)))

A law is a function law(probe) -> PropertyReport. They stand in laws.py and modes.py, and can be imported from here;
PRESETS lists those of common layers.
"""

from .laws import (
    batch_mean,
    causal,
    chance_level,
    depends_on,
    equals,
    finite_for_large,
    identity,
    independent,
    looks_up_rows,
    nonnegative,
    permutation_equivariant,
    rows_sum_to_one,
    scale_invariant,
    shift_invariant,
    zero_mean_unit_variance,
)
from .modes import (
    deterministic,
    in_test_mode,
    inputs_unchanged,
    mean_over_seeds,
    no_shared_memory,
    running_statistics,
    variance_over_seeds,
)
from .probe import Probe, PropertyReport

__all__ = [
    "PRESETS",
    "PropertyReport",
    "PropertyReports",
    "properties",
    "rows_sum_to_one",
    "nonnegative",
    "zero_mean_unit_variance",
    "equals",
    "identity",
    "looks_up_rows",
    "finite_for_large",
    "shift_invariant",
    "scale_invariant",
    "causal",
    "independent",
    "permutation_equivariant",
    "depends_on",
    "batch_mean",
    "chance_level",
    "deterministic",
    "mean_over_seeds",
    "variance_over_seeds",
    "running_statistics",
    "inputs_unchanged",
    "no_shared_memory",
    "in_test_mode",
]


class PropertyReports(list):
    """The reports of several laws, in their order."""

    @property
    def ok(self):
        return all(report.ok for report in self)

    def __str__(self):
        return "\n".join(map(str, self))


PRESETS = {
    "softmax": [
        rows_sum_to_one(),
        nonnegative(),
        shift_invariant(),
        independent(),
        permutation_equivariant(axis=-1),
        finite_for_large(),
    ],
    "batchnorm": [
        zero_mean_unit_variance(),
        running_statistics(),
        permutation_equivariant(axis=0),
        in_test_mode(independent()),
        in_test_mode(deterministic()),
    ],
    "layernorm": [
        zero_mean_unit_variance(axes=-1),
        scale_invariant(),
        independent(),
    ],
    "dropout": [
        mean_over_seeds(),
        in_test_mode(identity()),
        in_test_mode(deterministic()),
    ],
    "attention": [
        independent(),
        permutation_equivariant(axis=1),
        finite_for_large(100),
    ],
    "causal_attention": [
        independent(),
        causal(),
        finite_for_large(100),
    ],
    "cross_entropy": [
        chance_level(),
        batch_mean(),
        nonnegative(),
        shift_invariant(axis=1),
        finite_for_large(),
    ],
    "embedding": [
        looks_up_rows(),
        inputs_unchanged(),
        no_shared_memory(),
    ],
}


def properties(forward, inputs, *wanted, options=None, seed=0):
    """Try the laws on forward at these inputs; returns PropertyReports, with `ok`.

    forward: (*inputs, **options) -> (out, cache), or out alone. Of several outputs the first is looked at.
    inputs: a list or a dict of arrays, which are never changed. wanted: laws, lists of them, or names of PRESETS.
    Raises ValueError for an unknown name, or if there is no law at all; TypeError for what is no law.
    """
    if not isinstance(inputs, (list, tuple, dict)):
        expected = "argument inputs should be a list or a dict of arrays (for one array: [x])"
        raise TypeError(f"gradcheck.properties: {expected}; got {type(inputs).__name__}")
    if not wanted:
        raise ValueError(f"gradcheck.properties: there should be a law, or one of {', '.join(PRESETS)}; got none")
    probe = Probe(forward, inputs, dict(options or {}), seed)
    return PropertyReports(law(probe) for law in _laws(wanted))


def _laws(wanted):
    for law in wanted:
        if isinstance(law, str):
            if law not in PRESETS:
                expected = f"a law should be a function or one of {', '.join(PRESETS)}"
                raise ValueError(f"gradcheck.properties: {expected}; got {law!r}")
            yield from PRESETS[law]
        elif isinstance(law, (list, tuple)):
            yield from _laws(law)
        elif callable(law):
            yield law
        else:
            raise TypeError(f"gradcheck.properties: a law should be a function, such as causal(); got {law!r}")
