"""The month as it is read out over the village's loudspeakers, and as sound where the machine can speak.

espeak-ng is a program of its own (GPL), called where it is installed and never shipped. Its voice `cmn` is not used:
in release 1.51 it reads each character's pinyin as English, tone and all ("ling two", espeak-ng issue 1370).
"""

import asyncio
import re
import shutil

from notifier.render import Medium, Renderer
from store.domain.disclosures import DisclosureItem, Flow
from store.domain.monthly_paper import MonthlyPaper, change_of
from store.domain.settings import LANGUAGES, AreaSettings
from store.domain.speech import Say
from store.domain.spoken import spoken

SPEAKER = "espeak-ng"
SPEAKS_WITHIN_SECONDS = 60
_CLAUSE = re.compile(r"[,，;；(（。]")
VOICES = {"zh_CN": "cmn-latn-pinyin", "en": "en"}
"""By language, as espeak-ng calls them."""
_WORDS_A_MINUTE = "140"
"""Slower than its usual 175: outdoors, with an echo from the hill."""
_RIFF_LENGTH, _DATA_LENGTH = slice(4, 8), slice(40, 44)
"""Where the two lengths stand in the header of a WAV file, each of what follows it."""


class Speechless(Exception):
    """The speaking program is not there, failed, or took too long."""


def reading_of(paper: MonthlyPaper, renderer: Renderer, settings: AreaSettings) -> str:
    """Sentences in the village's language; in Chinese without a single digit, each paragraph on its line."""
    text = renderer.render(_say(paper), settings.language, Medium.CHAT, settings).text
    if settings.language != LANGUAGES[0]:
        return text
    return "\n".join(spoken(line) for line in text.splitlines() if line.strip())


def _say(paper: MonthlyPaper) -> Say:
    before = paper.before.expenditure_fen if paper.before else None
    change = change_of(paper.sums.expenditure_fen, before) or 0
    facts = {
        "year": paper.month.year,
        "month": paper.month.month,
        "income": paper.sums.income_fen,
        "expenditure": paper.sums.expenditure_fen,
        "balance": paper.sums.balance_fen,
        "more_spent": max(change, 0),
        "less_spent": max(-change, 0),
        "spent": [_line(one) for one in paper.largest(Flow.EXPENDITURE)],
        "received": [_line(one) for one in paper.largest(Flow.INCOME)],
        "asked": len(paper.asked),
        "days": [
            {"begins": one.begins_at, "place": one.place, "host": one.series.host, "service": one.series.service}
            for one in paper.days
        ],
        "count": paper.sums.count,
    }
    return Say("disclosure.reading", facts)


def _line(item: DisclosureItem) -> dict[str, object]:
    return {"short": _CLAUSE.split(item.title.strip(), maxsplit=1)[0], "fen": item.amount_fen}


def can_speak() -> bool:
    return shutil.which(SPEAKER) is not None


async def spoken_aloud(text: str, language: str) -> bytes:
    """The text as a WAV file. Raises Speechless."""
    program = shutil.which(SPEAKER)
    if program is None:
        raise Speechless
    process = await asyncio.create_subprocess_exec(
        program,
        *("-v", VOICES[language], "-s", _WORDS_A_MINUTE, "--stdin", "--stdout"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(SPEAKS_WITHIN_SECONDS):
            sound, _ = await process.communicate(text.encode())
    except TimeoutError as error:
        raise Speechless from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not sound:
        raise Speechless
    return _with_lengths(sound)


def _with_lengths(sound: bytes) -> bytes:
    """espeak-ng cannot go back in a pipe to say how long it spoke: it writes 2 GB, and players would show 13 hours."""
    told = bytearray(sound)
    for place in (_RIFF_LENGTH, _DATA_LENGTH):
        told[place] = (len(sound) - place.stop).to_bytes(4, "little")
    return bytes(told)
