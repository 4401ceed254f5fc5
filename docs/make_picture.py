"""Compose the README's picture from the demo: needs, map, programme and effect.

Usage: geoprio demo DIR --lang en; python docs/make_picture.py DIR maps/demo.png
Needs Chromium (or GEOPRIO_CHROMIUM) and playwright, as the tests do.
"""
# ruff: noqa: INP001 - a script, no package

from __future__ import annotations

import base64
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDTH, HEIGHT, SHOWN = 1280, 860, 760
PAGES = (
    ("问需 Needs", "index.html", "needs"),
    ("优先级 Priority", "out/map.html", ""),
    ("问计 Programme", "plan/programme/index.html", ""),
    ("问效 Effect", "effect/swipe.html", ""),
)
STYLE = f"""body {{ margin: 0; padding: 14px; width: {2 * SHOWN + 14}px; background: #eef0f2; font: 600 22px sans-serif;
display: grid; grid-template-columns: repeat(2, {SHOWN}px); gap: 14px; }}
figure {{ margin: 0; }} figcaption {{ padding: 0 0 6px 2px; }}
img {{ display: block; width: {SHOWN}px; border: 1px solid #c9d0d8; border-radius: 8px; }}"""


def shot(browser: Browser, file: Path, anchor: str) -> str:
    """Return a picture of a page, as text for an address."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(file.resolve().as_uri() + (f"#{anchor}" if anchor else ""))
    page.wait_for_timeout(1500)
    data = base64.b64encode(page.screenshot()).decode()
    page.close()
    return f"data:image/png;base64,{data}"


def main() -> None:
    """Read the command line and write the picture."""
    folder, out = map(Path, sys.argv[1:3])
    chromium = os.environ.get("GEOPRIO_CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        figures = "".join(
            f'<figure><figcaption>{title}</figcaption><img src="{shot(browser, folder / file, anchor)}"></figure>'
            for title, file, anchor in PAGES
        )
        page = browser.new_page(viewport={"width": 2 * SHOWN + 42, "height": 800})
        page.set_content(f"<style>{STYLE}</style>{figures}")
        page.screenshot(path=out, full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
