# %% [markdown]
# # Dropout
#
# A network that is large enough learns its training set by heart, mistakes of the labels included. Dropout (Srivastava et al.
# 2014) makes that hard in a curious way: in each step, each hidden unit is switched off with probability $p$. No unit can count
# on a certain other one; each must be of use by itself. At test time all are on, and it is as if many thinned networks voted.
#
# You write the pair in **`dropout.py`**, and a network with it.

# %%
# %load_ext autoreload
# %autoreload 2

# %%
import dropout
import fc_net
import matplotlib.pyplot as plt
import numpy as np
import optimisers

import npdl
from npdl.data import load_digits

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
BLUE, ORANGE = "#0072B2", "#D55E00"

(x, y), (x_test, y_test) = load_digits()
images, images_test = x, x_test
x, x_test = (a.reshape(len(a), -1).astype(float) - 0.5 for a in (x, x_test))

# %% [markdown]
# ## The pair
#
# $$y_i = x_i \, m_i, \qquad m_i = \begin{cases} 0 & \text{with probability } p \\ c & \text{otherwise} \end{cases}$$
#
# In the test, $y = x$: nothing is drawn and nothing scaled. So that the next layer finds the same mean in both, the scale $c$ must
# make $\mathrm E[y_i] = x_i$. Which $c$ is that? (The first paper scaled in the test; today all do it in training, and call it
# *inverted* dropout. And beware: here and in PyTorch $p$ is the probability of **dropping**, in CS231n that of keeping.)

# %%
npdl.check("dropout_forward")

# %%
npdl.check("dropout_backward")

# %%
with npdl.gap():
    a = np.full((300, 300), 10.0)
    for p in (0.25, 0.4, 0.7):
        out, _ = dropout.dropout_forward(a, p=p, training=True, rng=np.random.default_rng(0))
        still, _ = dropout.dropout_forward(a, p=p, training=False)
        print(f"p = {p}: zeros {np.mean(out == 0):.3f}, mean in training {out.mean():.3f}, in the test {still.mean():.3f}")

# %% [markdown] points="2"
# **Question 1.** What would happen if $c$ were 1? Think of a network of three hidden layers with $p = 0.5$: how large are its
# activations in the test, compared with those it was trained on?
#
# *Your answer:*

# %% [markdown]
# ## The network
#
# (affine - ReLU - dropout) × ($L$ - 1) - affine. Your loops of `fc_net.py`, with one more line each way.

# %%
npdl.check("dropout_net_scores")

# %%
npdl.check("dropout_net_loss")

# %% [markdown]
# ## What it is good for
#
# 600 digits, and of four in ten the label is replaced by a random one. A network can learn those by heart only in its own
# peculiar way, unit by unit: will dropout keep it from that? The test set has the right labels.

# %%
def train(p, *, epochs=40, n=600, noise=0.4, seed=0):
    """[(accuracy on the training labels, on the test set)] after each fourth epoch."""
    rng = np.random.default_rng(seed)
    labels, wrong = y[:n].copy(), rng.random(n) < noise
    labels[wrong] = rng.integers(0, 10, wrong.sum())
    params = fc_net.init_net((64, 150, 10), rng)
    configs, reached = {k: {"lr": 2e-3} for k in params}, []
    for epoch in range(epochs):
        for chosen in fc_net.minibatches(n, 50, rng):
            _, grads = dropout.dropout_net_loss(params, x[chosen], labels[chosen], p=p, rng=rng)
            for k in params:
                params[k], configs[k] = optimisers.adam(params[k], grads[k], configs[k])
        if epoch % 4 == 3:
            sets = (x[:n], labels), (x_test, y_test)
            scores = [(dropout.dropout_net_scores(params, a, p=p, training=False, rng=rng)[0], b) for a, b in sets]
            reached.append([(s.argmax(axis=1) == b).mean() for s, b in scores])
    return np.array(reached)


with npdl.gap():
    plt.figure(figsize=(6, 3))
    for p, colour in ((0.0, ORANGE), (0.6, BLUE)):
        learnt, known = train(p).T
        epochs = 4 * np.arange(1, len(learnt) + 1)
        plt.plot(epochs, learnt, "--", color=colour, label=f"p = {p}: training labels")
        plt.plot(epochs, known, color=colour, label=f"p = {p}: test set")
    plt.xlabel("epoch"), plt.ylabel("accuracy"), plt.legend(frameon=False, fontsize=8)
    plt.show()

# %% [markdown] points="2"
# **Question 2.** Which curve of the training labels is better, and why is that no recommendation? What would the dashed curve of
# a network be that had learnt the digits perfectly, and nothing else?
#
# *Your answer:*

# %% [markdown]
# **The keep probability**, $1 - p$, from 0.05 to 1: the mean of three seeds, and the best and the worst of them; 20 epochs.

# %%
with npdl.gap():
    keeps, found = (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0), []
    for keep in keeps:
        found.append([train(1 - keep, epochs=20, seed=seed)[-1, 1] for seed in range(3)])
    found = np.array(found)
    plt.figure(figsize=(6, 2.8))
    plt.plot(keeps, found.mean(axis=1), "o-", color=BLUE)
    plt.fill_between(keeps, found.min(axis=1), found.max(axis=1), color=BLUE, alpha=0.2)
    plt.xlabel("probability of keeping a unit"), plt.ylabel("test accuracy")
    plt.show()

# %% [markdown] points="2"
# **Question 3.** Your network has 150 hidden units. Somebody wants it smaller, 15 units. Should $p$ grow or fall? Which end of the
# picture do you argue with?
#
# *Your answer:*

# %% [markdown]
# ## The real thing
#
# npdl's own network with dropout, trained through **your** pair. Left on *in the test* it gives another answer each time:
# the spread of a hundred answers says how sure the network may be (Gal and Ghahramani 2016). Below, the two test digits with the
# smallest and the two with the largest spread.

# %%
from npdl import nn
from npdl.data import DataLoader
from npdl.optim import Adam
from npdl.train import Trainer

with npdl.gap():
    npdl.seed(0)
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 150), nn.ReLU(), nn.Dropout(0.5, rng=np.random.default_rng(0)), nn.Linear(150, 10))
    with npdl.swap(dropout=(dropout.dropout_forward, dropout.dropout_backward)):
        trainer = Trainer(net, Adam(net.parameters(), lr=2e-3), progress=False)
        trainer.fit(DataLoader(images, y, batch_size=50, seed=0), 12)
        print(f"test accuracy, through your dropout: {trainer.accuracy(images_test, y_test):.1%}")
        net.train()
        votes = np.array([net(npdl.Tensor(images_test)).data.argmax(axis=1) for _ in range(100)])  # (100, N)
    share = np.array([np.bincount(v, minlength=10) for v in votes.T]) / 100  # (N, 10)
    order = share.max(axis=1).argsort()
    _, axes = plt.subplots(2, 4, figsize=(8, 2.6))
    for above, below, i in zip(*axes, [*order[-2:], *order[:2]]):
        above.imshow(images_test[i, 0], cmap="gray_r"), above.axis("off")
        below.bar(range(10), share[i], color=BLUE), below.set_xticks(range(10)), below.set_yticks([]), below.set_ylim(0, 1)
    plt.show()
