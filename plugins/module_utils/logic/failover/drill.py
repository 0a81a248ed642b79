# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Test failover: the names of the clones, whose VM is one of ours, and what must not be near one before it is switched
on.

    clone   <prefix><drill id>_<VM name>   drill_2026-q4_PC1

A drill id has no underscore, so a name parses back to exactly one (drill id, VM name). A VM is a clone of a drill only
when its name parses back to this drill and to a VM that the protection domain holds, and it is no member of any
protection domain itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted, right_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.network import Card, Found
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import Member
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import (
    DEFAULT_PREFIX as RELEASE_PREFIX,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import (
    RELEASE_ID,
    how_to_write_an_id,
)

DEFAULT_PREFIX = "drill_"


@dataclass(frozen=True)
class Drill:
    """One drill. `id` is the operator's name for it, `release_prefix` what the names of images and temporary VMs begin
    with."""

    id: str
    prefix: str = DEFAULT_PREFIX
    release_prefix: str = RELEASE_PREFIX

    def __post_init__(self) -> None:
        if not RELEASE_ID.match(self.id):
            raise Refusal(f"'{self.id}' is no drill id", how_to_write_an_id("2026-q4"))
        if not self.prefix:
            raise Refusal(
                "the prefix is empty: without it nothing shows which VMs are clones of a drill",
                f"Give one such as {DEFAULT_PREFIX}.",
            )
        if self.prefix.startswith(self.release_prefix) or self.release_prefix.startswith(self.prefix):
            raise Refusal(
                f"the prefix '{self.prefix}' cannot be told from '{self.release_prefix}', with which images and"
                " temporary VMs begin",
                f"Give one such as {DEFAULT_PREFIX}.",
            )

    @property
    def mark(self) -> str:
        """What a restore puts before the name of each VM."""
        return f"{self.prefix}{self.id}_"

    def clone_name(self, vm_name: str) -> str:
        return f"{self.mark}{vm_name}"

    def original_of(self, name: str) -> str | None:
        """The VM whose clone in this drill bears this name, None when it is no name of this drill."""
        if name.startswith(self.mark) and len(name) > len(self.mark):
            return name[len(self.mark) :]
        return None


@dataclass(frozen=True)
class DrillScope:
    """The VMs that a drill is about, in the order of the snapshot. `excluded` were left out; `not_excluded` were to be,
    but the snapshot does not hold them."""

    names: tuple[str, ...]
    excluded: tuple[str, ...] = ()
    not_excluded: tuple[str, ...] = ()


def scope_of(members: Iterable[Member], vm_names: Sequence[str], exclude: Sequence[str]) -> DrillScope:
    """The VMs to clone. Raises Refusal for names that the snapshot does not hold and for two VMs of one name, whose
    clones could not be told apart."""
    copies = Counter(member.vm_name for member in members)
    for name in vm_names:
        if name not in copies:
            raise Refusal(f"it holds no VM '{name}'", right_name(name, copies))
    names = [name for name in dict.fromkeys(vm_names) or copies if name not in exclude]
    twice = [name for name in names if copies[name] > 1]
    if twice:
        raise Refusal(
            f"it holds more than one VM called {quoted(twice)}, whose clones would have one name",
            "Leave them out with exclude.",
        )
    return DrillScope(
        tuple(names),
        tuple(name for name in copies if name in exclude),
        tuple(name for name in exclude if name not in copies),
    )


@dataclass(frozen=True)
class Clones:
    """The clones of a drill that are there, by the name of the VM that each was made of.

    `strangers` bear the drill's mark, but the protection domain holds no VM of the rest of the name. `protected` bear a
    clone's name and are members of a
    protection domain, given with it: they are somebody's VMs.
    """

    by_vm: Mapping[str, tuple[Found, ...]]
    strangers: tuple[Found, ...] = ()
    protected: tuple[tuple[Found, str], ...] = ()

    def missing(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in names if name not in self.by_vm)

    @property
    def twice(self) -> tuple[Found, ...]:
        """The VMs that share a clone's name with another one."""
        return tuple(chain.from_iterable(vms for vms in self.by_vm.values() if len(vms) > 1))


def clones_among(drill: Drill, vms: Iterable[Found], names: Collection[str], protected: Mapping[str, str]) -> Clones:
    """Sort out whose VM is a clone. `names` are those of VMs that the protection domain holds, `protected` tells the
    protection domain by its member's uuid."""
    by_vm: dict[str, list[Found]] = {}
    strangers, guarded = [], []
    for vm in vms:
        original = drill.original_of(vm.name)
        if original is None:
            continue
        if vm.uuid in protected:
            guarded.append((vm, protected[vm.uuid]))
        elif original in names:
            by_vm.setdefault(original, []).append(vm)
        else:
            strangers.append(vm)
    return Clones({name: tuple(copies) for name, copies in by_vm.items()}, tuple(strangers), tuple(guarded))


@dataclass(frozen=True)
class CardChange:
    """What must happen to the cards of a clone before it may be on: these removed, by MAC address, and one on the
    drill's network added."""

    remove: tuple[str, ...] = ()
    add: bool = False

    def __bool__(self) -> bool:
        return bool(self.remove) or self.add


def card_change(cards: Iterable[Card], network_uuid: str) -> CardChange:
    """No card but on the drill's network, and one there at least; no card at all when the drill has no network ('')."""
    safe = [card for card in cards if network_uuid and card.network_uuid == network_uuid]
    return CardChange(tuple(card.mac_address for card in cards if card not in safe), bool(network_uuid) and not safe)


def too_old(age_seconds: float, limit_seconds: int | None) -> bool:
    """Whether data of this age is beyond the limit; no limit when it is 0 or None."""
    return bool(limit_seconds) and age_seconds > (limit_seconds or 0)
