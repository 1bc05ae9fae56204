#!/usr/bin/env python3
"""Opens pages of `chatlog show --format html` in a real browser and checks what they promise.

    tests/browser/check.py CHATLOG [PICTURES]

CHATLOG is the program. PICTURES is a folder to save pictures of the pages to, for people to look at.
Without Chromium, it says so and checks nothing. It needs Python and nothing else.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
import chromium

HERE = Path(__file__).parent
SAMPLES = HERE.parent.parent / "samples"
CHECKS = (HERE / "page.js").read_text()
# The pixels of a picture from top to bottom.
MAX_HEIGHT = 4000
LOOKS = [(1280, "light", ""), (390, "dark", ""), (320, "light", ""), (720, "dark", "print")]
# Every kind of markup and address that must stay text.
ATTACK = "\"'><script>console.log(1)</script><img src=http://127.0.0.1:9/x onerror=console.log(2)>"
ADDRESS = "javascript:console.log(3)//"
# How many messages a page must bear, and for how long at most.
MANY = 50_000
MAX_LOAD_SECONDS = 30
MAX_FRAME_MILLISECONDS = 100

NEXT_FRAME = """new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(done)))"""
SCROLL = """(async () => {
  const frames = [];
  for (let last = performance.now(), now; frames.length < 120; last = now) {
    scrollBy(0, 400);
    await new Promise((done) => requestAnimationFrame(done));
    now = performance.now();
    frames.push(now - last);
  }
  frames.sort((a, b) => a - b);
  return [frames[60], frames[114]];
})()"""


def main(program, pictures=None):
    if not chromium.program():
        print("browser: no Chromium here, so the pages are not checked")
        return 0
    with tempfile.TemporaryDirectory() as folder, chromium.Page() as page:
        checks = Checks(program, Path(folder), page, pictures and Path(pictures))
        for sample in sorted(SAMPLES.glob("*.*json")):
            checks.check_sample(sample)
        checks.check_several()
        checks.check_attack()
        checks.check_many()
    for problem in checks.problems:
        print(f"browser: {problem}", file=sys.stderr)
    print(f"browser: {checks.pages} pages checked, {len(checks.problems)} problems")
    return 1 if checks.problems else 0


class Checks:
    def __init__(self, program, folder, page, pictures):
        self.program, self.folder = program, folder
        self.page, self.pictures = page, pictures
        self.problems, self.pages = [], 0

    def check_sample(self, sample):
        path = self.write(sample)
        for width, scheme, media in LOOKS:
            self.page.look(width, scheme, media)
            self.page.open(path)
            look = f"{sample.stem}, {width} pixels, {scheme} {media}".strip()
            self.check(path, look)
            if self.pictures:
                self.save_picture(path, sample.stem, width, scheme, media)

    def check_several(self):
        """One page of several inputs, and a folder of pages with an index."""
        inputs = [SAMPLES / "plain-chat.json", SAMPLES / "archive.ndjson", SAMPLES / "truncated.json"]
        pages = self.folder / "pages"
        pages.mkdir()
        self.run(*inputs, "--output", pages)
        for path in [self.write(*inputs), *sorted(pages.glob("*.html"))]:
            self.page.look(390)
            self.page.open(path)
            self.check(path, f"several inputs, {path.name}")

    def check_attack(self):
        """Markup in every string of a notification shows as text."""
        sample = json.loads((SAMPLES / "every-content-type.json").read_text())
        # A reply quotes the message before it, so the messages as they are come first.
        plain = sample["messages"]
        sample["messages"] = plain + [attacked(message) for message in plain]
        path = self.write(self.save(attacked(sample, "messages")))
        self.page.look(390)
        self.page.open(path)
        self.check(path, "attack")
        shown = self.page.evaluate("document.body.textContent")
        for words in [ATTACK, ADDRESS]:
            if words not in shown:
                self.problems.append(f"attack: {words} is not shown")

    def check_many(self):
        """A long conversation opens soon, scrolls smoothly, and has every message at its anchor."""
        sample = json.loads((SAMPLES / "handed-over.json").read_text())
        some = sample["messages"]
        sample["messages"] = [dict(some[i % len(some)], msg_id=str(i)) for i in range(MANY)]
        path = self.write(self.save(sample))
        self.page.look(1280)
        start = time.monotonic()
        self.page.open(path)
        self.page.evaluate(NEXT_FRAME)
        load = time.monotonic() - start
        median, slow = self.page.evaluate(SCROLL)
        size = path.stat().st_size / 1e6
        print(
            f"browser: {MANY} messages, {size:.1f} MB: open after {load:.1f} s, "
            f"a frame takes {median:.0f} ms, 5 % take more than {slow:.0f} ms"
        )
        if load > MAX_LOAD_SECONDS or median > MAX_FRAME_MILLISECONDS:
            self.problems.append(f"{MANY} messages: too slow")
        self.page.open(path, f"#m{MANY - 1000}")
        time.sleep(0.5)
        top = self.page.evaluate("document.querySelector(':target').getBoundingClientRect().top")
        if not 0 <= top <= 450:
            self.problems.append(f"{MANY} messages: an anchor is {top} pixels off the screen")

    def check(self, path, look):
        """Checks the page that is open: what it asked for, what it logged, what it is like."""
        self.pages += 1
        wrong = self.page.evaluate(CHECKS)
        wrong += [f"asks for {url}" for url in self.page.requests() if url != path.as_uri()]
        wrong += [f"logs {message}" for message in self.page.messages()]
        self.problems += [f"{look}: {problem}" for problem in wrong]

    def save(self, notification):
        path = self.folder / "made.json"
        path.write_text(json.dumps(notification))
        return path

    def write(self, *captures):
        """Has the program write a page."""
        path = self.folder / f"{captures[0].stem}.html"
        self.run(*captures, "--output", path)
        return path

    def run(self, *arguments):
        """Runs `chatlog show`. What is wrong with a sample is not its fault."""
        command = [self.program, "show", "--format", "html", *arguments]
        run = subprocess.run(command, stderr=subprocess.PIPE, text=True)
        if run.returncode not in (0, 1):
            self.problems.append(f"exit code {run.returncode}: {run.stderr}")

    def save_picture(self, path, name, width, scheme, media):
        self.pictures.mkdir(exist_ok=True)
        self.page.open(path)
        # What is far from the screen is only guessed, so the screen is high at first.
        self.page.look(width, scheme, media, MAX_HEIGHT)
        self.page.evaluate(NEXT_FRAME)
        height = self.page.evaluate("document.body.getBoundingClientRect().height")
        self.page.look(width, scheme, media, min(int(height) + 1, MAX_HEIGHT))
        self.page.evaluate(NEXT_FRAME)
        picture = "-".join(filter(None, [name, str(width), scheme, media])) + ".png"
        self.page.save_picture(self.pictures / picture)


def attacked(value, *spared):
    """A JSON value whose strings all end with an attack, and whose addresses are one."""
    if isinstance(value, str):
        return ADDRESS + ATTACK if value.startswith("http") else value + ATTACK
    if isinstance(value, list):
        return [attacked(item) for item in value]
    if isinstance(value, dict):
        # What kind of thing an object is decides whether it is drawn at all.
        kept = {"type", "msg_id", "sender_type", *spared}
        attack = lambda key, it: it if key in kept else attacked(it)
        return {key: attack(key, it) for key, it in value.items()}
    return value


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
