# SPDX-License-Identifier: GPL-2.0-only
"""Headless Chromium over its debugging pipe: JSON messages that end in a NUL, in on 3, out on 4."""
import base64
import fcntl
import json
import os
import shutil
import subprocess
import tempfile

FLAGS = ["--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update", "--disable-extensions",
         "--hide-scrollbars", "--remote-debugging-pipe"]


def find():
    return shutil.which("chromium")


class Browser:
    """One page. `messages` collects what it said to the console, `requests` what it asked for."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="dcb-browser-")
        # High numbers, so that none is in the way of 3 and 4.
        ours_in, theirs_out = [fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in os.pipe()]
        theirs_in, ours_out = [fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in os.pipe()]

        def place():
            os.dup2(theirs_in, 3)
            os.dup2(theirs_out, 4)

        words = [find(), *FLAGS, f"--user-data-dir={self.folder}"]
        if os.getuid() == 0:
            words.append("--no-sandbox")
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        close_fds=False, preexec_fn=place)
        os.close(theirs_in)
        os.close(theirs_out)
        self.reader, self.writer = os.fdopen(ours_in, "rb"), os.fdopen(ours_out, "wb")
        self.buffer, self.last, self.session = b"", 0, None
        self.messages, self.requests, self.loaded = [], [], set()
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.reader.close()
        self.writer.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def receive(self):
        while b"\0" not in self.buffer:
            more = os.read(self.reader.fileno(), 1 << 16)
            if not more:
                raise RuntimeError("the browser has gone")
            self.buffer += more
        message, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(message)
        self.note(message.get("method"), message.get("params"))
        return message

    def note(self, method, params):
        if method == "Runtime.consoleAPICalled":
            self.messages.append(str(params["args"]))
        elif method == "Runtime.exceptionThrown":
            self.messages.append(str(params["exceptionDetails"]))
        elif method == "Log.entryAdded":
            self.messages.append(params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Page.lifecycleEvent" and params["name"] == "load":
            self.loaded.add(params["loaderId"])

    def call(self, method, **params):
        self.last += 1
        message = {"id": self.last, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        self.writer.write(json.dumps(message).encode() + b"\0")
        self.writer.flush()
        while True:
            answer = self.receive()
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def set_view(self, width, height, scheme="light", media=""):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, place):
        """A path of a file, or an address."""
        url = place if "://" in place else "file://" + place
        loader = self.call("Page.navigate", url=url)["loaderId"]
        while loader not in self.loaded:
            self.receive()

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    def screenshot(self, path, whole=False, clip=None):
        more = {"clip": dict(clip, scale=1)} if clip else {}
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **more)
        with open(path, "wb") as file:
            file.write(base64.b64decode(data["data"]))

    def pdf(self):
        return base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True)["data"])
