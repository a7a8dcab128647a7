"""The archive that `make dist` makes, installed from nothing but itself."""

import subprocess
import tarfile

import pytest

import sites
from scim import user

FILES = {
    "LICENSE", "README.md", "apache.conf", "htaccess", "nginx.conf", "roster",
    "systemd/roster.service", "systemd/roster.socket"}


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """The archive's content, where www-data can reach it."""
    directory = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sites.ROOT / "Scripts/dist", sites.ROSTER, "roster-test", directory], check=True,
        capture_output=True, timeout=120)
    with tarfile.open(directory / "roster-test.tar.gz") as archive:
        archive.extractall(directory)
    return directory / "roster-test"


def test_archive_is_complete(release):
    found = {str(path.relative_to(release)) for path in release.rglob("*") if path.is_file()}
    assert found == FILES


def test_program_needs_no_library(release):
    ldd = subprocess.run(["ldd", release / "roster"], capture_output=True, text=True)
    assert "not a dynamic executable" in ldd.stdout + ldd.stderr


@pytest.mark.parametrize("module", ["fcgid", "cgid"])
def test_htaccess_alone_makes_it_serve(release, module):
    def install(site):
        sites.start_htaccess(site, module, source=release)

    site = sites.Site(f"htaccess-{module}").start(starter=install)
    try:
        created = site.client.post("/Users", user("ada@example.test"))
        assert created.status == 201
        found = site.client.find("/Users", 'userName eq "ADA@example.test"')
        assert [resource["id"] for resource in found.json["Resources"]] == [created.json["id"]]
        print(site.logs())
    finally:
        site.stop()
