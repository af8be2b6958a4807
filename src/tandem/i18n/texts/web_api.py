"""The JSON API: its description, what it says when it refuses, and the pages about it."""

TEXTS = {
    "web.api.title": ("Tandem API", "Tandem API"),
    "web.api.what": (
        "Connections, settings, sync health, runs, records, conflicts, owners and reports, for programs.",
        "接続、設定、同期の健全性、実行、レコード、競合、担当者、レポートをプログラムから扱うためのAPIです。",
    ),
    "web.api.token_what": (
        "A token made on the page “API tokens” or by: tandem token create",
        "「APIトークン」ページ、または tandem token create で作成したトークン",
    ),
    "web.api.answered": ("The answer.", "応答"),
    "web.api.role.viewer": ("Any token may.", "どのトークンでも使えます。"),
    "web.api.role.admin": (
        "Only an administrator's token may.",
        "管理者のトークンだけが使えます。",
    ),
    # groups of operations
    "web.api.tag.connections": ("Connections", "接続"),
    "web.api.tag.audit": ("Audit log", "監査ログ"),
    "web.api.tag.settings": ("Settings", "設定"),
    "web.api.tag.health": ("Sync health", "同期の健全性"),
    "web.api.tag.records": ("Records", "レコード"),
    "web.api.tag.runs": ("Runs", "実行"),
    "web.api.tag.conflicts": ("Conflicts", "競合"),
    "web.api.tag.owners": ("Owners", "担当者"),
    "web.api.tag.reports": ("Reports", "レポート"),
    # operations
    "web.api.op.show_token": ("The token that asks", "使用中のトークン"),
    "web.api.op.list_connections": ("All connections", "すべての接続"),
    "web.api.op.show_connection": ("One connection and its state", "1つの接続とその状態"),
    "web.api.op.resume_connection": (
        "Resume a suspended connection",
        "一時停止した接続を再開する",
    ),
    "web.api.op.check_connection": (
        "Check the set-up, with remedies",
        "設定を確認し、対処方法を示す",
    ),
    "web.api.op.list_audit": (
        "Who changed what in a connection",
        "接続の変更履歴(誰が何を変更したか)",
    ),
    "web.api.op.list_installation_audit": (
        "Who changed what in the installation",
        "Tandem全体の変更履歴(誰が何を変更したか)",
    ),
    "web.api.op.show_settings": ("The settings as they are saved", "保存されている設定"),
    "web.api.op.compare_settings": (
        "What other settings would change; nothing is saved",
        "設定の変更内容を確認する(保存しない)",
    ),
    "web.api.op.save_settings": (
        "Save settings, unless somebody else did meanwhile",
        "設定を保存する(その間に他の人が保存していなければ)",
    ),
    "web.api.op.list_kinds": ("The kinds of activity", "アクティビティーの種類"),
    "web.api.op.list_settings_keys": ("The keys of the settings", "設定のキー一覧"),
    "web.api.op.show_health": (
        "Figures, sources, calls and errors",
        "件数、取得元、コール数、エラー",
    ),
    "web.api.op.list_errors": (
        "What was set aside, by reason",
        "保留されたレコード(理由ごと)",
    ),
    "web.api.op.retry_errors": (
        "Let the next run try again what was set aside",
        "保留されたレコードを次の実行で再試行する",
    ),
    "web.api.op.export_errors": (
        "All records in one state, as comma-separated values",
        "1つの状態のレコードすべてをCSVで出力する",
    ),
    "web.api.op.list_records": ("The records in one state", "1つの状態のレコード一覧"),
    "web.api.op.search_records": (
        "Find records by key, id, address or e-mail",
        "キー、ID、URL、メールアドレスでレコードを探す",
    ),
    "web.api.op.explain_record": (
        "Why a record is where it is",
        "レコードがその状態である理由",
    ),
    "web.api.op.list_runs": ("Runs, the newest first", "実行の一覧(新しい順)"),
    "web.api.op.start_run": (
        "Start a run and wait for its end",
        "実行を開始し、終わるまで待つ",
    ),
    "web.api.op.show_run": ("One run", "1回の実行"),
    "web.api.op.list_run_records": ("The records that a run decided", "実行が判断したレコード"),
    "web.api.op.plan_undo": (
        "What undoing a run would do; nothing is written",
        "実行を取り消した場合の内容を確認する(書き込まない)",
    ),
    "web.api.op.undo_run": ("Undo a run", "実行を取り消す"),
    "web.api.op.release_run": (
        "Release what the undo of a run holds",
        "実行の取り消しで保留中のレコードを解放する",
    ),
    "web.api.op.list_conflicts": (
        "Values that lost a conflict, the newest first",
        "競合で採用されなかった値(新しい順)",
    ),
    "web.api.op.restore_conflict": (
        "Put back a value that lost",
        "採用されなかった値を元に戻す",
    ),
    "web.api.op.list_ended_pairs": (
        "Pairs that ended because one side was deleted",
        "片方が削除されて終了したペア",
    ),
    "web.api.op.recreate_pair": (
        "Make the lost counterpart of an ended pair again",
        "終了したペアの失われたレコードを再作成する",
    ),
    "web.api.op.list_owners": ("Owners and their users", "担当者とユーザーの対応"),
    "web.api.op.map_owner": (
        "Set an owner's user by hand",
        "担当者に対応するユーザーを手動で指定する",
    ),
    "web.api.op.unmap_owner": (
        "Let the automatic match count again",
        "自動の対応付けに戻す",
    ),
    "web.api.op.list_reports": ("The ready-made reports", "用意されたレポート"),
    "web.api.op.list_report_folders": (
        "Where a report can be saved",
        "レポートの保存先フォルダー",
    ),
    "web.api.op.run_report": ("Run a report; nothing is saved", "レポートを実行する(保存しない)"),
    "web.api.op.save_report": (
        "Save a report into Salesforce",
        "レポートをSalesforceに保存する",
    ),
    # what a path names
    "web.api.path.connection": ("The connection's number", "接続の番号"),
    "web.api.path.run": ("The run's number", "実行の番号"),
    "web.api.path.conflict": ("The conflict's number", "競合の番号"),
    "web.api.path.owner": ("The HubSpot owner's id", "HubSpot担当者のID"),
    # refusals
    "web.api.accepted": ("Begun, and still under way", "開始し、まだ実行中"),
    "web.api.accepted_where": (
        "The header Location is the address that tells how it ended.",
        "結果を確認するアドレスは Location ヘッダーにあります。",
    ),
    "web.api.problem.malformed": ("The body is no JSON", "本文がJSONではありません"),
    "web.api.remedy.malformed": (
        "Send a JSON object, in UTF-8.",
        "UTF-8のJSONオブジェクトを送信してください。",
    ),
    "web.api.problem.invalid": (
        "The request is not as described",
        "リクエストが仕様と合っていません",
    ),
    "web.api.remedy.invalid": (
        "Compare it with the description: /api/v1/openapi.json",
        "仕様と照らし合わせてください: /api/v1/openapi.json",
    ),
    "web.api.problem.no_token": ("There is no token", "トークンがありません"),
    "web.api.remedy.no_token": (
        "Send the header “Authorization: Bearer” and a token. An administrator makes one on the page “API tokens”.",
        "「Authorization: Bearer」ヘッダーにトークンを付けてください。トークンは管理者が「APIトークン」ページで作成します。",
    ),
    "web.api.problem.bad_token": ("The token is not valid", "トークンが無効です"),
    "web.api.remedy.bad_token": (
        "It has expired, was revoked or never was. Ask an administrator for a new one.",
        "期限切れか、取り消されたか、存在しないトークンです。管理者に新しいトークンを依頼してください。",
    ),
    "web.api.problem.viewer": (
        "This token may only look",
        "このトークンは閲覧専用です",
    ),
    "web.api.remedy.viewer": (
        "Use a token with the role administrator.",
        "管理者の役割を持つトークンを使ってください。",
    ),
    "web.api.problem.not_found": ("There is nothing here", "見つかりません"),
    "web.api.remedy.not_found": (
        "Look at the list above it for what there is.",
        "1つ上の一覧で、存在するものを確認してください。",
    ),
    "web.api.problem.method": (
        "That cannot be done here",
        "このURLではその操作はできません",
    ),
    "web.api.remedy.method": (
        "The header “Allow” names what can.",
        "できる操作は「Allow」ヘッダーにあります。",
    ),
    "web.api.problem.busy": (
        "Another run is under way",
        "別の実行が進行中です",
    ),
    "web.api.remedy.busy": (
        "Repeat the request when that run has ended.",
        "その実行が終わってから、もう一度送信してください。",
    ),
    "web.api.problem.changed_meanwhile": (
        "Somebody else saved meanwhile",
        "その間に他の人が保存しました",
    ),
    "web.api.remedy.changed_meanwhile": (
        "Read the settings again, repeat your change, and send the new version.",
        "設定を読み直して変更をやり直し、新しいバージョンを付けて送信してください。",
    ),
    "web.api.problem.too_large": ("The body is too large", "本文が大きすぎます"),
    "web.api.remedy.too_large": ("Send at most a megabyte.", "1MB以内で送信してください。"),
    "web.api.problem.media_type": (
        "The body is of another type",
        "本文の形式が違います",
    ),
    "web.api.remedy.media_type": (
        "Send the header “Content-Type: application/json”.",
        "「Content-Type: application/json」ヘッダーを付けてください。",
    ),
    "web.api.problem.refused": ("That cannot be done", "実行できません"),
    "web.api.remedy.refused": (
        "Do what the detail says, then repeat the request.",
        "詳細の内容に対処してから、もう一度送信してください。",
    ),
    "web.api.problem.settings": (
        "The settings cannot be taken",
        "設定を受け付けられません",
    ),
    "web.api.remedy.settings": (
        "Mend each of the problems listed.",
        "一覧の問題をそれぞれ修正してください。",
    ),
    "web.api.problem.cursor": (
        "The cursor is none of ours",
        "カーソルが正しくありません",
    ),
    "web.api.remedy.cursor": (
        "Begin without a cursor, and pass “next” on as it is.",
        "カーソルなしで始め、「next」の値をそのまま渡してください。",
    ),
    "web.api.problem.locked_out": (
        "Too many wrong tokens",
        "無効なトークンでのアクセスが多すぎます",
    ),
    "web.api.remedy.locked_out": (
        "Mend the program that sends them, and wait as long as the header “Retry-After” says.",
        "送信元のプログラムを直し、「Retry-After」ヘッダーの秒数だけ待ってください。",
    ),
    "web.api.problem.broken": ("Something went wrong in Tandem", "Tandemで問題が発生しました"),
    "web.api.remedy.broken": (
        "The log of Tandem tells what; please report it.",
        "Tandemのログを確認し、報告してください。",
    ),
    "web.api.problem.crm": (
        "A CRM refused",
        "CRMに拒否されました",
    ),
    "web.api.remedy.crm": (
        "The detail has the CRM's own words; the set-up check may tell more.",
        "詳細にCRMのメッセージがあります。設定の確認も参考にしてください。",
    ),
    "web.api.problem.access_lost": (
        "Access to a CRM is lost",
        "CRMにアクセスできません",
    ),
    "web.api.remedy.access_lost": (
        "An administrator connects the account again.",
        "管理者がアカウントを接続し直してください。",
    ),
    "web.api.problem.try_later": (
        "A CRM has no time now",
        "CRMが一時的に応答できません",
    ),
    "web.api.remedy.try_later": (
        "Repeat the request after the seconds in “Retry-After”.",
        "「Retry-After」の秒数が過ぎてから、もう一度送信してください。",
    ),
    "web.api.problem.store": (
        "Tandem's database is in trouble",
        "Tandemのデータベースに問題があります",
    ),
    "web.api.remedy.store": (
        "Nothing was half saved. Look at Tandem's log and disk, then repeat the request.",
        "途中まで保存されたものはありません。ログとディスクを確認してから、もう一度送信してください。",
    ),
    "web.api.version": (
        "Version {present} is the newest, saved by {who}; you looked at version {given}.",
        "最新はバージョン{present}({who}が保存)です。指定されたのはバージョン{given}です。",
    ),
    "web.api.text_or_set": (
        "Give either “text” or “set”.",
        "「text」か「set」のどちらか一方を指定してください。",
    ),
    "web.api.keys_or_reason": (
        "Give either “keys” or “reason”, or neither.",
        "「keys」か「reason」のどちらか一方を指定するか、両方とも省略してください。",
    ),
    "web.api.no_such_time": (
        "“since” lies beyond the times there are.",
        "「since」が扱える日時の範囲を超えています。",
    ),
    "web.api.no_owner": (
        "HubSpot has no owner with the id {owner}.",
        "HubSpotにIDが{owner}の担当者はいません。",
    ),
    "web.api.no_report": (
        "There is no ready-made report {code}; there is: {known}.",
        "{code}というレポートは用意されていません。あるもの: {known}",
    ),
    "web.api.no_query": (
        "This takes no parameters.",
        "この操作にパラメーターはありません。",
    ),
    # the page that describes it
    "web.api.read": (
        "For programs. The same description as OpenAPI 3.1:",
        "プログラム向けの仕様です。OpenAPI 3.1形式の仕様:",
    ),
    "web.api.contents": ("Operations by group", "操作の一覧"),
    "web.api.takes": ("Parameters", "パラメーター"),
    "web.api.sends": ("Body", "本文"),
    "web.api.gives": ("Answer", "応答"),
    "web.api.may_refuse": ("May be refused with", "エラーとなる場合"),
    "web.api.required": ("required", "必須"),
    "web.api.schemas": ("Types", "型"),
    "web.api.field": ("Field", "項目"),
    "web.api.type": ("Type", "型"),
    "web.api.says": ("Meaning", "説明"),
    "web.api.file": ("comma-separated values", "CSVファイル"),
    "web.api.refusals": ("What goes wrong", "エラー"),
    "web.api.status": ("Status", "ステータス"),
    "web.api.code": ("Code", "コード"),
    # tokens
    "web.api.tokens": ("API tokens", "APIトークン"),
    "web.api.tokens.what": (
        "With a token a program does what the pages do, in the token's name. It is shown once; Tandem keeps a hash of it.",
        "トークンを使うと、プログラムからページと同じ操作ができ、トークンの名前で記録されます。表示は一度だけで、Tandemにはハッシュだけが残ります。",
    ),
    "web.api.tokens.none": ("There is no token yet.", "トークンはまだありません。"),
    "web.api.tokens.begins": ("Begins with", "先頭"),
    "web.api.tokens.by": ("Made by", "作成者"),
    "web.api.tokens.expires": ("Good until", "有効期限"),
    "web.api.tokens.expired": ("expired", "期限切れ"),
    "web.api.tokens.for_ever": ("until revoked", "取り消すまで"),
    "web.api.tokens.seen": ("Last used", "最終使用"),
    "web.api.tokens.never": ("never", "未使用"),
    "web.api.tokens.revoke": ("Revoke", "取り消す"),
    "web.api.tokens.make": ("Make a token", "トークンを作成"),
    "web.api.tokens.make_what": (
        "Name it after the program that will use it.",
        "使用するプログラムの名前を付けてください。",
    ),
    "web.api.tokens.days": ("{count} days", "{count}日間"),
    "web.api.tokens.copy": (
        "Copy the token “{name}” now; it is not shown again.",
        "トークン「{name}」を今コピーしてください。再度表示することはできません。",
    ),
    "web.api.tokens.revoked": (
        "The token “{name}” is void.",
        "トークン「{name}」を取り消しました。",
    ),
    "web.api.tokens.gone": ("This token is gone already.", "このトークンはすでにありません。"),
    "web.api.tokens.wants_name": (
        "A name has 1 to 100 printable characters.",
        "名前は表示できる文字で1〜100文字にしてください。",
    ),
    "web.audit.token_made": ("Made an API token", "APIトークンを作成"),
    "web.audit.token_revoked": ("Revoked an API token", "APIトークンを取り消し"),
    "web.audit.api_locked_out": (
        "Too many wrong API tokens from an address",
        "無効なAPIトークンでのアクセスが多すぎるアドレス",
    ),
}
