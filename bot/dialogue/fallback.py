"""What happens to a message that the dialogue may not or cannot read: nothing is thrown away, a person gets it."""

from bot.dialogue.flows import front, votes
from bot.dialogue.talk import Answer, Said, Talk
from store.domain.inbound import InboundBody
from store.domain.normal import normal
from store.domain.speech import Say
from store.domain.ticket_tells import case_tells
from store.domain.tickets import Category, Report


async def to_a_person(talk: Talk, body: InboundBody) -> Answer:
    """The dialogue failed on this message several times: the front desk gets it as it is, and the sender is told."""
    ticket, handlers = await talk.desk.tickets.submit(_report(body))
    say = Say("ticket.received_unclear", {"number": ticket.number})
    return Answer((say,), tells=case_tells(ticket, handlers), is_vote=votes.is_vote(body))


async def keep_for_a_person(talk: Talk, body: InboundBody) -> Answer:
    """A flood: each message is kept with the ticket that is open, or with a new one; nothing more is said."""
    open_one = talk.session.data.get("flood") or talk.session.data.get("ticket")
    # A cadre's open ticket is somebody else's: what floods in from him becomes one of his own.
    ticket = next((own for own in await talk.desk.tickets.mine() if own.id == open_one), None)
    if ticket:
        await talk.desk.tickets.add(ticket, _words_of(body), body.files)
        return Answer((), step=talk.session.step, data=talk.session.data, is_vote=votes.is_vote(body))
    ticket, handlers = await talk.desk.tickets.submit(_report(body))
    return Answer((), data={"flood": ticket.id}, tells=case_tells(ticket, handlers), is_vote=votes.is_vote(body))


async def which_village(talk: Talk, body: InboundBody) -> Answer:
    """A town's account: which village a guest belongs to is asked once, before anything else."""
    if talk.session.step != "front.village":
        return await front.choose_village(talk)
    choice = body.button.rpartition(":")[2] if body.button else ""
    villages = await talk.desk.contact.villages()
    typed = normal(body.text)
    for position, (area_id, name) in enumerate(villages, start=1):
        if choice == str(area_id) or typed in {str(position), normal(name)}:
            return await front.village_chosen(talk, Said(body.text, typed, str(area_id), body)) or Answer(())
    return await front.choose_village(talk)


def _report(body: InboundBody) -> Report:
    return Report(
        category=Category.OTHER,
        subject="",
        text=_words_of(body),
        files=body.files,
        latitude=body.latitude,
        longitude=body.longitude,
    )


def _words_of(body: InboundBody) -> str:
    """Whoever gets the message learns that somebody wanted to vote, not how."""
    return "[投票]" if votes.is_vote(body) else body.text
