# SPDX-License-Identifier: GPL-2.0-only
"""What the script tests share: a lab of their own (state in a temporary folder), and programs that
stand in for kernels on the null machine."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

BUILD = os.environ["DCB_BUILD"]
SOURCE = os.environ["DCB_SOURCE"]
DCBENCH = os.path.join(BUILD, "bin", "dcbench")

# A program that speaks the guest protocol; %(body)s decides how well.
PROGRAM = """#!/usr/bin/python3
import json, os, signal, sys, time
job = json.load(sys.stdin)
def say(**record):
    sys.stdout.write(json.dumps(record) + "\\n")
    sys.stdout.flush()
def hello():
    say(type="hello", protocol=1, release="null", arch="none", cpus=1, memory_bytes=1 << 30,
        uptime_s=0.5, settings={"preempt": "full"}, counters={"cycles": "ENOENT: no PMU", "cpu": None})
def sample(iteration, wall, role="empty", thread=0, **more):
    say(type="sample", workload=0, iteration=iteration, thread=thread, role=role, state=None,
        values=dict(wall=wall, cpu=wall / 2, cycles=None, **more))
def bye():
    say(type="bye", uptime_s=1.5)
%(body)s
"""
GOOD = """
hello()
for i in range(-1, 5):
    sample(i, 1000 * %d + i)
bye()
"""


class Lab(unittest.TestCase):
    maxDiff = None
    own_cache = True  # False: with the kernels that are fetched once for all

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="dcb-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        # The null machine's programs run as an unprivileged user where the lab is root.
        os.chmod(self.folder, 0o755)
        self.env = dict(os.environ, DCBENCH_STATE=os.path.join(self.folder, "state"), LC_ALL="C")
        if self.own_cache:
            self.env["DCBENCH_CACHE"] = os.path.join(self.folder, "cache")
        self.env.pop("DCBENCH_PROGRESS", None)
        self.pids = []

    def program(self, name, body):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(PROGRAM % {"body": body})
        os.chmod(path, 0o755)
        return path

    def start(self, *words, **more):
        process = subprocess.Popen([DCBENCH, *words], env=self.env, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, **more)
        self.pids.append(process.pid)
        return process

    def dcbench(self, *words, code=0, timeout=300, **more):
        process = self.start(*words, **more)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            self.fail(f"dcbench {' '.join(words)}: not done in {timeout} s\n{out}{err}")
        self.assertEqual(process.returncode, code,
                         f"dcbench {' '.join(words)}\nstdout: {out}\nstderr: {err}")
        return out, err

    def json(self, *words, **more):
        return json.loads(self.dcbench(*words, "--json", **more)[0])

    def one_line(self, *words, code, **more):
        """A failing call: nothing on stdout, one line on stderr, which is returned."""
        out, err = self.dcbench(*words, code=code, **more)
        self.assertEqual(out, "")
        self.assertEqual(err.count("\n"), 1, err)
        self.assertTrue(err.startswith("dcbench: "), err)
        return err[len("dcbench: "):-1]

    def null_kernels(self, **programs):
        """--kernel arguments for the null machine: name=body of a program."""
        words = ["--machine", "null"]
        for name, body in programs.items():
            words += ["--kernel", f"{name}={self.program(name, body)}"]
        return words

    def leftovers(self):
        """Cgroups (of this test's labs) and folders of boots that should be gone."""
        found = []
        ours = tuple(f"dcbench-{pid}-" for pid in self.pids)
        for root, folders, _ in os.walk("/sys/fs/cgroup"):
            found += [os.path.join(root, f) for f in folders if f.startswith(ours)]
        boots = os.path.join(self.env["DCBENCH_STATE"], "boots")
        if os.path.isdir(boots):
            found += [os.path.join(boots, f) for f in os.listdir(boots)]
        return found


def values(summary, workload, role, metric):
    """The comparison of one metric in a summary."""
    for c in summary["comparisons"]:
        if (c["workload"], c["role"], c["metric"]) == (workload, role, metric):
            return c
    raise KeyError((workload, role, metric))


def symptom(summary, kernel, name):
    for s in summary["symptoms"]:
        if (s["kernel"], s["name"]) == (kernel, name):
            return s
    return None
