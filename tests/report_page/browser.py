"""A headless Chromium over its DevTools pipe; standard library only."""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import time

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def find_browser():
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Browser:
    """One process; `messages` holds the events that came and were not waited for."""

    def __init__(self, program, profile):
        command_read, self._write = os.pipe()
        self._read, answer_write = os.pipe()
        # Away from 3 and 4, which the browser reads commands from and writes answers to.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (command_read, answer_write)]

        def take_ends():
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        self._process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND",
             "--remote-debugging-pipe", "--user-data-dir=" + profile, "about:blank"],
            preexec_fn=take_ends, pass_fds=(3, 4), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for end in (command_read, answer_write, *ends):
            os.close(end)
        self._buffer = b""
        self._number = 0
        self.messages = []

    def close(self):
        os.close(self._write)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._read)

    def _next(self, seconds):
        """The next message, None where none comes in time."""
        end = time.monotonic() + seconds
        while b"\0" not in self._buffer:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._read], [], [], left)[0]:
                return None
            part = os.read(self._read, 1 << 20)
            if not part:
                raise RuntimeError("the browser ended")
            self._buffer += part
        text, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(text)

    def call(self, method, session=None, **params):
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._write, data):]
        while True:
            answer = self._next(60)
            if answer is None:
                raise TimeoutError(method)
            if answer.get("id") != self._number:
                self.messages.append(answer)
            elif "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']}")
            else:
                return answer["result"]

    def wait_for(self, method, session):
        while True:
            for i, message in enumerate(self.messages):
                if message.get("method") == method and message.get("sessionId") == session:
                    return self.messages.pop(i)
            message = self._next(60)
            if message is None:
                raise TimeoutError(method)
            self.messages.append(message)

    def open(self, path, width=1280, dark=False):
        return Page(self, path, width, dark)


class Page:
    """A file in a tab of its own."""

    def __init__(self, browser, path, width, dark):
        self._browser = browser
        self.path = path
        self._target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.call("Target.attachToTarget", targetId=self._target,
                                     flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.resize(width)
        self.colours(dark)
        self.call("Page.navigate", url="file://" + path)
        browser.wait_for("Page.loadEventFired", self._session)

    def call(self, method, **params):
        return self._browser.call(method, self._session, **params)

    def close(self):
        self._browser.call("Target.closeTarget", targetId=self._target)

    def resize(self, width):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900,
                  deviceScaleFactor=1, mobile=width < 600)

    def colours(self, dark):
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def run(self, expression):
        """The value of a JavaScript expression, of a promise what it gives."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description"))
        return answer["result"].get("value")

    def press(self, key, code, text=""):
        """A key on the keyboard, for what has the focus."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, text=text,
                      windowsVirtualKeyCode=code)
            text = ""

    def _events(self, *methods):
        return [m["params"] for m in self._browser.messages
                if m.get("sessionId") == self._session and m.get("method") in methods]

    def complaints(self):
        """Errors and warnings of the console, exceptions, refusals of the policy."""
        thrown = [e["exceptionDetails"] for e in self._events("Runtime.exceptionThrown")]
        said = [e for e in self._events("Runtime.consoleAPICalled")
                if e["type"] in ("error", "warning", "assert")]
        logged = [e["entry"] for e in self._events("Log.entryAdded")
                  if e["entry"]["level"] in ("error", "warning")]
        return thrown + said + logged

    def requests(self):
        return [e["request"]["url"] for e in self._events("Network.requestWillBeSent")]

    def screenshot(self, file):
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=True,
                           optimizeForSpeed=True)
        with open(file, "wb") as out:
            out.write(base64.b64decode(answer["data"]))

    def pdf(self, file):
        answer = self.call("Page.printToPDF", preferCSSPageSize=True)
        with open(file, "wb") as out:
            out.write(base64.b64decode(answer["data"]))
