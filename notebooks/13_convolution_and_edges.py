# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Convolution and edges
#
# Before anybody learnt a filter, people thought them up: nine numbers that blur, nine that find outlines. They asked
# what such a filter *is*, why it must be a convolution, and which nine numbers make a derivative. On top of it stands
# one of the best programs of early computer vision, Canny's edge detector. A network that learns its own filters finds
# much the same ones in its first layer; here you learn to read them.
#
# You need NumPy, and no other lesson. On the way we shall meet formulas as they stand in a set of lecture notes, some of
# them wrong, and let numbers decide.
#
# Topics: R017 linear systems, R018 impulse response, R019 shift-invariant systems, R020 convolution, R021 discrete
# derivatives, R460 Gaussian blur, R461 Gaussian noise, R050 edges, R051 gradient, R052 its magnitude, R053 Sobel,
# R054 Canny with its stages R055 to R060.

# %%
import matplotlib.pyplot as plt
import numpy as np

import npdl
from npdl.data import pictures
from npdl.maths import derivatives as lines
from npdl.maths import systems
from npdl.vision.canny import canny, track, track_one_hop
from npdl.vision.convolution import convolve, convolve_fft, convolve_separable, correlate, separate
from npdl.vision.derivatives import MEANS, derivatives, sobel
from npdl.vision.gradient import gradient, gradient_magnitude, magnitude
from npdl.vision.median import median
from npdl.vision.noise import gaussian_noise, poisson_noise
from npdl.vision.smoothing import box, gaussian, gaussian_line

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "grid.alpha": 0.25,
                     "font.size": 9})
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
npdl.seed(0)
rng = np.random.default_rng(0)


def judge(answer, is_right, praise, advice):
    """Tell at once whether the answer to an exercise is right; None: not answered yet."""
    print("Your turn." if answer is None else f"Right. {praise}" if is_right(answer) else f"Not yet. {advice}")


def show(images, columns=None, width=1.9, **options):
    """Grey images under their names, side by side."""
    columns = columns or len(images)
    rows = -(-len(images) // columns)
    figure, panels = plt.subplots(rows, columns, figsize=(width * columns, (width + 0.2) * rows), squeeze=False)
    for axes, (name, image) in zip(panels.flat, images.items()):
        axes.imshow(image, cmap="gray", **options)
        axes.set_title(name, fontsize=8)
        axes.set_axis_off()
    figure.tight_layout()
    plt.show()


scene = pictures.view(pictures.TexturedPlane(96, seed=0), np.eye(3), (96, 96))

# %% [markdown]
# ## 1. What a filter is
#
# A *system* $S$ makes an image of an image. Two properties are worth asking about:
#
# - **linear**: $S(a f + b g) = a\,S(f) + b\,S(g)$. Mixing first or later is the same;
# - **shift-invariant**: moving the image moves the answer, and changes nothing else.
#
# We try six systems with random images. They go on periodically at their borders, so that a shift loses nothing:

# %%
candidates = {
    "mean of 3 × 3": lambda f: box(f, 3, border="wrap"),
    "Gaussian": lambda f: gaussian(f, 1.0, border="wrap"),
    "Sobel, ∂f/∂x": lambda f: sobel(f, border="wrap")[0],
    "median of 3 × 3": lambda f: median(f, 3, border="wrap"),
    "threshold at 0.5": lambda f: (f > 0.5).astype(float),
    "left and right exchanged": lambda f: f[:, ::-1],
}
for name, system in candidates.items():
    linear, invariant = systems.is_linear(system, (16, 16), rng), systems.is_shift_invariant(system, (16, 16), rng)
    print(f"{name:25} linear: {linear!s:6} shift-invariant: {invariant}")

# %% [markdown]
# The notes say of a *linear* system that every new pixel is a weighted sum of the old ones, with the same weights
# everywhere. Look at the last line: exchanging left and right is linear, each new pixel is a weighted sum (one weight,
# 1), but it is another pixel each time. *The same weights everywhere* takes both properties.
#
# And both together are a strong demand. Every image is a sum of single bright pixels, $\delta$ moved to all places and
# multiplied by the grey there. Linear: we may filter them one by one, and add. Shift-invariant: each becomes the same
# blot, moved. So if you know what *one* bright pixel becomes, you know everything. That is the **impulse response**
# $h = S(\delta)$, and the sum is
#
# $$ y[n, m] = \sum_i \sum_j x[i, j]\; h[n - i, m - j] $$
#
# (The notes call $h$ "the convolution", and write $i$ for both indices. It is $y$ that is the convolution, of $x$ and
# $h$; and with one index for two the sum sees only pixels of the diagonal.)

# %%
small = scene[:32, :32]
images = {"image": small}
for name in ("Gaussian", "Sobel, ∂f/∂x", "median of 3 × 3"):
    system = candidates[name]
    h = systems.impulse_response(system, small.shape)
    images[name], images[f"{name}: h"] = system(small), h[10:23, 10:23]
    by_sum = systems.superpose(small, h)
    diagonal = systems.superpose(small * np.eye(32), h)
    print(f"{name:16} off by {np.abs(by_sum - system(small)).max():.0e}; with one index by "
          f"{np.abs(diagonal - system(small)).max():.2f}")
show(images, width=1.25)

# %% [markdown]
# The Gaussian and Sobel's filter are known from one pixel. The median, which is not linear, answers a single bright
# pixel with nothing, and yet it does a lot.
#
# ## 2. Convolve and correlate
#
# There are two ways to lay nine weights on an image:
#
# $$ \text{correlate: } y[n, m] = \sum_{k, l} w[k, l]\, f[n + k, m + l] \qquad\qquad
#    \text{convolve: } y[n, m] = \sum_{k, l} h[k, l]\, f[n - k, m - l] $$
#
# The first lays the kernel on the image as it is. The second turns it by 180°; in return it commutes, $f * h = h * f$,
# and gives the impulse its kernel back. *What networks call convolution is the first one.*
#
# **Exercise 1.** The kernel holds the numbers 1 to 9, the image one bright pixel in the middle. Here is what `convolve`
# makes of it. What is in the top left corner of what `correlate` makes?

# %%
kernel, delta = np.arange(1.0, 10).reshape(3, 3), systems.impulse((3, 3), (1, 1))
print(convolve(delta, kernel))

corner = None  # your answer

judge(corner, lambda a: a == correlate(delta, kernel)[0, 0],
      "The pixel above and to the left sees the bright one below and to the right, where the kernel has its last weight.",
      "Which weight lies on the bright pixel when the kernel's middle lies on the corner?")

# %%
h = rng.standard_normal((5, 7))
print(f"f * h and h * f differ by     {np.abs(convolve(small, h, mode='full') - convolve(h, small, mode='full')).max():.0e}")
print(f"the same by Fourier, off by   {np.abs(convolve_fft(small, h) - convolve(small, h)).max():.0e}")
print(f"correlate with h turned, by   {np.abs(correlate(small, h[::-1, ::-1]) - convolve(small, h)).max():.0e}")

# %% [markdown]
# Fourier's transform turns a convolution into a product, which pays for large kernels. For kernels that are a column
# times a row there is something simpler: first the columns, then the rows. The Gaussian is one,
# $e^{-(x^2 + y^2) / 2 \sigma^2} = e^{-x^2 / 2 \sigma^2} \cdot e^{-y^2 / 2 \sigma^2}$:

# %%
for sigma in (1, 2, 4):
    line = gaussian_line(sigma)
    whole = convolve(scene, np.outer(line, line))
    difference = np.abs(convolve_separable(scene, line, line) - whole).max()
    print(f"σ = {sigma}: {len(line)**2:5} products a pixel, or {2 * len(line):3}; off by {difference:.0e}")

# %% [markdown]
# ## 3. The derivative of a row of pixels
#
# An edge is where the brightness changes fast. So we need a derivative, and have only samples, one apart:
#
# | | right | in the notes |
# |---|---|---|
# | backward | $f(x) - f(x - 1)$ | $f(x) - f(x - 1)$ |
# | forward | $f(x + 1) - f(x)$ | $f(x) - f(x + 1)$ |
# | central | $(f(x + 1) - f(x - 1)) / 2$ | $(f(x) - f(x - 1)) / 2$ |
#
# Nobody has to believe either column. The slope of $x^2$ at 5 is 10:

# %%
def square(x):
    return x**2


print("right:    ", *(rule(square, 5.0) for rule in (lines.backward_difference, lines.forward_difference,
                                                     lines.central_difference)))
print("the notes:", square(5.0) - square(4.0), square(5.0) - square(6.0), (square(5.0) - square(4.0)) / 2)

# %% [markdown]
# One has the wrong sign, the other is half of the backward one. The right central difference is exact for a parabola,
# and better than its sisters for everything smooth: their errors fall as the step $h$, its error as $h^2$.

# %%
steps = 2.0 ** -np.arange(0, 12)
rules = {"backward": lines.backward_difference, "forward": lines.forward_difference, "central": lines.central_difference,
         "central, as printed": lambda f, x, h: (f(x) - f(x - h)) / (2 * h)}
figure, axes = plt.subplots(figsize=(5, 3))
for (name, rule), colour, style in zip(rules.items(), (ORANGE, GREEN, BLUE, "0.5"), ("-", "--", "-", ":")):
    axes.loglog(steps, [abs(rule(np.sin, 1.0, h) - np.cos(1.0)) for h in steps], style, color=colour, label=name)
    order = lines.order_of_error(rule, np.sin, 1.0, np.cos(1.0))
    print(f"{name:20} the error falls as h to the power of {order:.2f}")
axes.set(xlabel="step h", ylabel="error of the slope of sin at 1")
axes.legend(frameon=False)
axes.grid()
plt.show()

# %% [markdown]
# The misprinted one does not fall at all: it converges, but to half the slope.
#
# ## 4. The gradient, and what noise does to it
#
# In two directions: $\nabla f = (\partial f / \partial x,\ \partial f / \partial y)$, with $x$ to the right and $y$ down.
# A *vertical* edge is a change from left to right, so it has a large $|\partial f/\partial x|$; a *horizontal* one has a
# large $|\partial f / \partial y|$. (The notes call both of them vertical.) A square has two of each:

# %%
square_scene = pictures.polygon([[24, 24], [72, 24], [72, 72], [24, 72]], (96, 96))
gx, gy = gradient(square_scene)
show({"a square": square_scene, "|∂f/∂x|": np.abs(gx), "|∂f/∂y|": np.abs(gy), "|∇f|": magnitude(gx, gy)})
print(f"on the left edge |∂f/∂x| = {abs(gx[48, 22:26]).max():.2f}, |∂f/∂y| = {abs(gy[48, 22:26]).max():.2f}")
print(f"on the top edge  |∂f/∂x| = {abs(gx[22:26, 48]).max():.2f}, |∂f/∂y| = {abs(gy[22:26, 48]).max():.2f}")

# %% [markdown]
# Now the same with noise. What is noise? The usual model is Gaussian, $f + \sigma \varepsilon$. The notes say that it is
# related to the values of the pixels; that is true of another kind, the *shot* noise of few photons:

# %%
bright = np.tile(np.linspace(0.1, 0.9, 200), (200, 1))
for name, noisy in (("Gaussian", gaussian_noise(bright, 0.1, rng=rng)), ("Poisson", poisson_noise(bright, 50, rng=rng))):
    size = np.abs(noisy - bright)
    print(f"{name:9} correlation of the noise's size with the image: {np.corrcoef(size.ravel(), bright.ravel())[0, 1]:+.3f}")

# %% [markdown]
# A difference of neighbours removes what they have in common, which is the picture, and keeps what they have not, which
# is the noise. So smooth first. By how much does the gradient of a disc's rim stand out from the gradients elsewhere?

# %%
disc = 0.3 + 0.4 * pictures.discs([(48, 48, 30)], (96, 96))
noisy = gaussian_noise(disc, 0.1, rng=rng)
y, x = np.mgrid[:96, :96]
radius = np.hypot(x - 48, y - 48)
rim, away = np.abs(radius - 30) < 1, np.abs(radius - 30) > 12

images = {"noisy": noisy}
for sigma in (0, 1, 2, 4):
    images[f"|∇f|, σ = {sigma}"] = strength = gradient_magnitude(noisy, sigma=sigma)
    print(f"σ = {sigma}: rim {strength[rim].mean():.3f}, elsewhere {strength[away].mean():.4f}, "
          f"ratio {strength[rim].mean() / strength[away].mean():4.1f}")
show(images, width=1.5)

# %% [markdown]
# Smoothing and differentiating are both convolutions, and convolutions may be exchanged and merged: one may as well
# convolve with the derivative of the Gaussian. That is the idea of the next section, in 3 × 3.
#
# ## 5. Sobel's nine numbers
#
# Smooth along the edge, differentiate across it. As a column times a row, in the way convolution turns it:
#
# $$ G_x = \begin{pmatrix} 1 \\ 2 \\ 1 \end{pmatrix} \begin{pmatrix} 1 & 0 & -1 \end{pmatrix}, \qquad
#    G_y = \begin{pmatrix} 1 \\ 0 \\ -1 \end{pmatrix} \begin{pmatrix} 1 & 2 & 1 \end{pmatrix} $$
#
# The notes have the first right, and print $(1, 0, 1)^\top (1, 2, 1)$ for the second: one minus is lost. What does a
# kernel do to an image that is the same grey everywhere? It multiplies it by the sum of its weights.

# %%
right, printed = np.outer([1, 0, -1], [1, 2, 1]), np.outer([1, 0, 1], [1, 2, 1])
print(f"sum of the weights: right {right.sum()}, as printed {printed.sum()}")
show({"image": scene, "right": convolve(scene, right, border="reflect"),
      "as printed": convolve(scene, printed, border="reflect")})

# %% [markdown]
# A derivative of a constant must be 0. The printed kernel is no derivative but a blur, eight times too bright.
#
# `npdl.vision.derivatives.sobel` divides by 8, so that it gives the slope in grey levels a pixel, and *correlates*. So
# its kernels have their minus on the other side.
#
# **Exercise 2.** On the ramp $f(x, y) = 3 y$ the slope down is 3. What does `convolve` make of it with $G_y$ as above, and
# what `correlate`, in the middle of the image?

# %%
ramp = 3.0 * np.mgrid[:7, :7][0]
by_convolve, by_correlate = None, None  # your answers

judge(None if by_convolve is None else (by_convolve, by_correlate),
      lambda a: a == (convolve(ramp, right)[3, 3], correlate(ramp, right)[3, 3]),
      "The magnitude does not care for the sign. The direction does.",
      "Two rows apart the ramp differs by 6; the weights 1, 2, 1 sum to 4; and one of the two has the other sign.")

# %% [markdown]
# Why 1, 2, 1? Prewitt has 1, 1, 1, and Scharr 3, 10, 3. They differ in how well they know the *direction* of what is
# neither upright nor level. A wave, 6 pixels long, at 22.5°, and the direction that each kernel finds:

# %%
wave = np.sin(2 * np.pi / 6 * (x * np.cos(np.pi / 8) + y * np.sin(np.pi / 8)))
for name, mean in MEANS.items():
    gx, gy = derivatives(wave, name)
    inner = np.s_[4:-4, 4:-4]
    angle = np.degrees(np.arctan2(np.linalg.norm(gy[inner]), np.linalg.norm(gx[inner])))
    print(f"{name:8} mean {mean.round(3)!s:24} {angle:6.2f}°, off by {angle - 22.5:+.2f}°")
column, row = separate(np.outer([1, 2, 1], [1, 0, -1]))
print("Sobel's is a column times a row:", (column / column[0]).round(9), (row / row[0]).round(9) + 0)

# %% [markdown]
# ## 6. Canny
#
# The gradient's magnitude is a mountain range: ridges where the edges are, some pixels wide, and low hills of noise.
# John Canny asked in 1986 for lines: *all* of the edges, *where* they are, *once*. Five steps:
#
# 1. smooth with a Gaussian;
# 2. the gradient's magnitude, and its direction in eight sectors of 45°;
# 3. **non-maximum suppression**: a pixel stays if it is larger than its two neighbours along its gradient. Ridges become
#    lines;
# 4. **two thresholds**: above the high one a pixel is a strong one, between the two it is weak;
# 5. **tracking**: weak pixels stay where they hang together with strong ones.

# %%
stages = canny(noisy, sigma=1.4, low=0.03, high=0.1, stages=True)
thresholds = stages.strong * 1.0 + stages.weak * 0.45
directions = plt.cm.hsv(stages.sector / 8)[..., :3] * (stages.magnitude > 0.03)[..., None]  # a colour for each sector
show({"image": noisy, "1 smoothed": stages.smoothed, "2 magnitude": stages.magnitude,
      "2 sector, where it is large": directions,
      "3 thin": stages.thin, "4 strong, and weak in grey": thresholds, "5 edges": stages.edges,
      "what tracking left out": stages.weak & ~stages.edges}, columns=4)
for name, pixels in (("magnitude above low", stages.magnitude > 0.03), ("and largest along its gradient", stages.thin > 0.03),
                     ("strong", stages.strong), ("weak", stages.weak), ("edges", stages.edges)):
    print(f"{name:31} {pixels.sum():4} pixels")
print(f"the rim is {2 * np.pi * 30:.0f} pixels long")

# %% [markdown]
# ### How much smoothing?
#
# Too little, and the noise has edges. Too much, and the edges move: a straight one stays where it is, but around a point
# of a disc's rim there is more ground than disc, and smoothing mixes them. On the noisy disc we count the pixels far from
# the rim, on a small clean disc of radius 8 we measure the radius of what is found:

# %%
sigmas = np.array([0.5, 1, 1.5, 2, 3, 4, 5])
false, moved = [], []
clean = pictures.discs([(24, 24, 8)], (49, 49))
for sigma in sigmas:
    false.append((canny(noisy, sigma=sigma, low=0.03, high=0.06) & away).sum())
    found_y, found_x = np.nonzero(canny(clean, sigma=sigma, low=0.007, high=0.013))
    moved.append(np.hypot(found_x - 24, found_y - 24).mean() - 8)
figure, panels = plt.subplots(1, 2, figsize=(7.6, 2.7))
panels[0].plot(sigmas, false, "o-", color=ORANGE)
panels[0].set(title="edges of noise", xlabel="σ", ylabel="pixels", ylim=(0, None))
panels[1].plot(sigmas, moved, "o-", color=BLUE)
panels[1].set(title="where the rim is found", xlabel="σ", ylabel="radius found - 8")
for axes in panels:
    axes.grid()
figure.tight_layout()
plt.show()

# %% [markdown]
# ### Who may stay
#
# About the last step the notes contradict themselves. One of them leaves it out. One keeps a weak pixel only if a
# strong one is among its own eight neighbours. One keeps every weak pixel that hangs together with a strong one by any
# number of steps. The smallest example that tells the last two apart:
#
# **Exercise 3.** A line of one strong pixel and four weak ones, `S w w w w`. How many of the five stay by the rule of the
# neighbours ("one-hop"), how many by the rule of the connected component?

# %%
strong, weak = np.array([[1, 0, 0, 0, 0]], bool), np.array([[0, 1, 1, 1, 1]], bool)
one_hop, component = None, None  # your answers

judge(None if one_hop is None else (one_hop, component),
      lambda a: a == (track_one_hop(strong, weak).sum(), track(strong, weak).sum()),
      "One hop is one hop.", "Which of the weak pixels touch the strong one? And which hang together with it?")

# %% [markdown]
# A toy decides nothing. So take a disc whose contrast fades from top to bottom, with noise, and score each rule: of the
# pixels that it finds, how many lie on the rim (*precision*)? Of the rim, in steps of 4°, how much is found (*recall*)?

# %%
fading = 0.3 + np.linspace(0.6, 0.12, 96)[:, None] * pictures.discs([(48, 48, 30)], (96, 96))
fading = gaussian_noise(fading, 0.06, rng=np.random.default_rng(1))


def score(edges):
    """(precision, recall) of an edge map of the disc."""
    right = edges & (np.abs(radius - 30) < 1.5)
    turn = np.rint(np.degrees(np.arctan2(y - 48, x - 48)[right]) / 4) % 90
    return right.sum() / max(edges.sum(), 1), len(np.unique(turn)) / 90


stages = canny(fading, sigma=1.4, low=0.015, high=0.07, stages=True)
strong, weak = stages.strong, stages.weak
rules = {"strong alone": strong, "all, no tracking": strong | weak, "one-hop": track_one_hop(strong, weak),
         "component": track(strong, weak)}
for name, edges in rules.items():
    precision, recall = score(edges)
    print(f"{name:17} precision {precision:6.1%}   recall {recall:6.1%}")
show({"fading disc": fading} | rules, width=1.55)

# %% [markdown]
# Without tracking the noise comes in; with one hop the edge breaks off where it begins to fade. Only the component rule,
# which is Canny's, has both. It is the default; `tracking="one-hop"` is there to compare.
#
# ## 7. Your turn
#
# **Exercise 4.** A disc of low contrast in strong noise. Choose $\sigma$ and the two thresholds so that precision and
# recall are both above 90 %. (Look at `stages.magnitude` first: how high is the rim, how high is the noise?)

# %%
faint = gaussian_noise(0.4 + 0.2 * pictures.discs([(48, 48, 30)], (96, 96)), 0.15, rng=np.random.default_rng(2))
options = None  # your answer, such as dict(sigma=1.4, low=0.05, high=0.1)

if options:
    print("precision {:.1%}, recall {:.1%}".format(*score(canny(faint, **options))))
judge(options, lambda a: min(score(canny(faint, **a))) > 0.9, "Canny would have been pleased.",
      "Smooth more than 1.4; every smoothing lowers the magnitude, so lower the thresholds too; and keep high well above low.")

# %% [markdown]
# What to try next:
#
# - `canny(scene, stages=True)` on the image of the first section. Which edges of the little shapes are lost, and why?
# - Replace the Gaussian by `median` on an image with `salt_and_pepper` noise, and give Canny `sigma=0`.
# - An edge map is only pixels. That these lie on a *line*, and where it ends, a program has yet to find out:
#   [lines and RANSAC](14_lines_and_ransac.ipynb).
