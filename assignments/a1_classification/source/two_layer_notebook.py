# %% [markdown] lang="en"
# # A first network
#
# A linear classifier draws one straight line between any two classes. Below are three classes that no straight line can
# tell apart, and you will see what it does to them. Then you put **one** hidden layer in between, find its gradient with
# pencil and paper, and train it. The functions go into **`two_layer.py`** beside this notebook; save the file, run the
# cell with `npdl.check`, and ask `npdl.hint("name")` when you are stuck.

# %% [markdown] lang="zh"
# # 第一个网络
#
# 线性分类器在任意两个类别之间只能画一条直线。下面的三个类别没有任何直线能够分开，你会看到它对此如何束手无策。然后你将在中间
# 加入**一个**隐藏层，用纸笔求出它的梯度，再训练它。函数写在笔记本旁边的 **`two_layer.py`** 中；保存文件，运行带有 `npdl.check`
# 的单元格；卡住时可以调用 `npdl.hint("函数名")`。

# %%
# %load_ext autoreload
# %autoreload 2

# %%
import matplotlib.pyplot as plt
import numpy as np
import two_layer

import npdl

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
COLOURS = np.array(["#0072B2", "#D55E00", "#009E73"])

x, y = npdl.data.spiral(100, 3)  # (300, 2), (300,)


def regions(axis, predict, title):
    """The spiral, on the classes that `predict` gives to the plane."""
    side = np.linspace(-1.3, 1.3, 150)
    plane = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    axis.contourf(side, side, predict(plane).reshape(150, 150), levels=[-0.5, 0.5, 1.5, 2.5], colors=COLOURS, alpha=0.25)
    axis.scatter(*x.T, c=COLOURS[y], s=8)
    axis.set(title=title, aspect="equal", xticks=[], yticks=[])


def with_one(x):
    return np.c_[x, np.ones(len(x))]


def linear(points):
    """The linear classifier with the least squared error."""
    weights = np.linalg.lstsq(with_one(x), np.eye(3)[y], rcond=None)[0]
    return (with_one(points) @ weights).argmax(axis=1)


figure, axis = plt.subplots(figsize=(3.2, 3.2))
regions(axis, linear, f"linear: {np.mean(linear(x) == y):.0%} right")
plt.show()

# %% [markdown] lang="en"
# ## 1. The network
#
# $$a = x W_1 + b_1, \qquad h = \max(0, a), \qquad s = h W_2 + b_2$$
#
# with $x$ of shape $(N, D)$, $W_1$ $(D, H)$, $W_2$ $(H, C)$. Without the $\max$ the whole would be
# $x (W_1 W_2) + \dots$, a linear classifier again: all that is new comes from cutting off the negative numbers.
#
# The weights begin as *small random* numbers. Write `init_two_layer` and `two_layer_scores`.

# %% [markdown] lang="zh"
# ## 1. 网络
#
# $$a = x W_1 + b_1, \qquad h = \max(0, a), \qquad s = h W_2 + b_2$$
#
# 其中 $x$ 的形状是 $(N, D)$，$W_1$ 是 $(D, H)$，$W_2$ 是 $(H, C)$。若没有 $\max$，整体就是 $x (W_1 W_2) + \dots$，又成了线性
# 分类器：全部新东西都来自截掉负数这一步。
#
# 权重从*小的随机数*开始。请写 `init_two_layer` 和 `two_layer_scores`。

# %%
npdl.check("init_two_layer")

# %%
npdl.check("two_layer_scores")

# %% [markdown] lang="en"
# What does a network look like that has learned nothing? Each hidden unit has a line where its $a$ is 0; on one side of it
# the unit is silent. The scores are linear in each of the pieces between these lines.

# %% [markdown] lang="zh"
# 什么都没学过的网络是什么样子？每个隐藏单元都有一条 $a = 0$ 的直线，在直线的一侧它保持沉默。在这些直线分割出的每一小块里，得分
# 都是线性的。

# %%
with npdl.gap():
    figure, axes = plt.subplots(1, 3, figsize=(9, 3.2))
    for axis, h in zip(axes, (2, 8, 50)):
        start = two_layer.init_two_layer(2, h, 3, 1.0, np.random.default_rng(h))
        start["b1"] = np.random.default_rng(h).normal(size=h) * 0.3  # so that the lines do not all meet in one point
        regions(axis, lambda points, start=start: two_layer.two_layer_scores(start, points).argmax(axis=1), f"H = {h}")
    plt.show()

# %% [markdown] lang="en"
# ## 2. The loss and its gradient
#
# $$L = -\frac1N \sum_n \log p_{n, y_n} + \frac{\lambda}{2}\left(\sum W_1^2 + \sum W_2^2\right), \qquad
# p_n = \mathrm{softmax}(s_n)$$
#
# Mind the $\frac12$: it is one of two conventions, and here loss and gradient must follow the same one.
#
# Now go backwards. Write $\delta_v$ for $\partial L / \partial v$; it always has the shape of $v$, and that is half of the
# answer. Three questions to settle with pencil and paper, in this order:
#
# 1. $\delta_s$. The derivative of $-\log p_y$ with respect to $s_j$: once for $j = y$, once for $j \neq y$.
# 2. An affine map $s = h W_2 + b_2$: given $\delta_s$, what are $\delta_{W_2}$, $\delta_{b_2}$ and $\delta_h$? Begin with
#    one number, $s_{nc} = \sum_k h_{nk} W_{kc} + b_c$: in which $s$ does $W_{kc}$ occur?
# 3. The ReLU: which numbers of $a$ have an influence on $h$ at all?
#
# Then the first affine map is question 2 again. Put all of it into `two_layer_loss`.

# %% [markdown] lang="zh"
# ## 2. 损失与梯度
#
# $$L = -\frac1N \sum_n \log p_{n, y_n} + \frac{\lambda}{2}\left(\sum W_1^2 + \sum W_2^2\right), \qquad
# p_n = \mathrm{softmax}(s_n)$$
#
# 注意这个 $\frac12$：它是两种约定之一，损失与梯度必须采用同一种。
#
# 现在反向走一遍。记 $\delta_v = \partial L / \partial v$；它总与 $v$ 同形，这已经是答案的一半。请用纸笔依次解决三个问题：
#
# 1. $\delta_s$。求 $-\log p_y$ 对 $s_j$ 的导数：$j = y$ 一次，$j \neq y$ 一次。
# 2. 仿射映射 $s = h W_2 + b_2$：已知 $\delta_s$，$\delta_{W_2}$、$\delta_{b_2}$、$\delta_h$ 各是什么？先看一个数
#    $s_{nc} = \sum_k h_{nk} W_{kc} + b_c$：$W_{kc}$ 出现在哪些 $s$ 里？
# 3. ReLU：$a$ 中哪些数对 $h$ 才有影响？
#
# 第一个仿射映射又是问题 2。把这些都写进 `two_layer_loss`。

# %%
npdl.check("two_layer_loss")

# %% [markdown] lang="en"
# Two experiments that need no check but yours. A network that knows nothing gives every class about the same probability,
# so its loss should be near $\log C$. And the gradient must agree with what you see when you move one weight a little:
# $(L(w + \varepsilon) - L(w - \varepsilon)) / 2\varepsilon$. How small should $\varepsilon$ be? Not as small as possible!

# %% [markdown] lang="zh"
# 两个由你自己判断的实验。什么都不知道的网络给每个类别大致相同的概率，所以损失应接近 $\log C$。而梯度应当与稍微移动一个权重时所见
# 的一致：$(L(w + \varepsilon) - L(w - \varepsilon)) / 2\varepsilon$。$\varepsilon$ 应该多小？并不是越小越好！

# %%
with npdl.gap():
    start = two_layer.init_two_layer(2, 20, 3, 0.01, np.random.default_rng(0))
    print(f"loss at the start {two_layer.two_layer_loss(start, x, y, 0.0)[0]:.6f}, log 3 = {np.log(3):.6f}")
    there = two_layer.init_two_layer(2, 20, 3, 1.0, np.random.default_rng(0))
    slope = two_layer.two_layer_loss(there, x, y, 0.1)[1]["w1"][0, 0]
    sizes, errors = 10.0 ** np.arange(-13, 0), []
    for size in sizes:
        ends = []
        for sign in (1, -1):
            moved = {name: p.copy() for name, p in there.items()}
            moved["w1"][0, 0] += sign * size
            ends.append(two_layer.two_layer_loss(moved, x, y, 0.1)[0])
        errors.append(abs((ends[0] - ends[1]) / (2 * size) - slope))
    figure, axis = plt.subplots(figsize=(4.5, 2.8))
    axis.loglog(sizes, errors, "o-", color=COLOURS[0])
    axis.set(xlabel="ε", ylabel="|difference quotient - gradient|")
    plt.show()

# %% [markdown] lang="en" points="2"
# **Question 1.** The curve falls and rises again. Which two errors are at work, on which side each, and where would you
# therefore choose $\varepsilon$? Why can a *jump* appear on the right that is neither of the two? (Think of the lines in
# the pictures above.)
#
# *Your answer:*

# %% [markdown] lang="zh" points="2"
# **问题 1.** 曲线先降后升。有哪两种误差在起作用，各在哪一侧？因此你会把 $\varepsilon$ 选在哪里？为什么右侧还可能出现一个不属于
# 这两者的*跳变*？（想一想上面图中的直线。）
#
# *你的回答：*

# %% [markdown] lang="en"
# ## 3. Training
#
# A step of gradient descent, and a loop around it: `two_layer_step`, `train_two_layer`, `predict_two_layer`.

# %% [markdown] lang="zh"
# ## 3. 训练
#
# 先写一步梯度下降，再写外面的循环：`two_layer_step`、`train_two_layer`、`predict_two_layer`。

# %%
npdl.check("two_layer_step")

# %%
npdl.check("train_two_layer")

# %%
npdl.check("predict_two_layer")

# %% [markdown] lang="en"
# The spiral again, with more and more hidden units. Look at the borders: they are made of straight pieces.

# %% [markdown] lang="zh"
# 回到螺旋，隐藏单元越来越多。看看边界：它们由直线段组成。


# %%
def spiral_net(h, scale=0.5, lr=1.0, epochs=400):
    rng = np.random.default_rng(0)
    start = two_layer.init_two_layer(2, h, 3, scale, rng)
    return two_layer.train_two_layer(start, x, y, lr=lr, lr_decay=1.0, reg=1e-3, epochs=epochs, batch=300, rng=rng)


with npdl.gap():
    figure, axes = plt.subplots(1, 4, figsize=(12, 3.2))
    for axis, h in zip(axes, (2, 5, 20, 100)):
        params, _ = spiral_net(h)
        predict = lambda points, params=params: two_layer.predict_two_layer(params, points)  # noqa: E731
        regions(axis, predict, f"H = {h}: {np.mean(predict(x) == y):.0%} right")
    plt.show()

# %% [markdown] lang="en"
# Which numbers decide whether it learns at all? The same network, with other learning rates and other weights to start
# from.

# %% [markdown] lang="zh"
# 哪些数决定它究竟能不能学会？同一个网络，换不同的学习率和不同的初始权重。

# %%
with npdl.gap():
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3), sharey=True)
    for lr in (0.01, 0.1, 1.0, 10.0):
        left.plot(spiral_net(50, lr=lr, epochs=150)[1], label=f"lr {lr:g}")
    for scale in (0.0, 0.001, 0.1, 1.0):
        right.plot(spiral_net(50, scale=scale, epochs=150)[1], label=f"scale {scale:g}")
    for axis in (left, right):
        axis.set(xlabel="step", ylim=(0, 2))
        axis.legend(frameon=False)
    left.set_ylabel("loss")
    plt.show()

# %% [markdown] lang="en" points="2"
# **Question 2.** With `scale` 0 the loss does not move. Which of the four gradients are 0 at this start, and why do they
# stay so? Suppose all weights began as the *same* number other than 0: what would the hidden units have in common for
# ever?
#
# *Your answer:*

# %% [markdown] lang="zh" points="2"
# **问题 2.** `scale` 为 0 时损失不动。在这个起点，四个梯度中哪些是 0，为什么会一直是 0？假如所有权重一开始都是*同一个*非零的数，
# 各隐藏单元将永远有什么共同之处？
#
# *你的回答：*

# %% [markdown] lang="en"
# ## 4. The real thing: handwritten digits
#
# 1,437 digits of 8 x 8 pixels to learn from, 360 to be tested on. You have written everything that is needed. If you own a
# copy of CIFAR-10, put its path into `CIFAR`, and the same code runs on photographs (subtract the mean picture first, as is
# done here). There, CS231n's students reach 36 % with its default settings, and more than 48 % when they tune
# them.

# %% [markdown] lang="zh"
# ## 4. 真正的任务：手写数字
#
# 1437 个 8 x 8 像素的数字用来学习，360 个用来测试。所需的一切你都已经写好了。如果你有一份 CIFAR-10，把路径写进 `CIFAR`，同样的
# 代码就会在照片上运行（先减去平均图像，如这里所做）。在 CIFAR-10 上，CS231n 的学生用其默认设置达到 36 %，调参后超过 48 %。

# %%
CIFAR = ""  # "cifar-10-python.tar.gz", say

if CIFAR:
    (train_x, train_y), (test_x, test_y), _ = npdl.data.read_cifar10(CIFAR, dtype=np.uint8)
    train_x, train_y, test_x, test_y = train_x[:20000] / 255, train_y[:20000], test_x[:2000] / 255, test_y[:2000]
else:
    (train_x, train_y), (test_x, test_y) = npdl.data.load_digits()
mean = train_x.mean(axis=0)
rows, test_rows = ((images - mean).reshape(len(images), -1).astype(float) for images in (train_x, test_x))


def picture_net(h, epochs=40):
    rng = np.random.default_rng(0)
    start = two_layer.init_two_layer(rows.shape[1], h, 10, 0.3 / np.sqrt(rows.shape[1]), rng)
    options = dict(lr=0.1 if CIFAR else 0.5, lr_decay=0.97, reg=1e-3, epochs=epochs, batch=50)
    return two_layer.train_two_layer(start, rows, train_y, **options, rng=rng)


with npdl.gap():
    for h in (2, 4, 16, 64):
        params, losses = picture_net(h)
        seen = np.mean(two_layer.predict_two_layer(params, rows) == train_y)
        new = np.mean(two_layer.predict_two_layer(params, test_rows) == test_y)
        print(f"H = {h:3}: loss {np.mean(losses[-20:]):.3f}, training {seen:.1%}, test {new:.1%}")

# %% [markdown] lang="en" points="2"
# **Question 3.** With $H = 2$ every picture becomes *two* numbers before it is classified, and yet the result is far from
# guessing. How can ten classes be told apart by linear scores of two numbers that are not negative? Sketch how the classes
# might lie in that plane.
#
# *Your answer:*

# %% [markdown] lang="zh" points="2"
# **问题 3.** $H = 2$ 时，每张图片在分类之前都变成了*两个*数，结果却远好于瞎猜。用两个非负数的线性得分，怎么能区分十个类别？请画出
# 各类别在那个平面上可能的位置。
#
# *你的回答：*

# %% [markdown] lang="en"
# At last: what has it learned? Above, the columns of $W_1$ as pictures, one for each hidden unit, those with the
# largest weights; below, test pictures that your network gets wrong, with its answer.

# %% [markdown] lang="zh"
# 最后：它学到了什么？上面是 $W_1$ 的各列画成的图像，每个隐藏单元一幅，取权重最大的几个；下面是你的网络答错的测试图片及其回答。

# %%
with npdl.gap():
    params, _ = picture_net(64)
    answers = two_layer.predict_two_layer(params, test_rows)
    largest = np.argsort(-(params["w1"] ** 2).sum(axis=0))[:10]
    wrong = np.flatnonzero(answers != test_y)[:10]
    figure, axes = plt.subplots(2, 10, figsize=(10, 2.6))
    for axis in axes.flat:
        axis.axis("off")
    for axis, unit in zip(axes[0], largest):
        weights = params["w1"][:, unit].reshape(test_x.shape[1:]).mean(axis=0)
        axis.imshow(weights, cmap="RdBu_r", vmin=-abs(weights).max(), vmax=abs(weights).max())
    for axis, i in zip(axes[1], wrong):
        axis.imshow(test_x[i].transpose(1, 2, 0).squeeze(), cmap="gray_r")
        axis.set_title(f"{answers[i]} ({test_y[i]})", color=COLOURS[1], fontsize=8)
    plt.show()
