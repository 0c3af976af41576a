# SPDX-License-Identifier: GPL-2.0-only
"""A dcbenchd with pages to look at: a database in which everything that came from outside is hostile."""
import contextlib
import gzip
import html.parser
import json
import sqlite3
import time

from dcbenchd import Running, connect, free_port
from lab import GOOD, Lab

HOSTILE = "<script>alert('1')</script>\"'><img src=x onerror=alert(2)>&amp;\033[31m\u202e" + "long" * 40
N_RUNS = 60
VOID = ("meta", "br", "link")


class Strict(html.parser.HTMLParser):
    """Elements that nest; links; everything that could start something."""

    def __init__(self, text):
        super().__init__()
        self.stack, self.names, self.links, self.starts, self.ids = [], [], [], [], []
        self.feed(text)
        if self.stack:
            raise AssertionError(f"open at the end: {self.stack}")

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        for name, value in attrs:
            if name == "href" and tag == "a":
                self.links.append(value)
            elif name in ("src", "srcset", "action") or name.startswith("on") or "url(" in (value or ""):
                self.starts.append((tag, name, value))
            elif name == "id":
                self.ids.append(value)
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.stack.pop()

    def handle_endtag(self, tag):
        if not self.stack or self.stack[-1] != tag:
            raise AssertionError(f"</{tag}> closes {self.stack[-1:]} at {self.getpos()}")
        self.stack.pop()


def fill_run(db, n, words, now):
    """A run of two kernels in eight blocks; the candidate is better from the thirtieth on."""
    run = db.execute("INSERT INTO run (state, reason, created_us, machine, arch, seed, blocks, base, plan, "
                     "fingerprint, looks) VALUES ('done', ?, ?, 'tcg', 'arm64', 1, 8, 'base', '{}', '{}', '[8]')",
                     (words, now - (N_RUNS - n) * 86400000000)).lastrowid
    for i, name in enumerate(("base", words or "fixed")):
        sha = f"{(n // 10) * 2 + i:064x}"
        db.execute("INSERT INTO kernel (sha256, release, arch) VALUES (?, ?, 'arm64') ON CONFLICT DO NOTHING",
                   (sha, words or f"6.{n // 10}.{i}"))
        db.execute("INSERT INTO run_kernel SELECT ?, ?, ?, ?, id, '{}' FROM kernel WHERE sha256 = ?",
                   (run, i, name, words or "debian:latest", sha))
    db.execute("INSERT INTO run_workload VALUES (?, 0, 'dying-dentry', ?)", (run, words or "op=rmdir"))
    for block in range(8):
        for kernel in range(2):
            boot = db.execute("INSERT INTO boot (run, kernel, block, position, seed, state, started_us, wall_s) "
                              "VALUES (?, ?, ?, ?, ?, 'ok', ?, 1)",
                              (run, kernel, block, block * 2 + kernel, block, now)).lastrowid
            db.execute("INSERT INTO symptom VALUES (?, 0, ?, 'spin', NULL, ?, 1, 3, 3)",
                       (boot, words or "busy-wait", int(kernel == 0)))
            for metric in (1, 2):
                value = 1e6 * (1.5 if n >= 30 and kernel == 0 else 1) * (1 + 0.001 * (block * 7 % 5))
                db.execute("INSERT INTO sample VALUES (?, 0, ?, 0, 0, ?, NULL, NULL)", (boot, metric, value))
                db.execute("INSERT INTO figure VALUES (?, 0, ?, ?, ?, 1, ?, ?, ?)",
                           (boot, metric, run, kernel, value, value, value))
    return run


def fill(path):
    now = int(time.time() * 1e6)
    plan = json.dumps({"kernels": [{"name": HOSTILE, "spec": HOSTILE}],
                       "workloads": [{"name": HOSTILE, "params": ""}], "options": {}})
    with contextlib.closing(sqlite3.connect(path, timeout=20)) as db, db:
        db.execute("PRAGMA foreign_keys = ON")
        for name in ("wall", HOSTILE):
            db.execute("INSERT INTO metric (workload, role, name, unit, better, is_primary) "
                       "VALUES ('dying-dentry', 'waiter', ?, 'ns', 'lower', 1)", (name,))
        for n in range(N_RUNS):
            run = fill_run(db, n, HOSTILE if n == N_RUNS - 2 else None, now)
        for i in range(120):
            state = ("done", "failed", "cancelled")[i % 3]
            db.execute("INSERT INTO job (state, reason, label, priority, submitter, plan, run, created_us, "
                       "started_us, ended_us) VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?)",
                       (state, HOSTILE, HOSTILE if i % 2 else "nightly", HOSTILE, plan, run, now, now, now))
            db.execute("INSERT INTO delivery (target, event, key, job, run, content_type, body, state, attempts, "
                       "status, error, created_us, ended_us) VALUES (?, 'failed', ?, ?, ?, 'x', x'78', 'dead', 3, "
                       "500, ?, ?, ?)", (HOSTILE, f"key {i}", i + 1, run, HOSTILE, now, now))
        db.execute("INSERT INTO calibration (run, created_us, host, description, machine, arch, blocks, few, splits, "
                   "exact, holds, reason, alarm_rate) VALUES (1, ?, ?, '{}', 'tcg', 'arm64', 12, 6, 100, 0, 0, ?, "
                   "0.08)", (now, "0" * 64, HOSTILE))


class WebLab(Running, Lab):
    """ask() over TCP: status, headers, body."""
    filled = True

    def setUp(self):
        super().setUp()
        self.test = self
        self.port = free_port()
        self.env["DCBENCH_SOCKET"] = self.path("run/api.sock")
        self.file("d.conf", f"[daemon]\nsocket = {self.path('run/api.sock')}\nlisten = 127.0.0.1:{self.port}\n")
        self.addCleanup(self.kill)
        self.begin()
        if self.filled:
            fill(self.path("state/dcbench.db"))

    def address(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def ask(self, path, headers={}):
        connection = connect(self.port, timeout=30)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        return answer.status, answer.headers, body

    def page(self, path, status=200):
        got, headers, body = self.ask(path)
        self.assertEqual(got, status, path)
        self.assertEqual(headers["Content-Type"], "text/html; charset=utf-8", path)
        return body.decode()

    def submit_slow(self, body="time.sleep(1)\n" + GOOD % 1, blocks=4, label="me"):
        out, _ = self.dcbench("submit", "--blocks", str(blocks), "--jobs", "1", "--label", label, "--json",
                              *self.null_kernels(base=body), "null")
        return json.loads(out)["id"]
