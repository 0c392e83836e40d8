"""gradcheck: is this hand-written backward pass right, and if not, what is wrong with it?

    report = gradcheck.check(forward, backward, inputs)
    print(report)                 # one line an input: verdict, worst error, where; then what is wrong
    assert report.ok

forward(*inputs, **options) -> (out, cache); backward(dout, cache) -> a gradient, or a tuple with one for each input.
Needs NumPy alone.

    core      check, out of: pair (the code under test), state (what it does to its arguments), point (where it is
              judged), numeric (slopes with an error), entries and directional (yours against them), verdict
    faults    the dictionary of known mistakes; diagnosis: rules that know no op; report, case: what is handed around
    networks, optimizers, properties: losses, modules, models, update rules, and laws that no gradient shows
    inputs, blindspots, shrink, classic, strategies, pytest_plugin, magic, __main__: tools
"""

from . import faults
from .classic import eval_numerical_gradient, eval_numerical_gradient_array, grad_check_sparse, relative_error
from .core import check
from .inputs import inputs
from .networks import check_loss, check_model, check_module
from .numeric import numerical_gradient
from .optimizers import check_optimizer
from .properties import properties
from .report import Finding, InputReport, Report
from .shrink import shrink

__all__ = [
    "check",
    "check_loss",
    "check_module",
    "check_model",
    "check_optimizer",
    "properties",
    "shrink",
    "inputs",
    "faults",
    "numerical_gradient",
    "relative_error",
    "eval_numerical_gradient",
    "eval_numerical_gradient_array",
    "grad_check_sparse",
    "Report",
    "InputReport",
    "Finding",
]


def load_ipython_extension(shell):
    """%load_ext gradcheck: the magics %gradcheck and %%gradcheck."""
    from .magic import load_ipython_extension as load

    load(shell)
