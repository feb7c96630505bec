"""The consent page in Chromium: finds it in the window, and fills in and submits its forms."""

from typing import TYPE_CHECKING

from fiskil_harness.app.browser import pointer, tabs
from fiskil_harness.app.browser.origins import Origins
from fiskil_harness.errors import StepError

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Frame, Locator

CAP_MS = 15_000


async def frame_of(context: "BrowserContext", places: Origins) -> "Frame | None":
    """Return the newest frame that shows the consent page, in any page of *context*; None if there is no such frame."""
    frames = [frame for page in context.pages for frame in page.frames if places.is_auth(frame.url)]
    return frames[-1] if frames else None


async def submit(frame: "Frame", act: str, answers: dict[str, tuple[str, ...]]) -> str:
    """Fill in and submit the form whose hidden ``act`` field is *act*; return why that failed, or ''."""
    form = frame.locator(f'form:has(input[name="act"][value="{act}"])').first
    try:
        await form.wait_for(state="visible", timeout=CAP_MS)
        await pointer.reach(form.locator("button").first, frame, cap_s=CAP_MS / 1000)
        for name, values in answers.items():
            await _fill(form, name, values)
        await form.locator("button").first.click(timeout=CAP_MS, no_wait_after=True)
    except Exception:  # noqa: BLE001 - Playwright has one class for all errors here
        return f"the consent page has no form for {act!r} that can be submitted"
    return ""


async def leave(frame: "Frame") -> None:
    """Click the link back to the app on the last screen, or close the window if there is none.

    Raises:
        StepError: The window could not be closed.
    """
    back = frame.locator("a[target=_top]").first
    if await back.count():
        await pointer.reach(back, frame, cap_s=CAP_MS / 1000)
        await back.click(timeout=CAP_MS, no_wait_after=True)
    else:
        await tabs.close(frame.page)
        if not frame.page.is_closed():
            raise StepError("Chromium could not close the window of the consent page.")


async def code_on(frame: "Frame") -> str:
    """Return the one-time code that the page shows."""
    return await frame.locator("[data-code]").first.inner_text(timeout=CAP_MS)


async def _fill(form: "Locator", name: str, values: tuple[str, ...]) -> None:
    fields = form.locator(f'[name="{name}"]')
    kind = await fields.first.get_attribute("type", timeout=CAP_MS)
    if kind == "radio":
        await form.locator(f'[name="{name}"][value="{values[0]}"]').check(timeout=CAP_MS)
    elif kind == "checkbox":
        for field in await fields.all():
            await field.set_checked(await field.get_attribute("value") in values, timeout=CAP_MS)
    else:
        await fields.first.fill(values[0], timeout=CAP_MS)
