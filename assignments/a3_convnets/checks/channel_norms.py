"""Checks of the norms of images. eps is large, gamma is not 1, and N, C, H, W and the groups differ: all must show."""

import numpy as np


def per_channel(rng, c):
    """gamma and beta."""
    return rng.uniform(0.5, 2, c) * rng.choice([-1, 1], c), rng.standard_normal(c)


def pixels(rng, n, c, *sides):
    """Each channel has a mean and a spread of its own."""
    own = (c, *(1,) * len(sides))
    return rng.uniform(0.5, 2, own) * rng.standard_normal((n, c, *sides)) + rng.standard_normal(own)


def batch(rng, n, c, *sides, **options):
    running = rng.standard_normal(c), rng.uniform(0.5, 2, c)
    return Case(pixels(rng, n, c, *sides), *per_channel(rng, c), *running, **options)


def batch_cases(rng):
    return [
        batch(rng, 2, 3, 4, 5, eps=0.05),
        batch(rng, 4, 2, 3, 2, momentum=0.7, eps=0.1),
        batch(rng, 5, 3, eps=0.05),
        batch(rng, 2, 4, 3, 5, training=False, eps=0.05),
    ]


MEAN, VAR = "x.mean(axis=axes)", "((x - mean) ** 2).mean(axis=axes)"
ROWS = "np.moveaxis(x, 1, -1)  # (N, H, W, C)"
UPDATE_MEAN = "momentum * running_mean + (1 - momentum) * mean"
UPDATE_VAR = "momentum * running_var + (1 - momentum) * var"
BETWEEN = "\n        running_var[...] = "

exercise(
    "spatial_batchnorm_forward",
    cases=batch_cases,
    look=lambda result: (result[0][0], result[1], result[2]),
    returns=("y", "running_mean", "running_var"),
    updates=(3, 4),
    op="batchnorm",
    points=2,
    topics=("R183", "R181"),
    mistakes=[
        Mistake("reshaped", ROWS, "x.reshape(len(x), *x.shape[2:], x.shape[1])", "a reshape where axes had to change places: statistics are over mixed channels", "该交换轴的地方用了 reshape：统计量混合了不同通道"),
        Mistake("batch_only", "tuple(range(x.ndim - 1))", "0", "mean and variance are over the batch alone: each pixel has its own", "均值和方差只沿批次：每个像素各有自己的统计量"),
        Mistake("pixels_only", "    mean, var = running", "    axes = axes[1:] or axes\n    if len(axes) > 1:\n        running_mean, running_var = running_mean + np.zeros((len(x), 1, 1, 1)), running_var + np.zeros((len(x), 1, 1, 1))\n        mean = x.mean(axis=(1, 2), keepdims=True)\n        var = ((x - mean) ** 2).mean(axis=(1, 2), keepdims=True)\n        xhat = (x - mean) / np.sqrt(var + eps)\n        return np.moveaxis(gamma * xhat + beta, -1, 1), ()\n    mean, var = running", "mean and variance are of each image alone: the batch belongs to them", "均值和方差只取自单张图像：应当包括整个批次"),
        Mistake("unbiased", VAR, "x.var(axis=axes, ddof=1)", "the variance is divided by one less than the number of pixels", "方差除以了像素数减一"),
        Mistake("no_eps", "np.sqrt(var + eps)", "np.sqrt(var)", "eps is left out", "漏掉了 eps"),
        Mistake("eps_outside", "np.sqrt(var + eps)", "np.sqrt(var) + eps", "eps is outside the root", "eps 放在了根号外"),
        Mistake("momentum_swapped", UPDATE_MEAN + BETWEEN + UPDATE_VAR, "(1 - momentum) * running_mean + momentum * mean" + BETWEEN + "(1 - momentum) * running_var + momentum * var", "momentum weighs the batch, not what was running: PyTorch's convention, not this one", "momentum 加在了当前批次上，而不是滑动值上：那是 PyTorch 的约定"),
        Mistake("test_uses_batch", "    if training:", "    if True:", "the test uses, and updates, the statistics of its own batch", "测试时使用（并更新）了当前批次的统计量"),
        Mistake("not_updated", "running_mean[...] = " + UPDATE_MEAN + BETWEEN, "running_mean = " + UPDATE_MEAN + "\n        running_var = ", "the running statistics that the caller holds stay as they were: a new array under the same name does not reach the caller", "调用者手中的滑动统计量没有改变：同名的新数组传不到调用者那里"),
        Mistake("no_gamma", "moveaxis(gamma * xhat", "moveaxis(xhat", "gamma is missing", "缺少 gamma"),
        Mistake("channels_last", "np.moveaxis(gamma * xhat + beta, -1, 1)", "gamma * xhat + beta", "y still has the channels last", "y 的通道还在最后"),
    ],
    hints=[
        ("A convolution has the same weights at every pixel: so each of the N H W pixels is a sample with C features.", "卷积在每个像素上用同样的权重：N H W 个像素各是一个有 C 个特征的样本。"),
        ("With the channels as the last axis it is batch norm over all other axes; gamma and beta need no reshape. Move the axis back at the end.", "把通道移到最后一个轴，就是沿其余所有轴的批归一化；gamma 和 beta 无需 reshape。最后再把轴移回去。"),
        ("x = np.moveaxis(x, 1, -1); axes = (0, ..., x.ndim - 2); mean = x.mean(axis=axes); var = ((x - mean)**2).mean(axis=axes); xhat = (x - mean) / sqrt(var + eps); y = np.moveaxis(gamma * xhat + beta, -1, 1)",) * 2,
    ],
)  # fmt: skip

GRADIENTS = ("dx", "dgamma", "dbeta")
DGAMMA, DBETA = "(dout * xhat).sum(axis=axes)", "dout.sum(axis=axes)"

exercise(
    "spatial_batchnorm_backward",
    cases=lambda rng: [backward_case(right.spatial_batchnorm_forward, case, rng) for case in batch_cases(rng)],
    returns=GRADIENTS,
    op="batchnorm",
    points=2,
    topics=("R183", "R182"),
    mistakes=[
        Mistake("no_mean_path", " - g.mean(axis=axes)", "", "the path through the mean is missing", "缺少经过均值的那条路径"),
        Mistake("no_var_path", " - xhat * (g * xhat).mean(axis=axes)", "", "the path through the variance is missing", "缺少经过方差的那条路径"),
        Mistake("statistics_constant", "if training:", "if False:", "in training, too, mean and variance are taken for constants", "训练时也把均值和方差当成了常数"),
        Mistake("as_training", "if training:", "if True:", "in test mode, too, there is a path through mean and variance; there they were constants", "测试模式下也走了均值和方差的路径；那时它们是常数"),
        Mistake("batch_only", "g - g.mean(axis=axes) - xhat * (g * xhat).mean(axis=axes)", "g - g.mean(axis=0) - xhat * (g * xhat).mean(axis=0)", "in dx the means are over the batch alone", "dx 中只沿批次取了平均"),
        Mistake("pixels_only", "    if training", "    axes = axes[1:] or axes\n    if training and len(axes) == 2:\n        g = g - g.mean(axis=axes, keepdims=True) - xhat * (g * xhat).mean(axis=axes, keepdims=True)\n    elif training", "in dx the means are over the pixels of each image alone", "dx 中只沿单张图像的像素取了平均"),
        Mistake("sums", "g - g.mean(axis=axes) - xhat * (g * xhat).mean(axis=axes)", "g - g.sum(axis=axes) - xhat * (g * xhat).sum(axis=axes)", "in dx there are sums where means belong", "dx 中该取平均的地方用了求和"),
        Mistake("no_std", "moveaxis(g / std", "moveaxis(g", "dx is not divided by std", "dx 没有除以 std"),
        Mistake("no_gamma", "g = dout * gamma", "g = dout + 0", "gamma is missing on the way to x", "通往 x 的路上缺少 gamma"),
        Mistake("dgamma_no_xhat", DGAMMA, DBETA, "dgamma is the same as dbeta: xhat has no part in it", "dgamma 与 dbeta 相同：没有用到 xhat"),
        Mistake("dgamma_batch_only", DGAMMA, "(dout * xhat).sum(axis=0)", "dgamma is summed over the batch alone", "dgamma 只对批次求了和"),
        Mistake("dbeta_batch_only", "dbeta = " + DBETA, "dbeta = dout.sum(axis=0)", "dbeta is summed over the batch alone", "dbeta 只对批次求了和"),
        Mistake("dbeta_mean", "dbeta = " + DBETA, "dbeta = dout.mean(axis=axes)", "dbeta is a mean", "dbeta 取了平均"),
        Mistake("reshaped", "np.moveaxis(dout, 1, -1)  # (N, H, W, C)", "dout.reshape(xhat.shape)", "a reshape where axes had to change places: dout's channels are mixed", "该交换轴的地方用了 reshape：dout 的通道混在了一起"),
    ],
    hints=[
        ("It is the backward of batch norm, where a sample is a pixel. How many samples are there?", "这就是批归一化的反向，只是样本是像素。一共有多少个样本？"),
        ("Move dout's channels to the end as well. With g = dout gamma, dx loses g's part along the constants and its part along xhat; in test mode it does not.", "把 dout 的通道也移到最后。令 g = dout gamma，dx 去掉 g 沿常数方向和沿 xhat 方向的分量；测试模式下不去掉。"),
        ("dx = (g - mean(g) - xhat mean(g xhat)) / std over all axes but the channels'; dgamma = Σ dout xhat, dbeta = Σ dout", "dx = (g - mean(g) - xhat mean(g xhat)) / std，沿通道以外的所有轴；dgamma = Σ dout xhat，dbeta = Σ dout"),
    ],
)  # fmt: skip


def group_cases(rng):
    made = []
    for n, c, h, w, groups in ((2, 6, 3, 2, 2), (3, 4, 2, 5, 1), (2, 6, 2, 3, 3)):
        made.append(Case(pixels(rng, n, c, h, w), *per_channel(rng, c), groups=groups, eps=0.05))
    return made


def independent(case, result):
    """An image's y does not depend on the others of the batch."""
    x, gamma, beta = case.args
    alone = right.groupnorm_forward(x[:1], gamma, beta, **case.options)[0]
    return np.allclose(result[0][:1], alone, rtol=1e-7, atol=1e-9)


GROUPED = "x.reshape(len(x), groups, -1)  # (N, groups, C / groups H W)"
STANDARD = "grouped.mean(axis=2, keepdims=True)"

exercise(
    "groupnorm_forward",
    cases=group_cases,
    look=lambda result: result[0],
    returns=("y", "cache"),
    op="groupnorm",
    points=2,
    topics=("R185",),
    laws=[Law("independent", independent, "What becomes of an image does not depend on the other images of the batch.", "一张图像的结果不依赖于批次中的其他图像。")],
    mistakes=[
        Mistake("per_channel", GROUPED, "x.reshape(len(x), x.shape[1], -1)", "each channel has its own mean and variance: that is instance norm", "每个通道各有自己的均值和方差：那是实例归一化"),
        Mistake("whole_image", GROUPED, "x.reshape(len(x), 1, -1)", "the mean and variance are of the whole image, as with one group", "均值和方差取自整张图像，相当于只有一个组"),
        Mistake("size_for_number", GROUPED, "x.reshape(len(x), x.shape[1] // groups, -1)", "`groups` is taken for the number of channels in a group", "把 groups 当成了每组的通道数"),
        Mistake("interleaved", "    return gamma", "    split = x.reshape(len(x), -1, groups, x[0, 0].size)\n    mean = split.mean(axis=(1, 3), keepdims=True)\n    xhat = ((split - mean) / np.sqrt(split.var(axis=(1, 3), keepdims=True) + eps)).reshape(x.shape)\n    return gamma", "the channels are dealt out to the groups in turn; those of a group stand side by side", "通道被轮流分给各组；同组通道应当相邻"),
        Mistake("over_batch", "    return gamma", "    mean = grouped.mean(axis=(0, 2), keepdims=True)\n    xhat = ((grouped - mean) / np.sqrt(grouped.var(axis=(0, 2), keepdims=True) + eps)).reshape(x.shape)\n    return gamma", "the statistics are over the batch, too; each image has its own", "统计量也沿批次计算；每张图像应有自己的统计量"),
        Mistake("unbiased", "((grouped - mean) ** 2).mean(axis=2, keepdims=True)", "grouped.var(axis=2, keepdims=True, ddof=1)", "the variance is divided by one less than the number of pixels", "方差除以了像素数减一"),
        Mistake("no_eps", "np.sqrt(var + eps)", "np.sqrt(var)", "eps is left out", "漏掉了 eps"),
        Mistake("eps_outside", "np.sqrt(var + eps)", "np.sqrt(var) + eps", "eps is outside the root", "eps 放在了根号外"),
        Mistake("not_centred", "((grouped - mean) / std)", "(grouped / std)", "the mean is not subtracted", "没有减去均值"),
        Mistake("no_beta", " + beta[:, None, None]", "", "beta is missing", "缺少 beta"),
        Mistake("no_gamma", "gamma[:, None, None] * xhat", "xhat", "gamma is missing", "缺少 gamma"),
    ],
    hints=[
        ("Which numbers share a mean? How many of them are there in one group of one image?", "哪些数共用一个均值？一张图像的一个组里有多少个？"),
        ("Channels of a group are neighbours in memory: a reshape to (N, groups, the rest) is enough. Standardise along the rest and reshape back; gamma and beta belong to channels.", "同组的通道在内存中相邻：reshape 成 (N, groups, 其余) 即可。沿其余部分标准化再 reshape 回来；gamma 和 beta 属于通道。"),
        ("g = x.reshape(N, groups, -1); xhat = ((g - mean) / sqrt(var + eps)).reshape(x.shape), mean and var along axis 2; y = gamma[:, None, None] * xhat + beta[:, None, None]",) * 2,
    ],
)  # fmt: skip

SPLIT = "(g - g.mean(axis=2, keepdims=True) - h * (g * h).mean(axis=2, keepdims=True)) / std"
PER_CHANNEL = "    return dx.reshape(dout.shape)"

exercise(
    "groupnorm_backward",
    cases=lambda rng: [backward_case(right.groupnorm_forward, case, rng) for case in group_cases(rng)],
    returns=GRADIENTS,
    op="groupnorm",
    points=3,
    topics=("R185",),
    mistakes=[
        Mistake("no_mean_path", "g - g.mean(axis=2, keepdims=True)", "g", "the path through the mean is missing", "缺少经过均值的那条路径"),
        Mistake("no_var_path", " - h * (g * h).mean(axis=2, keepdims=True)", "", "the path through the variance is missing", "缺少经过方差的那条路径"),
        Mistake("per_channel", PER_CHANNEL, "    g, h = (a.reshape(*dout.shape[:2], -1) for a in (g, xhat))\n    std = np.repeat(std, dout.shape[1] // std.shape[1], axis=1)\n    dx = (g - g.mean(axis=2, keepdims=True) - h * (g * h).mean(axis=2, keepdims=True)) / std\n    return dx.reshape(dout.shape)", "in dx the means are over each channel, as in instance norm", "dx 中对每个通道取平均，像实例归一化那样"),
        Mistake("wrong_m", SPLIT, "(g - (g.mean(axis=2, keepdims=True) + h * (g * h).mean(axis=2, keepdims=True)) * (dout.shape[1] // std.shape[1])) / std", "the means are divided by the pixels of one channel; a group has several channels", "取平均时只除以了一个通道的像素数；一个组有多个通道"),
        Mistake("wrong_image", SPLIT, "(g - (g.mean(axis=2, keepdims=True) + h * (g * h).mean(axis=2, keepdims=True)) / std.shape[1]) / std", "the means are divided by the size of the whole image; a group is a part of it", "取平均时除以了整张图像的大小；一个组只是其中一部分"),
        Mistake("sums", SPLIT, "(g - g.sum(axis=2, keepdims=True) - h * (g * h).sum(axis=2, keepdims=True)) / std", "there are sums where means belong", "该取平均的地方用了求和"),
        Mistake("over_batch", SPLIT, "(g - g.mean(axis=(0, 2), keepdims=True) - h * (g * h).mean(axis=(0, 2), keepdims=True)) / std", "the means are over the batch, too; each image has its own", "平均也沿批次；每张图像应有自己的平均"),
        Mistake("no_std", ") / std", ")", "dx is not divided by std", "dx 没有除以 std"),
        Mistake("no_gamma", "(dout * gamma[:, None, None])", "dout", "gamma is missing on the way to x", "通往 x 的路上缺少 gamma"),
        Mistake("gamma_after", "(dout * gamma[:, None, None]).reshape(*std.shape[:2], -1)  # (N, groups, C / groups H W)\n    h = xhat.reshape(g.shape)\n    dx = " + SPLIT + "\n    return dx.reshape(dout.shape)", "dout.reshape(*std.shape[:2], -1)\n    h = xhat.reshape(g.shape)\n    dx = " + SPLIT + "\n    return gamma[:, None, None] * dx.reshape(dout.shape)", "gamma is multiplied in after the means; within a group it differs, so it belongs in them", "gamma 在取平均之后才乘上；组内各通道的 gamma 不同，应在平均之前乘"),
        Mistake("no_xhat", "- h * (g * h)", "- (g * h)", "a factor xhat of the variance's path is missing", "方差路径缺少一个因子 xhat"),
        Mistake("dgamma_no_xhat", "(dout * xhat).sum", "dout.sum", "dgamma is the same as dbeta: xhat has no part in it", "dgamma 与 dbeta 相同：没有用到 xhat"),
        Mistake("dgamma_batch_only", "(dout * xhat).sum(axis=(0, 2, 3))", "(dout * xhat).sum(axis=0)", "dgamma is summed over the batch alone", "dgamma 只对批次求了和"),
        Mistake("dbeta_batch_only", "dbeta = dout.sum(axis=(0, 2, 3))", "dbeta = dout.sum(axis=0)", "dbeta is summed over the batch alone", "dbeta 只对批次求了和"),
    ],
    hints=[
        ("gamma and beta belong to channels, the statistics to groups. In which shape do you compute each gradient?", "gamma 和 beta 属于通道，统计量属于组。每个梯度该在什么形状下计算？"),
        ("Multiply by gamma in the shape of the image, then reshape to (N, groups, the rest): there it is the backward of any standardisation.", "在图像的形状下乘 gamma，然后 reshape 成 (N, groups, 其余)：在那里就是普通标准化的反向。"),
        ("g = (dout * gamma[:, None, None]).reshape(N, groups, -1); dx = ((g - mean(g) - xhat mean(g xhat)) / std).reshape(x.shape), means along axis 2",) * 2,
    ],
)  # fmt: skip
