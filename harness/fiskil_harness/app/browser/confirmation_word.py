"""Finds the words that a page requires an end user to type, such as "Type DISCONNECT to confirm".

Only words that the page shows literally are found. A code, a PIN or a name is not found: only the end user knows it.
"""

import re

_TYPE = r"(?:type|enter|write|key in|retype|re-type)"
_INNER = r"(?<=\w)['\u2019]"
"""An apostrophe inside a word or at its end does not start a quotation."""

_OPENING = r"(?<!\w)[\"'\u201c\u2018\u00ab`]"
_CLOSING = r"(?:[\"\u201d\u00bb`]|['\u2019](?!\w))"
_QUOTED = re.compile(
    rf"\b{_TYPE}\b(?:[^\n.\"'\u201c\u2018\u2019\u00ab`]|{_INNER}){{0,40}}?{_OPENING}"
    rf"((?:[^\"'\u201d\u2019\u00bb`\n]|{_INNER}(?=\w)){{1,60}}){_CLOSING}",
    re.IGNORECASE,
)
_BEFORE = r"(?:\s+(?:the|in|exactly|following|word|words|text|phrase|capitals|capital|letters|box)\b|\s*[:,])*"
_CAPITALS = re.compile(rf"\b(?i:{_TYPE}){_BEFORE}\s+((?:I )?[A-Z][A-Z0-9]+(?: [A-Z][A-Z0-9]+)*)\b")
_SMALL = re.compile(rf"\b{_TYPE}\s+(?:the word\s+)?(\w+)\s+(?:to|below|here|in)\b", re.IGNORECASE)
_DESCRIPTIONS = """
    it this that your yours the a an my our name username password passcode passphrase code here something text email mail
    number amount reason date details digits answer comment message phone mobile address initials account bank sms pin otp
    totp mfa 2fa id abn acn arbn tfn bsb cvv cvc crn pan iban payid dob url captcha aud nzd usd eur gbp
"""
"""Words that describe what the end user must type, such as "password". They are not typed literally."""

_VAGUE = frozenset(_DESCRIPTIONS.split())


def confirmation_word(text: str) -> str:
    """Return the words that *text* requires to be typed literally, or '' if there are none."""
    match = _QUOTED.search(text)
    if match:
        return match[1].strip()
    for form in (_CAPITALS, _SMALL):
        match = form.search(text)
        if match and match[1].split()[0].lower() not in _VAGUE:
            return match[1]
    return ""
