"""WordPress sites for tests: one database server, and a site of each kind once it is asked for."""

import pathlib
import tempfile

from installation import Database, WordPress, give, remove

KINDS = ("installed", "newest", "network")


class Laboratory:
    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="roster-test-", dir="/tmp"))
        self.directory.chmod(0o755)
        self.work = self.directory / "work"
        self.work.mkdir(mode=0o700)
        give(self.work)
        self.database = Database(self.directory / "db", self.work, self.directory / "mariadb.log")
        self.sites = {}

    def site(self, kind):
        """The installed WordPress, the newest that can be had, or a network; made once."""
        if not self.sites:
            self.database.start()
        if kind not in self.sites:
            self.sites[kind] = WordPress(self.directory / kind, kind, self.database)
        return self.sites[kind]

    def stop(self):
        for site in self.sites.values():
            site.down()
        self.database.stop()
        remove(self.directory)

    def logs(self):
        """What web servers, PHP and the database wrote last."""
        return "\n".join(
            f"--- {path.relative_to(self.directory)}\n{path.read_text(errors='replace')[-3000:]}"
            for path in sorted([*self.directory.glob("*.log"), *self.directory.glob("*/*.log")]))
