"""Shut this process in before a stranger's code runs: namespaces, Landlock, limits. Linux; the standard library alone.

    limits      memory, processor time, size of files: anywhere that has `resource`
    namespaces  its own users, processes, mounts, network and messages: it sees no process but its own
    Landlock    reads Python, the C library and NumPy; writes in its scratch folder; nothing else can be opened

What a kernel lacks is left out and reported: the caller says "containment only" then.
"""

import contextlib
import ctypes
import os
import signal
import struct
import sys
import sysconfig

NEWNS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x00020000, 0x08000000, 0x10000000, 0x20000000, 0x40000000
PRIVATE, RECURSIVE, NOSUID, NODEV = 1 << 18, 1 << 14, 2, 4
NO_NEW_PRIVS, PARENT_DEATH = 38, 1
CREATE, ADD, RESTRICT = 444, 445, 446  # Landlock's system calls, the same on every architecture
READ_FILE, READ_DIR, EXECUTE = 1 << 2, 1 << 3, 1 << 0
NOBODY = 65534


def limits(memory, seconds, file_size):
    """Bound what each process from here on may take: bytes, seconds of processor time, bytes of a file."""
    try:
        import resource
    except ImportError:  # Windows
        return
    wanted = {"AS": memory, "CPU": seconds, "FSIZE": file_size, "CORE": 0, "NOFILE": 64}
    for name, value in wanted.items():
        which = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(which)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS has limits that it does not let anybody set
            resource.setrlimit(which, (value, value))


def namespaces(scratch, hidden):
    """Enter namespaces of this process's own; returns in their first process, as which all others die.

    scratch: an empty folder that becomes a file system in memory. hidden: folders that become empty.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(NEWUSER | NEWNS | NEWPID | NEWNET | NEWIPC):
        return []
    maps = {"setgroups": "deny", "uid_map": f"{NOBODY} {uid} 1", "gid_map": f"{NOBODY} {gid} 1"}
    try:
        for name, text in maps.items():
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)
        _first_process(libc)
        _mount(libc, "none", "/", None, PRIVATE | RECURSIVE)
        for folder in filter(os.path.isdir, hidden):
            _mount(libc, "tmpfs", folder, "tmpfs", NOSUID | NODEV, "size=4k,mode=555")
        _mount(libc, "tmpfs", scratch, "tmpfs", NOSUID | NODEV, "size=64m,mode=700")
        _mount(libc, "proc", "/proc", "proc", NOSUID | NODEV)
    except OSError:  # a container that lets nobody do this
        if os.getpid() != 1:
            _first_process(libc)  # or the second child could not be started
        return []
    _drop_capabilities(libc)
    return ["namespaces"]


def _mount(libc, source, target, kind, flags, options=""):
    done = libc.mount(source.encode(), os.fsencode(target), kind and kind.encode(), flags, options.encode())
    if done:
        raise OSError(ctypes.get_errno(), f"mount {target}: {os.strerror(ctypes.get_errno())}")


def _first_process(libc):
    """Go on as process 1 of the new namespace; the process outside waits for it, and neither outlives the other."""
    child = os.fork()
    if child:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        for fd in (0, 1):
            os.close(fd)
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    libc.prctl(PARENT_DEATH, signal.SIGKILL, 0, 0, 0)


def _drop_capabilities(libc):
    """In its namespace the first process may do anything, such as undo these mounts: no longer."""
    libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.capset(struct.pack("=Ii", 0x20080522, 0), bytes(24))


def too_many(processes, memory):
    """Whether this namespace has more processes than that, or they hold more memory together, in bytes."""
    numbers = [name for name in os.listdir("/proc") if name.isdigit()]
    pages = 0
    for number in numbers[: processes + 1]:
        with contextlib.suppress(OSError), open(f"/proc/{number}/statm", encoding="ascii") as file:
            pages += int(file.read().split()[1])
    return len(numbers) > processes or pages * os.sysconf("SC_PAGE_SIZE") > memory


def landlock(scratch):
    """Let this process open nothing but Python, NumPy and the C library to read, and `scratch` to write."""
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(CREATE, None, 0, 1)
    if version < 1:
        return []
    everything = (1 << 13) - 1
    everything |= (1 << 13 if version >= 2 else 0) | (1 << 14 if version >= 3 else 0) | (1 << 15 if version >= 5 else 0)
    network = 3 if version >= 4 else 0
    attributes = struct.pack("QQ", everything, network) if network else struct.pack("Q", everything)
    rules = libc.syscall(CREATE, attributes, len(attributes), 0)
    if rules < 0:
        return []
    for path in readable():
        _allow(libc, rules, path, (READ_FILE | READ_DIR | EXECUTE) & everything)
    _allow(libc, rules, scratch, everything)
    _allow(libc, rules, "/dev/null", READ_FILE | 1 << 1)
    libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
    done = libc.syscall(RESTRICT, rules, 0)
    os.close(rules)
    return [] if done else ["Landlock"]


def readable():
    """What Python needs to run with NumPy: its library without site-packages, the packages by name, the C library."""
    import numpy

    library = sysconfig.get_path("stdlib")
    paths = [os.path.join(library, name) for name in os.listdir(library) if not name.endswith("-packages")]
    packages = os.path.dirname(os.path.dirname(numpy.__file__))
    paths += [os.path.join(packages, name) for name in ("numpy", "numpy.libs")]
    paths += ["/lib", "/lib64", "/usr/lib", "/etc/ld.so.cache", "/dev/urandom", "/proc", "/usr/share/zoneinfo"]
    paths += [sysconfig.get_config_var("LIBDIR") or "", os.path.realpath(sys.executable)]
    outside = [path for path in paths if os.path.exists(path) and not _holds(path, packages)]
    return [path for path in outside if path != "/usr/lib" or not packages.startswith("/usr/lib")]


def _holds(path, packages):
    """Whether site-packages lie below this folder: it must not be opened as a whole."""
    return os.path.isdir(path) and os.path.realpath(packages).startswith(os.path.realpath(path) + os.sep)


def _allow(libc, rules, path, access):
    if not os.path.isdir(path):
        access &= READ_FILE | 1 << 1 | EXECUTE | 1 << 14
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    libc.syscall(ADD, rules, 1, struct.pack("=Qi", access, fd), 0)
    os.close(fd)
