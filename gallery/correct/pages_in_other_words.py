"""Uses other words on its pages, and ends a consent one second after the click.

Meanwhile the list states that the consent is ending. Dates have slashes, and part of the notice is collapsed.
"""

import asyncio
import re

from reference_app import app, consents, customers, journeys, layout, pages, sharing
from reference_app.parts import parts_of

_consent, _end, ENDING, TASKS = pages._consent, sharing.disconnect_one, set(), set()


def connect(ref):
    """Render the connect page in other words."""
    return layout.render(
        "Where does your money go?",
        "<p>For a budget of each month we would like to see which accounts you have, how much you have on them,</p>"
        "<details><summary>and more</summary><p>and your spending of the last 90 days.</p></details>"
        f'<form method="post" action="/connect"><input type="hidden" name="customer" value="{ref}">'
        '<button>I agree</button></form><footer><a href="/privacy?from=connect#top">Data policy</a></footer>',
    )


def consent(details, ref):
    """Show the date with slashes and the button in other words."""
    day = "/".join(reversed(details.get("expires_at", "")[:10].split("-")))
    section = re.sub(r"(<dt>Until</dt><dd>).*?</dd>", rf"\g<1>{day}</dd>", _consent(details, ref))
    section = re.sub(r"<button.*?</button>", "<button>Withdraw permission</button>", section)
    is_ending = details["consent_id"] in ENDING
    return re.sub(r"<form.*?</form>", "<p>This connection is ending.</p>", section) if is_ending else section


async def disconnect_one(request):
    """Start to end the consent, and redirect back at once."""
    parts, ref, consent_id = parts_of(request), request.path_params["ref"], request.path_params["consent_id"]
    end_user_id = await parts.database.read(customers.end_user_id, ref)
    ENDING.add(consent_id)

    async def end(deadline):
        await asyncio.sleep(1)
        await parts.api.revoke(consent_id, deadline)
        await parts.database.write(consents.end_permanently, end_user_id, consent_id)

    task = asyncio.create_task(journeys.within_deadline(parts.settings, end))
    TASKS.add(task)
    task.add_done_callback(TASKS.discard)
    return sharing._redirect_to_connections(ref)


pages.connect, pages._consent, sharing.disconnect_one = connect, consent, disconnect_one
build = app.build
