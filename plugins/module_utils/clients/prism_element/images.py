# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images of the cluster's image service, and their upload, which is known under v0.8 only (contract prism_element
addition 20)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    LOOK_AT_TASKS,
    PrismElement,
    explain,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.uploaded_disk import (
    COMPLETE,
    IMAGE,
    UNFINISHED,
    UploadedDisk,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.address import netloc
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.basic import Basic
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.byte_session import ByteSession
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound, OperationError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.transport import Transport

PLATFORM = "ahv"
CONTAINER = "X-Nutanix-Destination-Container"
DISK_IMAGE, ACTIVE = "DISK_IMAGE", "ACTIVE"


def list_images(client: PrismElement) -> list[UploadedDisk]:
    images = [image for image in client.entities("/images/") if not image.get("deleted")]
    return [_image(image) for image in images if image.get("image_type", DISK_IMAGE) == DISK_IMAGE]


def _image(image: Mapping[str, Any]) -> UploadedDisk:
    """An image is inactive until its content has come. Its annotation holds the marks."""
    state = COMPLETE if image.get("image_state") == ACTIVE else UNFINISHED
    size = int(image.get("vm_disk_size") or 0)
    marks = _marks(image.get("annotation") or "")
    return UploadedDisk(PLATFORM, image.get("uuid") or "", image.get("name") or "", IMAGE, size, state, marks)


def _marks(annotation: str) -> dict[str, str]:
    try:
        marks = json.loads(annotation)
    except ValueError:
        return {}
    if isinstance(marks, dict):
        return {str(key): str(value) for key, value in marks.items()}
    return {}


def create_image(client: PrismElement, name: str, marks: Mapping[str, str]) -> str:
    """An image without content; returns the task."""
    spec = {"name": name, "annotation": json.dumps(dict(marks)), "image_type": DISK_IMAGE}
    return _task(client, client.request("POST", "/images/", payload=spec).body)


def delete_image(client: PrismElement, uuid: str) -> str:
    """Returns the task, '' when it is gone already."""
    try:
        return _task(client, client.request("DELETE", f"/images/{segment(uuid)}").body)
    except NotFound:
        return ""


def _task(client: PrismElement, body: Any) -> str:
    """Older versions of the API write names in another way."""
    answer = body if isinstance(body, dict) else {}
    task = answer.get("task_uuid") or answer.get("taskUuid")
    if not task:
        raise OperationError(f"{client.endpoint} answered without a task: {str(body)[:200]}", LOOK_AT_TASKS)
    return str(task)


def upload_image(
    client: PrismElement, params: Mapping[str, Any], uuid: str, container: str, content: Iterable[bytes]
) -> str:
    """Send the content, from a file that has a length; returns the task."""
    location = netloc("nutanix_host", params["nutanix_host"], params["nutanix_port"], "nutanix_port")
    account = Basic(params["nutanix_username"], params["nutanix_password"])
    session = ByteSession(
        client.endpoint,
        f"https://{location}/api/nutanix/v0.8",
        authorization=account,
        explain=explain,
        proof=PrismElement.proof(params),
        transport=Transport.of(params),
    )
    path = f"/images/{segment(uuid)}/upload"
    with session.stream("PUT", path, {}, content, {CONTAINER: container, **account.headers()}) as answer:
        body = b"".join(answer.chunks)
    try:
        return _task(client, json.loads(body))
    except ValueError:
        raise OperationError(
            f"{client.endpoint} answered the upload with no JSON: {body[:200]!r}", LOOK_AT_TASKS
        ) from None
