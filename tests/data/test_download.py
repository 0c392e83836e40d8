"""Downloads from a server in a thread of this very process: resumed, verified, from the next mirror."""

import hashlib
import http.server
import socket
import struct
import threading

import numpy as np
import pytest

from npdl.data import download, fetch

CONTENT = np.random.RandomState(0).bytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Server(http.server.ThreadingHTTPServer):
    """Serves CONTENT below folders that say how: good, cut, reset, norange, wrong, long, missing, noise, wrongrange."""

    daemon_threads = True
    requests: list

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        how = self.path.split("/")[1]
        wanted = self.headers.get("Range")
        self.server.requests.append((how, wanted))
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and how != "norange" else 0
        content = {"wrong": bytes(len(CONTENT)), "long": CONTENT + b"more"}.get(how, CONTENT)
        if how == "missing":
            self.send_error(404)
            return
        if how == "noise":
            self.wfile.write(b"\x00\x01 this is no HTTP\r\n\r\n")
            return
        self.send_response(206 if wanted and how != "norange" else 200)
        if wanted and how != "norange":
            claimed = start + 7 if how == "wrongrange" else start
            self.send_header("Content-Range", f"bytes {claimed}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start : start + 100_000] if how in ("cut", "reset") else content[start:])
        if how == "reset":  # and no polite end
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ask(server, tmp_path, monkeypatch):
    """Fetch a set of one file from these folders of the server."""

    def ask(*folders, sha256=SHA256, size=300_000):
        mirrors = tuple(f if "://" in f else f"http://127.0.0.1:{server.server_port}/{f}/" for f in folders)
        monkeypatch.setitem(download.SETS, "tiny", [download.Remote("tiny.bin", size, sha256, mirrors)])
        return fetch("tiny", tmp_path)

    return ask


def files(folder):
    return sorted(f.name for f in folder.rglob("*") if f.is_file())


def test_the_file_comes_and_stays(ask, server, tmp_path):
    path = ask("good")
    assert path == tmp_path / "tiny" / "tiny.bin" and path.read_bytes() == CONTENT
    assert files(tmp_path) == ["tiny.bin"] and server.requests == [("good", None)]
    ask("good")
    assert len(server.requests) == 1  # it is there: nothing is asked for


def test_it_goes_on_after_each_break(ask, server):
    assert ask("cut").read_bytes() == CONTENT
    assert server.requests == [("cut", None), ("cut", "bytes=100000-"), ("cut", "bytes=200000-")]


def test_it_goes_on_after_a_connection_is_lost(ask, server, tmp_path):
    """What had come when the connection was lost may be anything up to all that was sent; it is kept."""
    assert ask("reset", "good").read_bytes() == CONTENT
    asked = [int((wanted or "bytes=0-")[6:-1]) for _, wanted in server.requests]
    assert len(asked) >= 2 and asked == sorted(asked)


def test_it_goes_on_where_another_run_broke_off(ask, server, tmp_path):
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "tiny.bin.part").write_bytes(CONTENT[:123_456])
    assert ask("good").read_bytes() == CONTENT
    assert server.requests == [("good", "bytes=123456-")] and files(tmp_path) == ["tiny.bin"]


@pytest.mark.parametrize("how", ["norange", "wrongrange"])
def test_a_server_that_cannot_go_on(how, ask, tmp_path):
    """It begins at the beginning, or sends what nobody asked for, and then the next mirror goes on."""
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "tiny.bin.part").write_bytes(CONTENT[:1000])
    assert ask(how, "good").read_bytes() == CONTENT


@pytest.mark.parametrize("dead", ["missing", "noise", "wrong", "http://127.0.0.1:9/", "http://no.such.host.invalid/"])
def test_the_next_mirror_is_asked(dead, ask, tmp_path):
    assert ask(dead, "good").read_bytes() == CONTENT
    assert files(tmp_path) == ["tiny.bin"]


def test_a_part_that_is_wrong_does_not_stay(ask, server, tmp_path):
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "tiny.bin.part").write_bytes(bytes(1000))
    assert ask("good").read_bytes() == CONTENT
    assert server.requests == [("good", "bytes=1000-"), ("good", None)] and files(tmp_path) == ["tiny.bin"]


def test_a_part_that_is_too_long_does_not_stay(ask, tmp_path):
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "tiny.bin.part").write_bytes(bytes(400_000))
    assert ask("good").read_bytes() == CONTENT


def test_a_whole_part_needs_only_its_name(ask, server, tmp_path):
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "tiny.bin.part").write_bytes(CONTENT)
    assert ask("good").read_bytes() == CONTENT and server.requests == []


def test_no_more_is_taken_than_was_published(ask):
    assert ask("long").read_bytes() == CONTENT


def test_a_wrong_hash_leaves_nothing(ask, tmp_path):
    with pytest.raises(OSError, match=r"no mirror gives tiny.bin. http://127.0.0.1:\d+/wrong/tiny.bin: what it sends"):
        ask("wrong", "good", sha256="0" * 64)
    assert files(tmp_path) == []


def test_all_mirrors_are_named_when_none_has_it(ask):
    with pytest.raises(OSError, match=r"missing/tiny.bin: HTTP Error 404.*noise/tiny.bin: not an answer in HTTP"):
        ask("missing", "noise")


def test_what_is_missing_at_the_end(ask, tmp_path):
    with pytest.raises(OSError, match="it breaks off after 300,000 of 900,000 bytes"):
        ask("good", size=900_000)
    assert files(tmp_path) == ["tiny.bin.part"]  # the next run goes on from there


def test_a_file_that_is_not_the_published_one_is_not_touched(ask, server, tmp_path):
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "tiny.bin").write_bytes(b"my own")
    with pytest.raises(OSError, match=r"tiny.bin is not the file that was published; move it away"):
        ask("good")
    assert (tmp_path / "tiny" / "tiny.bin").read_bytes() == b"my own" and server.requests == []


def test_several_files_make_a_folder(ask, server, tmp_path, monkeypatch):
    mirrors = (f"http://127.0.0.1:{server.server_port}/good/",)
    two = [download.Remote(name, len(CONTENT), SHA256, mirrors) for name in ("a", "b")]
    monkeypatch.setitem(download.SETS, "two", two)
    assert fetch("two", tmp_path) == tmp_path / "two" and files(tmp_path) == ["a", "b"]


def test_where_it_goes_unless_told(ask, server, tmp_path, monkeypatch):
    ask("good")
    monkeypatch.setenv("NPDL_DATA", str(tmp_path / "elsewhere"))
    assert fetch("tiny") == tmp_path / "elsewhere" / "tiny" / "tiny.bin"


def test_a_set_that_there_is_not(tmp_path):
    with pytest.raises(
        ValueError, match=r"fetch: name should be one of cifar10, cifar10-python, mnist, .*; got 'cifar'"
    ):
        fetch("cifar", tmp_path)


def test_the_published_files():
    for name, remotes in download.SETS.items():
        for remote in remotes:
            assert len(remote.sha256) == 64 and remote.size > 1000 and len(remote.mirrors) >= 1, name
            assert all(mirror.startswith("http") and mirror.endswith("/") for mirror in remote.mirrors)
    assert sum(len(remotes) for remotes in download.SETS.values()) == 13
