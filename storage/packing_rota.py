"""Turns and layers of a rota as JSON, and back."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from domain.ids import MemberId
from domain.rota import Layer, Tier
from domain.rotation import Rotation

Packed = dict[str, Any]


def pack_rotation(rotation: Rotation | None) -> Packed:
    """Return a rotation; nothing at all for a tier without turns."""
    if rotation is None:
        return {}
    return {
        "members": list(rotation.members),
        "starts_on": rotation.starts_on.isoformat(),
        "days": rotation.days,
        "handoff_at": rotation.handoff_at.isoformat(),
        "time_zone": rotation.time_zone,
    }


def unpack_rotation(packed: Packed) -> Rotation | None:
    return _rotation(packed) if packed else None


def pack_layer(layer: Layer) -> Packed:
    return {
        "tier": layer.tier.value,
        "name": layer.name,
        "rotation": pack_rotation(layer.rotation),
        "ends": layer.ends.isoformat(),
        "on_holidays_only": layer.on_holidays_only,
    }


def unpack_layer(packed: Packed) -> Layer:
    return Layer(
        tier=Tier(packed["tier"]),
        name=packed["name"],
        rotation=_rotation(packed["rotation"]),
        ends=time.fromisoformat(packed["ends"]),
        on_holidays_only=packed["on_holidays_only"],
    )


def _rotation(packed: Packed) -> Rotation:
    return Rotation(
        members=tuple(MemberId(member) for member in packed["members"]),
        starts_on=date.fromisoformat(packed["starts_on"]),
        days=packed["days"],
        handoff_at=time.fromisoformat(packed["handoff_at"]),
        time_zone=packed["time_zone"],
    )
