# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images as files on the host where the module runs, between the pool that they come from and those that they go to.

A file gets its name when it is complete and checked; beside it stands a record of what it holds.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.file_lock import is_at, locked
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.files import write_report
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.sent_file import Meter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.vhd_file import (
    FOOTER_BYTES,
    footer_problem,
    virtual_size,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

PART = ".part"


@dataclass(frozen=True)
class ImageFile:
    """What a file holds: which disk of which pool, how large it and its disk are, and its hash."""

    vdi: str
    pool: str
    size: int
    virtual_size: int
    sha256: str


def record_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def read_record(path: Path) -> ImageFile | None:
    """What a file holds, None where it is not there, is not whole or bears no record."""
    try:
        record = ImageFile(**json.loads(record_path(path).read_text(encoding="utf-8")))
        is_whole = path.stat().st_size == record.size and not problem_with(path)
    except (OSError, ValueError, TypeError):
        return None
    if is_whole:
        return record
    return None


def problem_with(path: Path) -> str:
    """What is wrong with a VHD, '' when it is whole."""
    first, last = _footers(path)
    return footer_problem(first, last)


def _footers(path: Path) -> tuple[bytes, bytes]:
    if path.stat().st_size < 2 * FOOTER_BYTES:
        return b"", b""
    with path.open("rb") as file:
        first = file.read(FOOTER_BYTES)
        file.seek(-FOOTER_BYTES, os.SEEK_END)
        return first, file.read(FOOTER_BYTES)


Fetch = Callable[[Callable[[bytes], object], Callable[[], None]], None]


def _remove(part: Path, file: IO[bytes]) -> None:
    if is_at(part, file):
        part.unlink()


def store(path: Path, vdi: str, pool: str, fetch: Fetch, meter: Meter) -> ImageFile:
    """Let `fetch(keep, check)` bring the bytes of an image, check them, and give the file its name. A part of one that
    stayed behind is begun anew; one that another run is writing is left to that. Raises OperationError."""
    part = path.with_name(f"{path.name}{PART}")

    def leave_it() -> None:
        raise OperationError(
            f"another run is writing {part}", "Wait until that has ended, then run the same task again."
        )

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(part, leave_it) as file, ExitStack() as stack:
            # What is not renamed goes at the end
            stack.callback(_remove, part, file)
            file.truncate(0)

            def keep(chunk: bytes) -> None:
                file.write(chunk)
                meter.note(chunk)

            def check() -> None:
                file.flush()
                problem = problem_with(part)
                if problem:
                    raise OperationError(
                        f"What was exported of the disk {vdi} cannot be used: {problem}", "Run the same task again."
                    )

            fetch(keep, check)
            file.flush()
            image = ImageFile(vdi, pool, meter.count, virtual_size(_footers(part)[1]), meter.sha256)
            # A file without a record is written again, one with that of another never would be
            record_path(path).unlink(missing_ok=True)
            os.replace(part, path)
            write_report(record_path(path), json.dumps(asdict(image), indent=2), "the image itself is there.", "record")
    except OSError as error:
        raise OperationError(
            f"The image cannot be written to {path}: {error.strerror}", "Choose another path."
        ) from None
    return image
