"""Checks of the fully connected network: its start, its scores, its loss, and its training."""

from math import ceil, sqrt

import numpy as np

from npdl.data import load_digits


def params_of(sizes, rng):
    """Parameters with biases that are not zero, as after some training."""
    made = {}
    for i in range(1, len(sizes)):
        made[f"w{i}"] = rng.standard_normal((sizes[i - 1], sizes[i])) / sqrt(sizes[i - 1])
        made[f"b{i}"] = 0.5 * rng.standard_normal(sizes[i])
    return made


def nets(rng):
    """(params, x, y) of depth 1, 2, 3; of the last one all layers have one width."""
    made = []
    for n, shape, sizes in ((3, (2, 2), (4, 3)), (5, (6,), (6, 5, 3)), (4, (5,), (5, 5, 5, 5))):
        made.append((params_of(sizes, rng), rng.standard_normal((n, *shape)), rng.integers(0, sizes[-1], n)))
    return made


# the start


def is_weight(name):
    return name.startswith("w")


def wanted(case):
    """{name: (shape, standard deviation)} for a case of init_net."""
    sizes, scale = case.args[0], case.options.get("scale")
    found = {}
    for i in range(1, len(sizes)):
        found[f"w{i}"] = (sizes[i - 1], sizes[i]), sqrt(2 / sizes[i - 1]) if scale is None else scale
        found[f"b{i}"] = (sizes[i],), 0.0
    return found


def right_spread(case, result):
    """Within six standard errors."""
    return all(abs(np.std(result[k]) / std - 1) < 6 / sqrt(2 * np.size(result[k])) for k, (_, std) in wanted(case).items() if std)


def normal(case, result):
    """Of normal numbers 68 % lie within one standard deviation, of uniform ones 58 %."""
    w = np.asarray(result["w1"])
    return abs((np.abs(w) < w.std()).mean() - 0.6827) < 6 * sqrt(0.6827 * 0.3173 / w.size)


exercise(
    "init_net",
    cases=lambda rng: [
        Case((60, 50, 10), Draws(rng.integers(1 << 30))),
        Case((50, 40, 30, 10), Draws(rng.integers(1 << 30)), scale=0.01),
        Case((80, 30), Draws(rng.integers(1 << 30))),
    ],
    compare=False,
    laws=[
        Law("names", lambda case, result: set(result) == set(wanted(case)), "for each layer there is a w and a b, counted from 1", "每一层都有一个 w 和一个 b，从 1 开始编号"),
        Law("shapes", lambda case, result: all(np.shape(result[k]) == shape for k, (shape, _) in wanted(case).items()), "w has a row for each input of its layer and a column for each output; b one number for each output", "w 的每行对应该层的一个输入，每列对应一个输出；b 对每个输出有一个数"),
        Law("biases", lambda case, result: all(not np.any(w) for k, w in result.items() if not is_weight(k)), "biases begin at zero", "偏置从零开始"),
        Law("spread", right_spread, "the standard deviation of each weight matrix is the one that is asked for", "每个权重矩阵的标准差应是所要求的值"),
        Law("centred", lambda case, result: all(abs(np.mean(result[k])) < 6 * np.std(result[k]) / sqrt(np.size(result[k])) for k in result if is_weight(k)), "the weights have mean 0", "权重的均值为 0"),
        Law("normal", normal, "the weights are normally distributed", "权重服从正态分布"),
        Law("different", lambda case, result: all(len(np.unique(w)) == np.size(w) for k, w in result.items() if is_weight(k)), "no two weights are equal: units that begin alike stay alike", "没有两个权重相同：起点相同的单元会一直相同"),
    ],
    topics=("R501", "R199"),
    mistakes=[
        Mistake("xavier", "np.sqrt(2 / d)", "np.sqrt(1 / d)", "the spread is the one for units without relu: half of the variance is missing", "这是没有 ReLU 时的标准差：方差少了一半"),
        Mistake("fan_out", "np.sqrt(2 / d)", "np.sqrt(2 / m)", "the spread is taken from the number of outputs, not of inputs", "标准差按输出个数而不是输入个数计算"),
        Mistake("variance", "np.sqrt(2 / d)", "2 / d", "that is the variance; it is used where the standard deviation is meant", "那是方差；应使用标准差的地方用了它"),
        Mistake("scale_ignored", " if scale is None else scale", "", "scale has no effect", "scale 没有起作用"),
        Mistake("scale_times", " if scale is None else scale", " * (1 if scale is None else scale)", "scale is multiplied into He's spread; it stands in its place", "scale 被乘到了 He 标准差上；它应取而代之"),
        Mistake("uniform", "rng.standard_normal((d, m))", "rng.uniform(-1, 1, (d, m))", "the weights are drawn uniformly from -1 to 1", "权重是在 -1 到 1 之间均匀抽取的"),
        Mistake("positive", "rng.standard_normal((d, m))", "np.abs(rng.standard_normal((d, m)))", "there is no negative weight", "没有负的权重"),
        Mistake("random_biases", "np.zeros(m)", "rng.standard_normal(m)", "the biases are random", "偏置是随机的"),
        Mistake("zeros", "std * rng.standard_normal((d, m))", "np.zeros((d, m))", "all weights begin at zero: nothing tells one unit from another", "所有权重从零开始：各单元之间毫无差别"),
        Mistake("from_zero", "pairwise(sizes), 1)", "pairwise(sizes))", "the layers are counted from 0", "层是从 0 开始编号的"),
    ],
    hints=[
        ("How many matrices are there for sizes (4, 3, 2), and of which shapes? Neighbours in the tuple tell.", "sizes 为 (4, 3, 2) 时有几个矩阵，形状各是什么？看元组中相邻的两个数。"),
        ("A sum of D products has D times the variance of one; relu then loses half of it. Which factor undoes both?", "D 个乘积之和的方差是单个的 D 倍；ReLU 再损失一半。什么系数能抵消这两者？"),
        ("for i, (d, m) in enumerate(zip(sizes, sizes[1:]), 1): w = sqrt(2 / d) * rng.standard_normal((d, m)), b = zeros(m)",) * 2,
    ],
)  # fmt: skip

# scores, loss, accuracy

exercise(
    "net_scores",
    cases=lambda rng: [Case(params, x) for params, x, _ in nets(rng)],
    uses=("affine_forward", "affine_relu_forward"),
    look=lambda result: result[0],
    returns=("scores", "caches"),
    laws=[Law("caches", lambda case, result: len(result[1]) == len(case.args[0]) // 2, "there is one cache for each layer", "每一层有一个 cache")],
    topics=("R199",),
    mistakes=[
        Mistake("relu_last", "scores, cache = affine_forward", "scores, cache = affine_relu_forward", "there is a relu behind the last layer: scores can no longer be negative", "最后一层之后也有 ReLU：分数不再能为负"),
        Mistake("no_relu", "h, cache = affine_relu_forward", "h, cache = affine_forward", "there is no relu: all layers together are one linear map", "没有 ReLU：所有层合起来只是一个线性映射"),
        Mistake("no_last_bias", 'params[f"b{depth}"]', '0 * params[f"b{depth}"]', "the last layer's bias is missing", "最后一层缺少偏置"),
        Mistake("no_hidden_bias", 'params[f"b{i}"]', '0 * params[f"b{i}"]', "the hidden layers' biases are missing", "隐藏层缺少偏置"),
        Mistake("softmaxed", "return scores,", "scores = np.exp(scores - scores.max(axis=1, keepdims=True))\n    return scores / scores.sum(axis=1, keepdims=True),", "these are probabilities; the loss takes the softmax itself", "这些是概率；softmax 由损失函数来做"),
        Mistake("relu_of_input", "h, caches = x, []", "h, caches = np.maximum(x, 0), []", "the input goes through a relu", "输入先经过了 ReLU"),
        Mistake("layer_left_out", "range(1, depth)", "range(1, depth - 1)", "one hidden layer is left out", "漏掉了一个隐藏层"),
    ],
    hints=[
        ("How many layers are there? The dict knows. Which one is not like the others?", "有多少层？字典里就有答案。哪一层与众不同？"),
        ("A loop over the hidden layers, each fed with the output of the one before; then one affine without relu.", "循环处理隐藏层，每层以前一层的输出为输入；最后是一个没有 ReLU 的仿射层。"),
        ("for i in range(1, L): h, cache = affine_relu_forward(h, params[f'w{i}'], params[f'b{i}']); then affine_forward(h, w_L, b_L)", "for i in range(1, L): h, cache = affine_relu_forward(h, params[f'w{i}'], params[f'b{i}'])；最后 affine_forward(h, w_L, b_L)"),
    ],
)  # fmt: skip

exercise(
    "net_loss",
    cases=lambda rng: [Case(*net, reg) for net, reg in zip(nets(rng), (0.3, 0.0, 0.7))],
    uses=("net_scores", "softmax_loss_forward", "softmax_loss_backward", "affine_backward", "affine_relu_backward"),
    returns=("loss", "grads"),
    points=2,
    topics=("R199", "R112"),
    mistakes=[
        Mistake("reg_no_half", "loss = loss + reg / 2 * (", "loss = loss + reg * (", "the loss has twice the penalty that the gradient belongs to", "损失中的惩罚项是梯度所对应的两倍"),
        Mistake("reg_twice_in_grad", "+ reg * params", "+ 2 * reg * params", "the penalty's gradient is twice too large for this loss", "对这个损失而言，惩罚项的梯度大了一倍"),
        Mistake("reg_not_in_grad", "+ reg * params", "+ 0 * params", "the penalty is in the loss, but not in the gradients", "惩罚项在损失里，却不在梯度里"),
        Mistake("reg_not_in_loss", "loss = loss + reg / 2 * (", "loss = loss + 0 * (", "the penalty is in the gradients, but not in the loss", "惩罚项在梯度里，却不在损失里"),
        Mistake("reg_bias", "        loss = loss + reg / 2", '        grads[f"b{i}"] = grads[f"b{i}"] + reg * params[f"b{i}"]\n        loss = loss + reg / 2', "the biases' gradients have a penalty, too", "偏置的梯度也加了惩罚项"),
        Mistake("reg_first_only", 'loss = loss + reg / 2 * (params[f"w{i}"] ** 2).sum()', 'loss = loss + (reg / 2 * (params[f"w{i}"] ** 2).sum() if i == 1 else 0)', "only the first layer's weights are in the penalty of the loss", "损失的惩罚项只包含第一层的权重"),
        Mistake("n_times", "softmax_loss_backward(1.0, cache)", "softmax_loss_backward(float(len(x)), cache)", "all gradients are N times too large", "所有梯度都大了 N 倍"),
        Mistake("no_relu", "dout, grads[f\"w{i}\"], grads[f\"b{i}\"] = backward(dout, caches[i - 1])", "dout, grads[f\"w{i}\"], grads[f\"b{i}\"] = affine_backward(dout, caches[i - 1] if i == depth else caches[i - 1][0])", "the way back leaves the relus out", "反向时漏掉了 ReLU"),
        Mistake("sign", "softmax_loss_backward(1.0, cache)", "softmax_loss_backward(-1.0, cache)", "the gradients point uphill the wrong way: the sign is turned", "梯度的方向反了：符号错误"),
    ],
    hints=[
        ("The way back is the way there, turned round: begin at the loss, end at layer 1.", "反向就是把正向倒过来：从损失开始，到第 1 层结束。"),
        ("Each layer's backward gives three things: two are gradients to keep, one is the dout of the layer before.", "每层的 backward 给出三样东西：两个是要保留的梯度，一个是前一层的 dout。"),
        ("dout = softmax_loss_backward(1.0, cache); for i = L ... 1: dout, dw, db = backward_i(dout, caches[i - 1]); dw + reg * w; loss + reg / 2 * sum(w**2)", "dout = softmax_loss_backward(1.0, cache)；对 i = L ... 1：dout, dw, db = backward_i(dout, caches[i - 1])；dw + reg * w；loss + reg / 2 * sum(w**2)"),
    ],
)  # fmt: skip


def labelled(rng):
    """Nets with labels of which some are right and some are not."""
    made = []
    for n, sizes in ((19, (4, 6, 5)), (13, (5, 4)), (23, (3, 5, 5, 4))):
        params, x = params_of(sizes, rng), rng.standard_normal((n, sizes[0]))
        best = right.net_scores(params, x)[0].argmax(axis=1)
        made.append(Case(params, x, np.where(np.arange(n) % 5 < 3, best, rng.integers(0, sizes[-1], n))))
    return made


exercise(
    "net_accuracy",
    cases=labelled,
    uses=("net_scores",),
    points=0.5,
    topics=("R106",),
    mistakes=[
        Mistake("error_rate", "argmax(axis=1) == y", "argmax(axis=1) != y", "that is the share of mistakes", "那是错误率"),
        Mistake("count", ".mean()", ".sum()", "that is a number of samples, not a share", "那是样本个数，不是比例"),
        Mistake("percent", "return (", "return 100 * (", "that is in per cent", "那是百分数"),
        Mistake("lowest", "argmax", "argmin", "the class with the lowest score is taken", "取了分数最低的类别"),
        Mistake("batch_axis", "scores.argmax(axis=1) == y", "np.resize(scores.argmax(axis=0), len(y)) == y", "for each class the best sample is sought, not for each sample the best class", "对每个类别找了最佳样本，而不是对每个样本找最佳类别"),
        Mistake("positive", "scores.argmax(axis=1) == y", "scores[np.arange(len(y)), y] > 0", "a score above 0 counts as right; it should be the highest of its row", "分数大于 0 就算对；应当是该行中最高的"),
    ],
    hints=[
        ("Which class does the network choose for a sample?", "网络为一个样本选择哪个类别？"),
        ("A mean of booleans is a share.", "布尔值的平均就是比例。"),
        ("(scores.argmax(axis=1) == y).mean()",) * 2,
    ],
)  # fmt: skip

# training


def joined(result):
    return np.concatenate([np.asarray(piece) for piece in result])


exercise(
    "minibatches",
    cases=lambda rng: [Case(22, 4, Draws(rng.integers(1 << 30))), Case(30, 10, Draws(rng.integers(1 << 30))), Case(17, 40, Draws(rng.integers(1 << 30)))],
    compare=False,
    laws=[
        Law("once", lambda case, result: np.array_equal(np.sort(joined(result)), np.arange(case.args[0])), "each of the numbers 0 ... n - 1 is in one batch, once", "0 ... n - 1 中每个数恰好出现在一个批次中一次"),
        Law("lengths", lambda case, result: [len(piece) for piece in result] == [min(case.args[1], case.args[0] - i) for i in range(0, case.args[0], case.args[1])], "all batches have the length asked for; only the last one may be shorter", "所有批次的长度都是要求的值；只有最后一个可以更短"),
        Law("whole", lambda case, result: joined(result).dtype.kind in "iu", "they are whole numbers, so that they can be indices", "它们是整数，这样才能用作下标"),
        Law("shuffled", lambda case, result: any((np.diff(piece) != 1).any() for piece in result), "the order is random, inside the batches as well", "顺序是随机的，批次内部也是"),
    ],
    also_right=("""
def minibatches(n, batch, rng):
    order = np.arange(n)
    rng.shuffle(order)
    return np.split(order, range(batch, n, batch))
""",),
    topics=("R192", "R489"),
    mistakes=[
        Mistake("not_shuffled", "rng.permutation(n)", "np.arange(n)", "the order is the same in each epoch", "每一轮的顺序都相同"),
        Mistake("last_dropped", "range(0, n, batch)", "range(0, n - n % batch, batch)", "what is left over at the end is dropped", "末尾剩余的样本被丢掉了"),
        Mistake("with_replacement", "rng.permutation(n)", "rng.integers(0, n, n)", "the numbers are drawn with replacement: some come twice, some never", "有放回地抽取：有的出现两次，有的从不出现"),
        Mistake("equal_parts", "[order[i : i + batch] for i in range(0, n, batch)]", "np.array_split(order, -(-n // batch))", "the batches are made equally long; only the last should be shorter", "各批次被均分了；只有最后一个应当更短"),
        Mistake("blocks", "[order[i : i + batch] for i in range(0, n, batch)]", "[np.arange(n)[i : i + batch] for i in range(0, n, batch)][::-1]", "only the order of the batches changes: neighbours stay together", "只打乱了批次的顺序：相邻样本总在一起"),
        Mistake("from_one", "rng.permutation(n)", "rng.permutation(n) + 1", "the numbers are counted from 1", "从 1 开始编号了"),
        Mistake("overlapping", "range(0, n, batch)", "range(0, n, max(batch // 2, 1))", "the batches overlap", "批次之间有重叠"),
        Mistake("batch_count", "order[i : i + batch] for i in range(0, n, batch)", "piece for piece in np.array_split(order, batch)", "batch is taken for the number of batches", "把 batch 当成了批次的个数"),
    ],
    hints=[
        ("Shuffle once for the epoch, then cut.", "每一轮先打乱一次，再切分。"),
        ("A generator can give a random order of n numbers. Slices beyond the end are simply shorter.", "生成器可以给出 n 个数的随机排列。超出末尾的切片只是变短而已。"),
        ("order = rng.permutation(n); [order[i : i + batch] for i in range(0, n, batch)]",) * 2,
    ],
)  # fmt: skip


def digits(n):
    """The first n digits for training, as rows."""
    (x, y), _ = load_digits()
    return x[:n].reshape(n, -1).astype(float), y[:n]


def small(rng, n=12):
    """(params, x, y) that train in no time."""
    return params_of((4, 6, 3), rng), rng.standard_normal((n, 4)), rng.integers(0, 3, n)


def trainings(rng):
    """Two with the whole set in one batch, where the draws do not matter; two in small batches; one on 50 digits."""
    start = right.init_net((64, 32, 10), np.random.default_rng(rng.integers(1 << 30)))
    draws = lambda: Draws(rng.integers(1 << 30))  # noqa: E731
    return [
        Case(*small(rng), lr=0.3, reg=0.2, epochs=4, batch=12, rng=draws()),
        Case(*small(rng), lr=0.1, epochs=3, batch=20, rng=draws()),
        Case(*small(rng), lr=0.1, reg=0.1, epochs=3, batch=5, rng=draws()),
        Case(*small(rng), lr=1e-9, epochs=1, batch=4, rng=draws()),
        Case(start, *digits(50), lr=0.3, epochs=40, batch=25, rng=draws()),
    ]


def agrees_on_whole_batches(case, result):
    """Where a batch is the whole set, the parameters must be the reference's."""
    if case.options["batch"] < len(case.args[1]):
        return True
    params, losses = case.call(right.train_net)
    near = lambda a, b: np.allclose(a, b, rtol=1e-6, atol=1e-9)  # noqa: E731
    return set(result[0]) == set(params) and all(near(result[0][k], w) for k, w in params.items()) and near(result[1], losses)


def shares(case, result):
    """While nothing moves, the losses of an epoch are those of its batches: their mean is that of the set."""
    if case.options["lr"] > 1e-6:
        return True
    whole, _ = right.net_loss(*case.args)
    return np.ptp(result[1]) > 1e-5 and np.isclose(np.mean(result[1]), whole, rtol=1e-5)


GATE = 0.98  # of 50 digits after 40 epochs: see gates.py


def overfits(case, result):
    return len(case.args[1]) < 50 or right.net_accuracy(result[0], *case.args[1:3]) >= GATE


def all_steps(case, result):
    return len(result[1]) == case.options["epochs"] * ceil(len(case.args[1]) / case.options["batch"])


exercise(
    "train_net",
    cases=trainings,
    uses=("net_loss", "minibatches"),
    compare=False,
    returns=("params", "losses"),
    laws=[
        Law("all_steps", all_steps, "there is one loss for each batch of each epoch", "每一轮的每个批次都有一个损失"),
        Law("whole_batches", agrees_on_whole_batches, "with the whole set in one batch, each step is a step of gradient descent for all parameters", "整个数据集作为一个批次时，每一步对所有参数都是一步梯度下降"),
        Law("shares", shares, "each step sees the samples of its own batch, all of them in the course of an epoch", "每一步只看自己批次的样本，一轮之中看遍所有样本"),
        Law("overfits", overfits, f"a sound training learns 50 digits by heart: at least {GATE:.0%} of them", f"正确的训练能把 50 个数字背下来：至少 {GATE:.0%}"),
    ],
    points=2,
    topics=("R113", "R191", "R192", "R489"),
    mistakes=[
        Mistake("ascent", "w - lr", "w + lr", "the steps go uphill", "每一步都在上坡"),
        Mistake("no_rate", "lr * grads[k]", "grads[k]", "the learning rate has no effect", "学习率没有起作用"),
        Mistake("no_reg", "y[chosen], reg)", "y[chosen])", "reg does not reach the loss", "reg 没有传给损失函数"),
        Mistake("weights_only", "w - lr * grads[k] for", 'w - lr * grads[k] * k.startswith("w") for', "the biases are never updated", "偏置从未更新"),
        Mistake("stale", "params = {k: w - lr * grads[k] for k, w in params.items()}", "moved = {k: w - lr * grads[k] for k, w in params.items()}", "each step begins at the start again: the new parameters are forgotten", "每一步都从起点重新开始：新参数被丢弃了"),
        Mistake("first_batch_only", "            losses.append(float(loss))\n", "            losses.append(float(loss))\n            break\n", "each epoch ends after its first batch", "每一轮在第一个批次后就结束了"),
        Mistake("always_whole", "x[chosen], y[chosen]", "x, y", "each step uses the whole set: the batches are drawn and forgotten", "每一步都用了整个数据集：抽出的批次没有用上"),
        Mistake("last_loss_only", "            losses.append(float(loss))", "        losses.append(float(loss))", "only the last loss of each epoch is kept", "每一轮只保留了最后一个损失"),
    ],
    hints=[
        ("Two loops: epochs, and the batches of an epoch. What is needed in a step?", "两层循环：轮次，以及一轮中的批次。每一步需要什么？"),
        ("The batch's indices pick rows of x and of y. Make new arrays for the parameters: the start must not change.", "批次的下标选出 x 和 y 的若干行。为参数建立新数组：起点不能被改变。"),
        ("for chosen in minibatches(len(x), batch, rng): loss, grads = net_loss(params, x[chosen], y[chosen], reg); params = {k: w - lr * grads[k] for k, w in params.items()}",) * 2,
    ],
)  # fmt: skip
