"""What the three-layer network reaches, and so what may be asked: python assignments/a3_convnets/gates_convnet.py

Five seeds of the reference, trained as in the notebook's last cell: mean, sd, mean - 3 sd. And how much of the first
loss is left when a handful of images is learned by heart, at most, over the cases of 200 seeds of the check.
"""

import numpy as np

from npdl.course import material
from npdl.data import load_scenes
from npdl.data.scenes import COLOURS


def reached(seed):
    """The share of validation pictures whose colour is found."""
    right = material.load("a3").modules["convnet"]
    train, val = load_scenes(2000, seed=seed), load_scenes(500, seed=seed, split="val")
    x, y, rng = train.images - 0.5, train.colours[:, 0], np.random.default_rng(seed)
    params = right.init_convnet((3, 32, 32), 8, 5, 40, len(COLOURS), 0.05, rng)
    velocity = {name: np.zeros_like(w) for name, w in params.items()}
    for _ in range(5):
        for chosen in np.array_split(rng.permutation(len(x)), len(x) // 50):
            _, grads = right.convnet_loss(params, x[chosen], y[chosen], 1e-3)
            for name in params:
                velocity[name] = 0.9 * velocity[name] - 0.02 * grads[name]
                params[name] = params[name] + velocity[name]
    return np.mean(right.convnet_scores(params, val.images - 0.5)[0].argmax(axis=1) == val.colours[:, 0])


def left(seed):
    """The last loss of overfit_convnet, of the first one: the largest of the seed's cases."""
    exercise = material.load("a3").exercises["overfit_convnet"]
    runs = [case.call(exercise.reference)[1] for case in exercise.draw(seed)]
    return max(losses[-1] / losses[0] for losses in runs)


def main():
    shares = [reached(seed) for seed in range(5)]
    mean, sd = np.mean(shares), np.std(shares, ddof=1)
    print(f"colours of Scenes: mean {mean:.3f}  sd {sd:.3f}  mean - 3 sd {mean - 3 * sd:.3f}")
    print(f"overfit_convnet: at most {max(left(seed) for seed in range(200)):.3f} of the first loss is left")


if __name__ == "__main__":
    main()
