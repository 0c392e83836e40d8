# %% [markdown]
# # Style transfer
#
# Gatys, Ecker and Bethge (2016): take *what* is in one picture and *how* another one looks, and let an image be changed until
# it has both. There are no weights to train here. The image is the unknown, and a trained network measures it. You write
# seven functions in **`style.py`**: three losses with their gradients, what joins them, and the step.
#
# **A matter of conventions.** Books and courses differ in factors: ½ or not, sum or mean, by what the Gram matrix is
# divided. None is more right; but loss and gradient must have the same one, and weights mean something only together with
# it. Each docstring says which is used.

# %%
# %load_ext autoreload
# %autoreload 2

# %%
import matplotlib.pyplot as plt
import numpy as np
import style

import npdl
from npdl import nn

plt.rcParams.update({"figure.dpi": 100, "font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE = "#0072B2", "#D55E00"


def row(images, titles, size=2.0):
    _figure, axes = plt.subplots(1, len(images), figsize=(size * len(images), size + 0.3), squeeze=False)
    for axis, image, title in zip(axes[0], images, titles):
        axis.imshow(np.clip(image.transpose(1, 2, 0), 0, 1), interpolation="nearest")
        axis.set_title(title, fontsize=8)
        axis.axis("off")
    plt.show()


# %% [markdown]
# ## A network that measures
#
# Features come from a small network that has learned four shapes of Scenes (five to ten seconds). Its first two blocks keep places
# well; only they are used. Since they are convolutions, they take pictures of any size.

# %%
NAMES = ("circle", "triangle", "cross", "ring")
s = npdl.data.load_scenes(2000)
wanted = [npdl.data.scenes.CLASSES.index(name) for name in NAMES]
keep = np.isin(s.labels, wanted)
x_train, y_train = s.images[keep].astype(np.float32), np.array([wanted.index(label) for label in s.labels[keep]])

rng = np.random.default_rng(0)
block1 = nn.Sequential(nn.Conv2d(3, 12, 5, pad=2, rng=rng), nn.BatchNorm(12), nn.ReLU())
block2 = nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(12, 24, 3, pad=1, rng=rng), nn.BatchNorm(24), nn.ReLU())
rest = nn.Sequential(
    nn.MaxPool2d(2), nn.Conv2d(24, 24, 3, pad=1, rng=rng), nn.BatchNorm(24), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Affine(24 * 16, 4, rng=rng),
)  # fmt: skip
net = nn.Sequential(block1, block2, rest)
optimizer = npdl.optim.Adam(net.parameters(), 3e-3)
for _epoch in range(5):
    for chosen in np.array_split(rng.permutation(len(x_train)), len(x_train) // 32):
        optimizer.zero_grad()
        npdl.ops.softmax_cross_entropy(net(npdl.Tensor(x_train[chosen] - 0.5)), y_train[chosen]).backward()
        optimizer.step()
net.eval()


def features(image):
    """What the two blocks say about an image (1, 3, H, W): (1, 12, H, W) and (1, 24, H / 2, W / 2)."""
    h1 = block1(npdl.Tensor(np.asarray(image, np.float32) - 0.5))
    return [h1.data.astype(float), block2(h1).data.astype(float)]


def backward(image, dfeatures):
    """The way back from both blocks to the image."""
    pixels = npdl.Tensor(np.asarray(image, np.float32) - 0.5, requires_grad=True)
    h1 = block1(pixels)
    h2 = block2(h1)
    d1, d2 = (npdl.Tensor(np.asarray(d, np.float32)) for d in dfeatures)
    ((h1 * d1).sum() + (h2 * d2).sum()).backward()
    return pixels.grad.astype(float)


# %% [markdown]
# ## Two pictures
#
# The content is a scene of 64 x 64 pixels. For the style we need a picture whose manner is easy to see: stripes, or a
# chessboard, in colour. If you have a photograph and a painting, put them here as arrays (1, 3, H, W) with numbers from 0
# to 1, H and W even; a side of 64 to 128 pixels is quick enough.

# %%
content_image = npdl.data.load_scenes(40, size=64, level="medium", split="test").images[7:8].astype(float)
rows, columns = np.mgrid[:64, :64]
wave = 0.5 + 0.5 * np.sin((rows + columns) * 2 * np.pi / 8)
board = ((rows // 8 + columns // 8) % 2).astype(float)
STYLES = {
    "waves": np.stack([0.9 * wave, 0.3 + 0.4 * wave, 1 - wave])[None],
    "chessboard": np.stack([0.1 + 0.8 * board, 0.2 + 0.3 * board, 0.6 - 0.4 * board])[None],
}
row([content_image[0], *(image[0] for image in STYLES.values())], ["content", *STYLES])

# %% [markdown]
# ## 1. What is in it: content
#
# Two pictures show the same if a layer says the same about them, place by place:
#
# $$L_c = w_c \sum (F - P)^2 .$$

# %%
npdl.check("content_loss")

# %% [markdown]
# ## 2. How it looks: the Gram matrix
#
# A style must not depend on *where* something is. So the places are summed away, and what is left is which channels are
# strong together:
#
# $$G_{cd} = \frac{1}{C H W} \sum_{ij} F_{cij}\, F_{dij} .$$
#
# As a matrix product: $G = F F^\top / (CHW)$, with one row of $HW$ numbers for each channel.

# %%
npdl.check("gram_matrix")

# %%
with npdl.gap():
    image = STYLES["waves"]
    moved = np.roll(image, (3, 5), axis=(2, 3))
    other = STYLES["chessboard"]
    grams = [style.gram_matrix(features(picture)[0])[0] for picture in (image, moved, other)]
    figure, axes = plt.subplots(1, 3, figsize=(7, 2.4))
    for axis, gram, title in zip(axes, grams, ("waves", "waves, moved", "chessboard")):
        axis.imshow(gram, cmap="magma", vmin=0, vmax=max(g.max() for g in grams))
        axis.set_title(title, fontsize=8)
        axis.axis("off")
    plt.show()
    print(f"moved: the matrix changes by {np.linalg.norm(grams[1] - grams[0]) / np.linalg.norm(grams[0]):.1%},", end=" ")
    print(f"chessboard: by {np.linalg.norm(grams[2] - grams[0]) / np.linalg.norm(grams[0]):.0%}")

# %% [markdown]
# And back: $F$ stands in the product twice.

# %%
npdl.check("gram_backward")

# %%
npdl.check("style_loss")

# %% [markdown] points="2"
# **Question 1.** Shuffle the pixels of a feature map, with the same order for all channels. What happens to its Gram matrix?
# Then why does a picture that matches the Gram matrix of a layer still have stripes, and not just the colours of stripes?
#
# *Your answer:*

# %% [markdown]
# ## 3. No grain: total variation
#
# Nothing so far forbids that neighbouring pixels jump. This loss does:
#
# $$L_t = w_t \sum \big[(x_{i+1,j} - x_{ij})^2 + (x_{i,j+1} - x_{ij})^2\big] .$$

# %%
npdl.check("tv_loss")

# %% [markdown]
# With its gradient alone we can already work: here 40 steps of it take the noise out of a picture, and its edges as well.

# %%
with npdl.gap():
    noisy = np.clip(content_image + 0.15 * np.random.default_rng(0).standard_normal(content_image.shape), 0, 1)
    smooth, losses = noisy, []
    for _ in range(40):
        loss, dimage = style.tv_loss(smooth, 1.0)
        smooth = smooth - 0.02 * dimage
        losses.append(loss)
    row([content_image[0], noisy[0], smooth[0]], ["clean", f"noisy: {losses[0]:.0f}", f"smooth: {losses[-1]:.0f}"])

# %% [markdown]
# ## 4. All together
#
# `transfer_loss` adds the three and takes their gradients to the image; the network's way back is given as a function.

# %%
npdl.check("transfer_loss")

# %% [markdown]
# For the step we take Adam: the three gradients have very different sizes, and Adam does not mind. Afterwards the pixels
# must be colours again.

# %%
npdl.check("style_step")

# %% [markdown]
# ## 5. The real thing
#
# Your losses, your gradients, your steps: 120 of them for each style, from the content picture on.

# %%
def transfer(content, picture, weights, steps=120, lr=0.03):
    """The content picture in the style of another, and the loss of each step."""
    goal = features(content)[-1]
    styles = [style.gram_matrix(layer) for layer in features(picture)]
    image, state, losses = content, (np.zeros_like(content), np.zeros_like(content), 0), []
    for _ in range(steps):
        loss, dimage = style.transfer_loss(image, features, backward, goal, styles, weights)
        image, state = style.style_step(image, state, dimage, lr)
        losses.append(loss)
    return image, losses


with npdl.gap():
    weights = {"content": 0.01, "style": [300.0, 300.0], "tv": 0.5}
    figure, axis = plt.subplots(figsize=(5, 2.6))
    pictures, titles = [content_image[0]], ["content"]
    for (name, picture), colour in zip(STYLES.items(), (BLUE, ORANGE)):
        image, losses = transfer(content_image, picture, weights)
        pictures += [picture[0], image[0]]
        titles += [name, f"content in {name}"]
        axis.semilogy(losses, color=colour, label=name)
    axis.set(xlabel="step", ylabel="loss")
    axis.legend(frameon=False)
    plt.show()
    row(pictures, titles)

# %% [markdown]
# What the weights do: the more the style weighs, the less is left of the content.

# %%
with npdl.gap():
    factors = (0.03, 1, 30)
    made = [
        transfer(content_image, STYLES["waves"], {"content": 0.01, "style": [300.0 * f, 300.0 * f], "tv": 0.5}, 60)[0][0]
        for f in factors
    ]
    row(made, [f"style x {f}" for f in factors])

# %% [markdown] points="2"
# **Question 2.** Someone halves the Gram matrix's divisor, to $\tfrac12 CHW$, and keeps all weights. By what factor does the
# style loss change? Which weight brings the old picture back?
#
# *Your answer:*
