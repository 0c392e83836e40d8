"""Clouds of points: from depth images and poses, and in .pcd files."""

import struct

import numpy as np

from ..arguments import PATH, instance, number, reals, sequence, takes
from ..errors import InputError, is_one_of, require_ndim, require_positive, require_shape
from .lzf import compress, decompress

KINDS = "ascii", "binary", "binary_compressed"
TYPES = {("F", 4): "<f4", ("F", 8): "<f8", ("U", 1): "u1", ("U", 2): "<u2", ("U", 4): "<u4", ("I", 4): "<i4"}


@takes(depth=reals("h, w"), K=reals("3, 3"))
def back_project(depth, K):
    """The points (H, W, 3) that a depth image (H, W) shows, in the camera: z K⁻¹ (x, y, 1); x right, y down, z ahead.

    depth: z in metres; K: the camera's matrix (3, 3). 640 x 480 pixels are 307,200 points, of 24 bytes and more each.
    """
    require_ndim("back_project", "depth", depth, 2, "(H, W)")
    require_shape("back_project", "K", K, (3, 3), "the camera's matrix")
    if np.linalg.matrix_rank(K) < 3:
        raise InputError("back_project", "K", "invertible", K)
    y, x = np.indices(depth.shape)
    rays = np.stack([x, y, np.ones_like(x)], axis=-1) @ np.linalg.inv(K).T  # (H, W, 3)
    return rays * depth[..., None]


@takes(points=reals("n, 3"), K=reals("3, 3"))
def project(points, K):
    """The pixels (N, 2) x, y where the camera sees points (N, 3): K p, divided by its third number; nan behind it."""
    h = np.asarray(points, float) @ K.T
    return h[:, :2] / np.where(h[:, 2:] > 0, h[:, 2:], np.nan)


@takes(points=reals("..., 3"), pose=reals("4, 4"))
def move(points, pose):
    """Points (N, 3) of the camera in the world: R p + t. pose: (4, 4), where the camera is."""
    require_shape("move", "pose", pose, (4, 4), "a rigid motion")
    return points @ pose[:3, :3].T + pose[:3, 3]


@takes(depths=sequence(1), poses=sequence(), K=reals("3, 3"))
def stitch(depths, poses, K):
    """The map (N, 3) of several depth images: every point in the world. Depths of 0 and less saw nothing.

    A pose that is a little wrong shows every wall twice: the drawback of a cloud, which cannot forget. (A map of
    occupancy can.)
    """
    if len(depths) != len(poses):
        raise InputError("stitch", "poses", f"one for each of {len(depths)} depth images", len(poses))
    return np.concatenate([move(back_project(d, K)[d > 0], pose) for d, pose in zip(depths, poses)])


@takes(points=reals("n, D"), size=number(above=0))
def thin(points, size):
    """One point for each cube of side `size` that holds any: the mean of its points (a voxel grid filter)."""
    require_positive("thin", "size", size)
    _, cube, counts = np.unique(np.floor(points / size), axis=0, return_inverse=True, return_counts=True)
    sums = [np.bincount(cube.ravel(), points[:, d]) for d in range(points.shape[1])]
    return np.stack(sums, axis=1) / counts[:, None]


@takes(path=PATH, fields=instance(dict))
def write_pcd(path, fields, *, data="binary"):
    """Write a cloud as .pcd, version 0.7. fields: {"x": (N,), "y": (N,), "z": (N,), ...} of one length.

    A header of lines, each a word and its values, then the points. data:
        "ascii"              as text, a point a line
        "binary"             as bytes in the same order
        "binary_compressed"  two uint32, the numbers of bytes compressed and not; then in LZF all x, all y, ...: numbers
                             of one kind side by side, so that more of them repeats

    Types: float32, float64, uint8, uint16, uint32, int32. Rusu and Cousins 2011, the Point Cloud Library.
    """
    if not is_one_of(data, KINDS):
        raise InputError("write_pcd", "data", f"one of {', '.join(KINDS)}", data)
    columns = {name: np.asarray(column) for name, column in fields.items()}
    N = len(next(iter(columns.values()), ()))
    kinds = []
    for name, column in columns.items():
        require_shape("write_pcd", f"fields[{name!r}]", column, (N,), "like the first field")
        kind = column.dtype.kind.upper(), column.dtype.itemsize
        if kind not in TYPES:
            raise InputError("write_pcd", f"fields[{name!r}]", "of float32/64, uint8/16/32 or int32", column)
        kinds.append(kind)
    header = [
        "# .PCD v0.7 - Point Cloud Data file format",
        "VERSION 0.7",
        "FIELDS " + " ".join(columns),
        "SIZE " + " ".join(str(size) for _, size in kinds),
        "TYPE " + " ".join(letter for letter, _ in kinds),
        "COUNT " + " ".join("1" for _ in kinds),
        f"WIDTH {N}",
        "HEIGHT 1",
        "VIEWPOINT 0 0 0 1 0 0 0",
        f"POINTS {N}",
        f"DATA {data}\n",
    ]
    typed = {name: column.astype(TYPES[kind]) for (name, column), kind in zip(columns.items(), kinds)}
    with open(path, "wb") as file:
        file.write("\n".join(header).encode("ascii"))
        file.write(_body(typed, N, data))


def _body(columns, N, data):
    """What stands below the header."""
    if data == "ascii":
        lines = zip(*(column.astype(str) for column in columns.values()))  # digits that bring the same number back
        return "".join(" ".join(line) + "\n" for line in lines).encode("ascii")
    if data == "binary_compressed":
        plain = b"".join(column.tobytes() for column in columns.values())
        packed = compress(plain)
        return struct.pack("<II", len(packed), len(plain)) + packed
    rows = np.empty(N, dtype=[(name, column.dtype) for name, column in columns.items()])
    for name, column in columns.items():
        rows[name] = column
    return rows.tobytes()


@takes(path=PATH)
def read_pcd(path):
    """The fields of a .pcd file as {name: (N,) or (N, count)}: text, binary or compressed, see write_pcd."""
    with open(path, "rb") as file:
        header = {}
        while "DATA" not in header:
            line = file.readline()
            if not line:
                raise InputError("read_pcd", "path", "a .pcd file, with a line DATA", str(path))
            word, *values = line.decode("ascii", "replace").split("#")[0].split() or [""]
            header[word] = values
        body = file.read()
    missing = {"FIELDS", "SIZE", "TYPE", "POINTS"} - set(header)
    kinds = list(zip(header.get("TYPE", ()), map(int, header.get("SIZE", ()))))
    if missing or any(kind not in TYPES for kind in kinds) or header["DATA"] not in [[kind] for kind in KINDS]:
        raise InputError("read_pcd", "path", f"a .pcd file of plain types, {', '.join(KINDS)}", str(path))
    counts = list(map(int, header.get("COUNT", ["1"] * len(kinds))))
    N, names = int(header["POINTS"][0]), header["FIELDS"]
    dtype = np.dtype([(n, TYPES[k], (c,) if c > 1 else ()) for n, k, c in zip(names, kinds, counts)])
    if header["DATA"] == ["binary"]:
        if len(body) < N * dtype.itemsize:
            raise InputError("read_pcd", "path", f"a file with {N} points of {dtype.itemsize} bytes", len(body))
        rows = np.frombuffer(body, dtype, count=N)
        return {name: rows[name].copy() for name in names}
    if header["DATA"] == ["binary_compressed"]:
        return _unpacked(body, dtype, N)
    table = np.array(body.decode("ascii").split()).reshape(N, sum(counts))
    ends = np.cumsum(counts)
    parts = {n: table[:, e - c : e].astype(dtype[n].base) for n, c, e in zip(names, counts, ends)}
    return {name: part[:, 0] if part.shape[1] == 1 else part for name, part in parts.items()}


def _unpacked(body, dtype, N):
    """The fields in a compressed body: one after the other, each of all points."""
    if len(body) < 8:
        raise InputError("read_pcd", "path", "a file with the numbers of bytes before the compressed ones", len(body))
    packed, size = struct.unpack_from("<II", body)
    if size != N * dtype.itemsize or len(body) < 8 + packed:
        raise InputError("read_pcd", "path", f"a file with {N} points of {dtype.itemsize} bytes", size)
    plain, fields, start = decompress(body[8 : 8 + packed], size), {}, 0
    for name in dtype.names:
        column = np.frombuffer(plain, dtype[name].base, count=N * int(np.prod(dtype[name].shape)), offset=start)
        fields[name] = column.reshape(N, *dtype[name].shape).copy()
        start += N * dtype[name].itemsize
    return fields
