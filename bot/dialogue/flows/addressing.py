"""To whom a notice goes: chosen by a digit or a group's name, or typed in words."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bot.dialogue.audience_words import read_audience
from bot.dialogue.talk import Answer, Said, Talk, ask
from store.domain.audiences import Audience, AudienceKind, Named, Wanted, whom
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
        return await ask_text(talk, village_id, _wanted(audiences[0]))
    choices = tuple(map(_option, audiences))
    return ask("notice.audience", "notice.to_whom", choices, {"village": village_id})


def _option(audience: Audience) -> Option:
    """By its digit or its name; of a group its own name."""
    if audience.kind is AudienceKind.GROUP:
        return Option(f"{audience.kind}-{audience.area.id}", text=audience.area.name)
    return Option(f"{audience.kind}-{audience.area.id}", label=f"audience_{audience.kind}")


def _wanted(audience: Audience) -> Wanted:
    if audience.kind is AudienceKind.GROUP:
        return Wanted(groups=(audience.area.id,))
    return Wanted(audience.kind)


async def audience_chosen(talk: Talk, said: Said) -> Answer | None:
    """A digit, a name, or words; what nobody can read is for what else a message may be."""
    village_id = talk.number("village")
    audiences = await talk.desk.notices.audiences(village_id)
    wanted = next((_wanted(one) for one in audiences if _option(one).key == said.choice), None)
    wanted = wanted or read_audience(said.text, await talk.desk.notices.groups(village_id))
    return await ask_text(talk, village_id, wanted) if wanted else None


async def ask_text(talk: Talk, village_id: int, wanted: Wanted) -> Answer:
    """Ask for the words; of a list, say first whom the books do not know."""
    audience, named = await talk.desk.notices.audience(village_id, wanted)
    data = {"village": village_id, "wanted": asdict(wanted)}
    answer = ask("notice.text", "notice.write", data=data, to=whom(audience, discreet=False))
    if not (named.unknown or named.several):
        return answer
    missing = Say("notice.not_found", _missing(audience, named))
    return Answer((missing, *answer.says), answer.step, answer.data)


def _missing(audience: Audience, named: Named) -> dict[str, object]:
    return {"not_found": named.unknown, "alike": named.several, "on_list": len(audience.residents)}


async def audience_kept(talk: Talk) -> Audience:
    """The audience that an earlier step settled."""
    kept: Any = talk.data["wanted"]
    audience, _ = await talk.desk.notices.audience(talk.number("village"), _read_back(kept))
    return audience


def _read_back(kept: Mapping[str, Any]) -> Wanted:
    lists: Mapping[str, Sequence[Any]] = {name: kept[name] for name in ("groups", "names")}
    return Wanted(**{**kept, "kind": AudienceKind(kept["kind"]), **{name: tuple(of) for name, of in lists.items()}})
