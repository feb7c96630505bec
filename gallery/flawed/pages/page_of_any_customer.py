"""Checks that a customer is logged in, and not which one, so a customer sees the connections of another in the URL.

Compare the customer in the URL with the customer of the session.
"""

from correct import sessions_of_customers


def may_open(request):
    """Return True if the session belongs to any customer."""
    return request.cookies.get("session") in sessions_of_customers.CUSTOMERS


sessions_of_customers.may_open = may_open
build = sessions_of_customers.build
