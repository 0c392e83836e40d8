# %% [markdown]
# # A convolutional network of your own
#
# You have written convolution and pooling, or at least seen what they do. Now they become a network: one that is told
# nothing but pictures and names, and has to find out by itself what to look for. In **`convnet.py`**, beside this notebook,
# there are seven gaps. The pairs of the layers are given, from `npdl.ops`, so that every gap is about how layers are put
# *together*. Fill one, save, run its cell with `npdl.check`. `npdl.hint("name")` gives hints, three at most.

# %%
# %load_ext autoreload
# %autoreload 2

# %%
import convnet
import matplotlib.pyplot as plt
import numpy as np

import npdl

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#888888"

# %% [markdown]
# ## The data
#
# **Scenes**: pictures of 32 x 32 pixels with one coloured shape on a plain background or a gradient; npdl draws them from a
# seed. The question of this notebook is the *colour* of the shape. If you own CIFAR-10, write its path into `CIFAR`: the
# same cells then run on real photographs.

# %%
CIFAR = ""  # "cifar-10-python.tar.gz", say


def data():
    if CIFAR:
        (x, y), (x_val, y_val), names = npdl.data.read_cifar10(CIFAR, dtype=np.uint8)
        return x[:2000] / 255 - 0.5, y[:2000], x_val[:500] / 255 - 0.5, y_val[:500], names
    train, val = npdl.data.load_scenes(2000), npdl.data.load_scenes(500, split="val")
    names = npdl.data.scenes.COLOURS
    return train.images - 0.5, train.colours[:, 0], val.images - 0.5, val.colours[:, 0], names


x, y, x_val, y_val, names = data()
figure, axes = plt.subplots(1, 10, figsize=(10, 1.3))
for axis, image, label in zip(axes, x, y):
    axis.imshow(image.transpose(1, 2, 0) + 0.5)
    axis.set_title(names[label], fontsize=8)
    axis.axis("off")
plt.show()

# %% [markdown]
# ## 1. Six layers, and a number to begin with
#
# $$x \to \text{conv} \to \text{relu} \to \text{pool } 2\times2 \to \text{affine} \to \text{relu} \to \text{affine} \to s$$
#
# Before a single line of training, follow the *shapes*. An image is $(C, H, W)$. The convolution keeps $H$ and $W$ and
# makes $F$ maps; the pooling halves both sides; the affine layer takes all that is left as one row. How many numbers is
# that? Write `init_convnet`.

# %%
npdl.check("init_convnet")

# %% [markdown]
# Now the way there, `convnet_scores`: six lines, each of which leaves a cache.

# %%
npdl.check("convnet_scores")

# %% [markdown]
# And the way back, `convnet_loss`. It is the same six lines read from below, with the loss
#
# $$L = -\frac1N \sum_n \log \frac{e^{s_{n, y_n}}}{\sum_c e^{s_{nc}}} + \frac{\lambda}{2} \sum_{l=1}^{3} \lVert w_l \rVert^2 .$$

# %%
npdl.check("convnet_loss")

# %% [markdown]
# Two questions cost nothing and find most mistakes. **First:** with tiny weights no class is preferred, so every
# probability is $1/C$ and the loss must be $\log C$. **Second:** does the gradient agree with a difference quotient? We
# move one weight of the convolution by $\pm 10^{-5}$.

# %%
with npdl.gap():
    rng = np.random.default_rng(0)
    for scale in (1e-3, 1e-2, 1e-1):
        params = convnet.init_convnet((3, 32, 32), 8, 5, 40, len(names), scale, rng)
        print(f"scale {scale}: loss {convnet.convnet_loss(params, x[:50], y[:50])[0]:.4f}, log C = {np.log(len(names)):.4f}")
    params = convnet.init_convnet((3, 8, 8), 4, 3, 10, len(names), 0.3, rng)
    few, h = x[:5, :, 12:20, 12:20].astype(float), 1e-5
    _, grads = convnet.convnet_loss(params, few, y[:5], 0.1)
    losses = []
    for sign in (1, -1):
        moved = {name: w.copy() for name, w in params.items()}
        moved["w1"][1, 2, 0, 1] += sign * h
        losses.append(convnet.convnet_loss(moved, few, y[:5], 0.1)[0])
    print(f"gradient {grads['w1'][1, 2, 0, 1]:.8f}, difference quotient {(losses[0] - losses[1]) / (2 * h):.8f}")

# %% [markdown] points="2"
# **Question 1.** With scale 0.1 the first loss is not $\log C$ any more. Is anything wrong then? Why does the loss at the
# beginning lie above $\log C$ so often, and so seldom below?
#
# *Your answer:*

# %% [markdown]
# ## 2. Learn a handful by heart
#
# A network that cannot learn twenty pictures by heart will not learn two thousand. So before any long training: take few
# images, no penalty, and drive the loss to zero. If this fails, the mistake is in the code, not in the data. Write
# `overfit_convnet`: gradient descent with momentum, $v \leftarrow \mu v - \eta\, \nabla L$, $w \leftarrow w + v$.

# %%
npdl.check("overfit_convnet")

# %%
with npdl.gap():
    start = convnet.init_convnet((3, 32, 32), 8, 5, 40, len(names), 0.05, np.random.default_rng(1))
    after, losses = convnet.overfit_convnet(start, x[:20], y[:20], lr=0.01, momentum=0.9, steps=80)
    right = (convnet.convnet_scores(after, x[:20])[0].argmax(axis=1) == y[:20]).mean()
    plt.figure(figsize=(5, 2.6))
    plt.semilogy(losses, color=BLUE)
    plt.axhline(np.log(len(names)), color=GREY, linestyle=":")
    plt.title(f"20 images, {right:.0%} learned by heart; dotted: log C", loc="left", fontsize=9)
    plt.xlabel("step")
    plt.show()

# %% [markdown]
# ## 3. A block that only adds
#
# Deep stacks of layers are hard to train: the signal has to come through all of them, and the gradient all the way back.
# He, Zhang, Ren and Sun (2016) let it take a shorter way:
#
# $$y = \mathrm{relu}\big(x + \text{conv}(\mathrm{relu}(\text{conv}(x)))\big).$$
#
# With all weights zero the block hands on what is positive in $x$: it begins as (almost) nothing and learns what to add.
# Write the pair `residual_block_forward`, `residual_block_backward`. The one thing to think about: $x$ is used **twice**.

# %%
npdl.check("residual_block_forward")

# %%
npdl.check("residual_block_backward")

# %% [markdown]
# What is it good for? We stack 30 blocks with small random weights and send a gradient of length 1 back from the end. How
# much of it arrives at each block, with the shortcut and without?

# %%
with npdl.gap():
    rng = np.random.default_rng(0)
    h0 = np.abs(rng.standard_normal((2, 8, 8, 8)))
    blocks = [(0.05 * rng.standard_normal((8, 8, 3, 3)), np.zeros(8), 0.05 * rng.standard_normal((8, 8, 3, 3)), np.zeros(8)) for _ in range(30)]

    def plain_forward(h, w1, b1, w2, b2):
        h, c1 = npdl.ops.conv2d_forward(h, w1, b1, pad=1)
        h, c2 = npdl.ops.relu_forward(h)
        h, c3 = npdl.ops.conv2d_forward(h, w2, b2, pad=1)
        y, c4 = npdl.ops.relu_forward(h)
        return y, (c1, c2, c3, c4)

    def plain_backward(dout, cache):
        dout = npdl.ops.conv2d_backward(npdl.ops.relu_backward(dout, cache[3]), cache[2])[0]
        return npdl.ops.conv2d_backward(npdl.ops.relu_backward(dout, cache[1]), cache[0])

    plt.figure(figsize=(5.5, 2.8))
    kinds = {
        "with shortcut": (convnet.residual_block_forward, convnet.residual_block_backward, BLUE),
        "without": (plain_forward, plain_backward, ORANGE),
    }
    for kind, (forward, backward, colour) in kinds.items():
        h, caches = h0, []
        for block in blocks:
            h, cache = forward(h, *block)
            caches.append(cache)
        dh, lengths = rng.standard_normal(h.shape), []
        dh = dh / np.linalg.norm(dh)
        for cache in caches[::-1]:
            dh = backward(dh, cache)[0]
            lengths.append(max(np.linalg.norm(dh), 1e-30))
        plt.semilogy(range(30, 0, -1), lengths, color=colour, label=kind)
    plt.xlabel("block")
    plt.ylabel("length of the gradient")
    plt.legend(frameon=False)
    plt.show()

# %% [markdown] points="2"
# **Question 2.** Look at your `residual_block_backward`. Which term of `dx` guarantees that the gradient does not die, and
# what can still stop it on this way?
#
# *Your answer:*

# %% [markdown]
# ## 4. What do the filters look for?
#
# The weights of the first layer meet the pixels themselves, so that they can be looked at as small pictures. Write
# `filter_grid`: all of them in one picture, each stretched from 0 to 1.

# %%
npdl.check("filter_grid")

# %% [markdown]
# ## 5. The real thing
#
# Now all that you have written trains on two thousand pictures: mini-batches, momentum, and a picture of the filters
# before and after. It takes some ten seconds. For Scenes, `python assignments/a3_convnets/gates_convnet.py` prints what
# the reference reaches from five seeds, and the floor that follows from it: mean - 3 sd.

# %%
with npdl.gap():
    rng = np.random.default_rng(0)
    params = convnet.init_convnet((3, 32, 32), 8, 5, 40, len(names), 0.05, rng)
    first = convnet.filter_grid(params["w1"], 8, 1)
    velocity, losses, shares = {name: np.zeros_like(w) for name, w in params.items()}, [], []
    for _epoch in range(5):
        for chosen in np.array_split(rng.permutation(len(x)), len(x) // 50):
            loss, grads = convnet.convnet_loss(params, x[chosen], y[chosen], 1e-3)
            for name in params:
                velocity[name] = 0.9 * velocity[name] - 0.02 * grads[name]
                params[name] = params[name] + velocity[name]
            losses.append(loss)
        shares.append((convnet.convnet_scores(params, x_val)[0].argmax(axis=1) == y_val).mean())
    figure, axes = plt.subplots(1, 2, figsize=(8, 2.6))
    axes[0].plot(losses, color=BLUE, linewidth=0.8)
    axes[0].set(xlabel="step", ylabel="loss")
    axes[1].plot(range(1, len(shares) + 1), shares, color=ORANGE, marker="o")
    axes[1].set(xlabel="epoch", ylabel="validation accuracy", ylim=(0, 1), title=f"at the end {shares[-1]:.1%}")
    plt.tight_layout()
    plt.show()
    figure, axes = plt.subplots(2, 1, figsize=(8, 2.6))
    for axis, picture, when in zip(axes, (first, convnet.filter_grid(params["w1"], 8, 1)), ("before", "after")):
        axis.imshow(picture)
        axis.set_title(when, fontsize=9, loc="left")
        axis.axis("off")
    plt.show()

# %% [markdown] points="2"
# **Question 3.** Colours are what matters here, not edges. Can you see that in the filters? What would you expect if the
# question were the shape instead?
#
# *Your answer:*
