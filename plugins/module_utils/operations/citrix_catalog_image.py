# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Move machine catalogs to a master image, many at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.citrix.catalogs import SELECTOR_ARGUMENTS, SELECTOR_RULES
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.citrix.client import CONNECTION_ARGUMENTS, CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.citrix.image_plan import Observed, Target, chosen_targets, finish, observe, with_impacts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.citrix.image_updates import REBOOT_ARGUMENTS, Order, Terms, carry_out, reboot_policy
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.catalog_image import Step, plan_update
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout import window_end
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operation import Operation, Run
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.waiting import WAIT_ARGUMENTS

FUNCTIONAL_LEVELS = ["L5", "LMIN", "L7", "L7_6", "L7_7", "L7_8", "L7_9", "L7_20", "L7_25", "L7_30", "L7_34", "LMAX"]

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **WAIT_ARGUMENTS,
    **REBOOT_ARGUMENTS,
    "catalogs": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {**SELECTOR_ARGUMENTS, "image": {"type": "str"}, "note": {"type": "str"}},
        **SELECTOR_RULES,
    },
    "image": {"type": "str"},
    "note": {"type": "str"},
    "functional_level": {"type": "str", "choices": FUNCTIONAL_LEVELS},
    "store_old_image": {"type": "bool", "default": True},
    "concurrency": {"type": "int", "default": 8},
    "bypass_cache": {"type": "bool", "default": True},
    "image_will_exist": {"type": "bool", "default": False},
    "start_before": {"type": "str"},
}


def perform(run: Run) -> dict[str, Any]:
    params = run.params
    terms = Terms(
        reboot=reboot_policy(params["reboot"]),
        functional_level=params["functional_level"],
        store_old_image=params["store_old_image"],
        wait=params["wait"],
        timeout=params["wait_timeout"],
        concurrency=params["concurrency"],
        start_before=_moment(params["start_before"]),
    )
    wanted = [_with_defaults(given, params) for given in params["catalogs"]]
    site = CitrixSite.connect(params)
    targets, missed = chosen_targets(site, wanted)
    observed = observe(site, run, [(target.catalog, target.image) for target in targets], bypass_cache=params["bypass_cache"])
    assume_visible = params["image_will_exist"] and run.check
    orders = [Order(_plan(target, observed, assume_visible), target.note) for target in targets]
    return finish(carry_out(site, run, with_impacts(site, run, orders, terms), terms) + missed, site)


def _moment(text: str | None) -> datetime | None:
    try:
        return window_end(text or "")
    except ValueError as error:
        raise OperationError(f"start_before: {error}") from None


def _with_defaults(given: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    image = given["image"] or params["image"]
    if not image:
        raise OperationError(f"catalog '{given['name'] or given['id']}' is given no image", "Give image, for all catalogs or for each.")
    return {**given, "image": image, "note": given["note"] if given["note"] is not None else params["note"]}


def _plan(target: Target, observed: Observed, assume_visible: bool) -> Step:
    sight = observed.sight(target.catalog, target.image)
    if sight.problem:
        return Step(target.catalog, "refuse", reason=sight.problem)
    return plan_update(target.catalog, target.image, sight.images, observed.task(target.catalog), assume_visible)


OPERATION = Operation(arguments=ARGUMENTS, perform=perform)
