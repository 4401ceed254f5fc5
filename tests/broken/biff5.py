"""Write a workbook as Excel 5 and 95 did (BIFF5 in a compound file); nothing that writes one is kept up any more."""

import io
import struct

from xlwt.CompoundDoc import XlsDoc


def _record(kind, data=b""):
    return struct.pack("<HH", kind, len(data)) + data


def _begin(kind):
    return _record(0x0809, struct.pack("<HHHH", 0x0500, kind, 2000, 1995))


def old_workbook(rows, codepage=936):
    """Return the bytes of a workbook whose one sheet holds rows of texts (in GBK) and numbers."""
    cells = _begin(0x0010) + _record(0x0200, struct.pack("<HHHHH", 0, len(rows), 0, len(rows[0]), 0))
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, str):
                text = value.encode("gbk")
                cells += _record(0x0204, struct.pack("<HHHH", r, c, 0, len(text)) + text)
            else:
                cells += _record(0x0203, struct.pack("<HHHd", r, c, 0, value))
    cells += _record(0x000A)
    font = _record(0x0031, struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + b"\x05Arial")
    style = _record(0x00E0, struct.pack("<HHHHHHHH", 0, 0, 1, 0x20, 0, 0, 0, 0))
    head = _begin(0x0005) + (_record(0x0042, struct.pack("<H", codepage)) if codepage else b"") + font + style
    name = b"Sheet1"
    start = len(head) + 4 + 7 + len(name) + 4
    head += _record(0x0085, struct.pack("<IBBB", start, 0, 0, len(name)) + name) + _record(0x000A)
    out = io.BytesIO()
    XlsDoc().save(out, head + cells)
    return out.getvalue()
