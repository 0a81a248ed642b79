# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the machines of a site were seen where they should be, powered and registered."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports import role_options
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.judgement import (
    BEFORE,
    Finding,
    Judgement,
    ended,
    failed,
    joined,
    note,
    number,
    problem,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.machines import registered_in_words
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import (
    FAILOVER_MODES,
    PROVEN_MODES,
    Move,
    Result,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.reading import Part
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.words import HARMLESS, PROOF_LISTS

KIND = "proof"
# list -> what is said of a machine in it, and what to do about it
SAYINGS = {
    "wrong_hosting": (
        "{name} is not hosted as it was written: Citrix says {hosting}",
        "Somebody else may have changed it. Run the same command again.",
    ),
    "power_unknown": (
        "Citrix does not know the power state of {name}",
        "Reset the hosting connection and run the same command again; if it stays so, look whether Citrix reaches the"
        " cluster.",
    ),
    "unregistered": (
        "{name} is not registered{because}",
        "Look at its VM: whether it runs, has an address in the network here, and finds a delivery controller.",
    ),
    "doubtful": (
        "{name} may be registered only because nobody has missed its old VM yet",
        "Run the same command again after ten minutes.",
    ),
    "vm_not_found": (
        "The cluster does not know the VM of {name}",
        "Look whether the VM is still there, and re-host the machine again.",
    ),
    "gone": ("{name} is gone from the site", "If that was not meant, add the machine to its catalog again."),
    "off": ("{name} is switched off, so that it cannot be registered", "Power it on if somebody needs it."),
}


def judge_proof(move: Move, site: str, parts: Result, judgement: Judgement) -> None:
    """What the proof of a site says, or that it did not come to it."""
    part, hosting = Part.of(parts.get("proof"), role_options.PROOF), Part.of(parts.get("hosting"))
    if part.skipped:
        if hosting.facts.get("machines") == []:
            judgement.tell(KIND, site, "proof", "nothing to prove", "")
    elif not part:
        drained = _in_maintenance(move, site, parts, Part.of(parts))
        if drained:
            judgement.tell("maintenance", site, "maintenance", "not released", number(drained, "machine"), *drained)
        explained = parts.get("message") or parts.get("stopped") is True or hosting.skipped
        if move.mode in PROVEN_MODES and not move.check and not explained:
            finding = ended(site, "", "Its machines were not proven")
            judgement.tell(KIND, site, "proof", "not proven", BEFORE, finding)
    elif move.check:
        # Nothing was moved, so nothing could be proven.
        judgement.tell(KIND, site, "proof", "comes after the move", "")
    else:
        _judge(move, site, parts, part, judgement)


def _judge(move: Move, site: str, parts: Result, part: Part, judgement: Judgement) -> None:
    proven = bool(part.facts.get("proven"))
    findings = _findings(site, part, proven) + _in_maintenance(move, site, parts, part)
    if not proven and not any(finding.fails for finding in findings):
        reason = part.reason.or_else("it is not said why")
        findings.append(failed(site, "", "Its machines are not verified", reason))
    counts = [f"{len(part.items(kind))} {kind.replace('_', ' ')}" for kind in PROOF_LISTS if part.items(kind)]
    everybody = registered_in_words([line for line in judgement.machines if line.site == site])
    result = "proven" if proven else "not proven"
    judgement.tell(KIND, site, "proof", result, joined(everybody, *counts), *findings)


def _findings(site: str, part: Part, proven: bool) -> list[Finding]:
    findings = []
    for kind, (saying, advice) in SAYINGS.items():
        for item in part.items(kind):
            text = saying.format(name=item.name, hosting=item.hosting or "nothing", because=item.reason.because)
            findings.append(Finding(site, kind, item.name, text, advice, not proven and kind not in HARMLESS))
    return findings


def _in_maintenance(move: Move, site: str, parts: Result, part: Part) -> list[Finding]:
    """The machines of the move that nobody can log on to at its end. Only of those that a drain found like that is it
    known that they were so before."""
    looks = [*Part.all(parts.get("drain")), *Part.all(parts.get("still_drained"))]
    before = {name for look in looks for name in look.names("in_maintenance_before")}
    # Told as drained and not released
    still = Part.of(parts.get("still_drained")).names("switched")
    all_known = move.mode not in FAILOVER_MODES or move.accept_maintenance
    known_advice = "It was before this move. Release it with citrix_machine_maintenance."
    unknown_advice = (
        "If an earlier run of this move drained it, run the same command again with the dr_id and the dr_directory of"
        " that run, which releases it. If it was in maintenance mode before, run the same command again with"
        " -e dr_failover_accept_maintenance=true. Else release it with citrix_machine_maintenance."
    )
    findings = []
    for item in part.items("in_maintenance"):
        text = f"{item.name} is in maintenance mode"
        if item.name in still:
            continue
        if all_known or item.name in before:
            text = f"{text}, so that no user can log on to it"
            findings.append(note(site, "in_maintenance", item.name, text, known_advice))
        else:
            text = f"{text}, and it is not known that it was before this move"
            findings.append(problem(site, "in_maintenance", item.name, text, unknown_advice))
    return findings
