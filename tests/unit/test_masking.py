"""Personal data in what people look at."""

import pytest

from nlp.masking import mask_contact, mask_email, mask_name, mask_phone, mask_text

FULL_WIDTH = "".join(chr(ord(digit) + 0xFEE0) for digit in "13812345678")


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张伟", "张*"), ("李小龙", "李*"), ("欧阳娜娜", "欧*"), ("王", "*"), ("", "")],
)
def test_a_name_keeps_its_first_character_only(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("138-1234-5678", "138****5678"),
        ("+86 138 1234 5678", "138****5678"),
        ("008613812345678", "138****5678"),
        (FULL_WIDTH, "138****5678"),
        ("010-12345678", "010****5678"),
        ("87654321", "87****21"),
        ("110", "****"),
    ],
)
def test_a_telephone_number_keeps_head_and_tail(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("email", "masked"),
    [("zhang.san@example.com", "z***@example.com"), ("z@example.com", "***@example.com")],
)
def test_an_address_keeps_its_domain(email: str, masked: str) -> None:
    assert mask_email(email) == masked


def test_a_contact_is_masked_as_what_it_looks_like() -> None:
    assert mask_contact("13812345678") == "138****5678"
    assert mask_contact("li@example.com") == "l***@example.com"
    assert mask_contact("wxid_8842") == "w***"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("我的电话13812345678，急", "我的电话138****5678，急"),
        (f"打{FULL_WIDTH}。", "打138****5678。"),
        ("请打 138-1234-5678 或 010-12345678", "请打 138****5678 或 010****5678"),
        ("邮箱zhang.san@example.com谢谢", "邮箱z***@example.com谢谢"),
        ("身份证110101199003071234", "身份证110*************34"),
        ("身份证11010119900307123X！", "身份证110*************3X！"),
        ("卡号 4111 1111 1111 1111", "卡号 ****1111"),
        ("call +1 415 555 2671", "call 141****2671"),
    ],
)
def test_personal_numbers_in_a_text_are_masked_and_the_rest_stays(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "反馈编号202405-001，2024年5月1日 10:00",
        "订单号202405011234567890",
        "快递单号SF1234567890123",
        "批次20240501，价格12345678元",
        "",
    ],
)
def test_order_numbers_dates_and_prices_stay_readable(text: str) -> None:
    assert mask_text(text) == text


def test_masking_twice_changes_nothing_more() -> None:
    once = mask_text("13812345678 zhang@example.com 110101199003071234")

    assert mask_text(once) == once
