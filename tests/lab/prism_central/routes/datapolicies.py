# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protection policies (contract prism_central 6.1)."""

from __future__ import annotations

from lab.prism_central.routes.api import Api
from lab.prism_central.views.protection import policy_view
from lab.wire import Reply, Request

POLICIES = "/api/datapolicies/v4.x/config/protection-policies"
POLICY = "datapolicies.v4.config.ProtectionPolicy"


def add_routes(api: Api) -> None:
    """Make the paths known."""
    central, policies = api.central, api.central.policies

    @api.operation(f"GET {POLICIES}", section="6.1")
    def list_policies(request: Request) -> Reply:
        views = [policy_view(central, policy) for policy in policies]
        return api.page(f"GET {POLICIES}", POLICY, views, request)

    @api.operation(f"GET {POLICIES}/{{extId}}", section="6.1")
    def one_policy(request: Request) -> Reply:
        policy = policies.get(request.params["extId"])
        if policy is None:
            raise api.errors.not_found("Protection policy", request.params["extId"])
        return api.one(f"GET {POLICIES}/{{extId}}", POLICY, policy_view(central, policy), policy.revision)
