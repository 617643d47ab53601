"""What Banyan never puts to a vote: elections, recall, and the appraisal of persons in office.

The law wants a secret booth and a public count, or a meeting that the supervisory body chairs; a chat cannot give
that. They are held on paper and only entered. Works and services may be appraised by phone.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from store.domain.rules import ORGANIC_LAW


class RefusedSubject(StrEnum):
    ELECTION = "election"
    RECALL = "recall"
    APPRAISAL_OF_OFFICERS = "appraisal_of_officers"


@dataclass(frozen=True, slots=True)
class RefuseReason:
    """Why a subject is refused: message key `refused.<subject>`, the law's title and the article (2018 text)."""

    subject: RefusedSubject
    law: str
    article: str


_ELECTION = RefuseReason(RefusedSubject.ELECTION, ORGANIC_LAW, "15")
_RECALL = RefuseReason(RefusedSubject.RECALL, ORGANIC_LAW, "16")
_APPRAISAL = RefuseReason(RefusedSubject.APPRAISAL_OF_OFFICERS, ORGANIC_LAW, "33")

_OFFICER = (
    r"(?:(?<!班)主任(?!办公室)|村长|支书|书记|干部|(?:村民)?(?:小组|组)长|社长|村官|委员(?!会)|两委|班子|村委(?!会)"
    r"|村民代表|成员代表|村委会成员|监委会成员|会计|文书|网格员|理事(?!会)|监事(?!会))"
)
_BODY = r"(?:村委会|村民委员会|监委会|监督委员会|理事会|监事会|议事会|党支部)"
_BETWEEN = r"(?:出|举|一?[个名位]|新|的|我们|咱们?|本|村里?|下一?届|第?[一二三四五六七八九十两0-9]+|村?组|党|副|正|好)*"

# A bare 选 is too common a word (选址, 候选方案, 评选): it counts only right before an office.
_ELECTING = re.compile(
    rf"选举|海选|竞选|候选人|换届(?![后前以])|(?:(?<![候评挑])选|推举|增补){_BETWEEN}(?:{_OFFICER}|{_BODY})"
)
_RECALLING = re.compile(
    rf"罢免|罢黜|弹劾|不信任"
    rf"|(?:撤换|撤掉|撤了|撤销|免去|免掉|免了|更换)[^,。;和]{{0,3}}{_OFFICER}"
    rf"|换(?:[掉了下个新村]|一个|我们|咱们)*{_OFFICER}"
    rf"|{_OFFICER}[^,。;和]{{0,3}}(?:下台|下课|免职|撤职|撤换|撤掉|换掉|换人)"
)
_APPRAISING_PERSONS = re.compile(r"述职|称不?称职|不称职|信任投票|信任度")
_APPRAISALS = r"(?:评议|评价|考评|考核|测评|打分|评分|评选|评优|满意|合格)"
_APPRAISING = re.compile(_APPRAISALS)
_APPRAISERS = re.compile(rf"(?:村民代表|成员代表|由村?{_OFFICER})(?=.*{_APPRAISALS})")
_PERSON = re.compile(_OFFICER)
_WORKS = re.compile(
    r"路灯|水渠|水管|鱼塘|道路|修路|工程|项目|维修|修建|保洁|垃圾|食堂|设施|广场|厕所|绿化|方案|合同|服务站|接待日"
)
_JOINTS = re.compile(r"[和与及跟、,;。]")

_TO_SIMPLIFIED = str.maketrans(
    "選舉罷評議換屆書記幹組長員會職務撤業稱補競任滿價測優彈劾維渠設項黨",
    "选举罢评议换届书记干组长员会职务撤业称补竞任满价测优弹劾维渠设项党",
)


def refuse_reason(title: str) -> RefuseReason | None:
    """Return why a matter of this title may not be voted on here, or None where it may."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", title)).translate(_TO_SIMPLIFIED)
    if _ELECTING.search(plain):
        return _ELECTION
    if _RECALLING.search(plain):
        return _RECALL
    return _APPRAISAL if _appraises_persons(plain) else None


def _appraises_persons(title: str) -> bool:
    """Tell whether an officer is what is appraised: "村民代表评议路灯维修" is not, "评议路灯维修和村主任" is."""
    if _APPRAISING_PERSONS.search(title):
        return True
    appraising = False
    for part in _JOINTS.split(_APPRAISERS.sub("", title)):
        appraising = appraising or bool(_APPRAISING.search(part))
        if appraising and _PERSON.search(part) and not _WORKS.search(part):
            return True
    return False
