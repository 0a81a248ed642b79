# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of a move: in rows, and in sentences for what is wrong or worth knowing."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports import role_options
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.clones import judge_drill
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.failovers import (
    judge_discard,
    judge_failover,
    judge_witnesses,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.judgement import (
    BEFORE,
    Finding,
    Judgement,
    ended,
    failed,
    problem,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.machines import judge_strangers
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import Move
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.power import judge_power
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.reading import Part, Reason
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.sites import judge_site


def judge(move: Move) -> Judgement:
    """Everything that was found, clusters before sites. Part by part, because any of them may be missing."""
    judgement = Judgement()
    if not (move.check or move.obstacles or move.parts):
        finding = ended(move.target, "", "Nothing is known of what was done")
        judgement.tell("move", move.target, "all", "not begun", BEFORE, finding)
    if move.sites and all(Part.of(parts).facts.get("nothing_saved") is True for parts in move.sites.values()):
        text = f"Of {move.move} no hosting was saved on any site"
        advice = "Check dr_id and dr_directory, or give the file in machine_rehost_save_path."
        judgement.findings.append(problem("", "failed part", "", text, advice))
    for name, result in move.discards.items():
        judge_discard(move, name, Part.of(result, role_options.FAILOVER), judgement)
    for name, result in move.failovers.items():
        judge_failover(move, name, Part.of(result, role_options.FAILOVER), judgement)
    judge_witnesses(move, judgement)
    for name, result in move.drills.items():
        judge_drill(move, name, Part.of(result, role_options.DRILL), judgement)
    judge_power(move, judgement)
    for site, parts in move.sites.items():
        judge_site(move, site, parts or {}, judgement)
    _obstacles(move, judgement)
    judge_strangers(move, judgement)
    judgement.findings = [_at_whose_log_in(move, finding) for finding in judgement.findings]
    return judgement


def _at_whose_log_in(move: Move, finding: Finding) -> Finding:
    """A refused log-in is corrected at its own host, whoever asked there."""
    if not finding.refused_by:
        return finding
    where, names = finding.where, "citrix_client_id and citrix_client_secret"
    cluster = move.host_of(finding.refused_by)
    if cluster:
        where, names = cluster, "nutanix_username and nutanix_password"
    if where:
        return replace(finding, where=where, advice=f"Correct {names} of {where}. {finding.advice}")
    return finding


def _obstacles(move: Move, judgement: Judgement) -> None:
    """What stopped the run before anything was moved, as far as no part has told it. One of a site comes in a pair
    behind its name."""
    for obstacle in move.obstacles:
        where, said = "", obstacle
        if isinstance(obstacle, (list, tuple)):
            where, said = obstacle
        if not isinstance(said, dict):
            said = {"message": str(said)}
        reason = Reason.of(said, role_options.FAILOVER)
        if not judgement.has_told(reason):
            where = where or move.host_of(reason.refused_by)
            finding = failed(where, "", "", reason)
            judgement.tell("move", where or move.source, "all", "stopped", reason.brief, finding)
