# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Seam carving: what an image can do without
#
# A photograph is too wide for its place. Squeeze it, and everybody in it gets thin. Cut it, and somebody is lost. In 2007
# Avidan and Shamir took something else away: *seams*, paths of pixels from top to bottom that nobody will miss. To find the best of
# more paths than anybody could ever try takes a for loop and a minimum of three.
#
# You will find seams, see what a wrong border does to them, widen an image, make a man vanish from a beach, and keep him
# whole.
#
# Topics: R087 seam carving, R088 its energy, R089 dynamic programming, R090 removal, R091 forward energy, R092 insertion, R093
# removing an object, R094 protection.

# %%
import inspect
from itertools import product

import matplotlib.pyplot as plt
import numpy as np

from npdl.vision import seams
from npdl.vision.resize import resize
from npdl.vision.smoothing import gaussian

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "grid.alpha": 0.25,
                     "font.size": 9})
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
rng = np.random.default_rng(0)


def judge(answer, is_right, praise, advice):
    """Tell at once whether the answer to an exercise is right; None: not answered yet."""
    print("Your turn." if answer is None else f"Right. {praise}" if is_right(answer) else f"Not yet. {advice}")


# %% [markdown]
# ## 1. Three ways to make it narrower
#
# A beach: sky, a sun, the sea, sand, a lighthouse and a man. Everything that we do to it can be measured, since we have painted it.

# %%
H, W = 100, 170
y, x = np.mgrid[:H, :W]
SUN, RADIUS = (70, 24), 13
sun = np.hypot(x - SUN[0], y - SUN[1]) <= RADIUS
man = (np.hypot(x - 112, y - 50) <= 4) | ((abs(x - 112) <= 4) & (y > 52) & (y < 76))
tower = (abs(x - 26) <= 5 + (y - 20) / 12) & (y > 20) & (y < 66)


def paint(mask, colour):
    """Colour what the mask covers."""
    beach[mask] = colour


beach = np.zeros((H, W, 3))
beach[:] = np.stack([0.45 + 0.004 * y, 0.65 + 0.003 * y, np.full((H, W), 0.95)], axis=2)  # the sky
paint(y >= 60, (0.1, 0.35, 0.55))
beach[60:70] += 0.06 * np.sin(x[60:70] / 3 + y[60:70])[..., None]  # waves
paint(y >= 70, (0.85, 0.75, 0.5))
beach[70:] += 0.03 * gaussian(rng.standard_normal((H, W)), 0.7)[70:, :, None]  # sand
paint(sun, (1.0, 0.85, 0.3))
paint(tower, (0.95, 0.95, 0.95))
paint(tower & (y // 8 % 2 == 0), (0.8, 0.1, 0.1))
paint(man, (0.25, 0.15, 0.1))
beach = np.clip(np.stack([gaussian(beach[..., c], 0.5) for c in range(3)], axis=2), 0, 1)


def row(pictures, width=8.2):
    """Pictures (title: image) side by side, each as wide as its pixels."""
    widths = [image.shape[1] for image in pictures.values()]
    height = width * H / sum(widths) + 0.35
    figure, panels = plt.subplots(1, len(pictures), figsize=(width, height), width_ratios=widths, squeeze=False)
    for axes, (title, image) in zip(panels[0], pictures.items()):
        axes.imshow(image, cmap="gray")
        axes.set_title(title, fontsize=9)
        axes.set_axis_off()
    figure.tight_layout()
    return panels[0]


COUNT = 60
narrow = seams.remove_seams(beach, COUNT)
row({"the beach": beach})
plt.show()
row({f"squeezed by {COUNT}": resize(beach, (H, W - COUNT)), "cut": beach[:, 30 : W - 30], "carved": narrow})
plt.show()

# %% [markdown]
# Sun and lighthouse are as they were, and so is the order of things. (What happened to the man? Wait.)
#
# ## 2. What would be missed
#
# A pixel that is like its neighbours can go. The energy of the paper is a sum of absolute slopes:
#
# $$ E = \left|\frac{\partial I}{\partial x}\right| + \left|\frac{\partial I}{\partial y}\right| $$
#
# **Exercise 1.** A ramp $I = 0.03 x - 0.04 y$: what is its energy, everywhere?

# %%
energy_of_the_ramp = None
judge(energy_of_the_ramp, lambda e: abs(e - 0.07) < 1e-9, "A sum of absolute values.", "It is not the root of squares.")

# %%
energy = seams.seam_energy(beach)
axes = row({"the energy": np.sqrt(energy)}, width=5)
plt.show()

# %% [markdown]
# ## 3. The cheapest of very many
#
# A seam has one pixel in each row, and from row to row it moves by at most one column. How many are there? In five rows and
# columns one can count and try them all; in the beach one cannot:

# %%
def all_seams(height, width):
    """Every seam."""
    for start, steps in product(range(width), product((-1, 0, 1), repeat=height - 1)):
        seam = np.cumsum([start, *steps])
        if (seam >= 0).all() and (seam < width).all():
            yield seam


ways = np.ones(W)
digits = 0
for _ in range(H - 1):
    ways = np.convolve(ways, np.ones(3), mode="same")  # from the left, from above, from the right
    digits, ways = digits + np.log10(ways.max()), ways / ways.max()
print(f"5 × 5: {sum(1 for _ in all_seams(5, 5))} seams; the beach: about 10^{digits + np.log10(ways.sum()):.0f}")

# %% [markdown]
# But the cheapest seam to a pixel comes from one of the three above it, and is the cheapest seam to *that*. So go down, row by row,
# and note the cost of the cheapest way to each pixel:
#
# $$ M_{i, j} = E_{i, j} + \min(M_{i-1, j-1},\ M_{i-1, j},\ M_{i-1, j+1}) $$
#
# then start at the smallest $M$ of the last row and go back to where it came from. This is **dynamic programming**. Its cost is
# $3 H W$ additions. Against trying all:

# %%
small = rng.random((5, 5))
seam, cost = seams.cheapest_seam(*seams.backward_costs(small))
best = min(all_seams(5, 5), key=lambda s: small[np.arange(5), s].sum())
print(f"dynamic programming {seam.tolist()}, cost {cost:.4f}; the best of all {best.tolist()}, "
      f"{small[np.arange(5), best].sum():.4f}")

# %% [markdown]
# ### A border of zeros
#
# What is $M$ beside the image? In some notes it is 0. That looks harmless, and it is how convolutions are padded. Both ways,
# on three rows:

# %%
def accumulate(energy, outside):
    """M (H, W), with this value beyond the left and the right border."""
    M = energy.copy()
    for i in range(1, len(M)):
        above = np.pad(M[i - 1], 1, constant_values=outside)
        M[i] += np.minimum(np.minimum(above[:-2], above[1:-1]), above[2:])
    return M


E = np.array([[2, 1, 9], [9, 6, 2], [9, 9, 2.0]])
true_cost = min(E[np.arange(3), s].sum() for s in all_seams(3, 3))
for outside in (0, np.inf):
    print(f"outside {outside}:\n{accumulate(E, outside)}\ncheapest {accumulate(E, outside)[-1].min():g}, truly {true_cost:g}\n")

# %% [markdown]
# A path that steps off the image pays nothing. With zeros the way along the border is always free; nobody
# misses a border that way, but it is not the seam that is missed the least. In the beach:

# %%
def trace(M):
    """The seam (H,) back from the smallest M of the last row."""
    path = [int(M[-1].argmin())]
    for above in M[-2::-1]:
        low = max(path[-1] - 1, 0)
        path.append(low + int(above[low : path[-1] + 2].argmin()))
    return np.array(path[::-1])


panels = row({f"M, outside {'0' if outside == 0 else '+∞'}": accumulate(energy, outside) for outside in (0, np.inf)})
for axes, outside, colour in zip(panels, (0, np.inf), (ORANGE, BLUE)):
    path = trace(accumulate(energy, outside))
    axes.plot(path, np.arange(H), color=colour, linewidth=1.5)
    said, pays = accumulate(energy, outside)[-1].min(), energy[np.arange(H), path].sum()
    print(f"outside {outside}: M says {said:.3f}, and the seam truly costs {pays:.3f}")
plt.show()

# %% [markdown]
# Outside is $+\infty$: nobody may go there. Then what $M$ says is what the seam costs.
#
# The library's loop over the rows; each row is three additions of whole arrays and two minima:

# %%
print(inspect.getsource(seams.cumulative_costs))

# %% [markdown]
# ## 4. Away with it
#
# Find a seam, take it away, compute the energy anew, again. Here is every seam of the sixty, in the image as it was:

# %%
found = seams.find_seams(beach, COUNT)
marked = beach.copy()
marked[np.arange(H)[:, None], found] = (0.85, 0.1, 0.5)
row({"sixty seams": marked}, width=5)
plt.show()
for name, mask in (("sun", sun), ("man", man), ("lighthouse", tower)):
    print(f"{name:10} {np.take_along_axis(mask, found, axis=1).sum() / mask.sum():.1%} of its pixels gone")

# %% [markdown]
# They flow around the sun and the lighthouse. But look at the man: he is dark, and flat inside, and a seam that is in him
# pays nothing, where the sand beside him costs a little in every row. The energy knows of slopes, and nothing of people. That is
# the method's known weakness, and the last section mends it.
#
# Avidan and Shamir take the seam away, and that is all. A variant, in some notes, makes the neighbours of a removed pixel
# the mean of themselves and of what went, to hide the joint. Does it?

# %%
def invented(image):
    """The share of pixels of a colour that is not in the beach."""
    known = {tuple(colour) for colour in beach.reshape(-1, 3)}
    return np.mean([tuple(colour) not in known for colour in image.reshape(-1, 3)])


averaged = seams.remove_seams(beach, COUNT, average=True)
for name, image in (("before", beach), ("deleted", narrow), ("averaged", averaged)):
    print(f"{name:9} {invented(image):5.1%} new colours; energy of a pixel {seams.seam_energy(image).mean():.4f}")

# %% [markdown]
# Deleting invents no colour. The mean invents many, and what it was meant to make smooth did not become smoother.
#
# ## 5. Look ahead
#
# The energy asks what is *taken away*. But when a pixel goes, its neighbours meet, and may make an edge that was not there: the
# jags that you see above. Rubinstein, Shamir and Avidan (2008) charge for what is *made*: always
# $|I_{i, j+1} - I_{i, j-1}|$, and for a step from the left $|I_{i-1, j} - I_{i, j-1}|$ on top, as these two meet as well.

# %%
def made(image, forward):
    """(the image without COUNT seams, the energy that removing them has made)."""
    total = 0.0
    for _ in range(COUNT):
        first, steps = seams.forward_costs(image)
        costs = (first, steps) if forward else seams.backward_costs(seams.seam_energy(image))
        seam, _ = seams.cheapest_seam(*costs)
        came = seam[:-1] - seam[1:] + 1  # 0 from the left, 1 from above, 2 from the right
        total += first[seam[0]] + steps[came, np.arange(1, H), seam[1:]].sum()
        image = seams.remove_seam(image, seam)
    return image, total


results = {name: made(beach, name == "forward") for name in ("backward", "forward")}
row({name: image for name, (image, _) in results.items()})
plt.show()
def man_is_wide(image):
    """His width at the median of the rows of his body: what is dark."""
    return int(np.median((image.max(axis=2) < 0.4)[56:76].sum(axis=1)))


def tower_is_wide(image):
    """The width of the lowest red stripe."""
    return int(((image[..., 0] > 0.6) & (image[..., 1] < 0.3)).sum(axis=1).max())


for name, (image, total) in {"before": (beach, 0), **results}.items():
    print(f"{name:9} energy made {total:5.1f}; the man {man_is_wide(image)} pixels wide, the lighthouse {tower_is_wide(image)}")

# %% [markdown]
# Much less is made, and the man loses less, since a seam through him would bring his left side to his right one at head and
# feet. Now the lighthouse is thin: its stripes lie across, so a stripe that is shorter has no new edge. Neither energy knows
# what a lighthouse is.

# %% [markdown]
# ## 6. Wider
#
# To go from width $n$ to a larger $n'$, double the $n' - n$ cheapest seams (printed as $n - n'$ in notes we have read, a
# negative number). The obvious loop does not work: find the cheapest, double it, again.

# %%
def one_at_a_time(image, count):
    """Double the cheapest seam, `count` times; also which column each pixel came from, (H, W + count)."""
    columns = np.tile(np.arange(image.shape[1]), (H, 1))
    for _ in range(count):
        seam, _ = seams.cheapest_seam(*seams.backward_costs(seams.seam_energy(image)))
        place = np.arange(image.shape[1] + 1)
        place = place - (place > seam[:, None])  # the seam's pixel twice
        image, columns = np.take_along_axis(image, place[..., None], axis=1), np.take_along_axis(columns, place, axis=1)
    return image, columns


def mark(image, columns):
    """The image with its new pixels, those from the same column as the one before, in colour."""
    image = image.copy()
    image[:, 1:][columns[:, 1:] == columns[:, :-1]] = (0.85, 0.1, 0.5)
    return image


ways = {
    "one at a time": one_at_a_time(beach, COUNT),
    "all found first": (seams.insert_seams(beach, COUNT),
                        np.sort(np.concatenate([np.tile(np.arange(W), (H, 1)), found], axis=1), axis=1)),
}
row({name: image for name, (image, _) in ways.items()})
plt.show()
row({f"{name}: what is new": mark(*way) for name, way in ways.items()})
plt.show()
for name, (_, columns) in ways.items():
    times = np.bincount(columns[H // 2]) - 1
    print(f"middle row, {name}: {times.sum()} new pixels from {(times > 0).sum()} columns, at most {times.max()} from one")

# %% [markdown]
# What is cheap and doubled is still cheap. So find as many seams as you need by *removing* them, note where they were, and
# double those in the original image.
#
# **Exercise 2.** By how many columns can an image of 170 be widened at once in this way, if a seam is doubled only once: 84, 168, or
# as many as you like? (`seams.insert_seams` will tell: try.)

# %%
at_once = None
judge(at_once, lambda n: n == W - 2, "Every seam but the last two pixels of each row. More: insert, and insert again.",
      "It finds seams by removing them; how many can be removed?")

# %% [markdown]
# ## 7. The man who was never there
#
# Make what shall go so cheap that no detour is worth avoiding it; carve until it is gone; then widen to the old width.
# "Delete the seams through the object's *edge*", some notes say instead. Both:

# %%
def carve(image, mask, attract):
    """Remove seams until no pixel of `attract` is left; (image, the rest of the mask, how many seams)."""
    count = 0
    while attract.any():
        energy = seams.seam_energy(image)
        seam, _ = seams.cheapest_seam(*seams.backward_costs(np.where(attract, -energy.sum() - 1, energy)))
        image, mask, attract = (seams.remove_seam(a, seam) for a in (image, mask, attract))
        count += 1
    return image, mask, count


cover = np.hypot(x - 112, y - 50) <= 7
cover |= (abs(x - 112) <= 6) & (y > 50) & (y < 79)
inner = cover.copy()
for axis, shift in ((0, 1), (0, -1), (1, 1), (1, -1)):
    inner &= np.roll(cover, shift, axis)
by_edge, left_over, count_edge = carve(beach, cover, cover & ~inner)
by_mask, gone, count_mask = carve(beach, cover, cover)
print(f"through its edge: {count_edge} seams, {left_over.sum()} of {cover.sum()} pixels of the man are left")
print(f"through the mask: {count_mask} seams, {gone.sum()} left")
restored = seams.remove_object(beach, cover)
row({"through the edge": by_edge, "through the mask": by_mask, "as wide as before": restored})
plt.show()

# %% [markdown]
# Much of him is still standing there, with no edge left to aim at.
#
# ## 8. Hands off
#
# And if he is to stay? What seams may not touch gets the energy $+\infty$. This is how faces are kept, which are smooth, too.

# %%
protected = seams.remove_seams(beach, COUNT, protect=cover)
row({"free": narrow, "the man is protected": protected})
plt.show()
for name, image in (("before", beach), ("free", narrow), ("protected", protected)):
    print(f"{name:10} the man is {man_is_wide(image)} pixels wide")

# %% [markdown]
# **Exercise 3.** You protect one whole row of the image. What happens: `"nothing"`, `"error"`, or `"it goes around"`?

# %%
what_happens = None
judge(what_happens, lambda answer: answer == "error", "A seam has a pixel in every row: no way costs less than +∞.",
      "Must a seam cross that row?")

# %% [markdown]
# ## What to take along
#
# - Energy is a guess of what will be missed. Dynamic programming finds the best seam for *any* energy, exactly.
# - Outside of the image the cost is $+\infty$, not 0.
# - Forward energy pays for what a removal makes, not for what it takes.
# - To widen, find all seams first. To remove an object, go through its mask. To keep one, forbid it.
#
# ## What to try next
#
# - `seams.resize_by_seams(beach, (80, 130))` changes the height, too: horizontal seams are vertical ones of the transpose.
# - `seam_energy(..., kernel="sobel")` smooths a little. Does it keep the sand from looking important?
# - Write an energy that knows better: a mask of skin colour, the saliency of a network (`npdl.viz.saliency`). The loop of
#   section 7 takes any.
