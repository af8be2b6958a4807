"""The invented people of the sample: customers of both languages, and the colleagues they talk to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A person's name, the local part of the address made from it, and what the person does."""

    first: str
    last: str
    local: str
    title: str
    japanese: bool

    @property
    def full(self) -> str:
        """The name in the order its language uses."""
        return f"{self.last} {self.first}" if self.japanese else f"{self.first} {self.last}"


def _names(table: str, *, japanese: bool) -> tuple[Name, ...]:
    rows = (line.split("|") for line in table.strip().splitlines())
    return tuple(
        Name(first=first, last=last, local=local, title=title, japanese=japanese)
        for last, first, local, title in ([part.strip() for part in row] for row in rows)
    )


ENGLISH = _names(
    """
    Whitcombe      | Ada         | ada.whitcombe    | Head of Procurement
    Okonjo-Reyes   | Bastien     | b.okonjo-reyes   | Plant Manager
    Lindqvist      | Carin       | carin.lindqvist  | Quality Engineer
    O'Dowdall      | Declan      | declan.odowdall  | IT Director
    Marchetti      | Elena       | elena.marchetti  | Operations Lead
    Featherstane   | Gwen        | gwenf            | Buyer
    Abdelrahman    | Hossam      | hossam.a         | Maintenance Supervisor
    Pemberwick     | Iris        | iris.pemberwick  | CFO
    Novotna        | Jitka       | jitka.novotna    | Lab Manager
    Brathwell      | Kendrick    | kbrathwell       | Energy Officer
    Szymczak       | Lena        | lena.szymczak    | Project Manager
    Castellanos    | Mateo       | mateo.c          | VP Engineering
    Ravenscar      | Nell        | nell.ravenscar   | Office Manager
    Achterberg     | Otto        | otto.achterberg  | Facility Engineer
    Quillfeather   | Petra       | petra.q          | Data Analyst
    Mbeki-Sands    | Quentin     | quentin.ms       | Head of Logistics
    Halvorsrud     | Ragna       | ragna.halvorsrud | Site Manager
    Tremblay-Oke   | Simone      | simone.to        | Controller
    Underbrook     | Tobias      | tobias.underbrook| Automation Engineer
    Vasquillo      | Ursula      | ursula.v         | Training Coordinator
    Wexford-Lane   | Viggo       | viggo.wl         | CTO
    Yarrowdale     | Wilhelmina  | mina.yarrowdale  | Purchasing Assistant
    Zetterbloom    | Xavier      | x.zetterbloom    | Research Fellow
    Ashgrove       | Yolanda     | yolanda.ashgrove | Compliance Officer
    Birchall-Nunez | Zachary     | zach.bn          | Service Technician
    Copperfield-Ito| Amelie      | amelie.ci        | Account Payable
    Dunmorrow      | Boyd        | boyd.dunmorrow   | Warehouse Lead
    Eisengard      | Clara       | clara.eisengard  | Chief of Staff
    Fonteyn        | Dario       | dario.fonteyn    | Electrical Designer
    Galbraith-Wu   | Esther      | esther.gw        | Product Owner
    Hollowbrooke   | Finn        | finn.hollowbrooke| Reliability Engineer
    Iversdottir    | Gudny       | gudny.iversdottir| Process Engineer
    Jarnagin       | Hollis      | hollis.jarnagin  | Owner
    Kowalczyk      | Ines        | ines.kowalczyk   | Supply Planner
    Larkspur       | Jonah       | jonah.larkspur   | Systems Administrator
    Montevecchi    | Katya       | katya.monte      | Head of Sustainability
    Nightswan      | Leopold     | leo.nightswan    | Field Engineer
    Oakenfold-Diaz | Maribel     | maribel.od       | HR Partner
    Pryderi        | Nolan       | nolan.pryderi    | Instrument Technician
    Rosenquill     | Odette      | odette.rosenquill| Marketing Manager
    Stavropoulos   | Pavlos      | pavlos.s         | General Manager
    Thistlewood    | Rosalind    | roz.thistlewood  | Receptionist
    Umberland      | Silas       | silas.umberland  | Safety Officer
    Vandermolen    | Tess        | tess.vandermolen | Category Manager
    Winterbourne   | Ulric       | ulric.winterbourne| Developer
    Xanthopol      | Vera        | vera.xanthopol   | Architect
    Yellowlees     | Warwick     | warwick.y        | Estimator
    Zimmerhackl    | Annika      | annika.zimmerhackl| Legal Counsel
    """,
    japanese=False,
)

JAPANESE = _names(
    """
    髙橋   | 美咲   | misaki.takahashi  | 購買部長
    山﨑   | 健一   | kenichi.yamazaki  | 工場長
    渡邊   | 由紀子 | yukiko.watanabe   | 品質保証課
    齋藤   | 大輔   | d.saito           | 情報システム部 部長
    𠮷田   | 翔太   | shota.yoshida     | 生産技術
    小鳥遊 | 葵     | aoi.takanashi     | 総務
    長谷川 | 直樹   | naoki.hasegawa    | 保全担当
    伊集院 | 麗子   | reiko.ijuin       | 経理部 課長
    早乙女 | 誠     | makoto.saotome    | 研究所
    五十嵐 | さくら | sakura.igarashi   | エネルギー管理士
    東海林 | 浩二   | koji.shoji        | プロジェクトマネージャー
    神宮寺 | 玲     | rei.jinguji       | 技術本部長
    月見里 | 結衣   | yui.yamanashi     | 秘書室
    服部   | 和也   | kazuya.hattori    | 設備課
    真壁   | 千尋   | chihiro.makabe    | データ分析担当
    鬼塚   | 隆     | takashi.onizuka   | 物流部長
    白鳥   | 彩香   | ayaka.shiratori   | 所長
    辻󠄀     | 修     | osamu.tsuji       | 管理部
    葛󠄀西   | 亮介   | ryosuke.kasai     | 制御設計
    榊原   | 里奈   | rina.sakakibara   | 研修担当
    九条   | 雅人   | masato.kujo       | CTO
    篠ノ井 | 陽菜   | haruna.shinonoi   | 購買アシスタント
    御手洗 | 学     | manabu.mitarai    | 主任研究員
    冷泉   | 琴音   | kotone.reizei     | コンプライアンス室
    ｻｲﾄｳ   | ﾋﾛｼ    | hiroshi.saito     | サービス担当
    四方山 | 恵     | megumi.yomoyama   | 経理
    望月   | 拓海   | takumi.mochizuki  | 倉庫主任
    一ノ瀬 | 杏     | ann.ichinose      | 経営企画
    黒木   | 慎之介 | shinnosuke.kuroki | 電気設計
    綾小路 | 文     | aya.ayanokoji     | 商品企画
    戸隠   | 海斗   | kaito.togakushi   | 信頼性技術
    七海   | 柚     | yuzu.nanami       | プロセス技術
    馬場園 | 宏     | hiroshi.babazono  | 代表取締役
    漆原   | 智子   | tomoko.urushibara | 資材計画
    氷室   | 涼     | ryo.himuro        | システム管理者
    若王子 | 真理   | mari.nyakuoji     | サステナビリティ推進
    不破   | 剛     | go.fuwa           | フィールドエンジニア
    桐生   | 瑞希   | mizuki.kiryu      | 人事
    猫屋敷 | 遼     | ryo.nekoyashiki   | 計装
    花菱   | 美和   | miwa.hanabishi    | マーケティング
    勅使河原|光     | hikaru.teshigawara| 支店長
    小日向 | 茜     | akane.kohinata    | 受付
    善如寺 | 圭     | kei.zennyoji      | 安全衛生
    薬袋   | 奈々   | nana.minai        | 調達
    ＳＡＴＯ| ＫＥＮ | ken.sato          | 開発
    帯刀   | 悠     | yu.tatewaki       | 設計室
    日下部 | 武     | takeshi.kusakabe  | 積算
    雲母   | 静     | shizuka.kirara    | 法務
    """,
    japanese=True,
)

COLLEAGUES_ENGLISH = _names(
    """
    Hartwell    | Morgan  | morgan.hartwell   | Account Executive
    Delacroix   | Priya   | priya.delacroix   | Account Executive
    Sandoval    | Theo    | theo.sandoval     | Inside Sales
    Bergstrom   | Linnea  | linnea.bergstrom  | Customer Success
    Okafor      | Chidi   | chidi.okafor      | Sales Engineer
    Rutherglen  | Paige   | paige.rutherglen  | Account Executive
    Villanueva  | Marco   | marco.villanueva  | Inside Sales
    """,
    japanese=False,
)

COLLEAGUES_JAPANESE = _names(
    """
    桜庭   | 花     | hana.sakuraba     | 営業一課
    大河内 | 剛志   | tsuyoshi.okochi   | 営業一課
    藤咲   | 凛     | rin.fujisaki      | インサイドセールス
    渡辺   | ミカ   | mika.watanabe     | カスタマーサクセス
    柏木   | 俊     | shun.kashiwagi    | 技術営業
    水無月 | 亜美   | ami.minazuki      | 営業二課
    鷹野   | 蓮     | ren.takano        | インサイドセールス
    """,
    japanese=True,
)


def cast(language: str) -> tuple[Name, ...]:
    """Sixty people: mostly of the sample's language, every fifth of the other one."""
    own, other = (JAPANESE, ENGLISH) if language == "ja" else (ENGLISH, JAPANESE)
    mine, theirs = iter(own), iter(other)
    return tuple(next(theirs) if place % 5 == 4 else next(mine) for place in range(60))


def colleagues(language: str) -> tuple[Name, ...]:
    """The seven people of the own company who own records in HubSpot."""
    return COLLEAGUES_JAPANESE if language == "ja" else COLLEAGUES_ENGLISH
