# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the VMs of the move are on."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports import role_options
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.judgement import (
    BEFORE,
    Finding,
    Judgement,
    ended,
    failed,
    problem,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import FAILOVER_MODES, Move
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.reading import Part

KIND = "VMs"


def judge_power(move: Move, judgement: Judgement) -> None:
    """What the powering on told, or that nobody came to it."""
    where, part = move.target, Part.of(move.power, role_options.POWER)
    if not part:
        if _was_due(move):
            judgement.tell(
                KIND, where, "VMs", "not powered on", BEFORE, ended(where, "", "The VMs were not powered on")
            )
        return
    findings, not_on = _findings(where, part), {vm.key for vm in part.failures}
    vms = not_on.union(vm.key for vm in part.items("vms"))
    if part.skipped or not (vms or findings or part.changed):
        return
    detail = part.reason.brief if findings else ""
    if vms:
        detail = f"{len(vms - not_on)} of {len(vms)}"
    judgement.tell(KIND, where, "VMs", _result(move, part, bool(findings)), detail, *findings)


def _was_due(move: Move) -> bool:
    """VMs have come, and no site went on with them."""
    if move.check or move.mode not in FAILOVER_MODES:
        return False
    if any(Part.of(parts).facts.get("hosting") for parts in move.sites.values()):
        return False
    failovers = map(Part.of, move.failovers.values())
    return any(part.items("vms") and not part.failed and not part.only_planned for part in failovers)


def _findings(where: str, part: Part) -> list[Finding]:
    advice = "Power it on in Prism, then run the same command again."
    not_on = part.failures
    findings = [
        problem(where, "power", vm.name, f"{vm.name} could not be powered on{vm.reason.because}", advice)
        for vm in not_on
    ]
    if part.failed and not (not_on and "vms" in part.facts):
        findings.append(failed(where, "", "The VMs were not powered on", part.reason))
    return findings


def _result(move: Move, part: Part, failing: bool) -> str:
    if failing:
        return "failed"
    if part.changed:
        return move.would("powered on", "would be powered on")
    return "were on"
