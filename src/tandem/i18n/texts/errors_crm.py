"""What errors say about the two CRMs; see ``errors``."""

SAID = {
    # how a call ended; these stand at the beginning of others
    "answered": (
        "{crm} answered '{operation}' with {status}",
        "{crm}が「{operation}」に {status} と応答しました",
    ),
    "oauth_refused": (
        "{crm} refused '{operation}' ({status})",
        "{crm}が「{operation}」を拒否しました({status})",
    ),
    "not_answered": (
        "{crm} did not answer '{operation}': {problem}",
        "{crm}が「{operation}」に応答しません: {problem}",
    ),
    "not_json": (
        "{crm} answered '{operation}' with something else than the expected JSON ({problem}). Is there a proxy in between, or is the address wrong?",
        "「{operation}」への{crm}の応答が想定したJSONではありません({problem})。途中にプロキシがあるか、アドレスが間違っていませんか。",
    ),
    "not_token": (
        "{crm} answered '{operation}' with something else than a token. Is the address right?",
        "「{operation}」への{crm}の応答がトークンではありません。アドレスは正しいですか。",
    ),
    "not_rows": (
        "Salesforce answered '{operation}' with something else than query results.",
        "「{operation}」へのSalesforceの応答がクエリーの結果ではありません。",
    ),
    "with_words": ("{said}: {words}", "{said}: {words}"),
    "plain": ("{said}.", "{said}。"),
    "landed": (
        "{said}; the write may have landed.",
        "{said}。書き込みは届いている可能性があります。",
    ),
    "redirect_hubspot": (
        "{said}, a redirect: is the address of HubSpot right?",
        "{said}(リダイレクト)。HubSpotのアドレスは正しいですか。",
    ),
    "redirect_org": (
        "{said}, a redirect: is the address of the org right?",
        "{said}(リダイレクト)。組織のアドレスは正しいですか。",
    ),
    # HubSpot
    "hubspot_day": (
        "{said}: the account's daily calls are used up. They start anew at midnight in the account's time zone.",
        "{said}: アカウントの1日のコール数を使い切りました。アカウントのタイムゾーンの午前0時に戻ります。",
    ),
    "hubspot_many": ("{said}: too many calls", "{said}: コールが多すぎます"),
    "hubspot_moving": (
        "{said}: the account is being moved to another data centre.",
        "{said}: アカウントが別のデータセンターに移動中です。",
    ),
    "hubspot_locked": (
        "{said}: the record is locked for a moment.",
        "{said}: レコードが一時的にロックされています。",
    ),
    "hubspot_tls": (
        "{said}: TLS trouble on HubSpot's side.",
        "{said}: HubSpot側のTLSに問題があります。",
    ),
    "hubspot_scope": (
        "{said}: the token lacks the scope {scopes}. Add it to the app or key in HubSpot's settings, then connect again (tandem connect hubspot).",
        "{said}: トークンにスコープ {scopes} がありません。HubSpotの設定でアプリまたはキーに追加してから、もう一度接続してください(tandem connect hubspot)。",
    ),
    "hubspot_scopes": (
        "{said}: the token lacks the scopes {scopes}. Add it to the app or key in HubSpot's settings, then connect again (tandem connect hubspot).",
        "{said}: トークンにスコープ {scopes} がありません。HubSpotの設定でアプリまたはキーに追加してから、もう一度接続してください(tandem connect hubspot)。",
    ),
    "hubspot_token": (
        "{said}: HubSpot no longer accepts the token. {remedy}",
        "{said}: HubSpotがトークンを受け付けなくなりました。{remedy}",
    ),
    "hubspot_rights": (
        "{said}: {words}. Check the rights of the app or key in HubSpot. {remedy}",
        "{said}: {words}。HubSpotでアプリまたはキーの権限を確認してください。{remedy}",
    ),
    "access_refused": ("access is refused", "アクセスが拒否されました"),
    "connect_again": (
        "Connect {crm} again (tandem connect {side}).",
        "{crm}をもう一度接続してください(tandem connect {side})。",
    ),
    "hubspot_some": (
        "HubSpot could not read some {objects}: {words}",
        "HubSpotが一部の {objects} を読めませんでした: {words}",
    ),
    "hubspot_same_page": (
        "HubSpot's search of {objects} answers the same page again and again.",
        "HubSpotの {objects} の検索が同じページを返し続けています。",
    ),
    "property_deleted": (
        "HubSpot's tasks had a property {name} that was deleted. An administrator can restore it in Settings > Properties > Task properties > Archived properties, or delete it there for good.",
        "HubSpotのタスクのプロパティー {name} が削除されています。管理者が、設定 > プロパティー > タスクのプロパティー > アーカイブされたプロパティー で復元するか、完全に削除できます。",
    ),
    "property_refused": (
        "Tandem may not create the property {name} on tasks ({why}). Either give the app or key the scopes crm.objects.contacts.write and crm.schemas.contacts.write and connect again, or have an administrator create it in Settings > Properties > Task properties > Create property: single-line text, internal name {name}, with 'Require unique values' where HubSpot offers it.",
        "Tandemにはタスクのプロパティー {name} を作成する権限がありません({why})。アプリまたはキーにスコープ crm.objects.contacts.write と crm.schemas.contacts.write を与えてもう一度接続するか、管理者が 設定 > プロパティー > タスクのプロパティー > プロパティーを作成 で作成してください: 1行テキスト、内部名 {name}、選べる場合は「固有の値が必須」。",
    ),
    # Salesforce
    "session_ended": (
        "{said}: the session has ended. {remedy}",
        "{said}: セッションが終了しました。{remedy}",
    ),
    "storage_gone": (
        "{said}: the organisation has no storage left. Free some or have it raised, then: tandem resume",
        "{said}: 組織のストレージに空きがありません。空きを作るか上限を増やしてから再開してください: tandem resume",
    ),
    "storage_left": (
        "Salesforce has no storage left: {words}. Free some or have it raised. What waits is written once the connection is resumed: tandem resume",
        "Salesforceのストレージに空きがありません: {words}。空きを作るか上限を増やしてください。待機中のものは再開後に書き込まれます: tandem resume",
    ),
    "no_api": (
        "{said}: the organisation or the integration user may not use the API. Give the user 'API Enabled', and check that the edition includes API access.",
        "{said}: 組織または連携ユーザーがAPIを使えません。ユーザーに「APIの有効化」を与え、エディションがAPIに対応しているか確認してください。",
    ),
    "lacks_permission_words": (
        "{said}: the integration user lacks a permission for this ({words}). An administrator can add it.",
        "{said}: 連携ユーザーに必要な権限がありません({words})。管理者が追加できます。",
    ),
    "lacks_permission": (
        "{said}: the integration user lacks a permission for this. An administrator can add it.",
        "{said}: 連携ユーザーに必要な権限がありません。管理者が追加できます。",
    ),
    "version_retired": (
        "{said}: this API version is retired. Choose a newer one in the settings.",
        "{said}: このAPIバージョンは廃止されました。設定で新しいバージョンを選んでください。",
    ),
    "long_calls": (
        "{said}: too many calls of more than 20 seconds at once.",
        "{said}: 20秒を超える呼び出しが同時に多すぎます。",
    ),
    "salesforce_day": (
        "{said}: the organisation's API calls of the last 24 hours are used up, by all applications together. Tandem goes on when there are more again.",
        "{said}: 組織の直近24時間のAPIコールを、すべてのアプリケーションの合計で使い切りました。空きができしだい再開します。",
    ),
    "bulk_waits": (
        "Salesforce has been working on a Bulk query for {minutes} minutes; it will be asked again.",
        "SalesforceのBulkクエリーに{minutes}分かかっています。あとでもう一度確認します。",
    ),
    "bulk_unreadable": (
        "Salesforce's Bulk result cannot be read as CSV ({problem}).",
        "SalesforceのBulkの結果をCSVとして読めません({problem})。",
    ),
    "deletions_forgotten": (
        "Salesforce no longer tells all tasks deleted since {since} UTC ({why}).",
        "Salesforceは {since} UTC 以降に削除されたToDoをすべては返さなくなりました({why})。",
    ),
    "report_copy": (
        "{refused} Tandem can copy a report instead: make one of this type in Salesforce by hand, in a folder that the integration user sees, and save again.",
        "{refused} 代わりにレポートをコピーできます。このタイプのレポートをSalesforceで手動で作成し、連携ユーザーが見られるフォルダーに置いてから、もう一度保存してください。",
    ),
    "field_refused": (
        "Tandem may not create the field {name} ({why}). An administrator can, in Setup: (1) Object Manager > Activity > Fields & Relationships > New: Text, length {size}, name {short}, with 'External ID' and 'Unique' (case sensitive) ticked; (2) on the next page visible for all profiles and read-only for all but the integration user's.",
        "Tandemには項目 {name} を作成する権限がありません({why})。管理者が設定で作成できます: (1) オブジェクトマネージャー > 活動 > 項目とリレーション > 新規: テキスト、文字数 {size}、名前 {short}、「外部ID」と「ユニーク」(大文字と小文字を区別)をオン。(2) 次の画面で全プロファイルに参照可能、連携ユーザーのプロファイル以外は参照のみ。",
    ),
    # its events
    "events_proxy": (
        "Salesforce's events cannot pass the proxy {proxy}: it must be an http:// address. Put {host} into NO_PROXY if it can be reached without.",
        "Salesforceのイベントはプロキシ {proxy} を通れません。http:// のアドレスが必要です。プロキシなしで届く場合は NO_PROXY に {host} を加えてください。",
    ),
    "events_silent": (
        "Salesforce's event bus was silent for {seconds} s: {what}.",
        "Salesforceのイベントバスが{seconds}秒間応答しませんでした: {what}。",
    ),
    "events_token": (
        "The Salesforce token has characters no token has. Connect Salesforce again (tandem connect salesforce).",
        "Salesforceのトークンに使えない文字が含まれています。もう一度接続してください(tandem connect salesforce)。",
    ),
    "events_address": (
        "{given} is no address of Salesforce's events. It must be a host and a port, such as {example}.",
        "{given} はSalesforceのイベントのアドレスではありません。{example} のようにホストとポートで指定してください。",
    ),
    "events_open": (
        "The address of Salesforce's events, {given}, is not encrypted: it would show the access token to everybody on the way. Only an address on this machine may begin with http://.",
        "Salesforceのイベントのアドレス {given} は暗号化されていません。途中の誰にでもアクセストークンが見えてしまいます。http:// で始められるのはこのコンピューターのアドレスだけです。",
    ),
    "events_parts": (
        "Salesforce's events need parts that are not installed ({name}). Install them with: {command}. Without them Tandem asks Salesforce for changes at intervals.",
        "Salesforceのイベントに必要な部品がインストールされていません({name})。インストールするには: {command}。なくても、Tandemは一定間隔でSalesforceに変更を問い合わせます。",
    ),
    "events_why": ("it did not say why", "理由は示されませんでした"),
    "events_session": ("the session has ended.", "セッションが終了しました。"),
    "events_position": (
        "the events after the last one seen are no longer kept.",
        "最後に受け取ったイベントより後のものは、もう保持されていません。",
    ),
    "events_right": (
        "the integration user may not see these events. Give the user 'View All' on the object, or 'View All Data', and 'API Enabled'.",
        "連携ユーザーはこれらのイベントを見られません。オブジェクトの「すべて表示」または「すべてのデータの参照」と、「APIの有効化」を与えてください。",
    ),
    "events_topic": (
        "there is no such topic. Is Change Data Capture switched on for it?",
        "そのトピックはありません。変更データキャプチャはオンになっていますか。",
    ),
    "journal_form": (
        "A file of HubSpot's journal is no list of events.",
        "HubSpotのジャーナルのファイルがイベントの一覧ではありません。",
    ),
    "stream_ended": ("the stream ended", "ストリームが終了しました"),
    # signing in
    "many_sign_ins": ("{said}: too many sign-ins.", "{said}: サインインが多すぎます。"),
    "sign_in_again": (
        "{said}: {why}. Connect {crm} again (tandem connect {side}).",
        "{said}: {why}。{crm}をもう一度接続してください(tandem connect {side})。",
    ),
    "grant_gone": (
        "the access granted to Tandem was withdrawn or has expired",
        "Tandemに与えられたアクセス権が取り消されたか、期限が切れました",
    ),
    "code_late": (
        "the sign-in took too long or was used before; start it again",
        "サインインに時間がかかりすぎたか、すでに使われています。もう一度始めてください",
    ),
    "redirect_unregistered": (
        "the redirect address is not the one registered with the app",
        "リダイレクト先のアドレスが、アプリに登録されたものと違います",
    ),
    "client_unknown": (
        "the client id is not known; copy it again from the {place}",
        "クライアントIDが認識されません。アプリの設定からもう一度コピーしてください({place})",
    ),
    "client_secret": (
        "the client secret is wrong; copy it again from the {place}",
        "クライアントシークレットが違います。アプリの設定からもう一度コピーしてください({place})",
    ),
    "client_both": (
        "the client id or secret is wrong; copy both again from the app's settings",
        "クライアントIDまたはシークレットが違います。アプリの設定から両方をもう一度コピーしてください",
    ),
    "org_unknown": (
        "the org does not know the app; use the org's My Domain as audience, and install the app there",
        "組織がこのアプリを認識していません。組織の「私のドメイン」を対象にし、そこにアプリをインストールしてください",
    ),
    "user_deactivated": ("the integration user is deactivated", "連携ユーザーが無効になっています"),
    "org_locked": (
        "the organisation is locked or closed",
        "組織がロックされているか、閉鎖されています",
    ),
    "user_not_approved": (
        "the integration user has not approved the app, or may not use it",
        "連携ユーザーがアプリを承認していないか、使用できません",
    ),
    "scopes_not_allowed": (
        "the app is not allowed all scopes that were asked for",
        "要求したスコープの一部がアプリに許可されていません",
    ),
    "flow_not_enabled": (
        "this flow is not enabled for the app",
        "このフローはアプリで有効になっていません",
    ),
    "user_not_allowed": (
        "the integration user is not allowed to use the app",
        "連携ユーザーにアプリの使用が許可されていません",
    ),
    "scopes_unregistered": (
        "the app is not registered for all scopes that were asked for",
        "要求したスコープの一部がアプリに登録されていません",
    ),
    "other_window": (
        "the sign-in came back to another window; start it again",
        "サインインが別のウィンドウに戻りました。もう一度始めてください",
    ),
    "no_reason": ("no reason was given", "理由は示されませんでした"),
    "not_granted": (
        "{crm} did not grant access: {reason}.",
        "{crm}がアクセスを許可しませんでした: {reason}。",
    ),
    "less_granted": (
        "{crm} granted less than Tandem needs; missing: {scopes}. Add these scopes to the app's settings in {place} and sign in again. Nothing was saved.",
        "{crm}が許可した範囲では足りません。不足: {scopes}。{place}のアプリの設定にこれらのスコープを追加し、もう一度サインインしてください。何も保存していません。",
    ),
    "client_credentials": (
        "Signing in with client credentials works only at the org's own address, such as {example}: give it with --url.",
        "クライアントログイン情報でのサインインには、{example} のような組織自身のアドレスが必要です。--url で指定してください。",
    ),
    "private_key": (
        "The private key for signing in to Salesforce cannot be used: it must be an RSA key in PEM form, without a passphrase.",
        "Salesforceへのサインインに使う秘密鍵が無効です。パスフレーズのないPEM形式のRSA鍵が必要です。",
    ),
    "port_taken": (
        "Port {port} on this machine is taken ({problem}). Choose another with --redirect-port, and register it with the app.",
        "このコンピューターのポート {port} は使用中です({problem})。--redirect-port で別のポートを選び、アプリに登録してください。",
    ),
    "nobody_signed_in": (
        "Nobody signed in to {crm} in the browser within {minutes} minutes. Start again when you are ready.",
        "{minutes}分以内に{crm}へのサインインがありませんでした。準備ができたらもう一度始めてください。",
    ),
    "hubspot_credentials": (
        "Give either a token (--token: a service key or a private app's token) or the --client-id of an app to sign in with in the browser.",
        "トークン(--token: サービスキーまたは非公開アプリのトークン)か、ブラウザーでサインインするアプリの --client-id のどちらかを指定してください。",
    ),
    "salesforce_credentials": (
        "Give either a token (--token, with --url) or the --client-id of an External Client App.",
        "トークン(--token と --url)か、外部クライアントアプリケーションの --client-id のどちらかを指定してください。",
    ),
    "token_needs_url": (
        "A pasted Salesforce token needs the org's own address: {example}",
        "Salesforceのトークンを貼り付ける場合は、組織自身のアドレスが必要です: {example}",
    ),
    # calls
    "allotment_left": (
        "The {allowed} {crm} calls allotted to Tandem for 24 hours are used up{but}. What is left continues as the hours pass; the allotment is in the settings.",
        "Tandemに割り当てられた24時間の{crm}のコール数{allowed}回を使い切りました{but}。時間の経過とともに再開します。割り当ては設定で変更できます。",
    ),
    "allotment_but": (
        ", but for {left} that are left to live sync",
        "(通常の同期のための{left}回を除く)",
    ),
    "allotment": (
        "The {allowed} {crm} calls allotted to Tandem for 24 hours are used up. What is left continues as the hours pass; the allotment is in the settings.",
        "Tandemに割り当てられた24時間の{crm}のコール数{allowed}回を使い切りました。時間の経過とともに再開します。割り当ては設定で変更できます。",
    ),
    "kept_back": (
        "{used} of the account's {most} daily {crm} calls are used, and {kept} are kept back for other applications. Tandem goes on when there are more again.",
        "アカウントの1日の{crm}のコール数{most}回のうち{used}回を使用し、{kept}回は他のアプリケーションのために残しています。空きができしだい再開します。",
    ),
}
