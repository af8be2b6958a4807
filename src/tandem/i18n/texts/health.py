"""Sync health and errors."""

TEXTS = {
    "health.state": ("Connection {name}: {state}", "接続 {name}: {state}"),
    "health.resume": (
        "Once that is mended: tandem resume --connection {name}",
        "原因を取り除いたら: tandem resume --connection {name}",
    ),
    "health.resumed": (
        "Connection {name} runs again.",
        "接続 {name} を再開しました。",
    ),
    "health.last_run": ("Last run: {when}", "前回の同期: {when}"),
    "health.activities": ("Activities: {counts}", "アクティビティー: {counts}"),
    "health.waiting": ("{count} waiting: {reason}", "待機{count}件: {reason}"),
    "health.calls": ("API calls", "APIコールの使用"),
    "health.used": ("in 24 h", "24時間"),
    "health.limit": ("limit", "CRMの上限"),
    "health.remaining": ("left", "残り"),
    "health.allocation": ("allocated", "割り当て"),
    "health.source": ("source", "読み取り元"),
    "health.read_to": ("read to", "読み取り済み"),
    "health.lag": ("behind", "遅れ"),
    "errors.none": ("Nothing is parked.", "保留中のものはありません。"),
    "errors.next": (
        "Mend the cause, then: tandem errors retry --reason REASON. Why one of them: tandem explain KEY.",
        "原因を取り除いてから: tandem errors retry --reason 理由。個別の理由は: tandem explain キー。",
    ),
    "errors.reason": ("reason", "理由"),
    "errors.count": ("number", "件数"),
    "errors.kinds": ("kinds", "種類"),
    "errors.what": ("what it means", "意味"),
    "errors.choose": (
        "Name keys, or give --reason or --all.",
        "キー、--reason、--all のどれか1つを指定してください。",
    ),
    "errors.retried": (
        "{count} {count:activity|activities} will be tried again by the next run (tandem sync).",
        "{count}件を次回の同期(tandem sync)で再試行します。",
    ),
}
