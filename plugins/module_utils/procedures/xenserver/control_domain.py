# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control domain of a host: its files, by scripts of sh, because its Python is too old for modules (contract
xenserver 3, 4)."""

from __future__ import annotations

import re
import shlex
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.shell import NOT_REACHED, Answer, Shell
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.base_disks import LONGEST_CHAIN
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.vhd_sync import OVER_HTTP
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen_files import (
    BASIS_ENDING,
    BUSY_MINUTES,
    PART_ENDING,
    Inside,
    SrDirectory,
    VhdFile,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError, Unreachable

# Never a question to anybody, and no connection that outlives its command
SSH = "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=20 -o ServerAliveInterval=30"
OF_ITS_OWN = "-o ServerAliveCountMax=6 -o ControlMaster=no -o ControlPath=none"
# Ansible takes 255 for its own connection
PEER_NOT_REACHED = 199
SSH_ADVICE = (
    "SSH is off on new hosts of XenServer: switch it on there, let the host key be known and a key log in without a"
    " question. xen_vdi_transfer needs no SSH."
)
PROGRAMS = ("rsync", "vhd-util", "mountpoint", "flock", "setsid", "sha256sum", "base64", "od")
# Nothing else is asked of one that lacks a program
LACKS = """\
lacks=$(for program in {programs}; do command -v $program > /dev/null || echo "lacks $program"; done)
[ -z "$lacks" ] || {{ echo "$lacks"; exit 0; }}
"""
LOOK = (
    LACKS
    + """\
d={directory}
mountpoint -q "$d" || exit 0
echo mounted
df -Pk "$d" | awk 'NR == 2 {{ print "free " $4 }}'
vhd-util scan -f -c -m "$d/*.vhd" | grep scan-error | sed 's/^vhd=/broken /; s/ scan-error.*//'
for file in "$d"/*.vhd; do [ ! -e "$file" ] || echo "vhd ${{file##*/}}"; done
for file in "$d"/.*{part}; do [ ! -e "$file" ] || echo "part $(stat -c %s "$file") ${{file##*/}}"; done
find "$d"/. -maxdepth 1 -name '.*{part}' -mmin -{busy} | sort | sed 's|.*/|busy |'
find "$d"/. -maxdepth 1 '(' -name '.*{part}' -o -name '.*{basis}' ')' -mmin +1440 | sort | sed 's|.*/|rest |'
"""
)
INSIDE = """\
file={file}
told=$(vhd-util check -n "$file" 2>&1)
echo "check $? $(echo "$told" | head -n 1)"
echo "first $(head -c 512 "$file" | base64 | tr -d '\\n')"
echo "last $(tail -c 512 "$file" | base64 | tr -d '\\n')"
echo "key $(vhd-util key -p -n "$file" 2> /dev/null)"
"""
CHAIN = (
    LACKS
    + """\
next={file}
for step in {steps}; do
  [ -e "$next" ] || break
  file=$next
  echo "file ${{file##*/}}"
  stat -c 'stat %s %Y %i' "$file"
  echo "blocks $(vhd-util query -n "$file" -a | tail -n 1)"
  next=$(vhd-util query -n "$file" -p) || {{ echo lost; break; }}
  case $next in *'has no parent') break ;; esac
  echo "parent ${{next##*/}}"
done
[ -n "$file" ] || exit 0
"""
    + INSIDE.replace("file={file}\n", "")
)
UNHIDE = "vhd-util set -n {file} -f hidden -v 0 || exit\n" + INSIDE


@dataclass(frozen=True)
class ControlDomain:
    """One of them. `directory` is that of the SR."""

    name: str
    shell: Shell
    directory: str

    def run(self, what: str, script: str) -> list[str]:
        """The lines that a script writes. Raises OperationError for one that fails."""
        answer = self.shell(script)
        if answer.status in (NOT_REACHED, PEER_NOT_REACHED):
            raise Unreachable(f"{self.name} cannot be reached by SSH: {_last_line(answer)}", SSH_ADVICE)
        if answer.status:
            raise OperationError(
                f"{self.name}: {what} failed with {answer.status}: {_last_line(answer)}",
                f"Log in there by SSH and see whether {self.directory} is mounted, has room and can be read.",
            )
        return answer.out.replace("\r\n", "\n").splitlines()

    def path(self, name: str) -> str:
        return f"{self.directory}/{name}"

    def vhd(self, uuid: str) -> str:
        return self.path(f"{uuid}.vhd")

    def look(self) -> SrDirectory:
        """What there is and what is missing; reads only."""
        script = LOOK.format(
            directory=shlex.quote(self.directory),
            programs=" ".join(PROGRAMS),
            part=PART_ENDING,
            basis=BASIS_ENDING,
            busy=BUSY_MINUTES,
        )
        told = [line.partition(" ") for line in self.run("a look at the SR", script)]
        parts = [value.partition(" ") for value in _values(told, "part")]
        return SrDirectory(
            mounted=bool(_values(told, "mounted")),
            free=sum(map(int, _values(told, "free"))) * 1024,
            lacks=tuple(_values(told, "lacks")),
            broken=tuple(_values(told, "broken")),
            vhds=frozenset(name.removesuffix(".vhd") for name in _values(told, "vhd")),
            parts={name: int(size) for size, _space, name in parts},
            rests=tuple(_values(told, "rest")),
            busy=frozenset(_values(told, "busy")),
        )

    def chain(self, uuid: str) -> tuple[list[VhdFile], Inside]:
        """The file of a disk and those that it stands on, itself first, and what is in the last of them; none when it
        has no file."""
        steps = " ".join(str(number) for number in range(LONGEST_CHAIN))
        lines = self.run(
            "a look at the disk",
            CHAIN.format(programs=" ".join(PROGRAMS), file=shlex.quote(self.vhd(uuid)), steps=steps),
        )
        lacks = [line.removeprefix("lacks ") for line in lines if line.startswith("lacks ")]
        if lacks:
            raise OperationError(f"{self.name} lacks {', '.join(lacks)}", OVER_HTTP)
        found: list[dict[str, Any]] = []
        for line in lines:
            key, _space, value = line.partition(" ")
            if key == "file":
                found.append({"uuid": value.removesuffix(".vhd"), "parent": "", "blocks": 0})
            elif key == "stat":
                size, modified, inode = value.split()
                found[-1].update(size=int(size), modified=int(modified), inode=int(inode))
            elif key == "blocks":
                found[-1]["blocks"] = int(value) if value.isdigit() else 0
            elif key == "parent":
                found[-1]["parent"] = value.removesuffix(".vhd")
            elif key == "lost":
                found[-1]["is_lost"] = True
        return [VhdFile(**one) for one in found], _inside(lines)

    def inside(self, path: str) -> Inside:
        return _inside(self.run("the check of a file", INSIDE.format(file=shlex.quote(path))))

    def unhidden(self, path: str) -> Inside:
        """Clear the flag that a base copy has, and look at the file then."""
        return _inside(self.run("the change of a flag", UNHIDE.format(file=shlex.quote(path))))

    def size(self, path: str) -> int:
        """0 for a file that is not there."""
        (line,) = self.run("a look at a file", f"stat -c %s {shlex.quote(path)} 2> /dev/null || echo 0")
        return int(line)


def _values(told: Iterable[tuple[str, str, str]], key: str) -> list[str]:
    return [value for name, _space, value in told if name == key]


def _inside(lines: Iterable[str]) -> Inside:
    pairs = [line.partition(" ") for line in lines]
    told = {key: value for key, _space, value in pairs}
    status, _space, reason = told.get("check", "1 ").partition(" ")
    first, last = b64decode(told.get("first", "")), b64decode(told.get("last", ""))
    # A nonce and a hash in hexadecimal; "none" or nothing without a key
    is_encrypted = bool(re.match(r"[0-9a-f]{64} [0-9a-f]{64}", told.get("key", "")))
    return Inside("" if status == "0" else reason, first, last, is_encrypted)


def _last_line(answer: Answer) -> str:
    lines = (answer.trouble.strip() or answer.out.strip() or "it said nothing").splitlines()
    return lines[-1].strip()


def ssh_call(peer: Mapping[str, Any]) -> str:
    """The ssh of one control domain to the other, without its address."""
    parts = [*f"{SSH} {OF_ITS_OWN}".split(), "-p", str(peer["port"]), "-l", peer["user"]]
    if peer["private_key_path"]:
        parts += ["-i", peer["private_key_path"], "-o", "IdentitiesOnly=yes"]
    if peer["known_hosts_path"]:
        parts += ["-o", f"UserKnownHostsFile={peer['known_hosts_path']}"]
    return shlex.join(parts)


def over_ssh(shell: Shell, peer: Mapping[str, Any]) -> Shell:
    """The shell of the other control domain, through this one."""
    call = f"{ssh_call(peer)} {shlex.quote(peer['address'])}"

    def run(script: str) -> Answer:
        return shell(
            f"{call} {shlex.quote(script)} < /dev/null; status=$?;"
            f" [ $status -ne {NOT_REACHED} ] || exit {PEER_NOT_REACHED}; exit $status"
        )

    return run


def refuse_odd(name: str, text: str) -> None:
    """Paths and uuids go through two shells and rsync."""
    if not re.fullmatch(r"[\w./+@-]+", text) or text.startswith("-"):
        raise OperationError(f"{name} is {text!r}", "Letters, digits and . / + @ - _ are possible there.")
