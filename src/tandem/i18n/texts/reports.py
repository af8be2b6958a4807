"""Reports: the names they are saved under, the command and the page."""

TEXTS = {
    "report.ready.opens": ("{words} by week", "{words}(週別)"),
    "report.ready.opens-by-owner": ("{words} by owner", "{words}(担当者別)"),
    "report.ready.clicks": ("{words} by week", "{words}(週別)"),
    "report.ready.clicks-by-owner": ("{words} by owner", "{words}(担当者別)"),
    "report.ready.forms": ("{words} by form", "{words}(フォーム別)"),
    "report.ready.forms-by-week": ("{words} by week", "{words}(週別)"),
    "report.ready.forms-by-owner": ("{words} by owner", "{words}(担当者別)"),
    "report.ready.leads": ("{name}, leads", "{name}・リード"),
    "report.own": ("{words}", "{words}"),
    "report.about.contacts": ("Activities with contacts", "取引先責任者の活動"),
    "report.about.leads": ("Activities with leads", "リードの活動"),
    "report.match.starts_with": ("begins with", "次で始まる"),
    "report.match.contains": ("contains", "次を含む"),
    "report.show.all": ("open and completed", "未完了と完了"),
    "report.show.open": ("open", "未完了"),
    "report.show.closed": ("completed", "完了"),
    "report.group.day": ("Day", "日"),
    "report.group.week": ("Week", "週"),
    "report.group.month": ("Month", "月"),
    "report.group.owner": ("Assigned to", "任命先"),
    "report.group.type": ("Type", "種別"),
    "report.group.status": ("Status", "状況"),
    "report.group.subject": ("Subject", "件名"),
    "report.group.company": ("Company", "会社"),
    "report.column.task": ("Task", "ToDo"),
    "report.column.subject": ("Subject", "件名"),
    "report.column.due": ("Due date", "期日"),
    "report.column.owner": ("Assigned to", "任命先"),
    "report.column.person": ("Name", "名前"),
    "report.column.company": ("Company", "会社"),
    "report.column.status": ("Status", "状況"),
    "report.column.type": ("Type", "種別"),
    "report.column.created": ("Created", "作成日時"),
    "report.code": ("Report", "レポート"),
    "report.name": ("Name", "名前"),
    "report.saved": ("In Salesforce", "Salesforce"),
    "report.count": ("Tasks", "件数"),
    "report.total": ("Total", "合計"),
    "report.empty": ("(none)", "(なし)"),
    "report.run": ("{name}: {count} tasks", "{name}: {count}件"),
    "report.not_whole": (
        "Salesforce sends 2,000 rows at most; the figures count all. With --csv FILE all rows are written.",
        "Salesforceが返す行は2,000件までです(集計は全件)。--csv FILE なら全件を書き出します。",
    ),
    "report.written": ("{count} tasks written to {path}.", "{count}件を {path} に書き出しました。"),
    "report.created": (
        "Saved in Salesforce as “{name}”: {url}",
        "Salesforceに「{name}」として保存しました: {url}",
    ),
    "report.changed": (
        "“{name}” changed in Salesforce: {url}",
        "Salesforceの「{name}」を更新しました: {url}",
    ),
    "report.unknown": (
        "There is no report {code}; there are: {known}. Or build one with --starts-with or --contains.",
        "レポート {code} はありません。使えるもの: {known}。--starts-with や --contains で作ることもできます。",
    ),
    "report.not_told": (
        "The report {code} cannot be told by its subject: the kind's subject template begins with a value. Build one with --contains.",
        "レポート {code} は件名で絞り込めません(件名テンプレートが値で始まるため)。--contains で作成してください。",
    ),
    "report.which": (
        "Name a report, or build one with --starts-with or --contains.",
        "レポートを指定するか、--starts-with または --contains で作成してください。",
    ),
    "report.one_match": (
        "Give --starts-with or --contains, not both.",
        "--starts-with と --contains はどちらか一方だけを指定してください。",
    ),
    "report.too_deep": (
        "Group by at most three, each once, and by one of day, week and month.",
        "グループ化は3つまでで、同じものは1回、日・週・月はどれか1つだけです。",
    ),
    "report.csv_of_id": (
        "--csv is for the reports that Tandem defines, not for one named by its id.",
        "--csv はTandemが定義するレポート用で、IDで指定したレポートには使えません。",
    ),
    "help.report": (
        "Reports in Salesforce on what was synced.",
        "同期した活動についてのSalesforceのレポート。",
    ),
    "help.report.list": (
        "The ready-made reports, and which of them are saved in Salesforce.",
        "用意されたレポートと、Salesforceに保存済みかどうかを表示します。",
    ),
    "help.report.run": (
        "Run a report now and show its figures.",
        "レポートを実行し、集計を表示します。",
    ),
    "help.report.save": (
        "Save a report into Salesforce, for colleagues to open there.",
        "レポートをSalesforceに保存します。同僚もそこで開けます。",
    ),
    "option.report": (
        "A ready-made report (see: tandem report list), or the id of one in Salesforce.",
        "用意されたレポートの名前(tandem report list を参照)、またはSalesforceのレポートのID。",
    ),
    "option.report_about": (
        "Activities with contacts, or with leads.",
        "取引先責任者の活動か、リードの活動か。",
    ),
    "option.report_starts": (
        "Subjects that begin with this text; may be repeated.",
        "件名がこの文字列で始まるもの。複数指定できます。",
    ),
    "option.report_contains": (
        "Subjects that contain this text; may be repeated.",
        "件名にこの文字列を含むもの。複数指定できます。",
    ),
    "option.report_group": (
        "What to group by; up to three.",
        "グループ化の基準。3つまで。",
    ),
    "option.report_days": (
        "Only the last so many days; else all time.",
        "直近の日数。指定がなければ全期間。",
    ),
    "option.report_all": (
        "Also tasks that Tandem did not write.",
        "Tandemが作成していないToDoも含めます。",
    ),
    "option.report_csv": (
        "Write all tasks of the report into this file.",
        "レポートの全ToDoをこのファイルに書き出します。",
    ),
    "option.report_folder": (
        "Folder to save in, by name or id; else public reports.",
        "保存先フォルダーの名前かID。指定がなければ公開レポート。",
    ),
    "option.report_name": (
        "Name of the report, at most 40 characters.",
        "レポートの名前(40文字まで)。",
    ),
}
