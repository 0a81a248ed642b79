# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gc
import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: recorder
type: aggregate
short_description: Write every task result as a line of JSON, for tests
description:
  - Writes to the file that the environment variable E(RECORDER_FILE) names.
requirements:
  - enabled in configuration
"""

# A process for each task and host copies every page on which the garbage collector marks objects: rarely, and never
# those that were there before. That is a tenth of what a playbook costs.
gc.set_threshold(50_000, 20, 100)
os.register_at_fork(before=gc.freeze)


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "recorder"
    CALLBACK_NEEDS_ENABLED = True
    ANSIBLE_SUPPORTS_MASKING = True

    def _record(self, status, result):
        # ansible-core 2.19 renamed the attributes.
        host = getattr(result, "host", None) or result._host
        task = getattr(result, "task", None) or result._task
        content = getattr(result, "result", None) or result._result
        line = {
            "status": status,
            "host": host.get_name(),
            "task": task.get_name(),
            "action": task.action,
            "result": content,
        }
        with open(os.environ["RECORDER_FILE"], "a", encoding="utf-8") as record:
            record.write(json.dumps(line, default=str) + "\n")

    def v2_runner_on_ok(self, result):
        self._record("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._record("ignored" if ignore_errors else "failed", result)

    def v2_runner_on_skipped(self, result):
        self._record("skipped", result)

    def v2_runner_on_unreachable(self, result):
        self._record("unreachable", result)
