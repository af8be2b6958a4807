"""The invented customer companies of the sample, and the company the sample belongs to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company; *host* is empty for one that HubSpot knows no web address of."""

    name: str
    host: str
    city: str
    industry: str

    @property
    def mail_host(self) -> str:
        """What its people's addresses end with."""
        return self.host or "mail.example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The company whose two CRMs these are."""

    name: str
    host: str
    time_zone: str
    currency: str
    locale: str
    country: str
    portal: int


HOMES = {
    "en": Home(
        name="Brightwater Gauges Inc.",
        host="brightwater.example.com",
        time_zone="America/New_York",
        currency="USD",
        locale="en_US",
        country="US",
        portal=146_870_001,
    ),
    "ja": Home(
        name="ひなた計装株式会社",
        host="hinata-keiso.example.co.jp",
        time_zone="Asia/Tokyo",
        currency="JPY",
        locale="ja",
        country="JP",
        portal=146_870_002,
    ),
}


def _companies(table: str) -> tuple[Company, ...]:
    rows = (line.split("|") for line in table.strip().splitlines())
    return tuple(
        Company(name=name, host=host, city=city, industry=industry)
        for name, host, city, industry in ([part.strip() for part in row] for row in rows)
    )


ENGLISH = _companies(
    """
    Harborline Foods           | harborline.example.com   | Portland     | Food
    Quarrystone Cement Co.     | quarrystone.example.com  | Duluth       | Building materials
    Tern & Osprey Shipping     | tern-osprey.example.com  | Baltimore    | Logistics
    Velvetfield Dairy          | velvetfield.example.com  | Burlington   | Food
    Nimbus Ridge Energy        | nimbusridge.example.com  | Cheyenne     | Energy
    Larch Hollow Paper Mill    | larchhollow.example.com  | Bangor       | Paper
    Copperkettle Breweries     | copperkettle.example.com | Milwaukee    | Beverages
    Saltmarsh Pharma           | saltmarsh.example.com    | Wilmington   | Pharmaceuticals
    Ironwick Foundry "West"    | ironwick.example.com     | Toledo       | Metals
    Glasswing Optics           | glasswing.example.com    | Rochester    | Instruments
    Bramble <Fresh> Produce    | bramble.example.com      | Fresno       | Agriculture
    Orchard & Daughters        | orchard.example.com      | Hartford     | Retail
    Polder Water Authority     | polder.example.com       | Newark       | Utilities
    Skybridge Elevators        | skybridge.example.com    | Chicago      | Machinery
    Tidepool Research          |                          | Monterey     | Research
    Wren Electric Cooperative  |                          | Asheville    | Utilities
    """
)

JAPANESE = _companies(
    """
    株式会社ミナト精機         | minato-seiki.example.co.jp    | 横浜市   | 機械
    青嶺セメント㈱             | aomine.example.co.jp          | 北九州市 | 窯業
    うみねこ海運株式会社       | umineko.example.co.jp         | 神戸市   | 物流
    すずらん乳業株式会社       | suzuran.example.co.jp         | 札幌市   | 食品
    風待ち電力合同会社         | kazemachi.example.co.jp       | 秋田市   | 電力
    ㈲杉戸製紙所               | sugito.example.co.jp          | 富士市   | 製紙
    銅釜ビール㈱               | dogama.example.co.jp          | 小樽市   | 飲料
    しろかね製薬株式会社       | shirokane.example.co.jp       | 富山市   | 製薬
    株式会社鐵輪鋳造所         | kanawa.example.co.jp          | 川口市   | 金属
    ほたる光学（株）           | hotaru.example.co.jp          | 諏訪市   | 精密
    ﾐﾄﾞﾘ農産                   | midori.example.co.jp          | 長野市   | 農業
    髙島田商店                 | takashimada.example.co.jp     | 金沢市   | 小売
    潮見水道企業団             | shiomi.example.co.jp          | 広島市   | 公共
    天馬昇降機株式会社         | tenma.example.co.jp           | 名古屋市 | 機械
    潮だまり研究所             |                               | 三浦市   | 研究
    みそさざい電機協同組合     |                               | 松本市   | 電機
    """
)

COUNT = 20


def market(language: str) -> tuple[Company, ...]:
    """Twenty companies: sixteen of the sample's language, four of the other one."""
    own, other = (JAPANESE, ENGLISH) if language == "ja" else (ENGLISH, JAPANESE)
    return own + other[:4]
