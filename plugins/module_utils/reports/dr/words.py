# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may become of a machine, and the words for it."""

from __future__ import annotations

# Trouble first, which is the order of telling
TROUBLES = ("failed", "missing", "ambiguous", "refused", "vanished")
LEFT_ALONE = ("excluded", "unmanaged", "namesakes", "left_behind")
DONE = ("changed", "would_change", "right")
MACHINE_WORDS = {
    **{kind: kind for kind in (*TROUBLES, "excluded")},
    "unmanaged": "not power managed",
    "namesakes": "only of the same name",
    "left_behind": "still on the connection that was left",
    "changed": "re-hosted",
    "would_change": "would be re-hosted",
    "right": "right",
}
UNDONE_WORDS = {"changed": "put back", "would_change": "would be put back"}

REGISTERED = "registered"
# The lists of a proof. Some prove nothing against the move.
HARMLESS = ("off", "gone", "in_maintenance")
PROOF_LISTS = ("wrong_hosting", "power_unknown", "vm_not_found", "unregistered", "doubtful", *HARMLESS)
# Machines of these lists are not registered
UNREGISTERED = {
    "gone": "gone",
    "off": "off",
    **dict.fromkeys(("unregistered", "power_unknown", "vm_not_found"), "not registered"),
    "doubtful": "not proven",
}

# What many findings of one kind have in common
KINDS = {
    "lost": "VMs are lost",
    "power": "VMs could not be powered on",
    "missing": "machines have no VM",
    "ambiguous": "machines are ambiguous",
    "refused": "machines were refused",
    "vanished": "machines were deleted meanwhile",
    "failed": "machines could not be re-hosted",
    "excluded": "machines are excluded",
    "unmanaged": "machines are not power managed",
    "namesakes": "machines only bear the name of a VM that moves",
    "left_behind": "machines are still on the connection that was left",
    "unexpected": "VMs are no machine of any site",
    "wrong_hosting": "machines are not hosted as it was written",
    "power_unknown": "machines whose power state Citrix does not know",
    "vm_not_found": "machines whose VM the cluster does not know",
    "unregistered": "machines are not registered",
    "doubtful": "machines may have died while the site still reports them as registered",
    "off": "machines are switched off",
    "gone": "machines are gone from the site",
    "in_maintenance": "machines are in maintenance mode",
    "session": "machines are in use",
    "unprotected": "protection domains replicate nowhere",
    "old side": "protection domains come up again on the old side",
    "staying": "catalogs stay in their zone",
    "drill": "clones are not as they should be",
}


def machine_words(undoing: bool) -> dict[str, str]:
    """action -> what is said of it."""
    if undoing:
        return {**MACHINE_WORDS, **UNDONE_WORDS}
    return MACHINE_WORDS
