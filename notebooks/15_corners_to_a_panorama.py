# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # From corners to a panorama
#
# Two photographs of one wall, taken a step apart. A stone that is in both: where is it in the first, where in the second?
# Know that for four stones, and you can lay one photograph on the other. Nobody tells you which stones. In this
# lesson a program finds them: first by corners, which fail when you step closer; then by SIFT, which does not; then it throws out
# the matches that lie, and lays three views into one picture.
#
# You need derivatives and smoothing; no network is trained here.
#
# Topics: R042 to R045 Harris, R046 the largest around, R047 Shi-Tomasi, R063 RANSAC, R064 its trials, R065 stitching,
# R066 the five steps, R067 and R068 description and matching, R070 differences of Gaussians, R071 to R077 SIFT.

# %%
import matplotlib.pyplot as plt
import numpy as np

from npdl.data import pictures
from npdl.vision.derivatives import sobel
from npdl.vision.geometry import apply, fit_homography, transfer_errors
from npdl.vision.harris import eigenvalues, harris_corners, harris_response, shift_energy, structure_tensor
from npdl.vision.matching import match
from npdl.vision.panorama import align, blend, keypoints, panorama
from npdl.vision.ransac import ransac_homography, trial_count
from npdl.vision.sift import sift
from npdl.vision.sift.descriptor import describe
from npdl.vision.sift.extrema import keep_corners_and_blobs, on_edge, refine, scale_space_extrema
from npdl.vision.sift.orientation import main_directions
from npdl.vision.sift.pyramid import doubled, gaussian_pyramid, pixel_gradients
from npdl.vision.smoothing import gaussian
from npdl.vision.warp import warp

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "grid.alpha": 0.25,
                     "font.size": 9})
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
rng = np.random.default_rng(0)


def judge(answer, is_right, praise, advice):
    """Tell at once whether the answer to an exercise is right; None: not answered yet."""
    print("Your turn." if answer is None else f"Right. {praise}" if is_right(answer) else f"Not yet. {advice}")


def show(axes, image, title=""):
    """A grey image, without ticks."""
    axes.imshow(image, cmap="gray", vmin=0, vmax=1)
    axes.set_title(title, fontsize=9)
    axes.set_axis_off()


# %% [markdown]
# ## 1. What can be found again?
#
# Lay a small window on an image, move it by $(u, v)$, and sum up how much changes:
#
# $$ E(u, v) = \sum_{x, y} w(x, y)\, \big(I(x + u, y + v) - I(x, y)\big)^2 $$
#
# Where it is flat nothing changes. Along an edge nothing changes either. Only at a corner every move shows, and that is a
# place that can be found again.

# %%
image = pictures.polygon(np.array([[14.0, 12], [50, 20], [46, 52], [18, 46]]), (64, 64), inside=0.9, outside=0.2)
image = gaussian(image, 1.0)
places = {"flat": (32, 34), "edge": (48, 36), "corner": (48, 21)}
SIGMA = 2.0
line = np.arange(-6, 7)
window = np.exp(-(line**2 + line[:, None] ** 2) / (2 * SIGMA**2))
window /= window.sum()


def energy(image, x, y, u, v):
    """E(u, v) of the window around (x, y), for whole u and v, from the definition."""
    here = image[y - 6 : y + 7, x - 6 : x + 7]
    there = image[y + v - 6 : y + v + 7, x + u - 6 : x + u + 7]
    return np.sum(window * (there - here) ** 2)


moves = range(-3, 4)
figure, panels = plt.subplots(1, 4, figsize=(8.2, 2.2))
show(panels[0], image, "three windows")
for axes, (name, (x, y)), colour in zip(panels[1:], places.items(), (BLUE, GREEN, ORANGE)):
    panels[0].plot(x, y, "s", markersize=13, markerfacecolor="none", color=colour)
    change = [[energy(image, x, y, u, v) for u in moves] for v in moves]
    axes.imshow(change, cmap="Blues", vmin=0, vmax=0.06, extent=(-3.5, 3.5, 3.5, -3.5))
    axes.set_title(f"E(u, v), {name}", color=colour)
    axes.set(xlabel="u", ylabel="v")
figure.tight_layout()
plt.show()

# %% [markdown]
# Not every move has to be tried. To first order $I(x + u, y + v) - I(x, y) = u I_x + v I_y$; put that in the square, and
#
# $$ E(u, v) \approx \begin{pmatrix} u & v \end{pmatrix} H \begin{pmatrix} u \\ v \end{pmatrix}, \qquad
# H = \sum w \begin{pmatrix} I_x^2 & I_x I_y \\ I_x I_y & I_y^2 \end{pmatrix} $$
#
# One symmetric matrix for each pixel tells of all moves at once (of small ones: the rest is of third order). Its eigenvalues are the change in the worst and in the best
# direction:

# %%
gy, gx = np.gradient(image)
tensor = structure_tensor(gx, gy, sigma=SIGMA)
large, small = eigenvalues(tensor)
for name, (x, y) in places.items():
    direct, form = energy(image, x, y, 1, 0), shift_energy(tensor, 1, 0)[y, x]
    print(f"{name:7} E(1, 0) = {direct:.5f}, by H {form:.5f}; eigenvalues {large[y, x]:.5f} and {small[y, x]:.5f}")

# %% [markdown]
# Both small: flat. One large: an edge. Both large: a corner. (Some lecture notes print $\lambda_1, \lambda_1$ there: it is
# $\lambda_1, \lambda_2$, or there would be no edges.)
#
# ## 2. Harris's number, and a k that finds nothing
#
# Harris and Stephens (1988) saved the square root: the determinant is $\lambda_1 \lambda_2$, the trace is
# $\lambda_1 + \lambda_2$, and
#
# $$ C = \det H - k\, (\operatorname{tr} H)^2 $$
#
# is above 0 at corners and below 0 on edges. How large is $k$? We have seen notes that say 0.4 to 0.6. Try it:

# %%
board, true_corners = pictures.checkerboard(4, 14, angle=20)
tensor = structure_tensor(*sobel(gaussian(board, 0.8)))
for k in (0.04, 0.06, 0.2, 0.25, 0.4, 0.6):
    print(f"k = {k:.2f}: C > 0 at {(harris_response(tensor, k) > 1e-9).sum():4} pixels")

figure, panels = plt.subplots(1, 3, figsize=(8.2, 2.8))
stages = harris_corners(board, k=0.05, stages=True)
show(panels[0], board, "corners, k = 0.05")
panels[0].plot(*stages.corners.T, "o", color=ORANGE, markersize=5, markerfacecolor="none")
for axes, k in zip(panels[1:], (0.05, 0.4)):
    C = harris_response(tensor, k)
    axes.imshow(C, cmap="RdBu", vmin=-0.5 * np.abs(C).max(), vmax=0.5 * np.abs(C).max())
    axes.set_title(f"C, k = {k}: blue > 0, red < 0", fontsize=9)
    axes.set_axis_off()
figure.tight_layout()
plt.show()

gap = np.linalg.norm(stages.corners[:, None] - true_corners, axis=2).min(axis=0)
print(f"{len(true_corners)} inner corners, the farthest from a found one: {gap.max():.2f} pixels")

# %% [markdown]
# (Found corners are whole pixels, each the largest within 3 pixels around: without that, every corner would be a cloud of them.)
# From $k = 1/4$ on there are no corners, in any image: $\lambda_1 \lambda_2 \le (\lambda_1 + \lambda_2)^2 / 4$, so
# $C \le (1/4 - k) \operatorname{tr}^2 H$. The useful $k$ is 0.04 to 0.06, a tenth of what those notes say. Shi and Tomasi (1994) took
# the root after all, and the smaller eigenvalue itself in place of $C$: no $k$ to be wrong about.
#
# **Exercise 1.** An edge has the eigenvalues 10 and 1, a corner 5 and 4. Which $k$ puts 0 right at the ratio
# $\lambda_1 / \lambda_2 = 10$, so that more even pairs count as corners?

# %%
k_of_ratio_10 = None
judge(k_of_ratio_10, lambda k: abs(k - 10 / 121) < 1e-3, "r / (r + 1)², here 10 / 121. You will meet this ratio again.",
      "Set C = 0 with λ1 = 10 λ2, and divide by λ2².")

# %% [markdown]
# ## 3. What a corner survives
#
# "Corners are invariant to rotation, illumination and viewpoint", say the same notes. We have a wall whose geometry we know
# exactly, so we can ask: of the corners in the first view that are still in sight, how many are found within 1.5 pixels of where
# they should be?

# %%
SIZE, MIDDLE = 128, (63.5, 63.5)
wall = pictures.TexturedPlane(SIZE, shapes=200, seed=0)
views = {  # homography, gain, offset
    "as it was": (np.eye(3), 1.0, 0.0),
    "turned by 40°": (pictures.rotation(40, centre=MIDDLE), 1.0, 0.0),
    "brighter by 0.3": (np.eye(3), 1.0, 0.3),
    "half the contrast": (np.eye(3), 0.5, 0.0),
    "twice the size": (pictures.rotation(0, scale=2, centre=MIDDLE), 1.0, 0.0),
}
seen = {name: g * pictures.view(wall, H, (SIZE, SIZE)) + o for name, (H, g, o) in views.items()}
COUNT = 80


def found_again(points, others, homography, within=1.5):
    """The share of points, of those in sight in the second view, that have one of the others where they should be."""
    moved = apply(homography, points)
    moved = moved[((moved > 5) & (moved < SIZE - 6)).all(axis=1)]
    return (np.linalg.norm(moved[:, None] - others, axis=2).min(axis=1) < within).mean()


def by_sift(image):
    """The places of the strongest keypoints."""
    points, _ = sift(image, describing=False, contrast=0.005)
    strongest = np.argsort(-points.response)[:COUNT]
    return np.stack([points.x, points.y], axis=1)[strongest]


again = {}
for name, (homography, *_) in views.items():
    again[name] = [found_again(find(seen["as it was"]), find(seen[name]), homography)
                   for find in (lambda image: harris_corners(image, count=COUNT), by_sift)]
    print(f"{name:18} Harris {again[name][0]:4.0%}   SIFT {again[name][1]:4.0%}")

# %% [markdown]
# So: a corner turns with the image, does not mind an offset, and a gain only multiplies $C$. But a window of fixed size sees something
# else when you step closer: what was a corner is a curve. (And ORB, which the notes
# list among corner detectors, is a detector *and* a descriptor: corners by FAST with a direction, described by BRIEF.)
#
# The right-hand column is where we are going.
#
# ## 4. The size of things
#
# Blur a bright bump of size $\sigma_0$ more and more and subtract neighbours: $D(\sigma) = (G(k\sigma) - G(\sigma)) * I$. Its
# answer is strongest when $\sigma$ is about $\sigma_0$. So look for the extreme not only in $x$ and $y$, but in
# $\sigma$, too: the image itself says how large to look.

# %%
sigmas = 2.0 ** np.linspace(0, 4, 33)
figure, axes = plt.subplots(figsize=(5.4, 2.8))
for size, colour in ((2.5, BLUE), (4.0, GREEN), (6.0, ORANGE)):
    bump = pictures.blobs([(64, 64, size)], (129, 129))
    blurred = {s: gaussian(bump, float(s))[64, 64] for s in (*sigmas, *(sigmas * 2 ** (1 / 3)))}
    D = np.array([blurred[s] - blurred[s * 2 ** (1 / 3)] for s in sigmas])
    axes.semilogx(sigmas, D, base=2, color=colour)
    axes.text(size * 2 ** (-1 / 6), 0.119, f"$\\sigma_0$ = {size}", color=colour, ha="center", fontsize=8)
    axes.axvline(size * 2 ** (-1 / 6), color=colour, linestyle=":", linewidth=1)
    print(f"bump of {size}: |D| is largest at σ = {sigmas[D.argmax()]:.2f}, by the formula {size * 2 ** (-1 / 6):.2f}")
axes.set(xlabel="σ, pixels", ylabel="|D| in the middle of a bump", ylim=(0, 0.13))
figure.tight_layout()
plt.show()

# %% [markdown]
# (For a bump, $|D|$ is largest where $\sigma \cdot k\sigma = \sigma_0^2$, the dotted lines, with $k = 2^{1/3}$.)
#
# Blurring with ever larger kernels is dear, and an image that is blurred holds nothing fine: after each doubling of $\sigma$, an
# *octave*, keep every second pixel. Two details decide whether it works, and we have seen both wrong.
#
# *First*, the blur inside the next octave. Its pixels are twice as large, so to go on where the last octave ended, its
# first image has the blur $\sigma$ in its own pixels, and not $2\sigma$ of the half-size image:

# %%
bump = pictures.blobs([(32, 32, 4.0)], (65, 65))
half_size = pictures.blobs([(16, 16, 2.0)], (33, 33))  # the same, seen in pixels twice as large
_, second_octave = gaussian_pyramid(bump, 2, blur=0)
for text, sigma in (("G(σ)", 1.6), ("G(2σ), in the notes", 3.2)):
    difference = np.abs(second_octave[0] - gaussian(half_size, sigma)).max() / second_octave[0].max()
    print(f"first image of octave 2 against ½ image * {text:19}: off by {difference:.1%}")

# %% [markdown]
# *Second*, how many images. To have $s = 3$ scales in each octave, how many Gaussians does it take? An extreme needs a
# neighbour above and below:

# %%
for gaussians in (5, 6):
    D = np.diff(np.stack([gaussian(seen["as it was"], 1.6 * 2 ** (i / 3)) for i in range(gaussians)]), axis=0)
    layers = np.unique(scale_space_extrema(D)[:, 0])
    print(f"{gaussians} Gaussians, {len(D)} differences: extrema in the layers {layers.tolist()}")

# %% [markdown]
# Five Gaussians and four differences, as in the notes, leave a third of the scales unseen. Lowe takes $s + 3 = 6$.
#
# ## 5. Few are chosen
#
# Now all of SIFT, stage by stage, in one octave. An extreme in a pixel is moved between the pixels by a quadric,
# $\hat x = -H^{-1} g$; it is dropped if $|D(\hat x)|$ is small, and dropped if it lies on an edge, where the Hessian of $D$ has
# one large eigenvalue, $\operatorname{tr}^2 / \det \ge (r + 1)^2 / r$ with $r = 10$: exercise 1, in another place. The
# view has a little noise, as photographs have:

# %%
CONTRAST, EDGE = 0.04 / 3, 10
wall_view = seen["as it was"]


def octave(image):
    """(Gaussians (6, 2 H, 2 W), extrema in pixels (n, 3), extrema between the pixels) of the doubled image."""
    gaussians = gaussian_pyramid(doubled(image), 1, blur=1.0)[0]
    D = np.diff(gaussians, axis=0)
    extrema = scale_space_extrema(D, border=5)
    return gaussians, extrema, refine(D, extrema, border=5)


noisy = wall_view + 0.03 * rng.standard_normal(wall_view.shape)
_, extrema, refined = octave(noisy)
strong, edge = np.abs(refined.value) >= CONTRAST, on_edge(refined.hessian, EDGE)
print(f"extrema {len(extrema)}, placed {len(strong)}, strong {strong.sum()}, strong and not on an edge {(strong & ~edge).sum()}")
print(f"weak ones that the edge test would have kept: {(~strong & ~edge).sum()} of {(~strong).sum()}")

# %% [markdown]
# The last number settles a question. "The low contrast is removed by the Hessian" is what we once read; but the Hessian's
# test is a *ratio*, and noise has round bumps, too. It is $|D(\hat x)|$ that removes the weak.
#
# Here are the keypoints of all octaves, with circles of radius $2\sigma$ and the main direction:

# %%
figure, panels = plt.subplots(1, 2, figsize=(8.2, 4.1))
for axes, name in zip(panels, ("as it was", "turned by 40°")):
    points, _ = sift(seen[name])
    show(axes, seen[name], f"{name}: {len(points.x)} keypoints")
    for x, y, sigma, angle, response in zip(*points):
        if response > 0.04:
            axes.add_patch(plt.Circle((x, y), 2 * sigma, fill=False, color=ORANGE, linewidth=0.9))
            axes.plot([x, x + 2 * sigma * np.cos(angle)], [y, y + 2 * sigma * np.sin(angle)], color=ORANGE, linewidth=0.9)
    axes.set(xlim=(-0.5, SIZE - 0.5), ylim=(SIZE - 0.5, -0.5))
figure.tight_layout()
plt.show()

# %% [markdown]
# ## 6. Which way is up?
#
# To describe what is around a keypoint so that a turn does not matter, turn the patch upright first: to the main direction of its
# gradients, the peak of a histogram. Of how many bins? The notes say 8 or 10; Lowe takes 36 bins of 10° and a parabola
# through the peak. (8 is the number of directions in the *descriptor*.) Count what is matched with each, between the view and one
# turned by 22°:

# %%
def features(image, coarse):
    """(points (n, 2), descriptors (n, 128)) of one octave; coarse: directions rounded to eighths of a circle."""
    gaussians, _, refined = octave(image)
    (layer, y, x), gradients = keep_corners_and_blobs(refined, CONTRAST, EDGE).position.T, pixel_gradients(gaussians)
    sigma, level = 1.6 * 2 ** (layer / 3), np.rint(layer).astype(int)
    which, angle = main_directions(gradients, level, x, y, sigma)
    angle = np.rint(angle / (np.pi / 4)) * (np.pi / 4) if coarse else angle
    x, y, sigma, level = x[which], y[which], sigma[which], level[which]
    return np.stack([x, y], axis=1) / 2 - 0.25, describe(gradients, level, x, y, sigma, angle)


def matched(first, second, homography, ratio):
    """(right, all) matches: right ones are within 2 pixels of where they should be."""
    i, j = match(first[1], second[1], ratio=ratio).T
    return (transfer_errors(homography, first[0][i], second[0][j]) < 2).sum(), len(i)


turn = pictures.rotation(22, centre=MIDDLE)
turned = pictures.view(wall, turn, (SIZE, SIZE))
for name, coarse in (("8 bins of 45°", True), ("36 bins of 10° and a parabola", False)):
    right, total = matched(features(wall_view, coarse), features(turned, coarse), turn, 0.8)
    print(f"{name:30} {right} of {total} matches are right")

# %% [markdown]
# A direction that is off by up to 22.5° turns the patch by as much, and everything that is said of it.
#
# ## 7. 128 numbers, and who is like whom
#
# In the upright frame lie 4 × 4 cells; in each a histogram of 8 gradient directions: 128 numbers. Divide them by their norm, and a
# gain of the brightness drops out; an offset never came in, as gradients do not see it. Cut at 0.2, so that no single
# edge rules, divide again.
#
# Two descriptors match if they are near. Near to what? A brick has a hundred brothers. Lowe's **ratio test** keeps a match only if the
# nearest is clearly nearer than the *second* nearest:

# %%
turn = views["turned by 40°"][0]
first, second = keypoints(wall_view), keypoints(seen["turned by 40°"])
ratios = (1.0, 0.95, 0.9, 0.8, 0.7, 0.6)
table = np.array([matched(first, second, turn, ratio) for ratio in ratios])
for ratio, (right, total) in zip(ratios, table):
    print(f"ratio {ratio:.2f}: {total:3} matches, {right:3} right ({right / total:.0%})")

i, j = match(first[1], second[1], ratio=0.8).T
good = transfer_errors(turn, first[0][i], second[0][j]) < 2
figure, axes = plt.subplots(figsize=(8.2, 4))
show(axes, np.concatenate([wall_view, np.ones((SIZE, 8)), seen["turned by 40°"]], axis=1), "ratio 0.8; wrong ones in orange")
for (x, y), (u, v), fine in zip(first[0][i], second[0][j], good):
    axes.plot([x, u + SIZE + 8], [y, v], color=GREEN if fine else ORANGE, linewidth=0.6 if fine else 1.4)
figure.tight_layout()
plt.show()

# %% [markdown]
# **Exercise 2.** A descriptor has the distances 0.30, 0.33 and 0.9 to three others. With a ratio of 0.8, which does it match:
# `"first"`, `"second"` or `"none"`?

# %%
matches_with = None
judge(matches_with, lambda answer: answer == "none", "0.30 is not below 0.8 · 0.33: either may be meant.",
      "Compare 0.30 with 0.8 times the second best.")

# %% [markdown]
# ## 8. Four that do not lie
#
# A plane seen by two cameras: the points are related by a homography, eight numbers, so four matches determine it. Least squares over all
# matches listens to the liars most, since their errors are largest. RANSAC (Fischler and Bolles 1981) asks four at
# random, counts who agrees, and does it again; in the end it listens to those who agreed with the best four.
#
# We take the matches without ratio test, to have enough liars:

# %%
i, j = match(first[1], second[1]).T
source, target = first[0][i], second[0][j]
truth = transfer_errors(turn, source, target) < 2
found = ransac_homography(source, target, threshold=2.0)
y, x = np.mgrid[32:96:8, 32:96:8]
grid = np.stack([x.ravel(), y.ravel()], axis=1).astype(float)
where = apply(turn, grid)
print(f"{len(source)} matches, {truth.mean():.0%} right")
for name, H in (("least squares", fit_homography(source, target)), ("RANSAC", found.model)):
    print(f"{name:14} mean error on a grid {transfer_errors(H, grid, where).mean():7.3f} pixels")
print(f"inliers {found.inliers.sum()}, {truth[found.inliers].mean():.0%} of them right; {found.trials} trials")

# %% [markdown]
# How often must one draw? With a share $W$ of honest matches, four are honest with chance $W^4$, all $k$ draws fail with
# chance $(1 - W^4)^k$, and if that is to be $1 - p$,
#
# $$ k = \frac{\log(1 - p)}{\log(1 - W^n)} $$
#
# That is the number of *trials*, $n$ the number of samples of each; notes that call $k$ "the least number of samples" mix
# them up. Is the formula true? Draw, and see:

# %%
W, n = 0.5, 4
k = int(np.ceil(trial_count(0.99, W, n)))
clean = (rng.random((20_000, k, n)) < W).all(axis=2).any(axis=1).mean()
print(f"k = {k} trials: at least one clean draw in {clean:.2%} of 20,000 runs")

# %% [markdown]
# **Exercise 3.** Half of the matches are honest. How many trials would a *line* need (two points), for $p = 0.99$? And a
# model of eight points, the fundamental matrix?

# %%
for_a_line, for_eight = None, None
judge(for_a_line and (for_a_line, for_eight), lambda answer: answer == (17, 1177), "Small samples are worth a lot.",
      "log(0.01) / log(1 - 0.5ⁿ), rounded up.")

# %% [markdown]
# ## 9. One picture of three
#
# Three views of a longer wall, from left, middle and right, by a camera that turns and tilts, so that no translation would
# lay them together. `panorama` does what we have done: keypoints, matches, RANSAC; then it multiplies homographies on
# the way to the middle view, and warps.

# %%
long_wall = pictures.TexturedPlane(230, shapes=500, seed=4)
poses = [  # wall to image
    np.array([[1, 0.03, -4], [-0.02, 1, -10], [2e-4, 1e-4, 1]]),
    pictures.rotation(-6, centre=(48, 48)) @ pictures.translation(-48, -14),
    np.array([[0.95, 0.02, -88], [0.05, 1.02, -12], [-2e-4, 0, 1]]),
]
shots = [pictures.view(long_wall, pose, (96, 96)) for pose in poses]
figure, panels = plt.subplots(1, 3, figsize=(8.2, 2.8))
for axes, shot, name in zip(panels, shots, ("left", "middle", "right")):
    show(axes, shot, name)
figure.tight_layout()
plt.show()

# %%
whole = panorama(shots)
figure, axes = plt.subplots(figsize=(8.2, 4.6))
show(axes, whole.image, "all three")
for homography, colour in zip(whole.homographies, (BLUE, GREEN, ORANGE)):
    axes.plot(*apply(homography, np.array([[0, 0], [95, 0], [95, 95], [0, 95], [0, 0.0]])).T, color=colour, linewidth=1)
figure.tight_layout()
plt.show()

for first_one, other in ((0, 1), (2, 1)):
    found = align(keypoints(shots[first_one]), keypoints(shots[other]))
    exact = poses[other] @ np.linalg.inv(poses[first_one])
    overlap = grid + np.array([24 if first_one == 0 else -24, 0])
    error = transfer_errors(found.homography, overlap, apply(exact, overlap))
    print(f"view {first_one} on view {other}: {found.inliers.sum()} of {len(found.inliers)} matches agree, "
          f"error {error.mean():.2f} pixels, at most {error.max():.2f}")
print(f"where views overlap they differ by {whole.overlap_error:.4f} (black is 0, white is 1)")
shifted = whole.homographies.copy()
shifted[0] = pictures.translation(2, 0) @ shifted[0]
print(f"with the left view moved by 2 pixels: {blend(shots, shifted).overlap_error:.4f}")

# %% [markdown]
# Where is the seam? There is none: each view's weight falls from its middle to its sides, so that it has faded out where it
# ends. To see what that is worth, let the camera expose each view differently, and lay them upon each other without
# weights first:

# %%
exposed = [gain * shot for gain, shot in zip((0.7, 1.0, 0.85), shots)]
feathered = blend(exposed, whole.homographies)
pasted = np.zeros_like(feathered.image)
for shot, homography in zip(exposed, feathered.homographies):
    inside = warp(np.ones_like(shot), homography, pasted.shape) > 0.999
    pasted[inside] = warp(shot, homography, pasted.shape)[inside]
figure, panels = plt.subplots(1, 2, figsize=(8.2, 2.8))
show(panels[0], pasted, "pasted")
show(panels[1], feathered.image, "feathered")
figure.tight_layout()
plt.show()

# %% [markdown]
# ## What to take along
#
# - A corner is where every move of a window shows: both eigenvalues of $H$ are large. $k$ is 0.04 to 0.06; from 1/4 on there are none.
# - Corners turn with the image; a change of size they do not survive. SIFT finds the size first, then the direction,
#   then describes what is left.
# - The ratio test drops what is like many; RANSAC drops what does not agree.
# - Four honest matches make a homography; weights that fade hide the rest.
#
# ## What to try next
#
# - `npdl.vision.orb` matches by bits where SIFT matches by floats. Put it in place of `keypoints`: how many right matches, in what time?
# - Take the ratio test out of `align` (`ratio=1.0`). Does RANSAC still find the homography? With how many trials?
# - Two photographs of your own: read them as floats in [0, 1], shrink them to 300 pixels, and call `panorama`. Turn the camera, do
#   not walk: only then, or for a flat wall, is the relation a homography.
