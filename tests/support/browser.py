"""A real browser at a page of a running broker: what it shows, says and prints, and what is hard to use."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.support.real_data import PROJECT

CHROMIUM = "/usr/bin/chromium"
# Where the pictures lie, for whoever wants to see what a person sees.
PICTURES = PROJECT / "build" / "browser"
_VIEWPORT = {"width": 1100, "height": 900}
_PATIENCE_MS = 20_000
_BORDERS = "(table) => getComputedStyle(table).borderCollapse"
LANDMARKS = ("banner", "main", "contentinfo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One page. `said` is the browser's console, `asked` every address that the page made it ask for,
    `sheets` the text of each printed page, `hard` what axe finds hard to use, `painted` whether the style was
    taken.
    """

    said: list[str]
    asked: list[str]
    headings: list[str]
    landmarks: dict[str, int]
    heads: list[str]
    text: str
    language: str
    painted: bool
    sheets: list[str] = field(repr=False)
    hard: list[str] = field(repr=False)


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, headless."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM)
        yield running
        await running.close()


async def look(running: Browser, url: str, headers: Mapping[str, str], name: str) -> Seen:
    """Open `url` as a browser would, and keep a picture and a print of it as `name`."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    context = await running.new_context(extra_http_headers=dict(headers), viewport=_VIEWPORT)
    page = await context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    answer = await page.goto(url)
    assert answer is not None
    assert answer.status == 200
    await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    printed = PICTURES / f"{name}.pdf"
    await page.pdf(path=printed, prefer_css_page_size=True)
    roles = {role: await page.get_by_role(role).count() for role in LANDMARKS}
    seen = Seen(
        said=said,
        asked=asked,
        headings=await page.get_by_role("heading").all_inner_texts(),
        landmarks=roles,
        heads=await page.get_by_role("columnheader").all_inner_texts(),
        text=await page.locator("body").inner_text(),
        language=await page.locator("html").get_attribute("lang") or "",
        painted=await page.locator("table").first.evaluate(_BORDERS) == "collapse",
        sheets=_sheets(printed),
        hard=await _hard(context, await answer.text()),
    )
    await context.close()
    return seen


async def _hard(context: BrowserContext, html: str) -> list[str]:
    """Each rule of accessibility that the page breaks, and where. axe is a script, which the page's own
    policy stops: so it looks at a copy without one.
    """
    page = await context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    await page.set_content(html)
    found = (await Axe().run(page)).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


def _sheets(printed: Path) -> list[str]:
    command = ["pdftotext", "-layout", str(printed), "-"]
    told = subprocess.run(command, capture_output=True, check=True, text=True)
    return told.stdout.rstrip("\f").split("\f")
