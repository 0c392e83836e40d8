# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Attention, from a dictionary look-up to multi-head
#
# A recurrent network reads a sentence through a keyhole: what it knew of the first word when it reaches the last has
# gone through every state between. Attention looks the first word up. That is all it is, a look-up in a dictionary,
# made soft enough to have a gradient. In this lesson you build it up from a Python `dict`, derive its backward pass,
# and see what one head cannot do that two can.
#
# You need the [first lesson](01_an_op_is_a_pair.ipynb) and gradcheck from the [second](02_gradient_check.ipynb).
#
# Topics: R270 look-up, R271 scaled dot product, R272 why the root, R273 self-attention, R274 many heads, R277 context,
# R279 causal mask, R280 linear attention, R285 positions, R289 the class token.

# %%
import inspect

import matplotlib.pyplot as plt
import numpy as np

import gradcheck
import npdl
from npdl import nn, ops
from npdl.data import load_digits
from npdl.optim import Adam
from npdl.viz import plot_patch_attention, plot_word_attention

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "grid.alpha": 0.25,
                     "font.size": 9})
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
npdl.seed(0)
rng = np.random.default_rng(0)


def judge(answer, is_right, praise, advice):
    """Tell at once whether the answer to an exercise is right; None: not answered yet."""
    print("Your turn." if answer is None else f"Right. {praise}" if is_right(answer) else f"Not yet. {advice}")


# %% [markdown]
# ## 1. A dictionary that is soft
#
# A dictionary compares your query with its keys, finds the one that is equal, and gives its value. It knows only "equal"
# and "not equal", which has no slope: nobody can learn what to ask.

# %%
colour_of = {"sky": "blue", "grass": "green", "blood": "red"}
print(colour_of["grass"])

# %% [markdown]
# So let queries and keys be vectors, and compare them by their product $q \cdot k$. Turn the three comparisons into
# weights that sum to 1, by a softmax, and take the mean of the values with them:
#
# 1. similarity: $s_j = q \cdot k_j$
# 2. normalisation: $a_j = e^{s_j} / \sum_i e^{s_i}$
# 3. weighted sum: $y = \sum_j a_j v_j$
#
# Three keys at right angles, and as values the colours themselves (red, green, blue):

# %%
keys = np.eye(3)  # sky, grass, blood
values = np.array([[0.1, 0.3, 0.9], [0.1, 0.8, 0.1], [0.9, 0.0, 0.1]])

for sharpness in (0, 1, 3, 10, 100):
    query = sharpness * keys[1]  # grass
    a = ops.softmax(keys @ query)
    print(f"query = {sharpness:3} · grass: weights {a.round(3)}, value {(a @ values).round(3)}")

# %% [markdown]
# At the bottom stands the `dict`: with a sharp query the soft dictionary gives the value of the one key that fits. At the top a
# query that asks for nothing gets the mean of everything. Between the two is a slope.

# %% [markdown]
# ## 2. Why the root
#
# The product of two vectors of $d$ independent numbers of variance 1 is a sum of $d$ numbers of variance 1: it has
# variance $d$. More features, sharper softmax. What does it do to the gradient? The slope of the softmax is
# $a (1 - a)$, next to nothing where one weight is nearly 1.

# %%
q, k = rng.standard_normal((2, 100_000, 64))
products = np.vecdot(q, k)
for name, factor in (("q·k", 1), ("q·k / √64", 1 / 8), ("q·k / 64", 1 / 64)):
    print(f"variance of {name:10} {(factor * products).var():8.4f}")

widths = 2 ** np.arange(2, 11)
slopes = {"q·k": [], "q·k / √d": [], "q·k / d": []}
for d in widths:
    q, k = rng.standard_normal((200, d)), rng.standard_normal((32, d))
    for name, divisor in zip(slopes, (1, np.sqrt(d), d)):
        a = ops.softmax(q @ k.T / divisor)
        slopes[name].append((a * (1 - a)).sum(axis=-1).mean())

figure, axes = plt.subplots(figsize=(5, 3))
for (name, slope), colour in zip(slopes.items(), (ORANGE, BLUE, GREEN)):
    axes.semilogx(widths, slope, "o-", base=2, color=colour, label=name, markersize=3.5)
axes.set(xlabel="features d", ylabel="Σ a (1 - a), mean over queries", title="What is left of the softmax's slope, 32 keys")
axes.legend(frameon=False)
axes.grid(axis="y")
figure.tight_layout()
plt.show()

# %% [markdown]
# Without a divisor the slope dies as the vectors grow longer. Divided by $d$ it is at its largest, and says nothing: all weights
# are nearly equal, whatever is asked. Divided by $\sqrt d$ it stays where it is. Hence
#
# $$ \mathrm{attention}(Q, K, V) = \mathrm{softmax}\left(\frac{Q K^\top}{\sqrt d}\right) V $$
#
# (Some lecture notes print it without the softmax, or with $d$ in place of its root. Now you know how to tell.)

# %% [markdown]
# ## 3. The way back
#
# Three products and a softmax. From the end: $y = A V$ is a matrix product, so $dV = A^\top dy$ and $dA = dy V^\top$.
# Through the softmax of each row, $dS = A \odot (dA - \sum_j dA_j A_j)$. And $S = Q K^\top / \sqrt d$ is a product
# again: $dQ = dS\, K / \sqrt d$, and $dK = dS^\top Q / \sqrt d$.

# %%
def attention_forward(q, k, v):
    a = ops.softmax(q @ k.T / np.sqrt(q.shape[-1]))
    return a @ v, (q, k, v, a)


def attention_backward(dy, cache):
    q, k, v, a = cache
    dv = a.T @ dy
    da = dy @ v.T
    ds = a * (da - (da * a).sum(axis=-1, keepdims=True)) / np.sqrt(q.shape[-1])
    return ds @ k, ds.T @ q, dv


example = [rng.standard_normal(shape) for shape in ((3, 4), (5, 4), (5, 2))]
print(gradcheck.check(attention_forward, attention_backward, example))

# %% [markdown]
# **Exercise 1.** Here is a colleague's version. gradcheck will tell what is wrong with it; but find it first. Which line
# is it: "dv", "da", "ds", "dq" or "dk"?

# %%
def colleagues_backward(dy, cache):
    q, k, v, a = cache
    dv = a.T @ dy
    da = dy @ v.T
    ds = da * a * (1 - a) / np.sqrt(q.shape[-1])
    dq = ds @ k
    dk = ds.T @ q
    return dq, dk, dv


which = None
judge(which, lambda answer: answer == "ds", "a (1 - a) is the diagonal of the softmax's Jacobian; each weight pushes on "
      "all others, too.", "The products are right. What is left?")

# %%
print(gradcheck.check(attention_forward, colleagues_backward, example, op="attention"))

# %% [markdown]
# The library's own op has more options (masks, a bias, dropout, broadcast heads), and the same four lines:

# %%
print(inspect.getsource(ops.scaled_dot_product_attention_backward))

# %% [markdown]
# ## 4. Who may look at whom
#
# A network that predicts the next word must not see it. Scores of later words are set to $-\infty$ before the softmax,
# and so get weight 0, exactly. You can see it in the Jacobian, $\partial y_i / \partial x_j$:

# %%
def dependence(x, **options):
    """|∂y_i / ∂x_j| of self-attention, (T, T)."""
    found = []
    for i in range(len(x)):
        leaf = npdl.Tensor(x, requires_grad=True)
        ops.scaled_dot_product_attention(leaf, leaf, leaf, **options)[i].sum().backward()
        found.append(np.abs(leaf.grad).sum(axis=1))
    return np.array(found)


x = rng.standard_normal((8, 4))
figure, pair = plt.subplots(1, 2, figsize=(5.6, 2.8))
for axes, causal in zip(pair, (False, True)):
    axes.imshow(dependence(x, causal=causal), cmap="Blues", vmin=0)
    axes.set(title=f"causal = {causal}", xlabel="input j", ylabel="output i", xticks=[], yticks=[])
figure.tight_layout()
plt.show()
above = np.triu(dependence(x, causal=True), 1)
print("largest number above the diagonal:", above.max())

# %% [markdown]
# **Exercise 2.** Position $i$ sees inputs up to and *including* $i$. Should it not be kept from seeing itself? Training pairs are
# (inputs, targets) of the sentence "a red square": which target stands below the input "red"? (`"a"`, `"red"` or
# `"square"`)

# %%
target_below_red = None
judge(target_below_red, lambda answer: answer == "square", "Targets are the inputs, shifted by one: reading 'red' gives "
      "nothing away.", "The network is to predict the next word.")

# %% [markdown]
# ## 5. A set, not a sequence
#
# In self-attention queries, keys and values are all made of the same x, each through a matrix of its own. Permute the
# words, and the outputs are permuted, and nothing else: attention sees a set. "Dog bites man" is "man bites dog". What
# tells the order has to be added to the vectors: sines and cosines of the position at falling frequencies.

# %%
layer = nn.MultiheadAttention(16, 2, rng=rng)
words = rng.standard_normal((1, 3, 16)).astype(np.float32)
order = [2, 1, 0]
positions = nn.SinusoidalPositions(16)
print("without positions:", np.abs(layer(words[:, order]).data - layer(words).data[:, order]).max())
moved = layer(positions(words[:, order])).data - layer(positions(words)).data[:, order]
print("with positions:   ", np.abs(moved).max())

table = nn.sinusoidal(64, 32)
figure, (left, right) = plt.subplots(1, 2, figsize=(7, 2.8))
left.imshow(table, cmap="RdBu", aspect="auto", vmin=-1, vmax=1)
left.set(title="PE(m), 64 positions", xlabel="feature", ylabel="position m")
for m, colour in ((10, BLUE), (30, ORANGE), (50, GREEN)):
    right.plot(np.arange(64) - m, table @ table[m], color=colour, label=f"m = {m}")
right.set(title="PE(m) · PE(n)", xlabel="n - m")
right.legend(frameon=False)
figure.tight_layout()
plt.show()

# %% [markdown]
# The three curves on the right lie upon each other: the product of two positions depends on their distance alone.

# %% [markdown]
# ## 6. One head is one question
#
# A softmax has one peak. Let a network answer two questions at once. A text tells of four things, A to D, the colour and
# the shape, each in a token of its own and in any order; every token carries the name of its thing as a tag. The
# question names two of them: the colour of the first, and the shape of the second?

# %%
NAMES, COLOURS, SHAPES = list("ABCD"), ["red", "green", "blue", "black"], ["disc", "square", "star", "cross"]
TOKENS = [*COLOURS, *SHAPES, "?"]


def texts(n, draw):
    """tokens and tags (n, 8) of the text, the two things asked for (n, 2), and the colour and shape to answer (n,)."""
    colours, shapes = draw.integers(0, 4, (n, 4)), draw.integers(0, 4, (n, 4))
    tokens, tags = np.concatenate([colours, 4 + shapes], axis=1), np.tile(np.arange(4), (n, 2))
    shuffle = draw.random((n, 8)).argsort(axis=1)
    asked, rows = draw.random((n, 4)).argsort(axis=1)[:, :2], np.arange(n)  # two different ones
    answer = colours[rows, asked[:, 0]], shapes[rows, asked[:, 1]]
    return np.take_along_axis(tokens, shuffle, 1), np.take_along_axis(tags, shuffle, 1), asked, *answer


class Reader(nn.Module):
    """The question attends to the text; two affine layers read colour and shape out of what it found."""

    def __init__(self, heads, dim=32, seed=0):
        draw = np.random.default_rng(seed)
        self.token, self.tag = nn.Embedding(8, dim, rng=draw), nn.Embedding(4, dim, rng=draw)
        self.first, self.second = nn.Embedding(4, dim, rng=draw), nn.Embedding(4, dim, rng=draw)
        self.attention = nn.MultiheadAttention(dim, heads, rng=draw)
        self.colour, self.shape = nn.Affine(dim, 4, rng=draw), nn.Affine(dim, 4, rng=draw)

    def forward(self, tokens, tags, asked):
        text = self.token(tokens) + self.tag(tags)  # (N, 8, dim)
        question = self.first(asked[:, :1]) + self.second(asked[:, 1:])  # (N, 1, dim)
        y = self.attention(question, text)[:, 0]
        return self.colour(y), self.shape(y)


def train(model, steps=800, seed=1):
    """The share of texts whose colour and shape are both right, after every 20 steps."""
    draw, optimiser, right = np.random.default_rng(seed), Adam(model.parameters(), lr=1e-2), []
    *test, colours, shapes = texts(1000, np.random.default_rng(99))
    for step in range(steps):
        *batch, colour, shape = texts(64, draw)
        guess = model(*batch)
        loss = ops.softmax_cross_entropy(guess[0], colour) + ops.softmax_cross_entropy(guess[1], shape)
        model.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 20 == 19:
            with npdl.no_grad():
                guess = model(*test)
            right.append(np.mean((guess[0].data.argmax(1) == colours) & (guess[1].data.argmax(1) == shapes)))
    return right


figure, axes = plt.subplots(figsize=(5, 3))
models = {heads: Reader(heads) for heads in (1, 2)}
for (heads, model), colour in zip(models.items(), (ORANGE, BLUE)):
    right = train(model)
    axes.plot(20 * np.arange(1, len(right) + 1), 100 * np.array(right), color=colour, label=f"{heads} x {32 // heads}")
    print(f"{heads} head(s) of {32 // heads}: {right[-1]:.1%} of the texts right")
axes.set(xlabel="step", ylabel="colour and shape right (%)", ylim=(0, 101))
axes.legend(frameon=False, loc="center right", title="heads x width")
axes.grid(axis="y")
figure.tight_layout()
plt.show()

# %% [markdown]
# Both hold the same number of parameters. Why does one head fail, however long it trains? Its score of a token is a sum, a part
# for the tag and a part for the kind. It should be high for (A, colour) and (B, shape), and low for (A, shape) and (B,
# colour); but the two sums of two are the same. Two heads look at one each. `nn.watch_attention` notes the weights of
# every attention that runs:

# %%
tokens, tags, asked, *_ = texts(1, np.random.default_rng(5))
told = [f"{TOKENS[t]} {NAMES[g]}" for t, g in zip(tokens[0], tags[0])]
question = [f"colour of {NAMES[asked[0, 0]]}, shape of {NAMES[asked[0, 1]]}?"]
with nn.watch_attention() as maps, npdl.no_grad():
    for model in models.values():
        model(tokens, tags, asked)
plot_word_attention(maps[0][0], question, told)

# %%
plot_word_attention(maps[1][0], question, told)

# %% [markdown]
# **Exercise 3.** How many numbers does an attention of width 512 with 8 heads of 64 hold, without biases? And one with
# 16 heads of 32?

# %%
with_8, with_16 = None, None
judge(with_8 and (with_8, with_16), lambda answer: answer == (4 * 512**2,) * 2, "Four matrices of 512 x 512, whatever the "
      "number of heads: they share the width.", "Wq, Wk, Wv and Wo; the heads are slices of them.")

# %% [markdown]
# ## 7. Over an image
#
# An image is cut into patches, each an affine layer away from a vector: from here on it is a sequence like any other.
# In front stands a class token, which is no patch and asks all of them. One layer, two heads, the 8 x 8 digits in
# patches of 2 x 2:

# %%
(x_train, y_train), (x_test, y_test) = load_digits()


class TinyViT(nn.Module):
    def __init__(self, dim=32, heads=2, seed=0):
        draw = np.random.default_rng(seed)
        self.patches, self.token = nn.PatchEmbedding(1, dim, 2, rng=draw), nn.ClassToken(dim, rng=draw)
        self.positions = nn.LearnedPositions(17, dim, rng=draw)
        self.layer = nn.TransformerEncoderLayer(dim, heads, 64, activation="gelu", norm_first=True, rng=draw)
        self.norm, self.head = nn.LayerNorm(dim), nn.Affine(dim, 10, rng=draw)

    def forward(self, x):
        x = self.layer(self.positions(self.token(self.patches(x))))
        return self.head(self.norm(x[:, 0]))


vit, draw = TinyViT(), np.random.default_rng(1)
optimiser = Adam(vit.parameters(), lr=3e-3)
for _ in range(15):
    for rows in np.array_split(draw.permutation(len(x_train)), len(x_train) // 64):
        loss = ops.softmax_cross_entropy(vit(x_train[rows]), y_train[rows])
        vit.zero_grad()
        loss.backward()
        optimiser.step()
with nn.watch_attention() as maps, npdl.no_grad():
    right = (vit(x_test).data.argmax(axis=1) == y_test).mean()
print(f"one layer of attention: {right:.1%} of the test digits right")
of_class_token = maps[0][:8, :, 0, 1:].reshape(8, 2, 4, 4)
plot_patch_attention(of_class_token, x_test[:8], names=y_test[:8])

# %% [markdown]
# ## 8. What it costs
#
# Every query meets every key: $T^2$ scores. Two remedies, of different kinds. The first changes nothing but the order of the
# work: a block of queries and a block of keys at a time, with a running softmax, so that the $T \times T$ weights never
# exist. npdl runs it by itself for large arrays:

# %%
long = rng.standard_normal((1, 4096, 64)).astype(np.float32)
print(npdl.kernels.explain("scaled_dot_product_attention", long, long, long))

# %% [markdown]
# The second is another function: *linear* attention takes the softmax over the positions of the keys, forms
# $C = \mathrm{softmax}(K)^\top V$, a small matrix that does not grow with the text, and reads it with the queries, $y = Q C$.
# That is $T$ times $d^2$ work. The price: what the sequence says has to fit into $d \times d$ numbers.
#
# And in decoding, word by word, nothing has to be computed twice: keys and values of what was read are kept.

# %%
layer = nn.MultiheadAttention(16, 4, kv_heads=1, rotary=10_000.0, rng=rng)
text = rng.standard_normal((1, 6, 16)).astype(np.float32)
cache = nn.KVCache()
with npdl.no_grad():
    whole = layer(text, causal=True).data
    steps = [layer(text[:, t : t + 1], causal=True, cache=cache).data for t in range(6)]
print("largest difference:", np.abs(np.concatenate(steps, axis=1) - whole).max())

# %% [markdown]
# `kv_heads=1` lets four heads of queries share one head of keys (multi-query attention), so that the cache is a quarter
# as large; `rotary` turns queries and keys by their position in place of adding to the words. Both are in most language
# models of today.
#
# ## What to take along
#
# - Attention is a dictionary with a slope: similarity, softmax, weighted sum.
# - $\sqrt d$ keeps the scores at variance 1, and so the softmax alive.
# - Its backward pass is four matrix products and the softmax's $a (da - \sum da\, a)$.
# - It sees a set; masks say who sees whom, positions say in what order.
# - A head asks one question. Several heads cost nothing more than one of the same width.
