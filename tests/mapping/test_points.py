"""Clouds of points and the view from above: exact on scenes that are known."""

import numpy as np
import pytest

from npdl import InputError
from npdl.mapping.bev import birds_eye, ground_homography, height_map
from npdl.mapping.lzf import compress, decompress
from npdl.mapping.points import back_project, move, project, read_pcd, stitch, thin, write_pcd

SHORT = b"FIELDS x\nSIZE 4\nTYPE F\nPOINTS 3\nDATA binary_compressed\n"
K = np.array([[50.0, 0, 31.5], [0, 50.0, 23.5], [0, 0, 1]])


def pose(angle=0.0, t=(0, 0, 0)):
    matrix = np.eye(4)
    matrix[:3, :3] = [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    matrix[:3, 3] = t
    return matrix


def depth_of_wall(camera, z=4.0, shape=(48, 64)):
    """The depths of the wall at z in the world that a camera sees."""
    rays = back_project(np.ones(shape), K) @ camera[:3, :3].T
    return (z - camera[2, 3]) / rays[..., 2]


@pytest.mark.topic("R479")
def test_back_and_forth():
    depth = np.random.default_rng(0).uniform(1, 5, (48, 64))
    points = back_project(depth, K).reshape(-1, 3)
    assert back_project(np.ones((480, 640)), K).size // 3 == 307_200
    pixels = project(points, K)
    np.testing.assert_allclose(pixels, np.argwhere(depth > 0)[:, ::-1], atol=1e-10)
    np.testing.assert_array_equal(points[:, 2], depth.ravel())
    assert np.isnan(project(np.array([[0, 0, -1.0]]), K)).all()


@pytest.mark.topic("R479")
def test_stitched_walls_and_ghosts():
    poses = [pose(), pose(0.2, (0.5, 0, 0)), pose(-0.3, (-1, 0.1, 0.5))]
    depths = [depth_of_wall(p) for p in poses]
    depths[0][:5] = 0  # saw nothing
    cloud = stitch(depths, poses, K)
    assert len(cloud) == 3 * 48 * 64 - 5 * 64
    np.testing.assert_allclose(cloud[:, 2], 4, atol=1e-12)
    ghost = stitch(depths, [poses[0], pose(0.2, (0.5, 0, 0.3)), poses[2]], K)  # one pose is 30 cm off
    assert len(np.unique(ghost[:, 2].round(6))) == 2
    np.testing.assert_allclose(move(np.array([[0, 0, 1.0]]), pose(np.pi / 2, (1, 2, 3))), [[2, 2, 3]], atol=1e-12)


@pytest.mark.topic("R479")
def test_thin():
    points = np.array([[0.1, 0.1, 0.1], [0.3, 0.1, 0.1], [1.5, 0, 0], [-0.1, 0, 0]])
    np.testing.assert_allclose(thin(points, 1.0), [[-0.1, 0, 0], [0.2, 0.1, 0.1], [1.5, 0, 0]])


@pytest.mark.topic("R480")
@pytest.mark.parametrize("data", ["ascii", "binary", "binary_compressed"])
def test_pcd_round_trip(tmp_path, data):
    random = np.random.default_rng(0)
    fields = {name: random.normal(size=20).astype(np.float32) for name in "xyz"}
    fields |= {"time": random.normal(size=20), "rgb": random.integers(0, 2**24, 20).astype(np.uint32)}
    fields["label"] = random.integers(-5, 5, 20).astype(np.int32)
    fields |= {"ring": random.integers(0, 2**16, 20).astype(np.uint16), "class": np.arange(236, 256, dtype=np.uint8)}
    write_pcd(tmp_path / "a.pcd", fields, data=data)
    found = read_pcd(tmp_path / "a.pcd")
    assert list(found) == list(fields)
    for name, column in fields.items():
        assert found[name].dtype == column.dtype
        np.testing.assert_array_equal(found[name], column)
        found[name][0] = 0  # its own memory, not the file's


@pytest.mark.topic("R480")
def test_a_compressed_file_byte_by_byte(tmp_path):
    """Two points, x = 1, 2 and normals of three numbers, compressed by hand: field after field, not point by point."""
    header = (
        b"VERSION 0.7\nFIELDS x normal\nSIZE 4 1\nTYPE F U\nCOUNT 1 3\nWIDTH 2\nHEIGHT 1\nPOINTS 2\n"
        b"DATA binary_compressed\n"
    )
    lzf = b"\x07\x00\x00\x80\x3f\x00\x00\x00\x40\x00\x05" + b"\x60\x00"  # x; a 5, and five more from 1 byte back
    (tmp_path / "a.pcd").write_bytes(header + bytes([len(lzf), 0, 0, 0, 14, 0, 0, 0]) + lzf)
    found = read_pcd(tmp_path / "a.pcd")
    assert found["x"].tolist() == [1, 2] and found["normal"].tolist() == [[5, 5, 5], [5, 5, 5]]
    flat = np.zeros(1000, np.float32)
    write_pcd(tmp_path / "b.pcd", {"x": flat, "y": flat + 1}, data="binary_compressed")
    assert (tmp_path / "b.pcd").stat().st_size < 400
    assert b"DATA binary_compressed\n" in (tmp_path / "b.pcd").read_bytes()
    write_pcd(tmp_path / "b.pcd", {"x": flat[:0]}, data="binary_compressed")
    assert read_pcd(tmp_path / "b.pcd")["x"].shape == (0,)


@pytest.mark.topic("R480")
@pytest.mark.parametrize(
    "plain, packed",
    [
        (b"", b""),
        (b"abc", b"\x02abc"),
        (b"aaaaaaaaaa", b"\x00a\xe0\x00\x00"),  # one, then nine from 1 back
        (b"abcdabcd", b"\x03abcd\x40\x03"),
        (bytes(range(33)), b"\x1f" + bytes(range(32)) + b"\x00\x20"),
    ],
)
def test_lzf_byte_by_byte(plain, packed):
    assert compress(plain) == packed
    assert decompress(packed, len(plain)) == plain


@pytest.mark.topic("R480")
def test_lzf_there_and_back():
    random = np.random.default_rng(0)
    for high, n in ((2, 5000), (256, 3000), (256, 264), (1, 20000), (3, 40)):
        data = random.integers(0, high, n, dtype=np.uint8).tobytes()
        data += random.bytes(9000) + data  # a piece farther back than 13 bits reach
        assert decompress(compress(data), len(data)) == data
    cases = (b"\x05ab", "of 2 bytes"), (b"\x00a\x20\x05", "there before"), (b"\x00a\xe0\x00", "within a")
    for damaged, reason in cases:
        with pytest.raises(InputError, match=reason):
            decompress(damaged, 10)


@pytest.mark.topic("R480")
def test_a_file_as_others_write_it(tmp_path):
    text = (
        "# .PCD v.7 - Point Cloud Data file format\nVERSION .7\nFIELDS x y z normal\nSIZE 4 4 4 4\nTYPE F F F F\n"
        "COUNT 1 1 1 3\nWIDTH 2\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS 2\nDATA ascii\n"
        "0.93773 0.33763 0 1 0 0\n0.90805 0.35641 nan 0 1 0\n"
    )
    (tmp_path / "a.pcd").write_text(text, encoding="ascii")
    found = read_pcd(tmp_path / "a.pcd")
    assert found["x"].tolist() == [np.float32(0.93773), np.float32(0.90805)]
    assert np.isnan(found["z"][1]) and found["normal"].tolist() == [[1, 0, 0], [0, 1, 0]]
    write_pcd(tmp_path / "b.pcd", {"x": np.zeros(2, np.float32)})
    header, body = (tmp_path / "b.pcd").read_bytes().split(b"DATA binary\n")
    assert body == bytes(8) and b"FIELDS x\nSIZE 4\nTYPE F\nCOUNT 1\nWIDTH 2\nHEIGHT 1\n" in header


@pytest.mark.topic("R487")
def test_the_ground_from_above_is_exact():
    """A camera 1.5 m above a ground whose brightness is known: every pixel of it, then the ground from the pixels."""
    H = ground_homography(K, 1.5, pitch=0.5)
    rows, columns = np.indices((48, 64))
    h = np.stack([columns, rows, np.ones((48, 64))], axis=-1) @ np.linalg.inv(H).T
    X, Y = h[..., 0] / h[..., 2], h[..., 1] / h[..., 2]

    def brightness(x, y):
        return 0.5 + 0.2 * np.sin(2 * x) + 0.1 * np.cos(1.5 * y)

    image = np.where(Y > 0, brightness(X, Y), 0)
    x, y = np.linspace(-1, 1, 21), np.linspace(1.5, 4, 26)
    seen = birds_eye(image, H, x, y)
    np.testing.assert_allclose(seen, brightness(*np.meshgrid(x, y)), atol=3e-3)
    assert np.all(birds_eye(image, H, x, np.array([-5.0])) == 0)  # behind the camera
    colour = np.stack([image] * 3, axis=2)
    np.testing.assert_allclose(birds_eye(colour, H, x, y)[..., 1], seen)


@pytest.mark.topic("R487")
def test_the_homography_by_geometry():
    H = ground_homography(K, 2.0)
    x, y, w = H @ [1, 10, 1]  # 10 m ahead: at depth 10, 2 m below the axis
    assert (x / w, y / w) == pytest.approx((31.5 + 50 * 1 / 10, 23.5 + 50 * 2 / 10))
    x, y, w = ground_homography(K, 2.0, pitch=np.pi / 4) @ [0, 2, 1]  # looking at the ground 2 m ahead
    assert (x / w, y / w) == pytest.approx((31.5, 23.5))


@pytest.mark.topic("R487")
def test_height_map():
    points = np.array([[0.1, 0.1, 1], [0.4, 0.2, 3], [0.6, 0.1, 2], [0.1, 1.9, -1]])
    outside = [[5, 5, 5], [-0.1, 0, 9], [1.2, 1, 7], [0, 2.2, 7]]
    points = np.concatenate([points, outside])
    found = height_map(points, (0, 0), (1, 2), 0.5)
    assert found.shape == (4, 2)
    np.testing.assert_array_equal(found, [[3, 2], [np.nan, np.nan], [np.nan, np.nan], [-1, np.nan]])
    moved = height_map(points + np.array([7, -3, 0]), (7, -3), (8, -1), 0.5)
    np.testing.assert_array_equal(moved, found)


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda p: back_project(np.zeros(3), K), "back_project: depth should be a 2-d array"),
        (lambda p: stitch([np.ones((2, 2))], [], K), "stitch: poses should be one for each of 1"),
        (lambda p: write_pcd(p, {"x": np.zeros(2), "y": np.zeros(3)}), "should be an array of shape"),
        (lambda p: write_pcd(p, {"x": np.zeros(2, complex)}), "of float32/64"),
        (lambda p: [p.write_bytes(b"VERSION 0.7\n"), read_pcd(p)], "with a line DATA"),
        (lambda p: [p.write_bytes(b"FIELDS x\nSIZE 4\nTYPE F\nPOINTS 3\nDATA binary\n1"), read_pcd(p)], "3 points of"),
        (lambda p: [p.write_bytes(b"DATA binary_zipped\n"), read_pcd(p)], "plain types, ascii, binary, binary_comp"),
        (lambda p: [p.write_bytes(SHORT + bytes(4)), read_pcd(p)], "the numbers of bytes"),
        (lambda p: [p.write_bytes(SHORT + bytes(8)), read_pcd(p)], "3 points of"),
        (lambda p: write_pcd(p, {"x": np.zeros(2)}, data="zip"), "data should be one of ascii"),
        (lambda p: ground_homography(K, 0), "height should be greater than 0"),
        (lambda p: height_map(np.zeros((1, 3)), (0, 0), (0, 1), 1), "low should be below high"),
    ],
)
def test_refuses(action, message, tmp_path):
    with pytest.raises(InputError, match=message):
        action(tmp_path / "a.pcd")
