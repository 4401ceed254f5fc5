"""Yes and no."""

from __future__ import annotations

from typing import Final

from geoprio.sources.parsers.words import Refused, plain

YES: Final = frozenset(
    (
        *("1", "1.0", "true", "yes", "y", "t", "是", "有", "已", "√", "✓", "✔", "☑", "对", "具备"),
        *("有电梯", "已有", "已装", "已安装", "已加装", "已成立", "已建", "有业委会", "有物业"),
    )
)
NO: Final = frozenset(
    (
        *("0", "0.0", "false", "no", "n", "f", "否", "无", "没有", "未", "没", "×", "✗", "✘", "☒", "不具备"),
        *("无电梯", "未装", "未安装", "未加装", "未成立", "未建", "无业委会", "无物业"),
    )
)


def yes_no(text: str) -> bool:
    """Return what 是, 否, 有, 无, 1, 0, √, ×, yes, no and the like answer.

    Raises
    ------
    Refused
        If it is neither, such as 部分.
    """
    word = plain(text).lower().strip("()。")
    if word in YES:
        return True
    if word in NO:
        return False
    raise Refused("neither yes nor no", "use yes or no (是 or 否)")
