# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of a move of desktops from one cluster to another: in rows, in sentences for what is wrong or worth
knowing, and in figures.

Everything given may be missing, because a run can be killed anywhere. A part that a task left out on purpose says
`skipped`, as Ansible does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import fields_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.sides import CONNECTED
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.page import duration
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release import Row

Result: TypeAlias = Mapping[str, Any]

PLANNED, UNPLANNED, FAILBACK, DRILL, REHOST, UNDO = "planned", "unplanned", "failback", "drill", "rehost", "undo"
MODES = {
    PLANNED: "Planned move",
    UNPLANNED: "Failover",
    FAILBACK: "Failback",
    DRILL: "Drill",
    REHOST: "Re-hosting",
    UNDO: "Undoing of re-hosting",
}
FAILOVER_MODES = (PLANNED, UNPLANNED, FAILBACK)
PROVEN_MODES = (*FAILOVER_MODES, REHOST)
MIGRATED, ACTIVATED, DEACTIVATED = "migrated", "activated", "deactivated"

RULES = STOP, FAIL, WARN, IGNORE = "stop", "fail", "warn", "ignore"
USUAL_POLICY = {
    "ambiguous": FAIL,
    "missing": FAIL,
    "unknown": FAIL,
    "unexpected": WARN,
    "refused": FAIL,
    "unmanaged": WARN,
    "vanished": WARN,
}
USUAL_POLICY |= {"namesakes": WARN, "left_behind": WARN}

# What became of a machine, in the order of telling: trouble first
TROUBLES = ("failed", "missing", "ambiguous", "refused", "vanished")
LEFT_ALONE = ("excluded", "unmanaged", "namesakes", "left_behind")
DONE = ("changed", "would_change", "right")
MACHINE_WORDS = {
    "failed": "failed",
    "missing": "missing",
    "ambiguous": "ambiguous",
    "refused": "refused",
    "vanished": "vanished",
    "excluded": "excluded",
    "unmanaged": "not power managed",
    "namesakes": "only of the same name",
    "left_behind": "still on the connection that was left",
    "changed": "re-hosted",
    "would_change": "would be re-hosted",
    "right": "right",
}
UNDONE_WORDS = {"changed": "put back", "would_change": "would be put back"}
PROOF_LISTS = (
    "wrong_hosting",
    "power_unknown",
    "vm_not_found",
    "unregistered",
    "doubtful",
    "off",
    "gone",
    "in_maintenance",
)
# What proves nothing against the move
HARMLESS = ("off", "gone", "in_maintenance")
# Machines of these lists are not registered
UNREGISTERED = {
    "gone": "gone",
    "off": "off",
    **dict.fromkeys(("unregistered", "power_unknown", "vm_not_found"), "not registered"),
    "doubtful": "not proven",
}

ENDED = "ended"
FAILED_PART = "failed part"
BEFORE = "the run ended before"
AGAIN = "Mend the cause and run the same command again: it does the rest and nothing else."
RUN_AGAIN = "Run the same command again: it goes on where this run ended."
THEN_AGAIN = "Then run the same command again: it does the rest and nothing else."
# A row has room for so much.
BRIEF = 110
# Options of modules are variables of the roles here. In an advice only, which is ours; what stands in quotes is a name
# that somebody else gave.
OPTION_NAMES = (
    "accept_pending_replications|accept_split_brain|data_age_limit|replication_timeout|accept_running_vms"
    "|remote_site|sessions(?==)|save_path"
)
OPTIONS = re.compile(rf"(?<![\w'])({OPTION_NAMES})(?![\w'])")
ROLE_OF = {"save_path": "machine_rehost"}
# So many of a kind are told on the screen; files tell all.
MOST_TOLD = 20


@dataclass(frozen=True)
class Move:
    """What is known of a move, as the roles collect it. `check` says that it is a plan."""

    move: str
    mode: str
    source: str = ""
    target: str = ""
    failovers: Mapping[str, Result | None] = field(default_factory=dict)
    discards: Mapping[str, Result | None] = field(default_factory=dict)
    ways_back: Mapping[str, Result | None] = field(default_factory=dict)
    power: Result = field(default_factory=dict)
    sites: Mapping[str, Result | None] = field(default_factory=dict)
    drills: Mapping[str, Result | None] = field(default_factory=dict)
    policy: Mapping[str, str] = field(default_factory=dict)
    accept_maintenance: bool = False
    obstacles: Sequence[Any] = ()
    check: bool = False

    @property
    def title(self) -> str:
        way = " -> ".join(cluster for cluster in (self.source, self.target) if cluster)
        return (
            f"{MODES[self.mode]}"
            f" {self.move}{f': {way}' if way else ''}{' (a plan: nothing was changed)' if self.check else ''}"
        )

    def rule(self, kind: str, hosting: Result | None = None) -> str:
        """What follows from machines of this kind: what was said here, else what the re-hosting was told."""
        told = (hosting or {}).get("policy")
        return (
            self.policy.get(kind)
            or (str(told.get(kind) or "") if isinstance(told, Mapping) else "")
            or USUAL_POLICY[kind]
        )

    @property
    def on_target(self) -> str:
        return f"on {self.target}" if self.target else "among the VMs that were given"

    @property
    def behind(self) -> str:
        return self.source or "the cluster behind it"


@dataclass(frozen=True)
class Finding:
    """Something wrong, or worth knowing. `what` is the machine, VM or protection domain, `text` a sentence that says
    what it means, `fails` whether the move is
    incomplete because of it."""

    where: str
    kind: str
    what: str
    text: str
    advice: str
    fails: bool


@dataclass(frozen=True)
class MachineLine:
    """A machine of a site. `action` is a key of MACHINE_WORDS, `proof` says whether it is registered and '' when nobody
    looked."""

    site: str
    catalog: str
    name: str
    vm: str
    hosting: str
    action: str
    text: str
    settled: bool
    proof: str


@dataclass
class Judgement:
    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    machines: list[MachineLine] = field(default_factory=list)
    unexpected: list[Result] = field(default_factory=list)

    @property
    def problems(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.fails]

    @property
    def notes(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.fails]

    def tell(self, where: str, what: str, result: str, detail: str, *findings: Finding) -> None:
        """A row, and what was found in it. Failing findings unsettle the row."""
        self.rows.append(Row(where, what, result, detail, not any(finding.fails for finding in findings)))
        self.findings += findings


def judge(move: Move) -> Judgement:
    judgement = Judgement()
    if (
        not move.check
        and not move.obstacles
        and not (move.sites if move.mode in (REHOST, UNDO) else move.drills if move.mode == DRILL else move.failovers)
    ):
        finding = Finding(move.target, ENDED, "", f"Nothing is known of what was done: {BEFORE}", RUN_AGAIN, True)
        judgement.tell(move.target, "all", "not begun", BEFORE, finding)
    if move.sites and all((parts or {}).get("nothing_saved") is True for parts in move.sites.values()):
        text, advice = (
            f"Of {move.move} no hosting was saved on any site",
            "Check dr_id and dr_directory, or give the file in machine_rehost_save_path.",
        )
        judgement.findings.append(Finding("", FAILED_PART, "", text, advice, True))
    for name, result in move.discards.items():
        _discard(move, name, result or {}, judgement)
    for name, result in move.failovers.items():
        _failover(move, name, result or {}, judgement)
    for name, result in move.drills.items():
        _drill(move, name, result or {}, judgement)
    _power(move, judgement)
    for site, parts in move.sites.items():
        _site(move, site, parts or {}, judgement)
    _obstacles(move, judgement)
    _unexpected(move, judgement)
    _unknown(move, judgement)
    return judgement


# Clusters


def _failover(move: Move, name: str, result: Result, judgement: Judgement) -> None:
    state = str(result.get("state") or (ACTIVATED if move.mode == UNPLANNED else MIGRATED))
    where = move.source if state == DEACTIVATED else move.target
    if _skipped(result):
        judgement.tell(where, name, "left out", "")
        return
    if not result or (only_planned(result) and not move.check and not _failed(result)):
        if move.obstacles:
            # They are what is wrong, and told by themselves.
            judgement.rows.append(Row(where, name, "not begun", "", False))
        elif not move.check:
            finding = Finding(where, ENDED, name, f"{name} was not failed over: {BEFORE}", RUN_AGAIN, True)
            judgement.tell(where, name, "not failed over", BEFORE, finding)
        return
    if _failed(result):
        cannot = (
            "cannot be" if move.check or move.obstacles else "was not seen" if result.get("under_way") else "was not"
        )
        text, advice = _told(result)
        if move.mode == FAILBACK and result.get("active_on_both") is True:
            advice = (
                f"If the data on {move.source} is the newer, give the VMs on {move.target} up: name the protection"
                " domain in dr_discard, such as"
                f' -e \'{{"dr_discard": ["{name}"]}}\', and run again. That deletes these VMs on {move.target}, once'
                " everything else is ready."
            )
        judgement.tell(
            where,
            name,
            "failed",
            _brief(result),
            Finding(where, FAILED_PART, name, f"{name} {cannot} {state}: {text}", advice, True),
        )
        return
    findings = [
        *_inactive(move, where, name, state, result),
        *_lost(move, where, name, result),
        *_unprotected(move, where, name, result),
        *_old_side(move, name, result),
        *_from_off(move, where, name, result),
        *_networks(move, where, name, result),
        *(_deleted(move, where, name, entries(result, "removed_vms")) if state == DEACTIVATED else []),
    ]
    vms = entries(result, "vms")
    told = [data_age(result), _number(vms, "VM"), _number(entries(result, "missing_vms"), "VM", " lost")]
    judgement.tell(
        where,
        name,
        _state_words(state, bool(result.get("changed")), move.check),
        ", ".join(filter(None, told)),
        *findings,
    )
    added = move.ways_back.get(name) or {}
    if added.get("schedule") and not _failed(added):
        what = "would be added" if move.check else "added"
        judgement.tell(
            where, f"way back of {name}", f"schedule {what}" if added.get("changed") else "was there already", ""
        )


def _discard(move: Move, name: str, result: Result, judgement: Judgement) -> None:
    """What was given up on the target before its newer data came. That it failed is told by the obstacle that it is."""
    removed = entries(result, "removed_vms")
    if not _failed(result) and removed and (move.check or result.get("timeline")):
        findings = _deleted(move, move.target, name, removed)
        judgement.tell(
            move.target,
            f"old VMs of {name}",
            "would be deleted" if move.check else "deleted",
            _number(removed, "VM"),
            *findings,
        )


def _deleted(move: Move, where: str, name: str, removed: Sequence[Any]) -> list[Finding]:
    """Each VM that goes: nothing is deleted without its name."""
    fate = "would be deleted" if move.check else "was deleted"
    advice = f"It belongs to the side of {name} that is given up. Nothing brings it back but a snapshot or a backup."
    return [
        Finding(
            where,
            "deleted",
            _name(vm),
            f"{_name(vm)} ({_one(vm).get('uuid')}) {fate}, given up with {name}",
            advice,
            False,
        )
        for vm in removed
    ]


def only_planned(result: Result) -> bool:
    """Whether a failover says what it would do: one that did something tells when."""
    return bool(result.get("changed")) and not result.get("timeline")


def _state_words(state: str, changed: bool, check: bool) -> str:
    if not changed:
        return "was inactive already" if state == DEACTIVATED else "was there already"
    return f"would be {state}" if check else state


def data_age(result: Result) -> str:
    """How old the data is that a protection domain came up with."""
    age = result.get("data_age_seconds")
    if isinstance(age, (int, float)) and not isinstance(age, bool):
        return f"data {duration(age)} old"
    if result.get("state") == MIGRATED and result.get("changed"):
        return "no data lost"
    return "age of the data not known" if result.get("state") == ACTIVATED and result.get("changed") else ""


def _inactive(move: Move, where: str, name: str, state: str, result: Result) -> list[Finding]:
    # After a migration the result speaks of the side that was left.
    if move.check or state == MIGRATED or result.get("active") is not (state == DEACTIVATED):
        return []
    is_active = "is still active" if state == DEACTIVATED else "is not active"
    advice = "Look at it in Prism, then run the same command again."
    return [Finding(where, "inactive", name, f"{name} {is_active} on {where}, although it was {state}", advice, True)]


def _lost(move: Move, where: str, name: str, result: Result) -> list[Finding]:
    rule = move.rule("missing")
    if rule == IGNORE:
        return []
    if result.get("state") == ACTIVATED and result.get("changed"):
        would = "would be" if move.check else "was"
        text = (
            f"was a VM of {name} but is not in the snapshot that {would} activated: it"
            f" {'would be' if move.check else 'is'} lost"
        )
        advice = f"Look for it in an older snapshot of {name}, or restore it from a backup."
    else:
        text = f"is listed in {name}, but there is no such VM"
        advice = f"Restore it from a snapshot of {name} or from a backup, or take it out of {name}."
    return [
        Finding(where, "lost", vm, f"{vm} {text}", advice, rule != WARN)
        for vm in map(_name, entries(result, "missing_vms"))
    ]


def _unprotected(move: Move, where: str, name: str, result: Result) -> list[Finding]:
    added = move.ways_back.get(name) or {}
    if _failed(added):
        text = f"{name} has no schedule that leads back: {_why(added)}"
        return [
            Finding(
                where,
                "unprotected",
                name,
                text,
                "Mend the cause or correct dr_failover_way_back, and run the same command again.",
                True,
            )
        ]
    # What a plan says of schedules is how they are before the move.
    if (
        added.get("schedule")
        or result.get("protected_by") != []
        or _state(result) == DEACTIVATED
        or (move.check and result.get("changed"))
    ):
        return []
    advice = (
        "Until it has a schedule with a remote site there is no copy to fail over to, and clusters refuse to migrate it"
        " back."
    )
    if move.mode in FAILOVER_MODES:
        advice += " To have one added, run the same command again with -e '{dr_failover_way_back: {type: HOURLY}}'."
    return [Finding(where, "unprotected", name, f"{name} is active on {where} and replicates nowhere", advice, False)]


def _old_side(move: Move, name: str, result: Result) -> list[Finding]:
    seen = result.get("old_side") or {}
    if (
        move.mode != UNPLANNED
        or result.get("state") != ACTIVATED
        or seen.get("given_up")
        or not (seen or result.get("changed"))
    ):
        return []
    connected = [str(site.get("name")) for site in entries(seen, "remote_sites") if site.get("status") == CONNECTED]
    if seen.get("active") or (connected and not seen.get("answers")):
        text = (
            f"{name} is active on {move.source} as well"
            if seen.get("active")
            else f"{move.source} lives: remote site {connected[0]} is connected"
        )
        advice = (
            "Its VMs may run twice. Find out which side people work on, and take the other one off the network. The"
            f" playbook dr_failback gives the VMs on {move.source} up, when you name their protection domains in"
            " dr_discard."
        )
        # Who said that both sides may be active is told, and no more.
        return [Finding(move.source, "old side", name, text, advice, not seen.get("accepted"))]
    text = f"{name} comes up on {move.source} as well when {move.source} is back, with its old VMs"
    advice = (
        f"Do not start them, and do not let {move.source} on to the network before you know that they are off."
        " The playbook dr_failback gives them up, when you name their protection domains in dr_discard."
    )
    return [Finding(move.source, "old side", name, text, advice, False)]


def _from_off(move: Move, where: str, name: str, result: Result) -> list[Finding]:
    """VMs that were off before a planned move and are on after it: users do not know them so."""
    would = "would be" if move.check else "was"
    advice = "To leave such VMs off, set dr_failover_power_on to were_on, or name them in dr_failover_leave_off."
    return [
        Finding(
            where,
            "was off",
            _name(vm),
            f"{_name(vm)} of {name} was off on {move.behind} and {would} powered on",
            advice,
            False,
        )
        for vm in entries(result, "were_off")
        if vm.get("goes_on")
    ]


def _networks(move: Move, where: str, name: str, result: Result) -> list[Finding]:
    """What has lost its network cards on the way can never register; before the way it can be foreseen."""
    lost = [
        Finding(
            where,
            "no card",
            _name(vm),
            f"{_name(vm)} of {name} has no network card",
            f"Give it one on {where} in Prism, then run the same command again.",
            True,
        )
        for vm in entries(result, "without_cards")
    ]
    if lost or not move.check:
        return lost
    findings = []
    for entry in entries(result, "unmapped_networks"):
        network, vms = str(_one(entry).get("network")), ", ".join(map(str, entries(entry, "vms")[:MOST_TOLD]))
        text = f"Network {network} is not mapped to {where}, so that these may arrive without a network card: {vms}"
        if not entry.get("same_name"):
            findings.append(
                Finding(
                    where, "no mapping", network, text, f"Map it at the remote site of {move.behind} in Prism.", False
                )
            )
    return findings


def _obstacles(move: Move, judgement: Judgement) -> None:
    """What stopped the run before anything was moved, as far as no part has told it."""
    for obstacle in move.obstacles:
        where, said = obstacle if isinstance(obstacle, (list, tuple)) else ("", obstacle)
        reason = said if isinstance(said, Mapping) else {"message": str(said)}
        text, advice = _told(reason)
        if not any(text in finding.text for finding in judgement.problems):
            judgement.tell(
                where or move.source,
                "all",
                "stopped",
                _brief(reason),
                Finding(where, FAILED_PART, "", text, advice, True),
            )


def _drill(move: Move, name: str, result: Result, judgement: Judgement) -> None:
    where = move.target
    if _skipped(result):
        judgement.tell(where, name, "left out", "")
        return
    # A role may have put its own keys beside a result that never came.
    if "clones" not in result and not _failed(result):
        if not move.check:
            judgement.tell(
                where,
                name,
                "no drill",
                BEFORE,
                Finding(where, ENDED, name, f"{name} was not drilled: {BEFORE}", RUN_AGAIN, True),
            )
        return
    findings = [
        Finding(
            where,
            "drill",
            _name(problem),
            _name(problem) if isinstance(problem, str) else f"{_name(problem)}: {_why(problem)}",
            AGAIN,
            True,
        )
        for problem in [
            *entries(result, "problems"),
            *(clone for clone in entries(result, "clones") if isinstance(clone, Mapping) and clone.get("problem")),
        ]
    ]
    clones, removed = entries(result, "clones"), entries(result, "removed")
    if _failed(result):
        if not findings:
            text, advice = _told(result)
            findings = [Finding(where, FAILED_PART, name, f"The drill of {name} failed: {text}", advice, True)]
        judgement.tell(where, name, "drill failed", _brief(result), *findings)
        return
    would = "would be " if move.check and result.get("changed") else ""
    if (removed and not clones) or result.get("state") == "absent":
        judgement.tell(
            where, name, f"clones {would}removed" if removed else "no clones left", _number(removed, "clone"), *findings
        )
        return
    checked = sum(bool(clone.get("checked")) for clone in clones if isinstance(clone, Mapping))
    told = [
        _number(clones, "clone"),
        data_age(result),
        f"{checked} of {len(clones)} checked" if checked else "",
        f"{len(removed)} {'would be ' if move.check else ''}removed again" if removed else "",
    ]
    words = "clones would be made" if would else "clones made" if result.get("changed") else "clones were there"
    judgement.tell(where, name, words, ", ".join(filter(None, told)), *findings)


def _power(move: Move, judgement: Judgement) -> None:
    where, power = move.target, move.power
    moved = any(
        entries(result or {}, "vms") and not _failed(result or {}) and not only_planned(result or {})
        for result in move.failovers.values()
    )
    if not power:
        went_on = any((parts or {}).get("hosting") for parts in move.sites.values())
        if moved and move.mode in FAILOVER_MODES and not went_on and not move.check:
            judgement.tell(
                where,
                "VMs",
                "not powered on",
                BEFORE,
                Finding(where, ENDED, "", f"The VMs were not powered on: {BEFORE}", RUN_AGAIN, True),
            )
        return
    if _skipped(power):
        return
    not_on = _failures(power)
    advice = "Power it on in Prism, then run the same command again."
    findings = [
        Finding(where, "power", _name(vm), f"{_name(vm)} could not be powered on{_because(vm)}", advice, True)
        for vm in not_on
    ]
    if _failed(power) and not (not_on and "vms" in power):
        text, advice = _told(power)
        findings += [Finding(where, FAILED_PART, "", f"The VMs were not powered on: {text}", advice, True)]
    vms = {_key(vm) for vm in [*entries(power, "vms"), *not_on]}
    if not vms and not findings and not power.get("changed"):
        return
    on = len(vms - {_key(vm) for vm in not_on})
    words = (
        "failed"
        if findings
        else (
            "would be powered on"
            if move.check and power.get("changed")
            else "powered on"
            if power.get("changed")
            else "were on"
        )
    )
    judgement.tell(where, "VMs", words, f"{on} of {len(vms)}" if vms else _brief(power) if findings else "", *findings)


# Citrix sites


def _site(move: Move, site: str, parts: Result, judgement: Judgement) -> None:
    if parts.get("takes_part") is False:
        judgement.tell(site, "machines", "no part", f"it names no hosting connection to {move.source}")
        return
    message = str(parts.get("message") or "")
    if parts.get("nothing_saved") is True:
        text, advice = (
            "No hosting was saved, so none is given back",
            "That is right when no machine of the site was changed.",
        )
        judgement.tell(site, "machines", "nothing saved", "", Finding(site, "nothing saved", "", text, advice, False))
        return
    _maintenance(move, site, parts, message, judgement)
    _hosting(move, site, parts, message, judgement)
    for result in results(parts.get("resets")):
        _simple(
            move, site, _titled("connection", result), result, ("reset", "would be reset", "needs no reset"), judgement
        )
    for result in results(parts.get("zones")):
        _simple(
            move,
            site,
            _titled("catalogs to zone", result),
            result,
            ("moved", "would be moved", "nothing to move"),
            judgement,
        )
        judgement.findings += _staying(site, result)
    _proof(move, site, parts, message, judgement)
    if message:
        _message(move, site, parts, judgement)


def _message(move: Move, site: str, parts: Result, judgement: Judgement) -> None:
    """Why the site's part ended. A part that failed mostly has said so itself, and what stopped all sites is told once,
    with the name of one before it."""
    message = str(parts.get("message") or "")
    for other in move.sites:
        message = message.removeprefix(f"{other}: ")
    reason = {"message": message, "error": parts.get("error")}
    text, advice = _told(reason)
    if any(text in finding.text for finding in judgement.problems):
        judgement.rows.append(Row(site, "site", "stopped", "", False))
    else:
        judgement.tell(site, "site", "failed", _brief(reason), Finding(site, FAILED_PART, "", text, advice, True))


def _staying(site: str, result: Result) -> list[Finding]:
    advice = "Move the machines that hold it there, then run the same command again."
    return [
        Finding(
            site,
            "staying",
            _name(catalog),
            f"Catalog {catalog.get('full_name') or _name(catalog)} stays in its zone{_because(catalog)}",
            advice,
            False,
        )
        for catalog in entries(result, "staying")
        if isinstance(catalog, Mapping)
    ]


def _simple(
    move: Move, site: str, what: str, result: Result, words: tuple[str, str, str], judgement: Judgement
) -> None:
    if _skipped(result):
        return
    if _failed(result):
        text, advice = _told(result)
        judgement.tell(
            site, what, "failed", _brief(result), Finding(site, FAILED_PART, what, f"{what}: {text}", advice, True)
        )
        return
    done, planned, nothing = words
    judgement.tell(
        site, what, (planned if move.check else done) if result.get("changed") else nothing, counts_in_words(result)
    )


def _maintenance(move: Move, site: str, parts: Result, message: str, judgement: Judgement) -> None:
    drained = 0
    for result in results(parts.get("drain")):
        if _failed(result) and entries(result, "sessions"):
            text = _told(result)[0]
            judgement.tell(
                site, "drain", "failed", _brief(result), Finding(site, "session", "", text, _about_sessions(move), True)
            )
        else:
            _simple(move, site, "drain", result, ("drained", "would be drained", "nothing to drain"), judgement)
            judgement.findings += _in_use(site, result)
        drained += sum(
            1
            for machine in entries(result, "machines")
            if isinstance(machine, Mapping) and machine.get("maintenance_mode") is True
        )
    released = results(parts.get("release"))
    for result in released:
        _simple(move, site, "maintenance", result, ("released", "would be released", "nothing to release"), judgement)
    if move.check:
        return
    advice = (
        f"{RUN_AGAIN} To give the move up instead, run the playbook euc.nutanix_citrix.dr_failover_release with -e"
        f" dr_id={move.move}: it releases what was drained."
    )
    look = _one(parts.get("still_drained"))
    still = entries(look, "switched")
    if still:
        findings = [
            Finding(site, "drained", name, f"{name} was drained for this move and is not released", advice, True)
            for name in map(_name, still)
        ]
        judgement.tell(site, "maintenance", "not released", _number(still, "machine"), *findings)
    elif not released and drained and not look.get("machines"):
        # Nobody could look at the end: what the drain told is all that is known.
        text = (
            f"{_number(range(drained), 'machine')} {'is' if drained == 1 else 'are'} in maintenance mode, so that no"
            " user can log on to them"
        )
        judgement.tell(site, "maintenance", "not released", "", Finding(site, "drained", "", text, advice, True))


def _in_use(site: str, result: Result) -> list[Finding]:
    advice = "A planned move waits until nobody is logged on, unless dr_failover_sessions says fail or ignore."
    return [
        Finding(
            site,
            "session",
            str(used.get("machine") or "?"),
            f"{used.get('machine') or '?'} is in use{_by(used)}",
            advice,
            False,
        )
        for used in entries(result, "sessions")
        if isinstance(used, Mapping)
    ]


def _by(used: Mapping[str, Any]) -> str:
    user, state = used.get("user") or "", used.get("state") or ""
    return f"{f' by {user}' if user else ''}{f' ({state})' if state else ''}"


def _about_sessions(move: Move) -> str:
    return (
        "Nobody was logged off. Ask these users to log off and run the same command again; or run it with -e"
        " dr_failover_sessions=wait and a longer dr_failover_drain_timeout to wait for them, or with -e"
        " dr_failover_sessions=ignore to cut them off."
    )


def _hosting(move: Move, site: str, parts: Result, message: str, judgement: Judgement) -> None:
    hosting = _one(parts.get("hosting"))
    if _skipped(hosting):
        return
    if not hosting:
        if move.check or move.mode == DRILL:
            return
        if parts.get("stopped") is True:
            judgement.rows.append(Row(site, "machines", "not begun", "", False))
            return
        if message:
            # The message says why, and is a finding of its own.
            judgement.rows.append(Row(site, "machines", "not re-hosted", "", False))
        else:
            judgement.tell(
                site,
                "machines",
                "not re-hosted",
                BEFORE,
                Finding(site, ENDED, "", f"Its machines were not re-hosted: {BEFORE}", RUN_AGAIN, True),
            )
        return
    proof = _one(parts.get("proof"))
    findings: dict[str, list[Finding]] = {}
    machines: dict[str, list[MachineLine]] = {}
    labels = _catalog_labels(hosting)
    looked_at = _looked_at(proof)
    listed = {_key(item) for kind in (*TROUBLES, *LEFT_ALONE) for item in _list_of(hosting, kind)}
    for kind, item in _told_machines(hosting, listed):
        found = _machine_finding(move, site, hosting, kind, item)
        catalog = labels.get(_catalog_key(item), "")
        if found:
            findings.setdefault(catalog, []).append(found)
        text = found.text if found else ""
        settled = not (found and found.fails)
        machines.setdefault(catalog, []).append(
            MachineLine(
                site,
                catalog,
                _name(item),
                _vm_of(item),
                hosting_of(item),
                kind,
                text,
                settled,
                _registered(item, looked_at) if kind in DONE else "",
            )
        )
    words = {**MACHINE_WORDS, **(UNDONE_WORDS if move.mode == UNDO else {})}
    for catalog, lines in sorted(machines.items(), key=lambda entry: entry[0].casefold()):
        happened = Counter(line.action for line in lines)
        result = ", ".join(
            f"{happened[action]} {words[action]}" for action in (*DONE, *TROUBLES, *LEFT_ALONE) if happened[action]
        )
        detail = "" if move.check else registered_in_words(lines)
        judgement.tell(
            site, f"catalog {catalog}" if catalog else "machines", result, detail, *findings.get(catalog, [])
        )
        judgement.machines += lines
    undone = sum(line.action == "would_change" for lines in machines.values() for line in lines)
    if (undone and not move.check) or (_failed(hosting) and not _explained(hosting)):
        text, advice = _told(hosting) if _why(hosting) else (BEFORE, AGAIN)
        finding = Finding(site, FAILED_PART, "", f"{undone or 'Its'} machines were not re-hosted: {text}", advice, True)
        judgement.tell(site, "machines", "not re-hosted", _brief(hosting) or BEFORE, finding)
    elif not machines:
        judgement.tell(site, "machines", "none to re-host", "")


def _explained(hosting: Result) -> bool:
    """Whether lists say why a re-hosting failed that went to its end. Whether that is wrong is seen with the lists of
    all sites only."""
    return "machines" in hosting and any(_list_of(hosting, kind) for kind in (*TROUBLES, *LEFT_ALONE, "unexpected"))


def _told_machines(hosting: Result, listed: set[str]) -> list[tuple[str, Any]]:
    """(kind, machine), each machine once: what a list says of it goes before what was tried."""
    told = [(kind, item) for kind in (*TROUBLES, *LEFT_ALONE) for item in _list_of(hosting, kind)]
    told += [
        (str(item.get("action")), item)
        for item in entries(hosting, "machines")
        if _key(item) not in listed and item.get("action") in DONE
    ]
    return told


def _machine_finding(move: Move, site: str, hosting: Result, kind: str, item: Any) -> Finding | None:
    """What to say about a machine that was not simply re-hosted, or None."""
    rule = move.rule(kind, hosting) if kind in USUAL_POLICY else FAIL if kind == "failed" else WARN
    if kind in DONE or rule == IGNORE:
        return None
    name, keeps = _name(item), f"it keeps its old hosting {hosting_of(item) or 'as it was'}"
    why = _why(item)
    if kind == "missing":
        text = f"{name} has no VM {move.on_target}: it was lost or never protected; {keeps}"
        advice = "Restore its VM and run the same command again, or exclude or delete the machine."
    elif kind == "ambiguous":
        text = f"{name} is ambiguous: {'; '.join(filter(None, (why, _candidates(item))))}; none was taken, and {keeps}"
        advice = (
            "Rename or remove the VM that is not meant, or say in a mapping which one is; then run the same command"
            " again."
        )
    elif kind == "refused":
        text = f"{name} was refused: {why or 'Citrix made its VM itself and cannot be given another one'}; {keeps}"
        advice = (
            "Exclude it to complete the move without it, or make a machine of this VM in a catalog for existing"
            " machines."
        )
    elif kind == "vanished":
        text = f"{name} was deleted in Citrix while the run went on"
        advice = "If that was meant, run the same command again; else add the machine to its catalog again."
    elif kind == "failed":
        text, advice = f"{name} could not be re-hosted: {why or 'no reason was given'}", AGAIN
    elif kind == "namesakes":
        text = f"{name} only bears the name of a VM that moves: {why}; it was left alone"
        advice = "Nothing needs to be done, unless it is meant. Then say in a mapping which VM it has."
    elif kind == "left_behind":
        text = f"{name} is still hosted by {move.behind}: {why}"
        advice = (
            "If it is lost with that cluster, bring its VM back from a snapshot or a backup and re-host it with the"
            " playbook machine_rehost."
        )
    elif kind == "unmanaged":
        text = f"{name} is not power managed: there is no hosting to change"
        advice = "Nothing needs to be done, unless Citrix is to power it."
    elif _on_target_already(move, hosting, item):
        text, advice = f"{name} is excluded: it was left on {hosting_of(item)}", "Nothing needs to be done."
    else:
        text = f"{name} is excluded: {keeps}, and Citrix cannot power it while {move.behind} is away"
        advice = "Run again without excluding it, if it was moved as well."
    return Finding(site, kind, name, text, advice, rule != WARN)


def _on_target_already(move: Move, hosting: Result, item: Any) -> bool:
    here = {
        machine.get("hypervisor_connection")
        for machine in entries(hosting, "machines")
        if machine.get("cluster") == move.target
    }
    return bool(move.target) and isinstance(item, Mapping) and item.get("hypervisor_connection") in here - {None, ""}


def _candidates(item: Any) -> str:
    found = [
        entry for key in ("candidates", "vms") for entry in entries(item if isinstance(item, Mapping) else {}, key)
    ]
    if not found:
        return "" if _why(item) else "several VMs or machines bear its name"
    named = [_vm_words(vm) for vm in found[:MOST_TOLD]]
    return f"it could be {' or '.join(named)}{f' or {len(found) - MOST_TOLD} more' if len(found) > MOST_TOLD else ''}"


def _vm_words(vm: Any) -> str:
    if not isinstance(vm, Mapping):
        return str(vm)
    uuid, cluster = vm.get("uuid") or "", vm.get("cluster") or ""
    return f"{_name(vm)}{f' ({uuid})' if uuid and uuid != _name(vm) else ''}{f' on {cluster}' if cluster else ''}"


def _proof(move: Move, site: str, parts: Result, message: str, judgement: Judgement) -> None:
    proof = _one(parts.get("proof"))
    if _skipped(proof):
        if _one(parts.get("hosting")).get("machines") == []:
            judgement.tell(site, "proof", "nothing to prove", "")
        return
    if not proof:
        if (
            not move.check
            and not message
            and parts.get("stopped") is not True
            and move.mode in PROVEN_MODES
            and not _skipped(_one(parts.get("hosting")))
        ):
            judgement.tell(
                site,
                "proof",
                "not proven",
                BEFORE,
                Finding(site, ENDED, "", f"Its machines were not proven: {BEFORE}", RUN_AGAIN, True),
            )
        return
    if move.check:
        # Nothing was moved, so nothing could be proven.
        judgement.tell(site, "proof", "comes after the move", "")
        return
    proven = bool(proof.get("proven"))
    sayings = {
        "wrong_hosting": (
            lambda item: f"{_name(item)} is not hosted as it was written: Citrix says {hosting_of(item) or 'nothing'}",
            "Somebody else may have changed it. Run the same command again.",
        ),
        "power_unknown": (
            lambda item: f"Citrix does not know the power state of {_name(item)}",
            (
                "Reset the hosting connection and run the same command again; if it stays so, look whether Citrix"
                " reaches the cluster."
            ),
        ),
        "unregistered": (
            lambda item: f"{_name(item)} is not registered{_because(item)}",
            "Look at its VM: whether it runs, has an address in the network here, and finds a delivery controller.",
        ),
        "doubtful": (
            lambda item: f"{_name(item)} may be registered only because nobody has missed its old VM yet",
            "Run the same command again after ten minutes.",
        ),
        "vm_not_found": (
            lambda item: f"The cluster does not know the VM of {_name(item)}",
            "Look whether the VM is still there, and re-host the machine again.",
        ),
        "gone": (
            lambda item: f"{_name(item)} is gone from the site",
            "If that was not meant, add the machine to its catalog again.",
        ),
        "off": (
            lambda item: f"{_name(item)} is switched off, so that it cannot be registered",
            "Power it on if somebody needs it.",
        ),
    }
    findings = [
        Finding(site, kind, _name(item), say(item), advice, not proven and kind not in HARMLESS)
        for kind, (say, advice) in sayings.items()
        for item in entries(proof, kind)
    ]
    findings += _in_maintenance(move, site, parts, proof)
    if not proven and not any(finding.fails for finding in findings):
        text, advice = _told(proof) if _why(proof) else ("it is not said why", AGAIN)
        findings.append(Finding(site, FAILED_PART, "", f"Its machines are not proven: {text}", advice, True))
    told = [f"{len(entries(proof, kind))} {kind.replace('_', ' ')}" for kind in PROOF_LISTS if entries(proof, kind)]
    everybody = registered_in_words([line for line in judgement.machines if line.site == site])
    judgement.tell(
        site, "proof", "proven" if proven else "not proven", ", ".join(filter(None, [everybody, *told])), *findings
    )


def _in_maintenance(move: Move, site: str, parts: Result, proof: Result) -> list[Finding]:
    """The machines of the move that nobody can log on to at its end. Only of those that a drain found like that is it
    known that they were so before."""
    before = {
        _name(name)
        for result in (*results(parts.get("drain")), *results(parts.get("still_drained")))
        for name in entries(result, "in_maintenance_before")
    }
    still = {_name(name) for name in entries(_one(parts.get("still_drained")), "switched")}
    findings = []
    for name in map(_name, entries(proof, "in_maintenance")):
        if name in still:
            # Told as drained and not released.
            continue
        if move.mode not in FAILOVER_MODES or move.accept_maintenance or name in before:
            text, advice = (
                f"{name} is in maintenance mode, so that no user can log on to it",
                "It was before. Release it with citrix_machine_maintenance.",
            )
            findings.append(Finding(site, "in_maintenance", name, text, advice, False))
            continue
        text = f"{name} is in maintenance mode, and it is not known that it was before this move"
        advice = (
            "Release it with citrix_machine_maintenance if users need it. If it was in maintenance mode before, run the"
            " same command again with -e dr_failover_accept_maintenance=true."
        )
        findings.append(Finding(site, "in_maintenance", name, text, advice, True))
    return findings


def unexpected_vms(sites: Mapping[str, Result | None]) -> list[Result]:
    """VMs that no site claims. Sites may share a protection domain and do not know each other's machines: unexpected is
    only what every one of them lists."""
    lists = [_one((parts or {}).get("hosting")).get("unexpected") for parts in sites.values()]
    known = [found for found in lists if isinstance(found, list)]
    if not lists or len(known) < len(lists):
        return []
    by_vm = [{_vm_key(vm): vm for vm in found} for found in known]
    return [
        {
            "name": _name(vm),
            **{name: str(vm.get(name) or "") if isinstance(vm, Mapping) else "" for name in ("uuid", "cluster")},
        }
        for key, vm in by_vm[0].items()
        if all(key in others for others in by_vm[1:])
    ]


def _unexpected(move: Move, judgement: Judgement) -> None:
    judgement.unexpected = unexpected_vms(move.sites)
    rule = move.rule("unexpected")
    if not judgement.unexpected or rule == IGNORE:
        return
    advice = "If it is a desktop, add it to a catalog; if it is something else, nothing needs to be done."
    findings = [
        Finding(
            vm["cluster"] or move.target,
            "unexpected",
            vm["name"],
            f"{_vm_words(vm)} is no machine of {' or '.join(move.sites)}",
            advice,
            rule != WARN,
        )
        for vm in judgement.unexpected
    ]
    judgement.tell(move.target or "clusters", "VMs", "unexpected", _number(findings, "VM"), *findings)


def unknown_names(sites: Mapping[str, Result | None]) -> list[str]:
    """Names that were asked for and that no site knows: sites may be given one list, so only what every one of them
    misses is unknown."""
    lists = [entries(_one((parts or {}).get("hosting")), "unknown") for parts in sites.values()]
    missed = [{_name(name).casefold() for name in found} for found in lists]
    return (
        [_name(name) for name in lists[0] if all(_name(name).casefold() in others for others in missed)]
        if lists
        else []
    )


def _unknown(move: Move, judgement: Judgement) -> None:
    rule, names = move.rule("unknown"), unknown_names(move.sites)
    if not names or rule == IGNORE:
        return
    sites = " or ".join(move.sites)
    advice = "Correct the name, or take it out of the list."
    findings = [
        Finding(sites, "unknown", name, f"{name} is no machine of {sites}", advice, rule != WARN) for name in names
    ]
    judgement.tell(sites, "names", "unknown", _number(findings, "name"), *findings)


def _vm_key(vm: Any) -> tuple[str, ...]:
    """A plan does not know the uuids that an activation will give."""
    if not isinstance(vm, Mapping):
        return ("", str(vm))
    return (str(vm["uuid"]).casefold(),) if vm.get("uuid") else (str(vm.get("cluster") or ""), _name(vm))


# Figures


def counts(move: Move, judgement: Judgement) -> dict[str, int]:
    happened = Counter(line.action for line in judgement.machines)
    looked_at = [line for line in judgement.machines if line.proof]
    failovers = [result or {} for result in move.failovers.values()]
    arrived = [
        result
        for result in failovers
        if result and not _failed(result) and not _skipped(result) and (move.check or not only_planned(result))
    ]
    return {
        "protection_domains": len(failovers),
        "failed_over": len(arrived),
        "vms": sum(len(entries(result, "vms")) for result in arrived),
        "vms_lost": sum(len(entries(result, "missing_vms")) for result in failovers),
        "clones": sum(len(entries(result or {}, "clones")) for result in move.drills.values()),
        "machines": len(judgement.machines),
        **{action: happened[action] for action in (*DONE, *TROUBLES, *LEFT_ALONE)},
        "unexpected": len(judgement.unexpected),
        "registered": sum(line.proof == "registered" for line in looked_at),
        "registered_of": len(looked_at),
    }


def oldest_data(move: Move) -> float | None:
    """The age of the oldest data that came up, in seconds; None where nothing is known."""
    ages = [(result or {}).get("data_age_seconds") for result in (*move.failovers.values(), *move.drills.values())]
    return max((age for age in ages if isinstance(age, (int, float))), default=None)


def registered_in_words(lines: Sequence[MachineLine]) -> str:
    looked_at = [line.proof for line in lines if line.proof]
    return f"registered {looked_at.count('registered')} of {len(looked_at)}" if looked_at else ""


# Telling


def sentences(findings: Sequence[Finding]) -> list[str]:
    """A sentence for each, but no more than MOST_TOLD of one kind in one place."""
    lines = []
    for alike in grouped(findings):
        lines += [
            f"{finding.where}: {finding.text}" if finding.where else finding.text for finding in alike[:MOST_TOLD]
        ]
        if len(alike) > MOST_TOLD:
            lines.append(f"{alike[0].where}: and {len(alike) - MOST_TOLD} more like this")
    return lines


def on_screen(title: str, findings: Sequence[Finding]) -> list[str]:
    """What is wrong and what to do about it; the advice once for all that are alike."""
    lines = []
    for alike in grouped(findings):
        lines += [f"  {line}" for line in sentences(alike)]
        lines.append(f"    {alike[0].advice}")
    return ["", title, *lines] if lines else []


def grouped(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Those together that are of one kind, in one place, and need the same."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.where, finding.kind, finding.advice), []).append(finding)
    return list(groups.values())


def findings_as_dicts(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [{name: value for name, value in asdict(finding).items() if name != "fails"} for finding in findings]


def counts_in_words(result: Result) -> str:
    """'38 drained, 2 in use' out of the counts of a result."""
    counted = result.get("counts")
    if isinstance(counted, Mapping):
        return ", ".join(
            f"{number} {str(name).replace('_', ' ')}"
            for name, number in counted.items()
            if number and not isinstance(number, bool)
        )
    if isinstance(result.get("moved"), list):
        return _number(result["moved"], "catalog")
    return _number(entries(result, "switched" if "switched" in result else "machines"), "machine")


def hosting_of(item: Any) -> str:
    """'AHV-A / uuid'"""
    if not isinstance(item, Mapping):
        return ""
    return " / ".join(str(item[name]) for name in ("hypervisor_connection", "hosted_machine_id") if item.get(name))


# Reading what was given


def _skipped(result: Result) -> bool:
    return result.get("skipped") is True


def _failed(result: Result) -> bool:
    # A module may also list what failed under this name. A task that must not fail (failed_when) keeps its message.
    return result.get("failed") is True or (
        result.get("failed_when_result") is False and bool(result.get("msg")) and not _skipped(result)
    )


def _failures(result: Result) -> list[Any]:
    return next(
        (entries(result, name) for name in ("failed", "failures", "failed_machines") if entries(result, name)), []
    )


def _list_of(hosting: Result, kind: str) -> list[Any]:
    return _failures(hosting) if kind == "failed" else entries(hosting, kind)


def entries(result: Result, name: str) -> list[Any]:
    found = result.get(name)
    return found if isinstance(found, list) else []


def results(value: Any) -> list[Result]:
    """The results in a result, a list of results, or what a loop registered."""
    if isinstance(value, Mapping):
        return results(value["results"]) if isinstance(value.get("results"), list) else [value] if value else []
    return [result for result in value if isinstance(result, Mapping) and result] if isinstance(value, list) else []


def _one(value: Any) -> Result:
    return value if isinstance(value, Mapping) else {}


def _name(item: Any) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    return str(next((item[name] for name in ("name", "machine", "vm_name", "vm", "uuid", "id") if item.get(name)), "?"))


def _key(item: Any) -> str:
    """What a machine or VM is told from others by."""
    found = item.get("id") or item.get("uuid") if isinstance(item, Mapping) else ""
    return str(found or _name(item)).casefold()


def _why(item: Any) -> str:
    """What went wrong, without the advice where a failure has both apart. A text is told whole."""
    if not isinstance(item, Mapping):
        return ""
    texts = [item.get(name) for name in ("msg", "message", "reason", "why", "error", "problem")]
    return (
        fields_of(item)[0] or next((str(text) for text in texts if text and not isinstance(text, Mapping)), "")
    ).rstrip(".")


def _told(item: Any) -> tuple[str, str]:
    """What went wrong, and what to do about it."""
    given = fields_of(item)[1] if isinstance(item, Mapping) else ""
    advice = OPTIONS.sub(lambda found: f"{ROLE_OF.get(found[1], 'dr_failover')}_{found[1]}", given)
    return _why(item), f"{advice.rstrip('.')}. {THEN_AGAIN}" if advice else AGAIN


def _brief(item: Any) -> str:
    text = _told(item)[0]
    return text if len(text) <= BRIEF else f"{text[: BRIEF - 4].rstrip()} ..."


def _because(item: Any) -> str:
    return f": {_why(item)}" if _why(item) else ""


def _titled(kind: str, result: Result) -> str:
    connections = ", ".join(map(_name, entries(result, "connections")))
    zone = result.get("zone")
    named = connections or next(
        (result[name] for name in ("name", "hypervisor_connection", "item") if isinstance(result.get(name), str)), ""
    )
    return f"{kind} {_name(zone) if zone else named}".rstrip()


def _state(result: Result) -> object:
    return result.get("state")


def _vm_of(item: Any) -> str:
    if not isinstance(item, Mapping):
        return ""
    vm, cluster = item.get("vm_name") or "", item.get("cluster") or ""
    return f"{vm} on {cluster}" if vm and cluster else str(vm)


def _number(items: Sequence[Any] | range, noun: str, after: str = "") -> str:
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}{after}" if items else ""


def _catalog_key(item: Any) -> str:
    return str(item.get("catalog_id") or item.get("catalog") or "") if isinstance(item, Mapping) else ""


def _catalog_labels(hosting: Result) -> dict[str, str]:
    """catalog -> its name, with the id where several catalogs bear that name."""
    items = [
        item
        for name in ("machines", *TROUBLES, *LEFT_ALONE)
        for item in (entries(hosting, "machines") if name == "machines" else _list_of(hosting, name))
    ]
    names = {
        _catalog_key(item): str(item.get("catalog") or item.get("catalog_id") or "")
        for item in items
        if isinstance(item, Mapping)
    }
    often = Counter(names.values())
    return {key: f"{name} ({key})" if often[name] > 1 and key != name else name for key, name in names.items()}


def _looked_at(proof: Result) -> dict[str, frozenset[str]] | None:
    """The machines that are not registered, by name and id; None when nobody looked."""
    if not proof or _skipped(proof) or "proven" not in proof:
        return None
    return {kind: frozenset(key for item in entries(proof, kind) for key in _keys(item)) for kind in UNREGISTERED}


def _registered(item: Any, looked_at: Mapping[str, frozenset[str]] | None) -> str:
    if looked_at is None:
        return ""
    mine = _keys(item)
    return next((words for kind, words in UNREGISTERED.items() if mine & looked_at[kind]), "registered")


def _keys(item: Any) -> frozenset[str]:
    return frozenset((_key(item), _name(item).casefold()))
