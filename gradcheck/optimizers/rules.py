"""Reference update rules of optimisers, and their known mistakes, as patches of their source.

A rule is rule(w, dw, c) -> the next w; c holds its hyper-parameters and its state, by CS231n's names. Neither w nor dw
is changed. A mistake is (text in the rule, what stands there instead, ..., what to say): each text is replaced once.
"""

import inspect

import numpy as np


def sgd(w, dw, c):
    """w ← w - lr dw."""
    return w - c["learning_rate"] * dw


def sgd_momentum(w, dw, c):
    """v ← mu v - lr dw, w ← w + v. Polyak 1964."""
    v = c.get("velocity", np.zeros_like(w))
    v = c["momentum"] * v - c["learning_rate"] * dw
    c["velocity"] = v
    return w + v


def nesterov(w, dw, c):
    """v ← mu v - lr dw, w ← w + mu v - lr dw with the new v: the slope is taken where the velocity leads."""
    v = c.get("velocity", np.zeros_like(w))
    v = c["momentum"] * v - c["learning_rate"] * dw
    c["velocity"] = v
    return w + c["momentum"] * v - c["learning_rate"] * dw


def adagrad(w, dw, c):
    """r ← r + dw², w ← w - lr dw / (√r + eps). Duchi, Hazan and Singer 2011."""
    r = c.get("cache", np.zeros_like(w))
    r = r + dw * dw
    c["cache"] = r
    return w - c["learning_rate"] * dw / (np.sqrt(r) + c["epsilon"])


def rmsprop(w, dw, c):
    """r ← decay r + (1 - decay) dw², w ← w - lr dw / (√r + eps). Tieleman and Hinton 2012."""
    r = c.get("cache", np.zeros_like(w))
    r = c["decay_rate"] * r + (1 - c["decay_rate"]) * dw * dw
    c["cache"] = r
    return w - c["learning_rate"] * dw / (np.sqrt(r) + c["epsilon"])


def adam(w, dw, c):
    """m, v: running means of dw and dw²; w ← w - lr m̂ / (√v̂ + eps). Kingma and Ba 2015, algorithm 1."""
    m, v, t = c.get("m", np.zeros_like(w)), c.get("v", np.zeros_like(w)), c.get("t", 0)
    t = t + 1
    m = c["beta1"] * m + (1 - c["beta1"]) * dw
    v = c["beta2"] * v + (1 - c["beta2"]) * dw * dw
    mh = m / (1 - c["beta1"] ** t)
    vh = v / (1 - c["beta2"] ** t)
    c["m"], c["v"], c["t"] = m, v, t
    return w - c["learning_rate"] * mh / (np.sqrt(vh) + c["epsilon"])


def adamw(w, dw, c):
    """Adam, and beside it w ← w - lr decay w: the penalty is not divided by √v̂. Loshchilov and Hutter 2019."""
    m, v, t = c.get("m", np.zeros_like(w)), c.get("v", np.zeros_like(w)), c.get("t", 0)
    t = t + 1
    m = c["beta1"] * m + (1 - c["beta1"]) * dw
    v = c["beta2"] * v + (1 - c["beta2"]) * dw * dw
    mh = m / (1 - c["beta1"] ** t)
    vh = v / (1 - c["beta2"] ** t)
    c["m"], c["v"], c["t"] = m, v, t
    w = w - c["learning_rate"] * c["weight_decay"] * w
    return w - c["learning_rate"] * mh / (np.sqrt(vh) + c["epsilon"])


RULES = {rule.__name__: rule for rule in (sgd, sgd_momentum, nesterov, adagrad, rmsprop, adam, adamw)}

ASCENT = ('w - c["learning_rate"]', 'w + c["learning_rate"]', "the step goes up the slope: w - lr ..., not +")
NO_RATE = ('c["learning_rate"] * ', "", "the learning rate is not used")

VELOCITY = [
    ('c["velocity"] = v', "pass", "the velocity is not stored: config['velocity'] = v is missing"),
    ('v - c["learning_rate"] * dw\n', 'v + c["learning_rate"] * dw\n', "v = mu v + lr dw: the sign of lr dw is wrong"),
    ('v - c["learning_rate"] * dw\n', "v - dw\n", "the learning rate is not in the velocity"),
    ('c["momentum"] * v - ', '(1 - c["momentum"]) * v - ', "mu and 1 - mu are swapped"),
    ('c["momentum"] * v - ', 'v - ', "the old velocity does not decay: mu v"),
    (
        '* v - c["learning_rate"] * dw\n',
        '* v - (1 - c["momentum"]) * c["learning_rate"] * dw\n',
        "the gradient is weighted with 1 - mu, as in a running mean",
    ),
]  # fmt: skip

ROOT = [
    ("np.sqrt({0}) + c[\"epsilon\"]", "np.sqrt({0} + c[\"epsilon\"])", "eps is inside the root: √{0} + eps is meant"),
    ("np.sqrt({0}) + c[\"epsilon\"]", "{0} + c[\"epsilon\"]", "the root is missing: divide by √{0} + eps"),
    ("np.sqrt({0}) + c[\"epsilon\"]", "np.sqrt({0})", "eps is missing in the denominator"),
]  # fmt: skip

SQUARES = [
    ('c["cache"] = r', "pass", "the cache is not stored: config['cache'] is missing"),
    ("dw * dw\n", "dw\n", "the square is missing: the cache gathers dw²"),
    *[tuple(text.format("r") for text in patch) for patch in ROOT],
    ASCENT,
    NO_RATE,
]

DECAYS = [
    ('c["decay_rate"] * r + (1 - c["decay_rate"])', '(1 - c["decay_rate"]) * r + c["decay_rate"]',
     "decay and 1 - decay are swapped"),
    ('(1 - c["decay_rate"]) * dw', "dw", "the factor 1 - decay is missing"),
]  # fmt: skip

MOMENTS = [
    ('c["m"], c["v"], c["t"] = m, v, t', 'c["v"], c["t"] = v, t', "m is not stored"),
    ('c["m"], c["v"], c["t"] = m, v, t', 'c["m"], c["t"] = m, t', "v is not stored"),
    ('c["m"], c["v"], c["t"] = m, v, t', 'c["t"] = t', "m and v are not stored"),
    ('c["m"], c["v"], c["t"] = m, v, t', 'c["m"], c["v"] = m, v', "t is not stored: every step counts as the first"),
    ('c["m"], c["v"], c["t"] = m, v, t', 'c["m"], c["v"], c["t"] = mh, vh, t',
     "the corrected moments are stored: store m and v, and correct copies"),
    ('c["m"], c["v"], c["t"] = m, v, t', 'c["m"], c["v"], c["t"] = mh, v, t', "the corrected m is stored: store m"),
    ('c["m"], c["v"], c["t"] = m, v, t', 'c["m"], c["v"], c["t"] = m, vh, t', "the corrected v is stored: store v"),
    ("    t = t + 1\n", "", "= m, v, t", "= m, v, t + 1", "t is raised after its use: at step 1, 1 - beta^0 = 0"),
    ('c.get("t", 0)', 'c.get("t", 1)', "t begins at 1 and is raised before its use: the first step must see t = 1"),
    ("mh = m / (1 - c[\"beta1\"] ** t)\n    vh = v / (1 - c[\"beta2\"] ** t)", "mh, vh = m, v",
     "the bias correction is missing"),
    ('mh = m / (1 - c["beta1"] ** t)', "mh = m", "the bias correction of m is missing"),
    ('vh = v / (1 - c["beta2"] ** t)', "vh = v", "the bias correction of v is missing"),
    ('vh = v / (1 - c["beta2"] ** t)', 'vh = v / (1 - c["beta1"] ** t)', "v is corrected with beta1"),
    ('c["beta1"] ** t', 'c["beta1"] * t', "1 - beta1 * t: a power is meant, beta1**t"),
    ("dw * dw", "dw", "the square is missing: v is the running mean of dw²"),
    ('c["beta1"] * m + (1 - c["beta1"])', '(1 - c["beta1"]) * m + c["beta1"]', "beta1 and 1 - beta1 are swapped"),
    ('c["beta2"] * v + (1 - c["beta2"])', '(1 - c["beta2"]) * v + c["beta2"]', "beta2 and 1 - beta2 are swapped"),
    ('(1 - c["beta1"]) * dw', "dw", "the factor 1 - beta1 is missing"),
    ('(1 - c["beta2"]) * dw', "dw", "the factor 1 - beta2 is missing"),
    ('c["learning_rate"] * mh', 'c["learning_rate"] * dw', "the step uses the gradient where it should use m̂"),
    *[tuple(text.format("vh") for text in patch) for patch in ROOT],
    ('* mh / (np.sqrt(vh) + c["epsilon"])', '* mh / (np.sqrt(v) + c["epsilon"]) * np.sqrt(1 - c["beta2"] ** t)',
     "eps is added to √v before the correction, not to √v̂"),
    ('w - c["learning_rate"] * mh', 'w + c["learning_rate"] * mh', "the step goes up the slope: w - lr ..., not +"),
    ('c["learning_rate"] * mh', "mh", "the learning rate is not used"),
]  # fmt: skip

DECAY_LINE = '    w = w - c["learning_rate"] * c["weight_decay"] * w\n'
PENALTY = [
    (DECAY_LINE, "", "the weights do not decay: w - lr decay w is missing"),
    ('c["learning_rate"] * c["weight_decay"]', 'c["weight_decay"]', "the decay is not multiplied by the learning rate"),
    (
        "    t = t + 1\n",
        '    dw = dw + c["weight_decay"] * w\n    t = t + 1\n',
        DECAY_LINE,
        "",
        "the decay is added to the gradient (L2): AdamW keeps it apart from √v̂",
    ),
]

MISTAKES = {  # best first
    "sgd": [ASCENT, NO_RATE],
    "sgd_momentum": [*VELOCITY, ("return w + v", "return w - v", "w - v: the velocity already points downhill")],
    "nesterov": [
        *VELOCITY,
        (
            'w + c["momentum"] * v - c["learning_rate"] * dw',
            "w + v",
            "this is plain momentum: the look ahead is missing",
        ),
    ],
    "adagrad": SQUARES,
    "rmsprop": [*SQUARES, *DECAYS, ('c["decay_rate"] * r +', "r +", "the cache does not decay")],
    "adam": MOMENTS,
    "adamw": [*MOMENTS, *PENALTY],
}


RATE_OUTSIDE = {  # PyTorch's convention, the same path while the learning rate is constant
    "sgd_momentum": ('* v - c["learning_rate"] * dw', "* v + dw", "return w + v", 'return w - c["learning_rate"] * v'),
    "nesterov": (
        '* v - c["learning_rate"] * dw', "* v + dw",
        'w + c["momentum"] * v - c["learning_rate"] * dw', 'w - c["learning_rate"] * (c["momentum"] * v + dw)',
    ),
}  # fmt: skip


def mistakes(name):
    """Yield (rule, what to say) for each known mistake in the rule of this name."""
    for *texts, words in MISTAKES[name]:
        yield patched(name, texts), words


def patched(name, texts):
    """The rule with texts[0] replaced by texts[1], texts[2] by texts[3], ...: each must stand in its source."""
    source = inspect.getsource(RULES[name])
    for old, new in zip(texts[::2], texts[1::2]):
        if old not in source:
            raise ValueError(f"gradcheck.rules.patched: {old!r} should stand in the source of {name}")
        source = source.replace(old, new, 1)
    space = {"np": np}
    exec(source, space)
    return space[name]
