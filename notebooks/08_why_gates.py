# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Why gates
#
# A recurrent network can, in principle, remember anything for any time. In practice it cannot *learn* to: the gradient that
# would tell it what to keep has died out on the way back, as you saw in the
# [last lesson](07_backpropagation_through_time.ipynb). Here is the remedy of 1997, which ruled the field for twenty years:
# a memory that is added to instead of being multiplied, and gates that say when.
#
# You need the [lesson before](07_backpropagation_through_time.ipynb).
#
# Topics: R264 the LSTM, R265 the GRU, R268 vanishing gradients.

# %%
import inspect

import matplotlib.pyplot as plt
import numpy as np

import gradcheck
from npdl import nn, ops
from npdl.train.recipes import recall
from npdl.viz import gate_activations, plot_gates, plot_over_length, plot_state_gradients, state_gradients

plt.rcParams["figure.dpi"] = 110
rng = np.random.default_rng(0)


def judge(answer, is_right, praise, advice):
    """Tell at once whether the answer to an exercise is right; None: not answered yet."""
    print("Your turn." if answer is None else f"Right. {praise}" if is_right(answer) else f"Not yet. {advice}")


# %% [markdown]
# ## 1. The task that shows it
#
# A sequence of 50 symbols. The first is one of eight, and it is the answer; 49 others follow, drawn from eight more, which
# say nothing. After the last one: *which was the first?* Nothing needs to be understood. It only has to be kept.

# %%
x, y = recall.sequences(4, 50, 8)
for one, answer in zip(x.argmax(axis=2), y):
    print("".join("ABCDEFGHstuvwxyz"[i] for i in one), " → ", "ABCDEFGH"[answer])

figure, axes = plt.subplots(figsize=(7.5, 2.4))
axes.pcolormesh(x[0].T, cmap="Greys")
axes.set(xlabel="step", yticks=np.arange(16) + 0.5, title="the first of them, as the network gets it: a 1 for each symbol")
axes.set_yticklabels("ABCDEFGHstuvwxyz", fontsize=7)
axes.invert_yaxis()
figure.tight_layout()

# %% [markdown]
# A plain network, fresh from the box, its recurrent weights orthogonal so that they keep all lengths. How much of the
# gradient of a loss at the end reaches the state after each step?

# %%
some, _ = recall.sequences(64, 50, 8, seed=1)
fresh = {kind.upper(): layer(16, 32, rng=np.random.default_rng(0)) for kind, layer in recall.LAYERS.items()}
norms = {kind: state_gradients(layer, some) for kind, layer in fresh.items()}
for kind, norm in norms.items():
    print(f"{kind:5} of the gradient at the end, {norm[0] / norm[-1]:.0e} arrives at the first step")
plot_state_gradients(norms)

# %% [markdown]
# The weights keep lengths, but tanh does not: each step multiplies by $1 - h^2 < 1$. What does not arrive cannot be
# learnt: the network *cannot find out* that the first symbol matters. (The two others, LSTM and GRU, see hardly further
# yet, or less far. That will change with one number.)
#
# ## 2. A memory without a matrix in its way
#
# Hochreiter and Schmidhuber (1997) gave the network a second state, the **cell** $c$, and three gates, numbers from 0 to 1:
#
# $$c_t = f\,c_{t-1} + i\,g, \qquad h_t = o\,\tanh(c_t)$$
#
# The *forget* gate $f$ says how much of the memory stays, the *input* gate $i$ how much of the candidate $g$ is written,
# the *output* gate $o$ what is shown. Each is a little layer of its own that looks at $x_t$ and $h_{t-1}$:

# %%
print(inspect.getsource(ops.lstm_step_forward))
print(inspect.getsource(ops.recurrent.lstm_gates))

# %% [markdown]
# Now the way back, and the point of it all. Look at the last expression, `dc * f`: on its way from $c_t$ to $c_{t-1}$ the
# gradient is multiplied by $f$, number by number. No matrix, no tanh. With $f = 1$ it arrives as it left, after one step
# or a thousand:

# %%
print(inspect.getsource(ops.recurrent.lstm_gates_backward))
layer = nn.LSTM(4, 8, rng=rng).astype("float64")
long = rng.standard_normal((1, 1000, 4))
for bias in (0.0, 2.0, 5.0, 10.0):
    layer.bias_ih_l0.data = np.repeat([0.0, bias, 0.0, 0.0], 8)  # of all forget gates
    arguments = [np.zeros((1, 8)), np.zeros((1, 8)), *(w.data for w in layer.op_weights("_l0"))]
    (h, c), cache = ops.lstm_forward(long, *arguments)
    dc0 = ops.lstm_backward((np.zeros_like(h), np.ones_like(c)), cache)[2]
    print(f"bias {bias:4}: f about {1 / (1 + np.exp(-bias)):.5f}, |dc0| / |dc| after 1000 steps {np.abs(dc0).mean():.1e}")

# %% [markdown]
# (With 10, more than 1 arrives: the cells of 1000 steps also act on each other, through $h$ and the gates.)
#
# So the bias of the forget gate decides how far a *fresh* network sees. npdl starts it at 1 (Jozefowicz et al. 2015);
# for a memory of T steps, start at about log T (Tallec and Ollivier 2018). *Remember, until you learn to forget.* It is
# the idea of the residual network, 18 years before it: a way around the layer, on which nothing is multiplied.

# %%
for kind in ("LSTM", "GRU"):
    fresh[kind].bias_ih_l0.data[32:64] = 4  # the forget gate of the one, the update gate of the other
norms = {kind: state_gradients(layer, some) for kind, layer in fresh.items()}
for kind, norm in norms.items():
    print(f"{kind:5} of the gradient at the end, {norm[0] / norm[-1]:.0e} arrives at the first step")
plot_state_gradients(norms, title="With gates that stand open")

# %% [markdown]
# ## 3. Who reaches how far
#
# Three kinds of layer, 32 units each, the gates open, trained from the same seed on sequences of growing length, 200 steps
# each:

# %%
lengths = [5, 10, 20, 50]
found = recall.over_lengths(lengths, noise=0.0, epochs=1)
for kind, accuracies in found.items():
    print(f"{kind:5}", "  ".join(f"{n}: {a:6.1%}" for n, a in zip(lengths, accuracies)))
plot_over_length(lengths, {kind.upper(): accuracies for kind, accuracies in found.items()}, chance=1 / 8)

# %% [markdown]
# (One seed; another one moves the ends of the curves. The recipe, `npdl train recall`, adds noise to the symbols, trains
# the LSTM on 50 of them for four times as long, and states what it reaches from five seeds.)
#
# ## 4. Inside
#
# A trained LSTM, one sequence, time from left to right. A row is a unit:

# %%
run = recall.train(seed=0, length=20, noise=0.0, epochs=2)
trained, (test_x, test_y) = run.trainer.model.layer, run.test
print(f"right: {run.score:.1%}")
gates = gate_activations(trained, test_x)
plot_gates({name: gate[0] for name, gate in gates.items()})

# %% [markdown]
# At the first step, and then? On the average over the test set:

# %%
for name, gate in gates.items():
    print(f"{name:7} first step {gate[:, 0].mean():.2f}, later {gate[:, 1:].mean():.2f}")
strong = np.sort(gates["forget"][:, 1:].mean(axis=(0, 1)))
print("the forget gates of the four units that remember best:", strong[-4:].round(3))
plot_state_gradients({"bias 1": state_gradients(nn.LSTM(16, 32, rng=np.random.default_rng(0)), test_x[:64]),
                      "bias 4": state_gradients(fresh["LSTM"], test_x[:64]),
                      "trained": state_gradients(trained, test_x[:64])},
                     title="An LSTM before training and after")

# %% [markdown]
# ## 5. One gate less
#
# The **GRU** (Cho et al. 2014) has no cell. One gate, $z$, says how much of the state stays *and* how much is new; another,
# $r$, hides the state from the candidate:
#
# $$h_t = (1 - z)\,n + z\,h_{t-1}$$

# %%
print(inspect.getsource(ops.recurrent.gru_gates))
arguments = {"x": rng.standard_normal((2, 4, 3)), "h0": rng.standard_normal((2, 5)), "Wx": rng.standard_normal((3, 15)) / 2,
             "Wh": rng.standard_normal((5, 15)) / 2, "bx": rng.standard_normal(15), "bh": rng.standard_normal(15)}
print(gradcheck.check(ops.gru_forward, ops.gru_backward, arguments).verdict)

# %% [markdown]
# ## 6. Small print
#
# - CS231n's gates stand in the order i, f, o, g, PyTorch's in i, f, g, o. The ops here take the first, the modules store
#   the second, so that state dicts load both ways.
# - An LSTM has four times the weights of a plain layer of the same width, a GRU three times.
# - Gates help against *vanishing*. Clip all the same.
# - Attention goes further: it does not carry the first symbol through 29 steps, it looks back.

# %%
for kind, layer in fresh.items():
    print(f"{kind:5}", f"{sum(p.size for p in layer.parameters()):6,} weights", [name for name, _ in layer.named_parameters()])

# %% [markdown]
# ## What you know now
#
# - The gradient of a plain recurrent layer shrinks in each step, and what does not arrive can hardly be learnt.
# - The cell is added to; on its way back its gradient meets $f$ alone.
# - Open forget gates to begin with.
#
# ## Now you
#
# **1.** A forget gate stands at 0.99. After how many steps is half of the memory gone?

# %%
my_steps = None  # a whole number

judge(my_steps, lambda n: n == round(np.log(0.5) / np.log(0.99)), "And with 0.999 it is ten times that.", "0.99 to which power?")

# %% [markdown]
# **2.** How many numbers are there in the weights and biases of `nn.LSTM(D, H)`?

# %%
def my_count(D, H):
    return None


judge(my_count(7, 5), lambda n: n == sum(p.size for p in nn.LSTM(7, 5).parameters()) and my_count(3, 2) == 56,
      "Two biases, as PyTorch has it, though one would do.", "Four gates; weights of x, of h, and two biases each.")

# %% [markdown]
# **3.** What is lost if $f$ and $i$ are tied, $i = 1 - f$? Write the cell's update, and its gradient with respect to the
# old cell and the gate.

# %%
def tied_forward(f, c, g):
    """c' = f c + (1 - f) g."""
    return f * c + (1 - f) * g, (f, c, g)


def my_tied_backward(dout, cache):
    return None


f, c, g = rng.random((2, 3)), rng.standard_normal((2, 3)), rng.standard_normal((2, 3))
judge(my_tied_backward(np.ones_like(f), (f, c, g)),
      lambda _: gradcheck.check(tied_forward, my_tied_backward, {"f": f, "c": c, "g": g}).ok,
      "That is the GRU's update, and it can no longer count: what comes in pushes out what was there.",
      "df = dout (c - g), dc = dout f, dg = dout (1 - f): as a tuple, in the order of the arguments.")
