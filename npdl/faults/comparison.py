"""Mistakes in ops that choose: the gradient to what was left out, too, the masks swapped or missing."""

from gradcheck.faults import Fault, register

from ..ops import comparison as right
from ..ops.samples import Draw
from .elementwise import NO_DOUT, SAME_SHAPE, UNSUMMED, broadcast

register(
    "clip",
    right.clip_forward,
    right.clip_backward,
    inputs=lambda seed: ({"x": 2 * Draw(seed).normal(3, 7)}, {"low": -0.7, "high": 1.3}),
    guess=lambda arguments, outs: [{"low": float(outs[0].min()), "high": float(outs[0].max())}],
    faults=[
        Fault("no_mask", "dout * inside", "dout", "outside the bounds the gradient is 0", "all x inside"),
        Fault("no_low", "x >= low", "x == x", "below the lower bound the gradient is 0, too"),
        Fault("no_high", "inside & (x <= high)", "inside", "above the upper bound the gradient is 0, too"),
        Fault("inverted", "dout * inside", "dout * ~inside", "the mask is inverted"),
        Fault("clipped", ("dout * inside", "np.clip(x, low, high), inside"),
              ("np.clip(dout, *inside)", "np.clip(x, low, high), (low, high)"),
              "dout is clipped; it passes unchanged where x is inside the bounds"),
        Fault("ones", "dout * inside", "1.0 * inside", NO_DOUT),
    ],
)  # fmt: skip


def _apart(seed):
    """No ties, and about as many numbers of a above b as below."""
    d = Draw(seed)
    return {"a": d.distinct(2, 3, 5), "b": d.distinct(3, 1) + 0.03}, {}


def _of_two(da, db, other):
    """Mistakes of maximum and minimum, with their masked gradients as texts; `other`: what is not chosen."""
    return [
        *broadcast(da, db),
        Fault("swapped", (da, db), (db, da), f"the masks are swapped: the gradient goes to the {other} one"),
        Fault("no_masks", (da, db), ("dout", "dout"), "both have all of dout; only the one that was chosen has it"),
        Fault("da_all", da, "dout", "da has all of dout; where b was chosen it is 0"),
        Fault("db_all", db, "dout", "db has all of dout; where a was chosen it is 0"),
        Fault("db_mask_of_a", db, da, "db has the mask of a; it has dout where b was chosen"),
        Fault("halved", (da, db), ("dout / 2", "dout / 2"), "dout is shared everywhere; only equal numbers share it"),
        Fault("value", (da, db), (f"a * ({da})", f"b * ({db})"), "dout is multiplied by what was chosen"),
        Fault("ones", (da, db), (da.replace("dout", "1.0"), db.replace("dout", "1.0")), NO_DOUT),
        Fault("ties_all", (da, db), (_once(da, 1), _once(db, 1)), "equal numbers have all of dout each; they share it",
              "no equal numbers"),
        Fault("ties_none", (da, db), (_once(da, 0), _once(db, 0)), "equal numbers have no gradient; they share it",
              "no equal numbers"),
    ]  # fmt: skip


def _once(gradient, which):
    """One half of dout (a > b) / 2 + dout (a >= b) / 2, whole."""
    return gradient.split(" + ")[which].removesuffix(" / 2")


A_ABOVE, B_ABOVE = "dout * (a > b) / 2 + dout * (a >= b) / 2", "dout * (b > a) / 2 + dout * (b >= a) / 2"
A_BELOW, B_BELOW = A_ABOVE.replace(">", "<"), B_ABOVE.replace(">", "<")

register(
    "maximum",
    right.maximum_forward,
    right.maximum_backward,
    inputs=_apart,
    faults=_of_two(A_ABOVE, B_ABOVE, "smaller"),
)
register(
    "minimum",
    right.minimum_forward,
    right.minimum_backward,
    inputs=_apart,
    faults=_of_two(A_BELOW, B_BELOW, "larger"),
)

DA, DB = "np.where(condition, dout, 0)", "np.where(condition, 0, dout)"


def _condition(seed):
    d = Draw(seed)
    return {"condition": d.integers(2, 2, 3, 5) == 1, "a": d.normal(2, 3, 5), "b": d.normal(3, 1)}, {}


register(
    "where",
    right.where_forward,
    right.where_backward,
    inputs=_condition,
    faults=[
        Fault("swapped", (DA, DB), (DB, DA), "the masks are swapped: a has dout where the condition holds"),
        Fault("no_masks", (DA, DB), ("dout", "dout"), "both have all of dout; only the one that was chosen has it"),
        Fault("da_all", DA, "dout", "da has all of dout; it is 0 where the condition does not hold"),
        Fault("db_all", DB, "dout", "db has all of dout; it is 0 where the condition holds"),
        Fault("db_mask_of_a", DB, DA, "db has the mask of a; it has dout where the condition does not hold"),
        Fault("db_zero", DB, "0 * dout", "db is left at zero"),
        Fault("ones", (DA, DB), (DA.replace("dout", "np.ones_like(dout)"), DB.replace("dout", "np.ones_like(dout)")),
              NO_DOUT),
        Fault("a_unsummed", f"unbroadcast({DA}, a_shape)", DA, f"da {UNSUMMED}", "a as large as the output"),
        Fault("b_unsummed", f"unbroadcast({DB}, b_shape)", DB, f"db {UNSUMMED}", SAME_SHAPE),
    ],
)  # fmt: skip
