"""Whole networks: a loss with its gradients, a module, a model, parameter by parameter and layer by layer.

losses.py    check_loss: a function of parameters that gives the loss and the gradients
modules.py   check_module, check_model
holders.py   one interface to modules of all kinds: Tensors, layers with forward and backward, models with a loss
parts.py     the layers and parameters inside them
"""

from .losses import check_loss
from .modules import ModelReport, check_model, check_module

__all__ = ["ModelReport", "check_loss", "check_model", "check_module"]
