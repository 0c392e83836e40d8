"""Checks of convolution and pooling. Sides, kernels and steps differ, windows overlap or leave pixels out, N > 1."""

import numpy as np


def sizes(rng):
    """A remainder that floor, round and ceil treat differently, none, and a padding."""
    fixed = [(7, 3, 2, 1), (8, 3, 2, 1), (9, 2, 3, 0), (227, 11, 4, 0), (6, 3, 4, 2)]
    return [Case(*map(int, case)) for case in [*fixed, (rng.integers(20, 60), rng.integers(2, 6), 3, rng.integers(1, 3))]]


exercise(
    "output_size",
    cases=sizes,
    topics=("R137", "R138"),
    laws=[Law("whole", lambda case, n: isinstance(n, int), "A number of windows is an int.", "窗口的个数是 int。")],
    mistakes=[
        Mistake("one_pad", "2 * pad", "pad", "only one side's padding is counted", "只计入了一侧的填充"),
        Mistake("no_pad", " + 2 * pad", "", "the padding is left out", "漏掉了填充"),
        Mistake("no_one", " + 1", "", "the first window is not counted: that is the number of steps, not of windows", "没有计入第一个窗口：那是步数，不是窗口数"),
        Mistake("no_stride", " // stride", "", "the stride is left out", "漏掉了步幅"),
        Mistake("ceil", "(length + 2 * pad - size) // stride", "-(-(length + 2 * pad - size) // stride)", "a window that hangs over the end is counted", "越过末端的窗口也被计入了"),
        Mistake("rounded", "(length + 2 * pad - size) // stride", "round((length + 2 * pad - size) / stride)", "the number of steps is rounded to the nearest: a window that hangs over the end may be counted", "步数被四舍五入：越过末端的窗口可能被计入"),
        Mistake("float", "// stride", "/ stride", "that is a fraction: there are no half windows", "这是小数：不存在半个窗口"),
        Mistake("no_size", " - size", "", "the size of the window is left out", "漏掉了窗口的大小"),
        Mistake("one_before", "- size) // stride + 1", "- size + 1) // stride", "the 1 is added before the division", "1 加在了除法之前"),
    ],
    hints=[
        ("Where can the first pixel of the last window be, at most?", "最后一个窗口的第一个像素最远可以在哪里？"),
        ("Count the steps from the first window to the last that fits, rounded down; there is one window more than steps.", "数出从第一个窗口到最后一个放得下的窗口的步数，向下取整；窗口比步数多一个。"),
        ("(length + 2 * pad - size) // stride + 1",) * 2,
    ],
)  # fmt: skip


def image(rng, n, c, h, w, f, kh, kw, bias=True, **options):
    b = rng.uniform(1, 2, f) * rng.choice([-1, 1], f) if bias else None
    return Case(rng.standard_normal((n, c, h, w)), rng.standard_normal((f, c, kh, kw)), b, **options)


def naive_cases(rng):
    """A stride with a remainder and a padding; windows that overlap, and as few filters as images; more than the last."""
    return [image(rng, 2, 3, 6, 7, 4, 3, 2, stride=2, pad=1), image(rng, 2, 2, 4, 5, 2, 3, 3, pad=1), image(rng, 3, 2, 5, 4, 3, 2, 3)]


def conv_cases(rng):
    return [*naive_cases(rng), image(rng, 2, 3, 7, 5, 4, 1, 3, bias=False, stride=3, pad=2)]


exercise(
    "conv2d_naive_forward",
    cases=naive_cases,
    uses=("output_size",),
    look=lambda result: result[0],
    returns=("y", "cache"),
    points=2,
    topics=("R136", "R138", "R145"),
    mistakes=[
        Mistake("flip", "window * w[f]", "window * w[f, :, ::-1, ::-1]", "the kernel is turned by 180°: that is the mathematicians' convolution, and trained weights of others do not fit", "卷积核转了 180°：那是数学上的卷积，别人训练好的权重就用不上了"),
        Mistake("no_bias", " + b[f]", "", "the bias is missing", "没有加偏置"),
        Mistake("bias_inside", "(window * w[f]).sum() + b[f]", "(window * w[f] + b[f]).sum()", "the bias is added to every product, not to their sum", "偏置加到了每个乘积上，而不是它们的和上"),
        Mistake("no_stride", "i * stride, j * stride", "i, j", "the stride is forgotten in the place of the window", "窗口的位置忘了乘步幅"),
        Mistake("edge", "(pad, pad), (pad, pad)))", '(pad, pad), (pad, pad)), mode="edge")', "the padding repeats the border; it is to be zeros", "填充重复了边缘像素；应当填零"),
        Mistake("pad_after", "(pad, pad), (pad, pad)))", "(0, 2 * pad), (0, 2 * pad)))", "all of the padding is at the bottom and right", "填充全加在了下边和右边"),
        Mistake("first_channel", "window * w[f]", "window[0] * w[f, 0]", "only the first channel is seen; a filter is as deep as the image", "只看了第一个通道；滤波器与图像一样深"),
        Mistake("mean", ".sum() + b", ".mean() + b", "the products are averaged, not summed", "对乘积取了平均而不是求和"),
        Mistake("one_filter", "* w[f]", "* w[0]", "every map is made with the first filter", "每个特征图都用了第一个滤波器"),
        Mistake("first_image", "xp[n, ", "xp[0, ", "every image is taken for the first one", "每张图都当成了第一张"),
        Mistake("top_left", "+ kh, left : left + kw]", "+ kh, left : left + kw][:, ::-1]", "the rows of the kernel are upside down", "卷积核的行上下颠倒了"),
    ],
    hints=[
        ("Pad with np.pad. Then four loops: over images, filters, rows and columns of y. Where does the window of y[n, f, i, j] begin?", "先用 np.pad 填充。然后四层循环：图像、滤波器、y 的行和列。y[n, f, i, j] 的窗口从哪里开始？"),
        ("The window has all channels, the shape of one filter. Multiply the two, sum everything, add the filter's bias.", "窗口包含所有通道，与一个滤波器形状相同。两者相乘，全部求和，再加上该滤波器的偏置。"),
        ("y[n, f, i, j] = (xp[n, :, i*stride : i*stride + kh, j*stride : j*stride + kw] * w[f]).sum() + b[f]",) * 2,
    ],
)  # fmt: skip

GRADIENTS = ("dx", "dw", "db")

exercise(
    "conv2d_naive_backward",
    cases=lambda rng: [backward_case(right.conv2d_naive_forward, case, rng) for case in naive_cases(rng)],
    returns=GRADIENTS,
    points=3,
    topics=("R141", "R142"),
    mistakes=[
        Mistake("dx_overwrite", "columns] += dout", "columns] = dout", "a pixel of dx keeps what the last window gave; a pixel is in many windows, and has something of each", "dx 的像素只保留了最后一个窗口给的值；一个像素在多个窗口里，每个都有贡献"),
        Mistake("dw_overwrite", "dw[f] += dout", "dw[f] = dout", "dw keeps what the last window gave; every window has a part in it", "dw 只保留了最后一个窗口的值；每个窗口都有贡献"),
        Mistake("db_overwrite", "db[f] += dout", "db[f] = dout", "db keeps the last number of dout; all of a map have a part in it", "db 只保留了 dout 的最后一个数；特征图中每个数都有贡献"),
        Mistake("dx_flip", "dout[n, f, i, j] * w[f]", "dout[n, f, i, j] * w[f, :, ::-1, ::-1]", "the kernel is turned by 180° in dx", "dx 中卷积核转了 180°"),
        Mistake("dw_flip", "* xp[n, :, rows, columns]", "* xp[n, :, rows, columns][:, ::-1, ::-1]", "dw is turned by 180°", "dw 转了 180°"),
        Mistake("crop_tail", "pad : pad + H, pad : pad + W]", "2 * pad :, 2 * pad :]", "the padding is cut off at the top and left only", "只裁掉了上边和左边的填充"),
        Mistake("crop_head", "pad : pad + H, pad : pad + W]", ": H, : W]", "the padding is cut off at the bottom and right only", "只裁掉了下边和右边的填充"),
        Mistake("uncropped", "[:, :, pad : pad + H, pad : pad + W]", "", "dx still has the padding", "dx 还带着填充"),
        Mistake("dx_no_dout", "columns] += dout[n, f, i, j] * w[f]", "columns] += w[f]", "dout has no part in dx", "dx 没有用到 dout"),
        Mistake("dw_no_dout", "dout[n, f, i, j] * xp", "xp", "dout has no part in dw", "dw 没有用到 dout"),
        Mistake("no_stride", "slice(i * stride, i * stride + kh), slice(j * stride, j * stride + kw)", "slice(i, i + kh), slice(j, j + kw)", "the stride is forgotten in the place of the window", "窗口的位置忘了乘步幅"),
        Mistake("dw_first", "* xp[n, ", "* xp[0, ", "dw sees the first image only", "dw 只看了第一张图"),
        Mistake("mean", "+ W], dw, db", "+ W], dw / len(x), db / len(x)", "dw and db are divided by N; the loss has done that already", "dw 和 db 除以了 N；损失函数中已经除过了"),
    ],
    hints=[
        ("y[n, f, i, j] is a sum of products. Which numbers stand in it, and what is each multiplied with?", "y[n, f, i, j] 是乘积之和。其中有哪些数，每个数与什么相乘？"),
        ("Loop as forward did. In each turn dout[n, f, i, j] goes to three places: the window of dxp, w's filter f, b's number f. All of them collect.", "像前向那样循环。每一圈里 dout[n, f, i, j] 去三个地方：dxp 的窗口、dw 的第 f 个滤波器、db 的第 f 个数。三者都要累加。"),
        ("dxp[window] += dout[n, f, i, j] * w[f]; dw[f] += dout[n, f, i, j] * xp[window]; db[f] += dout[n, f, i, j]; dx = dxp[:, :, pad : pad + H, pad : pad + W]",) * 2,
    ],
)  # fmt: skip


def lowered(rng, n, c, h, w, kh, kw, stride, pad):
    return Case(rng.standard_normal((n, c, h, w)), (kh, kw), stride, pad)


def im2col_cases(rng):
    return [lowered(rng, 2, 3, 6, 7, 3, 2, 2, 1), lowered(rng, 3, 2, 4, 5, 3, 3, 1, 1), lowered(rng, 2, 3, 7, 5, 1, 3, 3, 0)]


TAKE = "columns[:, :, u, v] = xp"
LAID = "columns.reshape(N, C * kh * kw, oh * ow)"

exercise(
    "im2col",
    cases=im2col_cases,
    uses=("output_size",),
    points=2,
    topics=("R156",),
    mistakes=[
        Mistake("taps_first", LAID, "columns.transpose(0, 2, 3, 1, 4, 5).reshape(N, C * kh * kw, oh * ow)", "the rows are in the order (place of the kernel, channel); the channel comes first", "行的顺序是（核的位置，通道）；通道应在前"),
        Mistake("uv_swapped", LAID, "columns.swapaxes(2, 3).reshape(N, C * kh * kw, oh * ow)", "in the order of the rows, height and width of the kernel are swapped", "行的顺序中，核的高和宽交换了"),
        Mistake("ij_swapped", LAID, "columns.swapaxes(4, 5).reshape(N, C * kh * kw, oh * ow)", "in the order of the columns, rows and columns of windows are swapped", "列的顺序中，窗口的行和列交换了"),
        Mistake("transposed", LAID, LAID + ".swapaxes(1, 2)", "the windows are rows; they are to be columns", "窗口成了行；应当是列"),
        Mistake("reshaped", LAID, "columns.reshape(N, oh * ow, C * kh * kw).swapaxes(1, 2)", "a reshape where axes had to change places: pixels are scrambled", "该交换轴的地方用了 reshape：像素被打乱了"),
        Mistake("one_matrix", LAID, "columns.transpose(1, 2, 3, 0, 4, 5).reshape(C * kh * kw, N * oh * ow)", "all images lie in one matrix; each is to have its own", "所有图像放进了一个矩阵；每张图应有自己的矩阵"),
        Mistake("no_stride", "u : u + stride * oh : stride, v : v + stride * ow : stride", "u : u + oh, v : v + ow", "the stride is forgotten: neighbouring windows are one pixel apart", "忘了步幅：相邻窗口只差一个像素"),
        Mistake("turned", TAKE, "columns[:, :, kh - 1 - u, kw - 1 - v] = xp", "the windows are turned by 180°", "窗口转了 180°"),
        Mistake("edge", "(pad, pad), (pad, pad)))", '(pad, pad), (pad, pad)), mode="edge")', "the padding repeats the border; it is to be zeros", "填充重复了边缘像素；应当填零"),
        Mistake("pad_after", "(pad, pad), (pad, pad)))", "(0, 2 * pad), (0, 2 * pad)))", "all of the padding is at the bottom and right", "填充全加在了下边和右边"),
    ],
    hints=[
        ("Make an array (N, C, kh, kw, H', W') first. What is in it at [:, :, u, v]?", "先做一个 (N, C, kh, kw, H', W') 的数组。它的 [:, :, u, v] 是什么？"),
        ("At (u, v) stand the pixels that kernel place (u, v) meets in all windows: a slice of xp that begins at row u and takes every stride-th row, columns alike. Then one reshape.", "(u, v) 处是核的位置 (u, v) 在所有窗口中遇到的像素：xp 的一个切片，从第 u 行开始每隔 stride 行取一行，列也一样。最后一次 reshape。"),
        ("columns[:, :, u, v] = xp[:, :, u : u + stride * oh : stride, v : v + stride * ow : stride]; columns.reshape(N, C * kh * kw, oh * ow)",) * 2,
    ],
)  # fmt: skip


def col2im_cases(rng):
    made = []
    for case in im2col_cases(rng):
        columns = right.im2col(*case.args)
        made.append(Case(rng.standard_normal(columns.shape), case.args[0].shape, *case.args[1:]))
    return made


def is_transpose(case, found):
    """<im2col(x), columns> = <x, col2im(columns)> for an x."""
    columns, shape, *window = case.args
    x = np.random.default_rng(0).standard_normal(shape)
    a, b = (right.im2col(x, *window) * columns).sum(), (x * found).sum()
    return abs(a - b) <= 1e-9 * (np.abs(x).sum() + abs(a))


SPLIT = "columns.reshape(N, C, kh, kw, oh, ow)"

exercise(
    "col2im",
    cases=col2im_cases,
    uses=("output_size",),
    points=2,
    topics=("R156", "R141"),
    laws=[Law("transpose", is_transpose, "For any x, Σ im2col(x) · columns = Σ x · col2im(columns).", "对任意 x，Σ im2col(x) · columns = Σ x · col2im(columns)。")],
    mistakes=[
        Mistake("overwrite", "+= columns", "= columns", "a pixel keeps what was written last; where windows overlap it has something of each", "像素只保留了最后写入的值；窗口重叠处应把每个都加起来"),
        Mistake("uncropped", "[:, :, pad : pad + H, pad : pad + W]", "", "the padding is still there", "填充还在"),
        Mistake("crop_tail", "[:, :, pad : pad + H, pad : pad + W]", "[:, :, 2 * pad :, 2 * pad :]", "the padding is cut off at the top and left only", "只裁掉了上边和左边的填充"),
        Mistake("crop_head", "[:, :, pad : pad + H, pad : pad + W]", "[:, :, : H, : W]", "the padding is cut off at the bottom and right only", "只裁掉了下边和右边的填充"),
        Mistake("no_stride", "u : u + stride * oh : stride, v : v + stride * ow : stride", "u : u + oh, v : v + ow", "the stride is forgotten: neighbouring windows are one pixel apart", "忘了步幅：相邻窗口只差一个像素"),
        Mistake("turned", "+= columns[:, :, u, v]", "+= columns[:, :, kh - 1 - u, kw - 1 - v]", "the windows are turned by 180°", "窗口转了 180°"),
        Mistake("taps_first", SPLIT, "columns.reshape(N, kh, kw, C, oh, ow).transpose(0, 3, 1, 2, 4, 5)", "the rows are read in the order (place of the kernel, channel); im2col has the channel first", "行被按（核的位置，通道）的顺序读取；im2col 中通道在前"),
        Mistake("uv_swapped", SPLIT, "columns.reshape(N, C, kw, kh, oh, ow).swapaxes(2, 3)", "in the order of the rows, height and width of the kernel are swapped", "行的顺序中，核的高和宽交换了"),
        Mistake("ij_swapped", SPLIT, "columns.reshape(N, C, kh, kw, ow, oh).swapaxes(4, 5)", "in the order of the columns, rows and columns of windows are swapped", "列的顺序中，窗口的行和列交换了"),
        Mistake("inverse", "    return xp[", "    count = np.zeros(xp.shape)\n    for u, v in np.ndindex(kh, kw):\n        count[:, :, u : u + stride * oh : stride, v : v + stride * ow : stride] += 1\n    return (xp / np.maximum(count, 1))[", "each pixel is divided by the number of its windows: that undoes im2col, but it is not its transpose", "每个像素除以了包含它的窗口数：那是 im2col 的逆，而不是它的转置"),
    ],
    hints=[
        ("Read im2col backwards: every copy becomes an addition in the other direction.", "把 im2col 倒过来读：每次复制都变成反方向的一次加法。"),
        ("Begin with zeros of the padded size. For each (u, v), add one (N, C, H', W') slice of columns to the slice of pixels that im2col took; cut the padding off at the end.", "从填充后大小的全零数组开始。对每个 (u, v)，把 columns 的一个 (N, C, H', W') 切片加到 im2col 取像素的那个切片上；最后裁掉填充。"),
        ("xp[:, :, u : u + stride * oh : stride, v : v + stride * ow : stride] += columns.reshape(N, C, kh, kw, oh, ow)[:, :, u, v]",) * 2,
    ],
)  # fmt: skip

PRODUCT = "(w.reshape(F, -1) @ columns).reshape(len(x), F, oh, ow)"

exercise(
    "conv2d_forward",
    cases=conv_cases,
    uses=("output_size", "im2col"),
    look=lambda result: result[0],
    returns=("y", "cache"),
    op="conv2d",
    points=2,
    topics=("R136", "R156"),
    mistakes=[
        Mistake("no_bias", "y = y + b[:, None, None]", "y = y + 0", "the bias is missing", "没有加偏置"),
        Mistake("bias_none", "if b is not None:", "if True:", "b may be None: then nothing is added", "b 可以是 None：这时什么也不加"),
        Mistake("flip", "w.reshape(F, -1)", "w[:, :, ::-1, ::-1].reshape(F, -1)", "the kernel is turned by 180°", "卷积核转了 180°"),
        Mistake("uv_swapped", "w.reshape(F, -1)", "w.swapaxes(2, 3).reshape(F, -1)", "height and width of the kernel are swapped before the product", "相乘之前核的高和宽交换了"),
        Mistake("taps_first", "w.reshape(F, -1)", "w.transpose(0, 2, 3, 1).reshape(F, -1)", "w is laid out with the channels last; the rows of columns have them first", "w 按通道在后排列；columns 的行是通道在前"),
        Mistake("ij_swapped", "F, oh, ow)", "F, ow, oh).swapaxes(2, 3)", "H' and W' are swapped in the last reshape: the pixels of y are scrambled", "最后的 reshape 中 H' 和 W' 交换了：y 的像素被打乱"),
        Mistake("filters_last", PRODUCT, "(w.reshape(F, -1) @ columns).reshape(len(x), oh, ow, F).transpose(0, 3, 1, 2)", "the product is reshaped as if the filters came last", "乘积被当作滤波器在最后来 reshape"),
        Mistake("bias_pixels", "b[:, None, None]", "b.sum()", "every map has the sum of all biases", "每个特征图都加了所有偏置之和"),
        Mistake("averaged", "@ columns)", "@ columns / columns.shape[1])", "the products are averaged, not summed", "对乘积取了平均而不是求和"),
    ],
    hints=[
        ("im2col has made a column of every window. What is the product of a filter, as a row, with a column?", "im2col 已把每个窗口变成一列。一个滤波器作为一行，与一列的乘积是什么？"),
        ("One product (F, C kh kw) by (N, C kh kw, H' W'); @ does it for all images. Then give the pixels their rows and columns back, and add b to each map.", "一次乘法：(F, C kh kw) 乘 (N, C kh kw, H' W')；@ 会对所有图像进行。然后还原像素的行与列，再给每个特征图加上 b。"),
        ("y = (w.reshape(F, -1) @ im2col(x, (kh, kw), stride, pad)).reshape(N, F, oh, ow) + b[:, None, None]",) * 2,
    ],
)  # fmt: skip

exercise(
    "conv2d_backward",
    cases=lambda rng: [backward_case(right.conv2d_forward, case, rng) for case in conv_cases(rng)],
    uses=("output_size", "im2col", "col2im"),
    returns=GRADIENTS,
    op="conv2d",
    points=3,
    topics=("R141", "R142"),
    mistakes=[
        Mistake("db_batch_only", "dout.sum(axis=(0, 2, 3))", "dout.sum(axis=0)", "db is summed over the images alone", "db 只对图像求了和"),
        Mistake("db_pixels_only", "dout.sum(axis=(0, 2, 3))", "dout.sum(axis=(2, 3))", "db is summed over the pixels alone", "db 只对像素求了和"),
        Mistake("db_unsummed", "dout.sum(axis=(0, 2, 3))", "dout", "db is all of dout: nothing is summed", "db 就是整个 dout：没有求和"),
        Mistake("db_mean", "dout.sum(axis=(0, 2, 3))", "dout.mean(axis=(0, 2, 3))", "db is a mean", "db 取了平均"),
        Mistake("db_wrong_axes", "dout.sum(axis=(0, 2, 3))", "dout.sum(axis=(1, 2, 3))", "db has a number for each image; it is one for each filter", "db 每张图一个数；应当每个滤波器一个数"),
        Mistake("db_none", "None if b is None else dout", "dout", "there was no b, but there is a gradient of it: it should be None", "没有 b，却给出了它的梯度：应为 None"),
        Mistake("dw_last", ".sum(axis=0).reshape(w.shape)", "[-1].reshape(w.shape)", "dw is that of the last image only", "dw 只来自最后一张图"),
        Mistake("dw_mean", ".sum(axis=0).reshape(w.shape)", ".mean(axis=0).reshape(w.shape)", "dw is a mean over the images", "dw 对图像取了平均"),
        Mistake("dw_flat", ".sum(axis=0).reshape(w.shape)", ".sum(axis=0)", "dw is left as a matrix", "dw 还是矩阵"),
        Mistake("dw_flip", ".reshape(w.shape)", ".reshape(w.shape)[:, :, ::-1, ::-1]", "dw is turned by 180°", "dw 转了 180°"),
        Mistake("dx_flip", "w.reshape(F, -1).T", "w[:, :, ::-1, ::-1].reshape(F, -1).T", "the kernel is turned by 180° in dx", "dx 中卷积核转了 180°"),
        Mistake("dy_scrambled", "dout.reshape(N, F, -1)", "dout.swapaxes(0, 1).reshape(N, F, -1)", "the images and the filters of dout are mixed by a reshape", "dout 的图像和滤波器被 reshape 混在了一起"),
        Mistake("dx_last_filter", "w.reshape(F, -1).T @ dy", "w.reshape(F, -1)[-1:].T @ dy[:, -1:]", "dx is that of the last filter only; all filters see a pixel", "dx 只来自最后一个滤波器；每个滤波器都看到这个像素"),
    ],
    hints=[
        ("Up to im2col this is an affine layer without its transposes: y = w columns + b. What are its gradients?", "到 im2col 为止这就是一个仿射层：y = w columns + b。它的梯度是什么？"),
        ("dw sums over pixels (the product does) and over images (you do). The gradient of columns goes back to the pixels through im2col's transpose.", "dw 要对像素求和（由乘法完成），也要对图像求和（由你完成）。columns 的梯度经过 im2col 的转置回到像素。"),
        ("dy = dout.reshape(N, F, -1); dw = (dy @ columns.swapaxes(1, 2)).sum(axis=0).reshape(w.shape); dx = col2im(w.reshape(F, -1).T @ dy, shape, (kh, kw), stride, pad); db = dout.sum(axis=(0, 2, 3))",) * 2,
    ],
)  # fmt: skip


def shifted_cases(rng):
    return [image(rng, 2, 3, 6, 7, 4, 3, 2, pad=1), image(rng, 3, 2, 4, 5, 3, 3, 3, bias=False, pad=2), image(rng, 2, 3, 5, 4, 2, 2, 3)]


exercise(
    "conv2d_shifted_forward",
    cases=shifted_cases,
    uses=("output_size",),
    points=2,
    topics=("R136", "R138"),
    mistakes=[
        Mistake("overwrite", "y += w", "y = w", "only the last place of the kernel counts; the products add up", "只有核的最后一个位置起作用；各乘积应累加"),
        Mistake("flip", "w[:, :, u, v] @", "w[:, :, kh - 1 - u, kw - 1 - v] @", "the kernel is turned by 180°", "卷积核转了 180°"),
        Mistake("no_bias", "else y + b[:, None, None]", "else y", "the bias is missing", "没有加偏置"),
        Mistake("bias_each", "y + b[:, None, None]", "y + kh * kw * b[:, None, None]", "the bias is added at every place of the kernel", "核的每个位置都加了一次偏置"),
        Mistake("short", "np.ndindex(kh, kw)", "np.ndindex(kh - 1, kw)", "the last row of the kernel is never used", "核的最后一行从未用到"),
        Mistake("unshifted", "u : u + oh, v : v + ow", ":oh, :ow", "the image is not shifted: every place of the kernel meets the same pixels", "图像没有平移：核的每个位置遇到的都是同样的像素"),
        Mistake("shift_row_only", "v : v + ow]", ":ow]", "the image is shifted down, but not to the side", "图像只上下平移了，没有左右平移"),
        Mistake("bias_none", "y if b is None else ", "", "b may be None: then nothing is added", "b 可以是 None：这时什么也不加"),
        Mistake("pad_after", "(pad, pad), (pad, pad)))", "(0, 2 * pad), (0, 2 * pad)))", "all of the padding is at the bottom and right", "填充全加在了下边和右边"),
        Mistake("averaged", "y = y.reshape(N, F, oh, ow)", "y = y.reshape(N, F, oh, ow) / (kh * kw)", "the products are averaged over the kernel, not summed", "对核的各位置取了平均而不是求和"),
    ],
    hints=[
        ("Swap the order of the sums: what does kernel place (u, v) alone give to all of y?", "交换求和的次序：核的位置 (u, v) 单独给整个 y 贡献了什么？"),
        ("w[:, :, u, v] is a matrix (F, C). It mixes the channels of the pixels that (u, v) meets: H' rows of xp from row u on, W' columns from column v on.", "w[:, :, u, v] 是 (F, C) 矩阵。它混合 (u, v) 遇到的像素的通道：xp 从第 u 行起的 H' 行、从第 v 列起的 W' 列。"),
        ("y += w[:, :, u, v] @ xp[:, :, u : u + oh, v : v + ow].reshape(N, C, -1) for all u, v; then + b[:, None, None]",) * 2,
    ],
)  # fmt: skip


def maps(rng, n, c, h, w, **options):
    return Case(rng.standard_normal((n, c, h, w)) - 0.5, **options)


def pool_cases(rng):
    """Windows that overlap, with a remainder; side by side; and a padding around negative pixels."""
    made = [maps(rng, 2, 3, 6, 7, size=3, stride=2), maps(rng, 3, 2, 4, 5, size=2), maps(rng, 2, 2, 5, 6, size=3, stride=2, pad=1)]
    made[2].args[0][:] -= 3
    return made


def tied_cases(rng):
    """Small whole numbers, so that there are ties; the second with a corner of zeros, as after a relu, and a padding."""
    pixels = [rng.integers(0, 3, shape).astype(float) for shape in ((2, 2, 7, 6), (2, 3, 5, 7))]
    pixels[1][:, :, :3, :3] = 0
    tied = [Case(pixels[0], size=3, stride=2), Case(pixels[1], size=3, stride=2, pad=1)]
    return [*pool_cases(rng)[:2], *tied]


SLICE = "u : u + stride * oh : stride, v : v + stride * ow : stride"

exercise(
    "max_pool2d_forward",
    cases=pool_cases,
    uses=("output_size",),
    look=lambda result: result[0],
    returns=("y", "cache"),
    op="max_pool2d",
    topics=("R159", "R160"),
    mistakes=[
        Mistake("pad_zero", ", constant_values=-np.inf", "", "the padding is zeros: where all pixels are negative it wins", "填充是零：像素全为负时它会胜出"),
        Mistake("mean", "    return y, (x", "    y = 0\n    for u, v in np.ndindex(size, size):\n        y = y + xp[:, :, u : u + stride * oh : stride, v : v + stride * ow : stride] / size**2\n    return y, (x", "that is the mean of the window", "那是窗口的平均值"),
        Mistake("min", "    return y, (x", "    y = -y * 0 + np.inf\n    for u, v in np.ndindex(size, size):\n        y = np.minimum(y, xp[:, :, u : u + stride * oh : stride, v : v + stride * ow : stride])\n    return y, (x", "that is the smallest number of the window", "那是窗口中最小的数"),
        Mistake("from_zero", "-np.inf, x.dtype)", "0, x.dtype)", "the search begins at zero: negative maxima are lost", "从零开始比较：负的最大值丢失了"),
        Mistake("no_stride", SLICE, "u : u + oh, v : v + ow", "the stride is forgotten: neighbouring windows are one pixel apart", "忘了步幅：相邻窗口只差一个像素"),
        Mistake("stride_one", "size if stride is None", "1 if stride is None", "without a stride the windows are to lie side by side", "没有给步幅时，窗口应当并排"),
        Mistake("stride_size", "stride = size if stride is None else stride", "stride = size", "the stride is ignored: windows may overlap", "忽略了步幅：窗口可以重叠"),
        Mistake("over_channels", "    return y, (x", "    y = np.broadcast_to(y.max(axis=1, keepdims=True), y.shape) + 0\n    return y, (x", "the maximum is taken over the channels, too", "对通道也取了最大值"),
        Mistake("last_left_out", "np.ndindex(size, size)", "np.ndindex(size, size - 1)", "the last column of each window is never looked at", "每个窗口的最后一列从未被查看"),
    ],
    hints=[
        ("As im2col: what place (u, v) of the window meets is one slice with steps. How do you combine the size² slices?", "像 im2col 一样：窗口的位置 (u, v) 遇到的像素是一个带步长的切片。怎样合并这 size² 个切片？"),
        ("np.maximum of two arrays, slice after slice. What number loses against every pixel? Pad with it.", "用 np.maximum 逐个切片比较。什么数会输给任何像素？用它来填充。"),
        ("y = np.maximum(y, xp[:, :, u : u + stride * oh : stride, v : v + stride * ow : stride]), xp padded with -np.inf",) * 2,
    ],
)  # fmt: skip


def sums_to_dout(case, dx):
    return abs(dx.sum() - case.dout.sum()) <= 1e-9 * np.abs(case.dout).sum()


WHOLE_MAP = '''def max_pool2d_backward(dout, cache):
    x, y, size, stride, pad = cache
    best = x == x.max(axis=(2, 3), keepdims=True)
    return best / best.sum(axis=(2, 3), keepdims=True) * dout.sum(axis=(2, 3), keepdims=True)
'''
SHARED_TIES = '''def max_pool2d_backward(dout, cache):
    x, y, size, stride, pad = cache
    (H, W), (oh, ow) = x.shape[2:], dout.shape[2:]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), constant_values=-np.inf)
    slices = [np.s_[:, :, u : u + stride * oh : stride, v : v + stride * ow : stride] for u, v in np.ndindex(size, size)]
    ties = sum(1.0 * (xp[s] == y) for s in slices)
    dxp = np.zeros_like(xp)
    for s in slices:
        dxp[s] += dout * (xp[s] == y) / ties
    return dxp[:, :, pad : pad + H, pad : pad + W]
'''  # fmt: skip

exercise(
    "max_pool2d_backward",
    cases=lambda rng: [backward_case(right.max_pool2d_forward, case, rng) for case in tied_cases(rng)],
    returns=("dx",),
    op="max_pool2d",
    points=2,
    topics=("R159", "R160"),
    laws=[Law("paid_once", sums_to_dout, "Each window's dout goes to one pixel, so dx and dout have the same sum.", "每个窗口的 dout 只给一个像素，所以 dx 与 dout 的总和相等。")],
    mistakes=[
        Mistake("ties_all", "        unpaid &= ~won\n", "", "pixels that are equally large have all of dout each", "同样大的像素各得了全部 dout"),
        Mistake("ties_last", "np.ndindex(size, size)", "list(np.ndindex(size, size))[::-1]", "of equal pixels the last one has the gradient", "相等的像素中，最后一个得到了梯度"),
        Mistake("ties_columns", "for u, v in np", "for v, u in np", "of equal pixels the first one column by column has the gradient", "相等的像素中，按列数的第一个得到了梯度"),
        Mistake("ties_shared", "", SHARED_TIES, "pixels that are equally large share dout; the rule here is that the first one has all of it", "同样大的像素平分了 dout；这里的规则是第一个得到全部"),
        Mistake("overwrite", "dxp[window] += dout * won", "dxp[window] = np.where(won, dout, dxp[window])", "a pixel that wins in several windows keeps one of their gradients", "在多个窗口中胜出的像素只保留了其中一个梯度"),
        Mistake("erased", "dxp[window] += dout * won", "dxp[window] = dout * won", "the zeros of a window erase what windows before have given", "一个窗口的零抹掉了先前窗口给的梯度"),
        Mistake("avg", "dout * won", "dout / size**2", "every pixel of a window has an equal share: that is average pooling", "窗口的每个像素平分：那是平均池化"),
        Mistake("all", "dout * won", "dout", "every pixel of a window has all of its dout", "窗口的每个像素都得到了全部 dout"),
        Mistake("corner", "unpaid & (xp[window] == y)", "unpaid", "the first pixel of each window has the gradient, whatever it is", "不管大小，总是窗口的第一个像素得到梯度"),
        Mistake("no_dout", "+= dout * won", "+= won", "dout has no part in dx: the winners have 1", "没有用到 dout：胜者得到了 1"),
        Mistake("value", "+= dout * won", "+= dout * y * won", "the gradient is multiplied by the maximum", "梯度乘上了最大值"),
        Mistake("pad_zero", ", constant_values=-np.inf", "", "the padding is zeros: where zero is the largest, a pixel outside the image has the gradient", "填充是零：当最大值为零时，图像外的像素拿走了梯度"),
        Mistake("global_argmax", "", WHOLE_MAP, "the largest pixel of the whole map has all the gradient; each window has its own", "整张图的最大像素得到了全部梯度；每个窗口有自己的最大值"),
        Mistake("uncropped", "[:, :, pad : pad + H, pad : pad + W]", "", "dx still has the padding", "dx 还带着填充"),
    ],
    hints=[
        ("Which pixel of a window has changed y, if it changes a little? What do the others have?", "窗口中哪个像素稍微变化会改变 y？其余的梯度是多少？"),
        ("Go through the slices (u, v) in order and compare each with y. Keep a boolean array of windows that have not found their winner yet: ties are then decided.", "按顺序遍历切片 (u, v)，逐个与 y 比较。用一个布尔数组记下还没有找到胜者的窗口：这样平局就有了规则。"),
        ("won = unpaid & (xp[window] == y); dxp[window] += dout * won; unpaid &= ~won",) * 2,
    ],
)  # fmt: skip

exercise(
    "avg_pool2d_forward",
    cases=pool_cases,
    uses=("output_size",),
    look=lambda result: result[0],
    returns=("y", "cache"),
    op="avg_pool2d",
    topics=("R161",),
    mistakes=[
        Mistake("div_k", "y / size**2", "y / size", "divided by the side of the window", "除以了窗口的边长"),
        Mistake("sum", "y / size**2", "y", "that is the sum of the window", "那是窗口的总和"),
        Mistake("last", "y += xp", "y = xp", "only the last pixel of each window counts", "每个窗口只有最后一个像素起作用"),
        Mistake("pad_left_out", "y / size**2, (x", "y / sum(np.pad(np.ones((1, 1, *x.shape[2:])), ((0, 0), (0, 0), (pad, pad), (pad, pad)))[:, :, u : u + stride * oh : stride, v : v + stride * ow : stride] for u, v in np.ndindex(size, size)), (x", "the pixels of the padding are not counted; here they are zeros like others", "没有计入填充的像素；这里它们是普通的零"),
        Mistake("no_stride", SLICE, "u : u + oh, v : v + ow", "the stride is forgotten: neighbouring windows are one pixel apart", "忘了步幅：相邻窗口只差一个像素"),
        Mistake("stride_one", "size if stride is None", "1 if stride is None", "without a stride the windows are to lie side by side", "没有给步幅时，窗口应当并排"),
        Mistake("stride_size", "stride = size if stride is None else stride", "stride = size", "the stride is ignored: windows may overlap", "忽略了步幅：窗口可以重叠"),
        Mistake("edge", "(pad, pad), (pad, pad)))", '(pad, pad), (pad, pad)), mode="edge")', "the padding repeats the border; it is to be zeros", "填充重复了边缘像素；应当填零"),
        Mistake("div_windows", "y / size**2", "y / (oh * ow)", "divided by the number of windows", "除以了窗口的个数"),
    ],
    hints=[
        ("As max pooling, with another way to combine the slices.", "和最大池化一样，只是合并切片的方式不同。"),
        ("Sum the slices; every window has the same number of pixels, those of the padding included.", "把切片加起来；每个窗口的像素数相同，包括填充的像素。"),
        ("y += xp[slice] for all (u, v); y / size**2",) * 2,
    ],
)  # fmt: skip

exercise(
    "avg_pool2d_backward",
    cases=lambda rng: [backward_case(right.avg_pool2d_forward, case, rng) for case in pool_cases(rng)],
    returns=("dx",),
    op="avg_pool2d",
    topics=("R161",),
    mistakes=[
        Mistake("div_k", "dout / size**2", "dout / size", "divided by the side of the window", "除以了窗口的边长"),
        Mistake("no_div", "dout / size**2", "dout", "every pixel has all of its window's dout; they share it", "每个像素得到了全部 dout；应当平分"),
        Mistake("overwrite", "+= dout", "= dout", "a pixel keeps what the last window gave; where windows overlap it has something of each", "像素只保留了最后一个窗口的值；重叠处应把每个都加起来"),
        Mistake("corner", "np.ndindex(size, size)", "[(0, 0)]", "only the first pixel of each window has something", "只有窗口的第一个像素得到了梯度"),
        Mistake("no_stride", SLICE, "u : u + oh, v : v + ow", "the stride is forgotten: neighbouring windows are one pixel apart", "忘了步幅：相邻窗口只差一个像素"),
        Mistake("div_windows", "dout / size**2", "dout / (oh * ow)", "divided by the number of windows", "除以了窗口的个数"),
        Mistake("no_dout", "dout / size**2", "1 / size**2", "dout has no part in dx", "没有用到 dout"),
        Mistake("uncropped", "[:, :, pad : pad + H, pad : pad + W]", "", "dx still has the padding", "dx 还带着填充"),
        Mistake("crop_head", "pad : pad + H, pad : pad + W]", ": H, : W]", "the padding is cut off at the bottom and right only", "只裁掉了下边和右边的填充"),
    ],
    hints=[
        ("y is a sum of pixels with equal factors. What does a change of one pixel do to the y of its window?", "y 是像素的等权和。一个像素的变化对其窗口的 y 有什么影响？"),
        ("The same loop over slices as in forward; each slice of dxp receives the same share, and collects.", "与前向相同的切片循环；dxp 的每个切片得到同样的份额，并累加。"),
        ("dxp[slice] += dout / size**2 for all (u, v)",) * 2,
    ],
)  # fmt: skip
