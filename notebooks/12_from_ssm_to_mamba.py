# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # From state spaces to Mamba
#
# A recurrent network reads a text in one pass and keeps what it needs in a state of fixed size, but it has to be trained
# step after step. Attention trains on all steps at once, but keeps the whole text. *State spaces* want both: they are
# recurrences so simple that all steps can be computed at once. This lesson builds them up, from a matrix that remembers
# (HiPPO) over one that is fast (S4, S4D) to one that chooses what to remember (Mamba), and shows on a small puzzle what
# the last step is good for.
#
# You need the [first lesson](01_an_op_is_a_pair.ipynb) and gradcheck from the [second](02_gradient_check.ipynb).
#
# Topics: R300 state spaces, R302 HiPPO, R301 S4 and S4D, R299 Mamba.

# %%
import inspect

import matplotlib.pyplot as plt
import numpy as np

import gradcheck
import npdl
from npdl import nn, ops
from npdl.data import selective_copying
from npdl.maths import state_space as ss
from npdl.train.recipes import selective_copying as recipe
from npdl.train.recipes import selective_copying_s4d as recipe_s4d

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "grid.alpha": 0.25,
                     "font.size": 9})
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
npdl.seed(0)
rng = np.random.default_rng(0)


def judge(answer, is_right, praise, advice):
    """Tell at once whether the answer to an exercise is right; None: not answered yet."""
    print("Your turn." if answer is None else f"Right. {praise}" if is_right(answer) else f"Not yet. {advice}")


# %% [markdown]
# ## 1. A system that remembers
#
# $$h'(t) = A\,h(t) + B\,u(t), \qquad y(t) = C\,h(t)$$
#
# One number $u$ goes in, one number $y$ comes out, and between them is a state $h$ of $N$ numbers. A weight on a spring is
# such a system: $h$ is its place and its speed, $u$ the force. Let us knock on it once.

# %%
A = np.array([[0.0, 1.0], [-4.0, -0.4]])  # speed changes the place; the spring pulls back, friction slows down
B, C = np.array([0.0, 1.0]), np.array([1.0, 0.0])
dt, T = 0.1, 150
u = np.zeros(T)
u[5] = 1 / dt

figure, axes = plt.subplots(figsize=(5.8, 2.4))
for method, colour, style in (("zoh", BLUE, "-"), ("bilinear", ORANGE, "--")):
    axes.plot(dt * np.arange(T), ss.recurrence(*ss.discretise(A, B, dt, method), C, u), style, color=colour, label=method)
axes.set(xlabel="t", ylabel="y", title="knocked at t = 0.5")
axes.legend(frameon=False)
axes.grid()
figure.tight_layout()

# %% [markdown]
# A computer takes steps of length $\Delta$: $h_t = \bar A h_{t-1} + \bar B u_t$. If $u$ is constant during a step
# (*zero-order hold*), the solution is exact, $\bar A = e^{\Delta A}$ and $\bar B = A^{-1}(\bar A - 1) B$; the *bilinear*
# rule approximates $e^x$ by $(1 + x/2)/(1 - x/2)$. Both keep a stable system stable, at any step. Euler's rule,
# $1 + x$, does not:

# %%
x = -0.5 + 6j  # an eigenvalue of Δ A: its system dies away
for name, factor in (("exact", np.exp(x)), ("bilinear", (1 + x / 2) / (1 - x / 2)), ("Euler", 1 + x)):
    print(f"{name:9} |Ā| = {abs(factor):.3f}, after 20 steps {abs(factor) ** 20:.2g}")

# %% [markdown]
# ## 2. Two ways to run it
#
# Follow one input through the recurrence: after $l$ steps it has been multiplied by $\bar A$ $l$ times. All outputs
# together are a convolution of the inputs with one sequence, the *kernel*:
#
# $$y_t = \sum_{l \le t} K_l\, u_{t-l}, \qquad K_l = C \bar A^l \bar B$$
#
# What you saw in the picture *is* the kernel. So train with the convolution, all steps at once, by FFT in
# $T \log T$ operations, and generate with the recurrence, one step at a time. They are the same function:

# %%
A_bar, B_bar = ss.discretise(A, B, dt)
u = rng.standard_normal(T)
K = ss.kernel(A_bar, B_bar, C, T)
by_steps = ss.recurrence(A_bar, B_bar, C, u)
by_fft = ops.causal_convolution(u[None, :, None], K[:, None])[0, :, 0]
print(f"they differ by at most {np.abs(by_steps - by_fft).max():.1e}")

# %% [markdown]
# ## 3. A matrix made for remembering: HiPPO
#
# A random $A$ forgets within a few steps, or explodes. Which one would remember *everything*? Gu et al. (2020) turned the
# question round: at every time let $h$ be the coefficients of the polynomial of degree $N - 1$ that fits the whole past
# best. Those coefficients can be updated without looking at the past again, and the update is linear:
#
# $$c'(t) = \frac{1}{t}\,(A\,c + B\,u), \qquad A_{nk} = -\begin{cases}\sqrt{(2n+1)(2k+1)} & n > k\\ n + 1 & n = k\\
# 0 & n < k\end{cases}, \qquad B_n = \sqrt{2n+1}$$

# %%
A, B = ss.hippo_legs(5)
print(A.round(2))
times = (np.arange(400) + 0.5) / 400
signal = np.sin(6 * times) + 0.5 * np.cos(15 * times**2)
figure, axes = plt.subplots(figsize=(7.2, 2.8))
axes.plot(times, signal, color="0.7", linewidth=4, label="what it saw")
for N, colour, style in ((4, ORANGE, ":"), (8, GREEN, "--"), (16, BLUE, "-")):
    memory = ss.legs_memory(signal, N)[-1]
    axes.plot(times, ss.legs_reconstruction(memory, times), style, color=colour, label=f"what {N} numbers remember")
axes.set(xlabel="time", title="400 samples, seen one by one and none kept")
axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
axes.grid()
figure.tight_layout()
for N in (2, 4, 8, 16, 24):
    error = ss.legs_reconstruction(ss.legs_memory(signal, N)[-1], times) - signal
    print(f"N = {N:2}: error {np.sqrt(np.mean(error**2)):.4f}")

# %% [markdown]
# Nothing was trained here. Networks whose $A$ starts as HiPPO's can look back over thousands of steps.
#
# ## 4. A kernel that is fast: S4 and S4D
#
# The kernel needs all powers $\bar A^l$ of a full matrix. With a *diagonal* $A$ they would be powers of numbers. But
# HiPPO's matrix cannot be diagonalised on a computer; its eigenvectors have entries of up to $2^{4N/3}$. **S4** (Gu, Goel
# and Ré 2021) found that it is nearly as good: $A + P P^\top$ with $P_n = \sqrt{n + 1/2}$ has eigenvectors at right angles.
# A diagonal and a low rank; and for those there are formulas (a geometric series, Woodbury's identity, Cauchy's matrix)
# that give the kernel's Fourier transform without one power:

# %%
N, T = 64, 1000
A, B = ss.hippo_legs(N)
C = rng.standard_normal(N)
naive = ss.kernel(*ss.discretise(A, B, 0.01, "bilinear"), C, T)
fast = ss.dplr_kernel(ss.dplr_of_legs(N), C, 0.01, T)
print(f"by {T} powers of a {N} × {N} matrix, and by S4's formulas: they differ by {np.abs(naive - fast).max():.1e}")
Lambda = ss.dplr_of_legs(N).Lambda
print(f"the eigenvalues of A + PPᵀ: real parts {Lambda.real.min():.3f} to {Lambda.real.max():.3f}, "
      f"imaginary parts up to {Lambda.imag.max():.0f}")

# %% [markdown]
# **S4D** (Gu et al. 2022) asked what happens if one simply leaves the low rank away. Very little! What remains is ten
# lines: $K_l = 2\,\mathrm{Re} \sum_s C_s \bar B_s \bar A_s^l$. Here are kernels from three starts of $A$, each with a
# random $C$:

# %%
figure, panels = plt.subplots(1, 3, figsize=(8.6, 2.2), sharey=True)
for axes, start in zip(panels, ("legs", "inv", "lin")):
    for number, colour in enumerate((BLUE, ORANGE)):
        layer = nn.S4D(1, 32, start=start, dt_range=(0.01, 0.0101), rng=np.random.default_rng(number))
        knock = np.zeros((1, 300, 1), np.float32)
        knock[0, 0] = 1
        axes.plot(layer(knock).data[0, 1:, 0], color=colour)
    axes.set(title=f"S4D-{start}", xlabel="steps ago")
    axes.grid()
figure.tight_layout()

# %% [markdown]
# ## 5. What no fixed kernel can do
#
# A kernel weighs the input of $l$ steps ago with $K_l$, *whatever that input is*. Here is a puzzle for which that is the
# wrong idea, **selective copying**: some symbols among blanks, and at the end the question: which ones were they, in order?

# %%
x, y = selective_copying(3, 20, tokens=3, symbols=8, rng=0)
for puzzle, answer in zip(x, y):
    print(" ".join("·" if s == 8 else "?" if s == 9 else str(s) for s in puzzle), "  answer:", *answer)

# %% [markdown]
# Were the symbols always at the same places, a kernel with three peaks would do. But they are at other places each time.
# One must look at *what* stands there and then decide: keep, or pass over.
#
# ## 6. Selection
#
# Mamba (Gu and Dao 2023) lets the step $\Delta$ and the vectors $B$ and $C$ depend on the token:
#
# $$h_t = e^{\Delta_t A}\,h_{t-1} + \Delta_t B_t\,u_t, \qquad y_t = C_t \cdot h_t + D u_t$$
#
# $\Delta$ is the gate. For $\Delta \to 0$ nothing happens: the token is passed over, the state stays. For a large $\Delta$
# the past is forgotten and the token takes its place (Δ times over, as that is what $\bar B = \Delta B$ says):

# %%
u, A = np.array([[[1.0], [2.0], [3.0], [4.0]]]), np.array([[-1.0]])
one = np.ones((1, 4, 1))
for name, step in (("always 1", [1, 1, 1, 1]), ("passes over the third", [1, 1, 0, 1]), ("only the third", [0, 0, 9, 0])):
    y, _ = ops.selective_scan(u, np.array(step, float).reshape(1, 4, 1), A, one, one)
    print(f"Δ {name:22}", y.ravel().round(3))

# %% [markdown]
# The price: no fixed kernel, no FFT. A loop over time is left, the *scan*. (It need not go step by step; Mamba's own
# program computes it in a tree on the GPU. Ours is a loop whose steps are long.) The way back is the same recurrence
# with time reversed, and here it is, by hand:

# %%
print(inspect.getsource(ops.selective_scan_forward).split('"""')[2])
print(inspect.getsource(ops.selective_scan_backward))

# %%
shapes = dict(u=(2, 6, 3), delta=(2, 6, 3), A=(3, 4), B=(2, 6, 4), C=(2, 6, 4), D=(3,), h0=(2, 3, 4))
inputs = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
inputs["delta"], inputs["A"] = np.abs(inputs["delta"]), -np.abs(inputs["A"])
print(gradcheck.check(ops.selective_scan_forward, ops.selective_scan_backward, inputs))

# %% [markdown]
# **Your turn.** In the backward pass somebody writes `decay[:, t - 1]` in place of `decay[:, t]`. Which gradients come out
# right all the same? Set `answer` to a set of names, such as `{"D"}`; try it with gradcheck if you like.

# %%
answer = None
judge(answer, lambda a: set(a) == {"C", "D"},
      "They need h and u alone: dC = dy h, dD = Σ dy u. All others go through dh.",
      "Which of the formulas have no dh in them?")

# %% [markdown]
# ## 7. The block
#
# Around the scan Mamba puts little: a projection to twice the width, a short convolution that lets neighbours meet, and
# a gate. No attention, no separate feed-forward layer.

# %%
print(inspect.getsource(nn.MambaBlock.ssm_step))
block = nn.MambaBlock(16, rng=np.random.default_rng(0)).astype("float64")
x = rng.standard_normal((1, 50, 16))
state, outs = None, []
for t in range(50):
    out, state = block.step(x[:, t : t + 1], state)
    outs.append(out.data)
print(f"token by token and all at once differ by {np.abs(np.concatenate(outs, axis=1) - block(x).data).max():.1e}")
print("what it remembers after 50 tokens, and after any number:", [part.shape for part in state])

# %% [markdown]
# ## 8. The puzzle
#
# Two networks of two blocks, trained on the same puzzles of up to 24 places with three symbols. The only difference: one
# has the selective scan, the other S4D. (The recipes `selective_copying` and `selective_copying_s4d` are the same with
# longer puzzles; each states its numbers from five seeds.)

# %%
settings = dict(length=24, tokens=3, batches=500, batch_size=32)
runs = {"Mamba": recipe.train(**settings), "S4D": recipe_s4d.train(**settings)}
figure, axes = plt.subplots(figsize=(5.8, 2.6))
for (name, run), colour, style in zip(runs.items(), (BLUE, ORANGE), ("-", "--")):
    smooth = np.convolve(run.trainer.history["loss"], np.ones(20) / 20, mode="valid")
    axes.plot(smooth, style, color=colour, label=name)
    print(f"{name}: {run.score:.1%} of the symbols in new puzzles right")
axes.axhline(np.log(8), color="0.6", linestyle=":")
axes.text(250, np.log(8) + 0.04, "guessing: log 8", color="0.4", fontsize=8)
axes.set(xlabel="step", ylabel="loss", title="selective copying")
axes.legend(frameon=False)
axes.grid()
figure.tight_layout()

# %% [markdown]
# And longer puzzles than either has ever seen?

# %%
for length in (24, 48, 96):
    x, y = selective_copying(500, length, tokens=3, rng=1)
    print(f"{length} places:", ", ".join(f"{name} {run.trainer.accuracy(x, y):.1%}" for name, run in runs.items()))

# %% [markdown]
# Of twice as many blanks Mamba hardly takes notice, and loses its thread only at four times as many; S4D, whose kernel has
# learnt by heart how long ago things were, is lost at once. We can watch Mamba choose. Here is $\Delta$ for each token of a
# puzzle, in units of its mean, in the channel in which symbols and blanks differ most:

# %%
x = np.full((1, 27), 8)
x[0, [4, 12, 18]], x[0, 24:] = (3, 1, 6), 9  # three symbols, and the question three times
model = runs["Mamba"].trainer.model.eval().model
layer = model.layers[0]
mixer = layer.mixer
u, _, _ = mixer._before(layer.norm(model.embedding(x)), None)
dt = (u.data @ mixer.x_proj.weight.data.T)[0, :, : mixer.rank]
delta = ops.softplus(dt @ mixer.dt_proj.weight.data.T + mixer.dt_proj.bias.data)  # (27, channels)
is_symbol = x[0] < 8
one = delta[:, (delta[is_symbol].mean(axis=0) / delta[x[0] == 8].mean(axis=0)).argmax()]
figure, axes = plt.subplots(figsize=(5.8, 2.4))
axes.bar(range(len(one)), one / one.mean(), color=np.where(is_symbol, BLUE, "0.75"))
axes.set(title="Δ in the first block, one channel", xlabel="place (blue: a symbol)")
figure.tight_layout()

# %% [markdown]
# Far from any symbol every blank gives the same small $\Delta$. A symbol changes it, at its own place and at the three
# behind, from which the short convolution still sees it. (The first three places have nothing before them to see, and the
# last three are the question.)
#
# **Your turn.** Mamba's state for a text of a million tokens, in the smallest published model (24 blocks of 1,536 channels
# with 16 numbers each): how many numbers does the scan keep for it? And attention, with 24 layers of keys and values of
# 768 numbers for each token? Set `answer = (of Mamba, of attention)`.

# %%
answer = None
judge(answer, lambda a: tuple(a) == (24 * 1536 * 16, 24 * 2 * 768 * 10**6),
      "589,824, whatever the length; and 36,864,000,000.",
      "For Mamba the length does not matter; attention keeps a key and a value for each token in each layer.")

# %% [markdown]
# ## What you know now
#
# - A linear state space is a recurrence and a convolution: train by the one, generate by the other.
# - HiPPO's matrix keeps the best polynomial of all the past. S4 computes with it fast; S4D keeps only the diagonal.
# - What is the same at every step cannot choose. Mamba makes Δ, B and C functions of the token, and pays with a scan.
# - The scan's backward pass is the scan, with time reversed.
#
# To read: Gu et al. 2020 (HiPPO); Gu, Goel and Ré 2021 (S4); Gu et al. 2022 (S4D); Gu and Dao 2023 (Mamba). In the library:
# `npdl/maths/state_space.py`, `npdl/ops/state_space.py`, `npdl/nn/state_space.py`, `npdl/models/mamba.py`.
