"""Checks of the layers: affine, relu, the two together, softmax loss."""

import numpy as np


def affine_case(rng):
    n, m = rng.integers(2, 6, 2)
    shape = tuple(int(k) for k in rng.integers(2, 4, rng.integers(1, 4)))
    d = int(np.prod(shape))
    return Case(rng.standard_normal((n, *shape)), rng.standard_normal((d, m)), rng.standard_normal(m))


def affine_cases(rng):
    return [affine_case(rng) for _ in range(4)]


def relu_cases(rng):
    """Numbers on both sides of 0 and of 1, and whole ones: 0 itself is among them."""
    return [Case(2 * rng.standard_normal((4, 3))), Case(2 * rng.standard_normal((2, 3, 4))), Case(rng.integers(-2, 3, (5, 6)) * 1.0)]


def softmax_cases(rng):
    """Batches that are no square, and one of scores that would overflow."""
    made = []
    for n, c, scale, offset in ((5, 3, 2.0, 0.0), (4, 7, 3.0, -2.0), (3, 5, 4.0, 1000.0)):
        made.append(Case(offset + scale * rng.standard_normal((n, c)), rng.integers(0, c, n)))
    return made


exercise(
    "affine_forward",
    cases=affine_cases,
    look=lambda result: result[0],
    returns=("y", "cache"),
    topics=("R123", "R124"),
    mistakes=[
        Mistake("no_bias", " + b", "", "the bias is missing", "没有加偏置"),
        Mistake("minus_bias", " + b", " - b", "the bias is subtracted", "偏置被减去了"),
        Mistake("bias_twice", " + b", " + 2 * b", "the bias is added twice", "偏置加了两次"),
        Mistake("no_product", "@ w + b", "@ (0 * w) + b", "only the bias arrives", "只有偏置起作用"),
        Mistake("mean", "@ w + b", "@ w / len(w) + b", "the products are averaged, not summed", "对乘积取了平均而不是求和"),
        Mistake("bias_inside", "@ w + b", "@ (w + b)", "the bias is added to the weights", "偏置被加到了权重上"),
        Mistake("fortran", "x.reshape(len(x), -1)", 'x.reshape(len(x), -1, order="F")', "the numbers of a sample are taken in another order (column by column)", "样本中的数被按另一种顺序（逐列）展平"),
    ],
    hints=[
        ("How many numbers does one sample have? w has that many rows.", "一个样本有多少个数？w 就有多少行。"),
        ("Turn x into a matrix with a row for each sample, then it is one matrix product.", "把 x 变成每个样本一行的矩阵，然后只需一次矩阵乘法。"),
        ("y = x.reshape(N, -1) @ w + b",) * 2,
    ],
)  # fmt: skip

exercise(
    "affine_backward",
    cases=lambda rng: [backward_case(right.affine_forward, case, rng) for case in affine_cases(rng)],
    returns=("dx", "dw", "db"),
    op="affine",
    points=2,
    topics=("R123",),
    mistakes=[
        Mistake("mean_b", "dout.sum(axis=0)", "dout.mean(axis=0)", "db is a mean over the batch", "db 对批次取了平均"),
        Mistake("mean_w", "-1).T @ dout", "-1).T @ dout / len(x)", "dw is divided by N; the loss has done that already", "dw 除以了 N；损失函数中已经除过了"),
        Mistake("no_reshape", ".reshape(x.shape)", "", "dx is left as a matrix", "dx 没有恢复成 x 的形状"),
        Mistake("plus_b", "dout @ w.T", "(dout + cache[2]) @ w.T", "the bias enters dx", "偏置混进了 dx"),
        Mistake("keepdims", "dout.sum(axis=0)", "dout.sum(axis=0, keepdims=True)", "db has an axis too many", "db 多了一个轴"),
        Mistake("axis", "dout.sum(axis=0)", "dout.sum(axis=1)", "db is summed over the outputs, it has one number a sample", "db 沿输出方向求和了，变成每个样本一个数"),
        Mistake("sign", "dw = x.res", "dw = -x.res", "dw has the wrong sign", "dw 的符号反了"),
        Mistake("ones", "dout.sum(axis=0)", "np.ones(dout.shape[1])", "db is 1: dout has no part in it", "db 恒为 1：没有用到 dout"),
    ],
    hints=[
        ("Each gradient has the shape of its input. Which products of dout, x and w have those shapes?", "每个梯度与对应输入形状相同。dout、x、w 的哪些乘积有这些形状？"),
        ("b is added to every row, so its gradient collects from every row.", "b 加到了每一行，所以它的梯度要把每一行都收集起来。"),
        ("dx = (dout @ w.T).reshape(x.shape), dw = x.reshape(N, -1).T @ dout, db = dout.sum(axis=0)",) * 2,
    ],
)  # fmt: skip

exercise(
    "relu_forward",
    cases=relu_cases,
    look=lambda result: result[0],
    returns=("y", "cache"),
    points=0.5,
    topics=("R125",),
    mistakes=[
        Mistake("minimum", "np.maximum(x, 0)", "np.minimum(x, 0)", "the negative numbers are kept, the positive ones lost", "留下了负数，丢掉了正数"),
        Mistake("absolute", "np.maximum(x, 0)", "np.abs(x)", "negative numbers are turned over; they should be lost", "负数被取了绝对值；它们应当消失"),
        Mistake("identity", "np.maximum(x, 0)", "x.copy()", "nothing is cut off: y is x", "没有截断：y 就是 x"),
        Mistake("mask", "np.maximum(x, 0)", "(x > 0) * 1.0", "y is 1 where x is positive: that is the derivative, not the function", "x 为正处 y 是 1：那是导数，不是函数本身"),
        Mistake("leaky", "np.maximum(x, 0)", "np.where(x > 0, x, 0.01 * x)", "a little of the negative numbers comes through (a leaky relu)", "负数仍有一小部分通过（那是 leaky ReLU）"),
        Mistake("clipped", "np.maximum(x, 0)", "np.clip(x, 0, 1)", "y is cut off above, too", "上方也被截断了"),
        Mistake("minus", "np.maximum(x, 0)", "np.maximum(-x, 0)", "x has the wrong sign", "x 的符号反了"),
    ],
    hints=[
        ("What should come of -3, of 0, of 2?", "-3、0、2 各应变成什么？"),
        ("NumPy has a function that takes the larger of two numbers, place by place.", "NumPy 有一个逐元素取两数中较大者的函数。"),
        ("y = np.maximum(x, 0)",) * 2,
    ],
)  # fmt: skip

exercise(
    "relu_backward",
    cases=lambda rng: [backward_case(right.relu_forward, case, rng) for case in relu_cases(rng)],
    returns=("dx",),
    op="relu",
    topics=("R125",),
    mistakes=[
        Mistake("no_mask", "dout * (x > 0)", "dout.copy()", "dx is dout everywhere: units that were off let it through", "dx 处处等于 dout：关闭的单元也让它通过了"),
        Mistake("no_dout", "dout * (x > 0)", "(x > 0) * 1.0", "dout has no part in dx", "dx 中没有用到 dout"),
        Mistake("at_zero", "(x > 0)", "(x >= 0)", "at x = 0 the gradient passes; by our convention it does not", "x = 0 处梯度通过了；按约定不应通过"),
        Mistake("of_dout", "(x > 0)", "(dout > 0)", "the mask asks whether dout is positive, not whether the unit was on", "掩码判断的是 dout 是否为正，而不是该单元是否激活"),
        Mistake("inverted", "(x > 0)", "(x <= 0)", "the mask is turned round: the units that were off get it all", "掩码反了：关闭的单元得到了全部梯度"),
        Mistake("times_x", "dout * (x > 0)", "dout * np.maximum(x, 0)", "dout is multiplied by y itself", "dout 乘上了 y 本身"),
        Mistake("sign", "(x > 0)", "np.sign(x)", "units that were off get the gradient with a minus", "关闭的单元得到了带负号的梯度"),
    ],
    hints=[
        ("Where x was positive, y moves with x, one for one. And elsewhere?", "在 x 为正处，y 随 x 一比一变化。别处呢？"),
        ("Make a mask of the places where the unit was on. What do you do with dout there?", "做一个标出激活单元的掩码。dout 该如何与它结合？"),
        ("dx = dout * (x > 0)",) * 2,
    ],
)  # fmt: skip

exercise(
    "affine_relu_forward",
    cases=affine_cases,
    uses=("affine_forward", "relu_forward"),
    look=lambda result: result[0],
    returns=("y", "cache"),
    points=0.5,
    topics=("R123", "R125"),
    mistakes=[
        Mistake("no_relu", "relu_forward(a)", "(a, a)", "relu is missing", "缺少 ReLU"),
        Mistake("relu_first", "affine_forward(x, w, b)", "affine_forward(relu_forward(x)[0], w, b)", "relu stands before affine, too", "在仿射层之前也用了 ReLU"),
        Mistake("wrong_order", "affine_forward(x, w, b)\n    y, relu_cache = relu_forward(a)", "affine_forward(relu_forward(x)[0], w, b)\n    y, relu_cache = a, x", "relu comes first, affine second: the order is turned round", "先 ReLU 后仿射：顺序反了"),
        Mistake("no_bias", "affine_forward(x, w, b)", "affine_forward(x, w, 0 * b)", "the bias does not arrive", "偏置没有传进去"),
        Mistake("bias_after", "relu_forward(a)", "(relu_forward(a - b)[0] + b, a)", "the bias is added after relu", "偏置加在了 ReLU 之后"),
        Mistake("positive_weights", "affine_forward(x, w, b)", "affine_forward(x, relu_forward(w)[0], b)", "relu is applied to the weights", "ReLU 用在了权重上"),
        Mistake("minus", "relu_forward(a)", "relu_forward(-a)", "relu gets the negative of what affine gives", "传给 ReLU 的是仿射结果的相反数"),
    ],
    hints=[
        ("You have both layers already. What does the second one take as input?", "两个层你都已经有了。第二层的输入是什么？"),
        ("Call one, give its output to the other, and keep both caches in a tuple.", "先调用一个，把输出交给另一个，并把两个 cache 放进一个元组。"),
        ("a, affine_cache = affine_forward(x, w, b); y, relu_cache = relu_forward(a); return y, (affine_cache, relu_cache)",) * 2,
    ],
)  # fmt: skip

exercise(
    "affine_relu_backward",
    cases=lambda rng: [backward_case(right.affine_relu_forward, case, rng) for case in affine_cases(rng)],
    uses=("affine_backward", "relu_backward"),
    returns=("dx", "dw", "db"),
    topics=("R123", "R125"),
    mistakes=[
        Mistake("no_relu", "da = relu_backward(dout, relu_cache)", "da = dout", "the way back leaves relu out", "反向时漏掉了 ReLU"),
        Mistake("relu_of_dout", "relu_backward(dout, relu_cache)", "relu_backward(dout, dout)", "relu's backward gets dout in place of its cache", "传给 relu_backward 的是 dout 而不是它的 cache"),
        Mistake("db_of_dout", "return affine_backward(da, affine_cache)", "return (*affine_backward(da, affine_cache)[:2], dout.sum(axis=0))", "db is that of dout, before relu", "db 用的是经过 ReLU 之前的 dout"),
        Mistake("dw_of_dout", "return affine_backward(da, affine_cache)", "dx, _, db = affine_backward(da, affine_cache)\n    return dx, affine_backward(dout, affine_cache)[1], db", "dw is that of dout, before relu", "dw 用的是经过 ReLU 之前的 dout"),
        Mistake("dx_of_dout", "return affine_backward(da, affine_cache)", "_, dw, db = affine_backward(da, affine_cache)\n    return affine_backward(dout, affine_cache)[0], dw, db", "dx is that of dout, before relu", "dx 用的是经过 ReLU 之前的 dout"),
        Mistake("forward_order", "da = relu_backward(dout, relu_cache)\n    return affine_backward(da, affine_cache)", "dx, dw, db = affine_backward(dout, affine_cache)\n    return relu_backward(dx, affine_cache[0]), dw, db", "affine's backward is called first: the way back is the way there, turned round", "先调用了 affine_backward：反向的顺序应与正向相反"),
        Mistake("minus", "relu_backward(dout, relu_cache)", "-relu_backward(dout, relu_cache)", "all gradients have the wrong sign", "所有梯度的符号都反了"),
    ],
    hints=[
        ("Which of the two layers touched y last? dout meets that one first.", "y 最后经过哪一层？dout 就先遇到那一层。"),
        ("What one backward gives for its input is the dout of the other.", "一个 backward 对其输入给出的梯度，就是另一个的 dout。"),
        ("da = relu_backward(dout, relu_cache), and then affine_backward(da, affine_cache)", "da = relu_backward(dout, relu_cache)，然后 affine_backward(da, affine_cache)"),
    ],
)  # fmt: skip

exercise(
    "softmax_loss_forward",
    cases=softmax_cases,
    look=lambda result: result[0],
    returns=("loss", "cache"),
    laws=[
        Law("row_sums", lambda case, result: np.allclose(np.asarray(result[1][0]).sum(axis=1), 1), "each row of p, in the cache, has sum 1", "cache 中 p 的每一行之和为 1"),
        Law("right_p", lambda case, result: np.allclose(-np.log(np.asarray(result[1][0])[np.arange(len(case.args[1])), case.args[1]]).mean(), result[0]), "p in the cache and the loss belong together: the loss is what p gives the right classes", "cache 中的 p 与损失应一致：损失由 p 赋予正确类别的概率得出"),
    ],
    also_right=("""
def softmax_loss_forward(scores, y):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(y)), y])), (p, y)
""",),
    topics=("R110", "R128", "R129"),
    mistakes=[
        Mistake("sum", "].mean()", "].sum()", "the loss is a sum over the samples, not a mean", "损失对样本求了和，而不是取平均"),
        Mistake("overflow", "scores - scores.max(axis=1, keepdims=True)", "scores", "exp overflows for large scores: the loss is nan", "分数较大时 exp 溢出：损失成了 nan"),
        Mistake("all_pairs", "[np.arange(len(y)), y]", "[:, y]", "every sample meets the labels of all samples: the index picks whole columns", "每个样本都用到了所有样本的标签：索引取出了整列"),
        Mistake("sign", "-log_p[", "log_p[", "the loss has the wrong sign", "损失的符号反了"),
        Mistake("no_log", "-log_p[np", "-np.exp(log_p)[np", "the log is missing: this is the mean probability", "缺少对数：这是平均概率"),
        Mistake("batch_axis", "np.exp(shifted).sum(axis=1, keepdims=True)", "np.exp(shifted).sum(axis=0, keepdims=True)", "the probabilities are normalised over the batch, not over the classes", "概率沿批次归一化了，而不是沿类别"),
        Mistake("over_classes", "].mean()", "].sum() / scores.shape[1]", "the sum is divided by the number of classes", "总和除以了类别数"),
    ],
    hints=[
        ("Subtract something from each row that changes no probability, but keeps exp small.", "从每一行减去一个数：概率不变，而 exp 不会溢出。"),
        ("log p = shifted score - log of a sum. Which entry of each row does y choose?", "log p = 平移后的分数 - 某个和的对数。y 在每一行选中哪一项？"),
        ("log_p = s - log(sum(exp(s))) with s = scores - row maximum; loss = -mean(log_p[arange(N), y])", "log_p = s - log(sum(exp(s)))，其中 s = scores - 每行最大值；loss = -mean(log_p[arange(N), y])"),
    ],
)  # fmt: skip

exercise(
    "softmax_loss_backward",
    cases=lambda rng: [backward_case(right.softmax_loss_forward, case, rng) for case in softmax_cases(rng)],
    returns=("dscores",),
    topics=("R111",),
    mistakes=[
        Mistake("no_n", " / len(y)", "", "the mean of the loss is forgotten: N times too large", "忘了损失取平均：大了 N 倍"),
        Mistake("sign", "return dout", "return -dout", "dscores has the wrong sign", "dscores 的符号反了"),
        Mistake("no_dout", "dout * dscores", "dscores", "dout has no part in it", "没有用到 dout"),
        Mistake("only_p", "    dscores[np.arange(len(y)), y] -= 1\n", "", "the right class is treated like all others", "正确类别与其他类别没有区别"),
        Mistake("plus_one", "-= 1", "+= 1", "at the right class 1 is added", "在正确类别处加了 1"),
        Mistake("columns", "dscores[np.arange(len(y)), y] -= 1", "dscores[:, np.unique(y)] -= 1", "1 is subtracted in whole columns: every sample meets the labels of all samples", "在整列上减了 1：每个样本都用到了所有样本的标签"),
        Mistake("over_classes", " / len(y)", " / dscores.shape[1]", "divided by the number of classes, not of samples", "除以了类别数而不是样本数"),
        Mistake("derivative_of_p", "dscores = p.copy()\n", "dscores = p * (1 - p)\n", "that is the derivative of a sigmoid", "那是 sigmoid 的导数"),
    ],
    hints=[
        ("Write L for one sample as -s_y + log(sum of exp s). Derive it for s_y, and for another score.", "把一个样本的 L 写成 -s_y + log(Σ exp s)。分别对 s_y 和对另一个分数求导。"),
        ("The derivative of the log-sum is p. Only the right class has one more term. What does the mean add?", "log-sum 的导数就是 p。只有正确类别多出一项。取平均又带来什么？"),
        ("dscores = dout * (p - one_hot(y)) / N",) * 2,
    ],
)  # fmt: skip
