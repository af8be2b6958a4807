"""The web app: its frame, coming in, people, connected apps."""

TEXTS = {
    "web.skip": ("Skip to the content", "本文へ移動"),
    "web.foot": ("Times are in {zone}.", "時刻のタイムゾーン: {zone}"),
    "web.nav.main": ("Main", "メイン"),
    "web.nav.crumbs": ("You are here", "現在の場所"),
    "web.nav.tabs": ("Salesforce", "Salesforce"),
    "web.connected_apps": ("Connected apps", "接続されたアプリ"),
    "web.people": ("People", "ユーザー"),
    "web.account": ("My account", "マイアカウント"),
    "web.sign_in": ("Sign in", "サインイン"),
    "web.sign_out": ("Sign out", "サインアウト"),
    "web.email": ("E-mail", "Eメール"),
    "web.name": ("Name", "名前"),
    "web.password": ("Password", "パスワード"),
    "web.password_new": ("New password", "新しいパスワード"),
    "web.password_again": ("The same again", "新しいパスワード(確認)"),
    "web.password_current": ("Present password", "現在のパスワード"),
    "web.role": ("Role", "権限"),
    "web.role.admin": ("Administrator", "管理者"),
    "web.role.viewer": ("Viewer", "閲覧者"),
    "web.actions": ("Actions", "アクション"),
    "web.change": ("Change", "変更"),
    "web.remove": ("Remove", "削除"),
    "web.cancel": ("Cancel", "キャンセル"),
    "web.next": ("Next", "次へ"),
    "web.more": ("More", "続き"),
    "web.pages": ("Pages", "ページ"),
    "web.first_page": ("First page", "最初のページ"),
    "web.said": ("{said}", "{said}"),
    "web.table": ("Table", "表"),
    "web.viewer": (
        "You may look at the settings. An administrator can change them.",
        "閲覧のみの権限です。変更できるのは管理者です。",
    ),
    "web.form.problems": (
        "{count} {count:entry|entries} cannot be taken as {count:it is|they are}:",
        "{count}件の入力を確認してください:",
    ),
    "web.tab.activities": ("Activities", "アクティビティー"),
    "web.tab.health": ("Sync health", "同期の健全性"),
    "web.tab.runs": ("Runs", "同期の履歴"),
    "web.tab.conflicts": ("Conflicts", "競合"),
    "web.tab.owners": ("Owners and records", "担当者とレコード"),
    "web.tab.accounts": ("Accounts", "アカウント"),
    "web.tab.audit": ("Audit log", "変更履歴"),
    # errors
    "web.error.title": ("That did not work", "処理できませんでした"),
    "web.error.home": ("Back to the start", "最初のページへ"),
    "web.error.not_found": ("There is no such page.", "ページが見つかりません。"),
    "web.error.method": (
        "This address is for forms. Go back and use the page's own button.",
        "このアドレスはフォーム用です。前のページのボタンから操作してください。",
    ),
    "web.error.no_connection": (
        "There is no such connection (any more).",
        "この接続は存在しないか、削除されています。",
    ),
    "web.error.sign_in": ("Sign in first.", "先にサインインしてください。"),
    "web.error.admin_only": (
        "Only an administrator may do that. Ask one of those listed under People.",
        "この操作ができるのは管理者だけです。「ユーザー」にある管理者へご依頼ください。",
    ),
    "web.error.other_site": (
        "The request came from another site and was refused.",
        "別のサイトからの要求のため、受け付けませんでした。",
    ),
    "web.error.stale_form": (
        "The page was too old. Go back, reload it and send it again.",
        "ページの有効期限が切れています。前のページを再読み込みして、もう一度送信してください。",
    ),
    "web.error.too_large": (
        "That is more than a megabyte; nothing here needs so much.",
        "送信内容が1MBを超えています。",
    ),
    "web.error.broken": (
        "Tandem failed here: that is a bug. The log says more; please report it.",
        "Tandemの不具合です。詳しくはログに記録されています。お手数ですがご報告ください。",
    ),
    # coming in
    "web.start.tagline": (
        "HubSpot activities and Salesforce tasks, in step.",
        "HubSpotのアクティビティーとSalesforceのToDoを同期します。",
    ),
    "web.start.first": ("Welcome to Tandem", "Tandemへようこそ"),
    "web.start.first_what": (
        "Make the first administrator's account. This link works once.",
        "最初の管理者アカウントを作成します。このリンクは一度だけ使えます。",
    ),
    "web.start.first_go": ("Create the account", "アカウントを作成"),
    "web.start.invite": ("You are invited to Tandem", "Tandemに招待されました"),
    "web.start.invite_what": (
        "Choose a password for your account.",
        "アカウントのパスワードを設定してください。",
    ),
    "web.start.invite_go": ("Create the account", "アカウントを作成"),
    "web.start.password": ("Choose a new password", "新しいパスワードの設定"),
    "web.start.password_what": (
        "You will be signed out everywhere else.",
        "ほかのブラウザーからはすべてサインアウトされます。",
    ),
    "web.start.password_go": ("Set the password", "パスワードを設定"),
    "web.start.password_hint": (
        "At least 12 characters. A few words in a row are easy to remember.",
        "12文字以上。いくつかの単語を並べると覚えやすくなります。",
    ),
    "web.start.not_yet": ("Tandem is not set up yet", "Tandemは初期設定前です"),
    "web.start.not_yet_what": (
        "Open the one-time link that `tandem serve` printed when it started. If it is lost or a day has passed, start `tandem serve` again.",
        "`tandem serve` の起動時に表示された、一度だけ使えるリンクを開いてください。見当たらないときや1日以上たったときは、`tandem serve` を起動し直してください。",
    ),
    "web.start.link_void": (
        "This link was used already, was replaced by a newer one, or has expired. Ask for a new one.",
        "このリンクは使用済みか、新しいリンクに置き換えられたか、期限が切れています。新しいリンクを受け取ってください。",
    ),
    "web.start.wants_email": (
        "Enter an e-mail address, such as ann@example.com.",
        "Eメールアドレスを入力してください(例: ann@example.com)。",
    ),
    "web.start.wants_name": ("Enter a name.", "名前を入力してください。"),
    "web.start.wants_password": (
        "A password has at least {shortest} characters.",
        "パスワードは{shortest}文字以上にしてください。",
    ),
    "web.start.weak_password": (
        "This password is guessed too easily.",
        "推測されやすいパスワードです。別のものにしてください。",
    ),
    "web.start.passwords_differ": (
        "The two passwords differ.",
        "2つのパスワードが一致しません。",
    ),
    "web.start.taken": (
        "{email} has an account already.",
        "{email} のアカウントはすでにあります。",
    ),
    "web.start.wrong": (
        "The e-mail address or the password is wrong.",
        "Eメールアドレスまたはパスワードが違います。",
    ),
    "web.start.locked": (
        "Too many attempts failed. Try again in {minutes} minutes.",
        "失敗が続いたため、一時的にサインインできません。{minutes}分後にもう一度お試しください。",
    ),
    "web.start.forgotten": (
        "Forgotten? An administrator can make you a link for a new password.",
        "パスワードを忘れたときは、管理者に再設定用のリンクを発行してもらってください。",
    ),
    # people
    "web.people.what": (
        "Who may sign in to Tandem. Viewers look, administrators change.",
        "Tandemにサインインできる人です。閲覧者は参照のみ、管理者は変更もできます。",
    ),
    "web.people.seen": ("Last signed in", "最終サインイン"),
    "web.people.you": ("you", "あなた"),
    "web.people.invited": ("invited", "招待中"),
    "web.people.until": ("until {when}", "{when} まで"),
    "web.people.withdraw": ("Withdraw", "招待を取り消す"),
    "web.people.withdrawn": (
        "The invitation of {email} is void.",
        "{email} への招待を取り消しました。",
    ),
    "web.people.invite": ("Invite somebody", "ユーザーを招待"),
    "web.people.invite_what": (
        "You get a link to pass on. It works once, for seven days.",
        "相手に渡すリンクを発行します。7日以内に一度だけ使えます。",
    ),
    "web.people.make_link": ("Make the link", "リンクを発行"),
    "web.people.pass_on": (
        "Pass this link on to {email}. It is shown only now.",
        "このリンクを {email} に渡してください。表示されるのは今回だけです。",
    ),
    "web.people.new_password": ("Link for a new password", "パスワード再設定リンク"),
    "web.people.role_changed": (
        "The role of {email} is changed.",
        "{email} の権限を変更しました。",
    ),
    "web.people.removed": (
        "{email} can no longer sign in.",
        "{email} を削除しました。以後サインインできません。",
    ),
    "web.people.last_admin": (
        "There must be an administrator: make somebody else one first.",
        "管理者が1人もいなくなってしまいます。先に別の人を管理者にしてください。",
    ),
    "web.people.gone": (
        "That person is not there any more.",
        "このユーザーはすでに削除されています。",
    ),
    "web.account.password": ("Change the password", "パスワードの変更"),
    "web.account.change": ("Change the password", "パスワードを変更"),
    "web.account.changed": (
        "The password is changed; every other browser is signed out.",
        "パスワードを変更しました。ほかのブラウザーからはサインアウトされました。",
    ),
    "web.account.wrong_current": (
        "The present password is wrong.",
        "現在のパスワードが違います。",
    ),
    "web.account.sessions": ("Signed in on", "サインイン中のブラウザー"),
    "web.account.this": ("This browser", "このブラウザー"),
    "web.account.other": ("Another browser", "別のブラウザー"),
    "web.account.seen": ("Last seen {when}", "最終アクセス {when}"),
    "web.account.sign_out_elsewhere": ("Sign out everywhere else", "ほかのすべてからサインアウト"),
    "web.account.signed_out": (
        "Every other browser is signed out.",
        "ほかのブラウザーからサインアウトしました。",
    ),
    # connected apps
    "web.apps.what": (
        "The Salesforce orgs that Tandem keeps in step with HubSpot.",
        "TandemがHubSpotと同期しているSalesforce組織です。",
    ),
    "web.apps.none": ("Nothing is connected yet", "まだ接続がありません"),
    "web.apps.none_what": (
        "Connect a HubSpot account and a Salesforce org. Nothing syncs until you tick a kind of activity.",
        "HubSpotアカウントとSalesforce組織を接続します。アクティビティーの種類を選ぶまでは何も同期されません。",
    ),
    "web.apps.connect": ("Connect an app", "アプリを接続"),
    "web.apps.another": ("Connect another org", "別の組織を接続"),
    "web.apps.details": ("View details", "詳細を表示"),
    "web.actions.user": ("Change the integration user", "連携ユーザーを変更"),
    "web.actions.hubspot": ("Connect HubSpot again", "HubSpotに再接続"),
    "web.actions.sandbox": ("Connect a sandbox org", "Sandbox組織を接続"),
    "web.actions.check": ("Set-up check", "設定の点検"),
    "web.actions.disconnect": ("Disconnect", "接続を解除"),
    "web.connect.not_yet": ("{side} not connected", "{side}は未接続"),
    "web.connect.incomplete": (
        "One of the two accounts is not connected yet.",
        "片方のアカウントがまだ接続されていません。",
    ),
    "web.connect.go_on": ("Go on connecting", "接続を続ける"),
    "web.connect.new": ("Connect an org", "組織を接続"),
    "web.connect.new_what": (
        "A connection joins one HubSpot account and one Salesforce org, with settings of its own.",
        "1つのHubSpotアカウントと1つのSalesforce組織を、専用の設定とともに接続します。",
    ),
    "web.connect.new_sandbox": (
        "A sandbox org gets a connection of its own, so that trying things out touches nothing else.",
        "Sandbox組織には専用の接続を作ります。試しても本番の接続には影響しません。",
    ),
    "web.connect.name": ("Name of the connection", "接続の名前"),
    "web.connect.name_hint": (
        "As you will call it, on the command line too.",
        "コマンドラインでもこの名前を使います。",
    ),
    "web.connect.name_taken": (
        "A connection has 1 to 100 characters for its name, and no two have the same.",
        "名前は1~100文字で、ほかの接続と重ならないものにしてください。",
    ),
    "web.connect.title": ("Connect {side}", "{side}を接続"),
    "web.connect.again": ("Connect again", "再接続"),
    "web.connect.other_user": ("Change the integration user", "連携ユーザーの変更"),
    "web.connect.what_hubspot": (
        "Tandem reads activities and contacts, and writes tasks where two-way sync is on.",
        "アクティビティーとコンタクトを読み取り、双方向同期が有効ならタスクを書き込みます。",
    ),
    "web.connect.what_salesforce": (
        "Whoever signs in is the integration user: Tandem can do what that user can do.",
        "サインインした人が連携ユーザーになります。Tandemはそのユーザーの権限で動作します。",
    ),
    "web.connect.by_browser": ("Sign in with the browser", "ブラウザーでサインイン"),
    "web.connect.by_browser_hubspot": (
        "With an app of your HubSpot developer account (OAuth).",
        "HubSpot開発者アカウントのアプリを使います(OAuth)。",
    ),
    "web.connect.by_browser_salesforce": (
        "With an External Client App of your org (OAuth with PKCE).",
        "組織の外部クライアントアプリケーションを使います(OAuth、PKCE)。",
    ),
    "web.connect.by_token": ("Paste a token", "トークンを貼り付け"),
    "web.connect.by_token_hubspot": (
        "A service key or a private app's access token.",
        "サービスキー、または非公開アプリのアクセストークン。",
    ),
    "web.connect.by_token_salesforce": (
        "A session of the integration user. It ends when Salesforce ends it, so it suits trying out.",
        "連携ユーザーのセッションID。Salesforce側で終了すると使えなくなるため、試用向きです。",
    ),
    "web.connect.url_hubspot": ("Address of the API (optional)", "APIのアドレス(省略可)"),
    "web.connect.url_salesforce": ("Address of the org (optional)", "組織のアドレス(省略可)"),
    "web.connect.url_token_hubspot": ("Address of the API (optional)", "APIのアドレス(省略可)"),
    "web.connect.url_token_salesforce": ("Address of the org", "組織のアドレス"),
    "web.connect.url_hint_hubspot": (
        "Leave it empty for HubSpot's own.",
        "空欄ならHubSpotの標準のアドレスを使います。",
    ),
    "web.connect.url_hint_salesforce": (
        "Your My Domain, such as https://acme.my.salesforce.com. Empty: login.salesforce.com; a sandbox: test.salesforce.com.",
        "「私のドメイン」(例: https://acme.my.salesforce.com)。空欄なら login.salesforce.com、Sandboxは test.salesforce.com。",
    ),
    "web.connect.client_id": ("Client ID", "クライアントID"),
    "web.connect.client_secret": ("Client secret", "クライアントシークレット"),
    "web.connect.client_secret_hint_hubspot": (
        "It is kept encrypted and never shown again.",
        "暗号化して保存し、二度と表示しません。",
    ),
    "web.connect.client_secret_hint_salesforce": (
        "Only where the app requires one. It is kept encrypted and never shown again.",
        "アプリで必要な場合だけ入力します。暗号化して保存し、二度と表示しません。",
    ),
    "web.connect.redirect": (
        "Register exactly this redirect address with the app:",
        "アプリには、次のリダイレクトURLをこのとおりに登録してください:",
    ),
    "web.connect.go": ("Connect {side}", "{side}を接続"),
    "web.connect.token": ("Token", "トークン"),
    "web.connect.token_hint": (
        "It is kept encrypted and never shown again.",
        "暗号化して保存し、二度と表示しません。",
    ),
    "web.connect.use_token": ("Use this token", "このトークンを使う"),
    "web.connect.away": ("On to {side}", "{side}へ移動します"),
    "web.connect.away_what": (
        "You sign in at {host} and come back here.",
        "{host} でサインインすると、ここに戻ります。",
    ),
    "web.connect.away_go": ("Go to {side}", "{side}へ進む"),
    "web.connect.wants_client": (
        "Enter the client ID of your app.",
        "アプリのクライアントIDを入力してください。",
    ),
    "web.connect.wants_token": ("Paste a token.", "トークンを貼り付けてください。"),
    "web.connect.wants_url": (
        "A pasted token needs the org's own address, such as https://acme.my.salesforce.com.",
        "トークンを使う場合は、組織のアドレス(例: https://acme.my.salesforce.com)も入力してください。",
    ),
    "web.connect.address_hubspot": (
        "{given} is not an address of HubSpot's API.",
        "{given} はHubSpot APIのアドレスではありません。",
    ),
    "web.connect.address_salesforce": (
        "{given} is not an address of Salesforce. It must be https and end in salesforce.com.",
        "{given} はSalesforceのアドレスではありません。https で、salesforce.com で終わるアドレスを指定してください。",
    ),
    "web.connect.stale": (
        "This sign-in was not begun in this browser, or took longer than ten minutes. Start it again from Connected apps.",
        "このサインインは、このブラウザーで始めたものではないか、10分を過ぎています。「接続されたアプリ」からやり直してください。",
    ),
    "web.connect.refused": (
        "{side} did not grant access: {reason}",
        "{side}でアクセスが許可されませんでした: {reason}",
    ),
    "web.connect.done": ("{side} is connected.", "{side}を接続しました。"),
    "web.connect.disconnected": (
        "{name} is disconnected and its tokens are revoked. Its tasks and links stay; connect again to go on.",
        "{name} の接続を解除し、トークンを取り消しました。ToDoと対応付けは残っています。再び接続すれば続きから同期します。",
    ),
    "web.disconnect.title": ("Disconnect {name}?", "{name} の接続を解除しますか?"),
    "web.disconnect.what": (
        "Tandem revokes its tokens in both CRMs, forgets them and stops syncing. Tasks in Salesforce and what Tandem knows about them stay: connected again, it goes on where it was and doubles nothing.",
        "両方のCRMでトークンを取り消し、保存した分も消して同期を止めます。SalesforceのToDoと対応付けの記録は残るので、再び接続すれば重複なしに続きから始まります。",
    ),
    "web.accounts.account": ("Account", "アカウント"),
    "web.accounts.address": ("Address", "アドレス"),
    "web.accounts.check": ("Set-up check", "設定の点検"),
    "web.accounts.check_what": (
        "What both accounts allow, and what to do where something is missing.",
        "両方のアカウントで許可されていることと、足りない場合の対処方法です。",
    ),
    "web.accounts.check_again": ("Check again", "もう一度点検"),
}
