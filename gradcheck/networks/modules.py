"""check_module and check_model: layers and networks that hold their parameters, of whatever library.

    print(gradcheck.check_module(layer, x))                       # the input's gradient, and every parameter's
    print(gradcheck.check_model(model, x, y, loss))               # the same, then each layer alone if that fails

Two kinds are understood, by what they have and not by where they come from (see `holders`): layers with forward and
backward, and modules whose outputs know the way back. Every run works on a deep copy: parameters, gradients and running
statistics stay as they are, bit for bit.
"""

from dataclasses import dataclass, field

from ..arrays import is_float
from ..core import check
from ..report import Report
from .holders import holder
from .losses import add_findings, localise
from .parts import cast, children, plain


@dataclass
class ModelReport:
    """The whole network's Report, and where that fails those of its layers alone, in the order of the forward pass."""

    report: Report
    layers: list = field(default_factory=list)  # (name, Report)

    @property
    def ok(self):
        return self.report.ok and all(report.ok for _, report in self.layers)

    @property
    def first_wrong(self):
        """The name of the layer that is the first to be wrong, going backwards; None if each one alone is right."""
        return next((name for name, report in reversed(self.layers) if report.verdict == "wrong"), None)

    def __str__(self):
        lines = [str(self.report)]
        if self.layers:
            lines.append("layer by layer, each alone on what it sees in the network, going backwards:")
            lines += [f"  {report.verdict:12} {name}" for name, report in reversed(self.layers)]
            if self.first_wrong is None:
                lines.append("  each layer alone is right: the mistake is in how they are joined, or in the loss")
            else:
                wrong = dict(self.layers)[self.first_wrong]
                lines.append(f"  the first wrong one is {self.first_wrong}:")
                lines += [f"    {line}" for line in str(wrong).splitlines()]
        return "\n".join(lines)


def check_module(module, *inputs, seed=0, dtype="float64", options=None, **more):
    """Check the gradients of a module's inputs and of all its parameters; returns a Report.

    module: has forward(*inputs) and backward(dout), with its parameters in dicts `params` and `grads`, or behind
    parameters(); or it is called with Tensors (made by its library's own class, Tensor(array, requires_grad=True)) and
    gives one with data and backward(dout). inputs: arrays or such Tensors. options: keywords of the call.
    more: the keywords of `check` (mode, budget, op, dout). Raises TypeError for anything else.
    """
    return _check(holder(module, "check_module"), inputs, seed=seed, dtype=dtype, options=options, **more)


def check_model(model, x, y=None, loss=None, *, layers=None, seed=0, dtype="float64", budget=2.0, **more):
    """Check a network as a whole, and layer by layer where that fails; returns a ModelReport.

    loss(model(x), y): a Tensor, or (value, dscores) for a model with forward and backward. Without it model.loss(x, y)
    is called (for a model with `params`, it returns (value, grads)), or, without y too, the output itself is judged.
    layers: True to look at each layer also where the whole is right, False never.
    budget: seconds for the whole, and again for all layers together; more: the keywords of `check`.
    """
    held = holder(model, "check_model", *_loss(loss, y, dtype))
    report = _check(held, [x], seed=seed, dtype=dtype, budget=budget, **more)
    add_findings(report, localise(report))
    if layers is False or (report.ok and not layers):
        return ModelReport(report)
    calls = _seen(held, [x], dtype)
    each = dict(seed=seed, dtype=dtype, budget=budget / max(1, len(calls)))
    return ModelReport(report, [(name, check_module(part, *a, options=o, **each)) for name, part, a, o in calls])


def _check(held, inputs, **settings):
    inputs = [plain(x) for x in inputs]
    names = ["x"] if len(inputs) == 1 else [f"input {i}" for i in range(len(inputs))]
    return check(held.forward, held.backward, held.named(inputs, names), **settings)


def _loss(loss, y, dtype):
    """("method", y) for the model's own loss, ("function", f) with f(out) for one that is given, or nothing.

    Targets that are floating-point get the dtype; labels stay as they are.
    """
    if loss is None:
        return () if y is None else ("method", cast(y, dtype))
    return "function", lambda out: loss(out, cast(y, dtype))


def _seen(held, inputs, dtype):
    """[(name, layer, arguments, keywords)] of the innermost layers, each at its first call in a forward pass."""
    calls, copy = [], held.fresh(dtype)
    leaves = dict(_leaves(held.module))
    for name, part in _leaves(copy):
        _record(part, name, leaves[name], calls)
    held.look(copy, [cast(plain(x), dtype) for x in inputs])
    return [call for call in calls if _has_gradients(*call[1:3])]


def _has_gradients(layer, inputs):
    """Whether there is anything to check: not in a layer without parameters that is given integers."""
    given = holder(layer, "check_model").named(inputs, range(len(inputs)))
    return any(map(is_float, given.values()))


def _record(part, name, layer, calls):
    """Let the part note the arguments of its first call."""
    forward, noted = part.forward, []

    def noting(*inputs, **options):
        if not noted:
            noted.append(name)
            calls.append((name, layer, [plain(x, copied=True) for x in inputs], options))
        return forward(*inputs, **options)

    part.forward = noting


def _leaves(module, prefix=""):
    for name, part in children(module):
        inner = list(_leaves(part, f"{prefix}{name}."))
        yield from inner or [(prefix + name, part)]
