# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import shlex
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.baseline import (
    baseline,
    earlier_catalogs,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.notices import (
    cannot_wait,
    heard,
    hold,
    notice,
    refusal,
    with_wave,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.wave_outcome import (
    summary,
    take_back,
    wave_outcome,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.waves import (
    have_image,
    left_behind,
    plan_waves,
    selectors,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.window import window_end, window_over

WAVE = {"name": "canary", "catalogs": [{"name": "a"}], "concurrency": 1, "reboot": {}, "gate": {}}
NAMES = ["canary", "ring", "all"]
ALL = [{"name": name, "after": ""} for name in NAMES]
names = st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=4, unique=True)
states = st.sampled_from(["open", "closed", "failed", "waiting", "window_over", "held", "rolled_back"])


def catalog(name: str = "a", action: str = "published", **more: Any) -> dict[str, Any]:
    moved = action in ("published", "adopted", "planned")
    return {
        "id": name,
        "name": name,
        "full_name": name,
        "action": action,
        "changed": moved,
        "before": {"path": "old"},
        "after": {"path": "new"},
        **more,
    }


def gate(*closed: str, **opened: bool) -> dict[str, Any]:
    return {
        "catalogs": [{"id": name, "open": False, "reason": "sick"} for name in closed]
        + [{"id": name, "open": True, "reason": ""} for name in opened]
    }


@given(names, st.data())
def test_every_catalog_is_in_exactly_one_wave(waves: list[str], data: st.DataObject) -> None:
    catalogs = [
        {"id": str(number), **data.draw(st.sampled_from([{}, *({"wave": name} for name in waves)]))}
        for number in range(6)
    ]
    planned = plan_waves([{**entry, "cluster": "c"} for entry in catalogs], [{"name": name} for name in waves])
    assert [wave["name"] for wave in planned] == waves
    assert sorted(entry["id"] for wave in planned for entry in wave["catalogs"]) == [entry["id"] for entry in catalogs]
    for wave in planned:
        assert {entry["id"] for entry in wave["catalogs"]} == {
            entry["id"] for entry in catalogs if entry.get("wave", waves[-1]) == wave["name"]
        }
        assert all(entry.keys() == {"id"} for entry in wave["catalogs"])


def test_a_wave_says_for_itself_or_takes_what_holds_for_all() -> None:
    first, second = plan_waves(
        [], [{"name": "a", "concurrency": 1, "reboot": {"within_minutes": 0}}, {"name": "b"}], 8, {"within_minutes": 30}
    )
    assert (first["concurrency"], first["reboot"], first["gate"]) == (1, {"within_minutes": 0}, None)
    assert (second["concurrency"], second["reboot"]) == (8, {"within_minutes": 30})


@pytest.mark.parametrize(
    ("reboot", "out_of_date", "wait"),
    [({}, 100, 1800), ({"within_minutes": 0}, 0, 1800), ({"within_minutes": 60, "warning_minutes": 15}, 0, 6300)],
)
def test_a_gate_follows_the_reboot_policy(reboot: dict[str, int], out_of_date: int, wait: int) -> None:
    (wave,) = plan_waves([], [{"name": "a", "gate": {}, "reboot": reboot}])
    assert wave["gate"] == {
        "registered_percent": 90,
        "registered_at_least": 1,
        "out_of_date_percent": out_of_date,
        "new_faults": 0,
        "wait_timeout": wait,
    }


@pytest.mark.parametrize(
    ("catalogs", "waves", "reason"),
    [
        ([], [], "holds no wave"),
        ([], [{"name": ""}], "without a name"),
        ([], [{"name": "a"}, {"name": "a"}], "the wave 'a' twice"),
        (
            [{"name": "W11", "wave": "canari"}],
            [{"name": "canary"}],
            "catalog 'W11' is in wave 'canari'.*Near names are 'canary'",
        ),
        (
            [],
            [{"name": "a", "gate": {"registerd_percent": 5}}],
            "no 'registerd_percent'. Near names are 'registered_percent'",
        ),
        ([], [{"name": "a", "gate": {"registered_percent": 105}}], "from 0 to 100"),
    ],
)
def test_mistakes_are_refused(catalogs: list[dict[str, Any]], waves: list[dict[str, Any]], reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        plan_waves(catalogs, waves)


@given(
    st.lists(st.fixed_dictionaries(dict.fromkeys(NAMES, states)), min_size=1, max_size=3),
    st.integers(0, 2),
    st.sampled_from(["stop", "roll_back"]),
)
def test_a_wave_starts_only_when_all_before_are_open_everywhere(
    sites: list[dict[str, str]], number: int, policy: Any
) -> None:
    told = {str(index): {name: {"state": state} for name, state in waves.items()} for index, waves in enumerate(sites)}
    decision = hold(number, ALL, told, policy)
    all_open = all(waves[name] == "open" for waves in sites for name in NAMES[:number])
    assert (decision["action"] == "") == all_open
    assert hold(number, ALL, told, "go_on")["action"] == ""


def test_a_site_that_dropped_out_holds_the_next_wave_back() -> None:
    decision = hold(1, ALL, {"daas": {"canary": {"state": "open"}}, "cvad": {}}, "stop")
    assert decision == {"action": "held", "reason": "wave 'canary' failed on cvad"}
    assert hold(0, ALL, {"cvad": {}}, "stop") == {"action": "", "reason": ""}


def test_what_the_window_held_back_is_told_as_such() -> None:
    assert (
        hold(2, ALL, {"daas": {"canary": {"state": "open"}, "ring": {"state": "window_over"}}}, "stop")["action"]
        == "window_over"
    )


def test_outcomes_of_a_wave() -> None:
    assert wave_outcome(WAVE, {"catalogs": [catalog()]})["state"] == "open"
    assert wave_outcome(WAVE, {"catalogs": [catalog(action="planned")]})["state"] == "open"
    assert wave_outcome(WAVE, {})["state"] == "open"
    lacking = {
        "failed": True,
        "msg": "1 of 1 failed",
        "catalogs": [catalog(), catalog("b", "not_ready", msg="cluster-b lacks the image")],
    }
    assert (wave_outcome(WAVE, lacking)["state"], wave_outcome(WAVE, lacking)["reason"]) == (
        "waiting",
        "b: cluster-b lacks the image",
    )
    assert wave_outcome(WAVE, {"unreachable": True, "msg": "no route"})["state"] == "failed"
    assert wave_outcome(WAVE, {"failed": True, "msg": "away"}) == {
        "name": "canary",
        "catalogs": [],
        "state": "failed",
        "reason": "away",
        "error": {"message": "away", "advice": ""},
    }
    late = {"failed": True, "msg": "1 of 1 failed", "catalogs": [catalog(action="window_over", msg="too late")]}
    assert wave_outcome(WAVE, late)["state"] == "window_over"
    assert (
        wave_outcome(WAVE, {**late, "catalogs": [*late["catalogs"], catalog("b", "failed", msg="no")]})["state"]
        == "failed"
    )
    assert wave_outcome(WAVE, {"catalogs": [catalog()]}, gate={"failed": True, "msg": "away"})["reason"] == "away"


def test_a_closed_gate_counts_whatever_else_happened() -> None:
    outcome = wave_outcome(
        WAVE, {"catalogs": [catalog("a"), catalog("b"), catalog("c", "failed", msg="no")]}, gate=gate("a", b=True)
    )
    assert (outcome["state"], outcome["reason"]) == ("closed", "a: sick")
    assert [result["action"] for result in outcome["catalogs"]] == ["gate_closed", "published", "failed"]
    assert [result["moved"] for result in outcome["catalogs"]] == ["published", "published", "failed"]


def faulty(*names: str) -> dict[str, Any]:
    """The result of a gate that is closed for these faults of catalog a."""
    return {"catalogs": [{"id": "a", "open": False, "reason": "sick", "new_faults": list(names)}]}


def test_what_was_faulty_before_is_told_by_the_move_by_an_earlier_report_or_by_nobody() -> None:
    earlier = [{"id": "a", "faulty_before": ["X"]}, {"id": "elsewhere", "faulty_before": ["Y"]}]
    seen, unseen = {"catalogs": [catalog(faulty_before=["Z"])]}, {"catalogs": [catalog(action="unchanged")]}
    assert baseline(seen) == ["Z"]
    assert baseline(seen, earlier) == ["X", "Z"]
    assert baseline(unseen) == []
    assert baseline(unseen, earlier, ["K"]) == ["K", "X"]
    assert wave_outcome(WAVE, unseen, earlier=earlier)["catalogs"][0]["faulty_before"] == ["X"]
    assert "faulty_before" not in wave_outcome(WAVE, unseen)["catalogs"][0]


def test_faults_that_close_a_gate_can_be_accepted_by_what_is_printed() -> None:
    outcome = wave_outcome(
        WAVE, {"catalogs": [catalog(action="unchanged")]}, gate=faulty("CORP\\O'Neill"), known=["CORP\\B"]
    )
    assert outcome["reason"] == "a: sick; it is unknown whether these were faulty before the catalog got the image"
    told = summary({"canary": outcome}, [WAVE], known=["CORP\\B"])["advice"]
    assert told == outcome["catalogs"][0]["error"]["advice"]
    option, variables = shlex.split(told.rpartition("with ")[2])
    assert (option, json.loads(variables)) == ("-e", {"catalog_rollout_known_faults": ["CORP\\B", "CORP\\O'Neill"]})
    seen = wave_outcome(WAVE, {"catalogs": [catalog(faulty_before=[])]}, gate=faulty("X"))
    assert (seen["reason"], "X" in seen["catalogs"][0]["error"]["advice"]) == ("a: sick", True)
    crowd = wave_outcome(WAVE, {"catalogs": [catalog(faulty_before=[])]}, gate=faulty(*map(str, range(21))))
    assert (crowd["reason"], summary({"canary": crowd}, [WAVE])["advice"]) == ("a: sick", "")


REPORT = {
    "release": "1",
    "image": "ctx_Gold_1",
    "check_mode": False,
    "rollback": False,
    "sites": {"daas": {"catalogs": [{"id": "a", "faulty_before": ["X"]}, {"id": "b"}]}},
}


@pytest.mark.parametrize(
    ("report", "found"),
    [
        (REPORT, 1),
        ({**REPORT, "release": "2"}, 0),
        ({**REPORT, "image": "ctx_Finance_1"}, 0),
        ({**REPORT, "check_mode": True}, 0),
        ({**REPORT, "rollback": True}, 0),
        ({**REPORT, "sites": {"cvad": REPORT["sites"]["daas"]}}, 0),
        ({**REPORT, "sites": {}, "faulty_before": {"daas": [{"id": "a", "faulty_before": []}]}}, 1),
        (
            {
                **REPORT,
                "faulty_before": {"daas": [{"id": "a", "faulty_before": ["Z"]}, {"id": "b", "faulty_before": []}]},
            },
            2,
        ),
        ({**REPORT, "faulty_before": {"daas": ["a"]}}, 0),
        ({**REPORT, "sites": {"daas": {"catalogs": ["a"]}}}, 0),
        ([], 0),
        (None, 0),
    ],
)
def test_only_a_report_of_the_same_release_is_a_witness(report: Any, found: int) -> None:
    assert len(earlier_catalogs(json.dumps(report), "daas", "1", "ctx_Gold_1")) == found
    assert earlier_catalogs(json.dumps(report)[:-1], "daas", "1", "ctx_Gold_1") == []


def told_waves(*waves: tuple[str, bool, int], message: str = "", after: str = "") -> dict[str, Any]:
    return {
        "message": message,
        "waves": [{"name": name, "gate": gated, "catalogs": count, "after": after} for name, gated, count in waves],
    }


@pytest.mark.parametrize(
    ("notices", "reason"),
    [
        (
            {
                "daas": told_waves(("canary", True, 1), ("all", False, 0)),
                "cvad": told_waves(("canary", True, 0), ("all", False, 3)),
            },
            "",
        ),
        (
            {
                "daas": told_waves(("canary", True, 0), ("all", False, 1)),
                "cvad": told_waves(("canary", True, 0), ("all", False, 3)),
            },
            "'canary' has a gate",
        ),
        ({"daas": told_waves(("canary", False, 0), ("all", True, 1))}, ""),
        ({"daas": told_waves(("all", False, 0)), "cvad": told_waves(("all", False, 0))}, "names a catalog"),
        ({"daas": told_waves(("a", False, 1)), "cvad": told_waves(("b", False, 1))}, "same waves in the same order"),
        (
            {"daas": told_waves(("a", False, 1)), "cvad": told_waves(("a", False, 1), after="canary")},
            "not the same last wave",
        ),
        (
            {"daas": told_waves(("a", False, 1)), "cvad": told_waves(message="no wave b")},
            "nothing is moved on any site: cvad: no wave b",
        ),
    ],
)
def test_what_stops_all_sites_before_anything_moves(notices: dict[str, Any], reason: str) -> None:
    assert reason in refusal(notices)
    assert bool(reason) == bool(refusal(notices))


def test_a_site_tells_its_waves_or_why_it_takes_no_part() -> None:
    planned = plan_waves([{"name": "a"}], [{"name": "canary", "gate": {}}, {"name": "all"}])
    assert notice(planned) == told_waves(("canary", True, 0), ("all", False, 1))
    assert notice([], "why") == told_waves(message="why")


def test_notes_of_sites_become_what_is_known_of_a_wave() -> None:
    notes = heard({"wave 0 on daas": {"state": "open"}, "wave 1 on daas": {"state": "closed"}}, "wave 0 on ")
    assert notes == {"daas": {"state": "open"}}
    assert with_wave({"daas": {}, "cvad": {}}, "canary", notes) == {"daas": {"canary": {"state": "open"}}, "cvad": {}}


@pytest.mark.parametrize(
    ("last", "after"),
    [
        ("", ["", "", ""]),
        (None, ["", "", ""]),
        ("canary", ["", "canary", "canary"]),
        ("1", ["", "canary", "canary"]),
        (2, ["", "", "ring"]),
        ("all", ["", "", ""]),
    ],
)
def test_a_run_may_end_with_a_wave(last: Any, after: list[str]) -> None:
    planned = plan_waves([], [{"name": name} for name in NAMES], last=last)
    assert [wave["after"] for wave in planned] == after
    decisions = [hold(number, planned, {}, "go_on")["action"] for number in range(3)]
    assert decisions == ["later" if name else "" for name in after]


def test_the_name_of_a_wave_is_stronger_than_its_number() -> None:
    assert [wave["after"] for wave in plan_waves([], [{"name": "2"}, {"name": "1"}, {"name": "x"}], last="1")] == [
        "",
        "",
        "1",
    ]


@pytest.mark.parametrize("last", ["canari", "0", "4", "-1", "1.5"])
def test_a_last_wave_that_is_not_there_is_refused(last: str) -> None:
    with pytest.raises(Refusal, match=f"catalog_rollout_last_wave is '{last}'.*'canary', 'ring', 'all'"):
        plan_waves([], [{"name": name} for name in NAMES], last=last)


def test_a_last_wave_that_leaves_nothing_for_later_is_refused() -> None:
    """Or an approval would come after everything is done."""
    with pytest.raises(Refusal, match="no wave but 'all', so that nothing would be left"):
        plan_waves([], [{"name": "all"}], last="1")


def test_what_is_left_for_later_is_neither_trouble_nor_complete() -> None:
    planned = plan_waves([{"name": "a"}], [{"name": "canary"}, {"name": "all"}], last="canary")
    later = hold(1, planned, {}, "stop")
    looked = {"catalogs": [catalog(action="planned", impact={}), catalog("b", "unchanged")]}
    outcome = wave_outcome(planned[1], looked, held=later)
    assert (outcome["state"], outcome["reason"]) == ("later", "this run was to end with wave 'canary'")
    assert [(each["action"], "impact" in each) for each in outcome["catalogs"]] == [
        ("later", False),
        ("unchanged", False),
    ]
    told = summary({"canary": {"state": "open", "reason": "", "catalogs": []}, "all": outcome}, planned)
    assert (told["message"], told["trouble"], told["complete"]) == ("", "", False)


def test_a_later_wave_without_catalogs_is_done_and_one_that_nobody_could_look_at_failed() -> None:
    later = {"action": "later", "reason": "so it was wished"}
    assert wave_outcome(WAVE, {}, held=later)["state"] == "open"
    assert wave_outcome(WAVE, {"failed": True, "msg": "no answer"}, held=later)["state"] == "failed"


def test_a_held_wave_was_not_moved() -> None:
    held = {"action": "held", "reason": "wave 'canary' failed on cvad"}
    outcome = wave_outcome(WAVE, {"catalogs": [catalog(action="planned"), catalog("b", "unchanged")]}, held=held)
    assert [(result["action"], result["changed"]) for result in outcome["catalogs"]] == [
        ("held", False),
        ("unchanged", False),
    ]
    assert outcome["catalogs"][0]["after"] == outcome["catalogs"][0]["before"]
    assert outcome["state"] == "held"


def test_only_what_this_run_moved_goes_back() -> None:
    outcome = wave_outcome(
        WAVE, {"catalogs": [catalog("a"), catalog("b", "unchanged"), catalog("c", "failed")]}, gate=gate("b", a=True)
    )
    sites = {"daas": {"canary": outcome}, "cvad": {}}
    assert take_back("canary", sites, "daas") == {
        "catalogs": [{"id": "a", "image": "old", "from_image": "new"}],
        "reason": "wave 'canary' has a closed gate on daas",
    }
    assert take_back("canary", sites, "cvad")["catalogs"] == []
    assert take_back("ring", sites, "daas") == {"catalogs": [], "reason": ""}


def test_outcome_of_going_back() -> None:
    moved = {"catalogs": [catalog("a"), catalog("b"), catalog("c", "unchanged"), catalog("d")]}
    back = {
        "failed": True,
        "msg": "1 failed",
        "catalogs": [catalog("a", "published", after={"path": "old"}), catalog("b", "failed", msg="busy")],
    }
    outcome = wave_outcome(WAVE, moved, gate=gate("a", "c", b=True), back=back, because="wave went back")
    results = {result["id"]: (result["action"], result["msg"]) for result in outcome["catalogs"]}
    assert results["a"] == ("rolled_back", "sick")
    assert results["b"] == ("failed", "wave went back; and it was not rolled back: busy")
    assert results["c"] == (
        "gate_closed",
        "sick; it had the image before this run, which therefore does not take it back",
    )
    assert results["d"] == ("failed", "wave went back; and it was not rolled back: 1 failed")
    assert outcome["catalogs"][0]["after"] == {"path": "old"}
    assert outcome["state"] == "rolled_back"


def test_one_wave_without_gate_is_told_as_before_there_were_waves() -> None:
    (wave,) = plan_waves([{"name": "a"}], [{"name": "all"}])
    told = summary({"all": wave_outcome(wave, {"catalogs": [catalog()]})}, [wave])
    assert told == {
        "message": "",
        "error": {"message": "", "advice": ""},
        "catalogs": [catalog()],
        "waiting": [],
        "waves": [{"name": "all", "state": "open", "reason": ""}],
        "complete": True,
        "trouble": "",
        "advice": "",
    }


def test_a_site_without_outcomes_is_not_complete() -> None:
    told = summary({}, [], "no such wave")
    assert (told["complete"], told["message"], told["trouble"]) == (False, "no such wave", "no such wave")
    assert summary({}, [WAVE])["complete"] is False


@pytest.mark.parametrize(
    "text", ["2026-11-21T06:00:00+01:00", "2026-11-21 06:00+01:00", "2026-11-21T05:00:00Z", " 2026-11-21T05:00z "]
)
def test_window_end_in_its_usual_forms(text: str) -> None:
    assert window_end(text) == datetime(2026, 11, 21, 5, tzinfo=timezone.utc)


@pytest.mark.parametrize("text", ["2026-11-21T06:00:00", "06:00", "tomorrow", "Z", "2026-11-21"])
def test_window_end_without_offset_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="no moment with an offset"):
        window_end(text)


@given(st.text(max_size=30))
def test_window_end_never_breaks(text: str) -> None:
    try:
        end = window_end(text)
    except Refusal:
        return
    assert end is None or end.tzinfo is not None


def test_window_is_over_from_its_end_on() -> None:
    end = datetime(2026, 11, 21, 6, tzinfo=timezone(timedelta(hours=1)))
    assert window_over(None, end) == window_over(end, end - timedelta(seconds=1)) == ""
    assert window_over(end, end) == "not started: the window was over at 2026-11-21T06:00:00+01:00"


RESTART: dict[str, Any] = {"id": "1", "action": "restarted", "changed": True, "impact": {"machines": 3}, "msg": None}


@pytest.mark.parametrize(
    ("restart", "action", "state"),
    [
        ({}, "restarted", "open"),
        ({"action": "planned"}, "restart_planned", "open"),
        ({"action": "unchanged", "changed": False, "impact": None}, "unchanged", "open"),
        ({"action": "adopted", "changed": False, "impact": None}, "unchanged", "open"),
        ({"action": "failed", "changed": False, "msg": "why"}, "failed", "failed"),
        ({"action": "window_over", "changed": False, "msg": "too late"}, "window_over", "window_over"),
    ],
)
def test_machines_that_an_image_left_behind_are_part_of_the_outcome(
    restart: dict[str, Any], action: str, state: str
) -> None:
    (wave,) = plan_waves([{"name": "A"}], [{"name": "all", "reboot": {"within_minutes": 0}}])
    moved = {
        "catalogs": [
            {
                "id": "1",
                "full_name": "A",
                "action": "unchanged",
                "changed": False,
                "before": None,
                "msg": None,
                "impact": None,
            }
        ]
    }
    found = wave_outcome(wave, moved, restarted={"catalogs": [{**RESTART, **restart}]})
    (catalog,) = found["catalogs"]
    assert (catalog["action"], catalog["moved"], found["state"]) == (action, "unchanged", state)
    assert catalog["changed"] == (action in ("restarted", "restart_planned"))
    assert (catalog["impact"] is None) != catalog["changed"]


def test_machines_that_somebody_works_on_are_named() -> None:
    (wave,) = plan_waves([{"name": "A"}], [{"name": "all", "reboot": {"within_minutes": 0}}])
    moved = {
        "catalogs": [
            {
                "id": "1",
                "full_name": "A",
                "action": "unchanged",
                "changed": False,
                "before": None,
                "msg": None,
                "warning": "slow",
            }
        ]
    }
    restart = {
        **RESTART,
        "action": "unchanged",
        "changed": False,
        "left": ["CORP\\W11-1"],
        "msg": "1 machines with sessions",
    }
    (catalog,) = wave_outcome(wave, moved, restarted={"catalogs": [restart]})["catalogs"]
    assert (catalog["action"], catalog["warning"]) == ("unchanged", "slow; 1 machines with sessions")


def test_a_restart_that_could_not_be_asked_for_fails_the_wave() -> None:
    (wave,) = plan_waves([{"name": "A"}], [{"name": "all"}])
    assert wave_outcome(wave, {"catalogs": []}, restarted={"failed": True, "msg": "no answer"})["state"] == "failed"


def test_why_a_site_failed_is_told_in_its_two_parts() -> None:
    fields = {"message": "the catalog 'Win 11. Pool' is busy", "advice": "Wait for its end."}
    refused = {
        "failed": True,
        "msg": "One or more items failed",
        "results": [{"failed": True, "msg": "busy. Wait.", "error": fields}],
    }
    (wave,) = plan_waves([{"name": "a"}], [{"name": "all"}])
    assert summary({"all": wave_outcome(wave, refused)}, [wave])["error"] == fields
    assert summary({}, [wave], message="nobody hears", error=fields)["error"] == fields
    assert summary({}, [wave], message="First. Second.")["error"] == {"message": "First. Second.", "advice": ""}


def test_what_happens_to_a_catalog_later_is_told_instead_of_what_was_told_before() -> None:
    before = catalog(msg="old. Older.", error={"message": "old", "advice": "Older."})
    kept = wave_outcome(
        WAVE, {"catalogs": [{**before, "action": "planned"}]}, held={"action": "held", "reason": "the canary is ill"}
    )
    assert kept["catalogs"][0]["error"] == {"message": "the canary is ill", "advice": ""}
    lost = {"failed": True, "msg": "no route. Look.", "error": {"message": "no route", "advice": "Look."}}
    back = wave_outcome(WAVE, {"catalogs": [before]}, back=lost, because="another gate is closed")
    assert back["catalogs"][0]["error"] == {
        "message": "another gate is closed; and it was not rolled back: no route",
        "advice": "Look.",
    }


def test_a_selector_says_which_catalog_and_nothing_else() -> None:
    given = [{"name": "W11", "folder": "", "cluster": "a", "start_when": []}, {"id": "1", "note": "n"}]
    assert selectors(given) == [{"name": "W11", "folder": ""}, {"id": "1"}]
    own = [
        {"id": "1", "image": "a"},
        {"id": "2", "image_version": {"definition": "W11", "number": 3}, "wave": "canary"},
    ]
    assert selectors(own) == [{"id": "1"}, {"id": "2"}]
    assert selectors(own, "image", "image_version") == [
        own[0],
        {"id": "2", "image_version": {"definition": "W11", "number": 3}},
    ]


def test_which_catalogs_of_a_wave_have_the_image_and_which_had_it_before() -> None:
    actions = ["published", "adopted", "unchanged", "failed", "held"]
    moved = {"catalogs": [{"id": action, "name": action, "action": action} for action in actions]}
    assert [each["id"] for each in have_image(moved)] == ["published", "adopted", "unchanged"]
    there = {"id": "a", "action": "unchanged", "after": {"name": "new", "path": "path of new"}}
    assert have_image({"catalogs": [there]}) == [{"id": "a", "image": "path of new"}]
    assert left_behind(moved, {"reboot": {"within_minutes": 0}}) == [{"id": "adopted"}, {"id": "unchanged"}]
    # Nobody restarts anything there.
    assert left_behind(moved, {"reboot": {}}) == left_behind(moved, {"reboot": {"within_minutes": -1}}) == []
    assert have_image({"failed": True, "msg": "no answer"}) == []


def test_why_sites_cannot_wait_for_one_another() -> None:
    assert cannot_wait(["daas", "cvad"], 2, ["daas", "cvad", "cluster-a"]) == ""
    assert cannot_wait([], 0, []) == ""
    assert cannot_wait(["daas", "cvad"], 1, ["daas", "cvad"]).endswith("Type the same command with --forks 2")
    assert cannot_wait(["daas", "cvad"], 9, ["daas"]).startswith("sites of different batches cannot wait")
