# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Which belong together: clustering and segmentation
#
# Nobody tells you what the classes are, nor how many. You have points, and an idea that what is near belongs together.
# Three algorithms make three different things of this idea: one merges, one divides, one climbs. Then the points become
# the pixels of an image, and the clusters become its objects: at once you can measure which idea was good.
#
# Topics: R095 segmentation, R096 superpixels, R097 agglomerative clustering, R098 single link, R099 complete link,
# R100 average link, R101 k-means, R102 mean-shift, R103 colours by k-means.

# %%
import matplotlib.pyplot as plt
import numpy as np

from npdl.data import load_scenes
from npdl.maths.spanning_tree import prim
from npdl.metrics.segmentation import achievable_accuracy, adjusted_rand, boundary_recall
from npdl.ml import KMeans, agglomerate, cut, mean_shift, mean_shift_vector
from npdl.vision.palette import paint, palette
from npdl.vision.quantise import quantise
from npdl.vision.segmentation import segment_kmeans, segment_mean_shift
from npdl.vision.superpixels import boundaries, mean_colours, slic

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "grid.alpha": 0.25,
                     "font.size": 9})
COLOURS = np.array(["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442", "#000000"])
rng = np.random.default_rng(0)


def judge(answer, is_right, praise, advice):
    """Tell at once whether the answer to an exercise is right; None: not answered yet."""
    print("Your turn." if answer is None else f"Right. {praise}" if is_right(answer) else f"Not yet. {advice}")


def show(pictures, width=1.9):
    """Images side by side, each under its title."""
    shape = (width * len(pictures), width + 0.3)
    _, axes = plt.subplots(1, len(pictures), figsize=shape, layout="constrained")
    for place, (title, picture) in zip(axes, pictures.items()):
        place.imshow(picture, interpolation="nearest")
        place.set_title(title, fontsize=8)
        place.axis("off")
    plt.show()


# %% [markdown]
# ## 1. Merge the nearest
#
# Every point begins as a cluster of its own. Find the two clusters that are nearest, make them one, and go on until one
# is left. That is all, if you can say what the distance of two *clusters* is:
#
# $$d_{\text{single}} = \min_{x \in C_i,\, x' \in C_j} |x - x'| \qquad
# d_{\text{complete}} = \max_{x \in C_i,\, x' \in C_j} |x - x'| \qquad
# d_{\text{average}} = \frac{\sum_{x \in C_i,\, x' \in C_j} |x - x'|}{|C_i|\,|C_j|}$$
#
# Some notes print $x' \in C_i$ and $d(C_i, C_i)$ in the first two. It is a misprint, and you can see what it would do:
# the least distance of a cluster from itself is that of a point from itself.

# %%
clusters = [np.array([0.0, 1.0]), np.array([3.0]), np.array([7.0, 8.5])]


def pairs(a, b):
    return np.abs(a[:, None] - b)  # (A, B)


for i, j in ((0, 1), (0, 2), (1, 2)):
    a, b = clusters[i], clusters[j]
    print(f"clusters {i} and {j}: single {pairs(a, b).min():.1f}, complete {pairs(a, b).max():.1f}, "
          f"average {pairs(a, b).mean():.2f};  misprinted, single {pairs(a, a).min():.1f}, "
          f"complete {pairs(a, a).max():.1f}")

# %% [markdown]
# Misprinted, all single distances are 0, and the complete one does not depend on $C_j$: nothing says what to merge.
#
# The merges make a tree, the *dendrogram*. A bar joins two clusters, at the height of their distance:

# %%
blobs = [((0, 0), 0.5, 6), ((3, 1), 0.5, 5), ((1, 4), 0.4, 3)]
few = np.concatenate([rng.normal(centre, width, (n, 2)) for centre, width, n in blobs])
tree = agglomerate(few, "average")
three = cut(tree, 3)
figure, (plane, drawing) = plt.subplots(1, 2, figsize=(8, 2.8))
plane.scatter(*few.T, c=COLOURS[three], s=25)
for n, point in enumerate(few):
    plane.annotate(n, point, xytext=(4, 3), textcoords="offset points", fontsize=7)
plane.set(aspect="equal", title="three clusters")
height = np.concatenate([np.zeros(len(few)), tree.heights])
for (a, b), top in zip(tree.merges, tree.heights):
    drawing.plot(tree.x[[a, a, b, b]], [height[a], top, top, height[b]], color="#222222", linewidth=1)
middle = tree.heights[-3:-1].mean()  # between the merge that leaves three clusters, and the one that leaves two
drawing.axhline(middle, color=COLOURS[1], linestyle="--", linewidth=1)
drawing.set(title="the dendrogram, cut where three branches are left", ylabel="distance", xlabel="point")
drawing.set_xticks(range(len(few)), tree.leaves, fontsize=7)
plt.show()

# %% [markdown]
# The tree holds the answers for every number of clusters: cut it at another height. Four points on a line stand at
# 0, 1, 3 and 7. At which height does the *average* link make the last merge?

# %%
last_height = None  # your answer

judge(last_height, lambda a: abs(a - agglomerate(np.array([[0.0], [1.0], [3.0], [7.0]]), "average").heights[-1]) < 0.01,
      "(7 + 6 + 4) / 3: the last point, from all three of the others.",
      "First 0 and 1 merge, then 3 joins them. How far is 7 from each of the three, on average?")

# %% [markdown]
# What is each link good for? Two half moons, which everyone sees to be two:

# %%
t = np.linspace(0, np.pi, 80)
moons = np.concatenate([np.stack([np.cos(t), np.sin(t)], 1), np.stack([1 - np.cos(t), 0.4 - np.sin(t)], 1)])
moons += rng.normal(size=moons.shape) * 0.04
which = np.repeat([0, 1], 80)
figure, axes = plt.subplots(1, 3, figsize=(9, 2.2), sharey=True)
for place, link in zip(axes, ("single", "complete", "average")):
    labels = cut(agglomerate(moons, link), 2)
    place.scatter(*moons.T, c=COLOURS[labels], s=8)
    place.set(title=f"{link}: adjusted Rand {adjusted_rand(labels, which):.2f}", aspect="equal")
plt.show()

# %% [markdown]
# The *adjusted Rand index* asks of every pair of points whether both answers put it together: 1 if they always agree, 0
# on average for an answer that guesses.
#
# The single link goes along a chain from neighbour to neighbour, and does not care how long the chain is. The complete
# link wants small diameters, and cuts the moons. The single link is even an old acquaintance: its merges are the edges
# of the minimum spanning tree.

# %%
distances = np.sqrt(((moons[:, None] - moons) ** 2).sum(axis=2))
_, edges = prim(distances)
print("heights less edges of the tree:", np.abs(np.sort(edges) - agglomerate(moons, "single").heights).max())

# %% [markdown]
# But a chain is only as good as its gaps. Let a little more noise make a bridge:

# %%
for noise in (0.0, 0.05, 0.1, 0.15):
    noisy = moons + np.random.default_rng(1).normal(size=moons.shape) * noise
    found = {link: adjusted_rand(cut(agglomerate(noisy, link), 2), which) for link in ("single", "complete", "average")}
    print(f"noise {noise:.2f} more: " + ", ".join(f"{link} {score:+.2f}" for link, score in found.items()))

# %% [markdown]
# ## 2. k-means: two wishes, in turn
#
# Say that there are $k$ clusters, with centres $c_1, \dots, c_k$. We wish that
#
# 1. every point belongs to its nearest centre,
# 2. every centre is the mean of its points.
#
# Neither alone is hard. So grant the one, then the other, and again, until nothing changes (Lloyd). Each step lowers,
# or leaves, the *inertia* $\sum_n |x_n - c_{\text{label}(n)}|^2$, and there are finitely many ways to label the points:
# it must come to an end.

# %%
five = np.array([[0, 0], [3, 0], [6, 0.5], [1, 3], [5, 3.5]], dtype=float)
x = (five[:, None] + rng.normal(size=(5, 50, 2)) * 0.6).reshape(-1, 2)
start = x[[0, 10, 20, 60, 70]]  # three in one blob, two in another
figure, axes = plt.subplots(1, 4, figsize=(10, 2.4), sharey=True)
for place, rounds in zip(axes, (1, 2, 4, 40)):
    run = KMeans(5, init=start, max_iterations=rounds).fit(x)
    place.scatter(*x.T, c=COLOURS[run.labels], s=3)
    place.scatter(*run.centres.T, marker="X", c="black", s=40, edgecolors="white", linewidths=0.7)
    place.set(title=f"round {len(run.history) - 1}: {run.inertia:.0f}", aspect="equal", xticks=[], yticks=[])
    place.spines[:].set_visible(True)
plt.show()
print("inertia:", " ".join(f"{value:.0f}" for value in run.history))

# %% [markdown]
# The inertia never rises. It may still end in the wrong place. A rectangle has its corners at (0, 0), (4, 0), (0, 1)
# and (4, 1). Two centres start at (2, 0) and (2, 1). What is the inertia when nothing changes any more?

# %%
inertia = None  # your answer

corners = np.array([[0.0, 0], [4, 0], [0, 1], [4, 1]])
judge(inertia, lambda a: a == KMeans(2, init=np.array([[2.0, 0], [2, 1]])).fit(corners).inertia,
      f"It was the end already. Centres left and right have {KMeans(2, restarts=9).fit(corners).inertia:.0f}.",
      "Which corners are nearest to (2, 0)? Where is their mean?")

# %% [markdown]
# So the answer is not unique: it depends on the start. Two cures: start several times and keep the best; or start well.
# *k-means++* draws each next centre from the points in proportion to their squared distance from the centres so far:

# %%
figure, axes = plt.subplots(figsize=(6, 2.4))
for init, colour in (("random", COLOURS[1]), ("++", COLOURS[0])):
    ends = np.array([KMeans(5, init=init, seed=seed).fit(x).inertia for seed in range(200)])
    axes.hist(ends, bins=np.linspace(140, 620, 49), histtype="step", color=colour, label=init)
    print(f'"{init}": the best of 200 starts {ends.min():.0f}, the worst {ends.max():.0f}, '
          f"in {np.mean(ends < 1.01 * ends.min()):.0%} the best")
axes.set(xlabel="inertia at the end", ylabel="of 200 starts")
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# And the moons? A point belongs to its nearest centre, so the border of two clusters is a straight line, whatever the
# start. No start can be good enough:

# %%
print(f"k-means on the moons: {adjusted_rand(KMeans(2, restarts=20).fit(moons).labels, which):.2f}")

# %% [markdown]
# ## 3. Mean-shift: climb
#
# How many clusters are there? k-means wants to be told. Mean-shift takes the points for a landscape, high where they
# are dense, and lets every point climb to its peak. As many peaks, as many clusters. A point $p$ looks around itself,
# to a radius $h$, and steps to the mean of what it sees:
#
# $$m(p) = \frac{\sum_n x_n\, g(|p - x_n|^2 / h^2)}{\sum_n g(|p - x_n|^2 / h^2)} - p$$
#
# ("*q* is a kernel", some notes say under this formula; it is $g$.) That this is *uphill* is not obvious. With the
# Gaussian $g = e^{-|p - x|^2 / 2h^2}$ and the density $f(p) = \sum_n e^{-|p - x_n|^2 / 2h^2}$ it can be worked out:
# $\nabla f = f\, m / h^2$, so $m = h^2\, \nabla \log f$. Check it by a numerical gradient:

# %%
h = 0.8


def log_density(p):
    return np.log(np.exp(-((p - x) ** 2).sum(axis=1) / (2 * h**2)).sum())


p, e = np.array([1.7, 1.1]), 1e-5
slope = np.array([(log_density(p + e * axis) - log_density(p - e * axis)) / (2 * e) for axis in np.eye(2)])
print("h² ∇ log f:", h**2 * slope, " m:", mean_shift_vector(p[None], x, h, "gaussian")[0])

# %% [markdown]
# Without the $- p$ the formula is where to go; with it, how far to step. Watch the climb, with the flat kernel ($g = 1$
# within $h$, else 0):

# %%
figure, axes = plt.subplots(figsize=(5, 3))
axes.scatter(*x.T, color="#BBBBBB", s=5)
for climber in x[::7]:
    path = [climber]
    for _ in range(30):
        path.append(path[-1] + mean_shift_vector(path[-1][None], x, 1.2)[0])
    axes.plot(*np.array(path).T, color=COLOURS[0], linewidth=0.8)
found = mean_shift(x, 1.2)
axes.scatter(*found.modes.T, marker="X", s=60, color=COLOURS[1], zorder=3)
axes.set(aspect="equal", title=f"{len(found.modes)} peaks, and nobody said how many")
plt.show()

# %% [markdown]
# Nobody? There is no $k$, but there is an $h$. Two points that end within $h$ of each other count as the same peak.

# %%
for bandwidth in (0.4, 0.8, 1.2, 1.6, 2.5, 4.0):
    print(f"h = {bandwidth}: peaks: {len(mean_shift(x, bandwidth).modes)}")

# %% [markdown]
# It is a better question to be asked, since $h$ has a unit: "how far apart are things that differ?" may have an answer
# where "how many are there?" has none. The same $h$ serves an image with one object and one with three.
#
# ## 4. An image is a cloud of points
#
# Each pixel has three numbers, its colour: a point in a space of colours. Add two more, its row and column times some
# factor, and pixels must be near in the image, too. What should the factor be? In our scenes every pixel's object
# is known, so that the answer can be measured.

# %%
scenes = load_scenes(16, size=64, level="medium")
images, objects = scenes.images.transpose(0, 2, 3, 1), scenes.instances.astype(int)  # (N, H, W, 3), (N, H, W)
image, wanted = images[12], objects[12]
k = wanted.max() + 1
pictures = {"the image": image, "its objects": mean_colours(image, wanted)}
for place in (0, 0.5, 1, 2):
    labels = segment_kmeans(image, k, place=place)
    pictures[f"place × {place}: {adjusted_rand(labels, wanted):.2f}"] = mean_colours(image, labels)
show(pictures, 1.6)

# %% [markdown]
# The large background is one object, and far from itself. The more places count, the more k-means cuts it: its clusters
# want to be round and of similar size. Over all 16 scenes, some of them with checks, dots and stripes behind the
# objects:

# %%
for place in (0, 0.25, 0.5, 1, 2):
    scores = [adjusted_rand(segment_kmeans(i, y.max() + 1, place=place), y) for i, y in zip(images, objects)]
    print(f"k-means, k known, place × {place:<4}: {np.mean(scores):.2f}")
for bandwidth in (0.1, 0.2, 0.3, 0.4):
    found = [segment_mean_shift(i, bandwidth, place=0) for i in images]
    scores = [adjusted_rand(labels, y) for labels, y in zip(found, objects)]
    right = np.mean([len(np.unique(labels)) == y.max() + 1 for labels, y in zip(found, objects)])
    print(f"mean-shift, h = {bandwidth}: {np.mean(scores):.2f}, as many segments as objects in {right:.0%}")

# %% [markdown]
# Mean-shift did not even know $k$. But we chose $h$ after looking at the answers. How good is it on scenes that we have
# not seen?

# %%
others = load_scenes(16, size=64, level="medium", start=16)
new = list(zip(others.images.transpose(0, 2, 3, 1), others.instances.astype(int)))
climbed = [adjusted_rand(segment_mean_shift(i, 0.3, place=0), y) for i, y in new]
divided = [adjusted_rand(segment_kmeans(i, y.max() + 1, place=0), y) for i, y in new]
print(f"16 other scenes: mean-shift, h = 0.3: {np.mean(climbed):.2f}; k-means, k known: {np.mean(divided):.2f}")

# %% [markdown]
# What you have tuned on is no measure. Back to the first 16: where does k-means do worst?

# %%
scores = [adjusted_rand(segment_kmeans(i, y.max() + 1, place=0), y) for i, y in zip(images, objects)]
pictures = {}
for n in np.argsort(scores)[:2]:
    pictures[f"scene {n}, {objects[n].max() + 1} clusters"] = images[n]
    labels = segment_kmeans(images[n], objects[n].max() + 1, place=0)
    pictures[f"{scores[n]:.2f}"] = mean_colours(images[n], labels)
show(pictures)

# %% [markdown]
# The checks took two of the clusters, and one was left for the arrow and the triangle together. Colour is what
# clustering sees. That checks are *one* thing and a pink disc on them another is not in the colours, which is why
# networks that learn from labels have taken over this work.
#
# ## 5. Superpixels: fewer points
#
# Not every segmentation wants objects. Often we want some hundred small pieces that follow the edges, to work on
# instead of pixels. SLIC is k-means on colour (in CIELAB) and place, with the centres started on a grid, each of which
# sees only a window around itself. Its *compactness* says what place counts:

# %%
pictures = {"the image": image}
for compactness in (2, 10, 50, 500):
    pieces = slic(image, 100, compactness=compactness)
    lined = np.where(boundaries(pieces)[..., None], [1.0, 1.0, 1.0], image)
    best, edges = achievable_accuracy(pieces, wanted), boundary_recall(boundaries(pieces), boundaries(wanted), 1)
    pictures[f"compactness {compactness}\n{best:.1%}, {edges:.1%}"] = lined
show(pictures, 1.9)

# %% [markdown]
# Below each: how many pixels would be right if every piece went to its object, and what share of the objects' edges
# has a border of a piece within a pixel. Too soft and small differences draw the borders; too stiff and they become
# squares.
#
# Now the first section is worth its price. Agglomerative clustering holds all distances, $N^2$ numbers:

# %%
pieces = slic(image, 100, compactness=50)
N = pieces.max() + 1
pixels = pieces.size
print(f"{pixels} pixels: {8 * pixels**2 / 2**20:,.0f} MB of distances")
print(f"{N} superpixels: {8 * N**2 / 2**20:.2f} MB")
colours = np.array([image[pieces == n].mean(axis=0) for n in range(N)])
labels = cut(agglomerate(colours, "average"), k)[pieces]
show({"the image": image, f"{N} superpixels": mean_colours(image, pieces),
      f"their tree, cut at {k}: {adjusted_rand(labels, wanted):.2f}": mean_colours(image, labels)})

# %% [markdown]
# One piece has, say, 40 pixels. By how much does the table of distances shrink when an image of any size is cut into
# pieces of 40 pixels?

# %%
times_smaller = None  # your answer

judge(times_smaller, lambda a: a == 40**2, "N² with 40 times fewer points.", "The table has N² numbers.")

# %% [markdown]
# ## 6. A palette
#
# The same k-means makes an image small: find $k$ colours, and store for each pixel which of them is nearest. Two levels
# a channel are $2^3 = 8$ colours, at the same places for every image; k-means puts its 8 where *this* image has its
# own.

# %%
picture = load_scenes(6, size=64, level="hard").images[5].transpose(1, 2, 0)
pictures = {"24 bits a pixel": picture}
for levels in (2, 4):
    count = levels**3
    fixed = quantise(picture, levels) / 255 + 128 / levels / 255  # the middle of each interval
    own, _ = paint(picture, palette(picture, count))
    for name, result in (("at equal steps", fixed), ("by k-means", own)):
        error = ((result - picture) ** 2).mean()
        pictures[f"{count} colours {name}\nerror {error:.5f}"] = np.clip(result, 0, 1)
show(pictures, 2.1)

# %% [markdown]
# The last exercise. With 8 colours by k-means, how many *bits* does each pixel need, beside the small table of colours?

# %%
bits = None  # your answer

judge(bits, lambda a: a == 3, "An eighth of the 24.", "How many bits count from 0 to 7?")

# %% [markdown]
# ## What to try next
#
# - `segment_mean_shift(image, 0.3, place=0.5)`: place and mean-shift. Is it as harmful as it is to k-means?
# - `MiniBatchKMeans` finds centres from small random batches. How many batches until its inertia is within 1 % of
#   `KMeans`'s on the five blobs?
# - Cut the tree of superpixels with place among their features; or with the single link; on a scene with stripes.
