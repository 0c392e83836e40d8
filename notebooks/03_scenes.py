# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The embedded world
#
# To learn computer vision you need pictures, and pictures with answers: what is where, which pixels belong to it, what
# would somebody say about it. Real collections are gigabytes, take people years to label, and are full of mistakes. For
# learning we want the opposite: a world so small that a laptop masters it in minutes, in which **every answer is exact**
# because we put it there ourselves, and which is still hard enough to show what works and what does not.
#
# That world is **Scenes**. It is not downloaded. It is drawn, from a seed, in a second. You will see what is in it, put
# its captions to the test, and then find out why pixels alone do not tell a star from a heart, and a network does.
#
# You need the [first lesson](01_an_op_is_a_pair.ipynb) for the last part; the rest needs only NumPy.
#
# Topics: R104, R106, R412, R422, R452, R455, R497, R499 (`npdl topics R412` tells more).

# %%
import hashlib

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

import npdl
from npdl import nn, ops, viz
from npdl.data import DataLoader, load_scenes
from npdl.data.scenes import CLASSES, COLOURS, LEVELS, held_out, parse_caption

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "grid.alpha": 0.25,
                     "font.size": 9})
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#999999"
npdl.seed(0)


def judge(answer, is_right, praise, advice):
    """Tell at once whether the answer to an exercise is right; None: not answered yet."""
    print("Your turn." if answer is None else f"Right. {praise}" if is_right(answer) else f"Not yet. {advice}")


# %% [markdown]
# ## 1. Three levels
#
# One call makes any number of pictures. They come as bytes (`pixels`), or as floats in [0, 1] (`images`):

# %%
scenes = load_scenes(6, size=32, level="easy")
print("pixels", scenes.pixels.dtype, scenes.pixels.shape, "  images", scenes.images.dtype, scenes.images.shape)
print("classes:", ", ".join(CLASSES))
print("colours:", ", ".join(COLOURS))

# %%
figure, rows = plt.subplots(3, 1, figsize=(8.2, 6.1))
for axes, (level, rules) in zip(rows, LEVELS.items()):
    sheet = load_scenes(20, level=level, split="val")
    axes.imshow(viz.make_grid(sheet.pixels, columns=10, pad=2), interpolation="nearest")
    few, many = rules.objects
    objects = "one object" if few == many else f"{few} to {many} objects"
    axes.set_title(f"{level}: {objects}, turned up to {rules.turn}°, at least {rules.visible:.0%} visible", loc="left")
    axes.axis("off")
figure.tight_layout()

# %% [markdown]
# Ten shapes, eight colours, six kinds of background, light and dark. On the higher levels shapes turn, hide each other,
# and the light is uneven. At `size=64` the same scenes are drawn finer. The **label** of a picture is the class of its *main* object: the one with the most visible
# pixels. `LEVELS` holds every number that makes a level what it is.
#
# ## 2. Everything that is in one picture
#
# `scenes[i]` is one `Scene`. It knows its objects, from the back to the front:

# %%
world = load_scenes(200, size=64, level="hard", split="val")
scene = world[int(np.argmax(world.overlaps.sum(axis=(1, 2)) * (world.counts == 3)))]  # three that cover each other
for number, thing in enumerate(scene.objects):
    box = ", ".join(f"{side:.0f}" for side in thing.box)
    print(f"{number}: {thing.size:5} {thing.colour:6} {thing.shape:8}  box ({box})  {thing.visibility:4.0%} visible, "
          f"turned by {thing.degrees}°, {len(thing.corners)} corners{'   <- main' if number == scene.main else ''}")

# %%
viz.plot_detections(
    scene.pixels,
    boxes=np.stack([thing.box for thing in scene.objects]),
    labels=[f"{thing.colour} {thing.shape}" for thing in scene.objects],
    points=np.concatenate([thing.corners[thing.corner_states == 2] for thing in scene.objects]),
)

# %% [markdown]
# Boxes are drawn around what is *visible*. The dots are key points, the corners of the shapes; those that another object
# hides are left out here, but the scene knows them too. And it knows of each pixel whose it is:

# %%
one = int(np.flatnonzero((world.counts == 5) & [len(set(c[:n])) < n for c, n in zip(world.classes, world.counts)])[0])
shapes = [thing.shape for thing in world[one].objects]
viz.plot_detections(world.pixels[one], masks=world.masks[one, : len(shapes)], labels=shapes)

# %% [markdown]
# Here two objects are of one class, so two questions have two answers. **Semantic** segmentation: which *class* is at
# this pixel? **Instance** segmentation: which *object*? And a mask alone is a tool: it keeps a region of interest and
# shields the rest. (Maps of numbers are shown with a palette of unlike colours: as grey values they would all look black.)

# %%
palette = ListedColormap(["white", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442", "black",
                          "#999999", "#882255"])
picture, main = world.images[one], world.masks[one, world.main[one]]

figure, axes = plt.subplots(1, 4, figsize=(8.2, 2.4))
axes[0].imshow(picture.transpose(1, 2, 0))
axes[1].imshow(world.semantic[one], cmap=palette, vmin=0, vmax=10, interpolation="nearest")
axes[2].imshow(world.instances[one], cmap=palette, vmin=0, vmax=10, interpolation="nearest")
axes[3].imshow((picture * main).transpose(1, 2, 0))
for axis, title in zip(axes, ("image", "semantic: 1 + class", "instances: 1 + object", "image × main mask")):
    axis.set_title(title)
    axis.set(xticks=[], yticks=[])
figure.tight_layout()
inside, outside = (picture[:, where].mean(axis=1).round(2) for where in (main, ~main))
print(f"mean red, green, blue inside the mask {inside}, outside {outside}")

# %% [markdown]
# ## 3. Captions that are true
#
# Every scene says a sentence about itself, in English and in Chinese. Both come from one list of facts through a small
# grammar, so they cannot disagree:

# %%
for s in load_scenes(4, level="medium", split="val"):
    print(s.caption())
    print(s.caption("zh"), end="\n\n")

# %% [markdown]
# A grammar works in both directions. `parse_caption` reads a sentence back into facts, and a scene can be asked whether
# it **agrees** with a sentence. So a model that writes captions can be marked like a student: not by how many words it
# shares with a reference, but by whether what it says is *true*.

# %%
s = load_scenes(4, level="medium", split="val")[1]
facts = parse_caption(s.caption())
for name, value in facts._asdict().items():
    print(f"{name:10}", tuple(value) if isinstance(value, tuple) else value)
print("\nthe same from the Chinese sentence:", parse_caption(s.caption("zh"), "zh") == facts)
lie = s.caption().replace(facts.subject.colour, next(c for c in COLOURS if c not in s.caption()))
for text in (s.caption(), lie, "nice weather today"):
    print(f"{s.agrees(text)!s:5}  {text}")

# %% [markdown]
# Is every caption true? We do not believe it, we check it: all three levels, both languages. And because a checker that
# always says yes would pass this test, we also ask whether each picture agrees with the caption of *the next one*:

# %%
for level in LEVELS:
    some = load_scenes(150, level=level, split="val")
    true = [s.agrees(s.caption(language), language) for s in some for language in ("en", "zh")]
    foreign = [s.agrees(caption) for s, caption in zip(some, some.captions()[1:])]
    print(f"{level:6}: {sum(true)} of {len(true)} captions hold; of another picture, {sum(foreign)} of {len(foreign)}")

# %% [markdown]
# ## 4. The same everywhere
#
# Image number $i$ is a **function** of (seed, level, split, $i$), not of what was drawn before it. So ten pictures are
# the first ten of a thousand, you can start in the middle, and a picture is the same on every machine: below is its
# fingerprint.

# %%
thousand, ten = load_scenes(1000), load_scenes(10)
print("the first ten of a thousand:", np.array_equal(thousand[:10].pixels, ten.pixels))
print("from the middle:            ", np.array_equal(thousand[500:510].pixels, load_scenes(10, start=500).pixels))
print("of another split:           ", np.array_equal(ten.pixels, load_scenes(10, split="test").pixels))
print("sha256 of the ten:          ", hashlib.sha256(ten.pixels.tobytes()).hexdigest()[:16])

# %% [markdown]
# The splits `train`, `val` and `test` are separate streams of the same kind: learn from the first, choose with the
# second, and look at the third once, at the end.
#
# The fourth split, `novel`, is a trap. For every shape one colour is **held out**: in the other splits there is, say,
# never a circle of that colour. In `novel` *every* main object has exactly the held-out one. A model that has understood
# "circle" and "orange" separately will not mind.

# %%
def pairs(split):
    """How often each class has each colour, (classes, colours), among 2,000 main objects."""
    some = load_scenes(2000, split=split)
    table = np.zeros((len(CLASSES), len(COLOURS)), int)
    np.add.at(table, (some.labels, some.colours[np.arange(len(some)), some.main]), 1)
    return table


figure, axes = plt.subplots(1, 2, figsize=(8.2, 3.5), sharey=True)
tables = {split: pairs(split) for split in ("train", "novel")}
for axis, (split, table) in zip(axes, tables.items()):
    axis.imshow(table, cmap="cividis", aspect="auto")
    for row, column in zip(*np.nonzero(table == 0)):
        axis.plot(column, row, "x", color="white", markersize=4)
    axis.set(title=f"{split}: main objects (× never)", xticks=range(len(COLOURS)), yticks=range(len(CLASSES)))
    axis.set_xticklabels(COLOURS, rotation=45, ha="right")
    axis.set_yticklabels(CLASSES)
figure.tight_layout()
classes = np.arange(len(CLASSES))
print("train has none of them:", tables["train"][classes, held_out(classes)].sum() == 0,
      "  novel has nothing else:", tables["novel"][classes, held_out(classes)].sum() == tables["novel"].sum())

# %% [markdown]
# **Look at the labels before you train on them.** Are the classes balanced? A table of counts is never perfectly even;
# chance alone spreads each count by about $\sqrt{n\,p\,(1-p)}$ (the grey band is twice that). How much of the objects do
# we see?

# %%
figure, axes = plt.subplots(1, 3, figsize=(8.2, 2.6), width_ratios=[1.5, 1, 1])
n = 2000
spread = 2 * np.sqrt(n * 0.1 * 0.9)
axes[0].axhspan(n / 10 - spread, n / 10 + spread, color="0.9")
axes[0].bar(classes, np.bincount(load_scenes(n).labels), color=BLUE, width=0.7)
axes[0].set_xticks(classes, CLASSES, rotation=45, ha="right")
axes[0].set(title=f"labels of {n:,} pictures (easy)", ylabel="pictures")
for offset, (level, colour) in zip((-0.28, 0, 0.28), zip(LEVELS, (BLUE, ORANGE, GREEN))):
    some = load_scenes(500, level=level)
    counts = np.bincount(some.counts, minlength=6)[1:]
    axes[1].bar(np.arange(1, 6) + offset, counts / 500, width=0.28, color=colour, label=level)
    seen = np.sort(some.visibility[some.classes >= 0])
    axes[2].plot(seen, np.linspace(0, 1, len(seen)), color=colour)
axes[1].set(title="objects in a picture", xlabel="objects", ylabel="share of pictures", xticks=range(1, 6))
axes[1].legend(frameon=False)
axes[2].set(title="how much of an object is seen", xlabel="visible part", ylabel="share of objects below")
axes[2].grid()
figure.tight_layout()

# %% [markdown]
# ## 5. How hard is it?
#
# We ask the easy level, with 4,000 pictures to learn from and 1,000 to be marked on. First the two classifiers that need
# no layers. **Nearest neighbour** remembers everything and answers with the label of the picture whose pixels are most
# alike. The **linear** classifier has one template a class and asks which one fits best. Guessing would get a tenth.

# %%
from npdl.ml import KNearestNeighbor, SoftmaxClassifier

sets = {split: load_scenes(n, split=split) for split, n in (("train", 4000), ("test", 1000), ("novel", 1000))}
x, x_test, x_novel = (some.images - np.float32(0.5) for some in sets.values())
y, y_test, y_novel = (some.labels for some in sets.values())

nearest = KNearestNeighbor().fit(x, y)
distances = nearest.compute_distances_no_loops(x_test)
linear = SoftmaxClassifier().fit(x, y, learning_rate=3e-3, epochs=30, batch_size=100)
score = {"linear": np.mean(linear.predict(x_test) == y_test)}
score["nearest neighbour"] = np.mean(nearest.predict_labels(distances, k=1) == y_test)
for name, right in score.items():
    print(f"{name:18} {right:.1%}")

# %% [markdown]
# The linear one does no better than guessing. And nearest neighbour? Let us look at what it finds *alike*:

# %%
shown = [int(np.flatnonzero(y_test == c)[0]) for c in (5, 8, 9)]  # a star, a heart, a crescent
closest = np.argsort(distances[shown], axis=1)[:, :7]
table = np.concatenate([np.concatenate([x_test[i : i + 1], x[row]]) for i, row in zip(shown, closest)]) + 0.5
titles = [f"{CLASSES[c]}{'?' if j == 0 else ''}" for i, row in zip(shown, closest)
          for j, c in enumerate([y_test[i], *y[row]])]
viz.plot_images(table, titles, columns=8)

# %% [markdown]
# In the first column is the question, then the nearest ones. They have the same background, and often a thing of a like
# colour in a like place. Which shape it is decides only about the pixels along its outline, and those are few. **Distance
# in pixels is not likeness in meaning.** (Exercise 3: how much of it is the place?)
#
# ### A small network
#
# Three convolutions, each looking at 3×3 and halving the picture, then the mean over all places. A convolution asks the
# same question everywhere, and the mean forgets *where* the answer was yes: exactly what nearest neighbour could not.

# %%
from npdl.optim import Adam, Schedule, one_cycle
from npdl.train import Trainer


def small_network(widths=(16, 32, 64), seed=0):
    rng, channels, parts = np.random.default_rng(seed), 3, []
    for width in widths:
        parts += [nn.Conv2d(channels, width, 3, stride=2, pad=1, bias=False, rng=rng), nn.BatchNorm(width), nn.ReLU()]
        channels = width
    return nn.Sequential(*parts, nn.GlobalAvgPool2d(), nn.Affine(channels, len(CLASSES), rng=rng))


def train(images, epochs=8, transform=None):
    model = small_network()
    batches = DataLoader(images, y, batch_size=32, seed=0, transform=transform)
    optimizer = Adam(model.parameters(), lr=0.02)
    schedule = Schedule(optimizer, one_cycle(epochs * len(batches)))  # the next lesson explains it
    trainer = Trainer(model, optimizer, schedule=schedule, progress=False)
    trainer.fit(batches, epochs)
    return trainer


trainer = train(x)
probabilities = ops.softmax(trainer.predict(x_test))
answer = probabilities.argmax(axis=1)
score["small network"] = np.mean(answer == y_test)
score["... on novel"] = trainer.accuracy(x_novel, y_novel)

# %%
figure, axes = plt.subplots(figsize=(5.6, 2.2))
bars = axes.barh(list(score), [100 * right for right in score.values()], color=[GREY, GREY, BLUE, ORANGE], height=0.6)
axes.bar_label(bars, fmt="%.1f %%", padding=3)
axes.axvline(10, color="0.3", linestyle=":", linewidth=1)
axes.text(11, 0.5, "guessing", color="0.3", va="center", fontsize=8)
axes.invert_yaxis()
axes.set(xlim=(0, 108), xlabel="right answers (%)", title="easy Scenes, 4,000 to learn from")
figure.tight_layout()
weights = sum(p.size for p in trainer.model.parameters())
print(f"{weights:,} weights, against {x.size:,} numbers that nearest neighbour keeps")

# %% [markdown]
# Then the trap snaps: in `novel` each colour is one that its shape never had. Nobody told the network to look at the
# shape alone. If it never saw an orange circle, then *orange* is evidence against *circle*, and a good statistician uses
# all the evidence there is. What is missing here is not training, it is a reason to ignore the colour. Exercise 5 gives
# it one.
#
# ## 6. What it gets wrong
#
# One number hides a lot. A **confusion matrix** counts, in row $i$ and column $j$, how often class $i$ was taken for $j$:

# %%
from npdl.metrics import confusion_matrix

matrix = confusion_matrix(y_test, answer, len(CLASSES))
viz.plot_confusion(matrix, CLASSES)

# %%
off = matrix - np.diag(np.diag(matrix))
for place in np.argsort(-off, axis=None)[:3]:
    i, j = np.unravel_index(place, off.shape)
    print(f"{CLASSES[i]:8} taken for {CLASSES[j]:8} {off[i, j]:3} times of {matrix[i].sum()}")
small = ~sets["test"].large[np.arange(len(y_test)), sets["test"].main]
print(f"right among small ones {np.mean(answer[small] == y_test[small]):.1%}, "
      f"large ones {np.mean(answer[~small] == y_test[~small]):.1%}")

# %% [markdown]
# And always look at the worst ones: the mistakes it was surest of. In real collections half of these turn out to be
# wrong *labels*. Here they cannot be.

# %%
sure = probabilities.max(axis=1)
worst = sorted(np.flatnonzero(answer != y_test), key=lambda i: -sure[i])[:12]
titles = [f"{CLASSES[y_test[i]]}\nsaid {CLASSES[answer[i]]}, {sure[i]:.0%}" for i in worst]
viz.plot_images(sets["test"].pixels[worst], titles, columns=6)

# %% [markdown]
# ## What you know now
#
# - Scenes is a function of a seed: the same pictures everywhere, with boxes, masks, key points and true captions.
# - Train, choose and judge on different splits; `novel` asks whether a model can recombine what it knows.
# - Pixel distance compares places and backgrounds. Convolution and averaging make a network indifferent to the place.
# - Look at the labels first, at the confusion matrix afterwards, and at the worst mistakes always.
#
# ## Now you
#
# **1.** How many different pairs (shape, colour) can a main object of `train` have?

# %%
my_pairs = None  # a number

judge(my_pairs, lambda answer: answer == np.count_nonzero(tables["train"]),
      "All of them occur among 2,000 pictures.", "Ten shapes, eight colours; and what is held out?")

# %% [markdown]
# **2.** Write another true caption for this picture: not the one that it has, but one that the grammar knows (the table
# in `npdl/data/scenes/captions.py`), in English or Chinese.

# %%
shy = load_scenes(8, size=64, level="medium", split="test")[5]
print(shy.caption())
my_caption, my_language = None, "en"

judge(my_caption, lambda text: shy.agrees(text, my_language) and text != shy.caption(my_language),
      "It is a sentence, and it holds.", "Is it a sentence (does parse_caption read it)? Then it says something untrue.")
figure, axes = plt.subplots(figsize=(1.8, 1.8))
axes.imshow(shy.image.transpose(1, 2, 0))
axes.axis("off")
figure.tight_layout()

# %% [markdown]
# **3.** How much of nearest neighbour's trouble is the *place*? Move each picture (`np.roll`) so that its main object's
# centre (`some.centres[i, some.main[i]]`, x and y) comes to the middle, pixel (16, 16). It should do three times as well.

# %%
def my_centred(some, images):
    """The images, each rolled so that its main object is in the middle."""
    return None


centred = my_centred(sets["train"], x), my_centred(sets["test"], x_test)
judge(centred[0], lambda images: np.mean(KNearestNeighbor().fit(images, y).predict(centred[1]) == y_test)
      > 2.5 * score["nearest neighbour"], "The place was most of it.", "x is the column, and np.roll takes rows first.")

# %% [markdown]
# **4.** The overlap of two boxes is measured by intersection over union: the area they share, divided by the area they
# cover together. Write it for boxes (x1, y1, x2, y2).

# %%
def my_iou(a, b):
    return None


judge(my_iou((0, 0, 2, 2), (1, 1, 3, 3)),
      lambda _: np.allclose([my_iou((0, 0, 2, 2), other) for other in ((0, 0, 2, 2), (1, 1, 3, 3), (3, 0, 4, 2),
                                                                      (1, 0, 2, 1))], [1, 1 / 7, 0, 1 / 4]),
      "Detectors are judged by it.", "Boxes that lie apart share nothing: neither side may count as negative.")

# %% [markdown]
# **5.** Give the network a reason to ignore the colour: turn the hue of every training picture at random, anew in each
# epoch (`npdl.data.transforms.ColourJitter(hue=0.5)`, then `Normalise(0.5, 1)`, as it wants pictures in [0, 1]). Train
# on `x + 0.5`. What happens to the gap between test and novel? Why do both start lower after as many epochs?

# %%
my_transform = None  # Compose(..., ...)

if my_transform is not None:
    careful = train(x + np.float32(0.5), transform=my_transform)
    test, novel = careful.accuracy(x_test, y_test), careful.accuracy(x_novel, y_novel)
    print(f"test {test:.1%}, novel {novel:.1%}")
judge(my_transform, lambda _: test - novel < (score["small network"] - score["... on novel"]) / 2,
      "What it may not use, it must learn to do without.", "The gap is still there: is the hue turned all the way?")
