# %% [markdown]
# # Norms of images
#
# Batch norm gives every feature mean 0 and variance 1 over the batch. What is a *feature* of an image? A convolution has
# the same weights at every pixel, so all pixels of a map are the same feature seen in different places, and they should
# be normalised by the same two numbers. That is **spatial batch norm**. It has a weakness: it needs a batch. **Group norm**
# does without one.
#
# You write four functions in **`channel_norms.py`**.

# %%
# %load_ext autoreload
# %autoreload 2

# %%
import channel_norms as norms
import matplotlib.pyplot as plt
import numpy as np

import npdl

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#999999"

# %% [markdown]
# ## 1. Which numbers share a mean?
#
# Think of a batch as a block with three sides: $N$ images, $C$ channels, $H W$ pixels. The norms differ only in which of
# its numbers are averaged together. Each square below stands for all pixels of one channel of one image; squares of one
# colour share a mean and a variance. (Layer norm here is that of a whole image.)

# %%
N, C = 4, 6
n, c = np.mgrid[:N, :C]
shared = {"batch norm": c, "layer norm": n, "instance norm": n * C + c, "group norm, 2 groups": 2 * n + c // 3}
figure, axes = plt.subplots(1, 4, figsize=(9, 2.2))
for axis, (name, which) in zip(axes, shared.items(), strict=True):
    axis.imshow(which * 7 % 24, cmap="tab20", extent=(0, C, N, 0))
    axis.set(title=name, xlabel="channel", ylabel="image", xticks=[], yticks=[])
plt.tight_layout()
plt.show()

# %% [markdown]
# ## 2. Spatial batch norm
#
# $$\mu_c = \frac{1}{N H W} \sum_{n, h, w} x_{nchw}, \qquad
# \sigma_c^2 = \frac{1}{N H W} \sum_{n, h, w} (x_{nchw} - \mu_c)^2, \qquad
# y_{nchw} = \gamma_c\, \frac{x_{nchw} - \mu_c}{\sqrt{\sigma_c^2 + \epsilon}} + \beta_c$$
#
# It is the batch norm of rows, and the rows are pixels. So move the channels to the last axis and the rest is what you
# know. *Moving* an axis is not *reshaping*: a reshape to $(N, H, W, C)$ keeps the numbers in their order in memory and puts
# pixels of one channel where channels of one pixel belong. The layer then learns something, and nothing warns you.

# %%
with npdl.gap():
    x = np.arange(2 * 3 * 2 * 2).reshape(2, 3, 2, 2)
    print("x[0], the first pixel of each channel:", x[0, :, 0, 0])
    print("moved,    pixel (0, 0):", np.moveaxis(x, 1, -1)[0, 0, 0])
    print("reshaped, pixel (0, 0):", x.reshape(2, 2, 2, 3)[0, 0, 0])

# %%
npdl.check("spatial_batchnorm_forward")

# %%
npdl.check("spatial_batchnorm_backward")

# %%
with npdl.gap():
    images = npdl.data.load_scenes(64, level="medium").images.astype(float)
    gamma, beta = np.ones(3), np.zeros(3)
    y, _ = norms.spatial_batchnorm_forward(images, gamma, beta, np.zeros(3), np.ones(3))
    figure, axes = plt.subplots(1, 2, figsize=(7, 2.2))
    for axis, array, title in zip(axes, (images, y), ("red, green and blue as they come", "normalised"), strict=True):
        for channel, colour in enumerate(("#CC3311", GREEN, BLUE)):
            axis.hist(array[:, channel].ravel(), bins=60, histtype="step", color=colour, density=True)
        axis.set(title=title, yticks=[])
    plt.tight_layout()
    plt.show()

# %% [markdown]
# In training the layer remembers a running mean and variance; the test uses them, so that what becomes of a picture does
# not depend on the pictures beside it. How good is the estimate of a mean from one batch? The spread of batch means around
# the mean of all pictures, for batches of different sizes:

# %%
with npdl.gap():
    many = npdl.data.load_scenes(1024, level="medium").images.astype(float)
    everything = many.mean(axis=(0, 2, 3))
    batches = (1, 2, 4, 8, 16, 32, 64)
    spread = []
    for size in batches:
        off = []
        for start in range(0, 16 * size, size):
            mean, var = np.zeros(3), np.ones(3)
            norms.spatial_batchnorm_forward(many[start : start + size], gamma, beta, mean, var, momentum=0.0)
            off.append(mean - everything)
        spread.append(np.sqrt(np.mean(np.square(off))))
    plt.figure(figsize=(4.5, 2.4))
    plt.loglog(batches, spread, "o-", color=BLUE, label="measured")
    plt.loglog(batches, spread[0] / np.sqrt(batches), "--", color=GREY, label="1 / sqrt(N)")
    plt.xticks(batches, batches)
    plt.xlabel("images in a batch")
    plt.ylabel("error of the mean")
    plt.legend(frameon=False)
    plt.tight_layout()
    plt.show()

# %% [markdown] points="2"
# **Question 1.** A batch of one image has $H W = 1024$ pixels a channel, and 1024 numbers should give a good mean. Yet the
# picture above shows an error that falls with the number of *images*. Why do the pixels of one image not help as much as
# pixels of different images would?
#
# *Your answer:*

# %% [markdown]
# ## 3. Group norm
#
# Large pictures leave room for few images in a batch, two or even one. Wu and He (2018) normalise each image by itself, in
# groups of neighbouring channels. With one group it is layer norm over the whole image, with as many groups as channels it
# is instance norm. Because no image sees another, training and test are the same, and nothing runs along.
#
# $$\text{group } g \text{ of image } n:\quad \text{mean and variance over its } \tfrac{C}{G} H W \text{ numbers};\qquad
# \gamma, \beta: \text{ one for each } \textit{channel}$$

# %%
npdl.check("groupnorm_forward")

# %%
npdl.check("groupnorm_backward")

# %% [markdown]
# The same image in two different batches: does its output change? (For batch norm in training mode.)

# %%
with npdl.gap():
    a, b = np.concatenate([images[:1], images[1:4]]), np.concatenate([images[:1], images[4:7]])
    for name, layer in (
        ("spatial batch norm", lambda x: norms.spatial_batchnorm_forward(x, gamma, beta, np.zeros(3), np.ones(3))[0]),
        ("group norm", lambda x: norms.groupnorm_forward(x, gamma, beta, groups=1)[0]),
    ):
        print(f"{name:20} max |difference| of the first image: {np.abs(layer(a)[0] - layer(b)[0]).max():.3f}")

# %% [markdown]
# ## 4. Small batches
#
# A small network of npdl (three convolutions, each with a norm and a ReLU) learns 600 handwritten digits, in batches of 32
# and of 2 images. The norm is none, batch norm, or group norm, and both are yours: `npdl.swap` puts a pair in the place of
# the library's. All see every training picture four times; for batches of 2 the learning rate is a quarter. Full lines are
# the accuracy on the test set, dotted ones that of the training batches as they come, in training mode.


# %%
def network(norm, rng):
    parts = []
    for before, after in ((1, 8), (8, 16), (16, 16)):
        parts.append(npdl.nn.Conv2d(before, after, 3, pad=1, rng=rng))
        parts += [norm(after)] if norm else []
        parts.append(npdl.nn.ReLU())
    return npdl.nn.Sequential(*parts, npdl.nn.GlobalAvgPool2d(), npdl.nn.Affine(16, 10, rng=rng))


def fit(model, data, test, batch_size, lr, epochs):
    batches = npdl.data.DataLoader(*data, batch_size=batch_size, seed=0)
    optimizer = npdl.optim.Adam(model.parameters(), lr=lr)
    schedule = npdl.optim.Schedule(optimizer, npdl.optim.one_cycle(epochs * len(batches)))
    trainer = npdl.train.Trainer(model, optimizer, schedule=schedule, progress=False)
    trainer.fit(batches, epochs, test)
    return trainer.history


def is_written():
    """Ask all four functions for something, to see whether there is anything in them."""
    one, zero = np.ones(4), np.zeros(4)
    norms.spatial_batchnorm_backward(*norms.spatial_batchnorm_forward(np.eye(4), one, zero, zero.copy(), one.copy()))
    norms.groupnorm_backward(*norms.groupnorm_forward(np.ones((1, 4, 1, 2)), one, zero, groups=2))


KINDS = {
    "no norm": (None, GREY),
    "batch norm": (npdl.nn.BatchNorm, BLUE),
    "group norm": (lambda channels: npdl.nn.GroupNorm(4, channels), GREEN),
}

# %%
with npdl.gap():
    is_written()
    (x, y), test = npdl.data.load_digits()
    yours = {
        "batchnorm": (norms.spatial_batchnorm_forward, norms.spatial_batchnorm_backward),
        "groupnorm": (norms.groupnorm_forward, norms.groupnorm_backward),
    }
    figure, axes = plt.subplots(1, 2, figsize=(8, 2.8), sharey=True)
    with npdl.swap(**yours):
        for axis, batch_size, lr in zip(axes, (32, 2), (1e-2, 2.5e-3), strict=True):
            for name, (norm, colour) in KINDS.items():
                history = fit(network(norm, np.random.default_rng(0)), (x[:600], y[:600]), test, batch_size, lr, 4)
                found, seen = history["val_accuracy"], history["train_accuracy"]
                axis.plot(range(1, 5), found, "o-", color=colour, label=f"{name}: {found[-1]:.0%}")
                axis.plot(range(1, 5), seen, ":", color=colour)
            axis.set(title=f"batches of {batch_size}", xlabel="epoch", ylim=(0, 1.02), xticks=range(1, 5))
            axis.legend(frameon=False, fontsize=8, loc="lower right")
    axes[0].set_ylabel("accuracy")
    plt.tight_layout()
    plt.show()

# %% [markdown] points="2"
# **Question 2.** Compare the distance between the full and the dotted line of batch norm in the two pictures with that of
# group norm. The weights are the same for both lines of a colour, but the layer works in two modes. What does it do to an
# image in a batch of two that it does not do in the test? Why is there no such difference for group norm?
#
# *Your answer:*

# %% [markdown] points="2"
# **Question 3.** Batch norm follows a convolution with a bias. What becomes of this bias, whatever its value? Say why the
# convolutions of npdl's ResNet are made with `bias=False`.
#
# *Your answer:*

# %% [markdown]
# ## 5. A residual network with your norm
#
# At last the real thing: `npdl.mine()` checks your pairs and trains a small ResNet of the library through all of them, the
# convolutions of the notebook before included, if they are right. The pictures show what it says of twelve new images
# (what is wrong is orange), and the statistics that ran along in its first norm.

# %%
CHOSEN = (1, 3, 5, 7)  # squares, arrows, stars and rings
NAMES = [npdl.data.scenes.CLASSES[label] for label in CHOSEN]


def shapes(count, split):
    """Pictures of the four shapes, of 16 x 16 pixels, and their labels 0 ... 3."""
    data = npdl.data.load_scenes(count, split=split)
    kept = np.isin(data.labels, CHOSEN)
    x, _ = npdl.ops.avg_pool2d_forward(data.images[kept], size=2)
    return ((x - 0.5) / 0.25).astype(np.float32), np.searchsorted(CHOSEN, data.labels[kept])


# %%
try:
    with npdl.gap():
        is_written()
        data, test = shapes(3000, "train"), shapes(1000, "test")
        model = npdl.models.ResNet((1, 1, 1), (8, 16, 32), len(CHOSEN), rng=np.random.default_rng(0))
        with npdl.mine():
            history = fit(model, data, test, batch_size=32, lr=1e-2, epochs=6)
            model.eval()
            scores = model(npdl.Tensor(test[0][:12])).data
        print(f"{history['val_accuracy'][-1]:.1%} of {len(test[0])} new pictures")
        figure, axes = plt.subplots(1, 12, figsize=(12, 1.4))
        for axis, image, k, label in zip(axes, test[0], scores.argmax(axis=1), test[1]):
            axis.imshow((image / 4 + 0.5).transpose(1, 2, 0).clip(0, 1))
            axis.set_title(NAMES[k], fontsize=8, color=GREEN if k == label else ORANGE)
            axis.axis("off")
        plt.show()
        figure, axes = plt.subplots(1, 2, figsize=(7, 2.2))
        axes[0].bar(range(8), model.bn1.running_mean, color=BLUE)
        axes[0].set(title="running mean of the first norm", xlabel="channel")
        axes[1].bar(range(8), np.sqrt(model.bn1.running_var), color=GREEN)
        axes[1].set(title="running standard deviation", xlabel="channel")
        plt.tight_layout()
        plt.show()
except ValueError as error:
    print(error)
