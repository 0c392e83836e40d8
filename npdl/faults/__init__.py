"""The mistakes that people make in these ops, for gradcheck to name: one file a family, as in npdl.ops.

Importing this package registers them (gradcheck loads it by itself, when npdl is installed). Ops that npdl has not yet
stand here with their reference pair.
"""

from . import (
    activation,
    attention,
    batchnorm,
    conv,
    elementwise,
    gated,
    gates,
    generative,
    linear,
    lookup,
    loss,
    nets,
    norm,
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
    "conv",
    "elementwise",
    "gated",
    "gates",
    "generative",
    "linear",
    "lookup",
    "loss",
    "nets",
    "norm",
    "pool",
    "recurrent",
    "reduction",
    "regression",
    "resample",
    "shape",
    "stochastic",
]
