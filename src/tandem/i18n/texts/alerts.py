"""Alerts: what a letter says, and the page that says whom to tell."""

TEXTS = {
    "alert.title.suspended": ("suspended", "停止"),
    "alert.title.brake": ("asks before it goes on", "確認待ち"),
    "alert.title.parked": ("more activities parked", "保留の増加"),
    "alert.title.lag": ("behind", "同期の遅れ"),
    "alert.title.calls_hubspot": ("HubSpot calls nearly used up", "HubSpotのAPIコール残りわずか"),
    "alert.title.calls_salesforce": (
        "Salesforce calls nearly used up",
        "SalesforceのAPIコール残りわずか",
    ),
    "alert.subject.began": ("Tandem: {connection}: {title}", "Tandem: {connection}: {title}"),
    "alert.subject.lasts": (
        "Tandem: {connection}: still {title}",
        "Tandem: {connection}: {title}(継続中)",
    ),
    "alert.subject.ended": (
        "Tandem: {connection}: over: {title}",
        "Tandem: {connection}: {title}(解消)",
    ),
    "alert.suspended": (
        "The connection {connection} is suspended: {reason}",
        "接続 {connection} が停止しました: {reason}",
    ),
    "alert.brake": (
        "The connection {connection} stopped before unusual harm and asks a person: {reason}",
        "接続 {connection} は、通常と異なる大きな変更の前に停止し、確認を待っています: {reason}",
    ),
    "alert.parked": (
        "Activities that {connection} could not write are parked: {count} now, {more} more than before.",
        "接続 {connection} で書き込めなかったアクティビティーが保留されています: 現在{count}件、{more}件の増加。",
    ),
    "alert.lag": (
        "{connection} is behind: {source} was last read {minutes} minutes ago.",
        "接続 {connection} の同期が遅れています: {source} を最後に読み取ったのは{minutes}分前です。",
    ),
    "alert.calls_hubspot": (
        "{connection} has used {percent} % of its HubSpot calls of 24 hours: {used} of {allocation}.",
        "接続 {connection} は、24時間に割り当てたHubSpotのAPIコールの{percent}%を使いました({allocation}回中{used}回)。",
    ),
    "alert.calls_salesforce": (
        "{connection} has used {percent} % of its Salesforce calls of 24 hours: {used} of {allocation}.",
        "接続 {connection} は、24時間に割り当てたSalesforceのAPIコールの{percent}%を使いました({allocation}回中{used}回)。",
    ),
    "alert.remedy.suspended": (
        "Nothing syncs until this is mended and somebody resumes the connection on its Sync health page.",
        "原因を取り除き、「同期の健全性」のページで再開するまで、何も同期されません。",
    ),
    "alert.remedy.brake": (
        "Look at the last run. If it is meant, resume the connection on its Sync health page: the next run goes through with it.",
        "直近の同期の内容を確認してください。意図したものなら「同期の健全性」のページで再開すると、次の同期で実行されます。",
    ),
    "alert.remedy.parked": (
        "The Sync health page shows why, in Salesforce's own words, and tries them again.",
        "理由は「同期の健全性」のページにSalesforceのメッセージとともに表示され、そこから再試行できます。",
    ),
    "alert.remedy.lag": (
        "Is `tandem serve` or a worker running, and do both CRMs answer? Recent runs say more.",
        "`tandem serve` またはワーカーが動いているか、両方のCRMが応答しているかを確認してください。詳しくは「同期の履歴」にあります。",
    ),
    "alert.remedy.calls_hubspot": (
        "When all are used, syncing waits for the next hours. Raise the allocation in the settings, or narrow what syncs.",
        "使い切ると、枠が空くまで同期を待ちます。設定で割り当てを増やすか、同期の対象を絞ってください。",
    ),
    "alert.remedy.calls_salesforce": (
        "When all are used, syncing waits for the next hours. Raise the allocation in the settings, or narrow what syncs.",
        "使い切ると、枠が空くまで同期を待ちます。設定で割り当てを増やすか、同期の対象を絞ってください。",
    ),
    "alert.words": ("It says: {message}", "メッセージ: {message}"),
    "alert.since.began": ("Since {since}.", "発生: {since}"),
    "alert.since.lasts": ("Since {since}, and still.", "発生: {since}(継続中)"),
    "alert.since.ended": ("It had begun {since} and is over.", "発生: {since}(解消しました)"),
    "alert.test.subject": ("Tandem: a test", "Tandem: テスト送信"),
    "alert.test.text": (
        "This is a test. Alerts of Tandem will come this way.",
        "これはテストです。Tandemのアラートはこの経路で届きます。",
    ),
    "web.audit.alerts_changed": ("Changed the alerts", "アラートの設定を変更"),
    # the page
    "web.alerts": ("Alerts", "アラート"),
    "web.alerts.what": (
        "Who is told when a connection is suspended, asks, falls behind, parks more activities or nears its allocation: once when it begins, once a day while it lasts, once when it is over.",
        "接続の停止、確認待ち、同期の遅れ、保留の増加、APIコールの割り当て超過が近いときに知らせます。発生時と解消時に1回ずつ、続いている間は1日1回です。",
    ),
    "web.alerts.open": ("Wrong just now", "現在の問題"),
    "web.alerts.none": ("Nothing is wrong.", "問題はありません。"),
    "web.alerts.since": ("since {when}", "{when} から"),
    "web.alerts.whom": ("Whom to tell", "通知先"),
    "web.alerts.recipients": ("E-mail addresses", "Eメールアドレス"),
    "web.alerts.recipients_hint": ("One a line, at most 20.", "1行に1件、20件まで。"),
    "web.alerts.no_server": (
        "No mail server is named: e-mail needs TANDEM_SMTP_HOST and TANDEM_SMTP_FROM where Tandem runs.",
        "メールサーバーが設定されていません。Eメールで通知するには、Tandemの実行環境で TANDEM_SMTP_HOST と TANDEM_SMTP_FROM を設定してください。",
    ),
    "web.alerts.webhook": ("Address of a webhook", "Webhookのアドレス"),
    "web.alerts.webhook_hint": (
        "A public https address that takes a POST with JSON. Empty: none.",
        "JSONのPOSTを受け取る公開のhttpsアドレス。空欄なら使いません。",
    ),
    "web.alerts.secret": (
        "This secret signs what the webhook gets. It is shown only now:",
        "Webhookへの送信に署名するシークレットです。表示されるのは今だけです:",
    ),
    "web.alerts.new_secret": ("Make a new secret", "シークレットを作り直す"),
    "web.alerts.language": ("Language", "言語"),
    "web.alerts.parked": ("Parked: so many more within a day", "保留: 1日にこの件数増えたら"),
    "web.alerts.lag": ("Behind: by so many minutes", "遅れ: この分数を超えたら"),
    "web.alerts.calls": (
        "Calls: so many per cent of an allocation",
        "APIコール: 割り当てのこの割合(%)に達したら",
    ),
    "web.alerts.save": ("Save", "保存"),
    "web.alerts.saved": ("Saved.", "保存しました。"),
    "web.alerts.test": ("Send a test", "テスト送信"),
    "web.alerts.tested": (
        "A test was sent over {count} {count:way|ways}; its outcome stands below.",
        "{count}件の通知先へテストを送信しました。結果は下の一覧にあります。",
    ),
    "web.alerts.nobody": ("First name somebody to tell.", "先に通知先を入力してください。"),
    "web.alerts.bad_email": (
        "{given} is not an e-mail address.",
        "{given} はEメールアドレスではありません。",
    ),
    "web.alerts.too_many": ("At most 20 addresses.", "アドレスは20件までです。"),
    "web.alerts.bad_webhook": (
        "{given} cannot be used: it must be a public https address without a user name.",
        "{given} は使えません。ユーザー名を含まない、公開のhttpsアドレスを指定してください。",
    ),
    "web.alerts.bad_number": (
        "“{name}” takes a whole number from {low} to {high}.",
        "「{name}」には {low} から {high} までの整数を入力してください。",
    ),
    "web.alerts.letters": ("Last letters", "最近の通知"),
    "web.alerts.no_letters": ("Nothing was told yet.", "まだ通知はありません。"),
    "web.alerts.channel": ("Way", "経路"),
    "web.alerts.channel.email": ("E-mail", "Eメール"),
    "web.alerts.channel.webhook": ("Webhook", "Webhook"),
    "web.alerts.event": ("Alert", "アラート"),
    "web.alerts.event.began": ("began", "発生"),
    "web.alerts.event.lasts": ("lasts", "継続"),
    "web.alerts.event.ended": ("over", "解消"),
    "web.alerts.event.test": ("Test", "テスト"),
    "web.alerts.outcome": ("Outcome", "結果"),
    "web.alerts.outcome.sent": ("Sent", "送信済み"),
    "web.alerts.outcome.refused": ("Refused", "拒否されました"),
    "web.alerts.outcome.unreachable": ("Not reached", "接続できません"),
    "web.alerts.outcome.forbidden": (
        "Not sent: the address leads into an inner network",
        "未送信: アドレスが内部ネットワークを指しています",
    ),
    "web.alerts.outcome.no_server": (
        "Not sent: there is no mail server",
        "未送信: メールサーバーがありません",
    ),
    "web.alerts.outcome.off": ("Not wanted any more", "通知先がなくなりました"),
    "web.alerts.again": ("tried again {when}", "再試行 {when}"),
    "web.alerts.given_up": ("given up after {count} {count:try|tries}", "{count}回試して終了"),
    "web.alerts.under_way": ("under way", "送信中"),
}
