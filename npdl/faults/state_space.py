"""Mistakes in state spaces: time that is not reversed, a step that is off by one, a length of step forgotten."""

from gradcheck.faults import Fault, register

from ..ops import state_space as right
from ..ops.samples import samples


def _inputs(name, arguments, number=0):
    def draw(seed):
        args, options = samples(name, seed=seed)[number]
        return dict(zip(arguments, args)), options

    return draw


LOOP = "dh[:, t - 1] += decay[:, t] * dh[:, t]"
G = "dh * decay * before"
FIRST = "if h0 is not None:\n        before[:, 0] = h0"

register(
    "selective_scan",
    right.selective_scan_forward,
    right.selective_scan_backward,
    inputs=_inputs("selective_scan", ("u", "delta", "A", "B", "C", "D", "h0")),
    aliases=("mamba_scan", "ssm_scan"),
    faults=[
        Fault("no_carry", LOOP, "pass", "the gradient is not carried back from step to step"),
        Fault("carry_no_decay", LOOP, "dh[:, t - 1] += dh[:, t]", "what is carried back lacks the factor decay"),
        Fault("carry_off_by_one", LOOP, "dh[:, t - 1] += decay[:, t - 1] * dh[:, t]",
              "the gradient of h_{t-1} has the decay of step t - 1; it is that of step t"),
        Fault("carry_overwrites", LOOP, "dh[:, t - 1] = decay[:, t] * dh[:, t]",
              "the carried gradient replaces that of the step's own output; they are added up"),
        Fault("no_last", "dh[:, -1] += dlast", "pass", "the gradient of the last state is forgotten"),
        Fault("no_C", "dy[..., None] * C[:, :, None]", "dy[..., None] + 0 * C[:, :, None]",
              "C is missing: dh = C dy and what is carried back"),
        Fault("g_now", G, "dh * decay * h", "the decay multiplied h_{t-1}; its gradient has h_t"),
        Fault("g_no_decay", G, "dh * before", "the derivative of e^(Δ A) is e^(Δ A) again; the factor is missing"),
        Fault("no_h0_in_g", FIRST, "pass", "the first step's decay multiplied h0, which is left out", "h0 = 0"),
        Fault("ddelta_no_B", "(g * A).sum(axis=3) + u * along_B", "(g * A).sum(axis=3)",
              "Δ also scales what comes in: u dh · B is missing in dΔ"),
        Fault("ddelta_no_A", "(g * A).sum(axis=3) + u * along_B", "u * along_B",
              "Δ also stands in the decay: Σ g A is missing in dΔ"),
        Fault("ddelta_A_missing", "(g * A)", "(g)", "A is missing in dΔ: the exponent is Δ A"),
        Fault("dA_no_delta", "(g * delta[..., None])", "(g)", "Δ is missing in dA: the exponent is Δ A"),
        Fault("dA_mean_T", ".sum(axis=(0, 1)) if needs[2]", ".sum(axis=0).mean(axis=0) if needs[2]",
              "dA is averaged over the steps; it is summed"),
        Fault("dA_mean_N", ".sum(axis=(0, 1)) if needs[2]", ".mean(axis=0).sum(axis=0) if needs[2]",
              "dA is averaged over the batch; it is summed"),
        Fault("du_no_delta", "delta * along_B", "along_B", "Δ is missing in du: what comes in is Δ B u"),
        Fault("du_no_D", "0 if D is None else D * dy", "0", "the path past the state, D dy, is missing in du"),
        Fault("dB_no_delta", "((delta * u)[:, :, None] @ dh)", "(u[:, :, None] @ dh)",
              "Δ is missing in dB: what comes in is Δ B u"),
        Fault("dB_dy", "((delta * u)[:, :, None] @ dh)", "((delta * dy)[:, :, None] @ dh)",
              "dB has dy in place of u"),
        Fault("dC_dh", "(dy[:, :, None] @ h)", "(dy[:, :, None] @ dh)", "dC has dh in place of h"),
        Fault("dD_mean", "(dy * u).sum(axis=(0, 1))", "(dy * u).mean(axis=(0, 1))",
              "dD is averaged over batch and steps; it is summed"),
        Fault("dD_no_u", "(dy * u).sum(axis=(0, 1))", "dy.sum(axis=(0, 1))", "dD has no u; the output has D u"),
        Fault("dh0_no_decay", "decay[:, 0] * dh[:, 0]", "dh[:, 0]", "dh0 is not multiplied by the first step's decay"),
    ],
)  # fmt: skip

register(
    "causal_convolution",
    right.causal_convolution_forward,
    right.causal_convolution_backward,
    inputs=_inputs("causal_convolution", ("u", "k"), 1),
    aliases=("fft_conv", "fftconv"),
    faults=[
        Fault("du_no_conj", "dY * K.conj()", "dY * K",
              "du is a convolution with k; it is a correlation (the transform is to be conjugated)"),
        Fault("dk_no_conj", "dY * U.conj()", "dY * U",
              "dk is a convolution with u; it is a correlation (the transform is to be conjugated)"),
        Fault("conj_of_dy", "dY * K.conj()", "dY.conj() * K", "in du dy is conjugated; it is k"),
        Fault("dk_conj_of_dy", "dY * U.conj()", "dY.conj() * U", "in dk dy is conjugated; it is u"),
        Fault("dk_mean", ".sum(axis=0), n", ".mean(axis=0), n", "dk is averaged over the batch; it is summed"),
        Fault("round", "np.fft.rfft(dout, n, axis=1)", "np.fft.rfft(np.concatenate([dout, dout], axis=1), n, axis=1)",
              "behind dy there are no zeros: the end comes round to the beginning"),
        Fault("last_of_dk", "n, axis=0)[:L]", "n, axis=0)[-L:]", "dk is the first L numbers; these are the last"),
    ],
)  # fmt: skip

register(
    "diagonal_ssm_kernel",
    right.diagonal_ssm_kernel_forward,
    right.diagonal_ssm_kernel_backward,
    inputs=_inputs("diagonal_ssm_kernel", ("dt", "A_real", "A_imag", "C_real", "C_imag")),
    aliases=("s4d_kernel", "vandermonde_kernel"),
    faults=[
        Fault("no_2", "dCB = 2 * ", "dCB = ", "the 2 of 2 Re is missing in the gradient of C and B̄"),
        Fault("no_2_powers", "dstep += 2 * ", "dstep += ", "the 2 of 2 Re is missing in the gradient of the powers"),
        Fault("no_conj", "back = powers.conj()", "back = powers", "the powers of Ā are to be conjugated"),
        Fault("dC_no_conj", "B_bar.conj() * dCB", "B_bar * dCB", "B̄ is to be conjugated in dC"),
        Fault("dB_no_conj", "C.conj() * dCB", "C * dCB", "C is to be conjugated in the gradient of B̄"),
        Fault("no_l", "dout * l[:, None]", "dout", "the derivative of Ā^l in dt A is l Ā^l: the l is missing"),
        Fault("no_powers", "dstep += 2 * (C * B_bar).conj() * np.einsum", "np.einsum",
              "the path through the powers of Ā is missing"),
        Fault("no_B_bar", "dstep = (B_bar + 1 / A).conj() * dB_bar", "dstep = 0 * dB_bar",
              "the path through B̄ is missing: it depends on dt A too"),
        Fault("no_quotient", " - (B_bar / A).conj() * dB_bar", "", "B̄ is divided by A: that path is missing in dA"),
        Fault("dA_no_dt", "dt[:, None] * dstep", "dstep", "dt is missing in dA: the exponent is l dt A"),
        Fault("ddt_no_conj", "(A.conj() * dstep)", "(A * dstep)", "A is to be conjugated in ddt"),
        Fault("sign_imag", "dA.real, dA.imag, dC.real, dC.imag", "dA.real, -dA.imag, dC.real, -dC.imag",
              "the gradients of the imaginary parts have the wrong sign"),
    ],
)  # fmt: skip
