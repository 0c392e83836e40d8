"""Checks of the layers: affine, relu, softmax loss."""


def affine_case(rng):
    n, m = rng.integers(2, 6, 2)
    shape = tuple(int(k) for k in rng.integers(2, 4, rng.integers(1, 4)))
    d = 1
    for k in shape:
        d *= k
    return Case(rng.standard_normal((n, *shape)), rng.standard_normal((d, m)), rng.standard_normal(m))


def affine_cases(rng):
    return [affine_case(rng) for _ in range(4)]


exercise(
    "affine_forward",
    cases=affine_cases,
    look=lambda result: result[0],
    returns=("y", "cache"),
    topics=("R123",),
    mistakes=[
        Mistake("no_bias", " + b", "", "the bias is missing", "没有加偏置"),
        Mistake("minus_bias", " + b", " - b", "the bias is subtracted", "偏置被减去了"),
        Mistake("bias_twice", " + b", " + 2 * b", "the bias is added twice", "偏置加了两次"),
        Mistake("no_product", "@ w + b", "@ (0 * w) + b", "only the bias arrives", "只有偏置起作用"),
        Mistake("mean", "@ w + b", "@ w / len(w) + b", "the products are averaged, not summed", "对乘积取了平均而不是求和"),
        Mistake("bias_inside", "@ w + b", "@ (w + b)", "the bias is added to the weights", "偏置被加到了权重上"),
    ],
    hints=[
        ("How many numbers does one sample have? w has that many rows.", "一个样本有多少个数？w 就有多少行。"),
        ("Turn x into a matrix with a row for each sample, then it is one matrix product.", "把 x 变成每个样本一行的矩阵，然后只需一次矩阵乘法。"),
        ("y = x.reshape(N, -1) @ w + b", "y = x.reshape(N, -1) @ w + b"),
    ],
)

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
        Mistake("sign", "dw = x.res", "dw = -x.res", "dw has the wrong sign", "dw 的符号反了"),
        Mistake("ones", "dout.sum(axis=0)", "np.ones(dout.shape[1])", "db is 1: dout has no part in it", "db 恒为 1：没有用到 dout"),
    ],
    hints=[
        ("Each gradient has the shape of its input. Which products of dout, x and w have those shapes?", "每个梯度与对应输入形状相同。dout、x、w 的哪些乘积有这些形状？"),
        ("b is added to every row, so its gradient collects from every row.", "b 加到了每一行，所以它的梯度要把每一行都收集起来。"),
        ("dx = (dout @ w.T).reshape(x.shape), dw = x.reshape(N, -1).T @ dout, db = dout.sum(axis=0)",) * 2,
    ],
)  # fmt: skip
