"""How files write money, days, moments, contacts, and how they are put together."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from models.imports import COLUMNS, SheetError, cells
from models.imports.cells import CellError
from models.imports.columns import places, read_records
from models.imports.sheet import MAX_ROWS, read_sheet

HEADER = "客户编号,姓名,联系方式,客户级别\n"


def wide(text: str) -> str:
    """Return a text in full-width forms, as input methods write it."""
    return text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


def read(kind: str, text: str) -> tuple[list[dict[str, object]], list[tuple[int, str, str]]]:
    sheet = read_sheet(text.encode())
    records, findings = read_records(kind, sheet, places(kind, sheet.header))
    return (
        [dict(one.values) for one in records],
        [(one.line, one.column, one.code) for one in findings],
    )


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1299", "1299.00"),
        ("￥1,299.5", "1299.50"),
        ("¥ 99", "99.00"),
        (wide("1299.00") + "元", "1299.00"),
        ("RMB 1,234,567.89", "1234567.89"),
        ("0.10", "0.10"),
        ("5.000", "5.00"),
    ],
)
def test_money_is_read_exactly_however_it_is_written(cell: str, amount: str) -> None:
    assert cells.read_amount(cell) == Decimal(amount)
    assert str(cells.read_amount(cell)) == amount


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1.299,00", "amount_invalid"),
        ("12,99", "amount_invalid"),
        ("1e5", "amount_invalid"),
        ("NaN", "amount_invalid"),
        ("约一千", "amount_invalid"),
        ("-5", "amount_negative"),
        ("1.234", "amount_too_precise"),
        ("1" * 13, "amount_too_large"),
    ],
)
def test_money_that_could_mean_something_else_is_refused(cell: str, code: str) -> None:
    with pytest.raises(CellError, match=f"^{code}$"):
        cells.read_amount(cell)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2024-05-06", "2024-05-05T16:00:00"),
        ("2024/5/6", "2024-05-05T16:00:00"),
        ("2024.05.06", "2024-05-05T16:00:00"),
        ("20240506", "2024-05-05T16:00:00"),
        ("2024年5月6日", "2024-05-05T16:00:00"),
        ("2024年5月6日 10时30分", "2024-05-06T02:30:00"),
        ("2024-05-06 10:30", "2024-05-06T02:30:00"),
        ("2024/5/6 9:05:07", "2024-05-06T01:05:07"),
        ("2024-05-06T10:30:00+08:00", "2024-05-06T02:30:00"),
        ("2024-05-06T10:30:00.123Z", "2024-05-06T10:30:00"),
        (wide("2024-05-06"), "2024-05-05T16:00:00"),
    ],
)
def test_a_moment_is_read_in_its_usual_forms(cell: str, moment: str) -> None:
    assert cells.read_moment(cell) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "cell",
    ["05/06/2024", "2024-13-01", "2024-02-30", "2024-5/6", "45418", "昨天", "2024-05-06 25:00"],
)
def test_a_day_that_does_not_exist_or_could_be_two_is_refused(cell: str) -> None:
    with pytest.raises(CellError, match="date_invalid"):
        cells.read_moment(cell)


def test_a_day_is_the_day_of_shanghai() -> None:
    assert cells.read_day("2024-05-06T23:00:00Z") == date(2024, 5, 7)
    with pytest.raises(CellError, match="date_out_of_range"):
        cells.read_moment("1024-05-06")


@pytest.mark.parametrize(
    ("cell", "contact"),
    [
        ("138-1234-5678", "13812345678"),
        ("+86 138 1234 5678", "13812345678"),
        (wide("13812345678"), "13812345678"),
        ("(021) 5555 6666", "02155556666"),
        ("Li@Example.com ", "li@example.com"),
        ("wx_zhang", "wx_zhang"),
    ],
)
def test_a_contact_is_read_as_it_is_compared(cell: str, contact: str) -> None:
    assert cells.read_contact(cell) == contact


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("12345", "phone_invalid"),
        ("1" * 16, "phone_invalid"),
        ("138--", "phone_invalid"),
        ("li@", "email_invalid"),
        ("a b c", "contact_invalid"),
        ("无", "contact_invalid"),
    ],
)
def test_what_reaches_nobody_is_no_contact(cell: str, code: str) -> None:
    with pytest.raises(CellError, match=code):
        cells.read_contact(cell)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_file_is_read_in_the_encodings_that_offices_write(encoding: str) -> None:
    sheet = read_sheet(f"{HEADER}C1,张三,13812345678,高价值\r\n".encode(encoding))

    assert sheet.header[0] == "客户编号"
    assert sheet.rows[0].cells == ("C1", "张三", "13812345678", "高价值")


def test_a_file_in_no_known_encoding_is_refused() -> None:
    with pytest.raises(SheetError, match="encoding_unknown"):
        read_sheet(b"number,name\nC1,\xff\xff\xff\n")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_seen_in_the_header(separator: str) -> None:
    lines = [separator.join(cells) for cells in (("number", "name"), ("C1", "张三"))]

    assert read_sheet("\n".join(lines).encode()).rows[0].cells == ("C1", "张三")


def test_a_row_is_named_by_the_line_on_which_it_begins() -> None:
    sheet = read_sheet('number,name\n\nC1,"张\n三"\n,,\nC2,李四\n'.encode())

    assert [(row.line, row.cells[0]) for row in sheet.rows] == [(3, "C1"), (6, "C2")]


def test_a_file_that_ends_within_quotes_names_the_line() -> None:
    with pytest.raises(SheetError, match="csv_malformed") as caught:
        read_sheet('number,name\nC1,ok\nC2,"never ends\nC3,more\n'.encode("utf-8-sig"))

    assert caught.value.data == {"line": 3}


def test_an_empty_file_and_an_endless_one_are_refused() -> None:
    for content, code in ((b"", "file_empty"), (b"\n , \n", "file_empty")):
        with pytest.raises(SheetError, match=code):
            read_sheet(content)
    with pytest.raises(SheetError, match="too_many_rows"):
        read_sheet(b"n\n" + b"1\n" * (MAX_ROWS + 1))


@pytest.mark.parametrize(
    "header", ["客户编号", "Customer Number", "customer_no", "NUMBER", "客户编号*"]
)
def test_a_header_is_known_in_chinese_and_english(header: str) -> None:
    assert places("customers", ("备注", header)) == {"number": 1}


def test_a_column_that_is_missing_or_there_twice_is_named() -> None:
    with pytest.raises(SheetError, match="column_missing") as missing:
        places("orders", ("订单号", "客户编号"))
    with pytest.raises(SheetError, match="column_twice") as twice:
        places("customers", ("客户编号", "手机", "邮箱"))

    assert missing.value.data == {"column": "product"}
    assert twice.value.data == {"column": "contact"}


def test_every_bad_cell_of_a_row_is_named_and_the_good_rows_are_read() -> None:
    records, findings = read(
        "customers",
        HEADER + "C1,张三,13812345678,VIP\n,李四,12,金牌\nC3,王五,wang@example.com,普通,多余\nC4\n",
    )

    assert [one["number"] for one in records] == ["C1", "C4"]
    assert records[0]["level"] == "high_value"
    assert findings == [
        (3, "number", "missing"),
        (3, "contact", "phone_invalid"),
        (3, "level", "level_unknown"),
        (4, "", "columns_too_many"),
    ]


def test_every_kind_of_file_has_words_for_its_columns_in_both_languages() -> None:
    chinese = {"customers": "客户编号", "orders": "订单号", "batches": "批次号"}
    for kind, columns in COLUMNS.items():
        wanted = {name for name, column in columns.items() if column.required}

        assert set(places(kind, tuple(columns))) == set(columns)
        rest = tuple(wanted - {"number"})
        assert places(kind, (chinese[kind], *rest))["number"] == 0
