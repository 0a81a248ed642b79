# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""rsync from one control domain to another, as work that goes on whatever becomes of us: it is started, watched, and
taken up again (contract xenserver 7.1, 10).

What it writes is a part file, which no scan sees. Where an image of before is on the SR, rsync takes from it what the
new one has in common. What an interrupted transfer has brought already is put before that image, so that neither
travels again: rsync finds a block wherever it lies in the file that it starts from.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Deadline, Look, amount, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.vhd_sync import (
    KILLED,
    NO_SPACE,
    RESERVE,
    WORTH_ANOTHER,
    bytes_on_the_wire,
    meaning,
    reason,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen_files import (
    BASIS_ENDING,
    PART_ENDING,
    Sent,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.control_domain import (
    SSH_ADVICE,
    ControlDomain,
    ssh_call,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.host_job import (
    HostJob,
    status_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

# Nothing of the basis is ever written to: rsync reads it, and its second name goes again
BASIS = """\
cd {directory} || exit 1
mkdir -p {place}
rm -f {place}/new
also=
[ -e {place}/{part} ] || {{ ln {basis} {place}/{part} || exit 0; also={others}; }}
set --
for piece in {part} $also; do [ ! -s "$piece" ] || set -- "$@" "$piece"; done
if [ $# -gt 0 ]; then
  needed=$(stat -c %s "$@" {place}/{part} | awk '{{ sum += $1 }} END {{ print int(sum / 1024) }}')
  free=$(df -Pk . | awk 'NR == 2 {{ print $4 }}')
  [ $free -gt $((needed + {reserve})) ] || exit 0
  cat "$@" {place}/{part} > {place}/new && mv {place}/new {place}/{part} && rm -f {part} || exit 1
fi
echo ready
"""


@dataclass(frozen=True)
class Transfer:
    """From which file into which part file, by whose rsync: `near` is the control domain that it runs on, `writer` what
    tells that from all others. `basis` is a file of the SR that rsync starts from, '' for none, and `others` are what
    other hosts have brought of the same image."""

    source: ControlDomain
    target: ControlDomain
    near: ControlDomain
    peer: Mapping[str, Any]
    path: str
    uuid: str
    writer: str
    basis: str
    others: tuple[str, ...]
    bandwidth: int

    @property
    def part(self) -> str:
        return part_name(self.uuid, self.writer)

    @property
    def basis_place(self) -> str:
        return f".{self.uuid}.{self.writer}{BASIS_ENDING}"

    @property
    def job(self) -> HostJob:
        return HostJob(self.near, self.uuid, f"the transfer of {self.uuid}")

    def call(self, with_basis: bool) -> str:
        """rsync itself. A file of the same size and moment is compared all the same."""
        parts = ["rsync", "--inplace", "--ignore-times", "--stats", "-e", ssh_call(self.peer)]
        if self.bandwidth:
            parts.append(f"--bwlimit={self.bandwidth}")
        if with_basis:
            parts.append(f"--copy-dest={self.target.path(self.basis_place)}")
        address = self.peer["address"]
        place = f"[{address}]" if ":" in address else address
        source, part = self.path, self.target.path(self.part)
        ends = [f"{place}:{source}", part] if self.near is self.target else [source, f"{place}:{part}"]
        return shlex.join([*parts, *ends])


def part_name(uuid: str, writer: str) -> str:
    """No two hosts write to one file: whatever becomes of one of them, it cannot touch what the other has checked."""
    return f".{uuid}.{writer}{PART_ENDING}"


def bring(transfer: Transfer, size: int, attempts: int, deadline: Deadline, progress: Callable[[str], None]) -> int:
    """Let the part file become the source file; returns the bytes on the wire, as far as rsync told. A cut link is
    tried again, with what has come already."""
    total = 0
    for attempt in range(1, attempts + 1):
        sent = _run(transfer, size, deadline, progress)
        total += sent.bytes
        if sent.status == 0:
            return total
        status = KILLED if sent.status is None else sent.status
        text = f"{transfer.near.name}: rsync stopped, because {meaning(status)} ({sent.told or status})"
        if status == NO_SPACE:
            clear(transfer)
            raise OperationError(text, "What had come was removed. Make room on the SR, then run the same task again.")
        if status not in WORTH_ANOTHER or attempt == attempts:
            advice = SSH_ADVICE if status == 255 else "Run the same task again: what has come does not travel again."
            raise OperationError(text, advice)
        progress(f"{text}; attempt {attempt + 1} of {attempts}")
    return total


def _run(transfer: Transfer, size: int, deadline: Deadline, progress: Callable[[str], None]) -> Sent:
    job = transfer.job
    # What a transfer under way starts from is left alone
    if not (transfer.basis and job.is_running):
        job.start(transfer.call(_prepare_basis(transfer)))

    def look() -> Look[Sent]:
        lines = job.look()
        if lines[:1] == ["running"]:
            come = transfer.target.size(transfer.target.path(transfer.part))
            return Look(Sent(None), done=False, state=f"{amount(come)} of {amount(size)}")
        return Look(_sent(lines), done=True)

    return wait_for(look, what=f"{transfer.near.name}: {job.what}", timeout=deadline.left, progress=progress)


def _sent(lines: list[str]) -> Sent:
    """Without a status it was killed together with the shell around it."""
    told, status = [line for line in lines if not line.startswith("status ")], status_of(lines)
    return Sent(status, bytes_on_the_wire("\n".join(told)), reason(told) if status else "")


def _prepare_basis(transfer: Transfer) -> bool:
    """Whether there is a file to start from. The image of before gets a second name; what an interrupted transfer has
    brought is put before it, if there is room for both."""
    if not transfer.basis:
        return False
    target = transfer.target
    script = BASIS.format(
        directory=shlex.quote(target.directory),
        place=shlex.quote(transfer.basis_place),
        part=shlex.quote(transfer.part),
        basis=shlex.quote(transfer.basis),
        others=shlex.quote(" ".join(transfer.others)),
        reserve=RESERVE // 1024,
    )
    return target.run("the file to start from", script)[-1:] == ["ready"]


def clear(transfer: Transfer, *more: str) -> None:
    """Remove what only the transfer needed, and more files of the SR."""
    target = transfer.target
    names = (transfer.basis_place, transfer.part, *more)
    target.run("the tidying up", f"rm -rf {shlex.join(target.path(name) for name in names)}")
    transfer.job.clear()
