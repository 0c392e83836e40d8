"""Mistakes in attention: the softmax's Jacobian, the scale 1/√d, transposes that square shapes hide, the mask.

"attention" is what a student writes first. The op of npdl.ops has mask, bias, dropout and broadcast heads, and the
mistakes that come with them.
"""

import numpy as np

from gradcheck.faults import Fault, register

from ..ops import attention as right
from ..ops.samples import Draw


def attention_forward(q, k, v, *, causal=False):
    """y = softmax(q kᵀ / √d) v. q: (..., T, d); k: (..., S, d); v: (..., S, e). causal: no look at later keys."""
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    if causal:
        scores = np.where(np.tri(*scores.shape[-2:], dtype=bool), scores, -np.inf)
    z = np.exp(scores - scores.max(axis=-1, keepdims=True))
    a = z / z.sum(axis=-1, keepdims=True)
    return a @ v, (q, k, v, a)


def attention_backward(dout, cache):
    """dv = aᵀ dout, da = dout vᵀ; through the softmax, ds = a (da - Σ da a); dq = ds k / √d, dk = dsᵀ q / √d."""
    q, k, v, a = cache
    d = q.shape[-1]
    dv = a.swapaxes(-1, -2) @ dout
    da = dout @ v.swapaxes(-1, -2)
    ds = a * (da - (da * a).sum(axis=-1, keepdims=True))
    dq = ds @ k / np.sqrt(d)
    dk = ds.swapaxes(-1, -2) @ q / np.sqrt(d)
    return dq, dk, dv


DS = "a * (da - (da * a).sum(axis=-1, keepdims=True))"
DQ, DK = "ds @ k / np.sqrt(d)", "ds.swapaxes(-1, -2) @ q / np.sqrt(d)"


def _square(seed):
    """As many queries as keys and features, for a transpose of a square matrix raises nothing."""
    d = Draw(seed)
    return {"q": d.normal(2, 5, 5), "k": d.normal(2, 5, 5), "v": d.normal(2, 5, 5)}, {"causal": True}


register(
    "attention",
    attention_forward,
    attention_backward,
    inputs=_square,
    aliases=("sdpa", "self_attention"),
    guess=lambda arguments, outs: [{"causal": True}],
    faults=[
        Fault("dk_no_T", "ds.swapaxes(-1, -2) @ q", "ds @ q", "dk = ds q; ds is to be transposed, dsᵀ q",
              "symmetric scores"),
        Fault("dq_T", "ds @ k", "ds.swapaxes(-1, -2) @ k", "dq = dsᵀ k; it is ds k", "symmetric scores"),
        Fault("dv_no_T", "a.swapaxes(-1, -2) @ dout", "a @ dout", "dv = a dout; a is to be transposed, aᵀ dout",
              "symmetric weights"),
        Fault("da_no_T", "dout @ v.swapaxes(-1, -2)", "dout @ v", "da = dout v; v is to be transposed, dout vᵀ"),
        Fault("ds_sum_axis", "(da * a).sum(axis=-1", "(da * a).sum(axis=-2",
              "the softmax's sum is over the queries; it is over the keys"),
        Fault("no_scale_bwd", (DQ, DK), ("ds @ k", "ds.swapaxes(-1, -2) @ q"), "1/√d is missing in backward",
              "d = 1"),
        Fault("dq_no_scale", DQ, "ds @ k", "1/√d is missing in dq", "d = 1"),
        Fault("dk_no_scale", DK, "ds.swapaxes(-1, -2) @ q", "1/√d is missing in dk", "d = 1"),
        Fault("scale_d", (DQ, DK), ("ds @ k / d", "ds.swapaxes(-1, -2) @ q / d"),
              "1/d in place of 1/√d (or 1/√d twice)", "d = 1"),
        Fault("scale_up", (DQ, DK), ("ds @ k * np.sqrt(d)", "ds.swapaxes(-1, -2) @ q * np.sqrt(d)"),
              "multiplied by √d; it is to be divided"),
        Fault("dv_scaled", "a.swapaxes(-1, -2) @ dout", "a.swapaxes(-1, -2) @ dout / np.sqrt(d)",
              "1/√d is in dv, too; v has no part in the scores"),
        Fault("softmax_diag", DS, "da * a * (1 - a)", "only the diagonal a (1 - a) of the softmax's Jacobian",
              "one key"),
        Fault("softmax_no_sub", DS, "da * a", "the sum Σ da a is missing: ds = a (da - Σ da a)"),
        Fault("no_softmax", DS, "da", "the softmax is not differentiated: ds = a (da - Σ da a)"),
        Fault("softmax_no_a", DS, "da - (da * a).sum(axis=-1, keepdims=True)", "the factor a in front is missing"),
        Fault("softmax_sum_da", "(da * a).sum(", "da.sum(", "Σ da; it is Σ da a"),
        Fault("softmax_plus", "a * (da - (", "a * (da + (", "the sum Σ da a is added; it is subtracted"),
        Fault("softmax_mean", "(da * a).sum(", "(da * a).mean(", "the mean of da a; it is the sum"),
        Fault("softmax_sum_all", "(da * a).sum(axis=-1, keepdims=True)", "(da * a).sum()",
              "the sum is over everything; each query has its own"),
        Fault("unmasked", DS,
              "np.where(np.tri(*a.shape[-2:]) > 0, a * (da - (da * a).sum(axis=-1, keepdims=True)), da)",
              "scores behind the mask have a gradient; it is 0", "no mask"),
        Fault("swap_qk", "return dq, dk", "return dk, dq", "dq and dk are swapped"),
        Fault("swap_kv", "dq, dk, dv\n", "dq, dv, dk\n", "dk and dv are swapped"),
        Fault("dq_q", "ds @ k", "ds @ q", "dq has q in it; it has k"),
        Fault("dk_k", "ds.swapaxes(-1, -2) @ q", "ds.swapaxes(-1, -2) @ k", "dk has k in it; it has q"),
        Fault("dv_v", "a.swapaxes(-1, -2) @ dout", "a.swapaxes(-1, -2) @ (dout * v)",
              "dv is multiplied by v; y is linear in v"),
        Fault("dv_dout", "a.swapaxes(-1, -2) @ dout", "dout", "dv is dout; it is aᵀ dout"),
    ],
)  # fmt: skip


class _Same:
    """A generator that draws the same at every call, so that each run of a check drops the same weights."""

    def random(self, shape):
        return np.random.default_rng(0).random(shape)


def _grouped(seed):
    d = Draw(seed)
    q, k, v = d.normal(2, 3, 5, 4), d.normal(2, 1, 5, 4), d.normal(2, 1, 5, 4)
    seen = np.tri(5, dtype=bool)
    return {"q": q, "k": k, "v": v, "mask": seen, "bias": d.normal(3, 5, 5)}, {"p": 0.3, "rng": _Same()}


KEPT = "kept = dropout_backward(a, dropped)"
DA = "dropout_backward(dout @ v.swapaxes(-1, -2), dropped)"

register(
    "scaled_dot_product_attention",
    right.scaled_dot_product_attention_forward,
    right.scaled_dot_product_attention_backward,
    inputs=_grouped,
    guess=lambda arguments, outs: [{}, {"causal": True}, {"p": 0.3, "rng": _Same()}],
    faults=[
        Fault("dk_no_T", "ds.swapaxes(-1, -2) @ q", "ds @ q", "dk = ds q; ds is to be transposed, dsᵀ q"),
        Fault("dv_no_T", "kept.swapaxes(-1, -2) @ dout", "kept @ dout", "dv = a dout; a is to be transposed, aᵀ dout"),
        Fault("no_scale", "ds = ds / math.sqrt(q.shape[-1])", "ds = 1.0 * ds", "1/√d is missing in backward", "d = 1"),
        Fault("bias_scaled", "unbroadcast(ds, bias.shape)", "unbroadcast(ds / math.sqrt(q.shape[-1]), bias.shape)",
              "dbias is divided by √d; the bias is added after the division", "d = 1"),
        Fault("bias_da", "unbroadcast(ds, bias.shape)", "unbroadcast(da, bias.shape)",
              "dbias is da; it is ds, through the softmax"),
        Fault("bias_first", "unbroadcast(ds, bias.shape)", "ds[0]", "dbias is the first sample's; they are added up",
              "one sample"),
        Fault("dv_undropped", KEPT, "kept = a", "dropout is not applied to the weights in dv", "p = 0"),
        Fault("da_undropped", DA, "dout @ v.swapaxes(-1, -2)", "dropout is not applied on the way back to the scores",
              "p = 0"),
        Fault("softmax_kept", "a * (da - (da * a)", "kept * (da - (da * kept)",
              "the softmax's Jacobian has the dropped weights; it has those before dropout", "p = 0"),
        Fault("softmax_diag", "a * (da - (da * a).sum(axis=-1, keepdims=True))", "da * a * (1 - a)",
              "only the diagonal a (1 - a) of the softmax's Jacobian"),
        Fault("heads_mean", "unbroadcast(ds.swapaxes(-1, -2) @ q, k.shape)",
              "unbroadcast(ds.swapaxes(-1, -2) @ q, k.shape) * k.size / q.size",
              "dk is the mean over the heads that share the key; they are added up", "as many heads of k as of q"),
    ],
)  # fmt: skip


def _sequence(seed):
    d = Draw(seed)
    return {"q": d.normal(2, 4, 4), "k": d.normal(2, 4, 4), "v": d.normal(2, 4, 4)}, {}


THROUGH = "softmax_backward(v @ dc.swapaxes(-1, -2), (w, -2))"

register(
    "linear_attention",
    right.linear_attention_forward,
    right.linear_attention_backward,
    inputs=_sequence,
    faults=[
        Fault("dq_no_T", "dout @ c.swapaxes(-1, -2)", "dout @ c", "dq = dout c; c is to be transposed, dout cᵀ"),
        Fault("dc_no_T", "dc = q.swapaxes(-1, -2) @ dout", "dc = q @ dout",
              "dc = q dout; q is to be transposed, qᵀ dout"),
        Fault("dw_no_T", "v @ dc.swapaxes(-1, -2)", "v @ dc", "dw = v dc; dc is to be transposed, v dcᵀ"),
        Fault("features", THROUGH, THROUGH.replace("-2))", "-1))"),
              "the softmax is differentiated over the features; it is over the positions"),
        Fault("no_softmax", THROUGH, "v @ dc.swapaxes(-1, -2)", "the softmax of k is not differentiated"),
        Fault("diag", THROUGH, "v @ dc.swapaxes(-1, -2) * w * (1 - w)",
              "only the diagonal w (1 - w) of the softmax's Jacobian"),
        Fault("dv_c", "w @ dc", "w @ c", "dv has c; it has dc"),
        Fault("dv_no_w", "dv = w @ dc", "dv = q @ dc", "dv has q; it has the weights w"),
        Fault("swap_kv", "return dq, dk, dv", "return dq, dv, dk", "dk and dv are swapped"),
    ],
)  # fmt: skip

register(
    "rotary",
    right.rotary_forward,
    right.rotary_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(2, 5, 6)}, {"angles": Draw(seed + 7).normal(5, 3)}),
    aliases=("rope", "apply_rotary"),
    faults=[
        Fault("forward_again", "-sin", "sin", "dout is turned forward once more; it is turned back"),
        Fault("not_turned", "_turned(dout, cos, -sin)", "dout", "dout is not turned back"),
        Fault("cos_only", "_turned(dout, cos, -sin)", "_turned(dout, cos, 0 * sin)", "the sines are missing"),
        Fault("negative", "_turned(dout, cos, -sin)", "_turned(dout, -cos, -sin)", "the cosine has the wrong sign"),
        Fault("halves", "_turned(dout, cos, -sin)",
              "np.concatenate(["
              "dout[..., : dout.shape[-1] // 2] * cos + dout[..., dout.shape[-1] // 2 :] * sin, "
              "dout[..., dout.shape[-1] // 2 :] * cos - dout[..., : dout.shape[-1] // 2] * sin], axis=-1)",
              "the pairs are (x_i, x_(i + d/2)); forward turns neighbours, (x_2i, x_(2i + 1))"),
    ],
)  # fmt: skip

TO_IMAGE, TO_WINDOWS = "_joined(dout, size, window)", "_cut(dout, M)"

register(
    "window_partition",
    right.window_partition_forward,
    right.window_partition_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(2, 4, 6, 3)}, {"window": 2}),
    guess=lambda arguments, outs: [{"window": round(outs[0].shape[2] ** 0.5)}],
    faults=[
        Fault("no_transpose", TO_IMAGE, "dout.reshape(len(dout), *size, -1)",
              "reshaped at once; the rows of a window lie apart in the image", "one window"),
        Fault("columns_first", TO_IMAGE, "_joined(dout, size[::-1], window).swapaxes(1, 2)",
              "the windows are laid out column by column; it is row by row", "one row of windows"),
        Fault("transposed", TO_IMAGE,
              "_joined(dout[:, :, np.arange(window * window).reshape(window, window).T.reshape(-1)], size, window)",
              "rows and columns of each window are swapped", "windows of one pixel"),
        Fault("scaled", TO_IMAGE, f"{TO_IMAGE} / window**2",
              "divided by the pixels of a window; cutting changes no number"),
    ],
)  # fmt: skip

register(
    "window_reverse",
    right.window_reverse_forward,
    right.window_reverse_backward,
    inputs=lambda seed: ({"windows": Draw(seed).normal(2, 6, 4, 3)}, {"size": (4, 6)}),
    guess=lambda arguments, outs: [{"size": outs[0].shape[1:3]}],
    faults=[
        Fault("no_transpose", TO_WINDOWS, "dout.reshape(len(dout), -1, M * M, dout.shape[-1])",
              "reshaped at once; the rows of a window lie apart in the image", "one window"),
        Fault("transposed", TO_WINDOWS, "_cut(dout.swapaxes(1, 2), M)", "rows and columns of the image are swapped"),
        Fault("scaled", TO_WINDOWS, f"{TO_WINDOWS} / M**2",
              "divided by the pixels of a window; joining changes no number"),
    ],
)  # fmt: skip


def multi_head_attention_forward(x, Wq, Wk, Wv, Wo, *, heads):
    """Self-attention of H heads: y = merge(attention(split(x Wq), split(x Wk), split(x Wv))) Wo. x: (N, T, D)."""
    N, T, D = x.shape
    q, k, v = ((x @ W).reshape(N, T, heads, D // heads).transpose(0, 2, 1, 3) for W in (Wq, Wk, Wv))
    y, kept = attention_forward(q, k, v)
    merged = y.transpose(0, 2, 1, 3).reshape(N, T, D)
    return merged @ Wo, (x, Wq, Wk, Wv, Wo, merged, kept, heads)


def multi_head_attention_backward(dout, cache):
    """x has three gradients, through q, k and v, which add up."""
    x, Wq, Wk, Wv, Wo, merged, kept, heads = cache
    N, T, D = x.shape
    dWo = np.einsum("ntd,nte->de", merged, dout)
    dmerged = dout @ Wo.T
    dy = dmerged.reshape(N, T, heads, D // heads).transpose(0, 2, 1, 3)
    dq, dk, dv = (g.transpose(0, 2, 1, 3).reshape(N, T, D) for g in attention_backward(dy, kept))
    dWq, dWk, dWv = (np.einsum("ntd,nte->de", x, g) for g in (dq, dk, dv))
    dx = dq @ Wq.T + dk @ Wk.T + dv @ Wv.T
    return dx, dWq, dWk, dWv, dWo


def _multi(seed):
    d = Draw(seed)
    return {"x": d.normal(2, 3, 6), **{name: d.normal(6, 6) / 2 for name in ("Wq", "Wk", "Wv", "Wo")}}, {"heads": 2}


register(
    "multi_head_attention",
    multi_head_attention_forward,
    multi_head_attention_backward,
    inputs=_multi,
    aliases=("mha",),
    guess=lambda arguments, outs: ({"heads": h} for h in range(1, 9) if arguments["x"].shape[-1] % h == 0),
    faults=[
        Fault("dx_v_only", "dq @ Wq.T + dk @ Wk.T + dv @ Wv.T", "dv @ Wv.T",
              "dx has the path through v alone; those through q, k, v add up"),
        Fault("dx_no_v", " + dv @ Wv.T", "", "the path through v is missing in dx"),
        Fault("dx_no_k", " + dk @ Wk.T", "", "the path through k is missing in dx"),
        Fault("dx_no_q", "dq @ Wq.T + ", "", "the path through q is missing in dx"),
        Fault("dx_no_T", "dq @ Wq.T + dk @ Wk.T + dv @ Wv.T", "dq @ Wq + dk @ Wk + dv @ Wv",
              "the weights are to be transposed in dx", "symmetric weights"),
        Fault("wo_no_T", "dout @ Wo.T", "dout @ Wo", "Wo is to be transposed"),
        Fault("no_wo", "dout @ Wo.T", "dout", "the output projection Wo is missing on the way back"),
        Fault("dwo_x", 'np.einsum("ntd,nte->de", merged, dout)', 'np.einsum("ntd,nte->de", x, dout)',
              "dWo has x; it has the merged heads"),
        Fault("dwo_T", 'np.einsum("ntd,nte->de", merged, dout)', 'np.einsum("ntd,nte->ed", merged, dout)',
              "dWo is transposed"),
        Fault("dw_T", 'np.einsum("ntd,nte->de", x, g)', 'np.einsum("ntd,nte->ed", x, g)',
              "dWq, dWk, dWv are transposed"),
        Fault("split_no_transpose", "dmerged.reshape(N, T, heads, D // heads).transpose(0, 2, 1, 3)",
              "dmerged.reshape(N, heads, T, D // heads)",
              "reshaped to heads at once; reshape to (N, T, H, d), then transpose", "one head"),
        Fault("merge_no_transpose", "g.transpose(0, 2, 1, 3).reshape(N, T, D) for", "g.reshape(N, T, D) for",
              "the heads are merged by a reshape alone; transpose to (N, T, H, d) first", "one head"),
        Fault("qk_swapped", "return dx, dWq, dWk", "return dx, dWk, dWq", "dWq and dWk are swapped"),
        Fault("kv_swapped", "dWk, dWv, dWo\n", "dWv, dWk, dWo\n", "dWk and dWv are swapped"),
        Fault("dw_mean", 'np.einsum("ntd,nte->de", x, g) for', 'np.einsum("ntd,nte->de", x, g) / N for',
              "dWq, dWk, dWv are divided by N"),
        Fault("skip", "dv @ Wv.T\n", "dv @ Wv.T + dout\n",
              "dout is added to dx, as for a residual connection that is not in forward"),
    ],
)  # fmt: skip
