# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work on a control domain that goes on whatever becomes of us: it is started, watched, and taken up again.

A lock tells whether it is under way. It is held by each process of the work, and the system lifts it when the last one
has ended, however that came about.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.control_domain import (
    ControlDomain,
)

NOTES = '"$HOME/.euc_nutanix_citrix"'
LOCKED = """\
mkdir -p -m 700 {notes} && cd {notes} || exit 1
exec 9>> {job}.lock
flock -n 9 || {{ echo running; {meanwhile}; exit 0; }}
"""
# A result is told once, so that whoever asks later has the work done anew
TOLD = """\
if [ -e {job}.status ]; then
  echo "status $(cat {job}.status)"
  tail -n 40 {job}.log
  rm -f {files}
  exit 0
fi
"""
BEGIN = """\
rm -f {job}.status
setsid sh -c {work} < /dev/null > {job}.log 2>&1 &
echo started
"""
WORK = "export LC_ALL=C; {call}; echo $? > {job}.new; mv {job}.new {job}.status"
WATCH = """\
[ ! -e {job}.status ] || echo "status $(cat {job}.status)"
[ ! -e {job}.log ] || tail -n 40 {job}.log
"""
CLEAR = "cd {notes} 2> /dev/null || exit 0; rm -f {files}"
ENDINGS = ("lock", "status", "log", "pid")
# Two that come at once agree on one
IDENTITY = """\
mkdir -p -m 700 {notes} && cd {notes} || exit 1
[ -s id ] || {{ head -c 6 /dev/urandom | od -An -tx1 | tr -d ' \\n' > id.$$; ln id.$$ id 2> /dev/null; rm id.$$; }}
cat id
"""
KNOWN_IDENTITY = "cat {notes}/id 2> /dev/null || true"


@dataclass(frozen=True)
class HostJob:
    """`name` is what it is known by on this control domain, `what` a few words for messages. `meanwhile` is a command
    that tells how far it is."""

    domain: ControlDomain
    name: str
    what: str
    meanwhile: str = ":"

    def start(self, call: str) -> None:
        """Unless it is running."""
        self._run(LOCKED + BEGIN, call)

    def start_or_look(self, call: str) -> list[str]:
        """Whoever calls again and again gets `running` or `started` first, then once the status and the end of what was
        written; work that was killed begins anew."""
        return self._run(LOCKED + TOLD + BEGIN, call)

    def look(self) -> list[str]:
        """`running` first, or the status, which work that was killed does not leave, and the end of what was
        written."""
        return self._run(LOCKED + WATCH)

    @property
    def is_running(self) -> bool:
        return self.look()[:1] == ["running"]

    def clear(self) -> None:
        """Remove what was noted of it."""
        self.domain.run("the tidying up", CLEAR.format(notes=NOTES, files=self._files))

    @property
    def _files(self) -> str:
        return shlex.join(f"{self.name}.{ending}" for ending in ENDINGS)

    def _run(self, script: str, call: str = "") -> list[str]:
        job = shlex.quote(self.name)
        work = shlex.quote(WORK.format(call=call, job=job))
        filled = script.format(notes=NOTES, job=job, work=work, meanwhile=self.meanwhile, files=self._files)
        return self.domain.run(self.what, filled)


def identity(domain: ControlDomain, *, make: bool) -> str:
    """What tells this control domain from all others that may write to the same SR; '' where it has none yet and none
    is to be made."""
    script = IDENTITY if make else KNOWN_IDENTITY
    return "".join(domain.run("a look at its notes", script.format(notes=NOTES))).strip()


def status_of(lines: Sequence[str]) -> int | None:
    """None for work that was killed."""
    return next((int(line.split()[1]) for line in lines if line.startswith("status ")), None)
