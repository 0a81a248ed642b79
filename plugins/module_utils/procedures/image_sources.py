# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an image to upload lies: on this host, or on a share."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import IO, Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.smb import client as smb
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.raw_image import MIB, ZEROS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.disk_upload.disk_files import (
    EXTENSIONS,
    inspect,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.disk_upload.work_files import (
    SourceFile,
    Steps,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS: dict[str, Any] = {
    "source": {
        "type": "dict",
        "options": {"path": {"type": "path"}, "smb": {"type": "dict", "options": smb.ARGUMENTS}},
        "mutually_exclusive": [("path", "smb")],
        "required_one_of": [("path", "smb")],
    },
}
PIECE = 4 * MIB


def locate(source: Mapping[str, Any]) -> SourceFile | None:
    """The file, whose extension may be left out; None when it is not there."""
    if source["path"]:
        return _local(source["path"])
    with smb.Share(source["smb"]) as share:
        return _on_share(share, source["smb"])


def described(source: Mapping[str, Any]) -> str:
    if source["path"]:
        return str(source["path"])
    params = source["smb"]
    return f"//{params['server']}/{params['share']}/{params['path'].strip('/')}"


def _only(there: list[str], where: str) -> str:
    if len(there) > 1:
        names = ", ".join(name.rpartition("/")[2] for name in there)
        raise OperationError(f"{where} holds {names}", "Give the extension of the one that is meant.")
    if there:
        return there[0]
    return ""


def _candidates(path: str) -> list[str]:
    """Names that a file may have whose extension was left out (contract image_portability trap 8)."""
    if path.lower().endswith(EXTENSIONS):
        return [path]
    return [path, *(f"{path}{extension}" for extension in EXTENSIONS)]


def _local(named: str) -> SourceFile | None:
    name = _only([one for one in _candidates(named) if os.path.isfile(one)], str(Path(named).parent))
    if not name:
        return None
    path = Path(name)
    try:
        stat = path.stat()
        with path.open("rb") as file:

            def read(position: int, length: int) -> bytes:
                return os.pread(file.fileno(), length, position)

            disk_file = inspect(read, stat.st_size)
    except OSError as error:
        raise OperationError(f"{path} cannot be read: {error.strerror}", "Check path and permissions.") from None
    return SourceFile(path.name, f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns}", disk_file, path)


def _on_share(share: smb.Share, params: Mapping[str, Any]) -> SourceFile | None:
    named = params["path"].replace("\\", "/").strip("/")
    there = {name: share.stat(name) for name in _candidates(named)}
    name = _only([one for one, stat in there.items() if stat], share.endpoint)
    stat = there.get(name)
    if stat is None:
        return None
    disk_file = inspect(partial(share.read, name), stat.size)
    identity = f"{share.endpoint}/{name} {stat.size} {stat.modified}"
    return SourceFile(name.rpartition("/")[2], identity, disk_file, fetch=partial(_fetch, params, name, stat.size))


def _fetch(params: Mapping[str, Any], name: str, size: int, target: Path, progress: Callable[[str], None]) -> None:
    """Copy a file, without what is zeros. One that was interrupted goes on, because its length tells how far it is."""
    steps = Steps(f"fetching {name}", size, progress)
    position = target.stat().st_size if target.exists() else 0
    with smb.Share(params) as share, target.open("ab", buffering=0) as file:
        for data in share.pieces(name, position, PIECE):
            position += len(data)
            if data == ZEROS[: len(data)]:
                file.truncate(position)
            else:
                # A file that is open for appending is written at its end
                _write(file, data)
            steps.at(position)
    if position != size:
        target.unlink()
        raise OperationError(f"{name} has changed while it was read", "Run the same task again.")


def _write(file: IO[bytes], data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
