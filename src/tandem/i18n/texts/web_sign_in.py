"""The web app: what signing in to the CRMs asks for, and signing in through an identity provider."""

TEXTS = {
    # to a CRM
    "web.connect.scopes": (
        "The app needs these scopes:",
        "アプリには次のスコープが必要です:",
    ),
    "web.connect.scopes_optional": (
        "For single kinds of activity, as optional scopes:",
        "一部の種類のアクティビティーに使う任意のスコープ:",
    ),
    "web.connect.scopes_hubspot": (
        "HubSpot granted less than Tandem needs. Missing: {scopes}. Add these scopes to the app in your HubSpot developer account, save it and connect again. Nothing was saved here.",
        "HubSpotで許可された範囲が足りません。不足しているスコープ: {scopes}。HubSpot開発者アカウントでアプリにこれらのスコープを追加して保存し、もう一度接続してください。Tandemには何も保存していません。",
    ),
    "web.connect.scopes_salesforce": (
        "Salesforce granted less than Tandem needs. Missing: {scopes}. Select them in the OAuth settings of the External Client App, wait some minutes until Salesforce knows them, and connect again. Nothing was saved here.",
        "Salesforceで許可された範囲が足りません。不足しているスコープ: {scopes}。外部クライアントアプリケーションのOAuth設定でこれらを選択し、Salesforceに反映されるまで数分待ってから、もう一度接続してください。Tandemには何も保存していません。",
    ),
    # through an identity provider
    "web.oidc.go": ("Sign in with {provider}", "{provider} でサインイン"),
    "web.oidc.away": (
        "You are signed out here. You sign out at {host} as well.",
        "ここからはサインアウトしました。続けて {host} からもサインアウトします。",
    ),
    "web.oidc.no_passwords": (
        "Nobody signs in with a password here: use the button of your identity provider.",
        "ここではパスワードを使いません。IDプロバイダーのボタンからサインインしてください。",
    ),
    "web.oidc.stale": (
        "This sign-in was not begun in this browser, was used already, or took longer than ten minutes. Start it again.",
        "このサインインは、このブラウザーで始めたものではないか、使用済みか、10分を過ぎています。もう一度始めてください。",
    ),
    "web.audit.signed_out_by_provider": (
        "Signed out by the identity provider",
        "IDプロバイダーによるサインアウト",
    ),
    "web.oidc.denied": (
        "{provider} did not sign you in. Try again, or ask your administrator there.",
        "{provider} でサインインできませんでした。もう一度試すか、{provider} の管理者へお問い合わせください。",
    ),
    "web.oidc.unreachable": (
        "{provider} does not answer just now. Try again in a minute; the log says more.",
        "{provider} が応答しません。1分ほどおいてもう一度お試しください。詳しくはログに記録されています。",
    ),
    "web.oidc.refused": (
        "{provider} refused Tandem. An administrator should compare client ID, client secret and redirect address; the log says more.",
        "{provider} がTandemからの要求を拒否しました。管理者の方は、クライアントID、クライアントシークレット、リダイレクトURLをご確認ください。詳しくはログに記録されています。",
    ),
    "web.oidc.wrong_issuer": (
        "{provider} describes itself otherwise than it was set up here. An administrator should compare TANDEM_OIDC_ISSUER; the log says more.",
        "{provider} の構成情報が設定と一致しません。管理者の方は TANDEM_OIDC_ISSUER をご確認ください。詳しくはログに記録されています。",
    ),
    "web.oidc.no_token": (
        "{provider} did not say who you are. The scope openid must be allowed for Tandem there.",
        "{provider} から本人の情報が届きませんでした。{provider} 側で openid スコープを許可してください。",
    ),
    "web.oidc.forged": (
        "What came back from {provider} could not be verified, so you are not signed in. Start again; the log says more.",
        "{provider} からの応答を検証できなかったため、サインインしていません。もう一度始めてください。詳しくはログに記録されています。",
    ),
    "web.oidc.expired": (
        "What came back from {provider} is out of date. Start again; if it happens again, the clock of this server is wrong.",
        "{provider} からの応答の有効期限が切れています。もう一度始めてください。繰り返す場合は、このサーバーの時計がずれています。",
    ),
    "web.oidc.no_email": (
        "{provider} told no e-mail address. The scope email must be allowed for Tandem there.",
        "{provider} からEメールアドレスが届きませんでした。{provider} 側で email スコープを許可してください。",
    ),
    "web.oidc.unverified": (
        "{provider} has not verified your e-mail address. Verify it there, then sign in again.",
        "{provider} でEメールアドレスが確認されていません。確認を済ませてから、もう一度サインインしてください。",
    ),
    "web.oidc.domain": (
        "People of your e-mail domain are not let in here. Ask an administrator of Tandem.",
        "お使いのEメールのドメインではサインインできません。Tandemの管理者へご依頼ください。",
    ),
    "web.oidc.nobody": (
        "Nobody has let you in yet. Ask an administrator of Tandem for an invitation.",
        "まだ利用が許可されていません。Tandemの管理者に招待をご依頼ください。",
    ),
    "web.oidc.other": (
        "Your e-mail address belongs to somebody else at {provider}. An administrator of Tandem can remove the old account under People.",
        "このEメールアドレスは、{provider} の別のアカウントに結び付いています。Tandemの管理者が「ユーザー」で以前のアカウントを削除できます。",
    ),
}
