"""Checks of the two-layer network: start, scores, loss with gradient, step, training, prediction."""

DOCS_ZH = {
    "": """有一个隐藏层的网络，手工推导的梯度，以及训练它的循环。

网络的参数是一个字典：w1 (D, H)、b1 (H,)、w2 (H, C)、b2 (C,)。""",
}


def network(rng, d, h, c, scale=1.0):
    shapes = {"w1": (d, h), "b1": (h,), "w2": (h, c), "b2": (c,)}
    return {name: scale * rng.standard_normal(shape) for name, shape in shapes.items()}


def sizes(rng):
    """N, D, H, C, all different."""
    return (int(k) for k in rng.permutation([3, 4, 5, 6, 7])[:4])


def init_cases(rng):
    return [Case(*list(sizes(rng))[:3], float(rng.uniform(0.01, 0.5)), Draws(rng.integers(1 << 30))) for _ in range(3)]


def scores_cases(rng):
    cases = []
    for _ in range(3):
        n, d, h, c = sizes(rng)
        cases.append(Case(network(rng, d, h, c), rng.standard_normal((n, d))))
    return cases


def loss_cases(rng):
    cases = []
    for reg, scale in ((0.0, 1.0), (0.3, 1.0), (0.05, 30.0)):  # the last has scores in the thousands
        n, d, h, c = sizes(rng)
        x, y = rng.standard_normal((n, d)), rng.integers(0, c, n)
        cases.append(Case(network(rng, d, h, c, scale), x, y, reg))
    return cases


def step_cases(rng):
    return [Case(network(rng, 4, 5, 3), network(rng, 4, 5, 3), lr) for lr in (0.1, 0.7, 1e-3)]


def train_cases(rng):
    cases = []
    for n, batch, epochs in ((10, 4, 3), (7, 3, 2)):
        _, d, h, c = sizes(rng)
        x, y = rng.standard_normal((n, d)), rng.integers(0, c, n)
        draws = Draws(rng.integers(1 << 30))
        options = dict(lr=0.1, lr_decay=0.5, reg=0.2, epochs=epochs, batch=batch, rng=draws)
        cases.append(Case(network(rng, d, h, c, 0.5), x, y, **options))
    return cases


exercise(
    "init_two_layer",
    cases=init_cases,
    topics=("R501",),
    mistakes=[
        Mistake("no_scale", "w1 = scale * ", "w1 = ", "the weights of the first layer are not scaled", "第一层的权重没有乘以 scale"),
        Mistake("no_scale_2", "w2 = scale * ", "w2 = ", "the weights of the second layer are not scaled", "第二层的权重没有乘以 scale"),
        Mistake("variance", "w1 = scale", "w1 = scale**0.5", "scale is taken as a variance; it is a standard deviation", "把 scale 当成了方差；它是标准差"),
        Mistake("zeros", "w1 = scale", "w1 = 0", "all weights of the first layer are 0: its units can never become different", "第一层的权重全为 0：各隐藏单元永远无法变得不同"),
        Mistake("uniform", "w1 = scale * rng.standard_normal((d, h))", "w1 = scale * rng.random((d, h))", "the weights are drawn evenly from [0, 1), so all are positive", "权重取自 [0, 1) 上的均匀分布，因而全为正数"),
        Mistake("bias_random", '"b1": np.zeros(h)', '"b1": scale * rng.standard_normal(h)', "the biases of the first layer are random", "第一层的偏置是随机数"),
        Mistake("bias_one", '"b1": np.zeros(h)', '"b1": np.ones(h)', "the biases of the first layer are 1", "第一层的偏置为 1"),
        Mistake("transposed", "rng.standard_normal((d, h))", "rng.standard_normal((h, d))", "w1 has its two sides exchanged", "w1 的两个维度颠倒了"),
    ],
    hints=[
        ("Which of the four need to be random so that hidden units become different from each other?", "四个参数中，哪些必须是随机的，才能让各隐藏单元互不相同？"),
        ("rng.standard_normal(shape) has standard deviation 1. What makes it another?", "rng.standard_normal(shape) 的标准差是 1。怎样变成别的标准差？"),
        ("w = scale * rng.standard_normal(shape), b = np.zeros(...); w1 is drawn before w2.", "w = scale * rng.standard_normal(shape)，b = np.zeros(...)；先抽 w1，再抽 w2。"),
    ],
    doc_zh="""训练的起点：权重是小的随机数，偏置为 0。

    d, h, c：输入、隐藏单元和类别的个数；scale：权重的标准差；rng：一个 np.random.Generator，先从中抽取 w1，再抽取 w2，
    两者都服从均值为 0 的正态分布。
    返回字典：w1 (d, h)，b1 (h,)，w2 (h, c)，b2 (c,)。
    """,
)  # fmt: skip

exercise(
    "two_layer_scores",
    cases=scores_cases,
    topics=("R123", "R125"),
    mistakes=[
        Mistake("no_relu", "np.maximum(0, x @", "(x @", "there is no ReLU: two linear maps in a row are one linear map", "缺少 ReLU：两个线性映射接连起来仍是一个线性映射"),
        Mistake("relu_scores", 'return h @ params["w2"] + params["b2"]', 'return np.maximum(0, h @ params["w2"] + params["b2"])', "the scores pass through a ReLU, too", "得分也经过了 ReLU"),
        Mistake("no_b1", ' + params["b1"])', ")", "the first bias is missing", "没有加第一个偏置"),
        Mistake("no_b2", ' + params["b2"]', "", "the second bias is missing", "没有加第二个偏置"),
        Mistake("bias_after_relu", 'np.maximum(0, x @ params["w1"] + params["b1"])', 'np.maximum(0, x @ params["w1"]) + params["b1"]', "the first bias is added after the ReLU", "第一个偏置加在了 ReLU 之后"),
        Mistake("abs", "np.maximum(0, x", "np.abs(x", "negative numbers are reflected, not cut off", "负数被取了绝对值，而不是截断"),
        Mistake("minimum", "np.maximum", "np.minimum", "the positive numbers are cut off, not the negative ones", "截断的是正数而不是负数"),
        Mistake("kink", "np.maximum(0", "np.maximum(1", "the ReLU has its kink at 1", "ReLU 的拐点在 1 处"),
    ],
    hints=[
        ("The network is three functions, one after the other. Write a line for each.", "网络是三个函数依次相接。每个函数写一行。"),
        ("The ReLU stands between the two affine maps only, and acts on each number for itself.", "ReLU 只出现在两个仿射映射之间，对每个数单独作用。"),
        ("h = np.maximum(0, x @ w1 + b1), s = h @ w2 + b2", "h = np.maximum(0, x @ w1 + b1)，s = h @ w2 + b2"),
    ],
    doc_zh="""各类别的得分：仿射、ReLU、仿射。

    a = x W₁ + b₁,  h = max(0, a),  s = h W₂ + b₂

    params：参数字典；x：(N, D)。返回 s，(N, C)。
    """,
)  # fmt: skip

exercise(
    "two_layer_loss",
    cases=loss_cases,
    returns=("loss", "grads"),
    points=3,
    topics=("R111", "R112", "R123", "R125", "R129"),
    mistakes=[
        Mistake("not_divided", "    ds /= n\n", "", "the gradient is that of the sum over the samples; the loss is their mean", "梯度是对样本求和的梯度，而损失是均值"),
        Mistake("loss_sum", "y].mean()", "y].sum()", "the loss is summed over the samples, not averaged", "损失对样本求了和，而不是平均"),
        Mistake("no_mask", " * (a > 0)", "", "the gradient passes the ReLU as if it were not there", "梯度穿过 ReLU 时好像它不存在"),
        Mistake("mask_gradient", "ds @ w2.T * (a > 0)", "np.maximum(0, ds @ w2.T)", "the gradient itself was put through a ReLU; what counts is the sign of what entered it", "把梯度本身送进了 ReLU；应当看的是当初输入的符号"),
        Mistake("no_reg_loss", "loss += 0.5 * reg * (", "loss += 0 * (", "the loss has no penalty, its gradient has one", "损失中没有正则项，梯度中却有"),
        Mistake("no_reg_gradient", '{"w1": dw1 + reg * w1, "b1": db1, "w2": dw2 + reg * w2,', '{"w1": dw1, "b1": db1, "w2": dw2,', "the gradient knows nothing of the penalty", "梯度中没有正则项的贡献"),
        Mistake("reg_double", "loss += 0.5 * reg", "loss += reg", "the penalty in the loss lacks its factor: loss and gradient follow different conventions", "损失中的正则项少了系数：损失与梯度采用了不同的约定"),
        Mistake("reg_twice", '{"w1": dw1 + reg * w1, "b1": db1, "w2": dw2 + reg * w2,', '{"w1": dw1 + 2 * reg * w1, "b1": db1, "w2": dw2 + 2 * reg * w2,', "the penalty's gradient is twice too large for this convention", "按此约定，正则项的梯度大了一倍"),
        Mistake("reg_w1_only", " + (w2**2).sum())", ")", "only the first layer's weights are penalised in the loss", "损失中只惩罚了第一层的权重"),
        Mistake("reg_bias", '"b1": db1,', '"b1": db1 + reg * b1,', "the biases of the first layer are regularised", "第一层的偏置也被正则化了"),
        Mistake("no_minus_one", "    ds[np.arange(n), y] -= 1\n", "", "the gradient does not know which class is the right one", "梯度不知道哪个类别是正确的"),
        Mistake("overflow", "    s = s - s.max(axis=1, keepdims=True)\n", "", "large scores overflow", "得分很大时会溢出"),
        Mistake("mean_bias", "da.sum(axis=0)", "da.mean(axis=0)", "the first bias gets a mean over the batch once more", "第一个偏置的梯度又对批次取了一次平均"),
    ],
    hints=[
        ("Keep what the way forward computes (a, h, p): the way back needs it. Begin with dL/ds, which has the shape of s.", "前向时的中间量（a、h、p）都要留着：反向时要用。先求 dL/ds，它与 s 同形。"),
        ("Go back through affine, ReLU, affine with one gradient a line. Each has the shape of its variable; the penalty adds to the two weight matrices only.", "依次反向穿过仿射、ReLU、仿射，每行一个梯度，形状与对应变量相同；正则项只加到两个权重矩阵上。"),
        ("ds = (p - onehot(y)) / N; dw2 = hᵀ ds + reg w2, db2 = Σ_n ds; da = (ds w2ᵀ) · [a > 0]; dw1 = xᵀ da + reg w1, db1 = Σ_n da. For the softmax subtract each row's maximum first.", "ds = (p - onehot(y)) / N；dw2 = hᵀ ds + reg w2，db2 = Σ_n ds；da = (ds w2ᵀ) · [a > 0]；dw1 = xᵀ da + reg w1，db1 = Σ_n da。softmax 之前先减去每行的最大值。"),
    ],
    doc_zh="""网络在带标签样本上的损失及其梯度。

    L = -1/N Σ_n log p_n[y_n] + reg/2 (Σ W₁² + Σ W₂²),  p_n = softmax(s_n)

    偏置不参与正则化。得分达到数千时也不得溢出。params：参数字典；x：(N, D)；y：(N,)，正确类别，整数；reg：一个数。
    返回 (L, grads)：L 是一个数，grads 是与 params 键和形状都相同的字典。
    """,
)  # fmt: skip

exercise(
    "two_layer_step",
    cases=step_cases,
    topics=("R113",),
    mistakes=[
        Mistake("ascent", "p - lr", "p + lr", "the step goes uphill", "这一步是往上坡走"),
        Mistake("no_lr", "lr * grads", "grads", "the learning rate is ignored", "没有用到学习率"),
        Mistake("no_bias", "p - lr * grads[name]", 'p - lr * grads[name] * name.startswith("w")', "the biases are never updated", "偏置从未更新"),
        Mistake("first_layer", "p - lr * grads[name]", 'p - lr * grads[name] * name.endswith("1")', "only the first layer is updated", "只更新了第一层"),
        Mistake("replaced", "p - lr * grads[name]", "-lr * grads[name]", "the parameters are replaced by the step", "参数被步长本身替换了"),
        Mistake("decay", "p - lr", "(1 - lr) * p - lr", "the parameters shrink with each step, too", "每一步参数还会额外缩小"),
        Mistake("sign_only", "lr * grads[name]", "lr * np.sign(grads[name])", "only the sign of the gradient is used", "只用了梯度的符号"),
    ],
    hints=[
        ("In which direction does the loss grow fastest? Go the other way.", "损失沿哪个方向增长最快？朝相反方向走。"),
        ("Make a new dict: one entry for each name, from the parameter and its gradient.", "新建一个字典：每个名字一项，由参数和它的梯度得到。"),
        ("{name: p - lr * grads[name] for name, p in params.items()}",) * 2,
    ],
    doc_zh="""对所有参数做一步梯度下降。

    params, grads：键和形状相同的字典；lr：学习率。返回新的字典；传入的字典保持不变。
    """,
)  # fmt: skip

exercise(
    "train_two_layer",
    cases=train_cases,
    uses=("two_layer_loss", "two_layer_step"),
    returns=("params", "losses"),
    points=2,
    topics=("R113",),
    tolerance=1e-6,
    laws=[
        Law(
            "count",
            lambda case, result: len(result[1]) == case.options["epochs"] * -(-len(case.args[1]) // case.options["batch"]),
            "there is one loss for each batch of each epoch; the last batch of an epoch may be smaller",
            "每轮的每个批次都有一个损失；每轮最后一个批次可以较小",
        )
    ],
    mistakes=[
        Mistake("decay_each_step", "            params = two_layer_step(params, grads, lr)\n        lr *= lr_decay", "            params = two_layer_step(params, grads, lr)\n            lr *= lr_decay", "the learning rate decays after each batch", "学习率在每个批次之后就衰减"),
        Mistake("no_decay", "        lr *= lr_decay\n", "", "the learning rate never changes", "学习率从不变化"),
        Mistake("decay_first", "    losses = []\n", "    losses = []\n    lr *= lr_decay\n", "the learning rate decays before the first epoch", "第一轮之前学习率就衰减了"),
        Mistake("not_shuffled", "rng.permutation(len(x))", "np.arange(len(x))", "the samples are never shuffled", "样本从未打乱"),
        Mistake("shuffled_once", "    for _ in range(epochs):\n        order = rng.permutation(len(x))\n", "    order = rng.permutation(len(x))\n    for _ in range(epochs):\n", "all epochs go through the samples in the same order", "每一轮都用同样的样本顺序"),
        Mistake("last_dropped", "range(0, len(x), batch)", "range(0, len(x) - batch + 1, batch)", "the last, smaller batch is left out", "最后一个较小的批次被丢掉了"),
        Mistake("with_replacement", "rng.permutation(len(x))", "rng.integers(0, len(x), len(x))", "samples are drawn with replacement: an epoch misses some and repeats others", "样本是有放回抽取的：一轮中有的缺失、有的重复"),
        Mistake("labels_apart", "y[rows]", "y[start : start + batch]", "the labels are not picked with the rows of their samples", "标签没有和样本一起按同样的行取出"),
        Mistake("no_reg", "y[rows], reg)", "y[rows], 0.0)", "the penalty is not passed on", "没有把正则化系数传下去"),
        Mistake("one_epoch", "range(epochs)", "range(1)", "it stops after one epoch", "只训练了一轮就停止"),
    ],
    hints=[
        ("Two loops: epochs outside, batches inside. What happens once an epoch, what once a batch?", "两重循环：外层是轮次，内层是批次。哪些事每轮做一次，哪些每个批次做一次？"),
        ("Draw the order at the start of each epoch; take the same rows of x and of y.", "每轮开始时抽取顺序；x 和 y 取同样的行。"),
        ("for each epoch: order = rng.permutation(N); for start in range(0, N, batch): rows = order[start : start + batch], two_layer_loss, append, two_layer_step; then lr *= lr_decay", "每轮：order = rng.permutation(N)；for start in range(0, N, batch)：rows = order[start : start + batch]，two_layer_loss，记录损失，two_layer_step；轮末 lr *= lr_decay"),
    ],
    doc_zh="""小批量梯度下降。

    每一轮按新抽取的顺序 rng.permutation(N) 把所有样本过一遍，每批 batch 个（最后一批可以较小）。对每个批次：先求损失和梯度，
    再走一步。每轮之后学习率乘以 lr_decay。

    params：起始的参数字典；x：(N, D)；y：(N,)。返回 (params, losses)：训练后的字典，以及每个批次在更新之前的损失组成的列表。
    """,
)  # fmt: skip

exercise(
    "predict_two_layer",
    cases=scores_cases,
    uses=("two_layer_scores",),
    topics=("R123",),
    mistakes=[
        Mistake("axis", "argmax(axis=1)", "argmax(axis=0)", "for each class the best sample is picked, not for each sample the best class", "对每个类别选了样本，而不是对每个样本选类别"),
        Mistake("argmin", "argmax", "argmin", "the class with the lowest score is picked", "选了得分最低的类别"),
        Mistake("value", "argmax(axis=1)", "max(axis=1)", "the highest score itself is returned, not its class", "返回的是最高得分本身，而不是对应的类别"),
        Mistake("from_one", "argmax(axis=1)", "argmax(axis=1) + 1", "the classes are counted from 1", "类别从 1 开始计数"),
        Mistake("flat", "argmax(axis=1)", "argmax()", "one number for the whole batch", "整个批次只得到一个数"),
        Mistake("absolute", "two_layer_scores(params, x).argmax", "abs(two_layer_scores(params, x)).argmax", "scores far below 0 count as high", "远小于 0 的得分被当成了高分"),
    ],
    hints=[
        ("Which axis of the scores runs over the classes?", "得分的哪个轴对应类别？"),
        ("NumPy has a function that gives the place of the largest number along an axis.", "NumPy 有一个函数，能给出沿某个轴最大数的位置。"),
        ("two_layer_scores(params, x).argmax(axis=1)",) * 2,
    ],
    doc_zh="""每个样本得分最高的类别。

    params：参数字典；x：(N, D)。返回整数数组，(N,)。
    """,
)  # fmt: skip
