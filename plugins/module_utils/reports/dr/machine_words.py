# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of a machine that was not simply re-hosted, and what to do about it."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.judgement import MOST_TOLD
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import UNDO, Move
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.reading import AGAIN, Item, Part


def about(move: Move, hosting: Part, kind: str, item: Item) -> tuple[str, str]:
    """A sentence and an advice."""
    name, keeps = item.name, f"it keeps its old hosting {item.hosting or 'as it was'}"
    why, target = item.reason.message, f"on {move.target}" if move.target else "among the VMs that were given"
    reason = why or "Citrix made its VM itself and cannot be given another one"
    words = {
        "missing": (
            f"{name} has no VM {target}: it was lost or never protected; {keeps}",
            "Restore its VM and run the same command again, or exclude or delete the machine.",
        ),
        "ambiguous": (
            f"{name} is ambiguous: {_candidates(item)}; none was taken, and {keeps}",
            "Rename or remove the VM that is not meant, exclude the machine that is not, or say which VM it has in the"
            " option mapping of the module citrix_machine_hosting; then run the same command again.",
        ),
        "refused": (
            f"{name} was refused: {reason}; {keeps}",
            "Exclude it to complete the move without it, or make a machine of this VM in a catalog for existing"
            " machines.",
        ),
        "vanished": (
            f"{name} was deleted in Citrix while the run went on",
            "If that was meant, run the same command again; else add the machine to its catalog again.",
        ),
        "failed": (f"{name} could not be re-hosted: {why or 'no reason was given'}", AGAIN),
        "namesakes": (
            f"{name} only bears the name of a VM that moves: {why}; it was left alone",
            "Nothing needs to be done, unless it is meant. Then say which VM it has in the option mapping of the module"
            " citrix_machine_hosting.",
        ),
        "left_behind": (
            f"{name} is still hosted by {move.behind}: {why}",
            "If it is lost with that cluster, bring its VM back from a snapshot or a backup and re-host it with the"
            " playbook machine_rehost.",
        ),
        "unmanaged": (
            f"{name} is not power managed: there is no hosting to change",
            "Nothing needs to be done, unless Citrix is to power it.",
        ),
        "excluded": (
            f"{name} is excluded: {keeps}, and Citrix cannot power it while {move.behind} is away",
            "Run again without excluding it, if it was moved as well.",
        ),
    }
    if kind == "refused" and move.mode == UNDO:
        return (
            f"{name} was refused: {reason}; it keeps its present hosting {item.hosting}",
            "Bring its VM back first, such as with the playbook dr_failback, then run the same command again. Nothing"
            " needs to be done if the machine is right as it is.",
        )
    if kind == "excluded" and _is_on_target(move, hosting, item):
        return f"{name} is excluded: it was left on {item.hosting}", "Nothing needs to be done."
    return words[kind]


def _is_on_target(move: Move, hosting: Part, item: Item) -> bool:
    machines = [machine for machine in hosting.items("machines") if machine.facts.get("cluster") == move.target]
    here = {machine.text("hypervisor_connection") for machine in machines} - {""}
    return bool(move.target) and item.text("hypervisor_connection") in here


def _candidates(item: Item) -> str:
    """Why it is not clear which VM a machine has, and which ones it could be."""
    part, why = Part.of(item.facts), item.reason.message
    candidates = [*part.items("candidates"), *part.items("vms")]
    if not candidates:
        return why or "several VMs or machines bear its name"
    more = f" or {len(candidates) - MOST_TOLD} more" if len(candidates) > MOST_TOLD else ""
    could_be = f"it could be {' or '.join(vm.as_vm for vm in candidates[:MOST_TOLD])}{more}"
    if why:
        return f"{why}; {could_be}"
    return could_be
