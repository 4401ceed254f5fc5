"""Read one sheet of a workbook (.xlsx, .xls), or a CSV, as a grid of cells: values only, nothing is run.

A workbook is data from outside: it is refused when it would unpack to more than `MOST_UNPACKED` bytes or spread over
more than `MOST_CELLS` cells. Formulas count by the value that was stored with them. Cells with an error (#N/A), and
formulas without a stored value, are told from blank ones, so that they can be set aside by name.
"""

from geoprio.sources.excel.book import SUFFIXES, read_sheet
from geoprio.sources.excel.cells import Merge, Sheet, cell_text, lost_digits, one_line
from geoprio.sources.excel.delimited import delimiter, read_csv_cells

__all__ = [
    "SUFFIXES",
    "Merge",
    "Sheet",
    "cell_text",
    "delimiter",
    "lost_digits",
    "one_line",
    "read_csv_cells",
    "read_sheet",
]
