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
    "doctor.turn_overdue": (
        "The connection has been due for {minutes} {minutes:minute|minutes}, and nobody runs it.",
        "同期の予定時刻を{minutes}分過ぎていますが、実行されていません。",
    ),
    "doctor.turn_overdue.remedy": (
        "Start `tandem serve` again, or `tandem worker`, or look at its log.",
        "`tandem serve` または `tandem worker` を起動し直すか、ログをご確認ください。",
    ),
    "doctor.workers_alive": (
        "{count} {count:program runs|programs run} connections; {runs} {runs:run is|runs are} under way.",
        "{count}個のプログラムが接続を同期しています。実行中の同期は{runs}件です。",
    ),
    "doctor.workers_none": (
        "No program runs connections of this database.",
        "このデータベースの接続を同期しているプログラムがありません。",
    ),
    "doctor.workers_none.remedy": (
        "Start `tandem serve` or `tandem worker`.",
        "`tandem serve` または `tandem worker` を起動してください。",
    ),
    "doctor.worker_silent": (
        "{name} has not been heard of for {seconds} s; others do its work.",
        "{name} からの応答が{seconds}秒ありません。ほかのプログラムが同期を引き継ぎます。",
    ),
    "doctor.worker_silent.remedy": (
        "If its computer runs, look at its log there, and whether it reaches the database.",
        "そのコンピューターが動いている場合は、ログとデータベースへの接続をご確認ください。",
    ),
    "doctor.workers_mixed": (
        "Programs of different versions run: {versions}.",
        "異なるバージョンのプログラムが動いています: {versions}",
    ),
    "doctor.workers_mixed.remedy": (
        "During an upgrade that is as it should be; afterwards bring the others up to the newest.",
        "アップグレード中であれば問題ありません。完了後は、すべてを最新のバージョンにしてください。",
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
