# %% [markdown] lang="en"
# # The tape
#
# You have found the gradient of one network by hand. Change a layer, and you may begin anew. But look at what you did: at
# every step you used the derivative of *one* small operation and multiplied. A machine can do that, if somebody writes
# down which operations were done: on a **tape**. In **`tape.py`** you write the machine, 60 lines of it, and then it
# trains a network whose gradient nobody has worked out.

# %% [markdown] lang="zh"
# # 纸带
#
# 你已经手工求出了一个网络的梯度。换一层，就得从头再来。但是看看你做了什么：每一步都只用了*一个*小运算的导数，再相乘。只要有人把做过
# 哪些运算记在一条**纸带**上，机器就能替你做。你将在 **`tape.py`** 中写出这台机器，大约 60 行，然后用它训练一个没有人推导过梯度的
# 网络。

# %%
# %load_ext autoreload
# %autoreload 2

# %%
import matplotlib.pyplot as plt
import numpy as np
import tape

import npdl

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
COLOURS = np.array(["#0072B2", "#D55E00"])

# %% [markdown] lang="en"
# ## 1. Rules
#
# The rule of an operation gives two things: its value, and its **local derivatives**, one for each input. `add_rule` is in
# the file as an example: the sum, and $(1, 1)$. Write the rules for $ab$, $a/b$, $a^n$, $\tanh a$, and for the *softplus*
# $\log(1 + e^a)$, which will be our loss. Numbers may be arrays: then each number is meant for itself.

# %% [markdown] lang="zh"
# ## 1. 规则
#
# 一个运算的规则给出两样东西：它的值，以及对每个输入的**局部导数**。文件里的 `add_rule` 是例子：和，以及 $(1, 1)$。请写出 $ab$、
# $a/b$、$a^n$、$\tanh a$ 的规则，还有 *softplus* $\log(1 + e^a)$ 的规则，它将是我们的损失。数也可以是数组：这时逐个数计算。

# %%
npdl.check("multiply_rule")

# %%
npdl.check("divide_rule")

# %%
npdl.check("power_rule")

# %%
npdl.check("tanh_rule")

# %%
npdl.check("softplus_rule")

# %% [markdown] lang="en"
# Each value (solid) with its local derivative (dashed). Where is the slope of the solid line 0, 1, largest? The dashed one
# must say the same.

# %% [markdown] lang="zh"
# 各函数的值（实线）与局部导数（虚线）。实线的斜率在哪里是 0、是 1、最大？虚线应当给出同样的答案。

# %%
with npdl.gap():
    a = np.linspace(-4, 4, 200)
    rules = {"tanh": tape.tanh_rule, "softplus": tape.softplus_rule, "cube": lambda a: tape.power_rule(a, 3)}
    figure, axes = plt.subplots(1, 3, figsize=(9, 2.4))
    for axis, (name, rule) in zip(axes, rules.items()):
        value, (slope,) = rule(a)
        axis.plot(a, value, color=COLOURS[0])
        axis.plot(a, slope, "--", color=COLOURS[1])
        axis.set(title=name, ylim=(-4, 4))
    plt.show()

# %% [markdown] lang="en"
# ## 2. The graph
#
# `Node` and `record`, which are given, write on the tape: an entry is (value, places of the inputs, local
# derivatives). Every `+`, `*`, `/`, `**` between Nodes adds a line. Here is the tape of $q = x^2 / (x + y)$, as text and
# as a graph, with the local derivatives along the edges.

# %% [markdown] lang="zh"
# ## 2. 计算图
#
# 给定的 `Node` 和 `record` 负责往纸带上写：每一项是（值，输入在纸带上的位置，局部导数）。Node 之间的每个 `+`、`*`、`/`、`**` 都会
# 增加一行。下面是 $q = x^2 / (x + y)$ 的纸带，先是文字，再画成图，边上标着局部导数。


# %%
def draw(entries, gradients=None):
    """The graph of a tape of numbers, from the left to the right; below each value its gradient."""
    depth = []
    for _, parents, _ in entries:
        depth.append(1 + max((depth[p] for p in parents), default=-1))
    place = {i: (d, depth[:i].count(d) + 0.35 * (d % 2)) for i, d in enumerate(depth)}
    _, axis = plt.subplots(figsize=(2.2 * (max(depth) + 1), 3))
    for i, (value, parents, local) in enumerate(entries):
        text = f"{i}: {float(value):.3g}"
        if gradients and gradients[i] is not None:
            text += f"\ngradient {float(gradients[i]):.3g}"
        axis.text(*place[i], text, ha="center", va="center", bbox={"boxstyle": "round", "fc": "#eef3f8", "ec": COLOURS[0]})
        for number, (p, slope) in enumerate(zip(parents, local)):
            bend = 0.25 * (parents.count(p) > 1) * (-1) ** number
            style = {"arrowstyle": "->", "connectionstyle": f"arc3,rad={bend}", "shrinkA": 30, "shrinkB": 30}
            axis.annotate("", place[i], place[p], arrowprops=style, zorder=1)
            (x0, y0), (x1, y1) = place[p], place[i]
            axis.text((x0 + x1) / 2, (y0 + y1) / 2 - 0.6 * bend, f"{float(slope):.3g}", color=COLOURS[1], fontsize=8)
    axis.set(xlim=(-0.5, max(depth) + 0.5), ylim=(max(depth.count(d) for d in depth) + 0.2, -0.7))
    axis.axis("off")
    plt.show()


def quotient(x, y):
    """A new tape with x² / (x + y) on it: (tape, root)."""
    entries = []
    x, y = tape.Node(entries, x), tape.Node(entries, y)
    return entries, x * x / (x + y)


with npdl.gap():
    entries, root = quotient(3.0, 1.0)
    for number, entry in enumerate(entries):
        print(number, *entry)
    draw(entries)

# %% [markdown] lang="en"
# ## 3. The order
#
# On the way back a node may pass on its gradient only when it is complete: after *all* nodes that used it. That is the
# reverse of an order in which every node stands after its parents, a **topological order**. (The tape itself is in
# such an order, as it was written while computing; a graph that you are given may be numbered at will.)
#
# Two traps. A node that is used twice must come once. And networks are deep: a recurrent one can make chains of 20,000
# nodes, and Python ends a function that calls itself 1,000 times.

# %% [markdown] lang="zh"
# ## 3. 顺序
#
# 反向时，一个节点只有在自己的梯度已经完整之后才能往下传：也就是在*所有*用到它的节点之后。这正好与“每个节点都排在其父节点之后”的
# 顺序相反，后者叫做**拓扑序**。（纸带本身就是这样的顺序，因为它是边算边写的；但别人给你的图可以任意编号。）
#
# 有两个陷阱。用了两次的节点只能出现一次。另外，网络可以很深：循环网络会产生长达 20,000 个节点的链，而 Python 中一个函数递归调用自己
# 约 1000 次就会被终止。

# %%
npdl.check("topological_order")

# %% [markdown] lang="en" points="2"
# **Question 1.** Somebody goes back breadth first: the root, then its parents, then theirs, each passing on what it
# has at that moment. On which node of $x^2 / (x + y)$, or of a graph of your own with four operations, does this go wrong?
# Give the wrong number that comes out.
#
# *Your answer:*

# %% [markdown] lang="zh" points="2"
# **问题 1.** 有人按广度优先反向走：先是根，再是它的父节点，再是父节点的父节点，各自把当时手里的梯度传下去。在 $x^2 / (x + y)$ 中，
# 或在你自己构造的含四个运算的图中，哪个节点会出错？写出得到的错误数值。
#
# *你的回答：*

# %% [markdown] lang="en"
# ## 4. The way back
#
# The root's gradient is 1. A node $v$ gives to its parent $u$ the share
#
# $$\bar u \mathrel{+}= \bar v \, \frac{\partial v}{\partial u}$$
#
# and the $+=$ is the most important sign in this notebook: $x$ has an influence on the result along *several* paths, and
# all of them count. Many a textbook forgets to say so.
#
# With arrays there is one thing more. If a number $w$ is multiplied by 100 values, it is used 100 times; its gradient is
# the *sum* of 100 shares. `unbroadcast` brings a share back to the shape of its input.

# %% [markdown] lang="zh"
# ## 4. 反向
#
# 根的梯度是 1。节点 $v$ 交给父节点 $u$ 的一份是
#
# $$\bar u \mathrel{+}= \bar v \, \frac{\partial v}{\partial u}$$
#
# 其中的 $+=$ 是这本笔记本里最重要的符号：$x$ 沿*多条*路径影响结果，每一条都要算。许多教科书忘了说明这一点。
#
# 对数组还有一件事。若一个数 $w$ 与 100 个值相乘，它就被用了 100 次；它的梯度是 100 份之*和*。`unbroadcast` 把一份梯度还原成输入的
# 形状。

# %%
npdl.check("unbroadcast")

# %%
npdl.check("backpropagate")

# %% [markdown] lang="en"
# The graph again, now with all gradients. Follow the two paths from $x$ to the result, and the two edges of $x \cdot x$. By
# hand: $\partial q / \partial x = (x^2 + 2xy) / (x + y)^2 = 15/16$ at $(3, 1)$.

# %% [markdown] lang="zh"
# 再画一次图，这回带上全部梯度。请沿着从 $x$ 到结果的两条路径，以及 $x \cdot x$ 的两条边走一遍。手算：在 $(3, 1)$ 处
# $\partial q / \partial x = (x^2 + 2xy) / (x + y)^2 = 15/16$。

# %%
with npdl.gap():
    entries, root = quotient(3.0, 1.0)
    order = tape.topological_order([parents for _, parents, _ in entries], root.index)
    draw(entries, tape.backpropagate(entries, order))

# %% [markdown] lang="en"
# `gradients`, given, is all of it together: it takes an expression as nested tuples and the values of its variables. Trust
# it only after the difference quotient agrees.

# %% [markdown] lang="zh"
# 给定的 `gradients` 把这一切连在一起：它接受写成嵌套元组的表达式，以及各变量的值。先与差商对照一致，再相信它。

# %%
with npdl.gap():
    formula = ("tanh", ("multiply", ("power", "x", 3), ("softplus", ("divide", "y", ("add", "x", "y")))))
    point, size = {"x": 0.8, "y": 1.7}, 1e-5
    value, slopes = tape.gradients(formula, point)
    for name in point:
        up, down = (tape.gradients(formula, point | {name: point[name] + s * size})[0] for s in (1, -1))
        print(f"{name}: tape {slopes[name]:.10f}, difference quotient {(up - down) / (2 * size):.10f}")

# %% [markdown] lang="en" points="2"
# **Question 2.** A function has 1,000 inputs and one output. How many evaluations does the difference quotient need for
# all derivatives, and how many passes does the tape need? And with one input and 1,000 outputs? What does the tape pay
# for this, in memory?
#
# *Your answer:*

# %% [markdown] lang="zh" points="2"
# **问题 2.** 一个函数有 1000 个输入、一个输出。求全部导数，差商法需要计算多少次函数，纸带需要走几遍？若是一个输入、1000 个输出呢？
# 为此，纸带在内存上付出了什么代价？
#
# *你的回答：*

# %% [markdown] lang="en"
# ## 5. Descent
#
# `minimise` is gradient descent on *any* expression. Fit a line through points first; then put the line into a tanh.

# %% [markdown] lang="zh"
# ## 5. 下降
#
# `minimise` 可以对*任何*表达式做梯度下降。先给一些点拟合一条直线；再把直线放进 tanh 里。

# %%
npdl.check("minimise")

# %%
with npdl.gap():
    rng = np.random.default_rng(0)
    x = rng.uniform(-2, 2, 60)
    seen = np.tanh(2 * x - 1) + 0.1 * rng.standard_normal(60)
    line = ("add", ("multiply", "w", "x"), "b")
    figure, axis = plt.subplots(figsize=(4.5, 2.8))
    axis.plot(x, seen, ".", color="grey")
    for colour, model in zip(COLOURS, (line, ("tanh", line))):
        square = ("mean", ("power", ("add", model, ("multiply", -1.0, "t")), 2))
        start = {"w": 0.1, "b": 0.0, "x": x, "t": seen}
        fitted, losses = tape.minimise(square, start, ["w", "b"], 0.5, 60)
        entries, grid = [], np.linspace(-2, 2, 100)
        nodes = {name: tape.Node(entries, v) for name, v in (fitted | {"x": grid}).items()}
        name = f"{model[0]}: w {fitted['w']:.2f}, b {fitted['b']:.2f}"
        axis.plot(grid, tape.evaluate(model, nodes).value, color=colour, label=f"{name}, loss {losses[-1]:.3f}")
    axis.legend(frameon=False, fontsize=8)
    plt.show()

# %% [markdown] lang="en"
# ## 6. The real thing: two spirals
#
# A network of 2, 8, 8 and 1 units, written down neuron by neuron in the plainest way, on your tape. Every weight is one
# number, every value an array over the 200 points. No gradient is derived anywhere. The loss is the softplus of
# $t \cdot s$, $t = -1$ for the class that should have a positive score; the descent has momentum (each step keeps 0.9
# of the one before).

# %% [markdown] lang="zh"
# ## 6. 真正的任务：双螺旋
#
# 一个各层有 2、8、8、1 个单元的网络，用最朴素的方式一个神经元一个神经元地写在你的纸带上。每个权重是一个数，每个值是 200 个点上的
# 数组。没有任何地方推导过梯度。损失是 $t \cdot s$ 的 softplus，对得分应为正的类别 $t = -1$；下降带有动量（每一步保留前一步的 0.9）。

# %%
points, y = npdl.data.spiral(100, 2)
t = np.where(y == 1, -1.0, 1.0)
H = 8


def neuron(weights, inputs, bias):
    total = bias
    for w, x in zip(weights, inputs):
        total = total + w * x
    return total


def network(p, x):
    """The score of each point. p(name) is a parameter; x: two arrays."""
    first = [tape.record(tape.tanh_rule, neuron([p(f"u{i}{k}") for k in range(2)], x, p(f"b{i}"))) for i in range(H)]
    second = [tape.record(tape.tanh_rule, neuron([p(f"w{j}{i}") for i in range(H)], first, p(f"c{j}"))) for j in range(H)]
    return neuron([p(f"v{j}") for j in range(H)], second, p("d"))


def draw_weights(rng):
    """A dict of all parameters, in their order."""
    made = {f"u{i}{k}": 2 * rng.standard_normal() for i in range(H) for k in range(2)}
    made |= {f"b{i}": rng.standard_normal() for i in range(H)}
    made |= {f"w{j}{i}": rng.standard_normal() / np.sqrt(H) for j in range(H) for i in range(H)}
    made |= {f"c{j}": 0.0 for j in range(H)} | {f"v{j}": rng.standard_normal() / np.sqrt(H) for j in range(H)}
    return made | {"d": 0.0}


def step(values, speed, lr=0.3):
    """One step on a fresh tape: (values, speed, loss, length of the tape)."""
    entries = []
    nodes = {name: tape.Node(entries, v) for name, v in values.items()}
    score = network(nodes.__getitem__, points.T)
    loss = tape.record(tape.mean_rule, tape.record(tape.softplus_rule, score * t))
    slopes = dict(zip(nodes, tape.derivatives(loss, list(nodes.values()))))
    speed = {name: 0.9 * speed[name] - lr * slopes[name] for name in values}
    return {name: v + speed[name] for name, v in values.items()}, speed, float(loss.value), len(entries)


with npdl.gap():
    values = draw_weights(np.random.default_rng(0))
    speed, losses = dict.fromkeys(values, 0.0), []
    for _ in range(200):
        values, speed, loss, length = step(values, speed)
        losses.append(loss)
    side = np.linspace(-1.3, 1.3, 80)
    plane = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    entries = []
    nodes = {name: tape.Node(entries, v) for name, v in values.items()}
    score = network(nodes.__getitem__, points.T).value
    picture = network(nodes.__getitem__, plane.T).value.reshape(80, 80)
    print(f"{len(values)} parameters, {length} entries on the tape, {np.mean((score > 0) == (y == 1)):.1%} of the points right")
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
    left.semilogy(losses, color=COLOURS[0])
    left.set(xlabel="step", ylabel="loss")
    right.contourf(side, side, np.tanh(picture / 4), levels=20, cmap="RdBu_r", vmin=-1, vmax=1, alpha=0.6)
    right.scatter(*points.T, c=COLOURS[y], s=10, edgecolors="white", linewidths=0.3)
    right.set(aspect="equal", xticks=[], yticks=[])
    plt.show()

# %% [markdown] lang="en" points="2"
# **Question 3.** Your tape and the hand-written gradient of `two_layer_loss` compute the same thing. What is each of them
# better at? (Time it if you like: how long does a step take here, and how long there, for the same number of weights?) How
# would you bring matrices onto the tape, so that a layer is *one* entry and not a hundred?
#
# *Your answer:*

# %% [markdown] lang="zh" points="2"
# **问题 3.** 你的纸带与 `two_layer_loss` 中手写的梯度算的是同一件事。两者各有什么长处？（愿意的话可以计时：权重个数相同时，这里一步
# 要多久，那里要多久？）怎样把矩阵搬上纸带，使一层只占*一*项而不是一百项？
#
# *你的回答：*
