# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a page looks like in headless Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

PROGRAMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
QUIETLY = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def find_browser() -> str | None:
    """Chromium, or None when there is none and EUC_WITHOUT_BROWSER=1 says that this is all right."""
    found = next((path for program in PROGRAMS if (path := shutil.which(program))), None)
    if found is None and os.environ.get("EUC_WITHOUT_BROWSER") != "1":
        raise FileNotFoundError(
            "No Chromium is installed. Install it, or set EUC_WITHOUT_BROWSER=1 to leave out looking at the page."
        )
    return found


def screenshot(browser: str, page: Path, picture: Path, size: tuple[int, int], dark: bool = False) -> Image.Image:
    """The upper left of the page, written to `picture` as well."""
    scheme = "--blink-settings=preferredColorScheme=0" if dark else "--blink-settings=preferredColorScheme=1"
    with tempfile.TemporaryDirectory() as profile:
        options = [
            *QUIETLY,
            scheme,
            f"--user-data-dir={profile}",
            f"--screenshot={picture}",
            f"--window-size={size[0]},{size[1]}",
        ]
        done = subprocess.run(
            [browser, *options, page.as_uri()], capture_output=True, text=True, timeout=120, check=False
        )
    if not picture.exists():
        raise RuntimeError(f"{browser} took no picture of {page}: {done.stderr}")
    with Image.open(picture) as image:
        return image.convert("RGB")
