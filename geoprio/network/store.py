"""A prepared network in one file: zip of plain numpy arrays and a JSON header, nothing that runs when it is read."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError

from geoprio._core.errors import InputError, MissingError
from geoprio._core.files import whole_file
from geoprio.network.build import FLAGS, Network
from geoprio.network.chains import Chains

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT = "geoprio network"
VERSION = 1
"""Raised when arrays are added, renamed or mean something else."""

HEADER = "header.json"
KINDS = {
    **dict.fromkeys(("x", "y", "length", "z"), "f"),
    **dict.fromkeys((*FLAGS, "same_way"), "b"),
    **dict.fromkeys(("start", "end", *(f.name for f in fields(Chains) if f.name != "same_way")), "iu"),
}
"""What each array may hold: kinds of numpy."""

NETWORK = ("x", "y", "start", "end", "length", "z", *FLAGS)


def save_network(network: Network, path: str | Path) -> None:
    """Write a network with its contracted form, so that the next scenario costs only the search.

    Parameters
    ----------
    network : Network
    path : str or Path
        An existing file is replaced once the new one is whole.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    arrays = {name: values for name in NETWORK if (values := getattr(network, name)) is not None}
    arrays |= {f"chains.{f.name}": getattr(network.chains, f.name) for f in fields(Chains)}
    header = {
        "format": FORMAT,
        "version": VERSION,
        "crs": None if network.crs is None else network.crs.to_wkt(),
        "arrays": {name: _digest(values) for name, values in arrays.items()},
    }
    with whole_file(Path(path)) as new, zipfile.ZipFile(new, "w", zipfile.ZIP_STORED) as archive:
        # A fixed date: the same network gives the same bytes.
        archive.writestr(zipfile.ZipInfo(HEADER), json.dumps(header, indent=1))
        for name, values in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.ascontiguousarray(values), allow_pickle=False)


def load_network(path: str | Path) -> Network:
    """Return a network that `save_network` wrote.

    Raises
    ------
    MissingError
        If there is no such file.
    InputError
        If it is no network of geoprio, of another version, cut short or changed.
    """
    file = Path(path)
    if not file.is_file():
        raise MissingError(f"{path}: there is no such file.")
    try:
        with zipfile.ZipFile(file) as archive:
            return _network(archive)
    except (InputError, zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError, OSError, CRSError) as error:
        raise InputError(f"{path}: no network file that can be used: {error} Save the network again.") from None


def _network(archive: zipfile.ZipFile) -> Network:
    header = _header(archive)
    arrays = {name: _array(archive, name, digest) for name, digest in dict(header["arrays"]).items()}
    for name, kinds in KINDS.items():
        for key in {name, f"chains.{name}"} & arrays.keys():
            if arrays[key].dtype.kind not in kinds:
                raise InputError(f"the array {key} holds {arrays[key].dtype}.")
    chains = Chains(**{f.name: arrays[f"chains.{f.name}"] for f in fields(Chains)})
    x, y, start, end, length = (arrays[name] for name in ("x", "y", "start", "end", "length"))
    crs = None if header["crs"] is None else CRS.from_wkt(header["crs"])
    flags = {name: arrays.get(name) for name in FLAGS}
    network = Network(x, y, start, end, length, arrays.get("z"), **flags, crs=crs)
    if not _fits(chains, network):
        raise InputError("its chains do not belong to its segments.")
    # A cached property reads its value from here.
    network.__dict__["chains"] = chains
    return network


def _digest(values: NDArray[Any]) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).data).hexdigest()


def _header(archive: zipfile.ZipFile) -> dict[str, Any]:
    header = json.loads(archive.read(HEADER))
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise InputError("it is not of geoprio.")
    if header["version"] != VERSION:
        raise InputError(f"it is of version {header['version']}, this geoprio reads version {VERSION}.")
    return header


def _array(archive: zipfile.ZipFile, name: str, digest: str) -> NDArray[Any]:
    with archive.open(f"{name}.npy") as member:
        values: NDArray[Any] = np.lib.format.read_array(member, allow_pickle=False)
    if _digest(values) != digest:
        raise InputError(f"the array {name} was changed after it was written.")
    return values


def _fits(chains: Chains, network: Network) -> bool:
    """Whether every number in the chains names something that is there: compiled loops trust them."""
    segments, edges, junctions = len(network.start), len(chains.first), len(chains.pointer) - 1
    entries = int(chains.pointer[-1]) if junctions >= 0 else -1
    shapes = (
        all(v.ndim == 1 for v in vars(chains).values())
        and all(len(v) == segments for v in (chains.edge, chains.same_way, chains.chain, chains.begin))
        and len(chains.last) == edges
        and len(chains.neighbour) == len(chains.at) == entries
    )
    if not shapes:
        return False
    named = (
        (chains.edge, edges), (chains.chain, segments), (chains.begin, segments), (chains.at, edges),
        (chains.first, junctions), (chains.last, junctions), (chains.neighbour, junctions),
    )  # fmt: skip
    within = all(not len(v) or (v.min() >= 0 and v.max() < n) for v, n in named)
    return within and int(chains.pointer[0]) == 0 and bool((np.diff(chains.pointer) >= 0).all())
