"""Random calls of the ops, for hypothesis: shapes and options are drawn, the numbers follow from a drawn seed.

A configuration is (args, options) in float64. Strides, padding, dilation, groups, axes and reductions vary together:
faults hide where two of them meet. Only what PyTorch can say too is drawn.
"""

from tests.ops.configurations import (
    activation,
    attention,
    comparison,
    contrastive,
    conv,
    divergence,
    elementwise,
    gates,
    graph,
    linear,
    lookup,
    loss,
    norm,
    penalty,
    pool,
    recurrent,
    reduction,
    regression,
    resample,
    shape,
    state_space,
    stochastic,
    warp,
)

FAMILIES = (
    activation,
    attention,
    comparison,
    contrastive,
    conv,
    divergence,
    elementwise,
    gates,
    graph,
    linear,
    lookup,
    loss,
    norm,
    penalty,
    pool,
    recurrent,
    reduction,
    regression,
    resample,
    shape,
    state_space,
    stochastic,
    warp,
)
CONFIGURATIONS = {}
for _family in FAMILIES:
    CONFIGURATIONS |= _family.CONFIGURATIONS
