# %% [markdown] lang="en"
# # Better than pixels
#
# Move a picture by three pixels to the right: to you nothing has happened, and yet every pixel has changed. A
# linear classifier on pixels learns which *places* should be bright. Before networks learned their own features (later in
# this course), people built them by hand, and the best of them lived for a decade: **histograms of oriented gradients**,
# HOG, by Dalal and Triggs, 2005. You will write it in **`features.py`**, and a colour histogram beside it, and see which
# question each of them can answer.

# %% [markdown] lang="zh"
# # 比像素更好
#
# 把一幅图向右移动三个像素：在你看来什么也没发生，可是每个像素都变了。直接用像素的线性分类器学的是哪些*位置*应该亮。在网络学会
# 自己的特征之前（本课程后面会讲到），人们靠手工设计特征，其中最好的流行了十年：Dalal 和 Triggs 2005 年提出的
# **方向梯度直方图** HOG。你将在 **`features.py`** 中写出它，再写一个颜色直方图，看看它们各能回答什么问题。

# %%
# %load_ext autoreload
# %autoreload 2

# %%
import features
import matplotlib.pyplot as plt
import numpy as np

import npdl
from npdl.data.scenes import CLASSES, COLOURS

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})

train, test = npdl.data.load_scenes(1000), npdl.data.load_scenes(500, split="test")


def colour_of(scenes):
    """The colour of each picture's object."""
    return scenes.colours[np.arange(len(scenes.main)), scenes.main]


def show(images, titles):
    _, axes = plt.subplots(1, len(images), figsize=(1.2 * len(images), 1.5))
    for axis, image, title in zip(axes, images, titles):
        axis.imshow(image, cmap="gray")
        axis.set_title(title, fontsize=8)
        axis.axis("off")
    plt.show()


names = [f"{COLOURS[c]} {CLASSES[s]}" for c, s in zip(colour_of(train)[:10], train.labels[:10])]
show(train.images[:10].transpose(0, 2, 3, 1), names)

# %% [markdown] lang="en"
# Two questions can be asked of such a picture: *which shape* (ten answers) and *which colour* (eight). The classifier is
# always the same, a linear one (ridge regression, given below); what changes is what it is shown. Pixels first.

# %% [markdown] lang="zh"
# 对这样一幅图可以问两个问题：*什么形状*（十种答案）和*什么颜色*（八种）。分类器始终是同一个线性分类器（岭回归，下面给出）；变的是
# 给它看的东西。先看像素。


# %%
def accuracy(shown, shown_test, y, y_test, penalty=0.3):
    """Test accuracy of ridge regression from features, all of about the same size, to one number a class."""
    width = np.sqrt(shown.shape[1])
    a, b, targets = shown / width, shown_test / width, np.eye(y.max() + 1)[y]
    weights = np.linalg.solve(a @ a.T + penalty * np.eye(len(a)), targets - targets.mean(axis=0))
    return np.mean((b @ a.T @ weights + targets.mean(axis=0)).argmax(axis=1) == y_test)


def both(shown, shown_test):
    """Accuracy for the shape, and for the colour."""
    shape = accuracy(shown, shown_test, train.labels, test.labels)
    return shape, accuracy(shown, shown_test, colour_of(train), colour_of(test))


def pixels(scenes):
    return (scenes.images - train.images.mean(axis=0)).reshape(len(scenes.images), -1).astype(float)


print("pixels: shape {:.1%}, colour {:.1%}".format(*both(pixels(train), pixels(test))))
print(f"guessing: shape {1 / 10:.1%}, colour {1 / 8:.1%}")

# %% [markdown] lang="en"
# ## 1. Gradients
#
# An outline is where the brightness changes. Its direction, without its sign, is the same for a light shape on dark ground
# and a dark one on light ground:
#
# $$g_x = I_{i, j+1} - I_{i, j-1}, \quad g_y = I_{i+1, j} - I_{i-1, j}, \quad m = \sqrt{g_x^2 + g_y^2}, \quad
# \theta = \operatorname{atan2}(g_y, g_x) \bmod 180°$$

# %% [markdown] lang="zh"
# ## 1. 梯度
#
# 轮廓就是亮度变化的地方。不计正负时，暗背景上的亮形状与亮背景上的暗形状，轮廓方向是相同的：
#
# $$g_x = I_{i, j+1} - I_{i, j-1}, \quad g_y = I_{i+1, j} - I_{i-1, j}, \quad m = \sqrt{g_x^2 + g_y^2}, \quad
# \theta = \operatorname{atan2}(g_y, g_x) \bmod 180°$$

# %%
npdl.check("image_gradient")

# %% [markdown] lang="en"
# Hue stands for the direction here, brightness for the magnitude. Follow the outline of the round shapes: every direction
# occurs, and each of them twice. Why twice?

# %% [markdown] lang="zh"
# 这里用色相表示方向，用明暗表示幅值。沿着圆形的轮廓看：每个方向都出现，而且都出现两次。为什么是两次？

# %%
with npdl.gap():
    painted = []
    for image in train.images[:10]:
        magnitude, degrees = features.image_gradient(image.mean(axis=0))
        strength = magnitude / magnitude.max()
        painted.append(plt.get_cmap("hsv")(degrees / 180)[..., :3] * strength[..., None])
    show(painted, [CLASSES[label] for label in train.labels[:10]])

# %% [markdown] lang="en"
# ## 2. Cells and blocks
#
# In cells of $c \times c$ pixels we count how much gradient there is in each direction. *Where* in the cell it was is
# forgotten: this is what buys us the freedom to move. Then neighbouring cells are normalised together, in overlapping
# blocks, so that a picture and its copy of half the contrast look the same:
# $v \leftarrow v / \sqrt{|v|^2 + \varepsilon^2}$, cut off at 0.2, and once more.

# %% [markdown] lang="zh"
# ## 2. 单元与块
#
# 在 $c \times c$ 像素的单元里，统计每个方向上有多少梯度。它在单元里的*哪个位置*则被忘掉：移动的自由正是由此得来。然后相邻单元在
# 相互重叠的块里一起归一化，使一幅图与它对比度减半的副本看起来一样：
# $v \leftarrow v / \sqrt{|v|^2 + \varepsilon^2}$，截断到 0.2，再归一化一次。

# %%
npdl.check("hog_cells")

# %%
npdl.check("block_normalise")

# %%
with npdl.gap():
    figure, axes = plt.subplots(1, 6, figsize=(10, 1.9))
    for axis, image, label in zip(axes, train.images, train.labels):
        cells = features.hog_cells(image.mean(axis=0), 4, 9)
        axis.imshow(image.transpose(1, 2, 0), alpha=0.35)
        for (i, j, b), size in np.ndenumerate(cells / cells.max()):
            along = np.radians(20 * b + 10 + 90)  # the edge runs across its gradient
            dx, dy = 2 * size * np.cos(along), 2 * size * np.sin(along)
            axis.plot([4 * j + 1.5 - dx, 4 * j + 1.5 + dx], [4 * i + 1.5 - dy, 4 * i + 1.5 + dy], "k", lw=1)
        axis.set_title(CLASSES[label], fontsize=8)
        axis.axis("off")
    plt.show()
    grey = train.images[0].mean(axis=0).astype(float)
    hog = [features.block_normalise(features.hog_cells(picture, 8, 9)) for picture in (grey, 0.5 * grey, 1 - grey)]
    print(f"half the contrast changes it by at most {abs(hog[1] - hog[0]).max():.1e}")
    print(f"the negative changes it by at most {abs(hog[2] - hog[0]).max():.1e}")

# %% [markdown] lang="en" points="2"
# **Question 1.** Which of these leave your HOG (nearly) as it was, and which do not: (a) twice the contrast; (b) 0.2 added
# to all pixels; (c) the negative; (d) a move of one pixel; (e) a move of a whole cell; (f) a turn by 90°? Name the step of
# the computation that is responsible, each time.
#
# *Your answer:*

# %% [markdown] lang="zh" points="2"
# **问题 1.** 下列变化中，哪些使你的 HOG（几乎）不变，哪些不是：(a) 对比度加倍；(b) 所有像素加 0.2；(c) 取负片；(d) 移动一个像素；
# (e) 移动一整个单元；(f) 旋转 90°？每次都请指出是计算中的哪一步造成的。
#
# *你的回答：*

# %% [markdown] lang="en"
# ## 3. Colour
#
# For the colour, directions are of no use. The *hue* says where on the circle red, yellow, green, cyan, blue, magenta a
# colour lies, whether it is in light or in shadow. Grey has no hue; and what is nearly grey has one that means
# little. So each pixel counts by its chroma, $\max - \min$, as each gradient counted by its magnitude.

# %% [markdown] lang="zh"
# ## 3. 颜色
#
# 判断颜色时，方向毫无用处。*色相*说明一种颜色在红、黄、绿、青、蓝、品红组成的色环上的位置，与它处在明处还是暗处无关。灰色没有色相；
# 接近灰色的，色相也没有多少意义。所以每个像素按它的色度 $\max - \min$ 计数，正如每个梯度按它的幅值计数。

# %%
npdl.check("rgb_to_hue")

# %%
npdl.check("hue_histogram")

# %%
with npdl.gap():
    figure, axes = plt.subplots(2, 6, figsize=(10, 2.8))
    for (top, bottom), image in zip(axes.T, train.images):
        image = image.transpose(1, 2, 0)
        top.imshow(image)
        top.axis("off")
        bottom.bar(np.arange(12), features.hue_histogram(image, 12), color=plt.get_cmap("hsv")((np.arange(12) + 0.5) / 12))
        bottom.set(xticks=[], yticks=[], ylim=(0, 1))
    plt.show()

# %% [markdown] lang="en"
# ## 4. All together
#
# Features of different kinds have different sizes; `standardise` gives each of them mean 0 and standard deviation 1. The
# numbers for that come from the training set **only**: the test set stands for pictures that do not exist yet.
# `image_features` makes the matrix.

# %% [markdown] lang="zh"
# ## 4. 合在一起
#
# 不同种类的特征大小各不相同；`standardise` 使每个特征的均值为 0、标准差为 1。所用的数**只能**来自训练集：测试集代表的是还不存在的
# 图像。`image_features` 生成特征矩阵。

# %%
npdl.check("standardise")

# %%
npdl.check("image_features")

# %% [markdown] lang="en"
# Now the table that this notebook is about. Predict it before you run the cell: three kinds of features, two questions.

# %% [markdown] lang="zh"
# 现在来看这本笔记本的核心表格。运行之前先预测一下：三种特征，两个问题。

# %%
HUES = 12

with npdl.gap():
    whole, whole_test = (features.image_features(s.images.astype(float), 8, 9, HUES) for s in (train, test))
    standard, (standard_test,) = features.standardise(whole, [whole_test])
    table = {
        "pixels": both(pixels(train), pixels(test)),
        "hue": both(standard[:, -HUES:], standard_test[:, -HUES:]),
        "HOG": both(standard[:, :-HUES], standard_test[:, :-HUES]),
        "HOG + hue": both(standard, standard_test),
    }
    for name, (shape, colour) in table.items():
        print(f"{name:10} shape {shape:6.1%}   colour {colour:6.1%}")
    figure, axis = plt.subplots(figsize=(5, 2.6))
    for i, question in enumerate(("shape", "colour")):
        axis.bar(np.arange(4) + 0.4 * i, [row[i] for row in table.values()], 0.35, label=question)
    axis.set(xticks=np.arange(4) + 0.2, xticklabels=table, ylabel="test accuracy", ylim=(0, 1))
    axis.legend(frameon=False)
    plt.show()

# %% [markdown] lang="en" points="2"
# **Question 2.** A colleague standardises training and test set *together* and reports a slightly higher accuracy. Another
# standardises each of the two by itself. What is wrong with either? When would the second be disastrous? (Imagine a test
# set of one picture.)
#
# *Your answer:*

# %% [markdown] lang="zh" points="2"
# **问题 2.** 一位同事把训练集和测试集*合在一起*做标准化，报告的正确率略高。另一位对两者各自标准化。两种做法各错在哪里？后者在什么
# 情况下会彻底失败？（设想测试集只有一幅图。）
#
# *你的回答：*

# %% [markdown] lang="en"
# ## 5. Features of your own
#
# With 300 pictures to learn from, the size of the cells decides. The curve is for shapes, with your functions. Then write
# `my_features`: it must reach a gate on pictures that are drawn anew each time it is checked. The numbers that
# the gate rests on are printed by `assignments/a1_classification/gates_features.py`.

# %% [markdown] lang="zh"
# ## 5. 你自己的特征
#
# 只有 300 幅图可学时，单元的大小起决定作用。下面的曲线用你的函数画出，问题是形状。然后请写 `my_features`：每次检查都会重新绘制
# 图像，它必须达到规定的正确率。这个门槛所依据的数字由
# `assignments/a1_classification/gates_features.py` 打印。

# %%
with npdl.gap():
    sizes = (2, 3, 4, 6, 8, 10, 16)
    found = {bins: [] for bins in (4, 9, 18)}
    for bins, row in found.items():
        for cell in sizes:
            some = [features.image_features(s.images[:300].astype(float), cell, bins, 1) for s in (train, test)]
            standard, (standard_test,) = features.standardise(some[0], some[1:])
            row.append(accuracy(standard, standard_test, train.labels[:300], test.labels[:300]))
    figure, axis = plt.subplots(figsize=(5, 2.8))
    for bins, row in found.items():
        axis.plot(sizes, row, "o-", label=f"{bins} bins")
    axis.set(xlabel="side of a cell", ylabel="test accuracy")
    axis.legend(frameon=False)
    plt.show()

# %%
npdl.check("my_features")

# %% [markdown] lang="en" points="2"
# **Question 3.** Why is a cell of 2 pixels so much worse here than one of 16, although it keeps more of the picture? Would
# you expect the same with 100,000 pictures? And with photographs of pedestrians, who always stand upright in the middle?
#
# *Your answer:*

# %% [markdown] lang="zh" points="2"
# **问题 3.** 2 像素的单元保留了更多的图像信息，为什么在这里比 16 像素的差那么多？若有 100,000 幅图，你认为还会如此吗？如果是行人照片，
# 人总是直立在正中，又会怎样？
#
# *你的回答：*

# %% [markdown] lang="en"
# ## 6. The real thing
#
# Your features into your own network: `train_two_layer` of the last notebook (it must be solved, for this cell). With
# CIFAR-10 in `CIFAR` the same cell runs on photographs; there CS231n asks for 42 % of a linear classifier on HOG and hue,
# and for more than 55 % of a two-layer net, with all 49,000 training pictures and a search for good settings.

# %% [markdown] lang="zh"
# ## 6. 真正的任务
#
# 把你的特征送进你自己的网络：上一本笔记本的 `train_two_layer`（这个单元格需要它已经完成）。在 `CIFAR` 中填入 CIFAR-10 的路径，同一个
# 单元格就会在照片上运行；CS231n 在那里要求基于 HOG 与色相的线性分类器达到 42 %，两层网络超过 55 %，用全部 49000 张训练图片并搜索
# 好的设置。

# %%
CIFAR = ""  # "cifar-10-python.tar.gz", say

import two_layer

if CIFAR:
    (x, y), (x_test, y_test), classes = npdl.data.read_cifar10(CIFAR, dtype=np.uint8)
    x, y, x_test, y_test = x[:5000] / 255, y[:5000], x_test[:1000] / 255, y_test[:1000]
else:
    classes, y, y_test = CLASSES, train.labels, test.labels
    x, x_test = train.images.astype(float), test.images.astype(float)

with npdl.gap():
    shown, (shown_test,) = features.standardise(
        features.image_features(x, 8, 9, HUES), [features.image_features(x_test, 8, 9, HUES)]
    )
    rng = np.random.default_rng(0)
    params = two_layer.init_two_layer(shown.shape[1], 60, len(classes), 1 / np.sqrt(shown.shape[1]), rng)
    options = dict(lr=0.1, lr_decay=0.95, reg=0.01, epochs=20, batch=50, rng=rng)
    params, losses = two_layer.train_two_layer(params, shown, y, **options)
    answers = two_layer.predict_two_layer(params, shown_test)
    linear = accuracy(shown, shown_test, y, y_test)
    print(f"linear {linear:.1%}, two-layer {np.mean(answers == y_test):.1%}")
    wrong = np.flatnonzero(answers != y_test)[:10]
    show(x_test[wrong].transpose(0, 2, 3, 1), [f"{classes[answers[i]]}\n({classes[y_test[i]]})" for i in wrong])
