"""What ``tandem simulate`` says."""

from __future__ import annotations

__all__ = ["TEXTS"]

TEXTS: dict[str, tuple[str, str]] = {
    "help.simulate": (
        "Play invented histories of edits, faults and crashes in both simulated CRMs, and check that nothing is lost or doubled.",
        "シミュレーションの両CRMで編集・障害・異常終了の履歴を再生し、欠落や重複がないことを確認します。",
    ),
    "option.simulate_seeds": ("How many histories.", "再生する履歴の数。"),
    "option.simulate_seed": (
        "Seed of the first history; the same seed gives the same history to the last request.",
        "最初の履歴のシード。同じシードからは最後のリクエストまで同じ履歴が再現されます。",
    ),
    "option.simulate_jobs": (
        "Processes that play at the same time.",
        "同時に再生するプロセスの数。",
    ),
    "simulate.progress": ("{done:,} of {of:,} histories", "{of:,}件中{done:,}件の履歴"),
    "simulate.figure": ("Figure", "項目"),
    "simulate.number": ("Number", "数"),
    "simulate.seeds": ("Histories", "履歴"),
    "simulate.a_minute": ("Histories a minute", "1分あたりの履歴"),
    "simulate.requests": ("Requests", "リクエスト"),
    "simulate.acts": ("Acts of people", "人の操作"),
    "simulate.faults": ("Faults that struck", "発生した障害"),
    "simulate.crashes": ("Processes killed", "強制終了したプロセス"),
    "simulate.runs": ("Runs, by how they ended", "同期(終わり方別)"),
    "simulate.writes": ("Records written", "書き込んだレコード"),
    "simulate.heard": ("What feeds told, by what became of it", "フィードの通知(結果別)"),
    "simulate.failed": ("Seed {seed} breaks a law:", "シード{seed}で規則に違反しました:"),
    "simulate.again": ("Play it again: {command}", "再現するには:{command}"),
    "simulate.all_well": (
        "Nothing was lost, doubled or overwritten in {seeds:,} {seeds:history|histories}.",
        "{seeds:,}件の履歴で、欠落・重複・上書きはありませんでした。",
    ),
}
