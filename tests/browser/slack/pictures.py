"""Takes the pictures of `docs/slack-workspace.md`: `python -m tests.browser.slack.pictures`. With pngquant installed they get small."""

import asyncio
import shutil
from pathlib import Path

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from sandbox.slack import SlackWorkspace
from tests.browser.devtools import Browser, Page, browser
from tests.browser.slack.sample_bot import sample_bot

_ROOT = Path(__file__).parents[3]
_IMAGES = _ROOT / "docs" / "images"


async def _said(page: Page, text: str) -> None:
    await page.click(".channel .composer-field")
    await page.type(text)
    await page.key("Enter")


async def _thread(slack: SlackWorkspace, page: Page) -> None:
    """A deployment that waits for its approval."""
    ann, bob = slack.person("ann"), slack.person("bob")
    await bob.send("#deploys", "Morning! @ann is *web* v1.8.2 ready for `prod`? :eyes:")
    asked = await ann.send("#deploys", "Yes. The changes: https://example.com/changes/812")
    await bob.react("#deploys", asked, "+1")
    await slack.person("cleo").react("#deploys", asked, "+1")
    await slack.person("dev").send("#oncall", "@ann the canary looks good")
    await _said(page, "/promptops run deploy-web")
    await page.click(".thread-bar", "1 reply")
    await page.see("Resolve inputs", ".thread")
    await page.screenshot(_IMAGES / "slack-running.png")
    await slack.person("dev").command("#deploys", "/promptops go")
    await page.see("Approval needed", ".thread")
    await page.see("1", "[data-channel=oncall] .badge")


async def _pictures(slack: SlackWorkspace, running: Browser) -> None:
    page = await running.page(slack.page)
    await page.until("document.querySelector('.composer-field')", what="the page")
    await _thread(slack, page)
    await page.hover(".sidebar")
    await page.screenshot(_IMAGES / "slack-thread.png")
    await page.click(".thread .button.primary", "Approve")
    await page.click(".dialog .button.primary", "Promote")
    await page.see("Only visible to you", ".thread")
    await page.click(".panel-button")
    await page.see("chat.postEphemeral", ".log-lines")
    await page.emulate(dark=True)
    await page.screenshot(_IMAGES / "slack-dark.png")
    await page.click(".panel-button")
    await page.size(390, 844)
    await page.screenshot(_IMAGES / "slack-narrow.png")
    await page.size(1280, 800)
    await page.emulate(dark=False)
    await page.click(".thread-close")
    await _said(page, "/promptops form")
    await page.see("Run a workflow", ".dialog")
    await page.type("1.8.2")
    await page.click(".dialog .picker", "Choose one")
    await page.click(".listbox [role=option]", "Production")
    await page.click(".dialog [data-submit]")
    await page.see("A version starts with v", ".dialog")
    await page.screenshot(_IMAGES / "slack-modal.png")


async def _main() -> None:
    await asyncio.to_thread(_IMAGES.mkdir, parents=True, exist_ok=True)
    async with SlackWorkspace(manifest=_ROOT / "manifest.yml", rate_limits=False) as slack, browser() as running:
        handler = AsyncSocketModeHandler(sample_bot(slack), slack.app_token)
        await handler.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt leaves it untyped
        await slack.connected()
        await _pictures(slack, running)
        await handler.close_async()  # type: ignore[no-untyped-call]  # the same
    tool = shutil.which("pngquant")
    if tool is not None:
        names = [str(path) for path in sorted(_IMAGES.glob("slack-*.png"))]
        process = await asyncio.create_subprocess_exec(tool, "--force", "--ext", ".png", "--strip", "--quality", "70-95", *names)
        await process.wait()


if __name__ == "__main__":
    asyncio.run(_main())
