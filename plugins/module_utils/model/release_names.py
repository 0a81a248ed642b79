# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names that tell whose an object is: the mark of a release, written and read back.

    image (AHV snapshot)   <prefix><base VM>_<release>                       ctx_Gold_2026.11.20-1
    temporary VM           <prefix><release>_<PD snapshot id>_<base VM>      ctx_2026.11.20-1_353902_Gold
      of a recovery point  <prefix><release>_<location-agnostic id>_<base VM>

A release id has no underscore, so both parse back to exactly one (prefix, base VM, release), and `Gold` never owns what
is `Gold-Finance`'s. An image keeps the name of the temporary VM that it was taken from, and with it the PD snapshot or
the recovery point it came out of, by the id that all its copies share.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal

DEFAULT_PREFIX = "ctx_"
# What Prism Central takes
LONGEST_VM_NAME = 80
RELEASE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*\Z")
_TEMPORARY = re.compile(
    r"(?P<release>[A-Za-z0-9][A-Za-z0-9.+-]*)_(?P<snapshot>[0-9]+|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})"
    r"_(?P<base_vm>.+)\Z",
    re.DOTALL,
)


def how_to_write_an_id(example: str) -> str:
    return f"Use letters, digits, '.', '+' and '-', beginning with a letter or digit, for example {example}."


@dataclass(frozen=True)
class Release:
    """One release of one golden image. `base_vm` is the golden VM's name, `release` the operator's id."""

    base_vm: str
    release: str
    prefix: str = DEFAULT_PREFIX

    def __post_init__(self) -> None:
        if not RELEASE_ID.match(self.release):
            raise Refusal(f"'{self.release}' is no release id", how_to_write_an_id("2026.11.20-1"))
        if not self.base_vm:
            raise Refusal("the name of the golden VM is empty", "Give it.")
        if not self.prefix:
            raise Refusal(
                "the prefix is empty: without it nothing shows which images belong to the collection",
                f"Give one such as {DEFAULT_PREFIX}.",
            )

    @property
    def image_name(self) -> str:
        return f"{self.prefix}{self.base_vm}_{self.release}"

    def temporary_prefix(self, snapshot_id: str) -> str:
        """What a restore puts before the VM's name. `snapshot_id` may bear the receiver's site prefix, which is left
        out."""
        return f"{self.prefix}{self.release}_{origin_id(snapshot_id)}_"

    def temporary_vm_name(self, snapshot_id: str) -> str:
        return f"{self.temporary_prefix(snapshot_id)}{self.base_vm}"


@dataclass(frozen=True)
class TemporaryVm:
    """What the name of a temporary VM says. `snapshot_id` is the id of a PD snapshot, or the uuid of a recovery
    point."""

    release: Release
    snapshot_id: str

    @property
    def of_recovery_point(self) -> bool:
        return "-" in self.snapshot_id


def origin_id(snapshot_id: str) -> str:
    """The id on the cluster of origin: '353902' for 'SITE-A:353902' (contract prism_element 8.1; site names may hold
    colons)."""
    return snapshot_id.rpartition(":")[2]


def parse_image_name(name: str, prefix: str = DEFAULT_PREFIX) -> Release | None:
    """The release whose image bears this name, or None when it is not ours."""
    if not prefix or not name.startswith(prefix):
        return None
    base_vm, _separator, release = name[len(prefix) :].rpartition("_")
    if base_vm and RELEASE_ID.match(release):
        return Release(base_vm, release, prefix)
    return None


def told_by_name(name: str, prefix: str) -> dict[str, str | None]:
    """{release, base_vm} of an image of this name, both None when it is not ours."""
    release = parse_image_name(name, prefix)
    if release is None:
        return {"release": None, "base_vm": None}
    return {"release": release.release, "base_vm": release.base_vm}


def parse_temporary_vm_name(name: str, prefix: str = DEFAULT_PREFIX) -> TemporaryVm | None:
    """The release and PD snapshot whose temporary VM bears this name, or None when it is not ours."""
    match = _TEMPORARY.match(name[len(prefix) :]) if prefix and name.startswith(prefix) else None
    if match is None:
        return None
    return TemporaryVm(Release(match["base_vm"], match["release"], prefix), match["snapshot"])
