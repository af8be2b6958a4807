"""The names of the kinds, and the comments of ``activities.toml``: one for each setting."""

TEXTS = {
    "kind.form_submission": ("Form submission", "フォーム送信"),
    "kind.marketing_email_sent": ("Marketing e-mail sent", "マーケティングEメールの送信"),
    "kind.marketing_email_opened": ("Marketing e-mail opened", "マーケティングEメールの開封"),
    "kind.marketing_email_clicked": ("Marketing e-mail clicked", "マーケティングEメールのクリック"),
    "kind.integration_event": ("Integration event", "連携アプリのイベント"),
    "kind.sales_email": ("Sales e-mail", "セールスEメール"),
    "kind.sales_email_opened": ("Sales e-mail opened", "セールスEメールの開封"),
    "kind.sales_email_clicked": ("Sales e-mail clicked", "セールスEメールのクリック"),
    "kind.call": ("Call", "コール"),
    "kind.meeting": ("Meeting", "ミーティング"),
    "kind.note": ("Note", "メモ"),
    "kind.task": ("Task", "タスク"),
    "kind.message": ("Message", "メッセージ"),
    "kind.postal_mail": ("Postal mail", "郵便物"),
    "show.heading": (
        "The Activities settings of a connection. Edit this file, then: tandem settings apply FILE. What you leave out has its default.",
        "接続のアクティビティー設定です。編集してから tandem settings apply ファイル名 を実行してください。書かれていない項目は既定値になります。",
    ),
    "show.kinds": (
        "HubSpot activities to Salesforce tasks: one table for each kind of activity.",
        "HubSpotのアクティビティーをSalesforceのToDoへ: アクティビティーの種類ごとに1つの表があります。",
    ),
    "show.kept": (
        "Written by Tandem alone: from when on each kind syncs, by its CRM's clock, and filters as they were before they were widened. Edits here are left out.",
        "Tandemだけが書き込む部分です。種類ごとの同期開始日時(それぞれのCRMの時計による)と、広げる前のフィルターで、ここへの編集は反映されません。",
    ),
    "setting.language": (
        'Language of subjects and notes in Salesforce: "en" or "ja".',
        'Salesforceに書き込む件名や注記の言語: "en" か "ja"。',
    ),
    "setting.delete_policy": (
        'When a record is deleted on one side, the other is kept ("keep"), completed ("complete") or deleted too ("delete").',
        '一方でレコードが削除されたとき、もう一方を残す("keep")、完了にする("complete")、削除する("delete")。',
    ),
    "setting.conflict_rule": (
        'Both sides changed the same field: the newest edit wins ("newest"), or always "hubspot" or "salesforce".',
        '両側で同じ項目が変更されたとき: 新しい編集を優先("newest")、常に "hubspot"、常に "salesforce"。',
    ),
    "setting.due_time": (
        "Time of day that a due date from Salesforce takes in HubSpot, in the HubSpot account's time zone.",
        "Salesforceの期日をHubSpotで何時とするか(HubSpotアカウントのタイムゾーン)。",
    ),
    "setting.completed_status": (
        'Status that means completed in Salesforce; "" takes "Completed" if it exists and is closed, else the first closed one.',
        'Salesforceで完了を表す状況。"" なら、完了扱いの "Completed" があればそれ、なければ最初の完了扱いの値。',
    ),
    "setting.inclusion_list": (
        'Id of a HubSpot list (segment): only contacts on it sync. "" lets all contacts sync.',
        '同期対象リスト(HubSpotのリストのID)。載っているコンタクトだけを同期します。"" ならすべて。',
    ),
    "setting.daily_calls.hubspot": (
        'At most this many calls to HubSpot a day; "none" sets no limit of our own.',
        'HubSpotへの1日のAPIコール数の上限。"none" なら独自の上限を設けません。',
    ),
    "setting.daily_calls.salesforce": (
        'At most this many calls to Salesforce a day; "none" sets no limit of our own.',
        'Salesforceへの1日のAPIコール数の上限。"none" なら独自の上限を設けません。',
    ),
    "setting.status_map": (
        'Status of a HubSpot task to Status in Salesforce, where the rule does not suit: { WAITING = "On Hold" }.',
        'HubSpotタスクのステータスとSalesforceの状況の対応(既定の規則が合わない場合): { WAITING = "保留" }。',
    ),
    "setting.priority_map": (
        'Priority of a HubSpot task to Priority in Salesforce: { HIGH = "Urgent" }.',
        'HubSpotタスクの優先度とSalesforceの優先度の対応: { HIGH = "至急" }。',
    ),
    "setting.salesforce_tasks.enabled": (
        "Salesforce task sync: tasks created in Salesforce from then on appear in HubSpot.",
        "Salesforceタスク同期: 有効にした後にSalesforceで作成されたToDoがHubSpotに表示されます。",
    ),
    "setting.salesforce_tasks.fields": (
        "Fields that sync besides assignee, related records, due date and comments.",
        "割り当て先、関連先、期日、コメントのほかに同期する項目。",
    ),
    "setting.salesforce_tasks.filter.subtypes": (
        'Only these task subtypes, such as "Task", "Call", "Email"; [] takes all.',
        'このToDoサブタイプだけ("Task"、"Call"、"Email" など)。[] ならすべて。',
    ),
    "setting.salesforce_tasks.filter.types": (
        "Only these values of Type; [] takes all.",
        "この「種別」だけ。[] ならすべて。",
    ),
    "setting.salesforce_tasks.filter.owners": (
        "Only tasks of these Salesforce users or queues, by id; [] takes all.",
        "このSalesforceユーザーまたはキュー(ID)のToDoだけ。[] ならすべて。",
    ),
    "setting.salesforce_tasks.filter.record_types": (
        "Only these record types, by developer name; [] takes all.",
        "このレコードタイプ(開発者名)だけ。[] ならすべて。",
    ),
    "setting.salesforce_tasks.filter.open_only": (
        "Only tasks that are open when Tandem first sees them.",
        "Tandemが最初に見た時点で未完了のToDoだけ。",
    ),
    "setting.salesforce_tasks.filter.condition": (
        "A SOQL condition that tasks must meet as well; what follows WHERE.",
        "ToDoがさらに満たすべきSOQLの条件(WHEREの後ろの部分)。",
    ),
    "setting.salesforce_tasks.filter.unattached": (
        "true sends tasks without a Name or Related To that HubSpot could have, attached to nothing; false skips them.",
        "true なら、HubSpotに対応するものがあり得ない(名前も関連先もない、またはケースなどだけの)ToDoも、何にも関連付けずに送ります。false なら送りません。",
    ),
    "setting.kinds.enabled": (
        "true lets every activity of this kind become a Salesforce task, from the moment it is switched on; nothing older is sent.",
        "true なら、この種類のアクティビティーを、有効にした時点以降の分からSalesforceのToDoにします。それより古いものは送りません。",
    ),
    "setting.kinds.salesforce_task_type": (
        'Salesforce task type: a value of Type in your org; "" is -- no task type --.',
        'Salesforceタスクタイプ(組織の「種別」の値)。"" は「-- タスクタイプなし --」。',
    ),
    "setting.kinds.subject_template": (
        'Subject in place of the usual one; may name {subject}, {title}, {first_line}, {state}, {count}, {kind}; "" keeps the usual one.',
        '通常の件名の代わりに使う件名。{subject}、{title}、{first_line}、{state}、{count}、{kind} を含められます。"" なら通常の件名。',
    ),
    "setting.kinds.status": (
        'Tasks arrive as the rules say ("by_rule"), always closed ("closed") or always open ("open").',
        'ToDoの状態: 規則どおり("by_rule")、常に完了("closed")、常に未完了("open")。',
    ),
    "setting.kinds.contacts": (
        'Who is on the task: one contact, chosen by rule ("one"), or all through Shared Activities ("all").',
        'ToDoに載せる相手: 規則で選んだ1人("one")、または共有活動で全員("all")。',
    ),
    "setting.kinds.record_type": (
        'Developer name of the record type of new tasks; "" takes the integration user\'s default.',
        '新しいToDoのレコードタイプ(開発者名)。"" なら連携ユーザーの既定値。',
    ),
    "setting.kinds.first_open_only": (
        "true means that only the first open of an e-mail by a contact becomes a task.",
        "true なら、同じコンタクトによる同じEメールの開封は、最初の1回だけをToDoにします。",
    ),
    "setting.kinds.skip_bots": (
        "true means that opens and clicks by machines are left out.",
        "true なら、機械による開封やクリックを除きます。",
    ),
    "setting.kinds.fixed_fields": (
        'Fields that every task of this kind is given: { Source__c = "HubSpot" }.',
        'この種類のToDoすべてに入れる項目の値: { Source__c = "HubSpot" }。',
    ),
    "setting.kinds.filter.forms": (
        "Only submissions of these forms, by id; [] takes all.",
        "このフォーム(ID)の送信だけ。[] ならすべて。",
    ),
    "setting.kinds.filter.campaigns": (
        "Only these e-mail campaigns, by id; [] takes all.",
        "このEメールキャンペーン(ID)だけ。[] ならすべて。",
    ),
    "setting.kinds.filter.owners": (
        "Only activities of these HubSpot owners, by id; [] takes all.",
        "このHubSpot担当者(ID)のアクティビティーだけ。[] ならすべて。",
    ),
    "setting.kinds.filter.lists": (
        "Only contacts on one of these HubSpot lists, by id; [] takes all.",
        "このHubSpotリスト(ID)のいずれかに載っているコンタクトだけ。[] ならすべて。",
    ),
    "setting.kinds.filter.subject_contains": (
        "Only subjects that contain one of these texts, in any case; [] takes all.",
        "件名にこの文字列のいずれかを含むものだけ(大文字小文字は区別しません)。[] ならすべて。",
    ),
}
