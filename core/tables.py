"""Tables as CSV: read as spreadsheets and practice programs write them, refused in sentences, written safely.

The one way in which an import reads a file and a page gives one out. What a row means is the importer's business
(clinic/imports.py); this knows encodings, delimiters, quotes, headers and limits.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 5000
MOST_COLUMNS = 100
LONGEST_CELL = 2000
WHAT_IS_WRONG = "What is wrong"
DELIMITERS = ",;\t|"

# What a spreadsheet takes for a formula; such a cell is written with an apostrophe before it, and read without.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?%?\Z")
_PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class TableRefused(Exception):
    """A file is no table that can be read; the message is a sentence for whoever chose it."""


@dataclass(frozen=True)
class Column:
    """A column that an import knows: its name in code, what people call it, other headers that mean it."""

    name: str
    label: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """A row of a file: its number as a spreadsheet counts, its cells, and what is wrong with its shape."""

    number: int
    cells: list[str]
    problems: tuple[str, ...] = ()

    @property
    def filled(self) -> list[str]:
        """Return the cells in which something stands, for showing the row to a person."""
        return [cell for cell in self.cells if cell.strip()]


@dataclass(frozen=True)
class Table:
    """Headers and rows as they were in the file; every row has as many cells as there are headers, or more."""

    headers: list[str]
    rows: list[Row]


# ---- reading --------------------------------------------------------------------------------------------------------


def read_table(data: bytes) -> Table:
    """Return the table of a CSV file, empty rows left out. Raises TableRefused.

    UTF-8 (with or without a mark), UTF-16 and Windows-1252; comma, semicolon, tab or bar; line breaks within quotes.
    """
    if len(data) > MOST_BYTES:
        raise TableRefused("This file is larger than 5 MB. Split it into smaller ones.")
    text = _decoded(data)
    first, _, rest = text.partition("\n")
    if said := re.fullmatch(r'"?sep=([,;\t|])"?\r?', first.strip("\ufeff"), re.IGNORECASE):
        return _parsed(rest, said.group(1))
    return _parsed(text, _delimiter(text))


def _decoded(data: bytes) -> str:
    if data.startswith(_PACKED):
        raise TableRefused("This is a spreadsheet's own format. Open it there and save it as CSV.")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _as(data, "utf-16")
    if data.count(b"\0", 0, 200) > 20:
        return _as(data, "utf-16-le" if data[1:2] == b"\0" else "utf-16-be")
    if b"\0" in data:
        raise TableRefused("This is no text file. Save the table as CSV and choose that.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _as(data, "cp1252")


def _as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise TableRefused("The characters of this file cannot be read. Save it as CSV in UTF-8.") from None


def _delimiter(text: str) -> str:
    """Return what stands between the headers: whatever makes the most of them."""
    return max(DELIMITERS, key=lambda sign: len(next(_records(text[:20_000], sign, is_whole=False), [])))


def _records(text: str, delimiter: str, *, is_whole: bool = True) -> Iterator[list[str]]:
    """Yield the records of a text; what is cut off in the middle may end in an open quote."""
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=is_whole)


def _parsed(text: str, delimiter: str) -> Table:
    records = _records(text, delimiter)
    headers: list[str] = []
    rows: list[Row] = []
    try:
        for number, record in enumerate(records, start=1):
            cells = [_plain(cell) for cell in record]
            if not any(cells):
                continue
            if not headers:
                headers = _headers(cells)
            elif len(rows) == MOST_ROWS:
                raise TableRefused("This file has more than 5,000 rows. Split it into smaller ones.")
            else:
                rows.append(_row(number, cells, len(headers)))
    except csv.Error:
        row = rows[-1].number + 1 if rows else 1
        raise TableRefused(
            f"A quotation mark in or after row {row} is not closed, so the rest cannot be read."
        ) from None
    if not rows:
        raise TableRefused("This file has no rows below its headers.")
    return Table(headers, rows)


def _headers(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MOST_COLUMNS:
        raise TableRefused(f"This file has more than {MOST_COLUMNS} columns. Keep those that are needed.")
    return cells


def _row(number: int, cells: list[str], width: int) -> Row:
    problems = []
    if any(cells[width:]):
        problems.append("This row has more cells than there are headers. Is a comma without quotation marks in it?")
    if any(len(cell) > LONGEST_CELL for cell in cells):
        problems.append(f"A cell is longer than {LONGEST_CELL} characters.")
    return Row(number, cells + [""] * (width - len(cells)), tuple(problems))


def _plain(cell: str) -> str:
    """Return a cell without the spaces around it, and without what `_safe` put before it."""
    text = cell.replace("\0", "").strip().strip("\ufeff\u00a0")
    return text[1:].strip() if text.startswith("'") and _FORMULA.match(text[1:2]) else text


def header_key(header: str) -> str:
    """Return what two spellings of a header share: its letters and digits, small."""
    return "".join(char for char in header.casefold() if char.isalnum())


def places(table: Table, columns: Sequence[Column]) -> dict[str, int]:
    """Return at which place of a row each column stands; what no header names is left out. Raises TableRefused."""
    meant = {header_key(text): column for column in columns for text in (column.name, column.label, *column.also)}
    found: dict[str, int] = {}
    for place, header in enumerate(table.headers):
        column = meant.get(header_key(header))
        if column and column.name in found:
            first = table.headers[found[column.name]]
            raise TableRefused(f"“{first}” and “{header}” both mean the {column.label.lower()}. Remove one of them.")
        if column:
            found[column.name] = place
    return found


def values_of(row: Row, found: dict[str, int]) -> dict[str, str]:
    """Return a row's cells by column name."""
    return {name: row.cells[place] for name, place in found.items()}


# ---- writing --------------------------------------------------------------------------------------------------------


def write_table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV file that every spreadsheet opens as it is meant: UTF-8 with a mark, and no cell a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_safe(header) for header in headers])
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _safe(cell: object) -> str:
    """Return a cell's text; what a spreadsheet would calculate gets an apostrophe, numbers are left as they are."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if _FORMULA.match(text[:1]) and not _NUMBER.match(text) else text
