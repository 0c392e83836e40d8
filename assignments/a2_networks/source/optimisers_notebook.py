# %% [markdown]
# # Better steps
#
# Gradient descent knows one thing of the landscape: which way is down, here. In a long narrow valley that is mostly *across*
# the valley. The rules of this part remember a little of the steps before, and so go much faster along it.
#
# A rule is a function `(w, dw, config) -> (next_w, config)`: what it remembers lives in the dict `config`, and it changes no
# array that it was given. `sgd` stands in **`optimisers.py`** as an example; you write four others, and the loop that takes any.

# %%
# %load_ext autoreload
# %autoreload 2

# %%
import fc_net
import matplotlib.pyplot as plt
import numpy as np
import optimisers

import npdl
from npdl.data import load_digits, load_scenes

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
COLOURS = {"sgd": "0.6", "sgd_momentum": "#0072B2", "nesterov": "#56B4E9", "rmsprop": "#D55E00", "adam": "#009E73"}


def rows(images):
    """Each picture a row of numbers around 0."""
    return images.reshape(len(images), -1).astype(float) - 0.5


(x, y), (x_test, y_test) = load_digits()
x, x_test = rows(x), rows(x_test)

# %% [markdown]
# ## Momentum
#
# A ball that rolls down has a velocity $v$. The slope changes the velocity, the velocity changes the place; friction $\mu < 1$
# keeps it from rolling for ever:
#
# $$v \leftarrow \mu v - \eta \, \nabla L, \qquad w \leftarrow w + v$$
#
# Across the valley the slopes change sign from step to step and cancel in $v$. Along it they add up, to as much as
# $1 / (1 - \mu)$ times the step: ten times for $\mu = 0.9$.

# %%
npdl.check("sgd_momentum")

# %% [markdown]
# ## Nesterov: look first
#
# The velocity will carry the ball by about $\mu v$ anyway. So measure the slope *there*, at $w = \theta + \mu v$:
#
# $$v' = \mu v - \eta \, \nabla L(\theta + \mu v), \qquad \theta' = \theta + v'$$
#
# A program has its gradient at $w$, not at $\theta$. So keep $w$, and derive its step: $w' = \theta' + \mu v'$, with
# $\theta = w - \mu v$. The old velocity drops out at the end.

# %%
npdl.check("nesterov")

# %% [markdown]
# ## RMSProp: a rate for each weight
#
# A weight whose gradients are always large is moved in small steps, one with small gradients in large ones:
#
# $$r \leftarrow \rho \, r + (1 - \rho)\, (\nabla L)^2, \qquad w \leftarrow w - \eta \, \frac{\nabla L}{\sqrt r + \epsilon}$$

# %%
npdl.check("rmsprop")

# %% [markdown]
# ## Adam: both, and an honest beginning
#
# $m$ is a moving mean of the gradients, $v$ of their squares. Both start at 0, so that in the beginning both are too small: after
# one step $m = (1 - \beta_1) \nabla L$, a tenth of what it should be. What share of the weights $(1 - \beta) \beta^{i}$,
# $i = 0 \dots t - 1$, is there after $t$ steps? Divide by it. The step is that of RMSProp with the corrected $m$ for the
# gradient and the corrected $v$ for $r$. Watch $t$: in the first step it must be 1.

# %%
npdl.check("adam")

# %% [markdown]
# **Five rules in one valley.** $L = \frac12 (x^2 + 30\, y^2)$: thirty times steeper across than along.

# %%
with npdl.gap():
    steep = np.array([1.0, 30.0])
    rates = {"sgd": 0.03, "sgd_momentum": 0.006, "nesterov": 0.006, "rmsprop": 0.1, "adam": 0.3}
    _, (left, right) = plt.subplots(1, 2, figsize=(9, 2.8))
    a, b = np.meshgrid(np.linspace(-4.5, 1.5, 80), np.linspace(-1, 1, 60))
    left.contour(a, b, 0.5 * (a**2 + 30 * b**2), 14, colors="0.88")
    for name, lr in rates.items():
        w, config, path = np.array([-4.0, 0.7]), {"lr": lr}, []
        for _ in range(60):
            path.append(w)
            w, config = getattr(optimisers, name)(w, steep * w, config)
        path = np.array(path)
        left.plot(*path.T, ".-", ms=3, lw=0.8, color=COLOURS[name])
        right.semilogy(0.5 * (steep * path**2).sum(axis=1) + 1e-12, color=COLOURS[name], label=f"{name}, {lr}")
    left.set_ylim(-1, 1), right.legend(frameon=False, fontsize=8), right.set_xlabel("step"), right.set_ylabel("loss")
    plt.show()

# %% [markdown] points="2"
# **Question 1.** The first step of Adam is the same length in both directions, whatever the gradient. How long is it, and why?
# What would it be without the correction, with $\beta_1 = 0.9$, $\beta_2 = 0.999$?
#
# *Your answer:*

# %% [markdown] points="2"
# **Question 2.** Change both rates of momentum to the 0.03 of plain descent and run the cell again. What happens, and why does the
# same rate mean something else here? (How far does the ball get under a constant slope?)
#
# *Your answer:*

# %% [markdown]
# ## One loop for all
#
# Each parameter has a memory of its own: a config for each, made once.

# %%
npdl.check("fit")

# %%
with npdl.gap():
    rates = {"sgd": 0.1, "sgd_momentum": 0.05, "nesterov": 0.05, "rmsprop": 2e-3, "adam": 2e-3}
    plt.figure(figsize=(6, 3))
    for name, lr in rates.items():
        rng = np.random.default_rng(0)
        start = fc_net.init_net((64, 100, 50, 10), rng)
        trained, losses = optimisers.fit(getattr(optimisers, name), start, x, y, {"lr": lr}, epochs=5, batch=50, rng=rng)
        smooth = np.convolve(losses, np.ones(10) / 10, "valid")
        plt.semilogy(smooth, color=COLOURS[name], label=f"{name}: test {fc_net.net_accuracy(trained, x_test, y_test):.1%}")
    plt.xlabel("step"), plt.ylabel("loss, mean of 10 batches"), plt.legend(frameon=False)
    plt.show()

# %% [markdown]
# The comparison is only fair if each rule has a good rate. So look at a range of rates, and you see what is really gained
# by the adaptive rules: not so much the best result as the *width* of what works. Two epochs each, on 700 digits.

# %%
with npdl.gap():
    plt.figure(figsize=(6, 2.8))
    for name in COLOURS:
        rates, reached = 10.0 ** np.arange(-4, 0.6, 0.5), []
        for lr in rates:
            rng = np.random.default_rng(0)
            start = fc_net.init_net((64, 50, 10), rng)
            with np.errstate(all="ignore"):
                trained, _ = optimisers.fit(getattr(optimisers, name), start, x[:700], y[:700], {"lr": lr}, epochs=2, batch=50, rng=rng)
                reached.append(fc_net.net_accuracy(trained, x_test, y_test))
        plt.semilogx(rates, reached, "o-", ms=3, color=COLOURS[name], label=name)
    plt.xlabel("learning rate"), plt.ylabel("test accuracy"), plt.legend(frameon=False, fontsize=8)
    plt.show()

# %% [markdown] points="2"
# **Question 3.** Which two rules want about the same rate, and which rate, relative to that of plain descent, do the momentum
# rules want? Does the picture agree with $1 / (1 - \mu)$?
#
# *Your answer:*

# %% [markdown]
# ## The real thing
#
# Your network and your Adam on all digits, and on scenes. `gates.py` has trained the reference from five seeds: on the digits
# you should reach at least the floor that it found, the mean minus three standard deviations.

# %%
FLOOR = 0.962

with npdl.gap():
    rng = np.random.default_rng(0)
    start = fc_net.init_net((64, 100, 50, 10), rng)
    trained, losses = optimisers.fit(optimisers.adam, start, x, y, {"lr": 2e-3}, epochs=15, batch=50, rng=rng)
    reached = fc_net.net_accuracy(trained, x_test, y_test)
    print(f"digits: {reached:.1%}   ({'at least' if reached >= FLOOR else 'below'} the floor, {FLOOR:.1%})")
    scores, _ = fc_net.net_scores(trained, x_test)
    wrong = np.flatnonzero(scores.argmax(axis=1) != y_test)[:12]
    _, axes = plt.subplots(1, 12, figsize=(9, 1.3))
    for axis in axes:
        axis.axis("off")
    for axis, i in zip(axes, wrong):
        axis.imshow(x_test[i].reshape(8, 8), cmap="gray_r")
        axis.set_title(f"{scores[i].argmax()}, is {y_test[i]}", fontsize=8)
    plt.suptitle("what it still gets wrong", y=1.15, fontsize=9)
    plt.show()
    scenes, scenes_test = load_scenes(1500), load_scenes(300, split="test")
    a, b = rows(scenes.images), scenes.colours[:, 0]
    start = fc_net.init_net((a.shape[1], 60, b.max() + 1), rng)
    trained, _ = optimisers.fit(optimisers.adam, start, a, b, {"lr": 1e-3}, epochs=10, batch=50, rng=rng)
    print(f"the colour in a scene: {fc_net.net_accuracy(trained, rows(scenes_test.images), scenes_test.colours[:, 0]):.1%}")
