"""The two servers of the walk: the sandbox with end users who have many transactions, and bare Starlette with one page."""

import argparse
import json
import signal
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from fiskil_harness.core import catalog
from fiskil_harness.core.clock import Clock
from fiskil_harness.core.model import Person
from fiskil_harness.core.model.people import AccountSpec, Movement
from fiskil_harness.core.net.server import LOOPBACK, Loop, Server
from fiskil_harness.sandbox import Sandbox, tokens

DAYS = 365
PAGE = 1000
SHOPS = ("Woolworths", "Coles", "Aldi", "Bunnings", "Corner Espresso", "Noodle House", "Kmart", "Chemist Warehouse")


def person(rows: int) -> Person:
    """Return a person with at least *rows* transactions in a year, on two accounts."""
    a_day = -(-rows // (DAYS * 2 * len(SHOPS)))
    moves = tuple(
        Movement(
            amount=f"-{number + 4}.35",
            every_days=1,
            times_a_day=a_day,
            merchant=shop,
            description=f"{shop.upper()} {1200 + number} SYDNEY",
            category="GENERAL_MERCHANDISE:OTHER_GENERAL_MERCHANDISE",
            mcc="5411",
            varies_percent=40,
        )
        for number, shop in enumerate(SHOPS)
    )
    accounts = tuple(AccountSpec(key=key, name=key.title(), moves=moves) for key in ("everyday", "shared"))
    return Person(
        name="many",
        given_name="May",
        family_name="Nguyen",
        email="may.nguyen@example.com",
        phone="+61491570156",
        why="a long walk",
        history_days=DAYS,
        accounts=accounts,
    )


def sandbox_with(rows: int, *, end_users: int) -> tuple[Sandbox, list[str]]:
    """Return a sandbox with *end_users* end users after a sync, and their ids; no row was read yet."""
    sandbox = Sandbox(institutions=catalog.institutions(), clock=Clock())
    many_rows_person = sandbox.add_person(person(rows))
    ids = []
    for _ in range(end_users):
        end_user = sandbox.create_end_user(many_rows_person)
        sandbox.sync(sandbox.authorise(end_user, many_rows_person), "transactions")
        ids.append(end_user.end_user_id)
    return sandbox, ids


def bare(rows: int) -> Starlette:
    """Return an app with as many pages as the walk; each response encodes the same prepared dicts."""
    sandbox, ids = sandbox_with(rows, end_users=1)
    (consent,) = sandbox.consents_of(ids[0])
    page = json.loads(bytes(sandbox.rows(consent, "transactions")[:PAGE].wire))  # type: ignore[attr-defined]

    async def walk(request: Request) -> JSONResponse:
        number = request.path_params["number"]
        is_last = (number + 1) * PAGE >= rows
        return JSONResponse({"transactions": page, "links": {} if is_last else {"next": f"http://bare/walk/{number + 1}"}})

    async def ready(_request: Request) -> JSONResponse:
        return JSONResponse({})

    return Starlette(routes=[Route("/walk/{number:int}", walk), Route("/", ready)])


def main() -> None:
    """Serve the sandbox, or bare Starlette."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--end-users", type=int, default=1)
    parser.add_argument("--bare", action="store_true")
    arguments = parser.parse_args()
    app: Any
    if arguments.bare:
        app = bare(arguments.rows)
    else:
        sandbox, ids = sandbox_with(arguments.rows, end_users=arguments.end_users)
        sandbox.set_origins(api_url=f"http://{LOOPBACK}:{arguments.port}", auth_url="")
        with sandbox.store.changing() as store:
            pair = sandbox.credentials
            token = tokens.exchange(store, pair.client_id, pair.client_secret).value
        (arguments.folder / "credentials.json").write_text(json.dumps({"token": token, "end_user_ids": ids}))
        app = sandbox.api
    with Loop() as loop:
        Server(loop, app, port=arguments.port)
        signal.pause()


if __name__ == "__main__":
    main()
