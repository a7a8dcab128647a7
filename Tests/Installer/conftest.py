"""A database server, the zips, and sites that change their host."""

import pathlib
import tempfile

import pytest

from hosts import Database, HostedSite, free_port, give, remove
from plugin import Zips


class Laboratory:
    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="roster-install-", dir="/tmp"))
        self.directory.chmod(0o755)
        work = self.directory / "work"
        work.mkdir(mode=0o711)
        give(work)
        self.database = Database(self.directory / "db", work, self.directory / "mariadb.log")
        self.database.start()
        self.sites = {}
        # What goes at the end, besides its own.
        self.folders = []

    def site(self, kind, host, release=None, directory=None, owner=None):
        """A site of a kind, as it was after WordPress's own installation, on a host."""
        if kind in self.sites:
            self.sites[kind].serve(host, anew=True)
            return self.sites[kind]
        site = HostedSite(directory or self.directory / kind, "/blog" if kind == "blog" else "")
        site.owner = owner or site.owner
        if kind == "subdomains":
            site.has_subdomains, site.host_name = True, "network.localhost"
        self.sites[kind] = site
        site.up(
            free_port(), server=host, release=release, network=kind in ("network", "subdomains"),
            database=self.database, database_name=kind)
        site.execute = lambda statement: self.database.execute(statement, kind)
        site.forget()
        return site

    def stop(self):
        for site in self.sites.values():
            site.down()
        self.database.stop()
        remove(self.directory, *self.folders)


@pytest.fixture(scope="session")
def laboratory():
    laboratory = Laboratory()
    yield laboratory
    laboratory.stop()


@pytest.fixture(scope="session")
def zips(tmp_path_factory):
    return Zips(tmp_path_factory.mktemp("zips"))


@pytest.fixture(autouse=True)
def complaints(laboratory):
    """PHP complains of nothing in the plugin."""
    before = {site: site.debug_log.stat().st_size for site in laboratory.sites.values()}
    yield
    for site in laboratory.sites.values():
        said = site.debug_log.read_bytes()[before.get(site, 0):].decode(errors="replace")
        said = said.replace(str(laboratory.directory), "")
        assert [line for line in said.splitlines() if "roster" in line.lower()] == []
