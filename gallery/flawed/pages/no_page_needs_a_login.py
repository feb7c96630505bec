"""Shows the data of every customer to a client without a login.

Check the session before each page.
"""

from correct import sessions_of_customers

sessions_of_customers.PROTECTED.clear()
build = sessions_of_customers.build
