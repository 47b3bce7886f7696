"""Firefox without a window, by WebDriver BiDi: what tests of gestures need of `browser.Browser`."""

import asyncio
import base64
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

from tests.support.browser import SECONDS, Browser

NAMES = ("firefox", "firefox-esr")
MISSING = "no firefox on PATH: apt-get install firefox-esr"
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "Home": "\ue011"}
KEYS |= {f"Arrow{way}": chr(0xE012 + i) for i, way in enumerate(("Left", "Up", "Right", "Down"))}
HELD = {1: "\ue00a", 2: "\ue009", 8: "\ue008"}  # Alt, Control, Shift


def found() -> str | None:
    """Path of Firefox, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Firefox(Browser):
    """A browser with one page; what its console says is collected."""

    def __init__(self, program: str) -> None:
        self._folder = tempfile.mkdtemp(prefix="browser-")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        words = [program, "--headless", "--no-remote", "--profile", self._folder]
        self._process = subprocess.Popen(
            [*words, "--remote-debugging-port", str(self._port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._loop = asyncio.Runner()
        self._numbers = itertools.count(1)
        self.console: list[str] = []
        self.requests: list[str] = []
        self._keys = self._fingers = 0

    def __enter__(self) -> Self:
        # Dask's environment, which runs the tests, has it.
        from tornado.websocket import websocket_connect

        deadline = time.monotonic() + SECONDS
        while True:
            try:
                address = f"ws://127.0.0.1:{self._port}/session"
                self._socket = self._loop.run(_awaited(websocket_connect, address))
                break
            except OSError:
                assert time.monotonic() < deadline, "Firefox does not start"
                time.sleep(0.1)
        self.call("session.new", capabilities={})
        self._page = self.call("browsingContext.getTree")["contexts"][0]["context"]
        self.call("session.subscribe", events=["log.entryAdded"])
        return self

    def __exit__(self, *_: object) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._loop.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def call(self, method: str, **params: Any) -> Any:
        """Call a method of the protocol, and return its result."""
        number = next(self._numbers)
        message = json.dumps({"id": number, "method": method, "params": params})
        self._loop.run(_awaited(self._socket.write_message, message))
        while True:
            answer = json.loads(self._loop.run(_awaited(self._socket.read_message)))
            if answer.get("id") == number:
                assert answer["type"] == "success", f"{method}: {answer}"
                return answer["result"]
            entry = answer.get("params", {})
            if entry.get("level") in ("error", "warn"):
                self.console.append(entry["text"])

    def open(self, path: Path, wait: str = "true", query: str = "") -> None:
        """Open a file and wait until an expression holds."""
        url = path.as_uri() + query
        self.call("browsingContext.navigate", context=self._page, url=url, wait="complete")
        self.wait(wait)

    def run(self, expression: str) -> Any:
        """Evaluate an expression in the page; a promise is waited for."""
        target = {"context": self._page}
        found = self.call(
            "script.evaluate", expression=expression, target=target, awaitPromise=True
        )
        if found["type"] == "exception":
            raise AssertionError(found["exceptionDetails"]["text"])
        return _value(found["result"])

    def resize(self, width: int, height: int, ratio: float = 1, *, phone: bool = False) -> None:
        """Give the window a size, in CSS pixels."""
        size = {"width": width, "height": height}
        self.call("browsingContext.setViewport", context=self._page, viewport=size)

    def prefer(self, scheme: str, media: str = "") -> None:
        """Light is what it prefers without a desktop."""

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        """Send a mouse event, as Chromium names them."""
        self._hold(more.get("modifiers", 0))
        if kind == "mouseWheel":
            way = {"deltaX": int(more["deltaX"]), "deltaY": int(more["deltaY"])}
            self._act("wheel", {"type": "scroll", "x": round(x), "y": round(y), **way})
            return
        event = {"mousePressed": "pointerDown", "mouseReleased": "pointerUp"}.get(kind)
        move = {"type": "pointerMove", "x": x, "y": y}
        self._act("pointer", move, *([{"type": event, "button": 0}] if event else []))

    def click(self, x: float, y: float, count: int = 1, keys: int = 0) -> None:
        """Press and release the left button."""
        self._hold(keys)
        move = {"type": "pointerMove", "x": x, "y": y}
        press = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self._act("pointer", move, *press * count)  # Together, for otherwise each is the first.

    def touch(self, kind: str, *places: tuple[float, float]) -> None:
        """Put fingers at places: touchStart, touchMove; touchEnd lifts them."""
        ways = {"touchStart": ["pointerMove", "pointerDown"], "touchMove": ["pointerMove"]}
        fingers = places or [(0, 0)] * self._fingers
        self._fingers = len(places)
        sources = [
            {
                "type": "pointer",
                "id": f"finger {number}",
                "parameters": {"pointerType": "touch"},
                "actions": [
                    {"type": way, **({"x": x, "y": y} if way == "pointerMove" else {"button": 0})}
                    for way in ways.get(kind, ["pointerUp"])
                ],
            }
            for number, (x, y) in enumerate(fingers)
        ]
        self.call("input.performActions", context=self._page, actions=sources)

    def press(self, key: str, code: int = 0, keys: int = 0) -> None:
        """Press and release a key, by its name."""
        self._hold(keys)
        value = KEYS.get(key, key)
        self._act("key", *({"type": kind, "value": value} for kind in ("keyDown", "keyUp")))
        self._hold(0)

    def type(self, selector: str, text: str, key: str = "Enter") -> None:
        """Click into a field, and type in place of what it holds."""
        self.click_on(selector)
        self.press("a", keys=2)
        for letter in text:
            self.press(letter)
        self.press(key)

    def png(self, *, whole: bool = False) -> bytes:
        """Picture of the window."""
        shot = self.call("browsingContext.captureScreenshot", context=self._page)
        return base64.b64decode(shot["data"])

    def _hold(self, keys: int) -> None:
        for bit, value in HELD.items():
            if (keys ^ self._keys) & bit:
                kind = "keyDown" if keys & bit else "keyUp"
                self._act("key", {"type": kind, "value": value})
        self._keys = keys

    def _act(self, kind: str, *actions: dict[str, Any]) -> None:
        source = {"type": kind, "id": kind, "actions": list(actions)}
        self.call("input.performActions", context=self._page, actions=[source])


async def _awaited(function: Any, *arguments: Any) -> Any:
    return await function(*arguments)


def _value(found: Any) -> Any:
    """Read a value of the protocol."""
    kind, value = found["type"], found.get("value")
    if kind == "array":
        return [_value(item) for item in value]
    if kind == "object":
        return {name: _value(item) for name, item in value}
    return float(value.replace("Infinity", "inf")) if value in _NUMBERS else value


_NUMBERS = ("NaN", "Infinity", "-Infinity", "-0")
