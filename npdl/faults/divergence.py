"""Mistakes in divergences: between probabilities, logits, and Gaussians."""

from gradcheck.faults import Fault, register

from ..ops import divergence as right
from ..ops.samples import Draw
from .loss import ONE_SAMPLE, reductions

NO_DOUT = "dout is ignored: in a bigger loss it is not 1"
WEIGHT = "scaled(dout, scale, 1)"


def _several(*names):
    """Gaussian inputs of these names."""

    def inputs(seed):
        d = Draw(seed)
        return {name: d.normal(3, 5) for name in names}, {}

    return inputs


register(
    "kl_divergence",
    right.kl_divergence_forward,
    right.kl_divergence_backward,
    inputs=lambda seed: ({"p": Draw(seed).distributions(3, 5), "q": Draw(seed + 7).distributions(3, 5)}, {}),
    aliases=("discrete_kl",),
    guess=reductions,
    faults=[
        Fault("no_1", "(log_ratio + 1)", "log_ratio", "the +1 of dp = log(p / q) + 1 is missing: p is in the log, too"),
        Fault("dp_log_p", "(log_ratio + 1)", "(np.log(p) + 1)", "the -log q of dp = log(p / q) + 1 is missing"),
        Fault("dp_sign", "(log_ratio + 1)", "(1 - log_ratio)", "log(q / p) in place of log(p / q) in dp"),
        Fault("dq_sign", "-dout * p /", "dout * p /", "dq has the wrong sign: it is -p / q"),
        Fault("dq_inverted", "p / np.where(p > 0, q, 1)", "q / np.where(p > 0, p, 1)",
              "p and q are swapped in dq = -p / q"),
        Fault("dq_no_p", "-dout * p /", "-dout /", "the factor p of dq = -p / q is missing"),
        Fault("dq_no_q", "p / np.where(p > 0, q, 1)", "p", "the division by q is missing: dq = -p / q"),
        Fault("dq_zero", "-dout * p /", "0 * dout * p /", "dq is left at zero; it is -p / q"),
        Fault("no_div_n", WEIGHT, "scaled(dout, 1, 1)", "the division by N is missing: the loss is a mean", ONE_SAMPLE),
        Fault("div_nc", WEIGHT, f"{WEIGHT} / p.shape[1]", "divided by N C; the loss is the mean over N"),
        Fault("no_dout", WEIGHT, "scale", NO_DOUT, "dout = 1"),
        Fault("swapped", "return dp, dq", "return dq, dp", "dp and dq are swapped"),
    ],
)  # fmt: skip

DA, KL = "(log_ratio - (p * log_ratio).sum(axis=1, keepdims=True))", "(p * log_ratio).sum(axis=1, keepdims=True)"

register(
    "kl_with_logits",
    right.kl_with_logits_forward,
    right.kl_with_logits_backward,
    inputs=_several("a", "b"),
    aliases=("kl_logits",),
    guess=reductions,
    faults=[
        Fault("db_sign", "(q - p)", "(p - q)", "db has the wrong sign: it is q - p"),
        Fault("db_no_p", "(q - p)", "q", "p is not subtracted: db = q - p"),
        Fault("db_stops", "(q - p)", "(-p / q)", "-p / q is the gradient of q; it has to go through softmax"),
        Fault("db_zero", "(q - p)", "(0 * q)", "db is left at zero; it is q - p"),
        Fault("da_no_kl", DA, "log_ratio", "the KL is not subtracted: da = p (log(p / q) - KL)"),
        Fault("da_no_p", f"p * {DA}", DA, "the factor p of da = p (log(p / q) - KL) is missing"),
        Fault("da_stops", f"p * {DA}", "(log_ratio + 1)",
              "log(p / q) + 1 is the gradient of p; it has to go through softmax"),
        Fault("da_diagonal", DA, "((log_ratio + 1) * (1 - p))", "only the diagonal of softmax's Jacobian in da"),
        Fault("da_difference", f"p * {DA}", "(p - q)", "da is p - q; it is p (log(p / q) - KL)"),
        Fault("da_zero", f"p * {DA}", "(0 * p)", "da is left at zero, as if p were a constant target"),
        Fault("da_plus", DA, f"(log_ratio + {KL})", "the KL is added in da = p (log(p / q) - KL)"),
        Fault("no_div_n", WEIGHT, "scaled(dout, 1, 1)", "the division by N is missing: the loss is a mean", ONE_SAMPLE),
        Fault("div_nc", WEIGHT, f"{WEIGHT} / p.shape[1]", "divided by N C; the loss is the mean over N"),
        Fault("no_dout", WEIGHT, "scale", NO_DOUT, "dout = 1"),
        Fault("swapped", "return da, db", "return db, da", "da and db are swapped"),
    ],
)  # fmt: skip

DMU, DLV = "dout * mu", "dout * 0.5 * np.expm1(logvar)"
BATCH = "scaled(dout, scale, _features(mu))"

register(
    "gaussian_kl",
    right.gaussian_kl_forward,
    right.gaussian_kl_backward,
    inputs=_several("mu", "logvar"),
    aliases=("kl", "kl_loss", "vae_kl"),
    guess=reductions,
    faults=[
        Fault("no_half", DMU, "2 * dout * mu", "dmu = 2 mu; with the 1/2 in front it is mu"),
        Fault("half_mu", DMU, "0.5 * dout * mu", "dmu = mu / 2; the 2 of the square cancels the 1/2"),
        Fault("logvar_half_missing", DLV, "dout * (np.exp(logvar) - 1)", "the factor 1/2 of dlogvar is missing"),
        Fault("no_mean", BATCH, "scaled(dout, 1, _features(mu))", "the division by N is missing", ONE_SAMPLE),
        Fault("mean_all", BATCH, f"{BATCH} / mu[0].size", "divided by N D; the loss is summed over the features"),
        Fault("sign", BATCH, f"-{BATCH}", "the sign is wrong in both gradients"),
        Fault("mu_sign", DMU, f"-{DMU}", "dmu has the wrong sign"),
        Fault("logvar_sign", DLV, f"-{DLV}", "dlogvar has the wrong sign: it is (e^logvar - 1) / 2"),
        Fault("no_minus_1", "np.expm1(logvar)", "np.exp(logvar)",
              "the -1 of dlogvar = (e^logvar - 1) / 2 is missing"),
        Fault("no_exp", "np.expm1(logvar)", "(logvar - 1)", "the exp is missing in dlogvar = (e^logvar - 1) / 2"),
        Fault("std", "np.expm1(logvar)", "np.expm1(0.5 * logvar)",
              "the standard deviation where the variance e^logvar is meant"),
        Fault("no_dout", BATCH, "scale", NO_DOUT, "dout = 1"),
        Fault("swapped", "return dmu, dlogvar", "return dlogvar, dmu", "dmu and dlogvar are swapped"),
        Fault("no_div_mu", DMU, "dout / scale * mu", "the division by N is missing in dmu", ONE_SAMPLE),
        Fault("no_div_logvar", DLV, "dout / scale * 0.5 * (np.exp(logvar) - 1)",
              "the division by N is missing in dlogvar", ONE_SAMPLE),
    ],
)  # fmt: skip

SPREAD = "scaled(dout, scale, axes)"
DLV1, DLV2 = "0.5 * excess", "-0.5 * (excess + difference * pull)"

register(
    "normal_kl",
    right.normal_kl_forward,
    right.normal_kl_backward,
    inputs=_several("mu1", "logvar1", "mu2", "logvar2"),
    aliases=("kl_normal", "kl_gaussians"),
    guess=reductions,
    faults=[
        Fault("mu2_sign", "-dout * pull", "dout * pull", "dmu2 has the sign of dmu1; it is -dmu1"),
        Fault("mu2_zero", "-dout * pull", "0 * dout * pull", "dmu2 is left at zero; it is -dmu1"),
        Fault("mu_signs", "difference * precision", "-difference * precision",
              "the sign of (mu1 - mu2) is wrong in all gradients"),
        Fault("no_var2", "difference * precision", "difference",
              "the division by the second variance is missing: (mu1 - mu2) / var2"),
        Fault("var1", "difference * precision", "difference * precision / (excess + 1)",
              "divided by the first variance; it is (mu1 - mu2) / var2"),
        Fault("logvar1_no_1", DLV1, "0.5 * (excess + 1)", "the -1 of dlogvar1 = (var1 / var2 - 1) / 2 is missing"),
        Fault("logvar1_half", DLV1, "excess", "the factor 1/2 of dlogvar1 is missing"),
        Fault("logvar1_inverted", DLV1, "0.5 * (1 / (excess + 1) - 1)", "var2 / var1 in dlogvar1; it is var1 / var2"),
        Fault("logvar1_sign", DLV1, "-0.5 * excess", "dlogvar1 has the wrong sign"),
        Fault("logvar2_no_distance", DLV2, "-0.5 * excess", "the squared distance is missing in dlogvar2",
              "equal means"),
        Fault("logvar2_plus", DLV2, "-0.5 * (excess - difference * pull)",
              "the sign of the squared distance in dlogvar2 is wrong", "equal means"),
        Fault("logvar2_no_ratio", DLV2, "0.5 * (1 - difference * pull)", "the term var1 / var2 is missing in dlogvar2"),
        Fault("logvar2_half", DLV2, "-(excess + difference * pull)", "the factor 1/2 of dlogvar2 is missing"),
        Fault("no_mean", SPREAD, "scaled(dout, 1, axes)", "the division by N is missing", ONE_SAMPLE),
        Fault("mean_all", SPREAD, f"{SPREAD} / excess[0].size", "divided by N D; the loss is summed over the features"),
        Fault("no_dout", SPREAD, "scale", NO_DOUT, "dout = 1"),
        Fault("swapped", "return dmu1, dlogvar1, dmu2, dlogvar2", "return dmu2, dlogvar2, dmu1, dlogvar1",
              "the gradients of the two Gaussians are swapped"),
    ],
)  # fmt: skip
