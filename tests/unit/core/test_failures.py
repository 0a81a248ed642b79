# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failures in fields."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import SILENT, failure
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import find_named
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.zone import Zone

FIELDS = {"message": "there is no catalog 'Win 11. Standrad'", "advice": "Near names are 'Win 11. Standard'."}
FAILED = {
    "failed": True,
    "msg": "there is no catalog 'Win 11. Standrad'. Near names are 'Win 11. Standard'.",
    "error": FIELDS,
}


@pytest.mark.parametrize(
    "result",
    [
        FAILED,
        {
            "failed": True,
            "msg": "One or more items failed",
            "results": [{"failed": False, "msg": "fine"}, {"skipped": True}, FAILED, {"failed": True}],
        },
        {"message": FAILED["msg"], "error": FIELDS},
    ],
)
def test_message_and_advice_stay_apart(result: dict[str, Any]) -> None:
    assert failure(result) == {"message": FAILED["msg"], "error": FIELDS}


def test_words_before_stand_before_both() -> None:
    told = failure(FAILED, "No image: ")
    assert (told["message"], told["error"]) == (
        f"No image: {FAILED['msg']}",
        {"message": f"No image: {FIELDS['message']}", "advice": FIELDS["advice"]},
    )


def test_a_failure_without_fields_is_told_whole() -> None:
    assert failure({"failed": True, "msg": "First. Second."})["error"] == {"message": "First. Second.", "advice": ""}
    assert failure({"failed": True})["message"] == SILENT


def test_fields_without_a_text_are_told_in_one() -> None:
    assert failure({"error": {"message": "It broke", "advice": "Mend it."}})["message"] == "It broke. Mend it."


def test_a_name_with_a_full_stop_is_no_end_of_a_sentence() -> None:
    with pytest.raises(Refusal) as caught:
        find_named("zone", "Win 11. Standrad", [Zone("1", "Win 11. Standard")])
    assert (caught.value.message, caught.value.advice) == (
        "there is no zone 'Win 11. Standrad'",
        "Near names are 'Win 11. Standard'.",
    )
