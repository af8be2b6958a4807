"""The page of owners and records: who stands in, which records are paired."""

from __future__ import annotations

__all__ = ["TEXTS"]

TEXTS: dict[str, tuple[str, str]] = {
    "web.owners.parts": ("Owners and records", "担当者とレコード"),
    "web.owners.part.owners": ("Owners", "担当者"),
    "web.owners.part.records": ("Records", "レコード"),
    "web.owners.fell": (
        "Of the last {tasks} tasks written, {stood_in} are assigned to the integration user {user}.",
        "最近作成した{tasks}件のうち、{stood_in}件が連携ユーザー({user})に割り当てられています。",
    ),
    "web.owners.ownerless": (
        "{count} of them come from activities without an owner.",
        "そのうち{count}件は担当者のないアクティビティーによるものです。",
    ),
    "web.owners.fallen": ("with the integration user", "連携ユーザーに割り当て"),
    "web.owners.of": ("{fallen} of {tasks}", "{tasks}件中{fallen}件"),
    "web.records.manual": ("Paired by hand", "手動の対応付け"),
    "web.records.manual_what": (
        "These win over every rule. Tasks written from now on follow them.",
        "どの規則よりも優先されます。これ以降に作成するToDoに適用されます。",
    ),
    "web.records.instead": ("Without the pair", "対応付けがない場合"),
    "web.records.would_be": ("It would be {name} ({way}).", "{name} になります({way})。"),
    "web.records.no_other": (
        "The rules would find nothing else.",
        "規則で見つかる別のレコードはありません。",
    ),
    "web.records.gone": ("gone", "削除済み"),
    "web.records.gone_what": (
        "One of the two is not there any more: the rules decide again.",
        "どちらかのレコードがなくなっています。規則に従って対応付けます。",
    ),
    "web.records.none": ("No pair was made by hand.", "手動の対応付けはありません。"),
    "web.records.add": ("Pair two records", "レコードを対応付ける"),
    "web.records.kind": ("What", "種類"),
    "web.records.kind.company": ("Company and account", "会社と取引先"),
    "web.records.kind.deal": ("Deal and opportunity", "取引と商談"),
    "web.records.hubspot.company": ("Company", "会社"),
    "web.records.hubspot.deal": ("Deal", "取引"),
    "web.records.salesforce.company": ("Account", "取引先"),
    "web.records.salesforce.deal": ("Opportunity", "商談"),
    "web.records.in_hubspot": ("In HubSpot", "HubSpotで探す"),
    "web.records.in_hubspot_what": (
        "Part of the name, or the record ID.",
        "名前の一部、またはレコードID。",
    ),
    "web.records.in_salesforce": ("In Salesforce", "Salesforceで探す"),
    "web.records.in_salesforce_what": (
        "Part of the name, or the record ID.",
        "名前の一部、またはレコード ID。",
    ),
    "web.records.search": ("Search", "検索"),
    "web.records.nothing": ("Nothing found.", "見つかりませんでした。"),
    "web.records.search_first": ("Search on this side, too.", "こちら側も検索してください。"),
    "web.records.choose_both": (
        "Choose one record on each side.",
        "両側のレコードを1つずつ選んでください。",
    ),
    "web.records.pair": ("Pair them", "対応付ける"),
    "web.records.paired": (
        "Paired. It counts from the next run on.",
        "対応付けました。次の同期から適用します。",
    ),
    "web.records.unpair": ("Remove the pair", "対応付けを解除"),
    "web.records.unpaired": (
        "Removed: the rules decide again.",
        "解除しました。規則に従って対応付けます。",
    ),
    "web.records.found": ("Found by rule", "規則による対応付け"),
    "web.records.found_what": (
        "Companies and deals of activities that were synced lately, up to 100 of each.",
        "最近同期したアクティビティーの会社と取引です(それぞれ最大100件)。",
    ),
    "web.records.found_none": (
        "Nothing was looked up yet: it shows here once activities with companies or deals have synced.",
        "まだありません。会社や取引に関連するアクティビティーを同期すると、ここに表示します。",
    ),
    "web.records.way": ("How", "見つけ方"),
    "web.records.way.manual": ("by hand", "手動"),
    "web.records.way.stored_id": ("ID stored in HubSpot", "HubSpotに保存されたID"),
    "web.records.way.domain": ("website domain", "ウェブサイトのドメイン"),
    "web.audit.record_paired": ("Paired two records by hand", "レコードを手動で対応付け"),
    "web.audit.record_unpaired": ("Removed a pair of records", "レコードの対応付けを解除"),
    "rule.related.by_hand": (
        "Related to {record}, as paired by hand.",
        "関連先 {record}(手動の対応付けによる)。",
    ),
    "web.stale": (
        "The newest state could not be fetched; what is shown may be out of date.",
        "最新の状態を取得できませんでした。表示が古い可能性があります。",
    ),
    "web.unsaved": (
        "This was not saved: it is again as it was before.",
        "保存できませんでした。元の値に戻しました。",
    ),
    "web.said.closed": ("Completed", "完了"),
    "web.said.open": ("Open", "未完了"),
    "web.said.inbound": ("Inbound", "着信"),
    "web.said.outbound": ("Outbound", "発信"),
}
