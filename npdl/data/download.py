"""Downloads, only when asked for: `fetch("cifar10")`. No default path of npdl calls this.

A file is taken from the first mirror that has it, goes on where an earlier attempt broke off, and gets its name only
once its SHA-256 is right: what is there is whole.
"""

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

from ..errors import InputError

CHUNK = 2**20  # bytes
TRIES = 5  # of one mirror, as long as each brings some bytes
TIMEOUT = 30  # seconds without any bytes


class Remote(NamedTuple):
    """A file somewhere else."""

    name: str
    size: int  # bytes
    sha256: str
    mirrors: tuple  # URLs of folders that have it


MIRRORS = {
    "cifar10": ("https://www.cs.toronto.edu/~kriz/",),
    "cifar10-python": ("https://www.cs.toronto.edu/~kriz/",),
    "mnist": ("https://storage.googleapis.com/cvdf-datasets/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/"),
    "fashion-mnist": (
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    "flowers": ("http://download.tensorflow.org/example_images/",),
    "voc2007": ("http://host.robots.ox.ac.uk/pascal/VOC/voc2007/", "https://pjreddie.com/media/files/"),
    "voc2012": ("http://host.robots.ox.ac.uk/pascal/VOC/voc2012/", "https://pjreddie.com/media/files/"),
}

# Set, file, bytes and SHA-256, as TensorFlow Datasets and Keras publish and check them.
FILES = """
cifar10 cifar-10-binary.tar.gz 170052171 c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd
cifar10-python cifar-10-python.tar.gz 170498071 6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce
mnist train-images-idx3-ubyte.gz 9912422 440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609
mnist train-labels-idx1-ubyte.gz 28881 3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c
mnist t10k-images-idx3-ubyte.gz 1648877 8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6
mnist t10k-labels-idx1-ubyte.gz 4542 f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6
fashion-mnist train-images-idx3-ubyte.gz 26421880 3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84
fashion-mnist train-labels-idx1-ubyte.gz 29515 a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845
fashion-mnist t10k-images-idx3-ubyte.gz 4422102 346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073
fashion-mnist t10k-labels-idx1-ubyte.gz 5148 67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5
flowers flower_photos.tgz 228813984 4c54ace7911aaffe13a365c34f650e71dd5bf1be0a58b464e5a7183e3e595d9c
voc2007 VOCtrainval_06-Nov-2007.tar 460032000 7d8cd951101b0957ddfd7a530bdc8a94f06121cfc1e511bb5937e973020c7508
voc2012 VOCtrainval_11-May-2012.tar 1999639040 e14f763270cf193d0b5f74b169f44157a4b0c6efa708f4dd0ff78ee691763bcb
"""

SETS = {name: [] for name in MIRRORS}
for name, file, size, sha256 in map(str.split, FILES.strip().splitlines()):
    SETS[name].append(Remote(file, int(size), sha256, MIRRORS[name]))


def fetch(name, folder=None):
    """Download a data set unless it is there; returns its path, for a reader or for `extract`.

        (x, y), test, classes = read_cifar10(fetch("cifar10"))

    name: "cifar10", "cifar10-python", "mnist", "fashion-mnist", "flowers", "voc2007" or "voc2012".
    folder: where to put it, by default $NPDL_DATA or ~/.cache/npdl. The path is that of the file, or of the folder with
    the files if there are several (MNIST).
    An interrupted download leaves NAME.part, from which the next one goes on. A file with a wrong SHA-256 is neither
    used nor overwritten. Raises OSError, with what happened at each mirror, if none gives the right file.
    """
    if name not in SETS:
        raise InputError("fetch", "name", f"one of {', '.join(SETS)}", name)
    folder = Path(folder or os.environ.get("NPDL_DATA") or Path.home() / ".cache" / "npdl") / name
    folder.mkdir(parents=True, exist_ok=True)
    paths = [download(remote, folder) for remote in SETS[name]]
    return paths[0] if len(paths) == 1 else folder


def download(remote, folder):
    """The path of a Remote in this folder, once it is there and its SHA-256 is right."""
    path = Path(folder) / remote.name
    if path.exists():
        if _sha256(path) != remote.sha256:
            raise OSError(f"fetch: {path} is not the file that was published; move it away, and it is fetched anew")
        return path
    part = path.with_name(path.name + ".part")
    failures = []
    for mirror in remote.mirrors:
        url = mirror + remote.name
        try:
            resumed = part.exists()
            _complete(url, part, remote.size)
            if resumed and _sha256(part) != remote.sha256:  # perhaps the part was of another file
                part.unlink()
                _complete(url, part, remote.size)
        except OSError as fault:
            failures.append(f"{url}: {fault}")
            continue
        if _sha256(part) == remote.sha256:
            os.replace(part, path)
            return path
        failures.append(f"{url}: what it sends has another SHA-256")
        part.unlink()
    raise OSError(f"fetch: no mirror gives {remote.name}. " + "; ".join(failures))


def _complete(url, part, size):
    """Append to the file `part` until it has `size` bytes."""
    if _size(part) > size:
        part.unlink()
    for _ in range(TRIES):
        if (done := _size(part)) == size:
            return
        try:
            _append(url, part, done, size)
        except OSError:
            if _size(part) <= done:  # nothing has come
                raise
    if (done := _size(part)) < size:
        raise OSError(f"it breaks off after {done:,} of {size:,} bytes")


def _size(path):
    return path.stat().st_size if path.exists() else 0


def _append(url, part, done, size):
    """One request for what is missing behind `done` bytes; of the answer no more is written than makes `size` bytes."""
    from http.client import HTTPException  # these two take 0.1 s to import
    from urllib.request import Request, urlopen

    request = Request(url, headers={"Range": f"bytes={done}-"} if done else {})
    try:
        with urlopen(request, timeout=TIMEOUT) as answer:
            if answer.status != 206:
                done = 0  # a server without ranges begins at the beginning
            elif not (answer.headers.get("Content-Range") or "").startswith(f"bytes {done}-"):
                raise OSError("it sends another range than was asked for")
            with part.open("r+b" if done else "wb") as file:
                file.seek(done)
                while done < size and (piece := answer.read(min(CHUNK, size - done))):
                    file.write(piece)
                    done += len(piece)
    except HTTPException as fault:
        raise OSError(f"not an answer in HTTP: {fault!r}") from fault


def _sha256(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
