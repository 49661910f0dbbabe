"""The service-level report as a page shows it: numbers by hour, panel and urgency; small groups stay hidden."""

from __future__ import annotations

from collections.abc import Mapping

from domain.ids import PanelId
from domain.service_level import Level, ServiceReport
from domain.web import JsonValue

Json = dict[str, JsonValue]


def report_view(report: ServiceReport, *, panels: Mapping[PanelId, str]) -> Json:
    return {
        "since": report.since.isoformat(),
        "until": report.until.isoformat(),
        "time_zone": report.time_zone,
        "total": level_view(report.total),
        "urgency": [level_view(level) for level in report.by_urgency],
        "panel": [level_view(level, name=panels.get(PanelId(level.name), "–")) for level in report.by_panel],
        "hour": [level_view(level) for level in report.by_hour],
    }


def level_view(level: Level, *, name: str | None = None) -> Json:
    """Return one group; times in seconds."""
    return {
        "name": level.name if name is None else name,
        "count": level.count,
        "claim_median": level.claim.median,
        "claim_ninetieth": level.claim.ninetieth,
        "claimed_in_time": level.claimed_in_time,
        "answer_median": level.answer.median,
        "answer_ninetieth": level.answer.ninetieth,
        "answered_in_time": level.answered_in_time,
        "never_answered": level.never_answered,
        "owned": level.owned,
    }
