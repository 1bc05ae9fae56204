"""DuckDB reads the exported CSV, NDJSON and Parquet, and counts what `chatlog stats` counts.

    duckdb_totals.py CHATLOG FOLDER
"""

import json
import subprocess
import sys
from pathlib import Path

import duckdb

CHATLOG, WORK = sys.argv[1], Path(sys.argv[2])
SESSIONS = 5_000
# The columns of CSV whose types DuckDB need not guess.
TYPES = "types = {'session_start_time': 'TIMESTAMPTZ', 'session_end_time': 'TIMESTAMPTZ', 'callee': 'VARCHAR'}"
MESSAGE_TYPES = "types = {'text': 'VARCHAR', 'choice': 'VARCHAR', 'template_name': 'VARCHAR'}"


def chatlog(*arguments, output=None):
    run = subprocess.run([CHATLOG, *map(str, arguments)], stdout=subprocess.PIPE, check=True)
    if output:
        output.write_bytes(run.stdout)
    return run.stdout


def counted(rows):
    """Rows of a value and a count, as `stats` writes them."""
    return {value if value != "" else None: count for value, count in rows}


def of_stats(rows):
    return {row["value"]: row["count"] for row in rows}


def check(what, found, expected):
    if found != expected:
        sys.exit(f"{what}:\n  DuckDB   {found}\n  chatlog  {expected}")


def check_near(what, found, expected):
    if found is None or abs(found - expected) > 0.01 * max(found, expected):
        sys.exit(f"{what}: DuckDB has {found}, chatlog {expected}")


def check_totals(name, sessions, messages, stats):
    query = lambda sql: duckdb.sql(sql).fetchall()  # noqa: E731
    for field in ("session_end_reason", "intention", "channel", "workflow_name"):
        rows = query(f"select {field}, count(*) from {sessions} group by 1")
        check(f"{name}: {field}", counted(rows), of_stats(stats["sessions_by"][field]))
    days = query(f"select strftime(session_start_time at time zone 'UTC', '%Y-%m-%d'), count(*) from {sessions} group by 1")
    check(f"{name}: day", counted(days), of_stats(stats["sessions_by"]["day"]))
    [(count, handed_over, total)] = query(
        f"select count(*), count(*) filter (handed_over), sum(messages) from {sessions}")
    check(f"{name}: sessions", count, stats["sessions"])
    check(f"{name}: handed over", handed_over, stats["handed_over"])
    check(f"{name}: messages", total, stats["messages"])
    for column, key, unit in (("duration_seconds", "duration_ms", 1000), ("talk_round", "talk_round", 1)):
        [(quantiles,)] = query(f"select quantile_disc({column}, [0, .5, .9, .99, 1]) from {sessions}")
        for quantile, found in zip(("min", "median", "p90", "p99", "max"), quantiles):
            check_near(f"{name}: {key}, {quantile}", float(found) * unit, stats[key][quantile])
    for field in ("sender_type", "type"):
        rows = query(f"select {field}, count(*) from {messages} group by 1")
        check(f"{name}: messages by {field}", counted(rows), of_stats(stats["messages_by"][field]))
    [(outgoing, read)] = query(
        f"select count(*), count(*) filter (status = 'read') from {messages} "
        "where sender_type in ('chatbot', 'robot', 'agent')")
    check(f"{name}: outgoing", {"messages": outgoing, "read": read}, stats["outgoing"])


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    archive = WORK / "archive.ndjson"
    chatlog("sample", "--count", SESSIONS, "--seed", 7, output=archive)
    stats = json.loads(chatlog("stats", "--format", "json", archive))
    for table in ("sessions", "messages"):
        for form in ("csv", "ndjson"):
            chatlog("export", "--table", table, "--format", form, archive, output=WORK / f"{table}.{form}")
    read_csv = lambda table, types: f"read_csv('{WORK}/{table}.csv', {types})"  # noqa: E731
    read_json = lambda table: f"read_json('{WORK}/{table}.ndjson', format = 'newline_delimited')"  # noqa: E731
    check_totals("CSV", read_csv("sessions", TYPES), read_csv("messages", MESSAGE_TYPES), stats)
    check_totals("NDJSON", read_json("sessions"), read_json("messages"), stats)
    # As the README says, Parquet is one line of DuckDB.
    for table in ("sessions", "messages"):
        duckdb.sql(f"COPY (FROM {read_json(table)}) TO '{WORK}/{table}.parquet'")
    parquet = lambda table: f"read_parquet('{WORK}/{table}.parquet')"  # noqa: E731
    check_totals("Parquet", parquet("sessions"), parquet("messages"), stats)
    for table in ("sessions", "messages"):
        duckdb.sql(chatlog("export", "--table", table, "--schema-sql").decode())
        duckdb.sql(f"INSERT INTO {table} FROM {read_json(table)}")
    check_totals("CREATE TABLE", "sessions", "messages", stats)
    print(f"DuckDB: the totals of {SESSIONS} sessions are the same from CSV, NDJSON, Parquet and tables")


main()
