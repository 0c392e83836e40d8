"""Checks of style transfer: the losses of content, style and smoothness, their gradients, and the step."""

import numpy as np

SIGN = ("the gradient has the wrong sign", "梯度的符号反了")


def features(rng, n, c, h, w):
    return rng.standard_normal((n, c, h, w))


SHAPES = ((1, 3, 4, 2), (2, 2, 3, 5), (3, 4, 2, 2))

exercise(
    "content_loss",
    cases=lambda rng: [Case(features(rng, *s), features(rng, *s), weight) for s, weight in zip(SHAPES, (0.3, 2.5, 0.07))],
    returns=("loss", "dcurrent"),
    topics=("R430",),
    mistakes=[
        Mistake("half", "return weight * (difference**2).sum(), 2 * weight", "return weight / 2 * (difference**2).sum(), weight", "loss and gradient have a factor ½ that this convention does not have", "损失和梯度都多了一个 ½ 因子，这里的约定中没有"),
        Mistake("no_two", "2 * weight", "weight", "the gradient is half as large as the loss asks for", "梯度只有该损失所要求的一半"),
        Mistake("mean", "(difference**2).sum(), 2 * weight * difference", "(difference**2).mean(), 2 * weight * difference / difference.size", "it is a mean; here nothing is divided", "取了平均；这里不作除法"),
        Mistake("sign", "difference = current - target", "difference = target - current", *SIGN),
        Mistake("unweighted_gradient", "2 * weight", "2", "the weight is missing in the gradient", "梯度中缺少权重"),
        Mistake("unweighted_loss", "return weight *", "return", "the weight is missing in the loss", "损失中缺少权重"),
        Mistake("root", "(difference**2).sum()", "np.sqrt((difference**2).sum())", "the loss is the distance; it should be its square", "损失是距离；它应是距离的平方"),
        Mistake("absolute", "(difference**2).sum(), 2 * weight * difference", "np.abs(difference).sum(), weight * np.sign(difference)", "this is the sum of absolute differences", "这是绝对差之和"),
        Mistake("batch_mean", "(difference**2).sum(), 2 * weight * difference", "(difference**2).sum() / len(current), 2 * weight * difference / len(current)", "it is divided by N", "除以了 N"),
    ],
    hints=[
        ("What is the derivative of one square with respect to the number in it?", "一个平方对其中的数的导数是什么？"),
        ("Loss and gradient share the difference; compute it once. The sign tells in which direction current must not go.", "损失与梯度都用到差值，只算一次。符号说明 current 不该往哪个方向走。"),
        ("weight * ((current - target) ** 2).sum(), 2 * weight * (current - target)",) * 2,
    ],
)  # fmt: skip

exercise(
    "gram_matrix",
    cases=lambda rng: [Case(features(rng, *s) + 0.4) for s in SHAPES],
    topics=("R156",),
    mistakes=[
        Mistake("not_divided", " / (C * H * W)", "", "the sums are not divided by anything", "求和之后没有作除法"),
        Mistake("by_pixels", "(C * H * W)", "(H * W)", "it is divided by the number of pixels only", "只除以了像素数"),
        Mistake("by_channels", "(C * H * W)", "C", "it is divided by the number of channels only", "只除以了通道数"),
        Mistake("with_n", "(C * H * W)", "features.size", "it is divided by N as well: images depend on the batch they are in", "还除以了 N：图像因所在批次而不同"),
        Mistake("scrambled", "rows = features.reshape(N, C, H * W)", "rows = features.reshape(N, H * W, C).transpose(0, 2, 1)", "reshape does not move axes: pixels of different channels stand in one row here", "reshape 并不移动轴：这里一行中混有不同通道的像素"),
        Mistake("of_pixels", "rows @ rows.transpose(0, 2, 1)", "rows.transpose(0, 2, 1) @ rows", "pixels are compared with pixels, not channels with channels", "比较的是像素与像素，而不是通道与通道"),
        Mistake("centred", "    return rows", "    rows = rows - rows.mean(axis=2, keepdims=True)\n    return rows", "the mean of each channel is subtracted: this is a covariance", "减去了每个通道的均值：这是协方差"),
        Mistake("over_batch", "    return rows @ rows.transpose(0, 2, 1) / (C * H * W)", "    g = (rows @ rows.transpose(0, 2, 1)).sum(axis=0, keepdims=True)\n    return np.repeat(g, N, axis=0) / (C * H * W)", "the images of the batch are added up", "批次中的图像被加在了一起"),
        Mistake("cosine", "    return rows @ rows.transpose(0, 2, 1) / (C * H * W)", "    rows = rows / np.sqrt((rows**2).sum(axis=2, keepdims=True))\n    return rows @ rows.transpose(0, 2, 1)", "the channels are scaled to length 1: their strength is lost", "各通道缩放到了长度 1：强弱信息丢失了"),
    ],
    hints=[
        ("Places do not matter, only which channels meet there. So each channel may be one long row of H · W numbers.", "位置无关紧要，只看哪些通道在那里相遇。所以每个通道可以是一长行 H · W 个数。"),
        ("A matrix times its own transpose holds all products of two rows; for a batch, transpose the last two axes.", "矩阵乘以自身的转置就包含所有两行的内积；对一批图像，转置最后两个轴。"),
        ("F = features.reshape(N, C, H * W); F @ F.transpose(0, 2, 1) / (C * H * W)",) * 2,
    ],
)  # fmt: skip

exercise(
    "gram_backward",
    cases=lambda rng: [Case(rng.standard_normal((s[0], s[1], s[1])), features(rng, *s)) for s in SHAPES],
    topics=("R156",),
    points=1.5,
    mistakes=[
        Mistake("once", "(dgram + dgram.transpose(0, 2, 1))", "dgram", "the features stand in the product twice; this is the gradient of one of them", "特征在乘积中出现了两次；这只是其中一次的梯度"),
        Mistake("twice_the_same", "(dgram + dgram.transpose(0, 2, 1))", "2 * dgram", "dgram is taken for symmetric", "把 dgram 当成了对称矩阵"),
        Mistake("transposed", "(dgram + dgram.transpose(0, 2, 1))", "dgram.transpose(0, 2, 1)", "only the second of the two places of the features has a gradient", "只算了特征第二次出现处的梯度"),
        Mistake("not_divided", " / (C * H * W)", "", "the division of forward is missing", "缺少前向中的除法"),
        Mistake("by_pixels", "(C * H * W)\n", "(H * W)\n", "it is divided by the number of pixels only", "只除以了像素数"),
        Mistake("sign", "drows = (dgram", "drows = -(dgram", *SIGN),
        Mistake("flat", "drows.reshape(features.shape)", "drows", "the gradient is left in rows", "梯度仍是一行行的形式"),
        Mistake("antisymmetric", "dgram + dgram.trans", "dgram - dgram.trans", "the two parts are subtracted", "两部分相减了"),
        Mistake("halved", "(C * H * W)\n", "(2 * C * H * W)\n", "the two places of the features are averaged, not added", "特征的两处梯度取了平均，而不是相加"),
    ],
    hints=[
        ("F stands in the product F Fᵀ twice. What becomes of the gradients of something that is used twice?", "F 在乘积 F Fᵀ 中出现了两次。被用了两次的东西，梯度怎样合成？"),
        ("For A Bᵀ the gradient of A is dG B and that of B is dGᵀ A. Here A and B are the same matrix.", "对 A Bᵀ，A 的梯度是 dG B，B 的梯度是 dGᵀ A。这里 A 与 B 是同一个矩阵。"),
        ("dF = (dG + dG.transpose(0, 2, 1)) @ F / (C * H * W), with F as rows (N, C, H * W), then the shape of the features", "dF = (dG + dG.transpose(0, 2, 1)) @ F / (C * H * W)，F 为 (N, C, H * W)，最后恢复特征的形状"),
    ],
)  # fmt: skip


def style_case(rng, n, layers):
    """Features of several layers, target matrices of other features, and a weight for each layer."""
    found = [features(rng, n, *shape) for shape in layers]
    targets = [right.gram_matrix(features(rng, n, *shape)) for shape in layers]
    return Case(found, targets, [float(w) for w in rng.uniform(0.2, 3, len(layers))])


exercise(
    "style_loss",
    cases=lambda rng: [
        style_case(rng, 1, ((2, 4, 5), (3, 2, 3))),
        style_case(rng, 2, ((3, 3, 2),)),
        style_case(rng, 1, ((2, 3, 3), (4, 2, 2), (3, 1, 4))),
    ],
    uses=("gram_matrix", "gram_backward"),
    returns=("loss", "dfeatures"),
    topics=("R430",),
    points=1.5,
    mistakes=[
        Mistake("no_two", "2 * weight * difference", "weight * difference", "the gradients are half as large as the loss asks for", "梯度只有该损失所要求的一半"),
        Mistake("unweighted_gradient", "2 * weight * difference", "2 * difference", "the weights of the layers are missing in the gradients", "梯度中缺少各层的权重"),
        Mistake("unweighted_loss", "weight * (difference**2)", "(difference**2)", "the weights of the layers are missing in the loss", "损失中缺少各层的权重"),
        Mistake("first_weight", "difference = gram", "weight = weights[0]\n        difference = gram", "all layers have the weight of the first one", "所有层都用了第一层的权重"),
        Mistake("last_layer", "loss = loss + weight", "loss = weight", "the loss is that of the last layer only", "损失只是最后一层的"),
        Mistake("mean", "(difference**2).sum()", "(difference**2).mean()", "the squares are averaged in the loss", "损失中对平方取了平均"),
        Mistake("sign", "difference = gram_matrix(layer) - target", "difference = target - gram_matrix(layer)", *SIGN),
        Mistake("reversed", "return loss, dfeatures", "return loss, dfeatures[::-1]", "the gradients stand in the order of the way back; they should stand in that of the layers", "梯度按反向的顺序排列；应按层的顺序"),
    ],
    hints=[
        ("For one layer it is the content loss once more, with another thing to compare.", "对一层而言，它就是又一个内容损失，只是比较的东西不同。"),
        ("The derivative with respect to the Gram matrix first; then gram_backward takes it to the features. Layers add up.", "先求对 Gram 矩阵的导数，再由 gram_backward 传到特征。各层相加。"),
        ("d = gram_matrix(f) - target; loss += weight * (d**2).sum(); gram_backward(2 * weight * d, f)",) * 2,
    ],
)  # fmt: skip

exercise(
    "tv_loss",
    cases=lambda rng: [Case(features(rng, *s), weight) for s, weight in zip(((1, 3, 4, 5), (2, 2, 3, 6), (2, 1, 5, 3)), (0.4, 1.5, 0.03))],
    returns=("loss", "dimage"),
    topics=("R466",),
    points=1.5,
    mistakes=[
        Mistake("down_only", "+ (right**2).sum()", "", "the loss counts vertical neighbours only", "损失只计入了上下相邻的像素"),
        Mistake("right_only", "(down**2).sum() + ", "", "the loss counts horizontal neighbours only", "损失只计入了左右相邻的像素"),
        Mistake("no_two", "    return", "    dimage = dimage / 2\n    return", "the gradient is half as large as the loss asks for", "梯度只有该损失所要求的一半"),
        Mistake("one_of_two", "    dimage[:, :, :-1] -= 2 * weight * down\n", "", "of two vertical neighbours only the lower one has a gradient", "上下相邻的两个像素中只有下面的有梯度"),
        Mistake("one_of_two_right", "    dimage[..., :-1] -= 2 * weight * right\n", "", "of two horizontal neighbours only the right one has a gradient", "左右相邻的两个像素中只有右边的有梯度"),
        Mistake("unweighted_gradient", "    return weight", "    dimage = dimage / weight\n    return weight", "the weight is missing in the gradient", "梯度中缺少权重"),
        Mistake("sign", ", dimage\n", ", -dimage\n", *SIGN),
        Mistake("absolute", "(down**2).sum() + (right**2).sum()", "np.abs(down).sum() + np.abs(right).sum()", "the loss sums absolute differences, the gradient is that of squares", "损失求的是绝对差之和，梯度却是平方的"),
        Mistake("wrapped", "    return weight * ((down**2).sum()", "    down = image - np.roll(image, 1, axis=2)\n    return weight * ((down**2).sum()", "the loss takes the first row for a neighbour of the last", "损失把第一行当成了最后一行的邻居"),
        Mistake("mean", "((down**2).sum() + (right**2).sum()), dimage", "((down**2).sum() + (right**2).sum()) / image.size, dimage / image.size", "it is a mean; here nothing is divided", "取了平均；这里不作除法"),
        Mistake("axes", "right = image[..., 1:] - image[..., :-1]\n", "right = image[..., 1:] - image[..., :-1]\n    right = right + 0 * right.mean()\n    down = 0 * down\n", "vertical neighbours have no part in loss and gradient", "上下相邻的像素在损失和梯度中都没有起作用"),
    ],
    hints=[
        ("How many pairs of vertical neighbours are there in H rows? Two slices of the image, subtracted, give all of them.", "H 行中有多少对上下相邻？图像的两个切片相减就得到全部。"),
        ("Each difference has a gradient that goes to its two pixels, with opposite signs; a pixel inside collects from four.", "每个差值的梯度送到它的两个像素，符号相反；内部的像素从四处收集。"),
        ("d = x[:, :, 1:] - x[:, :, :-1]; loss weight * (d**2).sum(); dx[:, :, 1:] += 2 * weight * d; dx[:, :, :-1] -= 2 * weight * d; likewise along the last axis", "d = x[:, :, 1:] - x[:, :, :-1]；损失 weight * (d**2).sum()；dx[:, :, 1:] += 2 * weight * d；dx[:, :, :-1] -= 2 * weight * d；最后一个轴同理"),
    ],
)  # fmt: skip


def transfer_case(rng, shape, channels):
    """A network of two or three layers, each a mixture of the channels behind a tanh."""
    mixers = [rng.standard_normal((b, a)) / np.sqrt(a) for a, b in zip((shape[0], *channels), channels)]

    def layers(image):
        found = []
        for mix in mixers:
            image = np.tanh(np.einsum("dc,nchw->ndhw", mix, image))
            found.append(image)
        return found

    def backward(image, dlayers):
        dout = 0.0
        for mix, out, own in zip(mixers[::-1], layers(image)[::-1], dlayers[::-1]):
            dout = np.einsum("dc,ndhw->nchw", mix, (dout + own) * (1 - out**2))
        return dout

    image, other, third = (rng.random((1, *shape)) for _ in range(3))
    content, styles = layers(other)[-1], [right.gram_matrix(layer) for layer in layers(third)]
    weights = {"content": 0.4, "style": [float(w) for w in rng.uniform(5, 30, len(channels))], "tv": 0.07}
    return Case(image, layers, backward, content, styles, weights)


exercise(
    "transfer_loss",
    cases=lambda rng: [transfer_case(rng, (3, 4, 5), (3, 3)), transfer_case(rng, (2, 3, 4), (2, 2, 2))],
    uses=("content_loss", "style_loss", "tv_loss"),
    returns=("loss", "dimage"),
    topics=("R179",),
    points=1.5,
    mistakes=[
        Mistake("first_layer", "content_loss(layers[-1]", "content_loss(layers[0]", "the content is compared at the first layer", "内容是在第一层比较的"),
        Mistake("no_content_gradient", "dlayers[-1] + dlast", "dlayers[-1]", "the gradient of the content is missing", "缺少内容损失的梯度"),
        Mistake("no_style_gradient", "[*dlayers[:-1], dlayers[-1] + dlast]", "[*(0 * d for d in dlayers[:-1]), dlast]", "the gradients of the style are missing", "缺少风格损失的梯度"),
        Mistake("overwritten", "dlayers[-1] + dlast", "dlast", "at the last layer the gradient of the content takes the place of that of the style", "最后一层内容的梯度取代了风格的梯度"),
        Mistake("no_tv_gradient", "dimage + backward", "backward", "the gradient of the total variation is missing", "缺少全变分的梯度"),
        Mistake("tv_only", "dimage + backward(image, [*dlayers[:-1], dlayers[-1] + dlast])", "dimage", "only the total variation has a gradient: nothing comes back through the network", "只有全变分有梯度：没有任何梯度从网络传回"),
        Mistake("no_tv", "c + s + t", "c + s", "the total variation is missing in the loss", "损失中缺少全变分"),
        Mistake("no_style", "c + s + t", "c + t", "the style is missing in the loss", "损失中缺少风格"),
        Mistake("style_of_last", "[*dlayers[:-1], dlayers[-1] + dlast]", "[*(0 * d for d in dlayers[:-1]), dlayers[-1] + dlast]", "of the style only the last layer's gradient goes back", "风格只有最后一层的梯度传了回去"),
        Mistake("first_gradient", "[*dlayers[:-1], dlayers[-1] + dlast]", "[dlayers[0] + dlast, *dlayers[1:]]", "the gradient of the content enters at the first layer", "内容的梯度从第一层进入"),
    ],
    hints=[
        ("Three losses; each gives a gradient. Of which things? Two of them still have a way to go.", "三个损失各给出一个梯度。是对什么的梯度？其中两个还有路要走。"),
        ("The last layer has two gradients, from the content and from the style. One call of backward takes all layers' gradients to the image.", "最后一层有两个梯度，来自内容和风格。调用一次 backward，把所有层的梯度带回图像。"),
        ("d = style gradients, d[-1] + content gradient; dimage = tv gradient + backward(image, d); loss = content + style + tv", "d = 风格梯度，d[-1] + 内容梯度；dimage = 全变分梯度 + backward(image, d)；损失 = 内容 + 风格 + 全变分"),
    ],
)  # fmt: skip


def step_case(rng, shape, t, lr):
    image, dimage = rng.random(shape), rng.standard_normal(shape)
    m = rng.standard_normal(shape) if t else np.zeros(shape)
    v = rng.random(shape) if t else np.zeros(shape)
    return Case(image, (m, v, t), dimage, lr)


exercise(
    "style_step",
    cases=lambda rng: [step_case(rng, (1, 3, 3, 4), 0, 0.3), step_case(rng, (1, 2, 4, 3), 5, 0.02), step_case(rng, (2, 1, 3, 3), 40, 0.2)],
    returns=("image", "state"),
    topics=("R197",),
    mistakes=[
        Mistake("uphill", "image - step", "image + step", "it goes uphill", "在往上坡走"),
        Mistake("no_clip", "np.clip(image - step, 0, 1)", "image - step", "the pixels leave the range of pictures", "像素超出了图像的范围"),
        Mistake("clip_wide", "np.clip(image - step, 0, 1)", "np.clip(image - step, -1, 1)", "pixels may become negative", "像素可以变成负的"),
        Mistake("clip_early", "np.clip(image - step, 0, 1)", "image - np.clip(step, 0, 1)", "the step is clipped, not the picture", "截断的是步长，而不是图像"),
        Mistake("no_m_correction", "(m / (1 - 0.9**t))", "m", "m is not corrected for its start at 0", "m 没有因从 0 开始而作修正"),
        Mistake("no_v_correction", "v / (1 - 0.999**t)", "v", "v is not corrected for its start at 0", "v 没有因从 0 开始而作修正"),
        Mistake("t_not_raised", "    t = t + 1\n", "", "t is not raised", "t 没有加 1"),
        Mistake("t_raised_late", "(m, v, t)\n", "(m, v, t + 1)\n", "t is raised twice", "t 加了两次 1"),
        Mistake("no_root", "np.sqrt(v / (1 - 0.999**t))", "(v / (1 - 0.999**t))", "it is divided by the mean square, not by its root", "除以的是均方，而不是均方根"),
        Mistake("no_average", "m = 0.9 * m + 0.1 * dimage", "m = 0.1 * dimage", "m forgets the gradients of earlier steps", "m 忘记了之前各步的梯度"),
        Mistake("betas_swapped", "m = 0.9 * m + 0.1 * dimage\n    v = 0.999 * v + 0.001 * dimage**2", "m = 0.1 * m + 0.9 * dimage\n    v = 0.001 * v + 0.999 * dimage**2", "the weights of old and new have changed places", "新旧值的权重互换了"),
        Mistake("v_not_squared", "0.001 * dimage**2", "0.001 * np.abs(dimage)", "v averages absolute values, not squares", "v 平均的是绝对值，而不是平方"),
    ],
    hints=[
        ("The docstring gives the order. What is t in the very first step?", "文档字符串给出了顺序。第一步时 t 是多少？"),
        ("Five lines: t, m, v, the step, and the picture brought back into its range. Nothing is changed in place.", "五行：t、m、v、步长，以及把图像带回范围之内。不要就地修改。"),
        ("t += 1; m = 0.9 * m + 0.1 * d; v = 0.999 * v + 0.001 * d**2; np.clip(x - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), 0, 1)",) * 2,
    ],
)  # fmt: skip
