"""Recurrent steps and sequences."""

import numpy as np

from .base import layer


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _g(r, **shapes):
    return {name: 0.7 * r.normal(size=shape) for name, shape in shapes.items()}


def rnn_step_forward(x, h0, wx, wh, b):
    h = np.tanh(x @ wx + h0 @ wh + b)
    return h, (x, h0, wx, wh, h)


def rnn_step_backward(dh, cache):
    x, h0, wx, wh, h = cache
    dz = dh * (1 - h**2)
    return dz @ wx.T, dz @ wh.T, x.T @ dz, h0.T @ dz, dz.sum(axis=0)


layer(
    rnn_step_forward,
    rnn_step_backward,
    lambda r: _g(r, x=(3, 4), h0=(3, 5), wx=(4, 5), wh=(5, 5), b=5),
    ("dwh from the new state in place of the old one", "h0.T @ dz", "h.T @ dz"),
    ("wh is not transposed in dh0", "dz @ wh.T", "dz @ wh"),
    ("dh0 is returned before tanh's derivative", "dz @ wh.T", "dh @ wh.T"),
)


def rnn_sequence_forward(x, h0, wx, wh, b):
    h = h0
    hs = []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ wx + h @ wh + b)
        hs.append(h)
    return np.stack(hs, axis=1), (x, h0, wx, wh, hs)


def rnn_sequence_backward(dout, cache):
    x, h0, wx, wh, hs = cache
    dx, dwx, dwh = np.zeros_like(x), np.zeros_like(wx), np.zeros_like(wh)
    db = np.zeros(wh.shape[0])
    dh_next = np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        prev = hs[t - 1] if t > 0 else h0
        dh = dout[:, t] + dh_next
        dz = dh * (1 - hs[t] ** 2)
        dx[:, t] = dz @ wx.T
        dwx += x[:, t].T @ dz
        dwh += prev.T @ dz
        db += dz.sum(axis=0)
        dh_next = dz @ wh.T
    return dx, dh_next, dwx, dwh, db


layer(
    rnn_sequence_forward,
    rnn_sequence_backward,
    lambda r: _g(r, x=(3, 4, 2), h0=(3, 5), wx=(2, 5), wh=(5, 5), b=5),
    ("the gradient from the next step is dropped", "dh = dout[:, t] + dh_next", "dh = dout[:, t]"),
    ("dwh from the state of this step, not of the one before", "prev.T @ dz", "hs[t].T @ dz"),
    ("db holds the last handled step only", "db += dz", "db = dz"),
    ("dh_next is taken before tanh's derivative", "dh_next = dz @ wh.T", "dh_next = dh @ wh.T"),
    ("the loop runs forwards in time", "in reversed(range(x.shape[1]))", "in range(x.shape[1])"),
    (
        "only the last output's gradient starts; those of earlier steps are ignored",
        "dh = dout[:, t] + dh_next",
        "dh = (t == x.shape[1] - 1) * dout[:, t] + dh_next",
    ),
    ("dh_next is not reset to the new one but added up", "dh_next = dz @ wh.T", "dh_next = dh_next + dz @ wh.T"),
)


def lstm_step_forward(x, h0, c0, wx, wh, b):
    H = h0.shape[1]
    a = x @ wx + h0 @ wh + b
    i, f, o = _sigmoid(a[:, :H]), _sigmoid(a[:, H : 2 * H]), _sigmoid(a[:, 2 * H : 3 * H])
    g = np.tanh(a[:, 3 * H :])
    c = f * c0 + i * g
    tc = np.tanh(c)
    return (o * tc, c), (x, h0, c0, wx, wh, i, f, o, g, tc)


def lstm_step_backward(douts, cache):
    dh, dc_out = douts
    x, h0, c0, wx, wh, i, f, o, g, tc = cache
    do = dh * tc
    dc = dc_out + dh * o * (1 - tc**2)
    df = dc * c0
    di = dc * g
    dg = dc * i
    dc0 = dc * f
    da = np.hstack([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)])
    return da @ wx.T, da @ wh.T, dc0, x.T @ da, h0.T @ da, da.sum(axis=0)


layer(
    lstm_step_forward,
    lstm_step_backward,
    lambda r: _g(r, x=(3, 4), h0=(3, 5), c0=(3, 5), wx=(4, 20), wh=(5, 20), b=20),
    ("the gradient of the cell's own output is ignored", "dc = dc_out + dh", "dc = dh"),
    (
        "forget and output gate stacked in the wrong order",
        "df * f * (1 - f), do * o * (1 - o)",
        "do * o * (1 - o), df * f * (1 - f)",
    ),
    ("df with the new cell's tanh in place of the old cell", "df = dc * c0", "df = dc * tc"),
    ("the candidate gets a sigmoid's derivative", "dg * (1 - g**2)", "dg * g * (1 - g)"),
    ("dc0 forgets the forget gate", "dc0 = dc * f", "dc0 = dc"),
    ("the path from h through tanh to c forgets tanh's derivative", "dh * o * (1 - tc**2)", "dh * o"),
    ("the output gate is missing on the path from h to c", "dh * o * (1 - tc**2)", "dh * (1 - tc**2)"),
)


def lstm_sequence_forward(x, wx, wh, b):
    N, T, _ = x.shape
    H = wh.shape[0]
    h, c = np.zeros((N, H)), np.zeros((N, H))
    steps = []
    for t in range(T):
        a = x[:, t] @ wx + h @ wh + b
        i, f, o = _sigmoid(a[:, :H]), _sigmoid(a[:, H : 2 * H]), _sigmoid(a[:, 2 * H : 3 * H])
        g = np.tanh(a[:, 3 * H :])
        h0, c0 = h, c
        c = f * c0 + i * g
        h = o * np.tanh(c)
        steps.append((h0, c0, c, i, f, o, g))
    return h, (x, wx, wh, steps)


def lstm_sequence_backward(dout, cache):
    x, wx, wh, steps = cache
    dx, dwx, dwh, db = np.zeros_like(x), np.zeros_like(wx), np.zeros_like(wh), np.zeros(wh.shape[1])
    dh, dc = dout, np.zeros_like(dout)
    for t in reversed(range(x.shape[1])):
        h0, c0, c, i, f, o, g = steps[t]
        tc = np.tanh(c)
        dc = dc + dh * o * (1 - tc**2)
        da = np.hstack([dc * g * i * (1 - i), dc * c0 * f * (1 - f), dh * tc * o * (1 - o), dc * i * (1 - g**2)])
        dx[:, t] = da @ wx.T
        dwx += x[:, t].T @ da
        dwh += h0.T @ da
        db += da.sum(axis=0)
        dh = da @ wh.T
        dc = dc * f
    return dx, dwx, dwh, db


layer(
    lstm_sequence_forward,
    lstm_sequence_backward,
    lambda r: _g(r, x=(2, 4, 3), wx=(3, 16), wh=(4, 16), b=16),
    ("the cell's gradient is not carried to the step before", "dc = dc + dh * o", "dc = dh * o"),
    ("the forget gate is missing on the way to the step before", "        dc = dc * f\n", ""),
    ("the step before is used for dwx: x of the wrong time", "dwx += x[:, t].T", "dwx += x[:, t - 1].T"),
    ("input gate and candidate exchanged in their factors", "dc * g * i * (1 - i)", "dc * c0 * i * (1 - i)"),
)


def gru_step_forward(x, h0, wz, wr, wn, uz, ur, un):
    z = _sigmoid(x @ wz + h0 @ uz)
    r = _sigmoid(x @ wr + h0 @ ur)
    rh = r * h0
    n = np.tanh(x @ wn + rh @ un)
    return (1 - z) * h0 + z * n, (x, h0, wz, wr, wn, uz, ur, un, z, r, rh, n)


def gru_step_backward(dout, cache):
    x, h0, wz, wr, wn, uz, ur, un, z, r, rh, n = cache
    dh0 = dout * (1 - z)
    dan = dout * z * (1 - n**2)
    daz = dout * (n - h0) * z * (1 - z)
    drh = dan @ un.T
    dar = drh * h0 * r * (1 - r)
    dh0 = dh0 + drh * r + daz @ uz.T + dar @ ur.T
    dx = daz @ wz.T + dar @ wr.T + dan @ wn.T
    return dx, dh0, x.T @ daz, x.T @ dar, x.T @ dan, h0.T @ daz, h0.T @ dar, rh.T @ dan


layer(
    gru_step_forward,
    gru_step_backward,
    lambda r: _g(r, x=(3, 4), h0=(3, 5), wz=(4, 5), wr=(4, 5), wn=(4, 5), uz=(5, 5), ur=(5, 5), un=(5, 5)),
    ("z and 1 - z exchanged: the update gate has the wrong sign", "dout * (n - h0)", "dout * (h0 - n)"),
    ("the update gate's gradient forgets the old state", "dout * (n - h0)", "dout * n"),
    ("dun from h0: the reset gate is forgotten", "rh.T @ dan", "h0.T @ dan"),
    ("dh0 forgets the direct path", "dh0 = dh0 + drh * r +", "dh0 = drh * r +"),
    ("dh0 through the candidate forgets the reset gate", "dh0 + drh * r +", "dh0 + drh +"),
    ("dx forgets the reset gate's path", "daz @ wz.T + dar @ wr.T +", "daz @ wz.T +"),
)


def bidirectional_forward(x, wf, uf, wb, ub):
    N, T, _ = x.shape
    H = uf.shape[0]
    f, b = np.zeros((N, T + 1, H)), np.zeros((N, T + 1, H))
    for t in range(T):
        f[:, t + 1] = np.tanh(x[:, t] @ wf + f[:, t] @ uf)
    for t in reversed(range(T)):
        b[:, t] = np.tanh(x[:, t] @ wb + b[:, t + 1] @ ub)
    return np.concatenate([f[:, 1:], b[:, :-1]], axis=2), (x, wf, uf, wb, ub, f, b)


def bidirectional_backward(dout, cache):
    x, wf, uf, wb, ub, f, b = cache
    H, T = uf.shape[0], x.shape[1]
    dx, dwf, duf, dwb, dub = (np.zeros_like(a) for a in (x, wf, uf, wb, ub))
    dh = 0
    for t in reversed(range(T)):
        dz = (dout[:, t, :H] + dh) * (1 - f[:, t + 1] ** 2)
        dx[:, t] += dz @ wf.T
        dwf += x[:, t].T @ dz
        duf += f[:, t].T @ dz
        dh = dz @ uf.T
    dh = 0
    for t in range(T):
        dz = (dout[:, t, H:] + dh) * (1 - b[:, t] ** 2)
        dx[:, t] += dz @ wb.T
        dwb += x[:, t].T @ dz
        dub += b[:, t + 1].T @ dz
        dh = dz @ ub.T
    return dx, dwf, duf, dwb, dub


layer(
    bidirectional_forward,
    bidirectional_backward,
    lambda r: _g(r, x=(2, 4, 3), wf=(3, 5), uf=(5, 5), wb=(3, 5), ub=(5, 5)),
    ("the backward RNN overwrites dx of the forward one", "dx[:, t] += dz @ wb.T", "dx[:, t] = dz @ wb.T"),
    (
        "the backward RNN's gradient also runs from the end",
        "    dh = 0\n    for t in range(T):\n        dz",
        "    dh = 0\n    for t in reversed(range(T)):\n        dz",
    ),
    ("both directions read the first half of dout", "dout[:, t, H:]", "dout[:, t, :H]"),
    ("dub from the state of the same step", "b[:, t + 1].T @ dz", "b[:, t].T @ dz"),
)
