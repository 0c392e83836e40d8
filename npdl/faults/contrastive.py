"""Mistakes in losses between vectors: normalisation, temperature, both sides of a product, the margin."""

import numpy as np

from gradcheck.faults import Fault, register

from ..ops import contrastive as right
from ..ops.samples import Draw, samples
from .regression import options_of

NO_DOUT = "dout is ignored: in a bigger loss it is not 1"
UNIT = "inputs of unit length"


def _backward_of(x, gradient):
    """The text that goes back through the normalisation of x, and what stands there in four mistakes."""
    right, cache = f"l2_normalise_backward({gradient}, {x})", x
    u, norm = f"{cache}[0]", f"{cache}[1]"
    stretched = f"({norm} * {u} * ({norm} * {u} * ({gradient})).sum(axis=-1, keepdims=True))"
    return right, {
        "no_norm_jac": f"({gradient})",
        "no_projection": f"(({gradient}) / {norm})",
        "no_norm": f"({right} * {norm})",
        "x_for_unit": f"((({gradient}) - {stretched}) / {norm})",
    }


def normalisation(*sides):
    """Mistakes on the way back through x / |x|, made for each (cache of the normalisation, gradient of the result)."""
    texts, wrong = zip(*(_backward_of(*side) for side in sides))
    messages = {
        "no_norm_jac": ("the normalisation is not differentiated", UNIT),
        "no_projection": ("the norms are treated as constants", "gradients tangential already"),
        "no_norm": ("the division by the norms is missing", UNIT),
        "x_for_unit": ("the vector itself in place of x / |x| in the projection", UNIT),
    }
    return [Fault(name, texts, tuple(w[name] for w in wrong), *messages[name]) for name in messages]


DA, DB = "unbroadcast(dout * B, A.shape)", "unbroadcast(dout * A, B.shape)"

register(
    "cosine_similarity",
    right.cosine_similarity_forward,
    right.cosine_similarity_backward,
    inputs=lambda seed: ({"a": Draw(seed).normal(5, 7), "b": 2 * Draw(seed + 7).normal(5, 7)}, {}),
    aliases=("cosine", "cos_sim"),
    faults=[
        *normalisation(("a_cache", DA), ("b_cache", DB)),
        Fault("unnormalised", ("dout * B", "dout * A"), ("dout * B * b_cache[1]", "dout * A * a_cache[1]"),
              "b in place of b / |b| in da, and a in place of a / |a| in db", UNIT),
        Fault("da_length_twice", f"({DA}, a_cache)", f"({DA}, a_cache) / a_cache[1]",
              "da is divided by |a| twice", UNIT),
        Fault("no_dout", "np.expand_dims(dout, axis)", "np.ones_like(np.expand_dims(dout, axis))", NO_DOUT,
              "dout = 1"),
        Fault("sign", "np.expand_dims(dout, axis)", "-np.expand_dims(dout, axis)", "the sign is wrong"),
        Fault("db_zero", "return da, db", "return da, 0 * db", "db is left at zero (only one side has a gradient)"),
        Fault("swapped", "return da, db", "return db, da", "da and db are swapped"),
    ],
)  # fmt: skip


def _pairs(seed):
    (a, b, y), options = samples("cosine_embedding_loss", seed=seed)[0]
    return {"a": a, "b": b, "y": y}, options


DCOS = "np.where(y == 1, -dout, dout * near)"

register(
    "cosine_embedding_loss",
    right.cosine_embedding_loss_forward,
    right.cosine_embedding_loss_backward,
    inputs=_pairs,
    aliases=("cosine_embedding",),
    guess=lambda arguments, outs: ({"margin": m, "reduction": r} for m in (0.0, 0.2, 0.5) for r in ("mean", "sum")),
    faults=[
        Fault("no_mask", DCOS, "np.where(y == 1, -dout, dout)",
              "strangers farther off than the margin have a gradient; it is to be 0", "strangers near each other"),
        Fault("mask_inverted", DCOS, "np.where(y == 1, -dout, dout * ~near)", "the mask of the margin is inverted"),
        Fault("pair_sign", DCOS, "np.where(y == 1, dout, dout * near)",
              "a pair has the wrong sign: its loss is 1 - cos", "no pairs"),
        Fault("stranger_sign", DCOS, "np.where(y == 1, -dout, -dout * near)", "strangers have the wrong sign"),
        Fault("labels", DCOS, "np.where(y == 1, dout * near, -dout)", "pairs and strangers are swapped"),
        Fault("pairs_only", DCOS, "np.where(y == 1, -dout, 0 * dout)", "strangers have no gradient"),
        Fault("pairs_masked", DCOS, "np.where(y == 1, -dout, dout) * near",
              "the margin is applied to pairs, too; it is for strangers"),
        Fault("no_div", "dout * scale", "dout", "the division by the number of pairs is missing", "one pair"),
        Fault("no_dout", "dout * scale", "np.asarray(scale)", NO_DOUT, "dout = 1"),
    ],
)  # fmt: skip


def _triplets(seed):
    d = Draw(seed)
    anchor, positive = d.normal(5, 7), d.normal(5, 7)
    negative = anchor + d.normal(5, 7) * np.array([[0.3], [3], [0.5], [3], [0.4]])  # some near, some far
    return {"anchor": anchor, "positive": positive, "negative": negative}, {"margin": 0.5}


LENGTHS = ("near / near_length", "far / far_length")

register(
    "triplet",
    right.triplet_forward,
    right.triplet_backward,
    inputs=_triplets,
    aliases=("triplet_loss", "triplet_margin_loss"),
    guess=options_of("margin"),
    faults=[
        Fault("no_mask", " * inside", "", "a triplet beyond the margin has a gradient; it is to be 0",
              "no triplet beyond the margin"),
        Fault("mask_inverted", "inside)", "~inside)", "the mask is inverted"),
        Fault("no_length", LENGTHS, ("near", "far"), "the division by the distance is missing"),
        Fault("squared", LENGTHS, ("2 * near", "2 * far"),
              "that is the gradient of squared distances; of a distance it is the direction"),
        Fault("length_twice", LENGTHS, ("near / near_length**2", "far / far_length**2"),
              "divided by the distance twice"),
        Fault("half", LENGTHS, ("near / near_length / 2", "far / far_length / 2"),
              "1/2 of the root, without the 2 of the square: they cancel"),
        Fault("anchor_no_push", "pull - push", "pull", "the negative is missing in danchor: it is pull - push"),
        Fault("anchor_no_pull", "pull - push", "-push", "the positive is missing in danchor: it is pull - push"),
        Fault("anchor_plus", "pull - push", "pull + push", "the sign of the negative's part of danchor is wrong"),
        Fault("anchor_zero", "pull - push", "0 * pull", "danchor is left at zero"),
        Fault("positive_sign", "-pull if", "pull if", "dpositive has the wrong sign"),
        Fault("negative_sign", "None, push if", "None, -push if", "dnegative has the wrong sign"),
        Fault("signs", "(dout * scale * inside)", "(-dout * scale * inside)", "the sign is wrong in all gradients"),
        Fault("no_div", "dout * scale *", "dout *", "the division by the number of triplets is missing",
              "one triplet"),
        Fault("no_dout", "(dout * scale * inside)", "(scale * inside)", NO_DOUT, "dout = 1"),
    ],
)  # fmt: skip


def _temperatures(arguments, outs):
    for temperature in (0.05, 0.07, 0.1, 0.2, 0.5, 1.0):
        for reduction in ("mean", "sum", "none"):
            yield {"temperature": temperature, "reduction": reduction}


def temperatures(*products):
    """Mistakes with the temperature that these products are divided by."""
    texts = tuple(f"{product} / temperature" for product in products)
    return [
        Fault("no_temperature", texts, products, "the division by the temperature is missing", "temperature = 1"),
        Fault("temperature_twice", texts, tuple(f"{p} / temperature**2" for p in products),
              "divided by the temperature twice", "temperature = 1"),
        Fault("times_temperature", texts, tuple(f"{p} * temperature" for p in products),
              "multiplied by the temperature; it is to be divided", "temperature = 1"),
    ]  # fmt: skip


GIVEN = "softmax_cross_entropy_backward(dout * scale, ce_cache)"
PRODUCTS = "dlogits @ B", "dlogits.T @ A"
LOGITS = f"dlogits, _ = {GIVEN}"
P_ONLY = f"{LOGITS}\n    dlogits = dlogits + dout * scale * ce_cache[1]"  # the one-hot added again

register(
    "info_nce",
    right.info_nce_forward,
    right.info_nce_backward,
    inputs=lambda seed: ({"a": Draw(seed).normal(5, 7), "b": Draw(seed + 7).normal(5, 7)}, {"temperature": 0.17}),
    aliases=("infonce", "contrastive_loss", "clip_loss"),
    guess=_temperatures,
    faults=[
        *normalisation(("a_cache", "dlogits @ B / temperature"), ("b_cache", "dlogits.T @ A / temperature")),
        *temperatures(*PRODUCTS),
        Fault("no_div_n", LOGITS, f"{LOGITS}\n    dlogits = dlogits * len(A)", "the division by N is missing",
              "one pair"),
        Fault("div_n2", LOGITS, f"{LOGITS}\n    dlogits = dlogits / len(A)", "divided by N twice"),
        Fault("no_eye", LOGITS, P_ONLY, "1 is not subtracted at the matching pairs"),
        Fault("sign", LOGITS, f"{LOGITS}\n    dlogits = -dlogits",
              "the sign is wrong: it is p - 1 at the matching pairs"),
        Fault("db_no_T", "dlogits.T @ A", "dlogits @ A", "dlogits is to be transposed in dB", "symmetric logits"),
        Fault("da_T", "dlogits @ B", "dlogits.T @ B", "dlogits is transposed in dA; it is dlogits B"),
        Fault("da_A", "dlogits @ B", "dlogits @ A", "dA has A in it; it has B"),
        Fault("db_zero", "return da, db", "return da, 0 * db", "db is left at zero (only one side has a gradient)"),
        Fault("swapped", "return da, db", "return db, da", "da and db are swapped"),
        Fault("no_dout", GIVEN, GIVEN.replace("dout * scale", "scale"), NO_DOUT, "dout = 1"),
        Fault("symmetric", LOGITS, f"{LOGITS}\n    dlogits = (dlogits + np.exp(ce_cache[0]).T * dout * scale"
              " - dout * scale * ce_cache[1]) / 2",
              "the gradient of both directions is averaged, but forward has one"),
    ],
)  # fmt: skip

BOTH = "(dlogits + dlogits.T)"
NEIGHBOURS = "np.eye(len(u))[np.arange(len(u)) ^ 1]"

register(
    "nt_xent",
    right.nt_xent_forward,
    right.nt_xent_backward,
    inputs=lambda seed: ({"z": Draw(seed).normal(6, 5)}, {"temperature": 0.3}),
    aliases=("ntxent", "simclr_loss", "nt_xent_loss"),
    guess=_temperatures,
    faults=[
        *normalisation(("unit_cache", f"{BOTH} @ u / temperature")),
        *temperatures(f"{BOTH} @ u"),
        Fault("one_side", BOTH, "dlogits",
              "a vector stands on both sides of the product u uᵀ: dlogits + dlogitsᵀ, not dlogits alone"),
        Fault("other_side", BOTH, "dlogits.T",
              "a vector stands on both sides of the product u uᵀ: dlogits + dlogitsᵀ, not dlogitsᵀ alone"),
        Fault("double", BOTH, "2 * dlogits", "2 dlogits; it is dlogits + dlogitsᵀ", "symmetric dlogits"),
        Fault("no_partner", LOGITS, P_ONLY, "1 is not subtracted at the partner: it is p - 1 there"),
        Fault("neighbours", LOGITS, f"{P_ONLY} - dout * scale * {NEIGHBOURS}",
              "the partners are taken to be rows 2i and 2i + 1; here they are i and i + N", "one sample"),
        Fault("sign", BOTH, "-(dlogits + dlogits.T)", "the sign is wrong"),
        Fault("no_div", BOTH, f"{BOTH} * len(u)", "the division by 2N is missing: the loss is a mean"),
        Fault("div_n", BOTH, f"{BOTH} * 2", "divided by N; the mean is over all 2N rows"),
        Fault("no_dout", GIVEN, GIVEN.replace("dout * scale", "scale"), NO_DOUT, "dout = 1"),
    ],
)  # fmt: skip
