"""English and Chinese: a Text holds both, and MESSAGES are those of the engine itself."""

import os
from typing import NamedTuple

LANGUAGES = ("en", "zh")


class Text(NamedTuple):
    """The same sentence in each language."""

    en: str
    zh: str

    def __call__(self, language="en", **fields):
        return getattr(self, language).format(**fields) if fields else getattr(self, language)


def language(wanted=None):
    """The language to speak: the one wanted, else NPDL_LANG, else English. ValueError for one that nobody speaks."""
    wanted = wanted or os.environ.get("NPDL_LANG") or "en"
    if wanted not in LANGUAGES:
        raise ValueError(f"language: lang should be one of {', '.join(LANGUAGES)}; got {wanted!r}")
    return wanted


def say(key, lang, **fields):
    """A message of the engine."""
    return MESSAGES[key](lang, **fields)


MESSAGES = {
    "right": Text("right", "正确"),
    "wrong": Text("not yet right", "还不对"),
    "open": Text("not written yet", "尚未编写"),
    "missing": Text("the function {name} is not in {file}", "{file} 中没有函数 {name}"),
    "no_file": Text(
        "there is no file {file} (npdl lab makes a working copy; go into it, or say --folder)",
        "没有文件 {file}（npdl lab 会建立工作副本；请进入该文件夹，或用 --folder 指定）",
    ),
    "raised": Text("it raises {type}: {text}", "抛出 {type}：{text}"),
    "at": Text("{file}, line {line}", "{file} 第 {line} 行"),
    "timeout": Text("it did not finish within {seconds:g} s", "{seconds:g} 秒内没有运行结束"),
    "crash": Text(
        "the process that ran it has ended (or took too much memory, or too many processes)",
        "运行它的进程意外结束（或占用了过多内存、过多进程）",
    ),
    "garbage": Text("what it returned could not be read", "无法读取它的返回值"),
    "changed": Text("it changes one of its arguments in place; work on a copy", "它就地修改了某个参数；请在副本上操作"),
    "mistake": Text("your answer equals a known mistake: {text}", "你的结果与一个常见错误完全一致：{text}"),
    "law": Text("it breaks a law: {text}", "它违反了一条规律：{text}"),
    "diagnosis": Text("gradcheck says: {text}", "gradcheck 的诊断：{text}"),
    "structure": Text("{where} should be {expected}; got {got}", "{where} 应为 {expected}；得到 {got}"),
    "shape": Text("{where} has shape {got}; expected {expected}", "{where} 的形状是 {got}；应为 {expected}"),
    "not_finite": Text("{where} has nan or inf in it", "{where} 中有 nan 或 inf"),
    "zero": Text("{where} is zero everywhere", "{where} 处处为零"),
    "sign": Text("{where} has the wrong sign", "{where} 的符号反了"),
    "factor": Text(
        "{where} is off by one factor everywhere: yours = {factor:.6g} x expected{of}",
        "{where} 处处相差同一个倍数：你的 = {factor:.6g} x 应有值{of}",
    ),
    "offset": Text(
        "{where} is off by the same amount everywhere: yours - expected = {offset:.6g}",
        "{where} 处处相差同一个数：你的 - 应有值 = {offset:.6g}",
    ),
    "transposed": Text("{where} is transposed", "{where} 被转置了"),
    "permuted": Text("{where} has the right numbers in other places", "{where} 的数值都对，但位置不对"),
    "rough": Text(
        "{where} is right to about {digits} digits only: is something in float32, or an epsilon misplaced?",
        "{where} 只有约 {digits} 位正确：是否用了 float32，或 epsilon 放错了位置？",
    ),
    "entries": Text(
        "{where}: {wrong} of {total} numbers differ; the worst is at {index}: {got:.6g}, expected {expected:.6g}",
        "{where}：{total} 个数中有 {wrong} 个不同；相差最大处在 {index}：{got:.6g}，应为 {expected:.6g}",
    ),
    "value": Text("{where} is {got}; expected {expected}", "{where} 是 {got}；应为 {expected}"),
    "case": Text("(case {number} of {total}, seed {seed})", "（第 {number} / {total} 个测试，种子 {seed}）"),
    "own_wrong": Text(
        "right over reference versions of what it builds on; over your own {names} the result differs",
        "在参考实现之上是正确的；但在你自己的 {names} 之上结果不同",
    ),
    "own_cache": Text("right with the cache of your own forward", "配合你自己 forward 的 cache 是正确的"),
    "printed": Text("it printed: {text}", "它打印了：{text}"),
    "hint": Text("hint {number} of {total}: {text}", "提示 {number} / {total}：{text}"),
    "more_hints": Text(
        'for a hint: npdl.hint("{name}")   (terminal: npdl hint {name})',
        '需要提示：npdl.hint("{name}")   （终端：npdl hint {name}）',
    ),
    "loaded": Text("checked {file}, sha256 {sha}", "已检查 {file}，sha256 {sha}"),
    "points": Text("{points:g} of {of:g} points", "{points:g} / {of:g} 分"),
    "repair_missing": Text("{name} was not there; the gap was put back", "没有找到 {name}；已恢复为空白"),
    "repair_twice": Text("{name} is defined {count} times; the last one counts", "{name} 定义了 {count} 次；以最后一次为准"),
    "repair_syntax": Text(
        "{name} cannot be read (line {line}: {text}); the rest counts",
        "{name} 无法解析（第 {line} 行：{text}）；其余部分照常计分",
    ),
    "repair_given": Text("{name} is given code; its change was undone", "{name} 是给定代码；其改动已撤销"),
    "repair_statement": Text("line {line} is no definition; it was left out", "第 {line} 行不是定义语句；已略去"),
    "repair_encoding": Text("the file is not UTF-8; unreadable letters were replaced", "文件不是 UTF-8 编码；无法识别的字符已被替换"),
}  # fmt: skip
