"""Checks of the linear classifiers. The floors of accuracy: python assignments/a1_classification/gates_linear.py"""

import numpy as np

DOCS_ZH = {
    "": """线性分类器：得分 s = x w，两种比较得分的损失，以及梯度下降。

各处的形状：x (N, D)，每行一个样本，最后一个数恒为 1（偏置）；w (D, C)，每列一个类别；y (N,)，正确类别，
取 0 到 C - 1 的整数。损失是各样本的平均值加上惩罚项 reg Σ w²。""",
}

FLOORS = {"digits": 0.88, "scenes": 0.35}  # of train_linear


def loss_case(rng, n, d, c, reg, scale=0.7):
    x = np.concatenate([rng.standard_normal((n, d)), np.ones((n, 1))], axis=1)
    return Case(scale * rng.standard_normal((d + 1, c)), x, rng.integers(0, c, n), reg)


def hinge_cases(rng):
    return [loss_case(rng, 7, 3, 5, 0.3), loss_case(rng, 4, 5, 3, 0.0), loss_case(rng, 12, 2, 4, 1.5, scale=1.5)]


def softmax_cases(rng):
    """The last has scores in the thousands, far apart from row to row."""
    case = loss_case(rng, 6, 3, 4, 1e-6, scale=2000.0)
    case.args[1][::2] *= -3
    return [loss_case(rng, 7, 3, 5, 0.3), loss_case(rng, 4, 5, 3, 0.0), case]


def bias_cases(rng):
    return [Case(rng.standard_normal(shape)) for shape in ((4, 2, 3), (3, 5), (2, 3, 2, 2))]


def descent_case(rng, loss, lr, reg, steps):
    case = loss_case(rng, 30, 4, 3, reg)
    w, x, y, _ = case.args
    return Case(loss, x, y, w, lr=lr, reg=reg, steps=steps, batch=8, rng=Draws(int(rng.integers(1 << 30))))


def real_case(rng, name, loss, lr):
    """A training on pictures; the ones to be classified afterwards stay here."""
    (x, y), (x_test, y_test) = PICTURES[name](rng)
    mean = x.mean(axis=0)
    rows, case_rows = (right.add_bias(a - mean) for a in (x, x_test))
    w = 0.001 * rng.standard_normal((rows.shape[1], y.max() + 1))
    draws = Draws(int(rng.integers(1 << 30)))
    case = Case(loss, rows, y, w, lr=lr, reg=1e-3, steps=150, batch=50, rng=draws)
    case.name, case.x_test, case.y_test = name, case_rows, y_test
    return case


def digits(rng):
    from npdl.data import load_digits

    (x, y), (x_test, y_test) = load_digits()
    chosen, asked = rng.permutation(len(x))[:600], rng.permutation(len(x_test))[:200]
    return (x[chosen].astype(float), y[chosen]), (x_test[asked].astype(float), y_test[asked])


def scenes(rng):
    """The colour of the object, on pictures of 8 x 8 pixels."""
    from npdl.data import load_scenes

    made = []
    for n, split in ((400, "train"), (200, "test")):
        pictures = load_scenes(n, seed=int(rng.integers(1 << 30)), split=split)
        small = pictures.images.reshape(n, 3, 8, 4, 8, 4).mean(axis=(3, 5))
        made.append((small.astype(float), pictures.colours[:, 0].astype(int)))
    return made


PICTURES = {"digits": digits, "scenes": scenes}


def descent_cases(rng):
    return [
        descent_case(rng, right.svm_loss, 0.05, 0.1, 12),
        descent_case(rng, right.softmax_loss, 0.3, 0.02, 7),
        real_case(rng, "digits", right.softmax_loss, 0.5),
        real_case(rng, "scenes", right.svm_loss, 0.05),
    ]


def share_right(case, result):
    """The accuracy on pictures that the training has not seen."""
    return float(np.mean(np.argmax(case.x_test @ result[0], axis=1) == case.y_test))


def prediction_cases(rng):
    return [Case(rng.standard_normal((d, c)) - 1, rng.standard_normal((n, d))) for n, d, c in ((9, 4, 5), (3, 6, 2), (20, 5, 5))]


def search_case(rng, lrs, regs, failed=None, equal=()):
    """Weights for each pair that are the right ones, more or less disturbed."""
    x = rng.standard_normal((40, 4))
    true = rng.standard_normal((4, 3))
    y = np.argmax(x @ true, axis=1)
    if failed:
        y[rng.permutation(40)[:34]] = 0  # what nan "predicts"
    pairs = [(lr, reg) for lr in lrs for reg in regs]
    noise = dict(zip(pairs, rng.permutation(len(pairs))))
    weights = {pair: true + 0.5 * (noise[pair] + 0.2) * rng.standard_normal((4, 3)) for pair in pairs}
    if equal:
        weights[equal[0]], weights[equal[1]] = true, 2 * true  # other weights, the same answers
    if failed:
        weights[failed] = np.full((4, 3), np.nan)
    return Case(lambda lr, reg: weights[lr, reg].copy(), x, y, lrs, regs)


def search_cases(rng):
    return [
        search_case(rng, (0.1, 0.01, 0.5), (0.001, 1.0)),
        search_case(rng, (0.3, 0.1), (0.5, 0.1, 0.2), equal=((0.3, 0.2), (0.1, 0.1))),
        search_case(rng, (9.0, 0.1), (0.0, 0.5), failed=(9.0, 0.5)),
    ]


REG_HALF = ("reg_half", "the penalty is halved; here it is not", "惩罚项多乘了二分之一；这里的约定没有")
REG_FACTOR = ("reg_factor", "the gradient of the penalty is half of what it should be", "惩罚项的梯度只有应有的一半")
REG_GRADIENT = ("reg_gradient", "the penalty is missing in the gradient", "梯度中缺少惩罚项")
REG_LOSS = ("reg_loss", "the penalty is missing in the loss", "损失中缺少惩罚项")
MEAN_NONE = ("no_mean", "losses and gradients are summed over the samples, not averaged", "对样本求了和，而不是平均（损失与梯度都是）")
MEAN_LOSS = ("mean_loss_only", "the loss is a mean, but its gradient is a sum", "损失取了平均，梯度却是总和")
REG_MEAN = ("reg_mean", "the penalty is divided by the number of samples, too", "惩罚项也除以了样本数")


def planted(old, new, said):
    code, en, zh = said
    return Mistake(code, old, new, en, zh)


NAIVE_END = "return loss + reg * np.sum(w**2), dw + 2 * reg * w"
NAIVE_MISTAKES = [
    planted("loss / len(x), dw / len(x)", "loss, dw", MEAN_NONE),
    planted("loss / len(x), dw / len(x)", "loss / len(x), dw", MEAN_LOSS),
    planted(NAIVE_END, "return loss + 0.5 * reg * np.sum(w**2), dw + reg * w", REG_HALF),
    planted(NAIVE_END, "return loss + reg * np.sum(w**2), dw + reg * w", REG_FACTOR),
    planted(NAIVE_END, "return loss + reg * np.sum(w**2), dw", REG_GRADIENT),
    planted(NAIVE_END, "return loss, dw + 2 * reg * w", REG_LOSS),
    planted(NAIVE_END, "return loss + reg * np.sum(w**2) / len(x), dw + 2 * reg * w / len(x)", REG_MEAN),
]
FAST_END = " + reg * np.sum(w**2), x.T @ dscores / N + 2 * reg * w"
FAST_MISTAKES = [
    planted(FAST_END, " + reg * np.sum(w**2), x.T @ dscores + 2 * reg * w", MEAN_LOSS),
    planted(FAST_END, " + 0.5 * reg * np.sum(w**2), x.T @ dscores / N + reg * w", REG_HALF),
    planted(FAST_END, " + reg * np.sum(w**2), x.T @ dscores / N + reg * w", REG_FACTOR),
    planted(FAST_END, " + reg * np.sum(w**2), x.T @ dscores / N", REG_GRADIENT),
    planted(FAST_END, ", x.T @ dscores / N + 2 * reg * w", REG_LOSS),
    planted(FAST_END, " + reg * np.sum(w**2) / N, x.T @ dscores / N + 2 * reg * w / N", REG_MEAN),
]
OVERFLOW = Law(
    "overflow",
    lambda case, result: bool(np.isfinite(result[0]) and np.isfinite(result[1]).all()),
    "loss and gradient are finite, also with scores in the thousands",
    "即使得分达到数千，损失与梯度也是有限的",
)

exercise(
    "add_bias",
    cases=bias_cases,
    topics=("R107",),
    points=0.5,
    doc_zh="""每个样本成为一行，末尾加一个 1：于是 w 的最后一行就是偏置，得分为 x w。

    x: (N, ...)，至少两个轴。返回 (N, D + 1)，D 是一个样本所含数的个数。
    """,
    also_right=("def add_bias(x):\n    return np.c_[x.reshape(x.shape[0], -1), np.ones(x.shape[0])]\n",),
    mistakes=[
        Mistake("zeros", "np.ones(", "np.zeros(", "what is added is 0: no bias can act", "加的是 0：偏置不起作用"),
        Mistake("front", "[rows, np.ones((len(x), 1))]", "[np.ones((len(x), 1)), rows]", "the 1 stands at the beginning; here it stands at the end", "1 放在了开头；这里约定放在末尾"),
        Mistake("none", "np.concatenate([rows, np.ones((len(x), 1))], axis=1)", "rows", "nothing is added at the end", "末尾什么也没有加"),
        Mistake("row", "np.concatenate([rows, np.ones((len(x), 1))], axis=1)", "np.concatenate([rows, np.ones((1, rows.shape[1]))], axis=0)", "a sample of ones is added; each sample should get one more number", "加了一个全 1 的样本；应当给每个样本加一个数"),
        Mistake("order", "x.reshape(len(x), -1)", "x.reshape(len(x), -1, order='F')", "the numbers of a sample are taken in another order", "一个样本的数被按另一种顺序取出"),
        Mistake("mixed", "x.reshape(len(x), -1)", "x.reshape(-1, len(x)).T", "numbers of different samples are mixed in a row", "不同样本的数混到了同一行"),
        Mistake("averaged", "x.reshape(len(x), -1)", "x.reshape(len(x), -1, x.shape[-1]).mean(axis=1)", "a sample loses numbers: some of its axes are averaged away", "样本丢失了一些数：某些轴被平均掉了"),
    ],
    hints=[
        ("How many numbers has one sample, whatever its axes? reshape can work it out.", "不论有几个轴，一个样本有多少个数？reshape 可以自己算出来。"),
        ("Put a column of ones beside the matrix. Which shape must it have to be joined along the second axis?", "在矩阵旁边放一列 1。要沿第二个轴拼接，它应是什么形状？"),
        ("np.concatenate([x.reshape(len(x), -1), np.ones((len(x), 1))], axis=1)",) * 2,
    ],
)

exercise(
    "svm_loss_naive",
    cases=hinge_cases,
    returns=("loss", "dw"),
    topics=("R107", "R108", "R109", "R112"),
    points=2,
    doc_zh="""多类合页损失（SVM）及其梯度，对样本和类别写循环。

    L = 1/N Σ_n Σ_{j ≠ y_n} max(0, s_nj - s_ny + 1) + reg Σ w²，   s_ny 是正确类别的得分

    w: (D, C)，x: (N, D)，y: (N,)，reg: >= 0 的数。返回 (loss, dw)：一个数，以及 dL/dw (D, C)。
    """,
    mistakes=[
        Mistake("self", "j != y[n] and margin > 0", "margin > 0", "the right class competes with itself: the loss is too large by 1", "正确类别与自己比较：损失多了 1"),
        Mistake("no_margin", "- scores[y[n]] + 1", "- scores[y[n]]", "there is no margin: it is enough to be equally good", "没有间隔：得分相等就够了"),
        Mistake("reversed", "scores[j] - scores[y[n]] + 1", "scores[y[n]] - scores[j] + 1", "the right class is punished for being ahead", "正确类别领先反而受到惩罚"),
        Mistake("no_right_column", "dw[:, y[n]] -= x[n]", "pass", "the column of the right class gets no gradient", "正确类别那一列没有得到梯度"),
        Mistake("squared", "dw[:, j] += x[n]", "dw[:, j] += margin * x[n]", "the gradient grows with the margin, as if the loss were squared", "梯度随间隔增大，好像损失取了平方"),
        *NAIVE_MISTAKES,
    ],
    hints=[
        ("One sample and one wrong class at a time: by how much is the wrong class too good? What does the loss gain, and on which two columns of w does that depend?", "每次只看一个样本和一个错误类别：这个类别的得分高出多少？损失增加多少，它依赖于 w 的哪两列？"),
        ("Only where the margin is positive something happens: the sample is added to one column of dw and taken from another. The mean over samples and the penalty come once, at the end.", "只有间隔为正时才有贡献：把样本加到 dw 的一列，并从另一列减去。对样本求平均和惩罚项在最后各做一次。"),
        ("for j != y: m = s[j] - s[y] + 1; if m > 0: loss += m, dw[:, j] += x, dw[:, y] -= x. At the end divide both by N, then add reg * sum(w**2) and 2 * reg * w.", "对 j != y：m = s[j] - s[y] + 1；若 m > 0：loss += m，dw[:, j] += x，dw[:, y] -= x。最后二者都除以 N，再加上 reg * sum(w**2) 与 2 * reg * w。"),
    ],
)

exercise(
    "svm_loss",
    cases=hinge_cases,
    returns=("loss", "dw"),
    topics=("R108", "R109", "R112"),
    points=2,
    doc_zh="""同样的损失与梯度，不用循环。

    w: (D, C)，x: (N, D)，y: (N,)，reg: >= 0 的数。返回 (loss, dw)。
    """,
    mistakes=[
        Mistake("self", "    margins[np.arange(N), y] = 0\n", "", "the right class is counted among those inside the margin", "正确类别也被算进了间隔之内"),
        Mistake("minus_one", "-dscores.sum(axis=1)", "-1", "the right class is lowered once a sample, however many classes are inside the margin", "不论有多少类别在间隔内，正确类别每个样本只减了一次"),
        Mistake("no_right_column", "-dscores.sum(axis=1)", "0", "the column of the right class gets no gradient", "正确类别那一列没有得到梯度"),
        Mistake("squared", "(margins > 0).astype(float)", "margins.copy()", "the gradient grows with the margin, as if the loss were squared", "梯度随间隔增大，好像损失取了平方"),
        Mistake("worst_only", "margins.sum() / N", "margins.max(axis=1).sum() / N", "only the worst of the wrong classes counts in the loss", "损失中只计入了最严重的一个错误类别"),
        Mistake("over_classes", "margins.sum() / N", "margins.mean()", "the loss is averaged over the classes, too", "损失对类别也取了平均"),
        Mistake("no_margin", "[:, None] + 1)", "[:, None])", "there is no margin: it is enough to be equally good", "没有间隔：得分相等就够了"),
        *FAST_MISTAKES,
    ],
    hints=[
        ("All scores are one matrix product. How do you pick, from each row, the score of its right class?", "所有得分是一次矩阵乘法。怎样从每一行取出正确类别的得分？"),
        ("Make a matrix of margins (N, C), and put the right classes' entries to 0. The gradient by the scores says for each entry how often it counts; the right class stands in for all the others of its row.", "做出间隔矩阵 (N, C)，把正确类别的位置置 0。对得分的梯度说明每个位置计了几次；正确类别要承担同一行所有其他类别的份。"),
        ("g = (margins > 0).astype(float); g[np.arange(N), y] = -g.sum(axis=1); dw = x.T @ g / N + 2 * reg * w",) * 2,
    ],
)

exercise(
    "softmax_loss_naive",
    cases=softmax_cases,
    returns=("loss", "dw"),
    topics=("R107", "R110", "R111", "R112"),
    points=2,
    laws=[OVERFLOW],
    doc_zh="""softmax 的交叉熵损失及其梯度，对样本和类别写循环。

    L = 1/N Σ_n -log p_ny + reg Σ w²，   p_nj = e^{s_nj} / Σ_i e^{s_ni}，   p_ny 是正确类别的概率

    w: (D, C)，x: (N, D)，y: (N,)，reg: >= 0 的数。返回 (loss, dw)。得分达到数千时也不能溢出。
    """,
    mistakes=[
        Mistake("overflow", "scores = scores - scores.max()", "scores = scores + 0", "large scores overflow in the exponential", "较大的得分在指数函数中溢出"),
        Mistake("no_right_class", "(p - (j == y[n]))", "p", "the gradient treats the right class like all others", "梯度对正确类别与其他类别一视同仁"),
        Mistake("sign", "(p - (j == y[n]))", "((j == y[n]) - p)", "the gradient points downhill: its sign is reversed", "梯度的符号反了"),
        Mistake("loss_sign", "np.log(total) - scores[y[n]]", "scores[y[n]] - np.log(total)", "the loss has the wrong sign", "损失的符号反了"),
        Mistake("no_total", "np.log(total) - scores[y[n]]", "-scores[y[n]]", "the other classes have no part in the loss", "其他类别没有计入损失"),
        Mistake("probability", "np.log(total) - scores[y[n]]", "1 - np.exp(scores[y[n]]) / total", "the probability is used without its logarithm", "直接使用概率，没有取对数"),
        *NAIVE_MISTAKES,
    ],
    hints=[
        ("What happens to p if the same number is taken from all scores of a sample? Choose that number so that no exponential is large.", "若一个样本的所有得分都减去同一个数，p 会怎样？选择这个数，使指数都不大。"),
        ("Write the loss of a sample as the logarithm of a sum minus a score, then a p of 0 does no harm. The derivative by a score is its p, and for the right class there is something else.", "把一个样本的损失写成“和的对数减去一个得分”，这样 p 为 0 也无妨。对得分的导数就是它的 p，对正确类别还要多一项。"),
        ("s = s - s.max(); loss += log(sum(exp(s))) - s[y]; dw[:, j] += (p_j - (1 if j == y else 0)) * x. Then both divided by N, plus reg * sum(w**2) and 2 * reg * w.", "s = s - s.max()；loss += log(sum(exp(s))) - s[y]；dw[:, j] += (p_j - (j == y 时为 1，否则为 0)) * x。二者除以 N，再加 reg * sum(w**2) 与 2 * reg * w。"),
    ],
)

exercise(
    "softmax_loss",
    cases=softmax_cases,
    returns=("loss", "dw"),
    topics=("R110", "R111", "R112"),
    points=2,
    laws=[OVERFLOW],
    doc_zh="""同样的损失与梯度，不用循环。得分达到数千时也不能溢出。

    w: (D, C)，x: (N, D)，y: (N,)，reg: >= 0 的数。返回 (loss, dw)。
    """,
    mistakes=[
        Mistake("overflow", "scores = scores - scores.max(axis=1, keepdims=True)", "scores = scores + 0", "large scores overflow in the exponential", "较大的得分在指数函数中溢出"),
        Mistake("shift_all", "scores.max(axis=1, keepdims=True)", "scores.max()", "one number is taken from all rows, so that the exponentials of a low row are all 0", "所有行减去了同一个数：得分低的行，指数全部变成 0"),
        Mistake("no_right_class", "    dscores[np.arange(N), y] -= 1\n", "", "the gradient treats the right class like all others", "梯度对正确类别与其他类别一视同仁"),
        Mistake("not_normalised", "np.exp(scores) / totals", "np.exp(scores)", "the exponentials are not divided by their sum", "指数没有除以它们的和"),
        Mistake("all_pairs", "- scores[np.arange(N), y])", "- scores[:, y])", "the index takes all pairs of rows and labels, not each row's own label", "索引取了所有“行 × 标签”的组合，而不是每行自己的标签"),
        Mistake("summed", "loss = np.mean(", "loss = np.sum(", "the loss is a sum over the samples, not a mean", "损失对样本求了和，而不是平均"),
        Mistake("column", "-= 1\n", "-= 1 / N\n", "the right class is lowered too little", "正确类别减得太少"),
        *FAST_MISTAKES,
    ],
    hints=[
        ("Each row has its own largest score. keepdims keeps what you take from it in the right shape.", "每一行有自己的最大得分。keepdims 让要减去的数保持合适的形状。"),
        ("The gradient by the scores is the matrix of probabilities, changed at one place in each row.", "对得分的梯度就是概率矩阵，每一行改动一处。"),
        ("p = exp(s) / exp(s).sum(axis=1, keepdims=True); loss = mean(log(totals) - s[np.arange(N), y]); p[np.arange(N), y] -= 1; dw = x.T @ p / N + 2 * reg * w",) * 2,
    ],
)

exercise(
    "train_linear",
    cases=descent_cases,
    returns=("w", "losses"),
    topics=("R113",),
    points=2,
    doc_zh="""从权重 w 出发的小批量梯度下降。

    每一步用 rng.integers(len(x), size=batch) 抽取样本，求这些样本上的损失及其梯度，然后沿梯度的反方向走一小步。

    loss: 函数 loss(w, x, y, reg) -> (loss, dw)，例如 svm_loss；x: (N, D)，y: (N,)，w: (D, C)；lr: 学习率；reg: 传给
    loss；steps、batch: 步数与每步的样本数；rng: np.random.Generator。
    返回 (w, losses)：新的权重（传入的数组 w 保持不变），以及 `steps` 个数的列表，即每一步更新之前的损失。
    """,
    laws=[
        Law(
            "accuracy",
            lambda case, result: not hasattr(case, "name") or share_right(case, result) >= FLOORS[case.name],
            f"after 150 steps {FLOORS['digits']:.0%} of new digits are read rightly, and {FLOORS['scenes']:.0%} of the colours in new scenes",
            f"150 步之后，新数字至少认对 {FLOORS['digits']:.0%}，新场景中的颜色至少认对 {FLOORS['scenes']:.0%}",
        )
    ],
    mistakes=[
        Mistake("ascent", "w - lr * dw", "w + lr * dw", "the step goes up the slope: the loss grows", "朝上坡方向走：损失增大"),
        Mistake("no_rate", "w - lr * dw", "w - dw", "the learning rate is not used", "没有用到学习率"),
        Mistake("mean_again", "w - lr * dw", "w - lr * dw / batch", "the gradient is averaged once more over the batch", "又对批次取了一次平均"),
        Mistake("no_reg", "y[rows], reg)", "y[rows], 0.0)", "reg does not reach the loss", "reg 没有传给 loss"),
        Mistake("all_samples", "x[rows], y[rows]", "x, y", "every step uses all samples, not a batch", "每一步都用了全部样本，而不是一个批次"),
        Mistake("one_batch", "rows = rng.integers(len(x), size=batch)", "rows = rng.integers(len(x), size=batch) if not losses else rows", "the same batch is used at every step", "每一步都用同一个批次"),
        Mistake("misaligned", "y[rows]", "y[:batch]", "the labels are not those of the samples drawn", "标签与抽到的样本不对应"),
        Mistake("late", "losses.append(float(value))\n        w = w - lr * dw", "w = w - lr * dw\n        losses.append(float(loss(w, x[rows], y[rows], reg)[0]))", "the loss is measured after the update", "损失是在更新之后测量的"),
        Mistake("one_short", "range(steps)", "range(steps - 1)", "there is a step too few", "少走了一步"),
        Mistake("last_loss", "return w, losses", "return w, losses[-1]", "only the last loss is given back", "只返回了最后一个损失"),
    ],
    hints=[
        ("A loop over steps: draw, ask, go. What do x and y of the batch have in common?", "对步数循环：抽样、求值、更新。批次中的 x 与 y 有什么共同点？"),
        ("rows are places of samples: index x and y with the same ones. An update with -= would change the caller's array.", "rows 是样本的位置：用同样的位置去取 x 和 y。用 -= 更新会改动调用者的数组。"),
        ("rows = rng.integers(len(x), size=batch); value, dw = loss(w, x[rows], y[rows], reg); w = w - lr * dw",) * 2,
    ],
)

exercise(
    "predict_linear",
    cases=prediction_cases,
    topics=("R107", "R113"),
    points=0.5,
    doc_zh="""每个样本得分最高的类别。

    w: (D, C)，x: (N, D)。返回类别 (N,)，整数。
    """,
    mistakes=[
        Mistake("lowest", "np.argmax(", "np.argmin(", "the class with the lowest score is taken", "取了得分最低的类别"),
        Mistake("axis", "axis=1", "axis=0", "for each class it tells the best sample; for each sample the best class is wanted", "给出了每个类别的最佳样本；需要的是每个样本的最佳类别"),
        Mistake("score", "np.argmax(", "np.max(", "it returns the highest score, not its class", "返回的是最高得分，而不是它的类别"),
        Mistake("size", "np.argmax(x @ w", "np.argmax(np.abs(x @ w)", "scores far below 0 count as high", "远小于 0 的得分被当成高分"),
        Mistake("from_one", "return np.argmax(x @ w, axis=1)", "return np.argmax(x @ w, axis=1) + 1", "classes are counted from 0", "类别从 0 开始编号"),
        Mistake("no_bias", "x @ w", "x[:, :-1] @ w[:-1]", "the bias, the last row of w, is left out", "漏掉了偏置，即 w 的最后一行"),
        Mistake("whole", ", axis=1", "", "it looks for one best place in the whole matrix", "在整个矩阵中只找了一个最佳位置"),
    ],
    hints=[
        ("The scores of all samples are one matrix product: which shape has it?", "所有样本的得分是一次矩阵乘法：结果是什么形状？"),
        ("In each row: not the highest number, but where it stands.", "在每一行中：要的不是最大的数，而是它的位置。"),
        ("np.argmax(x @ w, axis=1)",) * 2,
    ],
)

exercise(
    "search",
    cases=search_cases,
    returns=("best", "w", "accuracies"),
    uses=("predict_linear",),
    topics=("R106", "R113"),
    doc_zh="""尝试学习率与正则化强度的每一种组合，保留在验证集上最好的一个。

    train: 函数 train(lr, reg) -> w，用给定的值训练一个分类器；x_val: (N, D)，y_val: (N,)；lrs、regs: 要尝试的值。
    每种组合训练一次。返回 (best, w, accuracies)：最好的组合 (lr, reg)，若有几个同样好则取最先尝试的（lrs 在外层循环）；
    它的权重 (D, C)；以及所有组合的字典 {(lr, reg): 验证集上的准确率}。若训练失败，权重中有 nan 或 inf，则其准确率为 0。

    请利用 predict_linear。
    """,
    mistakes=[
        Mistake("worst", "max(accuracies", "min(accuracies", "the worst pair is kept", "保留了最差的组合"),
        Mistake("last_weights", "weights[best]", "w", "the weights are those of the last training", "返回的是最后一次训练的权重"),
        Mistake("failed_counts", " if np.isfinite(w).all() else 0.0", "", "a training that failed is judged by what nan happens to predict", "失败的训练被按 nan 碰巧给出的预测来评判"),
        Mistake("last_of_equal", "max(accuracies, key", "max(reversed(accuracies), key", "of equally good pairs the last one is kept", "同样好时保留了最后一个"),
        Mistake("side_by_side", "for lr in lrs:\n        for reg in regs:", "for lr, reg in zip(lrs, regs):\n        if True:", "the values go side by side; every lr should meet every reg", "两组值被一一配对；每个 lr 都应与每个 reg 组合"),
        Mistake("swapped", "return best, weights[best], accuracies", "return best[::-1], weights[best], {pair[::-1]: a for pair, a in accuracies.items()}", "a pair is (lr, reg), in this order", "组合的顺序应为 (lr, reg)"),
        Mistake("counted", "np.mean(right)", "np.sum(right)", "right answers are counted; a share of them is wanted", "统计了答对的个数；需要的是比例"),
        Mistake("accuracy", "return best,", "return accuracies[best],", "the best accuracy stands where the best pair should", "最佳组合的位置上放的是最佳准确率"),
    ],
    hints=[
        ("Two loops, one training in the middle. What has to be remembered of each?", "两层循环，中间一次训练。每次训练需要记住什么？"),
        ("Keep the weights and the accuracies in two dicts with the pair as key; the best key is what max finds with a key function. What does argmax say of nan?", "把权重与准确率存入两个以组合为键的字典；最好的键可用带 key 的 max 找到。argmax 对 nan 会给出什么？"),
        ("accuracies[lr, reg] = np.mean(predict_linear(w, x_val) == y_val) if np.isfinite(w).all() else 0.0; best = max(accuracies, key=accuracies.get)",) * 2,
    ],
)  # fmt: skip
