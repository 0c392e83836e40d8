# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Backpropagation through time
#
# A sentence, a melody, a month of temperatures: their length varies, and what stands at one place depends on what came
# before. A *recurrent* network reads one step after another and keeps a **state**, all that it remembers. Its backward
# pass is the backward pass that you know, with one twist: the same weights are used in every step. The twist has a grand
# name, three lines of code, and one large problem, which is what the [next lesson](08_why_gates.ipynb) is about.
#
# You need the [first lesson](01_an_op_is_a_pair.ipynb) and gradcheck from the [second](02_gradient_check.ipynb).
#
# Topics: R261 the cell, R262 backpropagation through time, R267 windows of a series, R268 vanishing and exploding.

# %%
import inspect

import matplotlib.pyplot as plt
import numpy as np

import gradcheck
from npdl import nn, ops
from npdl.data import windows_of
from npdl.optim import SGD, Adam, clip_grad_norm
from npdl.viz import plot_curves

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "grid.alpha": 0.25,
                     "font.size": 9})
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
rng = np.random.default_rng(0)


def judge(answer, is_right, praise, advice):
    """Tell at once whether the answer to an exercise is right; None: not answered yet."""
    print("Your turn." if answer is None else f"Right. {praise}" if is_right(answer) else f"Not yet. {advice}")


# %% [markdown]
# ## 1. One step
#
# $h_t = \tanh(x_t W_x + h_{t-1} W_h + b)$. It is an affine layer with two inputs, and a tanh. So is its backward:

# %%
print(inspect.getsource(ops.rnn_step_forward))
print(inspect.getsource(ops.rnn_step_backward))

# %% [markdown]
# Nothing new so far. Now the *same* step four times, the state handed on:

# %%
N, T, D, H = 2, 4, 3, 5
x, h0 = rng.standard_normal((N, T, D)), rng.standard_normal((N, H))
Wx, Wh, b = rng.standard_normal((D, H)) / 2, rng.standard_normal((H, H)) / 2, rng.standard_normal(H) / 2


def unrolled_forward(x, h0, Wx, Wh, b):
    """All states (N, T, H), and the caches of the steps."""
    h, states, caches = h0, [], []
    for t in range(x.shape[1]):
        h, cache = ops.rnn_step_forward(x[:, t], h, Wx, Wh, b)
        states.append(h)
        caches.append(cache)
    return np.stack(states, axis=1), caches


# %% [markdown]
# ## 2. The way back
#
# Draw it: a chain of T steps. A state $h_t$ goes to two places, to the output of step t and into step t + 1. What goes to
# two places gets two gradients, and they **add up**. A weight goes into T steps and gets T gradients: they add up, too.
# That is all of backpropagation through time:

# %%
def unrolled_backward(dout, caches):
    carried, dx, dWx, dWh, db = 0, [], 0, 0, 0
    for t in reversed(range(len(caches))):
        dx_t, carried, dWx_t, dWh_t, db_t = ops.rnn_step_backward(dout[:, t] + carried, caches[t])  # two places
        dx.insert(0, dx_t)
        dWx, dWh, db = dWx + dWx_t, dWh + dWh_t, db + db_t  # T steps
    return np.stack(dx, axis=1), carried, dWx, dWh, db


inputs = {"x": x, "h0": h0, "Wx": Wx, "Wh": Wh, "b": b}
print(gradcheck.check(unrolled_forward, unrolled_backward, inputs))

# %% [markdown]
# The three mistakes that everybody makes once: forgetting what is carried; overwriting the weights' gradients where they
# should add up; running the loop forwards. Gradcheck knows them by name:

# %%
def forgetful_backward(dout, caches):
    dx, dWx, dWh, db = [], 0, 0, 0
    for t in reversed(range(len(caches))):
        dx_t, dh0, dWx_t, dWh_t, db_t = ops.rnn_step_backward(dout[:, t], caches[t])
        dx.insert(0, dx_t)
        dWx, dWh, db = dWx + dWx_t, dWh + dWh_t, db + db_t
    return np.stack(dx, axis=1), dh0, dWx, dWh, db


print(gradcheck.check(unrolled_forward, forgetful_backward, inputs))

# %% [markdown]
# The library's op does the same, but collects the gradients in front of tanh, $dz_t$, for all steps, and then needs one
# matrix product for each weight, where we added up T small ones:

# %%
print(inspect.getsource(ops.rnn_backward))
out, cache = ops.rnn.forward(x, h0, Wx, Wh, b)
dout = rng.standard_normal(out.shape)
for ours, theirs in zip(unrolled_backward(dout, unrolled_forward(**inputs)[1]), ops.rnn.backward(dout, cache)):
    print(np.allclose(ours, theirs), end=" ")

# %% [markdown]
# (The notes of this course have the formulas with a softmax at each step. In one of them, $\partial L / \partial V$, the
# state has been lost in print: it is $\sum_t (\hat y_t - y_t)\, h_t^\top$. `tests/ops/test_recurrent.py` has all of them.)
#
# ## 3. A series in windows
#
# Thirty rows of seven numbers, windows of five: how many are there? The first begins at row 0, the last at row 25:
# 30 - 5 + 1 = 26. None of them is a copy:

# %%
series = rng.standard_normal((30, 7))
windows = windows_of(series, 5)
print(windows.shape, "shares memory:", np.shares_memory(windows, series))

# %% [markdown]
# Now a series with something in it: two waves and noise. From 20 numbers, what is the next one?

# %%
t = np.arange(1200)
wave = (np.sin(t / 5) + 0.5 * np.sin(t / 13) + 0.1 * rng.standard_normal(len(t))).astype(np.float32)[:, None]
past, following = windows_of(wave[:-1], 20), wave[20:]
train, test = slice(0, 900), slice(950, None)
draw = np.random.default_rng(1)
layer, head = nn.RNN(1, 24, rng=draw), nn.Affine(24, 1, rng=draw)
optimiser = Adam(layer.parameters() + head.parameters(), lr=5e-3)


def predict(x):
    states, _ = layer(x)
    return head(states[:, -1])


losses = []
for _ in range(300):
    some = draw.integers(0, 900, 64)
    loss = ops.mse(predict(past[some]), following[some])
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    losses.append(loss.item())

guess = predict(past[test]).data
figure, axes = plt.subplots(figsize=(7.5, 2.4))
axes.plot(following[test][:120], ".", color="0.6", label="measured")
axes.plot(guess[:120], color=BLUE, label="predicted from the 20 before")
axes.set(xlabel="step", title="a series, one step ahead, after the end of the training data")
axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
figure.tight_layout()
error = ops.mse(guess, following[test])
print(f"mean squared error: {error:.3f}; "
      f"of 'as the last one': {np.mean((past[test][:, -1] - following[test]) ** 2):.3f}; the noise alone: {0.1**2:.3f}")

# %% [markdown]
# ## 4. Truncation
#
# Of a book one does not wait for the end before the first update. **Truncated** backpropagation cuts the chain: the state
# goes on into the next piece, its gradient does not. In the code, one word:

# %%
book = rng.standard_normal((1, 60, 3))
reader = nn.RNN(3, 8, rng=np.random.default_rng(2)).astype("float64")


def gradient(cut):
    """dL/dWh of a loss over all 60 steps, the chain cut every `cut` steps."""
    reader.zero_grad()
    state, total = None, 0.0
    for start in range(0, 60, cut):
        out, state = reader(book[:, start : start + cut], state)
        loss = (out * out).sum()
        loss.backward()  # each piece by itself: its memory is free again
        total += loss.item()
        state = state.detach()  # <- the cut
    return total, reader.weight_hh_l0.grad.copy()


whole, exact = gradient(60)
for cut in (30, 10, 5, 1):
    value, rough = gradient(cut)
    cosine = (rough * exact).sum() / np.linalg.norm(rough) / np.linalg.norm(exact)
    print(f"cut every {cut:2}: the same loss: {np.isclose(value, whole)}, cosine with the whole gradient {cosine:.4f}")

# %% [markdown]
# The loss is the same, for the state is handed on. The gradient is another one, but a good one, as long as what matters
# lies within a piece.
#
# ## 5. The wall
#
# In each step back the gradient is multiplied by $W_h^\top$. Fifty steps, fifty times. Suppose that the
# states are near 0, where the derivative of tanh is 1, and $W_h$ is a rotation times a number:

# %%
rotation = nn.init.orthogonal((16, 16), rng=np.random.default_rng(0)).astype("float64")


def reach(radius, steps=50):
    """|dL/dh_t| for t = 0 ... steps of a loss at the end."""
    found = [1.0]
    d = np.ones(16) / 4
    for _ in range(steps):
        d = radius * rotation @ d
        found.insert(0, np.linalg.norm(d))
    return found


plot_curves({f"radius {r}": reach(r) for r in (0.8, 1.0, 1.2)}, x=np.arange(51), log=True, x_label="step",
            y_label="|dL/dh|", title="A loss at step 50, seen from the steps before")

# %% [markdown]
# It **vanishes** or **explodes**, exponentially: $0.8^{50} = 1.4 \cdot 10^{-5}$, $1.2^{50} = 9100$. (The same happens in depth: a
# network of 50 layers is such a chain. It is not the ReLU that does it, as one reads; its derivative is at most 1.)
#
# Against *exploding* there is a simple remedy. A network of one unit, $h_t = \tanh(w h_{t-1} + b)$, after 50 steps; we want
# $h_{50} = -0.4$. Where the unit turns from one of its two resting points to the other, the loss has a wall:

# %%
def final(w, b):
    h, _ = ops.rnn_forward(np.zeros((1, 50, 1)), np.zeros((1, 1)), np.zeros((1, 1)), np.array([[w]]), np.array([b]))
    return h[0, -1, 0]


def descend(max_norm, steps=200):
    """The path (w, b) of gradient descent, and the losses."""
    w, b = nn.Parameter(np.array([[1.5]])), nn.Parameter(np.array([0.05]))
    optimiser, path, losses = SGD([w, b], lr=0.01), [], []
    for _ in range(steps):
        path.append((w.data.item(), b.data.item()))
        h = ops.rnn(np.zeros((1, 50, 1)), np.zeros((1, 1)), np.zeros((1, 1)), w, b)
        loss = ((h[:, -1] + 0.4) ** 2).sum()
        optimiser.zero_grad()
        loss.backward()
        clip_grad_norm([w, b], max_norm)
        optimiser.step()
        losses.append(loss.item())
    return np.array(path), losses


ws, bs = np.linspace(0.9, 1.6, 80), np.linspace(-0.1, 0.1, 80)
ground = np.array([[(final(w, b) + 0.4) ** 2 for w in ws] for b in bs])
figure, panels = plt.subplots(1, 2, figsize=(8.2, 2.9))
panels[0].contourf(ws, bs, ground, 12, cmap="Greys")
for max_norm, colour, style in ((np.inf, ORANGE, "--"), (1.0, BLUE, "-")):
    path, losses = descend(max_norm)
    label = "as it is" if max_norm == np.inf else "clipped to norm 1"
    panels[0].plot(*path.T, color=colour, linestyle=style, marker=".", markersize=3, linewidth=1)
    panels[1].semilogy(losses, color=colour, linestyle=style, label=label)
    print(f"{label}: loss {losses[-1]:.1e}, b between {path[:, 1].min():.2f} and {path[:, 1].max():.2f}")
panels[0].set(xlabel="w", ylabel="b", xlim=(0.9, 1.6), ylim=(-0.1, 0.1), title="the loss: dark is high")
panels[1].set(xlabel="step", title="the loss on the way")
panels[1].legend(frameon=False)
figure.tight_layout()

# %% [markdown]
# One step against the wall, with a gradient of 336, threw $b$ to -3.4, into a plain from which no gradient leads back.
# **Clipping** keeps the direction and shortens the step: `clip_grad_norm(parameters, 1.0)`, between `backward` and `step`
# (Pascanu, Mikolov and Bengio 2013). Every recurrent network is trained with it.
#
# Against *vanishing* no clipping helps: what is not there cannot be made longer. That takes
# [another cell](08_why_gates.ipynb).
#
# ## What you know now
#
# - A recurrent layer is one step, again and again; backward is its backward, again and again, from the end.
# - What goes to two places gets the sum of two gradients; weights that are shared, the sum over the steps.
# - Truncation: hand on the state, `detach` it.
# - Products of fifty matrices vanish or explode. Clipping mends the second.
#
# ## Now you
#
# **1.** How many windows of length 12 does a series of 365 rows have?

# %%
my_count = None

judge(my_count, lambda n: n == len(windows_of(np.zeros(365), 12)), "365 - 12 + 1.", "Where does the last one begin?")

# %% [markdown]
# **2.** The loss looks at the *last* state alone. Which `dout` (N, T, H) does `ops.rnn.backward` get? Write it, from `dlast`
# (N, H).

# %%
def my_dout(dlast, T):
    return None


dlast = rng.standard_normal((N, H))
judge(my_dout(dlast, T), lambda d: np.allclose(ops.rnn.backward(d, cache)[1], unrolled_backward(
    np.concatenate([np.zeros((N, T - 1, H)), dlast[:, None]], axis=1), unrolled_forward(**inputs)[1])[1]),
      "Zero above, and still every step gets a gradient: the carried one.", "Zeros, but for one step.")

# %% [markdown]
# **3.** A sequence of 3 steps and one of 5 in one array: the shorter one is padded with two steps. What must happen to the
# carried gradient at a padded step? Complete the backward of the *masked* chain: `on` (N, 1) is True where the step counts.

# %%
def my_masked_step_backward(dh, cache, on):
    """(the gradient of the state before) of h = rnn_step(...) where on, else prev_h."""
    return None


mask = np.array([[True] * 5, [True] * 3 + [False] * 2])
padded, first = rng.standard_normal((2, 5, D)), np.zeros((2, H))
_, through = ops.rnn.forward(padded, first, Wx, Wh, b, mask)
wanted = ops.rnn.backward(np.ones((2, 5, H)), through)[1]


def masked_chain():
    h, caches = first, []
    for t in range(5):
        new, cache = ops.rnn_step_forward(padded[:, t], h, Wx, Wh, b)
        h = np.where(mask[:, t, None], new, h)
        caches.append(cache)
    carried = np.zeros((2, H))
    for t in reversed(range(5)):
        carried = my_masked_step_backward(1 + carried, caches[t], mask[:, t, None])
        if carried is None:
            return None
    return carried


judge(masked_chain(), lambda dh0: np.allclose(dh0, wanted), "Through the step, or past it.",
      "Where on: what rnn_step_backward says of (dh where on). Elsewhere: dh itself.")
