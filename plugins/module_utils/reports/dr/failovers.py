# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of each protection domain, and what its failover leaves to be known."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.sides import CONNECTED
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.judgement import (
    BEFORE,
    MOST_TOLD,
    Finding,
    Judgement,
    ended,
    failed,
    joined,
    note,
    number,
    of_each,
    problem,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import (
    ACTIVATED,
    DEACTIVATED,
    FAILBACK,
    FAILOVER_MODES,
    IGNORE,
    MIGRATED,
    UNPLANNED,
    WARN,
    Move,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.reading import Item, Part

KIND = "protection domain"


def judge_failover(move: Move, name: str, part: Part, judgement: Judgement) -> None:
    """A protection domain that was to come to the target, or to be given up on the source."""
    state = part.state or (ACTIVATED if move.mode == UNPLANNED else MIGRATED)
    where = move.source if state == DEACTIVATED else move.target
    if part.skipped:
        judgement.tell(KIND, where, name, "left out", "")
    elif part.failed:
        failures = [_failed(move, where, name, state, part), *_left_off(move, name, part)]
        judgement.tell(KIND, where, name, "failed", part.reason.brief, *failures)
    elif not part or (part.only_planned and not move.check):
        if move.obstacles:
            judgement.tell_unsettled(KIND, where, name, "not begun")
        elif not move.check:
            unmoved = ended(where, name, f"{name} was not failed over")
            judgement.tell(KIND, where, name, "not failed over", BEFORE, unmoved)
    else:
        missing = number(part.items("missing_vms"), "VM", " lost")
        detail = joined(data_age(part), number(part.items("vms"), "VM"), missing)
        judgement.tell(
            KIND, where, name, _state_words(state, part, move), detail, *_findings(move, where, name, state, part)
        )
        _way_back(move, where, name, judgement)


def judge_discard(move: Move, name: str, part: Part, judgement: Judgement) -> None:
    """What was given up on the target before its newer data came. That it failed is told by the obstacle that it is."""
    removed = part.items("removed_vms")
    if removed and not part.failed and (move.check or part.facts.get("timeline")):
        deleted = move.would("deleted", "would be deleted")
        findings = _deleted(move, move.target, name, removed)
        judgement.tell("old VMs", move.target, f"old VMs of {name}", deleted, number(removed, "VM"), *findings)
    before = part.items("removed_before")
    if before:
        advice = f"An earlier run of this move gave them up with {name}. Only a snapshot or a backup brings them back."
        earlier = [
            note(move.target, "deleted", vm.name, f"{vm.name} ({vm.facts.get('uuid')}) was deleted before", advice)
            for vm in before
        ]
        judgement.tell("old VMs", move.target, f"old VMs of {name}", "deleted before", number(before, "VM"), *earlier)


def judge_witnesses(move: Move, judgement: Judgement) -> None:
    """Third clusters that gave no answer, each once for all protection domains: they may know what nobody else does."""
    old_sides = [Part.of((result or {}).get("old_side")) for result in move.failovers.values()]
    silent = {item.text("cluster"): item.text("silence") for side in old_sides for item in side.items("witnesses")}
    advice = (
        f"It may know that {move.behind} lives although {move.target} is cut off from it. Before users come, make sure"
        f" that {move.behind} is off, or mend the cause and run the same command again."
    )
    for cluster, silence in silent.items():
        if silence:
            where = move.host_of(cluster) or cluster
            text = f"{where} could not say whether {move.behind} lives: {silence}"
            finding = note(where, "witness", "", text, advice)
            judgement.tell("witness", where, "witness", "gave no answer", silence, finding)


def data_age(part: Part) -> str:
    """How old the data is that a protection domain came up with."""
    if part.data_age_seconds is not None:
        return f"data {duration(part.data_age_seconds)} old"
    if part.lost_nothing:
        return "no data lost"
    if part.state == ACTIVATED and part.changed and part.facts.get("snapshot"):
        return "age of the data not known"
    return ""


def _state_words(state: str, part: Part, move: Move) -> str:
    """What became of it in this run. One that was there before and had its VMs powered on has changed as well."""
    phases = {piece["phase"] for piece in part.facts.get("timeline") or []}
    if part.changed and phases != {"power"}:
        return move.would(state, f"would be {state}")
    if state == DEACTIVATED:
        return "was inactive already"
    return "was there already"


def _failed(move: Move, where: str, name: str, state: str, part: Part) -> Finding:
    cannot = "was not"
    if move.check or move.obstacles:
        cannot = "cannot be"
    elif part.facts.get("under_way"):
        cannot = "was not seen"
    advice = ""
    if move.mode == FAILBACK and part.facts.get("active_on_both") is True:
        advice = (
            f"If the data on {move.source} is the newer, give the VMs on {move.target} up: name the protection"
            " domain in dr_discard, such as"
            f' -e \'{{"dr_discard": ["{name}"]}}\', and run again. That deletes these VMs on {move.target}, once'
            " everything else is ready."
        )
    return failed(where, name, f"{name} {cannot} {state}", part.reason, advice)


def _left_off(move: Move, name: str, part: Part) -> list[Finding]:
    """VMs that a failed migration shut down, where it is not known whether it is over."""
    advice = (
        f"Look in Prism where {name} is active. Switch the VM on there, or run the same command again, which moves it"
        " and switches it on."
    )
    text = f"was switched off on {move.source} for the migration of {name}, which failed"
    return of_each(problem, move.source, "left off", part.items("left_off"), text, advice)


def _findings(move: Move, where: str, name: str, state: str, part: Part) -> list[Finding]:
    deleted = part.items("removed_vms") if state == DEACTIVATED else []
    return [
        *_inactive(move, where, name, state, part),
        *_other_snapshot(where, name, part),
        *_lost(move, where, name, part),
        *_unprotected(move, where, name, part),
        *_old_side(move, name, part),
        *_from_off(move, where, name, part),
        *_networks(move, where, name, part),
        *_deleted(move, where, name, deleted),
    ]


def _way_back(move: Move, where: str, name: str, judgement: Judgement) -> None:
    added = Part.of(move.ways_back.get(name))
    if added.facts.get("schedule") and not added.failed:
        action = move.would("schedule added", "schedule would be added") if added.changed else "was there already"
        judgement.tell("way back", where, f"way back of {name}", action, "")


def _deleted(move: Move, where: str, name: str, removed: Sequence[Item]) -> list[Finding]:
    """Each VM that goes: nothing is deleted without its name."""
    fate = move.would("was deleted", "would be deleted")
    advice = f"It belongs to the side of {name} that is given up. Nothing brings it back but a snapshot or a backup."
    return [
        note(where, "deleted", vm.name, f"{vm.name} ({vm.facts.get('uuid')}) {fate}, given up with {name}", advice)
        for vm in removed
    ]


def _inactive(move: Move, where: str, name: str, state: str, part: Part) -> list[Finding]:
    # After a migration the result speaks of the side that was left.
    if move.check or state == MIGRATED or part.facts.get("active") is not (state == DEACTIVATED):
        return []
    is_active = "is still active" if state == DEACTIVATED else "is not active"
    advice = "Look at it in Prism, then run the same command again."
    return [problem(where, "inactive", name, f"{name} {is_active} on {where}, although it was {state}", advice)]


def _other_snapshot(where: str, name: str, part: Part) -> list[Finding]:
    """A snapshot that was asked for is not used where the failover is over: somebody may believe that its data runs."""
    snapshot = part.facts.get("snapshot_not_used")
    if not snapshot:
        return []
    text = f"{name} was active on {where} before, so that this run did not activate it from snapshot {snapshot}"
    advice = (
        "Nothing needs to be done if an earlier run of this move did. Else its VMs have the data of another snapshot:"
        f" restore those that need it from {snapshot} in Prism, and re-host their machines with machine_rehost."
    )
    return [note(where, "other snapshot", name, text, advice)]


def _lost(move: Move, where: str, name: str, part: Part) -> list[Finding]:
    rule = move.rule("missing")
    if rule == IGNORE:
        return []
    text = f"is listed in {name}, but there is no such VM"
    advice = (
        f"Restore it from a snapshot of {name} or from a backup, or take it out of {name}. To do without it, run again"
        " with -e '{dr_failover_policy: {missing: warn}}'."
    )
    if part.state == ACTIVATED and part.changed:
        text = (
            f"was a VM of {name} but is not in the snapshot that {move.would('was', 'would be')} activated: it"
            f" {move.would('is', 'would be')} lost"
        )
        advice = f"Look for it in an older snapshot of {name}, or restore it from a backup."
    return of_each(note if rule == WARN else problem, where, "lost", part.items("missing_vms"), text, advice)


def _unprotected(move: Move, where: str, name: str, part: Part) -> list[Finding]:
    added = Part.of(move.ways_back.get(name))
    if added.failed:
        text = f"{name} has no schedule that leads back: {added.reason.message}"
        advice = "Mend the cause or correct dr_failover_way_back, and run the same command again."
        return [problem(where, "unprotected", name, text, advice)]
    # What a plan says of schedules is how they are before the move.
    foretold = move.check and part.changed
    if added.facts.get("schedule") or part.facts.get("protected_by") != [] or part.state == DEACTIVATED or foretold:
        return []
    advice = (
        "Until it has a schedule with a remote site there is no copy to fail over to, and clusters refuse to migrate it"
        " back."
    )
    if move.mode in FAILOVER_MODES:
        advice += " To have one added, run the same command again with -e '{dr_failover_way_back: {type: HOURLY}}'."
    return [note(where, "unprotected", name, f"{name} is active on {where} and replicates nowhere", advice)]


def _old_side(move: Move, name: str, part: Part) -> list[Finding]:
    """What the side that was left does when it comes back, or does already."""
    old_side = Part.of(part.facts.get("old_side"))
    about = move.mode == UNPLANNED and part.state == ACTIVATED and (bool(old_side) or part.changed)
    if not about or old_side.facts.get("given_up"):
        return []
    connected = [f"remote site {site.name}" for site in old_side.items("remote_sites") if _is_connected(site)]
    for testimony in old_side.items("witnesses"):
        if _is_connected(testimony):
            connected.append(f"remote site {testimony.facts.get('remote_site')} of {testimony.facts.get('cluster')}")
    source, active = move.source, old_side.facts.get("active")
    if active or (connected and not old_side.facts.get("answers")):
        text = f"{name} is active on {source} as well"
        if not active:
            text = f"{source} lives: {connected[0]} is connected"
        advice = (
            "Its VMs may run twice. Find out which side people work on, and take the other one off the network. The"
            f" playbook dr_failback gives the VMs on {source} up, when you name their protection domains in"
            " dr_discard."
        )
        # Who said that both sides may be active is told, and no more.
        return [Finding(source, "old side", name, text, advice, not old_side.facts.get("accepted"))]
    text = f"{name} comes up on {source} as well when {source} is back, with its old VMs{_heard(old_side)}"
    advice = (
        f"Do not start them, and do not let {source} on to the network before you know that they are off."
        " The playbook dr_failback gives them up, when you name their protection domains in dr_discard."
    )
    return [note(source, "old side", name, text, advice)]


def _heard(old_side: Part) -> str:
    """What third clusters said of the old side."""
    sentences = []
    for item in old_side.items("witnesses"):
        if item.text("status"):
            sentences.append(f"{item.text('cluster')} says {item.text('status')}")
    if sentences:
        return f" ({'; '.join(sentences)})"
    return ""


def _is_connected(testimony: Item) -> bool:
    return testimony.facts.get("status") == CONNECTED


def _from_off(move: Move, where: str, name: str, part: Part) -> list[Finding]:
    """VMs that were off before a planned move and are on after it: users do not know them so."""
    fate = f"was off on {move.behind} and {move.would('was', 'would be')} powered on"
    advice = "To leave such VMs off, set dr_failover_power_on to were_on, or name them in dr_failover_leave_off."
    going_on = [vm for vm in part.items("were_off") if vm.facts.get("goes_on")]
    return of_each(note, where, "was off", going_on, f"of {name} {fate}", advice)


def _networks(move: Move, where: str, name: str, part: Part) -> list[Finding]:
    """What has lost its network cards on the way can never register; before the way it can be foreseen."""
    advice = f"Give it one on {where} in Prism, then run the same command again."
    without = part.items("without_cards")
    if without or not move.check:
        return of_each(problem, where, "no card", without, f"of {name} has no network card", advice)
    advice = f"Map it at the remote site of {move.behind} in Prism."
    findings = []
    for entry in part.items("unmapped_networks"):
        network, vms = str(entry.facts.get("network")), Part.of(entry.facts).names("vms")
        if not entry.facts.get("same_name"):
            arriving = f"these may arrive without a network card: {', '.join(vms[:MOST_TOLD])}"
            text = f"Network {network} is not mapped to {where}, so that {arriving}"
            findings.append(note(where, "no mapping", network, text, advice))
    return findings
