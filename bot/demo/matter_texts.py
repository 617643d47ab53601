# ruff: noqa: E501 - a sentence stays on its line
"""What villagers of the demo village think of the matters put to them: `stance who group text`, group 0 for any.

`who` is elder, adult, woman, away or tenant, as in ticket_texts.py; a star after the stance is a comment signed with the name.
"""

POND = """\
for* adult 4 续就续 老李哥养了五年没拖过租 水也没臭过
for elder 4 有人养总好过丢空生蚊虫
against* adult 4 五年太长,先续三年,价钱涨得快
question away 4 合同里写不写不准下药 下游就是我家秧田
for woman 2 8万比以前多一万五 可以了
against away 4 要招标,谁价高给谁,不要自己人给自己人
question elder 1 租金分不分到户 还是又讲修路
for adult 0 租给本村人好讲话,天旱要放水也肯
against adult 4 鱼塘边要留条路给人走,现在都被网围死了
for elder 4 我冇意见 大家讲点就点
question* woman 4 小孩玩水的栏杆谁出钱 写进合同先
for away 0 在外面看不到,只要账贴出来就赞成
against elder 3 塘底几十年淤泥,他只管养不管清
for adult 1 同意续,但年年年初要交齐,不见钱不开塘
question adult 6 听讲他想搞钓鱼场,收停车钱,算不算改用途
for tenant 0 我不是本村的,就说一句,他家鱼新鲜
"""

PIPES = """\
for* woman 2 早就该换了,一开龙头都是锈水
for adult 3 每户三百出得起 三天两头停水误工都不止三百
against elder 7 我一个人一个月用两吨水 也要交三百冇道理
question away 5 全家在外面,房子空的,要不要交
question adult 6 三百够不够 上次讲够了后来又补
for away 1 我赞成,可不可以手机转,不用专门回来
against* adult 7 岭脚水压不够,先加泵再换管,不然换了也冇水
question tenant 3 我们租房的也用水,交不交,交给谁
"""

LAMPS = """\
for* adult 3 老人走夜路在那里跌过两个,装了先
for woman 3 跳舞有个光,不用个个打手电
for elder 3 晚上收谷睇得见 好事
for woman 0 小孩打球有地方去,好过在家玩手机
for* adult 1 六盏灯没多少钱,一年电费我们几个做生意的可以凑
for away 0 过年回来停车都看不见,装
for adult 5 别的村早有了,我们还摸黑
for elder 6 装矮点 光莫散
for woman 7 我们岭脚来看电影走那段路最怕
for adult 4 赞成,用太阳能的,不用牵线
for away 3 我妈一个人晚上去晒谷场坐,有灯我放心
for woman 5 赞成 十点自动关就不吵
for tenant 3 下夜班从那边过,有灯好
for adult 2 同意,先装三盏试试都得
against* elder 3 我屋就在晒谷场边 光对着床头照 点睡
against adult 3 有灯就有人唱歌到半夜,现在都嫌吵
against woman 3 飞虫全引到我家来,小孩一身包
against adult 7 钱先修岭脚那段路,灯不装死不了人
against* elder 3 稻子见夜光不抽穗,场边那两亩田谁赔
question adult 6 六盏多少钱,怎么只有一家报价
question woman 1 电费以后谁出,不要装了不舍得开
question away 2 坏了归谁修,路口那盏都修了三回
question elder 4 灯杆立哪里 莫占了晒谷的位
"""

TOILET = """\
for* woman 2 塘边赶圩那天几百人,没个厕所像什么话
for adult 0 建,但不要靠祠堂太近
against elder 2 靠我菜地三步路 臭起来点算
question adult 5 谁打扫,一个月多少工钱
"""
