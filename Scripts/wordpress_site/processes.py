"""Servers that outlive the program that started them, found again by a file with their process id."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import time

PATH = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"
IS_ROOT = os.geteuid() == 0
# As root, everything but the web server's first process runs as the user whom Debian has for it.
UNPRIVILEGED = {"user": "www-data", "group": "www-data", "extra_groups": []} if IS_ROOT else {}
STOP_SECONDS = 20


class Failure(Exception):
    """What the user is told in place of a traceback."""


def run(*arguments, **options):
    """Standard output of a command that succeeds."""
    result = subprocess.run(
        [*map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PATH": PATH}, **options)
    if result.returncode != 0:
        raise Failure(f"{arguments[0]} failed: {(result.stderr or result.stdout).strip()}")
    return result.stdout


def give(*paths):
    """Makes files, or folders with all in them, those of the user who runs the servers."""
    if IS_ROOT:
        run("chown", "--recursive", "www-data:www-data", *paths)


def require_reach(directory):
    """The user who runs the servers can enter the directory, or the failure names what to do."""
    check = subprocess.run(["test", "-x", directory], **UNPRIVILEGED)
    if check.returncode != 0:
        raise Failure(f"www-data may not enter {directory}; choose a directory that every user may enter")


class Daemon:
    """A server that runs until it is stopped, by whichever program.

    Its id file holds the process id and the time when the process began, so that another process
    which has the same id later is left alone.
    """

    def __init__(self, id_file, log):
        self.id_file = pathlib.Path(id_file)
        self.log = pathlib.Path(log)

    def start(self, *arguments, environment=None, **options):
        with open(self.log, "ab") as log:
            process = subprocess.Popen(
                [*map(str, arguments)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={"PATH": PATH, "LC_ALL": "C.UTF-8", **(environment or {})},
                start_new_session=True, **options)
        self.id_file.write_text(f"{process.pid} {began(process.pid)}\n")

    def running_id(self):
        """The process id, or None."""
        with contextlib.suppress(OSError, ValueError):
            pid, beginning = self.id_file.read_text().split()
            if began(int(pid)) == beginning:
                return int(pid)

    def stop(self):
        """Ends the process and those that it started."""
        pid = self.running_id()
        if pid:
            os.killpg(pid, signal.SIGTERM)
            if not ends(pid, STOP_SECONDS):
                os.killpg(pid, signal.SIGKILL)
                ends(pid, STOP_SECONDS)
        self.id_file.unlink(missing_ok=True)

    def wait(self, is_ready, seconds=30):
        """Returns when the server is ready; one that ends or takes longer is a failure."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            if not self.running_id() or time.monotonic() > deadline:
                said = self.log.read_text(errors="replace")[-2000:]
                raise Failure(f"{self.id_file.stem} did not start:\n{said}")
            time.sleep(0.02)


def began(pid):
    """When a process began, in the kernel's own words; None when there is none, or a dead one."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    with contextlib.suppress(OSError):
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        if fields[0] != "Z":
            return fields[19]


def ends(pid, seconds):
    """Whether a process is gone within that time."""
    deadline = time.monotonic() + seconds
    while began(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def remove(*directories):
    for directory in directories:
        shutil.rmtree(directory, ignore_errors=True)
