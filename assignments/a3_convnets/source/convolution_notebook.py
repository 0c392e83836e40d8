# %% [markdown]
# # Convolution and pooling
#
# A fully connected layer has a weight for every pixel. Move the cat by one pixel to the right, and it meets weights that
# have never seen a cat. A **convolution** has few weights and takes them to every place: what it has learnt about a cat's
# ear in one corner it knows in all of them.
#
# The mathematics is short. What is interesting is how to compute it: you write the same layer three times (loops, one
# matrix product, a sum of shifted products), measure them, and at the end your own layers train a residual network of
# this library.
#
# You write in **`convolution.py`**, beside this notebook. `npdl.check("name")` tells whether a function is right, and
# `npdl.hint("name")` gives a hint, three times at most.

# %%
# %load_ext autoreload
# %autoreload 2

# %%
from time import perf_counter

import convolution as conv
import matplotlib.pyplot as plt
import numpy as np

import npdl

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#999999"


def pictures(arrays, titles, width=2.2, **options):
    """Arrays (H, W) or (3, H, W) in a row."""
    _, axes = plt.subplots(1, len(arrays), figsize=(width * len(arrays), width + 0.3), squeeze=False)
    for axis, array, title in zip(axes[0], arrays, titles, strict=True):
        axis.imshow(array.transpose(1, 2, 0).clip(0, 1) if array.ndim == 3 else array, **options)
        axis.set_title(title, fontsize=8)
        axis.set(xticks=[], yticks=[])
    plt.tight_layout()
    plt.show()


scenes = npdl.data.load_scenes(8, level="medium")
pictures(scenes.images, [npdl.data.scenes.CLASSES[label] for label in scenes.labels], width=1.3)

# %% [markdown]
# ## 1. How many windows?
#
# A window of `size` pixels slides over a row of `length` pixels in steps of `stride`. With `pad` zeros at either end the
# first window starts at the first zero. A window that would hang over the end is not taken. So how many are there?

# %%
npdl.check("output_size")

# %% [markdown]
# The sizes of two famous networks: LeNet goes from 32 pixels to 5 through four layers; AlexNet begins with windows of 11
# pixels in steps of 4, and then takes maxima of 3 x 3 in steps of 2, which overlap.

# %%
with npdl.gap():
    for name, length, layers in (
        ("LeNet", 32, [(5, 1, 0), (2, 2, 0), (5, 1, 0), (2, 2, 0)]),
        ("AlexNet", 227, [(11, 4, 0), (3, 2, 0), (5, 1, 2), (3, 2, 0)]),
    ):
        lengths = [length]
        for layer in layers:
            lengths.append(conv.output_size(lengths[-1], *layer))
        print(f"{name}: {' -> '.join(map(str, lengths))}")

# %% [markdown] points="2"
# **Question 1.** A network has only 3 x 3 convolutions with stride 1, and every map keeps the size of its input. Which
# `pad` do they have? And if you leave the padding out, how many of them fit on an image of 32 pixels before nothing is
# left? What does the padding cost: what do filters at the border see that filters in the middle never see?
#
# *Your answer:*

# %% [markdown]
# ## 2. As it stands
#
# $$y_{n f i j} = b_f + \sum_{c, u, v} w_{f c u v}\; \hat x_{n,\, c,\, i s + u,\, j s + v}$$
#
# $\hat x$ is the padded image, $s$ the stride. Each filter is as deep as the image has channels, and makes one map. Note
# that $u$ and $v$ have a plus: the kernel is not turned. (A mathematician's convolution turns it; for a network that
# learns its kernels this makes no difference, but it does for weights that you load from elsewhere.)
#
# Write it as loops first: slow, but nothing can hide in it. It will be the judge of the fast ones.

# %%
npdl.check("conv2d_naive_forward")

# %% [markdown]
# Kernels that people wrote before networks learnt them. The first two answer to edges, one to upright and one to level
# ones; the third blurs; the last takes from each pixel the mean of its neighbours.

# %%
with npdl.gap():
    grey = scenes.images[1:2].mean(axis=1, keepdims=True).astype(float)
    sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4
    around = np.pad(np.ones((1, 1)) * 9, 1, constant_values=0) / 8 - np.ones((3, 3)) / 8
    w = np.stack([sobel, sobel.T, np.ones((3, 3)) / 9, around])[:, None]
    y, _ = conv.conv2d_naive_forward(grey, w, np.zeros(4), pad=1)
    pictures([grey[0, 0], *y[0]], ["image", "upright edges", "level edges", "blur", "minus its surroundings"], cmap="gray")

# %% [markdown]
# A check that anyone can repeat: two images of 3 x 4 x 4 pixels, three filters of 3 x 4 x 4, stride 2, padding 1, all
# numbers on straight lines. Published first and last numbers of the output: -0.08759809 and 2.38247847.

# %%
with npdl.gap():
    x = np.linspace(-0.1, 0.5, 2 * 3 * 4 * 4).reshape(2, 3, 4, 4)
    w = np.linspace(-0.2, 0.3, 3 * 3 * 4 * 4).reshape(3, 3, 4, 4)
    y, _ = conv.conv2d_naive_forward(x, w, np.linspace(-0.1, 0.2, 3), stride=2, pad=1)
    print(f"{y.flat[0]:.8f} ... {y.flat[-1]:.8f}")

# %% [markdown]
# ## 3. And back
#
# The loss changes with $y$, and `dout` says how. $y_{nfij}$ is a sum of products, so every product sends something to its
# two factors:
#
# $$\mathrm{d}\hat x_{n,\,c,\,is+u,\,js+v} \mathrel{+}= \mathrm{d}y_{nfij}\, w_{fcuv}, \qquad
# \mathrm{d}w_{fcuv} \mathrel{+}= \mathrm{d}y_{nfij}\, \hat x_{n,\,c,\,is+u,\,js+v}, \qquad
# \mathrm{d}b_f \mathrel{+}= \mathrm{d}y_{nfij}.$$
#
# A pixel lies in many windows, and a weight is used at every place. So all three must *collect*.

# %%
npdl.check("conv2d_naive_backward")

# %% [markdown]
# Which pixels does one number of the output depend on? Set `dout` to 1 in a single place, and go back through one, two,
# three and four convolutions: `dx` is not zero where the output looks. This is its receptive field.

# %%
with npdl.gap():
    found = []
    for depth in (1, 2, 3, 4):
        dx, w = np.zeros((1, 1, 17, 17)), np.ones((1, 1, 3, 3))
        dx[0, 0, 8, 8] = 1
        for _ in range(depth):
            dx, _, _ = conv.conv2d_naive_backward(dx, (np.zeros((1, 1, 17, 17)), w, np.zeros(1), 1, 1))
        found.append(dx[0, 0] / dx.max())
    sides = [int((f > 0).any(axis=0).sum()) for f in found]
    pictures(found, [f"depth {d}: {s} x {s}" for d, s in zip((1, 2, 3, 4), sides, strict=True)], cmap="magma")

# %% [markdown]
# ## 4. One matrix product
#
# A product of matrices is what computers do fastest. So make a **column** of each window: `im2col`. A filter, laid flat,
# is a row; all filters are a matrix, and the convolution is their product. `im2col` copies each pixel into up to
# `kh kw` columns: memory is the price.

# %%
npdl.check("im2col")

# %%
with npdl.gap():
    small = np.arange(25.0).reshape(1, 1, 5, 5)
    columns = conv.im2col(small, (3, 3), 1, 0)[0]
    figure, axes = plt.subplots(1, 2, figsize=(6, 2.6))
    for axis, array, title in zip(axes, (small[0, 0], columns), ("an image", "its nine windows as columns"), strict=True):
        axis.imshow(array, cmap="viridis")
        for (i, j), value in np.ndenumerate(array):
            axis.text(j, i, f"{value:.0f}", ha="center", va="center", color="white", fontsize=7)
        axis.set(title=title, xticks=[], yticks=[])
    plt.tight_layout()
    plt.show()
    print(f"{small.size} pixels, {columns.size} numbers in the columns")

# %% [markdown]
# The way back needs the **transpose** of this copying. A copy is a linear map, $\text{columns} = A x$, whose matrix has a
# single 1 in each row; its transpose adds each number to the pixel that it came from. You need no matrix to check it:
#
# $$\langle A x, c \rangle = \langle x, A^\top c \rangle \quad \text{for all } x \text{ and } c.$$

# %%
npdl.check("col2im")

# %%
with npdl.gap():
    found = []
    for size, stride in ((3, 1), (3, 2), (3, 3), (2, 3)):
        ones = np.ones((1, 1, 11, 11))
        found.append(conv.col2im(conv.im2col(ones, (size, size), stride, 0), ones.shape, (size, size), stride, 0)[0, 0])
    titles = ["size 3, stride 1", "size 3, stride 2", "size 3, stride 3", "size 2, stride 3"]
    pictures(found, titles, cmap="magma", vmin=0, vmax=9)

# %% [markdown] points="2"
# **Question 2.** Above you see `col2im(im2col(ones))`. What do the numbers in these pictures count? Why has the second one
# a checked pattern, and what are the black lines in the last? If `col2im` undid `im2col`, what would all four be?
#
# *Your answer:*

# %% [markdown]
# With these two the layer is short: forward is `w @ columns`, and backward is that of an affine layer, with `col2im` at
# its end.

# %%
npdl.check("conv2d_forward")

# %%
npdl.check("conv2d_backward")

# %% [markdown]
# ## 5. A sum of shifted products
#
# Change the order of the sums. Kernel place $(u, v)$ alone contributes $w_{:,:,u,v}$, a matrix $(F, C)$, times the image
# shifted by $u$ and $v$. Nine such products for a 3 x 3 kernel, added up, and no columns in memory. Stride 1 will do.

# %%
npdl.check("conv2d_shifted_forward")

# %% [markdown]
# Now measure. All of them make the same numbers; npdl's reference is a sum of shifted products, too, and its kernels
# choose between several ways by the shape. (The loops have one image to do, and are counted for all.)

# %%
with npdl.gap():
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((16, 16, 32, 32)).astype(np.float32), rng.standard_normal((16, 16, 3, 3)).astype(np.float32)
    b = np.zeros(16, np.float32)
    ways = {
        "loops": lambda: conv.conv2d_naive_forward(x[:1], w, b, pad=1)[0],
        "im2col": lambda: conv.conv2d_forward(x, w, b, pad=1)[0],
        "shifted": lambda: conv.conv2d_shifted_forward(x, w, b, pad=1),
        "npdl, reference": lambda: npdl.ops.conv2d_forward(x, w, b, pad=1)[0],
        "npdl, kernels": lambda: npdl.ops.conv2d(x, w, b, pad=1),
    }
    seconds, right = {}, None
    for name, way in reversed(ways.items()):
        times = []
        for _ in range(1 if name == "loops" else 5):
            start = perf_counter()
            y = way()
            times.append(perf_counter() - start)
        right = y if right is None else right
        seconds[name] = min(times) * (len(x) / len(y))
        print(f"{name:16} max |difference| {np.abs(y - right[: len(y)]).max():.1e}")
    plt.figure(figsize=(6.5, 2.2))
    colours = [GREY, GREY, GREEN, BLUE, ORANGE]
    plt.barh(list(seconds), [1000 * s for s in seconds.values()], color=colours)
    for i, s in enumerate(seconds.values()):
        plt.text(1000 * s, i, f" {1000 * s:.1f} ms, {seconds['loops'] / s:.0f} x", va="center")
    plt.xscale("log")
    plt.xlim(right=20000 * max(seconds.values()))
    plt.xlabel("ms for 16 images of 16 channels, 32 x 32, 16 filters of 3 x 3")
    plt.tight_layout()
    plt.show()

# %% [markdown]
# Which of your two fast ways wins depends on the shape. Both do the same multiplications; what differs is how much memory
# they move, and how large their products are.

# %%
with npdl.gap():
    ratios = {}
    for channels in (4, 16, 64):
        for k in (1, 3, 5):
            x, w = rng.standard_normal((8, channels, 24, 24)), rng.standard_normal((channels, channels, k, k))
            times = []
            for way in (conv.conv2d_forward, conv.conv2d_shifted_forward):
                tries = []
                for _ in range(5):
                    start = perf_counter()
                    way(x, w, pad=k // 2)
                    tries.append(perf_counter() - start)
                times.append(min(tries))
            ratios[f"{channels} channels, {k} x {k}"] = times[0] / times[1]
    plt.figure(figsize=(6.5, 2.4))
    plt.barh(list(ratios), list(ratios.values()), color=[GREEN if r > 1 else BLUE for r in ratios.values()])
    plt.axvline(1, color="black", linewidth=0.8)
    plt.xlabel("time of im2col / time of shifted products: to the right of the line shifted products win")
    plt.tight_layout()
    plt.show()

# %% [markdown] points="2"
# **Question 3.** For a layer of $C$ channels, $F$ filters of $k \times k$ and $N$ maps of $H \times W$ pixels: how many
# multiplications are there, in any of the three ways? How many numbers does `im2col` hold for it, beside the image? Work
# both out for the first measurement above, in MB of float32 and in millions of multiplications an image.
#
# *Your answer:*

# %% [markdown]
# ## 6. Pooling
#
# A max pooling keeps the largest number of each window: *whether* an edge is there, not exactly where. Maps become
# smaller, and what follows sees more of the image.

# %%
npdl.check("max_pool2d_forward")

# %% [markdown]
# Another published example: 2 x 3 maps of 4 x 4 pixels on a straight line from -0.3 to 0.4, windows of 2: the first maximum
# is -0.26315789, the last one 0.4. And a picture, pooled again and again.

# %%
with npdl.gap():
    y, _ = conv.max_pool2d_forward(np.linspace(-0.3, 0.4, 2 * 3 * 4 * 4).reshape(2, 3, 4, 4), size=2)
    print(f"{y.flat[0]:.8f} ... {y.flat[-1]:.8f}")
    x = [scenes.images[1:2].astype(float)]
    for _ in range(3):
        x.append(conv.max_pool2d_forward(x[-1], size=2)[0])
    pictures([y[0] for y in x], [f"{y.shape[2]} x {y.shape[3]}" for y in x])

# %% [markdown]
# On the way back each window pays its `dout` to the pixel that won. There are two traps. Windows may overlap: a pixel that
# wins twice is paid twice. And pixels may be equally large, as zeros after a ReLU are all the time: then the first one, row
# by row, has it all, so that no window pays more than it has.

# %%
npdl.check("max_pool2d_backward")

# %% [markdown]
# An average pooling is the convolution with equal weights, channel by channel. It has no winners, so its gradient spreads.

# %%
npdl.check("avg_pool2d_forward")

# %%
npdl.check("avg_pool2d_backward")

# %%
with npdl.gap():
    x = scenes.images[1:2].mean(axis=1, keepdims=True).astype(float)
    found = []
    for name in ("max_pool2d", "avg_pool2d"):
        y, cache = getattr(conv, f"{name}_forward")(x, size=4)
        found.append(getattr(conv, f"{name}_backward")(np.ones_like(y), cache)[0, 0])
    pictures([x[0, 0] / 4, *found], ["image", "dx of its 4 x 4 maxima", "dx of its 4 x 4 means"], width=2.6, cmap="gray", vmin=0, vmax=0.25)

# %% [markdown]
# How much does a pooled map change when the picture moves by a pixel? The picture is shifted to the right, and we look at
# the difference to the map of the picture that stood still, relative to the map.

# %%
with npdl.gap():
    x = np.pad(scenes.images.mean(axis=1, keepdims=True).astype(float), ((0, 0), (0, 0), (8, 8), (8, 8)))
    edges, _ = conv.conv2d_forward(x, np.stack([sobel, sobel.T])[:, None], pad=1)
    still = np.abs(edges)
    plt.figure(figsize=(5, 2.6))
    for (name, size), colour in zip((("no pooling", 1), ("maxima of 2 x 2", 2), ("maxima of 4 x 4", 4)), (GREY, BLUE, GREEN)):
        pooled, change = conv.max_pool2d_forward(still, size=size)[0], []
        for shift in range(5):
            moved = conv.max_pool2d_forward(np.roll(still, shift, axis=3), size=size)[0]
            change.append(np.linalg.norm(moved - pooled) / np.linalg.norm(pooled))
        plt.plot(change, "o-", color=colour, label=name)
    plt.legend(frameon=False)
    plt.xticks(range(5))
    plt.xlabel("pixels to the right")
    plt.ylabel("relative change of the map")
    plt.tight_layout()
    plt.show()

# %% [markdown]
# ## 7. Your layers train a residual network
#
# `npdl.mine()` looks for your pairs, checks each of them, and puts those that are right in the place of npdl's own. The
# network below is a small ResNet of the library: a convolution, and three blocks of two convolutions each, with a shortcut
# around every block. Every convolution in it is yours, forward and backward; so is the pooling that makes the pictures
# smaller first. It learns to tell four shapes apart, whatever their colour and place.

# %%
CHOSEN = (1, 3, 5, 7)  # squares, arrows, stars and rings
NAMES = [npdl.data.scenes.CLASSES[label] for label in CHOSEN]


def shapes(count, split):
    """Pictures of the four shapes, made half as large by your average pooling, and their labels 0 ... 3."""
    data = npdl.data.load_scenes(count, split=split)
    kept = np.isin(data.labels, CHOSEN)
    x, _ = conv.avg_pool2d_forward(data.images[kept], size=2)
    return ((x - 0.5) / 0.25).astype(np.float32), np.searchsorted(CHOSEN, data.labels[kept])


def small_resnet(widths=(8, 16, 32), seed=0):
    return npdl.models.ResNet((1, 1, 1), widths, len(CHOSEN), rng=np.random.default_rng(seed))


def fit(model, x, y, test, epochs=8):
    batches = npdl.data.DataLoader(x, y, batch_size=32, seed=0)
    optimizer = npdl.optim.Adam(model.parameters(), lr=1e-2)
    schedule = npdl.optim.Schedule(optimizer, npdl.optim.one_cycle(epochs * len(batches)))
    trainer = npdl.train.Trainer(model, optimizer, schedule=schedule, progress=False)
    trainer.fit(batches, epochs, test)
    return trainer


# %%
try:
    with npdl.gap():
        (x, y), test = shapes(3000, "train"), shapes(1000, "test")
        conv.conv2d_forward(x[:1], np.zeros((1, 3, 3, 3), x.dtype))
        model = small_resnet()
        with npdl.mine():
            trainer = fit(model, x, y, test)
            model.eval()
            scores = model(npdl.Tensor(test[0][:12])).data
        figure, axes = plt.subplots(1, 2, figsize=(8, 2.6))
        axes[0].plot(trainer.history["loss"], color=BLUE, linewidth=0.8)
        axes[0].set(xlabel="step", ylabel="loss")
        axes[1].plot(trainer.history["train_accuracy"], "o-", color=GREY, label="training")
        axes[1].plot(trainer.history["val_accuracy"], "o-", color=GREEN, label="test")
        axes[1].axhline(1 / len(CHOSEN), color="black", linewidth=0.6, linestyle=":")
        axes[1].set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1.02))
        axes[1].legend(frameon=False)
        plt.tight_layout()
        plt.show()
        print(f"{trainer.history['val_accuracy'][-1]:.1%} of {len(test[0])} new pictures")
        pictures(test[0][:12] / 4 + 0.5, [NAMES[k] for k in scores.argmax(axis=1)], width=1)
        w = model.conv1.weight.data
        w = (w - w.min()) / (w.max() - w.min())
        pictures(list(w), [f"filter {f}" for f in range(len(w))], width=1)
except ValueError as error:
    print(error)

# %% [markdown]
# To train a whole recipe through your layers, type `npdl train scenes --mine` in a terminal: a ResNet-20, and minutes.
