# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A resource group of an Azure subscription, through Microsoft's own libraries: connection options, and what refusals
mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.pace import paced

MANAGEMENT, AUTHORITY = "https://management.azure.com", "https://login.microsoftonline.com"
STORAGE_TYPES = ("Standard_LRS", "Premium_LRS", "StandardSSD_LRS", "Premium_ZRS", "StandardSSD_ZRS")
ARGUMENTS: dict[str, Any] = {
    "subscription_id": {
        "type": "str",
        "required": True,
        "fallback": (env_fallback, ["AZURE_SUBSCRIPTION_ID"]),
    },
    "resource_group": {"type": "str", "required": True},
    "location": {"type": "str"},
    "storage_type": {"type": "str", "choices": list(STORAGE_TYPES), "default": "Premium_LRS"},
    "hyper_v_generation": {"type": "str", "choices": ["V1", "V2"], "default": "V2"},
    "tenant_id": {"type": "str", "required": True, "fallback": (env_fallback, ["AZURE_TENANT", "AZURE_TENANT_ID"])},
    "client_id": {"type": "str", "required": True, "fallback": (env_fallback, ["AZURE_CLIENT_ID"])},
    "client_secret": {
        "type": "str",
        "required": True,
        "no_log": True,
        "fallback": (env_fallback, ["AZURE_SECRET", "AZURE_CLIENT_SECRET"]),
    },
    "management_endpoint": {"type": "str", "default": MANAGEMENT},
    "authority": {"type": "str", "default": AUTHORITY},
    "ca_path": {"type": "path"},
}
READ_TIMEOUT = 120
# They wait longer from one attempt to the next, also when Azure throttles
ATTEMPTS = 10
PAUSE_BETWEEN_LOOKS = 5.0
# Microsoft's own, before the second attempt
PAUSE_OF_STORAGE = 15.0
CHECK_NETWORK = "Check management_endpoint, authority, ca_path and the network to Azure, then run the same task again."


class Azure:
    """`disks` are the operations on managed disks of Microsoft's client; errors come out of `explained` as ours."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        identity = library("azure.identity", "azure-identity")
        compute = library("azure.mgmt.compute", "azure-mgmt-compute")
        self._errors = library("azure.core.exceptions", "azure-mgmt-compute")
        self._blob = library("azure.storage.blob", "azure-storage-blob")
        self.models = library("azure.mgmt.compute.models", "azure-mgmt-compute")
        self.params = params
        self.group: str = params["resource_group"]
        self.endpoint = f"Azure {self.group}"
        self._verify = params["ca_path"] or True
        with self.explained("the log-in"):
            credential = identity.ClientSecretCredential(
                params["tenant_id"],
                params["client_id"],
                params["client_secret"],
                authority=params["authority"],
                disable_instance_discovery=params["authority"] != AUTHORITY,
                connection_verify=self._verify,
            )
            self.disks = compute.ComputeManagementClient(
                credential,
                params["subscription_id"],
                base_url=params["management_endpoint"],
                credential_scopes=[f"{params['management_endpoint'].rstrip('/')}/.default"],
                connection_verify=self._verify,
                polling_interval=paced(PAUSE_BETWEEN_LOOKS),
                retry_total=ATTEMPTS,
                read_timeout=READ_TIMEOUT,
            ).disks

    def pages(self, sas: str) -> Any:
        """The page blob behind a disk, for as long as access to it is granted."""
        return self._blob.BlobClient.from_blob_url(
            sas,
            retry_total=ATTEMPTS,
            initial_backoff=paced(PAUSE_OF_STORAGE),
            read_timeout=READ_TIMEOUT,
            connection_verify=self._verify,
        )

    @contextmanager
    def explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except self._errors.ClientAuthenticationError as error:
            raise AccessDenied(
                f"{self.endpoint}: the log-in was refused: {_first_line(error)}",
                "Check tenant_id, client_id and client_secret.",
                status=401,
            ) from None
        except self._errors.HttpResponseError as error:
            raise self._refusal(what, error) from None
        except self._errors.AzureError as error:
            raise Unreachable(f"{self.endpoint}: {what} failed: {_first_line(error)}", CHECK_NETWORK) from None

    def _refusal(self, what: str, error: Any) -> OperationError:
        status = error.status_code or 0
        code = str(getattr(getattr(error, "error", None), "code", "") or getattr(error, "error_code", "") or "")
        message = f"{self.endpoint}: {what} was refused with {status} {code} ({_first_line(error)})"
        if status in (401, 403):
            return AccessDenied(message, "Check what the service principal may do.", status=status, code=code)
        if status == 404:
            return NotFound(message, LOOK_FOR_IT, status=status, code=code)
        return ApiError(message, advice_for(status), status=status, code=code)


def _first_line(error: Any) -> str:
    """Without the query of an address, which is a secret there."""
    lines = str(error.message).splitlines() or [""]
    return lines[0].partition("?s")[0][:300]
