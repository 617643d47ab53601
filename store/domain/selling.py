"""Notices that sell something are refused: nobody may hawk goods, loans or insurance through the village's name.

Conservative: clear cases only. A fair of public credit, medical insurance dues and a warning of swindlers are none.
"""

import re
import unicodedata

_GOODS = (
    r"优惠价|特价|特惠|促销|大?甩卖|清仓|秒杀|抢购|团购|代购|限时(?:优惠|折扣|抢)|厂家直销|包治|加盟|招代理|代理商|保健品"
    r"|(?<!不)打[一二三四五六七八九1-9]?折(?!扣|腾|断|叠)|买[一二三1-3]送[一二三1-3]"
    r"|免费(?:领|送)[^,。;!]{0,4}(?:鸡蛋|礼品|大米|食用油|洗衣|床垫)"
)
_LOANS = r"低息(?:贷款|借款)|无抵押|免抵押|信用贷|网贷|小额贷(?!款政策|款贴息)|秒批|当天(?:放款|下款)|快速放款|黑户可"
_INSURANCE = (
    r"分红险|重疾险|理财产品|高收益|保本(?:保息)?|稳赚|年化|返利|原始股"
    r"|(?:车|寿|意外)险[^,。;]{0,6}(?:优惠|返|联系我|加微信)"
)
_SELLING = re.compile(f"{_GOODS}|{_LOANS}|{_INSURANCE}")
_WARNING = re.compile(
    r"谨防|防范|严防|警惕|当心|诈骗|骗局|骗子|被骗|上当|反诈|不要(?:相信|参加|购买|买|点)|别(?:信|买|点|参加)|非法集资"
)


def sold_by(text: str) -> str:
    """The words by which a notice sells something; "" where it does not, or where it warns of such offers."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    found = _SELLING.search(plain)
    return found[0] if found and not _WARNING.search(plain) else ""
