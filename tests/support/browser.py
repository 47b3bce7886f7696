"""Debian's Chromium without a window, driven by its own DevTools protocol through a pipe."""

import base64
import contextlib
import fcntl
import itertools
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "no chromium on PATH: apt-get install chromium runs the tests of the explorer"
SECONDS = 60
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # As root, which containers run as, there is none.
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-extensions",
    "--disable-component-update",
    "--disable-background-networking",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
    # Whatever is not a file is refused, and shows as an error on the console.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=127.0.0.1:9",
)


def found() -> str | None:
    """Path of a browser, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def look(page: Path, script: str) -> Any:
    """Open an explorer, show all its panels, and evaluate a script; None without a browser."""
    program = found()
    if program is None:
        warnings.warn(MISSING, stacklevel=2)
        return None
    with Browser(program) as browser:
        browser.open(page.resolve(), "document.documentElement.dataset.ready === 'all'")
        browser.run("pin(0); for (const id of Object.keys(PANELS)) showPanel(id)")
        answer = browser.run(script)
        assert browser.console == []
        return answer


_SEEN = """(selector, text) => {
  const element = [...document.querySelectorAll(selector)].find((one) =>
    one.checkVisibility() && (one.innerText || "").includes(text));
  if (!element) return "is not there";
  element.scrollIntoView({ block: "nearest", inline: "nearest" });
  const box = element.getBoundingClientRect();
  const place = [box.left + box.width / 2, box.top + box.height / 2];
  const top = document.elementFromPoint(...place);
  return element.contains(top) ? place : `is covered by ${top && top.outerHTML.slice(0, 99)}`;
}"""


class Browser:
    """A browser with one page; what its console says is collected."""

    def __init__(self, program: str, *flags: str) -> None:
        self._folder = tempfile.mkdtemp(prefix="browser-")
        theirs, self._write = os.pipe()
        self._read, other = os.pipe()
        # It reads from 3 and writes to 4: numbers that must not be taken when they are given.
        to_browser, from_browser = (fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (theirs, other))
        program_and_flags = [program, *FLAGS, *flags, f"--user-data-dir={self._folder}"]
        words = ["bash", "-c", f'exec "$@" 3<&{to_browser} 4>&{from_browser}', "bash"]
        self._process = subprocess.Popen(
            [*words, *program_and_flags],
            pass_fds=[to_browser, from_browser],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for end in (theirs, other, to_browser, from_browser):
            os.close(end)
        self._buffer = b""
        self._numbers = itertools.count(1)
        self._session: str | None = None
        self.console: list[str] = []
        self.requests: list[str] = []

    def __enter__(self) -> Self:
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._write)
        os.close(self._read)
        shutil.rmtree(self._folder, ignore_errors=True)

    def call(self, method: str, **params: Any) -> Any:
        """Call a method of the protocol, and return its result."""
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    def _message(self) -> Any:
        deadline = time.monotonic() + SECONDS
        while b"\0" not in self._buffer:
            assert select.select([self._read], [], [], deadline - time.monotonic())[0], "it hangs"
            data = os.read(self._read, 1 << 20)
            assert data, "the browser is gone"
            self._buffer += data
        text, _, self._buffer = self._buffer.partition(b"\0")
        message = json.loads(text)
        self._note(message.get("method"), message.get("params", {}))
        return message

    def _note(self, event: str | None, params: Any) -> None:
        if event == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.console.append(details.get("exception", {}).get("description", details["text"]))
        elif event == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.console.append(" ".join(str(arg.get("value")) for arg in params["args"]))
        elif event == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.console.append(params["entry"]["text"])
        elif event == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    def open(self, path: Path, wait: str = "true", query: str = "") -> None:
        """Open a file and wait until an expression holds."""
        self.call("Page.navigate", url=path.as_uri() + query)
        self.wait(f"document.readyState === 'complete' && {wait}")

    def wait(self, expression: str) -> None:
        """Wait until an expression holds."""
        deadline = time.monotonic() + SECONDS
        while not self.run(f"!!({expression})"):
            assert time.monotonic() < deadline, f"{expression} never held; {self.console}"
            time.sleep(0.02)

    def run(self, expression: str) -> Any:
        """Evaluate an expression in the page; a promise is waited for."""
        found = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in found:
            details = found["exceptionDetails"]
            raise AssertionError(details.get("exception", {}).get("description", details))
        return found["result"].get("value")

    def text(self, selector: str) -> str:
        """Return the text of the first element, as it is shown."""
        shown: str = self.run(f"document.querySelector({json.dumps(selector)}).innerText")
        return shown

    def box(self, element: str) -> list[float]:
        """Return left, top, right and bottom of an element, which an expression gives."""
        edges = "({ left, top, right, bottom }) => [left, top, right, bottom]"
        found: list[float] = self.run(f"({edges})({element}.getBoundingClientRect())")
        return found

    def settle(self) -> None:
        """Wait until the page has been laid out and painted."""
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def resize(self, width: int, height: int, ratio: float = 1, *, phone: bool = False) -> None:
        """Give the window a size, in CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=ratio,
            mobile=phone,
        )
        self.call("Emulation.setTouchEmulationEnabled", enabled=phone)

    def prefer(self, scheme: str, media: str = "") -> None:
        """Prefer light or dark, on a screen or printed."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)

    def seen(self, selector: str, text: str = "") -> tuple[float, float]:
        """Return the middle of the first element with a text; fail unless it is seen there."""
        found = self.run(f"({_SEEN})({json.dumps(selector)}, {json.dumps(text)})")
        assert isinstance(found, list), f"{selector} {text}: {found}"
        return found[0], found[1]

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        """Send a mouse event: mouseMoved, mousePressed, mouseReleased, mouseWheel."""
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def point(self, selector: str, text: str = "") -> None:
        """Move the mouse to an element."""
        self.mouse("mouseMoved", *self.seen(selector, text))

    def click(self, x: float, y: float, count: int = 1, keys: int = 0) -> None:
        """Press and release the left button; ``keys``: 1 Alt, 2 Control, 8 Shift."""
        self.mouse("mouseMoved", x, y, modifiers=keys)
        for number in range(1, count + 1):
            for kind in ("mousePressed", "mouseReleased"):
                self.mouse(kind, x, y, button="left", clickCount=number, modifiers=keys)

    def click_on(self, selector: str, text: str = "", count: int = 1, keys: int = 0) -> None:
        """Move the mouse to an element, and click."""
        self.click(*self.seen(selector, text), count, keys)

    def drag(self, places: list[tuple[float, float]], keys: int = 0, *, drop: bool = True) -> None:
        """Go from place to place with the left button down, and release it."""
        held: dict[str, Any] = {"button": "left", "modifiers": keys}
        self.mouse("mouseMoved", *places[0])
        self.mouse("mousePressed", *places[0], buttons=1, clickCount=1, **held)
        for place in places[1:]:
            self.mouse("mouseMoved", *place, buttons=1, **held)
        if drop:
            self.mouse("mouseReleased", *places[-1], clickCount=1, **held)

    def touch(self, kind: str, *places: tuple[float, float]) -> None:
        """Put fingers at places: touchStart, touchMove; touchEnd lifts them."""
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        self.call("Input.dispatchTouchEvent", type=kind, touchPoints=points)

    def tap(self, x: float, y: float) -> None:
        """Touch a place for a moment."""
        self.touch("touchStart", (x, y))
        self.touch("touchEnd")

    def type(self, selector: str, text: str, key: str = "Enter") -> None:
        """Click into a field, and type in place of what it holds."""
        self.click_on(selector, count=3)
        self.call("Input.insertText", text=text)
        self.press(key)

    def select(self, selector: str, option: str) -> None:
        """Choose an option of a list by keys, from the first on."""
        options = self.run(
            f"[...document.querySelector({json.dumps(selector)}).options].map((o) => o.text)"
        )
        self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        self.press("Home")
        for _ in range(options.index(option)):
            self.press("ArrowDown")

    def upload(self, selector: str, path: Path) -> None:
        """Give a file to a field."""
        found = self.call("Runtime.evaluate", expression=f"document.querySelector('{selector}')")
        given = found["result"]["objectId"]
        self.call("DOM.setFileInputFiles", files=[str(path)], objectId=given)

    def press(self, key: str, code: int = 0, keys: int = 0) -> None:
        """Press and release a key, by its name; ``keys`` are held, as in `click`."""
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        codes = {"Enter": 13, "Escape": 27, "Tab": 9, "Home": 36, "ArrowLeft": 37, "ArrowUp": 38}
        codes |= {"ArrowRight": 39, "ArrowDown": 40}
        number = code or codes.get(key, 0)
        given = {"key": key, "windowsVirtualKeyCode": number, "modifiers": keys}
        self.call("Input.dispatchKeyEvent", type="keyDown", **given, **({} if keys else text))
        self.call("Input.dispatchKeyEvent", type="keyUp", **given)

    def png(self, *, whole: bool = False) -> bytes:
        """Picture of the window, or of the whole page."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(shot["data"])
