"""A notice that is out, before those who serve there: its ledger, stopping it, sending it again, spreading it.

Each choice stands in the ledger only where it would change something. Chat groups and loudspeakers are served by hand:
Banyan gives the words, and a person says that he has put them there.
"""

import re
from collections.abc import Awaitable, Callable, Mapping

from bot.dialogue.numbers import read_number
from bot.dialogue.talk import Answer, Said, Talk, ask, options, tell_back
from store.domain.notices import Notice, NoticeState
from store.domain.reach import reach_facts
from store.domain.speech import Option, Say
from store.domain.spoken import LONGEST_READING, seconds_to_read
from store.domain.spreading import group_say, horn_text

_SMS_READING = 110
"""Characters of a reading that two SMS parts carry with what stands before it."""
_NAME = range(2, 31)
_GROUPS_OFFERED = 5
_NAMED = re.compile(r"^(?P<what>[^\d ]+?) ?(?P<number>\d{5,6})号?$")


async def named(talk: Talk, said: Said) -> Answer | None:
    """复制到群26001, 喇叭26001, 送达26001: straight to it."""
    match = _NAMED.match(said.normal)
    opening = _OPENINGS.get(match["what"]) if match else None
    if match is None or opening is None:
        return None
    notice = await talk.desk.notices.numbered(int(match["number"]))
    return await opening(talk, notice) if notice.state is NoticeState.APPROVED else _not_out(notice)


def _not_out(notice: Notice) -> Answer:
    return tell_back("refused.notice.not_now", number=notice.number, notice_state=notice.state)


async def show_ledger(talk: Talk, notice: Notice, **facts: object) -> Answer:
    """The ledger in figures, and what may be done about them."""
    steering = await talk.desk.ledger.steering(notice)
    reach = await talk.desk.ledger.reach(notice)
    keys: list[str] = []
    if steering:
        keys += ["resume"] if steering.paused else ["pause"] if steering.waiting else []
        keys += ["cancel"] if steering.waiting else []
        keys += ["resend"] if steering.failed else []
        keys += ["resend_unknown"] if steering.unknown else []
        keys += ["visit"] if steering.unvisited else []
    choices = options(*keys, "group", "horn", "reach", prefix="ledger")
    return ask(
        "ledger.action",
        "notice.ledger",
        choices,
        {"notice": notice.id},
        **facts,
        paused=bool(steering and steering.paused),
        visits=reach.visits,
        told_at_door=reach_facts(notice.number, reach)["told_at_door"],
        groups=len(reach.postings),
    )


async def action_chosen(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    notice = await talk.desk.notices.get(talk.number("notice"))
    return await _ACTIONS[said.choice](talk, notice)


# Steering ------------------------------------------------------------------------------------------------------------


async def _pause(talk: Talk, notice: Notice) -> Answer:
    return tell_back("notice.paused", number=notice.number, households=await talk.desk.ledger.pause(notice))


async def _resume(talk: Talk, notice: Notice) -> Answer:
    return tell_back("notice.resumed", number=notice.number, households=await talk.desk.ledger.resume(notice))


async def _ask_cancel(_talk: Talk, notice: Notice) -> Answer:
    """For good: it is asked once more."""
    return ask(
        "ledger.cancel",
        "notice.cancel_sure",
        options("cancel_now", "keep", prefix="ledger"),
        {"notice": notice.id},
        number=notice.number,
    )


async def cancel_confirmed(talk: Talk, said: Said) -> Answer | None:
    if said.choice == "keep":
        return tell_back("back")
    if said.choice != "cancel_now":
        return None
    notice = await talk.desk.notices.get(talk.number("notice"))
    return tell_back("notice.cancelled", number=notice.number, households=await talk.desk.ledger.cancel(notice))


async def _resend(talk: Talk, notice: Notice) -> Answer:
    return tell_back("notice.resent", number=notice.number, households=await talk.desk.ledger.resend(notice))


async def _ask_unknown(talk: Talk, notice: Notice) -> Answer:
    steering = await talk.desk.ledger.steering(notice)
    households = steering.unknown if steering else 0
    data = {"notice": notice.id, "households": households}
    return ask("ledger.unknown", "notice.unknown_sure", (), data, number=notice.number, households=households)


async def unknown_confirmed(talk: Talk, said: Said) -> Answer | None:
    """Only whoever names the number of households has understood that some of them will get it twice."""
    if read_number(said.text) != talk.number("households"):
        return None
    notice = await talk.desk.notices.get(talk.number("notice"))
    resent = await talk.desk.ledger.resend_unknown(notice, talk.number("households"))
    return tell_back("notice.resent", number=notice.number, households=resent)


async def _visit(talk: Talk, notice: Notice) -> Answer:
    households, tells = await talk.desk.ledger.visit(notice)
    return tell_back("notice.visits_opened", *tells, number=notice.number, households=households)


# Chat groups and loudspeakers ----------------------------------------------------------------------------------------


async def _group(talk: Talk, notice: Notice) -> Answer:
    """The text alone in a message, so that one touch copies it; then the picture, and who has posted it where."""
    picture = talk.desk.ledger.picture_path(notice)
    says = (
        group_say(notice, await talk.desk.emergencies.words(notice)),
        Say("notice.group_picture", {"number": notice.number, "picture": picture}, options("posted", prefix="ledger")),
    )
    return Answer(says, "ledger.group", {"notice": notice.id})


async def posted(talk: Talk, said: Said) -> Answer | None:
    """已发群: into which group is asked; those that were named before are offered."""
    if said.choice != "posted":
        return None
    notice = await talk.desk.notices.get(talk.number("notice"))
    names = await talk.desk.ledger.known_groups(notice, _GROUPS_OFFERED)
    choices = tuple(Option(f"g{place}", text=name) for place, name in enumerate(names))
    return ask("ledger.posting", "notice.which_group", choices, {"notice": notice.id, "groups": names})


async def group_named(talk: Talk, said: Said) -> Answer | None:
    names = talk.data["groups"]
    known = names[int(said.choice[1:])] if said.choice and isinstance(names, list) else said.text
    if len(known) not in _NAME or "\n" in known:
        return None
    notice = await talk.desk.notices.get(talk.number("notice"))
    count = await talk.desk.ledger.post(notice, known)
    return tell_back("notice.posted", number=notice.number, group=known, count=count)


async def _horn(talk: Talk, notice: Notice) -> Answer:
    most = _SMS_READING if talk.speaker.by_sms else LONGEST_READING
    words = await talk.desk.emergencies.words(notice)
    text = horn_text(notice, words, talk.speaker.settings.landline, most)
    return tell_back("notice.horn", number=notice.number, reading=text, seconds=seconds_to_read(text))


async def _reach(talk: Talk, notice: Notice) -> Answer:
    return tell_back("notice.reach", **reach_facts(notice.number, await talk.desk.ledger.reach(notice)))


_Opening = Callable[[Talk, Notice], Awaitable[Answer]]

_OPENINGS: Mapping[str, _Opening] = {
    "复制到群": _group,
    "群": _group,
    "发群": _group,
    "喇叭": _horn,
    "喇叭稿": _horn,
    "广播": _horn,
    "送达": _reach,
    "送达情况": _reach,
}
"""What a member of staff says before a notice's number."""

_ACTIONS: Mapping[str, _Opening] = {
    "pause": _pause,
    "resume": _resume,
    "cancel": _ask_cancel,
    "resend": _resend,
    "resend_unknown": _ask_unknown,
    "visit": _visit,
    "group": _group,
    "horn": _horn,
    "reach": _reach,
}
