# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks, the Prism Central itself, categories (contract prism_central 2)."""

from __future__ import annotations

from lab.prism_central.routes.api import Api
from lab.prism_central.views.inventory import domain_manager_view, registration_view
from lab.prism_central.views.protection import category_view
from lab.prism_central.views.task import task_view
from lab.wire import Reply, Request

TASKS = "/api/prism/v4.x/config/tasks"
MANAGERS = "/api/prism/v4.x/config/domain-managers"
REGISTRATIONS = "/api/prism/v4.x/management/domain-managers/{domainManagerExtId}/registrations"
CATEGORIES = "/api/prism/v4.x/config/categories"
TASK, MANAGER, CATEGORY = "prism.v4.config.Task", "prism.v4.config.DomainManager", "prism.v4.config.Category"


def add_routes(api: Api) -> None:
    """Make the paths known."""
    central, categories = api.central, api.central.categories

    @api.operation(f"GET {TASKS}", section="2.1")
    def list_tasks(request: Request) -> Reply:
        newest_first = reversed(central.tasks.items.values())
        return api.page(f"GET {TASKS}", TASK, [task_view(central, task) for task in newest_first], request)

    @api.operation(f"GET {TASKS}/{{extId}}", section="2.1")
    def one_task(request: Request) -> Reply:
        ext_id = request.params["extId"]
        if ":" not in ext_id:
            raise api.errors.invalid(f"{ext_id} is no id of a task: it lacks the prefix of its engine")
        task = central.tasks.find(ext_id)
        if task is None:
            raise api.errors.not_found("Task", ext_id)
        return api.one(f"GET {TASKS}/{{extId}}", TASK, task_view(central, task))

    @api.operation(f"GET {MANAGERS}", section="2.2")
    def list_managers(request: Request) -> Reply:
        return api.page(f"GET {MANAGERS}", MANAGER, [domain_manager_view(central)], request)

    @api.operation(f"GET {MANAGERS}/{{extId}}", section="2.2")
    def one_manager(request: Request) -> Reply:
        if request.params["extId"] != central.uuid:
            raise api.errors.not_found("Domain manager", request.params["extId"])
        return api.one(f"GET {MANAGERS}/{{extId}}", MANAGER, domain_manager_view(central))

    @api.operation(f"GET {REGISTRATIONS}", section="2.2")
    def list_registrations(request: Request) -> Reply:
        if request.params["domainManagerExtId"] != central.uuid:
            raise api.errors.not_found("Domain manager", request.params["domainManagerExtId"])
        views = [registration_view(peer) for peer in central.peers()]
        return api.page(f"GET {REGISTRATIONS}", "prism.v4.management.Registration", views, request)

    @api.operation(f"GET {CATEGORIES}", section="2.3")
    def list_categories(request: Request) -> Reply:
        return api.page(f"GET {CATEGORIES}", CATEGORY, [category_view(each) for each in categories], request)

    @api.operation(f"GET {CATEGORIES}/{{extId}}", section="2.3")
    def one_category(request: Request) -> Reply:
        category = categories.get(request.params["extId"])
        if category is None:
            raise api.errors.not_found("Category", request.params["extId"])
        return api.one(f"GET {CATEGORIES}/{{extId}}", CATEGORY, category_view(category), category.revision)

    @api.operation(f"POST {CATEGORIES}", section="2.3")
    def create_category(request: Request) -> Reply:
        body = request.body
        if categories.labelled(f"{body['key']}/{body['value']}"):
            raise api.errors.refusal(409, "The category exists already", "PRISM-10409", "CONFLICT")
        category = categories.add(body["key"], body["value"], body.get("description"))
        return api.one(f"POST {CATEGORIES}", CATEGORY, category_view(category), category.revision, status=201)

    @api.operation(f"DELETE {CATEGORIES}/{{extId}}", section="2.3")
    def delete_category(request: Request) -> Reply:
        category = categories.get(request.params["extId"])
        if category is None:
            raise api.errors.not_found("Category", request.params["extId"])
        api.match(request, category.revision)
        categories.remove(category)
        return Reply(204)
