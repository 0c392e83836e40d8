# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How NumPy catches PyTorch
#
# A convolution written as loops and the same convolution written well differ by a factor of tens of thousands. Nothing
# in between is magic. You will walk the whole way, from seven loops to what a processor can do at most, and every step
# is a few lines of NumPy: **a matrix product**, **the right layout**, **blocks that fit the cache**, **threads**, and
# **fewer multiplications**.
#
# Everything is measured here and now, on your machine. So the numbers are yours, and they may tell another story than
# somebody else's. That is the first thing to learn about speed: never believe, measure.
#
# You need the [first lesson](01_an_op_is_a_pair.ipynb). Topics: R145 layouts of tensors.

# %%
import importlib.util
import json
import os
import subprocess
import sys
import time
from fractions import Fraction

import matplotlib.pyplot as plt
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

import npdl
from npdl import ops
from npdl.kernels.cpu.layout import workspace
from npdl.threads import each

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "grid.alpha": 0.25,
                     "font.size": 9})
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#999999"
rng = np.random.default_rng(0)


def seconds(run, repeats=7):
    """The best time of a call: what else the machine does can only add to it. The first one, which warms up, is left out."""
    run()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def judge(answer, is_right, praise, advice):
    """Tell at once whether the answer to an exercise is right; None: not answered yet."""
    print("Your turn." if answer is None else f"Right. {praise}" if is_right(answer) else f"Not yet. {advice}")


# %% [markdown]
# ## 1. The layer, and the limit
#
# One layer will keep us company: 16 images with 64 channels of 32×32 pixels, 64 filters of 3×3, a margin of zeros. Only
# forward; backward is the same kind of work, twice.
#
# $$y_{n,f,i,j} = \sum_{c,u,v} w_{f,c,u,v} \; x_{n,c,i+u,j+v}$$
#
# How fast *could* it be? Count: every output is a sum of 64 · 9 products, a product and an addition each. And the fastest
# thing that NumPy can do with numbers is a matrix product; call its speed the **peak**.

# %%
N, C, F, H = 16, 64, 64, 32
x = rng.standard_normal((N, C, H, H), np.float32)
w = rng.standard_normal((F, C, 3, 3), np.float32) / 24
flop = 2 * N * F * H * H * C * 9

peaks = {}
for n in (512, 1024, 2048):
    a, b = rng.standard_normal((2, n, n), np.float32)
    peaks[n] = 1e-9 * 2 * n**3 / seconds(lambda a=a, b=b: a @ b)
peak = max(peaks.values())
print("a product of n×n matrices, GFLOP/s:", ", ".join(f"n = {n}: {speed:.0f}" for n, speed in peaks.items()))
print(f"the layer: {1e-9 * flop:.2f} GFLOP;  the peak here: {peak:.0f} GFLOP/s")
print(f"so it takes {1e3 * 1e-9 * flop / peak:.1f} ms, or else we are wasting time")

# %% [markdown]
# ## 2. Loops
#
# The formula as it stands. We have not the patience for all of it, so we do 30 outputs and multiply.

# %%
right = ops.conv2d_forward(x, w, pad=1)[0]  # the library's readable pair: our judge
speeds = {}


def report(name, time_taken):
    speeds[name] = 1e-9 * flop / time_taken
    print(f"{name}: {1e3 * time_taken:,.1f} ms, {speeds[name]:.3g} GFLOP/s, {100 * speeds[name] / peak:.3g} % of the peak")


def conv_loops(x, w, outputs):
    """The first few outputs of image 0, filter 0."""
    xp = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    y = np.zeros(outputs)
    for place in range(outputs):
        i, j = divmod(place, H)
        for c in range(C):
            for u in range(3):
                for v in range(3):
                    y[place] += w[0, c, u, v] * xp[0, c, i + u, j + v]
    return y


print("right:", np.allclose(conv_loops(x, w, 30), right[0, 0].ravel()[:30], atol=1e-4))
report("loops", seconds(lambda: conv_loops(x, w, 30), 3) * right.size / 30)

# %% [markdown]
# Minutes, for one layer, once. Each multiplication costs Python a walk through objects, types and indices, and the
# multiplication itself is the least of it.
#
# ## 3. One matrix product
#
# Write the 64 · 9 numbers under a window side by side, as a row. Do so for every place: that is a matrix, `cols`, and
# *all* the sums of the formula are **one product** of it with the filters. This is *im2col* (Chellapilla, Puri and Simard
# 2006), and it carried deep learning for a decade.

# %%
def im2col(x):
    """(N H W, C 9): a row for every place."""
    xp = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = sliding_window_view(xp, (3, 3), axis=(2, 3))  # (N, C, H, W, 3, 3), a view: nothing is copied yet
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(N * H * H, C * 9)  # now it is


def conv_im2col(x, w):
    y = im2col(x) @ w.reshape(F, -1).T  # (N H W, F)
    return y.reshape(N, H, H, F).transpose(0, 3, 1, 2)


print("right:", np.allclose(conv_im2col(x, w), right, atol=1e-4))
report("im2col", seconds(lambda: conv_im2col(x, w)))

# %% [markdown]
# Thousands of times faster, and yet far from the peak. Where does the time go? **Guess before you run**: into the
# multiplications, or into writing `cols`?

# %%
cols, kernel = im2col(x), np.ascontiguousarray(w.reshape(F, -1).T)
copying, multiplying = seconds(lambda: im2col(x)), seconds(lambda: cols @ kernel)
print(f"writing cols {1e3 * copying:.1f} ms, the product {1e3 * multiplying:.1f} ms")
print(f"x has {x.nbytes / 1e6:.1f} MB, cols {cols.nbytes / 1e6:.1f}: every pixel stands in it nine times")

# %% [markdown]
# So it is not the arithmetic. Moving numbers is what costs, and from here on we fight for nothing else.
#
# ## 4. Layout
#
# `im2col` copies three neighbouring numbers, jumps to the next row, three again. Processors like long runs. Look at how
# the image lies in memory: of all four axes, only the last one has its neighbours side by side.
#
# The numbers of a *pixel*, its 64 channels, are what the product wants next to each other. So store them so: **channels
# last**. Then a row of a window is one run of 3 · 64 numbers.

# %%
x_last = np.ascontiguousarray(x.transpose(0, 2, 3, 1))  # (N, H, W, C)
print("bytes from one number to its neighbour along N, C, H, W")
print("  channels first:", x.strides)
print("  channels last: ", x_last.transpose(0, 3, 1, 2).strides, " the same shape, another order")


def windows_last(x_last):
    """(N, H, W, 3, 3, C), a view of the padded image."""
    xp = np.pad(x_last, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return sliding_window_view(xp, (3, 3), axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)


w_last = np.ascontiguousarray(w.transpose(2, 3, 1, 0).reshape(9 * C, F))  # in the order of the columns


right_last = right.transpose(0, 2, 3, 1)


def conv_channels_last(x_last):
    y = windows_last(x_last).reshape(N * H * H, 9 * C) @ w_last
    return y.reshape(N, H, H, F)  # its channels come out last, too


print("right:", np.allclose(conv_channels_last(x_last), right_last, atol=1e-4))
copying_last = seconds(lambda: windows_last(x_last).reshape(-1))
print(f"writing cols: {1e3 * copying:.1f} ms with channels first, {1e3 * copying_last:.1f} ms with channels last")
report("channels last", seconds(lambda: conv_channels_last(x_last)))

# %% [markdown]
# The shape that your program sees stays (N, C, H, W): `transpose` gives it, and copies nothing. That is how npdl does it.
# In a whole network nobody ever turns back: what one layer writes, the next one reads in the same order. So from here on
# our layer is given its images with the channels last.
#
# ## 5. Blocks that fit the cache
#
# `cols` is written to memory, and then read from it. Memory is far away. Near the processor are caches, many times faster,
# but small: a core's own, the level 2, has some hundred kilobytes, the level 3, which all share, some megabytes. So write
# only *some* rows of `cols`, multiply them while they are near, and write the next ones **over them**.
#
# How many? Measure.

# %%
def one_by_one(work, parts):
    for part in parts:
        work(part)


def conv_blocks(x_last, w_last, images, rows, share=one_by_one):
    """So many images at a time, so many rows of each."""
    (N, H, _, C), F = x_last.shape, w_last.shape[1]
    windows, y = windows_last(x_last), np.empty((N, H, H, F), np.float32)

    def work(part):
        block = windows[part]
        cols = workspace("lesson", block.shape, block.dtype)  # this thread's, kept: new memory costs more than filling it
        cols[...] = block
        y[part] = (cols.reshape(-1, 9 * C) @ w_last).reshape(y[part].shape)

    share(work, [(slice(n, n + images), slice(r, r + rows)) for n in range(0, N, images) for r in range(0, H, rows)])
    return y


sizes = [(1, 1), (1, 2), (1, 4), (1, 8), (1, 16), (1, 32), (2, 32), (4, 32), (8, 32), (16, 32)]
kilobytes = [images * rows * H * 9 * C * 4 / 1024 for images, rows in sizes]
times = [seconds(lambda size=size: conv_blocks(x_last, w_last, *size), 3) for size in sizes]
best = sizes[int(np.argmin(times))]

figure, axes = plt.subplots(figsize=(5.8, 2.6))
axes.semilogx(kilobytes, [1e3 * t for t in times], "o-", color=BLUE)
axes.set(xlabel="one block of cols (kB)", ylabel="ms", ylim=(0, None), title="too small: many calls; too large: far away")
axes.grid()
figure.tight_layout()
print("right:", np.allclose(conv_blocks(x_last, w_last, *best), right_last, atol=1e-4))
print(f"best: {best[0]} images, {best[1]} rows of each")
report("blocks", seconds(lambda: conv_blocks(x_last, w_last, *best)))

# %% [markdown]
# To the left, blocks are so small that calling NumPy (a microsecond or more, before it does anything) and cutting the
# product into slivers weigh more than what the cache brings. To the right, the block leaves the cache, and we are back
# where we were. Where the valley lies is a matter of your processor.
#
# ## 6. Threads
#
# BLAS, which multiplies NumPy's matrices, has shared its products among all cores all along. But *copying* was done by
# one core while the others watched. Python's threads are said to be useless for computing, because of its lock; yet NumPy
# **lets go of the lock** while it copies or multiplies. `each(work, parts)` lets all threads take parts until none is
# left; inside, BLAS is told to use one thread, as the other cores have blocks of their own.

# %%
threads = npdl.get_num_threads()
part = 1, best[1]  # one image at most: there must be parts for everybody
shared = conv_blocks(x_last, w_last, *part, share=each)
for number in sorted({1, threads}):
    npdl.set_num_threads(number)
    took = seconds(lambda: conv_blocks(x_last, w_last, *part, share=each))
    print(f"{number} thread{'s' * (number > 1)}: {1e3 * took:.1f} ms; the same bits:",
          np.array_equal(conv_blocks(x_last, w_last, *part, share=each), shared))
report("threads", took)

# %% [markdown]
# The same bits? Yes, and it is no accident: how the work is cut depends on the shapes alone, never on the number of
# threads. So each sum is added in the same order, wherever it is added. An experiment must not change because you run it
# on another laptop.
#
# ## 7. The roof
#
# Why did blocks help, when they change no arithmetic at all? There are two limits: how fast the processor calculates,
# and how fast memory delivers. What counts between them is the **arithmetic intensity**: operations for each byte that
# has to come from memory or go there. With little of it, the memory is the limit. This is the *roofline* (Williams,
# Waterman and Patterson 2009).

# %%
big = rng.standard_normal((64 << 20) // 4, np.float32)  # 64 MB: in no cache
out = np.empty_like(big)
pieces = [slice(start, start + (1 << 20)) for start in range(0, len(big), 1 << 20)]  # for all threads


def everywhere(work):
    return seconds(lambda: each(work, pieces), 5)


bandwidth = 1e-9 * 2 * big.nbytes / everywhere(lambda piece: np.copyto(out[piece], big[piece]))

matrix, vector = big.reshape(4096, 4096), big[:4096].copy()
data = x.nbytes + w.nbytes + right.nbytes  # what every convolution must move
measured = {  # name: (operations, bytes, seconds)
    "relu": (big.size, 2 * big.nbytes, everywhere(lambda piece: np.maximum(big[piece], 0, out=out[piece]))),
    "matrix × vector": (2 * big.size, big.nbytes, seconds(lambda: matrix @ vector, 5)),
    "im2col": (flop, data + 2 * cols.nbytes, 1e-9 * flop / speeds["im2col"]),
    "blocks, threads": (flop, data, 1e-9 * flop / speeds["threads"]),
    "matrix × matrix": (2 * n**3, 3 * a.nbytes, 1e-9 * 2 * n**3 / peaks[n]),
}
figure, axes = plt.subplots(figsize=(6.4, 3.2))
intensity = np.logspace(-1.5, 3, 50)
axes.loglog(intensity, np.minimum(peak, bandwidth * intensity), color=GREY, label="the roof: min(peak, intensity · bandwidth)")
for name, (operations, moved, took) in measured.items():
    axes.loglog(operations / moved, 1e-9 * operations / took, "o", color=BLUE)
    axes.annotate(f" {name}", (operations / moved, 1e-9 * operations / took), va="top", fontsize=8)
axes.set(xlabel="operations for each byte moved", ylabel="GFLOP/s", title=f"{peak:.0f} GFLOP/s, {bandwidth:.0f} GB/s")
axes.legend(frameon=False)
axes.grid()
figure.tight_layout()

# %% [markdown]
# Read it from the left. (A dot may lie a little above the slope: reading is easier than the copying by which we measured
# it.) A relu can *never* be fast: one operation for eight bytes. No cleverness helps it, except doing it while the numbers
# are in the cache anyway, together with what made them (that is *fusing*). A matrix product moves 3 n² numbers for 2 n³
# operations, and can be as fast as the machine.
#
# `im2col` moved `cols` out and in again. Blocks keep it near: **the same arithmetic, further right under the roof.**
#
# ## 8. Fewer multiplications
#
# We are near the peak, and so is everybody. To get on, the *count* has to shrink. Is that possible? Take one row, a kernel
# of three, and two neighbouring outputs:
#
# $$y_0 = x_0 w_0 + x_1 w_1 + x_2 w_2 \qquad y_1 = x_1 w_0 + x_2 w_1 + x_3 w_2$$
#
# Six multiplications. Shmuel Winograd (1980) needs **four**:
#
# $$m_0 = (x_0 - x_2)\,w_0 \qquad m_1 = (x_1 + x_2)\,\tfrac{w_0 + w_1 + w_2}{2} \qquad
# m_2 = (x_2 - x_1)\,\tfrac{w_0 - w_1 + w_2}{2} \qquad m_3 = (x_1 - x_3)\,w_2$$
#
# $$y_0 = m_0 + m_1 + m_2 \qquad y_1 = m_1 - m_2 - m_3$$
#
# Take a pencil and multiply it out: $m_1 + m_2 = x_1 w_1 + x_2 (w_0 + w_2)$, and $m_0$ takes the $x_2 w_0$ that is too
# much, and brings the $x_0 w_0$. Now you do $y_1$. (The sums of $w$ are made once, for all places.)
#
# Additions in front, products, additions behind: three matrices, $y = A\,[(G w) \odot (B x)]$.

# %%
A2 = np.array([[1, 1, 1, 0], [0, 1, -1, -1]])
G2 = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])
B2 = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]])

row, taps = rng.standard_normal(4), rng.standard_normal(3)
print(A2 @ ((G2 @ taps) * (B2 @ row)), np.correlate(row, taps, "valid"))

# %% [markdown]
# ### Where it comes from
#
# Not from a flash of genius that you could not have had. Multiply two polynomials, one with two coefficients $z$ and one
# with three, $w$. The product has four coefficients, so it is known when its values at **four points** are known. And at a
# point, the value of the product is the product of the values: one multiplication each! (Toom 1963, Cook 1966.)
#
# Our $y$ is that, turned around. The coefficient of $t^l$ in the product is $\sum_{i+j=l} z_i w_j$. Multiply it with $x_l$
# and sum over $l$: $\sum_{i,j} z_i w_j x_{i+j} = \sum_i z_i y_i$. So whoever computes products of polynomials computes
# $y$: the columns of $A$ evaluate $z$ at the points, the rows of $G$ evaluate $w$, and $B$ leads from $x$ to the points,
# such that it comes out right:
#
# $$\sum_p A_{ip}\, G_{pj}\, B_{pl} = 1 \;\text{ if }\; l = i + j, \;\text{ else } 0.$$
#
# That is a set of linear equations for $B$. (The point ∞ is allowed: the value there is the highest coefficient.) For four
# outputs we need six points. Small ones, as their powers grow: 0, 1, -1, 2, -2, ∞.

# %%
def minimal(outputs, points, kernel=3):
    """A, G, B of F(outputs, kernel), with these points and ∞, in exact fractions."""
    A = np.array([[p**i for p in points] + [int(i == outputs - 1)] for i in range(outputs)], float)
    G = np.array([[p**j for j in range(kernel)] for p in points] + [[0] * (kernel - 1) + [1]], float)
    G[:-1] /= [[np.prod([p - q for q in points if q != p])] for p in points]  # any scale will do: B makes up for it
    products = np.einsum("ip,pj->ijp", A, G).reshape(outputs * kernel, -1)
    wanted = [[i + j == l for l in range(len(G))] for i in range(outputs) for j in range(kernel)]
    B = np.linalg.lstsq(products, np.array(wanted, float), rcond=None)[0]
    exact = np.vectorize(lambda number: Fraction(number).limit_denominator(10_000), otypes=[object])
    return exact(A), exact(G), exact(B)


def is_right(A, G, B):
    """The equations above, in fractions: no rounding, no luck."""
    found = np.einsum("ip,pj,pl->ijl", A, G, B)
    i, j, l = np.indices(found.shape)
    return bool((found == (l == i + j)).all())


def show(name, matrix):
    rows = [[str(entry) for entry in row] for row in matrix]
    width = max(len(entry) for row in rows for entry in row)
    print("\n".join(f"{name if n == 0 else '':4}" + " ".join(f"{e:>{width}}" for e in row) for n, row in enumerate(rows)))


A, G, B = minimal(4, (0, 1, -1, 2, -2))
for name, matrix in (("A", A), ("G", G), ("B", B)):
    show(name, matrix)
print("F(4, 3) is right, exactly:", is_right(A, G, B), "  and the one above:", is_right(A2.astype(int), G2, B2))

# %% [markdown]
# Six multiplications for four outputs, in place of twelve. An image has two directions, and each takes part:
# $Y = A\,[(G w G^T) \odot (B X B^T)]\,A^T$ makes a tile of 4×4 outputs from one of 6×6 pixels. 36 in place of 144: **four
# times fewer** (Lavin and Gray 2015).
#
# And the channels? Their sum stands between, and it may be taken *before* $A$. So for each of the 36 places in a tile
# there is a matrix product of filters × channels with channels × tiles: the processor's favourite work again. The
# transformations are matrices as well, $B \otimes B$ for a whole tile at once.

# %%
def matrices(A, G, B):
    """For tiles: A ⊗ A, G ⊗ G, B ⊗ B in float32."""
    return [np.kron(m, m).astype(np.float32) for m in (A, G, B)]


def keep(name, *shape):
    return workspace(f"lesson {name}", shape, np.float32)


def conv_winograd(x_last, w, made, images=1, share=each):
    """x_last (N, H, W, C), w (F, C, 3, 3); H and W multiples of the tile; so many images at a time."""
    AA, GG, BB = made
    m, side, (F, C) = int(len(AA) ** 0.5), int(len(BB) ** 0.5), w.shape[:2]  # tiles of m × m from side × side pixels
    U = (GG @ w.transpose(2, 3, 1, 0).reshape(9, C * F)).reshape(-1, C, F)  # (36, C, F)
    y = np.empty((*x_last.shape[:3], F), np.float32)

    def work(some):
        xp = np.pad(x_last[some], ((0, 0), (1, 1), (1, 1), (0, 0)))
        windows = sliding_window_view(xp, (side, side), axis=(1, 2))[:, ::m, ::m].transpose(4, 5, 0, 1, 2, 3)
        n, h, v = windows.shape[2:5]
        tiles = keep("tiles", *windows.shape)  # (6, 6, n, h, v, C)
        tiles[...] = windows
        V, M = (keep(name, side * side, n * h * v, channels) for name, channels in (("V", C), ("M", F)))
        np.matmul(BB, tiles.reshape(side * side, -1), out=V.reshape(side * side, -1))
        np.matmul(V, U, out=M)  # the 36 products, tiles × channels with channels × filters
        Y = np.matmul(AA, M.reshape(side * side, -1), out=keep("tiles", m * m, n * h * v * F))
        y[some] = Y.reshape(m, m, n, h, v, F).transpose(2, 3, 0, 4, 1, 5).reshape(n, h * m, v * m, F)

    share(work, [slice(n, n + images) for n in range(0, len(x_last), images)])
    return y


four = matrices(A, G, B)
print("right:", np.allclose(conv_winograd(x_last, w, four), right_last, atol=1e-4))
report("Winograd", seconds(lambda: conv_winograd(x_last, w, four)))

# %% [markdown]
# (A speed is counted in operations *of the definition*. Who does four times fewer may well be beyond the peak: it is the
# work that counts, not the sweat.)
#
# Four times faster? No. The transformations are work, too: they take time for every *channel*, where the product takes
# time for every *pair* of channels. **Guess:** for which layers does Winograd pay?

# %%
def compare(channels, size, together=1):
    images = rng.standard_normal((16, size, size, channels), np.float32)
    filters = rng.standard_normal((channels, channels, 3, 3), np.float32)
    as_columns = np.ascontiguousarray(filters.transpose(2, 3, 1, 0).reshape(9 * channels, channels))
    rows = max(1, 2048 // channels)  # of the image in a block
    columns = seconds(lambda: conv_blocks(images, as_columns, 1, rows, each))
    winograd = seconds(lambda: conv_winograd(images, filters, four, together))
    per_tile = 16 * 9 * channels**2, 36 * channels**2 + (36 * 36 + 16 * 36) * channels  # multiplications
    print(f"{channels:3} channels of {size:2}²: columns {1e3 * columns:5.1f} ms, Winograd {1e3 * winograd:5.1f} ms;",
          f"{per_tile[0] / per_tile[1]:.1f} times fewer multiplications, all told")


compare(16, 64)
compare(64, 32)
compare(256, 16, together=4)  # more tiles a product: the 36 matrices of U are large, and read again for each

# %% [markdown]
# Sixteen channels are not worth it: the count says so, and what it leaves to gain goes into moving tiles. With many
# channels the count is excellent, and what remains is to keep tiles, V and M near, which is the art of section 5 again.
#
# ### What it costs
#
# Why stop at four? With points 3, -3, 1/2, ... one could go on. Look at what happens to the rounding of float32: the
# powers in $A$ and $B$ grow, large numbers are subtracted from each other, and digits are lost.

# %%
corner = np.ascontiguousarray(x[:1, :, :24, :24])
truth = ops.conv2d_forward(corner.astype(float), w.astype(float), pad=1)[0]
points = (0, 1, -1, 2, -2, Fraction(1, 2), Fraction(-1, 2), 3, -3)


def error(y):
    return np.abs(y - truth).max() / np.abs(truth).max()


names, errors, multiplications = ["im2col"], [error(ops.conv2d_forward(corner, w, pad=1)[0])], [9.0]
for m in (2, 4, 6, 8):
    A_m, G_m, B_m = (np.array(matrix, float) for matrix in minimal(m, [float(p) for p in points[: m + 1]]))
    y = conv_winograd(corner.transpose(0, 2, 3, 1), w, matrices(A_m, G_m, B_m))
    names, errors = [*names, f"F({m}×{m})"], [*errors, error(y.transpose(0, 3, 1, 2))]
    multiplications.append((m + 2) ** 2 / m**2)

figure, axes = plt.subplots(figsize=(5.8, 2.6))
axes.semilogy(multiplications, errors, "o-", color=ORANGE)
for name, count, found in zip(names, multiplications, errors):
    axes.annotate(f" {name}", (count, found), va="bottom", fontsize=8)
axes.set(xlabel="multiplications for an output", ylabel="error / largest output", title="float32")
axes.grid()
figure.tight_layout()

# %% [markdown]
# F(4×4) keeps five digits. A network does not notice; a gradient check would. That is why npdl leaves Winograd out for
# float64, and why `npdl.kernels.use("exact")` turns it off. You always know which way a call goes:

# %%
same = x_last.transpose(0, 3, 1, 2)  # x, its channels last in memory
print(npdl.kernels.explain("conv2d", same, w, pad=1))
report("npdl", seconds(lambda: ops.conv2d(same, w, pad=1)))

# %% [markdown]
# ## 9. Now you: a place on the plot
#
# Write a convolution of your own for `x_last` (N, H, W, C) and `w` (F, C, 3, 3), with one pixel of zeros around; it returns
# (N, H, W, F). Combine what you have seen, in any way. Ideas: blocks and threads with another cut; nine products without
# any `cols` (for each of the nine places a slice of the padded image is a matrix already). It is put in the plot below.

# %%
def my_conv2d(x_last, w):
    return None


mine = my_conv2d(x_last, w)
judge(mine, lambda y: np.allclose(y, right_last, atol=1e-3), "Now: how fast?", "The values are not those of the readable pair.")
if mine is not None and np.allclose(mine, right_last, atol=1e-3):
    report("yours", seconds(lambda: my_conv2d(x_last, w)))

# %% [markdown]
# PyTorch, if you have it, gets a process of its own. In one process the threads of two libraries take the cores from each
# other, and both come out two to three times too slow; many a benchmark on the web was made that way.

# %%
CODE = """
import json, time, torch
N, C, F, H, threads = json.loads(input())
torch.set_num_threads(threads)
best = []
with torch.no_grad():
    for layout in (torch.contiguous_format, torch.channels_last):
        x = torch.randn(N, C, H, H).contiguous(memory_format=layout)
        w = torch.randn(F, C, 3, 3).contiguous(memory_format=layout)
        times = []
        for _ in range(10):
            start = time.perf_counter()
            torch.nn.functional.conv2d(x, w, padding=1)
            times.append(time.perf_counter() - start)
        best.append(min(times[3:]))
print(min(best))
"""

if importlib.util.find_spec("torch"):
    clean = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    child = subprocess.run([sys.executable, "-c", CODE], input=json.dumps([N, C, F, H, threads]), env=clean,
                           capture_output=True, encoding="utf-8", check=True)
    report("PyTorch", float(child.stdout))
else:
    print("PyTorch is not installed here. Nothing is missing.")

# %%
figure, axes = plt.subplots(figsize=(6.8, 3.2))
for place, (name, speed) in enumerate(speeds.items()):
    axes.barh(place, speed, color={"yours": GREEN, "PyTorch": ORANGE}.get(name, BLUE))
    axes.text(speed, place, f" {speed:.3g}", va="center", fontsize=8)
axes.axvline(peak, color=GREY, linestyle="--")
axes.text(peak, -0.75, "peak of a matrix product ", color="0.4", fontsize=8, ha="right")
axes.set_yticks(range(len(speeds)), speeds)
axes.set(xscale="log", xlabel="GFLOP/s", xlim=(None, 6 * peak))
axes.invert_yaxis()
figure.tight_layout()

# %% [markdown]
# One library's page of NumPy against another's hundred thousand lines of C++: for one layer of one size. What about other
# layers, the way back, whole networks? `python -m benchmarks.speed` measures all of that on your machine, and
# [benchmarks/README.md](../benchmarks/README.md) says how to read it. There are rows where NumPy loses. Find out which,
# and with what you know now you can tell why.
#
# ## What you know now
#
# - Count the operations, measure the peak: then you know how far there is to go.
# - Turn the work into matrix products. After that, moving numbers is what costs.
# - Layout: what is used together must lie together. Blocks: use it while it is near.
# - Threads help NumPy, as it lets go of the lock; cut by shapes alone, and the results keep their bits.
# - The roofline tells what can be gained, and where it is hopeless.
# - Then, and only then, a better algorithm; and know what it costs in digits.
#
# ## Now you
#
# **1.** How many multiplications does F(6×6, 3×3) need for one output? (The definition: 9.)

# %%
my_count = None

judge(my_count, lambda n: abs(n - 64 / 36) < 0.01, "Five times fewer; but look at its error.", "A tile of how many points a side?")

# %% [markdown]
# **2.** A 1×1 convolution from 64 to 64 channels, of so many pixels that the weights do not count: what is its arithmetic
# intensity in float32? Find it on the roofline: is it the processor that limits it on your machine, or the memory?

# %%
my_intensity = None  # operations for each byte

judge(my_intensity, lambda i: abs(i - 16) < 0.1, f"The roof bends at {peak / bandwidth:.0f} here.",
      "A pixel: 64 numbers in, 64 out, 4 bytes each; 2 · 64 · 64 operations.")

# %% [markdown]
# **3.** What are the strides, in bytes, of a float32 array of shape (8, 3, 10, 20) whose channels lie last in memory?
# Think first; then check with `transpose`.

# %%
my_strides = None  # a tuple of four

judge(my_strides, lambda s: tuple(s) == np.empty((8, 10, 20, 3), np.float32).transpose(0, 3, 1, 2).strides,
      "One step along C is one number.", "In memory the order is N, H, W, C.")

# %% [markdown]
# **4.** Three outputs under a kernel of *two*: find the matrices. `minimal` does it; you choose the points. How many do you
# need, with ∞?

# %%
my_matrices = None  # minimal(...)

judge(my_matrices, lambda made: is_right(*made) and made[0].shape == (3, 4) and made[1].shape == (4, 2),
      "Four for six: as many as for two outputs under three. They are each other's transposes.",
      "The product of polynomials with three and two coefficients has how many?")
