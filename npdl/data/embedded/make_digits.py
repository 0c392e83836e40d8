"""Makes digits.npz from scikit-learn's copy of the digits, the same bytes on every machine.

    python -m npdl.data.embedded.make_digits

The file is an npz like np.savez's, but with nothing in it that varies: fixed dates, and not compressed, as every zlib
compresses in its own way (git and wheels compress it anyway, to about 45 KB).
"""

import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np

from npdl.data.splits import train_val_split

SEED = 0  # of the split


def build():
    """The bytes of digits.npz: images (1797, 8, 8), labels (1797,) and test (1797,), as digits.txt describes them."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    index = np.arange(len(digits.target))
    _, (_, chosen) = train_val_split(digits.target, index, fraction=0.2, seed=SEED, stratify=digits.target)
    arrays = {"images": digits.images, "labels": digits.target, "test": np.isin(index, chosen)}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            npy = io.BytesIO()
            np.lib.format.write_array(npy, array.astype(np.uint8), version=(1, 0), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # else Windows writes 0
            archive.writestr(entry, npy.getvalue())
    return content.getvalue()


if __name__ == "__main__":
    path = Path(__file__).with_name("digits.npz")
    path.write_bytes(build())
    print(f"{path}: {path.stat().st_size} bytes, SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
