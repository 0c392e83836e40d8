"""Embedding, attention and recurrent layers."""

import numpy as np

from .base import draw, layer, sigmoid, softmax


@layer("embedding", ["overwrite", "mean", "last_token"], W=draw(7, 4), ids=lambda rng: np.array([[1, 3, 1], [5, 3, 0]]))
def embedding():
    def forward(W, ids):
        return W[ids], (W.shape, ids)

    def backward(dout, cache, bug):
        shape, ids = cache
        dW = np.zeros(shape)
        if bug == "overwrite":
            dW[ids] = dout
        elif bug == "last_token":
            np.add.at(dW, ids[:, -1], dout[:, -1])
        else:
            np.add.at(dW, ids, dout / (6 if bug == "mean" else 1))
        return {"W": dW}

    return forward, backward


@layer("pos_enc", ["dP_mean", "dP_unsummed"], x=draw(4, 3, 5), P=draw(3, 5))
def pos_enc():
    def forward(x, P):
        return x + P, None

    def backward(dout, _, bug):
        return {"x": dout, "P": {"dP_mean": dout.mean(0), "dP_unsummed": dout}.get(bug, dout.sum(0))}

    return forward, backward


@layer("mha_split", ["no_transpose"], x=draw(2, 3, 8))
def mha_split():
    def forward(x):
        return x.reshape(2, 3, 4, 2).transpose(0, 2, 1, 3), None

    def backward(dout, _, bug):
        return {"x": (dout if bug else dout.transpose(0, 2, 1, 3)).reshape(2, 3, 8)}

    return forward, backward


@layer(
    "attention",
    ["dk_no_T", "dv_no_T", "no_scale_bwd", "softmax_diag", "softmax_no_sub", "dq_uses_q", "scale_twice", "dv_scores"],
    q=draw(2, 4, 3),
    k=draw(2, 4, 3),
    v=draw(2, 4, 3),
)
def attention():
    def forward(q, k, v):
        s = q @ k.swapaxes(1, 2) / np.sqrt(3)
        A = softmax(s)
        return A @ v, (q, k, v, A, s)

    def backward(dout, cache, bug):
        q, k, v, A, s = cache
        dA = dout @ v.swapaxes(1, 2)
        ds = A * (dA - (dA * A).sum(-1, keepdims=True))
        ds = {"softmax_diag": dA * A * (1 - A), "softmax_no_sub": dA * A}.get(bug, ds)
        ds = ds / {"no_scale_bwd": 1, "scale_twice": 3}.get(bug, np.sqrt(3))
        dst = ds if bug == "dk_no_T" else ds.swapaxes(1, 2)
        left = {"dv_no_T": A, "dv_scores": s.swapaxes(1, 2)}.get(bug, A.swapaxes(1, 2))
        return {"q": ds @ (q if bug == "dq_uses_q" else k), "k": dst @ q, "v": left @ dout}

    return forward, backward


@layer(
    "rnn_step",
    ["no_tanh", "swap_wx_wh", "wh_T", "db_unsummed", "tanh_x", "dwh_uses_next"],
    x=draw(6, 4),
    h=draw(6, 4),
    Wx=draw(4, 4),
    Wh=draw(4, 4),
    b=draw(4),
)
def rnn_step():
    def forward(x, h, Wx, Wh, b):
        n = np.tanh(x @ Wx + h @ Wh + b)
        return n, (x, h, Wx, Wh, n)

    def backward(dout, cache, bug):
        x, h, Wx, Wh, n = cache
        dz = dout * {"no_tanh": 1, "tanh_x": 1 - n}.get(bug, 1 - n * n)
        gx, gh = x.T @ dz, (n if bug == "dwh_uses_next" else h).T @ dz
        if bug == "swap_wx_wh":
            gx, gh = gh, gx
        dh = dz @ (Wh if bug == "wh_T" else Wh.T)
        return {"x": dz @ Wx.T, "h": dh, "Wx": gx, "Wh": gh, "b": dz if bug == "db_unsummed" else dz.sum(0)}

    return forward, backward


@layer(
    "rnn_seq",
    ["no_carry", "carry_only", "last_dW", "no_tanh", "h0_last"],
    x=draw(3, 4, 3),
    h0=draw(3, 2),
    Wx=draw(3, 2),
    Wh=draw(2, 2),
    b=draw(2),
)
def rnn_seq():
    def forward(x, h0, Wx, Wh, b):
        hs = [h0]
        for t in range(x.shape[1]):
            hs.append(np.tanh(x[:, t] @ Wx + hs[-1] @ Wh + b))
        return np.stack(hs[1:], 1), (x, hs, Wx, Wh)

    def backward(dout, cache, bug):
        x, hs, Wx, Wh = cache
        dx, dWx, dWh, db, dh = np.zeros_like(x), 0, 0, 0, 0
        for t in reversed(range(x.shape[1])):
            carry = 0 if bug == "no_carry" else dh
            total = carry + (dout[:, t] if bug != "carry_only" or t == x.shape[1] - 1 else 0)
            dz = total * (1 if bug == "no_tanh" else 1 - hs[t + 1] ** 2)
            dx[:, t] = dz @ Wx.T
            add = 0 if bug == "last_dW" else 1
            dWx, dWh, db = add * dWx + x[:, t].T @ dz, add * dWh + hs[t].T @ dz, add * db + dz.sum(0)
            dh = dz @ Wh.T
            if bug == "h0_last" and t == x.shape[1] - 1:
                first = dh
        return {"x": dx, "h0": first if bug == "h0_last" else dh, "Wx": dWx, "Wh": dWh, "b": db}

    return forward, backward


@layer(
    "lstm_step",
    ["dc_not_added", "forget_no_deriv", "gate_swap_fo", "no_tanh_c", "g_sigmoid", "i_uses_c", "dcprev_i"],
    x=draw(5, 3),
    h=draw(5, 2),
    c=draw(5, 2),
    Wx=draw(3, 8),
    Wh=draw(2, 8),
    b=draw(8),
)
def lstm_step():
    def forward(x, h, c, Wx, Wh, b):
        a = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
        i, f, o, g = sigmoid(a[0]), sigmoid(a[1]), sigmoid(a[2]), np.tanh(a[3])
        cn = f * c + i * g
        tc = np.tanh(cn)
        return (o * tc, cn), (x, h, c, Wx, Wh, i, f, o, g, tc)

    def backward(douts, cache, bug):
        dh, dcn = douts
        x, h, c, Wx, Wh, i, f, o, g, tc = cache
        dc = dcn * (bug != "dc_not_added") + dh * o * (1 if bug == "no_tanh_c" else 1 - tc * tc)
        di, df, do = dc * g * i * (1 - i), dc * c * f * (1 - f), dh * tc * o * (1 - o)
        dg = dc * i * (g * (1 - g) if bug == "g_sigmoid" else 1 - g * g)
        if bug == "forget_no_deriv":
            df = dc * c * f
        if bug == "i_uses_c":
            di = dc * c * i * (1 - i)
        blocks = [di, do, df, dg] if bug == "gate_swap_fo" else [di, df, do, dg]
        dz = np.concatenate(blocks, axis=1)
        return {
            "x": dz @ Wx.T,
            "h": dz @ Wh.T,
            "c": dc * (i if bug == "dcprev_i" else f),
            "Wx": x.T @ dz,
            "Wh": h.T @ dz,
            "b": dz.sum(0),
        }

    return forward, backward


@layer(
    "gru_step",
    ["dz_sign", "reset_path", "no_direct", "n_no_tanh", "r_no_h"],
    x=draw(5, 3),
    h=draw(5, 4),
    Wx=draw(3, 12),
    Wh=draw(4, 12),
)
def gru_step():
    def forward(x, h, Wx, Wh):
        ax, ah = np.split(x @ Wx, 3, 1), h @ Wh[:, :8]
        z, r = sigmoid(ax[0] + ah[:, :4]), sigmoid(ax[1] + ah[:, 4:])
        n = np.tanh(ax[2] + (r * h) @ Wh[:, 8:])
        return (1 - z) * n + z * h, (x, h, Wx, Wh, z, r, n)

    def backward(dout, cache, bug):
        x, h, Wx, Wh, z, r, n = cache
        dn = dout * (1 - z) * (1 if bug == "n_no_tanh" else 1 - n * n)
        dz = dout * (n - h if bug == "dz_sign" else h - n) * z * (1 - z)
        drh = dn @ Wh[:, 8:].T
        dr = drh * (1 if bug == "r_no_h" else h) * r * (1 - r)
        d = np.concatenate([dz, dr, dn], 1)
        dh = d[:, :8] @ Wh[:, :8].T + (0 if bug == "reset_path" else drh * r) + (0 if bug == "no_direct" else dout * z)
        dWh = np.concatenate([h.T @ d[:, :8], (r * h).T @ dn], 1)
        return {"x": d @ Wx.T, "h": dh, "Wx": x.T @ d, "Wh": dWh}

    return forward, backward
