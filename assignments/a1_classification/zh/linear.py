"""线性分类器：得分 s = x w，两种比较得分的损失，以及梯度下降。

各处的形状：x (N, D)，每行一个样本，最后一个数恒为 1（偏置）；w (D, C)，每列一个类别；y (N,)，正确类别，
取 0 到 C - 1 的整数。损失是各样本的平均值加上惩罚项 reg Σ w²。
"""

import numpy as np


def add_bias(x):
    """每个样本成为一行，末尾加一个 1：于是 w 的最后一行就是偏置，得分为 x w。

    x: (N, ...)，至少两个轴。返回 (N, D + 1)，D 是一个样本所含数的个数。
    """
    raise NotImplementedError("add_bias")


def svm_loss_naive(w, x, y, reg):
    """多类合页损失（SVM）及其梯度，对样本和类别写循环。

    L = 1/N Σ_n Σ_{j ≠ y_n} max(0, s_nj - s_ny + 1) + reg Σ w²，   s_ny 是正确类别的得分

    w: (D, C)，x: (N, D)，y: (N,)，reg: >= 0 的数。返回 (loss, dw)：一个数，以及 dL/dw (D, C)。
    """
    raise NotImplementedError("svm_loss_naive")


def svm_loss(w, x, y, reg):
    """同样的损失与梯度，不用循环。

    w: (D, C)，x: (N, D)，y: (N,)，reg: >= 0 的数。返回 (loss, dw)。
    """
    raise NotImplementedError("svm_loss")


def softmax_loss_naive(w, x, y, reg):
    """softmax 的交叉熵损失及其梯度，对样本和类别写循环。

    L = 1/N Σ_n -log p_ny + reg Σ w²，   p_nj = e^{s_nj} / Σ_i e^{s_ni}，   p_ny 是正确类别的概率

    w: (D, C)，x: (N, D)，y: (N,)，reg: >= 0 的数。返回 (loss, dw)。得分达到数千时也不能溢出。
    """
    raise NotImplementedError("softmax_loss_naive")


def softmax_loss(w, x, y, reg):
    """同样的损失与梯度，不用循环。得分达到数千时也不能溢出。

    w: (D, C)，x: (N, D)，y: (N,)，reg: >= 0 的数。返回 (loss, dw)。
    """
    raise NotImplementedError("softmax_loss")


def train_linear(loss, x, y, w, *, lr, reg, steps, batch, rng):
    """从权重 w 出发的小批量梯度下降。

    每一步用 rng.integers(len(x), size=batch) 抽取样本，求这些样本上的损失及其梯度，然后沿梯度的反方向走一小步。

    loss: 函数 loss(w, x, y, reg) -> (loss, dw)，例如 svm_loss；x: (N, D)，y: (N,)，w: (D, C)；lr: 学习率；reg: 传给
    loss；steps、batch: 步数与每步的样本数；rng: np.random.Generator。
    返回 (w, losses)：新的权重（传入的数组 w 保持不变），以及 `steps` 个数的列表，即每一步更新之前的损失。
    """
    raise NotImplementedError("train_linear")


def predict_linear(w, x):
    """每个样本得分最高的类别。

    w: (D, C)，x: (N, D)。返回类别 (N,)，整数。
    """
    raise NotImplementedError("predict_linear")


def search(train, x_val, y_val, lrs, regs):
    """尝试学习率与正则化强度的每一种组合，保留在验证集上最好的一个。

    train: 函数 train(lr, reg) -> w，用给定的值训练一个分类器；x_val: (N, D)，y_val: (N,)；lrs、regs: 要尝试的值。
    每种组合训练一次。返回 (best, w, accuracies)：最好的组合 (lr, reg)，若有几个同样好则取最先尝试的（lrs 在外层循环）；
    它的权重 (D, C)；以及所有组合的字典 {(lr, reg): 验证集上的准确率}。若训练失败，权重中有 nan 或 inf，则其准确率为 0。

    请利用 predict_linear。
    """
    raise NotImplementedError("search")
