"""The cold CGI request: a process started for one request, as on shared hosting."""

import os
import statistics
import subprocess

from servers import BenchError


def environment(program, directory, path, token):
    """What Apache hands to a CGI program."""
    return {
        **program.environment(directory), "GATEWAY_INTERFACE": "CGI/1.1",
        "REQUEST_METHOD": "GET", "REQUEST_URI": "/scim/v2" + path, "QUERY_STRING": "",
        "SCRIPT_NAME": "/scim/v2", "PATH_INFO": path, "SCRIPT_FILENAME": str(program.binary),
        "SERVER_NAME": "localhost", "SERVER_PORT": "443", "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_SOFTWARE": "bench", "HTTPS": "on", "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "127.0.0.1", "HTTP_AUTHORIZATION": f"Bearer {token}"}


def check(name, binary, variables):
    """Fails unless the program answers 200, so that an error page is never what is measured."""
    run = subprocess.run([binary], env=variables, stdin=subprocess.DEVNULL, capture_output=True)
    head = run.stdout.split(b"\r\n\r\n")[0].decode(errors="replace")
    if run.returncode != 0 or not head.startswith("Status: 200"):
        raise BenchError(f"{name} as CGI: {head!r} {run.stderr.decode(errors='replace')[-400:]}")


def cpu_milliseconds(binary, variables):
    """User and system time of one process from its start to its end."""
    null = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    files = [null, *((os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2))]
    pid = os.posix_spawn(binary, [str(binary)], variables, file_actions=files)
    usage = os.wait4(pid, 0)[2]
    return (usage.ru_utime + usage.ru_stime) * 1000


def measure(cases, times):
    """`cases`: name → (binary, variables). Name → (median, least) milliseconds, interleaved."""
    for name, (binary, variables) in cases.items():
        check(name, binary, variables)
    found = {name: [] for name in cases}
    for _ in range(times):
        for name, case in cases.items():
            found[name].append(cpu_milliseconds(*case))
    return {name: (statistics.median(all), min(all)) for name, all in found.items()}
