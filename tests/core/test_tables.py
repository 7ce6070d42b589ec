"""Tables: read as others write them, refused in sentences, written so that no cell is calculated."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core import uploads
from core.tables import Column, Row, Table, TableRefused, places, read_table, write_table
from tests.conftest import Cast

COLUMNS = [Column("birth_date", "Birth date", ("DOB", "Date of birth")), Column("name", "Name", ("Patient",))]
PLAIN = "Name,DOB\r\nJosé Núñez,3/15/86\r\n"


def cells(data: bytes) -> list[list[str]]:
    table = read_table(data)
    return [table.headers, *(row.cells for row in table.rows)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_it_reads_what_programs_write(encoding: str) -> None:
    assert cells(PLAIN.encode(encoding)) == [["Name", "DOB"], ["José Núñez", "3/15/86"]]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_it_finds_the_delimiter(sign: str) -> None:
    text = sign.join(["Name", "DOB", "Note"]) + "\n" + sign.join(["Doe", "1/2/80", '"a, b; c"'])
    assert cells(text.encode())[1] == ["Doe", "1/2/80", "a, b; c"]


def test_it_takes_excels_word_for_the_delimiter() -> None:
    assert cells(b"sep=;\r\nName;DOB\r\nDoe, Jane;1/2/80\r\n")[1] == ["Doe, Jane", "1/2/80"]


def test_it_reads_line_breaks_within_quotes_and_leaves_empty_rows_out() -> None:
    table = read_table(b'Name,Note\n\n"Doe","one\ntwo"\n,\nRoe\n')
    assert [(row.number, row.cells) for row in table.rows] == [(3, ["Doe", "one\ntwo"]), (5, ["Roe", ""])]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
        (b"Name\n" + b"Doe\n" * 5001, "more than 5,000 rows"),
        (b"PK\x03\x04rest", "save it as CSV"),
        (b"Name\nDoe\0\n", "no text file"),
        (b"\xff\xfeN", "cannot be read"),
        (b"Name\nDoe\x81\xe9\n", "cannot be read"),
        (b'Name,DOB\nDoe,1\n"Roe,2\n', "in or after row 3 is not closed"),
        (b"Name,DOB\n", "no rows below its headers"),
        (b"", "no rows below its headers"),
        (b",".join(b"h%d" % n for n in range(101)) + b"\n1\n", "more than 100 columns"),
    ],
)
def test_it_says_why_a_file_cannot_be_read(data: bytes, sentence: str) -> None:
    with pytest.raises(TableRefused, match=sentence):
        read_table(data)


def test_a_row_with_too_many_cells_is_refused_and_not_the_file() -> None:
    good, bad = read_table(b"Name,DOB\nDoe,1/2/80\nDoe,Jane,1/2/80\n").rows
    assert good.problems == () and "more cells than there are headers" in bad.problems[0]


@pytest.mark.parametrize("header", ["DOB", "Birth date", "birth_date", " Date of Birth ", "D.O.B."])
def test_it_knows_a_column_by_many_headers(header: str) -> None:
    assert places(Table(["Other", header], []), COLUMNS) == {"birth_date": 1}


def test_two_headers_of_one_meaning_are_refused() -> None:
    with pytest.raises(TableRefused, match="“DOB” and “Birth date” both mean the birth date"):
        places(Table(["DOB", "Birth date"], []), COLUMNS)


@pytest.mark.parametrize("cell", ["=1+1", "+1 312 555", "-cmd", "@SUM(A1)", "\tx"])
def test_no_cell_is_a_formula_and_reading_it_back_gives_what_it_was(cell: str) -> None:
    data = write_table(["Name"], [[cell]])
    assert f"'{cell}".encode() in data
    assert cells(data)[1] == [cell.strip()]


@pytest.mark.parametrize("cell", ["-12.50", "+3", "-1,200", "5%", "'quoted'"])
def test_numbers_and_quotes_stay_as_they_are(cell: str) -> None:
    assert cells(write_table(["Name"], [[cell]]))[1] == [cell]


def test_an_upload_is_its_owners_for_a_day(cast: Cast) -> None:
    now = timezone.now()
    mine = {"purpose": "test", "clinic_pk": cast.clinic_a.pk, "by": cast.alice}
    upload = uploads.keep(read_table(PLAIN.encode()), **mine)
    with connection.cursor() as cursor:
        cursor.execute("SELECT headers, rows FROM core_uploadedtable")
        stored = b"".join(bytes(column) for column in cursor.fetchone())
    assert "Núñez".encode() not in stored and b"DOB" not in stored
    assert uploads.table_of(uploads.kept(upload.code, now=now, **mine)).rows[0].cells == ["José Núñez", "3/15/86"]
    for other in ({"by": cast.bo}, {"clinic_pk": cast.clinic_b.pk}, {"purpose": "other"}):
        with pytest.raises(uploads.UploadGone):
            uploads.kept(upload.code, now=now, **mine | other)
    later = now + timedelta(days=1, minutes=1)
    with pytest.raises(uploads.UploadGone):
        uploads.kept(upload.code, now=later, **mine)
    assert uploads.sweep(now) == 0 and uploads.sweep(later) == 1


def test_the_refused_rows_come_back_as_they_were_with_what_is_wrong(cast: Cast) -> None:
    upload = uploads.keep(read_table(b"Name,What is wrong\nDoe,old\n"), purpose="t", clinic_pk=1, by=cast.alice)
    uploads.finish(upload, [Row(2, ["Doe", "old"], ("Birth date: Type it.",))], {"refused": 1})
    assert cells(uploads.refused_file(upload)) == [["Name", "What is wrong"], ["Doe", "Birth date: Type it."]]


def test_an_upload_is_imported_once(cast: Cast) -> None:
    upload = uploads.keep(read_table(PLAIN.encode()), purpose="t", clinic_pk=1, by=cast.alice)
    assert [uploads.take(upload, now=timezone.now()) for _ in range(2)] == [True, False]
