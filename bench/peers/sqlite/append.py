"""Durable appends to SQLite as its user would write them: one table, WAL, synchronous=FULL, a transaction per batch.

Speaks JSON lines. The first line in says where (file), records in a transaction (batch) and bytes in a record (bytes);
then every line is a number of transactions, answered by the seconds that they took.
"""

import json
import os
import sqlite3
import sys
import time


def main():
    case = json.loads(sys.stdin.readline())
    database = sqlite3.connect(case["file"], isolation_level=None)
    (mode,) = database.execute("PRAGMA journal_mode = WAL").fetchone()
    assert mode == "wal", mode
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE records (sequence INTEGER PRIMARY KEY, record BLOB NOT NULL)")
    rows = [(os.urandom(case["bytes"]),) for _ in range(case["batch"])]
    print(json.dumps({"version": sqlite3.sqlite_version}), flush=True)
    for line in sys.stdin:
        started = time.perf_counter()
        for _ in range(int(line)):
            database.execute("BEGIN")
            database.executemany("INSERT INTO records (record) VALUES (?)", rows)
            database.execute("COMMIT")
        print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)


main()
