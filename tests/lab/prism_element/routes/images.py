# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image service: images without content, and their upload, which stands under v0.8 only (contract prism_element
addition 20)."""

from __future__ import annotations

from typing import Any

from lab.prism_element.routes.vms import started
from lab.prism_element.schemas import CREATE_IMAGE
from lab.prism_element.state.cluster import Cluster
from lab.prism_element.state.images import ACTIVE, Image
from lab.prism_element.state.tasks import Task
from lab.prism_element.views.envelopes import acropolis_envelope
from lab.router import Router
from lab.wire import Reply, Request

CONTAINER = "x-nutanix-destination-container"


def add_routes(router: Router, cluster: Cluster) -> None:
    """Make the paths known."""
    images = cluster.image_service

    @router.route("GET", "/images", section="addition 20")
    def list_images(_request: Request) -> Reply:
        return Reply(body=acropolis_envelope([_view(image) for image in images]))

    @router.route("POST", "/images", section="addition 20", body=CREATE_IMAGE)
    def create(request: Request) -> Reply:
        body = request.body

        def make(task: Task) -> None:
            image = images.make(body["name"], body.get("annotation", ""), body["image_type"])
            task.entities.append(("IMAGE", image.uuid))

        return started(cluster.tasks.start("ImageCreate", "update", make))

    @router.route("GET", "/images/{uuid}", section="addition 20")
    def get(request: Request) -> Reply:
        return Reply(body=_view(images.find(request.params["uuid"])))

    @router.route("DELETE", "/images/{uuid}", section="addition 20")
    def delete(request: Request) -> Reply:
        uuid = images.find(request.params["uuid"]).uuid
        return started(cluster.tasks.start("ImageDelete", "delete", lambda _task: images.drop(uuid), [("IMAGE", uuid)]))


def add_v08_routes(router: Router, cluster: Cluster) -> None:
    """Make the upload known."""
    images = cluster.image_service

    @router.route("PUT", "/images/{uuid}/upload", section="addition 20")
    def upload(request: Request) -> Reply:
        uuid, container = images.find(request.params["uuid"]).uuid, request.header(CONTAINER)
        if container not in cluster.containers.values():
            raise cluster.errors.invalid(f"Storage container {container} is not there")
        content = request.content

        def fill(_task: Task) -> None:
            images.fill(uuid, container, content)

        return started(cluster.tasks.start("ImageUpload", "update", fill, [("IMAGE", uuid)]))


def _view(image: Image) -> dict[str, Any]:
    shown = {
        "uuid": image.uuid,
        "name": image.name,
        "annotation": image.annotation,
        "deleted": False,
        "image_type": image.image_type,
        "image_state": image.state,
        "created_time_in_usecs": image.created_usecs,
        "updated_time_in_usecs": image.created_usecs,
    }
    if image.state == ACTIVE:
        shown.update(vm_disk_id=image.vm_disk, vm_disk_size=image.size, storage_container_uuid=image.container)
    return shown
