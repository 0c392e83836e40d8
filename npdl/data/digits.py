"""The digits: 1,797 handwritten digits of 8 x 8 pixels, shipped with npdl."""

import hashlib
import io
from importlib.resources import files

import numpy as np

SHA256 = "db8b2ac8ffc3737a1275dc8d2f7037771480eb3ef3965bc1717cea59dd9ac0f2"  # of digits.npz


def load_digits():
    """The UCI digits: (x_train, y_train), (x_test, y_test) with 1,437 and 360 images.

    x: float32 (N, 1, 8, 8) in [0, 1]; y: int64 (N,), the digits 0 to 9. A pixel counts the dark points of a block of
    4 x 4, 0 to 16, here divided by 16. A fifth of each class is the test set, chosen once with a fixed seed and stored
    with the images. The same 13 writers are in both sets.
    Raises OSError if the file is not the one that npdl was released with.

    Source: E. Alpaydin and C. Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI Machine Learning
    Repository, doi:10.24432/C50P49, CC BY 4.0; its test set, by way of scikit-learn. See embedded/digits.txt.
    """
    with np.load(io.BytesIO(_read("digits.npz", SHA256)), allow_pickle=False) as file:
        images, labels, test = file["images"], file["labels"], file["test"].astype(bool)
    x = images[:, None].astype(np.float32) / 16  # (N, 1, 8, 8)
    y = labels.astype(np.int64)
    return (x[~test], y[~test]), (x[test], y[test])


def _read(name, sha256):
    """The bytes of a file in embedded/, once they are known to be the right ones."""
    path = files(__package__) / "embedded" / name
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise OSError(f"{path} is damaged: its SHA-256 is {found}, not {sha256}. Installing npdl again mends it.")
    return content
