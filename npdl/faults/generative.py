"""Mistakes in generative and contrastive models: reparametrisation, KL, InfoNCE, style and smoothness losses."""

import numpy as np

from gradcheck.faults import Fault, register

from ..ops.samples import Draw

NO_DOUT = "dout is ignored: in a bigger loss it is not 1"


def reparam_forward(mu, logvar, eps):
    """z = mu + eps e^{logvar / 2}, eps drawn from N(0, 1). Kingma and Welling 2014."""
    std = np.exp(0.5 * logvar)
    return mu + eps * std, (eps, std)


def reparam_backward(dout, cache):
    """dmu = dout, dlogvar = dout eps std / 2; the noise eps has no gradient."""
    eps, std = cache
    dmu = dout
    dlogvar = 0.5 * dout * eps * std
    return dmu, dlogvar, None


def _noise(arguments, outs):
    """The noise, from the output."""
    mu, logvar = arguments["mu"], arguments["logvar"]
    if outs[0].shape == mu.shape == logvar.shape:
        yield {"eps": (outs[0] - mu) / np.exp(0.5 * logvar)}


def _latent(seed):
    d = Draw(seed)
    return {"mu": d.normal(3, 5), "logvar": d.normal(3, 5)}, {"eps": d.normal(3, 5)}


register(
    "reparam",
    reparam_forward,
    reparam_backward,
    inputs=_latent,
    aliases=("reparameterize", "reparametrise", "reparametrize"),
    faults=[
        Fault("dlv_zero", "0.5 * dout * eps * std", "0 * dout", "dlogvar is left at zero", "logvar not checked"),
        Fault("no_eps", "0.5 * dout * eps * std", "0.5 * dout * std", "the factor eps of dlogvar is missing"),
        Fault(
            "no_half",
            "0.5 * dout * eps * std",
            "dout * eps * std",
            "the factor 1/2 of dlogvar is missing: std = e^{logvar / 2}",
        ),
        Fault("no_std", "0.5 * dout * eps * std", "0.5 * dout * eps", "the factor std of dlogvar is missing"),
        Fault(
            "dstd",
            "0.5 * dout * eps * std",
            "dout * eps",
            "that is the gradient of std; that of logvar has the factor std / 2",
        ),
        Fault(
            "var", "0.5 * dout * eps * std", "0.5 * dout * eps * std**2", "the variance e^{logvar} in place of its root"
        ),
        Fault("dmu_eps", "dmu = dout", "dmu = dout * eps", "dmu is multiplied by eps; it is dout"),
        Fault("dmu_std", "dmu = dout", "dmu = dout * std", "dmu is multiplied by std; it is dout"),
        Fault("dmu_half", "dmu = dout", "dmu = 0.5 * dout", "dmu is halved; it is dout"),
        Fault("swapped", "return dmu, dlogvar", "return dlogvar, dmu", "dmu and dlogvar are swapped"),
        Fault("sign", "0.5 * dout * eps * std", "-0.5 * dout * eps * std", "dlogvar has the wrong sign"),
    ],
    guess=_noise,
)


def kl_forward(mu, logvar):
    """KL(N(mu, e^logvar) || N(0, 1)) = -1/2 Σ (1 + logvar - mu² - e^logvar) / N: a sum over features, a mean over n."""
    return -0.5 * (1 + logvar - mu * mu - np.exp(logvar)).sum() / len(mu), (mu, logvar)


def kl_backward(dout, cache):
    """dmu = mu / N, dlogvar = (e^logvar - 1) / (2 N)."""
    mu, logvar = cache
    N = len(mu)
    dmu = dout * mu / N
    dlogvar = dout * 0.5 * (np.exp(logvar) - 1) / N
    return dmu, dlogvar


DMU, DLV = "dout * mu / N", "dout * 0.5 * (np.exp(logvar) - 1) / N"

register(
    "kl",
    kl_forward,
    kl_backward,
    inputs=lambda seed: ({"mu": Draw(seed).normal(3, 5), "logvar": Draw(seed + 7).normal(3, 5)}, {}),
    aliases=("kl_divergence", "kl_loss"),
    faults=[
        Fault("no_half", DMU, "2 * dout * mu / N", "dmu = 2 mu; with the 1/2 in front it is mu"),
        Fault("half_mu", DMU, "0.5 * dout * mu / N", "dmu = mu / 2; the 2 of the square cancels the 1/2"),
        Fault("logvar_half_missing", DLV, "dout * (np.exp(logvar) - 1) / N", "the factor 1/2 of dlogvar is missing"),
        Fault("no_mean", (DMU, DLV), ("dout * mu", "dout * 0.5 * (np.exp(logvar) - 1)"), "the division by N is missing",
              "one sample"),
        Fault("mean_all", (DMU, DLV), (f"{DMU} / mu.shape[1]", f"{DLV} / mu.shape[1]"),
              "divided by N D; the loss is summed over the features"),
        Fault("sign", (DMU, DLV), (f"-{DMU}", f"-{DLV}"), "the sign is wrong in both gradients"),
        Fault("mu_sign", DMU, f"-{DMU}", "dmu has the wrong sign"),
        Fault("logvar_sign", DLV, f"-{DLV}", "dlogvar has the wrong sign: it is (e^logvar - 1) / 2"),
        Fault("no_minus_1", "(np.exp(logvar) - 1)", "np.exp(logvar)",
              "the -1 of dlogvar = (e^logvar - 1) / 2 is missing"),
        Fault("no_exp", "(np.exp(logvar) - 1)", "(logvar - 1)", "the exp is missing in dlogvar = (e^logvar - 1) / 2"),
        Fault("std", "np.exp(logvar)", "np.exp(0.5 * logvar)",
              "the standard deviation where the variance e^logvar is meant"),
        Fault("no_dout", (DMU, DLV), (DMU.replace("dout *", "1.0 *"), DLV.replace("dout *", "1.0 *")), NO_DOUT,
              "dout = 1"),
        Fault("swapped", "return dmu, dlogvar", "return dlogvar, dmu", "dmu and dlogvar are swapped"),
        Fault("no_div_mu", DMU, "dout * mu", "the division by N is missing in dmu", "one sample"),
        Fault("no_div_logvar", DLV, "dout * 0.5 * (np.exp(logvar) - 1)", "the division by N is missing in dlogvar",
              "one sample"),
    ],
)  # fmt: skip


def infonce_forward(a, b, *, tau=0.2):
    """L = -mean log softmax(A Bᵀ / tau)[n, n], A and B with rows of length 1. van den Oord et al. 2018."""
    a_norm, b_norm = (np.sqrt((x * x).sum(axis=1, keepdims=True)) for x in (a, b))
    A, B = a / a_norm, b / b_norm
    logits = A @ B.T / tau
    z = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = z / z.sum(axis=1, keepdims=True)
    return -np.log(np.diagonal(p)).mean(), (A, B, a_norm, b_norm, p, tau)


def infonce_backward(dout, cache):
    """dlogits = (p - 1) / N; through the product, then through both normalisations."""
    A, B, a_norm, b_norm, p, tau = cache
    N = len(p)
    dlogits = dout * (p - np.eye(N)) / N
    dA = dlogits @ B / tau
    dB = dlogits.T @ A / tau
    da = (dA - A * (A * dA).sum(axis=1, keepdims=True)) / a_norm
    db = (dB - B * (B * dB).sum(axis=1, keepdims=True)) / b_norm
    return da, db


JAC_A = "(dA - A * (A * dA).sum(axis=1, keepdims=True)) / a_norm"
JAC_B = "(dB - B * (B * dB).sum(axis=1, keepdims=True)) / b_norm"
UNIT = "inputs of unit length"

register(
    "infonce",
    infonce_forward,
    infonce_backward,
    inputs=lambda seed: ({"a": Draw(seed).normal(5, 7), "b": Draw(seed + 7).normal(5, 7)}, {"tau": 0.17}),
    aliases=("info_nce", "contrastive_loss", "clip_loss", "nt_xent"),
    guess=lambda arguments, outs: ({"tau": tau} for tau in (0.05, 0.07, 0.1, 0.2, 0.5, 1.0)),
    faults=[
        Fault("no_div_n", "(p - np.eye(N)) / N", "(p - np.eye(N))", "the division by N is missing", "one pair"),
        Fault("no_norm_jac", (JAC_A, JAC_B), ("dA", "dB"), "the normalisation is not differentiated", UNIT),
        Fault("no_projection", (JAC_A, JAC_B), ("dA / a_norm", "dB / b_norm"), "the norms are treated as constants",
              "gradients tangential already"),
        Fault("no_norm", (JAC_A, JAC_B), (JAC_A.removesuffix(" / a_norm"), JAC_B.removesuffix(" / b_norm")),
              "the division by the norms is missing", UNIT),
        Fault("no_tau", ("@ B / tau", "@ A / tau"), ("@ B", "@ A"), "1/tau is missing", "tau = 1"),
        Fault("no_tau2", ("@ B / tau", "@ A / tau"), ("@ B / tau**2", "@ A / tau**2"), "divided by tau twice",
              "tau = 1"),
        Fault("times_tau", ("@ B / tau", "@ A / tau"), ("@ B * tau", "@ A * tau"),
              "multiplied by tau; it is to be divided", "tau = 1"),
        Fault("no_eye", "(p - np.eye(N))", "p", "1 is not subtracted at the matching pairs"),
        Fault("sign", "(p - np.eye(N))", "(np.eye(N) - p)", "the sign is wrong: it is p - 1 at the matching pairs"),
        Fault("db_no_T", "dlogits.T @ A", "dlogits @ A", "dlogits is to be transposed in dB", "symmetric logits"),
        Fault("da_T", "dlogits @ B", "dlogits.T @ B", "dlogits is transposed in dA; it is dlogits B"),
        Fault("da_A", "dlogits @ B", "dlogits @ A", "dA has A in it; it has B"),
        Fault("db_zero", "return da, db", "return da, 0 * db", "db is left at zero (only one side has a gradient)"),
        Fault("swapped", "return da, db", "return db, da", "da and db are swapped"),
        Fault("no_dout", "dout * (p", "1.0 * (p", NO_DOUT, "dout = 1"),
        Fault("div_n2", "/ N\n", "/ N**2\n", "divided by N twice"),
        Fault("x_for_A", JAC_A, "(dA - a_norm * A * (a_norm * A * dA).sum(axis=1, keepdims=True)) / a_norm",
              "a in place of a / |a| in the projection", UNIT),
        Fault("symmetric", "(p - np.eye(N)) / N", "(p + p.T - 2 * np.eye(N)) / (2 * N)",
              "the gradient of both directions is averaged, but forward has one"),
    ],
)  # fmt: skip


def gram_forward(x):
    """G = F Fᵀ / (C H W), F = x as (C, H W): what a style loss compares. Gatys et al. 2016. x: (N, C, H, W)."""
    F = x.reshape(*x.shape[:2], -1)
    return F @ F.swapaxes(-1, -2) / F[0].size, (F, x.shape)


def gram_backward(dout, cache):
    """dF = (dout + doutᵀ) F / (C H W): F stands in the product twice."""
    F, shape = cache
    return ((dout + dout.swapaxes(-1, -2)) @ F / F[0].size).reshape(shape)


register(
    "gram",
    gram_forward,
    gram_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(2, 3, 5, 4)}, {}),
    aliases=("gram_matrix",),
    faults=[
        Fault("once", "(dout + dout.swapaxes(-1, -2))", "dout",
              "the features stand in the product twice: dout + doutᵀ"),
        Fault("double", "(dout + dout.swapaxes(-1, -2))", "2 * dout", "2 dout; it is dout + doutᵀ",
              "symmetric dout, as in a style loss"),
        Fault("double_T", "(dout + dout.swapaxes(-1, -2))", "2 * dout.swapaxes(-1, -2)", "2 doutᵀ; it is dout + doutᵀ",
              "symmetric dout, as in a style loss"),
        Fault("no_norm", " / F[0].size", "", "the division by C H W is missing"),
        Fault("norm_c", "F[0].size", "len(F[0])", "divided by C; it is by C H W"),
        Fault("norm_hw", "F[0].size", "F.shape[-1]", "divided by H W; it is by C H W"),
        Fault("minus", "(dout + dout", "(dout - dout", "doutᵀ is subtracted; it is added"),
    ],
)  # fmt: skip


def tv_forward(x):
    """Total variation: Σ (x[i + 1, j] - x[i, j])² + (x[i, j + 1] - x[i, j])². x: (N, C, H, W)."""
    down, across = x[:, :, 1:] - x[:, :, :-1], x[..., 1:] - x[..., :-1]
    return (down * down).sum() + (across * across).sum(), (down, across, x.shape)


def tv_backward(dout, cache):
    """Each difference pulls at its two pixels."""
    down, across, shape = cache
    dx = np.zeros(shape)
    dx[:, :, 1:] += 2 * down
    dx[:, :, :-1] -= 2 * down
    dx[..., 1:] += 2 * across
    dx[..., :-1] -= 2 * across
    return dout * dx


register(
    "tv",
    tv_forward,
    tv_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(2, 3, 5, 4)}, {}),
    aliases=("tv_loss", "total_variation"),
    faults=[
        Fault("no_2", "return dout * dx", "return dout * dx / 2", "the factor 2 of the square's derivative is missing"),
        Fault("one_side", ("dx[:, :, :-1] -= 2 * down", "dx[..., :-1] -= 2 * across"), ("", ""),
              "only one of the two pixels of a difference has a gradient"),
        Fault("other_side", ("dx[:, :, 1:] += 2 * down", "dx[..., 1:] += 2 * across"), ("", ""),
              "only the first of the two pixels of a difference has a gradient"),
        Fault("down_only", ("dx[..., 1:] += 2 * across", "dx[..., :-1] -= 2 * across"), ("", ""),
              "the differences within a row are missing"),
        Fault("across_only", ("dx[:, :, 1:] += 2 * down", "dx[:, :, :-1] -= 2 * down"), ("", ""),
              "the differences within a column are missing"),
        Fault("sign", "return dout * dx", "return -dout * dx", "the sign is wrong"),
        Fault("overwrite", "dx[..., 1:] += 2 * across", "dx[..., 1:] = 2 * across",
              "the second direction overwrites the first; use +="),
        Fault("both_plus", ("dx[:, :, :-1] -= 2 * down", "dx[..., :-1] -= 2 * across"), ("dx[:, :, :-1] += 2 * down",
              "dx[..., :-1] += 2 * across"),
              "both pixels are pulled the same way; the gradients of the two have opposite signs"),
        Fault("no_dout", "return dout * dx", "return dx", NO_DOUT, "dout = 1"),
    ],
)  # fmt: skip
