"""The transfer list (转移人员清单): a household says whether it goes, its officer how that ended, the town counts."""

import re
from collections.abc import Sequence

from bot.dialogue.talk import Answer, Said, Talk, ask, options, tell_back
from bot.dialogue.transfer_words import UNCLEAR, read_reply, read_reply_words
from store.domain.conversation import OpenQuestion
from store.domain.speech import Option, Say, Tell
from store.domain.transfer_tells import home_facts
from store.domain.transfers import Outcome, Reply, RollCounts, RollEntry

TRANSFER = "emergency"
"""The kind of the question that a transfer list puts to a household."""
LIST_WORDS = ("转移", "转移名单", "转移清单", "转移人员", "transfer")
LISTED = 8
_BOTH = "all"
_GOING_OR_FETCH = options(Reply.GOING, Reply.FETCH, prefix="transfer")
_OUTCOMES = options(Outcome.MOVED, Outcome.REFUSED, Outcome.LOST, prefix="outcome")
_HELP = re.compile("接|走|去|到|搬|留|转移|下不了|动不了|背不动|没车|路上")


# What a household says -----------------------------------------------------------------------------------------------


def read(_question: OpenQuestion, said: Said) -> str:
    return read_reply(said.text)


async def answered(talk: Talk, question: OpenQuestion, said: Said) -> Answer:
    homes = await talk.desk.transfers.mine(question.subject_id)
    return await _take(talk, homes, said.choice)


async def typed(talk: Talk, said: Said) -> Answer | None:
    """来接我, at any time while the list is open: also after a 1."""
    if not _HELP.search(said.normal):
        return None
    reply = read_reply_words(said.text)
    homes = await talk.desk.transfers.mine() if reply else []
    return await _take(talk, homes, reply) if homes else None


async def _take(talk: Talk, homes: Sequence[RollEntry], reply: str) -> Answer:
    """A cry for help on a shared phone is taken for all homes there; that they go is believed only of those who say it.

    Doubt goes to the safe side: who is wrongly fetched has lost nothing.
    """
    if reply == UNCLEAR:
        data = {"notice": homes[0].notice_id}
        return ask("transfer.again", "transfer.again", _GOING_OR_FETCH, data)
    if reply == Reply.GOING and len(homes) > 1:
        choices = (*(Option(str(home.id), text=home.name) for home in homes), Option(_BOTH, label="answer_both"))
        return ask("transfer.whose", "transfer.whose", choices, {"notice": homes[0].notice_id})
    return await _keep(talk, homes, Reply(reply))


async def again_answered(talk: Talk, said: Said) -> Answer | None:
    reply = said.choice or read_reply(said.text)
    if not reply:
        return None
    return await _take(talk, await talk.desk.transfers.mine(talk.number("notice")), reply)


async def household_chosen(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    homes = await talk.desk.transfers.mine(talk.number("notice"))
    meant = [home for home in homes if said.choice in {str(home.id), _BOTH}]
    return await _keep(talk, meant, Reply.GOING) if meant else None


async def _keep(talk: Talk, homes: Sequence[RollEntry], reply: Reply) -> Answer:
    """Who must be fetched or will not go is told to the officer at once."""
    kept, officers = await talk.desk.transfers.reply(homes, reply)
    tells: list[Tell] = []
    if reply is not Reply.GOING:
        for home in kept:
            phone = await talk.desk.transfers.number_to_ring(home)
            facts = {"name": home.name, "place": home.group_name, "phone": phone, "reply": reply}
            say = Say("transfer.wanted", facts)
            tells += [Tell(contact.id, say, waits_for_day=False) for contact in officers[home.id]]
    return tell_back("transfer.kept", *tells, reply=reply)


# What the officer and the town see -----------------------------------------------------------------------------------


async def open_transfers(talk: Talk) -> Answer:
    """The open lists, each counted; with one of them its households at once."""
    counts = await talk.desk.transfers.counts()
    if not counts:
        return tell_back("transfer.none")
    if len(counts) == 1:
        return await _list(talk, counts[0])
    choices = tuple(Option(str(one.notice_id), text=f"{one.village_name}{one.number}") for one in counts)
    return ask("transfer.list", "transfer.counts", choices, rolls=[one.facts for one in counts])


async def list_chosen(talk: Talk, said: Said) -> Answer | None:
    counts = await talk.desk.transfers.counts()
    wanted = [one for one in counts if said.choice == str(one.notice_id)]
    return await _list(talk, wanted[0]) if wanted else None


async def _list(talk: Talk, counts: RollCounts) -> Answer:
    """Who waits for somebody comes first; whoever does not fit is found by name."""
    entries = await talk.desk.transfers.entries(counts.notice_id)
    open_ones = [entry for entry in entries if entry.outcome is not Outcome.MOVED]
    facts = {**counts.facts, "homes": [home_facts(entry) for entry in open_ones[:LISTED]], "left": len(open_ones)}
    if not open_ones:
        return tell_back("transfer.homes", **facts)
    choices = tuple(Option(str(entry.id), text=entry.name) for entry in open_ones[:LISTED])
    return ask("transfer.entry", "transfer.homes", choices, {"notice": counts.notice_id}, **facts)


async def entry_chosen(talk: Talk, said: Said) -> Answer | None:
    if said.choice:
        return await _show(talk, await talk.desk.transfers.entry(int(said.choice)))
    entries = await talk.desk.transfers.entries(talk.number("notice"))
    named = [entry for entry in entries if entry.name == said.text]
    return await _show(talk, named[0]) if len(named) == 1 else None


async def _show(talk: Talk, entry: RollEntry) -> Answer:
    phone = await talk.desk.transfers.number_to_ring(entry)
    return ask("transfer.outcome", "transfer.home", _OUTCOMES, {"entry": entry.id}, **home_facts(entry), phone=phone)


async def outcome_chosen(talk: Talk, said: Said) -> Answer | None:
    """已转移, 劝离未果 or 失联."""
    if not said.choice:
        return None
    entry = await talk.desk.transfers.entry(talk.number("entry"))
    kept, counts, tells = await talk.desk.transfers.report(entry, Outcome(said.choice))
    return tell_back("transfer.noted", *tells, **home_facts(kept), households=counts.households, left=counts.left)
