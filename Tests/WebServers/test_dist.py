"""The archive that `make dist` makes, installed from nothing but itself."""

import os
import re
import subprocess
import tarfile

import pytest

import sites
from scim import user

FILES = {
    "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md",
    "deploy/apache.conf", "deploy/htaccess", "deploy/nginx.conf",
    "deploy/systemd/roster-deliver.service", "deploy/systemd/roster.socket",
    "deploy/systemd/roster.target", "deploy/systemd/roster@.service",
    "deploy/wordpress/roster.php", "roster",
    "share/bash-completion/completions/roster", "share/fish/vendor_completions.d/roster.fish",
    "share/man/man1/roster.1.gz", "share/zsh/site-functions/_roster"}
# What is linked in, beside libstdc++, whose package has the compiler's version in its name.
LICENCES = {
    "libc6-dev", "libcrypt-dev", "libfcgi-dev", "libjansson-dev", "libsodium-dev",
    "libsqlite3-dev", "swift", "swift-argument-parser"}


def dist(directory, program=sites.ROSTER, **options):
    return subprocess.run(
        [sites.ROOT / "Scripts/dist", program, "roster-test", directory], timeout=120,
        capture_output=True, text=True, **options)


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """The archive's content, where www-data can reach it."""
    directory = tmp_path_factory.mktemp("dist")
    result = dist(directory)
    assert result.returncode == 0, result.stderr
    with tarfile.open(directory / "roster-test.tar.gz") as archive:
        archive.extractall(directory)
    return directory / "roster-test"


def test_archive_is_complete(release):
    found = {str(path.relative_to(release)) for path in release.rglob("*") if path.is_file()}
    docs = sites.ROOT / "docs"
    pages = {str(path.relative_to(sites.ROOT)) for path in docs.rglob("*.*")}
    # Of the pictures those that a page shows.
    texts = [path.read_text() for path in [sites.ROOT / "README.md", *docs.rglob("*.md")]]
    pages -= {str(path.relative_to(sites.ROOT)) for path in (docs / "images").iterdir()
              if not any(f"images/{path.name}" in text for text in texts)}
    assert {path for path in found if not path.startswith("licences/")} == FILES | pages


def test_licences_of_what_is_linked_in(release):
    found = {path.name: path.read_text() for path in (release / "licences").iterdir()}
    assert LICENCES <= set(found)
    assert any(re.fullmatch(r"libstdc\+\+-\d+-dev", name) for name in found)
    for name, text in found.items():
        assert re.search("licen[cs]e|copyright|public domain", text, re.IGNORECASE), name
        # Texts that only Debian has beside them are in the archive too.
        assert set(re.findall(r"/usr/share/common-licenses/([\w.-]*\w)", text)) <= set(found)


@pytest.mark.parametrize("flags, reason", [
    (["-static", "-no-pie"], "not position-independent"),
    (["-pie"], "needs an interpreter"),
    (["-static-pie", "-DENDS"], "does not start"),
    (["-static-pie", "-DICU"], "ICU"),
    (["-static-pie", "-DFOUNDATION"], "Foundation"),
    (["-static-pie", "-s"], "no symbols"),
    (["-static-pie", "-DLARGE"], "more than 20000000"),
    (["-static-pie", "-DRANDOM"], "more than 8000000"),
])
def test_no_release_of_a_program_that_is_none(tmp_path, flags, reason):
    source = tmp_path / "program.c"
    source.write_text("""
        #ifdef ICU
        void sink(void) __asm__("_ZN6icu_768ByteSinkD2Ev");
        void sink(void) {}
        #endif
        #ifdef FOUNDATION
        void whole(void) __asm__("$s10Foundation4DataV");
        void whole(void) {}
        #endif
        #ifdef LARGE
        const char large[25000000] = {1};
        #endif
        #ifdef RANDOM
        __asm__(".data\\n.incbin \\"random\\"\\n.text");
        #endif
        #include <stdio.h>
        int main(void) {
            // What a manual page is made of.
            puts("{\\"command\\": {\\"abstract\\": \\"A program.\\", \\"discussion\\": \\"\\"}}");
        #ifdef ENDS
            __builtin_trap();
        #endif
        #ifdef LARGE
            return large[24999999];
        #endif
            return 0;
        }""")
    (tmp_path / "random").write_bytes(os.urandom(9_000_000))
    program = tmp_path / "program"
    subprocess.run(["cc", "-o", program, source, *flags], cwd=tmp_path, check=True)
    result = dist(tmp_path / "dist", program)
    assert result.returncode != 0
    assert reason in result.stderr
    assert not list(tmp_path.glob("dist/*"))


def test_no_release_without_a_licence(tmp_path):
    swift = tmp_path / "bin/swift"
    swift.parent.mkdir()
    swift.write_text("#!/bin/sh\n")
    swift.chmod(0o755)
    result = dist(
        tmp_path / "dist", env={**os.environ, "PATH": f"{swift.parent}:{os.environ['PATH']}"})
    assert result.returncode == 1
    assert re.fullmatch(r"A release holds the licence of swift, and .* is missing\n", result.stderr)
    assert list((tmp_path / "dist").iterdir()) == []


def test_links_lead_somewhere(release):
    links = re.findall(r"\]\(([^)#:]+)\)", (release / "README.md").read_text())
    assert links
    assert [link for link in links if not (release / link).exists()] == []


def test_program_needs_no_library(release):
    header = subprocess.run(
        ["readelf", "--wide", "-h", "-l", "-d", release / "roster"], capture_output=True, text=True,
        check=True).stdout
    assert re.search(r"Type:\s*DYN", header)
    assert "INTERP" not in header and "NEEDED" not in header


@pytest.mark.parametrize("module", ["fcgid", "cgid"])
def test_htaccess_alone_makes_it_serve(release, module):
    def install(site):
        sites.start_htaccess(site, module, source=release)

    with sites.running(f"htaccess-{module}", install) as site:
        created = site.client.post("/Users", user("ada@example.test"))
        assert created.status == 201
        found = site.client.find("/Users", 'userName eq "ADA@example.test"')
        assert [resource["id"] for resource in found.json["Resources"]] == [created.json["id"]]
