"""The help of every command."""

TEXTS = {
    "help.tandem": (
        "Keeps HubSpot activities and Salesforce tasks in step.",
        "HubSpotのアクティビティーとSalesforceのToDoを同期します。",
    ),
    "help.options": ("Options", "オプション"),
    "help.arguments": ("Arguments", "引数"),
    "help.commands": ("Commands", "コマンド"),
    "help.default": (" (default: {default})", "(既定値: {default})"),
    "help.usage": ("Usage: {usage}", "使い方: {usage}"),
    "help.help": ("Show this help.", "この説明を表示します。"),
    "help.example": ("Example: {example}", "例: {example}"),
    "help.demo": (
        "Try Tandem in a minute: both CRMs simulated with sample data, a connection between them with every kind switched on, a first sync and its summary; then new activities trickle in until Ctrl-C.",
        "1分で試す: サンプルデータ入りの模擬CRM2つとその接続を用意し、すべての種類を有効にして最初の同期を行い、結果の一覧を表示します。その後はCtrl-Cまで新しいアクティビティーが少しずつ届きます。",
    ),
    "help.sandbox": (
        "The two CRMs simulated on this machine, for the vendors' own clients too; prints addresses, tokens and the CA file.",
        "2つのCRMをこのマシンで模擬します。各社のクライアントからも使えます。アドレス、トークン、CAファイルを表示します。",
    ),
    "help.connect": (
        "Sign in to one side of a connection.",
        "接続の一方のCRMにサインインします。",
    ),
    "help.connect.hubspot": (
        "Sign in to HubSpot: with a token of a private app or a service key, or with a client id in the browser.",
        "HubSpotにサインインします。非公開アプリのトークンかサービスキー、またはクライアントIDとブラウザーを使います。",
    ),
    "help.connect.salesforce": (
        "Sign in to Salesforce: with a client id in the browser, by client credentials, by JWT bearer, or with a token.",
        "Salesforceにサインインします。クライアントIDとブラウザー、クライアントクレデンシャル、JWTベアラー、トークンのいずれかを使います。",
    ),
    "help.disconnect": (
        "Revoke the tokens of a connection and rest it; its links are kept.",
        "接続のトークンを取り消して同期を止めます。対応付けの記録は残ります。",
    ),
    "help.connections": ("List the connections.", "接続の一覧を表示します。"),
    "help.settings": (
        "The settings of a connection, as text.",
        "接続の設定をテキストで扱います。",
    ),
    "help.settings.show": (
        "Print all settings, commented, ready to be edited and applied.",
        "すべての設定を説明付きで表示します。編集して反映できます。",
    ),
    "help.settings.apply": (
        "Take the settings of a file: prints the difference, then asks.",
        "ファイルの設定を反映します。差分を表示してから確認します。",
    ),
    "help.settings.set": (
        "Change one setting; keys as in `settings show`, with dots.",
        "設定を1つ変更します。キーは `settings show` のとおり、点でつなぎます。",
    ),
    "help.sync": (
        "Run every connection, or one, once and now, and say what went where.",
        "すべての接続(または1つの接続)を今すぐ1回同期し、結果を表示します。",
    ),
    "help.plan": (
        "What a run would do, and why, without writing anything.",
        "同期した場合に何が行われるかを、何も書き込まずに理由とともに表示します。",
    ),
    "help.explain": (
        "Why an activity is where it is: the rules that decided, what was written when, and why not.",
        "アクティビティーがどこに、なぜ同期されたか(されなかったか)を、適用された規則と履歴で説明します。",
    ),
    "help.health": (
        "The state of a connection: calls used, how far each source is read, what waits, what is parked.",
        "接続の状態: 使用したAPIコール、読み取りの進み具合、待機中と保留中のもの。",
    ),
    "help.errors": (
        "Activities that were set aside because a person has to act.",
        "人の対応が必要なため保留されたアクティビティー。",
    ),
    "help.errors.list": (
        "What is parked, by reason.",
        "保留中のものを理由ごとに表示します。",
    ),
    "help.errors.retry": (
        "Have parked activities tried again by the next run.",
        "保留中のアクティビティーを次回の同期で再試行します。",
    ),
    "help.resume": (
        "Let a suspended connection run again, once its trouble is mended.",
        "停止中の接続を、原因を取り除いた後に再開します。",
    ),
    "help.doctor": (
        "Check the set-up: what is missing, in plain words, and the remedy.",
        "設定を点検し、足りないものと対処方法を示します。",
    ),
    "help.owners": (
        "Which HubSpot owner is which Salesforce user.",
        "HubSpotの担当者とSalesforceのユーザーの対応。",
    ),
    "help.owners.list": (
        "All owners with the user they are matched to, and how.",
        "すべての担当者と、対応するユーザー、その決まり方を表示します。",
    ),
    "help.owners.map": (
        "Set an owner's user by hand; owners and users are named by id or e-mail address.",
        "担当者に対応するユーザーを手動で決めます。IDまたはEメールアドレスで指定します。",
    ),
    "help.backup": (
        "Write what Tandem keeps into a file, without its encryption key.",
        "Tandemが保持する内容をファイルに書き出します(暗号鍵は含みません)。",
    ),
    "help.restore": (
        "Replace what Tandem keeps by a backup.",
        "Tandemが保持する内容をバックアップで置き換えます。",
    ),
    "help.erase": (
        "Erase what Tandem keeps about one person.",
        "1人の人についてTandemが保持する内容を消去します。",
    ),
    "help.serve": (
        "Keep every connection in step until asked to end.",
        "終了の指示があるまで、すべての接続を同期し続けます。",
    ),
    "help.bench": (
        "Measure calls, CPU and memory per 1,000 activities, beside plain SDK code, against the sandbox.",
        "アクティビティー1,000件あたりのコール数、CPU、メモリーを、SDKだけのコードと並べて計測します。",
    ),
}
