"""Checks of what looks into a network: gradients of images, fooling, class images, occlusion."""

import numpy as np

UPHILL_WRONG = ("the step leads downhill", "这一步走的是下坡")
NOT_SCALED = ("the step is not scaled: its length follows the size of the gradient", "没有归一化：步长取决于梯度的大小")


def images(rng, n, c=2, h=3, w=4):
    return rng.standard_normal((n, c, h, w))


def gradient_cases(rng):
    """Gradients of which the images of a batch have different sizes, negative ones among the largest."""
    made = []
    for shape in ((3, 3, 4, 2), (2, 3, 3, 5), (1, 4, 2, 3)):
        dx = rng.standard_normal(shape) * 10.0 ** rng.uniform(-2, 2, (shape[0], 1, 1, 1))
        made.append(dx)
    return made


exercise(
    "class_dscores",
    cases=lambda rng: [Case(rng.permutation(5)[:4] % 4 + 1, 6), Case(np.array([2, 0, 2]), 3), Case(rng.integers(1, 5, 7), 5)],
    points=0.5,
    topics=("R111",),
    mistakes=[
        Mistake("negative", "= 1", "= -1", "that is the gradient of minus the score", "那是负分数的梯度"),
        Mistake("columns", "dscores[np.arange(len(y)), y] = 1", "dscores[:, y] = 1", "every image has the classes of all images marked", "每张图像都标上了所有图像的类别"),
        Mistake("mean", "= 1", "= 1 / len(y)", "it is divided by N: here nothing is averaged", "除以了 N；这里没有取平均"),
        Mistake("transposed", "    return dscores", "    return dscores.T", "classes and images have changed places", "类别与图像的位置互换了"),
        Mistake("all_ones", "dscores[np.arange(len(y)), y] = 1", "dscores[:] = 1", "all scores are asked about at once", "同时询问了所有分数"),
        Mistake("others", "    return dscores", "    return 1 - dscores", "all classes but the wanted one are marked", "标出的是除目标之外的所有类别"),
        Mistake("softmax", "    return dscores", "    return dscores - 1 / classes", "this is what a softmax with equal probabilities gives; the score before it is asked about", "这是概率相等时 softmax 的结果；要问的是它之前的分数"),
        Mistake("from_one", "np.arange(len(y)), y]", "np.arange(len(y)), y - 1]", "the classes are counted from 1", "类别从 1 开始编号了"),
    ],
    hints=[
        ("By how much does the sum change when one of the scores grows by 1?", "当某个分数增加 1 时，总和改变多少？"),
        ("Only one score of each image counts. An index array for the rows and one for the columns reaches them.", "每张图像只有一个分数起作用。用一个行下标数组和一个列下标数组即可取到。"),
        ("dscores = np.zeros((N, classes)); dscores[np.arange(N), y] = 1",) * 2,
    ],
)  # fmt: skip

exercise(
    "saliency",
    cases=lambda rng: [Case(dx) for dx in gradient_cases(rng)],
    topics=("R147",),
    mistakes=[
        Mistake("no_abs", "np.abs(dx).max", "dx.max", "a large negative gradient counts for nothing", "很大的负梯度被忽略了"),
        Mistake("abs_last", "np.abs(dx).max(axis=1)", "np.abs(dx.max(axis=1))", "the absolute value comes too late: the largest is sought among signed numbers", "绝对值取得太晚：是在带符号的数中找最大的"),
        Mistake("sum", ".max(axis=1)", ".sum(axis=1)", "the channels are added", "各通道被相加了"),
        Mistake("mean", ".max(axis=1)", ".mean(axis=1)", "the channels are averaged", "对各通道取了平均"),
        Mistake("norm", "np.abs(dx).max(axis=1)", "np.sqrt((dx**2).sum(axis=1))", "this is the length of the gradient over the channels", "这是梯度在通道上的长度"),
        Mistake("smallest", ".max(", ".min(", "the smallest channel counts", "取的是最小的通道"),
        Mistake("first", "np.abs(dx).max(axis=1)", "np.abs(dx)[:, 0]", "only the first channel is looked at", "只看了第一个通道"),
        Mistake("keepdims", "axis=1", "axis=1, keepdims=True", "the axis of the channels is still there", "通道轴仍然存在"),
        Mistake("scaled", "return np.abs(dx).max(axis=1)", "s = np.abs(dx).max(axis=1)\n    return s / s.max(axis=(1, 2), keepdims=True)", "each map is scaled to 1; that is for the picture, not here", "每张图缩放到了 1；那是画图时的事"),
    ],
    hints=[
        ("A pixel matters if the score changes much, no matter in which direction.", "只要分数变化大，像素就重要，无论方向。"),
        ("Which axis do the channels have in (N, C, H, W)? That one has to disappear.", "(N, C, H, W) 中通道是哪个轴？要消去的就是它。"),
        ("np.abs(dx).max(axis=1)",) * 2,
    ],
)  # fmt: skip

exercise(
    "guided_relu_backward",
    cases=lambda rng: [Case(rng.standard_normal(shape), np.maximum(rng.standard_normal(shape), 0)) for shape in ((3, 7), (2, 3, 4, 5), (30,))],
    topics=("R125",),
    mistakes=[
        Mistake("plain", " * (dout > 0)", "", "this is the ordinary backward of a relu: negative gradients still pass", "这是普通 ReLU 的反向：负的梯度仍能通过"),
        Mistake("deconvnet", " * (y > 0)", "", "only the sign of dout is looked at, not whether the unit was on", "只看了 dout 的符号，没看单元是否激活"),
        Mistake("either", "dout * (y > 0) * (dout > 0)", "dout * ((y > 0) | (dout > 0))", "one of the two conditions is enough here; both should hold", "这里满足一个条件就够了；应两个都满足"),
        Mistake("absolute", "return dout * (y > 0) * (dout > 0)", "return np.abs(dout) * (y > 0)", "negative gradients are turned into positive ones", "负的梯度被变成了正的"),
        Mistake("times_y", "(y > 0) *", "y *", "dout is multiplied by the output itself", "dout 乘上了输出本身"),
        Mistake("off", "(y > 0)", "(y <= 0)", "it passes where the unit was off", "在单元未激活处通过了"),
        Mistake("negative_part", "(dout > 0)", "(dout < 0)", "only what is negative passes", "只有负的部分通过了"),
        Mistake("mask", "return dout * (y > 0) * (dout > 0)", "return 1.0 * (y > 0) * (dout > 0)", "this is the mask; dout itself should pass", "这是掩码；应通过的是 dout 本身"),
    ],
    hints=[
        ("Write the ordinary backward first. What does it let pass that this one does not?", "先写普通的反向。它放行了什么，是这里不放行的？"),
        ("Two masks of booleans, multiplied.", "两个布尔掩码相乘。"),
        ("dout * (y > 0) * (dout > 0)",) * 2,
    ],
)  # fmt: skip


# covered squares


def occlusion_case(rng, shape, size, stride, value):
    weights = rng.standard_normal(shape)

    def score(batch):
        return np.sin((batch * weights).sum(axis=(1, 2, 3))) + 0.1 * (batch**2 * weights).sum(axis=(1, 2, 3))

    return Case(rng.standard_normal(shape), score, size, stride, value)


exercise(
    "occlusion_map",
    cases=lambda rng: [
        occlusion_case(rng, (2, 5, 7), 3, 2, 0.5),
        occlusion_case(rng, (3, 6, 4), 2, 1, -0.3),
        occlusion_case(rng, (1, 7, 8), 2, 3, 0.0),
    ],
    topics=("R147",),
    points=2,
    mistakes=[
        Mistake("sign", "return whole - np.reshape(others, (len(tops), len(lefts)))", "return np.reshape(others, (len(tops), len(lefts))) - whole", "the sign is turned: important places should be positive", "符号反了：重要的位置应为正"),
        Mistake("last_place", "size + 1, stride)\n    lefts", "size, stride)\n    lefts", "the last row of places is left out", "漏掉了最后一行位置"),
        Mistake("no_stride", "range(0, width - size + 1, stride)", "range(0, width - size + 1)", "along the rows the square moves pixel by pixel", "沿行方向方块是逐像素移动的"),
        Mistake("side_by_side", "range(0, height - size + 1, stride)", "range(0, height - size + 1, size)", "the square moves down by its own size, not by stride", "方块向下移动的是自身的边长，而不是步长"),
        Mistake("one_channel", "copy[:, top", "copy[:1, top", "only the first channel is covered", "只遮住了第一个通道"),
        Mistake("black", "= value", "= 0", "it is covered with 0, whatever value is", "总是用 0 遮盖，没有用 value"),
        Mistake("stays_covered", "copy = image.copy()", "copy = covered[-1].copy() if covered else image.copy()", "a square that has been covered stays covered", "遮住的方块没有恢复"),
        Mistake("score_itself", "return whole - ", "return ", "this is the score that is left, not how far it falls", "这是剩下的分数，而不是下降了多少"),
        Mistake("absolute", "return whole - np.reshape(others, (len(tops), len(lefts)))", "return np.abs(whole - np.reshape(others, (len(tops), len(lefts))))", "a score that rises counts like one that falls", "上升的分数与下降的被同等看待"),
        Mistake("column_order", "np.reshape(others, (len(tops), len(lefts)))", "np.reshape(others, (len(lefts), len(tops))).T", "the scores are put into the map column by column", "分数被按列填进了图中"),
    ],
    hints=[
        ("At how many places does a square of 3 fit into 5 rows, when it moves by 2?", "边长 3 的方块每次移动 2，在 5 行中有几个位置？"),
        ("Make all covered copies first, put them into one batch behind the image itself, and ask for all scores at once.", "先做好所有遮盖的副本，与原图像一起组成一批，一次求出全部分数。"),
        ("for top in range(0, H - size + 1, stride), for left likewise: c = image.copy(); c[:, top:top+size, left:left+size] = value; then score(image) - score(copies), reshaped",) * 2,
    ],
)  # fmt: skip

# steps on the image


def step_cases(rng):
    return [Case(rng.standard_normal(dx.shape), dx, float(rng.uniform(0.5, 2))) for dx in gradient_cases(rng)]


exercise(
    "fooling_step",
    cases=step_cases,
    topics=("R190",),
    mistakes=[
        Mistake("downhill", "x + lr", "x - lr", *UPHILL_WRONG),
        Mistake("not_scaled", " / norm", "", *NOT_SCALED),
        Mistake("no_root", "np.sqrt((dx**2).sum(axis=(1, 2, 3), keepdims=True))", "(dx**2).sum(axis=(1, 2, 3), keepdims=True)", "it is divided by the square of the length", "除以的是长度的平方"),
        Mistake("whole_batch", "axis=(1, 2, 3), keepdims=True", "", "the length is that of the whole batch: images depend on each other", "长度是整个批次的：图像之间互相影响"),
        Mistake("each_channel", "axis=(1, 2, 3)", "axis=(2, 3)", "each channel is scaled on its own", "每个通道各自归一化了"),
        Mistake("sign", "lr * dx / norm", "lr * np.sign(dx)", "only signs are used: that is another method", "只用了符号：那是另一种方法"),
        Mistake("l1", "np.sqrt((dx**2).sum(axis=(1, 2, 3), keepdims=True))", "np.abs(dx).sum(axis=(1, 2, 3), keepdims=True)", "the length is taken as the sum of absolute values", "长度用的是绝对值之和"),
        Mistake("mean", "(dx**2).sum(", "(dx**2).mean(", "the squares are averaged, so that a larger image makes a longer step", "对平方取了平均，图像越大步子越长"),
        Mistake("largest", "np.sqrt((dx**2).sum(axis=(1, 2, 3), keepdims=True))", "np.abs(dx).max(axis=(1, 2, 3), keepdims=True)", "it is divided by the largest number", "除以的是最大的数"),
    ],
    hints=[
        ("How long is the step that is added to one image? It should be lr.", "加到一张图像上的步有多长？应当是 lr。"),
        ("The length has one number for each image, and keeps its axes so that NumPy can spread it.", "每张图像有一个长度，保留各轴以便 NumPy 广播。"),
        ("x + lr * dx / np.sqrt((dx**2).sum(axis=(1, 2, 3), keepdims=True))",) * 2,
    ],
)  # fmt: skip


def network(rng, shape, classes):
    """(scores, gradient) of a small network: affine - tanh - affine."""
    d = int(np.prod(shape))
    a, b = rng.standard_normal((d, 8)) / np.sqrt(d), rng.standard_normal((8, classes))

    def scores(x):
        return np.tanh(x.reshape(len(x), d) @ a) @ b

    def gradient(x, dscores):
        h = np.tanh(x.reshape(len(x), d) @ a)
        return ((dscores @ b.T * (1 - h**2)) @ a.T).reshape(x.shape)

    return scores, gradient


def fooling_case(rng, shape, classes, rank, lr, most):
    """The target is the class of this rank, 0 the best one."""
    scores, gradient = network(rng, shape, classes)
    x = 0.5 * rng.standard_normal((1, *shape))
    return Case(x, int(np.argsort(-scores(x)[0])[rank]), scores, gradient, lr, most)


exercise(
    "make_fooling_image",
    cases=lambda rng: [
        fooling_case(rng, (2, 3, 4), 4, 2, 0.1, 20),
        fooling_case(rng, (3, 2, 3), 5, 3, 0.3, 12),
        fooling_case(rng, (1, 4, 3), 3, 0, 0.2, 5),
        fooling_case(rng, (2, 3, 3), 4, 3, 0.02, 3),
    ],
    uses=("class_dscores", "fooling_step"),
    returns=("x", "steps"),
    topics=("R179",),
    points=2,
    mistakes=[
        Mistake("never_stops", "        if s[0].argmax() == target:\n            return x, step\n", "", "it goes on when the network is fooled already", "网络已被骗过时仍在继续"),
        Mistake("asks_late", "        if s[0].argmax() == target:\n            return x, step\n        x = fooling_step(x, gradient(x, class_dscores(np.array([target]), s.shape[1])), lr)\n", "        x = fooling_step(x, gradient(x, class_dscores(np.array([target]), s.shape[1])), lr)\n        if s[0].argmax() == target:\n            return x, step\n", "it takes one more step with the network fooled already", "网络已被骗过后又多走了一步"),
        Mistake("step_count", "return x, step\n", "return x, step + 1\n", "the steps are counted one too many", "步数多数了一步"),
        Mistake("wrong_class", "class_dscores(np.array([target])", "class_dscores(np.array([s[0].argmax()])", "the score of the class that it is taken for is raised, not that of target", "提高的是当前类别的分数，而不是目标类别的"),
        Mistake("lower_old", "gradient(x, class_dscores(np.array([target])", "-gradient(x, class_dscores(np.array([s[0].argmax()])", "the score of the class that it is taken for is lowered; the score of target should be raised", "降低了当前类别的分数；应提高目标类别的分数"),
        Mistake("downhill", "x = fooling_step(x, gradient", "x = fooling_step(x, -gradient", *UPHILL_WRONG),
        Mistake("not_scaled", "fooling_step(x, gradient(x, class_dscores(np.array([target]), s.shape[1])), lr)", "x + lr * gradient(x, class_dscores(np.array([target]), s.shape[1]))", *NOT_SCALED),
        Mistake("positive_is_enough", "if s[0].argmax() == target", "if s[0, target] > 0", "it stops when the score of target is positive; it should be the highest", "目标分数为正就停了；它应是最高的"),
        Mistake("once", "    return x, most", "        break\n    return x, most", "it takes one step and no more", "只走了一步"),
        Mistake("softmax_loss", "class_dscores(np.array([target]), s.shape[1])", "class_dscores(np.array([target]), s.shape[1]) - np.exp(s) / np.exp(s).sum()", "this follows the probability behind the softmax, not the score", "这沿着 softmax 之后的概率走，而不是分数"),
    ],
    hints=[
        ("What must be asked before every step, and what is the answer when the image has fooled the network from the start?", "每一步之前要问什么？如果图像一开始就骗过了网络，答案是什么？"),
        ("A loop of at most `most` rounds: the scores; done? the way back from the score of target; one step.", "循环最多 most 轮：求分数；完成了吗？从目标分数反向；走一步。"),
        ("for step in range(most): s = scores(x); if s[0].argmax() == target: return x, step; x = fooling_step(x, gradient(x, class_dscores([target], classes)), lr); at the end return x, most", "for step in range(most): s = scores(x); 若 s[0].argmax() == target 则返回 x, step; x = fooling_step(x, gradient(x, class_dscores([target], classes)), lr)；最后返回 x, most"),
    ],
)  # fmt: skip

exercise(
    "class_step",
    cases=lambda rng: [Case(*case.args, l2) for case, l2 in zip(step_cases(rng), (0.3, 0.1, 0.7))],
    uses=("fooling_step",),
    topics=("R112",),
    mistakes=[
        Mistake("l2_half", "2 * l2", "l2", "the penalty's gradient has lost a factor: its square has been forgotten", "惩罚项的梯度少了一个因子：忘了它是平方"),
        Mistake("l2_plus", "dx - 2", "dx + 2", "the penalty drives the pixels away from 0", "惩罚项把像素推离了 0"),
        Mistake("l2_missing", "dx - 2 * l2 * x", "dx", "the penalty is missing", "缺少惩罚项"),
        Mistake("l2_not_scaled", "fooling_step(x, dx - 2 * l2 * x, lr)", "fooling_step(x, dx, lr) - lr * 2 * l2 * x", "the penalty is added after the scaling: the step is no longer of length lr", "惩罚项在归一化之后才加上：步长不再是 lr"),
        Mistake("downhill", "fooling_step(x, dx - 2 * l2 * x, lr)", "fooling_step(x, 2 * l2 * x - dx, lr)", *UPHILL_WRONG),
        Mistake("not_scaled", "fooling_step(x, dx - 2 * l2 * x, lr)", "x + lr * (dx - 2 * l2 * x)", *NOT_SCALED),
        Mistake("l1", "2 * l2 * x", "l2 * np.sign(x)", "the penalty is that of absolute values", "这是绝对值的惩罚项"),
        Mistake("decay_first", "fooling_step(x, dx - 2 * l2 * x, lr)", "fooling_step((1 - 2 * l2) * x, dx, lr)", "the image is shrunk first, and by an amount that lr has no part in", "先缩小了图像，且幅度与 lr 无关"),
    ],
    hints=[
        ("What is the gradient of the penalty with respect to one pixel?", "惩罚项对一个像素的梯度是什么？"),
        ("Put both gradients together first, then let fooling_step scale them.", "先把两个梯度合在一起，再由 fooling_step 归一化。"),
        ("fooling_step(x, dx - 2 * l2 * x, lr)",) * 2,
    ],
)  # fmt: skip

exercise(
    "jitter",
    cases=lambda rng: [Case(images(rng, 2, 2, 4, 5), 1, 2), Case(images(rng, 1, 3, 5, 4), -2, 1), Case(images(rng, 3, 1, 3, 6), 2, -5)],
    points=0.5,
    topics=("R496",),
    mistakes=[
        Mistake("swapped", "(down, right)", "(right, down)", "rows and columns have changed places", "行与列互换了"),
        Mistake("backwards", "(down, right)", "(-down, -right)", "it moves up and left", "方向是向上和向左"),
        Mistake("wrong_axes", "axis=(2, 3)", "axis=(1, 2)", "channels and rows are moved, not rows and columns", "移动的是通道和行，而不是行和列"),
        Mistake("batch_axes", "axis=(2, 3)", "axis=(0, 1)", "the images and channels are moved, not the pixels", "移动的是图像和通道，而不是像素"),
        Mistake("flat", "np.roll(x, (down, right), axis=(2, 3))", "np.roll(x.reshape(*x.shape[:2], -1), down * x.shape[3] + right, axis=2).reshape(x.shape)", "pixels that leave a row come into the next row", "离开一行的像素进入了下一行"),
        Mistake("down_only", "np.roll(x, (down, right), axis=(2, 3))", "np.roll(x, down, axis=2)", "it moves down only", "只向下移动了"),
        Mistake("black_margin", "return np.roll(x, (down, right), axis=(2, 3))", "x = np.roll(x, (down, right), axis=(2, 3))\n    if down > 0:\n        x[:, :, :down] = 0\n    elif down < 0:\n        x[:, :, down:] = 0\n    return x", "what comes in is black", "移入的部分是黑色的"),
    ],
    hints=[
        ("Which two axes of (N, C, H, W) are the rows and the columns?", "(N, C, H, W) 中哪两个轴是行和列？"),
        ("NumPy has a function that turns an array round along axes: look for one that rolls.", "NumPy 有一个沿轴循环移动数组的函数：找名字意为“滚动”的那个。"),
        ("np.roll(x, (down, right), axis=(2, 3))",) * 2,
    ],
)  # fmt: skip


def class_case(rng, shape, steps, lr, l2):
    _scores, gradient = network(rng, shape, 3)
    shifts = rng.integers(1, 3, (steps, 2)) * rng.choice([-1, 1], (steps, 2))
    return Case(rng.standard_normal((1, *shape)), lambda x: gradient(x, np.array([[0.0, 1.0, 0.0]])), shifts, lr, l2)


exercise(
    "class_image",
    cases=lambda rng: [class_case(rng, (2, 5, 7), 4, 0.3, 0.1), class_case(rng, (3, 6, 5), 3, 0.5, 0.02), class_case(rng, (1, 5, 5), 1, 0.4, 0.3)],
    uses=("jitter", "class_step"),
    topics=("R179",),
    points=1.5,
    mistakes=[
        Mistake("stays_moved", "        x = jitter(x, -down, -right)\n", "", "the image is not moved back", "图像没有移回来"),
        Mistake("moved_twice", "jitter(x, -down, -right)", "jitter(x, down, right)", "instead of going back it is moved once more", "没有移回来，反而又移了一次"),
        Mistake("old_gradient", "        x = jitter(x, down, right)\n        x = class_step(x, gradient(x), lr, l2)", "        dx = gradient(x)\n        x = jitter(x, down, right)\n        x = class_step(x, dx, lr, l2)", "the gradient belongs to the image before it was moved", "梯度属于移动之前的图像"),
        Mistake("no_jitter", "        x = jitter(x, down, right)\n        x = class_step(x, gradient(x), lr, l2)\n        x = jitter(x, -down, -right)", "        x = class_step(x, gradient(x), lr, l2)", "the shifts have no effect", "平移没有起作用"),
        Mistake("no_l2", "gradient(x), lr, l2)", "gradient(x), lr, 0.0)", "the penalty is missing", "缺少惩罚项"),
        Mistake("downhill", "class_step(x, gradient(x), lr", "class_step(x, -gradient(x), lr", *UPHILL_WRONG),
        Mistake("one_step", "        x = jitter(x, -down, -right)\n", "        x = jitter(x, -down, -right)\n        if len(shifts) > 1:\n            break\n", "it takes the first step and no more", "只走了第一步"),
        Mistake("back_swapped", "jitter(x, -down, -right)", "jitter(x, -right, -down)", "on the way back rows and columns have changed places", "移回时行与列互换了"),
    ],
    hints=[
        ("Three things in each round of the loop. In which of the two positions is the gradient taken?", "循环的每一轮做三件事。梯度是在哪个位置上求的？"),
        ("The gradient belongs to the moved image. To move back is a jitter, too.", "梯度属于移动后的图像。移回来也是一次 jitter。"),
        ("for down, right in shifts: x = jitter(x, down, right); x = class_step(x, gradient(x), lr, l2); x = jitter(x, -down, -right)",) * 2,
    ],
)  # fmt: skip
