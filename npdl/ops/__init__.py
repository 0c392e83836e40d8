"""The ops: `conv2d` is the op, `conv2d_forward` and `conv2d_backward` are its two readable halves.

Each family names in its __all__ what is public of it: every op with its two halves, and a few plain functions.
"""

from . import operators  # noqa: F401  (gives Tensors their operators)
from .activation import *
from .adversarial import *
from .attention import *
from .comparison import *
from .contrastive import *
from .conv import *
from .divergence import *
from .elementwise import *
from .gates import *
from .graph import *
from .linear import *
from .lookup import *
from .loss import *
from .norm import *
from .penalty import *
from .pool import *
from .recurrent import *
from .reduction import *
from .regression import *
from .resample import *
from .shape import *
from .state_space import *
from .stochastic import *
from .warp import *
