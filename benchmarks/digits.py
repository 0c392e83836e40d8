"""The accuracy of the digits recipe over seeds: the numbers that npdl/train/recipes/digits.py states.

python benchmarks/digits.py [seeds]
"""

import statistics
import sys
import time

from npdl.train.recipes import digits


def main(seeds=5):
    """One line a seed, then mean, standard deviation and the gate."""
    accuracies = []
    for seed in range(seeds):
        start = time.perf_counter()
        accuracies.append(digits.train(seed=seed).accuracy)
        print(f"seed {seed}: {accuracies[-1]:.2%} in {time.perf_counter() - start:.1f} s", flush=True)
    mean, sd = statistics.mean(accuracies), statistics.stdev(accuracies)
    print(f"mean {mean:.2%}, sd {sd:.2%}, gate max(97 %, mean - 3 sd) = {max(0.97, mean - 3 * sd):.2%}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
