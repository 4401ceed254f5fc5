"""The interactive map: one HTML page that works from a file, with no network.

Folium draws the shell only. It evaluates Jinja templates in whatever passes through it, so the data never do: they are
set into the rendered page as a JSON block, and the page shows them as text.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import folium

from geoprio.outputs.labels import PAGE
from geoprio.outputs.palette import CLASS_COLORS
from geoprio.outputs.webmap.building_tiles import building_tiles
from geoprio.outputs.webmap.data import map_data

if TYPE_CHECKING:
    from geoprio.outputs.result import Result

HTML_LANG = {"zh": "zh-CN", "en": "en"}
DATA_ID = "geoprio-data"
TILES_ID = "geoprio-tiles"
PROGRAM = (
    "state", "words", "dom", "score", "coloring", "tiles", "footprints", "layers", "condition", "needs", "programme",
    "cards", "building", "list", "weights", "filters", "legend", "about", "address", "export", "start",
)  # fmt: skip
"""The page's program in the order in which its parts are set into one function; later parts use earlier ones."""

VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'
REMOTE = re.compile(r"""(?:src|href)\s*=\s*["']?\s*(?:https?:|//)|@import|\burl\(\s*["']?(?!data:|\#)""", re.IGNORECASE)
"""What would make a browser ask for another file."""


def render_map(result: Result, lang: str = "zh") -> str:
    """Return the map page of a result.

    Parameters
    ----------
    result : Result
    lang : {"zh", "en"}
        Language in which the page opens; a button switches it.

    Returns
    -------
    str
        A whole HTML page that needs no other file. Equal results give equal pages.

    Raises
    ------
    ValueError
        If `lang` is neither zh nor en.
    RuntimeError
        If the shell is not as expected or holds a link to another file.
    """
    index, tiles = building_tiles(result)
    return map_page(result, lang, index, tiles.texts)


def map_page(result: Result, lang: str, buildings: dict[str, Any] | None, tiles: list[str]) -> str:
    """Return the map page of a result with the tiles of its buildings, or with where it finds them.

    Parameters
    ----------
    result : Result
    lang : {"zh", "en"}
    buildings : dict or None
        As `building_tiles` gives it; with `shards` the page loads those scripts, and runs no other.
    tiles : list of str
        Base64; empty where they stand in shards.

    Raises
    ------
    ValueError, RuntimeError
        As `render_map` does.
    """
    if lang not in HTML_LANG:
        raise ValueError(f"lang = {lang!r} is not one of {', '.join(HTML_LANG)}")
    in_head, in_body, scripts = _shell()
    shades = "".join(f".shade-{k} {{ background: {color}; }}\n" for k, color in enumerate(CLASS_COLORS))
    style = f"<style>{leaflet_css()}\n{asset('map.css')}{shades}</style>"
    library = f"<script>/*!\n{asset('LICENSE.leaflet')}*/\n{leaflet_js()}</script>"
    program = f"<script>\n{program_js()}</script>"
    refuse_remote(style + library + in_head + in_body + scripts + program)
    noscript = f"<noscript>{html.escape(' / '.join(PAGE['noscript']))}</noscript>"
    shown = {**map_data(result, lang), "buildings": buildings}
    data = f'<script type="application/json" id="{DATA_ID}">{script_json(shown)}</script>'
    blocks = f'<script type="application/json" id="{TILES_ID}">{script_json(tiles)}</script>'
    policy = content_policy([library, in_head, in_body, scripts, program], shards="shards" in (buildings or {}))
    head = f"{VIEWPORT}\n{policy}\n<title>{_plain(result.project['project']['name'])}</title>\n{style}\n{library}"
    return "".join([
        "<!DOCTYPE html>\n", f'<html lang="{HTML_LANG[lang]}">\n<head>\n<meta charset="utf-8">\n', head, "\n",
        in_head, "</head>", in_body, noscript, "\n", data, "\n", blocks, "\n</body>", scripts, program, "\n</html>\n",
    ])  # fmt: skip


def script_json(data: object) -> str:
    r"""Return JSON that stays one inert block inside a script element, and that no template engine takes for its own.

    Within strings ``< > & { }``, U+2028, U+2029 and lone surrogates are written as ``\uXXXX``.

    Raises
    ------
    ValueError
        If a number is infinite or not a number.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return re.sub(r'"(?:[^"\\]|\\.)*"', _inert, text)


def _inert(string: re.Match[str]) -> str:
    return re.sub("[<>&{}\u2028\u2029\ud800-\udfff]", lambda m: f"\\u{ord(m[0]):04x}", string[0])


def _shell() -> tuple[str, str, str]:
    """Return folium's page in three parts: inside the head, in the body, and its scripts after the body."""
    shell = folium.Map(tiles=None, zoom_control=False, attribution_control=False, zoom_snap=0.25, fade_animation=False)
    shell.default_js, shell.default_css = [], []
    page = _named_in_order(shell.get_root().render())
    page = re.sub(r'<meta (?:name="viewport"|http-equiv="content-type")[^>]*>', "", page)
    parts = re.fullmatch(r"\s*<!DOCTYPE html>\s*<html>\s*<head>(.*)</head>(.*)</body>(.*)</html>\s*", page, re.DOTALL)
    if parts is None:
        raise RuntimeError("folium gives another page than expected")
    return parts[1], parts[2], parts[3]


def _named_in_order(page: str) -> str:
    """Replace folium's random ids by their order of appearance."""
    seen: dict[str, str] = {}
    return re.sub(r"[0-9a-f]{32}", lambda m: seen.setdefault(m[0], str(len(seen) + 1)), page)


def asset(name: str) -> str:
    """Return the text of a file that the package carries for its pages."""
    return files("geoprio.outputs").joinpath("assets", name).read_text(encoding="utf-8")


def program_js() -> str:
    """Return the program of the map page: its parts in one function, so that no name gets out."""
    parts = "\n".join(asset(f"map/{name}.js") for name in PROGRAM)
    return f'(function () {{\n"use strict";\n{parts}}})();\n'


def leaflet_js() -> str:
    """Return Leaflet without its source map and without the link of its attribution, which the page does not show."""
    code = asset("leaflet.js").replace('href="https://leafletjs.com" ', "")
    code = re.sub(r"//# sourceMappingURL=\S+", "", code)
    return code.replace("</script", "<\\/script")


def leaflet_css() -> str:
    """Return Leaflet's style without the pictures of controls that the page does not use."""
    return re.sub(r"url\((?:images/[^)]*|#default#VML)\)", "none", asset("leaflet.css"))


def refuse_remote(shell: str) -> None:
    """Check that a page without its data makes a browser ask for no other file.

    Raises
    ------
    RuntimeError
        If it would.
    """
    found = REMOTE.search(shell)
    if found:
        raise RuntimeError(f"the map page would ask for another file: {shell[found.start() : found.start() + 80]!r}")


def content_policy(parts: list[str], *, shards: bool = False) -> str:
    """Return the rule by which a browser runs these scripts only and asks for nothing.

    With `shards`, what these scripts themselves load may run, too: no element of the page's markup can load a script,
    and the page takes only tiles whose SHA-256 it knows. Browsers check no hash of a script beside a page that was
    opened from a file, so the policy cannot name the shards' own.
    """
    scripts = [s for part in parts for s in re.findall(r"<script>(.*?)</script>", part, re.DOTALL)]
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    allowed = " ".join([*(f"'sha256-{h}'" for h in hashes), *(["'strict-dynamic'"] if shards else [])])
    content = f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:"
    return f'<meta http-equiv="Content-Security-Policy" content="{content}">'


def _plain(text: str) -> str:
    return html.escape(text).replace("{", "&#123;").replace("}", "&#125;")
