"""Submissions that mean harm, or look as if: {name: (how affine_forward is written, or the whole file's bytes)}."""

import io
import stat
import struct
import zipfile

import pytest

from npdl.course import material
from npdl.course.child import Child

RIGHT = material.load("a2").modules["layers"].__source__
BODY = "    # BEGIN SOLUTION\n    y = x.reshape(len(x), -1) @ w + b\n    return y, (x, w, b)\n    # END SOLUTION\n"
assert BODY in RIGHT


def written(*lines):
    """The right module with these lines as the body of affine_forward."""
    return RIGHT.replace(BODY, "".join(f"    {line}\n" for line in lines))


def bodies(canary):
    """{name: source} of what is run. canary: a folder with files that must stay as they are and unread."""
    fake = "return x.reshape(len(x), -1) @ w, None"  # wrong: without the bias
    return {
        "endless_loop": written("while True: pass"),
        "sleeps": written("import time", "time.sleep(3600)"),
        "fork_bomb": written("import os", "while True:", "    try: os.fork()", "    except OSError: pass"),
        "thread_bomb": written(
            "import threading, time", "while True: threading.Thread(target=time.sleep, args=(99,), daemon=True).start()"
        ),
        "100_gb": written("a = np.ones(12_500_000_000)", "return a, None"),
        "creeping_memory": written("a = []", "while True: a.append(np.ones(1_000_000))"),
        "10_gb_output": written("while True: print('x' * 1_000_000)"),
        "10_gb_file": written("f = open('big', 'wb')", "while True: f.write(b'x' * 1_000_000)"),
        "huge_result": written("return np.zeros(60_000_000), None"),
        "deletes": written(
            "import os, shutil", f"shutil.rmtree({canary!r}, ignore_errors=True)",
            f"os.system('rm -rf ' + {canary!r} + '/*')", fake,
        ),
        "overwrites": written(f"open({canary + '/key.txt'!r}, 'w').write('mine')", fake),
        "kills_its_parent": written("import os", "os.kill(os.getppid(), 9)", "os.kill(1, 9)", "os.kill(-1, 9)", fake),
        "reads_the_key": written(f"key = open({canary + '/key.txt'!r}).read()", "return key, None"),
        "lists_the_others": written("import os", f"names = os.listdir({canary!r})", "return ' '.join(names), None"),
        "exits_hard": written("import os", "os._exit(0)"),
        "exits": written("import sys", "sys.exit(0)"),
        "segfault": written("import ctypes", "ctypes.string_at(0)"),
        "equal_to_everything": written(
            "class Same(float):", "    def __eq__(self, other): return True",
            "    def __array__(self, *a, **k): return x", "return Same(), None",
        ),
        "rigged_array": written(
            "class Same(np.ndarray):", "    def __eq__(self, other): return np.ones(1, bool)",
            "    def __sub__(self, other): return np.zeros(1)", "    __rsub__ = __sub__",
            "return np.zeros((len(x), len(b))).view(Same), None",
        ),
        "patched_numpy": written(
            "np.allclose = np.array_equal = lambda *a, **k: True", "np.abs = lambda a: 0 * a", fake,
        ),
        "patched_worker": written(
            "import sys", "wire = sys.modules['wire']", "worker = sys.modules.get('worker')",
            "wire.pack = lambda *a, **k: b'\\0' * 64", fake,
        ),
        "garbage_in_the_pipe": written(
            "import os", "for fd in range(3, 64):", "    try: os.write(fd, b'\\xff' * 4096)",
            "    except OSError: pass", fake,
        ),
        "closes_everything": written("import os", "os.closerange(0, 64)", fake),
        "imports_the_reference": written("import npdl", "return npdl.ops.affine_forward(x, w, b)"),
        "finds_the_reference": written(
            "import sys, importlib", "sys.meta_path.pop(0)", f"sys.path.insert(0, {str(material.HERE.parents[1])!r})",
            "linear = importlib.import_module('npdl.ops.linear')", "return linear.affine_forward(x, w, b)",
        ),
        "reads_the_reference": written(
            f"text = open({str(material.load('a2').path / 'source' / 'layers.py')!r}).read()", "room = {}",
            "exec(text, room)", "return room['affine_forward'](x, w, b)",
        ),
        "network": written("import socket", "socket.create_connection(('127.0.0.1', 22), 1)", fake),
        "recursion": written("return affine_forward(x, w, b)"),
        "holds_itself": written("a = []", "a.append(a)", "return a, None"),
        "a_pickle": written(
            "class Bomb:", "    def __reduce__(self): import os; return os._exit, (1,)", "return Bomb(), None"
        ),
        "leaves_a_daemon": written(
            "import os, signal, time", "if os.fork() == 0:", "    os.setsid()",
            "    for s in (1, 2, 15): signal.signal(s, signal.SIG_IGN)", "    time.sleep(3600)", fake,
        ),
        "argument_trick": written("x[...] = 0", "w[...] = 0", "b[...] = 0", "return np.zeros((len(x), len(b))), None"),
        "syntax_error": written("y = x @ w +", "return y, None"),
        "hostile_decorator": RIGHT.replace(
            "def affine_forward(", "@(lambda f: __import__('os')._exit(3))\ndef affine_forward("
        ).replace(BODY, f"    {fake}\n"),
        "hostile_top_level": "import os\nos._exit(0)\nraise SystemExit\n" + written(fake),
        "patches_at_the_top": "import numpy as np\nnp.allclose = lambda *a: True\n" + written(fake),
    }  # fmt: skip


def require_walls():
    """Skip where the kernel, or a container around it, has neither namespaces nor Landlock for us: strangers' code must
    not run there."""
    with Child(confined=True) as child:
        child.start()
        if set(child.walls) != {"namespaces", "Landlock"}:
            pytest.skip(f"only {', '.join(child.walls) or 'containment'} here")


UNREADABLE = ("not_a_zip", "empty_zip", "zip_bomb", "lying_zip", "zip_slip", "symlink", "many_files")


def zips(canary):
    """{name: bytes} of zips that are no submission, or not only."""
    link = zipfile.ZipInfo("a2/layers.py")
    link.external_attr, link.create_system = (stat.S_IFLNK | 0o777) << 16, 3
    bomb = _zip({"a2/layers.py": b"#" * (64 << 20)})
    return {
        "not_a_zip": b"PK\3\4 this is none",
        "empty_zip": _zip({}),
        "zip_bomb": bomb,
        "lying_zip": bomb.replace(struct.pack("<I", 64 << 20), struct.pack("<I", 100)),
        "zip_slip": _zip({"../../layers.py": RIGHT.encode(), f"{canary}/layers.py": RIGHT.encode()}),
        "symlink": _zip({link: f"{canary}/key.txt".encode()}),
        "many_files": _zip({f"{i}.txt": b"" for i in range(10_001)}),
    }


def texts():
    """{name: bytes} of files in odd encodings and forms, with the points that they are worth of affine's 3."""
    return {
        "latin_1": ("# caf\xe9\n".encode("latin-1") + RIGHT.encode(), 3),
        "utf_8_mark": (b"\xef\xbb\xbf" + RIGHT.encode(), 3),
        "windows_lines": (RIGHT.replace("\n", "\r\n").encode(), 3),
        "utf_16": (RIGHT.encode("utf-16"), 0),
        "null_bytes": (b"\0" * 100 + RIGHT.encode(), 3),
        "empty": (b"", 0),
        "deeply_nested": (b"x = " + b"(" * 100_000 + b")" * 100_000 + b"\n" + RIGHT.encode(), 3),
        "binary": (bytes(range(256)) * 100, 0),
    }


def _zip(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()
