"""Importing what was there before a switch was turned."""

TEXTS = {
    "help.import": (
        "Bring in what was there before a switch was turned: a dry run first, then a question.",
        "スイッチをオンにする前からあったものを取り込みます。まず試行し、確認してから実行します。",
    ),
    "help.import.tasks": (
        "Past Salesforce tasks into HubSpot: those of the org, or those of a CSV.",
        "過去のSalesforce ToDoをHubSpotに取り込みます(組織のToDo、またはCSVのToDo)。",
    ),
    "help.import.activities": (
        "Past HubSpot activities into Salesforce, by kind and period.",
        "過去のHubSpotアクティビティーを、種類と期間を選んでSalesforceに取り込みます。",
    ),
    "option.created_since": (
        "Tasks created in Salesforce on or after this day.",
        "この日以降にSalesforceで作成されたToDo。",
    ),
    "option.created_until": (
        "Tasks created in Salesforce on or before this day.",
        "この日以前にSalesforceで作成されたToDo。",
    ),
    "option.updated_since": (
        "Tasks changed in Salesforce on or after this day.",
        "この日以降にSalesforceで変更されたToDo。",
    ),
    "option.open_only": ("Only tasks that are not completed.", "完了していないToDoのみ。"),
    "option.import_owner": (
        "Tasks of this Salesforce user or queue, by e-mail address or id; may be repeated.",
        "このSalesforceユーザーまたはキューのToDo(メールアドレスまたはID)。複数指定できます。",
    ),
    "option.where": (
        "Tasks that meet this SOQL condition.",
        "このSOQL条件を満たすToDo。",
    ),
    "option.csv": (
        "The tasks of this file, as Salesforce exports them, instead of the org's.",
        "組織のToDoの代わりに、SalesforceからエクスポートしたこのファイルのToDoを取り込みます。",
    ),
    "option.map": (
        "What a column of the file means, such as Contact=Email; may be repeated.",
        "ファイルの列の意味(例: 連絡先=Email)。複数指定できます。",
    ),
    "option.dates": (
        "What the file's dates begin with, where it does not tell.",
        "ファイルの日付の並び(ファイルから判断できない場合)。",
    ),
    "option.wrong": (
        "Write the rows that cannot be imported to this CSV, each with its line and the problem.",
        "取り込めない行を、行番号と理由を付けてこのCSVに書き出します。",
    ),
    "option.import_kind": (
        "Kind of activity, as in the settings; may be repeated.",
        "アクティビティーの種類(設定のキー)。複数指定できます。",
    ),
    "option.import_since": (
        "Activities created in HubSpot (events: happened) on or after this day.",
        "この日以降にHubSpotで作成された(イベントは発生した)アクティビティー。",
    ),
    "option.import_until": (
        "Activities created (events: happened) on or before this day.",
        "この日以前に作成された(イベントは発生した)アクティビティー。",
    ),
    "option.import_dry_run": (
        "Only say what would be imported.",
        "何が取り込まれるかを表示するだけで終わります。",
    ),
    "option.import_resume": (
        "Go on with the same import that was stopped, without a dry run and a question.",
        "中断された同じ取り込みを、試行と確認なしで続けます。",
    ),
    "import.ask": ("Import these now?", "今すぐ取り込みますか?"),
    "import.nothing": (
        "There is nothing to import.",
        "取り込むものはありません。",
    ),
    "import.calls_ahead": (
        "Carrying this out takes about so many API calls: {calls}.",
        "実行に必要なAPIコールのおよその数: {calls}。",
    ),
    "import.doubles_ahead": (
        "{count} {count:is|are} likely there already (same person, day and subject): linked as {count:it is|they are}, not made again.",
        "{count}件はすでにあるようです(同じ相手・日付・件名)。新たに作成せず、そのまま紐付けます。",
    ),
    "import.doubles": (
        "{count} {count:was|were} likely there already (same person, day and subject): linked as {count:it is|they are}, not made again.",
        "{count}件はすでにあったため(同じ相手・日付・件名)、新たに作成せず、そのまま紐付けました。",
    ),
    "import.day": ("day", "日付"),
    "import.subject": ("subject", "件名"),
    "import.unfinished": (
        "The same import of {when} was stopped after {done} of {total}; it goes on from there.",
        "同じ取り込み({when}開始)が{total}件中{done}件で中断されています。続きから取り込みます。",
    ),
    "import.nothing_to_resume": (
        "No import with these choices was stopped: leave --resume out to begin one.",
        "この条件で中断された取り込みはありません。新しく始めるには --resume を外してください。",
    ),
    "import.interrupted": (
        "Stopped. What was imported stays, nothing is made twice: go on with the same command, or with --resume and without the dry run.",
        "中断しました。取り込んだものは残り、二重に作成されることはありません。同じコマンドで続けられます(--resume を付けると試行なし)。",
    ),
    "import.go_on": (
        "The import is not finished: once the cause is mended, go on with the same command and --resume.",
        "取り込みは終わっていません。原因を取り除いてから、同じコマンドに --resume を付けて続けてください。",
    ),
    "import.csv_alone": (
        "A file says itself which tasks are meant: --csv goes with none of --created-since, --created-until, --updated-since, --open-only, --owner, --where.",
        "--csv を指定した場合は、--created-since、--created-until、--updated-since、--open-only、--owner、--where を指定できません。",
    ),
    "import.needs_csv": (
        "--map, --dates and --wrong are about a file: they need --csv FILE.",
        "--map、--dates、--wrong には --csv FILE が必要です。",
    ),
    "import.needs_kind": (
        "Say which kinds and since when, for example: --kind call --kind note --since 2026-01-01",
        "種類と開始日を指定してください。例: --kind call --kind note --since 2026-01-01",
    ),
    "import.period": ("The period ends before it begins.", "期間の終わりが始まりより前です。"),
    "import.rows": (
        "The file: {rows} {rows:row|rows} to import, {wrong} wrong, {left_out} left out.",
        "ファイル: 取り込む行{rows}件、誤りのある行{wrong}件、対象外の行{left_out}件。",
    ),
    "import.unknown_columns": (
        "Columns that mean nothing to Tandem: {names}. Name one with --map COLUMN=Field if it matters.",
        "意味の分からない列: {names}。必要な列は --map 列名=項目 で指定してください。",
    ),
    "import.line": ("Line {line}: {problem}", "{line}行目: {problem}"),
    "import.more_wrong": (
        "… and {count} more {count:row|rows} that cannot be imported.",
        "…ほかに取り込めない行が{count}件あります。",
    ),
    "import.more_left_out": (
        "… and {count} more {count:row|rows} left out.",
        "…ほかに対象外の行が{count}件あります。",
    ),
    "import.wrong_hint": (
        "All wrong rows, to be mended and imported later: --wrong FILE",
        "誤りのある行をすべて書き出し、後で直して取り込むには: --wrong FILE",
    ),
    "import.wrong_written": (
        "The wrong rows are in {file}: mend them there and import that file.",
        "誤りのある行を {file} に書き出しました。直してからそのファイルを取り込んでください。",
    ),
}
