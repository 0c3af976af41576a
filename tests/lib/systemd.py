# SPDX-License-Identifier: GPL-2.0-only
"""A systemd for tests: PID 1 of namespaces of its own, over an overlay of /, in cgroups of its own. Everything that
it starts dies with it, and it dies with the test; its cgroups are removed by close()."""
import os
import shutil
import signal
import subprocess
import tempfile
import time

BOOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "boot-systemd")
PREFIX = "dcbench-test-systemd-"


def hierarchies():
    """Where the host's cgroup hierarchies are mounted, below /sys/fs/cgroup."""
    with open("/proc/mounts") as file:
        rows = [line.split() for line in file]
    return [r[1] for r in rows if r[2] in ("cgroup", "cgroup2") and r[1].startswith("/sys/fs/cgroup")]


def remove_groups(name):
    """Kills what is left in the groups of that name and removes them; what could not be removed."""
    left = []
    for top in (os.path.join(h, name) for h in hierarchies()):
        deadline = time.monotonic() + 10
        while os.path.isdir(top) and time.monotonic() < deadline:
            for folder, _, _ in os.walk(top, topdown=False):
                try:
                    with open(os.path.join(folder, "cgroup.procs")) as file:
                        for pid in file.read().split():
                            os.kill(int(pid), signal.SIGKILL)
                    os.rmdir(folder)
                except (OSError, ProcessLookupError):
                    pass
            time.sleep(0.02)
        left += [top] if os.path.isdir(top) else []
    return left


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def sweep():
    """What a test left that was killed."""
    for name in {n for h in hierarchies() for n in os.listdir(h) if n.startswith(PREFIX)}:
        if not is_alive(name[len(PREFIX):]):
            remove_groups(name)


def skip_reason():
    if os.getuid() != 0:
        return "needs root for namespaces and cgroups"
    for program in ("/lib/systemd/systemd", shutil.which("systemctl"), shutil.which("unshare")):
        if not program or not os.path.exists(program):
            return "no systemd on this host"
    done = subprocess.run(["unshare", "--mount", "--pid", "--ipc", "--uts", "--cgroup", "--net", "--fork", "true"],
                          text=True, capture_output=True)
    return f"no namespaces here: {done.stderr.strip()}" if done.returncode else None


class Systemd:
    def __init__(self, setup, layout="host"):
        """setup: a program that gets the new root as its argument before systemd starts; layout: of cgroups, the
        host's or v2."""
        sweep()
        self.name = f"{PREFIX}{os.getpid()}"
        self.folder = tempfile.mkdtemp(prefix="dcb-systemd-")
        self.outer = self.pid = None
        try:
            self.boot(setup, layout)
        except BaseException:
            self.close()
            raise

    def boot(self, setup, layout):
        groups = [os.path.join(h, self.name) for h in hierarchies()]
        for group in groups:
            os.mkdir(group)
            for name in ("cpuset.cpus", "cpuset.mems"):  # of v1: empty at first, and nothing gets in then
                if group.startswith("/sys/fs/cgroup/cpuset/"):
                    with open(os.path.join(group, "..", name)) as old, open(os.path.join(group, name), "w") as new:
                        new.write(old.read())
        log = os.path.join(self.folder, "log")
        os.mkdir(os.path.join(self.folder, "mounts"))
        # In its groups first: where it is when it unshares them is their root for it.
        script = ('for group; do [ "$group" != -- ] || break; shift; echo $$ >"$group/cgroup.procs"; done; shift; '
                  'exec setpriv --pdeathsig KILL unshare --mount --pid --ipc --uts --cgroup --net --fork '
                  '--kill-child "$@"')
        with open(log, "w") as file:
            self.outer = subprocess.Popen(
                ["bash", "-euc", script, "boot", *groups, "--", BOOT, os.path.join(self.folder, "mounts"), setup,
                 layout],
                stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        deadline = time.monotonic() + 30
        while not self.is_up():
            if self.outer.poll() is not None or time.monotonic() > deadline:
                with open(log) as file:
                    raise AssertionError(f"systemd did not come up:\n{file.read()}")
            time.sleep(0.05)

    def is_up(self):
        try:
            with open(f"/proc/{self.outer.pid}/task/{self.outer.pid}/children") as file:
                self.pid = int(file.read().split()[0])
            with open(f"/proc/{self.pid}/comm") as file:
                if file.read() != "systemd\n":
                    return False
        except (OSError, IndexError):
            return False
        return self.call("systemctl", "is-system-running", "--wait").stdout.strip() in ("running", "degraded")

    def call(self, *words, user=None, **more):
        env = {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
        prefix = ["runuser", "-u", user, "--"] if user else []
        return subprocess.run(["nsenter", "-t", str(self.pid), "-a", *prefix, *words], text=True, env=env,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60, **more)

    def close(self):
        """What was left behind: nothing, one hopes."""
        if self.outer and self.outer.poll() is None:
            self.outer.kill()
        if self.outer:
            self.outer.wait()
        left = remove_groups(self.name)
        shutil.rmtree(self.folder)
        return left
