# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Google Cloud project, through Google's own libraries: connection options, and what refusals mean."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import env_fallback

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.optional_library import library
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.advice import LOOK_FOR_IT, advice_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    NotFound,
    OperationError,
    Unreachable,
)

ARGUMENTS: dict[str, Any] = {
    "project": {"type": "str", "required": True, "fallback": (env_fallback, ["GCP_PROJECT", "GOOGLE_CLOUD_PROJECT"])},
    "service_account_key": {
        "type": "str",
        "required": True,
        "no_log": True,
        "fallback": (env_fallback, ["GCP_SERVICE_ACCOUNT_CONTENTS", "GCP_SERVICE_ACCOUNT_FILE"]),
    },
    "bucket": {"type": "str"},
    "storage_location": {"type": "str"},
    "guest_os_features": {
        "type": "list",
        "elements": "str",
        "default": ["WINDOWS", "UEFI_COMPATIBLE", "VIRTIO_SCSI_MULTIQUEUE"],
    },
    "storage_endpoint": {"type": "str"},
    "compute_endpoint": {"type": "str"},
}
SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]
TIMEOUT = 120
CHECK_NETWORK = (
    "Check storage_endpoint, compute_endpoint and the network to Google Cloud, then run the same task again."
)


class Google:
    """Clients of Google's own libraries; their errors come out of `explained` as ours."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        account = library("google.oauth2.service_account", "google-auth")
        storage = library("google.cloud.storage", "google-cloud-storage")
        self.compute = library("google.cloud.compute_v1", "google-cloud-compute")
        self._errors = library("google.api_core.exceptions", "google-cloud-storage")
        self._auth_errors = library("google.auth.exceptions", "google-auth")
        self.params = params
        self.project: str = params["project"]
        self.endpoint = f"Google Cloud {self.project}"
        try:
            credentials = account.Credentials.from_service_account_info(_key(params), scopes=SCOPES)
        except ValueError as error:
            raise _no_key(str(error)) from None
        computing = {"credentials": credentials, "client_options": _at(params["compute_endpoint"])}
        self.images = self.compute.ImagesClient(**computing)
        self.operations = self.compute.GlobalOperationsClient(**computing)
        self.storage = storage.Client(
            self.project, credentials=credentials, client_options=_at(params["storage_endpoint"])
        )

    @contextmanager
    def explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except self._errors.GoogleAPICallError as error:
            raise self._refusal(what, error) from None
        except self._auth_errors.RefreshError as error:
            raise AccessDenied(
                f"{self.endpoint}: the log-in was refused: {error.args[0]}", "Check service_account_key.", status=401
            ) from None
        except (self._errors.GoogleAPIError, self._auth_errors.GoogleAuthError, OSError) as error:
            raise Unreachable(f"{self.endpoint}: {what} failed: {error}", CHECK_NETWORK) from None

    def _refusal(self, what: str, error: Any) -> OperationError:
        status = int(error.code or 0)
        message = f"{self.endpoint}: {what} was refused with {status} ({error.message})"
        if status in (401, 403):
            return AccessDenied(message, "Check what the service account may do.", status=status)
        if status == 404:
            return NotFound(message, LOOK_FOR_IT, status=status)
        return ApiError(message, advice_for(status), status=status)


def _at(endpoint: str | None) -> dict[str, str] | None:
    if endpoint:
        return {"api_endpoint": endpoint}
    return None


def _key(params: Mapping[str, Any]) -> dict[str, Any]:
    """The content of the key file, or the file itself."""
    text = params["service_account_key"].strip()
    try:
        if not text.startswith("{"):
            text = Path(text).expanduser().read_text(encoding="utf-8")
        key: dict[str, Any] = json.loads(text)
    except (OSError, ValueError):
        raise _no_key("it is neither JSON nor a file with JSON") from None
    return key


def _no_key(reason: str) -> OperationError:
    return OperationError(
        f"gcp.service_account_key is no key of a service account: {reason}",
        "Give the JSON that Google Cloud makes under Keys of the service account, or the path of its file.",
        options=("gcp",),
    )
