"""How Salesforce's change events are: a sentence for each state of the feed and, where a person can act, the remedy."""

TEXTS = {
    "doctor.events_heard": (
        "Salesforce's change events are heard.",
        "Salesforceの変更イベントを受信しています。",
    ),
    "doctor.events_off": (
        "Salesforce's change events are switched off: changes are found when Tandem asks.",
        "Salesforceの変更イベントは使用していません。変更は定期的な問い合わせで検出します。",
    ),
    "doctor.events_starting": (
        "Salesforce's change events have been subscribed to; the first sign of life comes within five minutes.",
        "Salesforceの変更イベントの購読を始めました。最初の応答は5分以内に届きます。",
    ),
    "doctor.events_not_selected": (
        "Salesforce makes no change events of {detail}.",
        "Salesforceは {detail} の変更イベントを送信していません。",
    ),
    "doctor.events_not_selected.remedy": (
        "An administrator selects them in Setup: Integrations > Change Data Capture, move them to 'Selected Entities', save. Five may be selected without an add-on. Tandem notices within minutes.",
        "管理者が［設定］>［インテグレーション］>［変更データキャプチャ］で［選択されたエンティティ］に移して保存してください。アドオンなしで選択できるのは5つまでです。Tandemは数分以内に気付きます。",
    ),
    "doctor.events_partly_selected": (
        "Salesforce makes change events, but none of {detail}: changes of these are found when Tandem asks.",
        "Salesforceの変更イベントを受信していますが、{detail} の分はありません。これらの変更は定期的な問い合わせで検出します。",
    ),
    "doctor.events_partly_selected.remedy": (
        "To hear of them sooner, select them in Setup: Integrations > Change Data Capture.",
        "早く知るには、［設定］>［インテグレーション］>［変更データキャプチャ］で選択してください。",
    ),
    "doctor.events_refused": (
        "Salesforce refuses its change events: {detail}",
        "Salesforceが変更イベントを拒否しました: {detail}",
    ),
    "doctor.events_refused.remedy": (
        "Give the integration user 'API Enabled' and 'View All' on the objects, or connect Salesforce again with `tandem connect salesforce`.",
        "連携ユーザーに「APIの有効化」と対象オブジェクトの「すべて表示」の権限を付与するか、`tandem connect salesforce` で接続し直してください。",
    ),
    "doctor.events_limit": (
        "Salesforce delivers no more events for now: {detail}",
        "Salesforceは現在これ以上のイベントを配信しません: {detail}",
    ),
    "doctor.events_limit.remedy": (
        "Nothing is lost: events wait for 72 hours, and changes are found when Tandem asks. If it happens often, add event deliveries to the org.",
        "失われるものはありません。イベントは72時間保持され、変更は定期的な問い合わせでも検出します。頻発する場合は組織のイベント配信数を追加してください。",
    ),
    "doctor.events_reconnecting": (
        "The stream of Salesforce's change events broke and is being opened again: {detail}",
        "Salesforceの変更イベントのストリームが切断され、再接続しています: {detail}",
    ),
    "doctor.events_reconnecting.remedy": (
        "If it stays so, check that port 7443 may be reached (api.pubsub.salesforce.com), the proxy (HTTPS_PROXY) and your own CA (TANDEM_CA_FILE).",
        "続く場合は、ポート7443(api.pubsub.salesforce.com)への接続、プロキシ(HTTPS_PROXY)、独自のCA(TANDEM_CA_FILE)をご確認ください。",
    ),
    "doctor.events_late": (
        "Salesforce's change events come late.",
        "Salesforceの変更イベントが遅れて届いています。",
    ),
    "doctor.events_late.remedy": (
        "It passes by itself; if it lasts for hours, look at https://status.salesforce.com",
        "通常は自然に解消します。数時間続く場合は https://status.salesforce.com をご確認ください。",
    ),
    "doctor.events_not_installed": (
        "Salesforce's change events need parts that are not installed.",
        "Salesforceの変更イベントに必要なパッケージがインストールされていません。",
    ),
    "doctor.events_not_installed.remedy": (
        "pip install 'tandem-sync[events]'",
        "pip install 'tandem-sync[events]'",
    ),
    "doctor.events_no_address": (
        "Salesforce is a simulated one on this machine, and nobody has said where its change events come from.",
        "Salesforceはこのマシン上の模擬環境で、変更イベントの取得先が指定されていません。",
    ),
    "doctor.events_no_address.remedy": (
        "Start the sandbox with --events-port and name the address in TANDEM_SALESFORCE_EVENTS.",
        "サンドボックスを --events-port を付けて起動し、そのアドレスを TANDEM_SALESFORCE_EVENTS に指定してください。",
    ),
    "web.audit.change_events": (
        "Selected an object for Salesforce's change events",
        "Salesforceの変更イベントの対象オブジェクトを選択",
    ),
}
