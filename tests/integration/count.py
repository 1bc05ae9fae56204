"""Counts an archive without chatlog, and compares every number with `chatlog stats`.

    count.py CHATLOG [ARCHIVE.ndjson]

Without an archive, `chatlog sample` makes one. Needs Python 3.8 and nothing else.
"""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

GROUPS = ("workflow_name", "hour")
SESSIONS_BY = ("session_end_reason", "intention", "channel", "workflow_name", "day")
TO_THE_PERSON = ("chatbot", "robot", "agent")


def word(value):
    return value if isinstance(value, str) and value.strip() else None


def instant(session, field):
    value = word(session.get(field))
    return value and datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone(timezone.utc)


def is_take_over(message):
    return ((message.get("content") or {}).get("system") or {}).get("type") == "conversation.take_over"


def wait(messages, is_first, is_answer):
    """Milliseconds from the first message to the next one that is an answer."""
    for at, first in enumerate(messages):
        if is_first(first):
            answer = next((it for it in messages[at + 1 :] if is_answer(it)), None)
            seconds = answer and answer["timestamp"] - first["timestamp"]
            return seconds * 1000 if answer and seconds >= 0 else None
    return None


def offer(messages, pick):
    """What a pick answers: the message with that id, or else the quote."""
    reply = pick.get("reply") or {}
    originals = (it for it in messages if word(reply.get("msg_id")) and it.get("msg_id") == reply["msg_id"])
    return (next(originals, None) or {}).get("content") or reply.get("content") or {}


class Group:
    def __init__(self):
        self.counts = Counter(sessions=0, messages=0, handed_over=0)
        self.numbers = {"duration_ms": [], "talk_round": []}

    def add(self, session):
        messages = session["messages"]
        handed_over = any(map(is_take_over, messages))
        self.counts.update(sessions=1, messages=len(messages), handed_over=int(handed_over))
        start, end = instant(session, "session_start_time"), instant(session, "session_end_time")
        if start and end and end >= start:
            self.numbers["duration_ms"].append(round((end - start).total_seconds() * 1000))
        if isinstance(session["talk_round"], int):
            self.numbers["talk_round"].append(session["talk_round"])

    def check(self, name, totals):
        for key, count in self.counts.items():
            check(f"{name}: {key}", totals[key], count)
        for key, numbers in self.numbers.items():
            check_numbers(f"{name}: {key}", totals[key], numbers)


def check(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: chatlog has {found}, but it is {expected}")


def check_rows(what, rows, parts, expected):
    check(what, {tuple(row[part] for part in parts): row["count"] for row in rows}, dict(expected))


def check_numbers(what, found, numbers):
    """Exact bounds, and quantiles within one percent."""
    numbers = sorted(numbers)
    check(f"{what}, count", found["count"], len(numbers))
    check(f"{what}, min and max", [found["min"], found["max"]], [numbers[0], numbers[-1]] if numbers else [None] * 2)
    for name, percent in (("median", 50), ("p90", 90), ("p99", 99)) if numbers else ():
        exact = numbers[(len(numbers) * percent + 99) // 100 - 1]
        if abs(found[name] - exact) * 100 > exact:
            sys.exit(f"{what}, {name}: chatlog has {found[name]}, but it is {exact}")


def compare(sessions, totals):
    whole, groups = Group(), defaultdict(Group)
    by, sent, waits = defaultdict(Counter), Counter(messages=0, read=0), defaultdict(list)
    for session in sessions:
        start = instant(session, "session_start_time")
        session["day"] = start and start.strftime("%Y-%m-%d")
        session["hour"] = start and start.strftime("%H")
        whole.add(session)
        groups[tuple(word(session[field]) for field in GROUPS)].add(session)
        for field in SESSIONS_BY:
            by[field][(word(session[field]),)] += 1
        messages = session["messages"]
        said = [it for it in messages if it.get("sender_type") != "system"]
        for message in messages:
            sender, kind = word(message.get("sender_type")), word(message["content"]["type"])
            by["sender_type"][(sender,)] += 1
            by["type"][(kind,)] += 1
            if sender in TO_THE_PERSON:
                sent.update(messages=1, read=int(message["status"] == "read"))
            picked = word(message["content"].get("text"))
            if sender == "user" and kind in ("button", "interactive") and picked:
                offered = offer(messages, message)
                template = (offered.get("template") or {}).get("info") or {}
                choice = offered.get("interactive") or {}
                by["picks"][(template.get("name"), choice.get("type"), picked)] += 1
        for message in said[-1:]:
            by["last_message"][(word(message.get("sender_type")), word(message["content"]["type"]))] += 1
        is_from = lambda *senders: lambda it: it.get("sender_type") in senders  # noqa: E731
        waits["robot"].append(wait(messages, is_from("user"), is_from("robot", "chatbot")))
        waits["agent"].append(wait(messages, is_take_over, is_from("agent")))
    whole.check("all", totals)
    for field in SESSIONS_BY:
        check_rows(f"sessions by {field}", totals["sessions_by"][field], ["value"], by[field])
    for field in ("sender_type", "type"):
        check_rows(f"messages by {field}", totals["messages_by"][field], ["value"], by[field])
    check_rows("picks", totals["picks"], ["template", "interactive", "picked"], by["picks"])
    check_rows("last message", totals["last_message"], ["sender_type", "type"], by["last_message"])
    check("outgoing", totals["outgoing"], dict(sent))
    for who, times in waits.items():
        times = [time for time in times if time is not None]
        check_numbers(f"first response of the {who}", totals["first_response_ms"][who], times)
    check("groups", len(totals["groups"]), len(groups))
    for row in totals["groups"]:
        name = tuple(row["name"][field] for field in GROUPS)
        groups[name].check(f"group {name}", row)


def main():
    chatlog = sys.argv[1]
    run = lambda *arguments: subprocess.run([chatlog, *arguments], stdout=subprocess.PIPE, check=True).stdout  # noqa: E731
    with TemporaryDirectory() as folder:
        archive = Path(sys.argv[2] if len(sys.argv) > 2 else f"{folder}/archive.ndjson")
        if not archive.exists():
            archive.write_bytes(run("sample", "--count", "2000", "--seed", "11"))
        totals = json.loads(run("stats", "--format", "json", "--by", ",".join(GROUPS), str(archive)))
        # Not `splitlines`: a text may hold other line breaks.
        lines = archive.read_text("utf-8").split("\n")
    sessions = [json.loads(line) for line in lines if line.strip()]
    compare(sessions, totals)
    print(f"stats: the totals of {len(sessions)} sessions are those of an independent count")


main()
