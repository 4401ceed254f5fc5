"""Every byte and every text of a folder of results, however it is packed: for tests that look for what must not be."""

import io
import json
import re
import sqlite3
import zipfile
import zlib

import pyarrow.parquet as pq
import pypdf


def pieces(folder):
    """Yield name and bytes of every file, and of all that is packed in one."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        yield path.name, data
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as book:
                for name in book.namelist():
                    yield f"{path.name}/{name}", book.read(name)
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            told = [str(table.schema.metadata), *(str(c.to_pylist()) for c in table.columns)]
            yield f"{path.name} read", "\n".join(told).encode()
        if path.suffix == ".gpkg":
            with sqlite3.connect(path) as db:
                yield f"{path.name} dumped", "\n".join(db.iterdump()).encode()
        if path.suffix == ".pdf":
            yield from _pdf(path.name, data)


def _pdf(name, data):
    """Yield the unpacked streams of a PDF, and its text: fonts number their glyphs, so that streams hold no words."""
    for part in data.split(b"stream")[1:]:
        try:
            yield f"{name} stream", zlib.decompressobj().decompress(part.lstrip(b"\r\n"))
        except zlib.error:
            continue
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    yield f"{name} text", "\n".join(page.extract_text() for page in pages).encode("utf-8", "replace")


def spelled(text):
    """Return a text as bytes in every code in which a file might hold it."""
    plain = {text.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")}
    return plain | {json.dumps(text)[1:-1].encode()}


def held(data, forms):
    """Return which of many byte texts stand in data, looked for by their beginnings: one pass, however many."""
    by = {}
    for text in forms:
        by.setdefault(text[:6], set()).add(text)
    begins = re.compile(b"(?=(" + b"|".join(map(re.escape, sorted(by, key=len, reverse=True))) + b"))")
    at = ((m.start(), m.group(1)) for m in begins.finditer(data))
    return sorted({text for start, begin in at for text in by[begin] if data.startswith(text, start)})
