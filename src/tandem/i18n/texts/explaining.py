"""What is said of a record that is asked about, beside where it stands and why."""

TEXTS = {
    "explain.followed_by": (
        "Its tombstone; what is left of it goes by {value}",
        "終了した記録です。残ったレコードのキーは {value} です",
    ),
    "explain.agreed": (
        "What both sides said when they last agreed:",
        "最後に両方が一致したときの値:",
    ),
    "explain.field": ("field", "項目"),
    "explain.dispute": (
        "Conflict {id} of {at}: {field} was edited on both sides, and {winner} won. To put the other value back: tandem conflicts restore {id}",
        "競合 {id}({at}): {field} が両方で編集され、{winner} の値が採用されました。もう一方の値に戻すには: tandem conflicts restore {id}",
    ),
    "explain.dispute_restored": (
        "Conflict {id} of {at}: {field} was edited on both sides, and {winner} won; the other value was put back since.",
        "競合 {id}({at}): {field} が両方で編集され、{winner} の値が採用されましたが、その後もう一方の値に戻されました。",
    ),
    "explain.not_met": (
        "Tandem has never met {asked} in connection {name}; this is what it finds now:",
        "Tandemは接続 {name} で {asked} を確認したことがありません。現在の状態は次のとおりです:",
    ),
    "explain.would": (
        "{kind} in {side}. A run would now: {would}",
        "{side}の{kind}。今同期した場合: {would}",
    ),
    "explain.nothing_to_do": (
        "{kind} in {side}. A run would do nothing about it.",
        "{side}の{kind}。今同期しても何も行われません。",
    ),
    "explain.not_found": (
        "{side} has no activity with the id {asked} that this connection can read.",
        "{side}には、この接続で読み取れる ID {asked} のアクティビティーがありません。",
    ),
    "explain.not_an_activity": (
        "This is a record of type {what} in {side}; only activities and tasks sync.",
        "{side}の {what} レコードです。同期されるのはアクティビティーとToDoだけです。",
    ),
}
