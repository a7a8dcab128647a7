"""The zips of the plugin, and others made of them."""

import hashlib
import os
import pathlib
import re
import subprocess
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("ROSTER_BINARY") or ROOT / ".build/release/roster")
NAME = "roster/program/roster"

# It says its version as the real one does, and does nothing else.
BROKEN = b"#!/bin/sh\n[ \"$1\" = --version ] && echo 9.9.9\nexit 1\n"


class Zips:
    def __init__(self, directory):
        self.directory = directory
        subprocess.run(
            [ROOT / "Scripts/dist-wordpress", PROGRAM, "1.0.0", directory], check=True,
            stdout=subprocess.DEVNULL)
        self.full = directory / "roster-wordpress-1.0.0.zip"
        self.small = directory / "roster-wordpress-small-1.0.0.zip"
        with zipfile.ZipFile(self.full) as archive:
            self.files = {name: archive.read(name) for name in archive.namelist()}

    @property
    def program(self):
        return self.files[NAME]

    def newer(self):
        """The same program with other bytes, which is enough to be another one."""
        return self.with_program("newer", self.program + b"\n")

    def broken(self):
        return self.with_program("broken", BROKEN)

    def with_program(self, name, program):
        facts = self.files["roster/program-facts.php"].decode()
        facts = re.sub(r"('size' *=>) \d+", rf"\1 {len(program)}", facts)
        facts = re.sub(r"('sha256' *=>) '\w+'", rf"\1 '{hashlib.sha256(program).hexdigest()}'", facts)
        path = self.directory / f"roster-{name}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for entry, content in self.files.items():
                archive.writestr(entry, {
                    NAME: program, "roster/program-facts.php": facts.encode()}.get(entry, content))
        return path
