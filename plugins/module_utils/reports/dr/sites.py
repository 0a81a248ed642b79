# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of each Citrix site: its drain, its connections and zones, and why its part ended."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports import role_options
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.judgement import (
    MOST_TOLD,
    RUN_AGAIN,
    Finding,
    Judgement,
    failed,
    note,
    number,
    problem,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.machines import judge_machines
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import Move, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.proof import judge_proof
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.reading import Part, Reason

# What was done, would be done, and that nothing had to be
DRAINED = ("drained", "would be drained", "nothing to drain")
RELEASED = ("released", "would be released", "nothing to release")
RESET = ("reset", "would be reset", "needs no reset")
MOVED = ("moved", "would be moved", "nothing to move")
ABOUT_SESSIONS = (
    "Nobody was logged off. Ask these users to log off and run the same command again; or run it with -e"
    " dr_failover_sessions=wait and a longer dr_failover_drain_timeout to wait for them, or with -e"
    " dr_failover_sessions=ignore to cut them off."
)


def judge_site(move: Move, site: str, parts: Result, judgement: Judgement) -> None:
    """All parts of a site, in the order in which they were done."""
    if parts.get("takes_part") is False:
        detail = f"it names no hosting connection to {move.source}"
        judgement.tell("machines", site, "machines", "no part", detail)
        return
    if parts.get("nothing_saved") is True:
        text, advice = (
            "No hosting was saved, so none is given back",
            "That is right when no machine of the site was changed.",
        )
        unsaved = note(site, "nothing saved", "", text, advice)
        judgement.tell("machines", site, "machines", "nothing saved", "", unsaved)
        return
    _drain(move, site, parts, judgement)
    _maintenance(move, site, parts, judgement)
    judge_machines(move, site, parts, judgement)
    judgement.findings += _at_work(move, site, Part.of(parts.get("hosting")))
    for part in Part.all(parts.get("resets"), role_options.RESET):
        _simple(move, "connection", site, _titled("connection", part), part, RESET, judgement)
    for part in Part.all(parts.get("zones")):
        _simple(move, "zone", site, _titled("catalogs to zone", part), part, MOVED, judgement)
        judgement.findings += _staying(site, part)
    judge_proof(move, site, parts, judgement)
    if parts.get("message"):
        _end(site, Reason.of({name: parts.get(name) for name in ("message", "error", "log_in_refused_by")}), judgement)


def _at_work(move: Move, site: str, hosting: Part) -> list[Finding]:
    """Machines on the connection that was left that show that the cluster behind it lives."""
    names = hosting.names("at_work")
    if not names:
        return []
    text = (
        f"{number(names, 'machine')} on the connection to {move.behind} registered with their VMs on: it seems to live,"
        " unless it was lost within the last ten minutes"
    )
    advice = f"If it lives, desktops run twice: take {move.behind} off the network before users come to both."
    return [note(site, "old side", "", text, advice)]


def _end(site: str, reason: Reason, judgement: Judgement) -> None:
    """Why the site's part ended. A part that failed mostly has said so itself, and what stopped all sites is told
    once."""
    if judgement.has_told(reason):
        judgement.tell_unsettled("site", site, "site", "stopped")
    else:
        judgement.tell("site", site, "site", "failed", reason.brief, failed(site, "", "", reason))


def _simple(
    move: Move, kind: str, site: str, what: str, part: Part, words: tuple[str, str, str], judgement: Judgement
) -> None:
    """A part that did its work or failed as a whole."""
    done, planned, nothing = words
    if part.skipped:
        return
    if part.failed:
        judgement.tell(kind, site, what, "failed", part.reason.brief, failed(site, what, what, part.reason))
    else:
        result = move.would(done, planned) if part.changed else nothing
        judgement.tell(kind, site, what, result, counts_in_words(part))


def counts_in_words(part: Part) -> str:
    """'38 drained, 2 in use' out of the counts of a result."""
    counted = part.facts.get("counts")
    if isinstance(counted, Mapping):
        figures = {str(name).replace("_", " "): count for name, count in counted.items() if not isinstance(count, bool)}
        return ", ".join(f"{count} {name}" for name, count in figures.items() if count)
    if isinstance(part.facts.get("moved"), list):
        return number(part.items("moved"), "catalog")
    return number(part.items("switched" if "switched" in part.facts else "machines"), "machine")


def _titled(kind: str, part: Part) -> str:
    """'connection AHV-B'"""
    zone, connections = part.facts.get("zone"), part.names("connections")
    names = map(part.facts.get, ("name", "hypervisor_connection", "item"))
    name = next((text for text in names if isinstance(text, str)), "")
    if zone:
        name = Part.of({"zone": [zone]}).items("zone")[0].name
    elif connections:
        name = ", ".join(connections)
    return f"{kind} {name}".rstrip()


def _staying(site: str, part: Part) -> list[Finding]:
    advice = "Move the machines that hold it there, then run the same command again."
    findings = []
    for catalog in part.items("staying"):
        text = f"Catalog {catalog.text('full_name') or catalog.name} stays in its zone{catalog.reason.because}"
        findings.append(note(site, "staying", catalog.name, text, advice))
    return findings


def _drain(move: Move, site: str, parts: Result, judgement: Judgement) -> None:
    for part in Part.all(parts.get("drain"), role_options.DRAIN):
        if part.failed and part.items("sessions"):
            reason = part.reason
            occupied = Finding(site, "session", "", reason.message, ABOUT_SESSIONS, True, reason.message)
            judgement.tell("drain", site, "drain", "failed", reason.brief, occupied)
        else:
            _simple(move, "drain", site, "drain", part, DRAINED, judgement)
            judgement.findings += _in_use(site, part)


def _in_use(site: str, part: Part) -> list[Finding]:
    # The report does not know what the run was told to do about sessions.
    advice = (
        "With dr_failover_sessions=wait a planned move waits until nobody is logged on, with fail it stops, and with"
        " ignore these users are cut off."
    )
    findings = []
    for session in part.items("sessions"):
        machine, user, state = session.text("machine") or "?", session.text("user"), session.text("state")
        text = f"{machine} is in use"
        if user:
            text += f" by {user}"
        if state:
            text += f" ({state})"
        findings.append(note(site, "session", machine, text, advice))
    return findings


def _maintenance(move: Move, site: str, parts: Result, judgement: Judgement) -> None:
    """Who was drained must be released in the end."""
    released = [*Part.all(parts.get("release")), *Part.all(parts.get("returned"))]
    for part in released:
        _simple(move, "maintenance", site, "maintenance", part, RELEASED, judgement)
    if move.check:
        return
    look = Part.of(parts.get("still_drained"))
    advice = (
        f"{RUN_AGAIN} To give the move up instead, run the playbook euc.nutanix_citrix.dr_failover_release with -e"
        f" dr_id={move.move}: it releases what was drained."
    )
    still = look.names("switched")
    findings = [
        problem(site, "drained", name, f"{name} was drained for this move and is not released", advice)
        for name in still
    ]
    freed = {name for part in released for name in part.names("switched")}
    drained = [name for name in _drained(parts) or look.names("still_drained") if name not in freed]
    if drained and "machines" not in look.facts:
        # Nobody could look at the end: what drain and release told is all that is known, in this run or an earlier one.
        text = (
            f"{number(drained, 'machine')} {'is' if len(drained) == 1 else 'are'} in maintenance mode, so that no"
            f" user can log on to them: {shortened(drained, MOST_TOLD)}"
        )
        findings = [problem(site, "drained", "", text, advice)]
    if findings:
        judgement.tell(
            "maintenance", site, "maintenance", "not released", number(still or drained, "machine"), *findings
        )


def _drained(parts: Result) -> list[str]:
    """Who was put into maintenance mode for the move, as the drain told."""
    drains = Part.all(parts.get("drain"))
    before = {name for part in drains for name in part.names("in_maintenance_before")}
    machines = [machine for part in drains for machine in part.items("machines")]
    return sorted({machine.name for machine in machines if machine.facts.get("maintenance_mode") is True} - before)
