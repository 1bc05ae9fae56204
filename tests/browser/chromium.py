"""Drives Chromium over the pipe of its DevTools protocol, with nothing but the standard library."""

import base64
import fcntl
import json
import os
import shutil
import subprocess
import tempfile

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
]


def program():
    """The path of Chromium, or None."""
    names = ["chromium", "chromium-browser", "google-chrome"]
    return next(filter(None, map(shutil.which, names)), None)


def pipe():
    """A pipe whose ends are not 3 and 4, where Chromium expects its own ends."""
    ends = os.pipe()
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
    for end in ends:
        os.close(end)
    return moved


class Page:
    """A browser with one page. Collects the requests and the console messages of that page."""

    def __init__(self):
        self.profile = tempfile.mkdtemp()
        from_us, self.out = pipe()
        self.answers, to_us = pipe()
        self.process = subprocess.Popen(
            [program(), *FLAGS, f"--user-data-dir={self.profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            close_fds=False,
            preexec_fn=lambda: (os.dup2(from_us, 3), os.dup2(to_us, 4)),
        )
        os.close(from_us)
        os.close(to_us)
        self.buffer = b""
        self.last_id = 0
        self.session = None
        self.events = []
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(it["targetId"] for it in targets if it["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ["Page", "Network", "Log", "Runtime", "Performance"]:
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.out)
        os.close(self.answers)
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method, **params):
        """Calls a method and returns its result."""
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data) :]
        while True:
            answer = self.next_message()
            if answer.get("id") == self.last_id:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def next_message(self):
        """The next message of the browser; events are kept."""
        while b"\0" not in self.buffer:
            data = os.read(self.answers, 1 << 20)
            if not data:
                raise RuntimeError("Chromium ended")
            self.buffer += data
        message, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(message)
        if "method" in message:
            self.events.append(message)
        return message

    def open(self, path, fragment=""):
        """Opens a file and waits until it is loaded."""
        # From the same file, this would be no more than a jump.
        self.go_to("about:blank")
        self.go_to(f"file://{os.path.abspath(path)}{fragment}")

    def go_to(self, url):
        """Goes to an address and waits until it is loaded."""
        self.events = []
        self.call("Page.navigate", url=url)
        while not any(it["method"] == "Page.loadEventFired" for it in self.events):
            self.next_message()

    def evaluate(self, script):
        """The value of an expression, awaited."""
        result = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"]["exception"]["description"])
        return result["result"].get("value")

    def look(self, width, scheme="light", media="", height=900):
        """Sets the size of the screen, the colour scheme and the medium."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)

    def save_picture(self, path):
        """Saves a picture of what is on the screen."""
        picture = self.call("Page.captureScreenshot")
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))

    def save_pdf(self, path):
        """Prints the page to a PDF file."""
        pdf = self.call("Page.printToPDF", printBackground=False)
        with open(path, "wb") as file:
            file.write(base64.b64decode(pdf["data"]))

    def requests(self):
        """The addresses that were asked for since the last navigation."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event["method"] == "Network.requestWillBeSent"
        ]

    def messages(self):
        """What was written to the console since the last navigation."""
        kinds = ["Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"]
        return [event["params"] for event in self.events if event["method"] in kinds]
