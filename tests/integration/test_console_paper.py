"""The month's page at the console and for everybody: drafts for the committee, files to print, sound, answers."""

import asyncio
import io
import stat
import wave
from array import array
from datetime import date, time
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image

from bot.pages import static_routes
from console.public.site import public_application
from notifier.paper.reading import SPEAKER, VOICES, can_speak, spoken_aloud
from store.actions.disclosures import add_item, mark_published
from store.actions.series import ServiceHours, add_series
from store.domain.disclosures import DisclosureCategory, Entry, Flow
from store.domain.occurrences import ServiceKind
from store.domain.recurrence import Recurrence
from store.domain.spoken import reading, seconds_to_read
from tests.hub import Hub
from tests.integration.console_parts import signed_in
from tests.integration.test_public_pages import DITCH, RELIEF, RENT, disclose
from tests.real_parts import require_real_part

OCTOBER = "2026-10"


async def lawyer_days(hub: Hub) -> None:
    async with hub.books() as tx:
        await add_series(
            tx,
            hub.village.id,
            ServiceKind.LAWYER,
            Recurrence("FREQ=MONTHLY;BYMONTHDAY=25", date(2026, 11, 1)),
            ServiceHours(time(9), time(11), 20),
            host="王律师",
            place="村委会二楼",
            actor="test",
        )


async def fetched(hub: Hub, path: str) -> tuple[int, str, bytes]:
    application = web.Application()
    application.add_routes(static_routes())
    application.add_subapp("/v", public_application(hub.database, hub.files, "https://village.example", hub.clock))
    async with TestClient(TestServer(application)) as client, client.get(path) as answer:
        return answer.status, answer.content_type, await answer.read()


async def test_everybody_prints_a_published_month(hub: Hub) -> None:
    path = await disclose(hub, DITCH, RENT, RELIEF)
    _, _, page = await fetched(hub, path)
    for name, kind, start in (
        ("paper.pdf", "application/pdf", b"%PDF"),
        ("paper-large.pdf", "application/pdf", b"%PDF"),
        ("paper-1.png", "image/png", b"\x89PNG"),
    ):
        status, media_type, content = await fetched(hub, f"{path}/{name}")
        assert (status, media_type, content[:4]) == (200, kind, start)
        assert name == "paper-1.png" or f'href="{OCTOBER}/{name}"' in page.decode()
    for missing in (f"{path}/paper-2.png", f"/v/{hub.village.id}/disclosures/0000-01/paper.pdf"):
        assert (await fetched(hub, missing))[0] == 404


async def test_what_is_not_out_is_not_printed_for_everybody(hub: Hub) -> None:
    path = await disclose(hub, DITCH, publish=False)
    for name in ("paper.pdf", "paper-large.pdf", "paper-1.png"):
        assert (await fetched(hub, f"{path}/{name}"))[0] == 404


async def test_the_committee_prints_a_draft_to_sign_and_the_month_is_read_and_sent(hub: Hub) -> None:
    await lawyer_days(hub)
    await disclose(hub, DITCH, RENT, publish=False)
    async with signed_in(hub, "何监委") as browser:
        listed = await browser.get("/console/paper")
        assert listed.path == f"/console/paper/{hub.village.id}"
        assert "2026年10月 · 还没公开" in listed.text
        page = await browser.get(f"{listed.path}/{OCTOBER}")
        for shown in (
            "每户2条",
            "请监委会看过、签字",
            "10月账:收24000.50元",
            "修三组水渠一万二千六百元",
            "十一月二十五日九点",
        ):
            assert shown in page.text, shown
        async with browser.client.get(f"{listed.path}/{OCTOBER}/1.png") as answer:
            with Image.open(io.BytesIO(await answer.read())) as picture:
                assert picture.size == (1075, 1520)
        async with browser.client.get(f"{listed.path}/{OCTOBER}/large.pdf") as answer:
            assert (await answer.read())[:4] == b"%PDF"


async def test_answers_stand_on_the_next_page_and_are_taken_back(hub: Hub) -> None:
    september = Entry(DisclosureCategory.WORKS, "二组排水沟水泥", Flow.EXPENDITURE, 5_720_00)
    async with hub.books() as tx:
        item = await add_item(tx, hub.village, date(2026, 9, 1), september, hub.staff["周文书"])
        await mark_published(tx, hub.village, date(2026, 9, 1))
    hub.clock.pass_time(days=3)
    path = f"/console/paper/{hub.village.id}/answers"
    async with signed_in(hub, "何监委") as browser:
        await browser.get(path)
        refused = await browser.press(path, item=str(item.id), text="问的人电话13900007001")
        assert (refused.status, "问的人电话13900007001" in refused.text) == (409, True)
        unchosen = await browser.press(path, item="", text="查过了")
        assert (unchosen.status, "请选是哪一项" in unchosen.text, "查过了" in unchosen.text) == (409, True, True)
        again = {**browser.hidden(path), "item": str(item.id), "text": "发票录了两次，已冲回。"}
        saved = await browser.post(path, again)
        assert "会印在下一期" in saved.text
        assert "没有再做一遍" in (await browser.post(path, again)).text
        assert "发票录了两次" in (await browser.get(f"{path}?item={item.id}")).text.split("<textarea")[1]
        hub.clock.pass_time(hours=4)
        await disclose(hub, DITCH)
        page = await browser.get(f"/console/paper/{hub.village.id}/{OCTOBER}")
        assert "这次答复了一件" in page.text
        before = await browser.get(f"/console/paper/{hub.village.id}/2026-09")
        assert "答复了" not in before.text
        await browser.get(path)
        emptied = await browser.press(path, item=str(item.id), text="")
        assert "已经写好的" not in emptied.text


async def test_an_answer_to_another_village_is_not_found(hub: Hub) -> None:
    other = await hub.neighbour_village("竹坑村")
    async with other.books() as tx:
        item = await add_item(tx, other.village, date(2026, 9, 1), DITCH, hub.staff["赵工"])
        await mark_published(tx, other.village, date(2026, 9, 1))
    path = f"/console/paper/{hub.village.id}/answers"
    async with signed_in(hub, "周文书") as browser:
        await disclose(hub, DITCH)
        await browser.get(path)
        assert (await browser.press(path, item=str(item.id), text="不该有的")).status == 404


@pytest.fixture
def speaker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in espeak-ng's place, which answers with what it was told to read."""
    program = tmp_path / "espeak-ng"
    program.write_text('#!/bin/sh\nprintf "RIFF%040d%s" 0 "$*"; /bin/cat\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path))
    return program


def breaks(program: Path) -> None:
    program.write_text("#!/bin/sh\nexit 1\n")


async def test_it_is_heard_where_the_machine_can_speak(hub: Hub, speaker: Path) -> None:
    await disclose(hub, DITCH)
    path = f"/console/paper/{hub.village.id}/{OCTOBER}"
    async with signed_in(hub, "黄水生") as browser:
        assert f'href="{path}/reading.wav"' in (await browser.get(path)).text
        async with browser.client.get(f"{path}/reading.wav") as answer:
            heard = await answer.read()
            assert (answer.content_type, heard[:4]) == ("audio/wav", b"RIFF")
            assert "一万二千六百元" in heard[44:].decode()
        breaks(speaker)
        assert "录音没做出来" in (await browser.get(f"{path}/reading.wav")).text
        await asyncio.to_thread(speaker.unlink)
        assert "reading.wav" not in (await browser.get(path)).text


ALOUD = "-f /etc/passwd 各位乡亲，榕溪村二零二六年十月的账公开了。修三组水渠一万二千六百元。"


@pytest.mark.espeak
async def test_the_real_program_says_mandarin_in_a_file_that_ends() -> None:
    require_real_part("espeak-ng", present=can_speak(), reason="not installed (apt-get install espeak-ng)")
    with wave.open(io.BytesIO(await spoken_aloud(ALOUD, "zh_CN"))) as sound:
        seconds = sound.getnframes() / sound.getframerate()
        samples = array("h", sound.readframes(sound.getnframes()))
    assert (len(samples), 10 < seconds < 25) == (sound.getnframes(), True), seconds
    assert max(samples) > 8_000
    phonemes = await _phonemes("".join(filter(str.isalpha, ALOUD.split(maxsplit=2)[2])), VOICES["zh_CN"])
    assert "(en)" not in phonemes
    assert "'@r51" in phonemes, "二 is èr"


WARNING = (
    "镇三防办15点05分通知:台风今天夜里到,今晚8点前河边11户到村小学。带好身份证、药和厚衣服,关好电和煤气,别回头拿东西。"
    "走不动的打电话,我们来接。阳台上的花盆、竹竿请收好,船都靠岸。学校、祠堂整夜有人,有热水。"
    "夜里别出门看水,听到铜锣就往高处走。明天早上6点广播再告诉大家。"
)
FIGURES = "Income was 48620 yuan, 31205 yuan were spent, and 206318 yuan remain. All items are on the village board."


@pytest.mark.espeak
@pytest.mark.parametrize(("said", "language"), [(reading(WARNING, "榕溪村通知。", ""), "zh_CN"), (FIGURES, "en")])
async def test_the_real_program_takes_as_long_as_we_say_and_less_than_a_minute(said: str, language: str) -> None:
    require_real_part("espeak-ng", present=can_speak(), reason="not installed (apt-get install espeak-ng)")
    with wave.open(io.BytesIO(await spoken_aloud(said, language))) as sound:
        seconds = sound.getnframes() / sound.getframerate()
    assert seconds_to_read(said) == pytest.approx(seconds, rel=0.1)
    assert seconds < 60


async def _phonemes(text: str, voice: str) -> str:
    process = await asyncio.create_subprocess_exec(
        SPEAKER, "-q", "-x", "-v", voice, "--stdin", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate(text.encode())
    return said.decode()
