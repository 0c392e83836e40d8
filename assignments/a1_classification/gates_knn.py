"""What the nearest neighbours reach, and so what may be asked: python assignments/a1_classification/gates_knn.py

Five seeds of the reference: mean, sd, mean - 3 sd. With --cifar PATH (your copy of CIFAR-10), that as well.
"""

import argparse

import numpy as np

from npdl.course import material
from npdl.data import load_digits, load_scenes, read_cifar10

KS = (1, 3, 5, 10, 20)


def rows(images):
    return images.reshape(len(images), -1).astype(float)


def judged(seed):
    """The case of the check."""
    exercise = material.load("a1").exercises["classify"]
    case = next(case for case in exercise.draw(seed) if hasattr(case, "truth"))
    return np.mean(case.call(exercise.reference)[0] == case.truth)


def digits(seed):
    """The digits of the notebook, without a fifth of the training set."""
    (x, y), (x_test, y_test) = load_digits()
    chosen = np.random.default_rng(seed).permutation(len(x))[: len(x) * 4 // 5]
    return reached(x[chosen], y[chosen], x_test, y_test)


def scenes(seed):
    """The colour of the object in a scene."""
    train, test = load_scenes(1000, seed=seed), load_scenes(300, seed=seed, split="test")
    return reached(train.images, train.colours[:, 0], test.images, test.colours[:, 0])


def cifar(path):
    """5,000 training and 500 test images, as CS231n takes them; another part of them for each seed."""
    (x, y), (x_test, y_test), _ = read_cifar10(path, dtype=np.uint8)

    def photographs(seed):
        train, test = slice(5000 * seed, 5000 * (seed + 1)), slice(500 * seed, 500 * (seed + 1))
        return reached(x[train] / 255, y[train], x_test[test] / 255, y_test[test])

    return photographs


def reached(x, y, x_test, y_test):
    labels, _ = material.load("a1").modules["knn"].classify(rows(x), y, rows(x_test), KS, 5)
    return np.mean(labels == y_test)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cifar", help="your copy of CIFAR-10")
    path = parser.parse_args().cifar
    for measure in (judged, digits, scenes, *([cifar(path)] if path else [])):
        shares = [measure(seed) for seed in range(5)]
        mean, sd = np.mean(shares), np.std(shares, ddof=1)
        print(f"{measure.__name__:12} mean {mean:.3f}  sd {sd:.3f}  mean - 3 sd {mean - 3 * sd:.3f}")


if __name__ == "__main__":
    main()
