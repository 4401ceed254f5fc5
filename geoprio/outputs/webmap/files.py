"""The map page as files: tiles within the page while they are small, else as scripts in a folder beside it.

A page opened from a file may fetch nothing, but it may load scripts: each shard is one, and hands its tiles over.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from geoprio.outputs.webmap.building_tiles import building_tiles
from geoprio.outputs.webmap.page import map_page

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio.outputs.result import Result

TILES_FOLDER = "map_tiles"
INLINE_BYTES = 20_000_000
"""Most bytes of tiles within the page."""

SHARD_BYTES = 500_000
"""A shard is closed once it is this large: small enough to load at once, large enough to keep files few."""

RECEIVER = "geoprioTiles"


def write_map(result: Result, folder: Path, lang: str = "zh", *, inline_bytes: int = INLINE_BYTES) -> None:
    """Write map.html, and above `inline_bytes` of building tiles the folder map_tiles, into `folder`.

    Parameters
    ----------
    result : Result
    folder : Path
        An existing folder.
    lang : {"zh", "en"}
        Language in which the page opens.
    inline_bytes : int
        Most bytes of tiles within the page.

    Raises
    ------
    ValueError
        If `lang` is neither zh nor en.
    """
    index, tiles = building_tiles(result)
    shards: list[list[str]] = []
    if index is not None and sum(map(len, tiles.texts)) > inline_bytes:
        shards = in_shards(tiles.texts)
        index["shards"] = [[shard_name(k, texts), digest(texts), len(texts)] for k, texts in enumerate(shards)]
    page = map_page(result, lang, index, [] if shards else tiles.texts)
    (folder / "map.html").write_text(page, encoding="utf-8", newline="\n")
    if shards:
        (folder / TILES_FOLDER).mkdir()
    for k, texts in enumerate(shards):
        path = folder / TILES_FOLDER / shard_name(k, texts)
        path.write_text(
            f"{RECEIVER}({k},{json.dumps(texts, separators=(',', ':'))});\n", encoding="ascii", newline="\n"
        )


def in_shards(texts: list[str], most: int = SHARD_BYTES) -> list[list[str]]:
    """Return tiles in groups of about `most` bytes; their order is kept, so a group is one region."""
    shards: list[list[str]] = []
    size = most
    for text in texts:
        if size >= most:
            shards.append([])
            size = 0
        shards[-1].append(text)
        size += len(text)
    return shards


def digest(texts: list[str]) -> str:
    """Return the SHA-256 of tiles one after another, in hexadecimal: the page takes no others."""
    return hashlib.sha256("".join(texts).encode("ascii")).hexdigest()


def shard_name(number: int, texts: list[str]) -> str:
    """Return the name of a shard's file: pages of two runs never take each other's."""
    return f"{number:04d}-{digest(texts)[:12]}.js"
