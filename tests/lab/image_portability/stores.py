# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the disks are that jobs read and write: clouds and hypervisors."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

# What preparing changes of an image, and nothing else; a disk has to be larger
PREPARED_AT = 8192
PREPARED_LENGTH = 64
PIECE = 1 << 20


class MissingDisk(LookupError):
    """No disk, image or snapshot is called so."""


class DiskStore(Protocol):
    """The disks, images or snapshots of one platform, by name or id."""

    def read(self, name: str) -> Path:
        """Return a file with the raw content, which the caller only reads; LookupError or ValueError when there is
        none or more than one."""

    def write(self, name: str, raw: Path, tags: Mapping[str, str]) -> str:
        """Make a disk with this content and return its id. The file may be gone afterwards."""


class DirectoryStore:
    """Raw files in a directory, for platforms that have nothing better in the lab. Tags stand beside them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.tags: dict[str, dict[str, str]] = {}
        directory.mkdir(parents=True, exist_ok=True)

    def read(self, name: str) -> Path:
        """Return the file itself."""
        path = self._path(name)
        if not path.is_file():
            raise MissingDisk(name)
        return path

    def write(self, name: str, raw: Path, tags: Mapping[str, str]) -> str:
        """Copy the content; the name is the id."""
        copy_raw(raw, self._path(name))
        self.tags[name] = dict(tags)
        return name

    def names(self) -> list[str]:
        """List the disks."""
        return sorted(path.stem for path in self.directory.glob("*.raw"))

    def _path(self, name: str) -> Path:
        return self.directory / f"{Path(name).name}.raw"


def _moto(_spec: Mapping[str, Any], directory: Path) -> DiskStore:
    """AWS, by somebody else's emulator, which not every lab needs."""
    from lab.clouds.aws import LabStore

    return LabStore(directory)


# How a topology says which store a platform has: `stores: {azure: {kind: directory}}`
STORES: dict[str, Callable[[Mapping[str, Any], Path], DiskStore]] = {
    "directory": lambda _spec, directory: DirectoryStore(directory),
    "moto": _moto,
}


def copy_raw(source: Path, target: Path) -> None:
    """Copy a raw file and keep its holes."""
    subprocess.run(["cp", "--sparse=always", str(source), str(target)], check=True)


def convert(source: Path, source_format: str, target: Path, target_format: str) -> None:
    """Convert an image with qemu-img; ``vpc`` is its word for VHD."""
    command = ["qemu-img", "convert", "-f", source_format, "-O", target_format]
    options = ["-o", "force_size=on"] if target_format == "vpc" else []
    subprocess.run([*command, *options, str(source), str(target)], check=True, capture_output=True)


def mark_prepared(raw: Path, text: str) -> None:
    """Change a raw image as preparing does here, in one place that can be looked at."""
    with raw.open("r+b") as file:
        file.seek(PREPARED_AT)
        file.write(f"prepared {text}".encode()[:PREPARED_LENGTH].ljust(PREPARED_LENGTH, b"."))


def prepared_for(raw: Path) -> str:
    """Return what an image was prepared for, '' when it never was."""
    with raw.open("rb") as file:
        file.seek(PREPARED_AT)
        text = file.read(PREPARED_LENGTH).decode("latin-1").rstrip(".")
    return text.removeprefix("prepared ") if text.startswith("prepared ") else ""


def content_of(raw: Path) -> str:
    """Return a hash of what a raw image holds but for what preparing changes: holes, and zeros at its end, count
    nothing."""
    digest = hashlib.sha256()
    with raw.open("rb", buffering=0) as file:
        position, size = 0, raw.stat().st_size
        while position < size:
            try:
                start = os.lseek(file.fileno(), position, os.SEEK_DATA) // PIECE * PIECE
            except OSError:
                break
            data = bytearray(os.pread(file.fileno(), PIECE, start))
            if start <= PREPARED_AT < start + PIECE:
                data[PREPARED_AT - start : PREPARED_AT - start + PREPARED_LENGTH] = bytes(PREPARED_LENGTH)
            if any(data):
                digest.update(f"{start} {hashlib.sha256(data.rstrip(bytes(1))).hexdigest()} ".encode())
            position = start + PIECE
    return digest.hexdigest()
