"""A MariaDB server of one's own: its data in a directory, reached by a socket alone."""

import pathlib
import subprocess

from .processes import PATH, UNPRIVILEGED, Daemon, give, run


class Database:
    """`data` is where the data stay, `work` a short path for the socket, which only its user enters."""

    def __init__(self, data, work, log):
        self.data = pathlib.Path(data)
        self.socket = pathlib.Path(work) / "db.sock"
        self.log = pathlib.Path(log)
        self.daemon = Daemon(pathlib.Path(work) / "mariadb.id", log)

    def start(self):
        if not (self.data / "mysql").exists():
            self.data.mkdir(parents=True, exist_ok=True)
            give(self.data)
            run("mariadb-install-db", "--no-defaults", f"--datadir={self.data}", "--skip-test-db",
                "--auth-root-authentication-method=normal", "--innodb-log-file-size=8M",
                **UNPRIVILEGED)
        self.daemon.start(
            "mariadbd", "--no-defaults", f"--datadir={self.data}", f"--socket={self.socket}",
            f"--pid-file={self.socket.with_suffix('.pid')}", "--skip-networking",
            "--innodb-log-file-size=8M", "--innodb-buffer-pool-size=64M",
            "--innodb-flush-log-at-trx-commit=2", "--skip-log-bin", **UNPRIVILEGED)
        self.daemon.wait(lambda: self.answers("SELECT 1"))

    def stop(self):
        self.daemon.stop()

    def answers(self, statement):
        return subprocess.run(
            self.client("--execute", statement), env={"PATH": PATH}, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL).returncode == 0

    def execute(self, statement, database=""):
        """The rows as lines, columns parted by tabulators."""
        return run(*self.client("--execute", statement, database))

    def client(self, *arguments):
        return ["mariadb", "--no-defaults", "--user=root", f"--socket={self.socket}", "--batch",
                "--skip-column-names", *filter(None, arguments)]
