# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the options of modules are called for people who use the roles.

A failure says in `error.options` which options its advice names; here is the variable that sets each of them, by the
part of a job that failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

FAILOVER = {
    "accept_pending_replications": "dr_failover_accept_pending_replications",
    "accept_running_vms": "dr_failover_accept_running_vms",
    "accept_missing_vms": "dr_failover_accept_missing_vms",
    "accept_split_brain": "dr_failover_accept_split_brain",
    "data_age_limit": "dr_failover_data_age_limit",
    "remote_site": "dr_failover_remote_site",
    "replication_timeout": "dr_failover_replication_timeout",
    "wait_timeout": "dr_failover_timeout",
}
POWER = {"wait_timeout": "dr_failover_timeout"}
DRAIN = {"sessions": "dr_failover_sessions", "wait_timeout": "dr_failover_drain_timeout"}
DRILL = {"data_age_limit": "dr_drill_data_age_limit", "wait_timeout": "dr_drill_timeout"}
HOSTING = {"save_path": "machine_rehost_save_path"}
RESET = {"wait_timeout": "machine_rehost_power_timeout"}
PROOF = {"wait_timeout": "machine_rehost_proof_timeout"}
GOLDEN_VM = {
    "cluster_uuid": "image_release_source",
    # It follows from the id
    "name": "image_release_id",
    "require_powered_off": "image_release_require_powered_off",
    "vm_name": "image_release_base_vm",
    "vm_uuid": "image_release_base_vm_uuid",
}
IMAGE = {"wait_timeout": "image_release_replication_timeout"}
PREPARATION = {"wait_timeout": "prepared_image_release_preparation_timeout"}
SHARE = {"wait_timeout": "prepared_image_release_share_timeout"}
PUBLISH = {"wait_timeout": "image_release_publish_timeout"}
MOVE = {"wait_timeout": "catalog_rollout_publish_timeout"}
PORTABILITY = {
    "wait_timeout": "image_portability_timeout",
    "work_directory": "image_portability_work_directory",
}


def with_variables(advice: str, options: Iterable[str], variables: Mapping[str, str]) -> str:
    """The advice, and behind it what the options that it names are called in the roles."""
    names = [f"{option} is {variables[option]}" for option in options if option in variables]
    if not names:
        return advice
    return f"{advice.rstrip('.')}. In the variables of the role, {' and '.join(names)}."
