# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that a run leaves for people and schedulers."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError


class AlreadyThere(Exception):
    """There is a file where a new one was to be."""


def write_report(path: Path, text: str, reassurance: str, what: str = "report", new: bool = False) -> None:
    """Whole or not at all, also when the run is killed here. `reassurance` ends the advice of the error when the file,
    a `what`, cannot be written.

    A `new` one never takes the place of another: AlreadyThere says that somebody else was quicker, such as another host
    of the same play.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as unfinished:
            unfinished.write(text)
        os.chmod(unfinished.name, 0o644)
        if new:
            _put_new(unfinished.name, path)
        else:
            os.replace(unfinished.name, path)
    except OSError as error:
        raise OperationError(
            f"The {what} cannot be written to {path}: {error.strerror}", f"Choose another path; {reassurance}"
        ) from None


def _put_new(unfinished: str, path: Path) -> None:
    try:
        os.link(unfinished, path)
    except FileExistsError:
        os.unlink(unfinished)
        raise AlreadyThere from None
    except OSError:
        # A file system without hard links
        os.replace(unfinished, path)
    else:
        os.unlink(unfinished)


def unwritable(path: Path) -> str:
    """Why no file can be written there, '' when one can as far as it can be told without writing."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        # A name that is too long, a folder that may not be looked into
        return error.strerror or str(error)
    if path.is_dir():
        return "it is a directory"
    above = next(folder for folder in path.parents if folder.exists())
    if not above.is_dir():
        return f"{above} is no directory"
    if os.access(above, os.W_OK | os.X_OK):
        return ""
    return f"this user may not write into {above}"
