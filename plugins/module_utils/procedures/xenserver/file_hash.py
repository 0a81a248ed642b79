# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hash of the payload of a VHD, which is what lies between its two footers: a flag changes these (contract
xenserver trap 8). It takes a reading of the whole file, on the control domain that has it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import PurePosixPath

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Deadline, Look, amount, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.vhd_file import FOOTER_BYTES
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.vhd_sync import same_disk
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.control_domain import (
    ControlDomain,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.host_job import (
    HostJob,
    status_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

# All of its processes read from one open file, so that the position in it says how far they are
HASH = (
    "{{ echo $$ > {job}.pid; dd bs={footer} count=1 of=/dev/null 2> /dev/null; head -c {size} | sha256sum;"
    " sed -n 's/^pos:[^0-9]*/at /p' /proc/$$/fdinfo/0; }} < {file}"
)
PLACE = "sed -n 's/^pos:[^0-9]*/at /p' \"/proc/$(cat {job}.pid)/fdinfo/0\" 2> /dev/null"


def payload_hash(
    domain: ControlDomain, path: str, size: int, deadline: Deadline, progress: Callable[[str], None]
) -> str:
    """SHA-256 of a file of so many bytes. Raises OperationError, StillRunning among them: then the reading goes on, and
    the next run gets what it finds."""
    file, payload = PurePosixPath(path).name, size - 2 * FOOTER_BYTES
    name, what = f"hash.{file}", f"the hash of {file}"
    quoted = shlex.quote(name)
    job = HostJob(domain, name, what, PLACE.format(job=quoted))
    call = HASH.format(job=quoted, footer=FOOTER_BYTES, size=payload, file=shlex.quote(path))

    def look() -> Look[list[str]]:
        lines = job.start_or_look(call)
        if lines[:1] in (["running"], ["started"]):
            return Look(lines, done=False, state=f"{amount(_place(lines))} of {amount(size)}")
        return Look(lines, done=True)

    lines = wait_for(look, what=f"{domain.name}: {what}", timeout=deadline.left, progress=progress)
    found = [line.split()[0] for line in lines if line.endswith(" -")]
    if status_of(lines) != 0 or len(found) != 1 or _place(lines) != FOOTER_BYTES + payload:
        raise OperationError(
            f"{domain.name}: {path} could not be read to its end: {' '.join(lines)}",
            "See on this host whether its SR is mounted and healthy, then run the same task again.",
        )
    return found[0]


def _place(lines: list[str]) -> int:
    return next((int(line.split()[1]) for line in lines if line.startswith("at ")), 0)


def has_payload(
    domain: ControlDomain,
    path: str,
    size: int,
    sha256: str,
    footer: bytes,
    deadline: Deadline,
    progress: Callable[[str], None],
) -> bool:
    """Whether a file has this payload and is of this disk. Reads the whole file if its size is right."""
    if domain.size(path) != size or not same_disk(domain.inside(path).last, footer):
        return False
    return payload_hash(domain, path, size, deadline, progress) == sha256
