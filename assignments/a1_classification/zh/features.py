"""比像素更能说明图片内容的特征：边缘的方向（HOG）与颜色（色相）。

灰度图是 (H, W)，彩色图是 (H, W, 3)，数值在 0 到 1 之间；行号 i 向下增大，列号 j 向右增大。
"""

import numpy as np


def image_gradient(image):
    """每个像素处亮度变化的强度与方向。

    g_x[i, j] = I[i, j+1] - I[i, j-1],  g_y[i, j] = I[i+1, j] - I[i-1, j]

    在边界上若缺少相邻像素，则该分量为 0。image：(H, W)。返回 (magnitude, degrees)，形状均为 (H, W)：(g_x, g_y) 的长度，
    以及不计正负的方向角，在 [0, 180) 内：由暗到亮的边缘与由亮到暗的边缘方向相同。
    """
    raise NotImplementedError("image_gradient")


def hog_cells(image, cell, bins):
    """为图像的每个单元统计其中的方向直方图。

    image：(H, W)；cell：单元的边长（像素）；bins：把 [0, 180) 等分成多少个区间，第 0 个从 0 开始。每个像素把自己的梯度幅值加到
    其方向所在的区间；总和再除以一个单元的像素个数。下方和右侧凑不满一个单元的行与列，在求完梯度之后舍去。
    返回 (H // cell, W // cell, bins)。
    """
    raise NotImplementedError("hog_cells")


def block_normalise(cells, block=2, eps=1e-5, clip=0.2):
    """让各单元的直方图不受周围对比度的影响。

    一个块由 block × block 个相邻单元组成；块之间有重叠，只要右侧和下方的单元足够多，每个单元都是某个块的左上角。每个块展平成
    向量 v，然后

    v ← v / √(|v|² + ε²)，  再把大于 clip 的数截到 clip，  然后再做一次 v ← v / √(|v|² + ε²)

    cells：(rows, columns, bins)；eps：ε。逐行依次返回所有的块，拼成一个向量，长度为
    (rows - block + 1) (columns - block + 1) · block² · bins；块内各单元也逐行排列。
    """
    raise NotImplementedError("block_normalise")


def rgb_to_hue(rgb):
    """每个像素的色相，以及色彩的浓淡。

    设 V = max(R, G, B)，色度 C = V - min(R, G, B)，以六分之一圈为单位的色相是

    V = R 时为 (G - B) / C，  V = G 时为 2 + (B - R) / C，  V = B 时为 4 + (R - G) / C，

    再化为整圈的一部分，落在 [0, 1) 内：红为 0，绿为 1/3，蓝为 2/3。灰色（C = 0）的色相取 0。
    rgb：(H, W, 3)。返回 (hue, chroma)，形状均为 (H, W)。
    """
    raise NotImplementedError("rgb_to_hue")


def hue_histogram(rgb, bins):
    """图像中各种色相各占多少；每个像素按其色度计数，因此灰色不计。

    rgb：(H, W, 3)；bins：把 [0, 1) 等分成多少个区间，第 0 个从色相 0 开始。返回 (bins,)，和为 1；完全没有颜色的图像返回零。
    """
    raise NotImplementedError("hue_histogram")


def standardise(train, others):
    """把每个特征化为均值 0、标准差 1，均值和标准差只在训练集上统计。

    x̂ = (x - μ) / σ,  μ 和 σ 是 train 各列的均值和标准差（σ² 除以 N）

    σ 为 0 的列取 σ = 1。train：(N, F)；others：若干数组 (M, F) 组成的列表，使用同样的 μ 和 σ。
    返回 (标准化后的 train, 标准化后的 others 列表)。
    """
    raise NotImplementedError("standardise")


def image_features(images, cell, bins, hue_bins):
    """每幅图一行特征：先是亮度的 HOG（按块归一化），再是色相直方图。

    images：(N, 3, H, W)，数值从 0 到 1。亮度是三个通道的平均。cell、bins：传给 hog_cells；block_normalise 用默认参数。
    返回 (N, F)。
    """
    raise NotImplementedError("image_features")


def my_features(images):
    """你自己选的特征：凡是能区分 Scenes 中各种形状的都可以。

    用 300 幅图的特征训练一个线性分类器（在标准化特征上做岭回归），再在另外 300 幅上测试；共有十种形状，正确率须达到 36 %。
    若直接用像素，它只比瞎猜稍好。可以调用 image_features，也可以不用。images：(N, 3, 32, 32)，数值从 0 到 1。
    返回 (N, F)，F 至多为 5000。
    """
    raise NotImplementedError("my_features")
