# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""citrix_machine_hosting: sites that take little at a time, refuse, or answer strangely"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_machine_hosting import OPERATION
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError
from harness.modules import Site, run_module, writes
from harness.rehosting import DESKS, HOSTING, PC, TOPOLOGY, Rehosting, validated


@pytest.mark.parametrize("limit", [1, 5, 11])
def test_a_site_that_takes_fewer_items_gets_fewer(desks: Rehosting, limit: int) -> None:
    desks.behave(batch_item_limit=limit)
    assert desks.daas(HOSTING, catalogs=PC, vms=desks.vms)["counts"]["changed"] == 12
    assert desks.moved()


def test_a_site_without_batches_is_written_one_by_one(desks: Rehosting) -> None:
    for status in (404, 405, 501):
        desks.reset(TOPOLOGY)
        desks.fault("POST", r"\$batch", {"status": status, "body": {"detail": "no such thing"}})
        assert desks.daas(HOSTING, catalogs=PC, vms=desks.vms)["written_by"] == "single"
        assert (desks.moved(), len(desks.asked("POST", "$batch"))) == (True, 1)
        assert "no such thing" in desks.daas.fails(
            HOSTING, catalogs=PC, vms=desks.vms_of("cluster-a", "conn-a"), write_by="batch"
        )


SWITCHES: list[dict[str, Any]] = [
    {"batch_inherits_authorization": True},
    {"error_shape": "b", "not_found": 500},
    {"error_shape": "c"},
    {"limit_above_1000": "clamp", "unasked_fields": "null"},
    {"hosted_machine_id_checked": True, "machine_id_in_use": "refuse"},
    {"location_host": "elsewhere.example", "unset_times": "null"},
    {"new_job_hidden_seconds": 120},
]


@pytest.mark.parametrize("switches", SWITCHES, ids=str)
@pytest.mark.parametrize("write_by", ["batch", "single"])
def test_every_kind_of_site(desks: Rehosting, switches: dict[str, Any], write_by: str) -> None:
    desks.behave(**switches)
    assert desks.daas(HOSTING, catalogs=PC, vms=desks.vms, write_by=write_by, batch_size=5)["complete"] is True
    assert desks.moved()
    assert desks.daas(HOSTING, catalogs=PC, vms=desks.vms, write_by=write_by)["changed"] is False


def test_path_style_root(desks: Rehosting) -> None:
    site = Site("daas", {**desks.daas.options, "api_root": "/citrix/orchestration/api"})
    state = desks.lab.estate.endpoint("daas").state()
    site.options["api_root"] += f"/{state['customer_id']}/{state['site_id']}"
    assert site(HOSTING, catalogs=PC, vms=desks.vms)["written_by"] == "batch"
    assert desks.moved()


def test_progress_and_time_limit(desks: Rehosting) -> None:
    arguments = {**desks.daas.options, "catalogs": PC, "vms": desks.vms, "batch_size": 6}
    lines: list[str] = []
    with pytest.raises(OperationError, match="it was not written before the time was over"):
        OPERATION.carry_out(validated({**arguments, "write_timeout": 0}), Reporter(progress=lines.append))
    assert (lines, writes(desks.lab)) == ([], [])
    OPERATION.carry_out(validated(arguments), Reporter(progress=lines.append))
    assert lines[-1] == "re-hosting: 12 of 12"


@pytest.mark.parametrize("shape", ["a", "b", "c"])
@pytest.mark.parametrize("write_by", ["batch", "single"])
def test_a_refusal_is_told_in_the_sites_words_and_not_repeated(desks: Rehosting, shape: str, write_by: str) -> None:
    desks.behave(hosted_machine_id_checked=True, error_shape=shape)
    wrong = [{**vm, "uuid": "00000000-0000-4000-8000-000000000000"} if vm["name"] == "PC3" else vm for vm in desks.vms]
    result = run_module(HOSTING, {**desks.daas.options, "catalogs": PC, "vms": wrong, "write_by": write_by})
    assert "1 machines could not be changed: CORP\\PC3" in result["msg"]
    assert "400: There is no VM 00000000-0000-4000-8000-000000000000 on conn-b." in result["msg"]
    (failed,) = result["failures"]
    assert (failed["hypervisor_connection"], failed["wanted"]) == (
        "conn-a",
        "00000000-0000-4000-8000-000000000000 on conn-b",
    )
    assert (result["counts"]["changed"], result["complete"]) == (11, False)
    assert "CORP\\PC3" not in result["diff"]["after"]["machines"]
    patches = (
        len(desks.asked("PATCH", "/Machines/"))
        if write_by == "single"
        else sum(len(entry["body"]["Items"]) for entry in desks.asked("POST", "$batch"))
    )
    assert patches == 12


@pytest.mark.parametrize("write_by", ["batch", "single"])
def test_machines_in_each_others_way_come_right_one_after_the_other(desks: Rehosting, write_by: str) -> None:
    desks.behave(machine_id_in_use="refuse")
    own = [desks.uuid(name, "cluster-a") for name in DESKS]
    shifted = [
        {"machine": name, "hosted_machine_id": uuid, "hypervisor_connection": "conn-a"}
        for name, uuid in zip(DESKS, [*own[1:], "free-one"], strict=True)
    ]
    result = desks.daas(HOSTING, mapping=shifted[9:], write_by=write_by)
    assert result["counts"]["changed"] == 3
    swapped = [{**shifted[0], "hosted_machine_id": own[1]}, {**shifted[1], "hosted_machine_id": own[0]}]
    told = desks.daas.fails(HOSTING, mapping=swapped, write_by=write_by)
    assert "2 machines could not be changed" in told
    assert "409" in told


@pytest.mark.parametrize("write_by", ["batch", "single"])
def test_a_machine_deleted_in_the_middle_is_told_and_the_rest_goes_on(desks: Rehosting, write_by: str) -> None:
    topology = deepcopy(TOPOLOGY)
    topology["durations"]["read_job"] = 600
    desks.reset(topology)
    # Time stands still until the first write, so that the machine goes away between the plan and the work.
    desks.fault("GET", "/Me", {"time_scale": 0.0}, nth=1)
    desks.daas("citrix_site_info")
    desks.fault("POST" if write_by == "batch" else "PATCH", r"\$batch|/Machines/", {"time_scale": 600.0}, nth=1)
    desks.change("delete_machine", machine="PC5", after=30.0)
    if write_by == "single":
        desks.fault("PATCH", "/Machines/", {"delay": 60.0})
    result = desks.daas(HOSTING, catalogs=PC, vms=desks.vms, write_by=write_by, concurrency=1)
    assert [(gone["name"], gone["reason"]) for gone in result["vanished"]] == [
        ("CORP\\PC5", "it was deleted while it was being re-hosted")
    ]
    assert (result["counts"]["changed"], result["complete"], result["failures"]) == (11, False, [])
    assert "CORP\\PC5" not in result["diff"]["after"]["machines"]
    assert desks.moved(*(name for name in DESKS if name != "PC5"))


RETRY = {
    "status": 429,
    "body": {
        "type": "https://errors-api.cloud.com/common/rateLimitExceeded",
        "parameters": [{"name": "retryDelay", "value": "0.1"}],
    },
}


FAULTS: list[dict[str, Any]] = [
    {"then": RETRY, "share": 0.3, "times": 30},
    {"then": {"status": 503}, "nth": 1},
    {"then": {"status": 502}, "nth": 2, "times": 2},
    {"then": {"status": 500, "body": {"message": "oops"}}, "nth": 1},
    {"then": {"drop": "before"}, "nth": 1},
    {"then": {"drop": "after"}, "nth": 1},
    {"then": {"garbage": "<html>busy</html>"}, "nth": 1},
    {"then": {"status": 500, "effect": True}, "nth": 1},
    {"then": {"garbage": "<html>504</html>", "status": 504, "effect": True}, "nth": 1},
    {"then": {"expire_token": True}, "nth": 1},
]


@pytest.mark.parametrize("rule", FAULTS, ids=str)
@pytest.mark.parametrize("write_by", ["batch", "single"])
def test_bad_answers_to_writes_do_not_matter(desks: Rehosting, rule: dict[str, Any], write_by: str) -> None:
    path = r"\$batch" if write_by == "batch" else "/Machines/"
    desks.fault("POST" if write_by == "batch" else "PATCH", path, **rule)
    result = desks.daas(HOSTING, catalogs=PC, vms=desks.vms, write_by=write_by, batch_size=5)
    assert (result["counts"]["changed"], result["complete"]) == (12, True)
    assert desks.moved()


@pytest.mark.parametrize("rule", [{"status": 404}, {"status": 503}, {"drop": "after"}, {"garbage": "x"}], ids=str)
@pytest.mark.parametrize("path", ["/Jobs/[^/]*$", "/Jobs/.*/Results"])
def test_bad_answers_about_the_job_do_not_matter(desks: Rehosting, rule: dict[str, Any], path: str) -> None:
    desks.fault("GET", path, rule, nth=1)
    assert desks.daas(HOSTING, catalogs=PC, vms=desks.vms, batch_size=5)["complete"] is True
    assert desks.moved()


@pytest.mark.parametrize("status", ["Failed", "Canceled", "CompleteWithWarning", "NonTerminatingError"])
def test_the_machines_and_not_the_job_say_what_was_done(desks: Rehosting, status: str) -> None:
    desks.fault("POST", r"\$batch", {"job_status": status}, nth=1)
    assert desks.daas(HOSTING, catalogs=PC, vms=desks.vms, batch_size=5)["complete"] is True
    assert desks.moved()


def test_batches_that_the_site_is_too_busy_for_are_sent_again(desks: Rehosting) -> None:
    desks.fault("POST", r"\$batch", RETRY, times=14)
    result = desks.daas(HOSTING, catalogs=PC, vms=desks.vms)
    assert (result["counts"]["changed"], result["complete"]) == (12, True)


def test_a_batch_that_never_works_ends_in_words(desks: Rehosting) -> None:
    desks.fault("POST", r"\$batch", {"fail_task": "the broker is tired"})
    result = run_module(HOSTING, {**desks.daas.options, "catalogs": PC, "vms": desks.vms})
    assert "12 machines could not be changed" in result["msg"]
    assert "the broker is tired" in result["msg"]
    assert (result["changed"], len(desks.asked("POST", "$batch"))) == (False, 2)


def test_a_site_that_accepts_and_does_nothing_is_found_out(desks: Rehosting) -> None:
    desks.fault("PATCH", "/Machines/", {"status": 204})
    told = desks.daas.fails(HOSTING, catalogs=PC, vms=desks.vms, write_by="single")
    assert "the site accepted the change and did not make it" in told


def test_tokens_shorter_than_the_run(desks: Rehosting) -> None:
    topology = deepcopy(TOPOLOGY)
    topology["citrix_sites"][0]["token_seconds"] = 1.2
    topology["durations"] = {"job_start": 0, "read_job": 240}
    desks.reset(topology)
    assert desks.daas(HOSTING, catalogs=PC, vms=desks.vms, batch_size=3, concurrency=1)["complete"] is True
    assert desks.moved()
    assert desks.lab.estate.endpoint("daas").state()["tokens_issued"] > 2


def test_a_batch_that_a_dead_run_left_at_work_is_waited_for(desks: Rehosting) -> None:
    topology = deepcopy(TOPOLOGY)
    topology["durations"] = {"job_start": 0, "read_job": 1200}
    desks.reset(topology)
    # The batch is at work until the second run has seen it, however slow this machine is
    desks.lab.run_at(0.0)
    desks.fault("GET", "/Jobs/", {"status": 403, "body": {"detail": "not now"}})
    assert "not now" in desks.daas.fails(HOSTING, catalogs=PC, vms=desks.vms)
    desks.lab.clear_faults()
    desks.fault("GET", "/Jobs/", {"time_scale": 600.0}, nth=1)
    result = desks.daas(HOSTING, catalogs=PC, vms=desks.vms)
    assert (result["complete"], desks.moved()) == (True, True)
    assert len(desks.asked("POST", "$batch")) == 1


def test_a_batch_that_hangs_keeps_nobody_from_writing(desks: Rehosting) -> None:
    topology = deepcopy(TOPOLOGY)
    topology["durations"] = {"job_start": 0, "read_job": 36000}
    desks.reset(topology)
    desks.fault("GET", "/Jobs/", {"status": 403, "body": {"detail": "not now"}})
    assert "not now" in desks.daas.fails(HOSTING, catalogs=PC, vms=desks.vms)
    desks.lab.clear_faults()
    lines: list[str] = []
    arguments = {
        **desks.daas.options,
        "catalogs": PC,
        "vms": desks.vms,
        "write_by": "single",
        "write_timeout": 4,
    }
    result = OPERATION.carry_out(validated(arguments), Reporter(progress=lines.append))
    assert (result["complete"], desks.moved()) == (True, True)
    assert any("An earlier batch" in line and "going on without its end" in line for line in lines)


def test_a_secret_that_is_refused_in_the_middle_is_tried_once_by_all_threads_together(desks: Rehosting) -> None:
    desks.lab.faults(
        [
            {
                "method": "POST",
                "path": "tokens",
                "then": {"status": 400, "body": {"error": "invalid_client"}},
                "nth": 2,
                "times": 50,
            }
        ]
    )
    desks.fault("PATCH", "/Machines/", {"expire_token": True, "delay": 60.0})
    assert "They were tried once only" in desks.daas.fails(HOSTING, catalogs=PC, vms=desks.vms, write_by="single")
    assert len(desks.asked("POST", "tokens")) == 2
