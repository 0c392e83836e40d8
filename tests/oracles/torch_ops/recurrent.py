"""npdl.ops.recurrent in PyTorch: its cells, step after step (tests/nn/test_recurrent.py has nn.LSTM itself)."""

import torch


def columns(w, order):
    """Weights as PyTorch's cells want them: (G H, D), the gates in its order."""
    blocks = w.chunk(len(order), dim=-1)
    return torch.cat([blocks[k] for k in order], dim=-1).movedim(-1, 0)


def unrolled(step, x, states, mask):
    """All states after each step, one list a state; a masked step leaves them as they are."""
    history = []
    for t in range(x.shape[1]):
        new = step(x[:, t], states)
        states = new if mask is None else [torch.where(mask[:, t, None], n, s) for n, s in zip(new, states)]
        history.append(states)
    return [torch.stack(one, dim=1) for one in zip(*history)]


def rnn_step(x, prev_h, Wx, Wh, b):
    return torch.rnn_tanh_cell(x, prev_h, Wx.T, Wh.T, b, torch.zeros_like(b))


def rnn(x, h0, Wx, Wh, b, mask=None):
    return unrolled(lambda xt, states: [rnn_step(xt, *states, Wx, Wh, b)], x, [h0], mask)[0]


IFGO = (0, 1, 3, 2)


def lstm_step(x, prev_h, prev_c, Wx, Wh, b):
    b = columns(b, IFGO)
    return torch.lstm_cell(x, (prev_h, prev_c), columns(Wx, IFGO), columns(Wh, IFGO), b, torch.zeros_like(b))


def lstm(x, h0, c0, Wx, Wh, b, mask=None):
    h, c = unrolled(lambda xt, states: lstm_step(xt, *states, Wx, Wh, b), x, [h0, c0], mask)
    return h, c[:, -1]


def gru_step(x, prev_h, Wx, Wh, bx, bh):
    return torch.gru_cell(x, prev_h, Wx.T, Wh.T, bx, bh)


def gru(x, h0, Wx, Wh, bx, bh, mask=None):
    return unrolled(lambda xt, states: [gru_step(xt, *states, Wx, Wh, bx, bh)], x, [h0], mask)[0]


TORCH = {
    "rnn_step": rnn_step,
    "rnn": rnn,
    "lstm_step": lstm_step,
    "lstm": lstm,
    "gru_step": gru_step,
    "gru": gru,
}
