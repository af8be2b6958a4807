"""
What errors say: the English sentence as it is raised, and the Japanese one.

The English stands where the error is raised, with its values filled in; here it stands once more with their
places, so that whoever reads it later, in the web app or at a terminal, can be told in their own language
(`retelling`). A test finds an error whose sentence is not here.
"""

SAID = {
    # connections and settings
    "no_two_accounts": (
        "Connection “{name}” has no two accounts yet: tandem connect",
        "接続「{name}」にはまだ両方のアカウントがありません: tandem connect",
    ),
    "no_account_yet": (
        "Connection “{name}” has no {crm} account yet: {command}",
        "接続「{name}」にはまだ{crm}のアカウントがありません: {command}",
    ),
    "one_side": (
        "Connection “{name}” has only one side. Add the other one: {command}",
        "接続「{name}」は片側しか接続されていません。もう一方を追加してください: {command}",
    ),
    "no_connection": (
        "There is no connection “{name}”. There is: {there}.",
        "接続「{name}」はありません。あるもの: {there}",
    ),
    "no_connection_at_all": (
        "There is no connection “{name}”. Make one with: {command}",
        "接続「{name}」はありません。作成するには: {command}",
    ),
    "connection_gone": (
        "There is no connection {number} any more.",
        "接続 {number} はもうありません。",
    ),
    "connection_removed": ("The connection was removed.", "この接続は削除されました。"),
    "connection_there": (
        "There is a connection “{name}” already.",
        "接続「{name}」はすでにあります。",
    ),
    "connection_name": (
        "A connection's name has 1 to {most} printable characters, without spaces around.",
        "接続の名前は1〜{most}文字で、前後に空白を入れられません。",
    ),
    "not_an_account": (
        "Account {account} is not a {crm} account.",
        "アカウント {account} は{crm}のアカウントではありません。",
    ),
    "other_links": (
        "Connection “{name}” has links with another {crm} account. Make a new connection for this one: {command}",
        "接続「{name}」には別の{crm}アカウントとの対応が残っています。このアカウントには新しい接続を作成してください: {command}",
    ),
    "joined_already": (
        "Another connection joins these two accounts already; use that one.",
        "この2つのアカウントは別の接続ですでにつながっています。そちらを使ってください。",
    ),
    "settings_changed": (
        "The settings were changed meanwhile by {who} ({when} UTC). Look at them and repeat your change.",
        "その間に {who} が設定を変更しました({when} UTC)。内容を確認してから、もう一度変更してください。",
    ),
    "account_disconnected": (
        "{crm} account {account} is disconnected. Connect it again: {command}",
        "{crm}のアカウント {account} は接続が解除されています。もう一度接続してください: {command}",
    ),
    "no_account": (
        "There is no account {account} in the database.",
        "データベースにアカウント {account} がありません。",
    ),
    "no_token": (
        "There is no token for {crm} any more. Connect it again: {command}",
        "{crm}のトークンがもうありません。もう一度接続してください: {command}",
    ),
    "other_account": (
        "This is another {crm} account ({found}) than the one connected ({expected}). A refreshed Salesforce sandbox gets a new id: disconnect, and connect the new one.",
        "接続したもの({expected})とは別の{crm}アカウント({found})です。更新されたSalesforceのSandboxは新しいIDになります。接続を解除して、新しいものを接続してください。",
    ),
    "unknown_zone": (
        "HubSpot gives the account's time zone as {zone}, which this computer's list of time zones does not know. Update it (the package tzdata), or choose another zone in HubSpot.",
        "HubSpotのアカウントのタイムゾーン {zone} が、このコンピューターのタイムゾーン一覧にありません。一覧(tzdataパッケージ)を更新するか、HubSpotで別のタイムゾーンを選んでください。",
    ),
    "list_gone": (
        "The HubSpot list {name} that the settings name is gone. Choose another one or none, for example: {command}",
        "設定にあるHubSpotのリスト {name} がなくなりました。別のリストを選ぶか、指定を外してください。例: {command}",
    ),
    "template_empty": (
        "The subject template is empty; leave it out for the usual subject.",
        "件名のテンプレートが空です。通常の件名にするには指定を外してください。",
    ),
    "template_malformed": (
        "The subject template {text} is not well formed ({problem}); write {brace} for a brace.",
        "件名のテンプレート {text} の書き方が正しくありません({problem})。波括弧そのものは {brace} と書きます。",
    ),
    "template_names": (
        "The subject template {text} names {name}; it may name {known}.",
        "件名のテンプレート {text} に {name} があります。使えるのは {known} です。",
    ),
    "template_formats": (
        "The subject template {text} formats {name}; write {alone} alone.",
        "件名のテンプレート {text} で {name} に書式が付いています。{alone} とだけ書いてください。",
    ),
    "no_counterpart": (
        "In the condition {condition} {what} has no counterpart.",
        "条件 {condition} で、{what}の対応がとれていません。",
    ),
    "quotation_mark": ("a quotation mark", "引用符"),
    "parenthesis": ("a parenthesis", "括弧"),
    # owners, records, keys, runs
    "no_owner_named": (
        "No {what} is named {asked}; give an id as in: tandem owners list",
        "{asked} という{what}はいません。IDで指定してください: tandem owners list",
    ),
    "several_named": (
        "Several {what}s are named {asked}; give the id.",
        "{asked} という{what}が複数います。IDで指定してください。",
    ),
    "hubspot_owner": ("HubSpot owner", "HubSpotの担当者"),
    "salesforce_user": ("active Salesforce user", "Salesforceの有効なユーザー"),
    "no_key": (
        "No activity has the key {key}; see: tandem errors list",
        "キー {key} のアクティビティーはありません。参照: tandem errors list",
    ),
    "not_an_id": (
        "{asked} is neither an id nor the address of a HubSpot or Salesforce record. Give the number in HubSpot's address, or Salesforce's 15 or 18 characters.",
        "{asked} は、IDでもHubSpotやSalesforceのレコードのアドレスでもありません。HubSpotのアドレスにある番号か、Salesforceの15桁または18桁のIDを指定してください。",
    ),
    "not_ended": (
        "{asked} is not a pair that has ended ({known}). Which there are tells: tandem conflicts list",
        "{asked} は終了した組ではありません({known})。一覧: tandem conflicts list",
    ),
    "no_conflict": (
        "There is no conflict {number}. Which there are tells: tandem conflicts list",
        "競合 {number} はありません。一覧: tandem conflicts list",
    ),
    "run_list": (
        "{said} Which there are tells: tandem health --json",
        "{said} 一覧: tandem health --json",
    ),
    "no_run": (
        "This connection has no run {number}.",
        "この接続に実行 {number} はありません。",
    ),
    "no_contact": (
        "HubSpot has no contact {contact}.",
        "HubSpotにコンタクト {contact} はありません。",
    ),
    "no_closed_status": (
        "The Salesforce org has no closed task status: an admin has to add one.",
        "Salesforce組織に「完了」にあたるToDoの状況がありません。管理者が追加する必要があります。",
    ),
    "no_open_status": (
        "The Salesforce org has no open task status: an admin has to add one.",
        "Salesforce組織に「未完了」にあたるToDoの状況がありません。管理者が追加する必要があります。",
    ),
    "no_stage": (
        "HubSpot's task pipeline has no {wanted} stage: an admin has to add one.",
        "HubSpotのタスクのパイプラインに{wanted}のステージがありません。管理者が追加する必要があります。",
    ),
    "open_stage": ("open", "未完了"),
    "closed_stage": ("closed", "完了"),
    "another_worker": (
        "Another worker has taken the connection over; this one stops.",
        "別のワーカーがこの接続を引き継いだため、こちらは停止します。",
    ),
    "unsure": (
        "The database could not be asked in time whether the connection is still this worker's; it stops.",
        "この接続をまだ担当しているかをデータベースに時間内に確認できなかったため、停止します。",
    ),
    "in_use": (
        "{what} is in use by {owner} since {since} UTC. Wait until it ends; if it was killed, it loses its claim at {until} UTC.",
        "{what}は {since} UTC から {owner} が使用中です。終わるまでお待ちください。強制終了された場合は {until} UTC に解放されます。",
    ),
    "the_connection": ("The connection", "接続"),
    "an_account": ("An account of it", "接続のアカウント"),
    "many_created": (
        "More than {most} records would be created.",
        "作成されるレコードが{most}件を超えます。",
    ),
    "nearly_all_gone": (
        "{gone} of the {looked_at} tasks looked at are gone: nearly all.",
        "確認した{looked_at}件のタスクのうち{gone}件、ほぼすべてがなくなっています。",
    ),
    "many_deleted": (
        "{deleted} records would be deleted, of {looked_at} looked at.",
        "確認した{looked_at}件のうち{deleted}件のレコードが削除されます。",
    ),
    # imports and other long work
    "period_backwards": (
        "The period ends before it begins.",
        "期間の終わりが始まりより前になっています。",
    ),
    "csv_alone": (
        "A file says itself which tasks are meant: --csv goes with none of the other choices.",
        "対象のToDoはファイルで決まります。--csv は他の指定と併用できません。",
    ),
    "csv_needed": (
        "--map and --dates say how a file is read: they need --csv FILE.",
        "--map と --dates はファイルの読み方の指定です。--csv FILE が必要です。",
    ),
    "kinds_needed": (
        "Say which kinds to import, for example: {command}",
        "インポートする種類を指定してください。例: {command}",
    ),
    "no_such_owner": (
        "--owner {name}: Salesforce has no user or queue with this id or e-mail address.",
        "--owner {name}: このIDまたはEメールのユーザーやキューはSalesforceにありません。",
    ),
    "condition_refused": (
        "Salesforce refuses the condition of --where: {trouble}",
        "Salesforceが --where の条件を受け付けません: {trouble}",
    ),
    "file_gone": (
        "The uploaded file is gone: upload it again.",
        "アップロードしたファイルがなくなりました。もう一度アップロードしてください。",
    ),
    "file_large": (
        "The file is too large: up to {most} MB are taken. Split it.",
        "ファイルが大きすぎます。上限は{most} MBです。分割してください。",
    ),
    "file_empty": ("The file is empty.", "ファイルが空です。"),
    "file_first": (
        "A file is uploaded first: it is kept until it is imported.",
        "先にファイルをアップロードしてください。インポートが終わるまで保管されます。",
    ),
    "no_work": (
        "There is no work {number} here (any more).",
        "作業 {number} は(もう)ありません。",
    ),
    # reports
    "not_a_report": (
        "{report} is not the id of a report (15 or 18 characters, 00O…).",
        "{report} はレポートのID(15桁または18桁、00O…)ではありません。",
    ),
    "report_matrix": (
        "This report is a matrix or a joined one; open it in Salesforce.",
        "これはマトリックス形式または結合形式のレポートです。Salesforceで開いてください。",
    ),
    "no_folder_known": (
        "Salesforce has no report folder {name} that the integration user sees; it sees: {known}.",
        "連携ユーザーが見られるレポートフォルダー {name} はSalesforceにありません。見られるもの: {known}",
    ),
    "no_folder": (
        "Salesforce has no report folder {name} that the integration user sees.",
        "連携ユーザーが見られるレポートフォルダー {name} はSalesforceにありません。",
    ),
    # people, tokens and the server itself
    "has_account": ("{email} has an account already.", "{email} のアカウントはすでにあります。"),
    "last_administrator": (
        "The last administrator stays one: make somebody else one first.",
        "最後の管理者の権限は変更できません。先に別の人を管理者にしてください。",
    ),
    "token_name": (
        "A token's name has 1 to {most} printable characters, without spaces around.",
        "トークンの名前は1〜{most}文字で、前後に空白を入れられません。",
    ),
    "no_api_token": (
        "There is no API token {number}. Which there are tells: tandem token list",
        "APIトークン {number} はありません。一覧: tandem token list",
    ),
    "workers_share": (
        "Workers share a PostgreSQL database, and this is SQLite ({where}). Name one in TANDEM_DATABASE_URL, or run everything in one program: tandem serve",
        "ワーカーはPostgreSQLのデータベースを共有しますが、これはSQLiteです({where})。TANDEM_DATABASE_URL で指定するか、1つのプログラムで動かしてください: tandem serve",
    ),
    "salesforce_has_none": (
        "Salesforce has no {what} {record}.",
        "Salesforceに{what} {record} はありません。",
    ),
    "hubspot_has_none": (
        "HubSpot has no {what} {record}.",
        "HubSpotに{what} {record} はありません。",
    ),
    "paired_by_hand": (
        "{record} is paired by hand with {what} {other} already: remove that pair first.",
        "{record} はすでに手動で{what} {other} と対応付けられています。先にその対応を外してください。",
    ),
    "cannot_listen": (
        "The web app cannot listen on {host} port {port}: {problem}. Choose another port, or end the program that has it.",
        "Webアプリが {host} のポート {port} で待ち受けられません: {problem}。別のポートを選ぶか、使用中のプログラムを終了してください。",
    ),
    "public_address": (
        "The public address must be like https://tandem.example.com/path, not {given}.",
        "公開アドレスは https://tandem.example.com/path のように指定してください({given} ではなく)。",
    ),
    "no_proxy": (
        "{given} is no address of a proxy: {problem}.",
        "{given} はプロキシのアドレスではありません: {problem}。",
    ),
    "bad_authorities": (
        "The file of certificate authorities {file} cannot be used: {problem}. It must hold certificates in PEM form.",
        "認証局のファイル {file} を使えません: {problem}。PEM形式の証明書が必要です。",
    ),
}
