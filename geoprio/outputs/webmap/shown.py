"""The map page within a notebook."""

from __future__ import annotations

import html
from dataclasses import dataclass

SANDBOX = "allow-scripts allow-downloads allow-modals"
"""What the frame may do: run the page's own scripts, download the list, print. It reaches nothing of the notebook."""


@dataclass(frozen=True, repr=False)
class Shown:
    """A page that a notebook shows in a frame.

    Attributes
    ----------
    page : str
        The whole HTML page.
    title : str
    height : int
        Pixels.
    """

    page: str
    title: str
    height: int = 640

    def __repr__(self) -> str:
        return f"map of {self.title!r} ({len(self.page) / 1e6:.1f} MB); a notebook draws it"

    def _repr_html_(self) -> str:
        """Return a frame that holds the page; every character that could leave it is escaped."""
        return (
            f'<iframe srcdoc="{html.escape(self.page)}" title="{html.escape(self.title)}" sandbox="{SANDBOX}" '
            f'allow="clipboard-write" style="width:100%;height:{int(self.height)}px;border:1px solid #dfe3e8"></iframe>'
        )
