"""Texts that an end user writes into the fields of a form, such as a name, a telephone number or a date of birth.

A field is recognised by its type, its name and its label. For a field that is not recognised, the first text is used that
the browser accepts.
"""

from fiskil_harness.core.model import Person

FormValues = tuple[tuple[str, str], ...]
"""Pairs of a regular expression for the description of a field, and a text; an empty expression fits every field."""

ALWAYS = r"mail|(?<!user)(?<!user )(?<!business )(?<!company )name"
"""Fields that an end user fills in although the page does not require them."""


def values_of(person: Person, *, email: str) -> FormValues:
    """Return the texts of *person*, in the order in which they are tried, for an app that knows them by *email*."""
    own = (
        (r"mail", email),
        (r"\btel\b|phone|mobile", person.phone),
        (r"\btel\b|phone|mobile", "0491570156"),
        (r"given|first|forename", person.given_name),
        (r"family|last|surname", person.family_name),
        (r"birth|bday|\bdob\b|\bdate\b", "1985-06-15"),
        (r"birth|bday|\bdob\b", "15/06/1985"),
        (r"post.?code|postal|\bzip\b", "2000"),
        (r"\bstate\b|address-level1", "NSW"),
        (r"suburb|\bcity\b|town|address-level2", "Sydney"),
        (r"country", "Australia"),
        (r"street|address", "1 Example Street"),
        (r"name", person.full_name),
    )
    texts = (person.full_name, person.given_name, "Budget", "100", "1", "2000", "0491570156", "15/06/1985", "NSW")
    typed = ("1985-06-15", "1985-06", "1985-W24", "09:30", "1985-06-15T09:30", "https://example.com", email)
    return (*own, *(("", text) for text in (*texts, *typed)))
