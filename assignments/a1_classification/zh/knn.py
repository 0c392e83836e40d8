"""最近邻：记住每一个样本，再询问最相似的那些。"""

import numpy as np


def distances_two_loops(x, train):
    """每个样本到每个训练样本的欧氏距离，一次计算一个数。

    d_nm = sqrt(Σ_k (x_nk - train_mk)²)

    x: (N, D)，train: (M, D)。返回距离矩阵 (N, M)，x 的每个样本占一行。对 n 和 m 各写一层循环，用 NumPy 计算每个数，
    不使用 np.linalg.norm。
    """
    raise NotImplementedError("distances_two_loops")


def distances_one_loop(x, train):
    """同样的距离，一次计算一行：唯一的循环是对 x 的样本。

    x: (N, D)，train: (M, D)。返回距离矩阵 (N, M)。
    """
    raise NotImplementedError("distances_one_loop")


def distances_no_loops(x, train):
    """同样的距离，一次全部算出：不用循环，也不产生含 N M D 个数的数组。

    x: (N, D)，train: (M, D)。返回距离矩阵 (N, M)。即使 x 的某个样本就是训练样本，结果中也没有 nan。
    """
    raise NotImplementedError("distances_no_loops")


def distances_l1(x, train):
    """每个样本到每个训练样本的街区距离（L1），不用循环。

    d_nm = Σ_k |x_nk - train_mk|

    x: (N, D)，train: (M, D)。返回距离矩阵 (N, M)。
    """
    raise NotImplementedError("distances_l1")


def predict_labels(distances, labels, k):
    """每个样本的标签：k 个最近的训练样本中多数拥有的那个标签。

    distances: (N, M)；labels: (M,)，训练样本的标签，为 >= 0 的整数；k: 1 到 M 的整数。
    返回标签 (N,)，整数。票数相同时，取较小的标签。
    """
    raise NotImplementedError("predict_labels")


def split_folds(x, y, folds):
    """把样本按原有顺序切成与折数一样多的几份。

    x: (N, ...)，y: (N,)。返回 (x_folds, y_folds)：两个列表，各含 `folds` 个数组，两个列表中同一位置的数组相互对应。
    各份的大小最多差一：若 `folds` 不能整除 N，前 N mod folds 份各多一个样本。
    """
    raise NotImplementedError("split_folds")


def cross_validate(x, y, ks, folds):
    """每个 k 在没有见过的样本上表现如何。

    轮流用其余各折来预测每一折。x: (N, D)，y: (N,)，ks: 要尝试的 k。返回字典
    {k: [第 0 折的准确率, 第 1 折的准确率, ...]}；准确率是答对的比例，从 0 到 1。

    请利用 split_folds、distances_no_loops 和 predict_labels。距离与 k 无关。
    """
    raise NotImplementedError("cross_validate")


def choose_k(accuracies):
    """平均准确率最高的 k；同样好时取最小的。

    accuracies: 字典 {k: [每一折的准确率]}，键的顺序任意。返回 k。
    """
    raise NotImplementedError("choose_k")


def classify(x_train, y_train, x, ks, folds):
    """完整的分类器：在训练样本上用交叉验证选择 k，再给新样本贴标签。

    x_train: (M, D)，y_train: (M,)，x: (N, D)，ks: 可供选择的 k。返回 (labels, k)：x 的标签 (N,)，由全部训练样本中最近的
    k 个得出；以及选中的 k。

    请利用 cross_validate、choose_k、distances_no_loops 和 predict_labels。
    """
    raise NotImplementedError("classify")
