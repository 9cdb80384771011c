"""The file of bad rows, to be mended and brought in again."""

from __future__ import annotations

from models.imports.columns import places, read_records
from models.imports.findings import Finding
from models.imports.rejected import rejected_rows
from models.imports.sheet import read_sheet

FILE = "客户编号,姓名,手机\r\nC1,张三,13812345678\r\nC2,李四,12\r\nC3,王五,1,多余\r\n".encode(
    "gb18030"
)


def report() -> bytes:
    found = [
        Finding(3, "contact", "phone_invalid"),
        Finding(4, "", "columns_too_many"),
        Finding(4, "contact", "phone_invalid"),
    ]
    return rejected_rows(FILE, found)


def test_the_bad_rows_are_kept_with_line_and_codes() -> None:
    sheet = read_sheet(report())

    assert sheet.header == ("客户编号", "姓名", "手机", "", "import_line", "import_errors")
    assert [row.cells for row in sheet.rows] == [
        ("C2", "李四", "12", "", "3", "contact:phone_invalid"),
        ("C3", "王五", "1", "多余", "4", ":columns_too_many contact:phone_invalid"),
    ]


def test_a_mended_report_is_a_file_to_bring_in() -> None:
    mended = read_sheet(report().decode("utf-8-sig").replace(",12,", ",13900000000,").encode())

    records, _ = read_records("customers", mended, places("customers", mended.header))

    assert records[0].values == {"number": "C2", "name": "李四", "contact": "13900000000"}
