"""An emergency notice: who says it, when and how grave, to whom, what to do; and the all-clear that follows."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from bot.dialogue.audience_words import read_audience
from bot.dialogue.flows.addressing import not_found, option_of, wanted_kept, wanted_of
from bot.dialogue.talk import YES_NO, Answer, Said, Talk, ask, options, tell_back
from store.domain.audiences import Audience, whom
from store.domain.emergencies import (
    LONGEST_EMERGENCY,
    LONGEST_EVIDENCE,
    OWN_ISSUER,
    Emergency,
    Level,
    Source,
    Warned,
    checked_emergency_text,
    checked_warning,
)
from store.domain.speech import Option
from store.domain.warnings import ReadWarning, read_warning

WRITE_WORDS = ("应急通知", "发应急通知", "紧急通知", "emergency")
LIFT_WORDS = ("解除", "解除预警", "解除通知", "all clear")
_SEND = frozenset({"发", "发吧", "发出去", "马上发", "send"})


# Source, time and level ----------------------------------------------------------------------------------------------


async def begin(talk: Talk) -> Answer:
    villages = await talk.desk.emergencies.villages()
    if len(villages) == 1:
        return _ask_source({"village": villages[0].id})
    choices = tuple(Option(str(village.id), text=village.name) for village in villages)
    return ask("emergency.village", "notice.where", choices)


async def village_chosen(_talk: Talk, said: Said) -> Answer | None:
    return _ask_source({"village": int(said.choice)}) if said.choice else None


def _ask_source(data: Mapping[str, object]) -> Answer:
    return ask("emergency.source", "emergency.source", options(*Source, prefix="source"), data)


async def source_chosen(talk: Talk, said: Said) -> Answer | None:
    """A digit; or the warning itself, which says who gave it."""
    if not said.choice:
        source = _read(talk, said.text).source
        return await _evidence(talk, {**talk.data, "source": source.value}, said) if source else None
    data = {**talk.data, "source": said.choice}
    if Source(said.choice).issues_warnings:
        return ask("emergency.evidence", "emergency.evidence", data=data)
    own = {"issuer": OWN_ISSUER, "issued": talk.now.isoformat(), "hazard": "", "level": "", "evidence": "", "files": []}
    return await _after_facts(talk, {**data, **own})


async def evidence_given(talk: Talk, said: Said) -> Answer | None:
    """The warning as it came, pasted or photographed. A machine does not read photographs: a person names the facts."""
    if not said.text and not said.body.files:
        return ask("emergency.evidence", "emergency.evidence", data=talk.data)
    return await _evidence(talk, talk.data, said)


async def _evidence(talk: Talk, data: Mapping[str, object], said: Said) -> Answer:
    evidence = {"evidence": said.text[:LONGEST_EVIDENCE], "files": list(said.body.files)}
    return await _read_facts(talk, {**data, **evidence}, said.text)


async def facts_given(talk: Talk, said: Said) -> Answer | None:
    return await _read_facts(talk, talk.data, said.text) if said.text else None


async def _read_facts(talk: Talk, data: Mapping[str, object], text: str) -> Answer:
    """What was said before stands where it is not said again."""
    read = _read(talk, text)
    known = {
        "issuer": read.issuer or data.get("issuer", ""),
        "issued": read.issued_at.isoformat() if read.issued_at else data.get("issued", ""),
        "hazard": read.hazard or data.get("hazard", ""),
        "level": read.level.value or data.get("level", ""),
    }
    wanted = ("issuer", "issued") if "lifts" in data else ("issuer", "issued", "level")
    lacking = [name for name in wanted if not known[name]]
    if lacking:
        return ask("emergency.facts", "emergency.facts", data={**data, **known}, lacking_facts=lacking)
    return await _after_facts(talk, {**data, **known})


def _read(talk: Talk, text: str) -> ReadWarning:
    return read_warning(text, talk.now.astimezone(talk.speaker.settings.zone))


async def _after_facts(talk: Talk, data: Mapping[str, object]) -> Answer:
    checked_warning(_warned(data), talk.now, lifts="lifts" in data)
    if "lifts" in data:
        return await _offer_all_clear(talk, data)
    audiences = await talk.desk.emergencies.audiences(_int(data, "village"))
    choices = tuple(map(option_of, audiences))
    return ask("emergency.audience", "emergency.to_whom", choices, data)


def _warned(data: Mapping[str, object]) -> Warned:
    files = data["files"]
    return Warned(
        source=Source(str(data["source"])),
        issuer=str(data["issuer"]),
        issued_at=datetime.fromisoformat(str(data["issued"])),
        hazard=str(data["hazard"]),
        level=Level(str(data["level"])),
        evidence=str(data["evidence"]),
        files=tuple(map(str, files)) if isinstance(files, list) else (),
    )


def _int(data: Mapping[str, object], name: str) -> int:
    return int(str(data[name]))


# To whom, and what to do ---------------------------------------------------------------------------------------------


async def audience_chosen(talk: Talk, said: Said) -> Answer | None:
    """A digit, a name, or words as of any notice; what nobody can read is for what else a message may be."""
    village_id = talk.number("village")
    audiences = await talk.desk.emergencies.audiences(village_id)
    wanted = next((wanted_of(one) for one in audiences if option_of(one).key == said.choice), None)
    if wanted is None:
        among = await talk.desk.emergencies.addressable(village_id)
        wanted = read_audience(said.text, among.groups, among.tags)
    if wanted is None:
        return None
    audience, named = await talk.desk.emergencies.audience(village_id, wanted)
    answer = ask(
        "emergency.text", "emergency.write", data={**talk.data, "wanted": asdict(wanted)}, most=LONGEST_EMERGENCY
    )
    return Answer((*not_found(audience, named, WRITE_WORDS[0]), *answer.says), answer.step, answer.data)


async def text_given(talk: Talk, said: Said) -> Answer | None:
    if not said.text:
        return None
    text = checked_emergency_text(said.text, Source(str(talk.data["source"])))
    return ask("emergency.roll", "emergency.roll", YES_NO, {**talk.data, "text": text})


async def roll_chosen(talk: Talk, said: Said) -> Answer | None:
    return await _offer(talk, {**talk.data, "roll": said.choice == "yes"}) if said.choice else None


async def _offer(talk: Talk, data: Mapping[str, object]) -> Answer:
    """The text as it goes out, whom it reaches and the price; nobody else has to agree."""
    audience = await _audience(talk, data)
    preview = await talk.desk.emergencies.preview(
        _int(data, "village"), audience, _warned(data), str(data["text"]), asks=bool(data["roll"])
    )
    return ask(
        "emergency.sure",
        "emergency.preview",
        options("send", "change", "drop", prefix="emergency"),
        data,
        to=whom(audience, discreet=False),
        sms=preview.text,
        parts=preview.parts,
        households=preview.households,
        by_chat=preview.by_chat,
        by_sms=preview.by_sms,
        unreachable=preview.unreached,
        price=preview.price_fen,
    )


async def _audience(talk: Talk, data: Mapping[str, object]) -> Audience:
    audience, _ = await talk.desk.emergencies.audience(_int(data, "village"), wanted_kept(data["wanted"]))
    return audience


async def sending_confirmed(talk: Talk, said: Said) -> Answer | None:
    choice = said.choice or ("send" if said.normal in _SEND else "")
    if choice == "drop":
        return tell_back("emergency.dropped")
    if choice == "change":
        return ask("emergency.text", "emergency.write", data=talk.data, most=LONGEST_EMERGENCY)
    if choice != "send":
        return None
    audience = await _audience(talk, talk.data)
    notice, households = await talk.desk.emergencies.send(
        talk.number("village"), audience, _warned(talk.data), str(talk.data["text"]), with_roll=bool(talk.data["roll"])
    )
    return tell_back(
        "emergency.sent",
        number=notice.number,
        households=households,
        with_roll=bool(talk.data["roll"]),
        silence=talk.speaker.settings.silence_minutes,
    )


# The all-clear -------------------------------------------------------------------------------------------------------


async def begin_all_clear(talk: Talk) -> Answer:
    """解除: which one, who says so, and then to the same people."""
    open_ones = await talk.desk.emergencies.open()
    if not open_ones:
        return tell_back("emergency.none_open")
    if len(open_ones) == 1:
        return _ask_who_lifts(open_ones[0])
    choices = tuple(Option(str(one.notice_id), text=f"{one.village_name}{one.number}") for one in open_ones)
    return ask("emergency.lift", "emergency.which", choices)


async def emergency_chosen(talk: Talk, said: Said) -> Answer | None:
    return _ask_who_lifts(await talk.desk.emergencies.get(int(said.choice))) if said.choice else None


def _ask_who_lifts(emergency: Emergency) -> Answer:
    """Who warned says that it is over: the village lifts only its own word."""
    source = emergency.warned.source
    data = {
        "lifts": emergency.notice_id,
        "village": emergency.village_id,
        "source": source.value,
        "hazard": emergency.warned.hazard,
        "level": "",
    }
    if source.issues_warnings:
        issuer = emergency.warned.issuer
        return ask("emergency.evidence", "emergency.evidence_lifted", data=data, number=emergency.number, issuer=issuer)
    return ask("emergency.own_lift", "emergency.own_lift", YES_NO, data, number=emergency.number)


async def own_all_clear(talk: Talk, said: Said) -> Answer | None:
    if said.choice != "yes":
        return tell_back("emergency.dropped") if said.choice else None
    own = {"issuer": OWN_ISSUER, "issued": talk.now.isoformat(), "evidence": "", "files": []}
    return await _offer_all_clear(talk, {**talk.data, **own})


async def _offer_all_clear(talk: Talk, data: Mapping[str, object]) -> Answer:
    emergency = await talk.desk.emergencies.get(_int(data, "lifts"))
    choices = options("send", "drop", prefix="emergency")
    return ask(
        "emergency.lift_sure",
        "emergency.lift_sure",
        choices,
        data,
        number=emergency.number,
        issuer=data["issuer"],
        hazard=emergency.warned.hazard,
    )


async def all_clear_confirmed(talk: Talk, said: Said) -> Answer | None:
    choice = said.choice or ("send" if said.normal in _SEND else "")
    if choice == "drop":
        return tell_back("emergency.dropped")
    if choice != "send":
        return None
    emergency = await talk.desk.emergencies.get(talk.number("lifts"))
    left, people = await talk.desk.emergencies.lift(emergency, _warned(talk.data))
    return tell_back("emergency.all_clear_sent", number=emergency.number, people=people, left=left)
