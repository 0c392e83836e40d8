"""Checks of dropout, and of the network with it. p is never 1/2: keeping and dropping must not look alike."""

from math import sqrt

import numpy as np


def away_from_zero(rng, shape):
    """Numbers none of which is near 0, so that what was dropped can be told."""
    return rng.choice([-1, 1], shape) * rng.uniform(0.5, 2, shape)


def dropout_cases(rng):
    draws = lambda: Draws(rng.integers(1 << 30))  # noqa: E731
    x = away_from_zero(rng, (40, 30))
    return [
        Case(x, p=0.3, training=True, rng=draws()),
        Case(x[:, :20].reshape(20, 10, 4), p=0.8, training=True, rng=draws()),
        Case(x[:4], p=0.3, training=False, rng=draws()),
        Case(x.astype(np.float32), p=0.3, training=True, rng=draws()),
    ]


def in_training(holds):
    """A law of training mode, given y, x and p."""
    return lambda case, result: not case.options["training"] or holds(np.asarray(result[0]), case.args[0], case.options["p"])


def right_share(y, x, p):
    """Within six standard errors."""
    return abs((y == 0).mean() - p) < 6 * sqrt(p * (1 - p) / x.size)


def independent(y, x, p):
    """Rows of the mask that are equal, or columns, are rare."""
    mask = (y == 0).reshape(len(y), -1)
    return len(np.unique(mask, axis=0)) > mask.shape[0] / 2 and len(np.unique(mask.T, axis=0)) > mask.shape[1] / 2


exercise(
    "dropout_forward",
    cases=dropout_cases,
    compare=False,
    look=lambda result: result[0],
    returns=("y", "cache"),
    laws=[
        Law("test", lambda case, result: case.options["training"] or np.array_equal(result[0], case.args[0]), "with training=False nothing happens: y is x", "training=False 时什么也不发生：y 就是 x"),
        Law("share", in_training(right_share), "the share that is dropped is p, up to chance", "被丢弃的比例是 p（允许随机波动）"),
        Law("expectation", in_training(lambda y, x, p: np.allclose(y[y != 0], (x / (1 - p))[y != 0])), "what is kept is scaled so that the expectation of y is x", "留下的数被缩放，使 y 的期望等于 x"),
        Law("independent", in_training(independent), "each number is dropped or kept by itself, not by whole rows or columns", "每个数独立地被丢弃或保留，而不是整行或整列"),
        Law("mask", lambda case, result: not case.options["training"] or np.allclose(case.args[0] * result[1], result[0]), "the cache is the mask: x times it is y", "cache 就是掩码：x 乘以它等于 y"),
        Law("dtype", lambda case, result: result[0].dtype == case.args[0].dtype, "y has the dtype of x: float32 stays float32", "y 与 x 的 dtype 相同：float32 仍是 float32"),
    ],
    also_right=("""
def dropout_forward(x, *, p, training=True, rng=None):
    if training:
        mask = (np.random.default_rng(rng).random(x.shape) < 1 - p) / np.asarray(1 - p, x.dtype)
        return x * mask, mask
    return x, None
""",),
    op="dropout",
    points=2,
    topics=("R163",),
    mistakes=[
        Mistake("p_keeps", "kept = rng.random(x.shape) >= p\n    mask = kept.astype(x.dtype) / (1 - p)", "kept = rng.random(x.shape) < p\n    mask = kept.astype(x.dtype) / p", "p is taken for the probability of keeping; here it is that of dropping", "把 p 当成了保留概率；这里它是丢弃概率"),
        Mistake("not_scaled", " / (1 - p)", "", "what is kept is not scaled: in training everything is smaller than in the test", "留下的数没有缩放：训练时的值比测试时小"),
        Mistake("scaled_by_p", " / (1 - p)", " / p", "what is kept is divided by the wrong probability", "留下的数除以了错误的概率"),
        Mistake("scaled_down", " / (1 - p)", " * (1 - p)", "what is kept becomes smaller, not larger", "留下的数变小了，而不是变大"),
        Mistake("scaled_twice", "return x * mask, mask", "return x * mask / (1 - p), mask", "what is kept is scaled twice", "留下的数缩放了两次"),
        Mistake("test_scaled", "return x, None", "return x * (1 - p), None", "the test scales, as in the first paper; here the training has done that", "测试时做了缩放（最初论文的做法）；这里训练时已经做过了"),
        Mistake("test_drops", "    if not training:\n        return x, None\n", "", "the test drops, too", "测试时也在丢弃"),
        Mistake("rows", "rng.random(x.shape)", "rng.random((len(x), *(1,) * (x.ndim - 1)))", "whole samples are dropped", "丢弃的是整个样本"),
        Mistake("one_mask", "rng.random(x.shape)", "rng.random((1, *x.shape[1:]))", "all samples have one mask", "所有样本共用一个掩码"),
        Mistake("promoted", "kept.astype(x.dtype)", "kept.astype(float)", "the mask is float64, and so becomes a float32 y", "掩码是 float64，使 float32 的 y 也变成了 float64"),
    ],
    hints=[
        ("A boolean array of x's shape says who stays. Which comparison gives True with probability 1 - p?", "一个与 x 同形的布尔数组说明谁留下。什么比较以概率 1 - p 给出 True？"),
        ("If a number stays with probability q, which factor brings its expectation back? Put it into the mask, in x's dtype.", "若一个数以概率 q 留下，什么系数能恢复它的期望？把它放进掩码，并用 x 的 dtype。"),
        ("mask = (rng.random(x.shape) >= p).astype(x.dtype) / (1 - p); y = x * mask; with training=False: return x, None", "mask = (rng.random(x.shape) >= p).astype(x.dtype) / (1 - p)；y = x * mask；training=False 时 return x, None"),
    ],
)  # fmt: skip


def masks(rng):
    """dout and the cache: two masks, and none."""
    made = []
    for shape, p in (((4, 5), 0.3), ((3, 2, 4), 0.7)):
        made.append(Case(away_from_zero(rng, shape), (rng.random(shape) >= p) / (1 - p)))
    return [*made, Case(away_from_zero(rng, (3, 4)), None)]


exercise(
    "dropout_backward",
    cases=masks,
    returns=("dx",),
    op="dropout",
    points=0.5,
    topics=("R163",),
    mistakes=[
        Mistake("no_mask", "dout if mask is None else dout * mask", "1 * dout", "dx is dout everywhere: what was dropped gets a gradient, too", "dx 处处等于 dout：被丢弃的数也得到了梯度"),
        Mistake("new_mask", "else dout * mask", "else dout * np.random.default_rng(0).permutation(mask.ravel()).reshape(mask.shape)", "the mask is drawn anew; the gradient must take the same way as the numbers", "掩码被重新抽取了；梯度必须走与数值相同的路"),
        Mistake("scaled_twice", "else dout * mask", "else dout * mask * mask.max()", "the scale, which is in the mask already, is multiplied in once more", "掩码中已含缩放，却又乘了一次"),
        Mistake("not_scaled", "else dout * mask", "else dout * (mask > 0)", "the scale is missing: only zeros and ones are left of the mask", "缺少缩放：掩码只剩下 0 和 1"),
        Mistake("inverted", "else dout * mask", "else dout * (mask == 0)", "the mask is turned round: what was dropped gets the gradient", "掩码反了：被丢弃的数得到了梯度"),
        Mistake("no_dout", "else dout * mask", "else mask.copy()", "dout has no part in dx", "dx 中没有用到 dout"),
        Mistake("divided", "else dout * mask", "else np.where(mask > 0, dout / np.maximum(mask, 1), 0)", "dout is divided by the scale", "dout 除以了缩放系数"),
        Mistake("test_zero", "return dout if mask is None", "return 0 * dout if mask is None", "without a mask, nothing comes through; it should be all", "没有掩码时什么都不通过；应当全部通过"),
    ],
    hints=[
        ("y is x times a constant array. What is the derivative of that?", "y 是 x 乘以一个常数数组。它的导数是什么？"),
        ("The same mask, with its scale. And where there was none (test), y was x.", "同一个掩码，连同它的缩放。没有掩码时（测试），y 就是 x。"),
        ("dx = dout if cache is None else dout * cache",) * 2,
    ],
)  # fmt: skip


def net(rng, n, sizes):
    """(params, x, y)."""
    params = {}
    for i in range(1, len(sizes)):
        d, m = sizes[i - 1 : i + 1]
        params[f"w{i}"], params[f"b{i}"] = rng.standard_normal((d, m)) / sqrt(d), 0.5 * rng.standard_normal(m)
    return params, rng.standard_normal((n, sizes[0])), rng.integers(0, sizes[-1], n)


def score_cases(rng):
    draws = lambda: Draws(rng.integers(1 << 30))  # noqa: E731
    return [
        Case(*net(rng, 5, (6, 8, 8, 3))[:2], p=0.3, training=True, rng=draws()),
        Case(*net(rng, 4, (5, 7, 4))[:2], p=0.6, training=True, rng=draws()),
        Case(*net(rng, 4, (5, 7, 4))[:2], p=0.6, training=False, rng=draws()),
    ]


exercise(
    "dropout_net_scores",
    cases=score_cases,
    uses=("affine_forward", "affine_relu_forward", "dropout_forward"),
    look=lambda result: result[0],
    returns=("scores", "caches"),
    topics=("R199", "R163"),
    mistakes=[
        Mistake("no_dropout", 'h, mask = dropout_forward(h, p=p, training=training, rng=rng)', "mask = None", "there is no dropout", "没有 dropout"),
        Mistake("always_training", "training=training", "training=True", "the test drops, too", "测试时也在丢弃"),
        Mistake("keep_for_drop", "p=p", "p=1 - p", "p is handed on as the probability of keeping", "把 p 当作保留概率传了下去"),
        Mistake("of_scores", "    return scores, [*caches, cache]", "    return dropout_forward(scores, p=p, training=training, rng=rng)[0], [*caches, cache]", "scores are dropped, too", "分数也被丢弃了"),
        Mistake("of_input", "h, caches = x, []", "h, caches = dropout_forward(x, p=p, training=training, rng=rng)[0], []", "the input is dropped, too", "输入也被丢弃了"),
        Mistake("one_generator_each", "rng=rng", "rng=np.random.default_rng(0)", "each call makes a new generator: all draws are the same", "每次调用都新建生成器：所有抽取都一样"),
        Mistake("first_only", "training=training, rng=rng", "training=training and i == 1, rng=rng", "only the first hidden layer has dropout", "只有第一个隐藏层有 dropout"),
    ],
    hints=[
        ("It is net_scores with one more line in the loop.", "它就是 net_scores，循环里多一行。"),
        ("The mask goes into the caches beside what affine_relu has given; p, training, rng are only handed on.", "掩码与 affine_relu 给出的 cache 放在一起；p、training、rng 只是往下传。"),
        ("h, cache = affine_relu_forward(h, w_i, b_i); h, mask = dropout_forward(h, p=p, training=training, rng=rng); caches.append((cache, mask))", "h, cache = affine_relu_forward(h, w_i, b_i)；h, mask = dropout_forward(h, p=p, training=training, rng=rng)；caches.append((cache, mask))"),
    ],
)  # fmt: skip


def loss_cases(rng):
    draws = lambda: Draws(rng.integers(1 << 30))  # noqa: E731
    return [
        Case(*net(rng, 5, (6, 8, 8, 3)), p=0.3, rng=draws(), reg=0.3),
        Case(*net(rng, 4, (5, 9, 4)), p=0.6, rng=draws()),
        Case(*net(rng, 3, (5, 4)), p=0.6, rng=draws(), reg=0.1),
    ]


exercise(
    "dropout_net_loss",
    cases=loss_cases,
    uses=("dropout_net_scores", "softmax_loss_forward", "softmax_loss_backward", "affine_backward", "dropout_backward", "affine_relu_backward"),
    returns=("loss", "grads"),
    topics=("R199", "R163"),
    mistakes=[
        Mistake("no_mask", "dout = dropout_backward(dout, mask)", "dout = 1 * dout", "the way back leaves dropout out", "反向时漏掉了 dropout"),
        Mistake("test_mode", "training=True", "training=False", "the loss is that of the test: nothing is dropped", "损失是测试模式的：什么也没有丢弃"),
        Mistake("not_scaled", "dropout_backward(dout, mask)", "dout * (mask > 0)", "the way back has the mask without its scale", "反向用的掩码没有缩放"),
        Mistake("squared", "dropout_backward(dout, mask)", "dropout_backward(dout, mask * mask)", "the mask counts twice on the way back", "反向时掩码乘了两次"),
        Mistake("reg_no_half", "loss = loss + reg / 2 *", "loss = loss + reg *", "the loss has twice the penalty that the gradient belongs to", "损失中的惩罚项是梯度所对应的两倍"),
        Mistake("reg_twice_in_grad", "+ reg * params", "+ 2 * reg * params", "the penalty's gradient is twice too large for this loss", "对这个损失而言，惩罚项的梯度大了一倍"),
        Mistake("reg_not_in_grad", "+ reg * params", "+ 0 * params", "the penalty is in the loss, but not in the gradients", "惩罚项在损失里，却不在梯度里"),
        Mistake("minus", "softmax_loss_backward(1.0, cache)", "softmax_loss_backward(-1.0, cache)", "all gradients of the softmax loss have the wrong sign", "softmax 损失的所有梯度符号都反了"),
    ],
    hints=[
        ("It is net_loss; where does the gradient meet the mask?", "它就是 net_loss；梯度在哪里遇到掩码？"),
        ("For a hidden layer: first through dropout, then through affine_relu, with the two caches that stand together.", "对一个隐藏层：先经过 dropout，再经过 affine_relu，使用放在一起的两个 cache。"),
        ("cache, mask = caches[i - 1]; dout = dropout_backward(dout, mask); dout, dw, db = affine_relu_backward(dout, cache)", "cache, mask = caches[i - 1]；dout = dropout_backward(dout, mask)；dout, dw, db = affine_relu_backward(dout, cache)"),
    ],
)  # fmt: skip
