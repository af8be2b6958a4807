"""Connections and owners."""

TEXTS = {
    "connection.state.incomplete": ("incomplete", "未完成"),
    "connection.state.active": ("active", "有効"),
    "connection.state.suspended": ("suspended", "停止中"),
    "connections.name": ("connection", "接続"),
    "connections.state": ("state", "状態"),
    "connections.hubspot": ("HubSpot", "HubSpot"),
    "connections.salesforce": ("Salesforce", "Salesforce"),
    "connections.user": ("user", "連携ユーザー"),
    "connections.kinds": ("kinds on", "有効な種類"),
    "connections.last_run": ("last run", "前回の同期"),
    "connections.sandbox": ("sandbox", "Sandbox"),
    "connect.credentials": (
        "Give a token with --token, or a client id with --client-id to sign in with OAuth.",
        "--token でトークンを、または --client-id でOAuthのクライアントIDを指定してください。",
    ),
    "connect.one_credential": (
        "Give --token or --client-id, not both.",
        "--token と --client-id はどちらか一方だけを指定してください。",
    ),
    "connect.key_and_user": (
        "JWT bearer needs both --username and --private-key.",
        "JWTベアラーには --username と --private-key の両方が必要です。",
    ),
    "connect.visit": (
        "Sign in with your browser: {address}",
        "ブラウザーでサインインしてください: {address}",
    ),
    "connect.hubspot_is": (
        "Connection {name}: HubSpot account {account}.",
        "接続 {name}: HubSpotアカウント {account}。",
    ),
    "connect.salesforce_is": (
        "Connection {name}: Salesforce org {account}, integration user {user}.",
        "接続 {name}: Salesforce組織 {account}、連携ユーザー {user}。",
    ),
    "connect.next_hubspot": (
        "Next: tandem connect hubspot --connection {name}",
        "次: tandem connect hubspot --connection {name}",
    ),
    "connect.next_salesforce": (
        "Next: tandem connect salesforce --connection {name}",
        "次: tandem connect salesforce --connection {name}",
    ),
    "connect.next": (
        "Next: tandem doctor --connection {name}, then switch kinds on: tandem settings set kinds.call.enabled true",
        "次: tandem doctor --connection {name} で点検し、種類を有効にします: tandem settings set kinds.call.enabled true",
    ),
    "connect.ask_disconnect": (
        "Revoke the tokens of connection {name} and stop syncing it?",
        "接続 {name} のトークンを取り消し、同期を止めますか?",
    ),
    "connect.disconnected": (
        "Connection {name} is disconnected. Its tasks and links stay; connect again to go on.",
        "接続 {name} を解除しました。ToDoと対応付けは残っています。再び接続すれば続きから同期します。",
    ),
    "owners.owner": ("HubSpot owner", "HubSpotの担当者"),
    "owners.email": ("e-mail", "Eメール"),
    "owners.match": ("match", "決まり方"),
    "owners.user": ("Salesforce user", "Salesforceユーザー"),
    "owners.inactive": ("deactivated", "無効"),
    "owners.choose": (
        "Name the Salesforce user, or give --nobody or --automatic.",
        "Salesforceのユーザーか、--nobody または --automatic のどれか1つを指定してください。",
    ),
    "owners.mapped": (
        "{owner} is now {user}. Tasks written from now on follow it.",
        "{owner} を {user} に対応させました。これ以降に書き込むToDoに反映されます。",
    ),
    "owners.nobody": (
        "{owner} has no Salesforce user now.",
        "{owner} に対応するSalesforceユーザーをなしにしました。",
    ),
    "owners.automatic": (
        "{owner} is matched automatically again.",
        "{owner} を自動の対応に戻しました。",
    ),
    "match.manual": ("by hand", "手動"),
    "match.email": ("e-mail", "Eメール"),
    "match.name": ("e-mail and name", "Eメールと氏名"),
    "match.nobody": ("nobody (by hand)", "なし(手動)"),
    "match.none": ("nobody", "なし"),
}
