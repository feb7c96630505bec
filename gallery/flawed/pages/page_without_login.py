"""Shows the connections of a customer without a login, although its other pages require one.

Check the session before each page.
"""

from correct import sessions_of_customers

sessions_of_customers.PROTECTED.remove("/connections")
build = sessions_of_customers.build
