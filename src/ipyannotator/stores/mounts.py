"""Whether a folder lies on a network file system, as far as the system tells."""

from __future__ import annotations

import functools
import re
from pathlib import Path

_NETWORK = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "fuse.cephfs", "fuse.davfs", "fuse.gcsfuse", "fuse.glusterfs",
        "fuse.goofys", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "gfs2", "glusterfs", "gpfs", "lustre", "nfs", "nfs4",
        "smb3", "smbfs",
    }
)  # fmt: skip


def file_system(folder: Path, mounts: str) -> str:
    """Return the type of the file system that holds a folder, given the text of Linux's `/proc/self/mounts`."""
    kinds: dict[str, str] = {}
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) > 2:  # noqa: PLR2004 - device, mount point, type
            # Blanks in mount points are written as octal escapes.
            kinds[re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[1])] = fields[2]
    for parent in (folder, *folder.parents):
        if str(parent) in kinds:
            return kinds[str(parent)]
    return ""


@functools.lru_cache(maxsize=64)
def is_network(folder: Path) -> bool:
    """Return whether a folder is known to lie on a network file system; False where the system does not tell."""
    try:
        return (
            file_system(folder.resolve(), Path("/proc/self/mounts").read_text(errors="replace")) in _NETWORK
        )
    except (OSError, ValueError):
        return False
