# SPDX-License-Identifier: GPL-2.0-only
"""A dcbenchd of a test's own: configuration, state, log and sockets in one folder."""
import http.client
import json
import os
import socket
import subprocess
import time

from lab import BUILD

PROGRAM = os.path.join(BUILD, "bin", "dcbenchd")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def connect(port, path=None, timeout=20):
    """Over the UNIX socket where its path is given."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    if path:
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(timeout)
        try:
            connection.sock.connect(path)
        except OSError:
            connection.close()
            raise
    return connection


class Running:
    """The program over d.conf in self.folder, with self.env; self.test is whose assertions hold."""
    daemon = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def spawn(self, *words, **env):
        with open(self.path("log"), "a") as log:
            self.daemon = subprocess.Popen([PROGRAM, "--config", self.path("d.conf"), *words],
                                           env=dict(self.env, **env), stdin=subprocess.DEVNULL,
                                           stdout=log, stderr=log)

    def begin(self, *words, **env):
        self.spawn(*words, **env)
        self.until(self.answers, 20)

    def answers(self):
        self.test.assertIsNone(self.daemon.poll(), self.said())
        try:
            connection = connect(self.port, self.env["DCBENCH_SOCKET"])
        except OSError:  # not yet
            return False
        try:
            connection.request("GET", "/api/v1/status")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def kill(self):
        if self.daemon:
            if self.daemon.poll() is None:
                self.daemon.kill()
            self.daemon.wait()

    def said(self):
        with open(self.path("log")) as file:
            return file.read()

    def until(self, true, seconds=30):
        deadline = time.monotonic() + seconds
        while not true():
            self.test.assertLess(time.monotonic(), deadline, self.said())
            time.sleep(0.05)


class Dcbenchd(Running):
    def __init__(self, test, name):
        self.test = test
        self.folder = os.path.join(test.folder, name)
        os.mkdir(self.folder)
        self.port = free_port()
        self.socket = self.path("run/api.sock")
        self.env = dict(test.env, DCBENCH_STATE=self.path("state"), DCBENCH_SOCKET=self.socket)
        test.addCleanup(self.stop)

    def configure(self, daemon="", more=""):
        self.file("d.conf", f"[daemon]\nsocket = {self.socket}\nlisten = 127.0.0.1:{self.port}\n"
                            f"token-file = {self.file('token', 'let-me-in')}\n{daemon}\n{more}\n")

    def stop(self):
        """As systemd does. A leak that a sanitizer finds at the end is no 0."""
        if self.daemon and self.daemon.poll() is None:
            self.daemon.terminate()
            try:
                self.test.assertEqual(self.daemon.wait(timeout=30), 0, self.said())
            finally:
                self.kill()

    def ask(self, method, path, body=None, headers={}, tcp=False):
        """An answer with status, headers, text and json."""
        connection = connect(self.port, None if tcp else self.socket)
        try:
            try:
                connection.request(method, path, body, dict({"Content-Type": "application/json"}, **headers))
            except BrokenPipeError:
                pass  # answered before it had read all
            answer = connection.getresponse()
            answer.text = answer.read()
            answer.json = None
            if answer.headers["Content-Type"] == "application/json":
                answer.json = json.loads(answer.text)
            return answer
        finally:
            connection.close()

    def get(self, path):
        answer = self.ask("GET", path)
        self.test.assertEqual(answer.status, 200, answer.text)
        return answer.json

    def dcbench(self, *words, **more):
        ours, self.test.env = self.test.env, self.env
        try:
            return self.test.dcbench(*words, **more)
        finally:
            self.test.env = ours

    def submit(self, *words, **bodies):
        out, _ = self.dcbench("submit", *words, *self.test.null_kernels(**bodies), "null", "--json")
        return json.loads(out)["id"]

    def wait_job(self, job, *states):
        self.until(lambda: self.get(f"/api/v1/jobs/{job}")["state"] in states, 60)
        return self.get(f"/api/v1/jobs/{job}")
