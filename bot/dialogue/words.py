"""The short words that steer a conversation, recognised only where they are the whole message.

A report that contains 不要 or 好 is no answer. Bare 1 and 2 are read by `numbers.read_digit`: what they mean
depends on the question.
"""

import re
from enum import StrEnum

from store.domain.normal import normal, plain


class Word(StrEnum):
    """`STOP_OR_NO`: opts out or says no, by what was asked last (N; 别发 where a cadre was asked whether to send)."""

    STOP = "stop"
    STOP_OR_NO = "stop-or-no"
    RESUME = "resume"
    HUMAN = "human"
    YES = "yes"
    NO = "no"
    MENU = "menu"
    BACK = "back"
    THANKS = "thanks"
    LANGUAGE = "language"
    GREETING = "greeting"


_SAYINGS: dict[Word, str] = {
    Word.STOP: (
        "别发了 不要发了 不用发了 莫发了 甭发了 勿发了 00 退订 退定 退钉 推订 腿订 td t r stop unsubscribe tuiding "
        "退订短信 退订通知 退订消息 退订微信 取消订阅 取消短信 取消通知 取消推送 取消关注 取消接收 停止订阅 "
        "停止接收 停止发送 停止推送 停发 停发短信 拒收 拒收短信 拒绝接收 拒绝短信 不再接收 不再订阅 不订了 不订阅 "
        "不接收 不接收短信 回t 回td 回复t 回复td 回00 回复00 按00 发00 td退订 t退订 00退订 td回t r拒收 怎么退订 "
        "怎样退订 如何退订 怎么取消 怎么取消短信 退订不了 退不了订 怎么退不了 退订了还发 退订了怎么还发 怎么还发 "
        "都退订了还发 别烦我 别来烦我 别再烦我 不要打扰 请勿打扰"
    ),
    Word.STOP_OR_NO: "n 别发 不要发 不用发 莫发 甭发 勿发 不用通知 不用通知了 不要通知 别通知",
    Word.RESUME: (
        "9 恢复 恢复订阅 恢复接收 恢复通知 恢复短信 重新订阅 重新接收 再订阅 再订 订阅 我要订阅 订回来 订回 重订 "
        "开通 重新开通 继续接收 继续发 继续发给我 还是发吧 还是发给我 发回给我 再发给我 重新发给我 想再收 要再收 "
        "想收 继续收 回9 回复9 按9 9恢复 取消退订 撤销退订 误退订 退订错了 按错了退订 resume subscribe"
    ),
    Word.HUMAN: (
        "0 找人 找个人 人工 转人工 人工服务 人工客服 客服 真人 活人 找真人 找活人 接人工 要人工 叫人 喊人 有人吗 "
        "有人没 有没有人 有没人 找人说 找人说话 跟人说 跟人说话 和人说话 想和人说话 找村干部 找干部 找村委 "
        "找村委会 找书记 找支书 找村支书 找主任 找村长 打电话给我 给我打电话 打给我 请打给我 回我电话 给我回电话 "
        "给我回个电话 给我打个电话 打我电话 电话联系我 联系我 转接 转村委会 0找人 按0 回0 回复0 human agent "
        "operator 找工作人员 找值班的 找值班员"
    ),
    Word.YES: (
        "我要 是 是的 是滴 是啊 系 对 对的 对头 没错 好 好的 好滴 好嘞 好哒 好呀 好勒 好咧 可以 可 行 行的 行呢 中 "
        "成 妥 要得 要 得 得行 做得 使得 掂 有 有的 有了 来 来的 会 会的 会来 会到 能 能来 能到 来得 来得了 一定来 "
        "准时到 准时来 去 去的 参加 能参加 我参加 同意 赞成 没问题 没意见 嗯 嗯嗯 恩 恩恩 嗯呐 嗯哪 收到 收到了 "
        "已收到 看到 看到了 已看 已看到 已阅 看了 看过了 知道 知道了 明白 明白了 清楚了 了解 懂了 确认 确定 "
        "确认无误 有水了 来水了 有电了 来电了 通了 通水了 通电了 亮了 修好了 弄好了 搞好了 搞掂 搞定 好了 办好了 "
        "办好 解决了 处理好了 满意 走得了 能走 ok okay oj k yes y yeah yep sure hao haode shi shide xing keyi "
        "shoudao 强 愿意 需要 1是 是1"
    ),
    Word.NO: (
        "不系 否 不 不是 不是的 没 没有 没有的 无 还没 还没有 未 还未 不来 不来了 来不了 不能来 来不到 去不了 不去 "
        "不能去 没空 没时间 参加不了 不参加 不行 不中 不成 不得 不好 不可以 不可 不能 不会 不要 不要了 要不得 不用 "
        "不用了 不必 不必了 不需要 不想 不愿意 不同意 反对 不赞成 不对 错 错了 没收到 还没收到 没看到 没来 还没来 "
        "没人来 还没人来 没见人来 没好 还没好 没修好 还没修好 没修 还没修 没办好 没解决 还没解决 没处理 没弄好 "
        "没通 还没通 没亮 还没亮 还没水 还是没水 还没电 还是没电 仍然没水 还不行 还是不行 还是坏的 不满意 走不了 "
        "走不动 不能走 算了 算了吧 不发 先不发 先别发 暂时不发 别 no nope bu bushi meiyou bukeyi buxing 做不得 2否 "
        "否2 还没弄好 还没办好 没有弄好 没有收到"
    ),
    Word.MENU: (
        "菜单 帮助 怎么用 怎么使用 怎么弄 怎么操作 功能 有什么功能 能做什么 你能做什么 能干什么 你能干什么 会什么 "
        "你会什么 你是谁 你是什么 使用说明 说明 主菜单 首页 开始 目录 help start menu home caidan"
        "bangzhu"
    ),
    Word.BACK: (
        "返回 上一步 退 退回 回去 后退 返回上一步 回上一步 回上一级 上一级 退出 取消 重来 重新来 从头来 重新填 "
        "按错了 填错了 back cancel"
    ),
    Word.THANKS: (
        "谢谢 谢谢你 谢谢您 谢谢你们 谢谢大家 多谢 多谢你 多谢晒 感谢 非常感谢 十分感谢 太感谢了 谢了 谢啦 谢 辛苦 "
        "辛苦了 你们辛苦了 麻烦你了 麻烦你们了 麻烦了 有劳 有劳了 承蒙 承蒙你 承蒙晒 恁仔细 劳慰 蟹蟹 3q thanks "
        "thx thankyou xiexie duoxie 玫瑰 抱拳 合十"
    ),
    Word.LANGUAGE: (
        "english 英文 英语 中文 汉语 普通话 换语言 切换语言 改语言 语言 换英文 换中文 说英文 说中文 说普通话 "
        "用英文 用中文 language chinese"
        "englishplease speakenglish inenglish zhongwen"
    ),
    Word.GREETING: (
        "你好 您好 你好啊 您好啊 你好呀 大家好 你们好 在吗 在么 在不在 在不 在没 早 早上好 上午好 中午好 下午好 "
        "晚上好 晚安 早安 喂 喂喂 嗨 哈喽 哈罗 哈啰 雷猴 你好你好 hi hello hey hallo nihao 新年好 过年好 书记好 "
        "主任好 村长好 领导好"
    ),
}
_SIGNS = {
    "👍": Word.YES, "👌": Word.YES, "✅": Word.YES, "✔": Word.YES, "🆗": Word.YES, "🉑": Word.YES,
    "❌": Word.NO, "❎": Word.NO, "👎": Word.NO, "🙅": Word.NO,
    "🙏": Word.THANKS, "🌹": Word.THANKS, "💐": Word.THANKS,
    "👋": Word.GREETING,
}  # fmt: skip

_LONGEST = 24
_NOISE = re.compile(r"[\W_]+")
# One filler at a time is taken off either end until a saying remains.
_LEAD = re.compile(
    "我想要|我想|我要|想|我们|我家|我这边|我这里|我|家里|这边|这里|现在|目前|到现在|今天|明天|到时候|已经|已|就|那就|那|都|也|还是|还|"
    "请问|请|麻烦|帮我|给我|嗯+|恩+|哦|噢|哎|唉|诶|喔|啊|好的|是的|收到|谢谢|多谢|你好|您好"
)
_TRAIL = re.compile(
    "(?:了|吧|啊|呀|哈|的|啦|咯|嘛|喔|哦|噢|额|哟|呐|诶|嘞|滴|哒|哩|喽|啰|先|嗯|哈哈|这个|一下|谢谢你们|谢谢你|谢谢您|谢谢|"
    "多谢|感谢|辛苦了|辛苦|麻烦了|麻烦你了|书记|主任|村长|支书|领导|同志|老师|师傅|你们)$"
)
_NO_MORE = re.compile(
    "(?:以后|请|求|求求|你们|麻烦|拜托|能不能|可不可以|都|就|我|烦死了|真烦|千万|村里)*"
    "(?:不要|别|不想|不用|不必|不准|不许|请勿|勿|停止|甭|莫|不需要|不想要|拒绝|没必要)(?:再|老|总|老是|总是|天天|一直|乱)*"
    "(?:给|向|往|跟|对)?(?:我们|我家|我|本人)?(?:再)?(?:发送|发|推送|推|寄|收到|收|接收|看到|打扰|骚扰|烦|通知)"
    "(?:来|过来|到|给)*(?:我|给|手机|你们|村里|的|这些|这种|这类|这个|那些|垃圾|短信|信息|消息|通知|东西|任何|微信|群发|广告|内容|过来|来)*"
    "(?:了|啦|吧|啊|呀|好吗|好不好|行不行|谢谢|行吗|哈|喽|好么)*"
)


def _key(text: str) -> str:
    return _NOISE.sub("", plain(text))


_WORDS = {_key(saying): word for word, sayings in _SAYINGS.items() for saying in sayings.split()}


def read_word(text: str) -> Word | None:
    """Recognise a steering word that is the whole message, but for politeness and particles around it.

    A yes or no with a question mark behind it is a question, hence None.
    """
    said = _key(text)
    if not said:
        return _SIGNS.get(normal(text)[:1])
    if len(said) > _LONGEST:
        return None
    word = _stripped(said) or _stripped(_once(said))
    if word is None:
        return Word.STOP if _NO_MORE.fullmatch(said) else None
    return None if word in {Word.YES, Word.NO} and text.rstrip().endswith(("?", "？")) else word


def _stripped(said: str) -> Word | None:
    """Look up with ever fewer fillers: first those behind, then those in front."""
    while said:
        rest = said
        while rest:
            if word := _WORDS.get(rest):
                return word
            rest = _without(_TRAIL.search(rest), rest)
        said = _without(_LEAD.match(said), said)
    return None


def _without(filler: re.Match[str] | None, said: str) -> str:
    return said[: filler.start()] + said[filler.end() :] if filler else ""


def _once(said: str) -> str:
    """好好好 → 好; digits are no such emphasis."""
    for size in range(1, len(said) // 2 + 1):
        if said == said[:size] * (len(said) // size) and not said.isdigit():
            return said[:size]
    return ""
