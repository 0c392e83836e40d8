# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # An image as words: the vision transformer
#
# For thirty years a network that looked at images had convolutions in it: a built-in belief that what is near belongs
# together, and that a cat is a cat wherever it sits. In 2021 Dosovitskiy et al. left both out. They cut the image into
# patches, called each patch a word, and gave the sentence to a plain transformer. With enough images it learnt the rest.
#
# Here you build it piece by piece, train it on digits, look where it looks, and see what it pays for not knowing what
# is near.
#
# You need [attention](09_attention.ipynb).
#
# Topics: R286 learned positions, R287 the vision transformer, R288 patches by a convolution, R289 the class token,
# R290 the head, R291 its variants.

# %%
import matplotlib.pyplot as plt
import numpy as np

import npdl
from npdl import nn, no_grad, ops, viz
from npdl.data import load_digits
from npdl.models import ViT, vit_b16, vit_h14, vit_l16
from npdl.train.recipes import vit

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "grid.alpha": 0.25,
                     "font.size": 9})
npdl.seed(0)
(x, y), (x_test, y_test) = load_digits()


def judge(answer, is_right, praise, advice):
    """Tell at once whether the answer to an exercise is right; None: not answered yet."""
    print("Your turn." if answer is None else f"Right. {praise}" if is_right(answer) else f"Not yet. {advice}")


# %% [markdown]
# ## 1. Patches
#
# An image of 224 × 224 pixels in patches of 16 × 16: how many words has the sentence, and how many numbers each?

# %%
words, numbers = None, None  # your answers

judge(None if words is None else (words, numbers), lambda a: a == (196, 768), "14 · 14 patches of 16 · 16 · 3 numbers.",
      "14 patches fit along each side; each pixel has three colours.")

# %% [markdown]
# Each patch goes through the same affine layer. That is a convolution whose stride is as large as its kernel, since
# then every kernel sees one patch and no pixel is seen twice:

# %%
image = np.random.default_rng(0).standard_normal((1, 3, 8, 8)).astype("float32")
embedding = nn.PatchEmbedding(3, 5, 4, rng=np.random.default_rng(0))
by_convolution = embedding(image).data  # (1, 4, 5)

patches = image.reshape(1, 3, 2, 4, 2, 4).transpose(0, 2, 4, 1, 3, 5).reshape(4, 3 * 4 * 4)
by_hand = patches @ embedding.proj.weight.data.reshape(5, -1).T + embedding.proj.bias.data
print("largest difference:", np.abs(by_convolution[0] - by_hand).max())

# %% [markdown]
# Our digits have 8 × 8 pixels. In patches of 2 × 2 they are sentences of 16 words:

# %%
cut = x[0, 0].reshape(4, 2, 4, 2).transpose(0, 2, 1, 3)
figure, axes = plt.subplots(4, 4, figsize=(2.2, 2.2))
for place, patch in zip(axes.flat, cut.reshape(16, 2, 2)):
    place.imshow(patch, cmap="gray_r", vmin=0, vmax=1)
    place.set(xticks=[], yticks=[])
    place.spines[:].set_visible(True)
figure.suptitle(f"a {y[0]} in 16 words", fontsize=9)
plt.show()

# %% [markdown]
# ## 2. One more word, and positions
#
# Attention is a set operation: shuffle the words and the answers are shuffled, no more. Two things are added to make it
# read an image:
#
# - to every word a learnt vector of its *place*, without which the lower half may change places with the upper half;
# - in front of all a *class token*, a word that belongs to no patch. It asks all the others, and what it has heard after
#   the last layer is what is classified.

# %%
small = ViT(8, 2, 10, channels=1, dim=16, depth=2, heads=2, std=0.5, rng=np.random.default_rng(0))
upside_down = np.concatenate([x[:1, :, 4:], x[:1, :, :4]], axis=2)  # lower half first
with no_grad():
    with_positions = np.abs(small(x[:1]).data - small(upside_down).data).max()
    small.positions.weight.data[...] = 0
    without = np.abs(small(x[:1]).data - small(upside_down).data).max()
print(f"the scores differ by {with_positions:.3f} with positions, by {without:.1e} without")

# %% [markdown]
# The whole network is a few lines (`npdl/models/vit.py`):
#
# ```python
# x = self.class_token(self.patches(x))   # (N, 1 + T, D)
# x = self.dropout(self.positions(x))
# for layer in self.layers:               # x + attention(norm(x)), then x + feed_forward(norm(x))
#     x = layer(x)
# return self.head(self.norm(x)[:, 0])    # the class token's
# ```
#
# How large are the three that made it famous? `nn.abstract()` builds networks without their numbers:

# %%
with nn.abstract():
    for make in (vit_b16, vit_l16, vit_h14):
        model = make()
        print(f"{make.__name__}: {len(model.layers)} layers, {nn.count_parameters(model):,} parameters")

# %% [markdown]
# ## 3. Training
#
# 1,437 digits are not 300 million images, so the network is small, and its positions are drawn as large as the patches'
# vectors: from the paper's 0.02 it takes far longer to tell places apart.

# %%
run = vit.train(seed=0, epochs=25)
print(f"{run.score:.1%} of {len(run.test[1])} new digits right")
history = run.trainer.history
viz.plot_history(history)

# %% [markdown]
# ## 4. Where it looks
#
# The attention weights of the class token over the 16 patches, for each head of the last layer: every picture is as
# bright as its patches are looked at.

# %%
model, chosen = run.trainer.model.eval(), [np.flatnonzero(run.test[1] == digit)[0] for digit in (0, 1, 3, 4, 7, 8)]
images = run.test[0][chosen]
with no_grad(), nn.watch_attention() as maps:
    model(images)
to_patches = maps[-1][:, :, 0, 1:].reshape(len(images), -1, 4, 4)  # (N, heads, 4, 4)
viz.plot_patch_attention(to_patches, images, names=run.test[1][chosen])

# %% [markdown]
# ## 5. What it has learnt about places
#
# Nobody told it that the image is a square. How alike are the positions' vectors, by the cosine? Each small picture is
# one place, compared with all 16 (blue: alike). Had it found the grid, every place would have blue neighbours:

# %%
rows = model.positions.weight.data[1:]
rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
alike = (rows @ rows.T).reshape(16, 4, 4)
figure, axes = plt.subplots(4, 4, figsize=(3, 3))
for place, table in zip(axes.flat, alike):
    place.imshow(table, cmap="RdBu", vmin=-1, vmax=1)
    place.set(xticks=[], yticks=[])
    place.spines[:].set_visible(True)
figure.suptitle("each place, compared with all", fontsize=9)
plt.show()

places = np.stack(np.divmod(np.arange(16), 4), axis=1)
apart = np.abs(places[:, None] - places).sum(axis=2)  # steps from place to place
for steps in (1, 2, 3):
    print(f"{steps} apart: cosine {(rows @ rows.T)[apart == steps].mean():+.3f}")

# %% [markdown]
# It has hardly begun: 1,437 images in 25 rounds move the vectors little from where they were drawn, and it tells digits
# apart all the same. With 300 million images the picture is a clear grid (figure 7 of the paper). A convolution has the
# grid from the start, and that is the bargain: *a belief that is built in needs no data, and cannot be unlearnt.* The
# recipes `vit` and `digits`, a ConvNet, both reach 98 to 99 % here.
#
# ## 6. Your turn
#
# In `vit_b16` every layer holds $12 d^2 + 13 d$ numbers: $4 d^2 + 4 d$ in the attention, $8 d^2 + 5 d$ in the feed-forward
# network, $4 d$ in the two norms. With $d = 768$, how many do its 12 layers hold?

# %%
in_the_layers = None  # your answer

judge(in_the_layers, lambda a: a == 12 * (12 * 768**2 + 13 * 768),
      "The rest of the 86,567,656: patches, positions, class token, last norm and head.",
      "12 layers, each 12 · 768² + 13 · 768.")

# %% [markdown]
# Why does a ViT trained on 224 × 224 not read an image of 384 × 384 as it is, and what does `ViT.read` do about it?

# %%
larger = ops.resize(x_test[:1], size=16, mode="bicubic")
model.read(16)
with no_grad():
    print(f"a {y_test[0]}, twice as large, read as {model(larger).data.argmax()}, in {model.grid[0]} x {model.grid[1]} words")

# %% [markdown]
# It has no vector for the new places; `read` interpolates between those it has. Usually it is then trained a little
# more at the new size.
