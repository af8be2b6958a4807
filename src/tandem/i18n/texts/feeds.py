"""HubSpot's change feeds: the command, a sentence for each state, and the remedy where a person can act."""

TEXTS = {
    "help.feeds": (
        "Change feeds: whether the CRMs tell their changes themselves, and how late.",
        "変更フィード: CRMが変更を自ら通知しているか、どれだけ遅れているか。",
    ),
    "help.feeds.list": (
        "The feeds of a connection: their state, how late they are, and how many hints wait.",
        "接続のフィードについて、状態、遅れ、未処理の通知の件数を表示します。",
    ),
    "help.feeds.wanted": (
        "What to subscribe to in the settings of the HubSpot app, for the kinds that are switched on.",
        "有効な種類について、HubSpotアプリの設定で購読すべきイベントを表示します。",
    ),
    "help.feeds.secret": (
        "Keep the client secret of a private app, so that its webhooks can be verified.",
        "非公開アプリのクライアントシークレットを保存し、Webhookを検証できるようにします。",
    ),
    "option.secret_file": (
        "The file that holds the secret and nothing else; - for the standard input.",
        "シークレットだけを含むファイル。- は標準入力を表します。",
    ),
    "feeds.feed": ("feed", "フィード"),
    "feeds.state": ("state", "状態"),
    "feeds.lag": ("behind", "遅れ"),
    "feeds.heard": ("last heard", "最後の受信"),
    "feeds.said": ("what there is to say", "説明"),
    "feeds.event": ("event", "イベント"),
    "feeds.object": ("object type", "オブジェクトタイプ"),
    "feeds.property": ("property", "プロパティ"),
    "feeds.name.webhooks": ("webhooks", "Webhook"),
    "feeds.name.journal": ("journal", "ジャーナル"),
    "feeds.name.events": ("change events", "変更イベント"),
    "feeds.state.off": ("off", "オフ"),
    "feeds.state.starting": ("starting", "開始中"),
    "feeds.state.healthy": ("healthy", "正常"),
    "feeds.state.behind": ("behind", "遅延"),
    "feeds.state.broken": ("broken", "異常"),
    "feeds.waiting": (
        "{count} records wait to be looked at, since {since}.",
        "{since} から {count} 件のレコードが確認を待っています。",
    ),
    "feeds.nothing_waits": (
        "Nothing waits to be looked at.",
        "確認待ちのレコードはありません。",
    ),
    "feeds.nothing_wanted": (
        "Nothing: no kind of activity is switched on.",
        "購読すべきものはありません。有効なアクティビティの種類がありません。",
    ),
    "feeds.secret_kept": (
        "The secret of the app of connection “{name}” is kept. Webhooks signed with it are taken from now on.",
        "接続「{name}」のアプリのシークレットを保存しました。このシークレットで署名されたWebhookを受け付けます。",
    ),
    "feeds.no_file": (
        "The file {path} cannot be read: {problem}.",
        "ファイル {path} を読み取れません: {problem}",
    ),
    "feeds.no_secret": (
        "{path} must hold the secret and nothing else.",
        "{path} にはシークレットだけを含めてください。",
    ),
    "doctor.feeds_unheard": (
        "Nobody has listened yet: feeds are followed while `tandem serve` or `tandem worker` runs.",
        "まだ受信していません。フィードは `tandem serve` または `tandem worker` の実行中に受信します。",
    ),
    "doctor.feeds_left": (
        "Nobody listens to {side}'s feed any more: changes are found when Tandem asks.",
        "{side}のフィードの受信が止まっています。変更は定期的な問い合わせで検出します。",
    ),
    "doctor.feeds_left.remedy": (
        "Start `tandem serve` or `tandem worker` again, or look at its log.",
        "`tandem serve` または `tandem worker` を起動し直すか、ログをご確認ください。",
    ),
    "doctor.webhooks_heard": (
        "HubSpot's webhooks arrive.",
        "HubSpotのWebhookを受信しています。",
    ),
    "doctor.webhooks_starting": (
        "HubSpot's webhooks have not been heard yet.",
        "HubSpotのWebhookはまだ届いていません。",
    ),
    "doctor.webhooks_off": (
        "HubSpot's webhooks are off: changes are found when Tandem asks.",
        "HubSpotのWebhookは使用していません。変更は定期的な問い合わせで検出します。",
    ),
    "doctor.webhooks_silent": (
        "No webhook of HubSpot's has come for a day: changes are found when Tandem asks.",
        "HubSpotのWebhookが1日以上届いていません。変更は定期的な問い合わせで検出します。",
    ),
    "doctor.webhooks_silent.remedy": (
        "If webhooks are meant to come: the app's target URL must be Tandem's public https address followed by /hubspot/webhooks, with the subscriptions that `tandem feeds wanted` lists.",
        "Webhookを使う場合は、アプリのターゲットURLをTandemの公開httpsアドレスに /hubspot/webhooks を続けたものにし、`tandem feeds wanted` が示すイベントを購読してください。",
    ),
    "doctor.webhooks_no_secret": (
        "The client secret of the HubSpot app is not known, so its webhooks cannot be verified.",
        "HubSpotアプリのクライアントシークレットがないため、Webhookを検証できません。",
    ),
    "doctor.webhooks_no_secret.remedy": (
        "Connect with the app's client id and secret (tandem connect hubspot), or give a private app's secret: tandem feeds secret --secret-file FILE.",
        "アプリのクライアントIDとシークレットで接続するか (tandem connect hubspot)、非公開アプリのシークレットを指定してください: tandem feeds secret --secret-file FILE",
    ),
    "doctor.webhooks_refused": (
        "Webhooks come whose signature is wrong; they are refused.",
        "署名が正しくないWebhookが届いたため、拒否しました。",
    ),
    "doctor.webhooks_refused.remedy": (
        "Compare the client secret with the app's, and TANDEM_WEB_URL with the target URL in HubSpot: scheme, host, port and path are signed.",
        "クライアントシークレットがアプリのものと同じか、TANDEM_WEB_URL がHubSpotのターゲットURLと同じかご確認ください。スキーム、ホスト、ポート、パスが署名の対象です。",
    ),
    "doctor.webhooks_late": (
        "HubSpot's webhooks come late: changes are found when Tandem asks.",
        "HubSpotのWebhookが遅れて届いています。変更は定期的な問い合わせで検出します。",
    ),
    "doctor.webhooks_late.remedy": (
        "It passes by itself; if it lasts for hours, look at https://status.hubspot.com",
        "通常は自然に解消します。数時間続く場合は https://status.hubspot.com をご確認ください。",
    ),
    "doctor.journal_heard": (
        "HubSpot's journal of changes is read.",
        "HubSpotの変更ジャーナルを読み取っています。",
    ),
    "doctor.journal_starting": (
        "HubSpot's journal of changes has not been read yet.",
        "HubSpotの変更ジャーナルはまだ読み取っていません。",
    ),
    "doctor.journal_off": (
        "HubSpot's journal of changes is not read.",
        "HubSpotの変更ジャーナルは使用していません。",
    ),
    "doctor.journal_no_app": (
        "HubSpot's journal of changes needs an app: this account is connected with a token of its own.",
        "HubSpotの変更ジャーナルにはアプリが必要です。このアカウントはトークンで接続されています。",
    ),
    "doctor.journal_no_app.remedy": (
        "To hear of changes within seconds, connect with the client id and secret of an app on HubSpot's developer platform (tandem connect hubspot).",
        "変更を数秒で知るには、HubSpotの開発者プラットフォームのアプリのクライアントIDとシークレットで接続してください (tandem connect hubspot)。",
    ),
    "doctor.journal_refused": (
        "HubSpot does not let the app read its journal of changes: {detail}",
        "HubSpotがアプリによる変更ジャーナルの読み取りを拒否しました: {detail}",
    ),
    "doctor.journal_refused.remedy": (
        "Give the app the scopes developer.webhooks_journal.read and developer.webhooks_journal.subscriptions.read and .write. Until then changes are found when Tandem asks.",
        "アプリにスコープ developer.webhooks_journal.read と developer.webhooks_journal.subscriptions.read / .write を追加してください。それまで変更は定期的な問い合わせで検出します。",
    ),
    "doctor.journal_limited": (
        "HubSpot limits reading of the journal for the moment: {detail}",
        "HubSpotがジャーナルの読み取りを一時的に制限しています: {detail}",
    ),
    "doctor.journal_limited.remedy": (
        "It passes by itself; if it lasts for hours, look at https://status.hubspot.com",
        "通常は自然に解消します。数時間続く場合は https://status.hubspot.com をご確認ください。",
    ),
    "doctor.journal_reconnecting": (
        "HubSpot's journal of changes cannot be read at the moment: {detail}",
        "HubSpotの変更ジャーナルを現在読み取れません: {detail}",
    ),
    "doctor.journal_reconnecting.remedy": (
        "It passes by itself; if it lasts for hours, look at https://status.hubspot.com",
        "通常は自然に解消します。数時間続く場合は https://status.hubspot.com をご確認ください。",
    ),
    "doctor.journal_late": (
        "HubSpot's journal of changes is behind.",
        "HubSpotの変更ジャーナルが遅れています。",
    ),
    "doctor.journal_late.remedy": (
        "It passes by itself; if it lasts for hours, look at https://status.hubspot.com",
        "通常は自然に解消します。数時間続く場合は https://status.hubspot.com をご確認ください。",
    ),
    "web.audit.webhook_secret": (
        "Kept the secret of HubSpot's webhooks",
        "HubSpotのWebhookの検証用シークレットを保存",
    ),
}
