"""The parts of a run. Each yields rows: dicts of plain values, for the tables, the plot and the JSON file.

A row has the case's name and bar, ms {contender: median}, error {contender: why it gave none}, and as far as they are
known: layout (PyTorch's better one), ratio (PyTorch's time / npdl's), gflops (npdl's, 10⁹ operations a second), percent
(of the sgemm peak), path (the pairs that npdl ran).
"""

import re
import statistics

from . import cases
from .children import Child, Patience, measure

LAYOUTS = ("NCHW", "channels_last")
MEANS = {"layers": 1.3, "random": 1.1, "steps": 1.1}  # the bars of the geometric means
TITLES = {
    "layers": "Convolutions, forward and backward",
    "ops": "Other layers, and Adam",
    "sequences": "Layers of sequences, forward and backward",
    "modes": "npdl alone: all kernels, without those that round more (exact), readable pairs (reference)",
    "random": "Random convolutions",
    "steps": "Whole steps: forward, loss, backward, Adam",
    "scaling": "How a 3×3 convolution scales",
    "peers": "Other NumPy libraries",
    "memory": "Peak memory of the process, ResNet-18, N = 64",
}


class Bench:
    """What the parts share: the two children, how long to measure, and the peak."""

    def __init__(self, threads, quick=False, peers=None):
        self.threads, self.quick, self.folder = threads, quick, peers
        self.layer = Patience(3, 0.04, 2) if quick else Patience(7, 0.1, 6)
        self.short = Patience(2, 0.04, 1.5) if quick else Patience(5, 0.05, 3)
        self.long = Patience(2, 0.1, 12) if quick else Patience(5, 0.5, 25)
        self.npdl, self.torch = Child("npdl", threads), Child("torch", threads)
        self.peaks, self.peak = {}, None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.npdl.close()
        self.torch.close()

    def find_peak(self):
        """Fill peaks {how: GFLOP/s} and peak, the best: NumPy's matrix product on all threads."""
        for case in cases.GEMMS:
            answer = measure(case, {"npdl": (self.npdl, None)}, self.layer)["npdl"]
            if "ms" in answer:
                self.peaks[case.name] = 1e-6 * cases.flops(case) / answer["ms"]
        self.peak = max(self.peaks.values(), default=None)

    def compare(self, case, patience, children=None, name=None):
        """The row of a case: npdl and PyTorch's layouts by turns."""
        npdl, torch = children or (self.npdl, self.torch)
        layouts = LAYOUTS if case.kind in cases.HAS_LAYOUT and case.sizes.get("model") != "MLP" else LAYOUTS[:1]
        contenders = {"npdl": (npdl, None)} | {f"torch {layout}": (torch, layout) for layout in layouts}
        return row(case, measure(case, contenders, patience), self.peak) | ({"name": name} if name else {})

    def layers(self):
        return (self.compare(case, self.layer) for case in cases.LAYERS)

    def ops(self):
        return (self.compare(case, self.layer) for case in cases.OPS)

    def sequences(self):
        return (self.compare(case, self.layer) for case in cases.SEQUENCES)

    def modes(self):
        """What npdl's kernels gain over its readable pairs."""
        contenders = {"npdl": (self.npdl, None)} | {mode: (self.npdl, mode) for mode in ("exact", "reference")}
        for case in cases.LAYERS[:: 4 if self.quick else 1] + cases.OPS[:-1]:
            yield row(case, measure(case, contenders, self.short))

    def random(self):
        return (self.compare(case, self.short) for case in cases.random_layers(10 if self.quick else 50))

    def steps(self):
        return (self.compare(case, self.long) for case in cases.STEPS)

    def scaling(self):
        """Over the batch, the channels and the size of the image, then over the threads of new children."""
        for sweep, layers in cases.SCALING.items():
            for case in layers[:: 2 if self.quick else 1]:
                size = case.sizes[sweep]
                yield self.compare(case, self.short, name=f"{sweep} = {size}") | {"sweep": sweep, "at": size}
        for threads in thread_counts(self.threads):
            with Child("npdl", threads) as npdl, Child("torch", threads) as torch:
                found = self.compare(cases.THREADS, self.short, (npdl, torch), f"threads = {threads}")
            yield found | {"sweep": "threads", "at": threads, "percent": None}  # the peak is that of all threads

    def peers(self):
        """The libraries of on_peers.PEERS, npdl and PyTorch on two small convolutions."""
        from .on_peers import PEERS

        children = {name: Child(name, self.threads, self.folder) for name in PEERS}
        try:
            contenders = {"npdl": (self.npdl, None), "torch NCHW": (self.torch, "NCHW")}
            contenders |= {name: (child, None) for name, child in children.items()}
            for case in cases.PEERS[:1] if self.quick else cases.PEERS:
                yield row(case, measure(case, contenders, Patience(2, 0.1, 10)), self.peak)
        finally:
            for child in children.values():
                child.close()

    def memory(self):
        """A new process for each contender, which does the step three times or more and reports its peak."""
        case, answers = cases.STEPS[2]._replace(bar=None), {}
        for label, name, layout in (("npdl", "npdl", None), *((f"torch {it}", "torch", it) for it in LAYOUTS)):
            with Child(name, self.threads) as child:
                answers[label] = measure(case, {label: (child, layout)}, Patience(2, 0, 60))[label]
        megabytes = {label: answer["peak_mb"] for label, answer in answers.items() if answer.get("peak_mb")}
        theirs = [size for label, size in megabytes.items() if label != "npdl"]
        found = {"name": case.name, "bar": 1.3, "mb": megabytes, "error": _errors(answers)}
        yield found | ({"ratio": megabytes["npdl"] / min(theirs)} if theirs and "npdl" in megabytes else {})


def thread_counts(most):
    """1, 2, 4, ... and all."""
    return [1 << n for n in range(most.bit_length()) if 1 << n < most] + [most]


def row(case, answers, peak=None):
    """One row from the answers of all contenders."""
    ms = {label: answer["ms"] for label, answer in answers.items() if "ms" in answer}
    found = {"name": case.name, "bar": case.bar, "kind": case.kind, "sizes": case.sizes, "ms": ms}
    theirs = {label: t for label, t in ms.items() if label.startswith("torch")}
    if theirs:
        best = min(theirs, key=theirs.get)
        found |= {"layout": best.removeprefix("torch ")}
    if theirs and "npdl" in ms:
        found |= {"ratio": theirs[best] / ms["npdl"]}
    mine = answers.get("npdl", {})
    work = mine.get("flops") or cases.flops(case)
    if work and "npdl" in ms:
        found |= {"gflops": 1e-6 * work / ms["npdl"]}
        found |= {"percent": 100 * found["gflops"] / peak} if peak else {}
    return found | {"path": mine.get("path"), "error": _errors(answers)}


def _errors(answers):
    """{label: the first line of its error}, without places on this machine's disk."""
    lines = {label: answer["error"].partition("\n")[0] for label, answer in answers.items() if "error" in answer}
    return {label: re.sub(r" \([^()]*[/\\][^()]*\)", "", line) for label, line in lines.items()}


def mean(rows):
    """The geometric mean of the ratios; None if there is none."""
    ratios = [r["ratio"] for r in rows if r.get("ratio")]
    return statistics.geometric_mean(ratios) if ratios else None
