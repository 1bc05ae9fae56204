"""Spark runs chatlog on the parts of an archive: two workers, a process for each partition.

The rows are byte for byte those of one process, and so are the merged totals.

    spark_parts.py CHATLOG FOLDER
"""

import shutil
import subprocess
import sys
from pathlib import Path

from pyspark import SparkConf, SparkContext

CHATLOG, WORK = sys.argv[1], Path(sys.argv[2])
SESSIONS, FILES = 6_000, 5
# Without `source` and `index`, rows do not depend on where a delivery is in the input.
COLUMNS = "call_id,number,msg_id,sender_type,timestamp,status,type,text,reply_number,choice,template_name"
EXPORT = ["export", "--table", "messages", "--format", "ndjson", "--columns", COLUMNS]
VALIDATE = ["validate", "--format", "json"]
STATS = ["stats", "--format", "json"]


def chatlog(arguments, stdin):
    return subprocess.run([CHATLOG, *arguments], input=stdin, stdout=subprocess.PIPE, check=True).stdout


def make_folder():
    folder = WORK / "parts"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sample = chatlog(["sample", "--count", str(SESSIONS), "--seed", "11"], b"")
    lines = sample.splitlines(keepends=True)
    for number in range(FILES):
        part = lines[number * SESSIONS // FILES:(number + 1) * SESSIONS // FILES]
        (folder / f"part-{number}.ndjson").write_bytes(b"".join(part))
    return folder, sample


def without_place(finding_line):
    """A line of `validate --format json` without where the delivery was."""
    import json
    line = json.loads(finding_line)
    for key in ("source", "index"):
        del line[key]
    line["capture"].pop("line", None)
    for finding in line["findings"]:
        finding.pop("line", None)
    return json.dumps(line, sort_keys=True, ensure_ascii=False)


def main():
    folder, whole = make_folder()
    conf = SparkConf().setMaster("local-cluster[2,1,1024]").setAppName("chatlog")
    conf = conf.set("spark.ui.enabled", "false").set("spark.executor.memory", "1g")
    spark = SparkContext(conf=conf)
    spark.setLogLevel("ERROR")
    lines = spark.textFile(f"file://{folder.resolve()}/*.ndjson", minPartitions=8)
    pipe = lambda arguments: lines.pipe(" ".join([CHATLOG, *arguments])).collect()  # noqa: E731

    rows = "".join(f"{row}\n" for row in pipe(EXPORT)).encode()
    if rows != chatlog(EXPORT, whole):
        sys.exit("Spark: the rows differ from those of one process")
    findings = [without_place(line) for line in pipe(VALIDATE)]
    if findings != [without_place(line) for line in chatlog(VALIDATE, whole).splitlines()]:
        sys.exit("Spark: the findings differ from those of one process")
    parts = pipe(STATS)
    merged = chatlog(["stats", "--merge", "--format", "json"], "\n".join(parts).encode())
    if merged != chatlog(STATS, whole):
        sys.exit("Spark: the merged totals differ from those of one process")
    count = lines.getNumPartitions()
    spark.stop()
    print(f"Spark: {rows.count(10)} rows and the totals of {SESSIONS} sessions are the same from {count} partitions")


main()
