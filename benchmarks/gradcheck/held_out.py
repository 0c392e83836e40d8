"""How good is the diagnosis on mistakes that its author never saw?

python benchmarks/gradcheck/held_out.py               every mistake: the first finding with the dictionary, and without
python benchmarks/gradcheck/held_out.py affine-1 mish  the whole reports of one mistake, or of all those of a layer
python benchmarks/gradcheck/held_out.py --grades      the table of held_out_grades.json, without running anything

The layers and their mistakes (held_out_layers/) were all written before gradcheck saw the first of them, by somebody
who had read neither its rules nor its dictionary. The grades were given by the same person, who read every report as
a student would: `named` (the finding says which formula, factor, axis or path is wrong), `localised` (it says where),
`nothing`, `misleading` (it sends the reader to a wrong cause). Where all that is said is which of the inputs has a
wrong gradient, and that leaves a line or two of backward, it is `localised`, and the reason begins with "only".
"""

import argparse
import contextlib
import json
import os
import time
from collections import Counter
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from held_out_layers import LAYERS

import gradcheck
import npdl.faults  # noqa: F401  (its ops enter the dictionary)
from gradcheck import faults

GRADES = Path(__file__).with_name("held_out_grades.json")
WORDS = ("named", "localised", "nothing", "misleading")
WAYS = ("with", "without")


@contextlib.contextmanager
def no_dictionary():
    """Within, the fault dictionary is empty."""
    faults.load()
    kept, providers = dict(faults.registry), list(faults.providers)
    faults.registry.clear()
    faults.providers.clear()
    try:
        yield
    finally:
        faults.registry.update(kept)
        faults.providers.extend(providers)


def check(layer, forward, backward, way):
    """The Report of a pair on the layer's inputs; or the exception, if the checker raised one."""
    with no_dictionary() if way == "without" else contextlib.nullcontext():
        try:
            return gradcheck.check(forward, backward, layer.inputs(), options=layer.options)
        except Exception as error:
            return error


def first(report, count=1):
    """The first findings of a report, as lines."""
    if isinstance(report, Exception):
        return [f"CRASH {type(report).__name__}: {report}"]
    lines = [f"{report.verdict}: {len(report.findings)} findings"]
    for finding in report.findings[:count]:
        name = f"{finding.input}: " if finding.input else ""
        lines += [f"  {finding.code}: {name}{finding.fact}", f"    likely: {finding.guess}"]
    return lines


def false_alarms():
    """The names of the right layers that do not pass; each is printed."""
    bad = []
    for layer in LAYERS.values():
        report = check(layer, layer.forward, layer.backward, "with")
        if isinstance(report, Exception) or not report.ok or report.findings:
            bad.append(layer.name)
            print(f"FALSE ALARM {layer.name}", *first(report), sep="\n")
    return bad


def run(chosen, count):
    """Print the first `count` findings of each mistake; returns the ids of the undetected and of those that crash."""
    undetected, crashed = [], []
    for layer, mistake in chosen:
        pair = layer.mutant(mistake)
        print(f"\n{mistake.id}   {mistake.words}")
        seen = []
        for way in WAYS:
            report = check(layer, *pair, way)
            lines = first(report, count)
            print(f" {way}:", *(lines if lines != seen else ["the same"]), sep="\n  ")
            seen = lines
        if isinstance(report, Exception):
            crashed.append(mistake.id)
        elif report.verdict != "wrong":
            undetected.append(mistake.id)
    return undetected, crashed


def table(grades):
    """Print how often each grade was given, with the dictionary and without."""
    print(f"{'':24}" + "".join(f"{word:>18}" for word in WORDS))
    for way in WAYS:
        counts = Counter(grade[way] for grade in grades.values())
        cells = "".join(f"{counts[w]:>10} ({counts[w] / len(grades):5.1%})" for w in WORDS)
        print(f"{way + ' the dictionary':24}{cells}")
    wrong = [f"  {key}: {grade['why']}" for key, grade in grades.items() if "misleading" in map(grade.get, WAYS)]
    print(f"{len(grades)} mistakes in {len(LAYERS)} layers; misleading:", *wrong, sep="\n")
    missing = {m.id for layer in LAYERS.values() for m in layer.mistakes} ^ set(grades)
    if missing:
        print("ungraded, or graded and gone:", ", ".join(sorted(missing)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*", help="layers, or ids of mistakes")
    parser.add_argument("--grades", action="store_true", help="print the table of the grades alone")
    parser.add_argument("--findings", type=int, default=1, help="how many findings of each report (default 1)")
    args = parser.parse_args()
    if args.grades:
        return table(json.loads(GRADES.read_text()))
    start = time.perf_counter()
    pairs = [(layer, m) for layer in LAYERS.values() for m in layer.mistakes]
    chosen = [(layer, m) for layer, m in pairs if not args.only or {layer.name, m.id} & set(args.only)]
    undetected, crashed = run(chosen, max(args.findings, 9 if args.only else 1))
    alarms = [] if args.only else false_alarms()
    print(f"\n{len(chosen)} mistakes; {time.perf_counter() - start:.0f} s")
    print(f"undetected: {undetected}\ncrashed: {crashed}\nfalse alarms: {alarms}")


if __name__ == "__main__":
    main()
