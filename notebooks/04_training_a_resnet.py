# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Training a ResNet
#
# In 2015 networks stopped getting better by getting deeper. Past some twenty layers they got *worse*, and not because
# they learned the training set by heart: they could no longer learn it at all. Then four people added one plus sign, and
# the year after the record network had 152 layers (He, Zhang, Ren and Sun 2016).
#
# You will measure what goes wrong in a deep network and what the plus sign does about it, build a ResNet from blocks of a
# dozen lines, and train it properly: with a learning rate that rises and falls, with pictures that are never twice the
# same, and in such a way that a power cut costs nothing. Then you will look inside.
#
# You need the [first lesson](01_an_op_is_a_pair.ipynb), and [Scenes](03_scenes.ipynb) for the data.
#
# Topics: R010, R147, R165, R174, R176, R177, R179, R214, R218, R268, R269, R491, R496, R502, R504.

# %%
import inspect
import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import npdl
from npdl import Tensor, nn, ops, viz
from npdl.data import DataLoader, load_digits, load_scenes, transforms
from npdl.data.scenes import CLASSES
from npdl.models.resnet import BasicBlock, ResNet
from npdl.optim import Adam, Momentum, Schedule, cosine, one_cycle, step_decay, warmup
from npdl.train import Trainer, read_arrays, recipe

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "grid.alpha": 0.25,
                     "font.size": 9})
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
npdl.seed(0)


def judge(answer, is_right, praise, advice):
    """Tell at once whether the answer to an exercise is right; None: not answered yet."""
    print("Your turn." if answer is None else f"Right. {praise}" if is_right(answer) else f"Not yet. {advice}")


# %% [markdown]
# ## 1. What goes wrong in the deep
#
# `ResNet(..., residual=False)` is the same network without the plus signs: 3×3 convolutions, each with batch norm and
# relu, one after the other. We train it on the small digits, 14 layers deep and 26, with and without. If depth only
# added possibilities, 26 layers would learn at least as well: the twelve more could simply do nothing.

# %%
digits, _ = load_digits()


def losses(depth, residual):
    """The training loss of a network of 6n + 2 layers, a number a step, and its accuracy in the last epoch."""
    n = (depth - 2) // 6
    model = ResNet((n, n, n), (8, 8, 8), channels=1, residual=residual, rng=np.random.default_rng(0))
    trainer = Trainer(model, Momentum(model.parameters(), lr=0.05), progress=False)
    history = trainer.fit(DataLoader(*digits, batch_size=64, seed=0), 4)
    return history["loss"], history["train_accuracy"][-1]


runs = {(depth, residual): losses(depth, residual) for residual in (False, True) for depth in (14, 26)}

figure, axes = plt.subplots(figsize=(8.2, 2.6))
for (depth, residual), (loss, right) in runs.items():
    smooth = np.convolve(loss, np.full(8, 1 / 8), mode="valid")
    name = f"{depth} layers, {'residual' if residual else 'plain'}: {right:.0%} right"
    axes.plot(smooth, color=BLUE if residual else ORANGE, linestyle="-" if depth == 26 else "--", label=name)
axes.set(xlabel="step", ylabel="training loss", title="deeper is worse, unless there are shortcuts")
axes.grid()
axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5), title="on the training set")
figure.tight_layout()

# %% [markdown]
# This is the **degradation problem**: the deeper plain network is worse *on its own training set*. So it is not
# overfitting. Twelve layers that do nothing would have been a solution, and gradient descent did not find it.
#
# Why? We send one batch through networks of 56 layers and look at the gradient that arrives at every convolution, from
# the last to the first. (It is tempting to say "it vanishes". Measure first.)

# %%
probe = load_scenes(16)


def gradient_sizes(depth, residual, change=None):
    """|∂L/∂w| of every 3×3 convolution of a new network, from the image to the scores."""
    n = (depth - 2) // 6
    model = ResNet((n, n, n), (8, 8, 8), residual=residual, rng=np.random.default_rng(0))
    if change is not None:
        change(model)
    ops.softmax_cross_entropy(model(probe.images - np.float32(0.5)), probe.labels).backward()
    return [np.linalg.norm(p.grad) for name, p in model.named_parameters() if "conv" in name]


figure, axes = plt.subplots(figsize=(5.6, 2.8))
for residual, colour, style in ((False, ORANGE, "--"), (True, BLUE, "-")):
    sizes = gradient_sizes(56, residual)
    name = "residual" if residual else "plain"
    axes.semilogy(range(1, len(sizes) + 1), sizes, color=colour, linestyle=style, label=name)
    growth = (sizes[0] / sizes[-1]) ** (1 / (len(sizes) - 1))
    print(f"{name:9} first layer {sizes[0]:8.2f}, last {sizes[-1]:5.2f}: times {growth:.3f} a layer on the way back")
axes.set(xlabel="convolution, counted from the image", ylabel="size of its gradient", title="56 layers, before training")
axes.grid()
axes.legend(frameon=False)
figure.tight_layout()

# %% [markdown]
# It does not vanish, it **explodes**. Without batch norm and with small weights it would vanish; both are the same
# disease. A gradient on its way back is multiplied by something at every layer, $G_1 = G_L \cdot x_{L-1} \cdots x_1$, and
# a product of fifty numbers that are a *little* above 1 is huge, a *little* below 1 nothing. No learning rate suits the
# first layer and the last.
#
# ## 2. One plus sign
#
# A residual block computes a correction and adds it to what it was given, $y = x + F(x)$. On the way back:
#
# $$\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} + \frac{\partial L}{\partial y} \cdot \frac{\partial F}{\partial x}$$
#
# Whatever $F$ does, the first term arrives **unchanged**: a *one plus* something instead of something. And "do nothing"
# is now easy: $F = 0$. Here is the block, as it runs:

# %%
print(inspect.getsource(BasicBlock))

# %% [markdown]
# Does the gradient really pass? Batch norm's weight $\gamma$ of the second convolution multiplies the whole correction.
# We set it to 0, and the block must become relu of its input, and its gradient the identity:

# %%
rng = np.random.default_rng(0)
block = BasicBlock(8, 8, rng=rng)
block.bn2.weight.data[:] = 0
x = Tensor(rng.random((2, 8, 6, 6), dtype=np.float32), requires_grad=True)  # at least 0, as after a relu
y = block(x)
dout = rng.standard_normal(y.shape).astype(np.float32)
y.backward(dout)
print("y = x:", np.array_equal(y.data, x.data), "  dx = dout:", np.array_equal(x.grad, dout))

# %% [markdown]
# The tape has seen it all. Its drawing shows the fork: one path through the block, one around it, and `add`, where
# backward will sum what comes along both. (JupyterLab draws it; elsewhere you see its text, in the language Mermaid.)

# %%
block = BasicBlock(8, 8, rng=rng)
viz.tape_graph(block(Tensor(x.data, requires_grad=True)), block)

# %% [markdown]
# A sum needs equal shapes. Where a block halves the image or changes the number of channels, $x$ itself does not fit any
# more, and the shortcut becomes a 1×1 convolution of the same stride: the *dashed* lines in the paper's figure 3, as
# against the *solid* ones. Block by block, a small ResNet:

# %%
model = ResNet((1, 1, 1), (8, 16, 32), rng=rng)
h = probe.images
print(f"{'image':8} {h.shape}")
h = ops.relu(model.bn1(model.conv1(h)))
print(f"{'stem':8} {h.shape}")
for name in ("layer1", "layer2", "layer3"):
    h = getattr(model, name)(h)
    dashed = getattr(model, name)[0].downsample is not None
    print(f"{name:8} {h.shape}   shortcut {'dashed: 1×1 convolution' if dashed else 'solid: the input itself'}")
h = ops.global_avg_pool2d(h)
print(f"{'mean':8} {h.shape}       over all places")
print(f"{'scores':8} {model.fc(h).shape}")

# %% [markdown]
# `nn.summary` runs the network on an empty picture and notes what each op costs. **MACs** are multiply-adds; a FLOP count
# is twice that (and FLOPS, with a capital S, is a speed). **field** is the receptive field: how large a part of the
# image one number can depend on.

# %%
table = nn.summary(model, (3, 32, 32))
print(table)

# %% [markdown]
# Check one line, so that you believe the others. `conv1` makes 8 maps of 32×32, and each number takes 3×3 from 3
# channels. And the field: a 3×3 at stride 1 adds 2 pixels, after one halving 4, after two 8.

# %%
first = table.rows[0]
print("MACs of conv1:", 32 * 32 * 8 * (3 * 3 * 3), "=", first.macs, "  parameters:", 8 * 3 * 3 * 3, "=", first.parameters)
print("field of the last 3×3:", 1 + 3 * 2 + (2 + 4) + (4 + 8), "pixels; the image has 32")

# %% [markdown]
# ## 3. The learning rate is a function
#
# Of time. In npdl a **schedule** is a plain function of the step $t$ that says by what to multiply the learning rate, so
# you can plot it before you believe in it:
#
# - *warm-up*: the first steps of an untrained network point in wild directions; take small ones.
# - *high in the middle*: large steps find their way over the landscape, and the noise in them keeps them out of narrow
#   holes.
# - *low at the end*: the noise of the batches makes the weights tremble; only small steps let them settle.

# %%
steps = 400
factors = {"one cycle": one_cycle(steps), "warm-up, then cosine": warmup(40, then=cosine(steps - 40)),
           "step decay": step_decay([200, 300])}
figure, axes = plt.subplots(figsize=(5.6, 2.4))
for (name, factor), colour, style in zip(factors.items(), (BLUE, ORANGE, GREEN), ("-", "--", "-.")):
    axes.plot([factor(t) for t in range(steps)], color=colour, linestyle=style, label=name)
axes.set(xlabel="step", ylabel="learning rate × ...", ylim=(0, 1.05))
axes.grid()
axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
figure.tight_layout()

# %% [markdown]
# ## 4. Never the same picture twice
#
# We take the *medium* level: up to three objects at any angle up to 45°, on all backgrounds, and 2,500 pictures. That is
# few. But whatever does not change the answer gives new pictures for nothing: a heart shifted by three pixels is a heart,
# a mirrored one too, and so is a green one. (Ask each time! A mirrored 2 is no 2.)

# %%
train_set, val_set, test_set, novel_set = (
    load_scenes(n, level="medium", split=split)
    for split, n in (("train", 2500), ("val", 500), ("test", 1000), ("novel", 1000))
)
shift = transforms.RandomCrop(32, pad=3, mode="edge")
mirror = transforms.RandomHorizontalFlip()
hue = transforms.ColourJitter(hue=0.5)
normalise = transforms.Normalise(0.5, 1)  # x - 1/2

draw, picture = np.random.default_rng(0), train_set.images[1:2]
ways = shift, mirror, hue, transforms.Compose(shift, mirror, hue)
table = np.concatenate([np.concatenate([picture, way(picture.repeat(9, axis=0), rng=draw)]) for way in ways])
figure, axes = plt.subplots(figsize=(7.6, 3.4))
axes.imshow(viz.make_grid(table, columns=10, pad=2), interpolation="nearest")
axes.set_yticks(17 + 34 * np.arange(4), ["shifted", "mirrored", "hue", "all three"])
axes.set(xticks=[], title="one picture, and nine of what the network may see of it")
axes.tick_params(length=0)
axes.spines[:].set_visible(False)
figure.tight_layout()

# %% [markdown]
# Which do we need? In lesson 3 the network leaned on the colours. So we turn the hue, and leave the other two for
# exercise 4. The loader applies the transform anew in every epoch, with random numbers that depend on (seed, epoch,
# batch) alone. That will be useful at once.
#
# ## 5. A training that can be killed
#
# Trainings are long, and machines are not reliable. A checkpoint that saves only the weights is half a checkpoint: the
# optimiser has a memory, the schedule a step, the loader an order, and the random numbers a state. Forget one, and the
# training that goes on is *another* one. The Trainer keeps them all:

# %%
class PowerCut(Exception):
    pass


def small_training(cut_after=None):
    """A fresh training, with everything in it that has a state; it dies after so many steps."""
    model = ResNet((1,), (4,), rng=np.random.default_rng(0))
    optimizer = Adam(model.parameters(), lr=0.01)

    def risky(images, labels, rng):
        if len(trainer.history["loss"]) == cut_after:
            raise PowerCut
        return normalise(*hue(images, labels, rng=rng))

    batches = DataLoader(train_set.images[:128], train_set.labels[:128], batch_size=16, seed=0, transform=risky)
    trainer = Trainer(model, optimizer, schedule=Schedule(optimizer, one_cycle(3 * len(batches))), progress=False)
    return trainer, batches


whole, batches = small_training()
whole.fit(batches, epochs=3)

with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "checkpoint.npz"
    victim, batches = small_training(cut_after=13)  # in the middle of the second epoch
    try:
        victim.fit(batches, epochs=3, checkpoint=file, every=5)
    except PowerCut:
        print(f"the light went out after {len(victim.history['loss'])} steps")
    parts = sorted({name.split("/")[0] for name in read_arrays(file)})
    del victim
    second, batches = small_training()  # all new, as in a new process
    second.fit(batches, epochs=3, checkpoint=file, every=5, resume=True)

same = all(np.array_equal(a, second.model.state_dict()[name]) for name, a in whole.model.state_dict().items())
print("the checkpoint holds:", ", ".join(parts))
print(f"resumed from step 10; after {len(second.history['loss'])} steps all weights are the same, bit for bit: {same}")

# %% [markdown]
# Not *close*: the same. That is worth more than comfort. A bug in a training that cannot be repeated cannot be found.
#
# ## 6. The training

# %%
def train(transform, epochs=8, seed=0):
    model = ResNet((1, 1, 1), (8, 16, 32), rng=np.random.default_rng(seed))
    batches = DataLoader(
        train_set.images, train_set.labels, batch_size=32, seed=seed, transform=transform, drop_last=True
    )
    optimizer = Adam(model.parameters(), lr=0.02)
    trainer = Trainer(model, optimizer, schedule=Schedule(optimizer, one_cycle(epochs * len(batches))), progress=False)
    trainer.fit(batches, epochs, (normalise(val_set.images), val_set.labels))
    return trainer


start = time.perf_counter()
trainer = train(transforms.Compose(hue, normalise))
print(f"{len(trainer.history['loss'])} steps in {time.perf_counter() - start:.0f} s")
viz.plot_history(trainer.history)

# %% [markdown]
# At first nothing seems to happen, while the rate is still rising; then it falls into place. The last epochs, at a small
# rate, are the best ones. (`drop_last` leaves out the four pictures that are over. A batch of four would be a poor
# estimate for batch norm, and make the curve jump once an epoch: lesson 5.) The test set is looked at once, now:

# %%
x_test, x_novel = normalise(test_set.images), normalise(novel_set.images)
probabilities = ops.softmax(trainer.predict(x_test))
answer, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
right = answer == test_set.labels
print(f"test {right.mean():.1%}, novel {trainer.accuracy(x_novel, novel_set.labels):.1%}  (guessing: 10 %)")
for count in (1, 2, 3):
    print(f"{count} object{'s' if count > 1 else ' '} in the picture: {right[test_set.counts == count].mean():.1%}")
alone, large = test_set.counts == 1, test_set.large[np.arange(1000), test_set.main]
print(f"one object, small: {right[alone & ~large].mean():.1%}, large: {right[alone & large].mean():.1%}")

# %% [markdown]
# Novel is as good as test, up to chance (one standard error among 1,000 pictures is more than a percent): the trap of
# lesson 3 is disarmed. And is one object harder than two? Always ask what else differs: among several the main one is always large, one alone may
# be small.
#
# That was a tiny network, few pictures, and less than a minute. The full recipe, `npdl train scenes`, trains a ResNet-20
# on many more of them, but sees each less often: where pictures cost nothing, the best augmentation is a new picture. It
# states what it reaches (mean and standard deviation over five seeds):

# %%
full = recipe.load("scenes")
print(inspect.getdoc(full).splitlines()[0])
print(f"It reaches {full.STATED} with", ", ".join(f"{name} {value}" for name, value in full.Config()._asdict().items()))

# %% [markdown]
# ## 7. Looking inside
#
# `nn.watch` notes the output of every part. After the first block the maps still look like the picture; some channels
# show whole objects, others only edges on one side.

# %%
pick = int(np.flatnonzero(right & (test_set.counts == 3) & (test_set.textures == 3))[0])
with nn.watch(trainer.model) as outputs:
    trainer.predict(x_test[pick : pick + 1])
viz.plot_activations(outputs["layer1"].data[0], columns=8)

# %% [markdown]
# Two blocks later each map has 8×8 places, of which few say anything. What the last layer judges by is the mean of each.

# %%
print("main object:", test_set[pick].objects[test_set[pick].main].shape)
viz.plot_activations(outputs["layer3"].data[0], columns=16)

# %% [markdown]
# **Saliency** asks the other way round: which *pixels* would change the score most? It is one backward pass, down to the
# image. Above the picture, below $|\partial s / \partial x|$:

# %%
rows = np.flatnonzero(right & (test_set.counts > 1))[:8]
print([CLASSES[label] for label in test_set.labels[rows]])
viz.plot_saliency(trainer.model, x_test[rows], test_set.labels[rows], test_set.images[rows])

# %% [markdown]
# A picture persuades; a number proves. We know which pixels belong to the main object. If the network looked anywhere,
# they would get their share of the area:

# %%
rows = np.flatnonzero(right)[:200]
weight = np.abs(viz.saliency(trainer.model, x_test[rows], test_set.labels[rows])).sum(axis=1)
masks = test_set.masks[rows, test_set.main[rows]]
print(f"the main object has {masks.mean():.0%} of the pixels and {(weight * masks).sum() / weight.sum():.0%} of the saliency")

# %% [markdown]
# And the mistakes of which it was surest. Which of them would *you* have made?

# %%
worst = sorted(np.flatnonzero(~right), key=lambda i: -sure[i])[:12]
titles = [f"{CLASSES[test_set.labels[i]]}\nsaid {CLASSES[answer[i]]}, {sure[i]:.0%}" for i in worst]
viz.plot_images(test_set.pixels[worst], titles, columns=6)

# %% [markdown]
# ## What you know now
#
# - Plain depth multiplies gradients layer by layer; a shortcut adds one, and the block need only learn a correction.
# - Cost and receptive field can be read off before training.
# - A schedule is a function of the step; augmentation is knowledge about what does not matter.
# - A checkpoint holds *all* state, or the training that goes on is another one.
#
# ## Now you
#
# **1.** How many parameters has `BasicBlock(16, 32, stride=2)`? Count first: three convolutions without bias, three
# batch norms.

# %%
my_count = None

judge(my_count, lambda n: n == sum(p.size for p in BasicBlock(16, 32, stride=2, rng=rng).parameters()),
      "The 1×1 convolution is the cheapest of the three.", "A convolution has F·C·k·k weights, a batch norm 2·F.")

# %% [markdown]
# **2.** The best start for a residual network may be to do nothing at all (Goyal et al. 2017, section 5.1). Write a
# function that makes every block of a model begin as the identity. Then the 56 layers should be no harder than one:
# the gradient of the first layer is to be below 5.

# %%
def my_start(model):
    """Change the model, so that each BasicBlock computes relu(shortcut(x))."""
    return None  # for part in model.modules(): if isinstance(part, BasicBlock): ...


sizes = gradient_sizes(56, True, change=my_start)
judge(None if sizes == gradient_sizes(56, True) else my_start, lambda _: 0 < sizes[0] < 5 and sizes[-1] == 0,
      f"{sizes[0]:.2f} at the first layer. (The convolutions get theirs once γ has moved.)", "Which γ is the last?")

# %% [markdown]
# **3.** Write a schedule of your own: a straight line from 0 up to 1 at the middle, and back to 0 at the end (Smith 2018
# drew it like that). Plot it beside the others.

# %%
def my_triangle(steps):
    return lambda t: None


judge(my_triangle(100)(50), lambda _: np.allclose([my_triangle(100)(t) for t in (0, 25, 50, 75, 100)], [0, .5, 1, .5, 0]),
      "Give it to Schedule: that takes any function.", "1 - |t - middle| / middle.")

# %% [markdown]
# **4.** What did the turned hue bring? Train without it (`train(normalise)`): does the network compose as well, that is,
# is novel as close to test? And what do `shift` and `mirror` bring in so few epochs? Before you say that one is *better*,
# repeat it with two more seeds: you will be surprised how much of a difference a seed makes.

# %%
my_trainer = None  # train(...)


def gap(some):
    return some.accuracy(x_test, test_set.labels) - some.accuracy(x_novel, novel_set.labels)


judge(my_trainer, lambda other: gap(other) > gap(trainer),
      "What the network may use, it will use.", "No larger gap? Then you have found something: try other seeds.")
