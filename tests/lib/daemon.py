# SPDX-License-Identifier: GPL-2.0-only
"""A dcbenchd of the test's own, with a receiver of its letters."""
import http.server
import json
import threading
import time

from dcbenchd import PROGRAM as DAEMON, Running, connect, free_port  # noqa: F401
from lab import Lab

SLOW = "time.sleep(0.5)\n"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        time.sleep(self.server.delay_s)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass


class Daemon(Running, Lab):
    starts = True  # in setUp()

    def setUp(self):
        super().setUp()
        self.receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.receiver.got = []
        self.receiver.delay_s = 0
        thread = threading.Thread(target=self.receiver.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.receiver.server_close)
        self.addCleanup(self.receiver.shutdown)
        self.test = self
        self.port = free_port()
        self.token = self.file("token", "let-me-in\n")
        self.configure()
        self.env["DCBENCH_SOCKET"] = self.path("run/api.sock")
        self.addCleanup(self.kill)
        if self.starts:
            self.begin()

    def configure(self, more="", events="finished,failed,recovered"):
        self.file("d.conf", f"[daemon]\nsocket = {self.path('run/api.sock')}\n"
                            f"listen = 127.0.0.1:{self.port}\ntoken-file = {self.token}\n{more}\n"
                            f"[deliver hook]\nurl = http://127.0.0.1:{self.receiver.server_port}/\n"
                            f"events = {events}\n")

    def ask(self, method, path, body=None, headers={}, tcp=False):
        connection = connect(self.port, None if tcp else self.env["DCBENCH_SOCKET"], 10)
        try:
            text = json.dumps(body) if isinstance(body, dict) else body
            connection.request(method, path, text, dict({"Content-Type": "application/json"}, **headers))
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def submit(self, *words, code=0, **bodies):
        out, err = self.dcbench("submit", *words, *self.null_kernels(**bodies), "null", "--json", code=code)
        return json.loads(out)["id"] if code == 0 else err

    def job(self, job):
        return self.ask("GET", f"/api/v1/jobs/{job}")[1]

    def wait(self, job, state, timeout=60):
        deadline = time.monotonic() + timeout
        while self.job(job)["state"] != state:
            self.assertLess(time.monotonic(), deadline, f"{self.job(job)}\n{self.said()}")
            time.sleep(0.05)
        return self.job(job)

    def letters(self, n):
        deadline = time.monotonic() + 20
        while len(self.receiver.got) < n:
            self.assertLess(time.monotonic(), deadline, self.said())
            time.sleep(0.05)
        return self.receiver.got

    def wait_attempt(self, job, attempts):
        deadline = time.monotonic() + 30
        while self.job(job)["attempts"] != attempts or self.job(job)["state"] != "running":
            self.assertLess(time.monotonic(), deadline, f"{self.job(job)}\n{self.said()}")
            time.sleep(0.05)

    def boots(self, run):
        return self.json("show", str(run))["boots"]
