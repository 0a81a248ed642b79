# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An AWS account in one region, through boto3: connection options, and what its refusals mean."""

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

ARGUMENTS: dict[str, Any] = {
    "region": {"type": "str", "required": True, "fallback": (env_fallback, ["AWS_REGION", "AWS_DEFAULT_REGION"])},
    "access_key_id": {"type": "str"},
    "secret_access_key": {"type": "str", "no_log": True},
    "session_token": {"type": "str", "no_log": True},
    "encrypted": {"type": "bool", "default": False},
    "kms_key_arn": {"type": "str", "no_log": False},
    "s3_bucket": {"type": "str"},
    "import_role": {"type": "str"},
    "endpoint_url": {"type": "str"},
    "ca_path": {"type": "path"},
}
READ_TIMEOUT = 60
# boto3 waits longer from one attempt to the next, also when AWS throttles
ATTEMPTS = 10
DENIED = ("AuthFailure", "UnauthorizedOperation", "AccessDeniedException", "UnrecognizedClientException")
CHECK_NETWORK = "Check region, endpoint_url, ca_path and the network to AWS, then run the same task again."


class Aws:
    """`ec2`, `ebs` and, where there is a bucket, `s3` are clients of boto3; their errors come out of `explained` as
    ours."""

    def __init__(self, params: Mapping[str, Any], connections: int) -> None:
        boto3 = library("boto3", "boto3")
        self._errors = library("botocore.exceptions", "boto3")
        self.endpoint = f"AWS {params['region']}"
        config = library("botocore.config", "boto3").Config(
            read_timeout=READ_TIMEOUT,
            max_pool_connections=max(10, connections),
            retries={"mode": "standard", "max_attempts": ATTEMPTS},
        )
        options = {
            "region_name": params["region"],
            "aws_access_key_id": params["access_key_id"],
            "aws_secret_access_key": params["secret_access_key"],
            "aws_session_token": params["session_token"],
            "endpoint_url": params["endpoint_url"],
            "verify": params["ca_path"] or None,
            "config": config,
        }
        with self.explained("the log-in"):
            self.ec2 = boto3.client("ec2", **options)
            self.ebs = boto3.client("ebs", **options)
            self.s3: Any = boto3.client("s3", **options) if params["s3_bucket"] else None

    @contextmanager
    def explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except self._errors.ClientError as error:
            raise self._refusal(what, error.response) from None
        except (self._errors.NoCredentialsError, self._errors.PartialCredentialsError):
            raise OperationError(
                f"{self.endpoint}: there are no credentials",
                "Give aws.access_key_id and aws.secret_access_key, or any other that boto3 finds.",
            ) from None
        except self._errors.BotoCoreError as error:
            raise Unreachable(f"{self.endpoint}: {what} failed: {error}", CHECK_NETWORK) from None

    def _refusal(self, what: str, response: Mapping[str, Any]) -> OperationError:
        told, status = response.get("Error", {}), response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        code = str(told.get("Code", ""))
        message = f"{self.endpoint}: {what} was refused with {code} ({told.get('Message', '')})"
        if code in DENIED or status in (401, 403):
            return AccessDenied(message, "Check the credentials and what they may do.", status=status, code=code)
        if "NotFound" in code:
            return NotFound(message, LOOK_FOR_IT, status=status, code=code)
        return ApiError(message, advice_for(status), status=status, code=code)
