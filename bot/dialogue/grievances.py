"""A complaint of a person in office: it must not reach that person, so it is found by an office with blame behind it.

It goes to the supervisory committee's chair and the town. Asking for the secretary, or praising him, is none.
"""

import re

from bot.dialogue.patterns import any_of

# Of a body, or of somebody who does a service, only a grave fault is blame of a person; the rest is a report.
_OFFICES = any_of(
    "书记 支书 主任 村长 会计 出纳 报账员 文书 组长 队长 干部 村官 委员 网格员 镇长 领导 理事长 监事长 社长 当官的 "
    "头头 民警 辅警 片警 调解员 楼长 办事员 经办人 工作人员 管事的 妇联主席"
)
_BODIES = any_of(
    "村委会 村委 居委会 居委 两委 党支部 村支部 理事会 监事会 监委会 议事会 镇政府 派出所 水管员 护林员 保洁员电工"
)
_GRAVE = any_of(
    "贪污 贪 收钱 收了*钱 收黑钱 收红包 收了*红包 收礼 收好处 好处费 回扣 受贿 索贿 要红包 要好处 伸手要钱 要钱 "
    "拿了 拿走 拿回扣 拿钱 私吞 吞了 侵吞 独吞 挪用 侵占 霸占 占了 占我 多占 克扣 扣了 扣我 截留 冒领 套取 套钱 "
    "虚报 造假 做假 假账 以权谋私 谋私 徇私 走后门 优亲厚友 暗箱 黑箱 作弊 包庇 勾结 串通 私分 私卖 偷卖 卖地 卖了 "
    "偷偷 偷了 腐败 贿选 拉票 买票 买选票 中饱私囊 公款 大吃大喝 吃喝 赌博 赌钱 嫖 打人 打了 打我 打伤 打村民 骂人 "
    "骂我 骂了 骂村民 骂老百姓 骂老人 威胁 恐吓 报复 欺负 欺压 骗 敲诈 勒索 吃拿卡要 一手遮天 一言堂 弄虚作假 违规 "
    "违纪 违法 乱收费 多收 没收 强行 逼我 逼人 调戏 骚扰 猥亵 关系户 自己人 亲戚*低保 给*亲戚 吃低保 吃空饷 泄露 "
    "作风 不干净"
)
_SLIGHT = any_of(
    "没一个好 不是好东西 不办事 不干事 不做事 不管 不理 不作为 乱作为 不负责 不公平 不公 偏心 推诿 推来推去 踢皮球 "
    "很凶 好凶 太凶 凶我 吼我 吼人 态度差 态度*不好 态度*恶劣 态度*差 官威 官僚 官腔 耍威风 摆架子 架子大 刁难 "
    "为难 卡我 卡着 不给办 不给我办 不给盖 不盖章 不给签 不签字 拖着 拖了 敷衍 喝酒 喝醉 不上班 失职 渎职 太懒 "
    "好懒 不像话 霸道 说话难听 看不起 瞧不起 歧视 耍赖 说话不算 不接电话 不给低保 不公开 叫我滚"
)
# Between an office and a fault: the fault is somebody else's.
_OTHERS = any_of(
    "邻居 隔壁 有人 别人 人家 老板 外地人 小偷 骗子 你好 您好 来看 来管 来处理 处理一下 帮我 帮忙 请 反映 麻烦 "
    "我要 我想 有个 我老公 对面 楼上 我被 电话"
)
_DENIALS = ("没", "不", "未", "不会", "不让", "不准", "不许", "禁止", "严禁", "反对", "不能", "被")
_ADDRESSED = ("我", "你好", "您好", "请", "有人", "麻烦", "帮", "好")
_CLAUSE = re.compile("[,。;!?:]")
_REACH = 18  # characters behind an office in which its fault stands

_OFFICE = f"(?:{_OFFICES.pattern}|{_BODIES.pattern})"
_ACCUSED = re.compile(f"(?:举报|投诉|检举|揭发|告发|控告|状告|曝光|要告)([^,。;!?]{{0,8}}?){_OFFICE}")
_RECEIVING = any_of("到 给 向 找 请 跟 让 报告 有人")
_BRIBED = re.compile(
    f"给{_OFFICE}[^,。;!?]{{0,4}}(?:塞|红包|送了|送钱|送礼|送烟)|(?:送|塞)[^,。;!?旗]{{0,8}}给{_OFFICE}"
)
_SUCH = re.compile(f"(?:{_GRAVE.pattern}|{_SLIGHT.pattern})的(?:那个|这个)?(?:{_OFFICES.pattern})")
_TAKEN = re.compile(
    "(?:账上|村里|集体|公家|征地|补偿|低保|扶贫|救济|救灾|补贴|补助|青苗|工程|租金|承包|分红|公款)[^,。;!?]{0,6}"
    "(?:[^,。;!?]{0,6}(?:被|让|给)[^,。;!?]{0,6}(?:拿|吞|贪|私分|分了|扣|截留|挪用|冒领|领走|花了|花掉)|进了谁|谁贪|谁吞|谁拿|少了)"
)


def blames_staff(text: str) -> bool:
    """Tell whether a plain text complains of a person in office, or of public money that somebody took."""
    if _BRIBED.search(text) or _SUCH.search(text) or _TAKEN.search(text):
        return True
    if any(not _RECEIVING.search(found[1]) for found in _ACCUSED.finditer(text)):
        return True
    return _blamed(text, _OFFICES, (_GRAVE, _SLIGHT)) or _blamed(text, _BODIES, (_GRAVE,))


def _blamed(text: str, offices: re.Pattern[str], faults: tuple[re.Pattern[str], ...]) -> bool:
    for office in offices.finditer(text):
        behind = _CLAUSE.split(text[office.end() : office.end() + _REACH])[0]
        if behind.startswith(_ADDRESSED):
            continue
        if any(_is_his(behind[: fault.start()]) for kind in faults for fault in kind.finditer(behind)):
            return True
    return False


def _is_his(between: str) -> bool:
    return not between.endswith(_DENIALS) and not _OTHERS.search(between)
