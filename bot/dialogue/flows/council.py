"""Running a matter from the phone: publishing a proposal, opening and closing the vote, what the meeting decided.

Each step is taken by whoever may approve in the village, or by the council's chair.
"""

import re

from bot.dialogue.flows import matters
from bot.dialogue.flows.meetings import ask_rule
from bot.dialogue.moments import read_moment
from bot.dialogue.talk import YES_NO, Answer, Said, Talk, ask, options, tell_back
from store.domain.conversation import OpenQuestion
from store.domain.deliberation import MatterRecord, RollKind
from store.domain.matter_tells import asking_tells, progress_tells, result_tells
from store.domain.matters import MatterState
from store.domain.speech import Option

LISTED = 9
_CODE = re.compile(r"([3-9][0-9])号?(?:事|议题)?")
_ACTIONS = {
    MatterState.PROPOSED: ("publish", "turn_down"),
    MatterState.PUBLISHED: ("open", "turn_down"),
    MatterState.VOTING: ("close",),
    MatterState.COUNTED: ("decide",),
    MatterState.DECIDED: ("carry_out",),
}


async def open_council(talk: Talk) -> Answer:
    """What waits for a step; whoever may not take one sees what residents see."""
    if not talk.desk.council.may_run:
        return await matters.open_matters(talk)
    listed = (await talk.desk.council.waiting())[:LISTED]
    if not listed:
        return tell_back("council.nothing")
    choices = tuple(
        Option(str(matter.id), text=f"{matter.code or ''} {matter.title}".strip()[:24]) for matter in listed
    )
    return ask("council.chosen", "council.list", choices, matters=listed)


async def matter_chosen(talk: Talk, said: Said) -> Answer | None:
    return await _show(talk, await talk.desk.council.get(int(said.choice))) if said.choice else None


async def code_named(talk: Talk, said: Said) -> Answer | None:
    found = _CODE.fullmatch(said.normal)
    if not found or not talk.desk.council.may_run:
        return None
    matter = await talk.desk.matters.with_code(int(found[1]))
    return await _show(talk, matter) if matter else None


async def proposal_opened(talk: Talk, question: OpenQuestion, _said: Said) -> Answer:
    return await _show(talk, await talk.desk.council.get(question.subject_id))


async def _show(talk: Talk, matter: MatterRecord) -> Answer:
    keys = _ACTIONS.get(matter.state, ())
    facts = {
        "matter": matter,
        "turnout": await talk.desk.matters.turnout(matter),
        "comments": await talk.desk.matters.comments(matter),
    }
    return ask("council.action", "council.shown", options(*keys, prefix="council"), {"matter": matter.id}, **facts)


async def action_chosen(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    matter = await talk.desk.council.get(talk.number("matter"))
    keep = options("keep", prefix="council")
    asked = {
        "publish": ("council.title", "council.which_title", keep),
        "turn_down": ("council.reason", "council.which_reason", ()),
        "open": ("council.roll", "council.which_roll", options(*RollKind, prefix="roll")),
        "close": ("council.close", "council.close_now", YES_NO),
        "carry_out": ("council.done", "council.what_was_done", ()),
    }
    if said.choice == "decide":
        return ask_rule(matter, first_page=True)
    step, message, choices = asked[said.choice]
    return ask(step, message, choices, {"matter": matter.id}, matter=matter, now=talk.now)


async def _matter(talk: Talk) -> MatterRecord:
    return await talk.desk.council.get(talk.number("matter"))


async def title_given(talk: Talk, said: Said) -> Answer | None:
    matter = await _matter(talk)
    title = matter.title if said.choice == "keep" else said.text
    if not title:
        return None
    keep = options("keep", prefix="council")
    return ask("council.plan", "council.which_plan", keep, {**talk.data, "title": title}, matter=matter)


async def plan_given(talk: Talk, said: Said) -> Answer | None:
    matter = await _matter(talk)
    plan = matter.plan if said.choice == "keep" else said.text
    if not plan:
        return None
    data = {**talk.data, "plan": plan}
    groups = await talk.desk.council.groups()
    if not groups:
        return _ask_named({**data, "group": 0})
    choices = (Option("0", label="council_whole_village"), *(Option(str(one.id), text=one.name) for one in groups))
    return ask("council.where", "council.whose", choices, data)


async def where_chosen(talk: Talk, said: Said) -> Answer | None:
    return _ask_named({**talk.data, "group": int(said.choice)}) if said.choice else None


def _ask_named(data: dict[str, object]) -> Answer:
    return ask("council.named", "council.named_or_not", options("unnamed", "named", prefix="council"), data)


async def named_chosen(talk: Talk, said: Said) -> Answer | None:
    """Published: who proposed it hears so."""
    if said.choice not in {"named", "unnamed"}:
        return None
    published = await talk.desk.council.publish(
        await _matter(talk),
        str(talk.data["title"]),
        str(talk.data["plan"]),
        talk.number("group") or None,
        named=said.choice == "named",
    )
    tells = progress_tells("matter.published", published, await talk.desk.council.followers(published))
    return tell_back("council.published", *tells, matter=published)


async def reason_given(talk: Talk, said: Said) -> Answer | None:
    if not said.text:
        return None
    turned_down = await talk.desk.council.turn_down(await _matter(talk), said.text)
    tells = progress_tells("matter.turned_down", turned_down, await talk.desk.council.followers(turned_down))
    return tell_back("council.turned_down", *tells, matter=turned_down)


async def roll_chosen(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    matter = await _matter(talk)
    size = await talk.desk.council.roll_size(matter, RollKind(said.choice))
    data = {**talk.data, "roll": said.choice, "size": size}
    return ask("council.deadline", "council.which_deadline", data=data, roll=said.choice, size=size)


async def deadline_given(talk: Talk, said: Said) -> Answer | None:
    """Read back before anything goes out: to how many it goes cannot be called back."""
    closes_at = read_moment(said.text, talk.now.astimezone(talk.speaker.settings.zone))
    if closes_at is None:
        return ask("council.deadline", "council.no_such_time", data=talk.data)
    facts = {"matter": await _matter(talk), "roll": talk.data["roll"], "size": talk.data["size"]}
    data = {**talk.data, "closes_at": closes_at.isoformat()}
    return ask("council.sure", "council.open_now", YES_NO, data, **facts, closes_at=closes_at)


async def opening_confirmed(talk: Talk, said: Said) -> Answer | None:
    if said.choice == "no":
        return tell_back("back")
    if said.choice != "yes":
        return None
    closes_at = talk.now.fromisoformat(str(talk.data["closes_at"]))
    opened = await talk.desk.council.open_voting(await _matter(talk), RollKind(str(talk.data["roll"])), closes_at)
    contact_ids, unreached = await talk.desk.council.audience(opened)
    tells = asking_tells(opened, contact_ids)
    return tell_back("council.opened", *tells, matter=opened, told=len(contact_ids), unreached=unreached)


async def close_confirmed(talk: Talk, said: Said) -> Answer | None:
    if said.choice == "no":
        return tell_back("back")
    if said.choice != "yes":
        return None
    closed = await talk.desk.council.close(await _matter(talk))
    contact_ids, unreached = await talk.desk.council.audience(closed)
    tells = result_tells(closed, contact_ids)
    return tell_back("council.closed", *tells, matter=closed, told=len(contact_ids), unreached=unreached)


async def done_given(talk: Talk, said: Said) -> Answer | None:
    """Carried out: who proposed it and who said something to it hear what was done."""
    if not said.text:
        return None
    done = await talk.desk.council.carry_out(await _matter(talk), said.text)
    tells = progress_tells("matter.carried_out", done, await talk.desk.council.followers(done))
    return tell_back("council.carried_out", *tells, matter=done)
