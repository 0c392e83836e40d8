"""CIFAR-10: pickles that want to run code or to fill the memory, and damaged records."""

import pickle

from npdl import data
from tests.data.readers import makers
from tests.data.readers.hostile.base import MARKER, case, cases
from tests.data.readers.makers import cifar_batches, cifar_binary, cifar_python, write_files


def cifar_with(**changes):
    """CIFAR-10 in which some files are replaced: by bytes, or by a function of the bytes."""

    def run(folder):
        files = cifar_python(cifar_batches()) if "test_batch" in changes else cifar_binary(cifar_batches())
        for name, change in changes.items():
            name = name if name in files else f"{name}.bin"
            files[name] = change(files[name]) if callable(change) else change
        data.read_cifar10(write_files(folder / "cifar", files))

    return run


class Harm:
    """Its pickle calls a function as it is read."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def harmful(module, name, argument):
    return b"\x80\x02c" + f"{module}\n{name}\n".encode() + b"(" + makers._emit(argument) + b"tR."


def with_array(array):
    return b"\x80\x02}(" + makers._emit("data") + array + makers._emit("labels") + b"]K\x01au."


def bomb_with_a_label(shape, kind="u1", content=b"xyz"):
    return with_array(makers.array2(shape, kind, content))


CODE = f"open({MARKER!r}, 'w').close()"
PICKLES = {
    "os.system": (harmful("os", "system", f"touch {MARKER}"), "asks for os.system"),
    "posix.system": (harmful("posix", "system", f"touch {MARKER}"), "asks for posix.system"),
    "builtins.eval": (harmful("builtins", "eval", CODE), "asks for builtins.eval"),
    "__builtin__.eval": (harmful("__builtin__", "eval", CODE), "asks for __builtin__.eval"),
    "builtins.getattr": (harmful("builtins", "getattr", "x"), "asks for builtins.getattr"),
    "subprocess": (harmful("subprocess", "call", f"touch {MARKER}"), "asks for subprocess.call"),
    "numpy.load": (harmful("numpy", "load", "x.npy"), "asks for numpy.load"),
    "numpy's own eval": (harmful("numpy.f2py.crackfortran", "myeval", CODE), "asks for numpy.f2py"),
    "a class": (pickle.dumps(Harm(print, "x"), 2), "asks for (builtins|__builtin__).print"),
    "hidden in the data": (with_array(harmful("os", "system", f"touch {MARKER}")[2:-1]), "asks for os.system"),
    "protocol 4": (pickle.dumps({"data": Harm(exec, CODE)}, 4), "asks for builtins.exec"),
    "an instance by INST": (b"(S'touch harm-was-done'\nios\nsystem\n.", "instruction INST"),
    "an object by OBJ": (b"(cos\nsystem\nS'x'\no.", "instruction OBJ"),
    "an object by NEWOBJ": (b"\x80\x02cos\nsystem\n)\x81.", "instruction NEWOBJ"),
    "an extension": (b"\x80\x02\x82\x01.", "instruction EXT1"),
    "a persistent id": (b"Pid\n.", "instruction PERSID"),
    "an array of objects": (bomb_with_a_label((1,), "O8", b"12345678"), "arrays of plain numbers"),
    "an array of records": (bomb_with_a_label((1,), "V8", b"12345678"), "arrays of plain numbers"),
    "an array of a strange type": (bomb_with_a_label((1,), "\xff\xfe", b"12345678"), "arrays of plain numbers"),
    "an array of huge size": (
        bomb_with_a_label((2**31 - 1, 3072)),
        r"bytes of a u1 array of shape \(2147483647, 3072\)",
    ),
    "an array of negative size": (bomb_with_a_label((-1, -3)), "a shape or its bytes are not"),
    "an array without a shape": (with_array(b"cnumpy\nndarray\n)R"), "holds a ndarray"),
    "a type for an array": (with_array(b"cnumpy\ndtype\nU\x02u1\x85R"), "holds a dtype"),
    "a function for an array": (with_array(b"c_codecs\nencode\n"), 'should have "data"'),
    "the state of a function": (with_array(b"cnumpy\ndtype\n}b"), "sets the state of a function"),
    "text for an array": (with_array(b"U\x03abc"), 'should have "data"'),
    "a memo of 4 billion slots": (b"\x80\x02}r\xff\xff\xff\xff.", "asks for 4,294,967,295 memo slots"),
    "a string that claims 2 GiB": (b"\x80\x02T\xff\xff\xff\x7fabc.", "undamaged pickle"),
    "a string that claims 2^63 bytes": (b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7fabc.", ""),
    "tuples in tuples, as a key": (b"\x80\x02})" + b"\x85" * 100_000 + b"K\x01s.", "it has 100,000 tuples"),
    "lists in lists": (b"\x80\x02" + b"]" * 300_000 + b"a" * 299_999 + b".", "the pickle of a dict"),
    "pops from nothing": (b"\x80\x02K\x01K\x02s.", "reading it fails"),
    "gets what was never put": (b"\x80\x02h\x05.", "reading it fails"),
    "a list for a key": (b"\x80\x02}]K\x01s.", "unhashable"),
    "a protocol of the future": (b"\x80\xff}.", ""),
    "no end": (b"\x80\x02}", "undamaged pickle"),
    "text": (b"hello, world", ""),
}
for _name, (_content, _message) in PICKLES.items():
    case(f"pickle: {_name}", _message)(cifar_with(test_batch=_content))
    case(f"pickle of the class names: {_name}", "")(cifar_with(**{"test_batch": lambda b: b, "batches.meta": _content}))

cases(
    {
        "CIFAR-10 pickle: cut off": (cifar_with(test_batch=lambda b: b[: len(b) // 2]), "reading it fails"),
        "CIFAR-10 pickle: labels cut off": (cifar_with(test_batch=lambda b: b[:60]), "reading it fails"),
        "CIFAR-10 binary: cut off": (cifar_with(data_batch_3=lambda b: b[:-1]), "data_batch_3.bin should hold records"),
        "CIFAR-10 binary: empty": (cifar_with(data_batch_3=b""), "data_batch_3.bin should hold records"),
        "CIFAR-10 binary: a label out of range": (
            cifar_with(data_batch_3=lambda b: b"\x0a" + b[1:]),
            "data_batch_3.bin should have labels from 0 to 9; they go from 10 to 10",
        ),
        "CIFAR-10 binary: nine class names": (cifar_with(**{"batches.meta.txt": b"a b c d e f g h i"}), "it names 9"),
        "CIFAR-10: a batch of a gigabyte": (lambda folder: huge_batch(folder), "at most 67,108,864 bytes; it has 1,0"),
    }
)


def huge_batch(folder):
    write_files(folder / "cifar", cifar_binary(cifar_batches()))
    with open(folder / "cifar" / "data_batch_1.bin", "r+b") as file:
        file.truncate(2**30)  # a sparse file takes no room
    data.read_cifar10(folder / "cifar")
