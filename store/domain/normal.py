"""What people type, brought to one form before anything is recognised in it.

`normal` is for reading, `plain` for reading past dialect and the phone's dictation, `clean` for keeping.
All three take any text, are linear in its length and never raise.
"""

import re
import unicodedata
from functools import lru_cache
from unicodedata import category

# Marks go as well: keycap emoji are a digit with two marks, and NFKC sorts runs of marks in quadratic time.
# Private use is where old phones keep their emoji; a lone surrogate is half a character from somebody's JSON.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Mn", "Me"})
_KANA_MARKS = "\uff9e\uff9f"  # NFKC turns these two into marks

# Traditional and simplified, pair by pair: the characters that occur in what villagers write to us.
_PAIRS = (
    "訂订 發发 來来 個个 們们 這这 說说 話话 請请 謝谢 還还 沒没 後后 麼么 麽么 為为 爲为 會会 開开 關关 門门 問问 "
    "間间 聞闻 電电 燈灯 亂乱 壞坏 髒脏 橋桥 樓楼 塊块 場场 組组 號号 編编 單单 進进 運运 過过 遠远 邊边 裡里 裏里 "
    "頭头 點点 時时 幾几 樣样 現现 員员 書书 記记 計计 貪贪 汙污 錢钱 賬账 帳账 財财 務务 產产 業业 農农 戶户 鄉乡 "
    "鎮镇 縣县 區区 國国 幹干 乾干 辦办 證证 蓋盖 醫医 藥药 療疗 險险 養养 殘残 貧贫 濟济 補补 貼贴 領领 給给 費费 "
    "貴贵 買买 賣卖 貨货 資资 債债 賠赔 償偿 騙骗 盜盗 賊贼 搶抢 賭赌 鬥斗 殺杀 傷伤 腦脑 暈晕 燒烧 煙烟 災灾 滅灭 "
    "爐炉 氣气 觸触 線线 斷断 牆墙 颱台 風风 漲涨 溝沟 澆浇 壓压 變变 網网 絡络 寬宽 視视 廣广 廁厕 糞粪 豬猪 雞鸡 "
    "鴨鸭 魚鱼 鳥鸟 蟲虫 樹树 葉叶 園园 畝亩 糧粮 穀谷 曬晒 種种 聲声 鬧闹 鄰邻 罵骂 認认 識识 綁绑 誰谁 處处 調调 "
    "紛纷 爭争 議议 題题 評评 論论 談谈 訴诉 訟讼 師师 約约 預预 審审 決决 選选 舉举 報报 檢检 賄贿 貿贸 導导 長长 "
    "隊队 幫帮 團团 黨党 總总 應应 當当 對对 錯错 與与 從从 無无 係系 繫系 聯联 繼继 續续 復复 複复 覆复 轉转 換换 "
    "語语 幣币 簡简 體体 歡欢 勞劳 煩烦 擾扰 閉闭 啟启 動动 機机 車车 輛辆 輪轮 駕驾 駛驶 腳脚 腫肿 燙烫 嗎吗 嗰那 "
    "囉啰 嘍喽 該该 謊谎 虛虚 實实 據据 條条 紙纸 張张 陳陈 劉刘 趙赵 黃黄 吳吴 孫孙 馬马 鄭郑 馮冯 韓韩 蔣蒋 許许 "
    "蕭萧 羅罗 鄧邓 盧卢 蘇苏 範范 譚谭 龍龙 楊杨 餘余 萬万 億亿 兩两 貳贰 參参 陸陆 瑣琐 廠厂 學学 藝艺 衛卫 術术 "
    "護护 欄栏 標标 圍围 圖图 層层 屬属 嶺岭 岡冈 島岛 壩坝 灣湾 澇涝 濕湿 溼湿 熱热 凍冻 雲云 霧雾 離离 難难 雙双 "
    "隻只 雜杂 雖虽 靜静 響响 頂顶 順顺 須须 頓顿 顧顾 顯显 飛飞 飯饭 飲饮 館馆 驗验 驚惊 齊齐 愛爱 嬸婶 媽妈 爺爷 "
    "親亲 孃娘 兒儿 婦妇 嬰婴 歲岁 壽寿 喪丧 墳坟 禮礼 遺遗 囑嘱 繳缴 納纳 稅税 戰战 擔担 擋挡 擠挤 擺摆 攔拦 攤摊 "
    "撥拨 搖摇 損损 採采 揀拣 佔占 傳传 價价 優优 儲储 兇凶 凈净 淨净 劃划 劑剂 勢势 勝胜 協协 厭厌 嚇吓 嚴严 圓圆 "
    "壘垒 夠够 夾夹 奪夺 寫写 寧宁 專专 將将 尋寻 屍尸 帶带 庫库 廢废 強强 彈弹 徑径 徵征 態态 憑凭 懷怀 懶懒 戲戏 "
    "掃扫 掛挂 敗败 數数 斃毙 晝昼 暫暂 曆历 歷历 權权 極极 構构 槍枪 歸归 殼壳 毀毁 氾泛 測测 渾浑 濁浊 濃浓 濫滥 "
    "灑洒 灘滩 牽牵 犧牺 狀状 獎奖 獨独 獲获 瓊琼 畫画 疊叠 痠酸 盡尽 監监 盤盘 眾众 睏困 矇蒙 碼码 確确 禍祸 穩稳 "
    "窮穷 竊窃 筆笔 節节 籤签 簽签 糾纠 級级 細细 終终 結结 統统 經经 維维 緊紧 綫线 縫缝 織织 罰罚 聽听 職职 脅胁 "
    "膽胆 舊旧 莊庄 蓮莲 藍蓝 裝装 襲袭 見见 規规 覺觉 覽览 討讨 訊讯 設设 訪访 詐诈 詢询 試试 誤误 課课 諮咨 諾诺 "
    "講讲 譏讥 讓让 負负 責责 販贩 質质 購购 贊赞 軟软 較较 載载 輕轻 輸输 辭辞 違违 遞递 遲迟 適适 遷迁 郵邮 醜丑 "
    "釋释 針针 銀银 鋪铺 鋼钢 錄录 鎖锁 鑰钥 陰阴 陽阳 階阶 隨随 隱隐 靈灵 願愿 類类 飼饲 騎骑 騷骚 鬆松 鹽盐 麵面 "
    "黴霉 龜龟 啞哑 喚唤 嗆呛 噴喷 囪囱 墜坠 嚨咙 搵揾 纔才 纏缠 於于 並并 併并 佈布 僱雇 傢家 夥伙 製制 週周 遊游 "
    "鐘钟 鍾钟 濛蒙 託托 註注 慾欲 慮虑 憂忧 著着"
)
_CIRCLED = ((0x2776, 9), (0x2780, 9), (0x278A, 9), (0x24F5, 9))  # ❶ ➀ ➊ ⓵: NFKC leaves these alone
_SIMPLIFIED = {ord(pair[0]): pair[1] for pair in _PAIRS.split()} | {
    start + step: str(step + 1) for start, count in _CIRCLED for step in range(count)
}

# Dialect (Cantonese, Hakka, south-western) and what dictation makes of a word → the standard word.
_DIALECT = (
    "冇得=没 冇有=没 冇=没 没得=没 没有=没 未有=没 无得=没 唔该晒=谢谢 唔该=谢谢 唔使=不用 唔好再=不要再 "
    "唔好发=不要发 唔=不 毋=不 佢哋=他们 佢=他 哋=们 嘅=的 咗=了 啲=些 乜嘢=什么 乜野=什么 "
    "做乜=为什么 乜=什么 咩=什么 么子=什么 啥子=什么 啥=什么 甚么=什么 嘢=东西 点解=为什么 点样=怎么样 点算=怎么办 "
    "咋个=怎么 咋样=怎么样 咋=怎么 边度=哪里 边个=谁 几时=什么时候 几多=多少 嚟=来 睇=看 畀=给 俾=给 "
    "喺=在 揾=找 而家=现在 寻日=昨天 琴日=昨天 听日=明天 咁=这么 屋企=家 屋头=家 俺=我 咱们=我们 "
    "咱=我 阔以=可以 晓得=知道 帐=账 细路仔=小孩 细路=小孩 细佬仔=小孩 阿爸=我爸 阿妈=我妈 老豆=我爸 老母=我妈 "
)
_DICTATION = (
    "停谁=停水 停睡=停水 挺水=停水 停店=停电 停垫=停电 挺电=停电 没谁了=没水了 路登=路灯 "
    "录灯=路灯 陆灯=路灯 露灯=路灯 拉圾=垃圾 垃极=垃圾 低宝=低保 抵保=低保 下水到=下水道 "
    "变压气=变压器 水管报=水管爆 水管暴=水管爆 水管抱=水管爆 化份池=化粪池 找火了=着火了 着伙=着火 洛水=落水 "
    "楼电=漏电 处电=触电 初电=触电 晕到=晕倒 云倒=晕倒 就命=救命 梅气=煤气 绿师=律师 "
    "律诗=律师 村物公开=村务公开 村误公开=村务公开 书计=书记 支出书记=支部书记 小房通道=消防通道 "
)
_STANDARD = dict(entry.split("=") for entry in (_DIALECT + _DICTATION).split())
_FOLDED = re.compile("|".join(sorted(_STANDARD, key=len, reverse=True)))

# C0 controls but tab and newline; explicit bidi embeddings, overrides and isolates (Unicode TR 36, spoofing).
_CONTROLS = set(range(0x20)) - {0x09, 0x0A}
_UNKEPT = dict.fromkeys((*_CONTROLS, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))


def _seen(text: str) -> str:
    """Each character is judged once, however often it occurs."""
    return text.translate({ord(character): None for character in set(text) if not _is_seen(character)})


@lru_cache(maxsize=8192)
def _is_seen(character: str) -> bool:
    return character.isspace() or (category(character) not in _UNSEEN and character not in _KANA_MARKS)


def _trimmed(line: str) -> str:
    """Cut punctuation and symbols off both ends; a message of nothing but emoji keeps them."""
    kinds = {character: category(character)[0] for character in set(line)}
    marks = "".join(character for character, kind in kinds.items() if kind in "PSZ")
    return line.strip(marks) or line.strip("".join(mark for mark in marks if kinds[mark] in "PZ"))


@lru_cache(maxsize=128)  # one message is asked about many times
def normal(text: str) -> str:
    """One line, lower case, simplified, half-width, without what cannot be seen and punctuation at its ends."""
    folded = unicodedata.normalize("NFKC", _seen(text)).lower().translate(_SIMPLIFIED)
    return _trimmed(" ".join(_seen(folded).split()))


@lru_cache(maxsize=128)
def plain(text: str) -> str:
    """`normal` without blanks, dialect words and dictation's mistakes replaced by the standard words."""
    return _FOLDED.sub(lambda found: _STANDARD[found[0]], normal(text).replace(" ", ""))


def clean(text: str) -> str:
    """Make a message storable: every line break one newline, no C0 controls, no bidi overrides.

    A lone surrogate, which no database takes, becomes U+FFFD. All else stays, at any length.
    """
    if text.isprintable():  # no controls, no overrides, no halves: nearly all of them
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\r\n", "\n").replace("\r", "\n").translate(_UNKEPT)
