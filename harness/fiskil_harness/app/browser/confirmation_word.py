"""What a page asks somebody to type before it goes on, in its own words: "Type DISCONNECT to confirm".

Only what stands there as it is to be typed is read: a code, a PIN and a name are somebody's own.
"""

import re

_TYPE = r"(?:type|enter|write|key in|retype|re-type)"
_INNER = r"(?<=\w)['\u2019]"
"""An apostrophe inside a word, or at its end, quotes nothing."""

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
_ASKED = """
    it this that your yours the a an my our name username password passcode passphrase code here something text email mail
    number amount reason date details digits answer comment message phone mobile address initials account bank sms pin otp
    totp mfa 2fa id abn acn arbn tfn bsb cvv cvc crn pan iban payid dob url captcha aud nzd usd eur gbp
"""
"""Words that say what is to be typed, and are not what is typed."""

_VAGUE = frozenset(_ASKED.split())


def confirmation_word(text: str) -> str:
    """The words that a text asks to be typed as they stand there; empty where it asks for none, or does not say which."""
    found = _QUOTED.search(text)
    if found:
        return found[1].strip()
    for form in (_CAPITALS, _SMALL):
        found = form.search(text)
        if found and found[1].split()[0].lower() not in _VAGUE:
            return found[1]
    return ""
