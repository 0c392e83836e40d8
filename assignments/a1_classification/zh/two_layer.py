"""有一个隐藏层的网络，手工推导的梯度，以及训练它的循环。

网络的参数是一个字典：w1 (D, H)、b1 (H,)、w2 (H, C)、b2 (C,)。
"""

import numpy as np


def init_two_layer(d, h, c, scale, rng):
    """训练的起点：权重是小的随机数，偏置为 0。

    d, h, c：输入、隐藏单元和类别的个数；scale：权重的标准差；rng：一个 np.random.Generator，先从中抽取 w1，再抽取 w2，
    两者都服从均值为 0 的正态分布。
    返回字典：w1 (d, h)，b1 (h,)，w2 (h, c)，b2 (c,)。
    """
    raise NotImplementedError("init_two_layer")


def two_layer_scores(params, x):
    """各类别的得分：仿射、ReLU、仿射。

    a = x W₁ + b₁,  h = max(0, a),  s = h W₂ + b₂

    params：参数字典；x：(N, D)。返回 s，(N, C)。
    """
    raise NotImplementedError("two_layer_scores")


def two_layer_loss(params, x, y, reg):
    """网络在带标签样本上的损失及其梯度。

    L = -1/N Σ_n log p_n[y_n] + reg/2 (Σ W₁² + Σ W₂²),  p_n = softmax(s_n)

    偏置不参与正则化。得分达到数千时也不得溢出。params：参数字典；x：(N, D)；y：(N,)，正确类别，整数；reg：一个数。
    返回 (L, grads)：L 是一个数，grads 是与 params 键和形状都相同的字典。
    """
    raise NotImplementedError("two_layer_loss")


def two_layer_step(params, grads, lr):
    """对所有参数做一步梯度下降。

    params, grads：键和形状相同的字典；lr：学习率。返回新的字典；传入的字典保持不变。
    """
    raise NotImplementedError("two_layer_step")


def train_two_layer(params, x, y, *, lr, lr_decay, reg, epochs, batch, rng):
    """小批量梯度下降。

    每一轮按新抽取的顺序 rng.permutation(N) 把所有样本过一遍，每批 batch 个（最后一批可以较小）。对每个批次：先求损失和梯度，
    再走一步。每轮之后学习率乘以 lr_decay。

    params：起始的参数字典；x：(N, D)；y：(N,)。返回 (params, losses)：训练后的字典，以及每个批次在更新之前的损失组成的列表。
    """
    raise NotImplementedError("train_two_layer")


def predict_two_layer(params, x):
    """每个样本得分最高的类别。

    params：参数字典；x：(N, D)。返回整数数组，(N,)。
    """
    raise NotImplementedError("predict_two_layer")
