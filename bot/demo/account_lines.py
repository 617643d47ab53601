"""The lines of the demo village's books: what comes every month, what came once, and the last complete month."""

from dataclasses import dataclass
from enum import StrEnum


class Flow(StrEnum):
    """Whether a line is money in, money out, or only posted (county's relief money, homestead approvals)."""

    INCOME = "income"
    EXPENDITURE = "expenditure"
    POSTED = "posted"


@dataclass(frozen=True, slots=True)
class Line:
    """An amount in fen and by how much it may differ from month to month."""

    flow: Flow
    category: str
    title: str
    fen: int = 0
    spread_fen: int = 0


IN, OUT, POSTED = Flow.INCOME, Flow.EXPENDITURE, Flow.POSTED

FINANCE = "财务收支"
RELIEF = "低保救助"
HOMESTEAD = "宅基地"
WORKS = "工程项目"
LEVY = "一事一议"
ASSETS = "集体资产"

LAST_CLOSING_FEN = 206_318_00

LAST_MONTH = (
    Line(IN, ASSETS, "村口三间铺面租金", 2_400_00),
    Line(IN, FINANCE, "镇里拨村级运转经费", 15_000_00),
    Line(IN, ASSETS, "后山林地租金,半年", 24_000_00),
    Line(IN, ASSETS, "光伏发电收入", 5_620_00),
    Line(IN, ASSETS, "祠堂边空地摆摊租金", 1_600_00),
    Line(OUT, WORKS, "修三组水渠120米,每米105元", 12_600_00),
    Line(OUT, FINANCE, "保洁员3人工资", 7_200_00),
    Line(OUT, FINANCE, "组长、监委会误工补贴", 5_400_00),
    Line(OUT, FINANCE, "路灯、办公用电", 1_386_40),
    Line(OUT, FINANCE, "纸张、打印、公开栏", 618_60),
    Line(OUT, WORKS, "五组抽水泵维修", 1_950_00),
    Line(OUT, FINANCE, "慰问九十岁以上老人", 2_050_00),
    Line(POSTED, RELIEF, "发放低保金,24户", 11_760_00),
    Line(POSTED, RELIEF, "临时救助,1户", 1_500_00),
    Line(POSTED, HOMESTEAD, "六组1户拆旧建新,96平方米,镇里已批"),
)

EVERY_MONTH = (
    Line(IN, ASSETS, "村口三间铺面租金", 2_400_00),
    Line(IN, FINANCE, "镇里拨村级运转经费", 12_000_00),
    Line(IN, ASSETS, "光伏发电收入", 3_800_00, 640_00),
    Line(OUT, FINANCE, "保洁员3人工资", 7_200_00),
    Line(OUT, FINANCE, "组长、监委会误工补贴", 5_400_00),
    Line(OUT, FINANCE, "路灯、办公用电", 1_380_00, 219_70),
    Line(OUT, FINANCE, "纸张、打印、公开栏", 560_00, 183_50),
    Line(POSTED, RELIEF, "发放低保金,24户", 11_760_00),
)

DUPLICATE = Line(OUT, WORKS, "二组排水沟水泥,两批", 5_720_00)
"""One batch of 2,860 yuan whose invoice was entered twice."""

CORRECTION = Line(IN, FINANCE, "更正:二组排水沟水泥发票重复入账,冲回一张", 2_860_00)

ONCE = (
    (
        Line(OUT, WORKS, "修坡尾排水沟", 9_860_00),
        Line(POSTED, HOMESTEAD, "二组1户原址翻建,88平方米,镇里已批"),
    ),
    (
        Line(IN, LEVY, "一组巷道硬化筹资,58户每户120元", 6_960_00),
        Line(IN, LEVY, "一组巷道硬化,县里奖补", 13_900_00),
        Line(POSTED, RELIEF, "临时救助,2户", 3_000_00),
    ),
    (
        Line(IN, ASSETS, "四组鱼塘年租", 65_000_00),
        Line(OUT, LEVY, "一组巷道硬化,首付", 14_000_00),
    ),
    (
        Line(OUT, LEVY, "一组巷道硬化,尾款", 6_860_00),
        Line(OUT, FINANCE, "慰问八十岁以上老人", 4_200_00),
        Line(POSTED, LEVY, "一组巷道义务投工,93个工"),
    ),
    (
        Line(IN, ASSETS, "后山林地租金,半年", 24_000_00),
        Line(OUT, WORKS, "党员活动室修屋顶", 8_350_00),
    ),
    (
        Line(OUT, WORKS, "四组鱼塘进水沟清淤", 11_200_00),
        Line(POSTED, HOMESTEAD, "五组1户原址翻建,102平方米,镇里已批"),
    ),
    (
        Line(OUT, WORKS, "村小学门口减速带和标线", 3_960_00),
        Line(POSTED, RELIEF, "临时救助,1户", 2_000_00),
    ),
    (
        Line(IN, ASSETS, "旧粮仓出租,半年租金", 9_000_00),
        Line(OUT, FINANCE, "防汛沙袋、抽水泵", 5_740_00),
    ),
    (
        DUPLICATE,
        Line(POSTED, HOMESTEAD, "七组2户新建申请,公示中"),
    ),
    (
        CORRECTION,
        Line(OUT, WORKS, "二组排水沟人工", 6_300_00),
    ),
    (
        Line(OUT, WORKS, "广播线路改造", 7_480_00),
        Line(POSTED, HOMESTEAD, "七组2户新建,各90平方米,镇里已批"),
        Line(POSTED, RELIEF, "临时救助,3户", 4_200_00),
    ),
)
"""What came once, in the eleven months before the last one."""
