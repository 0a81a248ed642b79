# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of an image on another SR, until it holds the same as its source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Deadline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen_files import VhdFile
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.delta_transfer import (
    Transfer,
    bring,
    clear,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.file_hash import has_payload
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError, StillRunning


class SourceChanged(OperationError):
    """What was to travel is not what it was: XenServer coalesced it, or somebody wrote to it."""


@dataclass(frozen=True)
class WholeCopy:
    """`sha256` is the hash of the payload of `file`, `footer` its last 512 bytes."""

    transfer: Transfer
    file: VhdFile
    sha256: str
    footer: bytes
    deadline: Deadline
    progress: Callable[[str], None]

    def is_at(self, path: str) -> bool:
        """Whether a file on the target is one. Reads the whole file."""
        target, size = self.transfer.target, self.file.size
        return has_payload(target, path, size, self.sha256, self.footer, self.deadline, self.progress)

    def bring(self, come: int, attempts: int) -> int:
        """Let the part file, of which so many bytes have come, be one; returns the bytes on the wire."""
        transfer, total = self.transfer, 0
        part = transfer.target.path(transfer.part)
        if come == self.file.size and self.is_at(part):
            return 0
        for _round in range(2):
            try:
                total += bring(transfer, self.file.size, attempts, self.deadline, self.progress)
            except StillRunning:
                raise
            except OperationError:
                self._refuse_changed()
                raise
            if self.is_at(part):
                return total
        self._refuse_changed()
        raise OperationError(
            f"{transfer.target.name}: the copy of {self.file.uuid}.vhd differs from it, after two transfers",
            "Somebody else may write to the part file. Run the same task again.",
        )

    def refuse_other_content(self, path: str) -> None:
        """Of a file that bears the uuid of this image already."""
        if not self.is_at(path):
            raise OperationError(
                f"{self.transfer.target.name}: {path} bears the uuid of this image and has another content",
                "Somebody wrote to it before it was finished. Remove this disk, then run the same task again.",
            )

    def _refuse_changed(self) -> None:
        source = self.transfer.source
        now, _inside = source.chain(self.file.uuid)
        if now != [self.file]:
            clear(self.transfer)
            raise SourceChanged(
                f"{source.name}: {self.file.uuid}.vhd was written to during the transfer, or has another name now",
                "Shut down what writes to it, then run the same task again.",
            )
