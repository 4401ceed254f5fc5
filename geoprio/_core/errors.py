"""The errors that geoprio raises.

::

    GeoprioError
    ├── InputError    (also ValueError)         a file, a row, a value or a setting that cannot be used
    ├── MissingError  (also FileNotFoundError)  a file that is not there
    └── OutputError   (also OSError)            an output folder that must not be touched

Every message names the file, row, column or key, the value, and the mend.
"""

LONGEST = 2000
"""Characters of a message."""


class GeoprioError(Exception):
    """Parent of all errors that are the input's fault, not geoprio's."""


class InputError(GeoprioError, ValueError):
    """Raise for a file, row, value or setting that cannot be used.

    Parameters
    ----------
    *problems : str
        One sentence for each thing that is wrong.
    paste : str
        Lines of geoprio's own that mend it once they stand in the file; shown as they are, after the sentences.
    """

    def __init__(self, *problems: str, paste: str = "") -> None:
        # A line for each problem, whatever the names in the data hold.
        self.problems = tuple(_bearable(" ".join(p.splitlines())) for p in problems)
        self.paste = paste.strip("\n")
        super().__init__("\n".join(self.problems) + (f"\n\n{self.paste}\n" if self.paste else ""))


def _bearable(text: str) -> str:
    """Return a message without the middle of a value that fills pages; what to do stands at its end."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"


class MissingError(GeoprioError, FileNotFoundError):
    """Raise for an input file that is not there."""


class OutputError(GeoprioError, OSError):
    """Raise for an output folder that must not be written or replaced."""
