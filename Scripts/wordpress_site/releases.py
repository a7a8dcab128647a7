"""WordPress as Debian has it: the installed package, or another release's, unpacked beside it."""

import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from .processes import Failure, run

INSTALLED = pathlib.Path("/usr/share/wordpress")
CACHE = pathlib.Path(__file__).resolve().parents[2] / ".build/wordpress"
# The newest first.
OTHERS = ("sid", "forky", "trixie")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# Packages with the files of others that WordPress's tree has links to.
LINKED = re.compile(r"^ *Depends: (libjs-\S+|libphp-\S+|php-getid3)$", re.MULTILINE)
MIRROR = re.compile(r"\b(?:https?|file):\S+/debian/?(?=\s|$)", re.MULTILINE)


def tree(release=None):
    """The folder with a release's WordPress; without a release, that of the installed package."""
    if release is None:
        if not (INSTALLED / "wp-load.php").exists():
            raise Failure("WordPress is missing; install it first: Scripts/packages wordpress")
        return INSTALLED
    if release not in OTHERS:
        raise Failure(f"The release is {', '.join(OTHERS)}, not {release}")
    unpacked = CACHE / release
    if not unpacked.exists():
        fetch(release, unpacked)
    return unpacked / "usr/share/wordpress"


def newest():
    """The newest release that can be had, or None where no other release can be reached."""
    for release in OTHERS:
        with contextlib.suppress(Failure):
            tree(release)
            return release


def version(folder):
    text = (folder / "wp-includes/version.php").read_text()
    return re.search(r"^\$wp_version = '(.*)';", text, re.MULTILINE)[1]


def fetch(release, destination):
    """Unpacks a release's packages, asked of the mirror that apt uses; apt's own state stays as it is."""
    if not shutil.which("apt-get"):
        raise Failure("Another release's WordPress needs Debian's apt-get")
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent) as directory:
        work = pathlib.Path(directory)
        for folder in "state/lists/partial", "cache/archives/partial":
            (work / folder).mkdir(parents=True)
        (work / "sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror()} {release} main\n")
        options = [
            f"--option={name}" for name in (
                f"Dir::Etc::SourceList={work}/sources.list", "Dir::Etc::SourceParts=-",
                f"Dir::State={work}/state", "Dir::State::Status=/var/lib/dpkg/status",
                f"Dir::Cache={work}/cache", "Acquire::Languages=none", "Acquire::Retries=1",
                "Acquire::http::Timeout=15", "APT::Update::Error-Mode=any",
                *(("APT::Sandbox::User=root",) if os.geteuid() == 0 else ()))]
        run("apt-get", "--quiet", *options, "update", cwd=work)
        packages = LINKED.findall(run("apt-cache", *options, "depends", "wordpress"))
        run("apt-get", "--quiet", *options, "download", "wordpress", *packages, cwd=work)
        for package in work.glob("*.deb"):
            run("dpkg-deb", "--extract", package, work / "unpacked")
        try:
            (work / "unpacked").rename(destination)
        except OSError:
            if not destination.exists():  # Somebody else was faster.
                raise


def mirror():
    lists = pathlib.Path("/etc/apt")
    for path in [lists / "sources.list", *sorted((lists / "sources.list.d").glob("*"))]:
        if path.is_file() and (found := MIRROR.search(path.read_text())):
            return found[0]
    raise Failure("apt has no mirror of Debian here")


def copy(source, root):
    """A tree of a site's own, without Debian's links into /etc and to what is not installed."""
    subprocess.run(
        ["cp", "--recursive", "--dereference", f"{source}/.", root], stderr=subprocess.DEVNULL)
    if not (root / "wp-load.php").exists():
        raise Failure(f"{source} could not be copied to {root}")
    for name in "wp-config.php", ".htaccess":
        (root / name).unlink(missing_ok=True)
