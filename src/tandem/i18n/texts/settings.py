"""What the settings say: wrong values, differences, and the variables of the environment."""

TEXTS = {
    # a file of settings
    "settings.at_line": ("line {line}: {problem}", "{line}行目: {problem}"),
    "settings.not_toml": (
        "line {line}, column {column}: this is not TOML ({reason}): {source}",
        "{line}行{column}桁: TOMLとして読めません({reason}): {source}",
    ),
    "settings.not_toml_end": (
        "the text ends in the middle of a value ({reason}); look for a missing quote or bracket",
        "値の途中で終わっています({reason})。引用符や括弧の閉じ忘れを確かめてください",
    ),
    "settings.unknown": (
        "{key}: there is no such setting; did you mean {nearest}?",
        "{key}: そのような設定はありません。{nearest} のことですか?",
    ),
    "settings.unknown_far": (
        "{key}: there is no such setting; `tandem settings show` lists all",
        "{key}: そのような設定はありません。一覧は `tandem settings show` で見られます",
    ),
    "settings.not_for_kind": (
        "{key}: this setting does not apply to {kind}; it belongs to {kinds}",
        "{key}: この設定は「{kind}」には使えません。使えるのは {kinds} です",
    ),
    "settings.is_table": (
        "{key}: this is a group of settings, not a value; write it as [{key}]",
        "{key}: これは値ではなく設定のまとまりです。[{key}] と書いてください",
    ),
    "settings.is_group": (
        "{key}: this is a group of settings; name one of them, such as {example}",
        "{key}: これは設定のまとまりです。{example} のように1つを指定してください",
    ),
    "settings.wants": (
        "{key}: must be {wanted}, not {given}",
        "{key}: {wanted}を指定してください({given} は使えません)",
    ),
    "settings.wants_near": (
        "{key}: must be {wanted}, not {given}; did you mean {nearest}?",
        "{key}: {wanted}を指定してください({given} は使えません)。{nearest} のことですか?",
    ),
    "settings.template": (
        "{key}: {problem}",
        "{key}: 件名のひな形として読めません。使えるのは {variables} だけで、波かっこそのものは二重に書きます",
    ),
    "settings.condition": (
        "{key}: a condition is what follows WHERE, without ORDER BY, LIMIT or a semicolon",
        "{key}: 条件には WHERE の後ろの部分だけを書いてください(ORDER BY、LIMIT、セミコロンは使えません)",
    ),
    "settings.condition_refused": (
        "{key}: Salesforce does not accept the condition: {problem}",
        "{key}: Salesforceがこの条件を受け付けません: {problem}",
    ),
    # names that an account has to know
    "settings.unlisted": (
        "{key}: {given} is not among {side}'s {list}; there are {choices}",
        "{key}: {given} は{side}の{list}にありません。あるのは {choices} です",
    ),
    "settings.unlisted_near": (
        "{key}: {given} is not among {side}'s {list}; did you mean {nearest}?",
        "{key}: {given} は{side}の{list}にありません。{nearest} のことですか?",
    ),
    "settings.unlisted_user": (
        "{key}: {given} is not among {side}'s {list}; `tandem owners list` names the users",
        "{key}: {given} は{side}の{list}にありません。ユーザーは `tandem owners list` で確認できます",
    ),
    "settings.list.subtypes": ("task subtypes", "ToDoサブタイプ"),
    "settings.list.types": ("values of Type", "「種別」の値"),
    "settings.list.record_types": ("record types of tasks", "ToDoのレコードタイプ"),
    "settings.list.users": ("users and queues", "ユーザーとキュー"),
    "settings.list.statuses": ("values of Status", "「状況」の値"),
    "settings.list.closed_statuses": ("closed values of Status", "完了扱いの「状況」の値"),
    "settings.list.priorities": ("values of Priority", "「優先度」の値"),
    "settings.list.hubspot_statuses": ("task statuses", "タスクのステータス"),
    "settings.list.hubspot_priorities": ("task priorities", "タスクの優先度"),
    "wanted.flag": ("true or false", "true か false "),
    "wanted.text": ("a text in quotes", "引用符で囲んだ文字列"),
    "wanted.words": (
        'a list of texts, such as ["a", "b"]',
        '文字列の一覧(例: ["a", "b"])',
    ),
    "wanted.salesforce_ids": (
        'a list of Salesforce ids, such as ["005000000000001AAA"]',
        'SalesforceのIDの一覧(例: ["005000000000001AAA"])',
    ),
    "wanted.choice": ("one of {choices}", "{choices} のいずれか"),
    "wanted.choices": ("a list of some of {choices}", "{choices} の中から選んだ一覧"),
    "wanted.time": ('a time of day, such as "08:00"', '時刻(例: "08:00")'),
    "wanted.amount": ('a whole number above 0, or "none"', '1以上の整数か "none" '),
    "wanted.pairs": (
        'a table of texts, such as COMPLETED = "Completed"',
        '文字列の表(例: COMPLETED = "Completed")',
    ),
    "wanted.field_values": (
        'a table of Salesforce fields, such as Source__c = "HubSpot"',
        'Salesforceの項目の表(例: Source__c = "HubSpot")',
    ),
    "wanted.date": (
        "a date or a time with its zone, such as 2026-01-31 or 2026-01-31T09:00:00+09:00",
        "日付か、時差付きの日時(例: 2026-01-31、2026-01-31T09:00:00+09:00)",
    ),
    # what a change means
    "change.from_now": (
        "{kind}: what is created in HubSpot from {since} on will sync; nothing older is sent.",
        "{kind}: {since} 以降にHubSpotで作成されたものを同期します。それより古いものは送りません。",
    ),
    "change.from_then": (
        "{kind}: what was created in HubSpot since {since} will sync, the past included, as --since asks.",
        "{kind}: --since の指定どおり、{since} 以降にHubSpotで作成された過去の分も同期します。",
    ),
    "change.switched_off": (
        "{kind}: nothing more is written; existing tasks stay as they are, and what waits keeps waiting.",
        "{kind}: これ以降は何も書き込みません。既存のToDoはそのまま残り、待機中のものは待機を続けます。",
    ),
    "change.widened": (
        "{kind}: what the filter newly lets through syncs from {since} on.",
        "{kind}: フィルターで新たに対象となるものは {since} 以降の分を同期します。",
    ),
    "change.tasks_from_now": (
        "Salesforce task sync: tasks created in Salesforce from {since} on.",
        "Salesforceタスク同期: {since} 以降にSalesforceで作成されたToDoが対象です。",
    ),
    "change.tasks_key": (
        "Its first run adds the property {property} to HubSpot's tasks, where it may; by it no task is written twice.",
        "最初の同期で、可能であればHubSpotのタスクにプロパティー {property} を追加します。二重の作成を防ぐためのものです。",
    ),
    "change.tasks_unfiltered": (
        "Without a filter every e-mail that Salesforce logs as a task goes to HubSpot too; salesforce_tasks.filter.subtypes leaves them out.",
        "絞り込まないと、SalesforceがToDoとして記録したEメールもすべてHubSpotに送られます。salesforce_tasks.filter.subtypes で除外できます。",
    ),
    "change.tasks_both_ways": (
        "Tasks sync both ways: an edit on either side reaches the other.",
        "タスクは双方向に同期されます。どちらで編集しても、もう一方に反映されます。",
    ),
    "change.tasks_one_way": (
        "Salesforce leads: what is edited in HubSpot stays there until the field changes in Salesforce. The box of tasks (kinds.task.enabled) makes it two-way.",
        "Salesforce側が優先されます。HubSpotでの編集は、Salesforceで同じ項目が変わるまでそのまま残ります。双方向にするにはタスクの kinds.task.enabled も有効にしてください。",
    ),
    "change.tasks_off": (
        "Salesforce task sync: nothing more is written to HubSpot; pairs rest as they are, and what waits keeps waiting.",
        "Salesforceタスク同期: これ以降はHubSpotに書き込みません。既存の組はそのまま残り、待機中のものは待機を続けます。",
    ),
    "change.tasks_widened": (
        "Salesforce task sync: what the filter newly lets through syncs from {since} on.",
        "Salesforceタスク同期: フィルターで新たに対象となるものは {since} 以降の分を同期します。",
    ),
    "change.unchecked": (
        "{side} could not be asked whether it knows what {keys} name: {problem}",
        "{keys} の値があるかどうかを{side}に確認できませんでした: {problem}",
    ),
    "change.kept": (
        "[kept_by_tandem] is written by Tandem alone: your edits there are left out. To begin a kind earlier, switch it on with --since.",
        "[kept_by_tandem] はTandemだけが書き込む部分なので、そこへの編集は反映されません。過去の分から始めるには --since を付けて有効にしてください。",
    ),
    "change.language": (
        "The language of subjects changes: reports that look for the old words will miss new tasks.",
        "件名の言語が変わります。以前の文言で絞り込んでいるレポートには新しいToDoが出なくなります。",
    ),
    "change.deletes": (
        "From now on a record deleted on one side is deleted on the other too.",
        "これ以降、一方で削除されたレコードはもう一方でも削除されます。",
    ),
    # environment variables
    "environment.unknown": (
        "{name} is not a variable Tandem knows; did you mean {nearest}?",
        "{name} はTandemの環境変数ではありません。{nearest} のことですか?",
    ),
    "environment.unknown_far": (
        "{name} is not a variable Tandem knows; docs/settings.md lists all. Unset it.",
        "{name} はTandemの環境変数ではありません(一覧は docs/settings.md)。設定を外してください。",
    ),
    "environment.both": (
        "Set {one} or {other}, not both.",
        "{one} と {other} はどちらか一方だけを設定してください。",
    ),
    "environment.wants": (
        "{given} is set, so {name} must be set too.",
        "{given} を設定する場合は、{name} も設定してください。",
    ),
    "environment.https": (
        "{name} must be an https address without a query, not {given}.",
        "{name} には、クエリーのない https のアドレスを指定してください({given} は使えません)。",
    ),
    "environment.address": (
        "{name} must be a plain e-mail address such as tandem@example.com, not {given}.",
        "{name} には tandem@example.com のようなEメールアドレスだけを指定してください({given} は使えません)。",
    ),
    "environment.choice": (
        "{name} must be one of {choices}, not {given}.",
        "{name} には {choices} のいずれかを指定してください({given} は使えません)。",
    ),
    "environment.number": (
        "{name} must be a whole number from {low} to {high}, not {given}.",
        "{name} には {low} から {high} までの整数を指定してください({given} は使えません)。",
    ),
    "environment.file": (
        "{name}: the file {path} cannot be read: {problem}.",
        "{name}: ファイル {path} を読めません: {problem}",
    ),
    "environment.empty_file": (
        "{name}: the file {path} is empty.",
        "{name}: ファイル {path} は空です。",
    ),
    "environment.certificates": (
        "{name}: the file {path} holds no certificate in PEM form.",
        "{name}: ファイル {path} にPEM形式の証明書がありません。",
    ),
    "environment.home": (
        "{name}: {path} is a file; name a folder.",
        "{name}: {path} はファイルです。フォルダーを指定してください。",
    ),
    "environment.no_home": (
        "There is no home folder here. Say where Tandem keeps its state: {name}=/path/to/a/folder",
        "ホームフォルダーがありません。Tandemの保存先を指定してください: {name}=/フォルダーのパス",
    ),
    "environment.database": (
        "{name} must begin with sqlite:/// or postgresql://, not {given}.",
        "{name} は sqlite:/// または postgresql:// で始めてください({given} は使えません)。",
    ),
    "environment.web_url": (
        "{name} must be an address such as https://tools.example.com/tandem, not {given}.",
        "{name} には https://tools.example.com/tandem のようなアドレスを指定してください({given} は使えません)。",
    ),
    "environment.network": (
        "{name} must list addresses or networks such as 10.0.0.5 or 10.0.0.0/8 with commas; {given} is none.",
        "{name} には 10.0.0.5 や 10.0.0.0/8 のようなアドレスまたはネットワークをカンマ区切りで指定してください({given} は使えません)。",
    ),
    "environment.proxy": (
        "{name} must be a proxy's address such as http://proxy.example:3128, not {given}.",
        "{name} には http://proxy.example:3128 のようなプロキシのアドレスを指定してください({given} は使えません)。",
    ),
}
