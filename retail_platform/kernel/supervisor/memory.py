"""What the platform takes from the machine: proportional set size, so that pages shared by processes count once."""

from pathlib import Path


def tree(root: int) -> list[int]:
    """A process and all its descendants."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it ended while we looked
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found = [root]
    for pid in found:  # grows as it goes: breadth first
        found.extend(children.get(pid, ()))
    return found


def pss_mb(root: int) -> float:
    """Megabytes (10^6 bytes) of a process tree; a process that ends meanwhile, or is another user's, counts as 0."""
    return round(sum(_pss_kib(pid) for pid in tree(root)) * 1024 / 1_000_000, 1)


def _pss_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
