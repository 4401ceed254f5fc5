"""Faces with Chinese type."""

from typing import Final

CJK_FONTS: Final = (
    *("Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Microsoft YaHei"),
    *("PingFang SC", "SimHei", "Droid Sans Fallback"),
)
"""The best first."""
