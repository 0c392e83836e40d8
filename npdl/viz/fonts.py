"""Chinese in plots: matplotlib's own font has no Chinese letters, but it looks for each letter in a list of fonts."""

KNOWN = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "SimHei", "PingFang SC", "Hiragino Sans GB",
    "Heiti SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback",
)  # fmt: skip


def use_chinese_fonts():
    """Let plots fall back on the Chinese fonts of this machine for letters that their own font lacks.

    Returns the names of those found. Where there is none, nothing changes: install one, such as fonts-noto-cjk.
    """
    import matplotlib
    from matplotlib import font_manager

    installed = set(font_manager.get_font_names())
    found = [name for name in KNOWN if name in installed]
    family = [name for name in matplotlib.rcParams["font.sans-serif"] if name in installed and name not in found]
    if found:
        matplotlib.rcParams.update({"font.family": [*family[:1], *found], "axes.unicode_minus": False})
    return found
