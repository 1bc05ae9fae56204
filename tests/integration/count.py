"""An independent count of what `chatlog stats` counts, with nothing but Python's standard library.

    count.py CHATLOG [SESSIONS]

It makes an archive with `chatlog sample`, counts it, and compares every number with that of
`chatlog stats --format json`: counts exactly, percentiles of many numbers within one percent.
"""

import collections
import datetime
import json
import subprocess
import sys
import tempfile
from pathlib import Path

TAKE_OVER = "conversation.take_over"


def milliseconds(session):
    start, end = (datetime.datetime.fromisoformat(session[f"session_{it}_time"].replace("Z", "+00:00"))
                  for it in ("start", "end"))
    return round((end - start).total_seconds() * 1000)


def picked(message, originals):
    """The template, the kind of choice, and what was picked; None if the message is not a pick."""
    content = message.get("content", {})
    if message.get("sender_type") != "user" or content.get("type") not in ("button", "interactive"):
        return None
    if not (content.get("text") or "").strip():
        return None
    reply = message.get("reply") or {}
    offer = originals.get(reply.get("msg_id"), reply.get("content")) or {}
    template = ((offer.get("template") or {}).get("info") or {}).get("name")
    return template, (offer.get("interactive") or {}).get("type"), content["text"]


def response(messages, senders):
    """Milliseconds from the first message to the next one of these senders."""
    for message in messages[1:]:
        if message.get("sender_type") in senders:
            seconds = message["timestamp"] - messages[0]["timestamp"]
            return seconds * 1000 if seconds >= 0 else None
    return None


def from_first(messages, is_first):
    for at, message in enumerate(messages):
        if is_first(message):
            return messages[at:]
    return [{}]


def count(lines):
    numbers = collections.defaultdict(list)
    counts = collections.defaultdict(collections.Counter)
    totals = collections.Counter()
    for line in lines:
        session = json.loads(line)
        messages = session["messages"]
        totals["sessions"] += 1
        totals["messages"] += len(messages)
        for field in ("session_end_reason", "intention", "channel", "workflow_name"):
            counts[field][(session[field] or "").strip() and session[field] or None] += 1
        counts["day"][session["session_start_time"][:10]] += 1
        numbers["duration_ms"].append(milliseconds(session))
        numbers["talk_round"].append(session["talk_round"])
        is_take_over = lambda it: it.get("content", {}).get("system", {}).get("type") == TAKE_OVER  # noqa: E731
        totals["handed_over"] += any(map(is_take_over, messages))
        originals = {}
        for message in messages:
            originals.setdefault(message["msg_id"], message["content"])
        for message in messages:
            sender = message.get("sender_type")
            counts["sender_type"][sender] += 1
            counts["type"][message["content"]["type"]] += 1
            if sender in ("chatbot", "robot", "agent"):
                totals["outgoing"] += 1
                totals["read"] += message["status"] == "read"
            pick = picked(message, originals)
            if pick:
                counts["picks"][pick] += 1
        said = [it for it in messages if it.get("sender_type") != "system"]
        if said:
            counts["last_message"][said[-1].get("sender_type"), said[-1]["content"]["type"]] += 1
        asked = from_first(messages, lambda it: it.get("sender_type") == "user")
        taken = from_first(messages, is_take_over)
        for name, time in (("robot", response(asked, ("robot", "chatbot"))), ("agent", response(taken, ("agent",)))):
            if time is not None:
                numbers[name].append(time)
    return totals, counts, numbers


def check(what, found, expected):
    if found != expected:
        sys.exit(f"{what}:\n  chatlog {found}\n  counted {expected}")


def check_numbers(what, found, numbers):
    numbers.sort()
    check(f"{what}, count", found["count"], len(numbers))
    if not numbers:
        return
    check(f"{what}, minimum and maximum", (found["min"], found["max"]), (numbers[0], numbers[-1]))
    for name, percent in (("median", 50), ("p90", 90), ("p99", 99)):
        exact = numbers[-(-len(numbers) * percent // 100) - 1]
        if abs(found[name] - exact) * 100 > exact:
            sys.exit(f"{what}, {name}: chatlog has {found[name]}, counted {exact}")


def rows(found, parts):
    return {tuple(row[part] for part in parts): row["count"] for row in found}


def main():
    chatlog, sessions = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3000
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "archive.ndjson"
        sample = [chatlog, "sample", "--count", str(sessions), "--seed", "23"]
        archive.write_bytes(subprocess.run(sample, stdout=subprocess.PIPE, check=True).stdout)
        run = subprocess.run([chatlog, "stats", "--format", "json", archive], stdout=subprocess.PIPE, check=True)
        with open(archive, encoding="utf-8") as lines:
            totals, counts, numbers = count(lines)
    found = json.loads(run.stdout)
    for name in ("sessions", "messages", "handed_over"):
        check(name, found[name], totals[name])
    check("outgoing", found["outgoing"], {"messages": totals["outgoing"], "read": totals["read"]})
    for field, where in [(it, found["sessions_by"]) for it in found["sessions_by"]] + [
            (it, found["messages_by"]) for it in found["messages_by"]]:
        check(field, rows(where[field], ["value"]), {(value,): count for value, count in counts[field].items()})
    check("picks", rows(found["picks"], ["template", "interactive", "picked"]), dict(counts["picks"]))
    check("last message", rows(found["last_message"], ["sender_type", "type"]), dict(counts["last_message"]))
    for name in ("duration_ms", "talk_round"):
        check_numbers(name, found[name], numbers[name])
    for name in ("robot", "agent"):
        check_numbers(f"first response of {name}", found["first_response_ms"][name], numbers[name])
    print(f"count: chatlog counts {sessions} sessions as Python does")


main()
