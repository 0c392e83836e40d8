"""AdamW: Adam with a weight decay that is one."""

from .adam import Adam
from .pieces import elementwise


class AdamW(Adam):
    """w ← (1 - lr weight_decay) w, then Adam's step by the gradient of the loss alone. Loshchilov and Hutter 2019.

    All weights decay at the same pace, as in SGD with L2; in Adam the penalty is divided by √v̂ along with the gradient.
    The decay is multiplied by lr, as in PyTorch: a schedule slows both.
    """

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, *, weight_decay=1e-2):
        super().__init__(parameters, lr, betas, eps, weight_decay=weight_decay)

    @elementwise
    def penalised(self, w, g, lr, weight_decay):
        w *= 1 - lr * weight_decay
        return g
