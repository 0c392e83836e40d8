"""The mistakes that people make in these ops, for gradcheck to name: one file a family, as in npdl.ops.

Importing this package registers them (gradcheck loads it by itself, when npdl is installed). Ops that npdl has not yet
stand here with their reference pair.
"""

from . import (
    activation,
    attention,
    batchnorm,
    comparison,
    contrastive,
    conv,
    divergence,
    elementwise,
    gated,
    gates,
    generative,
    linear,
    lookup,
    loss,
    nets,
    norm,
    penalty,
    pool,
    recurrent,
    reduction,
    regression,
    resample,
    shape,
    stochastic,
)

__all__ = [
    "activation",
    "attention",
    "batchnorm",
    "comparison",
    "contrastive",
    "conv",
    "divergence",
    "elementwise",
    "gated",
    "gates",
    "generative",
    "linear",
    "lookup",
    "loss",
    "nets",
    "norm",
    "penalty",
    "pool",
    "recurrent",
    "reduction",
    "regression",
    "resample",
    "shape",
    "stochastic",
]
