"""What the reference reaches, and so what may be asked: python assignments/a2_networks/gates.py

Five seeds: mean, standard deviation, mean - 3 sd, and the floor that is asked for.
"""

import numpy as np

from npdl.course import material
from npdl.data import load_digits

MODULES = material.load("a2").modules


def fifty_digits(seed):
    """The case of the check of train_net that overfits."""
    exercise = material.load("a2").exercises["train_net"]
    case = next(case for case in exercise.draw(seed) if len(case.args[1]) == 50)
    params, _ = case.call(exercise.reference)
    return MODULES["fc_net"].net_accuracy(params, *case.args[1:3])


def adam_on_digits(seed):
    """The last cell of the notebook on optimisers."""
    net, optimisers = MODULES["fc_net"], MODULES["optimisers"]
    (x, y), (x_test, y_test) = load_digits()
    x, x_test = (a.reshape(len(a), -1).astype(float) - 0.5 for a in (x, x_test))
    rng = np.random.default_rng(seed)
    start = net.init_net((64, 100, 50, 10), rng)
    params, _ = optimisers.fit(optimisers.adam, start, x, y, {"lr": 2e-3}, epochs=15, batch=50, rng=rng)
    return net.net_accuracy(params, x_test, y_test)


def main():
    for measure, asked in ((fifty_digits, 0.98), (adam_on_digits, 0.962)):
        found = np.array([measure(seed) for seed in range(5)])
        mean, sd = found.mean(), found.std(ddof=1)
        print(f"{measure.__name__:15} mean {mean:.4f}  sd {sd:.4f}  mean - 3 sd {mean - 3 * sd:.4f}  asked {asked}")


if __name__ == "__main__":
    main()
