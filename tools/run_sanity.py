# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run `ansible-test sanity` with this Python, on a copy of the checkout: of what runs at a user's, or with --all of
everything. The tests and measurements are half of what it looks at, and ruff has seen them.

ansible-test wants a real directory called ansible_collections/NAMESPACE/NAME (it resolves links), which is a repository
of its own: in an ignored folder of ours it would find nothing to test and say that all is well.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

CHECKOUT = Path.cwd()
TREE = CHECKOUT / ".venv/tree/ansible_collections/euc/nutanix_citrix"
# ansible-test keeps its environments in the home directory, which is not ours
HOME = CHECKOUT / ".venv/home"
CACHE = HOME / ".ansible/test/cache"
PIP_SETTINGS = (Path.home() / ".config/pip/pip.conf", Path.home() / ".pip/pip.conf")
OF_DEVELOPERS = ("tests/", "bench/", "tools/")
# ansible-test reads it
SETTINGS = "tests/config.yml"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

INSTALL_PIP = """
    import pathlib, sys
    here = pathlib.Path(__file__).resolve().parent
    sys.path.insert(0, str(next(here.glob("pip-{version}-*.whl"))))
    from pip._internal.cli.main import main
    sys.exit(main(["install", "--find-links", str(here), *(a for a in sys.argv[1:] if not a.startswith("--no-"))]))
"""


def copy_checkout(*, everything: bool) -> None:
    """Copy what git knows or would add, without what is deleted."""
    shutil.rmtree(TREE, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        counts = everything or name == SETTINGS or not name.startswith(OF_DEVELOPERS)
        if counts and Path(name).is_file():
            TREE.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(name, TREE / name)
    subprocess.run(["git", "init", "--quiet", str(TREE)], check=True)


def provide_pip() -> None:
    """Put the pip that ansible-test installs into its environments where it looks first: it would fetch it from a host
    that not every network reaches."""
    package = importlib.util.find_spec("ansible_test")
    source = Path(package.submodule_search_locations[0], "_internal/python_requirements.py").read_text(encoding="utf-8")
    version = re.search(r"\bpip='([\d.]+)'", source).group(1)
    script = CACHE / f"get_pip_{version.replace('.', '_')}.py"
    if not script.exists():
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", f"pip=={version}", "--dest", str(CACHE)],
            check=True,
        )
        script.write_text(textwrap.dedent(INSTALL_PIP).lstrip().format(version=version), encoding="utf-8")


def main() -> int:
    copy_checkout(everything="--all" in sys.argv)
    provide_pip()
    # Shims of absent Pythons on the usual PATH would end the run.
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(HOME)}
    # How pip is told of mirrors and certificates stays where its owner keeps it
    settings = next((path for path in PIP_SETTINGS if path.is_file()), None)
    if settings:
        environment.setdefault("PIP_CONFIG_FILE", str(settings))
    command = ["ansible-test", "sanity", "--local", "--python", PYTHON, "--color", "no"]
    tests = set()
    with subprocess.Popen(
        command, cwd=TREE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as run:
        for line in run.stdout:
            print(line, end="", flush=True)
            tests.update(re.findall(r'^Running sanity test "([\w-]+)"', line))
    if not run.returncode and "validate-modules" not in tests:
        print("ansible-test looked at no module.")
        return 1
    print(f"{len(tests)} sanity tests {'run, some failed' if run.returncode else 'passed'}")
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
