"""The Activities page's look ahead, and choosing among the entries of the audit log."""

TEXTS = {
    # what the last days would have brought
    "web.forecast.column": ("Last {days} days", "過去{days}日間"),
    "web.forecast.what": (
        "What each kind would have brought in the last {days} days: tasks, Salesforce storage, and calls in full batches. Counted by HubSpot at most once an hour.",
        "各種類の過去{days}日間の見込み:ToDoの件数、Salesforceのストレージ、まとめて送った場合のコール数。HubSpotへの問い合わせは1時間に1回までです。",
    ),
    "web.forecast.show": (
        "Show what the last {days} days would have brought",
        "過去{days}日間の見込みを表示",
    ),
    "web.forecast.exact": ("{number} {count:task|tasks}", "ToDo {number}件"),
    "web.forecast.about": ("about {number} {count:task|tasks}", "ToDo 約{number}件"),
    "web.forecast.at_least": ("at least {number} {count:task|tasks}", "ToDo {number}件以上"),
    "web.forecast.cost": (
        "{storage}, {hubspot} + {salesforce} calls",
        "{storage}、コール {hubspot}+{salesforce}回",
    ),
    "web.forecast.not_known": ("Not known: {problem}", "不明: {problem}"),
    "web.forecast.cannot_ask": (
        "the connection does not reach HubSpot now.",
        "いまHubSpotに接続できません。",
    ),
    # since when
    "web.begin.legend": ("What you tick now begins", "いまチェックした種類の開始時点"),
    "web.begin.now": ("from now on (usual)", "今から(通常)"),
    "web.begin.earlier": ("with what was created since", "次の日以降に作成されたものから"),
    "web.begin.day": ("Day", "日付"),
    "web.begin.hint": (
        "The next page says how many activities that brings. For much that is old, an import is the better way: it can be stopped and resumed.",
        "次の画面で件数の見込みを確認できます。古いものが多い場合は、中断と再開ができるインポートをお勧めします。",
    ),
    "web.begin.which_day": (
        "Choose the day from which to begin.",
        "開始する日を選んでください。",
    ),
    "web.begin.future": (
        "The day to begin with lies in the future.",
        "開始日が未来の日付です。",
    ),
    "web.begin.idle": (
        "No kind is newly switched on, so the earlier day changes nothing.",
        "新しくオンになる種類がないため、開始日の指定は何も変えません。",
    ),
    "web.begin.brings": ("What that brings", "見込み"),
    "web.begin.brings_since": (
        "Created since {when}, before filters; a filter may let less through.",
        "{when} 以降に作成されたもの。フィルターを適用する前の件数です。",
    ),
    "web.begin.brings_usual": (
        "As the last {days} days were; nothing of them is sent.",
        "過去{days}日間の実績です。これらが送られるわけではありません。",
    ),
    "web.begin.flood": (
        "That may be more than 5,000 tasks: the first run will stop and ask before it goes on. An import does not.",
        "ToDoが5,000件を超える可能性があります。最初の同期はいったん止まり、確認を求めます。インポートの場合は止まりません。",
    ),
    # trying with one contact
    "web.try.button": ("Try with one contact", "1件のコンタクトで試す"),
    "web.try.title": ("Try with one contact", "1件のコンタクトで試す"),
    "web.try.what": (
        "The settings as you filled them in, over one contact's activities: the newest 20 of each sort, and 30 days of marketing activities. Nothing is saved or written until you say so.",
        "入力した設定を、1件のコンタクトのアクティビティー(種類ごとに最新20件、マーケティングは過去30日間)に当てはめます。指示するまで何も保存も書き込みもしません。",
    ),
    "web.try.whom": ("Contact's name, e-mail address or id", "コンタクトの名前、Eメール、またはID"),
    "web.try.look": ("Look", "確認"),
    "web.try.say_whom": ("Say which contact.", "コンタクトを入力してください。"),
    "web.try.no_kind": (
        "No kind is ticked, so nothing would be written. Go back and tick one.",
        "種類が1つもチェックされていないため、何も書き込まれません。戻ってチェックしてください。",
    ),
    "web.try.nobody": (
        "HubSpot finds no contact for “{asked}”.",
        "HubSpotに「{asked}」に当てはまるコンタクトはありません。",
    ),
    "web.try.which": (
        "{count} contacts fit. Which one?",
        "{count}件のコンタクトが見つかりました。どれですか?",
    ),
    "web.try.result": (
        "What would become of {name}'s activities",
        "{name} のアクティビティーの結果",
    ),
    "web.try.counts": (
        "{count} {count:task|tasks} would be written; {there} {there:is|are} in Salesforce already.",
        "ToDo {count}件が書き込まれます。{there}件はすでにSalesforceにあります。",
    ),
    "web.try.becomes": ("Becomes", "結果"),
    "web.try.create": ("new task", "新しいToDo"),
    "web.try.update": ("linked task", "既存のToDoに結び付け"),
    "web.try.delete": ("deleted", "削除"),
    "web.try.adopt": ("found there, linked", "既存のToDoが見つかり、結び付け"),
    "web.try.unlink": ("no longer linked", "結び付けを解除"),
    "web.try.conflict": ("edited on both sides", "双方で編集あり"),
    "web.try.wait": ("waits", "待機"),
    "web.try.skip": ("not written", "対象外"),
    "web.try.park": ("set aside", "保留"),
    "web.try.assigned": ("Assigned to {who}", "任命先: {who}"),
    "web.try.person": ("On this record in Salesforce", "Salesforceのこのレコードに"),
    "web.try.nothing": ("Nothing to write", "書き込むものはありません"),
    "web.try.nothing_what": (
        "This contact has no activity of a ticked kind that is not in Salesforce already.",
        "チェックした種類のアクティビティーで、まだSalesforceにないものは、このコンタクトにはありません。",
    ),
    "web.try.write": (
        "Write {count:this task|these {count} tasks} now",
        "この{count}件を今すぐ書き込む",
    ),
    "web.try.write_what": (
        "They become ordinary tasks that follow their activities; the settings are not saved by it. The run can be undone.",
        "通常のToDoとして書き込まれ、以後はアクティビティーに追従します。設定は保存されません。この実行は取り消せます。",
    ),
    "web.try.written": (
        "{count} {count:task|tasks} written, {parked} refused.",
        "ToDo {count}件を書き込みました。拒否 {parked}件。",
    ),
    # the audit log
    "web.audit.anybody": ("anybody", "すべての人"),
    "web.audit.anything": ("anything", "すべての変更"),
    "web.audit.filter": ("Show", "表示"),
    "web.audit.none_such": ("Nothing fits these choices.", "条件に合う変更はありません。"),
    "web.audit.all": ("Show everything", "すべて表示"),
    "web.audit.tried": ("Tried with one contact", "1件のコンタクトで試行"),
}
