"""Panels: who answers which questions, and who of them is on call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.ids import MemberId, PanelId
from domain.member import Language
from domain.rota import Layer, Override, Shift, Tier, TierRota, Turn
from domain.rotation import Rotation


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A group of experts with a two-tier rota; `coordinator_id` is the last owner of a question.

    `overrides` come in the order in which they were made. `absent` are members
    whom no page reaches: they have left, or their phone passed no test page of
    late. `muted` have stopped messages to a phone: their shifts are gaps, and they
    are still asked wherever else they are reached. All are facts of the moment,
    which the store fills in. `topics` are
    words of questions that are for this panel; where nobody of it can be
    reached, they go to the panel named by `fallback_id`.
    """

    id: PanelId
    name: str
    members: tuple[MemberId, ...]
    coordinator_id: MemberId
    primary: Rotation | None
    secondary: Rotation | None
    layers: tuple[Layer, ...] = ()
    holidays: frozenset[date] = frozenset()
    overrides: tuple[Override, ...] = ()
    absent: frozenset[MemberId] = frozenset()
    muted: frozenset[MemberId] = frozenset()
    korean_name: str = ""
    topics: tuple[str, ...] = ()
    fallback_id: PanelId | None = None

    @property
    def people(self) -> tuple[MemberId, ...]:
        """Everybody of it, each once: its members, and its coordinator, who need not be one."""
        return tuple(dict.fromkeys((*self.members, self.coordinator_id)))

    def called(self, language: Language) -> str:
        """Return the name as it stands by itself: Chest, PE team, 흉부."""
        return self.korean_name if language is Language.KOREAN and self.korean_name else self.name

    def named(self, language: Language) -> str:
        """Return the name as it stands within a sentence: chest, PE team, 흉부."""
        name = self.called(language)
        return name.lower() if name == self.name and name.istitle() else name

    def is_missing(self, member_id: MemberId | None) -> bool:
        """Return whether a shift of a member is a gap, whoever else is on call."""
        return member_id in self.absent or member_id in self.muted

    def is_reached(self, instant: datetime) -> bool:
        """Return whether anybody can be: on call at an instant (aware), or of the panel at all."""
        return any(self.on_call(instant)) or any(each not in self.absent for each in self.members)

    def on_call(self, instant: datetime) -> tuple[MemberId | None, MemberId | None]:
        """Return the first and the second person on call at an instant (aware), None for a gap."""
        return self._on_call(Tier.PRIMARY, instant), self._on_call(Tier.SECONDARY, instant)

    def shifts(self, tier: Tier, begin: datetime, end: datetime) -> tuple[Shift, ...]:
        """Return a tier's shifts in an interval: each ends where the next begins, and gaps are among them."""
        pieces: list[tuple[datetime, Turn, MemberId | None]] = []
        for instant in (begin, *sorted(self._changes(begin, end))):
            piece = (instant, self.tier(tier).turn_at(instant), self._counted(tier, instant))
            if not pieces or pieces[-1][1:] != piece[1:]:
                pieces.append(piece)
        ends = (*(instant for instant, _, _ in pieces[1:]), end)
        return tuple(
            Shift(tier=tier, begins_at=begins, ends_at=ends_at, member_id=member_id, planned=turn.member_id)
            for (begins, turn, member_id), ends_at in zip(pieces, ends, strict=True)
        )

    def whole_shifts(self, tier: Tier, begin: datetime, end: datetime) -> tuple[Shift, ...]:
        """Return the shifts that an interval touches, each from its true beginning to its true end."""
        margin = max(self.tier(each).longest for each in Tier) + timedelta(days=1)
        around = self.shifts(tier, begin - margin, end + margin)
        return tuple(shift for shift in around if shift.begins_at < end and shift.ends_at > begin)

    def tier(self, tier: Tier) -> TierRota:
        return TierRota(
            rotation=self.primary if tier is Tier.PRIMARY else self.secondary,
            layers=tuple(layer for layer in self.layers if layer.tier is tier),
            overrides=tuple(override for override in self.overrides if override.tier is tier),
            holidays=self.holidays,
        )

    def _on_call(self, tier: Tier, instant: datetime) -> MemberId | None:
        """Nobody can be their own second: whoever is first already leaves a gap there."""
        member_id = self._present(tier, instant)
        is_first_already = tier is Tier.SECONDARY and member_id == self._present(Tier.PRIMARY, instant)
        return None if is_first_already else member_id

    def _counted(self, tier: Tier, instant: datetime) -> MemberId | None:
        """Who is on call as the rota counts it: a stopped phone is a gap, though its member is still asked."""
        member_id = self._on_call(tier, instant)
        return None if member_id in self.muted else member_id

    def _present(self, tier: Tier, instant: datetime) -> MemberId | None:
        member_id = self.tier(tier).turn_at(instant).member_id
        return None if member_id in self.absent else member_id

    def _changes(self, begin: datetime, end: datetime) -> set[datetime]:
        return set().union(*(self.tier(each).changes(begin, end) for each in Tier))
