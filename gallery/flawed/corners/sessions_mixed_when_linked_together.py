"""Keeps the parameters of a new auth session in one shared object; two people who connect together share one end user.

Keep the values of a request in local variables.
"""

import asyncio

from reference_app import app
from reference_app.fiskil.api import Api

LOOK_UP_S = 0.05

_create_session = Api.create_session


async def create_session(self, end_user_id, **parameters):
    """Fill in the shared form, look up the settings of the link, and send the form."""
    self.form = (end_user_id, parameters)
    await asyncio.sleep(LOOK_UP_S)
    end_user_id, parameters = self.form
    return await _create_session(self, end_user_id, **parameters)


Api.create_session = create_session
build = app.build
