"""From two expressions, yours and the right one, to what the programmer probably did."""

import re
from collections import Counter

DERIVATIVES = [  # (pattern of a missing factor, whose derivative it is)
    (r"^\(1 - [^()]*\*\*2\)$|^\(1 - np\.tanh\(.*\)\*\*2\)$", "the derivative of tanh"),
    (r"^(sigmoid\()?([^()*]+)\)? \* \(1 - (sigmoid\()?\2\)?\)$", "the derivative of the sigmoid"),
    (r"^\(.* > 0\)$", "the mask of ReLU"),
]

EXCHANGED = "the two sides of the matrix product are exchanged: the result is transposed"


def compare(yours, right, numbers):
    """(fact, guess) for a pair of Expressions of one gradient."""
    fact = f"yours = {yours.text(numbers)}, the right one = {right.text(numbers)}"
    return fact, reading(yours, right, numbers)


def closest(yours, right):
    """The pair of expressions that differ least: (yours, right); each list has the simplest first."""
    pairs = [(a, b) for a in yours[:12] for b in right[:12]]
    return min(pairs, key=lambda pair: 0.5 * _distance(*pair) + pair[0].cost + pair[1].cost)


def _distance(a, b):
    fa, fb = _flat(a), _flat(b)
    changed = sum(((fa - fb) + (fb - fa)).values())
    return changed + (a.form != b.form) + 2 * (a.kind != b.kind)


def _flat(e):
    labels = e.factors if e.kind == "product" else e.factors[0] + e.factors[1]
    return Counter(label for label in labels if label != "1")


def reading(yours, right, numbers):
    """What turns the right expression into yours, in words; None where it is not one plain change."""
    if yours.kind != right.kind:
        return None
    a, b = _flat(yours), _flat(right)
    missing, extra = sorted((b - a).elements()), sorted((a - b).elements())
    scale = "" if abs(yours.scale / right.scale - 1) < 1e-6 else _scale(yours, right, numbers)
    if not missing and not extra and yours.form != right.form:
        same = yours.factors == right.factors or yours.kind == "product"
        return (_other_form(yours, right) if same else EXCHANGED) + scale
    if not missing and not extra and yours.factors != right.factors and yours.kind == "matmul":
        return EXCHANGED + scale
    if yours.form != right.form:
        return None
    if missing and not extra:
        return f"{_name(missing)} missing in yours" + scale
    if extra and not missing:
        return f"{_name(extra)} too much in yours" + scale
    if len(missing) == len(extra) == 1 and _part(missing[0], extra[0]):
        return f"{_name([_part(missing[0], extra[0])])} missing in yours" + scale
    if len(missing) == len(extra) == 1:
        return f"`{extra[0]}` stands where `{missing[0]}` belongs" + scale
    if not missing:
        return f"only the scale is wrong: yours is {numbers.show(yours.scale / right.scale)} times the right one"
    return None


def _part(whole, part):
    """What is missing where `v` or `(1 - v)` stands instead of `v * (1 - v)`; None for other factors."""
    for v in (part, part[5:-1] if part.startswith("(1 - ") else ""):
        if v and whole == f"{v} * (1 - {v})":
            return f"(1 - {v})" if part == v else v
    return None


def _name(labels):
    said = [derivative(label) for label in labels]
    text = " and ".join(f"`{label}`" + (f" ({what})" if what else "") for label, what in zip(labels, said))
    return f"the factor {text} is" if len(labels) == 1 else f"the factors {text} are"


def derivative(label):
    """Whose derivative a factor looks like, or None."""
    return next((what for pattern, what in DERIVATIVES if re.match(pattern, label)), None)


def _other_form(yours, right):
    if yours.kind == "matmul":
        return f"an operand is transposed: `{right.text()}` is wanted, not `{yours.text()}`"
    return f"summed over other axes: `{right.text()}` is wanted, not `{yours.text()}`"


def _scale(yours, right, numbers):
    return f"; and yours is {numbers.show(yours.scale / right.scale)} times that"
