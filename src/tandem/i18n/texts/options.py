"""The help of every option and argument."""

TEXTS = {
    "option.connection": (
        "Name of the connection; may be left out where there is only one.",
        "接続の名前。1つしかなければ省略できます。",
    ),
    "option.connection_new": (
        "Name of the connection to make or renew.",
        "作成または更新する接続の名前。",
    ),
    "option.json": ("Print JSON.", "JSONで出力します。"),
    "option.language": (
        "Language of what is said; else TANDEM_LANGUAGE or the locale's.",
        "表示する言語。指定がなければTANDEM_LANGUAGEまたはロケールに従います。",
    ),
    "option.strict": (
        "Exit with 1 if anything is parked or warned of.",
        "保留中のものや警告があれば終了コードを1にします。",
    ),
    "option.yes": ("Do not ask.", "確認せずに実行します。"),
    "option.token": (
        "Access token; - reads it from standard input, where no process list shows it.",
        "アクセストークン。- なら標準入力から読み取り、プロセス一覧に表示されません。",
    ),
    "option.client_id": (
        "Client id of your app, for OAuth.",
        "OAuthに使うアプリのクライアントID。",
    ),
    "option.client_secret": (
        "Client secret of your app; - reads it from standard input.",
        "アプリのクライアントシークレット。- なら標準入力から読み取ります。",
    ),
    "option.url_hubspot": (
        "Address of HubSpot's API, if not the usual one.",
        "HubSpot APIのアドレス(通常と異なる場合)。",
    ),
    "option.url_salesforce": (
        "Address of the org: My Domain, or https://test.salesforce.com for a sandbox.",
        "組織のアドレス: 私のドメイン、Sandboxなら https://test.salesforce.com。",
    ),
    "option.username": (
        "User to sign in as by JWT bearer; needs --private-key.",
        "JWTベアラーでサインインするユーザー。--private-key が必要です。",
    ),
    "option.private_key": (
        "File with the private key of the app's certificate (PEM).",
        "アプリの証明書の秘密鍵ファイル(PEM)。",
    ),
    "option.browser": (
        "Sign in with the browser although a client secret is given.",
        "クライアントシークレットがあってもブラウザーでサインインします。",
    ),
    "option.since": (
        "What is switched on by this change begins at this date in the past, instead of now.",
        "この変更で有効になる種類を、現在ではなくこの過去の日付の分から同期します。",
    ),
    "option.settings_file": (
        "File with settings (TOML); - reads standard input.",
        "設定ファイル(TOML)。- なら標準入力から読み取ります。",
    ),
    "option.settings_key": (
        "Key, such as kinds.call.enabled.",
        "キー(例: kinds.call.enabled)。",
    ),
    "option.settings_value": (
        "Value; lists with commas, an empty text for none.",
        "値。一覧はコンマ区切り、なしは空文字列。",
    ),
    "option.dry_run": (
        "Read and decide, but write nothing.",
        "読み取りと判断だけを行い、何も書き込みません。",
    ),
    "option.limit": (
        "Print at most this many lines.",
        "表示する行数の上限。",
    ),
    "option.record": (
        "Id or address (URL) of the record in either CRM, or Tandem's key.",
        "どちらかのCRMのレコードのIDかアドレス(URL)、またはTandemのキー。",
    ),
    "option.reason": (
        "Only what is parked for this reason; codes as in `errors list`.",
        "この理由で保留中のものだけ。コードは `errors list` のとおり。",
    ),
    "option.keys": (
        "Keys of activities, as `errors list` prints them.",
        "アクティビティーのキー(`errors list` の表示のとおり)。",
    ),
    "option.retry_all": ("Everything that is parked.", "保留中のものすべて。"),
    "option.owner": ("HubSpot owner.", "HubSpotの担当者。"),
    "option.user": ("Salesforce user.", "Salesforceのユーザー。"),
    "option.nobody": (
        "The owner has no user: the next rule decides the assignee.",
        "対応するユーザーなし。割り当て先は次の規則で決まります。",
    ),
    "option.automatic": (
        "Forget what was set by hand.",
        "手動の指定を取り消し、自動の対応に戻します。",
    ),
    "option.backup_file": (
        "File to write; must not exist.",
        "書き出すファイル(既存のものは不可)。",
    ),
    "option.restore_file": ("A backup.", "バックアップファイル。"),
    "option.email": ("The person's e-mail address.", "その人のEメールアドレス。"),
    "option.once": (
        "End after the summary; the exit code is 0 only if every count adds up.",
        "結果の一覧を表示したら終了します。件数がすべて合うときだけ終了コードは0です。",
    ),
    "option.hubspot_port": (
        "Port of the simulated HubSpot; 0 takes a free one.",
        "模擬HubSpotのポート。0なら空いているポート。",
    ),
    "option.salesforce_port": (
        "Port of the simulated Salesforce; 0 takes a free one.",
        "模擬Salesforceのポート。0なら空いているポート。",
    ),
    "option.data": (
        "A year of sample data, or empty accounts.",
        "1年分のサンプルデータ、または空のアカウント。",
    ),
    "option.limits": (
        "The vendors' rate and daily limits, or none.",
        "各社のレート制限と1日の上限を再現するか、しないか。",
    ),
    "option.events_port": (
        "Port on which the simulated Salesforce tells of changes (Pub/Sub API); 0 takes a free one. Without it they are not served.",
        "模擬Salesforceが変更を通知するポート(Pub/Sub API)。0なら空いているポート。指定しなければ通知しません。",
    ),
    "option.events_plaintext": (
        "Serve them without TLS.",
        "TLSなしで通知します。",
    ),
    "option.latency_ms": (
        "Delay of every answer, in milliseconds.",
        "すべての応答の遅延(ミリ秒)。",
    ),
    "option.seed": (
        "Everything made up follows from this number.",
        "作り出されるデータはすべてこの数から決まります。",
    ),
    "option.activities": (
        "How many activities to measure with.",
        "計測に使うアクティビティーの数。",
    ),
    "option.bench_latency": (
        "Delay of every answer for the wall time, in milliseconds.",
        "所要時間の計測に使う応答の遅延(ミリ秒)。",
    ),
    "option.bench_full": (
        "Also compare the memory of 5,000 and 50,000 activities; takes some minutes.",
        "5,000件と50,000件のメモリー使用量も比較します(数分かかります)。",
    ),
}
