# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates (contract prism_central 4.2)."""

from __future__ import annotations

from lab.prism_central.routes.api import Api
from lab.prism_central.state.entities import Template, TemplateVersion
from lab.prism_central.views.template import template_view, version_view
from lab.wire import Reply, Request

TEMPLATES = "/api/vmm/v4.x/content/templates"
ONE = f"{TEMPLATES}/{{extId}}"
VERSIONS = f"{TEMPLATES}/{{templateExtId}}/versions"
TEMPLATE, VERSION = "vmm.v4.content.Template", "vmm.v4.content.TemplateVersionSpec"


def add_routes(api: Api) -> None:
    """Make the paths known."""
    central, templates = api.central, api.central.templates

    def find(request: Request, parameter: str = "extId") -> Template:
        template = templates.get(request.params[parameter])
        if template is None:
            raise api.errors.refusal(404, "The template is not found", "VMM-20100", "TEMPLATE_NOT_FOUND")
        return template

    def version_of(template: Template, ext_id: str | None) -> TemplateVersion:
        if ext_id is None:
            return template.active
        for version in template.versions:
            if version.ext_id == ext_id:
                return version
        raise api.errors.refusal(404, "The template version is not found", "VMM-20101", "TEMPLATE_VERSION_NOT_FOUND")

    @api.operation(f"GET {TEMPLATES}", section="4.2")
    def list_templates(request: Request) -> Reply:
        views = [template_view(central, template) for template in templates]
        return api.page(f"GET {TEMPLATES}", TEMPLATE, views, request)

    @api.operation(f"GET {ONE}", section="4.2")
    def one_template(request: Request) -> Reply:
        template = find(request)
        return api.one(f"GET {ONE}", TEMPLATE, template_view(central, template), template.revision)

    @api.operation(f"POST {TEMPLATES}", section="4.2, addition D")
    def create_template(request: Request) -> Reply:
        spec = request.body["templateVersionSpec"]
        if "versionId" in spec["versionSource"]:
            raise api.errors.invalid("A new template is made from a VM")
        task = templates.create(request.body["templateName"], request.body.get("templateDescription"), spec)
        return api.task(f"POST {TEMPLATES}", task)

    @api.operation(f"PUT {ONE}", section="4.2, addition D")
    def update_template(request: Request) -> Reply:
        template = find(request)
        api.match(request, template.revision)
        return api.task(f"PUT {ONE}", templates.update(template, request.body))

    @api.operation(f"DELETE {ONE}", section="4.2")
    def delete_template(request: Request) -> Reply:
        template = find(request)
        api.match(request, template.revision)
        return api.task(f"DELETE {ONE}", templates.delete(template))

    @api.operation(f"GET {VERSIONS}", section="4.2")
    def list_versions(request: Request) -> Reply:
        template = find(request, "templateExtId")
        views = [version_view(template, version) for version in template.versions]
        return api.page(f"GET {VERSIONS}", VERSION, views, request)

    @api.operation(f"GET {VERSIONS}/{{extId}}", section="4.2")
    def one_version(request: Request) -> Reply:
        template = find(request, "templateExtId")
        version = version_of(template, request.params["extId"])
        return api.one(f"GET {VERSIONS}/{{extId}}", VERSION, version_view(template, version), template.revision)

    @api.operation(f"DELETE {VERSIONS}/{{extId}}", section="4.2")
    def delete_version(request: Request) -> Reply:
        template = find(request, "templateExtId")
        version = version_of(template, request.params["extId"])
        if version is template.active and central.behaviour["active_version_deletion"] == "refuse":
            raise api.errors.invalid("The active version of a template cannot be deleted")
        return api.task(f"DELETE {VERSIONS}/{{extId}}", templates.delete_version(template, version))

    @api.operation(f"POST {ONE}/$actions/publish", section="4.2, addition A")
    def publish(request: Request) -> Reply:
        template = find(request)
        version = version_of(template, request.body.get("versionId"))
        api.match(request, template.revision)
        return api.task(f"POST {ONE}/$actions/publish", templates.publish(template, version))

    @api.operation(f"POST {ONE}/$actions/deploy", section="4.2")
    def deploy(request: Request) -> Reply:
        body = request.body
        version = version_of(find(request), body.get("versionId"))
        overrides = body.get("overrideVmConfigMap") or {}
        task = templates.deploy(version, body["clusterReference"], body["numberOfVms"], overrides)
        return api.task(f"POST {ONE}/$actions/deploy", task)
