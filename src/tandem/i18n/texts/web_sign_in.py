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
}
