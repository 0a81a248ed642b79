# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs of the caller (contract citrix 5.2) and actions of all administrators (contract citrix 8.8)."""

from __future__ import annotations

from lab.citrix.routes.catalogs import the_catalog
from lab.citrix.routes.deferred import now_or_as_job
from lab.citrix.state.entities import Action, Catalog
from lab.citrix.state.jobs import Job
from lab.citrix.state.site import Site
from lab.citrix.views.job import action_view, job_view
from lab.citrix.views.listing import PAGING, page, whole
from lab.router import Router
from lab.wire import Reply, Request


def add_routes(router: Router, site: Site) -> None:
    """Make the job and action routes of a site known."""

    @router.route("GET", "/Jobs", section="5.2")
    def list_jobs(request: Request) -> Reply:
        return Reply(200, whole(job_view(site, job) for job in site.jobs.visible(site.principal)))

    @router.route("GET", "/Jobs/{id}", section="5.2, 5.3")
    def one_job(request: Request) -> Reply:
        return Reply(200, job_view(site, _the_job(site, request)))

    @router.route("DELETE", "/Jobs/{id}", section="5.2")
    def delete_job(request: Request) -> Reply:
        job = _the_job(site, request)
        if not job.done:
            raise site.errors.refusal(409, "Only finished jobs can be deleted.")
        site.jobs.forget(job)
        return Reply(204)

    @router.route("POST", "/Jobs/{id}/$cancel", section="5.2")
    def cancel_job(request: Request) -> Reply:
        job = _the_job(site, request)
        if not job.done:
            if not job.can_be_cancelled:
                raise site.errors.refusal(409, "The job cannot be cancelled any more.")
            site.jobs.cancel(job)
        return Reply(200, job_view(site, job))

    @router.route("GET", "/Jobs/{id}/Results", section="5.2")
    def results(request: Request) -> Reply:
        job = _the_job(site, request)
        if job.result is None:
            status = site.behaviour["failed_job_results"] if job.status in ("Failed", "Canceled") else 404
            raise site.errors.refusal(status, "The job has no results." if job.done else "The job has no results yet.")
        return Reply(job.result.status, job.result.body, dict(job.result.headers), violation=job.result.violation)

    action_query = {"actionId": str, "async": bool}

    @router.route("GET", "/machineCatalogs/{nameOrId}/actions", section="8.8", query=action_query)
    def actions_of_catalog(request: Request) -> Reply:
        catalog = the_catalog(site, request)
        wanted = request.one("actionId")

        def found() -> Reply:
            return Reply(
                200,
                whole(action_view(site, catalog, action) for action in catalog.actions if wanted in (None, action.id)),
            )

        return now_or_as_job(site, request, "GetMachineCatalogDetails", found)

    @router.route("GET", "/machineCatalogs/{nameOrId}/actions/{actionId}", section="8.8", query={"async": bool})
    def one_action(request: Request) -> Reply:
        catalog = the_catalog(site, request)
        wanted = request.params["actionId"].lower()
        found = [action for action in catalog.actions if action.id == wanted]
        if not found:
            raise site.errors.not_found("Action", wanted)
        return now_or_as_job(
            site, request, "GetMachineCatalogDetails", lambda: Reply(200, action_view(site, catalog, found[0]))
        )

    @router.route("GET", "/machineCatalogActions", section="8.1, 8.8", query={**PAGING, "actionId": str})
    def actions_of_site(request: Request) -> Reply:
        wanted = request.one("actionId")

        def found() -> Reply:
            everything: list[tuple[Catalog, Action]] = [
                (catalog, action)
                for catalog in site.catalogs_in_order()
                for action in catalog.actions
                if wanted in (None, action.id)
            ]
            return Reply(200, page(site, request, everything, lambda entry: action_view(site, *entry)))

        return now_or_as_job(site, request, "GetMachineCatalogs", found)


def _the_job(site: Site, request: Request) -> Job:
    job = site.jobs.find(request.params["id"], site.principal)
    if job is None:
        raise site.errors.not_found("Job", request.params["id"])
    return job
