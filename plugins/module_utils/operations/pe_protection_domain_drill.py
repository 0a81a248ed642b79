# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Test failover: bring clones of a protection domain's VMs up beside everything, on no production network, and remove
them again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.nics import (
    add_card,
    list_networks,
    list_vms_with_cards,
    mapped_networks,
    network_called,
    read_vm_with_cards,
    remove_card,
    with_cards,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.pd_snapshots import (
    list_pd_snapshots,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.peers import read_identity
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.power import order_power
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.protection_domains import (
    ProtectionDomain,
    list_protection_domains,
    unknown_protection_domain,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.restores import (
    RESTORE_FAILED,
    list_pending_restores,
    restore_grace,
    restore_vms,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.tasks import (
    TaskFailed,
    wait_for_task,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import delete_vm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Operation, Run
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration, quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_utc
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    WAIT_ARGUMENTS,
    Deadline,
    Look,
    Standstill,
    wait_for,
    wait_for_effect,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.drill import (
    DEFAULT_PREFIX,
    Clones,
    Drill,
    Scope,
    card_change,
    clones_among,
    scope_of,
    too_old,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.sides import data_age, not_in_snapshot
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.network import Card, Found, Network
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import (
    PdSnapshot,
    snapshots_with_origin,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import (
    DEFAULT_PREFIX as RELEASE_PREFIX,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    OperationError,
    StillRunning,
)

APPEARS_WITHIN = 60.0
NAMED_AT_MOST = 5

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **WAIT_ARGUMENTS,
    "name": {"type": "str", "required": True},
    "drill": {"type": "str", "required": True},
    "prefix": {"type": "str", "default": DEFAULT_PREFIX},
    "release_prefix": {"type": "str", "default": RELEASE_PREFIX},
    "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
    "snapshot_id": {"type": "str"},
    "vm_names": {"type": "list", "elements": "str"},
    "exclude": {"type": "list", "elements": "str", "default": []},
    "network": {"type": "str"},
    "power_on": {"type": "bool", "default": True},
    "stays_on": {"type": "int", "default": 60},
    "data_age_limit": {"type": "int", "default": 0},
    "concurrency": {"type": "int", "default": 8},
}


@dataclass(frozen=True)
class Estate:
    """The cluster as a drill sees it: all VMs, the protection domain of each protected VM's uuid, and what is being
    restored, each by its name."""

    vms: tuple[Found, ...]
    protected: dict[str, str]
    restoring: frozenset[str]


@dataclass(frozen=True)
class CloneState:
    """A clone as the module returns it. `checked` once it was seen as it shall be, `problem` says why it is not."""

    vm: str
    name: str
    uuid: str = ""
    power_state: str = "off"
    cards: tuple[Card, ...] = ()
    checked: bool = False
    problem: str = ""
    changed: bool = False
    started: bool = False


def perform(run: Run) -> dict[str, Any]:
    drill = Drill(run.params["drill"], run.params["prefix"], run.params["release_prefix"])
    client = PrismElement.connect(run.params)
    domains = list_protection_domains(client)
    domain = next((each for each in domains if each.name == run.params["name"]), None)
    snapshots = list_pd_snapshots(client, run.params["name"])
    if domain is None and not snapshots:
        raise unknown_protection_domain(client, run.params["name"])
    if run.params["state"] == "absent":
        return _Removal(client, run, drill).perform(domain, snapshots)
    if domain and domain.active:
        run.warn(
            f"{client.endpoint}: '{domain.name}' is active here: the clones come up beside their originals, and this is"
            " no test of another cluster"
        )
    return _Rehearsal(client, run, drill).perform(domain, _chosen_snapshot(client, run, snapshots))


def _chosen_snapshot(client: PrismElement, run: Run, snapshots: Sequence[PdSnapshot]) -> PdSnapshot:
    """The snapshot that was asked for, or the newest one; `snapshots` come newest first."""
    name, wanted = run.params["name"], run.params["snapshot_id"]
    available = [snapshot for snapshot in snapshots if snapshot.available]
    if not wanted:
        if not available:
            raise OperationError(
                f"{client.endpoint} holds no snapshot of '{name}' to test",
                "Check that its schedule replicates to this cluster.",
            )
        return available[0]
    found = snapshots_with_origin(snapshots, wanted)
    if len(found) > 1:
        listed = ", ".join(snapshot.snapshot_id for snapshot in found)
        raise OperationError(
            f"{client.endpoint} holds {len(found)} snapshots {wanted} of '{name}': {listed}",
            "Give snapshot_id as it is listed, with its site.",
        )
    if not found or not found[0].available:
        state = (
            f"snapshot {found[0].snapshot_id} of '{name}' is {found[0].state}"
            if found
            else f"no snapshot {wanted} of '{name}' is here"
        )
        held = ", ".join(
            f"{snapshot.snapshot_id} ({iso_utc(snapshot.created_usecs)})" for snapshot in available[:NAMED_AT_MOST]
        )
        raise OperationError(f"{client.endpoint}: {state}", f"It holds {held}." if held else "It holds none.")
    return found[0]


class _Job:
    """What both ways of a drill have in common."""

    def __init__(self, client: PrismElement, run: Run, drill: Drill) -> None:
        self._client = client
        self._run = run
        self._drill = drill
        self._name = str(run.params["name"])
        self._deadline = Deadline(run.params["wait_timeout"])
        self._denied: AccessDenied | None = None

    def _look(self) -> Estate:
        # The pending ones first: between the two reads one may turn into a VM, and is then seen in the second.
        restoring = frozenset(restore.name for restore in list_pending_restores(self._client, self._name))
        vms = tuple(list_vms_with_cards(self._client))
        protected = {
            member.vm_uuid: domain.name for domain in list_protection_domains(self._client) for member in domain.members
        }
        return Estate(vms, protected, restoring)

    def _clones(self, estate: Estate, names: Iterable[str]) -> Clones:
        clones = clones_among(self._drill, estate.vms, frozenset(names), estate.protected)
        if clones.protected:
            listed = ", ".join(f"'{vm.name}' ({vm.uuid}) in '{domain}'" for vm, domain in clones.protected)
            raise OperationError(
                f"{self._client.endpoint}: refused, because VMs that bear names of clones are members of protection"
                f" domains: {listed}",
                "They are no clones. Choose another drill id or prefix.",
            )
        return clones

    def _under_way(self, estate: Estate, names: Iterable[str]) -> bool:
        """Whether a restore is under way that may be one of ours: lists of them may tell the old name or the new one
        (contract prism_element 6.6)."""
        return any(name in estate.restoring or self._drill.clone_name(name) in estate.restoring for name in names)

    def _settled(self, names: Sequence[str]) -> Estate:
        """The cluster once no restore is under way that may be ours; in check mode, and when nothing is waited for, as
        it is now."""
        estate = self._look()
        if self._run.check or not self._run.params["wait"] or not self._under_way(estate, names):
            return estate

        def look() -> Look[Estate]:
            seen = self._look()
            busy = self._under_way(seen, names)
            return Look(seen, done=not busy, state="a restore is under way" if busy else "")

        return wait_for(
            look, what=f"restore out of '{self._name}'", timeout=self._deadline.left, progress=self._run.progress
        )

    def _each(self, work: Callable[[CloneState], CloneState], clones: Sequence[CloneState]) -> list[CloneState]:
        """Work on so many at once as is allowed. One clone's failure is its own and stops no other; refused credentials
        stop all."""

        def one(clone: CloneState) -> CloneState:
            if self._denied:
                return replace(clone, problem="not tried, because the cluster refused the account")
            try:
                return work(clone)
            except AccessDenied as error:
                self._denied = error
                return replace(clone, problem=str(error))
            except OperationError as error:
                return replace(clone, problem=str(error), changed=True)

        with ThreadPoolExecutor(max_workers=max(1, self._run.params["concurrency"])) as pool:
            done = list(pool.map(one, clones))
        if self._denied:
            raise self._denied
        return done

    def _read(self, clone: CloneState) -> Found | None:
        """The clone as it is, None when it is gone. What bears another name by now is none of ours any more."""
        vm = read_vm_with_cards(self._client, clone.uuid)
        if vm and vm.name != clone.name:
            raise OperationError(
                f"{self._client.endpoint}: VM {clone.uuid} was '{clone.name}' and is called '{vm.name}' now",
                "It is left alone.",
            )
        return vm

    def _there(self, clone: CloneState) -> Found:
        vm = self._read(clone)
        if vm is None:
            raise OperationError(
                f"{self._client.endpoint}: VM '{clone.name}' ({clone.uuid}) is gone, somebody else has removed it",
                "Run the same task again.",
            )
        return vm

    def _switch(self, clone: CloneState, transition: str) -> None:
        """Switch on or off at once and wait for it. A clone is no guest to be asked: nobody works on it."""
        wanted = transition.lower()
        what = f"switching clone '{clone.name}' ({clone.uuid}) {wanted}"
        task_uuid = order_power(self._client, clone.uuid, transition)
        self._ended(task_uuid, what, lambda: self._there(clone).power_state == wanted)

    def _ended(self, task_uuid: str | None, what: str, reached: Callable[[], bool]) -> None:
        """Wait for the task, and until what it was for can be seen. A failed task whose end is reached all the same was
        a second one for it."""
        try:
            if task_uuid:
                wait_for_task(self._client, task_uuid, what, self._deadline.left, self._run.progress)
        except TaskFailed:
            if not reached():
                raise
        idle = "its task has ended, and nothing has changed"
        wait_for_effect(
            reached,
            what=what,
            idle=idle,
            endpoint=self._client.endpoint,
            timeout=self._deadline.left,
            progress=self._run.progress,
        )


class _Rehearsal(_Job):
    """Clones that are there, on, and away from production."""

    _networks: Sequence[Network] = ()

    def perform(self, domain: ProtectionDomain | None, snapshot: PdSnapshot) -> dict[str, Any]:
        params = self._run.params
        self._network = self._isolated_network()
        self._lost = not_in_snapshot(snapshot, domain.members if domain else ())
        scope = self._scope(snapshot)
        estate = self._settled(scope.names)
        before = self._distinct(self._clones(estate, scope.names))
        self._beware_of_production(estate)
        missing = before.missing(scope.names)
        age = self._age(snapshot) if missing else None
        if self._run.check:
            return self._result(scope, snapshot, missing, age, before, self._planned(scope, before))
        clones = before
        if missing:
            with self._run.phase("restore"):
                self._restore(snapshot, missing)
            if not params["wait"]:
                return self._result(scope, snapshot, missing, age, before, self._planned(scope, before, later=True))
            clones = self._distinct(self._clones(self._look(), scope.names))
        if not params["wait"]:
            return self._result(scope, snapshot, missing, age, before, self._planned(scope, before, later=True))
        planned = [clone for clone in self._planned(scope, clones) if clone.uuid]
        states = [self._state(clone.vm, clones.by_vm[clone.vm][0]) for clone in planned]
        if any(clone.changed for clone in planned):
            with self._run.phase("start"):
                states = self._each(self._prepare, states)
            with self._run.phase("watch"):
                states = self._watched(states)
        else:
            states = self._watched(states)
        result = self._result(scope, snapshot, missing, age, before, states)
        wrong = [clone for clone in states if clone.problem]
        if wrong:
            first = f"'{wrong[0].name}': {wrong[0].problem}"
            raise OperationError(
                f"{self._client.endpoint}: {len(wrong)} of {len(states)} clones of drill {self._drill.id} are not as"
                f" they shall be: {first}",
                "Run the same task again to go on with them, or remove all clones of the drill with state absent.",
                **result,
            )
        return result

    def _isolated_network(self) -> Network | None:
        wanted = self._run.params["network"]
        if not wanted:
            return None
        self._networks = list_networks(self._client)
        return network_called(wanted, self._networks, self._client.endpoint)

    @property
    def _network_uuid(self) -> str:
        return self._network.uuid if self._network else ""

    def _scope(self, snapshot: PdSnapshot) -> Scope:
        where = f"{self._client.endpoint}: snapshot {snapshot.snapshot_id} of '{self._name}'"
        wanted = self._run.params["vm_names"] or []
        if not snapshot.members and wanted:
            # A snapshot listed without its VMs is taken at its word (contract prism_element 1.3).
            return Scope(tuple(name for name in dict.fromkeys(wanted) if name not in self._run.params["exclude"]))
        try:
            scope = scope_of(snapshot.members, wanted, self._run.params["exclude"])
        except Refusal as error:
            raise error.at(where) from None
        if not scope.names:
            raise OperationError(
                f"{where} has no VM to test",
                "Everything in it is excluded." if snapshot.members else "If it holds VMs, give vm_names.",
            )
        return scope

    def _distinct(self, clones: Clones) -> Clones:
        if clones.twice:
            listed = ", ".join(f"'{vm.name}' ({vm.uuid})" for vm in clones.twice)
            raise OperationError(
                f"{self._client.endpoint}: refused, because several VMs share the name of a clone: {listed}",
                "State absent with the same drill removes all of them; then run this again. Keep what is no clone by"
                " renaming it first.",
            )
        return clones

    def _beware_of_production(self, estate: Estate) -> None:
        """A network that protected VMs are on, or would be after a failover, is production, under whatever name it is
        seen here; other VMs on it are told."""
        drill = self._network
        if drill is None:
            return
        # A network is what it is connected to: another label on the same VLAN is the same network.
        same = {network.uuid: network for network in self._networks if network.is_one_with(drill)}
        mapped = mapped_networks(self._client)
        for network in same.values():
            if network.name in mapped:
                raise self._production(
                    network, f"VMs come onto it by the network mapping of remote site {quoted(mapped[network.name])}"
                )
        with ThreadPoolExecutor(max_workers=max(1, self._run.params["concurrency"])) as pool:
            vms = list(
                pool.map(lambda vm: with_cards(self._client, vm) if vm.uuid in estate.protected else vm, estate.vms)
            )
        there = [vm for vm in vms if any(card.network_uuid in same for card in vm.cards or ())]
        for network in same.values():
            protected = [
                vm
                for vm in there
                if vm.uuid in estate.protected and any(card.network_uuid == network.uuid for card in vm.cards or ())
            ]
            if protected:
                raise self._production(network, f"protected VMs are on it, {_some(protected)}")
        others = [vm for vm in there if not vm.name.startswith(self._drill.prefix)]
        if others:
            self._run.warn(
                f"{self._client.endpoint}: VMs that are no clones are on network '{drill.name}' ({drill.wire}),"
                f" {_some(others)}: the clones will meet them. Make sure that it is isolated."
            )

    def _production(self, network: Network, why: str) -> OperationError:
        drill = self._network or network
        another = "" if network.uuid == drill.uuid else f"{drill.wire}, as is '{network.name}', which is "
        what = f"network '{drill.name}' is {another}in production"
        return OperationError(
            f"{self._client.endpoint}: refused, because {what}: {why}",
            "Give a network with a VLAN or virtual switch of its own, or none: then the clones lose all their network"
            " cards.",
        )

    def _age(self, snapshot: PdSnapshot) -> int:
        """How old the data is, in seconds by the cluster's clock; an error when it is beyond the limit."""
        age = data_age(snapshot, read_identity(self._client).clock_usecs or time.time_ns() // 1000)
        limit = self._run.params["data_age_limit"]
        if too_old(age, limit):
            raise OperationError(
                f"{self._client.endpoint}: snapshot {snapshot.snapshot_id} of '{self._name}' is {duration(age)} old,"
                f" beyond the limit of {duration(limit)}",
                "An unplanned failover now would lose as much. Check replication, or raise data_age_limit to test with"
                " it all the same.",
                options=("data_age_limit",),
            )
        return age

    def _state(self, vm_name: str, vm: Found) -> CloneState:
        known = with_cards(self._client, vm)
        return CloneState(vm_name, known.name, known.uuid, known.power_state, known.cards or ())

    def _planned(self, scope: Scope, clones: Clones, later: bool = False) -> list[CloneState]:
        """What the clones will be; `later` by another run, which waits."""
        planned = []
        for name in scope.names:
            found = clones.by_vm.get(name)
            now = self._state(name, found[0]) if found else CloneState(name, self._drill.clone_name(name))
            if later:
                planned.append(now)
                continue
            change = card_change(now.cards, self._network_uuid)
            state = (
                "on"
                if self._run.params["power_on"]
                else ("off" if change and now.power_state != "off" else now.power_state)
            )
            cards = tuple(card for card in now.cards if card.mac_address not in change.remove) + (
                (Card("", self._network_uuid),) if change.add else ()
            )
            planned.append(
                replace(
                    now, power_state=state, cards=cards, changed=not found or bool(change) or state != now.power_state
                )
            )
        return planned

    def _restore(self, snapshot: PdSnapshot, missing: Sequence[str]) -> None:
        """One order for all that are missing."""
        what = f"restore of {len(missing)} clones from snapshot {snapshot.snapshot_id}"

        def appeared() -> str | None:
            estate = self._look()
            absent = self._clones(estate, missing).missing(missing)
            return "" if self._under_way(estate, missing) or len(absent) < len(missing) else None

        try:
            # Not every cluster lists a restore under way: seeing nothing proves nothing, and a second makes more VMs.
            task_uuid = send_once(
                lambda: restore_vms(self._client, self._name, snapshot.snapshot_id, self._drill.mark, missing) or "",
                appeared,
                what="the clones",
                progress=self._run.progress,
                patience=min(APPEARS_WITHIN, self._deadline.left / 4),
                sends=1,
                advice="Run the same task again in a few minutes: it adopts the clones if they have come by then, or"
                " restores them.",
            )
            if not self._run.params["wait"]:
                return
            if task_uuid:
                wait_for_task(self._client, task_uuid, what, self._deadline.left, self._run.progress)
        except AccessDenied:
            raise
        except (ApiError, TaskFailed):
            # An earlier restore that no list showed may have made the VMs meanwhile, and the cluster refuses a second
            # one of their names.
            if self._clones(self._look(), missing).missing(missing):
                raise
            return

        standstill = Standstill(f"{self._client.endpoint}: {what}", RESTORE_FAILED)
        was_seen = False

        def look() -> Look[None]:
            nonlocal was_seen
            estate = self._look()
            absent = self._clones(estate, missing).missing(missing)
            under_way = self._under_way(estate, missing)
            was_seen = was_seen or under_way
            done = not absent and not under_way
            if not task_uuid:
                idle = (
                    f"{len(absent)} clones are not there, and pending_actions of '{self._name}' lists no restore of"
                    " them"
                )
                standstill.note(idle if absent and not under_way else "", restore_grace(was_seen, self._deadline.left))
            return Look(
                None, done=done, state="" if done else f"{len(missing) - len(absent)} of {len(missing)} are there"
            )

        try:
            wait_for(
                look,
                what=what,
                timeout=min(APPEARS_WITHIN, self._deadline.left) if task_uuid else self._deadline.left,
                progress=self._run.progress,
            )
        except StillRunning:
            absent = self._clones(self._look(), missing).missing(missing)
            if not task_uuid or not absent:
                raise
            raise OperationError(
                f"{self._client.endpoint}: {what} succeeded, but {len(absent)} clones are not there:"
                f" {quoted(absent[:NAMED_AT_MOST])}",
                "Run the same task again: it restores what is missing.",
            ) from None

    def _prepare(self, clone: CloneState) -> CloneState:
        """Away from production first, and on only when that was read back."""
        vm = self._there(clone)
        changed = started = False
        change = card_change(vm.cards or (), self._network_uuid)
        if vm.power_state != "off" and (change.remove or vm.power_state != "on"):
            if change.remove:
                self._run.warn(
                    f"{self._client.endpoint}: clone '{clone.name}' was {vm.power_state} with a network card that a"
                    f" drill must not have; it is switched off. Look whether '{clone.vm}' is well in Active Directory"
                    " and Citrix."
                )
            self._switch(clone, "OFF")
            changed = True
        if change:
            self._set_cards(clone)
            changed = True
        vm = self._there(clone)
        if self._run.params["power_on"] and vm.power_state != "on":
            if card_change(vm.cards or (), self._network_uuid):
                raise OperationError(
                    f"{self._client.endpoint}: the network cards of clone '{clone.name}' changed while it was made"
                    " ready",
                    "It stays off.",
                )
            self._switch(clone, "ON")
            changed = started = True
            vm = self._there(clone)
        return replace(clone, power_state=vm.power_state, cards=vm.cards or (), changed=changed, started=started)

    def _set_cards(self, clone: CloneState) -> None:
        change = card_change(self._there(clone).cards or (), self._network_uuid)
        for mac_address in change.remove:
            self._remove_card(clone, mac_address)
        if change.add:
            what = f"adding a network card to clone '{clone.name}'"

            def fits() -> bool:
                return not card_change(self._there(clone).cards or (), self._network_uuid)

            # Sent again it could be a second card; the next run adds it if it has not come by then.
            task_uuid = send_once(
                lambda: add_card(self._client, clone.uuid, self._network_uuid) or "",
                lambda: "" if fits() else None,
                what=what,
                progress=self._run.progress,
                patience=min(APPEARS_WITHIN, self._deadline.left / 4),
                sends=1,
            )
            self._ended(task_uuid, what, fits)

    def _remove_card(self, clone: CloneState, mac_address: str) -> None:
        def gone() -> bool:
            return all(card.mac_address != mac_address for card in self._there(clone).cards or ())

        self._ended(
            remove_card(self._client, clone.uuid, mac_address),
            f"removing network card {mac_address} of clone '{clone.name}'",
            gone,
        )

    def _watched(self, states: Sequence[CloneState]) -> list[CloneState]:
        """Each clone as it is at the end. Those that were switched on now are looked at until they have stayed on for
        long enough."""
        stays_on = self._run.params["stays_on"] if any(clone.started and not clone.problem for clone in states) else 0
        begun = time.monotonic()
        fallen: dict[str, CloneState] = {}

        def look() -> Look[dict[str, Found]]:
            now = {vm.uuid: vm for vm in list_vms_with_cards(self._client)}
            since = time.monotonic() - begun
            for clone in states:
                if clone.uuid not in fallen and not clone.problem and self._run.params["power_on"]:
                    state = now[clone.uuid].power_state if clone.uuid in now else "gone"
                    if state != "on":
                        fallen[clone.uuid] = replace(clone, problem=f"it was on and is {state} after {duration(since)}")
            left = stays_on - since
            return Look(
                now,
                done=left <= 0 or len(fallen) == len(states),
                state=f"{len(states) - len(fallen)} of {len(states)} are on" if left > 1 else "",
            )

        now = wait_for(
            look,
            what=f"clones of drill {self._drill.id}",
            timeout=stays_on + APPEARS_WITHIN,
            progress=self._run.progress,
        )
        return [self._last_seen(fallen.get(clone.uuid, clone), now.get(clone.uuid)) for clone in states]

    def _last_seen(self, clone: CloneState, vm: Found | None) -> CloneState:
        if vm is None:
            return replace(clone, power_state="", cards=(), problem=clone.problem or "it is gone")
        seen = with_cards(self._client, vm)
        clone = replace(clone, power_state=seen.power_state, cards=seen.cards or ())
        if card_change(clone.cards, self._network_uuid) and not clone.problem:
            clone = replace(clone, problem="its network cards are not as the drill wants them")
        return replace(clone, checked=not clone.problem)

    def _result(
        self,
        scope: Scope,
        snapshot: PdSnapshot,
        missing: Sequence[str],
        age: int | None,
        before: Clones,
        states: Sequence[CloneState],
    ) -> dict[str, Any]:
        """The snapshot is told only by the run that restores something out of it: a VM does not say what it was made
        of."""
        shown = [self._shown(clone) for clone in states]
        old = [self._state(name, found[0]) for name, found in before.by_vm.items()]
        return {
            "changed": bool(missing) or any(clone.changed for clone in states),
            "name": self._name,
            "drill": self._drill.id,
            "clones": shown,
            "failures": _failures(states),
            "restored": list(missing),
            "removed": [],
            "excluded": list(scope.excluded),
            "not_excluded": list(scope.not_excluded),
            "snapshot": {"id": snapshot.snapshot_id, "created": iso_utc(snapshot.created_usecs)} if missing else None,
            "data_age_seconds": age,
            "missing_vms": [{"name": name, "uuid": uuid} for name, uuid in self._lost],
            "diff": {
                "before": {"clones": [_in_diff(self._shown(clone)) for clone in old]},
                "after": {"clones": [_in_diff(clone) for clone in shown]},
            },
        }

    def _shown(self, clone: CloneState) -> dict[str, Any]:
        names = {self._network.uuid: self._network.name} if self._network else {}
        return {
            "name": clone.name,
            "uuid": clone.uuid,
            "vm": clone.vm,
            "power_state": clone.power_state,
            "nics": [
                {"mac_address": card.mac_address, "network": names.get(card.network_uuid, card.network_uuid)}
                for card in clone.cards
            ],
            "checked": clone.checked,
        }


class _Removal(_Job):
    """The end of a drill: none of its clones is left."""

    def perform(self, domain: ProtectionDomain | None, snapshots: Sequence[PdSnapshot]) -> dict[str, Any]:
        names = self._names(domain, snapshots)
        clones = self._clones(self._settled(names), names)
        self._tell_strangers(clones)
        found = self._found(clones)
        done: list[CloneState] = []
        if found and not self._run.check:
            with self._run.phase("remove"):
                done = self._each(self._remove, found)
                if self._run.params["wait"]:
                    # A restore that no list showed may have ended meanwhile.
                    late = [
                        clone
                        for clone in self._found(self._clones(self._settled(names), names))
                        if clone.uuid not in {each.uuid for each in done}
                    ]
                    done += self._each(self._remove, late)
        wrong = [clone for clone in done if clone.problem]
        result = self._result(found if self._run.check else done, found)
        if wrong:
            first = f"'{wrong[0].name}': {wrong[0].problem}"
            raise OperationError(
                f"{self._client.endpoint}: {len(wrong)} of {len(done)} clones of drill {self._drill.id} could not be"
                f" removed: {first}",
                "Run the same task again.",
                **result,
            )
        return result

    def _names(self, domain: ProtectionDomain | None, snapshots: Sequence[PdSnapshot]) -> list[str]:
        """The VMs whose clones are meant: those that the protection domain holds or held in any snapshot, or those that
        were asked for."""
        members = [
            *(domain.members if domain else ()),
            *(member for snapshot in snapshots for member in snapshot.members),
        ]
        held = dict.fromkeys(member.vm_name for member in members)
        wanted = dict.fromkeys(self._run.params["vm_names"] or held)
        return [name for name in wanted if name not in self._run.params["exclude"]]

    def _tell_strangers(self, clones: Clones) -> None:
        # With a selection of VMs the others of the drill are no strangers.
        if clones.strangers and not self._run.params["vm_names"] and not self._run.params["exclude"]:
            self._run.warn(
                f"{self._client.endpoint}: VMs that bear the mark of drill {self._drill.id} are left alone, because"
                f" '{self._name}' holds no VM of the rest of their name: {_some(clones.strangers)}. Give vm_names if"
                " they are clones of VMs that it held once."
            )

    def _found(self, clones: Clones) -> list[CloneState]:
        return [CloneState(name, vm.name, vm.uuid, vm.power_state) for name, vms in clones.by_vm.items() for vm in vms]

    def _remove(self, clone: CloneState) -> CloneState:
        if clone.power_state != "off" and self._run.params["wait"]:
            try:
                self._switch(clone, "OFF")
            except AccessDenied:
                raise
            except OperationError as error:
                # The removal switches it off by force (contract prism_element 3.4); what it says counts.
                self._run.progress(f"{error.message}; removing it all the same")
        if self._read(clone) is not None:
            task_uuid = delete_vm(self._client, clone.uuid)
            if self._run.params["wait"]:
                self._ended(
                    task_uuid, f"removing clone '{clone.name}' ({clone.uuid})", lambda: self._read(clone) is None
                )
        return replace(clone, changed=True)

    def _result(self, removed: Sequence[CloneState], before: Sequence[CloneState]) -> dict[str, Any]:
        gone = [clone for clone in removed if not clone.problem]
        left = [clone for clone in removed if clone.problem]
        return {
            "changed": bool(removed),
            "name": self._name,
            "drill": self._drill.id,
            "clones": [{"name": clone.name, "uuid": clone.uuid, "vm": clone.vm} for clone in left],
            "failures": _failures(left),
            "restored": [],
            "removed": [{"name": clone.name, "uuid": clone.uuid, "vm": clone.vm} for clone in gone],
            "excluded": [],
            "not_excluded": [],
            "snapshot": None,
            "data_age_seconds": None,
            "missing_vms": [],
            "diff": {
                "before": {"clones": sorted(clone.name for clone in before)},
                "after": {"clones": sorted(clone.name for clone in left)},
            },
        }


def _failures(clones: Iterable[CloneState]) -> list[dict[str, str]]:
    return [{"id": clone.uuid, "name": clone.name, "reason": clone.problem} for clone in clones if clone.problem]


def _in_diff(clone: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": clone["name"],
        "power_state": clone["power_state"],
        "networks": [card["network"] for card in clone["nics"]],
    }


def _some(vms: Sequence[Found]) -> str:
    """The first few by name."""
    more = len(vms) - NAMED_AT_MOST
    return quoted(vm.name for vm in vms[:NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")


OPERATION = Operation(arguments=ARGUMENTS, perform=perform)
