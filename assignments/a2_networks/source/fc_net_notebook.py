# %% [markdown]
# # A network of any depth
#
# With the pairs of `layers.py` a network is a loop. Its parameters are a dict of arrays, its loss is a function of that dict,
# and training is: take the gradients, make a step, again. No class is needed. You write six short functions in
# **`fc_net.py`**, and then look at what goes wrong in deep networks, and how to notice it *before* an hour of training.
#
# The network has $L$ layers:  (affine - ReLU) × ($L$ - 1) - affine - softmax loss.

# %%
# %load_ext autoreload
# %autoreload 2

# %%
import fc_net
import matplotlib.pyplot as plt
import numpy as np

import npdl
from npdl.data import load_digits, load_scenes

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"

CIFAR = ""  # the path of your copy of CIFAR-10, if you have one: "cifar-10-python.tar.gz"


def rows(images):
    """Each picture a row of numbers around 0."""
    return images.reshape(len(images), -1).astype(float) - 0.5


(x, y), (x_test, y_test) = load_digits()
x, x_test = rows(x), rows(x_test)

# %% [markdown]
# ## Where to start
#
# If all weights were 0, all units of a layer would compute the same, get the same gradient, and stay the same for ever. So
# they begin at random; but how large? A sum of $D$ independent products $x_d w_d$ with $\mathrm{Var}(w) = \sigma^2$ has
# the variance $D \sigma^2 \, \mathrm E[x^2]$. Behind a ReLU half of it is lost: for symmetric $a$,
# $\mathrm E[\max(a, 0)^2] = \tfrac12 \mathrm{Var}(a)$. If the signal is to be as strong in the last layer as in the first:
#
# $$D \, \sigma^2 \cdot \tfrac12 = 1 \quad\Longrightarrow\quad \sigma = \sqrt{2 / D} \qquad \text{(He et al. 2015)}$$

# %%
npdl.check("init_net")

# %% [markdown]
# ## Forward, backward
#
# `net_scores` runs the layers and keeps their caches; `net_loss` adds the softmax loss and goes the way back. It also adds a
# penalty for large weights, $\frac{\text{reg}}{2} \sum w^2$ over all layers. The $\frac12$ is there so that the derivative is
# a plain $\text{reg} \cdot w$. Biases are left free.

# %%
npdl.check("net_scores")

# %%
npdl.check("net_loss")

# %%
npdl.check("net_accuracy")

# %% [markdown]
# **Does He's rule hold?** Twelve layers of 100 units, digits as input. How large are the numbers in each layer?

# %%
with npdl.gap():
    plt.figure(figsize=(5, 2.4))
    for scale, colour in ((0.05, ORANGE), (None, GREEN), (0.25, BLUE)):
        params = fc_net.init_net((64, *[100] * 12, 10), np.random.default_rng(0), scale)
        spread = []
        for depth in range(1, 13):
            head = {k: w for k, w in params.items() if int(k[1:]) <= depth}
            spread.append(fc_net.net_scores(head, x[:200])[0].std())
        plt.semilogy(range(1, 13), spread, "o-", color=colour, ms=3, label="He" if scale is None else f"scale {scale}")
    plt.xlabel("layer"), plt.ylabel("standard deviation"), plt.legend(frameon=False)
    plt.show()

# %% [markdown] points="2"
# **Question 1.** By which factor does the spread change from layer to layer with scale 0.05? Predict it from the derivation
# above, and compare with the picture. What will the gradients of the first layer look like?
#
# *Your answer:*

# %% [markdown]
# ## Three things to look at before any training
#
# 1. **The first loss.** Small weights mean that all classes are equally likely: $L = \log C$, and here that is 2.303.
# 2. **The penalty.** With a larger `reg` the first loss must be larger.
# 3. **The gradients**, measured at some entries by moving them a little.

# %%
with npdl.gap():
    params = fc_net.init_net((64, 50, 30, 10), np.random.default_rng(0), 1e-3)
    print(f"first loss {fc_net.net_loss(params, x, y)[0]:.4f}   log 10 = {np.log(10):.4f}")
    print(f"with reg = 10: {fc_net.net_loss(params, x, y, 10.0)[0]:.4f}")
    params = fc_net.init_net((64, 50, 30, 10), np.random.default_rng(0))
    _, grads = fc_net.net_loss(params, x[:20], y[:20], 0.1)
    for k, w in params.items():
        at, h = np.unravel_index(np.abs(grads[k]).argmax(), w.shape), 1e-5
        around = [{**params, k: w + step * (np.arange(w.size) == np.ravel_multi_index(at, w.shape)).reshape(w.shape)} for step in (h, -h)]
        up, down = (fc_net.net_loss(p, x[:20], y[:20], 0.1)[0] for p in around)
        print(f"{k}: yours {grads[k][at]:+.8f}   measured {(up - down) / (2 * h):+.8f}")

# %% [markdown]
# ## Training
#
# The gradient over the whole training set is exact and dear. That over a few samples drawn at random is right in the mean,
# and nearly as good a direction. So: shuffle, cut into *mini-batches*, one step for each; when all have had their turn, an
# *epoch* is over.

# %%
npdl.check("minibatches")

# %%
npdl.check("train_net")

# %% [markdown]
# **The fourth test: overfit something small.** A network with thousands of weights must be able to learn 50 digits by heart. If it
# is not, no larger data set will help: something is broken. (The gate of `train_net`, 98 % of 50 digits, is from
# `gates.py`: the reference learns all of them from each of five seeds.)

# %%
with npdl.gap():
    rng = np.random.default_rng(0)
    trained, losses = fc_net.train_net(fc_net.init_net((64, 32, 10), rng), x[:50], y[:50], lr=0.3, epochs=40, batch=25, rng=rng)
    plt.figure(figsize=(5, 2.2))
    plt.semilogy(losses, color=BLUE)
    plt.xlabel("step"), plt.ylabel("loss")
    plt.title(f"50 digits by heart: {fc_net.net_accuracy(trained, x[:50], y[:50]):.0%}")
    plt.show()

# %% [markdown]
# **The learning rate** is the number that matters most. Each curve here is the same network and the same 500 digits.

# %%
with npdl.gap():
    plt.figure(figsize=(5, 2.6))
    for lr, colour in ((0.001, "0.7"), (0.02, GREEN), (0.2, BLUE), (3.0, ORANGE)):
        rng = np.random.default_rng(0)
        with np.errstate(all="ignore"):
            _, losses = fc_net.train_net(fc_net.init_net((64, 50, 10), rng), x[:500], y[:500], lr=lr, epochs=10, batch=50, rng=rng)
        plt.plot(losses, color=colour, label=f"lr {lr}")
    plt.ylim(0, 4), plt.xlabel("step"), plt.ylabel("loss of the batch"), plt.legend(frameon=False)
    plt.show()

# %% [markdown] points="2"
# **Question 2.** Describe the four curves. If you had to choose a rate for a new problem, and could afford only ten short
# trainings, which ten would you try?
#
# *Your answer:*

# %% [markdown] points="2"
# **Question 3.** A five-layer network, (64, 50, 50, 50, 50, 10), with `scale=0.01` has not learnt the 50 digits after 300 epochs at
# the rate 0.3; a three-layer one, (64, 50, 50, 10), has. Try it, and explain. Which *two* things vanish in the deeper one?
#
# *Your answer:*

# %% [markdown]
# ## The real thing
#
# A network of three layers, all from your hands, on all digits; the scenes after that, where it is asked for the *colour* of
# the object; and on CIFAR-10 if you have given its path above. (There, Stanford's CS231n asks for 50 % with a tuned network.)
# Not a line differs between them. The picture shows the weights of twelve units of the first layer: what each is looking for.

# %%
with npdl.gap():
    scenes, scenes_test = load_scenes(1500), load_scenes(300, split="test")
    sets = {"digits": (x, y, x_test, y_test)}
    sets["scenes"] = rows(scenes.images), scenes.colours[:, 0], rows(scenes_test.images), scenes_test.colours[:, 0]
    if CIFAR:
        (a, b), (c, d), _ = npdl.data.read_cifar10(CIFAR, dtype=np.uint8)
        sets["CIFAR-10"] = rows(a[:5000] / 255), b[:5000], rows(c[:1000] / 255), d[:1000]
    for name, (a, b, c, d) in sets.items():
        rng = np.random.default_rng(0)
        start = fc_net.init_net((a.shape[1], 60, 40, b.max() + 1), rng)
        lr = 0.2 if name == "digits" else 0.03
        trained, _ = fc_net.train_net(start, a, b, lr=lr, reg=1e-3, epochs=15, batch=50, rng=rng)
        print(f"{name}: {fc_net.net_accuracy(trained, a, b):.1%} of the training set, {fc_net.net_accuracy(trained, c, d):.1%} of the test set")
        if name != "digits":
            continue
        _, axes = plt.subplots(1, 12, figsize=(9, 1))
        for axis, w in zip(axes, trained["w1"].T):
            axis.imshow(w.reshape(8, 8), cmap="RdBu", vmin=-abs(w).max(), vmax=abs(w).max())
            axis.axis("off")
        plt.show()
