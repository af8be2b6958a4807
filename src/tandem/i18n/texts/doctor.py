"""The set-up check: a sentence for each finding and, where something is missing, the remedy."""

TEXTS = {
    "doctor.level.ok": ("ok     ", "正常"),
    "doctor.level.warning": ("warning", "注意"),
    "doctor.level.error": ("error  ", "異常"),
    "doctor.ok": ("All is well.", "問題はありません。"),
    "doctor.warnings": (
        "It works; look at the warnings.",
        "動作しますが、注意点をご確認ください。",
    ),
    "doctor.errors": (
        "Something is missing; the arrows say what to do.",
        "足りないものがあります。矢印の対処方法をご覧ください。",
    ),
    "doctor.encryption_key": ("The encryption key is at {path}.", "暗号鍵は {path} にあります。"),
    "doctor.database": ("The database is {url}.", "データベースは {url} です。"),
    "doctor.signed_in": (
        "Signed in to {side}, account {account}.",
        "{side} のアカウント {account} にサインインしています。",
    ),
    "doctor.not_connected": ("{side} is not connected.", "{side} に接続していません。"),
    "doctor.not_connected.remedy": (
        "Sign in with `tandem connect`.",
        "`tandem connect` でサインインしてください。",
    ),
    "doctor.access_lost": (
        "{side} no longer lets Tandem in: {message}",
        "{side} へのアクセスが拒否されました: {message}",
    ),
    "doctor.access_lost.remedy": (
        "Sign in again with `tandem connect`, then `tandem resume`.",
        "`tandem connect` でサインインし直し、`tandem resume` を実行してください。",
    ),
    "doctor.unreachable": (
        "{side} cannot be reached: {message}",
        "{side} に接続できません: {message}",
    ),
    "doctor.unreachable.remedy": (
        "Check the network, the proxy (HTTPS_PROXY) and your own CA (TANDEM_CA_FILE), then try again.",
        "ネットワーク、プロキシ(HTTPS_PROXY)、独自CA(TANDEM_CA_FILE)を確かめて、やり直してください。",
    ),
    "doctor.scopes_complete": (
        "The HubSpot token has every scope the settings need.",
        "HubSpotのトークンには必要なスコープがすべてあります。",
    ),
    "doctor.scope_missing": (
        "The HubSpot token lacks the scope {scope} (needed for: {kinds}).",
        "HubSpotのトークンにスコープ {scope} がありません(必要とするもの: {kinds})。",
    ),
    "doctor.scope_missing.remedy": (
        "Add the scope to the app in HubSpot, then sign in again with `tandem connect hubspot`.",
        "HubSpotのアプリにスコープを追加し、`tandem connect hubspot` でサインインし直してください。",
    ),
    "doctor.api_disabled": (
        "The Salesforce user {user} may not use the API.",
        "Salesforceユーザー {user} はAPIを使えません。",
    ),
    "doctor.api_disabled.remedy": (
        "Give the integration user the permission API Enabled (profile or permission set); the edition must include the API.",
        "連携ユーザーに「APIの有効化」権限を(プロファイルか権限セットで)付与してください。APIを含むエディションが必要です。",
    ),
    "doctor.other_org": (
        "The account is another one than before: expected {expected}, found {found}.",
        "以前と別のアカウントです: 本来は {expected}、実際は {found}。",
    ),
    "doctor.other_org.remedy": (
        "A refreshed sandbox has a new id. If this is the right account, disconnect and connect it again; else sign in to the right one.",
        "更新されたSandboxはIDが変わります。正しいアカウントなら接続を解除して接続し直し、違う場合は正しいアカウントにサインインしてください。",
    ),
    "doctor.key_field_ready": (
        "The key field on Salesforce activities is there: writing is safe to repeat.",
        "Salesforceの活動にキー項目があり、書き込みを安全に繰り返せます。",
    ),
    "doctor.key_field_missing": (
        "Salesforce activities have no field Tandem_Key__c: Tandem works, but looks for doubles before each repeat.",
        "Salesforceの活動に Tandem_Key__c 項目がありません。動作しますが、再書き込みの前に毎回重複を確認します。",
    ),
    "doctor.key_field_missing.remedy": (
        "In Setup, Object Manager, Activity, Fields: new Text field (80), name Tandem_Key, External ID and Unique; editable for the integration user, read-only for people.",
        "設定の「オブジェクトマネージャー」→「活動」→「項目」で、テキスト項目(80文字)Tandem_Key を「外部ID」「ユニーク」で作成し、連携ユーザーは編集可、他の人は参照のみにしてください。",
    ),
    "doctor.type_field_hidden": (
        "The field Type of tasks is hidden from {user}: tasks are written without a type.",
        "ToDoの「種別」項目が {user} に見えないため、種別なしで書き込みます。",
    ),
    "doctor.type_field_hidden.remedy": (
        "Make Task.Type visible and editable for the integration user (field-level security).",
        "項目レベルセキュリティで、連携ユーザーにToDoの「種別」の参照と編集を許可してください。",
    ),
    "doctor.field_not_writable": (
        "The field {field} of tasks cannot be written by {user}.",
        "ToDoの項目 {field} を {user} が編集できません。",
    ),
    "doctor.field_not_writable.remedy": (
        "Make it editable for the integration user (field-level security).",
        "項目レベルセキュリティで、連携ユーザーに編集を許可してください。",
    ),
    "doctor.required_field": (
        "The org requires {field} on every task, and Tandem has no value for it.",
        "組織ではToDoに {field} が必須ですが、入れる値が設定されていません。",
    ),
    "doctor.required_field.remedy": (
        "Give it a value: tandem settings set kinds.KIND.fixed_fields.{field} VALUE, or lift the requirement.",
        "値を設定するか(tandem settings set kinds.種類.fixed_fields.{field} 値)、必須を外してください。",
    ),
    "doctor.task_type_gone": (
        "{kind}: the org no longer has the task type {type}; its tasks are written without a type.",
        "{kind}: 組織にタスクタイプ「{type}」がなくなっています。種別なしで書き込みます。",
    ),
    "doctor.task_type_gone.remedy": (
        "Choose another salesforce_task_type, or restore the value in Salesforce.",
        "salesforce_task_type を選び直すか、Salesforceで値を元に戻してください。",
    ),
    "doctor.status_unmapped": (
        "The status {status} has no counterpart.",
        "状況「{status}」に対応する値がありません。",
    ),
    "doctor.status_unmapped.remedy": (
        "Choose one in status_map, with a value that the org has.",
        "status_map に組織の値を設定してください。",
    ),
    "doctor.no_closed_status": (
        "The org has no task status that is closed: nothing can arrive completed.",
        "組織に完了扱いのToDo状況がないため、完了として書き込めません。",
    ),
    "doctor.no_closed_status.remedy": (
        "Mark one value of the Task Status list as closed in Salesforce.",
        "SalesforceのToDoの状況リストで、1つの値を「完了」にしてください。",
    ),
    "doctor.completed_status_gone": (
        "The completed_status {status} is not a closed status of the org.",
        "completed_status の「{status}」は、組織の完了扱いの状況ではありません。",
    ),
    "doctor.completed_status_gone.remedy": (
        'Choose a closed status, or "" for the usual rule.',
        '完了扱いの状況を選ぶか、"" で通常の規則に戻してください。',
    ),
    "doctor.record_type_gone": (
        "{kind}: the record type {record_type} is not there, or not for the integration user.",
        "{kind}: レコードタイプ「{record_type}」がないか、連携ユーザーが使えません。",
    ),
    "doctor.record_type_gone.remedy": (
        "Choose another record_type, or assign it to the integration user's profile.",
        "record_type を選び直すか、連携ユーザーのプロファイルに割り当ててください。",
    ),
    "doctor.other_connector": (
        "HubSpot's own Salesforce integration is or was installed: if it syncs activities too, each appears twice.",
        "HubSpot標準のSalesforce連携がインストールされています(または、されていました)。そちらでもアクティビティーを同期していると、二重になります。",
    ),
    "doctor.other_connector.remedy": (
        "Switch its activity sync off in HubSpot: Settings, Integrations, Salesforce, Activities.",
        "HubSpotの「設定」→「連携」→「Salesforce」→「アクティビティー」で、そちらの同期を無効にしてください。",
    ),
    "doctor.owners_mapped": (
        "{mapped} of {total} active HubSpot owners have a Salesforce user.",
        "有効なHubSpot担当者{total}人のうち{mapped}人に、対応するSalesforceユーザーがいます。",
    ),
    "doctor.owners_unmapped": (
        "{count} active HubSpot owners have no Salesforce user: their activities go by the next rule.",
        "HubSpot担当者{count}人に対応するSalesforceユーザーがいません。その割り当て先は次の規則で決まります。",
    ),
    "doctor.owners_unmapped.remedy": (
        "See `tandem owners list`, and set them with `tandem owners map`.",
        "`tandem owners list` で確認し、`tandem owners map` で設定してください。",
    ),
    "doctor.calls_left": (
        "{side} has {remaining} of {limit} calls left today.",
        "{side} の本日のAPIコールは残り{remaining}(上限{limit})です。",
    ),
    "doctor.calls_left.remedy": (
        "Few are left: set daily_calls.salesforce, so that other integrations keep their share.",
        "残りわずかです。ほかの連携の分を残すには daily_calls.salesforce を設定してください。",
    ),
    "doctor.no_calls_left": (
        "{side} has no calls left today (limit {limit}).",
        "{side} の本日のAPIコールは残っていません(上限{limit})。",
    ),
    "doctor.no_calls_left.remedy": (
        "Wait until tomorrow, or have the limit raised.",
        "明日まで待つか、上限を引き上げてください。",
    ),
    "doctor.calls_spent": (
        "{side} is not asked any more today: {message}",
        "{side} への本日の呼び出しを控えています: {message}",
    ),
    "doctor.calls_spent.remedy": (
        "Wait until there are calls again, or raise daily_calls in the settings.",
        "呼び出せるようになるまで待つか、設定の daily_calls を引き上げてください。",
    ),
    "doctor.nothing_enabled": (
        "No kind of activity is switched on.",
        "有効なアクティビティーの種類がありません。",
    ),
    "doctor.nothing_enabled.remedy": (
        "Switch one on: tandem settings set kinds.call.enabled true",
        "有効にしてください: tandem settings set kinds.call.enabled true",
    ),
    "doctor.suspended": (
        "The connection is suspended ({reason}).",
        "接続は停止中です({reason})。",
    ),
    "doctor.suspended.remedy": (
        "Mend the cause, then: tandem resume",
        "原因を取り除いてから: tandem resume",
    ),
    "doctor.inclusion_list_gone": (
        "The inclusion list {list} is not in HubSpot: no contact syncs.",
        "同期対象リスト {list} がHubSpotにないため、どのコンタクトも同期されません。",
    ),
    "doctor.inclusion_list_gone.remedy": (
        'Choose another inclusion_list, or "" for all contacts.',
        'inclusion_list を選び直すか、"" ですべてのコンタクトを対象にしてください。',
    ),
    # Salesforce task sync
    "doctor.task_scope_missing": (
        "The HubSpot token lacks the scope {scope}, which Salesforce task sync needs.",
        "HubSpotのトークンに、Salesforceタスク同期に必要なスコープ {scope} がありません。",
    ),
    "doctor.task_scope_missing.remedy": (
        "Add the scope to the app in HubSpot, then sign in again with `tandem connect hubspot`.",
        "HubSpotのアプリにスコープを追加し、`tandem connect hubspot` でサインインし直してください。",
    ),
    "doctor.hubspot_key_ready": (
        "HubSpot's tasks have the unique property {property}: writing is safe to repeat.",
        "HubSpotのタスクに一意のプロパティー {property} があり、書き込みを安全に繰り返せます。",
    ),
    "doctor.hubspot_key_plain": (
        "The property {property} of HubSpot's tasks is not unique: Tandem works, but looks for doubles before each repeat, and waits until HubSpot's search has caught up.",
        "HubSpotのタスクのプロパティー {property} は一意ではありません。動作しますが、再書き込みの前に、HubSpotの検索に反映されるのを待って毎回重複を確認します。",
    ),
    "doctor.hubspot_key_plain.remedy": (
        "Nothing has to be done. Unique values can only be required of a new property: where HubSpot offers that for tasks, delete {property} for good before the first task is written, and Tandem makes it anew.",
        "対処しなくても動作します。値の一意性は新規作成時にしか指定できません。HubSpotのタスクで指定できる場合は、最初のタスクを書き込む前に {property} を完全に削除すれば、Tandemが作り直します。",
    ),
    "doctor.hubspot_key_missing": (
        "HubSpot's tasks have no property {property}: the first run adds it where it may. Without it Tandem works, but marks the text of each task and looks for doubles before each repeat.",
        "HubSpotのタスクにプロパティー {property} がありません。可能であれば最初の同期で追加します。なくても動作しますが、各タスクの本文に目印を付け、再書き込みの前に毎回重複を確認します。",
    ),
    "doctor.hubspot_key_missing.remedy": (
        "If it is still missing after a run: give the app the scopes crm.objects.contacts.write and crm.schemas.contacts.write, or create it in HubSpot: Settings, Properties, Task properties: single-line text, internal name {property}, with unique values where offered.",
        "同期しても追加されない場合は、アプリに crm.objects.contacts.write と crm.schemas.contacts.write を許可するか、HubSpotの「設定」→「プロパティー」→「タスクのプロパティー」で、1行テキスト、内部名 {property}、(選べる場合は)一意の値を必須として作成してください。",
    ),
    "doctor.task_field_hidden": (
        "The field {field} of tasks is hidden from {user}: it does not reach HubSpot.",
        "ToDoの項目 {field} が {user} に見えないため、HubSpotに反映されません。",
    ),
    "doctor.task_field_hidden.remedy": (
        "Make it visible for the integration user (field-level security).",
        "項目レベルセキュリティで、連携ユーザーに参照を許可してください。",
    ),
    "doctor.series_hidden": (
        "The field {field} of tasks is hidden from {user}: the head of a recurring series would go to HubSpot like a task.",
        "ToDoの項目 {field} が {user} に見えないため、定期的なToDoの親レコードも通常のToDoとしてHubSpotに送られます。",
    ),
    "doctor.series_hidden.remedy": (
        "Make it visible for the integration user; where nobody uses recurring tasks there is nothing to do.",
        "連携ユーザーに参照を許可してください。定期的なToDoを使っていなければ、対処は不要です。",
    ),
    "doctor.no_closed_stage": (
        "HubSpot's task pipeline has no closed stage: no task can be completed there.",
        "HubSpotのタスクパイプラインに完了扱いのステージがないため、タスクを完了にできません。",
    ),
    "doctor.no_closed_stage.remedy": (
        "Have an administrator add a closed stage to the task pipeline in HubSpot.",
        "HubSpotの管理者に、タスクパイプラインへ完了扱いのステージを追加してもらってください。",
    ),
    "doctor.no_open_stage": (
        "HubSpot's task pipeline has no open stage: no task can be open there.",
        "HubSpotのタスクパイプラインに未完了のステージがないため、未完了のタスクを書き込めません。",
    ),
    "doctor.no_open_stage.remedy": (
        "Have an administrator add an open stage to the task pipeline in HubSpot.",
        "HubSpotの管理者に、タスクパイプラインへ未完了のステージを追加してもらってください。",
    ),
    "doctor.stages_by_progress": (
        "Salesforce has no status of its own for these of HubSpot: {statuses}. There they count as open or completed, and come back unchanged.",
        "HubSpotの次のステータスに対応する状況がSalesforceにありません: {statuses}。Salesforceでは未完了か完了として扱われ、HubSpotでは元の値のまま残ります。",
    ),
    "doctor.stages_by_progress.remedy": (
        "Add a status of the same name in Salesforce, or choose one in status_map.",
        "Salesforceに同じ名前の状況を追加するか、status_map で対応を選んでください。",
    ),
    "doctor.statuses_by_progress": (
        "HubSpot has no task status of its own for these of Salesforce: {statuses}. There they count as open or completed, and come back unchanged.",
        "Salesforceの次の状況に対応するステータスがHubSpotにありません: {statuses}。HubSpotでは未完了か完了として扱われ、Salesforceでは元の値のまま残ります。",
    ),
    "doctor.statuses_by_progress.remedy": (
        "Add a stage of the same name to HubSpot's task pipeline, or choose one in status_map.",
        "HubSpotのタスクパイプラインに同じ名前のステージを追加するか、status_map で対応を選んでください。",
    ),
    "doctor.priorities_by_rule": (
        "HubSpot has no priority of its own for these of Salesforce: {priorities}. They come back unchanged.",
        "Salesforceの次の優先度に対応する値がHubSpotにありません: {priorities}。Salesforceでは元の値のまま残ります。",
    ),
    "doctor.priorities_by_rule.remedy": (
        "Choose one in priority_map, if the rule does not suit.",
        "既定の規則が合わない場合は、priority_map で対応を選んでください。",
    ),
    "doctor.hubspot_types_missing": (
        "HubSpot's task types lack {types}: tasks of that type are written without a type.",
        "HubSpotのタスクの種類に {types} がないため、その種類のタスクは種類なしで書き込みます。",
    ),
    "doctor.hubspot_types_missing.remedy": (
        "Restore the option of the property Task type in HubSpot.",
        "HubSpotのプロパティー「タスクの種類」に選択肢を戻してください。",
    ),
    "doctor.setting_gone": (
        "{key} names {value}, which {side} does not have (any more).",
        "{key} の {value} は{side}にありません(なくなった可能性があります)。",
    ),
    "doctor.setting_gone.remedy": (
        "Choose another value with `tandem settings set`.",
        "`tandem settings set` で値を選び直してください。",
    ),
    "doctor.condition_refused": (
        "Salesforce does not accept the condition of the task filter: {problem}",
        "タスクフィルターの条件をSalesforceが受け付けません: {problem}",
    ),
    "doctor.condition_refused.remedy": (
        "Correct salesforce_tasks.filter.condition.",
        "salesforce_tasks.filter.condition を直してください。",
    ),
    "doctor.other_connector_tasks": (
        "HubSpot's own Salesforce integration is or was installed: if its task sync is on too, each Salesforce task is in HubSpot twice, and with the box of tasks on the copies come back to Salesforce.",
        "HubSpot標準のSalesforce連携がインストールされています(または、されていました)。そちらでもタスクを同期していると、SalesforceのToDoがHubSpotで二重になり、タスクも有効にしている場合は、その写しがSalesforceにも作成されます。",
    ),
    "doctor.other_connector_tasks.remedy": (
        "Switch its Salesforce task sync and its activity sync off in HubSpot: Settings, Integrations, Salesforce, Activities.",
        "HubSpotの「設定」→「連携」→「Salesforce」→「アクティビティー」で、そちらのSalesforceタスク同期とアクティビティーの同期を無効にしてください。",
    ),
}
