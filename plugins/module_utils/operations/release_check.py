# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check what a job was asked for, before it looks at anything, and give its run a name."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.files import unwritable
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.role_values import (
    misspelt_sentences,
    wrong_values,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_milliseconds
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.wishes import catalogs, mapping
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.pools.operator_input import wrong_sync
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability import (
    operator_input as portability_wishes,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.job_options import PLATFORMS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.operator_input import (
    DEFINITIONS,
    wrong_definitions,
    wrong_release,
    wrong_retirement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout import operator_input as release_wishes
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.rollout_image import wrong_image
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.image_updates import (
    REBOOT_ARGUMENTS,
    reboot_policy,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS = {
    "job": {
        "type": "str",
        "required": True,
        "choices": [
            "release",
            "preflight",
            "rollout",
            "rollback",
            "retention",
            "lineage",
            "estate",
            "prepared_release",
            "prepared_retirement",
            "portability",
            "xenserver_sync",
            "xenserver_retirement",
        ],
    },
    "clusters": {"type": "list", "elements": "str", "default": []},
    "sites": {"type": "list", "elements": "str", "default": []},
    "pools": {"type": "list", "elements": "str", "default": []},
    "centrals": {"type": "list", "elements": "str", "default": []},
    "targets": {"type": "list", "elements": "str", "default": []},
    "taking_part": {"type": "list", "elements": "str", "default": []},
    "variables": {"type": "dict", "default": {}},
    "options": {"type": "dict", "default": {}},
    "misspelt": {"type": "dict", "default": {}},
    "forks": {"type": "int", "default": 0},
}
# What the jobs cannot do without, the variable that names the catalogs, and the variables that are paths with what they
# are by default.
GROUPS = {
    "release": ("prism_elements", "citrix_sites"),
    "preflight": ("prism_elements", "citrix_sites"),
    "rollout": ("citrix_sites",),
    "rollback": ("citrix_sites",),
    "retention": ("prism_elements", "citrix_sites"),
    # Prepared images need no cluster; what an image of a cluster lacks is told of its catalog
    "lineage": ("citrix_sites",),
    "estate": ("prism_elements", "citrix_sites"),
    "prepared_release": ("citrix_sites",),
    "prepared_retirement": ("citrix_sites",),
    "portability": (portability_wishes.GROUP,),
    "xenserver_sync": ("xenserver_pools", "citrix_sites"),
    "xenserver_retirement": ("xenserver_pools", "citrix_sites"),
}
CATALOGS = {
    "release": "image_release_catalogs",
    "preflight": "image_release_catalogs",
    "rollout": "catalog_rollout_catalogs",
    "prepared_release": "prepared_image_release_catalogs",
    "portability": portability_wishes.CATALOGS,
    "xenserver_sync": "xenserver_image_sync_catalogs",
}
REQUIRED = {
    "release": "image_release_require_catalogs",
    "rollout": "catalog_rollout_require_catalogs",
    "prepared_release": "prepared_image_release_require_catalogs",
    "xenserver_sync": "xenserver_image_sync_require_catalogs",
}
REBOOTS = {
    "release": "image_release_reboot",
    "preflight": "image_release_reboot",
    "rollout": "catalog_rollout_reboot",
    "prepared_release": "catalog_rollout_reboot",
    "portability": "catalog_rollout_reboot",
    "xenserver_sync": "catalog_rollout_reboot",
}
PATHS = {
    "release": {"image_release_report_path": "image_release_{release}.json"},
    "preflight": {"preflight_report_path": ""},
    "rollout": {},
    "rollback": {"image_rollback_report_path": "image_rollback_{release}.json"},
    "retention": {"image_retention_report_path": "image_retention.json"},
    "lineage": {"image_lineage_path": ""},
    "estate": {"estate_report_path": "estate.json", "estate_report_metrics_path": "estate.prom"},
    "prepared_release": {
        "prepared_image_release_report_path": "prepared_image_release_{release}.json",
        "prepared_image_retire_report_path": "prepared_image_retire.json",
    },
    "prepared_retirement": {"prepared_image_retire_report_path": "prepared_image_retire.json"},
    "portability": {"image_portability_report_path": "image_portability_{name}_{release}.json"},
    "xenserver_sync": {"xenserver_image_sync_report_path": "xenserver_image_sync_{release}.json"},
    "xenserver_retirement": {"xenserver_image_retire_report_path": "xenserver_image_retire.json"},
}
# Beside which file the page is written.
PAGES = {
    "release": ("image_release_page_path", "image_release_report_path"),
    "estate": ("estate_report_page_path", "estate_report_path"),
    "prepared_release": ("prepared_image_release_page_path", "prepared_image_release_report_path"),
    "xenserver_sync": ("xenserver_image_sync_page_path", "xenserver_image_sync_report_path"),
    "portability": ("image_portability_page_path", "image_portability_report_path"),
}
# The variable that holds the id of the release
RELEASES = {
    "prepared_release": "prepared_image_release_id",
    "prepared_retirement": "prepared_image_release_id",
    "portability": "image_portability_release",
    "xenserver_sync": "xenserver_image_sync_release",
}
# A release in XenServer pools is taken back by these
POOL_RELEASE, POOL_SCHEME = "xenserver_image_sync_release", "xenserver_image_sync_scheme"
OF_THE_WHOLE_RELEASE = (
    "image_release_id",
    "image_release_base_vm",
    "image_release_base_vm_uuid",
    "image_release_prefix",
    "image_release_protection_domain",
    "image_release_source",
    "image_release_templates",
    "image_release_template_name",
    "image_release_recovery_point",
    "image_release_recovery_point_since",
    "image_release_recovery_point_max_age",
    "image_release_protection_policy",
    "image_release_policy_locations",
    "image_release_on_demand",
    "image_release_publish_when",
    "catalog_rollout_image",
    "prepared_image_release_id",
    "prepared_image_release_retire",
    "prepared_image_retire_keep",
    "prepared_image_retire_history",
    "prepared_image_retire_minimum_age",
    "catalog_rollout_image_release",
    "image_portability_release",
    "image_portability_name",
    "image_portability_workflow",
    "image_portability_source",
    "image_portability_share",
    "xenserver_image_sync_release",
    "xenserver_image_sync_scheme",
    "xenserver_image_sync_source",
    "xenserver_image_sync_vdi",
    "xenserver_image_sync_directory",
    "xenserver_image_retire_schemes",
    "xenserver_image_retire_keep",
    "xenserver_image_retire_history",
    "xenserver_image_retire_minimum_age",
)


def read(params: Params, reporter: Reporter) -> Result:
    start = iso_milliseconds(datetime.now(timezone.utc))
    problems = _wrong_groups(params) or release_wishes.too_few_forks(
        params["forks"], params["sites"], params["taking_part"]
    )
    if params["variables"] and not problems:
        problems = list(dict.fromkeys(_wrong_types(params) or _wrong_wishes(params)))
    problems += misspelt_sentences(params["misspelt"])
    if problems:
        raise OperationError(" ".join(problems), "Nothing was begun.", problems=problems)
    return {"run": start, "taking_part": params["taking_part"], "problems": []}


def _wrong_groups(params: Mapping[str, Any]) -> list[str]:
    hosts = {
        "prism_elements": params["clusters"],
        "citrix_sites": params["sites"],
        portability_wishes.GROUP: params["targets"],
        "xenserver_pools": params["pools"],
    }
    problems = release_wishes.wrong_groups({name: hosts[name] for name in _groups(params)}, params["taking_part"])
    silent = [host for host in params["taking_part"] if params["variables"] and host not in params["variables"]]
    return problems or [f"The variables of {host} cannot be told: see what is said of it above." for host in silent]


def _groups(params: Mapping[str, Any]) -> tuple[str, ...]:
    """What the job cannot do without. Whether sites have prepared images, which need no cluster, is known later."""
    may_be_prepared = not params["variables"] or any(_by_site(params, DEFINITIONS).values())
    if params["job"] == "preflight" and params["targets"] and not params["clusters"]:
        return (portability_wishes.GROUP,)
    if params["job"] == "preflight" and params["pools"] and not params["clusters"]:
        return ("xenserver_pools",)
    if params["job"] == "preflight" and params["sites"] and not params["clusters"] and may_be_prepared:
        return ("citrix_sites",)
    return GROUPS[params["job"]]


def _wrong_types(params: Mapping[str, Any]) -> list[str]:
    """What the roles' argument specs refuse, and text where it cannot be meant."""
    options, given = params["options"], {}
    for host, variables in params["variables"].items():
        given[host] = {name: value for name, value in variables.items() if name in options}
    return wrong_values(given, options)


def _wrong_ways(params: Mapping[str, Any], common: Callable[..., Any]) -> list[str]:
    """What is wrong with the source, and with the way from there to the clusters, which the source tells; in place of
    one that is none, the first cluster."""
    variables, clusters, named = params["variables"], params["clusters"], common("image_release_source")
    source = named if named in clusters else next(iter(clusters), named)
    strategy = release_wishes.strategy_of(variables, source)
    return [
        *release_wishes.wrong_source(named, clusters),
        *release_wishes.wrong_strategies(variables, clusters, source, common),
        *release_wishes.wrong_strategy(strategy, common("image_release_protection_domain"), params["centrals"]),
        *release_wishes.wrong_recovery_point(strategy, common),
    ]


def _wrong_wishes(params: Mapping[str, Any]) -> list[str]:
    job, variables = params["job"], params["variables"]
    problems = release_wishes.differing(variables, OF_THE_WHOLE_RELEASE)

    def common(name: str, default: Any = "") -> Any:
        return release_wishes.common(variables, name, default)

    release = common(RELEASES.get(job, "image_release_id"))
    of_pools = job == "rollback" and not release and common(POOL_RELEASE)
    if of_pools:
        release = common(POOL_RELEASE)
        problems += [f"{POOL_SCHEME} is missing."] if not common(POOL_SCHEME) else wrong_release(release)
    elif job in ("release", "rollback"):
        problems += release_wishes.wrong_name(
            common("image_release_base_vm"), release, common("image_release_prefix", None)
        )
    if job == "release":
        problems += _wrong_ways(params, common)
    if job == "rollout":
        problems += wrong_image({site: variables.get(site, {}) for site in params["sites"]})
    if job == "rollback" and common("image_rollback_from_image", None) == "" and not common("image_rollback_image"):
        problems.append(
            "image_rollback_from_image is empty and image_rollback_image names none: leave out the first, or say where"
            " the catalogs are to go."
        )
    if job == "prepared_release":
        problems += wrong_release(release)
        problems += wrong_definitions(_by_site(params, DEFINITIONS), _by_site(params, CATALOGS[job]))
    if job == "prepared_retirement":
        named = _by_site(params, "prepared_image_retire_definitions")
        if not any(named.values()):
            named = _by_site(params, DEFINITIONS)
        problems += wrong_retirement(named)
    if job == "portability" or (job == "preflight" and common("image_portability_release")):
        targets = {host: variables.get(host, {}).get("image_portability_target") for host in params["targets"]}
        wrong = portability_wishes.wrong_wishes(common, targets, _by_site(params, portability_wishes.CATALOGS))
        workflow = common("image_portability_workflow")
        problems += wrong or portability_wishes.options_of_jobs(workflow, common, targets, PLATFORMS)
    if job == "xenserver_sync":
        problems += wrong_sync(variables, params["pools"], params["sites"])
    problems += _wrong_catalogs(params)
    # With a wrong id no path is made of it.
    return problems or [*_wrong_paths(params, str(release)), *_wrong_template(common("image_release_page_template"))]


def _by_site(params: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {site: params["variables"].get(site, {}).get(name) or [] for site in params["sites"]}


def _wrong_template(template: str) -> list[str]:
    """A template that is not there is better missed now than when the page is to be made."""
    path = Path(os.path.expanduser(os.path.expandvars(template)))
    if not template or path.is_file():
        return []
    return [f"image_release_page_template is '{template}', which is no file."]


def _wrong_catalogs(params: Mapping[str, Any]) -> list[str]:
    job, variables = params["job"], params["variables"]
    if job == "rollback":
        wrong = _wrong_reboot(release_wishes.common(variables, "image_rollback_reboot", None))
        if wrong:
            return [f"image_rollback_reboot: {wrong}."]
        by_site = {site: _catalogs_to_take_back(variables[site]) for site in params["sites"]}
        named = "image_rollback_catalogs, image_release_catalogs or xenserver_image_sync_catalogs"
        return release_wishes.wrong_catalogs(named, by_site, None)
    if job not in CATALOGS:
        return []
    by_site = _by_site(params, CATALOGS[job])
    problems = []
    if job == "portability" and not any(by_site.values()):
        # A gate of the usual waves is over nothing then, and nobody waits for it
        return []
    # The preflight judges catalogs itself, with what the sites say of them.
    if job != "preflight":
        clusters = params["clusters"] if job == "release" else None
        required = job in REQUIRED and boolean(release_wishes.common(variables, REQUIRED[job], True))
        problems = release_wishes.wrong_catalogs(CATALOGS[job], by_site, clusters, required)
    reboots = {site: variables.get(site, {}).get(REBOOTS[job]) for site in params["sites"]}
    return problems or release_wishes.wrong_waves(variables, params["sites"], by_site, reboots, _wrong_reboot)


def _catalogs_to_take_back(variables: Mapping[str, Any]) -> list[Any]:
    """An empty answer is none. An empty list is one, and names nothing."""
    chosen = variables.get("image_rollback_catalogs", "")
    if chosen not in ("", None):
        return catalogs(chosen)
    if variables.get(POOL_RELEASE) and not variables.get("image_release_id"):
        return catalogs(variables.get("xenserver_image_sync_catalogs"))
    return catalogs(variables.get("image_release_catalogs"))


def _wrong_reboot(policy: Any) -> str:
    """What is wrong with a reboot policy, '' when nothing is."""
    if policy is None:
        return ""
    try:
        checked = ArgumentSpecValidator(REBOOT_ARGUMENTS).validate({"reboot": mapping(policy, "reboot")})
        if checked.error_messages:
            return str(checked.error_messages[0])
        reboot_policy(checked.validated_parameters["reboot"])
    except OperationError as error:
        return str(error).rstrip(".")
    return ""


def _wrong_paths(params: Mapping[str, Any], release: str) -> list[str]:
    problems = []
    users: dict[str, str] = {}
    for name, value in _paths(params, release).items():
        if not value:
            continue
        path = os.path.realpath(os.path.expanduser(os.path.expandvars(str(value))))
        reason = unwritable(Path(path))
        if reason:
            problems.append(f"{name} is '{value}', which cannot be written: {reason}.")
        elif path in users:
            problems.append(f"{name} and {users[path]} are both '{value}': give each a path of its own.")
        users[path] = name
    return problems


def _paths(params: Mapping[str, Any], release: str) -> dict[str, str]:
    """The files that the job will write, by the variable that names them; '' for none."""
    image = release_wishes.common(params["variables"], "image_portability_name")
    defaults = {name: path.format(release=release, name=image) for name, path in PATHS[params["job"]].items()}
    paths = {name: str(release_wishes.common(params["variables"], name, path) or "") for name, path in defaults.items()}
    if params["job"] in PAGES:
        page, report = PAGES[params["job"]]
        beside = ""
        if paths[report]:
            beside = f"{os.path.splitext(paths[report])[0]}.html"
        paths[page] = str(release_wishes.common(params["variables"], page, beside) or "")
    return paths


OPERATION = Reading(arguments=ARGUMENTS, read=read)
