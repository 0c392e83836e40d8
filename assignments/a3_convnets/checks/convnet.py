"""Checks of the three-layer convolutional network, the residual block and the picture of the filters."""

from math import log, sqrt

import numpy as np

PAIRS = ("conv2d", "relu", "max_pool2d", "affine", "softmax_cross_entropy")
GIVEN = tuple(f"npdl.ops.{pair}_{way}" for pair in PAIRS for way in ("forward", "backward"))  # the module imports all
OVERFIT_FLOOR = 0.6  # of the first loss: what may be left of it; gates_convnet.py


def params_of(shape, filters, size, hidden, classes, rng):
    """Parameters with biases that are not zero, as after some training."""
    (channels, height, width), normal = shape, rng.standard_normal
    features = filters * (height // 2) * (width // 2)
    return {
        "w1": normal((filters, channels, size, size)) / sqrt(channels * size * size),
        "b1": 0.3 * normal(filters),
        "w2": normal((features, hidden)) / sqrt(features),
        "b2": 0.3 * normal(hidden),
        "w3": normal((hidden, classes)) / sqrt(hidden),
        "b3": 0.3 * normal(classes),
    }


def nets(rng):
    """(params, x, y) with kernels of 3, 5 and 1."""
    made = []
    for n, shape, filters, size, hidden, classes in ((4, (2, 4, 6), 3, 3, 7, 4), (3, (1, 6, 4), 4, 5, 8, 3), (5, (3, 2, 4), 4, 1, 6, 5)):
        params = params_of(shape, filters, size, hidden, classes, rng)
        made.append((params, rng.standard_normal((n, *shape)), rng.integers(0, classes, n)))
    return made


# the start


def wanted(case):
    """{name: shape} for a case of init_convnet."""
    (channels, height, width), filters, size, hidden, classes, _, _ = case.args
    features = filters * (height // 2) * (width // 2)
    weights = {"w1": (filters, channels, size, size), "w2": (features, hidden), "w3": (hidden, classes)}
    return weights | {"b1": (filters,), "b2": (hidden,), "b3": (classes,)}


def weights(result):
    return [np.asarray(w) for name, w in result.items() if name.startswith("w")]


def right_spread(case, result):
    """Within six standard errors."""
    return all(abs(w.std() / case.args[5] - 1) < 6 / sqrt(2 * w.size) for w in weights(result))


def normal(case, result):
    """Of normal numbers 68 % lie within one standard deviation, of uniform ones 58 %."""
    return all(abs((abs(w) < w.std()).mean() - 0.6827) < 6 * sqrt(0.6827 * 0.3173 / w.size) for w in weights(result))


def at_chance(case, result):
    """With small weights all classes are equally probable."""
    shape, classes, scale = case.args[0], case.args[4], case.args[5]
    x, y = np.linspace(-1, 1, 4 * int(np.prod(shape))).reshape(4, *shape), np.arange(4) % classes
    return scale > 0.02 or abs(right.convnet_loss(result, x, y)[0] / log(classes) - 1) < 0.01


exercise(
    "init_convnet",
    cases=lambda rng: [
        Case((3, 8, 12), 20, 5, 30, 10, 0.01, Draws(rng.integers(1 << 30))),
        Case((2, 6, 4), 30, 3, 25, 15, 0.3, Draws(rng.integers(1 << 30))),
    ],
    uses=GIVEN,
    compare=False,
    laws=[
        Law("names", lambda case, result: set(result) == set(wanted(case)), "there are w1, b1, w2, b2, w3, b3", "有 w1、b1、w2、b2、w3、b3"),
        Law("shapes", lambda case, result: all(np.shape(result[k]) == shape for k, shape in wanted(case).items()), "each parameter has the shape that the docstring gives", "每个参数的形状与文档字符串一致"),
        Law("biases", lambda case, result: all(not np.any(w) for k, w in result.items() if k.startswith("b")), "biases begin at zero", "偏置从零开始"),
        Law("spread", right_spread, "the standard deviation of each weight is the one that is asked for", "每个权重的标准差应是所要求的值"),
        Law("centred", lambda case, result: all(abs(w.mean()) < 6 * w.std() / sqrt(w.size) for w in weights(result)), "the weights have mean 0", "权重的均值为 0"),
        Law("normal", normal, "the weights are normally distributed", "权重服从正态分布"),
        Law("different", lambda case, result: all(len(np.unique(w)) == w.size for w in weights(result)), "no two weights are equal: units that begin alike stay alike", "没有两个权重相同：起点相同的单元会一直相同"),
        Law("chance", at_chance, "with small weights the first loss is log C: no class is preferred", "权重很小时，最初的损失是 log C：没有偏向任何类别"),
    ],
    topics=("R200", "R501"),
    mistakes=[
        Mistake("no_pool", "(height // 2) * (width // 2)", "height * width", "w2 is made as if there were no pooling", "w2 的形状好像没有池化一样"),
        Mistake("half_pool", "(height // 2) * (width // 2)", "(height // 2) * width", "pooling halves both sides; w2 knows of one", "池化使两边都减半；w2 只考虑了一边"),
        Mistake("no_filters", "filters * (height", "channels * (height", "w2 expects as many feature maps as the image has channels", "w2 按图像的通道数而不是特征图数来确定形状"),
        Mistake("swapped", "(filters, channels, size, size)", "(channels, filters, size, size)", "in w1 filters and channels have changed places", "w1 中滤波器与通道的位置互换了"),
        Mistake("variance", '"w1": scale * rng', '"w1": np.sqrt(scale) * rng', "for w1, scale is taken as a variance; it is a standard deviation", "w1 把 scale 当成了方差；它是标准差"),
        Mistake("he", '"w2": scale * rng', '"w2": np.sqrt(2 / features) * rng', "w2 ignores scale and follows He's rule", "w2 没有用 scale，而用了 He 初始化"),
        Mistake("uniform", "rng.standard_normal((hidden, classes))", "rng.uniform(-1, 1, (hidden, classes))", "w3 is drawn uniformly", "w3 是均匀抽取的"),
        Mistake("positive", "rng.standard_normal((filters, channels, size, size))", "rng.random((filters, channels, size, size))", "w1 has no negative number", "w1 中没有负数"),
        Mistake("random_bias", '"b1": np.zeros(filters)', '"b1": scale * rng.standard_normal(filters)', "the biases are random", "偏置是随机的"),
        Mistake("zeros", "scale * rng.standard_normal((features, hidden))", "np.zeros((features, hidden))", "w2 begins at zero: nothing tells one hidden unit from another", "w2 从零开始：隐藏单元之间毫无差别"),
    ],
    hints=[
        ("Follow the shape of one image through the layers, on paper, as far as the first affine layer.", "在纸上跟踪一张图像的形状，一直到第一个仿射层。"),
        ("The convolution changes the number of channels only, the pooling only the two sides; the affine layer sees all numbers in one row.", "卷积只改变通道数，池化只改变两条边长；仿射层看到的是排成一行的全部数。"),
        ("D = filters * (H // 2) * (W // 2); w = scale * rng.standard_normal(shape), b = np.zeros(...)",) * 2,
    ],
)  # fmt: skip

# scores and loss

exercise(
    "convnet_scores",
    cases=lambda rng: [Case(params, x) for params, x, _ in nets(rng)],
    uses=GIVEN,
    look=lambda result: result[0],
    returns=("scores", "caches"),
    laws=[Law("caches", lambda case, result: len(result[1]) == 6, "there is one cache for each of the six layers", "六层各有一个 cache")],
    topics=("R200", "R147"),
    points=1.5,
    mistakes=[
        Mistake("relu_last", "    return scores", "    scores, _ = relu_forward(scores)\n    return scores", "there is a relu behind the last layer: scores can no longer be negative", "最后一层之后也有 ReLU：分数不再能为负"),
        Mistake("no_relu1", "h, relu1 = relu_forward(h)", "_, relu1 = relu_forward(h)", "the relu behind the convolution is missing", "卷积之后缺少 ReLU"),
        Mistake("no_relu2", "h, relu2 = relu_forward(h)", "_, relu2 = relu_forward(h)", "the relu behind the first affine layer is missing", "第一个仿射层之后缺少 ReLU"),
        Mistake("no_conv_bias", 'params["b1"]', '0 * params["b1"]', "the convolution has no bias", "卷积没有加偏置"),
        Mistake("no_bias2", 'params["b2"]', '0 * params["b2"]', "the first affine layer has no bias", "第一个仿射层没有加偏置"),
        Mistake("no_bias3", 'params["b3"]', '0 * params["b3"]', "the last layer has no bias", "最后一层没有加偏置"),
        Mistake("flipped", 'conv2d_forward(x, params["w1"]', 'conv2d_forward(x, params["w1"][:, :, ::-1, ::-1]', "the kernels are flipped; networks mean the correlation, and npdl's pair does it", "卷积核被翻转了；网络中的卷积指互相关，npdl 的函数就是这样做的"),
        Mistake("softmaxed", "return scores,", "scores = np.exp(scores - scores.max(axis=1, keepdims=True))\n    return scores / scores.sum(axis=1, keepdims=True),", "these are probabilities; the loss takes the softmax itself", "这些是概率；softmax 由损失函数来做"),
        Mistake("relu_of_input", "conv2d_forward(x,", "conv2d_forward(np.maximum(x, 0),", "the image goes through a relu first", "图像先经过了 ReLU"),
        Mistake("channels_last", "affine_forward(h, params[\"w2\"]", "affine_forward(h.transpose(0, 2, 3, 1), params[\"w2\"]", "the channels are moved to the end before the affine layer, so that the rows of w2 belong to other numbers", "在仿射层之前把通道移到了最后，w2 的行因此对应了别的数"),
    ],
    hints=[
        ("Six lines, one for each layer; each takes the output of the one before and leaves a cache.", "六行，每层一行；每行接收前一层的输出，并留下一个 cache。"),
        ("A kernel of 3 x 3 needs a margin of one pixel for the sides to stay, one of 5 x 5 needs two. w1 knows its size.", "3 x 3 的核需要一个像素的边才能保持边长，5 x 5 需要两个。w1 知道自己的大小。"),
        ("pad = w1.shape[2] // 2; conv2d_forward(x, w1, b1, pad=pad), relu_forward, max_pool2d_forward(h, size=2), affine_forward, relu_forward, affine_forward",) * 2,
    ],
)  # fmt: skip

exercise(
    "convnet_loss",
    cases=lambda rng: [Case(*net, reg) for net, reg in zip(nets(rng), (0.3, 0.0, 0.7))],
    uses=("convnet_scores", *GIVEN),
    returns=("loss", "grads"),
    topics=("R200", "R112"),
    points=2.5,
    mistakes=[
        Mistake("reg_no_half", "loss = loss + reg / 2 * (", "loss = loss + reg * (", "the loss has twice the penalty that the gradients belong to", "损失中的惩罚项是梯度所对应的两倍"),
        Mistake("reg_twice_in_grad", "+ reg * params", "+ 2 * reg * params", "the penalty's gradient is twice too large for this loss", "对这个损失而言，惩罚项的梯度大了一倍"),
        Mistake("reg_not_in_grad", "+ reg * params", "+ 0 * params", "the penalty is in the loss, but not in the gradients", "惩罚项在损失里，却不在梯度里"),
        Mistake("reg_not_in_loss", "loss = loss + reg / 2 * (", "loss = loss + 0 * (", "the penalty is in the gradients, but not in the loss", "惩罚项在梯度里，却不在损失里"),
        Mistake("reg_not_of_conv", 'for name in ("w1", "w2", "w3")', 'for name in ("w2", "w3")', "the convolution's weights are not in the penalty", "惩罚项不包含卷积的权重"),
        Mistake("reg_biases", 'for name in ("w1", "w2", "w3")', "for name in params", "the biases are in the penalty, too", "偏置也进入了惩罚项"),
        Mistake("no_relu1", "dout = relu_backward(dout, relu1)", "dout = dout + 0.0", "the way back leaves out the relu behind the convolution", "反向时漏掉了卷积之后的 ReLU"),
        Mistake("no_relu2", "dout = relu_backward(dout, relu2)", "dout = dout + 0.0", "the way back leaves out the relu between the affine layers", "反向时漏掉了两个仿射层之间的 ReLU"),
        Mistake("n_times", "softmax_cross_entropy_backward(1.0, cache)", "softmax_cross_entropy_backward(float(len(x)), cache)", "the gradients of the data are N times too large", "数据部分的梯度大了 N 倍"),
        Mistake("sign", "softmax_cross_entropy_backward(1.0, cache)", "softmax_cross_entropy_backward(-1.0, cache)", "the gradients of the data have the wrong sign", "数据部分梯度的符号反了"),
        Mistake("loss_as_dout", "softmax_cross_entropy_backward(1.0, cache)", "softmax_cross_entropy_backward(loss, cache)", "the way back begins with the loss itself; it begins with the derivative of the loss with respect to itself", "反向从损失值本身开始；它应从损失对自身的导数开始"),
    ],
    hints=[
        ("The way back is the way there, turned round: begin at the loss, end at the convolution.", "反向就是把正向倒过来：从损失开始，到卷积结束。"),
        ("One line for each of the six caches, the last one first. Where parameters are, two of the three results are theirs and the first goes on.", "六个 cache 各一行，最后的最先。有参数的层给出三个结果：两个属于参数，第一个继续往前传。"),
        ("dout, dw3, db3 = affine_backward(dout, caches[5]); relu_backward(dout, caches[4]); ... ; _, dw1, db1 = conv2d_backward(dout, caches[0]); dw + reg * w; loss + reg / 2 * sum(w**2)",) * 2,
    ],
)  # fmt: skip


def by_heart(case, result):
    _params, losses = result
    return losses[-1] < OVERFIT_FLOOR * losses[0]


def small_batches(rng):
    made = []
    for n, shape, filters, hidden, classes, momentum, steps in ((4, (2, 4, 4), 5, 20, 3, 0.8, 16), (5, (1, 4, 6), 6, 20, 4, 0.6, 16)):
        params = params_of(shape, filters, 3, hidden, classes, rng)
        made.append(Case(params, rng.standard_normal((n, *shape)), np.arange(n) % classes, 0.1, momentum, steps))
    return made


exercise(
    "overfit_convnet",
    cases=small_batches,
    uses=("convnet_loss", *GIVEN),
    returns=("params", "losses"),
    laws=[Law("by_heart", by_heart, "the loss of a handful of images falls far below its start", "少数几张图像的损失应远低于开始时的值")],
    topics=("R500", "R193"),
    mistakes=[
        Mistake("no_momentum", "momentum * v - lr", "-lr", "there is no momentum: each step forgets the ones before", "没有动量：每一步都忘记了之前的步"),
        Mistake("blended", "momentum * v - lr * grads", "momentum * v - (1 - momentum) * lr * grads", "the gradient is weighted with 1 - momentum; here it comes in with its full weight", "梯度乘了 1 - 动量；这里它应以全部权重进入"),
        Mistake("old_velocity", "velocity = {name: momentum * v - lr * grads[name] for name, v in velocity.items()}\n        params = {name: w + velocity[name] for name, w in params.items()}", "params = {name: w + velocity[name] for name, w in params.items()}\n        velocity = {name: momentum * v - lr * grads[name] for name, v in velocity.items()}", "the parameters move with the velocity of the step before", "参数按上一步的速度移动"),
        Mistake("weights_only", "w + velocity[name] for", 'w + velocity[name] * name.startswith("w") for', "the biases do not learn", "偏置没有学习"),
        Mistake("one_step_less", "range(steps)", "range(steps - 1)", "it is one step short", "少走了一步"),
        Mistake("one_image", "convnet_loss(params, x, y)", "convnet_loss(params, x[:1], y[:1])", "only the first image is learned", "只学习了第一张图像"),
        Mistake("loss_after", "losses.append(loss)", "losses.append(convnet_loss(params, x, y)[0])", "the losses are those after each step, not before it", "记录的是每步之后的损失，而不是之前的"),
    ],
    hints=[
        ("What is kept from one step to the next? One number for each number of params.", "从一步到下一步要保留什么？params 的每个数对应一个数。"),
        ("Make a dict of zeros with the keys and shapes of params. Then a loop: loss and gradients, velocities, parameters.", "建立一个全零的字典，键与形状和 params 相同。然后循环：损失与梯度，速度，参数。"),
        ("velocity[k] = momentum * velocity[k] - lr * grads[k]; params[k] = params[k] + velocity[k]",) * 2,
    ],
)  # fmt: skip

# the residual block


def blocks(rng):
    made = []
    for n, c, h, w, k1, k2 in ((3, 2, 3, 4, 3, 3), (2, 3, 5, 3, 3, 5), (4, 2, 2, 3, 1, 3)):
        w1, w2 = (rng.standard_normal((c, c, k, k)) / sqrt(c * k * k) for k in (k1, k2))
        made.append(Case(rng.standard_normal((n, c, h, w)), w1, 0.3 * rng.standard_normal(c), w2, 0.3 * rng.standard_normal(c)))
    return made


exercise(
    "residual_block_forward",
    cases=blocks,
    uses=GIVEN,
    look=lambda result: result[0],
    returns=("y", "cache"),
    laws=[Law("caches", lambda case, result: len(result[1]) == 4, "the cache holds the four caches", "cache 中有四个 cache")],
    topics=("R214", "R165"),
    mistakes=[
        Mistake("no_shortcut", "relu_forward(x + h)", "relu_forward(h)", "the shortcut is missing: x is not added", "缺少捷径：没有加上 x"),
        Mistake("relu_then_add", "y, relu2 = relu_forward(x + h)", "y, relu2 = relu_forward(h)\n    y = x + y", "x is added behind the last relu; it belongs before it", "x 加在了最后一个 ReLU 之后；它应在之前"),
        Mistake("no_last_relu", "y, relu2 = relu_forward(x + h)", "y = x + h\n    _, relu2 = relu_forward(y)", "there is no relu behind the sum", "求和之后没有 ReLU"),
        Mistake("no_middle_relu", "h, relu1 = relu_forward(h)", "_, relu1 = relu_forward(h)", "there is no relu between the convolutions: together they are one linear map", "两个卷积之间没有 ReLU：合起来只是一个线性映射"),
        Mistake("relu_both", "    y, relu2 = relu_forward(x + h)", "    h = np.maximum(h, 0)\n    y, relu2 = relu_forward(x + h)", "there is a relu behind the second convolution, before the sum: the block can no longer take anything away from x", "第二个卷积之后、求和之前也有 ReLU：残差块再也不能从 x 中减去什么"),
        Mistake("early_shortcut", "h, relu1 = relu_forward(h)", "h, relu1 = relu_forward(x + h)", "x is added between the convolutions as well", "两个卷积之间也加了 x"),
        Mistake("minus", "relu_forward(x + h)", "relu_forward(x - h)", "what the convolutions say is subtracted", "卷积的结果被减去了"),
        Mistake("mean", "relu_forward(x + h)", "relu_forward((x + h) / 2)", "the shortcut and the convolutions are averaged, not added", "捷径与卷积取了平均，而不是相加"),
        Mistake("input_relu", "conv2d_forward(x, w1", "conv2d_forward(np.maximum(x, 0), w1", "x goes through a relu before the first convolution", "x 在第一个卷积之前经过了 ReLU"),
    ],
    hints=[
        ("Draw the block: two arrows lead from x to the sum. What is on each?", "画出残差块：有两条箭头从 x 通到求和处。每条上各有什么？"),
        ("The long way is conv - relu - conv, the short one is nothing at all; both meet in front of the last relu.", "长路是 卷积 - ReLU - 卷积，短路上什么都没有；两者在最后一个 ReLU 之前汇合。"),
        ("conv2d_forward, relu_forward, conv2d_forward, each with pad = k // 2; then y, cache = relu_forward(x + h)",) * 2,
    ],
)  # fmt: skip

exercise(
    "residual_block_backward",
    cases=lambda rng: [backward_case(right.residual_block_forward, case, rng) for case in blocks(rng)],
    uses=GIVEN,
    returns=("dx", "dw1", "db1", "dw2", "db2"),
    topics=("R214", "R165"),
    points=2,
    mistakes=[
        Mistake("no_shortcut", "return dx + dsum,", "return dx,", "dx leaves out the shortcut", "dx 漏掉了捷径"),
        Mistake("shortcut_only", "return dx + dsum,", "return dsum,", "dx is only what comes over the shortcut", "dx 只有经捷径而来的部分"),
        Mistake("before_relu", "return dx + dsum,", "return dx + dout,", "the shortcut's part of dx has not come through the last relu", "dx 中捷径的部分没有经过最后的 ReLU"),
        Mistake("no_last_relu", "dsum = relu_backward(dout, relu2)", "dsum = dout", "the last relu is left out", "漏掉了最后一个 ReLU"),
        Mistake("no_middle_relu", "dh = relu_backward(dh, relu1)", "dh = dh + 0.0", "the relu between the convolutions is left out", "漏掉了两个卷积之间的 ReLU"),
        Mistake("minus", "return dx + dsum,", "return dx - dsum,", "the shortcut's part has the wrong sign", "捷径部分的符号反了"),
        Mistake("halved", "return dx + dsum,", "return (dx + dsum) / 2,", "the two ways are averaged, not added", "两条路取了平均，而不是相加"),
        Mistake("shortcut_in_middle", "conv2d_backward(dh, conv1)", "conv2d_backward(dh + dsum, conv1)", "what comes over the shortcut goes through the first convolution, too", "经捷径而来的部分又通过了第一个卷积"),
    ],
    hints=[
        ("x is used twice. What becomes of the gradients of a variable that is used twice?", "x 被用了两次。一个被使用两次的变量，它的梯度怎样合成？"),
        ("Behind the last relu the gradient of the sum goes two ways: unchanged over the shortcut, and back through conv - relu - conv.", "经过最后的 ReLU 之后，和的梯度分两路：一路沿捷径不变，一路倒着经过 卷积 - ReLU - 卷积。"),
        ("ds = relu_backward(dout, relu2); dh, dw2, db2 = conv2d_backward(ds, conv2); dh = relu_backward(dh, relu1); dx, dw1, db1 = conv2d_backward(dh, conv1); dx + ds",) * 2,
    ],
)  # fmt: skip

exercise(
    "filter_grid",
    cases=lambda rng: [
        Case(rng.standard_normal((5, 3, 2, 2)), 3, 1),
        Case(0.1 * rng.standard_normal((4, 1, 3, 3)) + 0.5, 2, 2),
        Case(3 * rng.standard_normal((7, 3, 3, 3)) - 1, 4, 0),
    ],
    uses=GIVEN,
    topics=("R147", "R140"),
    mistakes=[
        Mistake("one_scale", "(w[i] - w[i].min()) / (w[i].max() - w[i].min())", "(w[i] - w.min()) / (w.max() - w.min())", "all filters have one common scale", "所有滤波器共用了一个尺度"),
        Mistake("each_channel", "(w[i] - w[i].min()) / (w[i].max() - w[i].min())", "(w[i] - w[i].min(axis=(1, 2), keepdims=True)) / np.ptp(w[i], axis=(1, 2), keepdims=True)", "each channel is stretched on its own: that changes the colours", "每个通道各自拉伸：颜色因此改变"),
        Mistake("not_shifted", "(w[i] - w[i].min()) /", "w[i] /", "the smallest number has not become 0", "最小的数没有变成 0"),
        Mistake("by_largest", "/ (w[i].max() - w[i].min())", "/ w[i].max()", "it is divided by the largest number, not by the range", "除以的是最大值，而不是极差"),
        Mistake("standardised", "(w[i] - w[i].min()) / (w[i].max() - w[i].min())", "(w[i] - w[i].mean()) / w[i].std()", "mean 0 and standard deviation 1 are no range from 0 to 1", "均值 0、标准差 1 并不是 0 到 1 的范围"),
        Mistake("zeros", "np.ones(", "np.zeros(", "the lines are 0", "分隔线是 0"),
        Mistake("by_columns", "unit = ", "top, left = pad + i % rows * (k + pad), pad + i // rows * (k + pad)\n        unit = ", "the places are filled column by column", "是按列填充的"),
        Mistake("turned", "unit.transpose(1, 2, 0)", "unit.transpose(2, 1, 0)", "each filter is turned over its diagonal", "每个滤波器沿对角线翻转了"),
        Mistake("no_margin", "pad + i // columns * (k + pad), pad + i % columns * (k + pad)", "i // columns * (k + pad), i % columns * (k + pad)", "the lines at the top and at the left are missing", "缺少上边和左边的线"),
        Mistake("negative", "unit.transpose(1, 2, 0)", "1 - unit.transpose(1, 2, 0)", "it is the negative: the smallest number is white", "这是负片：最小的数成了白色"),
    ],
    hints=[
        ("Filter i: which row of the picture, which column? Whole-number division and remainder.", "第 i 个滤波器在第几行、第几列？整除与取余。"),
        ("Begin with a picture of ones and copy each filter to its place, its channels moved to the end.", "先建一个全 1 的图，再把每个滤波器复制到它的位置，通道移到最后。"),
        ("u = (w[i] - w[i].min()) / (w[i].max() - w[i].min()); top = pad + (i // columns) * (k + pad); picture[top:top + k, left:left + k] = u.transpose(1, 2, 0)",) * 2,
    ],
)  # fmt: skip
