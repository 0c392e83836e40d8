# %% [markdown]
# # Layers
#
# *What would the loss do if this weight were a little larger?* A network asks that of each of its weights, at each step.
# Nobody could answer for the network as a whole. Its layers can, one by one: a layer knows how its output depends on its
# input, and nothing else. The chain rule puts the answers together.
#
# A layer is therefore **a pair of functions**. `X_forward` computes the output and keeps what the way back will need, the
# *cache*. `X_backward` gets the gradient of the loss $L$ with respect to the output, `dout`, and returns the gradient
# with respect to each input. You write four pairs in **`layers.py`**, beside this notebook. They are all that the networks
# of this assignment are made of.
#
# Fill a gap, save the file, run the cell with `npdl.check`. If you are stuck: `npdl.hint("affine_forward")`, up to three
# times; only the third hint has the formula.

# %%
# %load_ext autoreload
# %autoreload 2

# %%
import layers
import matplotlib.pyplot as plt
import numpy as np

import gradcheck
import npdl

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"

# %% [markdown]
# ## Affine
#
# Each output is a weighted sum of all inputs, and a bias. For a batch of $N$ samples, one in each row:
#
# $$Y = X W + b, \qquad X: (N, D),\quad W: (D, M),\quad b: (M,),\quad Y: (N, M)$$
#
# Samples may be pictures, of shape $(C, H, W)$, say: then each is flattened to a row first.

# %%
npdl.check("affine_forward")

# %% [markdown]
# And back. Let $G = \partial L / \partial Y$ be `dout`. In one entry, $y_{nm} = \sum_d x_{nd} w_{dm} + b_m$. The weight
# $w_{dm}$ takes part in the output $m$ of *every* sample, so that all of those have something to say about it:
#
# $$\frac{\partial L}{\partial w_{dm}} = \sum_n \frac{\partial L}{\partial y_{nm}} \frac{\partial y_{nm}}{\partial w_{dm}}
# = \sum_n g_{nm} \, x_{nd}$$
#
# Which product of two matrices is that? Find those of $X$ and $b$ in the same way. Shapes will help: a gradient has the
# shape of what it belongs to, and there are few ways to multiply $(N, D)$ and $(N, M)$.

# %%
npdl.check("affine_backward")

# %% [markdown]
# ## ReLU
#
# $$y = \max(x, 0)$$
#
# Two affine layers in a row are one affine layer. What makes depth worth its while is what stands between them. ReLU is
# the simplest thing that does: it lets positive numbers pass and stops the others. On the way back it does the same with
# the gradient. At 0 there is a kink, and no derivative; we take 0 there.

# %%
npdl.check("relu_forward")

# %%
npdl.check("relu_backward")

# %%
with npdl.gap():
    x = np.linspace(-2, 2, 401)
    y, cache = layers.relu_forward(x)
    slope = layers.relu_backward(np.ones_like(x), cache)
    plt.figure(figsize=(4, 2.2))
    plt.plot(x, y, color=BLUE, label="y")
    plt.plot(x, slope, color=ORANGE, label="dy/dx")
    plt.legend(frameon=False)
    plt.show()

# %% [markdown] points="2"
# **Question 1.** A unit of a ReLU network is *dead* when its output is 0 for all samples of the training set. Can gradient
# descent bring it back to life? Argue with your `relu_backward`. What could have killed it?
#
# *Your answer:*

# %% [markdown]
# ## Two pairs are a pair
#
# Affine and ReLU nearly always come together. Chain the two forwards, and the two backwards *the other way round*: the cache
# is the tuple of both. Here you do for two layers what `npdl.Tensor` does for any number of them.

# %%
npdl.check("affine_relu_forward")

# %%
npdl.check("affine_relu_backward")

# %% [markdown]
# ## Softmax and its loss
#
# The last layer gives a score for each class. Softmax makes probabilities of them, and the loss is the surprise at the
# right class, in the mean over the batch:
#
# $$p_{nc} = \frac{e^{s_{nc}}}{\sum_j e^{s_{nj}}}, \qquad L = -\frac{1}{N} \sum_n \log p_{n, y_n}$$
#
# There is one trap in the first formula: in float64, $e^{710}$ is already infinite. What may you add to all scores of a
# row without changing $p$?

# %%
npdl.check("softmax_loss_forward")

# %% [markdown]
# The gradient is one of the prettiest of the field. Write $L_n = -s_{y_n} + \log \sum_j e^{s_j}$ and derive it on paper
# before you look at any hint. What is the sum of a row of it, and why could it be nothing else?

# %%
npdl.check("softmax_loss_backward")

# %%
with npdl.gap():
    scores = np.array([[2.0, 1.0, -1.0]])
    _, cache = layers.softmax_loss_forward(scores, np.array([1]))
    pull = -layers.softmax_loss_backward(1.0, cache)[0]
    plt.figure(figsize=(4, 2.2))
    plt.bar(range(3), scores[0], color="0.85", width=0.6)
    for c in range(3):
        plt.annotate("", (c, scores[0, c] + 1.5 * pull[c]), (c, scores[0, c]), arrowprops=dict(color=ORANGE, width=2, headwidth=8))
    plt.xticks(range(3), ["class 0", "class 1 (right)", "class 2"])
    plt.title("scores, and where a step of descent moves them")
    plt.show()
    print("p:", cache[0].round(3), "  sum of the pulls:", abs(pull.sum()).round(12))

# %% [markdown] points="2"
# **Question 2.** A network is new, its scores are all near 0, and there are 10 classes. What is the loss? And if the very
# first loss that you see is 6? Name two things that could be wrong.
#
# *Your answer:*

# %% [markdown]
# ## How far can a gradient be trusted?
#
# `npdl.check` compares with a reference. When you write a layer that nobody has written before, there is none. Then one
# *measures*: move each input a little to both sides, and see what the loss does. That is `gradcheck`, which chooses the
# step, knows how much rounding to expect, and notices kinks.

# %%
with npdl.gap():
    rng = np.random.default_rng(0)
    x, w, b = rng.standard_normal((4, 5)), rng.standard_normal((5, 3)), rng.standard_normal(3)
    layers.affine_backward(*layers.affine_forward(x, w, b))
    print(gradcheck.check(layers.affine_forward, layers.affine_backward, {"x": x, "w": w, "b": b}))

# %% [markdown]
# ## Your layers in a real network
#
# This network, its training and its optimiser are npdl's: not a line is yours. Inside the `with` block, though, each of its
# affine layers and its ReLU run **your** code, forward and backward. Below is what it then sees in twelve digits that it was
# not trained on. (`npdl train NAME --mine` does the same with the library's large networks.)

# %%
from npdl import nn
from npdl.data import DataLoader, load_digits
from npdl.optim import Adam
from npdl.train import Trainer

(x, y), (x_test, y_test) = load_digits()
npdl.seed(0)

with npdl.gap():
    yours = {
        "affine": (layers.affine_forward, layers.affine_backward),
        "relu": (layers.relu_forward, layers.relu_backward),
    }
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 100), nn.ReLU(), nn.Linear(100, 10))
    with npdl.swap(**yours):
        trainer = Trainer(net, Adam(net.parameters(), lr=2e-3), progress=False)
        trainer.fit(DataLoader(x, y, batch_size=50, seed=0), 8)
        print(f"test accuracy, through your layers: {trainer.accuracy(x_test, y_test):.1%}")
        seen = net(npdl.Tensor(x_test[:12])).data.argmax(axis=1)
    _, axes = plt.subplots(1, 12, figsize=(9, 1.2))
    for axis, image, c, truth in zip(axes, x_test, seen, y_test):
        axis.imshow(image[0], cmap="gray_r")
        axis.set_title(c, color=GREEN if c == truth else ORANGE)
        axis.axis("off")
    plt.show()
