# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an image to upload lies: on this host, or on a share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.disk_upload.disk_files import (
    EXTENSIONS,
    inspect,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.disk_upload.work_files import SourceFile
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS: dict[str, Any] = {
    "source": {"type": "dict", "options": {"path": {"type": "path"}}},
}


def locate(source: Mapping[str, Any]) -> SourceFile | None:
    """The file, whose extension may be left out; None when it is not there."""
    path = Path(source["path"])
    there = [one for one in candidates(path) if Path(one).is_file()]
    if len(there) > 1:
        names = ", ".join(Path(one).name for one in there)
        raise OperationError(f"{path.parent} holds {names}", "Give the extension of the one that is meant.")
    return _local(Path(there[0])) if there else None


def described(source: Mapping[str, Any]) -> str:
    return str(source["path"])


def candidates(path: str | os.PathLike[str]) -> list[str]:
    """Names that a file may have whose extension was left out (contract image_portability trap 8)."""
    text = os.fspath(path)
    if text.lower().endswith(EXTENSIONS):
        return [text]
    return [text, *(f"{text}{extension}" for extension in EXTENSIONS)]


def _local(path: Path) -> SourceFile:
    try:
        stat = path.stat()
        with path.open("rb") as file:

            def read(position: int, length: int) -> bytes:
                return os.pread(file.fileno(), length, position)

            disk_file = inspect(read, stat.st_size)
    except OSError as error:
        raise OperationError(
            f"{path} cannot be read: {error.strerror}", "Check the path and its permissions."
        ) from None
    return SourceFile(path.name, f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns}", disk_file, path)
