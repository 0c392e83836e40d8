# %% [markdown] lang="en"
# # Nearest neighbours
#
# You are shown a picture, and 1,437 pictures that somebody has labelled. What would you do if you knew nothing about
# pictures at all? Look for the one that is most like it, and say what that one is called. There is no training, no
# gradient, no parameter: only a *distance*. It is the simplest classifier there is, and it is a hard one to beat on easy
# data. On difficult data it fails in a way that explains why the rest of this course exists.
#
# You write nine short functions in **`knn.py`**, the file beside this notebook. Open it now, in a second tab. Each has a
# docstring with its formula and its shapes, and a gap. When you have filled a gap, save the file and run the cell with
# `npdl.check`: it says whether the function is right, and if not, what is wrong. `npdl.hint("name")` gives a hint, up to
# three times; only the third one holds the formula.

# %% [markdown] lang="zh"
# # 最近邻
#
# 给你一张图片，还有 1437 张别人已经标好的图片。如果你对图像一无所知，你会怎么做？找出与它最像的一张，再说出那一张的名字。
# 没有训练，没有梯度，没有参数：只有一个*距离*。这是最简单的分类器，在容易的数据上却很难被超过；在困难的数据上，它失败的方式
# 恰好说明了这门课程其余部分为什么存在。
#
# 你要在笔记本旁边的文件 **`knn.py`** 里写九个短函数。现在就在另一个标签页中打开它。每个函数都有写明公式和形状的文档字符串，
# 以及一处空白。填好一处后保存文件，运行带有 `npdl.check` 的单元格：它会说函数是否正确，若不正确，错在哪里。
# `npdl.hint("函数名")` 给出提示，最多三次；只有第三次才包含公式。

# %%
# %load_ext autoreload
# %autoreload 2

# %%
from time import perf_counter

import knn
import matplotlib.pyplot as plt
import numpy as np

import npdl

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"


def gallery(images, titles, colours=None, columns=10):
    """Small pictures in rows, each with a title."""
    height = -(-len(images) // columns)
    _, axes = plt.subplots(height, columns, figsize=(columns, 1.3 * height), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for i, (axis, image) in enumerate(zip(axes.flat, images)):
        axis.imshow(image.transpose(1, 2, 0).squeeze(), cmap="gray_r", vmin=0, vmax=1)
        axis.set_title(titles[i], color=colours[i] if colours else "black", fontsize=8)
    plt.show()


# %% [markdown] lang="en"
# ## The data
#
# **Digits**: 1,797 handwritten digits of 8 x 8 pixels. **Scenes**: coloured shapes of 32 x 32 pixels, drawn by npdl from a
# seed; here we ask for the *colour* of the object. Both are on your disk already. If you own a copy of CIFAR-10, write
# its path into `CIFAR`: every experiment below then runs on real photographs as well.
#
# A distance knows nothing of rows and columns of pixels, so we flatten every picture to one long row of $D$ numbers.

# %% [markdown] lang="zh"
# ## 数据
#
# **Digits**：1797 个 8 x 8 像素的手写数字。**Scenes**：npdl 由种子绘制的 32 x 32 像素彩色图形；这里我们问物体的*颜色*。
# 两者都已经在你的磁盘上。如果你有一份 CIFAR-10，把路径写进 `CIFAR`：下面的实验就会同时在真实照片上运行。
#
# 距离并不知道像素的行与列，所以我们把每张图片展平成一长行，共 $D$ 个数。

# %%
CIFAR = ""  # "cifar-10-python.tar.gz", say


def rows(images):
    return images.reshape(len(images), -1).astype(float)


def digits():
    (x, y), (x_test, y_test) = npdl.data.load_digits()
    return x, y, x_test, y_test, tuple("0123456789")


def scenes():
    train, test = npdl.data.load_scenes(1000), npdl.data.load_scenes(300, split="test")
    return train.images, train.colours[:, 0], test.images, test.colours[:, 0], npdl.data.scenes.COLOURS


def cifar():
    (x, y), (x_test, y_test), classes = npdl.data.read_cifar10(CIFAR, dtype=np.uint8)
    return x[:5000] / 255, y[:5000], x_test[:500] / 255, y_test[:500], classes


SETS = {"Digits": digits(), "Scenes": scenes()} | ({"CIFAR-10": cifar()} if CIFAR else {})
for name, (x, y, x_test, _, classes) in SETS.items():
    print(f"{name}: {len(x)} + {len(x_test)}, D = {rows(x).shape[1]}")
    gallery(x[:10], [classes[label] for label in y[:10]])

# %% [markdown] lang="en"
# ## 1. A distance
#
# Two pictures are two points in a space of $D$ dimensions, and the Euclidean distance between them is
#
# $$d(x, t) = \sqrt{\sum_{k=1}^{D} (x_k - t_k)^2}.$$
#
# For $N$ pictures to be labelled and $M$ labelled ones we want all $N \times M$ distances, as a matrix. Begin with the way
# that cannot go wrong: two loops. Write `distances_two_loops` in `knn.py`, then run:

# %% [markdown] lang="zh"
# ## 1. 距离
#
# 两张图片就是 $D$ 维空间中的两个点，它们之间的欧氏距离是
#
# $$d(x, t) = \sqrt{\sum_{k=1}^{D} (x_k - t_k)^2}.$$
#
# 有 $N$ 张待标注的图片和 $M$ 张已标注的图片，我们需要全部 $N \times M$ 个距离，排成一个矩阵。先用不会出错的写法：两层循环。
# 在 `knn.py` 中写 `distances_two_loops`，然后运行：

# %%
npdl.check("distances_two_loops")

# %% [markdown] lang="en"
# Now look at the matrix. Both sets are sorted by their label here, and the thin lines are the borders of the classes.
# Dark means near. If distance said nothing about the label, there would be no pattern.

# %% [markdown] lang="zh"
# 现在看看这个矩阵。这里两组样本都按标签排了序，细线是类别的边界。深色表示距离近。如果距离与标签无关，就不会有任何图案。

# %%
with npdl.gap():
    figure, axes = plt.subplots(1, len(SETS), figsize=(5 * len(SETS), 3.2))
    for axis, (name, (x, y, x_test, y_test, _)) in zip(axes, SETS.items()):
        a, b = np.argsort(y_test[:60], kind="stable"), np.argsort(y[:200], kind="stable")
        axis.imshow(knn.distances_two_loops(rows(x_test[a]), rows(x[b])), cmap="magma", aspect="auto")
        for c in np.unique(y)[1:]:
            axis.axhline(np.sum(y_test[:60] < c) - 0.5, color="white", linewidth=0.4)
            axis.axvline(np.sum(y[:200] < c) - 0.5, color="white", linewidth=0.4)
        axis.set(title=name, xlabel="m: train", ylabel="n: test")
    plt.tight_layout()
    plt.show()

# %% [markdown] lang="en" points="2"
# **Question 1.** Along the diagonal of the left picture there are dark blocks. In the right one you see bright and dark
# *stripes* across the whole picture instead. What is it about a single picture that makes its whole row, or its whole
# column, bright? And what does that mean for a classifier that goes by this distance?
#
# *Your answer:*

# %% [markdown] lang="zh" points="2"
# **问题 1.** 左图的对角线上有深色的方块，而右图中你看到的是横贯全图的明暗*条纹*。一张图片有什么特点，会使它的整行或整列都很亮？
# 这对依靠此距离的分类器意味着什么？
#
# *你的回答：*

# %% [markdown] lang="en"
# ## 2. The same with fewer loops
#
# A Python loop costs about as much per turn as NumPy needs for hundreds of multiplications. So let NumPy do more in one
# go. **One loop**: subtract one test picture from the whole training matrix at once, by broadcasting.
#
# **No loop**: broadcasting both would make an array of $N M D$ numbers, gigabytes for real pictures. Algebra helps:
#
# $$\lVert x - t \rVert^2 = \lVert x \rVert^2 - 2\, x \cdot t + \lVert t \rVert^2 .$$
#
# The first term depends on the row alone, the last on the column alone, and the middle one is, for all pairs together, a
# single matrix product: the one thing that computers do fastest. There is a price. You subtract large numbers that are
# nearly equal, so rounding can leave $-10^{-13}$ where 0 should be, and what is its square root?

# %% [markdown] lang="zh"
# ## 2. 用更少的循环做同样的事
#
# Python 循环每转一圈的代价，相当于 NumPy 做几百次乘法。所以让 NumPy 一次多做一些。**一层循环**：利用广播，一次从整个训练矩阵中
# 减去一张测试图片。
#
# **没有循环**：若两边都广播，会产生含 $N M D$ 个数的数组，对真实图片来说就是若干 GB。代数可以帮忙：
#
# $$\lVert x - t \rVert^2 = \lVert x \rVert^2 - 2\, x \cdot t + \lVert t \rVert^2 .$$
#
# 第一项只依赖于行，最后一项只依赖于列，而中间一项对所有的对来说就是一次矩阵乘法：这正是计算机做得最快的事。代价是：
# 两个几乎相等的大数相减，舍入误差可能在本应为 0 的地方留下 $-10^{-13}$。它的平方根是什么？

# %%
npdl.check("distances_one_loop")

# %%
npdl.check("distances_no_loops")

# %% [markdown] lang="en"
# The city-block distance $\sum_k |x_k - t_k|$ has no such product: an absolute value cannot be multiplied out. There
# broadcasting to three axes is the short way (keep $N$ small).

# %% [markdown] lang="zh"
# 街区距离 $\sum_k |x_k - t_k|$ 没有这样的乘积：绝对值无法展开。这时广播到三个轴是最简短的写法（$N$ 不要太大）。

# %%
npdl.check("distances_l1")

# %% [markdown] lang="en"
# The three ways, timed on 60 test pictures against all digits. They must agree, too.

# %% [markdown] lang="zh"
# 给三种写法计时：60 张测试图片对全部数字。它们的结果也必须一致。

# %%
with npdl.gap():
    x, _, x_test, _, _ = SETS["Digits"]
    a, b = rows(x_test[:60]), rows(x)
    seconds, found = {}, []
    for way in (knn.distances_two_loops, knn.distances_one_loop, knn.distances_no_loops):
        start = perf_counter()
        found.append(way(a, b))
        seconds[way.__name__.removeprefix("distances_")] = perf_counter() - start
    plt.figure(figsize=(6, 1.8))
    plt.barh(list(seconds), [1000 * s for s in seconds.values()], color=[ORANGE, BLUE, GREEN])
    for i, s in enumerate(seconds.values()):
        plt.text(1000 * s, i, f" {1000 * s:.1f} ms   x{seconds['two_loops'] / s:.0f}", va="center")
    plt.xscale("log")
    plt.xlim(right=6000 * max(seconds.values()))
    plt.xlabel("ms")
    plt.show()
    print("max |difference|:", max(float(np.abs(d - found[0]).max()) for d in found))

# %% [markdown] lang="en"
# ## 3. A vote
#
# One neighbour may be an odd one: a badly written 4, a mislabelled picture. So ask the $k$ nearest, and let them vote. A
# small $k$ follows every accident of the data, a large one blurs the borders between the classes. Votes can be tied;
# some rule must decide, and ours is: the smaller label.

# %% [markdown] lang="zh"
# ## 3. 投票
#
# 最近的一个邻居可能是个例外：一个写得很差的 4，或一张标错的图片。所以去问最近的 $k$ 个，让它们投票。$k$ 小，会追随数据中的每个
# 偶然；$k$ 大，会模糊类别之间的边界。票数可能相同，这时必须有规则来决定；我们的规则是：取较小的标签。

# %%
npdl.check("predict_labels")

# %% [markdown] lang="en"
# The first picture of each row is a test picture, then come its nine nearest neighbours, in green if they have the right
# label. Look at the scenes: *what* has been found to be alike?

# %% [markdown] lang="zh"
# 每行第一张是测试图片，随后是它的九个最近邻，标签正确的用绿色。看看 Scenes：被认为相似的究竟*是什么*？

# %%
with npdl.gap():
    for x, y, x_test, y_test, classes in SETS.values():
        nearest = np.argsort(knn.distances_no_loops(rows(x_test[:3]), rows(x)), axis=1)[:, :9]
        pictures, titles, colours = [], [], []
        for n in range(3):
            pictures += [x_test[n], *x[nearest[n]]]
            titles += [f"{classes[y_test[n]]}?", *(classes[label] for label in y[nearest[n]])]
            colours += ["black", *(GREEN if label == y_test[n] else ORANGE for label in y[nearest[n]])]
        gallery(pictures, titles, colours)

# %% [markdown] lang="en"
# ## 4. Which k? Cross-validation
#
# $k$ is not learned, you choose it: a *hyperparameter*. Chosen by its accuracy on the training pictures, $k = 1$ always
# wins (why?). Chosen by the test pictures, the test has been used up: its accuracy no longer tells how you will do on
# pictures that nobody has seen. So take the choice from the training set itself: cut it into folds, predict each from the
# others, and average. Every picture is a test picture once, and none of them ever votes for itself.

# %% [markdown] lang="zh"
# ## 4. 选哪个 k？交叉验证
#
# $k$ 不是学出来的，而是由你选择的：它是一个*超参数*。若按训练图片上的准确率来选，$k = 1$ 总是获胜（为什么？）。若按测试图片来选，
# 测试集就被用掉了：它的准确率不再能说明你在没人见过的图片上会怎样。所以要从训练集本身得出选择：把它切成几折，用其余各折预测每一折，
# 再取平均。每张图片都当一次测试图片，而且没有一张会为自己投票。

# %%
npdl.check("split_folds")

# %%
npdl.check("cross_validate")

# %%
npdl.check("choose_k")

# %%
with npdl.gap():
    ks = (1, 3, 5, 8, 12, 20, 40, 80)
    figure, axes = plt.subplots(1, len(SETS), figsize=(4.5 * len(SETS), 3))
    for axis, (name, (x, y, *_)) in zip(axes, SETS.items()):
        accuracies = knn.cross_validate(rows(x), y, ks, 5)
        for k in ks:
            axis.scatter([k] * 5, accuracies[k], color=BLUE, s=9, alpha=0.5)
        means, sds = zip(*((np.mean(accuracies[k]), np.std(accuracies[k])) for k in ks))
        axis.errorbar(ks, means, yerr=sds, color=ORANGE, capsize=3)
        axis.axvline(knn.choose_k(accuracies), color=GREEN, linestyle="--")
        axis.set(title=name, xlabel="k", ylabel="accuracy", xscale="log")
        axis.set_xticks(ks, ks)
        axis.minorticks_off()
    plt.tight_layout()
    plt.show()

# %% [markdown] lang="en" points="2"
# **Question 2.** The bars are the standard deviation over the five folds. For which values of $k$ would you say that the
# one chosen is *better*, and for which only that it came out first this time? What would you do to tell them apart?
#
# *Your answer:*

# %% [markdown] lang="zh" points="2"
# **问题 2.** 误差棒是五折之间的标准差。与哪些 $k$ 相比，你可以说选中的 $k$ *更好*？与哪些相比，只能说它这一次碰巧排在最前？
# 你会怎样来区分？
#
# *你的回答：*

# %% [markdown] lang="en" points="2"
# **Question 3.** Which of these change the Euclidean distances, and which can change the *labels* of the nearest
# neighbour: (a) adding the same number to every pixel of all pictures; (b) subtracting from each pixel its mean over the
# training set; (c) multiplying all pixels by 3; (d) dividing each pixel by its own standard deviation; (e) turning all
# pictures by 90°? A reason for each.
#
# *Your answer:*

# %% [markdown] lang="zh" points="2"
# **问题 3.** 下列操作中，哪些会改变欧氏距离？哪些可能改变最近邻给出的*标签*？(a) 给所有图片的每个像素加上同一个数；
# (b) 每个像素减去它在训练集上的均值；(c) 所有像素乘以 3；(d) 每个像素除以它自己的标准差；(e) 把所有图片旋转 90°。请逐一说明理由。
#
# *你的回答：*

# %% [markdown] lang="en"
# ## 5. Your classifier at work
#
# Put it together: choose $k$ on the training set, then label new pictures.

# %% [markdown] lang="zh"
# ## 5. 让你的分类器工作
#
# 把它们合在一起：在训练集上选择 $k$，再给新图片贴标签。

# %%
npdl.check("classify")

# %% [markdown] lang="en"
# These test pictures your code has never seen. Wrong answers are orange, with the right one in brackets. `floor` is what
# a right solution reaches at least: mean - 3 standard deviations over five seeds, measured by
# `assignments/a1_classification/gates_knn.py`. (On CIFAR-10, 5,000 against 500 photographs, Stanford's CS231n asks for
# more than 28 %; guessing gives 10 %.)

# %% [markdown] lang="zh"
# 这些测试图片你的代码从未见过。答错的用橙色，括号里是正确答案。`floor` 是正确的解答至少应达到的准确率：五个种子的平均值减去
# 三倍标准差，由 `assignments/a1_classification/gates_knn.py` 测得。（在 CIFAR-10 上，用 5000 张照片预测 500 张，斯坦福 CS231n
# 要求超过 28 %；瞎猜是 10 %。）

# %%
FLOORS = {"Digits": 0.97, "Scenes": 0.50, "CIFAR-10": 0.28}

with npdl.gap():
    for name, (x, y, x_test, y_test, classes) in SETS.items():
        labels, k = knn.classify(rows(x), y, rows(x_test), (1, 3, 5, 10, 20), 5)
        right = labels == y_test
        print(f"{name}: k = {k}, accuracy {np.mean(right):.3f} (floor {FLOORS[name]}, chance {1 / len(classes):.3f})")
        shown = np.concatenate([np.flatnonzero(right)[:14], np.flatnonzero(~right)[:6]])
        titles = [classes[labels[i]] + ("" if right[i] else f" ({classes[y_test[i]]})") for i in shown]
        gallery(x_test[shown], titles, [GREEN if right[i] else ORANGE for i in shown])

# %% [markdown] lang="en"
# On digits it is nearly perfect, on 32 x 32 pictures about half right, and each answer has to look at the whole training
# set. The mistakes say why: the distance compares pixel with pixel. A background of another brightness, an object moved
# by a few pixels, and everything is far away. In the next part, `linear`, something is *learned* at last: which pixels matter.

# %% [markdown] lang="zh"
# 在数字上它几乎完美，在 32 x 32 的图片上只对了一半左右，而且每次回答都要查看整个训练集。错误说明了原因：这个距离逐个像素地比较。
# 背景亮度不同，或物体移动了几个像素，一切就都变远了。在下一部分 `linear` 中，终于有东西要*学习*了：哪些像素是重要的。
