"""What ``worker`` says, and how workers and budgets are shown."""

TEXTS = {
    "help.worker": (
        "Run connections beside other programs on one PostgreSQL database, until asked to end.",
        "終了の指示があるまで、1つのPostgreSQLデータベースで他のプログラムとともに接続を同期します。",
    ),
    "option.at_once": (
        "How many connections this worker runs at once.",
        "このワーカーが同時に同期する接続の数。",
    ),
    "worker.started": (
        "This worker runs up to {count} {count:connection|connections} at once, as they fall due. Ctrl-C ends it.",
        "このワーカーは最大{count}件の接続を順番に同時実行します。Ctrl-Cで終了します。",
    ),
    "worker.ended": ("The worker has ended.", "ワーカーを終了しました。"),
    "worker.name": ("worker", "ワーカー"),
    "worker.role": ("command", "コマンド"),
    "worker.version": ("version", "バージョン"),
    "worker.seen": ("seen", "最終確認"),
    "worker.runs": ("runs", "実行中"),
    "worker.ago": ("{seconds} s ago", "{seconds}秒前"),
    "health.lasts_until": (
        "{side}: at the rate of the last hours, the allocation lasts until {until}.",
        "{side}: ここ数時間のペースでは、割り当ては{until}までもちます。",
    ),
}
