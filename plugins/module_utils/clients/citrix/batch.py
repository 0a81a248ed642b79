# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many requests in one (contract citrix 6). The outer answer says nothing of the items: each has its own code, and
its body is text that holds JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.jobs import (
    JobFailed,
    job_id_of,
    read_jobs,
    read_results,
    wait_for_job,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix_cloud import explain
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Deadline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.advice import MAY_HAVE_TAKEN_EFFECT
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    AnswerLost,
    ApiError,
    NotFound,
    OperationError,
    StillRunning,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.retries import retry_delay
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import Refused

JOB_TYPE = "Batch"
PATH_STYLE_ROOT = "/citrix/orchestration/api"
NOT_THERE = (404, 405, 501)
TOO_LARGE = (400, 413)


class NoBatch(OperationError):
    """The site has no $batch. Nothing was done."""


class BatchTooLarge(OperationError):
    """The site does not take a batch like this, most likely for the number of its items (contract citrix U2). Nothing
    was done."""


class BatchNotTaken(OperationError):
    """The site is too busy for it. Nothing was done; it may be sent again later."""


class BatchLost(OperationError):
    """Nobody knows what became of the items: the answer, the job or its results were lost, or the job failed. Look at
    the objects."""


@dataclass(frozen=True)
class BatchItem:
    """One request of a batch. `reference` is unique in it; `path` is one below the API's root."""

    reference: str
    method: str
    path: str
    payload: Any = None


@dataclass(frozen=True)
class ItemAnswer:
    """What the site answered to one item. `location` is that of the job which a code 202 announces, `delay` the seconds
    it asks to wait."""

    code: int
    refused: Refused
    location: str = ""
    delay: float | None = None

    @property
    def told(self) -> str:
        """The refusal in words."""
        text = f"{self.code}: {self.refused.text or 'no explanation'}"
        if self.refused.transaction_id:
            return f"{text} (transaction {self.refused.transaction_id})"
        return text


def carry_out(
    site: CitrixSite, items: Sequence[BatchItem], *, what: str, timeout: float, first_look: float = 0.0
) -> dict[str, ItemAnswer]:
    """Send a batch as a job, wait for it, and return the answers by reference; an item that the site lost is not among
    them.

    `first_look` is after how many seconds it is worth looking how the job is, known from the batches before. Each item
    carries its own Authorization, since
    nobody knows whether it inherits that of the batch (contract citrix U2). Raises NoBatch, BatchTooLarge,
    BatchNotTaken or BatchLost."""
    body = {"Items": [_wire(site, item) for item in items]}
    try:
        answer = site.request("POST", "/$batch", params={"async": True}, payload=body)
    except AnswerLost as error:
        raise BatchLost.of(error) from None
    except ApiError as error:
        if error.status in NOT_THERE or isinstance(error, NotFound):
            raise NoBatch(error.message, "Set write_by to auto or single.") from None
        if error.status in TOO_LARGE:
            raise BatchTooLarge(error.message, "Choose a smaller batch_size.") from None
        if error.status == 429:
            raise BatchNotTaken.of(error) from None
        if error.status >= 500:
            raise BatchLost.of(error) from None
        raise
    job_id = job_id_of(answer)
    if job_id:
        time.sleep(min(first_look, timeout))
    result = _result(site, job_id, what, timeout) if job_id else answer.body
    answers = result.get("Items") if isinstance(result, dict) else None
    if not isinstance(answers, list):
        raise BatchLost(f"{site.endpoint}: {what}: the answer to the batch holds no items", MAY_HAVE_TAKEN_EFFECT)
    return {str(item.get("Reference")): _item_answer(item) for item in answers if isinstance(item, dict)}


def wait_for_batches(site: CitrixSite, timeout: float, progress: Callable[[str], None]) -> int:
    """Let batches of ours that still run come to an end, those of a run that was killed or whose answer was lost.
    Returns how many there were.

    One that does not end is left at work after `timeout` seconds, which are for all of them.
    """
    running = [job for job in read_jobs(site) if job.type == JOB_TYPE and job.pending]
    deadline = Deadline(timeout)
    for job in running:
        try:
            wait_for_job(site, job.id, what="An earlier batch", timeout=deadline.left, progress=progress)
        except JobFailed:
            # What it did or did not do is seen from the objects.
            continue
        except StillRunning as error:
            progress(f"{error.message}; going on without its end")
    return len(running)


def _result(site: CitrixSite, job_id: str, what: str, timeout: float) -> Any:
    try:
        wait_for_job(site, job_id, what=what, timeout=timeout, progress=_silence)
        return read_results(site, job_id).body
    except AccessDenied:
        raise
    except OperationError as error:
        raise BatchLost.of(error) from None


def _wire(site: CitrixSite, item: BatchItem) -> dict[str, Any]:
    # Hosts of the path style want customer and site before the path (6)
    prefix = f"/{site.customer_id}/{site.id}" if site.api_root.casefold().startswith(PATH_STYLE_ROOT) else ""
    return {
        "Reference": item.reference,
        "Method": item.method,
        "RelativeUrl": f"{prefix}{item.path}",
        "Headers": [{"Name": "Authorization", "Value": f"Bearer {site.token()}"}],
        "Body": None if item.payload is None else json.dumps(item.payload),
    }


def _item_answer(item: Mapping[str, Any]) -> ItemAnswer:
    headers = {
        str(pair.get("Name")).casefold(): str(pair.get("Value") or "")
        for pair in item.get("Headers") or []
        if isinstance(pair, dict)
    }
    body = _parsed(item.get("Body"))
    code = _number(item.get("Code"))
    delay = _seconds(headers.get("retry-after")) if headers.get("retry-after") else retry_delay(body)
    details = {"Citrix-TransactionId": headers.get("citrix-transactionid", "")}
    return ItemAnswer(
        code=code, refused=explain(code, details, body), location=headers.get("location", ""), delay=delay
    )


def _parsed(body: Any) -> Any:
    if not isinstance(body, str) or not body:
        return body
    try:
        return json.loads(body)
    except ValueError:
        return body


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _seconds(text: Any) -> float | None:
    try:
        return max(0.0, float(text))
    except ValueError:
        return None


def _silence(_line: str) -> None:
    """Batches run side by side; their writer says how far all of them are."""
