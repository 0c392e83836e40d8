"""Mistakes in layernorm, groupnorm, rmsnorm and their kin: a path forgotten, the wrong axes, the wrong m."""


from gradcheck.faults import Fault, register

from ..ops import norm as right
from ..ops.samples import Draw
from .batchnorm import EPS, affine_faults, batch, epsilons


def _dx_faults(call, g, wrap="{}"):
    """Mistakes in dx of layernorm and groupnorm; call: the source text of the right dx, g: of dxhat."""

    def dx(text):
        return wrap.format(text)

    mean, var = f"_mean({g}, (-1,))", f"xhat * _mean({g} * xhat, (-1,))"
    n = "xhat.shape[-1]"
    return [
        Fault("no_mean_path", call, dx(f"(({g} - {var}) / std)"), "the path through the mean is missing",
              "Σ dout gamma = 0 in each group"),
        Fault("no_var_path", call, dx(f"(({g} - {mean}) / std)"), "the path through the variance is missing",
              "dout = ones"),
        Fault("statistics_constant", call, dx(f"({g} / std)"), "mean and variance are treated as constants"),
        Fault("no_std", call, dx(f"({g} - {mean} - {var})"), "the division by the standard deviation is missing",
              "variance 1"),
        Fault("std_squared", call, dx(f"(({g} - {mean} - {var}) / std**2)"),
              "divided by the variance; it is by the standard deviation"),
        Fault("times_std", call, dx(f"(({g} - {mean} - {var}) * std)"),
              "multiplied by the standard deviation; it is divided"),
        Fault("sums", call, dx(f"(({g} - {mean} * {n} - {var} * {n}) / std)"),
              "sums in place of the means: the division by m is missing"),
        Fault("mean_sum", call, dx(f"(({g} - {mean} * {n} - {var}) / std)"), "the mean's path is not divided by m"),
        Fault("var_sum", call, dx(f"(({g} - {mean} - {var} * {n}) / std)"), "the variance's path is not divided by m"),
        Fault("var_double", call, dx(f"(({g} - {mean} - 2 * {var}) / std)"), "the variance's path counts twice"),
        Fault("var_half", call, dx(f"(({g} - {mean} - {var} / 2) / std)"), "the variance's path counts half"),
        Fault("var_plus", call, dx(f"(({g} - {mean} + {var}) / std)"), "the variance's path has the wrong sign"),
        Fault("mean_plus", call, dx(f"(({g} + {mean} - {var}) / std)"), "the mean's path has the wrong sign"),
        Fault("no_xhat", call, dx(f"(({g} - {mean} - _mean({g} * xhat, (-1,))) / std)"),
              "the factor xhat of the variance's path is missing"),
        Fault("var_no_xhat_inside", call, dx(f"(({g} - {mean} - xhat * {mean}) / std)"),
              "mean(dxhat) in the variance's path; it is mean(dxhat xhat)"),
        Fault("m_minus_1", call, dx(f"(({g} - {mean} - {var} * {n} / ({n} - 1)) / std)"),
              "the variance's path has m - 1; the variance is biased"),
    ]  # fmt: skip


G = "dout * gamma"
CALL = "_standardise_backward(dout * gamma, xhat, std, (-1,))"
KEPT = "(xhat, std, gamma)"

register(
    "layernorm",
    right.layernorm_forward,
    right.layernorm_backward,
    inputs=batch,
    aliases=("layer_norm",),
    guess=epsilons,
    faults=[
        *affine_faults("(dout * xhat).sum(axis=axes)", "dout.sum(axis=axes)", "dout.size // dout.shape[-1]", "axes"),
        *_dx_faults(CALL, f"({G})"),
        Fault("no_gamma", CALL, CALL.replace(" * gamma", ""), "gamma is missing: dxhat = dout gamma", "gamma = 1"),
        Fault("gamma_after", CALL, "gamma * " + CALL.replace(" * gamma", ""),
              "gamma is multiplied in after the means; it belongs in them: " "dxhat = dout gamma first", "gamma = 1"),
        Fault("batch_axis", CALL, CALL.replace("(-1,)", "(0,)"),
              "the means are over the batch, as in batchnorm; they are over the features"),
        Fault("batch_m", CALL, f"(({G}) - _mean({G}, (-1,)) * gamma.size / len(xhat) - xhat * _mean({G} * xhat, (-1,)) "
              "* gamma.size / len(xhat)) / std", "divided by N, the batch; each sample has D numbers"),
        Fault("dgamma_axis1", "(dout * xhat).sum(axis=axes)", "(dout * xhat).sum(axis=1)",
              "dgamma is summed over the features; it is over the samples"),
        Fault("dbeta_axis1", "dout.sum(axis=axes)", "dout.sum(axis=1)",
              "dbeta is summed over the features; it is over the samples"),
        Fault("no_eps", KEPT, "(xhat, np.sqrt(std * std - eps), gamma)", "eps is left out of std in backward", EPS),
        Fault("eps_outside", KEPT, "(xhat, np.sqrt(std * std - eps) + eps, gamma)",
              "backward has sqrt(var) + eps; forward has sqrt(var + eps)", EPS),
    ],
)  # fmt: skip

GG = "dxhat.reshape(xhat.shape)"
GCALL = f"_standardise_backward({GG}, xhat, std, (-1,)).reshape(dout.shape)"
GDGAMMA, GDBETA = "_sum(dout * xhat.reshape(dout.shape), axes)", "_sum(dout, axes)"
CHANNELS = "xhat.reshape(*dout.shape[:2], -1)"


def _groups(seed):
    d = Draw(seed)
    return {"x": d.normal(3, 6, 2, 5) * 2 + 1, "gamma": d.off_zero(6), "beta": d.normal(6)}, {"groups": 2, "eps": 1e-2}


def _group_guess(arguments, outs):
    C = arguments["x"].shape[1]
    divisors = [arguments["groups"]] if "groups" in arguments else [g for g in range(1, C + 1) if C % g == 0]
    return ({"groups": g, "eps": eps} for g in divisors for eps in (1e-5, 1e-8, 1e-6, 1e-3, 1e-2))


_PER_CHANNEL = [
    *affine_faults(GDGAMMA, GDBETA, "dout.size // dout.shape[1]", "axes"),
    *_dx_faults(GCALL, GG, "({}).reshape(dout.shape)"),
    Fault("no_gamma", "else dout * gamma", "else dout", "gamma is missing: dxhat = dout gamma", "gamma = 1"),
    Fault("gamma_after", GCALL, "gamma * " + GCALL.replace("dxhat", "dout"),
          "gamma is multiplied in after the means; it belongs in them: dxhat = dout gamma first", "gamma = 1"),
    Fault("dgamma_batch_only", GDGAMMA, "(dout * xhat.reshape(dout.shape)).sum(axis=0)",
          "dgamma is summed over the batch alone; it is over the pixels, too"),
    Fault("dbeta_batch_only", GDBETA, "dout.sum(axis=0)",
          "dbeta is summed over the batch alone; it is over the pixels, too"),
    Fault("dgamma_keepdims", GDGAMMA, "(dout * xhat.reshape(dout.shape)).sum(axis=axes, keepdims=True)",
          "dgamma is (1, C, 1, 1); it has gamma's shape, without keepdims"),
    Fault("dbeta_keepdims", GDBETA, "dout.sum(axis=axes, keepdims=True)",
          "dbeta is (1, C, 1, 1); it has beta's shape, without keepdims"),
]  # fmt: skip

register(
    "groupnorm",
    right.groupnorm_forward,
    right.groupnorm_backward,
    inputs=_groups,
    aliases=("group_norm", "spatial_groupnorm"),
    guess=_group_guess,
    faults=[
        *_PER_CHANNEL,
        Fault("per_channel", GCALL, f"_standardise_backward(dxhat.reshape(*dout.shape[:2], -1), {CHANNELS}, "
              "" "np.repeat(std, dout.shape[1] // xhat.shape[1], axis=1), (-1,)).reshape(dout.shape)",
              "the means are over each channel, as in instance norm; they are over the C / G channels of a group",
              "G = C"),
        Fault("wrong_m", GCALL, f"(({GG} - (_mean({GG}, (-1,)) + xhat * _mean({GG} * xhat, (-1,))) * dout.shape[1] / "
              "xhat.shape[1]) / std)" ".reshape(dout.shape)", "divided by H W; a group has C / G H W numbers", "G = C"),
        Fault("m_all", GCALL, f"(({GG} - (_mean({GG}, (-1,)) + xhat * _mean({GG} * xhat, (-1,))) / xhat.shape[1]) / "
              "std)" ".reshape(dout.shape)", "divided by C H W; a group has C / G H W numbers", "G = 1"),
        Fault("no_eps", "(xhat, std, gamma, beta)", "(xhat, np.sqrt(std * std - eps), gamma, beta)",
              "eps is left out of std in backward", EPS),
    ],
)  # fmt: skip


def _instances(seed):
    d = Draw(seed)
    return {"x": d.normal(3, 5, 2, 4) * 2 + 1, "gamma": d.off_zero(5), "beta": d.normal(5)}, {"eps": 1e-2}


register(
    "instancenorm",
    right.instancenorm_forward,
    right.groupnorm_backward,
    inputs=_instances,
    aliases=("instance_norm",),
    guess=epsilons,
    faults=[
        *_PER_CHANNEL,
        Fault("m_all", GCALL, f"(({GG} - (_mean({GG}, (-1,)) + xhat * _mean({GG} * xhat, (-1,))) / xhat.shape[1]) / "
              "std).reshape(dout.shape)", "divided by C H W; a channel of one sample has H W numbers"),
        Fault("over_batch", GCALL, f"_standardise_backward({GG}, xhat, std, (0, -1)).reshape(dout.shape)",
              "the means are over the batch, as in batchnorm; each sample has its own", "one sample"),
        Fault("over_channels", GCALL, f"_standardise_backward({GG}, xhat, std, (1, -1)).reshape(dout.shape)",
              "the means are over the channels, as in layernorm; each channel has its own", "one channel"),
    ],
)  # fmt: skip


def _neighbours(seed):
    return {"x": Draw(seed).off_zero(2, 7, 3, 2)}, {"size": 4, "alpha": 0.9, "beta": 0.75, "k": 2.0}


def _known_settings(arguments, outs):
    """Of AlexNet, of PyTorch, and of both mixed up."""
    for alpha in (5e-4, 1e-4):
        for k in (2.0, 1.0):
            yield {"size": 5, "alpha": alpha, "beta": 0.75, "k": k}


DAMPENED = "_sum_of_neighbours(own * x / base, (size - 1) // 2, size // 2)"
DAMPING = "own - 2 * alpha * beta / size * x * dampened"

register(
    "local_response_norm",
    right.local_response_norm_forward,
    right.local_response_norm_backward,
    inputs=_neighbours,
    aliases=("lrn", "localresponsenorm"),
    guess=_known_settings,
    faults=[
        Fault("constant", DAMPING, "own", "the sum of squares is treated as a constant: the second term is missing"),
        Fault("own_only", DAMPENED, "own * x / base",
              "only the channel's own sum is differentiated; x stands in its neighbours' sums, too", "size = 1"),
        Fault("own_sum", DAMPENED, "_sum_of_neighbours(x, size // 2, (size - 1) // 2) * own / base",
              "the neighbours' x are summed; it is dout x of each channel whose sum x stands in"),
        Fault("not_mirrored", DAMPENED, "_sum_of_neighbours(own * x / base, size // 2, (size - 1) // 2)",
              "the neighbours are those of forward; backward has the channels in whose sums x stands", "odd sizes"),
        Fault("no_size", "/ size * x", "* x", "alpha is not divided by the size; forward divides it", "size = 1"),
        Fault("no_2", "own - 2 * alpha", "own - alpha", "the 2 of the square's derivative is missing"),
        Fault("no_beta", "alpha * beta", "alpha", "the factor beta, the exponent, is missing"),
        Fault("no_alpha", "2 * alpha", "2", "the factor alpha is missing"),
        Fault("plus", "own - 2", "own + 2", "the second term is added; it is subtracted"),
        Fault("power", "own * x / base", "own * x", "base^beta in the second term; it is base^(beta + 1)"),
        Fault("power_squared", "own * x / base", "own * own * x", "base^(2 beta); it is base^(beta + 1)"),
        Fault("no_x", "/ size * x *", "/ size *", "the factor x before the sum is missing"),
        Fault("no_x_inside", "own * x / base", "own / base", "the factor x inside the sum is missing"),
        Fault("no_dout_inside", "own * x / base", "base**-beta * x / base", "dout is not multiplied into the sum"),
        Fault("dout_outside", DAMPENED, "dout * _sum_of_neighbours(base**-beta * x / base, (size - 1) // 2, size // 2)",
              "dout stands before the sum; each channel of the sum has its own", "size = 1"),
        Fault("identity", DAMPING, "dout", "the normalisation is not differentiated: dx = dout"),
    ],
)  # fmt: skip

RMS = "(g - n * (g * n).mean(axis=-1, keepdims=True)) / s"

register(
    "rmsnorm",
    right.rmsnorm_forward,
    right.rmsnorm_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(7, 5), "gamma": Draw(seed + 7).off_zero(5)}, {"eps": 1e-2}),
    aliases=("rms_norm",),
    guess=epsilons,
    faults=[
        Fault("no_projection", RMS, "g / s", "the rms is treated as a constant: the term n mean(g n) is missing"),
        Fault("no_s", RMS, "g - n * (g * n).mean(axis=-1, keepdims=True)", "the division by the rms is missing"),
        Fault("sum", ".mean(axis=-1, keepdims=True)", ".sum(axis=-1, keepdims=True)", "the sum of g n; it is the mean"),
        Fault("mean_path", RMS, "(g - g.mean(axis=-1, keepdims=True) - n * (g * n).mean(axis=-1, keepdims=True)) / s",
              "the mean's path of layernorm; rmsnorm subtracts no mean"),
        Fault("no_gamma", "g = dout * gamma", "g = dout", "gamma is missing: g = dout gamma", "gamma = 1"),
        Fault("gamma_after", RMS, "gamma * (dout - n * (dout * n).mean(axis=-1, keepdims=True)) / s",
              "gamma is multiplied in after the mean; it belongs in it", "gamma = 1"),
        Fault("plus", "g - n * (", "g + n * (", "the term of the rms is added; it is subtracted"),
        Fault("batch_axis", "(g * n).mean(axis=-1, keepdims=True)", "(g * n).mean(axis=0)",
              "the mean is over the batch; it is over the features"),
        Fault("s_squared", ") / s if", ") / s**2 if", "divided by the mean square; it is by the rms"),
        Fault("x_for_n", "g - n * (g * n)", "g - n * s * (g * n * s)", "x in place of n = x / s"),
        Fault("half", "n * (g * n)", "n / 2 * (g * n)",
              "the term of the rms counts half: the 2 of the square and the 1/2 of the root cancel"),
        Fault("double", "n * (g * n)", "2 * n * (g * n)",
              "the term of the rms counts twice: the 1/2 of the square root is missing"),
        Fault("dgamma_x", "(dout * n)", "(dout * n * s)", "dgamma has x in place of n = x / s"),
        Fault("dgamma_no_n", "(dout * n)", "dout", "the factor n of dgamma is missing"),
        Fault("dgamma_mean", ".sum(axis=0)", ".mean(axis=0)", "dgamma is the mean; it is the sum"),
        Fault("no_eps", "(n, s, gamma)\n", "(n, np.sqrt(s * s - eps), gamma)\n", "eps is left out of s in backward",
              EPS),
    ],
)  # fmt: skip


ALONG = "(u * dout).sum(axis=axis, keepdims=True)"
PROJECTED = "(dout - u * along) / divisor"

register(
    "l2_normalise",
    right.l2_normalise_forward,
    right.l2_normalise_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(5, 7)}, {}),
    aliases=("l2_normalize", "normalize"),
    guess=lambda arguments, outs: ({"axis": axis} for axis in (*range(arguments["x"].ndim), None)),
    faults=[
        Fault("no_projection", PROJECTED, "dout / divisor", "the norm is treated as a constant"),
        Fault("no_norm", PROJECTED, "dout - u * along", "the division by the norm is missing"),
        Fault("norm_squared", "/ divisor", "/ divisor**2", "divided by the squared norm"),
        Fault("mean", ALONG, ALONG.replace("sum", "mean"), "the mean of u dout; it is the sum"),
        Fault("sum_all", ALONG, "(u * dout).sum()", "the sum is over all rows; each row has its own", "one row"),
        Fault("x_for_y", "u * along", "u * divisor * divisor * along", "x in place of u = x / |x|"),
        Fault("x_once", "u * along", "u * divisor * along", "x in place of u in one of the two factors"),
        Fault("plus", "dout - u", "dout + u", "the projection is added; it is subtracted"),
        Fault("identity", PROJECTED, "dout", "the normalisation is not differentiated: dx = dout"),
    ],
)  # fmt: skip
