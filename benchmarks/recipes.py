"""The score of a recipe over seeds: the numbers that npdl/train/recipes/*.py state.

python benchmarks/recipes.py [RECIPE] [SEEDS]         (all recipes, 5 seeds)
"""

import statistics
import sys
import time

from npdl.train import recipe


def measure(name, seeds=5):
    """One line a seed, then mean, standard deviation, the gate, and the longest time."""
    module, scores, times = recipe.load(name), [], []
    for seed in range(seeds):
        start = time.perf_counter()
        scores.append(module.train(seed=seed).score)
        times.append(time.perf_counter() - start)
        print(f"{name}: seed {seed}: {scores[-1]:.2%} in {times[-1]:.1f} s", flush=True)
    stated = recipe.Stated(statistics.mean(scores), statistics.stdev(scores), module.STATED.floor, module.STATED.tested)
    print(f"{name}: {stated.mean:.4f}, {stated.sd:.4f} (stated: {module.STATED.mean}, {module.STATED.sd}), ", end="")
    print(f"gate max({stated.floor:.1%}, mean - 3 sd) = {stated.gate:.2%}, at most {max(times):.0f} s", flush=True)


if __name__ == "__main__":
    asked = sys.argv[1:2] or recipe.names()
    for one in asked:
        measure(one, *map(int, sys.argv[2:3]))
