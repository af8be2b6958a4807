"""What ``serve`` and ``demo`` say of the web app, and their options for it."""

TEXTS = {
    "serve.app": ("Web app: {url}", "Webアプリ: {url}"),
    "serve.first": (
        "Nobody has an account yet. This link makes the administrator's, once, within a day: {link}",
        "まだ誰もアカウントを持っていません。このリンクで管理者のアカウントを作成できます(1回限り、1日以内): {link}",
    ),
    "serve.open_to_all": (
        "The web app listens to other computers without encryption; put a proxy with https before it, and name its address with --url.",
        "Webアプリは暗号化なしで他のコンピューターからの接続を受け付けています。httpsのプロキシを前に置き、そのアドレスを --url で指定してください。",
    ),
    "demo.play": (
        "Play a salesperson: open {hubspot}/ and {salesforce}/, change something there, and watch the other side follow.",
        "営業担当者になってみましょう: {hubspot}/ と {salesforce}/ を開いて何か変更すると、もう一方に反映されます。",
    ),
    "demo.hears": (
        "Both CRMs tell of changes as they happen: what you change there arrives within about two seconds.",
        "どちらのCRMも変更を即座に通知します。変更は約2秒でもう一方に届きます。",
    ),
    "demo.polls": (
        "HubSpot tells of changes as they happen; Salesforce is asked every {seconds} seconds, since its events need: {command}",
        "HubSpotは変更を即座に通知します。Salesforceへの確認は{seconds}秒ごとです。イベントの受信には次が必要です: {command}",
    ),
    "option.web_host": (
        "Where the web app listens; else TANDEM_WEB_HOST or 127.0.0.1.",
        "Webアプリが接続を受け付けるアドレス。指定がなければTANDEM_WEB_HOSTまたは127.0.0.1。",
    ),
    "option.web_port": (
        "Its port, 0 for any free one; else TANDEM_WEB_PORT or 8800.",
        "そのポート。0なら空いているポート。指定がなければTANDEM_WEB_PORTまたは8800。",
    ),
    "option.web_url": (
        "The address people use, where that is another one; else TANDEM_WEB_URL.",
        "利用者が使うアドレス(異なる場合)。指定がなければTANDEM_WEB_URL。",
    ),
    "option.no_web": ("Without the web app.", "Webアプリなしで動かします。"),
}
