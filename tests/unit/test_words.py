import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.words import Word, read_word

_SAID = {
    Word.STOP: (
        "退订|退訂|TD|td|ＴＤ|T.D.|T D|t|Ｔ|R|00|００|退订。|退订！|我要退订|我想退订|请退订|帮我退订|"
        "麻烦帮我退订|退订谢谢|你好退订|回T|回TD|"
        "回复TD|TD退订|T退订|退订短信|退定|不要再发了|不要再发|不要再发短信了|请不要再发短信给我|"
        "请不要再给我发短信了|别发了|别再发了|别再给我发了|"
        "别给我发了|不要给我发短信|以后不要再发了|以后别再发这些东西了|不要再发信息给我|不想再收到你们的短信|"
        "不想收了|不想再收短信|不想收到这些信息|"
        "别再打扰我|不要打扰|请勿打扰|请勿再发|勿再发|停止发送|停发|拒收|拒绝接收|取消订阅|取消短信|取消关注|"
        "唔好再發|唔好再發俾我|唔使再发|莫再发了|"
        "莫发了|甭发了|怎么退订|退订不了|退订了还发|退订退订|stop|STOP|unsubscribe|别烦我|00退订|按00|"
        "不要老是发短信|别天天发了"
    ),
    Word.STOP_OR_NO: "N|n|Ｎ|N.|别发|不要发|不用发",
    Word.RESUME: (
        "9|９|恢复|恢復|恢复订阅|我要恢复|请恢复|再订阅|重新订阅|继续发吧|想再收|9恢复|退订错了|取消退订|按错了退订|回9"
    ),
    Word.HUMAN: (
        "0|０|找人|找个人|我要找人|人工|转人工|请转人工|人工服务|找真人|有人吗|有人吗？|有没有人|找村干部|客服|"
        "给我打电话|打电话给我|"
        "请打给我|回我电话|我想找书记|找书记|我要找村支书|找主任|揾人|要人工|想找人说话|0找人"
    ),
    Word.YES: (
        "是|是的|是啊|是滴|係|系|對|对|对的|对头|好|好的|好滴|好嘞|好哒|好呀|好啊|好吧|好的好的|好好好|可以|"
        "可以的|可以啊|阔以|行|行吧|行的|中|成|"
        "妥|要得|要|我要|得|做得|掂|有|有了|有了多谢|有了，谢谢|我家有了|家里有了|来|来的|我来|会来|能来|"
        "准时到|参加|我参加|同意|我同意|赞成|"
        "没问题|冇問題|嗯|嗯嗯|嗯嗯嗯|恩|嗯呐|收到|已收到|收到收到|收到谢谢|收到，辛苦了|看到了|知道了|"
        "我知道了|晓得了|明白|确认|有水了|来水了|来电了|"
        "修好了|好了|办好了|解决了|满意|OK|ok|ＯＫ|okay|Yes|y|好的谢谢|好的，书记|👍|👌|👍🏻|✅|[强]|走得了|"
        "明天来|都收到了"
    ),
    Word.NO: (
        "否|不|不是|不是的|没|没有|沒有|冇|还没|还没有|還冇|未|未有|无|不来|不来了|我不来|来不了|不能来|去不了|"
        "没空|冇空|不行|不行的|不中|不成|唔得|"
        "唔好|唔要|唔係|不要|我不要|不要了|要不得|不用|不用了|不用了谢谢|谢谢不用了|唔使|不必了|不需要|不想|"
        "不同意|我不同意|反对|没收到|还没收到|"
        "还没来|还没来|还没人来|没修好|还没修好|还没水|还是没水|还不行|不满意|走不了|算了|先不发|no|No|不好|👎|"
        "❌|不不不|不会|还没好"
    ),
    Word.MENU: "菜单|菜單|帮助|怎么用|怎么使用|功能|help|/help|/start|Menu|你能做什么|你是谁|能干什么",
    Word.BACK: "返回|上一步|退|退出|取消|重来|返回上一步|back",
    Word.THANKS: (
        "谢谢|多谢|多謝|唔該|唔该晒|感谢|谢谢你|谢谢您|谢谢书记|谢谢啊|辛苦了|麻烦了|thanks|Thank you|承蒙|"
        "谢谢谢谢|🙏|3q|[抱拳]"
    ),
    Word.LANGUAGE: "english|English|ENGLISH|英文|中文|换语言|換語言|语言|说普通话|language|in English",
    Word.GREETING: "你好|您好|你好啊|在吗|早|早上好|喂|hi|Hi!|hello|哈喽|书记好|大家好|晚上好|👋",
}
_ROWS = [(text, word) for word, said in _SAID.items() for text in said.split("|")]


@pytest.mark.parametrize(("text", "word"), _ROWS)
def test_a_word_is_recognised(text: str, word: Word) -> None:
    assert read_word(text) is word


_UNSAID = (
    # a stop word denied, or inside a report
    "不退订|不要退订|我不要退订|别退订|我没有退订|没退订|不想退订|我不想退订|不小心退订了怎么办|不要再发水了|"
    "不要再发洪水|别发火|还没发钱|不要发低保给他|"
    "别发通知给张三|村里不要再收钱了|不要再乱倒垃圾了|路灯不要再坏了|水管停发了|td电视看不了|"
    # a yes or a no that is a question, or that goes on
    "是不是|好不好|行不行|可不可以|来不来|有没有|要不要|中不中|能不能来|能来吗|行吗|可以吗|好了没|好了没有|"
    "来水了没|修好了吗|可以？|好?|是？|有了？|"
    "不知道|不清楚|说不清|不好意思|不用谢|不客气|不一定|好像没有|好人|好大的雨|是停水|是我家|有人落水|有坑|"
    "有水从墙里漏出来|要交多少钱|来人啊|"
    "行李丢了|中午停电|没水|没电|冇水|冇电|停水|停电|我家没水|家里没电|没有水|没路灯|没人收垃圾|不亮|不通|"
    "不来水|不出水|"
    # a person, thanks, a menu in a longer message
    "找人修水管|找人打架|有人打架|不找人|不用人工|客服电话打不通|谢谢你帮我问一下低保|"
    "多谢晒谷场的灯修好了三组又坏了|菜单上没有|帮助困难户|怎么用电|"
    "返回的钱没到|退耕还林补贴|退钱|退休金没到|取消低保|中文学校|恢复供水了吗|恢复供电|恢复原状|订阅报纸|"
    "你好我家停水了|在吗路灯坏了|早上停水|"
    "1|2|3|611|我|一|..|。|?|？|停|😭|隔壁说不来调解"
)


@pytest.mark.parametrize("text", _UNSAID.split("|"))
def test_no_word_is_heard_in_other_messages(text: str) -> None:
    assert read_word(text) is None


def test_a_long_report_is_no_word() -> None:
    report = "请不要再发这种通知了,三组的水停了五天,没有人来修,路灯也坏了,不行就退订,我找人来修,谢谢"
    assert read_word(report) is None


@given(st.text(st.characters(exclude_categories=[]), max_size=100))
def test_anything_may_be_typed(text: str) -> None:
    read_word(text)


_FILLERS = "了的吧啊我请都还就也不要再发别给来短信息谢好是嗯"


@given(st.text(_FILLERS, max_size=24))
def test_no_pile_of_fillers_raises(text: str) -> None:
    read_word(text)


@given(
    st.sampled_from(["不", "没", "别", "不要", "不想", "没有", "我不", "我没"]),
    st.sampled_from(["退订", "退订了", "退订短信"]),
)
def test_a_denied_stop_is_no_stop(denial: str, stop: str) -> None:
    assert read_word(denial + stop) not in {Word.STOP, Word.STOP_OR_NO}


@pytest.mark.parametrize("unit", ["退订", "不要再发", "好的", "了", "我要", "短信", "退订,"])
def test_a_hundred_kilobytes_take_no_time(unit: str) -> None:
    start = time.perf_counter()
    read_word(unit * 50_000)
    assert time.perf_counter() - start < 2
