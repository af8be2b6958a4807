"""Taking a run back."""

TEXTS = {
    "help.undo": (
        "Take a run back: delete what it created, restore what it overwrote, make again what it deleted, as far as nobody has touched it since. Says all that first, and asks.",
        "同期を1回取り消します。作成したものを削除し、上書きした値を戻し、削除したものを作り直します。その後に編集されたものには触れません。内容をすべて表示してから確認します。",
    ),
    "option.run": (
        "The run's number, as `tandem sync` and `tandem health` say it.",
        "同期の番号。`tandem sync` と `tandem health` に表示されます。",
    ),
    "option.undo_dry_run": (
        "Say what would be done, and do nothing.",
        "何が行われるかを表示するだけで、何もしません。",
    ),
    "option.release": (
        "Let the next run see again to what an undo of this run holds.",
        "この同期の取り消しで保留されたものを、次回の同期の対象に戻します。",
    ),
    "option.undo_limit": (
        "How many steps are printed; all are counted.",
        "表示する件数。件数の集計は全体について行います。",
    ),
    "undo.what": ("step", "動作"),
    "undo.kind": ("kind", "種類"),
    "undo.where": ("record", "レコード"),
    "undo.detail": ("what", "内容"),
    "undo.delete": ("delete", "削除"),
    "undo.restore": ("restore", "値を戻す"),
    "undo.recreate": ("make again", "作り直す"),
    "undo.leave": ("leave alone", "そのまま"),
    "undo.value": ("{field}: {present} → {value}", "{field}: {present} → {value}"),
    "undo.empty_value": ("(empty)", "(空)"),
    "undo.why.edited_since": (
        "somebody has edited it since",
        "その後に編集されています",
    ),
    "undo.why.gone_since": ("it is gone since", "その後に削除されています"),
    "undo.why.back_again": ("it is there again", "すでに元に戻っています"),
    "undo.why.as_before": (
        "it says already what it said before the run",
        "すでに同期前の値です",
    ),
    "undo.why.recreated": (
        "an earlier undo made it again",
        "以前の取り消しで作り直されています",
    ),
    "undo.why.not_read": (
        "it could not be read, or an earlier write to it is not settled yet: try again in some minutes",
        "読み取れないか、以前の書き込みの結果がまだ確認できていません。数分後にもう一度試してください",
    ),
    "undo.why.not_kept": (
        "what it said before the run was not kept",
        "同期前の値が記録されていません",
    ),
    "undo.nothing": (
        "There is nothing of run {run} to take back.",
        "同期 {run} について取り消すものはありません。",
    ),
    "undo.would": (
        "Taking run {run} back would delete {delete}, restore {restore} values, make {recreate} again and leave {leave} alone.",
        "同期 {run} の取り消しでは、削除 {delete} 件、値を戻す {restore} 件、作り直し {recreate} 件、そのまま {leave} 件となります。",
    ),
    "undo.did": (
        "Took run {run} back: deleted {delete}, restored {restore} values, made {recreate} again and left {leave} alone. This was run {own}, and can be undone itself.",
        "同期 {run} を取り消しました。削除 {delete} 件、値を戻す {restore} 件、作り直し {recreate} 件、そのまま {leave} 件。これは同期 {own} で、これ自体も取り消せます。",
    ),
    "undo.in_vain": (
        "{count} of these steps {count:was|were} refused; the same command tries {count:it|them} again.",
        "このうち {count} 件は拒否されました。同じコマンドでもう一度試せます。",
    ),
    "undo.unfinished": (
        "The undo stopped before its end; the same command goes on: tandem undo {run}",
        "取り消しは途中で止まりました。同じコマンドで続きから行えます: tandem undo {run}",
    ),
    "undo.held": (
        "What it touched rests until somebody edits it, or: tandem undo --release {run}",
        "取り消しの対象は、編集されるか次のコマンドを実行するまで同期されません: tandem undo --release {run}",
    ),
    "undo.ask": ("Take it back?", "取り消しますか?"),
    "undo.released": (
        "Released {count} {count:activity|activities}; the next run sees to {count:it|them}.",
        "{count} 件の保留を解除しました。次回の同期で処理されます。",
    ),
}
