"""Entering what a meeting decided after the count: by which rule, on what subject, with which numbers."""

from bot.dialogue.minutes import minutes_of, read_minutes
from bot.dialogue.talk import YES_NO, Answer, Said, Talk, ask, options, tell_back
from store.domain.deliberation import MatterRecord, Minutes, minutes_from_json, minutes_to_json
from store.domain.matter_tells import decision_tells
from store.domain.matters import MatterSubject
from store.domain.rules import RULES, DecisionRule, EntitlementKind, RuleCode, rule_for
from store.domain.speech import Option

_BINDING = tuple(rule for variants in RULES.values() for rule in variants if rule.binding)
_FIRST_PAGE = 8
"""A bare digit chooses one of nine: the ninth is the next page."""


def _key(rule: DecisionRule) -> str:
    return f"{rule.code}.{rule.unit}"


def _rule(key: str) -> DecisionRule:
    code, _, unit = key.partition(".")
    return rule_for(RuleCode(code), EntitlementKind(unit))


def ask_rule(matter: MatterRecord, *, first_page: bool) -> Answer:
    page = _BINDING[:_FIRST_PAGE] if first_page else _BINDING[_FIRST_PAGE:]
    choices = tuple(Option(_key(rule), label=f"rule_{_key(rule)}".replace(".", "_")) for rule in page)
    more = options("more", prefix="rule") if first_page else ()
    return ask("council.rule", "council.which_rule", (*choices, *more), {"matter": matter.id}, matter=matter)


async def rule_chosen(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    if said.choice == "more":
        return ask_rule(await talk.desk.council.get(talk.number("matter")), first_page=False)
    data = {**talk.data, "rule": said.choice}
    return ask("council.subject", "council.which_subject", options(*MatterSubject, prefix="subject"), data)


async def subject_chosen(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    return ask("council.minutes", "council.which_minutes", data={**talk.data, "subject": said.choice})


async def minutes_given(talk: Talk, said: Said) -> Answer | None:
    """Worked out and read back before it is written down; what the law asks for and is not there is named."""
    if not said.text:
        return None
    typed = read_minutes(said.text, talk.now.astimezone(talk.speaker.settings.zone).date())
    if typed.lacking:
        return ask("council.minutes", "council.minutes_lack", data=talk.data, lacking=typed.lacking)
    minutes = minutes_of(typed, _rule(str(talk.data["rule"])), MatterSubject(str(talk.data["subject"])))
    if minutes.missing:
        return ask("council.minutes", "council.minutes_illegal", data=talk.data, wanting=minutes.missing)
    data = {**talk.data, "minutes": minutes_to_json(minutes)}
    return ask("council.right", "council.minutes_right", YES_NO, data, minutes=minutes)


async def minutes_confirmed(talk: Talk, said: Said) -> Answer | None:
    if said.choice == "no":
        return ask("council.minutes", "council.which_minutes", data=talk.data)
    if said.choice != "yes":
        return None
    matter = await talk.desk.council.get(talk.number("matter"))
    entered = await talk.desk.council.enter_decision(matter, _kept(talk))
    contact_ids, unreached = await talk.desk.council.audience(entered)
    tells = decision_tells(entered, contact_ids)
    return tell_back("council.decision_entered", *tells, matter=entered, told=len(contact_ids), unreached=unreached)


def _kept(talk: Talk) -> Minutes:
    kept = talk.data["minutes"]
    if not isinstance(kept, dict):
        raise TypeError("the session's minutes are a JSON object")
    return minutes_from_json(kept)
