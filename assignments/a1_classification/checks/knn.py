"""Checks of the nearest neighbours. The floor of accuracy: python assignments/a1_classification/gates_knn.py"""

import numpy as np

DOCS_ZH = {
    "": "最近邻：记住每一个样本，再询问最相似的那些。",
}

CLASSIFY_FLOOR = 0.9  # of `classify` on the digits


def points(rng, n, m, d, shift):
    return Case(rng.standard_normal((n, d)) + shift, 2 * rng.standard_normal((m, d)) - shift)


def distance_cases(rng):
    return [points(rng, *sizes) for sizes in ((4, 6, 3, 1), (5, 2, 4, -1), (1, 4, 2, 0), (3, 3, 5, 0))]


def no_loops_cases(rng):
    x = 40 + 10 * rng.standard_normal((60, 7))
    return [*distance_cases(rng), Case(x[::-1].copy(), x)]


def label_case(rng, n, m, k, names):
    labels = rng.choice(names, size=m)
    distances = rng.permuted(np.tile(np.arange(1.0, m + 1), (n, 1)), axis=1)  # no two in a row are equal
    return Case(distances / m, labels, k)


def label_cases(rng):
    names = np.array([0, 2, 3, 7])
    return [
        label_case(rng, 40, 9, 4, names),
        label_case(rng, 9, 12, 6, names),
        label_case(rng, 6, 8, 1, names),
        label_case(rng, 3, 5, 5, names),
    ]


def fold_cases(rng):
    sizes = ((11, 4), (12, 3), (7, 5))
    return [Case(rng.standard_normal((n, 3)), rng.integers(0, 9, n), folds) for n, folds in sizes]


def clouds(rng, n, d=2, classes=3, spread=1.0):
    """Samples around one centre for each class, in random order, and their labels."""
    y = rng.permutation(np.arange(n) % classes)
    centres = 2 * rng.standard_normal((classes, d))
    return centres[y] + spread * rng.standard_normal((n, d)), y


def validation_cases(rng):
    return [
        Case(*clouds(rng, 38, spread=1.5), (1, 4, 7), 5),
        Case(*clouds(rng, 22, d=3, classes=4, spread=2.0), (2, 5), 4),
        Case(*clouds(rng, 21, spread=1.5), (3,), 3),
    ]


def choice_cases(rng):
    """The best in the middle, equally good ones, and a k with one fold that is very good."""
    shares = rng.integers(2, 7, (3, 3)) / 10
    tie = [0.5, 0.75, 1.0]
    return [
        Case({1: list(shares[0]), 12: [0.5, 1.0, 0.125], 5: list(shares[1] + 0.25), 8: list(shares[2])}),
        Case({9: tie, 20: tie[::-1], 3: tie, 1: [0.25, 0.5, 0.875]}),
        Case({1: [0.875, 0.625], 3: [0.75, 0.5], 10: [0.5, 0.5], 2: [1.0, 0.25]}),
        Case({6: [0.375, 0.375, 0.375], 8: [1.0, 0.875, 0.125], 5: [0.25, 0.5, 0.75]}),
        Case({4: [0.625, 0.75], 2: [0.75, 0.5], 7: [1.0, 0.9]}),
    ]


def noisy_case(rng):
    """Groups of five samples around one with a wrong label: one neighbour is too few, and sixty are too many."""
    groups = np.repeat(rng.permutation(16), 6)
    y = (groups < 5).astype(int)
    around = np.tile(np.vstack([np.zeros(5), np.eye(5)]), (16, 1))  # the first of six in the middle
    middles = np.outer(10.0 * groups + 500 * y, np.ones(5))
    x = middles + around + 0.05 * rng.standard_normal((96, 5))
    labels = np.where(np.arange(96) % 6 == 0, 1 - y, y)
    order = rng.permutation(96)
    return Case(x[order], labels[order], middles[::6] + 0.1 * rng.standard_normal((16, 5)), (1, 3, 60), 4)


def digits_case(rng):
    """400 digits, and 150 others to be read; a little noise, so that no two distances are equal."""
    from npdl.data import load_digits

    (x, y), (x_test, y_test) = load_digits()
    chosen, asked = rng.permutation(len(x))[:400], rng.permutation(len(x_test))[:150]
    rows = [a.reshape(len(a), -1) + 0.001 * rng.standard_normal((len(a), 64)) for a in (x[chosen], x_test[asked])]
    case = Case(rows[0], y[chosen], rows[1], (1, 3, 30), 5)
    case.truth = y_test[asked]
    return case


NO_ROOT = ("the square root is missing: these are squared distances", "没有开平方：这是距离的平方")
TOO_MANY_AXES = ("it sums over the wrong axis", "在错误的轴上求和")

exercise(
    "distances_two_loops",
    cases=distance_cases,
    topics=("R104", "R105"),
    doc_zh="""每个样本到每个训练样本的欧氏距离，一次计算一个数。

    d_nm = sqrt(Σ_k (x_nk - train_mk)²)

    x: (N, D)，train: (M, D)。返回距离矩阵 (N, M)，x 的每个样本占一行。对 n 和 m 各写一层循环，用 NumPy 计算每个数，
    不使用 np.linalg.norm。
    """,
    mistakes=[
        Mistake("no_root", "np.sqrt(np.sum(difference**2))", "np.sum(difference**2)", *NO_ROOT),
        Mistake("mean", "np.sum(", "np.mean(", "the squares are averaged over the D numbers, not summed", "对 D 个平方取了平均，而不是求和"),
        Mistake("l1", "np.sqrt(np.sum(difference**2))", "np.sum(np.abs(difference))", "this is the city-block distance", "这是街区距离（L1）"),
        Mistake("sum_then_square", "np.sum(difference**2)", "np.sum(difference) ** 2", "it sums first and squares then, so that differences cancel", "先求和再平方，差值会互相抵消"),
        Mistake("plus", "x[n] - train", "x[n] + train", "the two samples are added", "两个样本被相加了"),
        Mistake("first_row", "    return distances", "        return distances", "return stands inside the loop: only the first row is filled in", "return 写在了循环里面：只填了第一行"),
        Mistake("largest", "np.sqrt(np.sum(difference**2))", "np.max(np.abs(difference))", "only the largest difference counts", "只考虑了最大的差值"),
        Mistake("transposed", "return distances", "return distances.T", "a row should stand for a sample of x, not for a training sample", "每一行应对应 x 的一个样本，而不是训练样本"),
    ],
    hints=[
        ("Make the matrix first, full of zeros: how many rows, how many columns?", "先建立全零的矩阵：多少行、多少列？"),
        ("x[n] and train[m] are vectors of D numbers. Subtract them, and follow the formula from inside to outside.", "x[n] 与 train[m] 都是 D 个数的向量。先相减，再按公式由内向外计算。"),
        ("distances[n, m] = np.sqrt(np.sum((x[n] - train[m]) ** 2))",) * 2,
    ],
)

exercise(
    "distances_one_loop",
    cases=distance_cases,
    topics=("R105",),
    doc_zh="""同样的距离，一次计算一行：唯一的循环是对 x 的样本。

    x: (N, D)，train: (M, D)。返回距离矩阵 (N, M)。
    """,
    mistakes=[
        Mistake("no_root", "np.sqrt(np.sum(differences**2, axis=1))", "np.sum(differences**2, axis=1)", *NO_ROOT),
        Mistake("axis", "axis=1", "axis=0", *TOO_MANY_AXES),
        Mistake("no_axis", ", axis=1", "", "it sums over everything: one number fills the whole row", "对所有元素求和：一个数填满了整行"),
        Mistake("mean", "np.sum(", "np.mean(", "the squares are averaged over the D numbers, not summed", "对 D 个平方取了平均，而不是求和"),
        Mistake("l1", "np.sqrt(np.sum(differences**2, axis=1))", "np.sum(np.abs(differences), axis=1)", "this is the city-block distance", "这是街区距离（L1）"),
        Mistake("sum_then_square", "np.sum(differences**2, axis=1)", "np.sum(differences, axis=1) ** 2", "it sums first and squares then, so that differences cancel", "先求和再平方，差值会互相抵消"),
        Mistake("same_sample", "x[n] - train", "x[0] - train", "every row belongs to the first sample", "每一行用的都是第一个样本"),
    ],
    hints=[
        ("What does NumPy do when a vector (D,) meets a matrix (M, D)?", "向量 (D,) 遇到矩阵 (M, D) 时，NumPy 会怎样做？"),
        ("x[n] - train has a row for each training sample. Which axis of it has to disappear?", "x[n] - train 的每一行对应一个训练样本。应当消去哪一个轴？"),
        ("distances[n] = np.sqrt(np.sum((x[n] - train) ** 2, axis=1))",) * 2,
    ],
)

exercise(
    "distances_no_loops",
    cases=no_loops_cases,
    topics=("R105",),
    tolerance=1e-6,
    points=2,
    doc_zh="""同样的距离，一次全部算出：不用循环，也不产生含 N M D 个数的数组。

    x: (N, D)，train: (M, D)。返回距离矩阵 (N, M)。即使 x 的某个样本就是训练样本，结果中也没有 nan。
    """,
    laws=[
        Law(
            "nan",
            lambda case, result: bool(np.isfinite(result).all()),
            "no distance is nan, but a square that should be 0 can come out a little below 0 by rounding",
            "距离不会是 nan；但本应为 0 的平方可能因舍入而略小于 0",
        )
    ],
    mistakes=[
        Mistake("no_two", "- 2 * x @ train.T", "- x @ train.T", "the mixed term should be there twice", "交叉项应出现两次"),
        Mistake("plus", "- 2 * x", "+ 2 * x", "the mixed term has the wrong sign", "交叉项的符号反了"),
        Mistake("no_root", "np.sqrt(np.maximum(squared, 0))", "np.maximum(squared, 0)", *NO_ROOT),
        Mistake("no_train", " + np.sum(train**2, axis=1)", " + np.zeros(len(train))", "the squares of the training samples are missing", "缺少训练样本的平方项"),
        Mistake("no_x", "np.sum(x**2, axis=1)[:, None]", "np.zeros((len(x), 1))", "the squares of the samples of x are missing", "缺少 x 的样本的平方项"),
        Mistake("squared_sum", "np.sum(train**2, axis=1)", "np.sum(train, axis=1) ** 2", "it sums a sample first and squares then", "先对样本求和再平方"),
        Mistake("rows", "np.sum(x**2, axis=1)[:, None]", "np.sum(x**2)", "the squares of all samples of x are added up to one number", "x 所有样本的平方被加成了一个数"),
        Mistake("nan_to_zero", "np.sqrt(np.maximum(squared, 0))", "np.maximum(squared, 0) / 2", "the square is halved where its root should be taken", "应当开平方，却除以了 2"),
    ],
    also_right=(
        "def distances_no_loops(x, train):\n    return np.sqrt(((x[:, None] - train) ** 2).sum(axis=2))\n",
        "def distances_no_loops(x, train):\n    a = (x * x).sum(1, keepdims=True) + (train * train).sum(1)\n    return np.sqrt(np.abs(a - 2 * x.dot(train.T)))\n",
    ),
    hints=[
        ("Multiply out the square of a difference. Which of the three terms needs both samples?", "把差的平方展开。三项中哪一项同时涉及两个样本？"),
        ("All the products of a sample of x with a training sample are one matrix product; the other two terms are a column and a row that are broadcast. Before the root: can a number be a little below 0?", "x 的样本与训练样本的所有内积就是一次矩阵乘法；另外两项是一列和一行，用广播相加。开方之前：会不会有数略小于 0？"),
        ("|x - t|² = |x|² + |t|² - 2 x·t: np.sum(x**2, axis=1)[:, None] + np.sum(train**2, axis=1) - 2 * x @ train.T, cut at 0, and the root of it", "|x - t|² = |x|² + |t|² - 2 x·t：np.sum(x**2, axis=1)[:, None] + np.sum(train**2, axis=1) - 2 * x @ train.T，在 0 处截断，再开方"),
    ],
)

exercise(
    "distances_l1",
    cases=distance_cases,
    topics=("R105",),
    doc_zh="""每个样本到每个训练样本的街区距离（L1），不用循环。

    d_nm = Σ_k |x_nk - train_mk|

    x: (N, D)，train: (M, D)。返回距离矩阵 (N, M)。
    """,
    mistakes=[
        Mistake("no_abs", "np.abs(x[:, None] - train)", "(x[:, None] - train)", "differences of opposite sign cancel", "符号相反的差值互相抵消了"),
        Mistake("abs_late", "np.sum(np.abs(x[:, None] - train), axis=2)", "np.abs(np.sum(x[:, None] - train, axis=2))", "the absolute value is taken after the sum", "先求和后取绝对值"),
        Mistake("l2", "np.sum(np.abs(x[:, None] - train), axis=2)", "np.sqrt(np.sum((x[:, None] - train) ** 2, axis=2))", "this is the Euclidean distance", "这是欧氏距离"),
        Mistake("mean", "np.sum(", "np.mean(", "it is averaged over the D numbers, not summed", "对 D 个数取了平均，而不是求和"),
        Mistake("largest", "np.sum(", "np.max(", "only the largest difference counts", "只考虑了最大的差值"),
        Mistake("axis", "axis=2", "axis=1", *TOO_MANY_AXES),
        Mistake("sizes", "np.abs(x[:, None] - train)", "np.abs(np.abs(x[:, None]) - np.abs(train))", "absolute values are subtracted: signs of the samples are lost", "对绝对值相减：样本的符号丢失了"),
    ],
    hints=[
        ("No matrix product helps here. How can every sample of x meet every training sample by broadcasting?", "这里矩阵乘法帮不上忙。怎样用广播让 x 的每个样本遇到每个训练样本？"),
        ("With an axis of length 1 put into x the difference has three axes (N, M, D). One of them has to disappear.", "给 x 加入一个长度为 1 的轴，差就有三个轴 (N, M, D)。其中一个要消去。"),
        ("np.sum(np.abs(x[:, None, :] - train), axis=2)",) * 2,
    ],
)

exercise(
    "predict_labels",
    cases=label_cases,
    topics=("R104",),
    points=2,
    doc_zh="""每个样本的标签：k 个最近的训练样本中多数拥有的那个标签。

    distances: (N, M)；labels: (M,)，训练样本的标签，为 >= 0 的整数；k: 1 到 M 的整数。
    返回标签 (N,)，整数。票数相同时，取较小的标签。
    """,
    mistakes=[
        Mistake("farthest", "np.argsort(distances", "np.argsort(-distances", "the k farthest samples vote", "投票的是最远的 k 个样本"),
        Mistake("nearest_only", "[:, :k]", "[:, :1]", "k is not used: only the nearest sample votes", "没有用到 k：只有最近的一个样本投票"),
        Mistake("one_more", "[:, :k]", "[:, : k + 1]", "one sample too many votes", "多了一个样本投票"),
        Mistake("skips_first", "[:, :k]", "[:, 1 : k + 1]", "the nearest sample is left out", "漏掉了最近的样本"),
        Mistake("larger_label", "np.bincount(row).argmax()", "row.max() - np.bincount(row.max() - row).argmax()", "at equal votes the larger label wins", "票数相同时取了较大的标签"),
        Mistake("nearer_label", "np.bincount(row).argmax()", "max(row, key=list(row).count)", "at equal votes the label of the nearest sample wins", "票数相同时取了最近样本的标签"),
        Mistake("mean", "np.bincount(row).argmax()", "int(np.round(row.mean()))", "labels are averaged, as if they were quantities", "对标签取了平均，好像它们是数量"),
        Mistake("indices", "votes = labels[nearest]", "votes = nearest", "it returns the places of training samples, not their labels", "返回的是训练样本的下标，而不是标签"),
        Mistake("sorted_votes", "votes = labels[nearest]", "votes = np.sort(labels)[nearest]", "the labels have been sorted, and no longer belong to their samples", "标签被排序了，不再与样本对应"),
        Mistake("count", "np.bincount(row).argmax()", "np.bincount(row).max()", "it returns how many votes the winner has", "返回的是胜者的票数"),
    ],
    hints=[
        ("For each row: which k columns have the smallest numbers? There is a function that sorts and gives places.", "对每一行：哪 k 列的数最小？有一个函数排序后给出位置。"),
        ("Look the labels of those places up, and count how often each occurs: np.bincount, row by row. Which of several largest counts does argmax take?", "查出这些位置的标签，统计每个标签出现的次数：逐行用 np.bincount。若有几个最大的计数，argmax 取哪一个？"),
        ("nearest = np.argsort(distances, axis=1)[:, :k]; then np.bincount(labels[row]).argmax() for each row of nearest", "nearest = np.argsort(distances, axis=1)[:, :k]；再对 nearest 的每一行计算 np.bincount(labels[row]).argmax()"),
    ],
)

exercise(
    "split_folds",
    cases=fold_cases,
    returns=("x_folds", "y_folds"),
    topics=("R106",),
    doc_zh="""把样本按原有顺序切成与折数一样多的几份。

    x: (N, ...)，y: (N,)。返回 (x_folds, y_folds)：两个列表，各含 `folds` 个数组，两个列表中同一位置的数组相互对应。
    各份的大小最多差一：若 `folds` 不能整除 N，前 N mod folds 份各多一个样本。
    """,
    mistakes=[
        Mistake("dropped", "np.array_split(x, folds), np.array_split(y, folds)", "[[a[i * (len(a) // folds) : (i + 1) * (len(a) // folds)] for i in range(folds)] for a in (x, y)]", "samples are lost: those left over at the end belong to no fold", "丢失了样本：末尾剩下的不属于任何一折"),
        Mistake("rest_last", "np.array_split(x, folds), np.array_split(y, folds)", "[np.split(a, [i * (len(a) // folds) for i in range(1, folds)]) for a in (x, y)]", "all that is left over goes into the last fold", "剩余样本全部放进了最后一折"),
        Mistake("every_nth", "np.array_split(x, folds), np.array_split(y, folds)", "[[a[i::folds] for i in range(folds)] for a in (x, y)]", "the samples are dealt out like cards: they do not stay in order", "样本像发牌一样轮流分配：没有保持原有顺序"),
        Mistake("swapped", "np.array_split(x, folds), np.array_split(y, folds)", "np.array_split(y, folds), np.array_split(x, folds)", "x and y are given back in the wrong order", "x 与 y 的返回顺序反了"),
        Mistake("same_x", "np.array_split(y, folds)", "np.array_split(x, folds)", "x is cut twice, and y is not there", "切了两次 x，没有 y"),
        Mistake("pairs", "return np.array_split(x, folds), np.array_split(y, folds)", "return list(zip(np.array_split(x, folds), np.array_split(y, folds)))", "it gives a list of pairs; two lists are wanted", "返回了由对组成的列表；需要的是两个列表"),
        Mistake("size", "np.array_split(x, folds), np.array_split(y, folds)", "[np.split(a, range(folds, len(a), folds)) for a in (x, y)]", "`folds` is how many pieces there are, not how many samples are in one", "`folds` 是份数，而不是每份的样本数"),
        Mistake("one_short", "np.array_split(x, folds), np.array_split(y, folds)", "np.array_split(x, folds - 1), np.array_split(y, folds - 1)", "there is a piece too few", "少了一份"),
    ],
    hints=[
        ("11 samples in 4 folds: how large should each of them be?", "11 个样本分成 4 折：每折应有多大？"),
        ("np.split refuses sizes that do not divide; NumPy has a function beside it that does not.", "np.split 在不能整除时会报错；NumPy 中有一个与它相近的函数不会。"),
        ("np.array_split(x, folds), and the same for y", "np.array_split(x, folds)，对 y 也一样"),
    ],
)

exercise(
    "cross_validate",
    cases=validation_cases,
    look=lambda result: {k: np.asarray(shares, dtype=float) for k, shares in result.items()},
    uses=("split_folds", "distances_no_loops", "predict_labels"),
    topics=("R106",),
    points=2,
    doc_zh="""每个 k 在没有见过的样本上表现如何。

    轮流用其余各折来预测每一折。x: (N, D)，y: (N,)，ks: 要尝试的 k。返回字典
    {k: [第 0 折的准确率, 第 1 折的准确率, ...]}；准确率是答对的比例，从 0 到 1。

    请利用 split_folds、distances_no_loops 和 predict_labels。距离与 k 无关。
    """,
    mistakes=[
        Mistake("leak", "y_train = np.concatenate(y_folds[:fold] + y_folds[fold + 1 :])", "x_train, y_train = x, y", "the fold is among its own training samples", "该折自己也在训练样本之中"),
        Mistake("swapped", "accuracies[k].append(float(np.mean(predicted == y_folds[fold])))", "predicted = predict_labels(distances_no_loops(x_train, x_folds[fold]), y_folds[fold], min(k, len(y_folds[fold])))\n            accuracies[k].append(float(np.mean(predicted == y_train)))", "it learns from the one fold and is tested on the others", "用一折学习，用其余各折测试"),
        Mistake("error", "predicted == y", "predicted != y", "this is the share of wrong answers", "这是答错的比例"),
        Mistake("counted", "np.mean(predicted", "np.sum(predicted", "right answers are counted; a share of them is wanted", "统计了答对的个数；需要的是比例"),
        Mistake("averaged", "return accuracies", "return {k: np.mean(a) for k, a in accuracies.items()}", "only the mean is left of each k; an accuracy for each fold is wanted", "每个 k 只剩下平均值；需要每一折的准确率"),
        Mistake("one_k", "y_train, k)", "y_train, 1)", "k has no part in the prediction", "预测时没有用到 k"),
        Mistake("misaligned", "y_train = np.concatenate(y_folds[:fold] + y_folds[fold + 1 :])", "y_train = y[: len(x_train)]", "the training labels belong to other samples than x_train", "训练标签与 x_train 的样本不对应"),
        Mistake("only_before", "x_folds[:fold] + x_folds[fold + 1 :])\n        y_train = np.concatenate(y_folds[:fold] + y_folds[fold + 1 :])", "x_folds[fold + 1 :] or x_folds[:1])\n        y_train = np.concatenate(y_folds[fold + 1 :] or y_folds[:1])", "it learns from the folds that come after only", "只用了后面的各折来学习"),
        Mistake("last_left_out", "for fold in range(folds)", "for fold in range(folds - 1)", "the last fold is never tested", "最后一折从未被测试"),
    ],
    hints=[
        ("One fold is the test, all others together are the training set. How often, and which?", "一折作测试，其余合起来作训练集。共几次，各是哪一折？"),
        ("Lists can be cut and joined: what comes before the fold and what comes after it. Compute the distances once for each fold, and try all k on them.", "列表可以切片和拼接：该折之前的与之后的。每折只计算一次距离，再在其上尝试所有的 k。"),
        ("for fold i: x_train = np.concatenate(x_folds[:i] + x_folds[i + 1:]), y_train likewise; d = distances_no_loops(x_folds[i], x_train); for each k append np.mean(predict_labels(d, y_train, k) == y_folds[i])", "对第 i 折：x_train = np.concatenate(x_folds[:i] + x_folds[i + 1:])，y_train 同理；d = distances_no_loops(x_folds[i], x_train)；对每个 k 追加 np.mean(predict_labels(d, y_train, k) == y_folds[i])"),
    ],
)

exercise(
    "choose_k",
    cases=choice_cases,
    topics=("R104", "R106"),
    points=0.5,
    doc_zh="""平均准确率最高的 k；同样好时取最小的。

    accuracies: 字典 {k: [每一折的准确率]}，键的顺序任意。返回 k。
    """,
    mistakes=[
        Mistake("best_fold", "np.mean(acc", "np.max(acc", "the best single fold decides, not the mean", "由最好的单独一折决定，而不是平均值"),
        Mistake("worst_fold", "np.mean(acc", "np.min(acc", "the worst single fold decides, not the mean", "由最差的单独一折决定，而不是平均值"),
        Mistake("worst", "max(sorted", "min(sorted", "this is the worst k", "这是最差的 k"),
        Mistake("largest", "max(sorted(accuracies)", "max(sorted(accuracies, reverse=True)", "of equally good ones it takes the largest", "同样好时取了最大的"),
        Mistake("first", "max(sorted(accuracies)", "max(list(accuracies)", "of equally good ones it takes the one that stands first in the dict", "同样好时取了字典中最先出现的"),
        Mistake("value", "return max(sorted(accuracies), key=lambda k: np.mean(accuracies[k]))", "return max(float(np.mean(a)) for a in accuracies.values())", "it returns the accuracy; the k is wanted", "返回了准确率；需要的是 k"),
        Mistake("place", "return max(sorted(accuracies), key=lambda k: np.mean(accuracies[k]))", "return int(np.argmax([np.mean(accuracies[k]) for k in sorted(accuracies)]))", "it returns the place of the k among the others", "返回的是 k 的位置，而不是 k 本身"),
        Mistake("last_fold", "np.mean(accuracies[k])", "accuracies[k][-1]", "the last fold alone decides", "只由最后一折决定"),
    ],
    hints=[
        ("What one number tells how good a k is?", "用哪一个数来说明一个 k 有多好？"),
        ("max takes a key, and of several largest it returns the one that it meets first. In which order should it meet the k?", "max 可以接受 key；有几个最大者时，返回最先遇到的。它应按什么顺序遇到各个 k？"),
        ("max(sorted(accuracies), key=lambda k: np.mean(accuracies[k]))",) * 2,
    ],
)

exercise(
    "classify",
    cases=lambda rng: [noisy_case(rng), digits_case(rng)],
    returns=("labels", "k"),
    uses=("cross_validate", "choose_k", "distances_no_loops", "predict_labels"),
    topics=("R104", "R106"),
    doc_zh="""完整的分类器：在训练样本上用交叉验证选择 k，再给新样本贴标签。

    x_train: (M, D)，y_train: (M,)，x: (N, D)，ks: 可供选择的 k。返回 (labels, k)：x 的标签 (N,)，由全部训练样本中最近的
    k 个得出；以及选中的 k。

    请利用 cross_validate、choose_k、distances_no_loops 和 predict_labels。
    """,
    laws=[
        Law(
            "accuracy",
            lambda case, result: not hasattr(case, "truth") or np.mean(result[0] == case.truth) >= CLASSIFY_FLOOR,
            f"of 150 digits {CLASSIFY_FLOOR:.0%} or more are read rightly, after seeing 400 others",
            f"看过 400 个数字之后，对另外 150 个数字至少认对 {CLASSIFY_FLOOR:.0%}",
        )
    ],
    mistakes=[
        Mistake("smallest", "choose_k(cross_validate(x_train, y_train, ks, folds))", "min(ks)", "k is not chosen: it is the smallest one", "没有选择 k：直接用了最小的"),
        Mistake("last", "choose_k(cross_validate(x_train, y_train, ks, folds))", "ks[-1]", "k is not chosen: it is the last one in the list", "没有选择 k：直接用了列表中最后一个"),
        Mistake("unused", "y_train, k), k", "y_train, 1), k", "k is chosen and then not used for the labels", "选了 k，贴标签时却没有用"),
        Mistake("order", "return predict_labels(distances_no_loops(x, x_train), y_train, k), k", "return k, predict_labels(distances_no_loops(x, x_train), y_train, k)", "labels and k are given back in the wrong order", "labels 与 k 的返回顺序反了"),
        Mistake("no_k", "y_train, k), k", "y_train, k), cross_validate(x_train, y_train, ks, folds)", "the accuracies are given back in the place of k", "在 k 的位置返回了准确率"),
        Mistake("half", "distances_no_loops(x, x_train), y_train, k)", "distances_no_loops(x, x_train[::4]), y_train[::4], min(k, len(y_train[::4])))", "part of the training samples have no vote at the end", "最后投票时漏掉了一部分训练样本"),
        Mistake("own", "distances_no_loops(x, x_train)", "distances_no_loops(x_train, x_train)", "the training samples themselves are labelled, not those of x", "给训练样本自己贴了标签，而不是给 x 的样本"),
    ],
    hints=[
        ("Two steps: choose k, without looking at x; then use it.", "两步：先选 k（不看 x）；再使用它。"),
        ("The folds serve to choose k. At the end all training samples vote again.", "折只用来选择 k。最后由全部训练样本重新投票。"),
        ("k = choose_k(cross_validate(x_train, y_train, ks, folds)), then predict_labels(distances_no_loops(x, x_train), y_train, k)", "k = choose_k(cross_validate(x_train, y_train, ks, folds))，再用 predict_labels(distances_no_loops(x, x_train), y_train, k)"),
    ],
)  # fmt: skip
