"""What the linear classifiers reach, and so what may be asked: python assignments/a1_classification/gates_linear.py

Five seeds of the reference: mean, sd, mean - 3 sd. With --cifar PATH (your copy of CIFAR-10), that as well.
"""

import argparse

import numpy as np

from npdl.course import material
from npdl.data import load_digits, load_scenes, read_cifar10

SETTINGS = {"digits": (0.5, 1e-3, 1000), "scenes": (0.01, 1e-3, 1000), "cifar": (0.01, 1e-3, 1500)}  # lr, reg, steps


def judged(name):
    """The cases of the check."""
    exercise = material.load("a1").exercises["train_linear"]

    def measure(seed):
        case = next(case for case in exercise.draw(seed) if getattr(case, "name", "") == name)
        return np.mean(np.argmax(case.x_test @ case.call(exercise.reference)[0], axis=1) == case.y_test)

    return measure


def digits(seed):
    (x, y), (x_test, y_test) = load_digits()
    return x, y, x_test, y_test


def scenes(seed):
    """The colour of the object in a scene."""
    train, test = load_scenes(2000, seed=seed), load_scenes(500, seed=seed, split="test")
    return train.images, train.colours[:, 0], test.images, test.colours[:, 0]


def reached(loss, setting, data):
    """Train a reference classifier as the notebook does, and measure it."""
    right = material.load("a1").modules["linear"]
    lr, reg, steps = SETTINGS[setting]

    def measure(seed):
        x, y, x_test, y_test = data(seed)
        mean = x.mean(axis=0)
        rng = np.random.default_rng(seed)
        rows = right.add_bias((x - mean).astype(float))
        w = 0.001 * rng.standard_normal((rows.shape[1], y.max() + 1))
        w, _ = right.train_linear(getattr(right, loss), rows, y, w, lr=lr, reg=reg, steps=steps, batch=100, rng=rng)
        return np.mean(right.predict_linear(w, right.add_bias(x_test - mean)) == y_test)

    return measure


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cifar", help="your copy of CIFAR-10")
    path = parser.parse_args().cifar
    measures = {f"judged {name}": judged(name) for name in ("digits", "scenes")}
    sources = {"digits": digits, "scenes": scenes}
    if path:
        (x, y), (x_test, y_test), _ = read_cifar10(path, dtype=np.uint8)
        sources["cifar"] = lambda seed: (x[:10000] / 255, y[:10000], x_test[:1000] / 255, y_test[:1000])
    for loss in ("svm_loss", "softmax_loss"):
        measures |= {f"{loss} {name}": reached(loss, name, data) for name, data in sources.items()}
    for name, measure in measures.items():
        shares = [measure(seed) for seed in range(5)]
        mean, sd = np.mean(shares), np.std(shares, ddof=1)
        print(f"{name:20} mean {mean:.3f}  sd {sd:.3f}  mean - 3 sd {mean - 3 * sd:.3f}")


if __name__ == "__main__":
    main()
