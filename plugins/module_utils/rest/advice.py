# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to do about a refusal of which the vendor's sentence is all there is."""

from __future__ import annotations

# A service that says that it cannot do this, or that it is asleep until somebody wakes it up, says the same the next
# time.
LASTING = (501, 505, 530)
CONFLICTS = (409, 412)
MAY_HAVE_TAKEN_EFFECT = "It may have taken effect. Run the same task again: it looks first and goes on from there."
LOOK_FOR_IT = (
    "See in its console whether it is there under this name or id, and whether the account may see it. If so, check"
    " that the address in the options is the right one."
)


def advice_for(status: int) -> str:
    """What to look at after this HTTP status."""
    if status == 404:
        return LOOK_FOR_IT
    if status in CONFLICTS:
        return (
            "Something else works on the same object. See in its console what is under way, and run the same task again"
            " when that has ended."
        )
    if status == 429:
        return "It asks for fewer requests: run the same task again in a few minutes."
    if status in LASTING:
        return "See in its console whether it is in service, and whether its release offers this at all."
    if status >= 500:
        return MAY_HAVE_TAKEN_EFFECT
    return (
        "Correct the option that it speaks of. If all are right, see what its console tells of this minute: its tasks,"
        " events or logs."
    )
