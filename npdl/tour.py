"""The tour: every op checked, a network trained, pictures of what it learned. `npdl tour`."""

import time
from pathlib import Path
from textwrap import indent

import gradcheck

from . import ops
from .ops.samples import samples
from .tape import op
from .train.recipes import digits

NEXT = f"""
What to do next
  - Read {ops.activation.__file__}
    An op is a pair of functions, and every layer of the network above is one.
  - Work through the first lesson, notebooks/01_an_op_is_a_pair.ipynb in the project (README.md says how to open it):
    write a pair of your own, have it checked, and train LeNet through it.
  - Swap your own layer into the library: with npdl.swap(relu=(my_relu_forward, my_relu_backward)): ...
"""


def command(arguments):
    """Run `npdl tour` with these arguments; returns the exit status."""
    return run(arguments.out, seed=arguments.seed, epochs=arguments.epochs)


def run(out, *, seed=0, epochs=None):
    """The whole tour; pictures go to the folder `out`. Returns the exit status: 0 if every op is right."""
    start = time.perf_counter()
    ok = check_ops()
    print("\n2. Training the recipe `digits`\n")
    settings = {} if epochs is None else {"epochs": epochs}
    trained = digits.train(seed=seed, say=lambda text: print(indent(text, "   ")), **settings)
    draw(trained, Path(out))
    print(NEXT)
    print(f"The tour took {time.perf_counter() - start:.0f} s.")
    return 0 if ok else 1


def check_ops():
    """Print a table of all ops with the worst error of each against numerical gradients; True if all are right."""
    print(f"1. Checking the {len(op.registry)} ops: each backward against central differences, in float64\n")
    print(f"   {'op':30}{'gradients of':24}{'numbers':>8}{'worst error':>13}")
    start, verdicts = time.perf_counter(), []
    for name, one in op.registry.items():
        reports = [check(one, sample) for sample in samples(name)]
        worst = max(report.worst for report in reports)
        total = sum(r.total for report in reports for r in report.inputs.values())
        verdicts.append(all(report.ok for report in reports))
        wanted = ", ".join(dict.fromkeys(key.rstrip("0123456789[]") for report in reports for key in report.inputs))
        print(f"   {name:30}{wanted:24}{total:8,}{worst:13.1e}  {'ok' if verdicts[-1] else 'WRONG'}")
    print(f"\n   {sum(verdicts)} of {len(verdicts)} right, {time.perf_counter() - start:.1f} s")
    return all(verdicts)


def check(one, sample):
    """The gradcheck Report of an op's best pair on one sample."""
    inputs = dict(zip(one.argument_names(len(sample.args)), sample.args))
    constant = [name for name in one.constant if name in inputs]
    return gradcheck.check(one.forward, one.backward, inputs, options=sample.options, mutable=constant)


def draw(run, out):
    """Loss curves, filters, confusion matrix and worst mistakes as PNGs in the folder `out`."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        print("\n3. No pictures: they need matplotlib (pip install matplotlib)")
        return
    from . import viz
    from .metrics import confusion_matrix

    x, y = run.test
    probability = ops.softmax(run.trainer.predict(x))  # (N, 10)
    predicted = probability.argmax(axis=1)
    pictures = {
        "loss": viz.plot_history(run.trainer.history),
        "filters": viz.plot_filters(run.trainer.model.parameters()[0].numpy()),
        "confusion": viz.plot_confusion(confusion_matrix(y, predicted, classes=10)),
        "mistakes": viz.plot_mistakes(x, y, predicted, probability.max(axis=1)),
    }
    out.mkdir(parents=True, exist_ok=True)
    print("\n3. What it learned, in pictures:")
    for name, figure in pictures.items():
        path = out / f"{name}.png"
        viz.save(figure, path)
        print(f"   {path.resolve()}")
