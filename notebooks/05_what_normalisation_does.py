# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What normalisation does
#
# Subtract the mean, divide by the standard deviation. Nothing in deep learning is simpler, and few things changed more:
# with it, networks train at learning rates at which they used to explode, and hardly care how they were initialised.
# It is also behind many a bug: it makes samples depend on each other, behaves differently in training and in test, and
# falls apart in small batches. All of this can be seen in small experiments, and you will do them.
#
# You need the [first lesson](01_an_op_is_a_pair.ipynb) and gradcheck from the [second](02_gradient_check.ipynb).
#
# Topics: R180 batch norm, R181 running statistics, R182 its backward, R183 spatial batch norm, R184 layer norm,
# R185 group norm, R186 local response norm, R187 a normalised column, R189 doing without, R501 initial weights.

# %%
import inspect

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

import gradcheck
import npdl
from npdl import nn, ops
from npdl.data import DataLoader, load_digits
from npdl.optim import SGD, Momentum
from npdl.train import Trainer

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "grid.alpha": 0.25,
                     "font.size": 9})
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
npdl.seed(0)
rng = np.random.default_rng(0)


def judge(answer, is_right, praise, advice):
    """Tell at once whether the answer to an exercise is right; None: not answered yet."""
    print("Your turn." if answer is None else f"Right. {praise}" if is_right(answer) else f"Not yet. {advice}")


# %% [markdown]
# ## 1. The trouble
#
# The formula, for a column of numbers: $\hat x = (x - \mu) / \sqrt{\sigma^2 + \varepsilon}$. The $\varepsilon$ is there
# for a column of equal numbers, which would otherwise be 0 / 0. `axes` says over which numbers we average; remember it,
# for it is the only thing that will ever change:

# %%
def standardise(x, axes, eps=1e-5):
    """Mean 0 and variance 1 over these axes."""
    mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(var + eps)


columns = np.stack([rng.normal(170, 9, 1000), rng.normal(0.003, 0.0002, 1000), np.full(1000, 5.0)], axis=1)
for eps in (0.0, 1e-5):
    with np.errstate(invalid="ignore"):
        normed = standardise(columns, 0, eps)
    print(f"eps = {eps:g}: means {normed.mean(axis=0).round(12) + 0}, variances {normed.var(axis=0).round(12)}")

# %% [markdown]
# (The second column shows the price of $\varepsilon$: its variance was small beside it. Choose it small beside the
# variances that you expect.)
#
# Now a network of thirty layers, each a matrix and a relu. He's initial weights (2015) are chosen so that the size of
# the activations stays the same. But let them be a little too large or too small, by a factor of 1.5:

# %%
def sizes(factor, norm, layers=30, width=256):
    """The standard deviation of the activations after each layer, for weights that are `factor` times He's."""
    draw = np.random.default_rng(1)
    h, found = draw.standard_normal((256, width), dtype=np.float32), []
    for _ in range(layers):
        h = h @ nn.init.kaiming_normal((width, width), gain=factor * nn.init.SQRT2, rng=draw).T
        h = ops.relu(standardise(h, 0) if norm else h)
        found.append(h.std())
    return found


figure, panels = plt.subplots(1, 2, figsize=(8.2, 2.8), sharey=True)
for axes, norm in zip(panels, (False, True)):
    for factor, colour, style in ((1.5, ORANGE, "--"), (1, BLUE, "-"), (1 / 1.5, GREEN, "-.")):
        axes.semilogy(range(1, 31), sizes(factor, norm), color=colour, linestyle=style, label=f"{factor:.2g} × He's weights")
    axes.set(title="standardised over the batch" if norm else "as they are", xlabel="layer")
    axes.grid()
panels[0].set_ylabel("size of the activations")
panels[1].legend(frameon=False)
figure.tight_layout()
print(f"1.5 to the power of 30: {1.5**30:,.0f}")

# %% [markdown]
# An error of a factor 1.5 becomes one of $1.5^{30}$, and with weights that *learn* nobody can promise the factor.
# Standardising after every layer makes it vanish: what comes in too large by 1.5 goes out right.
#
# ## 2. One formula, four names
#
# The activations of a convolution are (N, C, H, W): samples, channels, places. Here are 3 samples of 4 channels with 4
# places each, every number a cell, a sample a row. **Cells with the same number in them share a mean.**

# %%
N, C, P = 3, 4, 4
ways = {  # name: (the shape to look at it in, the axes of the mean)
    "batch norm": ((N, C, P), (0, 2)),
    "layer norm": ((N, C, P), (1, 2)),
    "instance norm": ((N, C, P), (2,)),
    "group norm, 2 groups": ((N, 2, C // 2, P), (2, 3)),
}


def sharing(shape, axes):
    """For each entry the number of the mean that it belongs to."""
    kept = [1 if axis in axes else n for axis, n in enumerate(shape)]
    return np.broadcast_to(np.arange(np.prod(kept)).reshape(kept), shape)


colours = ListedColormap(["#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#BBBBBB"])
figure, panels = plt.subplots(2, 2, figsize=(8.2, 3.2))
for axes, (name, (shape, over)) in zip(panels.flat, ways.items()):
    cells = sharing(shape, over).reshape(N, C * P)
    axes.pcolormesh(cells % 6, cmap=colours, vmin=0, vmax=5, edgecolors="white", linewidth=0.5)
    for (row, column), number in np.ndenumerate(cells):
        axes.text(column + 0.5, row + 0.5, number, ha="center", va="center", fontsize=7)
    axes.vlines(range(0, C * P + 1, P), 0, N, color="black", linewidth=1)
    axes.set(title=f"{name}: {cells.max() + 1} means", xticks=np.arange(P / 2, C * P, P), yticks=[0.5, 1.5, 2.5])
    axes.set_xticklabels([f"channel {c}" for c in range(C)])
    axes.set_yticklabels([f"sample {n}" for n in range(N)])
    axes.invert_yaxis()
    axes.tick_params(length=0, labelsize=8)
figure.tight_layout()

# %% [markdown]
# - **Batch norm** (Ioffe and Szegedy 2015): a channel over all samples and places, *spatial* batch norm. For (N, D), a
#   column over the samples.
# - **Layer norm** (Ba, Kiros and Hinton 2016): all of a sample. In transformers: the features of one token.
# - **Instance norm** (Ulyanov et al. 2016): a channel of a sample. **Group norm** (Wu and He 2018): some channels of a
#   sample; one group is layer norm, a group for each channel is instance norm.
#
# Only the first mixes samples. We do not believe a picture; the library's ops, against the one formula:

# %%
x = rng.standard_normal((N, C, 2, 2)) * 3 + 1
one, zero = np.ones(C), np.zeros(C)
library = {
    "batch norm": ops.batchnorm(x, one, zero),
    "layer norm": ops.groupnorm(x, one, zero, groups=1),
    "instance norm": ops.instancenorm(x, one, zero),
    "group norm, 2 groups": ops.groupnorm(x, one, zero, groups=2),
}
for name, (shape, over) in ways.items():
    print(f"{name:21}", np.allclose(library[name], standardise(x.reshape(shape), over).reshape(x.shape)))

rows = x.transpose(0, 2, 3, 1).reshape(-1, C)  # every place of every sample is a row
same = np.allclose(ops.batchnorm(rows, one, zero).reshape(N, 2, 2, C).transpose(0, 3, 1, 2), library["batch norm"])
print("spatial batch norm is batch norm of the places as rows:", same)
table = rng.standard_normal((6, 5))
turned = ops.batchnorm(table.T.copy(), np.ones(6), np.zeros(6)).T
print("layer norm is batch norm of the transpose:", np.allclose(ops.layernorm(table, np.ones(5), np.zeros(5)), turned))

# %% [markdown]
# After that comes $y = \gamma \hat x + \beta$, with a learnt $\gamma$ and $\beta$ for each *channel*, in all four: so that
# nothing is lost that the next layer may need. (This is the one thing that layer norm does *not* transpose.)
#
# An older relative divides only: AlexNet's **local response norm** weakens a channel where its neighbours are strong, as
# nerve cells do. It went out of use when batch norm came.

# %%
pixel = np.array([1.0, 1, 1, 20, 1, 1, 1]).reshape(1, 7, 1, 1)  # seven channels of one place
print(ops.local_response_norm(pixel, size=3, alpha=0.1, beta=0.75, k=1).ravel().round(2))

# %% [markdown]
# ## 3. The way back
#
# Here is where people slip. A number $x_j$ acts on $\hat x_i$ in three ways: directly (if $i = j$), through the mean, and
# through the standard deviation $s = \sqrt{\sigma^2 + \varepsilon}$. With $m$ numbers
#
# $$\frac{\partial \mu}{\partial x_j} = \frac{1}{m}, \qquad \frac{\partial s}{\partial x_j} = \frac{x_j - \mu}{m\,s}
# = \frac{\hat x_j}{m}, \qquad\text{so}\qquad
# \frac{\partial \hat x_i}{\partial x_j} = \frac{1}{s}\left(\delta_{ij} - \frac{1}{m} - \frac{\hat x_i \hat x_j}{m}\right)$$
#
# Multiply by what comes from above and sum over $i$: three terms, one for each way. And, as always, measure:

# %%
def standardise_forward(x):
    """Over axis 0."""
    xhat, std = standardise(x, 0), np.sqrt(x.var(axis=0) + 1e-5)
    return xhat, (xhat, std)


def standardise_backward(dout, cache):
    xhat, std = cache
    return (dout - dout.mean(axis=0) - xhat * (dout * xhat).mean(axis=0)) / std


def careless_backward(dout, cache):
    """Mean and deviation are just numbers, are they not?"""
    _, std = cache
    return dout / std


x = rng.standard_normal((5, 3)) * 2 + 1
print(gradcheck.check(standardise_forward, standardise_backward, {"x": x}))
print(gradcheck.check(standardise_forward, careless_backward, {"x": x}))

# %% [markdown]
# The library goes backward through the graph, one arrow at a time. It comes to the same, and is worth reading once:

# %%
print(inspect.getsource(ops.batchnorm_backward))
gamma, beta = rng.standard_normal(3), rng.standard_normal(3)
print(gradcheck.check(ops.batchnorm_forward, ops.batchnorm_backward, {"x": x, "gamma": gamma, "beta": beta}).verdict)

# %% [markdown]
# ### What it is blind to
#
# $\hat x$ does not change when all $x$ are shifted, or stretched. So the gradient has no part in those two directions:
# the second and third term are there to remove it.

# %%
dout = rng.standard_normal(x.shape)
xhat, cache = standardise_forward(x)
dx = standardise_backward(dout, cache)
print("of 10 x + 7 the same:", np.allclose(standardise_forward(10 * x + 7)[0], xhat, atol=1e-4))
print("part along a shift:  ", np.abs(dx.sum(axis=0)).max())
print("part along a stretch:", np.abs((dx * xhat).sum(axis=0)).max(), "(not quite 0: that is ε)")

# %% [markdown]
# Two things follow. A bias in front of a batch norm does nothing: that is why convolutions in a ResNet have none. And the
# *size* of the weights in front of it does nothing either, but it changes the gradient:

# %%
w, images = rng.standard_normal((3, 4)), rng.standard_normal((50, 3))
for factor in (1, 10):
    weight = npdl.Tensor(factor * w, requires_grad=True)
    y = ops.batchnorm(npdl.Tensor(images) @ weight, np.ones(4), np.zeros(4))
    y.backward(np.cos(np.arange(y.size)).reshape(y.shape))
    print(f"weights × {factor:2}: y[0] = {y.data[0].round(3)}, |gradient| = {np.linalg.norm(weight.grad):.4f}")

# %% [markdown]
# Ten times the weights, a tenth of the gradient: a step is then a hundred times smaller *in proportion*. Weights that
# have been thrown far by a large learning rate slow themselves down. Now you know why the next experiment comes out as
# it does.
#
# ## 4. Learning rates
#
# Eight hidden layers, the digits, plain gradient descent, five epochs: which learning rates work?

# %%
(x_train, y_train), (x_test, y_test) = load_digits()
x_train, x_test = (images.reshape(len(images), -1) for images in (x_train, x_test))
norms = {"none": None, "batch": nn.BatchNorm, "layer": nn.LayerNorm, "group": lambda width: nn.GroupNorm(8, width)}


def network(norm, hidden, seed=0):
    draw, inputs, parts = np.random.default_rng(seed), 64, []
    for width in hidden:
        parts += [nn.Affine(inputs, width, rng=draw), *([norms[norm](width)] if norms[norm] else []), nn.ReLU()]
        inputs = width
    return nn.Sequential(*parts, nn.Affine(inputs, 10, rng=draw))


def final_loss(norm, lr):
    model = network(norm, (64,) * 8)
    trainer = Trainer(model, SGD(model.parameters(), lr=lr), progress=False)
    with np.errstate(all="ignore"):
        history = trainer.fit(DataLoader(x_train, y_train, batch_size=64, seed=0), 5)
    return np.mean(history["loss"][-10:])


rates = np.array([0.001, 0.01, 0.03, 0.1, 0.3, 1, 3])
figure, axes = plt.subplots(figsize=(5.8, 2.8))
for (norm, colour, style), height in zip((("none", ORANGE, "--"), ("layer", GREEN, "-."), ("batch", BLUE, "-")), (3, 3.2, 3.4)):
    found = np.array([final_loss(norm, lr) for lr in rates])
    axes.semilogx(rates, found, marker="o", markersize=4, color=colour, linestyle=style, label=norm)
    axes.plot(rates[np.isnan(found)], np.full(np.isnan(found).sum(), height), "x", color=colour)
axes.axhline(np.log(10), color="0.6", linestyle=":", linewidth=1)
axes.text(0.007, np.log(10) + 0.05, "guessing: log 10", color="0.4", fontsize=8)
axes.set(xlabel="learning rate", ylabel="training loss after 5 epochs", title="× : the loss is NaN", ylim=(0, 3.6))
axes.grid()
axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
figure.tight_layout()

# %% [markdown]
# Batch norm works where the others are long lost, and there it learns fastest. (Layer norm helps less here; its home are
# transformers, whose batches are sequences of unequal length. And neither cures *depth*: lesson 4 measured what happens
# to 56 layers with batch norm and no shortcuts.)
#
# ## 5. Training and test are not the same
#
# In training, a sample's output depends on who else is in the batch. In test that would be absurd, so batch norm keeps
# **running statistics** for it:
#
# $$\text{running} \leftarrow \text{momentum} \cdot \text{running} + (1 - \text{momentum}) \cdot \text{batch}$$

# %%
layer = nn.BatchNorm(2)
sample, others = rng.standard_normal((1, 2)), rng.normal([[[0]], [[2]]], 1, (2, 7, 2))
for mode in (True, False):
    layer.train(mode)
    seen = [layer(np.concatenate([sample, some]).astype(np.float32)).data[0].round(2) for some in others]
    print(f"{'training' if mode else 'test':8}: the same sample in two companies: {seen[0]} and {seen[1]}")

# %% [markdown]
# Mind the convention: here (as in CS231n) the momentum is the share that is *kept*, 0.9. In PyTorch it is the share that
# is *new*, 0.1. And the batch's variance is the biased one, divided by $m$; on average it is too small, by
# $(m - 1)/m$. PyTorch normalises with the same, but stores the unbiased one.

# %%
figure, panels = plt.subplots(1, 2, figsize=(8.2, 2.6))
stream = rng.normal(3, 2, (150, 16, 1)).astype(np.float32)
for momentum, colour, style in ((0.9, BLUE, "-"), (0.99, ORANGE, "--")):
    layer, path = nn.BatchNorm(1, momentum=momentum), []
    for batch in stream:
        layer(batch)
        path.append(layer.running_mean.item())
    panels[0].plot(path, color=colour, linestyle=style, label=f"momentum {momentum} (PyTorch: {1 - momentum:.2g})")
panels[0].axhline(3, color="0.6", linestyle=":")
panels[0].set(title="running mean of batches of 16, truth 3", xlabel="batch")
panels[0].legend(frameon=False)
counts = np.array([2, 3, 4, 8, 16, 32])
panels[1].plot(counts, [rng.normal(0, 1, (20_000, m)).var(axis=1).mean() for m in counts], "o", color=BLUE, label="measured")
panels[1].plot(np.linspace(2, 32), 1 - 1 / np.linspace(2, 32), color="0.6", label="(m - 1) / m")
panels[1].set(title="mean biased variance, truth 1", xlabel="numbers in the batch, m", ylim=(0, 1.1))
panels[1].legend(frameon=False)
for axes in panels:
    axes.grid()
figure.tight_layout()

# %% [markdown]
# With 0.99 it takes hundreds of batches until the test mode is to be trusted: a network that is excellent in training
# and useless in test may simply not have run long enough. And forgetting `model.eval()` is the other half of that bug.
#
# ## 6. Small batches
#
# Large images leave room for two or four of them in memory. What does batch norm make of two numbers?

# %%
print(standardise(np.array([[0.1, 5.0, -300.0], [0.2, 4.9, 900.0]]), 0).round(3))

# %% [markdown]
# Plus one and minus one, whatever they were! All that is left is *which one is larger*. (In a convolution every place
# counts, so it is less brutal there.) Three networks, the same number of samples seen, a learning rate in proportion to
# the batch, two seeds:

# %%
def test_accuracy(norm, batch_size, seed):
    model = network(norm, (64, 64), seed)
    optimizer = Momentum(model.parameters(), lr=0.1 * min(1, batch_size / 32))
    trainer = Trainer(model, optimizer, progress=False)
    trainer.fit(DataLoader(x_train, y_train, batch_size=batch_size, seed=seed, drop_last=True), 2)
    return trainer.accuracy(x_test, y_test)


batch_sizes = (2, 3, 4, 8, 32)
figure, axes = plt.subplots(figsize=(5.8, 2.8))
for norm, colour, style in (("batch", BLUE, "-"), ("group", ORANGE, "--"), ("layer", GREEN, "-.")):
    right = 100 * np.array([[test_accuracy(norm, size, seed) for seed in range(2)] for size in batch_sizes])
    axes.semilogx(batch_sizes, right.mean(axis=1), color=colour, linestyle=style, label=norm)
    axes.plot(batch_sizes, right, ".", color=colour)
    print(f"{norm}: " + ", ".join(f"{mean:.0f} % at {size}" for mean, size in zip(right.mean(axis=1), batch_sizes)))
axes.set(xlabel="batch size", ylabel="right in test (%)", ylim=(0, 100), title="digits, two epochs; dots: two seeds")
axes.set_xticks(batch_sizes, [str(size) for size in batch_sizes])
axes.minorticks_off()
axes.grid()
axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
figure.tight_layout()

# %% [markdown]
# Group and layer norm do not know what a batch is, and do not care. Batch norm breaks down at two, recovers from four
# on, and with enough samples is the best of the three here. That is why detectors, which see two large images at a time, freeze it or
# use group norm.
#
# ## 7. Where it hurts
#
# - **Tiny batches**, as you saw; a last batch of one or two, as in lesson 4 (`drop_last`).
# - **Samples leak into each other.** In contrastive learning a network can read from the batch's mean who belongs
#   together.
# - **Where brightness and contrast are the answer.** Normalisation takes them out, by design. In super-resolution they
#   must come back out exactly; ESRGAN got rid of stains in its pictures by dropping batch norm (Wang et al. 2018), and
#   keeps its deep network in order by scaled residuals.

# %%
picture = rng.random((1, 3, 8, 8)).astype(np.float32)
bright, dim = (ops.instancenorm(image) for image in (picture, 0.5 * picture + 0.1))
print(f"a bright picture and a dim one, normalised: they differ by at most {np.abs(bright - dim).max():.0e}")
block = nn.ResidualInResidualDenseBlock(3, growth=4, rng=np.random.default_rng(0))
print("ESRGAN's block has a norm in it:", any(isinstance(part, nn.BatchNorm) for part in block.modules()),
      "  training and test are the same:", np.array_equal(block.train()(picture).data, block.eval()(picture).data))

# %% [markdown]
# ## What you know now
#
# - One formula; the names differ in the axes. Only batch norm mixes samples.
# - Its backward has three terms; two of them remove what the forward is blind to.
# - Being blind to the weights' size is what makes large learning rates safe.
# - Training and test differ, running statistics need time, and batches of two destroy everything.
#
# ## Now you
#
# **1.** The tokens of a transformer are (N, T, D): samples, places in the sentence, features. Over which axes does layer
# norm average there?

# %%
my_axes = None  # a tuple

tokens = rng.standard_normal((2, 5, 8))
judge(my_axes, lambda axes: np.allclose(standardise(tokens, axes), ops.layernorm(tokens, np.ones(8), np.zeros(8))),
      "Each token by itself: one that is padding cannot disturb the others.", "No token may depend on another.")

# %% [markdown]
# **2.** Write the backward of layer norm's standardisation, over the last axis. How much of section 3 must change?

# %%
def layer_forward(x):
    xhat, std = standardise(x, -1), np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    return xhat, (xhat, std)


def my_layer_backward(dout, cache):
    return None


judge(my_layer_backward(*(layer_forward(tokens))), lambda _: gradcheck.check(layer_forward, my_layer_backward, {"x": tokens}).ok,
      "The axis, and nothing else.", "gradcheck.check prints where it is wrong. Did you keep the dimensions?")

# %% [markdown]
# **3.** A PyTorch model has `BatchNorm2d(momentum=0.01)`, and its running variance was stored from batches of $m = 16$
# numbers. Which momentum is it here, and by what must you multiply that variance to get npdl's?

# %%
my_momentum, my_factor = None, None

judge(my_momentum, lambda p: np.allclose([p, my_factor], [0.99, 15 / 16]),
      "And once m is in the thousands, nobody notices the factor.", "Kept or new? Divided by m or by m - 1?")

# %% [markdown]
# **4.** In test mode batch norm is a fixed scale and shift for each channel. So it can be folded into the convolution
# before it, and costs nothing. Find the weights and the bias of the one convolution that does the work of both.

# %%
conv, norm = nn.Conv2d(3, 4, 3, bias=False, rng=rng), nn.BatchNorm(4)
norm(conv(rng.random((8, 3, 6, 6), dtype=np.float32)))  # so that the running statistics are not 0 and 1
norm.eval()


def my_folded(w, gamma, beta, mean, var, eps=1e-5):
    """(w, b) of the convolution; w is (F, C, kh, kw), the others are (F,)."""
    return None


images = rng.random((2, 3, 6, 6), dtype=np.float32)
statistics = norm.weight.data, norm.bias.data, norm.running_mean, norm.running_var
judge(my_folded(conv.weight.data, *statistics),
      lambda pair: np.allclose(ops.conv2d(images, *pair), norm(conv(images)).data, atol=1e-5),
      "Every phone does this before it runs a network.", "y = γ (w·x - mean) / std + β: what multiplies x, what is added?")
