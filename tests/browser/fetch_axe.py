"""Puts axe-core, which looks for what keeps people out of a page, into var/: `python -m tests.browser.fetch_axe`.

The package is that of axe-core.json, taken by npm and held against the checksum that stands there.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PINNED = json.loads(Path(__file__).with_name("axe-core.json").read_text(encoding="utf-8"))
SCRIPT = ROOT / "var" / PINNED["package"].replace("@", "-") / "axe.min.js"


def fetch() -> None:
    """Take the package and keep its script. Raises ValueError where it is another than the pinned one."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder, PINNED["package"]]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300)
        (archive,) = Path(folder).glob("*.tgz")
        found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != PINNED["integrity"]:
            raise ValueError(f"{PINNED['package']} has the checksum {found}, and axe-core.json has another")
        with tarfile.open(archive) as opened:
            script = opened.extractfile("package/axe.min.js")
            assert script is not None
            SCRIPT.parent.mkdir(parents=True, exist_ok=True)
            SCRIPT.write_bytes(script.read())


if __name__ == "__main__":
    if not SCRIPT.exists():
        fetch()
    sys.stdout.write(f"{SCRIPT}\n")
