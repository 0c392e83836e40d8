"""磁带（tape）上的自动微分：每做一个运算就记录下来，然后把磁带倒着读一遍。

一个运算的规则给出它的值，以及对每个输入的局部导数：只有该输入变化时，值变化得有多快。数可以是数组；
这时规则对每个数单独起作用，并遵循 NumPy 的广播。

磁带是条目 (value, parents, locals) 的列表：算出的值、输入在磁带上的位置，以及对这些输入的导数。
不由其他条目算出的量（例如权重）没有 parents。
"""

import numpy as np


def add_rule(a, b):
    """y = a + b；任一输入的变化原样传下去。"""
    return a + b, (1.0, 1.0)


def mean_rule(a):
    """y = a 中所有数的平均值；每个数所占的份额相同。"""
    return np.mean(a), (np.full(np.shape(a), 1 / np.size(a)),)


def multiply_rule(a, b):
    """y = a b 及其局部导数。

    a, b：数，或可以广播的数组。返回 (y, (∂y/∂a, ∂y/∂b))。
    """
    raise NotImplementedError("multiply_rule")


def divide_rule(a, b):
    """y = a / b 及其局部导数。

    a, b：数，或可以广播的数组。返回 (y, (∂y/∂a, ∂y/∂b))。
    """
    raise NotImplementedError("divide_rule")


def power_rule(a, n):
    """y = aⁿ（n 为常数）及其局部导数。

    a：数或数组；n：一个数，不是变量。返回 (y, (∂y/∂a,))：只有一项的元组。
    """
    raise NotImplementedError("power_rule")


def tanh_rule(a):
    """y = tanh a 及其局部导数。

    a：数或数组。返回 (y, (∂y/∂a,))：只有一项的元组。
    """
    raise NotImplementedError("tanh_rule")


def softplus_rule(a):
    """y = log(1 + eᵃ) 及其局部导数；a 可以是 1000 或 -1000。

    它是二分类器的损失：当正确类别的 logit 为 -a 时，就是 -log p。a：数或数组。
    返回 (y, (∂y/∂a,))：只有一项的元组。
    """
    raise NotImplementedError("softplus_rule")


def topological_order(parents, root):
    """图中 root 所依赖的节点，包括 root 自己，每个都排在它的所有父节点之后。

    parents：列表；parents[i] 是一个元组，列出节点 i 由哪些节点得到，叶节点为空。其中同一个编号可以出现两次，节点的编号也可以是
    任意次序。root：编号。图中没有环，但有长达 20,000 个节点的链。返回编号的列表，每个节点一次；root 在最后。
    """
    raise NotImplementedError("topological_order")


def unbroadcast(gradient, shape):
    """由广播之后的梯度，求该输入本身的梯度。

    广播会把这个形状的输入沿前面新增的轴、以及它长度为 1 的轴重复；一个数被用了多次，其梯度就是各次使用的梯度之和。
    gradient：数组或数；shape：元组。返回该形状的数组。
    """
    raise NotImplementedError("unbroadcast")


def backpropagate(tape, order):
    """order 中最后一个节点（根）对每个节点的梯度：反向模式。

    根节点自己的梯度是 1（与其值同形的全 1 数组：所求的是它各数之和的导数）。然后从根到叶，每个节点把自己的梯度乘以局部导数、
    再 unbroadcast 到父节点的形状，交给每个父节点；一个节点从多处、或从一处多次得到的，都要相加。

    tape：(value, parents, locals) 的列表；order：拓扑序，根在最后。返回一个列表，纸带上每一项对应一个与其值同形的梯度，
    不在 order 中的为 None。
    """
    raise NotImplementedError("backpropagate")


class Node:
    """磁带上的一个条目，可以直接参与计算：每个运算都会在背后被记录下来。"""

    __array_ufunc__ = None  # array * node asks the node

    def __init__(self, tape, value, parents=(), local=()):
        self.tape, self.index, self.value = tape, len(tape), value
        tape.append((value, parents, local))

    def __add__(self, other):
        return record(add_rule, self, other)

    def __mul__(self, other):
        return record(multiply_rule, self, other)

    def __truediv__(self, other):
        return record(divide_rule, self, other)

    def __pow__(self, n):
        return record(power_rule, self, n)

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -1.0 * other

    __radd__, __rmul__ = __add__, __mul__


def record(rule, *inputs):
    """对若干 Node 与常数应用一条规则，并记录下来：得到一个新的 Node。输入中至少有一个是 Node。"""
    value, local = rule(*(x.value if isinstance(x, Node) else x for x in inputs))
    nodes = [(x, derivative) for x, derivative in zip(inputs, local) if isinstance(x, Node)]
    return Node(nodes[0][0].tape, value, tuple(x.index for x, _ in nodes), tuple(d for _, d in nodes))


def derivatives(root, nodes):
    """一个 Node 对其他 Node 的梯度；若它不依赖某个 Node，则为零。"""
    order = topological_order([parents for _, parents, _ in root.tape], root.index)
    found = backpropagate(root.tape, order)
    return [np.zeros(np.shape(x.value)) if found[x.index] is None else found[x.index] for x in nodes]


def evaluate(expression, nodes):
    """表达式对应的 Node：变量名、常数，或 ("add", e1, e2) 之类，可以嵌套。"""
    rules = {
        "add": add_rule, "multiply": multiply_rule, "divide": divide_rule, "power": power_rule,
        "tanh": tanh_rule, "softplus": softplus_rule, "mean": mean_rule,
    }  # fmt: skip
    if isinstance(expression, str):
        return nodes[expression]
    if not isinstance(expression, tuple):
        return expression
    name, *inputs = expression
    return record(rules[name], *(evaluate(x, nodes) for x in inputs))


def gradients(expression, values):
    """表达式的值，以及它对每个变量的梯度。

    gradients(("multiply", "x", ("add", "x", 2.0)), {"x": 3.0}) 得到 (15.0, {"x": 8.0})。
    """
    tape = []
    nodes = {name: Node(tape, value) for name, value in values.items()}
    root = evaluate(expression, nodes)
    return root.value, dict(zip(nodes, derivatives(root, nodes.values())))


def minimise(expression, values, names, lr, steps):
    """对一个表达式做梯度下降：通过改变其中一部分变量使它变小。

    expression：见 evaluate；values：所有变量的字典，保持不变；names：允许变动的变量名列表，其余是数据；lr：学习率；
    steps：步数。每一步中所有 names 同时移动，梯度 gradients(expression, values) 都在同一个点上求。
    返回 (values, losses)：最后的字典，以及每一步之前表达式的值组成的列表。
    """
    raise NotImplementedError("minimise")
