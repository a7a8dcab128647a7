"""The package that `make deb` makes: as lintian sees it, and installed on this machine."""

import contextlib
import grp
import json
import os
import pathlib
import pwd
import re
import shutil
import stat
import subprocess

import pytest

import sites

DATA = pathlib.Path("/var/lib/roster")
DATABASE = DATA / "roster.sqlite"
SHARE = pathlib.Path("/usr/share")
UNITS = pathlib.Path("/lib/systemd/system")
WANTED = pathlib.Path("/etc/systemd/system")
MANUAL = SHARE / "man/man1/roster.1.gz"
COMPLETIONS = {
    "bash": SHARE / "bash-completion/completions/roster",
    "zsh": SHARE / "zsh/vendor-completions/_roster",
    "fish": SHARE / "fish/vendor_completions.d/roster.fish"}
OLDER = sites.ROOT / "Tests/Fixtures/databases/0.1.0.sqlite"
# The shells' own start-up files are none of this.
BARE = {"PATH": sites.PATH, "HOME": "/nonexistent", "TERM": "dumb", "LANG": "C.UTF-8"}


def run(*command, **options):
    result = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=300, **options)
    assert result.returncode == 0, result.stdout
    return result.stdout


def pack(directory):
    run(sites.ROOT / "Scripts/deb", sites.ROSTER, "1.2.3", directory)
    package, = directory.iterdir()
    return package


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    if not shutil.which("dh"):
        pytest.skip("there is no debhelper")
    return pack(tmp_path_factory.mktemp("deb"))


def is_used():
    """Whether this machine has a Roster of its own, which no test may touch."""
    with contextlib.suppress(KeyError):
        pwd.getpwnam("roster")
        return True
    return DATA.exists() or pathlib.Path("/usr/bin/roster").exists()


def install(package):
    # Images for containers leave manual pages out.
    run("dpkg", "--path-include=/usr/share/*", "--install", package)


@pytest.fixture(scope="module")
def installed(package):
    if not sites.IS_ROOT:
        pytest.skip("only root installs packages")
    if is_used():
        pytest.skip("this machine has a Roster")
    try:
        install(package)
        yield package
    finally:
        subprocess.run(["dpkg", "--purge", "roster"], check=False)
        subprocess.run(["userdel", "roster"], check=False)


def test_name_says_version_and_architecture(package):
    architecture = run("dpkg", "--print-architecture").strip()
    assert package.name == f"roster_1.2.3-1_{architecture}.deb"


def test_same_sources_make_the_same_bytes(package, tmp_path):
    assert pack(tmp_path).read_bytes() == package.read_bytes()


@pytest.mark.skipif(not shutil.which("lintian"), reason="there is no lintian")
def test_lintian_finds_nothing(package):
    found = run("lintian", "--allow-root", "--fail-on", "error,warning", package)
    assert not re.search("^[EW]:", found, re.MULTILINE), found


def test_user_and_folder(installed):
    user = pwd.getpwnam("roster")
    assert (user.pw_dir, user.pw_shell) == (str(DATA), "/usr/sbin/nologin")
    assert grp.getgrgid(user.pw_gid).gr_name == "roster"
    folder = DATA.stat()
    assert (folder.st_uid, folder.st_gid) == (user.pw_uid, user.pw_gid)
    assert stat.S_IMODE(folder.st_mode) == 0o700


def test_program_runs(installed):
    version = run(sites.ROSTER, "--version")
    assert run("/usr/bin/roster", "--version") == version


def test_everything_has_its_place(installed):
    for name in "htaccess", "apache.conf", "nginx.conf", "wordpress/roster.php":
        assert (SHARE / "roster" / name).is_file()
    assert "/usr/local" not in (SHARE / "roster/apache.conf").read_text()
    doc = SHARE / "doc/roster"
    assert (doc / "docs/operate.md").read_text() == (sites.ROOT / "docs/operate.md").read_text()
    # Each text that the copyright file leads to is there.
    folder = doc / "licences"
    named = re.findall(rf"{folder}/([\w.-]*\w)", (doc / "copyright").read_text())
    assert "swift" in named
    assert [name for name in named if not (folder / name).is_file()] == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd")
def test_units_are_valid(installed):
    names = "roster.socket", "roster.target", "roster@1.service", "roster-deliver.service"
    found = run("systemd-analyze", "verify", "--man=no", *names)
    assert "roster" not in found
    for unit in UNITS.glob("roster*.service"):
        assert re.search("^ExecStart=/usr/bin/roster", unit.read_text(), re.MULTILINE)


def test_socket_and_processes_are_enabled(installed):
    assert (WANTED / "sockets.target.wants/roster.socket").is_symlink()
    assert (WANTED / "multi-user.target.wants/roster.target").is_symlink()
    assert not (WANTED / "roster.target.wants").exists()


def commands(command, path=()):
    """The words of each command that does something."""
    for child in command.get("subcommands", []):
        words = (*path, child["commandName"])
        if child.get("subcommands"):
            yield from commands(child, words)
        elif words != ("help",):
            yield words, child


@pytest.mark.skipif(not shutil.which("mandoc"), reason="there is no mandoc")
def test_manual_page_is_well_formed(installed):
    assert run("mandoc", "-Tlint", "-W", "warning", MANUAL) == ""


@pytest.mark.skipif(not shutil.which("man"), reason="there is no man")
def test_manual_page_has_every_command_and_setting(installed):
    shown = run("man", "--warnings", "-l", MANUAL, env={**BARE, "MANWIDTH": "200"})
    assert "warning:" not in shown
    declared = json.loads(run("/usr/bin/roster", "--experimental-dump-help"))["command"]
    for words, command in commands(declared):
        section = re.search(rf"^ +{' '.join(words)}\n(.*?)(?:^ {{3}}\S|^\S)", shown, re.M | re.S)
        assert section, words
        assert command["abstract"].split()[0] in section[1]
        for argument in command["arguments"]:
            if argument.get("valueName") not in ("version", "help"):
                name = argument.get("preferredName", {}).get("name", argument["valueName"])
                assert name in section[1], (words, name)
    settings = re.findall(
        r"^\| `(ROSTER_\w+)` \|", (sites.ROOT / "docs/reference.md").read_text(), re.MULTILINE)
    assert settings
    environment = shown[shown.index("\nENVIRONMENT\n"):shown.index("\nFILES\n")]
    assert [name for name in settings if f" {name}\n" not in environment] == []


@pytest.mark.parametrize("shell", COMPLETIONS)
def test_shell_reads_its_completion(installed, shell):
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell}")
    assert run(shell, "-n", COMPLETIONS[shell]) == ""


def completed_by_bash(line):
    """What bash offers at the end of the line, found as after a tab."""
    script = """
        . /usr/share/bash-completion/bash_completion
        _completion_loader roster
        COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9 COMP_KEY=9
        read -ra COMP_WORDS <<< "$1"
        [ "${1: -1}" != ' ' ] || COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        function=$(complete -p roster | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        "$function" roster "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\\n' "${COMPREPLY[@]}" """
    return run("bash", "--norc", "-c", script, "bash", line, env=BARE).split()


def completed_by_fish(line):
    return re.findall(r"^\S+", run("fish", "-c", f"complete -C '{line}'", env=BARE), re.MULTILINE)


@pytest.mark.parametrize("line, offered", [
    ("roster tok", ["token"]),
    ("roster token cr", ["create"]),
    ("roster token create entra --profile ok", ["okta"]),
    ("roster wordpress set --validation ", ["off", "queue", "strict"]),
])
@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_completion_knows_the_commands(installed, shell, line, offered):
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell}")
    complete = completed_by_bash if shell == "bash" else completed_by_fish
    assert sorted(complete(line)) == offered


def owned_by_roster(path, content):
    path.write_bytes(content)
    os.chown(path, *pwd.getpwnam("roster")[2:4])
    path.chmod(0o600)


# The last one: nothing is installed behind it.
def test_upgrade_migrates_removal_keeps_and_purge_deletes(installed):
    check = "runuser", "-u", "roster", "--", "roster", "check", "--database", DATABASE
    owned_by_roster(DATABASE, OLDER.read_bytes())
    older = subprocess.run(check, stdout=subprocess.PIPE, text=True)
    assert older.returncode == 1 and "roster migrate" in older.stdout
    install(installed)
    assert "ok: the database is Roster's" in run(*check)
    assert pwd.getpwuid(DATABASE.stat().st_uid).pw_name == "roster"

    run("dpkg", "--remove", "roster")
    assert not pathlib.Path("/usr/bin/roster").exists()
    assert DATABASE.exists()

    run("dpkg", "--purge", "roster")
    assert not DATA.exists()
    assert list(WANTED.rglob("roster*")) == []
    assert pwd.getpwnam("roster")
