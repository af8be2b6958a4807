"""What lost a conflict, and pairs that ended."""

TEXTS = {
    "help.conflicts": (
        "Values that lost a conflict, and pairs that ended: list them, put them back.",
        "競合で採用されなかった値と、終了した対応付けを表示し、元に戻します。",
    ),
    "help.conflicts.list": (
        "Fields that were edited on both sides: which value stayed, which one lost, and by which rule. Also pairs that ended because one side was edited after the other had been deleted.",
        "両方で編集された項目について、採用された値と採用されなかった値、適用された規則を表示します。一方の削除後に他方が編集されて終了した対応付けも表示します。",
    ),
    "help.conflicts.restore": (
        "Write the value that lost back on its side; the next run carries it to the other one.",
        "採用されなかった値を元のCRMに書き戻します。次回の同期でもう一方にも反映されます。",
    ),
    "help.conflicts.recreate": (
        "Make the deleted counterpart of a record again, as a new one, and pair the two.",
        "削除された相手側のレコードを新しく作り直し、対応付けます。",
    ),
    "option.conflict_id": (
        "The conflict's number, as `tandem conflicts list` says it.",
        "競合の番号。`tandem conflicts list` に表示されます。",
    ),
    "option.conflicts_all": (
        "Also those that were put back already.",
        "すでに元に戻したものも表示します。",
    ),
    "option.conflicts_limit": ("How many are printed.", "表示する件数。"),
    "option.force": (
        "Write it even over what somebody has written since.",
        "その後に編集された値であっても上書きします。",
    ),
    "conflicts.number": ("no.", "番号"),
    "conflicts.when": ("when", "日時"),
    "conflicts.record": ("record", "レコード"),
    "conflicts.field": ("field", "項目"),
    "conflicts.kept": ("stayed", "採用"),
    "conflicts.lost": ("lost", "不採用"),
    "conflicts.rule": ("rule", "規則"),
    "conflicts.restored": ("put back", "復元"),
    "conflicts.rule.newest": ("newest edit", "新しい編集"),
    "conflicts.rule.hubspot": ("always HubSpot", "常にHubSpot"),
    "conflicts.rule.salesforce": ("always Salesforce", "常にSalesforce"),
    "conflicts.none": ("There are no conflicts.", "競合はありません。"),
    "conflicts.next": (
        "To put a value back: tandem conflicts restore NUMBER",
        "値を元に戻すには: tandem conflicts restore 番号",
    ),
    "conflicts.ended": (
        "Ended because one side was edited after the other had been deleted; to make the deleted one again: tandem conflicts recreate KEY",
        "一方の削除後に他方が編集されたため終了した対応付けです。削除された側を作り直すには: tandem conflicts recreate キー",
    ),
    "conflicts.key": ("key", "キー"),
    "conflicts.kind": ("kind", "種類"),
    "conflicts.did.restored": (
        "{field} says in {side} again what it said there before the conflict. The next run carries it to {other}.",
        "{side}の{field}を競合前の値に戻しました。次回の同期で{other}にも反映されます。",
    ),
    "conflicts.did.before": (
        "It was put back before, on {at}. To write it again: --force",
        "{at} にすでに元に戻しています。もう一度書き込むには --force を付けてください。",
    ),
    "conflicts.did.as_it_is": (
        "{field} says it in {side} already; nothing was written.",
        "{side}の{field}はすでにその値です。何も書き込みませんでした。",
    ),
    "conflicts.did.edited": (
        "Nothing was written: {field} was edited in {side} since, and says now: {present}. To cover that: --force",
        "書き込みませんでした。{side}の{field}はその後に編集され、現在の値は「{present}」です。上書きするには --force を付けてください。",
    ),
    "conflicts.did.gone": (
        "Nothing was written: the record in {side} is gone, or its pair has ended.",
        "書き込みませんでした。{side}のレコードが削除されたか、対応付けが終了しています。",
    ),
    "conflicts.did.not_read": (
        "Nothing was written: {side} could not be read, or an earlier write to it is not settled yet. Try again in some minutes.",
        "書き込みませんでした。{side}を読み取れないか、以前の書き込みの結果がまだ確認できていません。数分後にもう一度試してください。",
    ),
    "conflicts.did.not_kept": (
        "Nothing was written: what {field} said in {side} was not kept.",
        "書き込みませんでした。{side}の{field}の値は記録されていません。",
    ),
    "conflicts.did.refused": ("{side} refused it: {problem}", "{side}に拒否されました:{problem}"),
    "conflicts.made.created": (
        "Made again in {side} as {record}, under the key {key}; the two are a pair.",
        "{side}に {record} として作り直し(キー {key})、対応付けました。",
    ),
    "conflicts.made.not_yet": (
        "Not made in {side} now. {reason} Its key is {key}.",
        "{side}にはまだ作成されていません。{reason} キーは {key} です。",
    ),
    "conflicts.made.nothing_left": (
        "Nothing was made: both records are gone.",
        "作り直しませんでした。両方のレコードが削除されています。",
    ),
    "conflicts.made.both_there": (
        "Nothing was made: both records are there.",
        "作り直しませんでした。両方のレコードがあります。",
    ),
    "conflicts.made.switched_off": (
        "Nothing was made: nothing is written to {side} for this kind. Switch it on, and try again.",
        "作り直しませんでした。この種類は{side}に書き込まない設定です。有効にしてから、もう一度試してください。",
    ),
    "conflicts.made.no_record": (
        "Nothing was made: a {kind} happened once and cannot be read again.",
        "作り直しませんでした。{kind}は一度だけのできごとで、もう一度読み取ることができません。",
    ),
    "conflicts.made.stopped": (
        "The run stopped before it was made; try again.",
        "作り直す前に処理が止まりました。もう一度試してください。",
    ),
}
