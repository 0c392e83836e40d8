# %% [markdown]
# # Looking into a network
#
# A trained network says "ring". Why? In its weights there is nothing to read. But there is a question that it answers
# exactly: *how would the score change if this pixel changed?* The way back does not have to end at the weights; it can go
# on to the image. Everything in this notebook follows from that one gradient. You write nine short functions in
# **`seeing.py`**.

# %%
# %load_ext autoreload
# %autoreload 2

# %%
import matplotlib.pyplot as plt
import numpy as np
import seeing

import npdl
from npdl import nn

plt.rcParams.update({"figure.dpi": 100, "font.size": 9})


def row(images, titles, cmap=None, size=1.5, **options):
    """Pictures side by side: (C, H, W) in colour, (H, W) as a map."""
    _figure, axes = plt.subplots(1, len(images), figsize=(size * len(images), size + 0.3), squeeze=False)
    for axis, image, title in zip(axes[0], images, titles):
        axis.imshow(np.clip(image.transpose(1, 2, 0), 0, 1) if image.ndim == 3 else image, cmap=cmap, **options)
        axis.set_title(title, fontsize=8)
        axis.axis("off")
    plt.show()


# %% [markdown]
# ## A network to look into
#
# A small ConvNet learns four of the shapes of Scenes: circle, triangle, cross and ring, in all colours. This takes about
# fifteen seconds. Afterwards it is in test mode, and nothing below changes it.

# %%
NAMES = ("circle", "triangle", "cross", "ring")


def scenes(n, split):
    s = npdl.data.load_scenes(n, split=split)
    wanted = [npdl.data.scenes.CLASSES.index(name) for name in NAMES]
    keep = np.isin(s.labels, wanted)
    return s.images[keep].astype(np.float32), np.array([wanted.index(label) for label in s.labels[keep]])


def trained(x, y, epochs=7, seed=0):
    rng = np.random.default_rng(seed)
    net = nn.Sequential(
        nn.Conv2d(3, 12, 5, pad=2, rng=rng), nn.BatchNorm(12), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(12, 24, 3, pad=1, rng=rng), nn.BatchNorm(24), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(24, 24, 3, pad=1, rng=rng), nn.BatchNorm(24), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Affine(24 * 16, len(NAMES), rng=rng),
    )  # fmt: skip
    optimizer = npdl.optim.Adam(net.parameters(), 3e-3)
    for _ in range(epochs):
        for chosen in np.array_split(rng.permutation(len(x)), len(x) // 32):
            optimizer.zero_grad()
            npdl.ops.softmax_cross_entropy(net(npdl.Tensor(x[chosen] - 0.5)), y[chosen]).backward()
            optimizer.step()
    net.eval()
    return net


x_train, y_train = scenes(3200, "train")
x, y = scenes(800, "test")
net = trained(x_train, y_train)


def scores(images):
    """(N, 4) for images (N, 3, 32, 32) in [0, 1]."""
    return net(npdl.Tensor(np.asarray(images, np.float32) - 0.5)).data


def gradient(images, dscores):
    """The way back from the scores to the images."""
    pixels = npdl.Tensor(np.asarray(images, np.float32) - 0.5, requires_grad=True)
    net(pixels).backward(np.asarray(dscores, np.float32))
    return pixels.grad


found = scores(x).argmax(axis=1)
print(f"{len(x_train)} training pictures; {np.mean(found == y):.1%} of {len(x)} test pictures are right")
sure = [i for i in range(len(x)) if found[i] == y[i]]
few = np.array([next(i for i in sure if y[i] == c) for c in range(4)] + sure[-4:])
row(x[few], [NAMES[c] for c in y[few]])

# %% [markdown]
# ## 1. Which pixels does the answer hang on?
#
# Simonyan, Vedaldi and Zisserman (2014): take the score $s_y$ of the class, *before* the softmax, and its gradient with
# respect to the image, $\partial s_y / \partial x$. Where it is large, a small change of the pixel changes the score much.
#
# Why not the probability? It can grow because the other classes fall; then the gradient tells of them instead.
#
# The way back begins with a gradient of the scores. Write `class_dscores`, then `saliency`, which makes one number of the
# three that each pixel has.

# %%
npdl.check("class_dscores")

# %%
npdl.check("saliency")

# %%
with npdl.gap():
    dx = gradient(x[few], seeing.class_dscores(y[few], 4))
    maps = seeing.saliency(dx)
    row(x[few], [NAMES[c] for c in y[few]])
    row(maps / maps.max(axis=(1, 2), keepdims=True), [""] * len(few), cmap="magma", vmin=0, vmax=1)

# %% [markdown] points="2"
# **Question 1.** The maps are grainy, and bright pixels are often at the edge of a shape, seldom in its middle. Give a
# reason for each of the two, in terms of what the network is made of.
#
# *Your answer:*

# %% [markdown]
# ## 2. A cleaner picture, and a warning
#
# Springenberg et al. (2015) change the backward of the relu: a negative gradient does not pass, so that only what *helps*
# the score comes back. Write `guided_relu_backward`. It is a pair's backward, so npdl can put it into the network for a
# while: `npdl.swap(relu=(forward, backward))`.

# %%
npdl.check("guided_relu_backward")

# %%
with npdl.gap():
    with npdl.swap(relu=(npdl.ops.relu_forward, seeing.guided_relu_backward)):
        guided = seeing.saliency(gradient(x[few], seeing.class_dscores(y[few], 4)))
        other = seeing.saliency(gradient(x[few], seeing.class_dscores((y[few] + 1) % 4, 4)))
    row(guided / guided.max(axis=(1, 2), keepdims=True), ["its class"] * len(few), cmap="magma", vmin=0, vmax=1)
    row(other / other.max(axis=(1, 2), keepdims=True), ["another class"] * len(few), cmap="magma", vmin=0, vmax=1)
    alike = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(guided, other)]
    print(f"correlation of the maps for the right class and for another one: {np.mean(alike):.2f} in the mean")

# %% [markdown] points="2"
# **Question 2.** Compare the two rows, and the printed correlation. Does a guided map show why the network says *ring*, or
# rather what there is to be seen at all? What does that mean for the use of such pictures as explanations?
#
# *Your answer:*

# %% [markdown]
# ## 3. Ask without a gradient
#
# Zeiler and Fergus (2014) cover a square of the image and look how far the score falls. It is slow, but it assumes nothing:
# it works with any function that gives scores. Write `occlusion_map`.

# %%
npdl.check("occlusion_map")

# %%
with npdl.gap():
    covered = [seeing.occlusion_map(x[i], lambda batch, c=y[i]: scores(batch)[:, c], 8, 2, 0.5) for i in few]
    row(x[few], [NAMES[c] for c in y[few]])
    row(covered, [f"falls by up to {m.max():.1f}" for m in covered], cmap="magma")

# %% [markdown]
# ## 4. To fool it
#
# If the gradient says how to raise a score, we can follow it: not the weights learn now, but the image. Szegedy et al.
# (2014) found that a change which nobody can see is enough. One step has length $\eta$:
#
# $$x \leftarrow x + \eta\, \frac{g}{\lVert g \rVert}, \qquad g = \frac{\partial s_{\text{target}}}{\partial x}.$$

# %%
npdl.check("fooling_step")

# %%
npdl.check("make_fooling_image")

# %%
with npdl.gap():
    for i in few[:3]:
        target = int((y[i] + 1) % 4)
        fooled, steps = seeing.make_fooling_image(x[i : i + 1], target, scores, gradient, 0.2, 100)
        change = fooled[0] - x[i]
        says = NAMES[scores(fooled)[0].argmax()]
        titles = [f"says {NAMES[y[i]]}", f"says {says}", "change, 10 times"]
        row([x[i], fooled[0], 0.5 + 10 * change], titles, size=2)
        print(f"{steps} steps; no pixel changed by more than {abs(change).max():.3f}, in the mean by {abs(change).mean():.4f}")

# %% [markdown] points="2"
# **Question 3.** An image has 3072 numbers. If each of them changes by $\epsilon$ in the direction of its gradient's sign, by
# how much does a *linear* score change? Use this to explain why many tiny changes do so much, and why a random change of
# the same size does next to nothing.
#
# *Your answer:*

# %% [markdown]
# ## 5. What is a ring, for you?
#
# Begin with noise and let the image climb: $\max_x\; s_y(x) - \lambda \lVert x \rVert^2$. Without the penalty the pixels run
# away. Without *jitter*, moving the image a little before each step and back after it, high frequencies that sit exactly
# right on the grid of the pooling take over. Three short functions: `class_step`, `jitter`, `class_image`.

# %%
npdl.check("class_step")

# %%
npdl.check("jitter")

# %%
npdl.check("class_image")

# %% [markdown]
# The last cell: what your functions make of noise, for each of the four classes. Here $x = 0$ is grey. Above with jitter,
# below without. Judge for yourself how much of a shape there is. A network that has only to tell four shapes apart needs
# less of a ring than you do.

# %%
with npdl.gap():
    rng = np.random.default_rng(0)
    start = 0.05 * rng.standard_normal((1, 3, 32, 32))
    for label, reach in (("with jitter", 3), ("without", 0)):
        made = []
        for c in range(4):
            towards = lambda image, c=c: gradient(image + 0.5, seeing.class_dscores(np.array([c]), 4))  # noqa: E731
            shifts = rng.integers(-reach, reach + 1, (80, 2))
            made.append(seeing.class_image(start, towards, shifts, 0.5, 0.02)[0])
        said = scores(np.stack(made) + 0.5).max(axis=1)
        row([m / (2.5 * m.std()) / 2 + 0.5 for m in made], [f"{n}, {label}: {s:.0f}" for n, s in zip(NAMES, said)], size=2)
