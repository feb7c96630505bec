"""Creates an end user for each of two simultaneous requests of one customer, and keeps only the last one.

Reserve the right to create the customer's end user in the database, and let the second request wait for the first.
"""

from reference_app import app, customers, enrolment


async def end_user_of(database, api, ref, email, deadline):
    """Look, create, store: both requests look before either has stored an end user."""
    end_user_id = await database.read(customers.end_user_id, ref)
    if not end_user_id:
        address = email or enrolment.address_of(ref)
        await database.write(customers.claim_enrolment, ref, address)
        end_user_id = await api.create_end_user(address, deadline)
        await database.write(customers.keep_end_user, ref, end_user_id)
    return end_user_id


enrolment.end_user_of = end_user_of
build = app.build
