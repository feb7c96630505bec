"""The consent page in Chromium: where in the window it is, and its forms, filled in and sent as a person does."""

from typing import TYPE_CHECKING

from fiskil_harness.app.browser.origins import Places

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Frame, Locator

CAP_MS = 15_000


async def frame_of(context: "BrowserContext", places: Places) -> "Frame | None":
    """The consent page, be it the page itself, a frame in it, or a window that it opened; of several the newest."""
    found = [frame for page in context.pages for frame in page.frames if places.is_auth(frame.url)]
    return found[-1] if found else None


async def submit(frame: "Frame", act: str, answers: dict[str, tuple[str, ...]]) -> str:
    """Fill in the form for *act* and send it; what kept that from being done, in words."""
    form = frame.locator(f'form:has(input[name="act"][value="{act}"])').first
    try:
        await form.wait_for(state="visible", timeout=CAP_MS)
        for name, values in answers.items():
            await _answer(form, name, values)
        await form.locator("button").first.click(timeout=CAP_MS, no_wait_after=True)
    except Exception:  # noqa: BLE001 - Playwright has one class for all that can go wrong here
        return f"the consent page showed no form for {act!r} that could be sent"
    return ""


async def leave(frame: "Frame") -> None:
    """Press what leads from its last screen to the app, or close its window where nothing does."""
    back = frame.locator("a[target=_top]").first
    if await back.count():
        await back.click(timeout=CAP_MS, no_wait_after=True)
    else:
        await frame.page.close()


async def code_on(frame: "Frame") -> str:
    """The one-time code that the page shows."""
    return await frame.locator("[data-code]").first.inner_text(timeout=CAP_MS)


async def _answer(form: "Locator", name: str, values: tuple[str, ...]) -> None:
    fields = form.locator(f'[name="{name}"]')
    kind = await fields.first.get_attribute("type", timeout=CAP_MS)
    if kind == "radio":
        await form.locator(f'[name="{name}"][value="{values[0]}"]').check(timeout=CAP_MS)
    elif kind == "checkbox":
        for field in await fields.all():
            await field.set_checked(await field.get_attribute("value") in values, timeout=CAP_MS)
    else:
        await fields.first.fill(values[0], timeout=CAP_MS)
