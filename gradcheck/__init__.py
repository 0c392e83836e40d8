"""gradcheck: is this hand-written backward pass right, and if not, what is wrong with it?

    report = gradcheck.check(forward, backward, inputs)
    print(report)                 # one line an input: verdict, worst error, where; then what is wrong
    assert report.ok

forward(*inputs, **options) -> (out, cache); backward(dout, cache) -> a gradient, or a tuple with one for each input.
Needs NumPy alone.
"""

from .core import check
from .numeric import numerical_gradient
from .report import Finding, InputReport, Report

__all__ = ["Finding", "InputReport", "Report", "check", "numerical_gradient"]
