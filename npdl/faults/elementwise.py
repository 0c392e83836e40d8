"""Mistakes in arithmetic: the broadcast that is not summed, the forgotten factor, the operands swapped."""

import numpy as np

from gradcheck.faults import Fault, register

from ..ops import elementwise as right
from ..ops.samples import Draw


def _two(seed):
    d = Draw(seed)
    return {"a": d.normal(2, 3, 5), "b": d.off_zero(3, 1)}, {}


def _one(values):
    return lambda seed: ({"x": getattr(Draw(seed), values)(3, 7)}, {})


NO_DOUT = "the gradient from above, dout, is not multiplied in"
UNSUMMED = "is not summed over the axes that broadcasting made"
SAME_SHAPE = "a and b of the same shape"


def broadcast(a, b):
    """Mistakes with broadcasting, where the gradients before the sum are the texts a and b."""
    a_shape, b_shape = ("a_shape", "b_shape") if a == "dout" else ("np.shape(a)", "np.shape(b)")
    db = f"unbroadcast({b}, {b_shape})"
    return [
        Fault("a_unsummed", f"unbroadcast({a}, {a_shape})", a, f"da {UNSUMMED}", "a as large as the output"),
        Fault("b_unsummed", db, b, f"db {UNSUMMED}", SAME_SHAPE),
        Fault("b_mean", db, f"{db} * np.prod({b_shape}) / dout.size", "db is the mean, not the sum", SAME_SHAPE),
        Fault("db_zero", db, f"0 * {db}", "db is left at zero"),
        Fault("da_sign", f"unbroadcast({a}, {a_shape})", f"unbroadcast(-({a}), {a_shape})", "da has the wrong sign"),
    ]


register(
    "add",
    right.add_forward,
    right.add_backward,
    inputs=_two,
    faults=[
        *broadcast("dout", "dout"),
        Fault("db_sign", "unbroadcast(dout, b_shape)", "unbroadcast(-dout, b_shape)", "db has the wrong sign"),
        Fault("halved", "db = unbroadcast(dout, b_shape)", "db = 0.5 * unbroadcast(dout, b_shape)",
              "dout is divided between a and b; each of them has all of it"),
    ],
)  # fmt: skip

register(
    "sub",
    right.sub_forward,
    right.sub_backward,
    inputs=_two,
    faults=[
        *broadcast("dout", "-dout"),
        Fault(
            "db_sign",
            "unbroadcast(-dout, b_shape)",
            "unbroadcast(dout, b_shape)",
            "db has the wrong sign: y = a - b, so db = -dout",
        ),
    ],
)

register(
    "mul",
    right.mul_forward,
    right.mul_backward,
    inputs=_two,
    faults=[
        *broadcast("dout * b", "dout * a"),
        Fault(
            "swapped",
            ("dout * b", "dout * a"),
            ("dout * a", "dout * b"),
            "a and b are swapped: da = dout b, db = dout a",
        ),
        Fault("da_own", "dout * b", "dout * a", "da is dout a; it is dout times the other factor, b"),
        Fault("db_own", "dout * a", "dout * b", "db is dout b; it is dout times the other factor, a"),
        Fault("da_no_dout", "dout * b", "np.ones_like(dout) * b", NO_DOUT),
        Fault("db_no_dout", "dout * a", "np.ones_like(dout) * a", NO_DOUT),
        Fault("da_no_b", "dout * b", "dout", "the factor b is missing from da"),
        Fault("db_no_a", "dout * a", "dout", "the factor a is missing from db"),
        Fault("product", "dout * a", "dout * a * b", "db is dout times the output; it is dout a"),
    ],
)

register(
    "div",
    right.div_forward,
    right.div_backward,
    inputs=_two,
    faults=[
        *broadcast("dout / b", "-dout * y / b"),
        Fault("db_no_square", "-dout * y / b", "-dout * y", "db = -dout a / b; the b is to be squared, -dout a / b²"),
        Fault("db_sign", "-dout * y / b", "dout * y / b", "db has the wrong sign: the derivative of 1/b is -1/b²"),
        Fault("db_no_a", "-dout * y / b", "-dout / (b * b)", "the numerator a is missing from db = -dout a / b²"),
        Fault("db_like_mul", "-dout * y / b", "dout * a", "db is that of a product; for a / b it is -dout a / b²"),
        Fault("db_log", "-dout * y / b", "-dout / b", "db = -dout / b; it is -dout a / b²"),
        Fault("da_times", "dout / b", "dout * b", "da is dout b; for a / b it is dout / b"),
        Fault("da_no_b", "dout / b", "dout", "the division by b is missing from da"),
        Fault("da_no_dout", "dout / b", "np.ones_like(dout) / b", NO_DOUT),
        Fault("db_no_dout", "-dout * y / b", "-y / b", NO_DOUT),
        Fault("swapped", ("dout / b", "-dout * y / b"), ("-dout * y / b", "dout / b"), "da and db are swapped"),
    ],
)  # fmt: skip

register(
    "neg",
    right.neg_forward,
    right.neg_backward,
    inputs=_one("normal"),
    faults=[
        Fault("sign", "return -dout", "return dout", "the minus is missing: dx = -dout"),
        Fault("ones", "return -dout", "return -np.ones_like(dout)", NO_DOUT),
    ],
)

register(
    "exp",
    right.exp_forward,
    right.exp_backward,
    inputs=_one("normal"),
    faults=[
        Fault("no_exp", "dout * y", "dout", "the derivative of e^x, which is e^x, is missing"),
        Fault("ones", "dout * y", "y", NO_DOUT),
        Fault("x", "dout * y", "dout * np.log(y)", "dout is multiplied by x; the derivative is e^x, the output"),
        Fault("exp_twice", "dout * y", "dout * np.exp(y)", "e to the output is taken; the output already is e^x"),
        Fault("power_rule", "dout * y", "dout * np.log(y) * y", "x e^x, as for a power; the derivative of e^x is e^x"),
    ],
)

register(
    "log",
    right.log_forward,
    right.log_backward,
    inputs=_one("positive"),
    faults=[
        Fault("times", "return dout / x", "return dout * x", "dout times x; the derivative of ln x is 1 / x"),
        Fault("no_x", "return dout / x", "return dout", "the derivative 1 / x is missing"),
        Fault("ones", "return dout / x", "return 1 / x", NO_DOUT),
        Fault("out", "return dout / x", "return dout / np.log(x)", "dout is divided by the output ln x, not by x"),
        Fault("square", "return dout / x", "return dout / x**2", "the derivative of ln x is 1 / x, not 1 / x²"),
        Fault("log10", "return dout / x", "return dout / (x * np.log(10))",
              "1 / (x ln 10) belongs to log10; ln has 1 / x"),
        Fault("log2", "return dout / x", "return dout / (x * np.log(2))", "1 / (x ln 2) belongs to log2; ln has 1 / x"),
        Fault("sign", "return dout / x", "return -dout / x", "the sign is wrong: the derivative of ln x is +1 / x"),
    ],
)  # fmt: skip


POWER = "dout * exponent * x ** (exponent - 1)"


def _exponents(arguments, outs):
    """The exponent, from the largest number and its power."""
    x, y = np.asarray(arguments["x"]).ravel(), np.asarray(outs[0]).ravel()
    i = np.argmax(x)
    exponent = float(np.log(y[i]) / np.log(x[i]))
    yield {"exponent": round(exponent) if abs(exponent - round(exponent)) < 1e-4 else exponent}


register(
    "power",
    right.power_forward,
    right.power_backward,
    inputs=lambda seed: ({"x": Draw(seed).positive(3, 7)}, {"exponent": 2.5}),
    aliases=("pow",),
    guess=_exponents,
    faults=[
        Fault("no_p", POWER, "dout * x ** (exponent - 1)", "the factor p of p x^(p-1) is missing"),
        Fault("same", POWER, "dout * exponent * x**exponent", "p x^p; the derivative of x^p is p x^(p-1)"),
        Fault("no_power", POWER, "dout * exponent * x", "p x; the derivative of x^p is p x^(p-1)", "p = 2"),
        Fault("p_minus_1", POWER, "dout * (exponent - 1) * x ** (exponent - 1)",
              "the factor is p - 1; the derivative of x^p is p x^(p-1)"),
        Fault("plus_1", POWER, "dout * x ** (exponent + 1) / (exponent + 1)",
              "that is the integral of x^p; the derivative is p x^(p-1)"),
        Fault("exponential", POWER, "dout * np.log(x) * x**exponent",
              "x^p ln x is the derivative with respect to p; with respect to x it is p x^(p-1)"),
        Fault("ones", POWER, "exponent * x ** (exponent - 1)", NO_DOUT),
    ],
)  # fmt: skip

register(
    "sqrt",
    right.sqrt_forward,
    right.sqrt_backward,
    inputs=_one("positive"),
    faults=[
        Fault("no_half", "dout * 0.5 / y", "dout / y", "the factor 1/2 of 1 / (2 √x) is missing"),
        Fault("no_root", "dout * 0.5 / y", "dout * 0.5 / y**2", "dout / (2 x); the derivative of √x is 1 / (2 √x)"),
        Fault("times", "dout * 0.5 / y", "dout * 0.5 * y", "√x / 2; the derivative of √x is 1 / (2 √x)"),
        Fault("double", "dout * 0.5 / y", "dout * 2 / y", "2 / √x; the derivative of √x is 1 / (2 √x)"),
        Fault("ones", "dout * 0.5 / y", "0.5 / y", NO_DOUT),
        Fault("half_only", "dout * 0.5 / y", "dout * 0.5", "the division by √x is missing"),
    ],
)


def square_forward(x):
    """y = x²."""
    return x * x, x


def square_backward(dout, x):
    """dx = 2 x dout."""
    return dout * 2 * x


register(
    "square",
    square_forward,
    square_backward,
    inputs=_one("normal"),
    faults=[
        Fault("no_2", "dout * 2 * x", "dout * x", "the factor 2 of 2 x is missing"),
        Fault("no_x", "dout * 2 * x", "dout * 2", "the factor x of 2 x is missing"),
        Fault("x2", "dout * 2 * x", "dout * 2 * x * x", "2 x²; the derivative of x² is 2 x"),
        Fault("same", "dout * 2 * x", "dout * x * x", "x²; the derivative of x² is 2 x"),
        Fault("ones", "dout * 2 * x", "2 * x", NO_DOUT),
        Fault("abs", "dout * 2 * x", "dout * 2 * np.abs(x)", "2 |x|; the derivative of x² is 2 x, negative for x < 0"),
    ],
)


def cube_forward(x):
    """y = x³."""
    return x * x * x, x


def cube_backward(dout, x):
    """dx = 3 x² dout."""
    return dout * 3 * x * x


register(
    "cube",
    cube_forward,
    cube_backward,
    inputs=_one("normal"),
    faults=[
        Fault("no_3", "dout * 3 * x * x", "dout * x * x", "the factor 3 of 3 x² is missing"),
        Fault("power", "dout * 3 * x * x", "dout * 3 * x", "3 x; the derivative of x³ is 3 x²"),
        Fault("square_rule", "dout * 3 * x * x", "dout * 2 * x * x", "2 x²; the derivative of x³ is 3 x²"),
        Fault("same", "dout * 3 * x * x", "dout * 3 * x * x * x", "3 x³; the derivative of x³ is 3 x²"),
        Fault("ones", "dout * 3 * x * x", "3 * x * x", NO_DOUT),
    ],
)


register(
    "abs",
    right.abs_forward,
    right.abs_backward,
    inputs=_one("off_zero"),
    faults=[
        Fault("no_sign", "dout * np.sign(x)", "dout", "dx = dout; for x < 0 it is -dout", "all x > 0"),
        Fault("mask", "dout * np.sign(x)", "dout * (x > 0)", "for x < 0 the gradient is -dout, not 0", "all x > 0"),
        Fault("x", "dout * np.sign(x)", "dout * x", "dout x; the derivative of |x| is the sign of x"),
        Fault("abs_dout", "dout * np.sign(x)", "np.abs(dout)", "|dout|; the gradient is dout times the sign of x"),
        Fault("ones", "dout * np.sign(x)", "np.sign(x)", NO_DOUT),
    ],
)
