# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The share that exports write to: a directory, which something else may serve by SMB."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab.image_portability.stores import convert
from lab.work import Failure

MIB = 1 << 20
# contract image_portability 5.2: the two formats, with what qemu-img and people call them
FORMATS = {"VhdDiskFormat": ("vpc", ".vhd"), "VhdxDiskFormat": ("vhdx", ".vhdx")}


class Share:
    """One SMB share. A location is smb://<host>/<share>/<path>/ (contract image_portability trap 9)."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="lab-share-", ignore_cleanup_errors=True)
        self.directory = Path(spec.get("directory") or self._temporary.name).absolute()
        self.directory.mkdir(parents=True, exist_ok=True)
        self.host: str = spec.get("host", "files.example.com")
        self.name: str = spec.get("share", "images")
        self.credential: str | None = spec.get("credential")
        self.size_bytes = int(spec.get("size_mib", 1 << 20)) * MIB

    @property
    def location(self) -> str:
        """The root of the share."""
        return f"smb://{self.host}/{self.name}/"

    def folder(self, location: str) -> Path | None:
        """Return the directory behind a location, None when it is on another share."""
        root = self.location
        if not location.lower().startswith(root.lower()) or not location.endswith("/"):
            return None
        return self.directory.joinpath(*[part for part in location[len(root) :].split("/") if part not in ("", "..")])

    def write(self, location: str, name: str, disk_format: str, raw: Path) -> Path:
        """Write an image file from raw content; a share that is full keeps what was written so far."""
        folder = self.folder(location)
        if folder is None:
            raise Failure(f"The network path {location} was not found.")
        folder.mkdir(parents=True, exist_ok=True)
        kind, extension = FORMATS[disk_format]
        target = folder / f"{name}{extension}"
        target.unlink(missing_ok=True)
        used = self.used_bytes()
        convert(raw, "raw", target, kind)
        room = self.size_bytes - used
        if target.stat().st_size > room:
            with target.open("r+b") as file:
                file.truncate(max(0, room))
            raise Failure(f"There is not enough space on the disk ({location}).")
        return target

    def used_bytes(self) -> int:
        """Return what the files on the share hold."""
        return sum(path.stat().st_size for path in self.directory.rglob("*") if path.is_file())

    def files(self) -> list[str]:
        """List the files on the share."""
        return sorted(str(path.relative_to(self.directory)) for path in self.directory.rglob("*") if path.is_file())
