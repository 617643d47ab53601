"""A message that needs 110, 119 or 120 before it needs the village."""

import re
from enum import StrEnum

from bot.dialogue.patterns import any_of


class Danger(StrEnum):
    """In the order in which they count where a message names several."""

    FIRE = "fire"
    SELF_HARM = "self-harm"
    DROWNING = "drowning"
    VIOLENCE = "violence"
    MISSING = "missing"
    INJURY = "injury"
    GAS = "gas"
    ELECTRICITY = "electricity"
    RESCUE = "rescue"

    @property
    def number(self) -> str:
        """The public emergency number: 119 fire and rescue, 110 police, 120 ambulance."""
        return _NUMBERS.get(self, "119")


_NUMBERS = {
    Danger.SELF_HARM: "120",
    Danger.DROWNING: "120",
    Danger.INJURY: "120",
    Danger.VIOLENCE: "110",
    Danger.MISSING: "110",
}
_WORDS = {
    Danger.FIRE: (
        "着火 着了火 起火 失火 火灾 山火 烧起来 烧着了 烧着房 房子烧 屋烧 烧山 救火 火烧屋 火烧房 火没灭 火还没灭 "
        "灭不了火 火*灭不了 大火 火光 放火 纵火 火势 浓烟 爆炸 onfire 电表*冒*烟 电箱*冒*烟 变压器*冒*烟 "
        "插座*冒*烟 电线*冒*烟 电瓶*冒*烟 电动车*冒*烟 电动车*烧 房子*冒*烟 屋*冒*烟 厨房*冒*烟 家里*冒*烟 "
        "山上*冒*烟 仓库*冒*烟"
    ),
    Danger.SELF_HARM: (
        "不想活 想不开 自杀 寻短见 轻生 喝农药 喝了农药 喝药自 喝药了 喝了药 喝敌敌畏 喝百草枯 上吊 跳楼 跳河 "
        "跳水库 跳塘 跳桥 割腕 活够了 活着没意思 活着没什么意思 活不下去 不如死了 死了算了 我想死 真想死 好想死 "
        "只想死 就想死 想死的心 要去死 去死算了 没脸活"
    ),
    Danger.DROWNING: (
        "落水 溺水 掉河里 掉进河 掉到河 掉塘里 掉进塘 掉到塘 掉进水 掉水里 掉到水 掉进井 掉井里 掉到井 掉水库 "
        "掉进鱼塘 掉进池塘 掉到鱼塘 掉下河 掉下塘 掉下水 人*淹死 孩*淹死 快淹死 人*冲走 孩*冲走 人*沉下去 "
        "游泳*没上来 玩水*没上来 在水里*叫"
    ),
    Danger.VIOLENCE: (
        "动刀 持刀 拿刀 拿着刀 提刀 砍人 砍伤 砍死 捅人 捅伤 捅了人 捅了他 捅了我 捅了一刀 捅死 杀人 要杀我 要杀他 "
        "要杀她 杀了人 杀了他 杀了她 杀全家 打死人 打死我 要打死 往死里打 打架 打起来 斗殴 群殴 行凶 抢劫 抢钱 "
        "抢包 被抢 绑架 拐走 抢孩子 人贩子 强奸 家暴 老公*打我 丈夫*打我 打我老婆 打老婆 男人打我 儿子打我 正在打 "
        "头打破 打得头破 打*流血 小偷*在家 贼*在屋 有人撬门 正在撬 有人砸门 开枪 炸弹"
    ),
    Danger.MISSING: (
        "走失 走丢 失踪 孩子不见 小孩不见 老人不见 爷爷不见 奶奶不见 人不见了 老人*没回来 小孩*没回来 孩子*没回来"
    ),
    Danger.INJURY: (
        "嘴歪 说不出话 倒在路边 倒在地 晕倒 昏倒 昏迷 晕过去 昏过去 休克 人没气了 没呼吸 不省人事 叫不醒 喊不醒 "
        "没意识 心口*痛 胸口*痛 胸痛 心脏病发 心梗 中风 脑溢血 抽搐 口吐白沫 血不止 止不住血 好多血 流了很多血 "
        "大出血 血*止不住 头破血流 头*流血 摔断 腿断 手断 骨折 摔下来 摔*不会动 摔*不动了 摔*起不来 老人*起不来 "
        "车祸 撞人 撞到人 撞了人 撞伤 翻车 人*被车撞 爸*被车撞 妈*被车撞 爷*被车撞 奶*被车撞 伯*被车撞 叔*被车撞 "
        "孩*被车撞 儿*被车撞 公*被车撞 婆*被车撞 我*被车撞 他*被车撞 她*被车撞 压到人 压住人 压着人 砸伤 砸到头 "
        "砸到人了 烫伤 烧伤 触电 被电到 被电打 电倒 电到人 电死 煤气中毒 一氧化碳 中毒 误食 蛇咬 毒蜂蛰 要生了 "
        "羊水破 快不行了 救命 出人命 吐血 咳血 卡住喉咙 噎住 呛住 救护车 受伤 heartattack"
    ),
    Danger.GAS: (
        "煤气*漏 漏煤气 煤气味 燃气味 燃气*漏 天然气*漏 液化气*漏 瓦斯*漏 气罐*漏 煤气*泄 燃气*泄 天然气*泄 gasleak"
    ),
    Danger.ELECTRICITY: (
        "电线*掉 电线*断 电线*落 电线*冒火 电线*打火 高压线*掉 高压线*断 高压线*落 冒火花 打火花 冒火星 电杆*倒 "
        "电线杆*倒 漏电 麻电 水里*有电 水带电 变压器*炸"
    ),
    Danger.RESCUE: (
        "被困 困住 困在 出不来了 压在下面 人*被埋 埋了人 埋住人 活埋 塌方 山体滑坡 滑坡了 泥石流 房子塌了 屋塌了 "
        "楼塌 墙*压 溃坝 决堤 决口 山洪 洪水来 洪水*进屋 水进屋 水*淹进 水*淹到 电梯*困 掉进坑 掉下崖 人*掉下去"
        "孩*掉下去"
    ),
}
_PATTERNS = {danger: any_of(_WORDS[danger]) for danger in Danger}

# Right before the word: denied, feared, imagined. Shortly before: past. Shortly behind: talk of it.
_UNREAL = (
    "没 不会 差点 差一点 险些 怕 怕会 怕要 担心 担心会 容易 会引起 引起 引发 防止 预防 防 避免 如果 要是 假如 万一 "
    "会不会 以免 免得 迟早 迟早会 早晚会 别 不要 不准 会 可能 严禁 禁止 以为 假的 经常 老是 总是"
)
_DENIED = ("没", "不会", "不是", "没想过")
_PAST = any_of("去年 前年 上个月 上月 上次 以前 早年 当年 往年 年前 小时候 前几年 那年 电视里 电影里 新闻里 听说外地")
_TALK = any_of(
    "隐患 演练 风险 保险 预案 宣传 知识 培训 报销 补偿 证明 鉴定 后遗症 致残 残疾 住院费 医药费 低保 补助 年了 多年"
)
_UNREAL_ENDS = tuple(_UNREAL.split())
_CLAUSE = re.compile("[,。;!?:]")
_BEFORE, _BEHIND = 8, 10  # characters of the same clause


def find_danger(text: str) -> Danger | None:
    """Find the gravest danger that a plain text reports as present.

    Doubt goes to the alarm: a needless "dial 119" costs a line, a missed one a life. So of self-harm only a
    plain denial silences it.
    """
    for danger, pattern in _PATTERNS.items():
        if any(_is_present(danger, text, found) for found in pattern.finditer(text)):
            return danger
    return None


def _is_present(danger: Danger, text: str, found: re.Match[str]) -> bool:
    before = _CLAUSE.split(text[max(0, found.start() - _BEFORE) : found.start()])[-1]
    if danger is Danger.SELF_HARM:
        return not before.endswith(_DENIED)
    behind = _CLAUSE.split(text[found.end() : found.end() + _BEHIND])[0]
    return not (before.endswith(_UNREAL_ENDS) or _PAST.search(before) or _TALK.search(behind))
