"""Types of numpy's arrays, each of one dimension."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
"""NaN stands for a number that is missing."""
