# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A gradient check, and a bug hunt
#
# A wrong backward pass raises no error. The shapes fit, the loss goes down a little, and you spend a week tuning the
# learning rate. A **gradient check** is the one instrument that can tell: it measures the derivative of your forward
# and compares it with what your backward claims. Like every instrument it has a range, and outside it, it lies.
#
# In the next hour you will build one in fifteen lines, make it lie in nine different ways, see what it takes not to,
# and then use a good one to hunt down eight planted mistakes that you cannot see. You need the
# [first lesson](01_an_op_is_a_pair.ipynb): an op is a pair `forward(x) -> (out, cache)`, `backward(dout, cache) -> dx`.

# %%
import matplotlib.pyplot as plt
import numpy as np

import gradcheck
from npdl import ops

gradcheck.faults.providers.append("npdl.faults")  # the mistakes that people make in this library's ops

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
                     "grid.alpha": 0.25, "font.size": 9})
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
rng = np.random.default_rng(0)


def judge(answer, is_right, praise, advice):
    """Tell at once whether the answer to an exercise is right; None: not answered yet."""
    print("Your turn." if answer is None else f"Right. {praise}" if is_right(answer) else f"Not yet. {advice}")


# %% [markdown]
# ## 1. The idea
#
# Nudge the input a little to the right, a little to the left, and see how much the output moved:
#
# $$f'(x) \;\approx\; \frac{f(x + h) - f(x - h)}{2h}$$
#
# How small must $h$ be? We try it on a function whose derivative we know, sin, and look at the error.

# %%
def central(f, x, h):
    """The slope of f at x, from one step to either side."""
    return (f(x + h) - f(x - h)) / (2 * h)


for h in (1e-1, 1e-3, 1e-5, 1e-7, 1e-9, 1e-11):
    slope = central(np.sin, 1.0, h)
    print(f"h = {h:.0e}   slope = {slope:.15f}   error = {abs(slope - np.cos(1)):.0e}")

# %% [markdown]
# Smaller is better, until it is worse. Two errors pull in opposite directions:
#
# - **truncation**: the curve is not a straight line. Taylor: $h^2 |f'''| / 6$: a tenth of the step, a hundredth of it.
# - **rounding**: $f(x+h)$ and $f(x-h)$ are each known to a relative $\varepsilon$ only. Their difference keeps that
#   error, and we divide it by $2h$: about $\varepsilon |f| / h$.
#
# The sum is smallest where the two are alike, at $h \approx \sqrt[3]{\varepsilon}$, and there it is about
# $\varepsilon^{2/3}$. No fit below: the lines are those two formulas.

# %%
figure, axes = plt.subplots(figsize=(6, 3))
best = {}
for dtype, colour in ((np.float64, BLUE), (np.float32, ORANGE)):
    eps, x = np.finfo(dtype).eps, dtype(1)
    steps = np.logspace(-14 if dtype == np.float64 else -7, 0, 80).astype(dtype)
    errors = np.array([abs(float(central(np.sin, x, h)) - np.cos(1)) for h in steps])
    axes.loglog(steps, errors, ".", color=colour, markersize=4, label=dtype.__name__)
    axes.loglog(steps, steps.astype(float) ** 2 * np.cos(1) / 6, color="0.5", linewidth=0.8)
    axes.loglog(steps, eps * np.sin(1) / steps.astype(float), color=colour, linewidth=0.8)
    axes.axvline(eps ** (1 / 3), color=colour, linestyle=":")
    best[dtype.__name__] = errors.min(), eps ** (1 / 3), eps ** (2 / 3)
axes.set(xlabel="step h", ylabel="error of the slope", ylim=(1e-13, 10),
         title="sin at 1: truncation (grey) against rounding; dotted: cbrt(ε)")
axes.legend(frameon=False)
figure.tight_layout()
for name, (error, step, power) in best.items():
    print(f"{name}: cbrt(ε) = {step:.1e}; smallest error seen {error:.0e}, ε^(2/3) = {power:.0e}")

# %% [markdown]
# So in float64 a slope can be known to some ten or eleven digits, and in float32 to four or five. Remember that; half
# of this lesson follows from it.
#
# **Exercise 1.** Many people take one side only, $(f(x + h) - f(x)) / h$. Its truncation falls as $h$, not as $h^2$.
# Which $h$ is best for it in float64? (Where is $h = \varepsilon / h$?)

# %%
my_h = None  # such as 1e-3

judge(my_h, lambda h: abs((np.sin(1 + h) - np.sin(1)) / h - np.cos(1)) < 1e-7,
      "The square root of ε. Even there it knows fewer digits than the central difference.",
      "Too large and the curve bends away, too small and rounding eats it. Balance the two.")

# %% [markdown]
# ### From one number to a layer
#
# A layer has many outputs. Measuring each one by each input would give the whole Jacobian, which is more than backward
# claims. Backward answers only one question: *how does the loss change, if it changes with my outputs by `dout`?* So we
# invent a loss, $L = \sum \mathrm{out} \cdot \mathrm{dout}$, one number, whose gradient with respect to out is `dout`
# by construction. We choose `dout` at **random**, so that no output can hide behind another. Here is the whole
# instrument, as it stands in many course notebooks:

# %%
def naive_check(forward, backward, x, dout=None, h=1e-5):
    """The largest relative error of backward's dx. Below 1e-7 people say: right. Above 1e-4: wrong."""
    if dout is None:
        dout = np.random.default_rng(1).standard_normal(forward(x)[0].shape)
    measured = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        measured[i] = ((forward(up)[0] - forward(down)[0]) * dout).sum() / (2 * h)
    dx = backward(dout, forward(x)[1])
    return np.max(np.abs(dx - measured) / np.maximum(1e-8, np.abs(dx) + np.abs(measured)))


def tanh_forward(x):
    y = np.tanh(x)
    return y, y


def tanh_backward(dout, y):
    return dout * (1 - y * y)


def wrong_tanh_backward(dout, y):
    return dout * (1 - y)


x = rng.standard_normal((3, 4))
for backward in (tanh_backward, wrong_tanh_backward):
    print(f"{backward.__name__:20} {naive_check(tanh_forward, backward, x):.0e}")

# %% [markdown]
# It works. It would have caught most of the mistakes of your life. `gradcheck.check` does the same and tells you more:

# %%
print(gradcheck.check(tanh_forward, wrong_tanh_backward, {"x": x}))

# %% [markdown]
# ## 2. When it lies
#
# There are two kinds of lie. A **false alarm** calls right code wrong: you lose a night. A **false pass** calls wrong
# code right: you lose the project. Each of the following is a few lines. For each we ask the naive check, then
# gradcheck.

# %%
def both(title, forward, backward, x, *, dout=None, h=1e-5, **more):
    """Print what the naive check says and what gradcheck says."""
    with np.errstate(all="ignore"):
        error = naive_check(forward, backward, x, dout, h)
    report = gradcheck.check(forward, backward, {"x": x}, dout=dout, **more)
    verdict = "right" if error < 1e-7 else "WRONG" if not error < 1e-4 else "?"
    print(f"{title:34} naive: {error:7.0e} {verdict:6} gradcheck: {report.verdict}")


# %% [markdown]
# ### Lie 1: the step
#
# Right code, one $h$ after the other. In the naive check *you* must know the $h$; gradcheck takes
# $\sqrt[3]{\varepsilon}$ times the size of the array, and where yours disagrees, it measures again with several steps,
# extrapolates to $h = 0$, and estimates its own error (Ridders 1982). That is the ± in its table.

# %%
for h in (1e-1, 1e-2, 1e-5, 1e-11, 1e-13):
    both(f"right tanh, h = {h:.0e}", tanh_forward, tanh_backward, x, h=h)

# %% [markdown]
# ### Lie 2: the scale
#
# A step of `1e-5` is small beside 1. Beside 0.000001 it is a jump, and beside a million it is nearly nothing.

# %%
def cube_forward(x):
    return x**3, x


def cube_backward(dout, x):
    return dout * 3 * x * x


for scale in (1e-6, 1.0, 1e6):
    both(f"right cube, x about {scale:.0e}", cube_forward, cube_backward, scale * (1 + rng.random((3, 4))))

# %% [markdown]
# ### Lie 3: float32
#
# Networks are trained in float32, and you saw what that leaves: some four digits at the best $h$, and about two at
# `1e-5`. gradcheck runs *your backward* in float32, but measures *your forward* in float64. The measurement is then
# better than what it judges, and an error of one percent can be told from rounding.

# %%
x32 = x.astype(np.float32)


def slightly_wrong_backward(dout, y):
    return 1.01 * dout * (1 - y * y)


both("right tanh in float32", tanh_forward, tanh_backward, x32, h=np.float32(1e-5), dtype="float32")
both("1 % too large, in float32", tanh_forward, slightly_wrong_backward, x32, h=np.float32(1e-5), dtype="float32")

# %% [markdown]
# The naive check calls both wrong.
#
# ### Lie 4: kinks
#
# relu has no derivative at 0: from the right the slope is 1, from the left 0. The central difference straddles the kink
# and reports the mean of the two, which nobody's backward returns. It is enough that $x$ lies *nearer* to 0 than $h$.

# %%
def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, x):
    return dout * (x > 0)


def eager_relu_backward(dout, x):
    return dout * np.where(x == 0, 2, x > 0)


def pool(image):
    return ops.max_pool2d_forward(image, size=3, stride=2)


kinked = np.array([-1.0, 0.0, 3e-6, 2.0])
both("right relu, x = 0 and 3e-6", relu_forward, relu_backward, kinked)
both("2 at zero: no convention", relu_forward, eager_relu_backward, kinked)
grey = rng.integers(0, 3, (1, 2, 6, 6)) / 2  # an image of three grey levels: its maxima tie
both("right max-pool, tied pixels", pool, ops.max_pool2d_backward, grey)
print(gradcheck.check(pool, ops.max_pool2d_backward, {"image": grey}))

# %% [markdown]
# Near a kink gradcheck takes shorter steps; at one it measures both sides, and accepts any slope between them: relu may
# choose 0, 1 or one half at zero, but not 2. And it says how many entries it had to treat so, for there little is
# proved.
#
# This must be done **output by output**. Here is why. Two relus look at the same $x$ from both sides, and `dout` is 1
# and -1:
#
# $$L = \max(x, 0) - \max(-x, 0) = x$$
#
# $L$ is as smooth as can be, with slope 1. The two kinks cancel. But backward cannot know that: at zero relu's
# convention says 0, twice, and 0 - 0 is 0. Whoever looks at $L$ alone raises an alarm.

# %%
def two_sides_forward(x):
    return np.stack([np.maximum(x, 0), np.maximum(-x, 0)]), x


def two_sides_backward(dout, x):
    return dout[0] * (x > 0) - dout[1] * (x < 0)


both("right, with kinks that cancel", two_sides_forward, two_sides_backward, np.array([0.0, 1.0, -2.0]),
     dout=np.array([[1.0, 1.0, 1.0], [-1.0, 1.0, 1.0]]))

# %% [markdown]
# **Exercise 2.** $y = |x|$. Write its backward so that it passes, zero included. Then find out which values at zero
# pass.

# %%
def abs_forward(x):
    return np.abs(x), x


def my_abs_backward(dout, x):
    return None  # your line


judge(my_abs_backward(np.ones(1), np.ones(1)),
      lambda _: gradcheck.check(abs_forward, my_abs_backward, {"x": np.array([-1.5, 0.0, 0.7])}).ok,
      "At zero anything from -1 to 1 passes.", "Print the report of gradcheck.check.")

# %% [markdown]
# ### Lie 5: gradients that are zero
#
# A bias in front of anything that subtracts the mean (a batch norm!) does nothing at all. Its gradient is zero, yours
# comes out as some rounding error, the measured one as another, and a *relative* error between two rounding errors
# means nothing. People add a floor, here `1e-8`, and hope. gradcheck measures how far rounding moves each output, and
# says *below rounding* when both sides are. If there is nothing else to judge, the verdict is *inconclusive*, and never
# a silent pass.

# %%
data = rng.standard_normal((5, 4))


def centre_forward(b):
    z = data + b
    return z - z.mean(axis=0), None


def centre_backward(dout, cache):
    return (dout - dout.mean(axis=0)).sum(axis=0)


bias = rng.standard_normal(4)
both("right, and zero", centre_forward, centre_backward, bias)
print(gradcheck.check(centre_forward, centre_backward, {"b": bias}))

# %% [markdown]
# ### Lie 6: dout = 1
#
# So far it was false alarms. Now the false passes, which are worse. "The loss is the sum of the outputs" is a popular
# test, and it sets `dout` to 1. The rows of a softmax sum to one *whatever x is*, so this loss is constant and the
# right gradient is zero. A backward that returns zero passes:

# %%
def softmax_forward(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    y = e / e.sum(axis=1, keepdims=True)
    return y, y


def lazy_softmax_backward(dout, y):
    return np.zeros_like(y)


ones = np.ones_like(x)
_, y = softmax_forward(x)
print(f"right gradient for dout = 1: at most {np.abs(y * (ones - (ones * y).sum(axis=1, keepdims=True))).max():.0e}")
with_ones = gradcheck.check(softmax_forward, lazy_softmax_backward, {"x": x}, dout=ones)
with_gauss = gradcheck.check(softmax_forward, lazy_softmax_backward, {"x": x})
largest = np.abs(with_ones.case.numeric["x"]).max()
print(f"dout = 1:        {with_ones.verdict}: measured at most {largest:.0e}, and zero is as good.")
print(f"  note: {with_ones.warnings[-1]}")
print(f"dout = Gaussian: {with_gauss.verdict}: {with_gauss.findings[0]}")

# %% [markdown]
# No checker can see a mistake that does not change the number it looks at. So gradcheck draws a Gaussian `dout` itself,
# and if you insist on ones, it notes what cannot show.
#
# ### Lie 7: blind inputs
#
# The same holds for the inputs. These three backwards are wrong, but on some inputs their numbers are *exactly right*:

# %%
def planted(op, name):
    """(forward, backward) of the op with the mistake of this name in it."""
    return next((forward, backward) for fault, forward, backward in gradcheck.faults.mutants(op) if fault.name == name)


def show(title, report):
    print(f"{title:36} {report.verdict:6}", *report.warnings[:1])


forward, backward = planted("max_pool2d", "overwrite")  # dx[window] = ... in place of +=
image = rng.standard_normal((2, 3, 6, 7))
show("pooling, stride 2, size 2", gradcheck.check(forward, backward, {"x": image}, size=2, stride=2))
show("pooling, stride 1, size 2", gradcheck.check(forward, backward, {"x": image}, size=2, stride=1))

forward, backward = planted("embedding", "overwrite")  # a repeated id is counted once
table = rng.standard_normal((7, 5))
for ids in ([1, 4, 2], [1, 4, 1]):
    show(f"embedding, ids {ids}", gradcheck.check(forward, backward, {"ids": np.array(ids), "table": table}))

forward, backward = planted("softmax_cross_entropy", "no_div_n")  # the mean over N samples, without the 1/N
for n in (1, 3):
    scores = {"scores": rng.standard_normal((n, 5)), "y": np.arange(n)}
    show(f"cross entropy, N = {n}", gradcheck.check(forward, backward, scores))

# %% [markdown]
# The verdict `ok` is true: for these inputs the gradient is right. The note says what was not seen. Good test inputs
# have sides of different length, windows that overlap, ids that repeat, several samples. `gradcheck.inputs("conv2d")`
# draws such inputs.
#
# **Exercise 3.** A convolution whose backward crops the padding at the wrong side. With the pad below it passes. Choose
# a `pad` that shows it.

# %%
forward, backward = planted("conv2d", "crop_tail")
x_conv, w_conv = rng.standard_normal((2, 2, 5, 4)), rng.standard_normal((3, 2, 3, 3))
print("pad = 0:", gradcheck.check(forward, backward, {"x": x_conv, "w": w_conv}, stride=1, pad=0).verdict)

my_pad = None

judge(my_pad, lambda pad: not gradcheck.check(forward, backward, {"x": x_conv, "w": w_conv}, stride=1, pad=pad).ok,
      "Without padding there is nothing to crop.", "It still passes. When is there something to crop?")

# %% [markdown]
# ### Lie 8: what happens beside the numbers
#
# Both of these give the right numbers, once. The first changes `dout` in place: if another branch of the network still
# needs it, that branch is ruined. The second adds to what it gave last time: a second batch gets the gradient of the
# first as well.

# %%
def greedy_tanh_backward(dout, y):
    dout *= 1 - y * y
    return dout


class Hoarder:
    total = 0.0

    def backward(self, dout, y):
        self.total = self.total + dout * (1 - y * y)
        return self.total


for make in (lambda: greedy_tanh_backward, lambda: Hoarder().backward):  # a fresh one for each check
    report = gradcheck.check(tanh_forward, make(), {"x": x})
    print(f"naive: {naive_check(tanh_forward, make(), x):.0e}   gradcheck: {report.verdict}\n  {report.findings[0]}")

# %% [markdown]
# No derivative finds that. gradcheck simply calls backward several times, and looks whether the inputs, `dout` and the
# cache are what they were, whether it is the same the second time, and whether $-2\,$`dout` gives $-2\,$`dx`.
#
# ### Lie 9: wrong together
#
# This softmax runs over the wrong axis. Its backward is the exact derivative of *that*. Every gradient check must pass
# it, and does: forward and backward agree. A gradient check never says that forward is right. For that you need
# **laws**:

# %%
def crosswise_forward(x):
    e = np.exp(x - x.max(axis=0))
    y = e / e.sum(axis=0)
    return y, y


def crosswise_backward(dout, y):
    return y * (dout - (dout * y).sum(axis=0))


both("softmax over the wrong axis", crosswise_forward, crosswise_backward, x)
print(gradcheck.properties(crosswise_forward, [x], "softmax"))

# %% [markdown]
# ## 3. A million entries in one go
#
# Two forwards an entry are too many for a real network. But we need not nudge one entry at a time. Nudge *all* of them,
# along a random direction $v$; the slope must be $g \cdot v$. That costs two forwards, whatever the size. Can one
# number betray one wrong entry among a million? It can, thanks to the digits: $g \cdot v$ is about $\sqrt{n}$ times as
# large as one entry's share, so one wrong entry moves it by one part in $\sqrt{n}$, and we know the slope to many more
# digits than that.

# %%
def one_direction(n, factor, seed):
    """How far g·v is from the measured slope, relative to |g|: for the right g, and with one entry times factor."""
    rng = np.random.default_rng(seed)
    x, dout, v = rng.standard_normal((3, n))
    x[0] = dout[0] = 1  # so that the entry we spoil is of ordinary size
    g = 2 * x * dout  # the gradient of Σ x² dout
    spoilt = g.copy()
    spoilt[0] *= factor
    h = np.finfo(float).eps ** (1 / 3)
    slope = (((x + h * v) ** 2 - (x - h * v) ** 2) * dout).sum() / (2 * h)
    size = np.linalg.norm(g)
    return abs(g @ v - slope) / size, abs(spoilt @ v - slope) / size


sizes = [10**k for k in range(1, 7)]
seen = np.array([np.median([one_direction(n, 1.5, seed) for seed in range(5)], axis=0) for n in sizes])

figure, axes = plt.subplots(figsize=(5.6, 2.8))
axes.loglog(sizes, seen[:, 1], "o-", color=ORANGE, label="one entry is 1.5 times too large")
axes.loglog(sizes, seen[:, 0], "o-", color=BLUE, label="all right: the error of the measurement")
axes.loglog(sizes, 1 / np.sqrt(sizes), color="0.6", linestyle=":", label="1 / √n")
axes.set(xlabel="entries n", ylabel="|g·v - slope| / |g|", title="one direction, median of five draws")
axes.legend(frameon=False)
figure.tight_layout()
print(f"n = {sizes[-1]:,}: {seen[-1, 1]:.0e} with the mistake, {seen[-1, 0]:.0e} without")

# %% [markdown]
# A checker that compares along a direction with a tolerance of one percent passes that mistake: you have to use the
# digits that you have. gradcheck does, and then finds the culprit by halving: which half of the entries contradicts?

# %%
def square_forward(x):
    return x * x, x


def nearly_right_backward(dout, x):
    dx = 2 * x * dout
    dx[123, 45] *= 1.001
    return dx


large = {"x": rng.standard_normal((300, 300))}
print(gradcheck.check(square_forward, lambda dout, x: 2 * x * dout, large, mode="directional"))
print(gradcheck.check(square_forward, nearly_right_backward, large, mode="directional"))

# %% [markdown]
# ### Why Gaussian directions
#
# It is tempting to take random *signs*: all entries move by the same amount. But let the mistake be antisymmetric, $+e$
# at one entry and $-e$ at another (two rows exchanged, say). It moves the slope by $e\,(v_i - v_j)$, and two signs are
# often equal:

# %%
draws = 10_000
mistake = np.array([1.0, -1.0])
for name, directions in (("signs", rng.choice([-1.0, 1.0], (draws, 2))), ("Gaussian", rng.standard_normal((draws, 2)))):
    print(f"{name:9} blind in {np.mean(np.abs(directions @ mistake) < 1e-6):.1%} of {draws:,} draws")

# %% [markdown]
# **Exercise 4.** The mistake is $(+e, +e, -e, -e)$. In which share of all sign directions does it not show? Compute it
# first.

# %%
my_share = None  # between 0 and 1

share = np.mean(rng.choice([-1, 1], (100_000, 4)) @ [1, 1, -1, -1] == 0)
judge(my_share, lambda p: abs(p - share) < 0.01,
      f"Measured: {share:.3f}.", "List the sign vectors of four entries; for how many is that sum zero?")

# %% [markdown]
# ## 4. Reading a report
#
# An affine layer and tanh, with a mistake. Read the report from the top:

# %%
def layer_forward(x, w, b):
    h = np.tanh(x @ w + b)
    return h, (x, w, h)


def layer_backward(dout, cache):
    x, w, h = cache
    dz = dout * (1 - h**2)
    return dz @ w.T, x.T @ dout, dz.sum(axis=0)


draw = np.random.default_rng(0)
inputs = {"x": draw.standard_normal((3, 5)), "w": draw.standard_normal((5, 2)), "b": draw.standard_normal(2)}
report = gradcheck.check(layer_forward, layer_backward, inputs)
print(report)

# %% [markdown]
# - **The table** is the verdict: an input a line. *worst* is the largest error, *at* its place, with both numbers
#   there, and *ratio* is yours / numerical. x and b are right, so `dz` is right: the mistake is in the line that makes
#   dw.
# - **A fact** (the numbered lines) has been computed and is true: *these two expressions are equal, in all entries*.
# - **A guess** (*likely*) is somebody's reading of the fact. Believe the first, consider the second.
# - **A note** says what these inputs cannot show.
#
# In a notebook a report draws itself, with a heat map of the wrong entries:

# %%
report

# %% [markdown]
# And if it is late, let it find the smallest example that fails in the same way, with the calculation written out.
# Check it with a pocket calculator:

# %%
print(report.shrink())

# %% [markdown]
# All of it is data, too: `report.ok`, `report.inputs["w"].ratio`, `report.findings[0].fact`, `report.warnings`. In a
# test you write `assert report.ok, report`.
#
# **Exercise 5.** Which expression should stand in place of `x.T @ dout`? Repair the line and see.

# %%
def my_layer_backward(dout, cache):
    x, w, h = cache
    dz = dout * (1 - h**2)
    return dz @ w.T, x.T @ dout, dz.sum(axis=0)  # here


judge(my_layer_backward, lambda backward: gradcheck.check(layer_forward, backward, inputs).ok,
      "All three are right.", "The first fact of the report has it on its right-hand side.")

# %% [markdown]
# ## 5. The bug hunt
#
# Eight layers, each with one planted mistake in its backward pass. You do not see the code. You see the report, as much
# of it as you ask for:
#
# | | |
# |---|---|
# | `look(1)` | the layer, the verdict and a heat map (rows: all axes but the last) |
# | `hint(1)` | the facts |
# | `hint(1, 2)` | the guesses as well; `hint(1, 3)` names it |
# | `answer(1, "a")` | name the mistake; without a letter: the four suspects |
# | `code(1)` | give up hiding: the wrong backward |
# | `repair(1, "old text", "new text")` | mend the code; it is checked at once |
#
# Play it like this: look, choose a suspect, and only then ask for hints. A wrong answer shows you what the report of
# *that* mistake would have been. Compare. (The next cell is the machinery. The list is encoded, so that reading on
# spoils nothing.)

# %% jupyter={"source_hidden": true}
import base64
import inspect
import json

HIDDEN = """
W1siYWZmaW5lIiwgImR3X2Rpdl9uIiwgImR3X3NpZ24iLCAiZHdfbGFzdCIsICJkd19wbHVzX3ciXSwgWyJyZWx1IiwgInZhbHVl
IiwgIm1hc2tfbWlzc2luZyIsICJpbnZlcnRlZCIsICJzaWduIl0sIFsic29mdG1heF9jcm9zc19lbnRyb3B5IiwgIm5vX29uZWhv
dCIsICJ0aW1lc19uIiwgIm9mZl9ieV9vbmUiLCAiZGlhZ29uYWwiXSwgWyJlbWJlZGRpbmciLCAib3ZlcndyaXRlIiwgIm1lYW4i
LCAiZmlyc3Rfb25seSIsICJsYXN0X3N0ZXAiXSwgWyJiYXRjaG5vcm0iLCAiZHZhcl9ub18yIiwgIm5vX21lYW5fcGF0aCIsICJn
YW1tYV90d2ljZSIsICJzdGRfc3F1YXJlZCJdLCBbImNvbnYyZCIsICJkeF9mbGlwIiwgImR4X2tlcm5lbF9UIiwgImR4X25vX3N0
cmlkZSIsICJkeF96ZXJvX2JvcmRlciJdLCBbImF0dGVudGlvbiIsICJzb2Z0bWF4X3N1bV9hbGwiLCAibm9fc2NhbGVfYndkIiwg
ImRrX25vX1QiLCAic3dhcF9xayJdLCBbImxzdG1fc3RlcCIsICJnYXRlX3N3YXBfZm8iLCAiZm9yZ2V0X25vX2Rlcml2IiwgImRj
X25vdF9hZGRlZCIsICJnYXRlX3N3YXBfaWciXV0=
"""
PUZZLES = json.loads(base64.b64decode(HIDDEN))  # (op, the mistake, three that were not made)


class Puzzle:
    """One op with a mistake in it, and three other suspects."""

    def __init__(self, op, guilty, *others):
        found = {f.name: (f, forward, backward) for f, forward, backward in gradcheck.faults.mutants(op)}
        self.op, self.guilty = op, guilty
        self.inputs, self.options = gradcheck.faults.sample(op)
        self.suspects = sorted((found[name] for name in (guilty, *others)), key=lambda each: each[0].message)
        self.fault, self.forward, self.backward = found[guilty]
        self.report = self.check(self.forward, self.backward)

    def check(self, forward, backward):
        return gradcheck.check(forward, backward, self.inputs, options=self.options)


puzzles = [Puzzle(*row) for row in PUZZLES]


def verdicts(report):
    """The report down to its table."""
    return "\n".join(str(report).splitlines()[1 : 2 + len(report.inputs)])


def look(k):
    """The layer, what it was given, the verdicts, and a heat map of each wrong gradient."""
    p = puzzles[k - 1]
    given = [f"{name} {x.shape}" for name, x in p.inputs.items()] + [f"{name}={x}" for name, x in p.options.items()]
    formula = inspect.getdoc(gradcheck.faults.find(p.op).forward).split("\n\n")[0]
    print(f"Level {k}: {p.op}({', '.join(given)})\n{formula}\n\n{verdicts(p.report)}")
    wrong = [name for name, r in p.report.inputs.items() if not r.ok and not r.problem]
    figure, axes = plt.subplots(1, len(wrong), figsize=(1.8 * len(wrong) + 1, 2.2), squeeze=False)
    for axis, name in zip(axes[0], wrong):
        error = np.abs(p.report.case.gradients[name] - p.report.case.numeric[name])
        error = np.where(p.report.case.wrong[name], error, np.nan).reshape(-1, error.shape[-1])
        faint = -0.2 * np.nanmax(error)  # where the colours start: even a small error is not white
        axis.imshow(error, cmap="Reds", vmin=faint, aspect="auto", interpolation="nearest")
        axis.set(title=f"d{name}", xticks=[], yticks=[])
        axis.grid(False)
        axis.spines[:].set_visible(True)
    figure.suptitle("|yours - numerical|; white: right", fontsize=8)
    figure.tight_layout()


def hint(k, level=1):
    """The first facts, without those that name the mistake outright; at level 2 with the guesses; at level 3 all."""
    findings = puzzles[k - 1].report.findings
    for f in findings if level > 2 else [f for f in findings if f.code != "FAULT"][:4]:
        print("-", f if level > 1 else str(f).splitlines()[0])


def answer(k, letter=None):
    """Whether that suspect did it."""
    p = puzzles[k - 1]
    suspects = dict(zip("abcd", p.suspects))
    if letter not in suspects:
        lines = [f"  {a}) {fault.message}" for a, (fault, *_) in suspects.items()]
        print(f"Level {k}, the suspects:", *lines, sep="\n")
        return
    fault, forward, backward = suspects[letter]
    if fault.name == p.guilty:
        print("Found. Now repair it: code shows the backward pass.")
    else:
        print(f"Not this one. Its report would be\n{verdicts(p.check(forward, backward))}")
        print(f"and this level's is\n{verdicts(p.report)}")


def code(k):
    """The wrong backward pass."""
    print(inspect.getsource(puzzles[k - 1].backward))


def repair(k, old, new):
    """Replace a piece of the wrong backward pass, and check the result."""
    p = puzzles[k - 1]
    source = inspect.getsource(p.backward)
    if source.count(old) != 1:
        print(f"The code should have this text once; it has it {source.count(old)} times: {old!r}")
        return
    room = dict(p.backward.__globals__)
    exec(source.replace(old, new), room)
    report = p.check(p.forward, room[p.backward.__name__])
    print(f"Level {k}: " + (f"repaired. Every gradient of {p.op} is right." if report.ok else f"not yet.\n{report}"))


# %% [markdown]
# ### Level 1: a warm-up

# %%
look(1)

# %%
answer(1)  # then: answer(1, "a")

# %%
# hint(1)
# code(1)
# repair(1, "...", "...")

# %% [markdown]
# ### Level 2
#
# Some entries are right. Which ones, and what is the ratio at the others? (`puzzles[1].report.case` has it all:
# `inputs`, `gradients`, `numeric`, `wrong`.)

# %%
look(2)

# %%
answer(2)

# %%
# repair(2, "...", "...")

# %% [markdown]
# ### Level 3
#
# Count the wrong entries. What is special about them?

# %%
look(3)

# %%
answer(3)

# %%
# repair(3, "...", "...")

# %% [markdown]
# ### Level 4
#
# Which rows are wrong, and which ids were looked up? (`puzzles[3].inputs["ids"]`.)

# %%
look(4)

# %%
answer(4)

# %%
# repair(4, "...", "...")

# %% [markdown]
# ### Level 5
#
# Everything in dx is wrong, and everything else is right. Now the table says little; ask for a fact.

# %%
look(5)

# %%
answer(5)

# %%
# hint(5)
# repair(5, "...", "...")

# %% [markdown]
# ### Level 6
#
# The kernel and the bias are right, the image is not, and no ratio tells why.

# %%
look(6)

# %%
answer(6)

# %%
# hint(6)
# repair(6, "...", "...")

# %% [markdown]
# ### Level 7
#
# Two gradients are wrong and one is right. Which lines of an attention's backward pass do the two share?

# %%
look(7)

# %%
answer(7)

# %%
# hint(7)
# repair(7, "...", "...")

# %% [markdown]
# ### Level 8
#
# The weights of an LSTM step hold four gates side by side: i, f, o, g. Look at the columns.

# %%
look(8)

# %%
answer(8)

# %%
# hint(8)
# repair(8, "...", "...")

# %% [markdown]
# ## 6. What a gradient check proves
#
# It proves that **backward is the derivative of forward, at this point, for this `dout`, as far as rounding lets us
# see.** A Gaussian `dout` and inputs without blind spots make "this point" stand for nearly all points.
#
# It does not prove that
#
# - forward computes what you wanted (lie 9: use laws, and reference values);
# - the other branch is right: the test mode of a batch norm, the other value of a mask, a sequence longer than one
#   step;
# - the optimiser is right: an Adam that forgets to store its step count takes the *right* first step
#   (`gradcheck.check_optimizer` takes five);
# - the network learns.
#
# And it is cheap. The rule of this library: no pair without its check, in float64, in the tests, for ever.
#
# ## Now you
#
# 1. Take a backward that you wrote some weeks ago, and check it: `print(gradcheck.check(forward, backward, {...}))`.
# 2. Spoil it by a sign, a transposed matrix, a sum over the wrong axis. Does the report name each? Where it does not,
#    is what it says still true?
# 3. Spoil it so that the naive check with `dout = 1` passes. And so that gradcheck passes, on inputs of your choice,
#    without a note. (If you manage the last one, we would like to hear of it.)
# 4. `for fault, forward, backward in gradcheck.faults.mutants("layernorm")`: plant one at random, and give the report
#    to the person beside you.
#
# ## Solutions
#
# Folded away. Exercise 1: about `1e-8`. Exercise 2: `return dout * np.sign(x)`. Exercise 3: `my_pad = 1`. Exercise 4:
# six of sixteen, `6 / 16`. Exercise 5: `x.T @ dz`. Unfold the next cell for the hunt.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
for k, p in enumerate(puzzles, start=1):
    letter = "abcd"[[fault.name for fault, *_ in p.suspects].index(p.guilty)]
    print(f"--- Level {k}, {p.op}: {letter}) {p.fault.message}")
    hint(k, 2)
    [(right, wrong)] = p.fault.patches
    line = [line.strip() for line in inspect.getsource(p.backward).splitlines() if wrong in line][-1]
    print(f"repair({k}, {line!r}, {line.replace(wrong, right)!r})")
    repair(k, line, line.replace(wrong, right))
    assert p.check(p.forward, gradcheck.faults.find(p.op).backward).ok
