"""The map page of a run in a browser: opened from its file with no network, seconds until usable, frames while panning.

python benchmarks/page.py RUN_FOLDER [--chromium /usr/bin/chromium] [--repeat 3]

Opens map.html as it comes, then at zooms 15 and 16 amid the zones; drags the map; moves a slider; and prints figures.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

VIEW = {"width": 1280, "height": 800}
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
DRAWN = """() => {
  const all = [...document.querySelectorAll("canvas.footprints")];
  return all.length > 0 && all.every((c) => c.classList.contains("leaflet-tile-loaded"));
}"""
WATCH = """() => {
  window.frames_ms = [];
  let before = performance.now();
  const step = (now) => {
    window.frames_ms.push(now - before);
    before = now;
    window.watching = requestAnimationFrame(step);
  };
  window.watching = requestAnimationFrame(step);
}"""
STOP = "() => { cancelAnimationFrame(window.watching); return window.frames_ms; }"
RECOLOR = """() => new Promise((done) => {
  // A picture is emptied by giving it its size anew: the last such change is the end of repainting.
  const slider = document.getElementById("weight-0");
  let last = 0;
  let first = 0;
  const began = performance.now();
  const watch = new MutationObserver(() => {
    last = performance.now();
    if (!first) requestAnimationFrame(() => { first = performance.now(); });
  });
  watch.observe(document.querySelector(".leaflet-buildings-pane"), { subtree: true, attributeFilter: ["width"] });
  slider.value = String((Number(slider.value) + 31) % 100);
  slider.dispatchEvent(new Event("input"));
  setTimeout(() => { watch.disconnect(); done([first - began, last - began]); }, 1500);
})"""
AMID = """() => {
  const rows = JSON.parse(document.getElementById("geoprio-data").textContent).zones.map((row) => row[15]);
  return [1, 0].map((k) => rows.map((at) => at[k]).sort((a, b) => a - b)[Math.floor(rows.length / 2)] / 1e6).join(",");
}"""


def opened(browser: Browser, address: str, ready: str) -> tuple[Page, float]:
    """Open a page and return it with the seconds until `ready` holds in it."""
    page = browser.new_context(viewport=VIEW, offline=True).new_page()
    page.on("console", lambda m: print("console:", m.text))
    page.on("pageerror", lambda e: print("error:", e))
    began = time.perf_counter()
    page.goto(address)
    page.wait_for_function(ready, polling=20, timeout=120_000)
    return page, time.perf_counter() - began


def pan(page: Page) -> list[float]:
    """Drag the map to and fro and return the milliseconds of each frame."""
    page.evaluate(WATCH)
    for dx, dy in ((-500, -250), (450, -300), (-450, 400), (500, 200)):
        page.mouse.move(700, 400)
        page.mouse.down()
        for k in range(1, 26):
            page.mouse.move(700 + dx * k / 25, 400 + dy * k / 25)
        page.mouse.up()
    page.wait_for_timeout(600)
    return list(page.evaluate(STOP))


def main() -> int:
    """Print the figures of a page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--chromium", default=os.environ.get("GEOPRIO_CHROMIUM", "/usr/bin/chromium"))
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    address = (asked.run / "map.html").resolve().as_uri()
    with sync_playwright() as playwright:
        for turn in range(asked.repeat):
            browser = playwright.chromium.launch(executable_path=asked.chromium, args=QUIET)
            page, seconds = opened(browser, address, "() => document.querySelector('#ranking button')")
            amid = page.evaluate(AMID)
            told = [f"opened {seconds:.2f} s"]
            for zoom in (15, 16):
                page.context.close()
                page, seconds = opened(browser, f"{address}#map={amid},{zoom}", DRAWN)
                page.wait_for_timeout(1000)
                frames = pan(page)
                page.locator("#weights-open").click()
                page.wait_for_timeout(500)
                first, last = page.evaluate(RECOLOR)
                heap = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
                told.append(
                    f"zoom {zoom}: buildings drawn after {seconds:.2f} s, frames {statistics.median(frames):.0f} ms in "
                    f"the median and {max(frames):.0f} ms at worst, recolored after {first:.0f} to {last:.0f} ms, "
                    f"heap {heap:.0f} MB"
                )
            print(f"turn {turn + 1}: " + "; ".join(told))
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
