"""Every registered op: its reference is right, every mistake shows on its inputs, and is found by name."""

import numpy as np
import pytest

import npdl.faults  # noqa: F401
from gradcheck import faults

from .cases import case_of, numerical, run
