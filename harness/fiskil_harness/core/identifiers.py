"""Identifiers: the check digits of Australian business, company, metering and customer reference numbers, and formats."""

import re

_ABN_WEIGHTS = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)
_ACN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 1)


EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f-\x9f]{1,64}@[^@\s\x00-\x1f\x7f-\x9f]{1,189}")
"""An e-mail address: any letters around one ``@``, without blanks and control characters."""
PHONE = re.compile(r"\+[1-9]\d{1,14}", re.ASCII)
"""A phone number in E.164 format, such as ``+61491570156``."""
ID_LIKE = re.compile(r"(?<![\w.])(?=\w*\d)(?=\w*[a-z]\w*[a-z])[0-9A-Za-z_]{10,}(?![\w.])")
"""A word that may be an id of an app: long, with letters and digits, and without dots."""


def is_abn(number: str) -> bool:
    """Return True if *number* is a valid Australian Business Number: eleven digits with a valid checksum.

    After 1 is subtracted from the first digit, the weighted sum of all digits is a multiple of 89.
    """
    if not re.fullmatch(r"[1-9]\d{10}", number, re.ASCII):
        return False
    return (_weighted(number, _ABN_WEIGHTS) - _ABN_WEIGHTS[0]) % 89 == 0


def abn_of(number: str) -> str:
    """Return the Australian Business Number with *number* after its two check digits; a company's *number* is its ACN."""
    rest = _weighted(f"00{number}", _ABN_WEIGHTS)
    return f"{11 + (-rest - 1) % 89}{number}"


def is_acn(number: str) -> bool:
    """Return True if *number* is a valid Australian Company Number: eight digits and a check digit."""
    return re.fullmatch(r"\d{9}", number, re.ASCII) is not None and acn_of(number[:8]) == number


def acn_of(number: str) -> str:
    """Return the Australian Company Number that begins with *number*, eight digits."""
    return f"{number}{-_weighted(number, _ACN_WEIGHTS) % 10}"


def nmi(body: str) -> str:
    """Return a national metering identifier: *body*, ten characters, and a check digit over their ASCII codes."""
    return body + _luhn_digit([ord(letter) for letter in body])


def crn_of(number: str) -> str:
    """Return a biller's customer reference number: *number* and the check digit that most billers use."""
    return number + _luhn_digit([int(digit) for digit in number])


def _weighted(number: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True))


def _luhn_digit(values: list[int]) -> str:
    """Return the check digit of *values*.

    Every second value from the right is doubled, and the digits of all values are added. The check digit makes the sum a
    multiple of ten.
    """
    doubled = (value * (2 - at % 2) for at, value in enumerate(reversed(values)))
    return str(-sum(int(figure) for value in doubled for figure in str(value)) % 10)
