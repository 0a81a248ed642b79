# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.figures import counts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.figures import oldest_data as oldest
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.judgement import findings_as_dicts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.judging import judge
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import PHASES, Move
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.timeline import (
    phases_as_dicts,
    phases_of,
    recovery_seconds,
    steps_as_dicts,
    steps_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.words import (
    KINDS,
    LEFT_ALONE,
    PROOF_LISTS,
    TROUBLES,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.dr_page import PHASE_COLOURS, dr_page
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.render import css
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.rows import as_dicts
from harness.growth import growth
from harness.moves import BEGAN, WAYS, at, failed_over, hosted, hosting, powered, proof, site, stuck, took
from harness.pages import AWKWARD, Page, as_kept, look, weak_colours


def report(
    mode: str = "unplanned", check: bool = False, move: str = "m1", operator: str = "a.meier", **given: Any
) -> dict[str, Any]:
    """As dr_report writes it."""
    told = Move(move=move, mode=mode, check=check, **{**WAYS, **given})
    steps, judgement = steps_of(told), judge(told)
    return {
        "move": move,
        "mode": mode,
        "source": told.source,
        "target": told.target,
        "operator": operator,
        "started": at(0),
        "finished": at(410),
        "seconds": 410.0,
        "check_mode": check,
        "complete": not judgement.problems and not check,
        "counts": counts(told, judgement),
        "data_age_seconds": oldest(told),
        "recovery_seconds": recovery_seconds(steps, BEGAN),
        "phases": phases_as_dicts(phases_of(steps)),
        "problems": findings_as_dicts(judgement.problems),
        "notes": findings_as_dicts(judgement.notes),
        "rows": as_dicts(judgement.rows),
        "machines": [asdict(line) for line in judgement.machines],
        "unexpected": judgement.unexpected,
        "timeline": steps_as_dicts(steps),
        "sites": told.sites,
    }


def page_of(mode: str = "unplanned", **given: Any) -> Page:
    return look(dr_page(report(mode, **given)))


WHOLE: dict[str, Any] = {
    "failovers": {"PD-W11": failed_over()},
    "power": powered(),
    "sites": {"daas": site(hosted(0), hosted(1, "right"))},
}


def test_complete_failover() -> None:
    drained = {"changed": True, "switched": ["a"], "timeline": took("drain", 0, 9)}
    page = page_of(
        **{
            **WHOLE,
            "sites": {
                "daas": site(
                    hosted(0),
                    hosted(1, "right"),
                    drain=drained,
                    release={**drained, "timeline": took("release", 190, 195)},
                )
            },
        }
    )
    assert "Complete. Every machine has the hosting it should have." in page.text
    assert "What is wrong" not in page.text
    assert "comes up on cluster-a as well" in page.text.partition("Worth knowing")[2]
    for words in (
        "cluster-a → cluster-b",
        "6 min 40 s",
        "26 min",
        "of work lost",
        "2 of 2 machines registered",
        "0machines without a VM",
        "Run bya.meier",
    ):
        assert words in page.text
    assert {attributes["class"] for attributes in page.all("rect")} == {
        "drain",
        "fail-over",
        "power-on",
        "re-host",
        "release",
        "proof",
    }
    labels = [attributes["aria-label"] or "" for attributes in page.all("svg")]
    assert labels[0] == "Drain: Drain 9 s, 23:33:00 to 23:33:09 UTC"
    assert "PD-W11 on cluster-b: Fail over (activate) 1 min, 23:33:10 to 23:34:10 UTC" in labels
    assert any(label.startswith("daas: Drain 9 s, 23:33:00 to 23:33:09 UTC; Re-host") for label in labels)


def test_problems_come_first_with_what_to_do() -> None:
    result = hosting(hosted(0), missing=[stuck("PC1"), stuck("PC2")], excluded=[stuck("PC3")])
    page = page_of(**{**WHOLE, "sites": {"daas": site(hosting=result), "cvad": {"message": "cvad: no answer"}}})
    assert "Not complete. 3 problems are explained below." in page.text
    order = [
        "What is wrong",
        "2 machines have no VM",
        "Restore its VM",
        "CORP\\PC2 has no VM on cluster-b",
        "no answer",
        "Worth knowing",
        "Timeline",
        "Machines",
    ]
    body = page.text[page.text.rindex("What is wrong") :]
    places = [body.index(words) for words in order]
    assert places == sorted(places)
    assert "2machines without a VM" in page.text


@pytest.mark.parametrize(
    ("mode", "given", "words"),
    [
        (
            "planned",
            {"check": True, "failovers": {"PD-W11": failed_over("migrated", timeline=[])}},
            ("A plan: nothing was changed. This is what the run would do.",),
        ),
        (
            "planned",
            {"check": True, "failovers": {"PD-W11": {"failed": True, "msg": "why"}}},
            ("It could not be completed: 1 problem is explained below.",),
        ),
        (
            "failback",
            {
                "failovers": {"PD-W11": failed_over("migrated", changed=False, timeline=[])},
                "sites": {"daas": site(hosting=hosting(hosted(0, "right"), timeline=[]), proof=proof(timeline=[]))},
            },
            ("Everything was as it should be already", "Nothing had to be done, so nothing took any time."),
        ),
        ("unplanned", {"failovers": {"PD-W11": {}}, "sites": {"daas": {}}}, ("the run ended before", "Not re-hosted")),
        ("planned", {}, ("Nothing is known of what was done",)),
        (
            "drill",
            {
                "drills": {
                    "PD-W11": {"changed": True, "clones": [{"name": "drill_1_PC1"}], "timeline": took("restore", 1, 2)}
                }
            },
            ("Every protection domain was",),
        ),
        (
            "undo",
            {"source": "", "target": "", "sites": {"daas": {"hosting": hosting(hosted(0))}}},
            ("Undoing of re-hosting", "1 put back", "Put back"),
        ),
        (
            "rehost",
            {
                "policy": {"missing": "warn"},
                "sites": {"daas": site(hosting=hosting(hosted(0), missing=[stuck("PC1")]))},
            },
            ("1 machine could not be served, which the policy allows.", "Worth knowing"),
        ),
    ],
)
def test_other_moves(mode: str, given: dict[str, Any], words: tuple[str, ...]) -> None:
    page = page_of(mode, **given)
    assert [text for text in words if text not in page.text] == []


def report_of_many(count: int) -> dict[str, Any]:
    catalogs = [f"W11-{number}" for number in range(6)]
    machines = [hosted(number, catalog=catalogs[number % 6]) for number in range(count)]
    vms = [{"name": f"VM-{number}", "uuid": f"vm-{number}"} for number in range(count)]
    given = {
        "failovers": {"PD-W11": failed_over(vms=count)},
        "power": powered(count),
        "sites": {
            "daas": site(
                hosting=hosting(*machines, missing=[stuck(f"PC{number}") for number in range(300)], unexpected=vms)
            ),
            "cvad": site(hosted(1), hosting=hosting(hosted(1), unexpected=vms[:100])),
        },
    }
    return report(**given)


def test_the_time_of_a_page_grows_with_the_machines_and_no_faster() -> None:
    reports = {count: report_of_many(count) for count in (200, 2000)}
    assert growth(lambda count: dr_page(reports[count]), 200, 2000) < 30


def test_five_thousand_machines_are_folded() -> None:
    page = look(dr_page(report_of_many(5000)))
    folded = [attributes for attributes in page.all("details") if "open" not in attributes]
    # The catalogs of both sites, the lost machines and the unexpected VMs
    assert len(folded) == 6 + 1 + 1 + 1 + 1
    assert "300 machines have no VM" in page.text
    assert "100 VMs are no machine of any site" in page.text
    assert len(page.all("svg")) == 4 + 2 + 2


def awkward(name: str) -> dict[str, Any]:
    lists = {
        kind: [stuck(name, name, catalog=name, candidates=[{"name": name, "uuid": name, "cluster": name}])]
        for kind in (*TROUBLES, *LEFT_ALONE)
    }
    lists["failures"] = lists.pop("failed")
    machines = [
        hosted(1, catalog=name),
        hosted(2, name=name, catalog=f"{name}2", vm_name=name, cluster=name, hypervisor_connection=name),
    ]
    proven = proof(
        False,
        reason=name,
        wrong_hosting=[stuck(name)],
        **{kind: [name] for kind in PROOF_LISTS if kind != "wrong_hosting"},
    )
    parts = {
        "drain": {"changed": True, "counts": {name: 1}},
        "resets": [{"changed": True, "name": name}, {"failed": True, "msg": name}],
        "zones": {"changed": True, "zone": {"name": name}, "staying": [{"name": name, "full_name": name, "why": name}]},
        "hosting": hosting(*machines, **lists, unexpected=[{"name": name, "uuid": name, "cluster": name}]),
        "proof": proven,
        "message": name,
    }
    failovers = {
        name: failed_over(missing_vms=[{"name": name, "uuid": name}], protected_by=[]),
        f"{name}2": {"failed": True, "msg": name},
    }
    power = powered(failures=[{"name": name, "reason": name}], timeline=took(name, 80, 90, True))
    drills = {
        name: {
            "changed": True,
            "clones": [{"name": name}],
            "failures": [{"id": name, "name": name, "reason": name}],
            "timeline": took(name, 1, 2),
        }
    }
    ways = {"source": name, "target": f"{name}3"}
    return report(
        move=name, operator=name, failovers=failovers, power=power, drills=drills, sites={name: parts}, **ways
    )


def test_awkward_names_are_text_everywhere() -> None:
    page = look(dr_page(awkward(AWKWARD)))
    assert page.text.count(AWKWARD) > 100
    assert any(AWKWARD in (attributes["aria-label"] or "") for attributes in page.all("svg"))


@given(st.text(alphabet=st.characters(codec=None), min_size=1, max_size=30))
def test_no_name_breaks_the_page(name: str) -> None:
    assert as_kept(name) in look(dr_page(awkward(name))).text


@pytest.mark.parametrize("scheme", [0, 1])
def test_colours_have_enough_contrast(scheme: int) -> None:
    assert weak_colours(dr_page(report()), scheme, [css(phase) for phase in PHASES]) == []


def test_every_phase_has_a_colour_and_every_kind_of_machine_words() -> None:
    assert set(PHASE_COLOURS) == set(PHASES)
    assert set(KINDS) >= {*TROUBLES, *LEFT_ALONE, *PROOF_LISTS, "unexpected"}
