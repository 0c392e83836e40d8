"""gradcheck: is this hand-written backward pass right?

    report = gradcheck.check(forward, backward, inputs)
    print(report)                 # one line an input: verdict, worst error, where
    assert report.ok

forward(*inputs, **options) -> (out, cache); backward(dout, cache) -> a gradient, or a tuple with one for each input.
Needs NumPy alone.
"""

from .core import InputReport, Report, check, numerical_gradient

__all__ = ["InputReport", "Report", "check", "numerical_gradient"]
