# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gc
import hashlib
import json
import marshal
import os

from ansible.plugins.callback import CallbackBase
from jinja2.environment import Environment

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


def _compile_templates_once():
    """Each process compiles the same variables anew, thousands in one failover: a quarter of what it costs. Here all of
    a test session read what the first of them compiled."""
    directory = os.environ["RECORDER_TEMPLATES"]
    compile_anew = Environment.compile

    def compile_once(self, source, name=None, filename=None, raw=False, defer_init=False):
        # How a backslash is meant depends on where the text came from.
        if not isinstance(source, str) or "\\" in source or name or filename or raw:
            return compile_anew(self, source, name, filename, raw, defer_init)
        settings = (type(self).__name__, self.variable_start_string, self.block_start_string, self.trim_blocks)
        key = hashlib.sha256(repr((settings, defer_init, source)).encode("utf-8", "surrogatepass")).hexdigest()
        path = os.path.join(directory, key)
        try:
            with open(path, "rb") as compiled:
                return marshal.load(compiled)
        except OSError:
            code = compile_anew(self, source, name, filename, raw, defer_init)
        with open(f"{path}.{os.getpid()}", "wb") as compiled:
            marshal.dump(code, compiled)
        os.replace(compiled.name, path)
        return code

    Environment.compile = compile_once


_compile_templates_once()


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
