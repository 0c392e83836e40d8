"""Settings of the whole suite."""

import os

# The arrays here are small: a second BLAS thread gains nothing, and waits for its turn whenever the machine is busy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
