import pytest

from store.domain.selling import sold_by


@pytest.mark.parametrize(
    "text",
    [
        "低息贷款当天放款,要的联系村口老王。",
        "无 抵 押 贷款,三天到账",
        "本周六超市大甩卖,鸡蛋特价。",
        "买一送一,限时优惠",
        "打8折,数量有限",
        "到村委会听课,免费领鸡蛋。",
        "理财产品年化8个点,稳赚不赔",
        "车险优惠,加微信咨询",
        "祖传膏药包治百病",
        "网贷秒批",
    ],
)
def test_what_sells_something(text: str) -> None:
    assert sold_by(text)


@pytest.mark.parametrize(
    "text",
    [
        "11月23日8点到17点全村停水,请先存好水。",
        "医保缴费到12月底,每人400元,到村委会办。",
        "城乡居民养老保险还没缴的,请在月底前缴。",
        "水稻保险开始投保,政府补八成。",
        "创业贷款贴息政策宣讲,周五下午3点。",
        "小额贷款政策,符合条件的到镇里问。",
        "谨防低息贷款诈骗,陌生电话不要信。",
        "有人上门说免费领鸡蛋,别信,是骗局。",
        "防汛工作不打折扣。",
        "三组的水稻优先灌水,按户轮流。",
        "周六义诊,量血压测血糖,不收钱。",
        "危桥封闭,请绕行,工期不打折。",
    ],
)
def test_what_sells_nothing(text: str) -> None:
    assert sold_by(text) == ""
