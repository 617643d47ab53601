"""To whom a notice goes: chosen by a digit or a group's name, or typed in words."""

from dataclasses import asdict
from typing import Any

from bot.dialogue.audience_words import read_audience
from bot.dialogue.talk import Answer, Said, Talk, ask
from store.domain.addressing import Named, Wanted
from store.domain.audiences import Audience, AudienceKind, whom
from store.domain.people import Role
from store.domain.speech import Option, Say


async def begin(talk: Talk) -> Answer:
    """Ask to which village where there are several, then to whom."""
    villages = await talk.desk.notices.villages()
    if len(villages) == 1:
        return await _ask_audience(talk, villages[0].id)
    choices = tuple(Option(str(village.id), text=village.name) for village in villages)
    return ask("notice.village", "notice.where", choices)


async def village_chosen(talk: Talk, said: Said) -> Answer | None:
    return await _ask_audience(talk, int(said.choice)) if said.choice else None


async def _ask_audience(talk: Talk, village_id: int) -> Answer:
    audiences = await talk.desk.notices.audiences(village_id)
    if len(audiences) == 1:
        return await ask_text(talk, village_id, wanted_of(audiences[0]))
    choices = tuple(map(option_of, audiences))
    return ask("notice.audience", "notice.to_whom", choices, {"village": village_id})


def option_of(audience: Audience) -> Option:
    """By its digit or its name; of a group its own name."""
    if audience.kind is AudienceKind.GROUP:
        return Option(f"{audience.kind}-{audience.area.id}", text=audience.area.name)
    return Option(f"{audience.kind}-{audience.area.id}", label=f"audience_{audience.kind}")


def wanted_of(audience: Audience) -> Wanted:
    if audience.kind is AudienceKind.GROUP:
        return Wanted(groups=(audience.area.id,))
    return Wanted(audience.kind)


async def audience_chosen(talk: Talk, said: Said) -> Answer | None:
    """A digit, a name, or words; what nobody can read is for what else a message may be."""
    village_id = talk.number("village")
    audiences = await talk.desk.notices.audiences(village_id)
    wanted = next((wanted_of(one) for one in audiences if option_of(one).key == said.choice), None)
    if wanted:
        return await ask_text(talk, village_id, wanted)
    return await audience_typed(talk, village_id, said)


async def audience_typed(talk: Talk, village_id: int, said: Said) -> Answer | None:
    """None where it is anything else: no notice consists of nothing but whom it is for."""
    among = await talk.desk.notices.addressable(village_id)
    wanted = read_audience(said.text, among.groups, among.tags)
    return await ask_text(talk, village_id, wanted) if wanted else None


async def ask_text(talk: Talk, village_id: int, wanted: Wanted) -> Answer:
    """Ask for the words; of a list, say first whom the books do not know."""
    audience, named = await talk.desk.notices.audience(village_id, wanted)
    data = {"village": village_id, "wanted": asdict(wanted)}
    answer = ask("notice.text", "notice.write", data=data, to=whom(audience, discreet=False))
    return Answer((*not_found(audience, named, "发通知"), *answer.says), answer.step, answer.data)


def not_found(audience: Audience, named: Named, begin_with: str) -> tuple[Say, ...]:
    """Whom of a list the books do not know; `begin_with` is what begins it anew."""
    if not (named.unknown or named.several):
        return ()
    on_list = len(audience.residents)
    return (
        Say(
            "notice.not_found",
            {"not_found": named.unknown, "alike": named.several, "on_list": on_list, "begin_with": begin_with},
        ),
    )


async def audience_kept(talk: Talk) -> Audience:
    """The audience that an earlier step settled."""
    audience, _ = await talk.desk.notices.audience(talk.number("village"), wanted_kept(talk.data["wanted"]))
    return audience


def wanted_kept(kept: Any) -> Wanted:
    """What an earlier step kept as data."""
    lists = {name: tuple(kept[name]) for name in ("groups", "tags", "names")}
    role = Role(kept["role"]) if kept["role"] else None
    return Wanted(**{**kept, "kind": AudienceKind(kept["kind"]), "role": role, **lists})
