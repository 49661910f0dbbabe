"""The wrong patient, from the panel's first look to the last acknowledgement, over the real pages."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from domain.messages import Action
from tests.fakes.society import COORDINATOR, MEMBER, PANELIST, SLICE, found_society
from tests.fakes.society_web import SocietyWeb


async def test_wrong_patient_is_hidden_stamped_and_acknowledged(tmp_path: Path) -> None:
    society = await found_society(tmp_path)
    web = SocietyWeb(society)
    question = await society.ask("PE?", SLICE)
    panel = await web.browser(PANELIST)
    seen = (await panel.get(f"/api/questions/{question.id}")).json()
    frame = f"/api/images/{seen['series'][0]['frames'][0]['image']}/frames/0"
    before = (await panel.get(frame)).status_code
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})

    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)
    hidden = ((await panel.get(frame)).status_code, (await panel.get(f"/api/questions/{question.id}")).json()["series"])
    await society.advance(timedelta(minutes=9))
    await web.act(panel, "acknowledge", question.id)
    await society.advance(timedelta(hours=1))

    assert (before, hidden) == (200, (404, []))
    assert (await society.told(PANELIST)).count("wrong_patient.page") == 3
    assert (await society.told(COORDINATOR)).count("wrong_patient.coordinator") == 2
    texts = await web.texts(await web.browser(MEMBER))
    assert any(text.startswith("⛔ WRONG PATIENT – DO NOT USE\n") and "✅" in text for text in texts)
    web.close()
    society.close()
