"""Update rules: each is a function (w, dw, config) -> (next_w, config) that changes neither w nor dw.

config is a dict: the rate and the other constants of the rule, and what it remembers of the steps before. Its first
line fills in what is missing, in a dict of its own. The arrays that it was given stay as they are.
"""

import numpy as np
from fc_net import minibatches, net_loss


def sgd(w, dw, config):
    """w <- w - lr dw. Given, as an example: this rule remembers nothing."""
    config = {"lr": 1e-2, **config}
    return w - config["lr"] * dw, config


def sgd_momentum(w, dw, config):
    """v <- momentum v - lr dw,  w <- w + v: a ball with a velocity v. The rate is inside v.

    w, dw, config["v"]: one shape. Returns (next_w, config) with the new v in the config.
    """
    config = {"lr": 1e-2, "momentum": 0.9, "v": np.zeros_like(w), **config}
    # BEGIN SOLUTION
    v = config["momentum"] * config["v"] - config["lr"] * dw
    return w + v, {**config, "v": v}
    # END SOLUTION


def nesterov(w, dw, config):
    """Momentum that looks ahead: v as in sgd_momentum, but the step is a step of the *next* velocity.

    The ball at θ measures its slope where it is about to be, at w = θ + momentum v:
        v <- momentum v - lr dw(w),  θ <- θ + v.
    We keep w, not θ: derive the step of w = θ + momentum v from these two lines. (v on its right side: the new one.)
    Returns (next_w, config) with the new v in the config.
    """
    config = {"lr": 1e-2, "momentum": 0.9, "v": np.zeros_like(w), **config}
    # BEGIN SOLUTION
    step = config["lr"] * dw
    v = config["momentum"] * config["v"] - step
    return w + config["momentum"] * v - step, {**config, "v": v}
    # END SOLUTION


def rmsprop(w, dw, config):
    """Each weight's step is divided by the usual size of its gradient, the root of a moving mean r of dw².

    r <- decay r + (1 - decay) dw²,  w <- w - lr dw / (sqrt(r) + eps): eps is outside the root.
    Returns (next_w, config) with the new r in the config.
    """
    config = {"lr": 1e-2, "decay": 0.99, "eps": 1e-8, "r": np.zeros_like(w), **config}
    # BEGIN SOLUTION
    r = config["decay"] * config["r"] + (1 - config["decay"]) * dw**2
    return w - config["lr"] * dw / (np.sqrt(r) + config["eps"]), {**config, "r": r}
    # END SOLUTION


def adam(w, dw, config):
    """Momentum and RMSProp together, with the start from zero corrected. Kingma and Ba 2015, algorithm 1.

    t counts the steps; it is increased first, so that it is 1 in the first step. m and v are moving means, of dw with
    beta1 and of dw² with beta2. Both begin at 0 and are too small at first: m / (1 - beta1^t) and v / (1 - beta2^t) are
    not. The step is lr · corrected m / (sqrt(corrected v) + eps).
    Returns (next_w, config) with the new t, m and v (not the corrected ones) in the config.
    """
    start = {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    config = {**start, "t": 0, "m": np.zeros_like(w), "v": np.zeros_like(w), **config}
    # BEGIN SOLUTION
    beta1, beta2, t = config["beta1"], config["beta2"], config["t"] + 1
    m = beta1 * config["m"] + (1 - beta1) * dw
    v = beta2 * config["v"] + (1 - beta2) * dw**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    next_w = w - config["lr"] * m_hat / (np.sqrt(v_hat) + config["eps"])
    return next_w, {**config, "t": t, "m": m, "v": v}
    # END SOLUTION


def fit(rule, params, x, y, config, *, reg=0.0, epochs, batch, rng):
    """train_net with any update rule.

    rule: one of the functions above; config: the constants it begins with, {"lr": 0.1}: each parameter has a config of
    its own from there on. params, x, y, reg, epochs, batch, rng: as for train_net; params and config stay as they are.
    Returns (params, losses): the parameters after training, and a list with the loss of each step before that step.
    """
    # BEGIN SOLUTION
    params, losses = dict(params), []
    configs = {k: dict(config) for k in params}
    for _ in range(epochs):
        for chosen in minibatches(len(x), batch, rng):
            loss, grads = net_loss(params, x[chosen], y[chosen], reg)
            for k in params:
                params[k], configs[k] = rule(params[k], grads[k], configs[k])
            losses.append(float(loss))
    return params, losses
    # END SOLUTION
