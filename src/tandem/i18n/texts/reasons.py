"""Why a run stopped or a connection rests; the reasons of single activities are in ``sync.reasons``."""

TEXTS = {
    "stop.access_lost": (
        "Access was lost: sign in again with `tandem connect`, then `tandem resume`.",
        "アクセスできなくなりました。`tandem connect` でサインインし直し、`tandem resume` を実行してください。",
    ),
    "stop.no_calls_left": (
        "Today's API calls are used up; the rest is written tomorrow.",
        "本日のAPIコールを使い切りました。残りは明日書き込みます。",
    ),
    "stop.turn_over": (
        "Others waited for their turn; the next run goes on from there.",
        "他の接続に順番を譲りました。次回の同期で続きから始まります。",
    ),
    "stop.other_account": (
        "The account behind the connection is another one now (a refreshed sandbox has a new id): connect it again.",
        "接続先が別のアカウントになっています(更新されたSandboxはIDが変わります)。接続し直してください。",
    ),
    "stop.suspended": (
        "The connection was suspended while it ran.",
        "実行中に接続が停止されました。",
    ),
    "stop.refused": (
        "A CRM refused a whole request. `tandem doctor` says what may be missing; the next run reads the account anew.",
        "CRMに要求全体が拒否されました。足りないものは `tandem doctor` で分かります。次回はアカウントの情報を読み直します。",
    ),
    "stop.storage_full": (
        "Salesforce has no storage left: free some, then `tandem resume`.",
        "Salesforceのストレージに空きがありません。空きを作ってから `tandem resume` を実行してください。",
    ),
    "stop.settings": (
        "A setting does not fit any more; nothing was lost, and the next run after it is mended goes on.",
        "設定が実際と合わなくなっています。失われたものはなく、設定を直した後の同期で続きから始まります。",
    ),
    "stop.crashed": (
        "Tandem itself failed: please report this with the log.",
        "Tandem自体の不具合です。お手数ですがログとともにご報告ください。",
    ),
    "stop.interrupted": (
        "It was interrupted; the next run goes on from there.",
        "中断されました。次回はその続きから始まります。",
    ),
    "stop.crm_unavailable": (
        "A CRM did not answer; the next run tries again.",
        "CRMが応答しません。次回の同期で再試行します。",
    ),
    "stop.settings_changed": (
        "The settings changed while it ran; the next run uses the new ones.",
        "実行中に設定が変更されました。次回は新しい設定を使います。",
    ),
    "stop.brake_creates": (
        "It would have created more than 5,000 records. If that is meant, run `tandem resume`, then sync again.",
        "5,000件を超えるレコードを作成するところでした。意図どおりなら `tandem resume` の後にもう一度同期してください。",
    ),
    "stop.brake_deletes": (
        "It would have deleted more records than is usual. If that is meant, run `tandem resume`, then sync again.",
        "通常より多くのレコードを削除するところでした。意図どおりなら `tandem resume` の後にもう一度同期してください。",
    ),
    "stop.brake_empty": (
        "Nearly all tasks looked at are gone. If that is meant, run `tandem resume`, then sync again.",
        "確認したタスクのほとんどが削除されています。意図どおりなら `tandem resume` の後にもう一度同期してください。",
    ),
    "stop.lease_lost": (
        "Another worker has taken the connection over.",
        "別のワーカーが接続を引き継ぎました。",
    ),
}
