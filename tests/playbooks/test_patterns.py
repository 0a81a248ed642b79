# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""extensions/patterns by the rules of AWX, and every answer that its surveys allow by those of the jobs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.euc.nutanix_citrix.plugins.filter.move_wishes import wrong_values
from ansible_collections.euc.nutanix_citrix.plugins.filter.run_scope import role_options
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.operator_input import wrong_wishes
from harness.awx import answers_of, injected, survey_problems
from harness.modules import run_module
from harness.patterns import MINE, PATTERN, STARTER, objects, templates

ROOT = Path(__file__).parents[2]
PLAYBOOKS = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))
BEGIN = yaml.safe_load((ROOT / "roles" / "release_begin" / "vars" / "main.yml").read_text(encoding="utf-8"))
JOBS = {
    "preflight": "preflight",
    "image_release": "release",
    "image_rollback": "rollback",
    "image_retention": "retention",
    "image_lineage": "lineage",
    "estate_report": "estate",
    "catalog_rollout": "rollout",
    "prepared_image_release": "prepared_release",
    "prepared_image_rollback": "prepared_release",
    "prepared_image_retire": "prepared_retirement",
    "xenserver_image_sync": "xenserver_sync",
    "xenserver_image_retire": "xenserver_retirement",
    "image_portability": "portability",
}
POOLS = ["xs-east", "xs-west"]
CATALOGS = [{"name": "W11", "wave": "canary"}]
# What an inventory holds
INVENTORY = {
    "image_release_id": "2026.11.20-1",
    "image_release_base_vm": "Gold",
    "image_release_protection_domain": "PD-Gold",
    "image_release_source": "cluster-a",
    "image_release_catalogs": CATALOGS,
    "catalog_rollout_catalogs": CATALOGS,
    "catalog_rollout_image": "ctx_Gold_2026.11.20-1",
    "catalog_rollout_waves": [{"name": "canary", "gate": {}}, {"name": "everyone"}],
    "prepared_image_release_id": "2026.11.20-1",
    "prepared_image_release_definitions": [{"name": "W11", "hosting_unit": "euc1-a", "image": "W11-2026.11"}],
    "prepared_image_release_catalogs": CATALOGS,
    "xenserver_image_sync_release": "2026.11.20-1",
    "xenserver_image_sync_scheme": "W11",
    "xenserver_image_sync_source": "xs-east",
    "xenserver_image_sync_storage": ["NFS"],
    "xenserver_image_sync_catalogs": [{**CATALOGS[0], "pool": "xs-west"}],
    "image_portability_release": "2026.11.20-1",
    "image_portability_name": "W11",
    "image_portability_workflow": "pvs_to_mcs",
    "image_portability_share": {"path": "/mnt/pvs", "file": "W11"},
    "image_portability_target": {
        "platform": "azure",
        "resource_location_id": "1",
        "credential": "azure",
        "prepare": {"region": "westeurope", "subscription_id": "1"},
    },
    "image_portability_catalogs": CATALOGS,
}
ASKS = "Citrix on Nutanix inventory"
MOVE = {
    "dr_id": "d1",
    "dr_mode": "planned",
    "dr_source": "cluster-a",
    "dr_target": "cluster-b",
    "dr_protection_domains": "PD-W11, PD-W10",
}
# An answer to each question that is not a choice
TEXTS = {
    **MOVE,
    "image_release_id": "2026.11.20-1",
    "image_release_note": "2026.10",
    "image_rollback_image": "ctx_Gold_2026.10.01-1",
    "image_rollback_catalogs": "W11, W10",
    "image_rollback_reboot": "{within_minutes: 60, warning_minutes: 15, warning_message: Restart}",
    "image_retention_base_vms": "Gold, Gold-Finance",
    "image_lineage_catalogs": "Prod/W11, W10",
    "catalog_rollout_image": "ctx_Gold_2026.11.20-1",
    "catalog_rollout_last_wave": "1",
    "catalog_rollout_window_end": "2026-11-21T06:00:00+01:00",
    "catalog_rollout_known_faults": "CORP\\W11-017, CORP\\W11-018",
    "catalog_rollout_note": "CHG0012345",
    "prepared_image_release_id": "2026.11.20-1",
    "prepared_image_retire_definitions": "W11, W10",
    "xenserver_image_sync_release": "2026.11.20-1",
    "xenserver_image_sync_vdi": "9082af8f-3a0c-4d0b-8d4e-6e4a41b1bb0d",
    "xenserver_image_retire_schemes": "W11, W10",
    "image_portability_release": "2026.11.20-1",
    "dr_discard": "PD-W11",
    "estate_report_certificate_days": "14",
    "dr_drill_network": "DRILL",
    "machine_rehost_clusters": "cluster-a, cluster-b",
    "machine_rehost_protection_domains": "PD-W11",
    "machine_rehost_catalogs": "W11 Persistent, W10",
    "machine_rehost_machines": "CORP\\W11-017",
    "machine_rehost_exclude": "CORP\\W11-018, CORP\\W11-019",
}


def refusals(playbook: str, name: str, answer: Any) -> list[str]:
    """What the first play of a job says, with one answer over what the inventory and the other answers hold."""
    if playbook not in JOBS:
        wishes = {
            key: value for key, value in {**MOVE, name: answer}.items() if key.startswith("dr_") and "drill" not in key
        }
        wishes = {key: value for key, value in wishes.items() if key in (*MOVE, "dr_discard")}
        hosts = ["cluster-a", "cluster-b", "daas"]
        return [
            *wrong_wishes(wishes, hosts[:2], hosts),
            *wrong_values(
                {host: {name: answer} for host in hosts}, hosts, ["dr_failover", "machine_rehost", "dr_drill"]
            ),
        ]
    roles = BEGIN["release_begin_roles"][JOBS[playbook]]
    arguments = {
        "job": JOBS[playbook],
        "clusters": ["cluster-a"],
        "sites": ["daas"],
        "pools": POOLS,
        "targets": ["cluster-a"],
        "taking_part": ["cluster-a", "daas", *POOLS],
        "variables": {host: {**INVENTORY, name: answer} for host in ("cluster-a", "daas", *POOLS)},
        "options": {**role_options(roles, str(ROOT / "roles")), **BEGIN["release_begin_others"]},
    }
    problems: list[str] = run_module("release_check", arguments).get("problems", [])
    return problems


def test_there_is_a_template_for_every_playbook_and_a_file_of_the_project_for_every_template() -> None:
    assert sorted(templates()) == PLAYBOOKS
    for template in objects()["templates"]:
        (play,) = yaml.safe_load((STARTER / template["playbook"]).read_text(encoding="utf-8"))
        assert play["ansible.builtin.import_playbook"] == f"euc.nutanix_citrix.{Path(template['playbook']).stem}"
    assert sorted(path.stem for path in STARTER.glob("*.yml")) == PLAYBOOKS


def test_awx_accepts_the_surveys() -> None:
    asking = [each for kind in ("templates", "workflows") for each in objects()[kind] if each.get("survey_enabled")]
    assert {each["name"]: problems for each in asking if (problems := survey_problems(each["survey_spec"]))} == {}


def test_what_is_asked_is_worded_for_people() -> None:
    for template in templates().values():
        for question in template["survey_spec"]["spec"]:
            assert question["question_description"], question
            assert "C(" not in question["question_description"]
    (release,) = [each for each in templates()["image_release"]["survey_spec"]["spec"] if each["required"]]
    assert (release["variable"], release["question_name"], release["type"]) == ("image_release_id", "ID", "text")


def test_each_answer_as_text_is_taken_and_an_empty_one_as_well_or_refused_by_name() -> None:
    for playbook, template in templates().items():
        for question in template["survey_spec"]["spec"]:
            name = question["variable"]
            for text in question.get("choices") or [TEXTS[name]]:
                assert refusals(playbook, name, text) == [], (playbook, name, text)
            empty = refusals(playbook, name, "")
            may_be_empty = not question["required"] and question["type"] in ("text", "textarea")
            assert empty == [] or (not may_be_empty and name in " ".join(empty)), (playbook, name, empty)
            # What ansible-core from 2.19 on makes of an empty text that AWX has marked as no template
            assert refusals(playbook, name, None) == empty, (playbook, name)


def test_a_form_that_is_sent_as_it_comes_is_what_the_job_takes() -> None:
    for playbook, template in templates().items():
        survey = template["survey_spec"]
        required = {each["variable"]: TEXTS[each["variable"]] for each in survey["spec"] if each["required"]}
        for name, answer in answers_of(survey, required).items():
            assert refusals(playbook, name, answer) == [], (playbook, name)


def test_credentials_of_all_types_fit_into_one_job_and_are_what_the_inventory_refers_to() -> None:
    types = {each["name"]: each for each in objects()["credential_types"]}
    assert [each["credential_type"] for each in objects()["credentials"]] == ["Nutanix Prism", "Citrix Cloud", ASKS]
    inputs = {
        "Nutanix Prism": MINE["euc_prism"],
        "Citrix Cloud": MINE["euc_citrix_cloud"],
        "Citrix on-premises": {"citrix_on_premises_username": "CORP\\svc", "citrix_on_premises_password": "secret"},
        "XenServer": {"xenserver_pool_username": "root", "xenserver_pool_password": "secret"},
    }
    variables = [injected(types[name], given) for name, given in inputs.items()]
    names = [name for each in variables for name in each]
    assert len(names) == len(set(names))
    inventory = "".join(path.read_text(encoding="utf-8") for path in (STARTER / "inventory" / "group_vars").iterdir())
    assert [name for name in names if name not in inventory] == []
    # AWX gives extra variables to no inventory source
    given = {name: value for each in inputs.values() for name, value in each.items() if not name.startswith("xen")}
    assert injected(types[ASKS], given) == {}
    environment = injected(types[ASKS], given, "env")
    assert {value for value in environment.values() if value} == set(given.values())
    assert [name for name in environment if f"'{name}'" not in inventory] == []


def test_what_refers_to_something_refers_to_what_is_made() -> None:
    made = {kind: {each["name"] for each in objects()[kind]} for kind in objects()}
    for template in objects()["templates"]:
        assert template["project"] in made["projects"]
        assert template["inventory"] in made["inventories"]
        assert template["execution_environment"] in made["execution_environments"]
        assert set(template["credentials"]) == made["credentials"] - {ASKS}
    for source in objects()["inventory_sources"]:
        assert source["credential"] in made["credentials"]
    for workflow in objects()["workflows"]:
        nodes = {each["identifier"]: each for each in workflow["simplified_workflow_nodes"]}
        asked = {each["variable"] for each in workflow["survey_spec"]["spec"]}
        for node in nodes.values():
            assert set(node.get("success_nodes", [])) <= nodes.keys()
            if "approval_node" in node:
                continue
            (template,) = [each for each in objects()["templates"] if each["name"] == node["unified_job_template"]]
            questions = {each["variable"]: each for each in template["survey_spec"]["spec"]}
            # What is not asked is not accepted, and what has to be answered must come from somewhere
            assert node.get("extra_data", {}).keys() <= questions.keys()
            needed = {name for name, question in questions.items() if question["required"]}
            assert needed <= asked | node.get("extra_data", {}).keys()
            assert not asked & node.get("extra_data", {}).keys()
    for schedule in objects()["schedules"]:
        assert schedule["unified_job_template"] in made["templates"]
        assert schedule["enabled"]
        # awx/api/serializers.py, SchedulePreviewSerializer.validate_rrule
        assert re.fullmatch(
            r"DTSTART:\d{8}T\d{6}Z RRULE:FREQ=[A-Z]+;INTERVAL=1(;BYDAY=[A-Z]{2}\S*)?", schedule["rrule"]
        )


def test_the_canaries_of_the_workflow_are_the_first_wave_of_the_starter() -> None:
    (release,) = [each for each in objects()["workflows"] if each["name"] == "Release with approval"]
    nodes = {each["identifier"]: each for each in release["simplified_workflow_nodes"]}
    assert nodes["canaries"]["extra_data"] == {"catalog_rollout_last_wave": "1"}
    waves = yaml.safe_load((STARTER / "inventory" / "group_vars" / "citrix_sites.yml").read_text(encoding="utf-8"))
    assert waves["catalog_rollout_waves"][0]["name"] == "canary"


def test_the_examples_of_workflow_nodes_name_artifacts_that_jobs_leave() -> None:
    for path in (ROOT / "docs" / "examples" / "workflow").glob("*.yml"):
        text = path.read_text(encoding="utf-8")
        assert isinstance(yaml.safe_load(text), list)
        modules = {path.stem for path in (ROOT / "plugins" / "modules").glob("*_report.py")}
        assert set(re.findall(r"euc_(\w+_report)", text)) <= modules


def test_the_pattern_has_no_text_twice() -> None:
    assert "question_name" not in (PATTERN / "setup.yml").read_text(encoding="utf-8")
