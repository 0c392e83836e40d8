"""Checks of the features: gradient, HOG, hue, standardisation, and features of one's own that must serve."""

import numpy as np

DOCS_ZH = {
    "": """比像素更能说明图片内容的特征：边缘的方向（HOG）与颜色（色相）。

灰度图是 (H, W)，彩色图是 (H, W, 3)，数值在 0 到 1 之间；行号 i 向下增大，列号 j 向右增大。""",
}

TRAIN = 300  # pictures to train on, and as many to test on
GATE = 0.36  # gates_features.py prints what it rests on


def pictures(rng):
    """Grey pictures with sides of different length, noise on a slope and on a step."""
    made = []
    for h, w in ((9, 14), (13, 8), (10, 10)):
        image = rng.random((h, w)) + 0.2 * np.arange(w)
        image[:, w // 2 :] -= 1.5
        made.append(image)
    return made


def colour_pictures(rng):
    """Colours of all hues; in the last there are grey pixels and pure colours, too."""
    made = [rng.random((5, 7, 3)), rng.random((6, 4, 3)) ** 2, rng.random((4, 4, 3))]
    made[2][0] = 0.5
    made[2][1] = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0.25]]
    return made


def feature_sets(rng):
    cases = []
    for n, f in ((7, 3), (5, 4)):
        train = rng.standard_normal((n, f)) * rng.uniform(1, 5, f) + rng.uniform(-3, 3, f)
        train[:, 1] = 0.5  # a constant feature
        cases.append(Case(train, [2 * rng.standard_normal((k, f)) + 1 for k in (4, 6)]))
    return cases


def scenes(rng):
    """Pictures for training, then for testing; the labels stay with the judge."""
    from npdl.data import load_scenes

    found = load_scenes(2 * TRAIN, level="easy", seed=int(rng.integers(1 << 30)))
    case = Case(found.images.astype(float))
    case.labels = found.labels
    return [case]


def ridge_accuracy(features, labels, penalty=0.3):
    """Test accuracy of ridge regression from standardised features to one column a class."""
    train, test = right.standardise(features[:TRAIN], [features[TRAIN:]])
    width = np.sqrt(features.shape[1])
    train, test = train / width, test[0] / width
    targets = np.eye(10)[labels[:TRAIN]] - 0.1
    weights = np.linalg.solve(train @ train.T + penalty * np.eye(TRAIN), targets)
    return float(((test @ train.T @ weights).argmax(axis=1) == labels[TRAIN:]).mean())


exercise(
    "image_gradient",
    cases=lambda rng: [Case(image) for image in pictures(rng)],
    returns=("magnitude", "degrees"),
    topics=("R084",),
    mistakes=[
        Mistake("forward_difference", "image[:, 2:] - image[:, :-2]", "image[:, 2:] - image[:, 1:-1]", "along a row the difference to one neighbour only is taken", "沿行方向只取了与一侧相邻像素的差"),
        Mistake("halved", "return np.sqrt(gx**2 + gy**2)", "return 0.5 * np.sqrt(gx**2 + gy**2)", "the differences are divided by 2; this gradient is not", "差值除以了 2；这里的梯度不除"),
        Mistake("exchanged", "np.arctan2(gy, gx)", "np.arctan2(gx, gy)", "the angle is measured from the wrong axis", "角度从错误的坐标轴量起"),
        Mistake("signed", " % 180", "", "the directions keep their sign", "方向没有去掉正负号"),
        Mistake("turn", " % 180", " % 360", "the directions run over a whole turn", "方向取到了整个圆周"),
        Mistake("radians", "np.degrees(np.arctan2(gy, gx)) % 180", "np.arctan2(gy, gx) % np.pi", "the angles are in radians", "角度以弧度为单位"),
        Mistake("sum_of_sides", "np.sqrt(gx**2 + gy**2)", "(abs(gx) + abs(gy))", "the magnitude is the sum of the two components' sizes", "幅值取成了两个分量绝对值之和"),
        Mistake("no_root", "np.sqrt(gx**2 + gy**2)", "(gx**2 + gy**2)", "the magnitude is squared", "幅值没有开平方"),
        Mistake("wrapped", "    gy[1:-1] = image[2:] - image[:-2]\n", "    gy = np.roll(image, -1, axis=0) - np.roll(image, 1, axis=0)\n", "the picture is wrapped around at the top and bottom", "图像在上下边界处首尾相接了"),
        Mistake("folded", "np.arctan2(gy, gx)", "np.arctan2(abs(gy), abs(gx))", "the signs of both components are lost: rising and falling edges get the same angle", "两个分量的符号都丢掉了：上升与下降的斜边得到相同的角度"),
    ],
    hints=[
        ("Two arrays of zeros, then fill the inside of each with a difference of two slices.", "先建两个全零数组，再用两个切片之差填充各自的内部。"),
        ("np.arctan2 gives angles in (-π, π]. What makes an angle and its opposite the same?", "np.arctan2 给出 (-π, π] 内的角。怎样让一个角和与它相反的角相同？"),
        ("gx[:, 1:-1] = I[:, 2:] - I[:, :-2], gy[1:-1] = I[2:] - I[:-2]; degrees = np.degrees(np.arctan2(gy, gx)) % 180",) * 2,
    ],
    doc_zh="""每个像素处亮度变化的强度与方向。

    g_x[i, j] = I[i, j+1] - I[i, j-1],  g_y[i, j] = I[i+1, j] - I[i-1, j]

    在边界上若缺少相邻像素，则该分量为 0。image：(H, W)。返回 (magnitude, degrees)，形状均为 (H, W)：(g_x, g_y) 的长度，
    以及不计正负的方向角，在 [0, 180) 内：由暗到亮的边缘与由亮到暗的边缘方向相同。
    """,
)  # fmt: skip

exercise(
    "hog_cells",
    cases=lambda rng: [Case(image, cell, bins) for image, cell, bins in zip(pictures(rng), (4, 3, 5), (9, 5, 7))],
    uses=("image_gradient",),
    points=2,
    topics=("R084",),
    mistakes=[
        Mistake("counted", "magnitude[:, :, None] * ", "1.0 * ", "each pixel counts the same, however weak its gradient", "每个像素同等计数，没有考虑梯度强弱"),
        Mistake("summed", "votes.mean(axis=(1, 3))", "votes.sum(axis=(1, 3))", "the sum is not divided by the number of pixels", "求和之后没有除以像素个数"),
        Mistake("whole_turn", "bins / 180", "bins / 360", "the bins are parts of a whole turn: half of them stay empty", "按整个圆周划分区间：有一半永远为空"),
        Mistake("rounded", "np.floor(degrees", "np.round(degrees", "the bins are rounded to, so bin 0 begins below 0", "区间号是四舍五入得到的，第 0 个区间从负角度开始"),
        Mistake("strided", "reshape(rows, cell, columns, cell, bins)", "reshape(cell, rows, cell, columns, bins).transpose(1, 0, 3, 2, 4)", "a cell collects pixels from all over the picture", "一个单元里的像素来自整幅图，而不是相邻的"),
        Mistake("strongest", "votes.mean(axis=(1, 3))", "votes.max(axis=(1, 3))", "each bin holds the strongest gradient only", "每个区间只保留了最强的梯度"),
        Mistake("squared", "magnitude[:, :, None] * ", "magnitude[:, :, None] ** 2 * ", "pixels count by the square of their magnitude", "像素按幅值的平方计数"),
        Mistake("per_vote", "votes.mean(axis=(1, 3))", "votes.sum(axis=(1, 3)) / np.maximum(1, (votes > 0).sum(axis=(1, 3)))", "each bin is divided by the number of its own votes", "每个区间除以了它自己的票数"),
        Mistake("cells_normalised", "return votes.mean(axis=(1, 3))", "cells = votes.mean(axis=(1, 3))\n    return cells / cells.sum(axis=2, keepdims=True)", "each cell is normalised already; that is the blocks' business", "每个单元已经做了归一化；那是块的工作"),
    ],
    hints=[
        ("Which bin does each pixel vote for, and with what weight? Find both for the whole picture first.", "每个像素投给哪个区间，权重是多少？先对整幅图求出这两者。"),
        ("An array (H, W, bins) that holds the magnitude in the pixel's bin and 0 in the others; then cut it into cells by a reshape to five axes.", "建一个 (H, W, bins) 的数组：像素所投的区间里是幅值，其余为 0；再用 reshape 成五个轴把它切成单元。"),
        ("which = np.floor(degrees * bins / 180); votes.reshape(rows, cell, columns, cell, bins).mean(axis=(1, 3))",) * 2,
    ],
    doc_zh="""为图像的每个单元统计其中的方向直方图。

    image：(H, W)；cell：单元的边长（像素）；bins：把 [0, 180) 等分成多少个区间，第 0 个从 0 开始。每个像素把自己的梯度幅值加到
    其方向所在的区间；总和再除以一个单元的像素个数。下方和右侧凑不满一个单元的行与列，在求完梯度之后舍去。
    返回 (H // cell, W // cell, bins)。
    """,
)  # fmt: skip

exercise(
    "block_normalise",
    cases=lambda rng: [
        Case(rng.random((3, 4, 5)) ** 3),
        Case(rng.random((4, 2, 6)) ** 2, eps=0.3),
        Case(rng.random((4, 5, 3)), block=3, eps=0.1, clip=0.25),
    ],
    points=2,
    topics=("R084",),
    mistakes=[
        Mistake("no_clip", "            v = np.minimum(v, clip)\n", "", "nothing is cut off", "没有做截断"),
        Mistake("once", "blocks.append(v / np.sqrt((v**2).sum() + eps**2))", "blocks.append(v)", "after cutting off there is no second normalisation", "截断之后没有再次归一化"),
        Mistake("clip_first", "            v = v / np.sqrt((v**2).sum() + eps**2)\n", "", "the numbers are cut off before they have been normalised", "归一化之前就做了截断"),
        Mistake("apart", "range(columns - block + 1)", "range(0, columns - block + 1, block)", "along a row the blocks do not overlap", "同一行的块没有重叠"),
        Mistake("each_cell", ".ravel()\n            v = v / np.sqrt((v**2).sum() + eps**2)\n", "\n            v = v / np.sqrt((v**2).sum(axis=2, keepdims=True) + eps**2)\n            v = v.ravel()\n", "the first normalisation is of each cell by itself", "第一次归一化是对每个单元单独做的"),
        Mistake("l1", "v = v / np.sqrt((v**2).sum() + eps**2)", "v = v / (v.sum() + eps)", "the first normalisation divides by the sum of the numbers", "第一次归一化除以了各数之和"),
        Mistake("eps_outside", "blocks.append(v / np.sqrt((v**2).sum() + eps**2))", "blocks.append(v / (np.sqrt((v**2).sum()) + eps))", "in the second normalisation ε stands outside the root", "第二次归一化中 ε 放在了根号外面"),
        Mistake("eps_not_squared", "v = v / np.sqrt((v**2).sum() + eps**2)", "v = v / np.sqrt((v**2).sum() + eps)", "in the first normalisation ε is not squared", "第一次归一化中 ε 没有平方"),
        Mistake("bins_first", "].ravel()", "].transpose(2, 0, 1).ravel()", "a block is read bin by bin, not cell by cell", "块是按区间而不是按单元展开的"),
    ],
    hints=[
        ("How many blocks fit into a row of cells, if they overlap by all but one cell? Write two loops.", "若相邻块只错开一个单元，一行单元里能放多少个块？写两重循环。"),
        ("One block: flatten, normalise, cut off, normalise. ε is squared, inside the root, both times.", "一个块：展平、归一化、截断、再归一化。两次 ε 都取平方并在根号之内。"),
        ("for i in range(rows - block + 1), j likewise: v = cells[i : i + block, j : j + block].ravel(); v /= √(Σv² + ε²); minimum(v, clip); v /= √(Σv² + ε²)", "for i in range(rows - block + 1)，j 同理：v = cells[i : i + block, j : j + block].ravel()；v /= √(Σv² + ε²)；minimum(v, clip)；v /= √(Σv² + ε²)"),
    ],
    doc_zh="""让各单元的直方图不受周围对比度的影响。

    一个块由 block × block 个相邻单元组成；块之间有重叠，只要右侧和下方的单元足够多，每个单元都是某个块的左上角。每个块展平成
    向量 v，然后

        v ← v / √(|v|² + ε²)，  再把大于 clip 的数截到 clip，  然后再做一次 v ← v / √(|v|² + ε²)

    cells：(rows, columns, bins)；eps：ε。逐行依次返回所有的块，拼成一个向量，长度为
    (rows - block + 1) (columns - block + 1) · block² · bins；块内各单元也逐行排列。
    """,
)  # fmt: skip

GREY = """    c = np.where(chroma > 0, chroma, 1)
    sixths = np.where(v == r, (g - b) / c, np.where(v == g, 2 + (b - r) / c, 4 + (r - g) / c))
    return np.where(chroma > 0, sixths / 6 % 1, 0), chroma
"""

exercise(
    "rgb_to_hue",
    cases=lambda rng: [Case(image) for image in colour_pictures(rng)],
    returns=("hue", "chroma"),
    topics=("R078",),
    mistakes=[
        Mistake("negative", " / 6 % 1", " / 6", "hues between magenta and red come out below 0", "品红与红之间的色相成了负数"),
        Mistake("sixths", "sixths / 6 % 1", "sixths % 6", "the hue is in sixths of a turn", "色相以六分之一圈为单位"),
        Mistake("degrees", "sixths / 6 % 1", "sixths * 60 % 360", "the hue is in degrees", "色相以度为单位"),
        Mistake("no_offset", "4 + (r - g)", "2 + (r - g)", "blue and green pixels get the same part of the circle", "蓝色和绿色像素落在了色环的同一段"),
        Mistake("grey_nan", GREY, GREY.replace("np.where(chroma > 0, chroma, 1)", "chroma").replace("np.where(chroma > 0, sixths / 6 % 1, 0)", "sixths / 6 % 1"), "grey pixels divide 0 by 0", "灰色像素出现 0 除以 0"),
        Mistake("by_value", "c = np.where(chroma > 0, chroma, 1)", "c = np.where(v > 0, v, 1)", "the differences are divided by the largest channel, not by the chroma", "差值除以了最大的通道，而不是色度"),
        Mistake("bgr", "r, g, b = rgb[..., 0], rgb[..., 1], rgb[..., 2]", "b, g, r = rgb[..., 0], rgb[..., 1], rgb[..., 2]", "red and blue are exchanged", "红色与蓝色互换了"),
        Mistake("value_for_chroma", "% 1, 0), chroma", "% 1, 0), v", "the largest channel is returned in place of the chroma", "返回的是最大通道，而不是色度"),
        Mistake("saturation", "% 1, 0), chroma", "% 1, 0), chroma / np.where(v > 0, v, 1)", "the saturation is returned in place of the chroma", "返回的是饱和度，而不是色度"),
    ],
    hints=[
        ("Compute all three formulas for all pixels, then choose pixel by pixel.", "对所有像素把三个公式都算出来，再逐像素选择。"),
        ("np.where chooses, but computes both sides: give the division a 1 where the chroma is 0. And what does % 1 do to -0.1?", "np.where 只负责选择，两边都会计算：色度为 0 处让除数为 1。另外，-0.1 % 1 等于多少？"),
        ("sixths = np.where(v == r, (g - b) / c, np.where(v == g, 2 + (b - r) / c, 4 + (r - g) / c)); hue = sixths / 6 % 1",) * 2,
    ],
    doc_zh="""每个像素的色相，以及色彩的浓淡。

    设 V = max(R, G, B)，色度 C = V - min(R, G, B)，以六分之一圈为单位的色相是

        V = R 时为 (G - B) / C，  V = G 时为 2 + (B - R) / C，  V = B 时为 4 + (R - G) / C，

    再化为整圈的一部分，落在 [0, 1) 内：红为 0，绿为 1/3，蓝为 2/3。灰色（C = 0）的色相取 0。
    rgb：(H, W, 3)。返回 (hue, chroma)，形状均为 (H, W)。
    """,
)  # fmt: skip

exercise(
    "hue_histogram",
    cases=lambda rng: [Case(image, bins) for image, bins in zip(colour_pictures(rng), (5, 7, 9))]
    + [Case(np.full((3, 4, 3), 0.5), 4)],
    uses=("rgb_to_hue",),
    topics=("R078",),
    mistakes=[
        Mistake("unweighted", "chroma.ravel(), minlength", "minlength", "each pixel counts the same: grey ones fill a bin", "每个像素同等计数：灰色像素也占了一个区间"),
        Mistake("not_normalised", "return total / total.sum() if total.sum() > 0 else total", "return total", "the histogram does not sum to 1", "直方图的和不是 1"),
        Mistake("by_pixels", "return total / total.sum() if total.sum() > 0 else total", "return total / hue.size", "it is divided by the number of pixels, not by all that has been counted", "除以了像素个数，而不是所计的总量"),
        Mistake("grey_nan", " if total.sum() > 0 else total", "", "a picture without colour divides 0 by 0", "没有颜色的图像会出现 0 除以 0"),
        Mistake("rounded", "np.floor(hue", "np.round(hue", "the bins are rounded to, so bin 0 begins below hue 0", "区间号是四舍五入得到的，第 0 个区间从负色相开始"),
        Mistake("own_range", "np.floor(hue * bins).astype(int) % bins", "np.minimum(((hue - hue.min()) / max(hue.max() - hue.min(), 1e-9) * bins).astype(int), bins - 1)", "the bins stretch over the hues of this picture only: pictures cannot be compared", "区间只覆盖这幅图自己的色相范围：不同图像之间无法比较"),
        Mistake("density", "return total / total.sum()", "return total / total.sum() * bins", "it is a density: its integral is 1, not its sum", "得到的是密度：积分为 1，而不是和为 1"),
        Mistake("degrees", "np.floor(hue * bins)", "np.floor(hue * 360 * bins)", "hue is taken for degrees", "把色相当成了角度"),
    ],
    hints=[
        ("Find each pixel's bin, then add up the chromas that fall into each bin.", "先求每个像素所在的区间，再把落入各区间的色度加起来。"),
        ("np.bincount has an argument for weights and one for the least length. What if nothing has been counted?", "np.bincount 有一个权重参数和一个最小长度参数。如果什么都没有计到呢？"),
        ("which = np.floor(hue * bins).astype(int); np.bincount(which.ravel(), chroma.ravel(), minlength=bins), divided by its sum unless that is 0", "which = np.floor(hue * bins).astype(int)；np.bincount(which.ravel(), chroma.ravel(), minlength=bins)，和不为 0 时除以它的和"),
    ],
    doc_zh="""图像中各种色相各占多少；每个像素按其色度计数，因此灰色不计。

    rgb：(H, W, 3)；bins：把 [0, 1) 等分成多少个区间，第 0 个从色相 0 开始。返回 (bins,)，和为 1；完全没有颜色的图像返回零。
    """,
)  # fmt: skip

exercise(
    "standardise",
    cases=feature_sets,
    returns=("train", "others"),
    topics=("R494",),
    mistakes=[
        Mistake("own_statistics", "[(x - mean) / sd for x in others]", "[(x - x.mean(axis=0)) / np.where(x.std(axis=0) > 0, x.std(axis=0), 1) for x in others]", "the other sets are standardised by their own mean and deviation", "其他集合用了它们自己的均值和标准差"),
        Mistake("one_mean", "train.mean(axis=0)", "train.mean()", "there is one mean for all features together", "所有特征共用了一个均值"),
        Mistake("samples", "train.mean(axis=0), train.std(axis=0)", "train.mean(axis=1, keepdims=True).mean(), train.std()", "mean and deviation are taken over everything, not feature by feature", "均值和标准差是对全部数据求的，而不是逐特征求的"),
        Mistake("ddof", "train.std(axis=0)", "train.std(axis=0, ddof=1)", "the deviation is the estimate with N - 1", "标准差用了除以 N - 1 的估计"),
        Mistake("variance", "train.std(axis=0)", "train.var(axis=0)", "it is divided by the variance", "除以了方差"),
        Mistake("constant_nan", "    sd = np.where(sd > 0, sd, 1)\n", "", "a feature that is constant divides 0 by 0", "恒定的特征会出现 0 除以 0"),
        Mistake("centred_only", "    sd = np.where(sd > 0, sd, 1)\n", "    sd = 1\n", "the features are centred, but not scaled", "只做了中心化，没有缩放"),
        Mistake("others_raw", "[(x - mean) / sd for x in others]", "[x for x in others]", "the other sets are left as they were", "其他集合原样未动"),
        Mistake("together", "train.mean(axis=0), train.std(axis=0)", "np.concatenate([train, *others]).mean(axis=0), np.concatenate([train, *others]).std(axis=0)", "the other sets take part in mean and deviation: the test set leaks into training", "其他集合也参与了均值和标准差：测试集泄漏到了训练中"),
    ],
    hints=[
        ("Which axis runs over the samples? The statistics have one number for each feature.", "哪个轴对应样本？统计量对每个特征各有一个数。"),
        ("Measure on train alone, apply to all. What is 0/0, and for which feature does it come up?", "只在 train 上统计，用到所有集合上。0/0 是什么，哪个特征会遇到？"),
        ("mean, sd = train.mean(axis=0), train.std(axis=0); sd = np.where(sd > 0, sd, 1); (x - mean) / sd for each set", "mean, sd = train.mean(axis=0), train.std(axis=0)；sd = np.where(sd > 0, sd, 1)；每个集合都做 (x - mean) / sd"),
    ],
    doc_zh="""把每个特征化为均值 0、标准差 1，均值和标准差只在训练集上统计。

    x̂ = (x - μ) / σ,  μ 和 σ 是 train 各列的均值和标准差（σ² 除以 N）

    σ 为 0 的列取 σ = 1。train：(N, F)；others：若干数组 (M, F) 组成的列表，使用同样的 μ 和 σ。
    返回 (标准化后的 train, 标准化后的 others 列表)。
    """,
)  # fmt: skip

exercise(
    "image_features",
    cases=lambda rng: [Case(rng.random((2, 3, 12, 12)), 4, 5, 6), Case(rng.random((3, 3, 9, 9)), 3, 9, 4)],
    uses=("hog_cells", "block_normalise", "hue_histogram"),
    topics=("R078", "R084"),
    mistakes=[
        Mistake("reshaped", "image.transpose(1, 2, 0)", "image.reshape(*image.shape[1:], 3)", "the channels are moved by a reshape: it mixes pixels and colours", "用 reshape 移动通道轴：像素和颜色混在了一起"),
        Mistake("turned", "image.transpose(1, 2, 0)", "image[::-1].transpose(1, 2, 0)", "the channels are in the order blue, green, red", "通道顺序成了蓝、绿、红"),
        Mistake("red_only", "image.mean(axis=0)", "image[0]", "the brightness is the red channel", "把红色通道当成了亮度"),
        Mistake("sum", "image.mean(axis=0)", "image.max(axis=0)", "the brightness is the largest channel", "亮度取成了最大的通道"),
        Mistake("picture_turned", "image.mean(axis=0)", "image.mean(axis=0).T", "the picture is turned over: rows and columns are exchanged", "图像的行与列互换了"),
        Mistake("hue_first", "[block_normalise(cells), hue]", "[hue, block_normalise(cells)]", "the hues stand before the directions", "色相排在了方向之前"),
        Mistake("no_hue", "[block_normalise(cells), hue]", "[block_normalise(cells)]", "the hues are missing", "缺少色相"),
        Mistake("no_blocks", "[block_normalise(cells), hue]", "[cells.ravel(), hue]", "the cells are not normalised in blocks", "单元没有按块归一化"),
        Mistake("flat", "np.stack(rows)", "np.concatenate(rows)", "all pictures stand in one long row", "所有图像排成了一长行"),
    ],
    hints=[
        ("Write it for one picture, then stack the rows.", "先写一幅图的情形，再把各行叠起来。"),
        ("hog_cells wants (H, W), hue_histogram wants (H, W, 3): move the axis of the channels, do not reshape.", "hog_cells 需要 (H, W)，hue_histogram 需要 (H, W, 3)：移动通道轴，不要用 reshape。"),
        ("np.concatenate([block_normalise(hog_cells(image.mean(axis=0), cell, bins)), hue_histogram(image.transpose(1, 2, 0), hue_bins)])",) * 2,
    ],
    doc_zh="""每幅图一行特征：先是亮度的 HOG（按块归一化），再是色相直方图。

    images：(N, 3, H, W)，数值从 0 到 1。亮度是三个通道的平均。cell、bins：传给 hog_cells；block_normalise 用默认参数。
    返回 (N, F)。
    """,
)  # fmt: skip

exercise(
    "my_features",
    cases=scenes,
    uses=("image_features",),
    points=2,
    compare=False,
    topics=("R084",),
    seconds=30.0,
    laws=[
        Law("shape", lambda case, f: np.ndim(f) == 2 and len(f) == 2 * TRAIN and f.shape[1] <= 5000, "there is one row for each picture, and at most 5000 columns", "每幅图一行，至多 5000 列"),
        Law("gate", lambda case, f: ridge_accuracy(np.asarray(f, float), case.labels) >= GATE, f"a linear classifier on these features gets {GATE:.0%} of unseen pictures right", f"基于这些特征的线性分类器在未见过的图像上达到 {GATE:.0%} 的正确率"),
    ],
    mistakes=[
        Mistake("pixels", "image_features(images, 16, 18, 6)", "images.reshape(len(images), -1)", "the features are the pixels", "特征就是像素本身"),
        Mistake("hue_only", "image_features(images, 16, 18, 6)", "image_features(images, 16, 18, 6)[:, -6:]", "only the hues are used; a shape can have any colour", "只用了色相；同一种形状可以是任何颜色"),
        Mistake("fine_cells", "image_features(images, 16, 18, 6)", "image_features(images, 2, 9, 6)", "the cells are so small that the features say where the shape is rather than what it is", "单元太小：特征说的是形状在哪里，而不是它是什么"),
        Mistake("one_bin", "image_features(images, 16, 18, 6)", "image_features(images, 16, 1, 6)", "a single bin has no direction", "只有一个区间，就没有方向信息"),
        Mistake("mean_colour", "image_features(images, 16, 18, 6)", "images.mean(axis=(2, 3))", "the features are the mean colours", "特征是平均颜色"),
        Mistake("edges", "return image_features(images, 16, 18, 6)", "grey = images.mean(axis=1)\n    return abs(np.diff(grey, axis=2)).reshape(len(images), -1)", "the features are the strengths of edges, pixel by pixel", "特征是逐像素的边缘强度"),
        Mistake("constant", "image_features(images, 16, 18, 6)", "np.ones((len(images), 4))", "the features are the same for all pictures", "所有图像的特征都相同"),
    ],
    hints=[
        ("What tells a star from a ring, wherever it stands and whatever colour it has?", "无论在哪里、是什么颜色，星形与圆环的区别在哪里？"),
        ("With 300 pictures, features that depend on the place of the shape cannot be learned. Make a table: accuracy against the size of the cells.", "只有 300 幅图时，依赖形状位置的特征学不出来。做一张表：正确率随单元大小的变化。"),
        ("image_features with cells of 16 pixels and 18 bins is enough.", "image_features 取 16 像素的单元和 18 个区间就够了。"),
    ],
    doc_zh="""你自己选的特征：凡是能区分 Scenes 中各种形状的都可以。

    用 300 幅图的特征训练一个线性分类器（在标准化特征上做岭回归），再在另外 300 幅上测试；共有十种形状，正确率须达到 36 %。
    若直接用像素，它只比瞎猜稍好。可以调用 image_features，也可以不用。images：(N, 3, 32, 32)，数值从 0 到 1。
    返回 (N, F)，F 至多为 5000。
    """,
)  # fmt: skip
