"""A browser in a test's hand: starts a headless Chromium and speaks its DevTools protocol over one WebSocket. Knows nothing of Slack.

async with browser() as chromium:
    page = await chromium.page("http://127.0.0.1:…/")
    await page.click("button.send")

Pages live in contexts of their own, as in separate browsers, so that storage and connections are not shared. What a page logs as an error
is kept in `page.problems`, for the test to look at.
"""

import asyncio
import base64
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

Json = dict[str, Any]
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_PATIENCE = 10.0  # seconds that a page is waited for
_LARGEST = 64 * 2**20  # bytes of one message; screenshots are large
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--lang=en-GB",
    "--remote-debugging-port=0",
)
_KEYS = {"Enter": 13, "Escape": 27, "Tab": 9, "ArrowUp": 38, "ArrowDown": 40, "Backspace": 8, "End": 35}


class PageError(AssertionError):
    """The page did not do what was asked of it."""


def chromium() -> str | None:
    """The path of an installed browser."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


class Browser:
    """A running browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._asked: dict[int, asyncio.Future[Json]] = {}
        self._listeners: dict[str, Callable[[str, Json], None]] = {}
        self._number = 0

    async def send(self, method: str, params: Json | None = None, session: str | None = None) -> Json:
        """Call a method of the protocol; PageError when it is refused."""
        self._number += 1
        number = self._number
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._asked[number] = future
        body: Json = {"id": number, "method": method, "params": params or {}}
        await self._socket.send_json(body | ({"sessionId": session} if session else {}))
        answer = await asyncio.wait_for(future, _PATIENCE * 3)
        if "error" in answer:
            raise PageError(f"{method}: {answer['error'].get('message')}")
        return dict(answer["result"])

    async def page(self, url: str, *, width: int = 1280, height: int = 800, dark: bool = False) -> "Page":
        """A page in a context of its own, when it has loaded."""
        context = (await self.send("Target.createBrowserContext"))["browserContextId"]
        target = (await self.send("Target.createTarget", {"url": "about:blank", "browserContextId": context}))["targetId"]
        session = (await self.send("Target.attachToTarget", {"targetId": target, "flatten": True}))["sessionId"]
        page = Page(self, session, context)
        self._listeners[session] = page.heard
        for domain in ("Page", "Runtime", "Log", "Network"):
            await page.send(f"{domain}.enable")
        await page.size(width, height)
        await page.emulate(dark=dark)
        await page.open(url)
        return page

    async def read(self) -> None:
        """Take in what the browser says, until it ends."""
        async for message in self._socket:
            body = json.loads(message.data)
            future = self._asked.pop(body.get("id", 0), None)
            if future is not None and not future.done():
                future.set_result(body)
            elif "sessionId" in body and body["sessionId"] in self._listeners:
                self._listeners[body["sessionId"]](body["method"], body.get("params", {}))


@dataclass
class Page:
    """One page. Selectors are CSS; the first match that can be seen is meant."""

    browser: Browser
    session: str
    context: str
    problems: list[str] = field(default_factory=list)

    async def send(self, method: str, params: Json | None = None) -> Json:
        """Call a method of the protocol for this page."""
        return await self.browser.send(method, params, self.session)

    def heard(self, method: str, params: Json) -> None:
        """Keep what went wrong in the page."""
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.problems.append(str(details.get("exception", {}).get("description") or details["text"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.problems.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")

    async def open(self, url: str) -> None:
        """Go somewhere and wait until it has loaded."""
        await self.send("Page.navigate", {"url": url})
        await self.until("document.readyState === 'complete'", what=f"{url} to load")

    async def reload(self) -> None:
        """Load the page again."""
        await self.evaluate("window.beforeReload = true")
        await self.send("Page.reload")
        await self.until("!window.beforeReload && document.readyState === 'complete'", what="the reload")

    async def close(self) -> None:
        """Close the page."""
        await self.browser.send("Target.disposeBrowserContext", {"browserContextId": self.context})

    async def size(self, width: int, height: int) -> None:
        """Set the viewport."""
        await self.send("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    async def emulate(self, *, dark: bool) -> None:
        """Prefer light or dark, and no animations."""
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        await self.send("Emulation.setEmulatedMedia", {"features": features})

    async def offline(self, *, off: bool = True) -> None:
        """Cut the network, or give it back."""
        conditions = {"offline": off, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        await self.send("Network.emulateNetworkConditions", conditions)

    async def evaluate(self, script: str) -> Any:
        """The JSON value of a JavaScript expression; promises are awaited."""
        asked = {"expression": script, "returnByValue": True, "awaitPromise": True}
        answer = await self.send("Runtime.evaluate", asked)
        if "exceptionDetails" in answer:
            raise PageError(f"{script}: {answer['exceptionDetails'].get('exception', {}).get('description')}")
        return answer["result"].get("value")

    async def until(self, script: str, *, what: str = "", seconds: float = _PATIENCE) -> Any:
        """Wait until an expression is true in the page, looked at there at every turn; PageError with what stands there otherwise."""
        watch = f"""new Promise((done) => {{
            const end = performance.now() + {seconds * 1000};
            const look = () => {{
                let value; try {{ value = ({script}); }} catch {{ value = null; }}
                if (value || performance.now() > end) done(value || null); else setTimeout(look, 15);
            }};
            look();
        }})"""
        for _ in range(3):
            try:
                found = await self.evaluate(watch)
            except PageError as error:  # a navigation took the page away in the middle
                if "context" not in str(error) and "navigated" not in str(error):
                    raise
                continue
            if found is None:
                shown = await self.evaluate("document.body.innerText.slice(-1500)")
                raise PageError(f"waited {seconds} s for {what or script}; the page says: {shown}")
            return found
        raise PageError(f"the page kept navigating while it was waited for {what or script}")

    async def see(self, text: str, within: str = "body", *, seconds: float = _PATIENCE) -> None:
        """Wait until a text can be read."""
        script = f"[...document.querySelectorAll({json.dumps(within)})].some((one) => one.innerText.includes({json.dumps(text)}))"
        await self.until(script, what=f"{text!r} in {within}", seconds=seconds)

    async def count(self, selector: str) -> int:
        """How many elements match."""
        return int(await self.evaluate(f"document.querySelectorAll({json.dumps(selector)}).length"))

    async def text(self, selector: str) -> str:
        """The text of the first match, when there is one."""
        await self.until(f"document.querySelector({json.dumps(selector)})", what=selector)
        return str(await self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText"))

    async def click(self, selector: str, text: str = "") -> None:
        """Press the mouse in the middle of an element, by selector and the text it has."""
        x, y = await self._place(selector, text)
        for kind, buttons in (("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 0)):
            press = {
                "type": kind,
                "x": x,
                "y": y,
                "button": "none" if kind == "mouseMoved" else "left",
                "buttons": buttons,
                "clickCount": 1,
            }
            await self.send("Input.dispatchMouseEvent", press)

    async def hover(self, selector: str, text: str = "") -> None:
        """Move the mouse over an element."""
        x, y = await self._place(selector, text)
        await self.send("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y})

    async def type(self, text: str) -> None:
        """Type where the focus is."""
        await self.send("Input.insertText", {"text": text})

    async def key(self, name: str, *, shift: bool = False) -> None:
        """Press a key such as Enter, Escape, ArrowDown."""
        code = _KEYS[name]
        base: Json = {"key": name, "code": name, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        down = {"type": "keyDown", "text": "\r"} if name == "Enter" else {"type": "rawKeyDown"}
        await self.send("Input.dispatchKeyEvent", {**base, **down})
        await self.send("Input.dispatchKeyEvent", {**base, "type": "keyUp"})

    async def screenshot(self, path: Path) -> None:
        """Save what can be seen as a PNG."""
        await self.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")
        shot = await self.send("Page.captureScreenshot", {"format": "png"})
        content = base64.b64decode(shot["data"])
        await asyncio.to_thread(path.write_bytes, content)

    async def _place(self, selector: str, text: str) -> tuple[float, float]:
        script = f"""(() => {{
            const all = [...document.querySelectorAll({json.dumps(selector)})];
            const one = all.find((node) => node.checkVisibility() && node.innerText.includes({json.dumps(text)}));
            if (!one) return null;
            one.scrollIntoView({{block: 'nearest'}});
            const box = one.getBoundingClientRect();
            const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
            const top = document.elementFromPoint(x, y);
            const [last, still] = [window.devtoolsLast, `${{x}} ${{y}}`]; // twice in the same place: the page is at rest
            window.devtoolsLast = still;
            return last === still && top && (one.contains(top) || top.contains(one)) ? [x, y] : null;
        }})()"""
        x, y = await self.until(script, what=f"{selector} {text!r} to press")
        return float(x), float(y)


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """A fresh browser with nothing in it, ended with the block."""
    path = chromium()
    if path is None:
        raise FileNotFoundError("no Chromium is installed: apt-get install chromium")
    with tempfile.TemporaryDirectory(prefix="promptops-browser-", ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            path,
            *_FLAGS,
            f"--user-data-dir={profile}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            url = await asyncio.wait_for(_address(process), _PATIENCE * 3)
            async with aiohttp.ClientSession() as http, http.ws_connect(url, max_msg_size=_LARGEST) as socket:
                running = Browser(socket)
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(running.read())
                    tasks.create_task(_drained(process))
                    yield running
                    await running.send("Browser.close")
        finally:
            if process.returncode is None:
                try:
                    await asyncio.wait_for(process.wait(), _PATIENCE / 2)
                except TimeoutError:
                    process.kill()
                    await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    if process.stderr is None:
        raise PageError("the browser was started without a way to read what it says")
    while line := await process.stderr.readline():
        if line.startswith(b"DevTools listening on "):
            return line.split(b" on ", 1)[1].decode().strip()
    raise PageError("the browser ended before it listened")


async def _drained(process: asyncio.subprocess.Process) -> None:
    """Read on, or the browser stops when its pipe is full."""
    while process.stderr is not None and await process.stderr.read(65536):
        pass
