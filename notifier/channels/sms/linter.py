"""What a gateway will refuse in a text or a template, said before it is sent. Pure.

The gateways of the Chinese clouds send only what their people have approved as a template; the words below are those
their rules name (Aliyun's help 463270, notification templates; Tencent's help 382/39023, body templates), and what a
village would say for them. Approval is a person's judgement: no objection here is no promise there.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from notifier.channels.sms.segments import count_parts
from notifier.channels.sms.templates import (
    MOST_TEXT_CHARACTERS,
    Template,
    Variable,
    fit,
    pieces_of,
    signatures_of,
    split_signature,
    templates_of,
)
from store.domain.accounts import AccountKind


class Reason(StrEnum):
    TOO_LONG = "too_long"
    NO_TEMPLATE = "no_template"
    OTHER_SIGNATURE = "other_signature"
    PARTY_AND_GOVERNMENT = "party_and_government"
    LEGAL_RIGHTS = "legal_rights"
    QUESTIONNAIRE = "questionnaire"
    DONATION = "donation"
    MEDICAL = "medical"
    PERSONAL_NUMBER = "personal_number"
    JOIN_US = "join_us"
    OPT_OUT = "opt_out"
    SIGNATURE_BRACKETS = "signature_brackets"
    LINK_IN_VARIABLE = "link_in_variable"
    ADJACENT_VARIABLES = "adjacent_variables"
    ALL_VARIABLES = "all_variables"
    FOREIGN_VARIABLE = "foreign_variable"


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a gateway will refuse; `words` are those of the text that it is about ("" where it is about the whole)."""

    reason: Reason
    words: str = ""


_ALIYUN, _TENCENT = AccountKind.ALIYUN, AccountKind.TENCENT
_APPROVING = frozenset({_ALIYUN, _TENCENT})

_FORBIDDEN: tuple[tuple[Reason, frozenset[AccountKind], str], ...] = (
    # 党政
    (Reason.PARTY_AND_GOVERNMENT, _APPROVING, "党[员费建课委]|党支部|党小组|党组织|党政|政府|两委"),
    # 法律维权; Aliyun names 调解 too
    (Reason.LEGAL_RIGHTS, _APPROVING, "法律|律师|维权|诉讼|起诉|打官司"),
    (Reason.LEGAL_RIGHTS, frozenset({_ALIYUN}), "调解"),
    # 问卷调查
    (Reason.QUESTIONNAIRE, _APPROVING, "问卷|(?:满意度|民意)调查"),
    # 众筹、慈善募捐 (Tencent: 慈善捐款)
    (Reason.DONATION, _APPROVING, "众筹|募捐|募款|捐[款助赠]|善款"),
    # 整形、医美 (Tencent: 医疗、整形、美容)
    (Reason.MEDICAL, _APPROVING, "整形|医美|美容"),
    (Reason.MEDICAL, frozenset({_TENCENT}), "医疗|义诊|门诊|体检"),
    # 手机号 (Tencent: 联系个人手机号)
    (Reason.PERSONAL_NUMBER, _APPROVING, r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)"),
    # 加群、加QQ或者加微信; "参加群众大会" is none of them
    (Reason.JOIN_US, _APPROVING, r"(?i:(?<!参)加[^\s,。;!?、]{0,4}?(?:微信|QQ|群(?!众))|(?:微信|QQ)[群号])"),
    # 拒收请回复R, 与退订方式有关的内容
    (Reason.OPT_OUT, frozenset({_ALIYUN}), "退订|拒收"),
    (Reason.SIGNATURE_BRACKETS, _APPROVING, "[【】]"),
)

LINK = re.compile(
    r"https?://|www\.|[a-z0-9][a-z0-9-]*\.(?:com|cn|net|org|top|vip|xyz|cc|io)(?![a-z0-9])", re.IGNORECASE
)
_VARIABLE_IN_LINK = re.compile(r"(?:https?://|www\.)[\x21-\x7e]*?\{|\}\.(?:com|cn|net|org)", re.IGNORECASE)
_FOREIGN_VARIABLE = {_ALIYUN: re.compile(r"(?<!\$)\{\d+\}"), _TENCENT: re.compile(r"\$\{\w+\}")}

_MOST_PARTS = 8
# Twilio's Messages resource: a Body of at most 1,600 characters.
_TWILIO_CHARACTERS = 1600


def objections(kind: AccountKind, credentials: Mapping[str, str], text: str) -> tuple[Objection, ...]:
    """Say what this account's gateway will refuse in a text as it would be sent, its signature in front.

    Where the text is an instance of an approved template, only what its variables hold can still be refused.
    """
    if kind not in _APPROVING:
        return _unless(_is_short(kind, text), Reason.TOO_LONG)
    signature, body = split_signature(text)
    own = signatures_of(credentials)
    found = [
        *_unless(len(text) <= MOST_TEXT_CHARACTERS, Reason.TOO_LONG),
        *_unless(not own or signature in {"", *own}, Reason.OTHER_SIGNATURE, signature),
    ]
    fitting = fit(body, templates_of(credentials))
    if fitting is None:
        return (*found, Objection(Reason.NO_TEMPLATE), *_forbidden(kind, [body]))
    values = list(fitting.values.values())
    return (*found, *_forbidden(kind, values), *_links(values))


def template_objections(kind: AccountKind, template: Template) -> tuple[Objection, ...]:
    """Say why this gateway would not approve a template, or would not read it as we do."""
    if kind not in _APPROVING:
        return ()
    pieces = pieces_of(template.text)
    words = [piece for piece in pieces if isinstance(piece, str)]
    foreign = _FOREIGN_VARIABLE[kind].search(template.text)
    link = _VARIABLE_IN_LINK.search(template.text)
    return (
        *_unless(len(template.text) <= MOST_TEXT_CHARACTERS, Reason.TOO_LONG),
        *_unless(any(map(_says_something, words)), Reason.ALL_VARIABLES),
        *_unless(foreign is None, Reason.FOREIGN_VARIABLE, foreign[0] if foreign else ""),
        *_adjacent(pieces),
        *_unless(link is None, Reason.LINK_IN_VARIABLE, link[0] if link else ""),
        *_forbidden(kind, words),
    )


def _is_short(kind: AccountKind, text: str) -> bool:
    if kind is AccountKind.TWILIO:
        return len(text) <= _TWILIO_CHARACTERS
    return count_parts(text).parts <= _MOST_PARTS


def _unless(holds: bool, reason: Reason, words: str = "") -> tuple[Objection, ...]:  # noqa: FBT001
    return () if holds else (Objection(reason, words),)


def _says_something(words: str) -> bool:
    """Punctuation between variables says nothing."""
    return any(character.isalnum() for character in words)


def _forbidden(kind: AccountKind, texts: Sequence[str]) -> Iterator[Objection]:
    for reason, kinds, words in _FORBIDDEN:
        if kind in kinds:
            for text in texts:
                yield from (Objection(reason, found[0]) for found in re.finditer(words, text))


def _links(values: Sequence[str]) -> Iterator[Objection]:
    for value in values:
        yield from (Objection(Reason.LINK_IN_VARIABLE, found[0]) for found in LINK.finditer(value))


def _adjacent(pieces: Sequence[str | Variable]) -> Iterator[Objection]:
    for left, right in pairwise(pieces):
        if isinstance(left, Variable) and isinstance(right, Variable):
            yield Objection(Reason.ADJACENT_VARIABLES, f"{left.name} {right.name}")
