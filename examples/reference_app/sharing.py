"""Shared data under the customer's control: show it, refresh it, end it."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from reference_app import consents, customers, failures, forms, journeys, layout, logs, pages, state, sync
from reference_app.fiskil.errors import FiskilError
from reference_app.fiskil.limits import Deadline
from reference_app.parts import Parts, parts_of
from reference_app.rows import Superseded
from reference_app.sync import ApiData


async def connections(request: Request) -> Response:
    """``GET /connections``: show every active consent, and the controls to end it."""
    ref = forms.text(request.query_params.get("customer"))
    database = parts_of(request).database
    end_user_id = await database.read(customers.end_user_id, ref)
    return layout.respond(pages.connections(ref, await database.read(state.of_end_user, end_user_id)))


async def refresh(request: Request) -> Response:
    """``POST /customers/{ref}/refresh``: read everything again now; store all of it or nothing."""
    parts, ref = parts_of(request), request.path_params["ref"]
    end_user_id = await parts.database.read(customers.end_user_id, ref)
    if not end_user_id:
        return _unknown_customer()
    try:
        news = await journeys.within_deadline(parts.settings, lambda deadline: refresh_now(parts, end_user_id, deadline))
    except FiskilError as error:
        return failures.respond("refresh", error, ref=ref, is_page=False)
    counts = {reading.dataset.name: len(reading.rows) for reading in news.readings}
    return JSONResponse({"status": "refreshed", **counts})


async def refresh_now(parts: Parts, end_user_id: str, deadline: Deadline) -> ApiData:
    """Read and store everything; repeat once if the worker has stored newer data in the meantime."""
    news = await parts.worker.reader.read_all(end_user_id, deadline)
    try:
        ended = await parts.database.write(sync.apply_refresh, end_user_id, news)
    except Superseded:
        news = await parts.worker.reader.read_all(end_user_id, deadline)
        ended = await parts.database.write(sync.apply_refresh, end_user_id, news)
    for consent_id in ended:
        logs.write("consent_changed", outcome="found ended", end_user_id=end_user_id, consent_id=consent_id)
    return news


async def disconnect(request: Request) -> Response:
    """``POST /customers/{ref}/disconnect``: end every consent at Fiskil, then delete the data."""
    parts, ref, is_page = parts_of(request), request.path_params["ref"], forms.is_from_page(request)
    end_user_id = await parts.database.read(customers.end_user_id, ref)
    if not end_user_id:
        return _unknown_customer()
    try:
        ended = await journeys.within_deadline(parts.settings, lambda deadline: end_consents(parts, end_user_id, deadline))
    except FiskilError as error:
        return failures.respond("disconnect", error, ref=ref, is_page=is_page)
    if is_page:
        return _redirect_to_connections(ref)
    return JSONResponse({"status": "disconnected", "consents": ended})


async def disconnect_one(request: Request) -> Response:
    """``POST /customers/{ref}/consents/{consent_id}/end``: end this consent at Fiskil, and no other."""
    parts, ref, consent_id = parts_of(request), request.path_params["ref"], request.path_params["consent_id"]
    end_user_id = await parts.database.read(customers.end_user_id, ref)
    if not end_user_id or consent_id not in await parts.database.read(consents.active_ids, end_user_id):
        return _redirect_to_connections(ref) if forms.is_from_page(request) else _unknown_customer()
    try:
        await journeys.within_deadline(parts.settings, lambda deadline: end_one(parts, end_user_id, consent_id, deadline))
    except FiskilError as error:
        return failures.respond("disconnect", error, ref=ref, is_page=forms.is_from_page(request))
    return (
        _redirect_to_connections(ref)
        if forms.is_from_page(request)
        else JSONResponse({"status": "disconnected", "consents": [consent_id]})
    )


async def end_consents(parts: Parts, end_user_id: str, deadline: Deadline) -> list[str]:
    """End every active consent, even if its event never arrived. Revoke at Fiskil first, or sharing would continue."""
    listed = {consent.consent_id for consent in await parts.api.consents(end_user_id, deadline) if consent.is_active}
    stored = await parts.database.read(consents.active_ids, end_user_id)
    for consent_id in sorted(listed | stored):
        await end_one(parts, end_user_id, consent_id, deadline)
    return sorted(listed | stored)


async def end_one(parts: Parts, end_user_id: str, consent_id: str, deadline: Deadline) -> None:
    """End one consent: at Fiskil, then in the database."""
    await parts.api.revoke(consent_id, deadline)
    await parts.database.write(consents.end_permanently, end_user_id, consent_id)
    logs.write("consent_changed", outcome="ended by customer", end_user_id=end_user_id, consent_id=consent_id)


def _redirect_to_connections(ref: str) -> Response:
    """Redirect to the customer's connections page."""
    return RedirectResponse(f"/connections?{urlencode({'customer': ref})}", status_code=303)


def _unknown_customer() -> Response:
    return JSONResponse({"error": "unknown_customer", "message": "There is nothing connected."}, status_code=404)
