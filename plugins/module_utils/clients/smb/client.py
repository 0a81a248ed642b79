# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file on an SMB share, through smbprotocol: read in pieces, never written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.optional_library import library
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    OperationError,
    Unreachable,
)

ARGUMENTS: dict[str, Any] = {
    "server": {"type": "str", "required": True},
    "port": {"type": "int", "default": 445},
    "share": {"type": "str", "required": True},
    "path": {"type": "str", "required": True},
    "username": {"type": "str", "required": True},
    "password": {"type": "str", "required": True, "no_log": True},
    "domain": {"type": "str"},
}
NOT_THERE = (0xC0000034, 0xC000003A, 0xC000000F)
# Access denied; wrong password; accounts that are restricted, disabled or locked
DENIED = (0xC0000022, 0xC000006D, 0xC000006E, 0xC0000072, 0xC0000234)


@dataclass(frozen=True)
class FileOnShare:
    size: int
    modified: int


class Share:
    """A share with an account, for use in a with statement."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._smb = library("smbclient", "smbprotocol")
        self._errors = library("smbprotocol.exceptions", "smbprotocol")
        domain = f"{params['domain']}\\" if params["domain"] else ""
        self._options = {
            "username": f"{domain}{params['username']}",
            "password": params["password"],
            "port": params["port"],
            # Of our own, so that no other account is met there
            "connection_cache": {},
        }
        self._root = rf"\\{params['server']}\{params['share']}"
        self.endpoint = f"//{params['server']}/{params['share']}"

    def stat(self, path: str) -> FileOnShare | None:
        """None where there is no such file."""
        with self._explained(f"the look at {path}"):
            try:
                told = self._smb.stat(self._full(path), **self._options)
            except self._errors.SMBOSError as error:
                if error.ntstatus in NOT_THERE:
                    return None
                raise
        return FileOnShare(told.st_size, told.st_mtime_ns)

    def read(self, path: str, position: int, length: int) -> bytes:
        with self.opened(path) as file, self._explained(f"reading {path}"):
            file.seek(position)
            return _whole(file, length)

    @contextmanager
    def opened(self, path: str) -> Iterator[IO[bytes]]:
        with self._explained(f"reading {path}"):
            file = self._smb.open_file(self._full(path), mode="rb", buffering=0, share_access="r", **self._options)
        with file:
            yield file

    def pieces(self, path: str, position: int, size: int) -> Iterator[bytes]:
        """A file from a position to its end."""
        with self.opened(path) as file:
            file.seek(position)
            while True:
                with self._explained(f"reading {path}"):
                    data = _whole(file, size)
                if not data:
                    return
                yield data

    def __enter__(self) -> Share:
        return self

    def __exit__(self, *_error: object) -> None:
        self._smb.reset_connection_cache(fail_on_error=False, connection_cache=self._options["connection_cache"])

    def _full(self, path: str) -> str:
        return f"{self._root}\\{path.strip('/').replace('/', chr(92))}"

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except self._errors.SMBOSError as error:
            if error.ntstatus in DENIED:
                raise AccessDenied(
                    f"{self.endpoint}: {what}: the account was refused (0x{error.ntstatus:08X})",
                    "Check source.smb and what the account may do there.",
                    status=403,
                ) from None
            raise OperationError(f"{self.endpoint}: {what} failed: {error.strerror}", "Check source.smb.") from None
        except (self._errors.SMBException, OSError, ValueError) as error:
            # smbprotocol tells a server that does not answer by a ValueError
            raise Unreachable(
                f"{self.endpoint}: {what} failed: {error}", "Run the same task again when the share can be reached."
            ) from None


def _whole(file: IO[bytes], length: int) -> bytes:
    data = b""
    while len(data) < length:
        piece = file.read(length - len(data))
        if not piece:
            break
        data += piece
    return data
