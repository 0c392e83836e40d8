# %% [markdown] lang="en"
# # Linear classifiers
#
# The nearest neighbour keeps every picture and learns nothing. Now we do the opposite: keep *nothing* of the pictures but
# one number for each pixel and class, and learn those numbers. A linear classifier is a set of templates, one a class; a
# picture is compared with each by a dot product, and the best match wins. That is too simple for most data, and still it
# has all the parts of a modern network: scores, a loss, its gradient, mini-batches, a learning rate, regularisation, a
# search. The networks that follow only change how the scores are computed.
#
# You write eight functions in **`linear.py`**, beside this notebook. Save, then run the `npdl.check` cell.
# `npdl.hint("name")` helps when you are stuck.

# %% [markdown] lang="zh"
# # 线性分类器
#
# 最近邻保留每一张图片，却什么也没有学到。现在反过来做：对图片*什么也不保留*，只为每个像素和每个类别保留一个数，并学习这些数。
# 线性分类器就是一组模板，每个类别一个；图片与每个模板做内积，最匹配的获胜。对多数数据来说这太简单了，但它已具备现代网络的全部部件：
# 得分、损失、梯度、小批量、学习率、正则化、搜索。后面的网络只是改变了得分的计算方式。
#
# 你要在笔记本旁边的 **`linear.py`** 里写八个函数。保存之后，运行 `npdl.check` 单元格。卡住时用 `npdl.hint("函数名")`。

# %%
# %load_ext autoreload
# %autoreload 2

# %%
from time import perf_counter

import linear
import matplotlib.pyplot as plt
import numpy as np

import npdl

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
CIFAR = ""  # your copy of CIFAR-10: "cifar-10-python.tar.gz", say


def digits():
    (x, y), (x_test, y_test) = npdl.data.load_digits()
    return x, y, x_test, y_test, tuple("0123456789")


def scenes():
    train, test = npdl.data.load_scenes(2000), npdl.data.load_scenes(500, split="test")
    return train.images, train.colours[:, 0], test.images, test.colours[:, 0], npdl.data.scenes.COLOURS


def cifar():
    (x, y), (x_test, y_test), classes = npdl.data.read_cifar10(CIFAR, dtype=np.uint8)
    return x[:10000] / 255, y[:10000], x_test[:1000] / 255, y_test[:1000], classes


SETS = {"Digits": digits(), "Scenes": scenes()} | ({"CIFAR-10": cifar()} if CIFAR else {})


def prepared(name):
    """Rows with a bias, the mean training picture taken away: x, y, x_test, y_test, classes."""
    x, y, x_test, y_test, classes = SETS[name]
    mean = x.mean(axis=0)
    return *(linear.add_bias((a - mean).astype(float)) for a in (x, x_test)), y, y_test, classes


def start(x, classes, rng):
    """Small random weights."""
    return 0.001 * rng.standard_normal((x.shape[1], len(classes)))


# %% [markdown] lang="en"
# ## 1. Scores
#
# A picture is a row $x$ of $D$ numbers. Column $c$ of a matrix $w$ is the template of class $c$, and the scores of the
# picture are $s = x\,w$. We also want an offset for each class, for a class that is frequent or bright. Instead of carrying
# a second array through every formula, append a 1 to every picture: then the last row of $w$ is that offset,
#
# $$\begin{pmatrix} x & 1 \end{pmatrix} \begin{pmatrix} w \\ b \end{pmatrix} = x\,w + b .$$
#
# (Many texts write $s = W x$ with the picture as a column. Theirs is the transpose of ours; one must only not mix the two.)

# %% [markdown] lang="zh"
# ## 1. 得分
#
# 一张图片是含 $D$ 个数的一行 $x$。矩阵 $w$ 的第 $c$ 列是类别 $c$ 的模板，图片的得分为 $s = x\,w$。我们还希望每个类别有一个偏移量，
# 用于较常见或较亮的类别。与其在每个公式中多带一个数组，不如给每张图片末尾加一个 1：于是 $w$ 的最后一行就是这个偏移量，
#
# $$\begin{pmatrix} x & 1 \end{pmatrix} \begin{pmatrix} w \\ b \end{pmatrix} = x\,w + b .$$
#
# （许多教材写作 $s = W x$，把图片当作一列。那是我们写法的转置；只要不混用即可。）

# %%
npdl.check("add_bias")

# %%
npdl.check("predict_linear")

# %% [markdown] lang="en"
# ## 2. What is a bad score? The hinge loss
#
# The multiclass SVM says: the right class $y$ shall be ahead of every other by at least 1. Whatever is missing is the loss,
#
# $$L_n = \sum_{j \neq y_n} \max(0,\; s_{nj} - s_{n y_n} + 1), \qquad
# L = \frac{1}{N} \sum_n L_n + \lambda \sum w^2 .$$
#
# The last term, with `reg` for $\lambda$, keeps the weights small: of all templates that do the job, take the modest ones.
# Here is one picture of class 0 with three scores:

# %% [markdown] lang="zh"
# ## 2. 怎样的得分是差的？合页损失
#
# 多类 SVM 要求：正确类别 $y$ 的得分应比其他每个类别至少高 1。不足的部分就是损失，
#
# $$L_n = \sum_{j \neq y_n} \max(0,\; s_{nj} - s_{n y_n} + 1), \qquad
# L = \frac{1}{N} \sum_n L_n + \lambda \sum w^2 .$$
#
# 最后一项使权重保持较小（代码中用 `reg` 表示 $\lambda$）：在所有能胜任的模板中，取最朴素的。下面是一张类别 0 的图片和它的三个得分：

# %%
s, y0 = np.array([2.0, 2.5, -1.0]), 0
for j in (1, 2):
    print(f"class {j}: max(0, {s[j]} - {s[y0]} + 1) = {max(0, s[j] - s[y0] + 1)}")

# %% [markdown] lang="en"
# **The gradient.** Each term is either off (gradient 0) or it is $x_n \cdot w_j - x_n \cdot w_{y_n} + 1$. What does that
# say about column $j$, and about column $y_n$? Write `svm_loss_naive`, with loops: for every picture and every wrong class,
# one `if`. Then average, and do not forget what the penalty adds to loss *and* gradient.

# %% [markdown] lang="zh"
# **梯度。** 每一项要么不起作用（梯度为 0），要么就是 $x_n \cdot w_j - x_n \cdot w_{y_n} + 1$。这对第 $j$ 列和第 $y_n$ 列分别意味着
# 什么？用循环写 `svm_loss_naive`：对每张图片和每个错误类别写一个 `if`。然后取平均，别忘了惩罚项对损失*和*梯度都有贡献。

# %%
npdl.check("svm_loss_naive")

# %% [markdown] lang="en"
# Never believe a gradient; measure it. Along a random direction $d$, the slope of the loss must be $\sum dw \cdot d$:

# %% [markdown] lang="zh"
# 不要轻信梯度，要去测量它。沿一个随机方向 $d$，损失的斜率必须等于 $\sum dw \cdot d$：

# %%
def slopes(loss, reg=0.1):
    """The slope along a random direction: by the gradient, and from the loss alone, a distance h to either side."""
    x, _, y, _, classes = prepared("Digits")
    rng = np.random.default_rng(0)
    w, d = start(x, classes, rng), rng.standard_normal((x.shape[1], len(classes)))
    print(f"by your gradient     {np.sum(loss(w, x[:50], y[:50], reg)[1] * d):.10f}")
    for h in (1.0, 0.3, 0.1, 1e-3, 1e-5):
        up, down = (loss(w + sign * h * d, x[:50], y[:50], reg)[0] for sign in (1, -1))
        print(f"measured, h = {h:<7g}{(up - down) / (2 * h):.10f}")


with npdl.gap():
    slopes(linear.svm_loss_naive)

# %% [markdown] lang="en"
# Now without loops. All scores are one matrix product, all margins one broadcast, and the whole gradient is $x^\top g$,
# where $g$ $(N, C)$ says how often each score counts.

# %% [markdown] lang="zh"
# 现在不用循环。所有得分是一次矩阵乘法，所有间隔是一次广播，而整个梯度就是 $x^\top g$，其中 $g$ $(N, C)$ 说明每个得分计了几次。

# %%
npdl.check("svm_loss")

# %% [markdown] lang="en"
# ## 3. Scores as probabilities: the softmax
#
# Another reading of the scores: exponentials make them positive, dividing by their sum makes them probabilities, and the
# loss is how surprised we are by the right class,
#
# $$p_{nj} = \frac{e^{s_{nj}}}{\sum_i e^{s_{ni}}}, \qquad L_n = -\log p_{n y_n}.$$
#
# (It is a share of a sum, not an average; and a *lower* loss is better.) For the gradient write
# $L_n = \log \sum_i e^{s_{ni}} - s_{n y_n}$, and differentiate by one score. Two traps wait for you: $e^{1000}$ is no
# number, and $\log 0$ is none either. Both are avoided by one thing that you may take from all scores of a picture without
# changing $p$.

# %% [markdown] lang="zh"
# ## 3. 把得分看作概率：softmax
#
# 对得分的另一种解读：取指数使它们为正，除以总和使它们成为概率，而损失就是我们对正确类别感到的“惊讶”，
#
# $$p_{nj} = \frac{e^{s_{nj}}}{\sum_i e^{s_{ni}}}, \qquad L_n = -\log p_{n y_n}.$$
#
# （它是占总和的份额，不是平均值；损失*越低*越好。）求梯度时，写成 $L_n = \log \sum_i e^{s_{ni}} - s_{n y_n}$，再对一个得分求导。
# 有两个陷阱：$e^{1000}$ 不是一个数，$\log 0$ 也不是。有一样东西可以从一张图片的所有得分中减去而不改变 $p$，用它就能避开这两个陷阱。

# %%
npdl.check("softmax_loss_naive")

# %%
npdl.check("softmax_loss")

# %%
with npdl.gap():
    slopes(linear.softmax_loss)

# %% [markdown] lang="en" points="2"
# **Question 1.** A measured slope is not the slope at a point. For the softmax loss the measurement becomes better and
# better as $h$ shrinks; for the hinge loss it is far off at $h = 1$, and from some $h$ on it is suddenly exact. What is
# between $w - h d$ and $w + h d$ in the one case, and in the other? And why not take $h = 10^{-12}$, to be quite sure?
#
# *Your answer:*

# %% [markdown] lang="zh" points="2"
# **问题 1.** 测得的斜率并不是某一点的斜率。对 softmax 损失，$h$ 越小，测量越来越准；对合页损失，$h = 1$ 时相差很远，而从某个 $h$ 起
# 突然就精确了。在这两种情形中，$w - h d$ 与 $w + h d$ 之间各有什么？为什么不干脆取 $h = 10^{-12}$ 以求稳妥？
#
# *你的回答：*

# %% [markdown] lang="en"
# What the loops cost, on 500 digits, and whether the two ways agree:

# %% [markdown] lang="zh"
# 在 500 个数字上，看看循环的代价，以及两种写法是否一致：

# %%
with npdl.gap():
    x, _, y, _, classes = prepared("Digits")
    w = start(x, classes, np.random.default_rng(0))
    pairs = ((linear.svm_loss_naive, linear.svm_loss), (linear.softmax_loss_naive, linear.softmax_loss))
    figure, axis = plt.subplots(figsize=(6, 2))
    for naive, fast in pairs:
        results, seconds = [], []
        for way, colour in ((naive, ORANGE), (fast, GREEN)):
            begin = perf_counter()
            results.append(way(w, x[:500], y[:500], 0.1))
            seconds.append(perf_counter() - begin)
            axis.barh(way.__name__, 1000 * seconds[-1], color=colour)
        axis.text(1000 * seconds[1], fast.__name__, f"  x{seconds[0] / seconds[1]:.0f}", va="center")
        (a, da), (b, db) = results
        print(f"{fast.__name__}: loss {b:.4f}, difference {abs(a - b):.1e}; gradient {np.abs(da - db).max():.1e}")
    axis.set(xscale="log", xlabel="ms")
    plt.show()

# %% [markdown] lang="en" points="2"
# **Question 2.** The weights of that cell are nearly 0. Explain both losses that it printed from the number of classes
# alone, without a computer. Why is it worth looking at the first loss of every training?
#
# *Your answer:*

# %% [markdown] lang="zh" points="2"
# **问题 2.** 上面单元格中的权重几乎为 0。请不用计算机，仅凭类别数解释它打印出的两个损失。为什么每次训练都值得看一眼最初的损失？
#
# *你的回答：*

# %% [markdown] lang="en"
# ## 4. Downhill
#
# The gradient says in which direction the loss grows, so go the other way: $w \leftarrow w - \eta\, dw$, with a learning
# rate $\eta$. Not the whole training set is needed to know roughly where downhill is: a *mini-batch* of a hundred pictures
# points nearly the same way at a fraction of the price.

# %% [markdown] lang="zh"
# ## 4. 下坡
#
# 梯度指出损失增大的方向，所以朝相反的方向走：$w \leftarrow w - \eta\, dw$，$\eta$ 是学习率。要大致知道哪边是下坡，并不需要整个训练集：
# 一百张图片的*小批量*指向几乎相同的方向，代价却小得多。

# %%
npdl.check("train_linear")

# %%
SETTINGS = {"Digits": (0.5, 1e-3, 1000), "Scenes": (0.01, 1e-3, 1000), "CIFAR-10": (0.01, 1e-3, 1500)}  # lr, reg, steps


def trained(loss, name, seed=0, **changes):
    """Train on one of the sets: (w, losses)."""
    x, _, y, _, classes = prepared(name)
    lr, reg, steps = SETTINGS[name]
    rng = np.random.default_rng(seed)
    settings = {"lr": lr, "reg": reg, "steps": steps, "batch": 100} | changes
    return linear.train_linear(loss, x, y, start(x, classes, rng), rng=rng, **settings)


with npdl.gap():
    figure, axes = plt.subplots(1, 2, figsize=(10, 3))
    for loss, colour in ((linear.svm_loss, BLUE), (linear.softmax_loss, ORANGE)):
        axes[0].plot(trained(loss, "Digits", steps=300)[1], color=colour, label=loss.__name__, linewidth=0.8)
    axes[0].set(title="Digits", xlabel="step", ylabel="loss", yscale="log")
    axes[0].legend()
    for lr in (0.005, 0.05, 0.5, 50.0):
        axes[1].plot(trained(linear.softmax_loss, "Digits", lr=lr, steps=300)[1], label=f"lr = {lr}", linewidth=0.8)
    axes[1].set(title="softmax_loss", xlabel="step", yscale="log")
    axes[1].legend()
    plt.show()

# %% [markdown] lang="en" points="2"
# **Question 3.** Describe the four curves on the right: which learning rate is too small, which too large, and how do you
# see it? Why do all of them tremble, and what would happen to that with a batch of 1,000?
#
# *Your answer:*

# %% [markdown] lang="zh" points="2"
# **问题 3.** 描述右图的四条曲线：哪个学习率太小，哪个太大，你是怎样看出来的？它们为什么都在抖动？若批量为 1000，抖动会怎样？
#
# *你的回答：*

# %% [markdown] lang="en"
# ## 5. What has been learned
#
# A column of $w$ without its bias has the shape of a picture: look at it. Red (or bright) pixels speak for the class. In
# the scenes each template is one *mixture of colours*, everywhere: the object can stand anywhere, so the template must
# ask for its colour anywhere.

# %% [markdown] lang="zh"
# ## 5. 学到了什么
#
# $w$ 的一列去掉偏置之后，形状就是一张图片：看看它。红色（或明亮）的像素支持这个类别。在 Scenes 中，每个模板处处都是同一种
# *颜色的混合*：物体可能在任何位置，所以模板必须在任何位置寻找它的颜色。

# %%
def templates(w, shape, classes):
    """The columns of w as pictures."""
    _, axes = plt.subplots(1, len(classes), figsize=(len(classes), 1.3))
    for axis, column, name in zip(axes, w[:-1].T, classes):
        size = np.abs(column).max()
        picture = column.reshape(shape).transpose(1, 2, 0)
        if shape[0] == 1:
            axis.imshow(picture[..., 0], cmap="RdBu_r", vmin=-size, vmax=size)
        else:
            axis.imshow(np.clip(0.5 + 0.5 * picture / size, 0, 1))
        axis.set_title(name, fontsize=8)
        axis.axis("off")
    plt.show()


with npdl.gap():
    for name in SETS:
        w, _ = trained(linear.svm_loss, name)
        templates(w, SETS[name][0].shape[1:], SETS[name][-1])

# %% [markdown] lang="en"
# And now ask the same pictures for the *shape* of the object instead of its colour. One template a class has to fit hearts
# in every corner at once:

# %% [markdown] lang="zh"
# 现在对同样的图片询问物体的*形状*，而不是颜色。每个类别只有一个模板，它必须同时匹配每个角落里的心形：

# %%
with npdl.gap():
    train, test = npdl.data.load_scenes(2000), npdl.data.load_scenes(500, split="test")
    mean = train.images.mean(axis=0)
    x, x_test = (linear.add_bias((a.images - mean).astype(float)) for a in (train, test))
    rng = np.random.default_rng(0)
    w = start(x, npdl.data.scenes.CLASSES, rng)
    w, _ = linear.train_linear(linear.svm_loss, x, train.labels, w, lr=0.01, reg=1e-3, steps=1000, batch=100, rng=rng)
    for part, rows, labels in (("train", x, train.labels), ("test", x_test, test.labels)):
        print(f"{part}: accuracy {np.mean(linear.predict_linear(w, rows) == labels):.3f}, chance 0.100")
    templates(w, (3, 32, 32), npdl.data.scenes.CLASSES)

# %% [markdown] lang="en"
# It knows some of the training pictures by heart, and of new ones nothing. No choice of loss or learning rate mends that: a
# template cannot say "a heart, wherever". For that we need *features* (the part after the next one) or layers.
#
# ## 6. The search
#
# Learning rate and regularisation are chosen as $k$ was: on pictures that took no part in the training. `search` receives a
# function that trains, and keeps the weights that do best on the validation set.

# %% [markdown] lang="zh"
# 它记住了一部分训练图片，对新的图片却一无所知。换损失、换学习率都无济于事：一个模板说不出“一颗心，不管在哪里”。为此我们需要
# *特征*（再下一部分）或多层网络。
#
# ## 6. 搜索
#
# 学习率与正则化强度的选择方法与 $k$ 相同：用没有参与训练的图片。`search` 接收一个负责训练的函数，保留在验证集上最好的权重。

# %%
npdl.check("search")

# %%
LRS, REGS = (0.01, 0.1, 1.0, 10.0, 100.0), (1e-4, 1e-3, 1e-2, 1e-1)

with npdl.gap():
    x, _, y, _, classes = prepared("Digits")
    x_train, y_train, x_val, y_val = x[:-400], y[:-400], x[-400:], y[-400:]

    def train(lr, reg):
        rng = np.random.default_rng(0)
        w, loss = start(x, classes, rng), linear.softmax_loss
        return linear.train_linear(loss, x_train, y_train, w, lr=lr, reg=reg, steps=300, batch=100, rng=rng)[0]

    with np.errstate(all="ignore"):  # a rate that is far too large ends in nan
        best, w, accuracies = linear.search(train, x_val, y_val, LRS, REGS)
    print("best: lr = {}, reg = {}".format(*best))
    figure, axis = plt.subplots(figsize=(5, 3.6))
    table = np.array([[accuracies[lr, reg] for reg in REGS] for lr in LRS])
    axis.imshow(table, cmap="viridis")
    for (i, j), share in np.ndenumerate(table):
        axis.text(j, i, f"{share:.3f}", ha="center", va="center", color="white" if share < 0.8 else "black")
    axis.set_xticks(range(len(REGS)), REGS)
    axis.set_yticks(range(len(LRS)), LRS)
    axis.set(xlabel="reg", ylabel="lr")
    plt.show()

# %% [markdown] lang="en"
# ## 7. Your classifier at work
#
# Both losses, trained by your code, on pictures that it has never seen. Orange answers are wrong, with the right one in
# brackets. `floor`: mean - 3 standard deviations of a right solution over five seeds, measured by
# `assignments/a1_classification/gates_linear.py`. (For CIFAR-10 the published figures of CS231n's assignment, with all of
# 49,000 pictures, are about 0.39 for the hinge and 0.36 for the softmax; with the 10,000 used here expect less.)

# %% [markdown] lang="zh"
# ## 7. 让你的分类器工作
#
# 用你的代码训练两种损失，在它从未见过的图片上测试。橙色是答错的，括号里是正确答案。`floor`：正确的解答在五个种子上的平均值减去
# 三倍标准差，由 `assignments/a1_classification/gates_linear.py` 测得。（对 CIFAR-10，CS231n 作业公布的数字是：使用全部 49000 张图片时，
# 合页损失约 0.39，softmax 约 0.36；这里只用 10000 张，会低一些。）

# %%
FLOORS = {("Digits", "svm_loss"): 0.95, ("Digits", "softmax_loss"): 0.95,
          ("Scenes", "svm_loss"): 0.77, ("Scenes", "softmax_loss"): 0.65}  # fmt: skip

with npdl.gap():
    for name, (_, _, pictures, _, _) in SETS.items():
        _, x_test, _, y_test, classes = prepared(name)
        for loss in (linear.softmax_loss, linear.svm_loss):
            labels = linear.predict_linear(trained(loss, name)[0], x_test)
            right = labels == y_test
            floor = FLOORS.get((name, loss.__name__), "-")
            print(f"{name}, {loss.__name__}: accuracy {np.mean(right):.3f} (floor {floor}, chance {1 / len(classes):.3f})")
        shown = np.concatenate([np.flatnonzero(right)[:14], np.flatnonzero(~right)[:6]])
        figure, axes = plt.subplots(2, 10, figsize=(10, 2.6))
        for axis in axes.flat:
            axis.axis("off")
        for axis, i in zip(axes.flat, shown):
            axis.imshow(pictures[i].transpose(1, 2, 0).squeeze(), cmap="gray_r", vmin=0, vmax=1)
            title = classes[labels[i]] + ("" if right[i] else f" ({classes[y_test[i]]})")
            axis.set_title(title, color=GREEN if right[i] else ORANGE, fontsize=8)
        plt.show()

# %% [markdown] lang="en"
# Compare with your nearest neighbours: on digits they were better, on the colours of the scenes the templates are, with
# more than a hundred times fewer numbers to keep and one matrix product to answer. The next part puts a second layer on top.

# %% [markdown] lang="zh"
# 与你的最近邻比较：在数字上最近邻更好；在 Scenes 的颜色上，模板更好，要保留的数却少一百多倍，回答时只需一次矩阵乘法。下一部分在上面
# 再加一层。
