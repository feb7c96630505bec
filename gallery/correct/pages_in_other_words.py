"""Says all that must be said in words of its own, and ends a consent a moment after it was asked to.

The list says meanwhile that the consent is ending; a date has slashes, and the notice folds up.
"""

import asyncio
import re

from reference_app import app, consents, customers, journeys, layout, pages, sharing
from reference_app.parts import parts_of

_consent, _end, ENDING, AT_WORK = pages._consent, sharing.disconnect_one, set(), set()


def connect(ref):
    """The same in other words."""
    return layout.render(
        "Where does your money go?",
        "<p>For a budget of each month we would like to see which accounts you have, how much you have on them,</p>"
        "<details><summary>and more</summary><p>and your spending of the last 90 days.</p></details>"
        f'<form method="post" action="/connect"><input type="hidden" name="customer" value="{ref}">'
        '<button>I agree</button></form><footer><a href="/privacy?from=connect#top">Data policy</a></footer>',
    )


def consent(held, ref):
    """Until 12/03/2027."""
    day = "/".join(reversed(held.get("expires_at", "")[:10].split("-")))
    shown = re.sub(r"(<dt>Until</dt><dd>).*?</dd>", rf"\g<1>{day}</dd>", _consent(held, ref))
    shown = re.sub(r"<button.*?</button>", "<button>Withdraw permission</button>", shown)
    is_ending = held["consent_id"] in ENDING
    return re.sub(r"<form.*?</form>", "<p>This connection is ending.</p>", shown) if is_ending else shown


async def disconnect_one(request):
    """Thank you, that will be done."""
    parts, ref, consent_id = parts_of(request), request.path_params["ref"], request.path_params["consent_id"]
    end_user_id = await parts.database.read(customers.end_user_id, ref)
    ENDING.add(consent_id)

    async def end(deadline):
        await asyncio.sleep(1)
        await parts.api.revoke(consent_id, deadline)
        await parts.database.write(consents.end_for_good, end_user_id, consent_id)

    task = asyncio.create_task(journeys.within_deadline(parts.settings, end))
    AT_WORK.add(task)
    task.add_done_callback(AT_WORK.discard)
    return sharing._back(ref)


pages.connect, pages._consent, sharing.disconnect_one = connect, consent, disconnect_one
build = app.build
