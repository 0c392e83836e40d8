# %% [markdown]
# # Normalisation
#
# In `fc_net` you chose the spread of the first weights so that the signal neither dies nor explodes. That holds for the first
# step; then all weights move. Batch normalisation (Ioffe and Szegedy 2015) does not hope: it *measures* mean and variance of
# each feature in each layer and sets them right. You write it in **`norms.py`**, its way back twice (through the graph, and by
# one formula), and layer normalisation, which differs in an axis. Then you see what they are good for.

# %%
# %load_ext autoreload
# %autoreload 2

# %%
from time import perf_counter

import fc_net
import layers
import matplotlib.pyplot as plt
import norms
import numpy as np
import optimisers

import npdl
from npdl.data import load_digits

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
COLOURS = {None: "0.6", "batch": "#0072B2", "layer": "#D55E00"}

(x, y), (x_test, y_test) = load_digits()
images, images_test = x, x_test
x, x_test = (a.reshape(len(a), -1).astype(float) - 0.5 for a in (x, x_test))

# %% [markdown]
# ## Batch norm, forward
#
# For each feature, over the batch:
#
# $$\mu = \frac1N \sum_n x_n, \qquad \sigma^2 = \frac1N \sum_n (x_n - \mu)^2, \qquad \hat x_n = \frac{x_n - \mu}{\sqrt{\sigma^2 + \epsilon}},
# \qquad y_n = \gamma \hat x_n + \beta$$
#
# $\gamma$ and $\beta$ are learnt: if it is best to have the old mean and variance back, the network can have them.
#
# At test time there may be no batch, only one sample. So during training a *running* mean and variance are kept, and used
# then: $\text{running} \leftarrow m \cdot \text{running} + (1 - m) \cdot \text{batch}$. The function updates the arrays that it
# is given **in place**: `running_mean[...] = ...`. (`running_mean = ...` would only give a new array that name.)

# %%
npdl.check("batchnorm_forward")

# %%
with npdl.gap():
    rng = np.random.default_rng(0)
    a = rng.standard_normal((200, 3)) * [1, 4, 0.3] + [0, 5, -2]
    out, _ = norms.batchnorm_forward(a, np.ones(3), np.zeros(3), np.zeros(3), np.ones(3))
    _, axes = plt.subplots(1, 2, figsize=(7, 2), sharey=True)
    for axis, values, title in zip(axes, (a, out), ("before", "after")):
        axis.hist(values, 30, label=["feature 0", "feature 1", "feature 2"]), axis.set_title(title)
    axes[0].legend(frameon=False, fontsize=8)
    plt.show()

# %% [markdown]
# ## Back, through the graph
#
# Each sample now depends on all others of its batch, through $\mu$ and $\sigma$. That is what makes this way back the hardest of
# the assignment, and the best practice. Draw the graph; go from right to left; one arrow, one line:
#
# ```
# x ─┬───────────────(−)── centred ─┬────────────(÷)── xhat ──(× gamma)──(+ beta)── y
#    └── mean ────────┘             └─ var ─ std ─┘
# ```
#
# Where arrows part on the way there (at $x$ and at *centred*), gradients are added on the way back. A mean over $N$ numbers
# hands each of them $\frac1N$ of its gradient.

# %%
npdl.check("batchnorm_backward")

# %% [markdown]
# ## Back, on paper
#
# Now put the lines into each other. With $g = \gamma \cdot \texttt{dout}$ most of it cancels, because $\sum_n \hat x_n = 0$,
# and what is left can be understood without any algebra: standardising ignores a shift of $x$ and (but for $\epsilon$) a
# stretch of $x$. So nothing of the gradient may point along the constant vector, nor along $\hat x$.

# %%
npdl.check("batchnorm_backward_alt")

# %%
with npdl.gap():
    rng = np.random.default_rng(0)
    a, dout = rng.standard_normal((2, 500, 300))
    _, cache = norms.batchnorm_forward(a, np.ones(300), np.zeros(300), np.zeros(300), np.ones(300))
    ways = norms.batchnorm_backward, norms.batchnorm_backward_alt
    graph, paper = (way(dout, cache) for way in ways)
    seconds = []
    for way in ways:
        start = perf_counter()
        for _ in range(20):
            way(dout, cache)
        seconds.append(perf_counter() - start)
    print(f"largest difference {max(abs(g - p).max() for g, p in zip(graph, paper)):.1e}; the formula is {seconds[0] / seconds[1]:.2f} times as fast")
    print("along the constants:", abs(paper[0].sum(axis=0)).max().round(12), "  along xhat:", abs((paper[0] * cache[0]).sum(axis=0)).max().round(4))

# %% [markdown] points="2"
# **Question 1.** The last line printed is 0 for the constants, but not quite for $\hat x$. Why? (Which part of `std` does not
# stretch with $x$?)
#
# *Your answer:*

# %% [markdown]
# ## Layer norm
#
# The same, along the other axis: each sample over its own features. There is no batch in it, hence no running statistics and
# no difference between training and test. But mind what stays as it was: $\gamma$ and $\beta$ are still one for each *feature*.

# %%
npdl.check("layernorm_forward")

# %%
npdl.check("layernorm_backward")

# %% [markdown]
# ## A network with either
#
# (affine - norm - ReLU) × ($L$ - 1) - affine. `init_norm_net`, which is given, adds $\gamma$ and $\beta$ to the parameters of
# `init_net` and makes the running statistics.

# %%
npdl.check("norm_net_scores")

# %%
npdl.check("norm_net_backward")

# %%
def train(norm, sizes, scale, *, batch=50, epochs=8, n=500, lr=1e-3):
    """Accuracy on the test set after training with Adam on n digits; norm: "batch", "layer" or None."""
    rng = np.random.default_rng(0)
    params, running = norms.init_norm_net(fc_net.init_net(sizes, rng, scale), norm)
    configs = {k: {"lr": lr} for k in params}
    for _ in range(epochs):
        for chosen in fc_net.minibatches(n, batch, rng):
            if norm is None:
                _, grads = fc_net.net_loss(params, x[chosen], y[chosen])
            else:
                scores, caches = norms.norm_net_scores(params, running, x[chosen], norm=norm)
                _, cache = layers.softmax_loss_forward(scores, y[chosen])
                grads = norms.norm_net_backward(layers.softmax_loss_backward(1.0, cache), caches, norm=norm)
            for k in params:
                params[k], configs[k] = optimisers.adam(params[k], grads[k], configs[k])
    if norm is None:
        return fc_net.net_accuracy(params, x_test, y_test)
    scores, _ = norms.norm_net_scores(params, running, x_test, norm=norm, training=False)
    return (scores.argmax(axis=1) == y_test).mean()


def curves(settings, label, run):
    """Accuracy over the settings, with and without norm."""
    plt.figure(figsize=(6, 2.8))
    for norm, colour in COLOURS.items():
        plt.semilogx(settings, [run(norm, s) for s in settings], "o-", ms=4, color=colour, label=f"{norm} norm" if norm else "no norm")
    plt.xticks(settings, settings), plt.minorticks_off()
    plt.xlabel(label), plt.ylabel("test accuracy"), plt.legend(frameon=False)
    plt.show()


# %% [markdown]
# **The weight scale.** Five layers, 500 digits, eight epochs; the first weights over four orders of magnitude.

# %%
with npdl.gap():
    deep = (64, 50, 50, 50, 50, 10)
    curves([1e-4, 1e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1], "weight scale", lambda norm, scale: train(norm, deep, scale))

# %% [markdown] points="2"
# **Question 2.** Multiply all weights of one hidden layer by 10. What does batch norm do to its output? And to its gradient with
# respect to those weights? Explain the picture with that; and why it breaks down at scale 1 all the same. (Which layer has no
# norm behind it?)
#
# *Your answer:*

# %% [markdown]
# **The batch size.** Three layers, four epochs. With three samples in a batch, mean and variance are mostly noise.

# %%
with npdl.gap():
    curves([3, 5, 10, 25, 50], "batch size", lambda norm, batch: train(norm, (64, 50, 50, 10), None, batch=batch, epochs=4))

# %% [markdown] points="2"
# **Question 3.** Which of the two norms minds small batches, and why does the other not? Small batches also make more steps in
# four epochs: where do you see *that* in the picture?
#
# *Your answer:*

# %% [markdown]
# ## The real thing
#
# npdl's own network with batch norm and layer norm, trained through **your** two pairs. Below, how sure it is of some digits.

# %%
from npdl import nn
from npdl.data import DataLoader
from npdl.optim import Adam
from npdl.train import Trainer

with npdl.gap():
    yours = {
        "batchnorm": (norms.batchnorm_forward, norms.batchnorm_backward),
        "layernorm": (norms.layernorm_forward, norms.layernorm_backward),
    }
    npdl.seed(0)
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 100), nn.BatchNorm(100), nn.ReLU(), nn.Linear(100, 50), nn.LayerNorm(50), nn.ReLU(), nn.Linear(50, 10))
    with npdl.swap(**yours):
        trainer = Trainer(net, Adam(net.parameters(), lr=2e-3), progress=False)
        trainer.fit(DataLoader(images, y, batch_size=50, seed=0), 8)
        print(f"test accuracy, through your norms: {trainer.accuracy(images_test, y_test):.1%}")
        net.eval()
        scores = net(npdl.Tensor(images_test[:8])).data
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    _, axes = plt.subplots(2, 8, figsize=(9, 2))
    for above, below, image, share, truth in zip(*axes, images_test, p / p.sum(axis=1, keepdims=True), y_test):
        above.imshow(image[0], cmap="gray_r"), above.axis("off")
        below.bar(range(10), share, color=["#009E73" if c == truth else "#D55E00" for c in range(10)])
        below.set_ylim(0, 1), below.set_yticks([]), below.set_xticks([0, 5, 9])
    plt.show()
