"""Checks of the update rules, and of the training that takes any of them."""

from math import ceil, sqrt

import numpy as np

GRID = (4, 5)


def grid(first, last):
    return np.linspace(first, last, 20).reshape(GRID)


def rule_cases(kept, published, **constants):
    """A case of fixed numbers; then from the beginning, in the middle, and with gradients so small that eps shows."""

    def cases(rng):
        w, dw = rng.standard_normal((3, 3, 2))[:2], rng.standard_normal((2, 3, 2))
        state = {name: rng.uniform(0.1, 1, (3, 2)) for name in kept}
        counted = {"t": int(rng.integers(1, 6))} if "m" in kept else {}
        return [
            Case(grid(-0.4, 0.6), grid(-0.6, 0.4), published),
            Case(w[0], dw[0], {}),
            Case(w[1], dw[1], {"lr": 0.1, **constants, **counted, **state}),
            Case(w[0], 1e-3 * dw[1], {"lr": 0.2, **constants}),
        ]

    return cases


RETURNS = ("next_w", "config")

exercise(
    "sgd_momentum",
    cases=rule_cases(("v",), {"lr": 1e-3, "v": grid(0.6, 0.9)}, momentum=0.8),
    returns=RETURNS,
    topics=("R193", "R194"),
    mistakes=[
        Mistake("not_stored", '{**config, "v": v}', "config", "the new velocity is not kept: from the second step on it is plain gradient descent", "新的速度没有保存：从第二步起就只是普通梯度下降"),
        Mistake("sign", "return w + v", "return w - v", "the step goes against the velocity", "步子与速度方向相反"),
        Mistake("ascent", '- config["lr"] * dw', '+ config["lr"] * dw', "the gradient pushes uphill", "梯度把参数推向上坡"),
        Mistake("no_friction", 'config["momentum"] * config["v"]', 'config["v"]', "the old velocity never grows weaker", "旧速度从不衰减"),
        Mistake("averaged", '- config["lr"] * dw', '- (1 - config["momentum"]) * config["lr"] * dw', "the gradient is weighted as in a moving mean", "梯度像滑动平均那样被加了权"),
        Mistake("rate_outside", '- config["lr"] * dw\n    return w + v', '- dw\n    return w + config["lr"] * v', "the rate stands outside the velocity; here it is inside", "学习率放在了速度之外；这里应在速度之内"),
        Mistake("old_velocity", "return w + v", 'return w + config["v"]', "the step is made with the old velocity", "用旧的速度走了这一步"),
        Mistake("looks_ahead", "return w + v", 'return w + config["momentum"] * v - config["lr"] * dw', "that is Nesterov's step", "那是 Nesterov 的步子"),
    ],
    hints=[
        ("Two lines: first the velocity, then the place.", "两行：先更新速度，再更新位置。"),
        ("The velocity keeps a part of itself and gets a push against the gradient; then w moves by it. Keep it for the next step.", "速度保留自身的一部分，并受到与梯度相反的推动；然后 w 按它移动。把它存下来供下一步使用。"),
        ('v = momentum * v - lr * dw; return w + v, {**config, "v": v}',) * 2,
    ],
)  # fmt: skip

exercise(
    "nesterov",
    cases=rule_cases(("v",), {"lr": 1e-3, "v": grid(0.6, 0.9)}, momentum=0.8),
    returns=RETURNS,
    topics=("R193",),
    mistakes=[
        Mistake("plain", 'w + config["momentum"] * v - step', "w + v", "that is plain momentum: the step does not look ahead", "那是普通动量：没有向前看"),
        Mistake("no_gradient", 'w + config["momentum"] * v - step', 'w + config["momentum"] * v', "the gradient's own part of the step is missing", "缺少梯度自身的那一部分"),
        Mistake("twice", 'w + config["momentum"] * v - step', 'w + v + config["momentum"] * v', "the old place is not taken back before looking ahead again", "再次向前看之前，没有先退回原来的位置"),
        Mistake("not_stored", '{**config, "v": v}', "config", "the new velocity is not kept", "新的速度没有保存"),
        Mistake("sign", "v - step, {", "v + step, {", "the gradient's own part of the step has the wrong sign", "梯度自身那一部分的符号反了"),
        Mistake("ascent", 'step = config["lr"] * dw', 'step = -config["lr"] * dw', "the gradient pushes uphill", "梯度把参数推向上坡"),
        Mistake("whole_velocity", 'w + config["momentum"] * v - step', "w + v - step", "the look ahead is a whole velocity long; friction shortens it", "向前看了整整一个速度的距离；应有动量系数使它缩短"),
    ],
    hints=[
        ("Before the step w = θ + momentum · v(old). What is it after the step, when θ and v are new?", "这一步之前 w = θ + momentum · v(旧)。当 θ 与 v 更新之后，它是多少？"),
        ("Next w = θ + v + momentum v, all new on the right; put θ = w - momentum v(old) in, and use the rule of v.", "新的 w = θ + v + momentum v，右边的 v 都是新的；代入 θ = w - momentum v(旧)，再用 v 的更新式。"),
        ("v = momentum * v - lr * dw; next_w = w + momentum * v - lr * dw",) * 2,
    ],
)  # fmt: skip

exercise(
    "rmsprop",
    cases=rule_cases(("r",), {"lr": 1e-2, "r": grid(0.6, 0.9)}, decay=0.9, eps=1e-2),
    returns=RETURNS,
    topics=("R196",),
    mistakes=[
        Mistake("eps_inside", 'np.sqrt(r) + config["eps"]', 'np.sqrt(r + config["eps"])', "eps is inside the root", "eps 放进了根号里"),
        Mistake("no_root", "np.sqrt(r)", "r", "the root is missing: the step grows where gradients are small", "缺少开方：梯度小的地方步子反而变大"),
        Mistake("no_square", "* dw**2", "* dw", "r is a mean of the gradients, not of their squares", "r 是梯度的平均，而不是其平方的平均"),
        Mistake("decay_swapped", 'config["decay"] * config["r"] + (1 - config["decay"]) * dw**2', '(1 - config["decay"]) * config["r"] + config["decay"] * dw**2', "decay weighs the new square, not the old mean", "decay 加在了新的平方上，而不是旧的平均上"),
        Mistake("not_stored", '{**config, "r": r}', "config", "the new r is not kept", "新的 r 没有保存"),
        Mistake("old_r", "np.sqrt(r)", 'np.sqrt(config["r"])', "the step is divided by the old r", "步子除以了旧的 r"),
        Mistake("ascent", 'return w - config["lr"]', 'return w + config["lr"]', "the step goes uphill", "这一步在上坡"),
        Mistake("no_mean", '(1 - config["decay"]) * dw**2', "dw**2", "the squares are added up, not averaged: r grows too large", "平方只是累加而不是平均：r 会变得过大"),
    ],
    hints=[
        ("Update r first; the step uses the new one.", "先更新 r；这一步使用新的 r。"),
        ("r is a moving mean: the old one counts decay, the new square the rest to 1.", "r 是滑动平均：旧值的权重是 decay，新的平方占剩下的部分。"),
        ("r = decay * r + (1 - decay) * dw**2; next_w = w - lr * dw / (sqrt(r) + eps)",) * 2,
    ],
)  # fmt: skip

exercise(
    "adam",
    cases=rule_cases(("m", "v"), {"lr": 1e-2, "t": 5, "m": grid(0.6, 0.9), "v": grid(0.7, 0.5)}, beta1=0.8, beta2=0.95, eps=1e-2),
    returns=RETURNS,
    points=2,
    topics=("R197",),
    mistakes=[
        Mistake("eps_inside", 'np.sqrt(v_hat) + config["eps"]', 'np.sqrt(v_hat + config["eps"])', "eps is inside the root", "eps 放进了根号里"),
        Mistake("stores_corrected", '"m": m, "v": v}', '"m": m_hat, "v": v_hat}', "the corrected moments are kept: they are corrected once more in the next step", "保存了修正后的矩：下一步又会被修正一次"),
        Mistake("t_after", "m_hat = m / (1 - beta1**t)\n    v_hat = v / (1 - beta2**t)", "m_hat = m / (1 - np.float64(beta1) ** (t - 1))\n    v_hat = v / (1 - np.float64(beta2) ** (t - 1))", "t is increased after its use: in the first step there is a division by zero", "t 在使用之后才加一：第一步会除以零"),
        Mistake("no_square", "* dw**2", "* dw", "v is a mean of the gradients, not of their squares", "v 是梯度的平均，而不是其平方的平均"),
        Mistake("not_corrected", "m_hat = m / (1 - beta1**t)\n    v_hat = v / (1 - beta2**t)", "m_hat, v_hat = m, v", "the start from zero is not corrected", "没有修正从零开始带来的偏差"),
        Mistake("one_corrected", "v_hat = v / (1 - beta2**t)", "v_hat = v", "only m is corrected", "只修正了 m"),
        Mistake("betas_swapped", 'beta1, beta2, t = config["beta1"], config["beta2"]', 'beta1, beta2, t = config["beta2"], config["beta1"]', "beta1 and beta2 are swapped", "beta1 与 beta2 互换了"),
        Mistake("no_power", "m_hat = m / (1 - beta1**t)\n    v_hat = v / (1 - beta2**t)", "m_hat = m / (1 - beta1)\n    v_hat = v / (1 - beta2)", "the correction does not fade with t", "修正没有随 t 逐渐消失"),
        Mistake("not_counted", '"t": t, "m"', '"m"', "t is not kept: every step thinks that it is the first", "没有保存 t：每一步都以为自己是第一步"),
        Mistake("ascent", 'w - config["lr"]', 'w + config["lr"]', "the step goes uphill", "这一步在上坡"),
    ],
    hints=[
        ("Count, then two moving means, then two corrections, then the step: five or six lines.", "先计数，再更新两个滑动平均，再做两个修正，最后走一步：五六行。"),
        ("At t = 1 the correction turns m back into the gradient itself. What goes into the config: m, or what was made of it?", "t = 1 时，修正把 m 变回梯度本身。存进 config 的应是 m，还是由它算出的量？"),
        ("t += 1; m = b1 m + (1 - b1) dw; v = b2 v + (1 - b2) dw²; next_w = w - lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)",) * 2,
    ],
)  # fmt: skip


def small(rng, n=12):
    """(params, x, y) of a net 4 - 5 - 3."""
    params = {}
    for i, (d, m) in enumerate(((4, 5), (5, 3)), 1):
        params[f"w{i}"], params[f"b{i}"] = rng.standard_normal((d, m)) / sqrt(d), 0.3 * rng.standard_normal(m)
    return params, rng.standard_normal((n, 4)), rng.integers(0, 3, n)


def fits(rng):
    """Three with the whole set in one batch, where the draws do not matter, and two in small batches."""
    draws = lambda: Draws(rng.integers(1 << 30))  # noqa: E731
    return [
        Case(right.sgd_momentum, *small(rng), {"lr": 0.2}, reg=0.2, epochs=4, batch=12, rng=draws()),
        Case(right.adam, *small(rng), {"lr": 0.05, "beta1": 0.8}, epochs=4, batch=20, rng=draws()),
        Case(right.sgd_momentum, *small(rng), {"lr": 0.1}, epochs=2, batch=5, rng=draws()),
        Case(right.sgd, *small(rng), {"lr": 1e-9}, epochs=1, batch=4, rng=draws()),
    ]


def agrees_on_whole_batches(case, result):
    """Where a batch is the whole set, the parameters must be the reference's."""
    if case.options["batch"] < len(case.args[2]):
        return True
    params, losses = case.call(right.fit)
    near = lambda a, b: np.allclose(a, b, rtol=1e-6, atol=1e-9)  # noqa: E731
    return set(result[0]) == set(params) and all(near(result[0][k], w) for k, w in params.items()) and near(result[1], losses)


def all_steps(case, result):
    return len(result[1]) == case.options["epochs"] * ceil(len(case.args[2]) / case.options["batch"])


def shares(case, result):
    """While nothing moves, the losses of an epoch are those of its batches: their mean is that of the set."""
    if case.args[4]["lr"] > 1e-6:
        return True
    whole, _ = right.net_loss(*case.args[1:4])
    return np.ptp(result[1]) > 1e-5 and np.isclose(np.mean(result[1]), whole, rtol=1e-5)


exercise(
    "fit",
    cases=fits,
    uses=("net_loss", "minibatches"),
    compare=False,
    returns=("params", "losses"),
    laws=[
        Law("all_steps", all_steps, "there is one loss for each batch of each epoch", "每一轮的每个批次都有一个损失"),
        Law("whole_batches", agrees_on_whole_batches, "with the whole set in one batch, each step applies the rule to each parameter, which keeps a config of its own", "整个数据集作为一个批次时，每一步对每个参数应用规则，且每个参数保有自己的 config"),
        Law("shares", shares, "each step sees the samples of its own batch, all of them in the course of an epoch", "每一步只看自己批次的样本，一轮之中看遍所有样本"),
    ],
    topics=("R192", "R489"),
    mistakes=[
        Mistake("forgets", "params[k], configs[k] = rule", "params[k], _ = rule", "what the rule remembers is thrown away after each step", "规则所记住的东西在每一步之后都被丢掉了"),
        Mistake("shared_config", "params[k], configs[k] = rule(params[k], grads[k], configs[k])", "params[k], config = rule(params[k], grads[k], config)", "all parameters share one config: they take over each other's memory", "所有参数共用一个 config：彼此的记忆混在了一起"),
        Mistake("fresh_each_epoch", "    configs = {k: dict(config) for k in params}\n    for _ in range(epochs):", "    for _ in range(epochs):\n        configs = {k: dict(config) for k in params}", "the memory is lost at the end of each epoch", "每一轮结束时记忆都丢失了"),
        Mistake("no_reg", "y[chosen], reg)", "y[chosen])", "reg does not reach the loss", "reg 没有传给损失函数"),
        Mistake("no_config", "dict(config)", "{}", "the constants in config are ignored", "config 中的常数被忽略了"),
        Mistake("weights_only", "for k in params:", 'for k in [k for k in params if k.startswith("w")]:', "the biases are never updated", "偏置从未更新"),
        Mistake("always_whole", "x[chosen], y[chosen]", "x, y", "each step uses the whole set: the batches are drawn and forgotten", "每一步都用了整个数据集：抽出的批次没有用上"),
        Mistake("sign", "grads[k], configs[k])", "-grads[k], configs[k])", "the rule gets the gradients with the wrong sign", "传给规则的梯度符号反了"),
    ],
    hints=[
        ("It is train_net; only the line of the step changes. What must each parameter have for itself?", "它就是 train_net，只是走步的那一行不同。每个参数必须各自拥有什么？"),
        ("A dict of configs, a copy for each parameter, made once before the loops; the rule gives the next one back.", "一个由 config 组成的字典，每个参数一份副本，在循环之前建立一次；规则会返回下一个。"),
        ("configs = {k: dict(config) for k in params}; in each step: params[k], configs[k] = rule(params[k], grads[k], configs[k])", "configs = {k: dict(config) for k in params}；每一步：params[k], configs[k] = rule(params[k], grads[k], configs[k])"),
    ],
)  # fmt: skip
