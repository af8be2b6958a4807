"""What the program itself says: refusals, failures, remedies."""

TEXTS = {
    "program.refused": ("Error: {problem}", "エラー: {problem}"),
    "program.failed": ("Failed: {problem}", "失敗しました: {problem}"),
    "program.see_help": ("See: {path} --help", "使い方: {path} --help"),
    "usage.no_command": (
        "There is no command {command}.",
        "{command} というコマンドはありません。",
    ),
    "usage.no_command_near": (
        "There is no command {command}; did you mean {near}?",
        "{command} というコマンドはありません。{near} のことですか?",
    ),
    "usage.no_option": ("There is no option {option}.", "{option} というオプションはありません。"),
    "usage.no_option_near": (
        "There is no option {option}; did you mean {near}?",
        "{option} というオプションはありません。{near} のことですか?",
    ),
    "usage.missing": ("{name} is missing.", "{name} がありません。"),
    "usage.bad_value": ("{name}: {problem}", "{name}: {problem}"),
    "program.interrupted": (
        "Stopped. What was written is remembered; the next run goes on from there.",
        "中断しました。書き込んだ内容は記録されており、次回はその続きから始まります。",
    ),
    "program.nothing_done": ("Nothing was changed.", "何も変更していません。"),
    "program.no_connection": (
        "There is no connection yet. Make one with `tandem connect hubspot` and `tandem connect salesforce`, or try `tandem demo`.",
        "まだ接続がありません。`tandem connect hubspot` と `tandem connect salesforce` で作成するか、`tandem demo` をお試しください。",
    ),
    "program.which_connection": (
        "There are several connections ({names}): name one with --connection.",
        "接続が複数あります({names})。--connection で1つ指定してください。",
    ),
    "program.unreadable": (
        "The file {path} cannot be read: {problem}",
        "ファイル {path} を読めません: {problem}",
    ),
    "program.say_yes": (
        "Nobody can be asked here: add --yes to agree.",
        "ここでは確認できません。同意する場合は --yes を付けてください。",
    ),
    "program.yes_or_no": ("[y/N]", "[y/N]"),
    "remedy.access_lost": (
        "Sign in again with `tandem connect`, then `tandem resume`. `tandem doctor` says what is missing.",
        "`tandem connect` でサインインし直してから `tandem resume` を実行してください。足りないものは `tandem doctor` で分かります。",
    ),
    "remedy.rate_limited": (
        "The CRM asks for a pause: try again later. `tandem health` shows the calls that are left.",
        "CRMがコールの間隔を空けるよう求めています。時間をおいてやり直してください。残りのコール数は `tandem health` で分かります。",
    ),
    "remedy.try_later": (
        "Nothing was lost: try again later.",
        "失われたものはありません。時間をおいてやり直してください。",
    ),
    "remedy.outcome_unknown": (
        "An answer was lost. Run it again: Tandem looks before it writes.",
        "応答が届きませんでした。もう一度実行してください。Tandemは書き込む前に確認します。",
    ),
    "remedy.budget_spent": (
        "Today's calls are used up; the rest is written tomorrow. The allocation is daily_calls in the settings.",
        "本日分のコールを使い切りました。残りは明日書き込みます。割り当ては設定の daily_calls です。",
    ),
    # settings
    "settings.nothing_changes": ("Nothing changes.", "変更はありません。"),
    "settings.ask": ("Save these settings?", "この設定を保存しますか?"),
    "settings.saved": (
        "Saved as version {version} of connection {name}.",
        "接続 {name} のバージョン {version} として保存しました。",
    ),
    "settings.not_utf8": (
        "it is not UTF-8 (byte {byte})",
        "UTF-8ではありません({byte}バイト目)",
    ),
    # state
    "state.exists": (
        "{path} exists already; name a new file.",
        "{path} は既にあります。新しいファイル名を指定してください。",
    ),
    "state.no_file": ("There is no file {path}.", "ファイル {path} がありません。"),
    "state.backed_up": ("Written to {path}.", "{path} に書き出しました。"),
    "state.key_apart": (
        "The encryption key is not in it: keep a copy of the key elsewhere, or the tokens are lost with it.",
        "暗号鍵は含まれていません。鍵の控えを別の場所に保管してください。なくすとトークンを読み出せません。",
    ),
    "state.ask_restore": (
        "Everything Tandem keeps is replaced by {path}. Go on?",
        "Tandemが保持する内容をすべて {path} で置き換えます。続けますか?",
    ),
    "state.restored": (
        "Restored from {path}. The next run adopts what was written since.",
        "{path} から復元しました。その後に書き込まれたものは、次回の同期で引き継ぎます。",
    ),
    "state.no_email": (
        "{given} is not an e-mail address.",
        "{given} はEメールアドレスではありません。",
    ),
    "state.ask_erase": (
        "Erase everything Tandem keeps about {email}? The records in both CRMs stay.",
        "{email} についてTandemが保持する内容をすべて消去しますか?(両CRMのレコードは残ります)",
    ),
    "state.nothing_erased": (
        "Tandem keeps nothing about {email}.",
        "{email} についてTandemが保持しているものはありません。",
    ),
    "state.erased": ("{what}: {count} erased", "{what}: {count}件消去"),
    "state.erased_remark": (
        "Backups made earlier still hold it: erase it there too, or delete them.",
        "以前のバックアップには残っています。それらも消去するか削除してください。",
    ),
    "erased.people": ("people remembered", "記憶している相手"),
    "erased.payloads": ("waiting events", "待機中のイベント"),
    "erased.links": ("links emptied", "空にした対応付け"),
    "erased.history": ("entries of history", "履歴"),
    # serve, sandbox, demo
    "serve.started": (
        "Keeping in step: {names}. Ctrl-C ends.",
        "同期中: {names}。Ctrl-Cで終了します。",
    ),
    "serve.waits": (
        "There is no connection yet; as soon as one is made (`tandem connect`), it is kept in step. Ctrl-C ends.",
        "まだ接続がありません。`tandem connect` で作成されると同期を始めます。Ctrl-Cで終了します。",
    ),
    "serve.ended": ("Ended in good order.", "正常に終了しました。"),
    "sandbox.token": ("token {token}", "トークン {token}"),
    "sandbox.ca": (
        "CA for https and CONNECT: {path}",
        "https と CONNECT 用のCA: {path}",
    ),
    "sandbox.events": ("Salesforce events (Pub/Sub API)", "Salesforceのイベント(Pub/Sub API)"),
    "sandbox.events_plaintext": ("without TLS", "TLSなし"),
    "sandbox.until": ("Ctrl-C ends.", "Ctrl-Cで終了します。"),
    "sandbox.port_taken": (
        "One of the ports {ports} cannot be used ({problem}). Choose others with --hubspot-port, --salesforce-port and --events-port; 0 takes a free one.",
        "ポート {ports} のいずれかを使えません({problem})。--hubspot-port、--salesforce-port、--events-port で別のポートを指定してください。0なら空いているポートを使います。",
    ),
    "demo.started": (
        "Two simulated CRMs are running on this machine:",
        "模擬CRMが2つ、このマシンで動いています:",
    ),
    "demo.other_ports": (
        "The usual ports are taken; using {hubspot} and {salesforce}.",
        "通常のポートが使用中のため、{hubspot} と {salesforce} を使います。",
    ),
    "demo.look": (
        "Look around from another terminal: TANDEM_HOME={home} tandem health",
        "別の端末から調べるには: TANDEM_HOME={home} tandem health",
    ),
    "demo.until": (
        "News now trickles in on both sides and crosses over. Ctrl-C ends.",
        "これから両側で新しい記録が少しずつ作られ、同期されます。Ctrl-Cで終了します。",
    ),
    "demo.arrived": (
        "Arrived in {side}: {what} as {task}",
        "{side}に到着: {what} → {task}",
    ),
    "demo.new": ("New in {side}: {what}", "{side}に追加: {what}"),
    "demo.completed": ("Completed in {side}: {what}", "{side}で完了: {what}"),
    "demo.worked": (
        "Meanwhile people made {made} tasks in Salesforce and changed tasks on both sides, {changed} changes in all.",
        "その間にSalesforceで新しいToDoが{made}件作成され、両側で合わせて{changed}件の変更がありました。",
    ),
}
