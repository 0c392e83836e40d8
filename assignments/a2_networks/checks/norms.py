"""Checks of batch norm, layer norm, and the network with either. eps is large, gamma is not 1: both must show."""

from math import sqrt


def per_feature(rng, d):
    """gamma and beta."""
    return rng.uniform(0.5, 2, d) * rng.choice([-1, 1], d), rng.standard_normal(d)


def running(rng, d):
    """running_mean and running_var."""
    return rng.standard_normal(d), rng.uniform(0.5, 2, d)


def batchnorm_case(rng, n, d, **options):
    x = rng.uniform(0.5, 2, d) * rng.standard_normal((n, d)) + rng.standard_normal(d)
    return Case(x, *per_feature(rng, d), *running(rng, d), **options)


def batchnorm_cases(rng):
    return [batchnorm_case(rng, 5, 3), batchnorm_case(rng, 4, 6, momentum=0.7, eps=0.1), batchnorm_case(rng, 3, 4, training=False, eps=0.05)]


def alt_cases(rng):
    return [batchnorm_case(rng, 5, 3, eps=0.05), batchnorm_case(rng, 4, 6, eps=0.1)]


exercise(
    "batchnorm_forward",
    cases=batchnorm_cases,
    look=lambda result: (result[0][0], result[1], result[2]),
    returns=("y", "running_mean", "running_var"),
    updates=(3, 4),
    points=2,
    topics=("R180", "R181"),
    mistakes=[
        Mistake("unbiased", "((x - mean) ** 2).mean(axis=0)", "x.var(axis=0, ddof=1)", "the variance is divided by N - 1", "方差除以了 N - 1"),
        Mistake("no_eps", "np.sqrt(var + eps)", "np.sqrt(var)", "eps is left out", "漏掉了 eps"),
        Mistake("eps_outside", "np.sqrt(var + eps)", "np.sqrt(var) + eps", "eps is outside the root", "eps 放在了根号外"),
        Mistake("no_root", "np.sqrt(var + eps)", "var + eps", "the root is missing: x is divided by the variance", "缺少开方：x 除以了方差"),
        Mistake("momentum_swapped", "momentum * running_mean + (1 - momentum) * mean\n        running_var[...] = momentum * running_var + (1 - momentum) * var", "(1 - momentum) * running_mean + momentum * mean\n        running_var[...] = (1 - momentum) * running_var + momentum * var", "momentum weighs the batch, not what was running: PyTorch's convention, not this one", "momentum 加在了当前批次上，而不是滑动值上：那是 PyTorch 的约定"),
        Mistake("test_uses_batch", "    if training:\n        mean", "    if True:\n        mean", "the test uses, and updates, the statistics of its own batch", "测试时使用（并更新）了当前批次的统计量"),
        Mistake("not_updated", "running_mean[...] = momentum * running_mean + (1 - momentum) * mean\n        running_var[...] =", "running_mean = momentum * running_mean + (1 - momentum) * mean\n        running_var =", "the running statistics that the caller holds stay as they were: a new array under the same name does not reach the caller", "调用者手中的滑动统计量没有改变：同名的新数组传不到调用者那里"),
        Mistake("running_in_training", "    std = np.sqrt(var", "    mean, var = running_mean, running_var\n    std = np.sqrt(var", "in training, too, the running statistics are used", "训练时也用了滑动统计量"),
        Mistake("running_unbiased", "(1 - momentum) * var", "(1 - momentum) * x.var(axis=0, ddof=1)", "the running variance gets the unbiased one: PyTorch's convention, not this one", "滑动方差用了无偏估计：那是 PyTorch 的约定"),
        Mistake("no_gamma", "return gamma * xhat", "return xhat", "gamma is missing", "缺少 gamma"),
        Mistake("not_centred", "(x - mean) / std", "x / std", "the mean is not subtracted", "没有减去均值"),
    ],
    hints=[
        ("Which axis is the batch? Each feature has its own mean, so mean has the shape of gamma.", "哪个轴是批次？每个特征有自己的均值，所以 mean 与 gamma 形状相同。"),
        ("Choose mean and var (of the batch, or the running ones) first; the rest is the same for both. running_mean[...] = writes into the caller's array.", "先选定 mean 和 var（批次的或滑动的）；其余部分两者相同。running_mean[...] = 会写入调用者的数组。"),
        ("mean = x.mean(axis=0); var = ((x - mean)**2).mean(axis=0); running[...] = momentum * running + (1 - momentum) * batch; xhat = (x - mean) / sqrt(var + eps)",) * 2,
    ],
)  # fmt: skip

GRADIENTS = ("dx", "dgamma", "dbeta")
AFFINE = [
    Mistake("dgamma_no_xhat", "(dout * xhat).sum(axis=0)", "dout.sum(axis=0)", "dgamma is the same as dbeta: xhat has no part in it", "dgamma 与 dbeta 相同：没有用到 xhat"),
    Mistake("dgamma_centred", "(dout * xhat).sum(axis=0)", "(dout * xhat * std).sum(axis=0)", "dgamma has x - mean where the normalised x belongs", "dgamma 用了 x - mean，而不是归一化后的 x"),
    Mistake("dgamma_mean", "(dout * xhat).sum(axis=0)", "(dout * xhat).mean(axis=0)", "dgamma is a mean over the batch", "dgamma 对批次取了平均"),
]  # fmt: skip

exercise(
    "batchnorm_backward",
    cases=lambda rng: [backward_case(right.batchnorm_forward, case, rng) for case in [*alt_cases(rng), *batchnorm_cases(rng)[2:]]],
    returns=GRADIENTS,
    points=3,
    topics=("R182",),
    mistakes=[
        *AFFINE,
        Mistake("no_mean_path", "dx = dcentred + dmean / n", "dx = dcentred", "the path through the mean is missing", "缺少经过均值的那条路径"),
        Mistake("no_var_path", "dcentred + dvar * 2 / n * (xhat * std)", "dcentred", "the path through the variance is missing", "缺少经过方差的那条路径"),
        Mistake("statistics_constant", "if not training:", "if True:", "in training, too, mean and variance are taken for constants", "训练时也把均值和方差当成了常数"),
        Mistake("as_training", "if not training:", "if False:", "in test mode, too, there is a path through mean and variance; there they were constants", "测试模式下也走了均值和方差的路径；那时它们是常数"),
        Mistake("no_std", "dcentred = dxhat / std", "dcentred = dxhat", "xhat = centred / std: the division is missing on the way back", "xhat = centred / std：反向时缺少这个除法"),
        Mistake("no_gamma", "dxhat = dout * gamma", "dxhat = dout", "gamma is missing on the way to x", "通往 x 的路上缺少 gamma"),
        Mistake("var_twice", "dstd / (2 * std)", "dstd / std", "the path through the variance counts twice: the root's derivative has one half", "方差路径多算了一倍：开方的导数带有二分之一"),
        Mistake("var_half", "dvar * 2 / n", "dvar / n", "the path through the variance counts half: the square's derivative has a 2", "方差路径少算了一半：平方的导数带有 2"),
        Mistake("std_sign", "dstd = -(", "dstd = (", "the path through the variance has the wrong sign", "方差路径的符号反了"),
        Mistake("mean_sign", "dmean = -d", "dmean = d", "the path through the mean has the wrong sign", "均值路径的符号反了"),
        Mistake("mean_no_n", "dmean / n", "dmean", "the path through the mean is not divided by N", "均值路径没有除以 N"),
        Mistake("n_features", "n = len(dout)", "n = dout.shape[1]", "divided by the number of features, not of samples", "除以了特征数而不是样本数"),
        Mistake("dbeta_mean", "dbeta = dout.sum(axis=0)", "dbeta = dout.mean(axis=0)", "dbeta is a mean over the batch", "dbeta 对批次取了平均"),
    ],
    hints=[
        ("Two nodes of the graph have two arrows going out: x and centred. What happens to gradients there?", "图中有两个节点有两条出边：x 和 centred。梯度在那里怎样合并？"),
        ("Go from right to left. Where a mean was taken, each of the N numbers gets one N-th of its gradient.", "从右向左走。凡是取过平均的地方，N 个数各得其梯度的 N 分之一。"),
        ("dstd = -sum(dxhat xhat) / std, dvar = dstd / (2 std), dcentred = dxhat / std + dvar 2/N centred, dmean = -sum(dcentred), dx = dcentred + dmean / N",) * 2,
    ],
)  # fmt: skip

exercise(
    "batchnorm_backward_alt",
    cases=lambda rng: [backward_alt(case, rng) for case in alt_cases(rng)],
    returns=GRADIENTS,
    points=2,
    topics=("R182",),
    mistakes=[
        *AFFINE,
        Mistake("no_mean_path", "(g - g.mean(axis=0) - xhat", "(g - xhat", "the path through the mean is missing", "缺少经过均值的那条路径"),
        Mistake("no_var_path", " - xhat * (g * xhat).mean(axis=0)", "", "the path through the variance is missing", "缺少经过方差的那条路径"),
        Mistake("no_std", ") / std", ")", "nothing is divided by std", "没有除以 std"),
        Mistake("by_variance", ") / std", ") / std**2", "divided by the variance, not by its root", "除以了方差，而不是标准差"),
        Mistake("no_gamma", "g = dout * gamma", "g = dout", "gamma is missing on the way to x", "通往 x 的路上缺少 gamma"),
        Mistake("no_xhat", "- xhat * (g * xhat)", "- (g * xhat)", "a factor xhat of the variance's path is missing", "方差路径缺少一个因子 xhat"),
        Mistake("xhat_once", "(g * xhat).mean(axis=0)) / std", "g.mean(axis=0)) / std", "the mean in the variance's path is that of g alone", "方差路径中的平均只用了 g"),
        Mistake("sums", "g.mean(axis=0) - xhat * (g * xhat).mean(axis=0)", "g.sum(axis=0) - xhat * (g * xhat).sum(axis=0)", "there are sums where means belong", "该取平均的地方用了求和"),
        Mistake("plus", " - xhat * (g", " + xhat * (g", "the variance's path has the wrong sign", "方差路径的符号反了"),
    ],
    hints=[
        ("Put dstd and dvar of the other derivation into dcentred, and dcentred into dx. What is the sum of xhat over the batch?", "把另一推导中的 dstd、dvar 代入 dcentred，再把 dcentred 代入 dx。xhat 沿批次之和是多少？"),
        ("Standardising ignores a shift and a stretch of x: so dx has no part along the constants, and none along xhat. Take both parts out of g.", "标准化对 x 的平移和伸缩不敏感：所以 dx 沿常数方向和沿 xhat 方向都没有分量。从 g 中去掉这两部分。"),
        ("dx = (g - mean(g) - xhat mean(g xhat)) / std, g = dout gamma, means over the batch", "dx = (g - mean(g) - xhat mean(g xhat)) / std，g = dout gamma，平均都沿批次"),
    ],
)  # fmt: skip


def backward_alt(case, rng):
    """A case without the forward: its name has no forward of its own."""
    return Case(*backward_case(right.batchnorm_forward, case, rng).args)


def layernorm_cases(rng):
    made = []
    for shape, eps in (((4, 6), 0.05), ((3, 5), 0.1), ((2, 3, 4), 0.05)):
        x = 2 * rng.standard_normal(shape) + rng.standard_normal(shape[-1])
        made.append(Case(x, *per_feature(rng, shape[-1]), eps=eps))
    return made


exercise(
    "layernorm_forward",
    cases=layernorm_cases,
    look=lambda result: result[0],
    returns=("y", "cache"),
    topics=("R184",),
    mistakes=[
        Mistake("batch_axis", "mean = x.mean(axis=-1, keepdims=True)\n    var = ((x - mean) ** 2).mean(axis=-1, keepdims=True)", "mean = x.mean(axis=0, keepdims=True)\n    var = ((x - mean) ** 2).mean(axis=0, keepdims=True)", "the statistics are taken over the batch: that is batch norm", "统计量沿批次计算：那是批归一化"),
        Mistake("whole_sample", "mean = x.mean(axis=-1, keepdims=True)\n    var = ((x - mean) ** 2).mean(axis=-1, keepdims=True)", "axes = tuple(range(1, x.ndim))\n    mean = x.mean(axis=axes, keepdims=True)\n    var = ((x - mean) ** 2).mean(axis=axes, keepdims=True)", "the statistics are taken over all axes of a sample; only the last one is meant", "统计量沿样本的所有轴计算；应只沿最后一个轴"),
        Mistake("unbiased", "((x - mean) ** 2).mean(axis=-1, keepdims=True)", "x.var(axis=-1, ddof=1, keepdims=True)", "the variance is divided by D - 1", "方差除以了 D - 1"),
        Mistake("no_eps", "np.sqrt(var + eps)", "np.sqrt(var)", "eps is left out", "漏掉了 eps"),
        Mistake("eps_outside", "np.sqrt(var + eps)", "np.sqrt(var) + eps", "eps is outside the root", "eps 放在了根号外"),
        Mistake("no_root", "np.sqrt(var + eps)", "var + eps", "the root is missing: x is divided by the variance", "缺少开方：x 除以了方差"),
        Mistake("no_gamma", "return gamma * xhat", "return xhat", "gamma is missing", "缺少 gamma"),
        Mistake("no_beta", "xhat + beta", "xhat", "beta is missing", "缺少 beta"),
        Mistake("not_centred", "(x - mean) / std", "x / std", "the mean is not subtracted", "没有减去均值"),
    ],
    hints=[
        ("One sample alone must give the same as in any batch. Over which axis are the means, then?", "单独一个样本的结果必须与它在任何批次中的结果相同。那么平均沿哪个轴？"),
        ("Copy batch norm's training half and turn the axis; the means must keep it (length 1) to be subtracted.", "照抄批归一化的训练部分并改变轴；均值要保留这个轴（长度 1）才能相减。"),
        ("mean = x.mean(axis=-1, keepdims=True), var alike; xhat = (x - mean) / sqrt(var + eps); y = gamma * xhat + beta", "mean = x.mean(axis=-1, keepdims=True)，var 同理；xhat = (x - mean) / sqrt(var + eps)；y = gamma * xhat + beta"),
    ],
)  # fmt: skip

exercise(
    "layernorm_backward",
    cases=lambda rng: [backward_case(right.layernorm_forward, case, rng) for case in layernorm_cases(rng)],
    returns=GRADIENTS,
    op="layernorm",
    points=2,
    topics=("R184",),
    mistakes=[
        Mistake("batch_axis", "g.mean(axis=-1, keepdims=True) - xhat * (g * xhat).mean(axis=-1, keepdims=True)", "g.mean(axis=0, keepdims=True) - xhat * (g * xhat).mean(axis=0, keepdims=True)", "the means are taken over the batch, as in batch norm", "像批归一化那样沿批次取了平均"),
        Mistake("gamma_after", "g = dout * gamma\n    dx = (g", "g = dout\n    dx = gamma * (g", "gamma is multiplied in after the means; it differs from feature to feature and belongs inside them", "gamma 在取平均之后才乘上；它随特征而变，应在平均之内"),
        Mistake("dgamma_features", "(dout * xhat).sum(axis=others)", "(dout * xhat).sum(axis=-1)", "dgamma is summed over the features; there is one gamma for each of them", "dgamma 沿特征求和了；每个特征有自己的 gamma"),
        Mistake("first_axis_only", "others = tuple(range(dout.ndim - 1))", "others = 0", "dgamma and dbeta are summed over the first axis only", "dgamma 和 dbeta 只沿第一个轴求了和"),
        Mistake("dgamma_no_xhat", "(dout * xhat).sum(axis=others)", "dout.sum(axis=others)", "dgamma is the same as dbeta: xhat has no part in it", "dgamma 与 dbeta 相同：没有用到 xhat"),
        Mistake("no_mean_path", "(g - g.mean(axis=-1, keepdims=True) - xhat", "(g - xhat", "the path through the mean is missing", "缺少经过均值的那条路径"),
        Mistake("no_var_path", " - xhat * (g * xhat).mean(axis=-1, keepdims=True)", "", "the path through the variance is missing", "缺少经过方差的那条路径"),
        Mistake("no_std", ") / std", ")", "nothing is divided by std", "没有除以 std"),
        Mistake("no_gamma", "g = dout * gamma", "g = dout", "gamma is missing on the way to x", "通往 x 的路上缺少 gamma"),
        Mistake("no_xhat", "- xhat * (g * xhat)", "- (g * xhat)", "a factor xhat of the variance's path is missing", "方差路径缺少一个因子 xhat"),
    ],
    hints=[
        ("The formula of batch norm holds, along another axis. Which sums are still over the batch?", "批归一化的公式仍成立，只是换了轴。哪些求和仍沿批次？"),
        ("gamma differs along the axis of the means, so it must be in g before they are taken.", "gamma 沿取平均的轴变化，所以必须先乘进 g 再取平均。"),
        ("g = dout * gamma; dx = (g - g.mean(-1) - xhat * (g * xhat).mean(-1)) / std (keepdims); dgamma = sum of dout xhat over all axes but the last", "g = dout * gamma；dx = (g - g.mean(-1) - xhat * (g * xhat).mean(-1)) / std（keepdims）；dgamma = dout xhat 沿除最后一个轴之外所有轴求和"),
    ],
)  # fmt: skip


def norm_net(rng, n, sizes, norm):
    """(params, running, x)."""
    params, stats = {}, {}
    for i in range(1, len(sizes)):
        d, m = sizes[i - 1 : i + 1]
        params[f"w{i}"], params[f"b{i}"] = rng.standard_normal((d, m)) / sqrt(d), 0.5 * rng.standard_normal(m)
    for i in range(1, len(sizes) - 1):
        params[f"gamma{i}"], params[f"beta{i}"] = per_feature(rng, sizes[i])
        if norm == "batch":
            stats[f"mean{i}"], stats[f"var{i}"] = running(rng, sizes[i])
    return params, stats, rng.standard_normal((n, sizes[0]))


def norm_nets(rng):
    """Hidden layers of one width, so that they can be mixed up."""
    made = []
    for n, sizes, norm, training in ((5, (4, 6, 6, 3), "batch", True), (3, (4, 5, 3), "batch", False), (4, (3, 6, 6, 3), "layer", True)):
        made.append(Case(*norm_net(rng, n, sizes, norm), norm=norm, training=training))
    return made


exercise(
    "norm_net_scores",
    cases=norm_nets,
    uses=("affine_forward", "batchnorm_forward", "layernorm_forward", "relu_forward"),
    look=lambda result: (result[0][0], result[1]),
    returns=("scores", "running"),
    updates=(1,),
    points=2,
    topics=("R199", "R180", "R181"),
    mistakes=[
        Mistake("no_relu", "        h, relu_cache = relu_forward(a)\n", "        h, relu_cache = a, a\n", "there is no relu behind the norm", "归一化之后没有 ReLU"),
        Mistake("relu_first", 'a, affine_cache = affine_forward(h, params[f"w{i}"], params[f"b{i}"])', 'a, affine_cache = affine_forward(h, params[f"w{i}"], params[f"b{i}"])\n        a, _ = relu_forward(a)', "relu stands before the norm, too", "归一化之前也用了 ReLU"),
        Mistake("always_training", ", training=training)", ", training=True)", "the test is run as training", "测试时按训练模式运行了"),
        Mistake("never_training", ", training=training)", ", training=False)", "training is run as a test", "训练时按测试模式运行了"),
        Mistake("one_statistic", 'running[f"mean{i}"], running[f"var{i}"]', 'running["mean1"], running["var1"]', "all layers share the first one's running statistics", "所有层共用第一层的滑动统计量"),
        Mistake("copied", 'running[f"mean{i}"], running[f"var{i}"]', 'running[f"mean{i}"].copy(), running[f"var{i}"].copy()', "copies of the running statistics are updated, and lost", "更新的是滑动统计量的副本，随后就丢掉了"),
        Mistake("no_beta", 'params[f"gamma{i}"], params[f"beta{i}"]', 'params[f"gamma{i}"], 0 * params[f"beta{i}"]', "beta does not arrive", "beta 没有传进去"),
        Mistake("swapped", 'params[f"gamma{i}"], params[f"beta{i}"]', 'params[f"beta{i}"], params[f"gamma{i}"]', "gamma and beta are swapped", "gamma 与 beta 互换了"),
        Mistake("relu_last", "    return scores, [*caches, cache]", "    return relu_forward(scores)[0], [*caches, cache]", "there is a relu behind the last layer", "最后一层之后也有 ReLU"),
    ],
    hints=[
        ("Which three layers does each hidden step have, in which order? And the last one?", "每个隐藏步由哪三层组成，顺序如何？最后一层呢？"),
        ("Hand the very arrays of `running` on: batchnorm_forward writes into them.", "把 running 中的数组本身传下去：batchnorm_forward 会写入它们。"),
        ("a = affine(h, w_i, b_i); a = batchnorm(a, gamma_i, beta_i, running['mean' i], running['var' i], training=training) or layernorm(a, gamma_i, beta_i); h = relu(a)", "a = affine(h, w_i, b_i)；a = batchnorm(a, gamma_i, beta_i, running['mean' i], running['var' i], training=training) 或 layernorm(a, gamma_i, beta_i)；h = relu(a)"),
    ],
)  # fmt: skip


def backward_nets(rng):
    made = []
    for case in norm_nets(rng):
        (scores, caches), _ = case.call(right.norm_net_scores, (1,))
        made.append(Case(rng.standard_normal(scores.shape), caches, norm=case.options["norm"]))
    return made


exercise(
    "norm_net_backward",
    cases=backward_nets,
    uses=("affine_backward", "batchnorm_backward", "layernorm_backward", "relu_backward"),
    returns=("grads",),
    topics=("R199", "R182"),
    mistakes=[
        Mistake("no_relu", "dout = relu_backward(dout, relu_cache)", "dout = 1 * dout", "the way back leaves the relus out", "反向时漏掉了 ReLU"),
        Mistake("no_norm", 'dout, grads[f"gamma{i}"], grads[f"beta{i}"] = norm', '_, grads[f"gamma{i}"], grads[f"beta{i}"] = norm', "what the norm gives for its input is thrown away", "归一化层对其输入给出的梯度被丢掉了"),
        Mistake("swapped", 'grads[f"gamma{i}"], grads[f"beta{i}"] =', 'grads[f"beta{i}"], grads[f"gamma{i}"] =', "the gradients of gamma and beta are swapped", "gamma 与 beta 的梯度互换了"),
        Mistake("norm_first", "dout = relu_backward(dout, relu_cache)\n        dout, grads[f\"gamma{i}\"], grads[f\"beta{i}\"] = norm_backward(dout, norm_cache)", "dout, grads[f\"gamma{i}\"], grads[f\"beta{i}\"] = norm_backward(dout, norm_cache)\n        dout = relu_backward(dout, relu_cache)", "the norm's backward is called before relu's", "先调用了归一化的 backward，再调用 ReLU 的"),
        Mistake("only_last", 'dout, grads[f"w{i}"], grads[f"b{i}"] = affine_backward(dout, affine_cache)', 'dout, grads[f"w{i}"], grads[f"b{i}"] = affine_backward(dout, affine_cache)\n        dout = 0 * dout', "the gradient does not get past the last hidden layer", "梯度没有传过最后一个隐藏层"),
        Mistake("relu_of_wrong_cache", "relu_backward(dout, relu_cache)", "relu_backward(dout, norm_cache[0])", "relu's mask is taken from xhat, without gamma and beta", "ReLU 的掩码取自 xhat，没有经过 gamma 和 beta"),
        Mistake("minus", "affine_backward(dscores, caches[-1])", "affine_backward(-dscores, caches[-1])", "all gradients have the wrong sign", "所有梯度的符号都反了"),
    ],
    hints=[
        ("norm_net_scores in the other direction: the last affine first.", "就是反方向的 norm_net_scores：从最后一个仿射层开始。"),
        ("In each hidden layer three backwards, in the order relu, norm, affine; each gives the dout of the next.", "每个隐藏层有三个 backward，顺序是 ReLU、归一化、仿射；每一个给出下一个的 dout。"),
        ("dout = relu_backward(dout, relu_cache); dout, dgamma, dbeta = norm_backward(dout, norm_cache); dout, dw, db = affine_backward(dout, affine_cache)",) * 2,
    ],
)  # fmt: skip
