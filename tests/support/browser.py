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

    def resize(self, width: int, height: int, ratio: float = 1, *, phone: bool = False) -> None:
        """Give the window a size, in CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=ratio,
            mobile=phone,
        )

    def prefer(self, scheme: str, media: str = "") -> None:
        """Prefer light or dark, on a screen or printed."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        """Send a mouse event: mouseMoved, mousePressed, mouseReleased, mouseWheel."""
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def click(self, x: float, y: float) -> None:
        """Press and release the left button."""
        self.mouse("mouseMoved", x, y)
        for kind in ("mousePressed", "mouseReleased"):
            self.mouse(kind, x, y, button="left", clickCount=1)

    def drag(self, places: list[tuple[float, float]]) -> None:
        """Go from place to place with the left button down."""
        self.mouse("mousePressed", *places[0], button="left", buttons=1, clickCount=1)
        for place in places[1:]:
            self.mouse("mouseMoved", *place, button="left", buttons=1)
        self.mouse("mouseReleased", *places[-1], button="left", clickCount=1)

    def press(self, key: str, code: int = 0) -> None:
        """Press and release a key, by its name."""
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        codes = {"Enter": 13, "Escape": 27, "Tab": 9, "ArrowLeft": 37, "ArrowRight": 39}
        number = code or codes.get(key, 0)
        self.call(
            "Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=number, **text
        )
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=number)

    def png(self, *, whole: bool = False) -> bytes:
        """Picture of the window, or of the whole page."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(shot["data"])
