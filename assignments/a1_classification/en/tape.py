"""Automatic differentiation on a tape: each operation is written down as it is done, then the tape is read backwards.

The rule of an operation gives its value and its local derivatives, one an input: how fast the value changes when that
input alone changes. Numbers may be arrays; then a rule acts on each number for itself, with NumPy's broadcasting.

A tape is a list of entries (value, parents, locals): what came out, the places on the tape of what went in, and the
derivatives with respect to those. What comes from nowhere, like a weight, has no parents.
"""

import numpy as np


def add_rule(a, b):
    """y = a + b; a change of either input is passed on as it is."""
    return a + b, (1.0, 1.0)


def mean_rule(a):
    """y = the mean of all numbers of a; each of them has the same share in it."""
    return np.mean(a), (np.full(np.shape(a), 1 / np.size(a)),)


def multiply_rule(a, b):
    """y = a b and its local derivatives.

    a, b: numbers, or arrays that broadcast. Returns (y, (∂y/∂a, ∂y/∂b)).
    """
    raise NotImplementedError("multiply_rule")


def divide_rule(a, b):
    """y = a / b and its local derivatives.

    a, b: numbers, or arrays that broadcast. Returns (y, (∂y/∂a, ∂y/∂b)).
    """
    raise NotImplementedError("divide_rule")


def power_rule(a, n):
    """y = aⁿ for a constant n, and its local derivative.

    a: a number or an array; n: a number, which is no variable. Returns (y, (∂y/∂a,)): a tuple of one.
    """
    raise NotImplementedError("power_rule")


def tanh_rule(a):
    """y = tanh a and its local derivative.

    a: a number or an array. Returns (y, (∂y/∂a,)): a tuple of one.
    """
    raise NotImplementedError("tanh_rule")


def softplus_rule(a):
    """y = log(1 + eᵃ) and its local derivative; a may be 1000 or -1000.

    It is the loss of a classifier of two classes: -log p for the logit -a of the right class. a: a number or an array.
    Returns (y, (∂y/∂a,)): a tuple of one.
    """
    raise NotImplementedError("softplus_rule")


def topological_order(parents, root):
    """The nodes of a graph that `root` depends on, root among them, each after all of its parents.

    parents: a list; parents[i] is a tuple with the numbers of the nodes that node i was made from, empty for a leaf.
    A number may be in it twice, and nodes may be numbered in any order. root: a number. The graph has no cycles, but
    chains of 20,000 nodes. Returns a list of numbers, each node once; root is the last.
    """
    raise NotImplementedError("topological_order")


def unbroadcast(gradient, shape):
    """The gradient of an input, from the gradient of that input after broadcasting.

    Broadcasting repeats an input of this shape along new axes in front, and along its axes of length 1; the gradient
    of a number that has been used several times is the sum over its uses.
    gradient: an array, or a number; shape: a tuple. Returns an array of this shape.
    """
    raise NotImplementedError("unbroadcast")


def backpropagate(tape, order):
    """The gradient of the last node in `order` with respect to every node: reverse mode.

    The gradient of the root itself is 1 (an array of ones of its shape: what is differentiated is the sum of its
    numbers). Then, from the root to the leaves, each node gives to each of its parents its own gradient times the local
    derivative, unbroadcast to the parent's shape; what a node gets from several places, or several times from one, adds
    up.

    tape: a list of (value, parents, locals); order: a topological order, the root last. Returns a list with a gradient
    of the shape of its value for each entry of the tape, None for those that are not in order.
    """
    raise NotImplementedError("backpropagate")


class Node:
    """An entry of a tape that can be calculated with: each operation is written down behind it."""

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
    """Apply a rule to Nodes and constants, and write it down: a new Node. At least one input is a Node."""
    value, local = rule(*(x.value if isinstance(x, Node) else x for x in inputs))
    nodes = [(x, derivative) for x, derivative in zip(inputs, local) if isinstance(x, Node)]
    return Node(nodes[0][0].tape, value, tuple(x.index for x, _ in nodes), tuple(d for _, d in nodes))


def derivatives(root, nodes):
    """The gradients of a Node with respect to others; zeros where it does not depend on one."""
    order = topological_order([parents for _, parents, _ in root.tape], root.index)
    found = backpropagate(root.tape, order)
    return [np.zeros(np.shape(x.value)) if found[x.index] is None else found[x.index] for x in nodes]


def evaluate(expression, nodes):
    """The Node of an expression: a name, a constant, or ("add", e1, e2) and the like, which may be nested."""
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
    """An expression's value, and its gradient with respect to each of the variables.

    gradients(("multiply", "x", ("add", "x", 2.0)), {"x": 3.0}) is (15.0, {"x": 8.0}).
    """
    tape = []
    nodes = {name: Node(tape, value) for name, value in values.items()}
    root = evaluate(expression, nodes)
    return root.value, dict(zip(nodes, derivatives(root, nodes.values())))


def minimise(expression, values, names, lr, steps):
    """Gradient descent on an expression: it is made smaller by changing some of its variables.

    expression: see evaluate; values: a dict of all variables, which is left as it is; names: a list of those that may
    change, the others are data; lr: the learning rate; steps: how many steps. In a step all names move at once, from
    gradients(expression, values) at one and the same point. Returns (values, losses): the dict at the end, and a list
    with the value of the expression before each step.
    """
    raise NotImplementedError("minimise")
