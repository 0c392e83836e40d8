# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # An op is a pair
#
# A neural network learns by asking one question of every number in it: *if you were a little larger, would the loss be
# larger or smaller?* For a network of a million numbers that sounds hopeless. It is not: the chain rule answers all the
# questions at once, in about the time of two forward passes, if every layer brings two small functions:
#
# - **forward**: from the input, compute the output, and keep a note (the *cache*) for later;
# - **backward**: from "how the loss changes with my output" and the note, say "how the loss changes with my input".
#
# That pair is the only idea in this library. In the next half hour you will write one, prove that it is right, watch it
# being chained with others, train with it, and put it inside LeNet. Nothing is hidden: below the pair there is only NumPy.

# %%
import matplotlib.pyplot as plt
import numpy as np

import gradcheck
import npdl
from npdl import Tensor, nn, op, ops

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
                     "grid.alpha": 0.25, "font.size": 9})
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
npdl.seed(0)

# %% [markdown]
# ## 1. The smallest pair
#
# Here is one from the library, printed from its source. This is not a simplified version; it is the code that runs.

# %%
import inspect

print(inspect.getsource(ops.relu_forward))
print(inspect.getsource(ops.relu_backward))

# %% [markdown]
# Read `dout` as *the gradient of the loss with respect to my output*. Somebody further down the network has computed it.
# Your backward multiplies it by your own local derivative (here 1 where the unit was on and 0 where it was off) and hands
# the product up. That is the chain rule, and there is nothing else to it:
#
# $$\frac{\partial L}{\partial x} \;=\; \underbrace{\frac{\partial L}{\partial y}}_{\texttt{dout}} \cdot
# \underbrace{\frac{\partial y}{\partial x}}_{\text{yours}}$$
#
# ## 2. Write one
#
# We shall build **swish** (Ramachandran, Zoph and Le 2017), a smooth cousin of relu:
#
# $$y = x\,\sigma(x), \qquad \sigma(x) = \frac{1}{1 + e^{-x}}$$
#
# The forward pass is a line. For the backward pass we need $dy/dx$. It is a product of two factors that both depend on
# $x$, and $\sigma' = \sigma (1 - \sigma)$. The most common mistake at midnight is to forget one of the two. Let us make it:

# %%
def swish_forward(x):
    """y = x σ(x)."""
    s = 1 / (1 + np.exp(-x))
    y = x * s
    return y, (x, s)


def forgetful_backward(dout, cache):
    """dx = dout x σ'(x). Is that all?"""
    x, s = cache
    return dout * x * s * (1 - s)


# %% [markdown]
# It runs, the shapes are right, no error is raised. A network would even train with it, badly, and you would spend a week
# tuning the learning rate. So we never believe a backward pass. We measure:

# %%
x = np.random.default_rng(0).standard_normal((3, 4))
print(gradcheck.check(swish_forward, forgetful_backward, {"x": x}))

# %% [markdown]
# `gradcheck` nudged every entry of `x` up and down by a tiny $h$, ran *your forward* both times, and compared
#
# $$\frac{f(x + h) - f(x - h)}{2h}$$
#
# with what your backward claims. The verdict comes with a place and two numbers that you can check by hand.
#
# The product rule has two terms, $(x\sigma)' = \sigma + x\,\sigma(1 - \sigma)$:

# %%
def swish_backward(dout, cache):
    """dx = dout (σ + x σ (1 - σ))."""
    x, s = cache
    return dout * (s + x * s * (1 - s))


print(gradcheck.check(swish_forward, swish_backward, {"x": x}))

# %%
z = np.linspace(-6, 6, 400)
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 2.8))
y, cache = swish_forward(z)
left.plot(z, np.maximum(z, 0), color="0.7", label="relu")
left.plot(z, y, color=BLUE, label="swish")
left.set(title="forward", xlabel="x", ylabel="y")
right.plot(z, (z > 0) * 1.0, color="0.7", label="relu")
right.plot(z, swish_backward(np.ones_like(z), cache), color=BLUE, label="swish")
right.plot(z, forgetful_backward(np.ones_like(z), cache), color=ORANGE, linestyle="--", label="the forgetful one")
right.set(title="backward, for dout = 1", xlabel="x", ylabel="dx")
left.legend(frameon=False)
right.legend(frameon=False)
figure.tight_layout()

# %% [markdown]
# ### Why not just always measure?
#
# Because a measurement costs two forward passes *for every number*, and backward costs about two for *all of them*. And
# because measurements are not exact. The error of the central difference falls as $h^2$ (each tenfold smaller step is a
# hundredfold better) until the subtraction $f(x+h) - f(x-h)$ runs out of digits. The best $h$ lies near the cube root of
# the machine's precision:

# %%
steps = np.logspace(-12, -0.5, 60)
true = swish_backward(1.0, swish_forward(1.0)[1])
errors = [abs((swish_forward(1 + h)[0] - swish_forward(1 - h)[0]) / (2 * h) - true) for h in steps]

figure, axes = plt.subplots(figsize=(5.2, 2.8))
axes.loglog(steps, errors, ".", color=BLUE)
axes.loglog(steps[28:], 0.05 * steps[28:] ** 2, color=ORANGE, label="falls as h²")
axes.loglog(steps[:32], 1e-16 / steps[:32], color=GREEN, label="round-off: grows as 1/h")
axes.axvline(np.finfo(float).eps ** (1 / 3), color="0.6", linestyle=":", label="cube root of epsilon")
axes.set(xlabel="step h", ylabel="error of the measured slope", title="the derivative of swish at 1")
axes.legend(frameon=False)
figure.tight_layout()

# %% [markdown]
# ## 3. Put it on the tape
#
# One pair is a derivative. A chain of them is a network. `op` binds the two halves together; after that, arrays go in and
# come out as arrays, and a `Tensor` that goes in also leaves a note on the **tape**:

# %%
swish = op(swish_forward, swish_backward)

a = Tensor(np.array([[1.0, -2.0]]), requires_grad=True)
w = Tensor(np.array([[0.5, 1.0, -1.0], [0.3, -0.2, 0.8]]), requires_grad=True)
h = swish(a @ w)
loss = (h * h + h).sum()  # h is used three times
loss

# %% [markdown]
# The loss remembers which op made it, and that op's node knows where its inputs came from. To go back, we start with
# $\partial L / \partial L = 1$ and keep a list of nodes that are *waiting*, each with the gradient it has received so far.
#
# One thing needs care. `h` was used three times, so three gradients will arrive at it, and they must be **added** before
# swish's backward may run. When have all of them arrived? Nodes are numbered as they are made, and whoever used `h` was
# made after it. So always continue with the *youngest* waiting node: everyone who used its output has reported by then.
# Here is the whole engine:

# %%
waiting, gradients = {loss.node: np.ones_like(loss.data)}, {}
while waiting:
    node = max(waiting, key=lambda n: n.order)  # the youngest
    dout = waiting.pop(node)
    found = node.op.backward(dout, node.cache, node.needs)
    print(f"{node.op.name:7} received", np.round(dout, 3).tolist())
    for edge, gradient in zip(node.edges, found if isinstance(found, tuple) else (found,)):
        if isinstance(edge, tuple):  # another node's output: it waits
            waiting[edge[0]] = waiting.get(edge[0], 0) + gradient
        elif edge is not None:  # a leaf: this is what we came for
            gradients[edge] = gradients.get(edge, 0) + gradient

loss.backward()
print("the same as loss.backward():", all(np.allclose(gradients[t], t.grad) for t in (a, w)))

# %% [markdown]
# `Tensor.backward` in `npdl/tensor.py` is these ten lines with a heap for the waiting nodes and errors that teach.
#
# ## 4. Train with it
#
# Three spiral arms, two hidden layers of your swish, and gradient descent written out. No framework, no `fit`.

# %%
from npdl.data import spiral

points, labels = spiral(100, 3, rng=0)
points = points.astype(np.float32)


def train(activation, steps=800, lr=0.5, hidden=32):
    rng = np.random.default_rng(1)
    network = nn.Sequential(nn.Affine(2, hidden, rng=rng), nn.Affine(hidden, hidden, rng=rng), nn.Affine(hidden, 3, rng=rng))
    losses = []
    for _ in range(steps):
        h = activation(network[0](points))
        h = activation(network[1](h))
        loss = ops.softmax_cross_entropy(network[2](h), labels)
        network.zero_grad()
        loss.backward()
        for parameter in network.parameters():
            parameter.data -= lr * parameter.grad
        losses.append(loss.item())
    return network, losses


network, losses = train(swish)
print(f"loss {losses[0]:.3f} -> {losses[-1]:.4f}")

# %%
side = np.linspace(-1.2, 1.2, 200, dtype=np.float32)
plane = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
with npdl.no_grad():
    scores = network[2](swish(network[1](swish(network[0](plane))))).data
colours = np.array([[0.0, 0.45, 0.70], [0.84, 0.37, 0.0], [0.0, 0.62, 0.45]])
share = ops.softmax(scores).reshape(200, 200, 3) @ colours

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4), width_ratios=[1, 1.3])
left.imshow(0.55 + 0.45 * share, extent=[-1.2, 1.2, -1.2, 1.2], origin="lower")
left.scatter(*points.T, c=colours[labels], s=9, edgecolors="white", linewidths=0.3)
left.set(title="what your op learned")
left.axis("off")
right.semilogy(losses, color=BLUE)
right.set(xlabel="step", ylabel="loss", title="gradient descent, 300 points")
figure.tight_layout()

# %% [markdown]
# ## 5. What a wrong backward looks like from outside
#
# Remember the forgetful one? It passes every shape check. Here it is in the same training, beside the right one. **It
# learns something.** That is why wrong gradients survive in real code for months, and why we check them.

# %%
def forgetful_forward(x):
    return swish_forward(x)


forgetful = op(forgetful_forward, forgetful_backward)
_, wrong = train(forgetful)

figure, axes = plt.subplots(figsize=(5.2, 2.8))
axes.semilogy(losses, color=BLUE, label="right")
axes.semilogy(wrong, color=ORANGE, linestyle="--", label="one term forgotten")
axes.set(xlabel="step", ylabel="loss", title="both run without an error")
axes.legend(frameon=False)
figure.tight_layout()
print(f"after 800 steps: right {losses[-1]:.4f}, forgetful {wrong[-1]:.4f}")

# %% [markdown]
# ## 6. Put it inside LeNet
#
# LeNet-5 (LeCun et al. 1998) read the cheques of the nineties. It uses tanh. We do not touch its code; we tell the library
# that inside this block, `tanh` *is your pair*:

# %%
from npdl.data import DataLoader, load_digits
from npdl.models import LeNet5
from npdl.optim import Adam
from npdl.train import Trainer

(x_train, y_train), (x_test, y_test) = load_digits()


def enlarge(images):  # LeNet-5 wants 32×32: every pixel of the 8×8 digits becomes 4×4
    return images.repeat(4, axis=2).repeat(4, axis=3)


calls = []


def counted_forward(x):
    calls.append(x.shape)
    return swish_forward(x)


model = LeNet5(rng=np.random.default_rng(0))
trainer = Trainer(model, Adam(model.parameters(), lr=2e-3), progress=False)
with npdl.swap(tanh=(counted_forward, swish_backward)):
    trainer.fit(DataLoader(enlarge(x_train), y_train, batch_size=64, seed=0), epochs=6)
    accuracy = trainer.accuracy(enlarge(x_test), y_test)
print(f"your forward ran {len(calls)} times; {accuracy:.1%} of {len(y_test)} digits it has never seen are right")

# %%
with npdl.swap(tanh=(swish_forward, swish_backward)):
    answer = trainer.predict(enlarge(x_test)).argmax(axis=1)
figure, axes = plt.subplots(3, 12, figsize=(8, 2.4))
for axis, image, truth, digit in zip(axes.flat, x_test[:, 0], y_test, answer):
    axis.imshow(image, cmap="gray_r")
    axis.set_title(f"{digit}", color=GREEN if digit == truth else ORANGE, fontsize=9, pad=2)
    axis.axis("off")
figure.tight_layout()

# %% [markdown]
# The gradient that trained these 61,706 weights went through your five lines some hundred times.
#
# ## What you know now
#
# - An op is a pair: forward leaves a cache, backward turns `dout` and the cache into gradients.
# - A backward pass is not believed, it is measured.
# - The tape chains pairs: youngest first, gradients of a value used twice are added.
# - Any pair can stand in for the library's own.
#
# ## Now you
#
# 1. Change `swish_backward` so that it is wrong by a factor of two. Does gradcheck see it? Does the training?
# 2. Write softsign, $y = x / (1 + |x|)$, and check it. Then check it *at* $x = 0$: what does the measurement say, and why
#    is relu different there?
# 3. Write a pair of two arguments: $y = a\,b$ elementwise. Its backward returns a tuple `(da, db)`. Now let `b` be one
#    number that is broadcast: what must `db` be? (`npdl/ops/elementwise.py`, `unbroadcast`.)
# 4. Read `ops.conv2d_forward` and `ops.conv2d_backward`. They fit on one screen. Find the line in backward that is the
#    mirror of each line in forward.
