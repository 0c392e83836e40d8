"""Checks of the tape: rules, the order of the graph, the way back, and descent with all of it."""

import numpy as np

DOCS_ZH = {
    "": """磁带（tape）上的自动微分：每做一个运算就记录下来，然后把磁带倒着读一遍。

一个运算的规则给出它的值，以及对每个输入的局部导数：只有该输入变化时，值变化得有多快。数可以是数组；
这时规则对每个数单独起作用，并遵循 NumPy 的广播。

磁带是条目 (value, parents, locals) 的列表：算出的值、输入在磁带上的位置，以及对这些输入的导数。
不由其他条目算出的量（例如权重）没有 parents。""",
    "add_rule": "y = a + b；任一输入的变化原样传下去。",
    "mean_rule": "y = a 中所有数的平均值；每个数所占的份额相同。",
    "Node": "磁带上的一个条目，可以直接参与计算：每个运算都会在背后被记录下来。",
    "record": "对若干 Node 与常数应用一条规则，并记录下来：得到一个新的 Node。输入中至少有一个是 Node。",
    "derivatives": "一个 Node 对其他 Node 的梯度；若它不依赖某个 Node，则为零。",
    "evaluate": '表达式对应的 Node：变量名、常数，或 ("add", e1, e2) 之类，可以嵌套。',
    "gradients": """表达式的值，以及它对每个变量的梯度。

gradients(("multiply", "x", ("add", "x", 2.0)), {"x": 3.0}) 得到 (15.0, {"x": 8.0})。""",
}


def two(rng):
    """Inputs of a rule of two: numbers, arrays, and shapes that broadcast; none near 0."""
    draw = lambda *shape: rng.choice([-1, 1], shape) * rng.uniform(0.5, 2, shape)  # noqa: E731
    return [Case(float(draw()), float(draw())), Case(draw(3), draw(3)), Case(draw(2, 3), draw(3))]


def one(rng, low=-2, high=2):
    return [Case(float(rng.uniform(low, high))), Case(rng.uniform(low, high, 5)), Case(rng.uniform(low, high, (2, 3)))]


def powers(rng):
    """Exponents that tell n from n - 1; a is positive where n is no integer."""
    return [
        Case(float(rng.uniform(0.5, 2)), 3),
        Case(rng.uniform(-2, -0.5, 4), -2),
        Case(rng.uniform(0.5, 2, (2, 3)), 0.5),
    ]


def softplus_cases(rng):
    return [*one(rng, -5, 5), Case(np.array([-1000.0, -40.0, 0.0, 40.0, 1000.0]))]


def numbered_anew(parents, rng):
    """The same graph with its nodes numbered in another order; (parents, the new numbers)."""
    new = [int(i) for i in rng.permutation(len(parents))]
    moved = [()] * len(parents)
    for old, found in enumerate(parents):
        moved[new[old]] = tuple(new[p] for p in found)
    return moved, new


def random_graph(rng, n):
    """Each node but the first three has two parents, often the same ones; a long way round is certain."""
    parents = [(), (), ()]
    for i in range(3, n):
        parents.append((i - 1, int(rng.integers(0, i))))
    return parents


def order_cases(rng):
    cases = []
    for n in (6, 9, 12):
        parents, new = numbered_anew(random_graph(rng, n), rng)
        cases.append(Case(parents, new[n - 2]))  # the last node is not needed
    cases.append(Case([(), (0, 0), (1, 0), (2, 1, 0)], 3))
    cases.append(Case([(), *((i,) for i in range(20_000))], 20_000))
    return cases


def each_once(case, order):
    """Whether just the nodes that the root depends on are there, each once."""
    parents, root = case.args
    needed, stack = set(), [root]
    while stack:
        node = stack.pop()
        if node not in needed:
            needed.add(node)
            stack += parents[node]
    return len(order) == len(needed) and set(order) == needed


def parents_first(case, order):
    parents, root = case.args
    place = {node: i for i, node in enumerate(order)}
    return order[-1] == root and all(place[p] < i for i, node in enumerate(order) for p in parents[node])


def unbroadcast_cases(rng):
    shapes = [((4, 3), (3,)), ((2, 4, 3), (4, 1)), ((3, 3), (1, 3)), ((5,), ()), ((2, 3), (2, 3)), ((2, 3, 3), (3, 3))]
    return [Case(rng.standard_normal(big), small) for big, small in shapes]


def taped(expression, values):
    """The tape of an expression, its order, as the reference writes them down."""
    tape = []
    nodes = {name: right.Node(tape, value) for name, value in values.items()}
    root = right.evaluate(expression, nodes)
    return Case(tape, right.topological_order([parents for _, parents, _ in tape], root.index))


SQUARE = ("multiply", ("add", "x", "y"), ("add", "x", "y"))
NEURON = ("tanh", ("add", ("multiply", "w", "x"), "b"))
LOSS = ("mean", ("softplus", ("multiply", "t", ("multiply", "v", NEURON))))
LINE = ("mean", ("power", ("add", ("multiply", "w", "x"), ("add", "b", ("multiply", -1.0, "t"))), 2))


def way_back_cases(rng):
    number = lambda: float(rng.uniform(0.5, 2))  # noqa: E731
    return [
        taped(("divide", ("multiply", "x", "x"), ("add", "x", "y")), {"x": number(), "y": number(), "unused": 1.0}),
        taped(("multiply", ("tanh", ("add", "x", "y")), "x"), {"x": rng.standard_normal((3, 2)), "y": number()}),
        taped(LOSS, data(rng)),
        taped(("multiply", SQUARE, "x"), {"x": rng.standard_normal(3), "y": rng.standard_normal((2, 1))}),
    ]


def data(rng):
    """A neuron's variables: w, b, v are numbers, x and t are data."""
    numbers = {name: float(rng.uniform(0.3, 1.5)) for name in "wbv"}
    return {**numbers, "x": rng.standard_normal(6), "t": rng.choice([-1.0, 1.0], 6)}


def descent_cases(rng):
    return [
        Case(LINE, {k: v for k, v in data(rng).items() if k != "v"}, ["w", "b"], 0.1, 4),
        Case(LOSS, data(rng), ["v", "w", "b"], 0.5, 3),
    ]


FOR_TWO = dict(returns=("y", "locals"), topics=("R010",))

exercise(
    "multiply_rule",
    cases=two,
    **FOR_TWO,
    mistakes=[
        Mistake("exchanged", "(b, a)", "(a, b)", "the two local derivatives are exchanged", "两个局部导数互换了"),
        Mistake("ones", "(b, a)", "(1.0, 1.0)", "these are the local derivatives of a sum", "这是加法的局部导数"),
        Mistake("product", "(b, a)", "(a * b, a * b)", "the local derivatives are the value itself", "局部导数写成了函数值本身"),
        Mistake("one_is_zero", "(b, a)", "(b, 0 * a)", "the second input is treated as a constant", "把第二个输入当成了常数"),
        Mistake("sign", "(b, a)", "(b, -a)", "the second local derivative has the wrong sign", "第二个局部导数的符号反了"),
        Mistake("value", "a * b, ", "a + b, ", "the value is a sum", "函数值算成了和"),
        Mistake("averaged", "(b, a)", "((a + b) / 2, (a + b) / 2)", "both inputs get the same derivative", "两个输入得到了相同的导数"),
    ],
    hints=[
        ("Hold one input fixed: what is the slope of the product as a function of the other?", "固定其中一个输入：乘积作为另一个输入的函数，斜率是多少？"),
        ("Compare with add_rule, which is given: the value, then a tuple with one entry for each input.", "对照给定的 add_rule：先是函数值，再是一个元组，每个输入一项。"),
        ("∂(ab)/∂a = b and ∂(ab)/∂b = a", "∂(ab)/∂a = b，∂(ab)/∂b = a"),
    ],
    doc_zh="""y = a b 及其局部导数。

    a, b：数，或可以广播的数组。返回 (y, (∂y/∂a, ∂y/∂b))。
    """,
)  # fmt: skip

exercise(
    "divide_rule",
    cases=two,
    **FOR_TWO,
    mistakes=[
        Mistake("sign", "-a / b**2", "a / b**2", "the second local derivative has the wrong sign", "第二个局部导数的符号反了"),
        Mistake("not_squared", "-a / b**2", "-a / b", "in the second local derivative the denominator lacks its power", "第二个局部导数的分母少了幂次"),
        Mistake("no_numerator", "-a / b**2", "-1 / b**2", "the second local derivative forgets a", "第二个局部导数漏掉了 a"),
        Mistake("numerator", "(1 / b,", "(b,", "the first local derivative is that of a product", "第一个局部导数成了乘法的"),
        Mistake("with_a", "(1 / b,", "(a / b,", "the first local derivative is the value itself", "第一个局部导数写成了函数值本身"),
        Mistake("turned", "a / b, (", "b / a, (", "the value is upside down", "函数值上下颠倒了"),
        Mistake("exchanged", "(1 / b, -a / b**2)", "(-a / b**2, 1 / b)", "the two local derivatives are exchanged", "两个局部导数互换了"),
    ],
    hints=[
        ("In a the quotient is linear. In b it is a constant times a power of b.", "商对 a 是线性的；对 b 则是常数乘以 b 的幂。"),
        ("If b grows, the quotient shrinks (for positive numbers): which sign has that derivative?", "（对正数而言）b 变大则商变小：那个导数应是什么符号？"),
        ("∂(a/b)/∂a = 1/b and ∂(a/b)/∂b = -a/b²", "∂(a/b)/∂a = 1/b，∂(a/b)/∂b = -a/b²"),
    ],
    doc_zh="""y = a / b 及其局部导数。

    a, b：数，或可以广播的数组。返回 (y, (∂y/∂a, ∂y/∂b))。
    """,
)  # fmt: skip

exercise(
    "power_rule",
    cases=powers,
    **FOR_TWO,
    mistakes=[
        Mistake("same_power", "a ** (n - 1)", "a**n", "the exponent of the derivative is not lowered", "导数的指数没有降低"),
        Mistake("no_factor", "(n * a **", "(a **", "the factor in front of the derivative is missing", "导数前面缺少系数"),
        Mistake("lowered_factor", "(n * a **", "((n - 1) * a **", "the factor in front of the derivative has been lowered, too", "导数前面的系数也被减了 1"),
        Mistake("exponential", "n * a ** (n - 1)", "a**n * np.log(abs(a))", "this is the derivative with respect to the exponent", "这是对指数求的导数"),
        Mistake("integral", "n * a ** (n - 1)", "a ** (n + 1) / (n + 1)", "this is an integral, not a derivative", "这是积分而不是导数"),
        Mistake("square_only", "n * a ** (n - 1)", "2 * a", "the derivative is right for the square only", "这个导数只对平方成立"),
        Mistake("bare", "(n * a ** (n - 1),)", "n * a ** (n - 1)", "the local derivative is not in a tuple", "局部导数没有放在元组里"),
    ],
    hints=[
        ("Try n = 2 and n = 3 by hand. What is common?", "先手算 n = 2 和 n = 3，有什么共同之处？"),
        ("A tuple of one is written with a comma: (d,).", "只有一个元素的元组要写逗号：(d,)。"),
        ("∂aⁿ/∂a = n aⁿ⁻¹",) * 2,
    ],
    doc_zh="""y = aⁿ（n 为常数）及其局部导数。

    a：数或数组；n：一个数，不是变量。返回 (y, (∂y/∂a,))：只有一项的元组。
    """,
)  # fmt: skip

exercise(
    "tanh_rule",
    cases=one,
    returns=("y", "locals"),
    topics=("R010", "R127"),
    mistakes=[
        Mistake("of_the_input", "1 - y**2", "1 - a**2", "the derivative is written with the input where the output belongs", "导数里该用输出的地方用了输入"),
        Mistake("not_squared", "1 - y**2", "1 - y", "the square in the derivative is missing", "导数中缺少平方"),
        Mistake("sigmoid", "1 - y**2", "y * (1 - y)", "this is the derivative of the sigmoid", "这是 sigmoid 的导数"),
        Mistake("sign", "1 - y**2", "y**2 - 1", "the derivative has the wrong sign", "导数的符号反了"),
        Mistake("once_more", "1 - y**2", "1 - np.tanh(y) ** 2", "the function is applied twice in the derivative", "导数中把函数用了两次"),
        Mistake("one", "1 - y**2", "np.ones_like(y)", "the derivative is that of a straight line", "导数成了直线的导数"),
        Mistake("bare", "(1 - y**2,)", "1 - y**2", "the local derivative is not in a tuple", "局部导数没有放在元组里"),
    ],
    hints=[
        ("How steep is tanh at 0, and far out? Can you say it with the value alone?", "tanh 在 0 处有多陡，在远处呢？能只用函数值来表示吗？"),
        ("Keep the value in a variable: the derivative is a polynomial in it.", "把函数值存进变量：导数是它的多项式。"),
        ("∂ tanh a / ∂a = 1 - tanh² a",) * 2,
    ],
    doc_zh="""y = tanh a 及其局部导数。

    a：数或数组。返回 (y, (∂y/∂a,))：只有一项的元组。
    """,
)  # fmt: skip

exercise(
    "softplus_rule",
    cases=softplus_cases,
    returns=("y", "locals"),
    topics=("R010", "R131"),
    mistakes=[
        Mistake("overflow", "np.logaddexp(0, a)", "np.log(1 + np.exp(a))", "for large inputs the exponential overflows", "输入很大时指数溢出"),
        Mistake("overflow_slope", "0.5 * (1 + np.tanh(a / 2))", "np.exp(a) / (1 + np.exp(a))", "for large inputs the derivative is inf / inf", "输入很大时导数成了 inf / inf"),
        Mistake("mirrored", "np.tanh(a / 2)", "np.tanh(-a / 2)", "the derivative is mirrored: it falls where it should rise", "导数左右颠倒：该上升处却在下降"),
        Mistake("sigmoid_slope", "0.5 * (1 + np.tanh(a / 2))", "0.25 * (1 - np.tanh(a / 2) ** 2)", "this is the derivative's derivative", "这是导数的导数"),
        Mistake("tanh", "0.5 * (1 + np.tanh(a / 2))", "np.tanh(a)", "the derivative runs from -1 to 1", "导数的取值从 -1 到 1"),
        Mistake("relu", "np.logaddexp(0, a)", "np.maximum(0, a)", "the value is that of the ReLU", "函数值成了 ReLU 的"),
        Mistake("step", "0.5 * (1 + np.tanh(a / 2))", "1.0 * (np.asarray(a) > 0)", "the derivative jumps, as that of the ReLU", "导数像 ReLU 那样发生跳变"),
        Mistake("negative", "np.logaddexp(0, a)", "np.logaddexp(0, -a)", "the value is that of the mirrored input", "函数值对应的是取负的输入"),
    ],
    hints=[
        ("By hand: the derivative of log u is u'/u. Do you know the function that comes out?", "手算：log u 的导数是 u'/u。得到的函数你认识吗？"),
        ("e¹⁰⁰⁰ is inf. NumPy has a function for the logarithm of a sum of two exponentials; and the S-shaped curve can be had from tanh.", "e¹⁰⁰⁰ 是 inf。NumPy 有一个函数，专门求两个指数之和的对数；而 S 形曲线可由 tanh 得到。"),
        ("y = np.logaddexp(0, a), ∂y/∂a = 1 / (1 + e⁻ᵃ) = (1 + tanh(a/2)) / 2", "y = np.logaddexp(0, a)，∂y/∂a = 1 / (1 + e⁻ᵃ) = (1 + tanh(a/2)) / 2"),
    ],
    doc_zh="""y = log(1 + eᵃ) 及其局部导数；a 可以是 1000 或 -1000。

    它是二分类器的损失：当正确类别的 logit 为 -a 时，就是 -log p。a：数或数组。
    返回 (y, (∂y/∂a,))：只有一项的元组。
    """,
)  # fmt: skip

exercise(
    "topological_order",
    cases=order_cases,
    compare=False,
    points=2,
    topics=("R010",),
    laws=[
        Law("each_once", each_once, "the nodes that the root depends on are there, each once, and no others", "根节点所依赖的节点都在其中，各出现一次，且没有别的节点"),
        Law("parents_first", parents_first, "each node stands after all of its parents; the root is the last", "每个节点都排在它的所有父节点之后；根节点在最后"),
    ],
    mistakes=[
        Mistake("recursive", "", """
def topological_order(parents, root):
    order, done = [], set()
    def visit(node):
        if node not in done:
            done.add(node)
            for p in parents[node]:
                visit(p)
            order.append(node)
    visit(root)
    return order
""", "it calls itself for each node: long chains exceed Python's limit", "对每个节点递归调用自身：链很长时超出 Python 的限制"),
        Mistake("repeated", "        if node not in done:\n            done.add(node)\n            order.append(node)\n", "        done.add(node)\n        order.append(node)\n", "a node that is used in two places comes twice", "在两处用到的节点出现了两次"),
        Mistake("root_first", "    return order\n", "    return order[::-1]\n", "the order runs from the root to the leaves", "顺序是从根到叶"),
        Mistake("no_root", "    return order\n", "    return order[:-1]\n", "the root itself is missing", "缺少根节点自己"),
        Mistake("breadth_first", "", """
def topological_order(parents, root):
    order, seen = [root], {root}
    for node in order:
        for p in parents[node]:
            if p not in seen:
                seen.add(p)
                order.append(p)
    return order[::-1]
""", "it goes by the distance from the root, and stops at the first visit: a node reached by a long and a short way comes too late", "按到根的距离遍历，并以首次访问为准：既有长路又有短路可达的节点会排得太靠后"),
        Mistake("first_visit", "", """
def topological_order(parents, root):
    order, done, stack = [], set(), [root]
    while stack:
        node = stack.pop()
        if node not in done:
            done.add(node)
            order.append(node)
            stack.extend(parents[node])
    return order[::-1]
""", "a node is put down when it is first met, not when its parents are done", "节点在第一次遇到时就排入，而没有等到它的父节点完成"),
        Mistake("by_number", "    return order\n", "    return sorted(order)\n", "the nodes are sorted by their numbers, which say nothing", "按编号排序，而编号并不说明先后"),
        Mistake("all_nodes", "stack = [], set(), [root]", "stack = [], set(), [root, *range(len(parents))]", "nodes that the root does not need are there, too", "根节点不需要的节点也在其中"),
        Mistake("leaves_missing", "p not in done]", "p not in done and parents[p]]", "the leaves are missing", "缺少叶节点"),
    ],
    hints=[
        ("When may a node be put down? Not when you first meet it.", "节点什么时候可以排入？不是第一次遇到它的时候。"),
        ("Keep a stack of your own. Look at the node on top: if a parent is not done, that one comes first; else the node itself is done.", "自己维护一个栈。看栈顶节点：若有父节点未完成，先处理父节点；否则该节点本身完成。"),
        ("while stack: waiting = the parents of stack[-1] that are not done; if there are any, push them; else pop the node and, unless it is done, mark and append it.", "while stack：waiting = stack[-1] 的未完成父节点；若有，压栈；否则弹出该节点，若尚未完成则标记并追加。"),
    ],
    doc_zh="""图中 root 所依赖的节点，包括 root 自己，每个都排在它的所有父节点之后。

    parents：列表；parents[i] 是一个元组，列出节点 i 由哪些节点得到，叶节点为空。其中同一个编号可以出现两次，节点的编号也可以是
    任意次序。root：编号。图中没有环，但有长达 20,000 个节点的链。返回编号的列表，每个节点一次；root 在最后。
    """,
)  # fmt: skip

exercise(
    "unbroadcast",
    cases=unbroadcast_cases,
    topics=("R010",),
    mistakes=[
        Mistake("mean", "np.sum(gradient, axis=tuple(range(new)))", "np.mean(gradient, axis=tuple(range(new))) if new else np.array(gradient)", "the uses are averaged along the new axes", "沿新增的轴取了平均"),
        Mistake("mean_ones", "gradient.sum(axis=repeated, keepdims=True)", "gradient.mean(axis=repeated, keepdims=True) if repeated else gradient", "the uses are averaged along the axes of length 1", "沿长度为 1 的轴取了平均"),
        Mistake("new_at_the_end", "axis=tuple(range(new))", "axis=tuple(range(-new, 0))", "the new axes are looked for at the end; broadcasting adds them in front", "到末尾去找新增的轴；广播是在前面加轴"),
        Mistake("ones_kept", "    return gradient.sum(axis=repeated, keepdims=True)\n", "    return gradient\n", "axes of length 1 stay repeated", "长度为 1 的轴仍保持重复后的长度"),
        Mistake("ones_dropped", "keepdims=True", "keepdims=False", "axes of length 1 are lost", "长度为 1 的轴丢失了"),
        Mistake("first_use", "np.sum(gradient, axis=tuple(range(new)))", "np.asarray(gradient)[(0,) * new]", "only the first use counts", "只算了第一次使用"),
        Mistake("new_kept", "    gradient = np.sum(gradient, axis=tuple(range(new)))\n", "    gradient = np.asarray(gradient)\n", "the new axes in front are kept", "保留了前面新增的轴"),
    ],
    hints=[
        ("Write down both shapes, the right ends one below the other. Along which axes has the input been repeated?", "把两个形状右端对齐上下写出。输入沿哪些轴被重复了？"),
        ("Two sums: over the axes in front that the input does not have, and, keeping them, over those where it has length 1.", "两次求和：先对输入没有的、前面的轴，再对输入长度为 1 的轴（保留该轴）。"),
        ("new = ndim(gradient) - len(shape); sum over range(new); then sum over the axes with shape[axis] == 1, keepdims=True", "new = ndim(gradient) - len(shape)；对 range(new) 求和；再对 shape[axis] == 1 的轴求和，keepdims=True"),
    ],
    doc_zh="""由广播之后的梯度，求该输入本身的梯度。

    广播会把这个形状的输入沿前面新增的轴、以及它长度为 1 的轴重复；一个数被用了多次，其梯度就是各次使用的梯度之和。
    gradient：数组或数；shape：元组。返回该形状的数组。
    """,
)  # fmt: skip

exercise(
    "backpropagate",
    cases=way_back_cases,
    uses=("unbroadcast",),
    points=3,
    topics=("R010",),
    mistakes=[
        Mistake("overwritten", "share if gradients[parent] is None else gradients[parent] + share", "share", "a node that is used twice keeps only the gradient of one use", "被用了两次的节点只保留了其中一次的梯度"),
        Mistake("first_kept", "else gradients[parent] + share", "else gradients[parent]", "a node that is used twice keeps only the gradient that came first", "被用了两次的节点只保留了最先到来的梯度"),
        Mistake("no_local", "gradients[node] * derivative, ", "gradients[node] * 1.0, ", "the gradient is passed on without the local derivative", "向后传时没有乘局部导数"),
        Mistake("not_chained", "gradients[node] * derivative, ", "np.ones(np.shape(tape[node][0])) * derivative, ", "only local derivatives: the chain to the root is cut", "只有局部导数：到根节点的链断了"),
        Mistake("added", "gradients[node] * derivative, ", "gradients[node] + derivative, ", "the local derivative is added to the gradient", "把局部导数加到了梯度上"),
        Mistake("starts_with_value", "np.ones(np.shape(tape[order[-1]][0]))", "1.0 * tape[order[-1]][0]", "the way back begins with the root's value", "反向从根节点的函数值开始了"),
        Mistake("zeros", "[None] * len(tape)", "[0.0] * len(tape)", "nodes that the root does not depend on get a 0", "根节点不依赖的节点得到了 0"),
        Mistake("first_parent", "zip(parents, local)", "zip(parents[:1], local)", "only the first input of each operation gets a gradient", "每个运算只有第一个输入得到了梯度"),
        Mistake("one_pass_each", "else gradients[parent] + share", "else (gradients[parent] + share) / 2", "the uses of a node are averaged", "一个节点的各次使用被取了平均"),
    ],
    hints=[
        ("When you come to a node, all that it passes on to must have come before. Which way round do you read the order?", "处理一个节点时，用到它的节点都必须已经处理过。顺序应该从哪头读起？"),
        ("x * x has two edges to the same parent. What must happen when the second share arrives?", "x * x 有两条边通向同一个父节点。第二份到来时应当怎么办？"),
        ("for node in reversed(order), for each parent and derivative: gradients[parent] += unbroadcast(gradients[node] * derivative, shape of the parent's value), the first time =", "for node in reversed(order)，对每个父节点及局部导数：gradients[parent] += unbroadcast(gradients[node] * derivative, 父节点值的形状)，第一次用 ="),
    ],
    doc_zh="""order 中最后一个节点（根）对每个节点的梯度：反向模式。

    根节点自己的梯度是 1（与其值同形的全 1 数组：所求的是它各数之和的导数）。然后从根到叶，每个节点把自己的梯度乘以局部导数、
    再 unbroadcast 到父节点的形状，交给每个父节点；一个节点从多处、或从一处多次得到的，都要相加。

    tape：(value, parents, locals) 的列表；order：拓扑序，根在最后。返回一个列表，纸带上每一项对应一个与其值同形的梯度，
    不在 order 中的为 None。
    """,
)  # fmt: skip

exercise(
    "minimise",
    cases=descent_cases,
    uses=("multiply_rule", "divide_rule", "power_rule", "tanh_rule", "softplus_rule", "topological_order", "backpropagate"),
    returns=("values", "losses"),
    points=2,
    topics=("R009", "R010"),
    tolerance=1e-6,
    mistakes=[
        Mistake("ascent", "values[name] - lr", "values[name] + lr", "the steps go uphill", "每一步都在往上坡走"),
        Mistake("data_too", "for name in names}", "for name in values}", "the data move, too", "数据也被更新了"),
        Mistake("first_slopes", "    losses = []\n    for _ in range(steps):\n        loss, slopes = gradients(expression, values)\n", "    losses = []\n    loss, slopes = gradients(expression, values)\n    for _ in range(steps):\n", "the gradient is taken once, at the start", "梯度只在起点求了一次"),
        Mistake("one_by_one", "        values = values | {name: values[name] - lr * slopes[name] for name in names}\n", "        for name in names:\n            values = values | {name: values[name] - lr * gradients(expression, values)[1][name]}\n", "the variables move one after the other, each from a point where others have moved already", "变量逐个移动：后一个的梯度是在前一个已经移动之后求的"),
        Mistake("from_the_start", "values = values | {name: values[name] - lr", "start = values if not losses[1:] else start\n        values = values | {name: start[name] - lr", "each step begins at the first point again", "每一步又从最初的点出发"),
        Mistake("no_lr", "lr * slopes", "slopes", "the learning rate is ignored", "没有用到学习率"),
        Mistake("one_name", "for name in names}", "for name in names[:1]}", "only the first of the names moves", "只有第一个变量在移动"),
        Mistake("step_too_few", "range(steps)", "range(steps - 1)", "there is a step too few", "少走了一步"),
        Mistake("losses_after", "        losses.append(loss)\n        values = values | {name: values[name] - lr * slopes[name] for name in names}\n", "        values = values | {name: values[name] - lr * slopes[name] for name in names}\n        losses.append(gradients(expression, values)[0])\n", "the losses are those after each step", "记录的是每一步之后的损失"),
    ],
    hints=[
        ("One call of gradients a step gives the loss and all slopes at the present point.", "每一步调用一次 gradients，就得到当前点的损失和所有斜率。"),
        ("Make a new dict from the old one: entries whose names may change are replaced, the others stay.", "由旧字典造新字典：允许变动的项被替换，其余不变。"),
        ("loss, slopes = gradients(expression, values); values = values | {name: values[name] - lr * slopes[name] for name in names}",) * 2,
    ],
    doc_zh="""对一个表达式做梯度下降：通过改变其中一部分变量使它变小。

    expression：见 evaluate；values：所有变量的字典，保持不变；names：允许变动的变量名列表，其余是数据；lr：学习率；
    steps：步数。每一步中所有 names 同时移动，梯度 gradients(expression, values) 都在同一个点上求。
    返回 (values, losses)：最后的字典，以及每一步之前表达式的值组成的列表。
    """,
)  # fmt: skip
