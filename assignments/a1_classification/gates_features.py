"""What the gate of my_features rests on: test accuracies of the linear classifier, over seeds.

    python assignments/a1_classification/gates_features.py
"""

import numpy as np

from npdl.course import material


def main(seeds=range(5)):
    """Print mean and sd for the reference and for the known mistakes; the gate is at most mean - 3 sd."""
    exercise = material.load("a1").exercises["my_features"]
    judge = exercise.laws[1].holds.__globals__
    rows = {"reference": exercise.reference} | {m.code: exercise.wrong(m) for m in exercise.mistakes}
    for name, function in rows.items():
        cases = [exercise.draw(seed)[0] for seed in seeds]
        found = [judge["ridge_accuracy"](case.call(function), case.labels) for case in cases]
        mean, sd = np.mean(found), np.std(found, ddof=1)
        print(f"{name:12} mean {mean:.3f}  sd {sd:.3f}  mean - 3 sd {mean - 3 * sd:.3f}  largest {max(found):.3f}")
    print(f"gate {judge['GATE']}")


if __name__ == "__main__":
    main()
