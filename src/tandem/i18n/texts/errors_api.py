"""
What the JSON API says of a request that is not as described, English first.

The last group is the words of msgspec, which checks requests: they are told as it says them, and again in Japanese.
"""

from __future__ import annotations

__all__ = ["SAID"]

SAID: dict[str, tuple[str, str]] = {
    "api_no_number": (
        "{given} is not a number that anything has here.",
        "{given} という番号のものはありません。",
    ),
    "api_parameter_unknown": (
        "Unknown parameter {given}; there is: {known}.",
        "{given} というパラメーターはありません。使えるもの: {known}。",
    ),
    "api_parameter_twice": (
        "The parameter {given} stands twice.",
        "パラメーター {given} が2回指定されています。",
    ),
    "api_media_type": (
        "The body is of type {given}.",
        "本文の種類は {given} です。",
    ),
    "api_too_deep": ("The body is nested too deeply.", "本文の入れ子が深すぎます。"),
    "api_not_utf8": ("The body is not text in UTF-8.", "本文がUTF-8のテキストではありません。"),
    # as msgspec says it
    "json_at": ("{problem} - at {place}", "{place}: {problem}"),
    "json_missing": (
        "Object missing required field {member}",
        "必須の項目 {member} がありません",
    ),
    "json_unknown": (
        "Object contains unknown field {member}",
        "{member} という項目はありません",
    ),
    "json_type": (
        "Expected `{wanted}`, got `{got}`",
        "`{got}` ではなく `{wanted}` を指定してください",
    ),
    "json_at_least": (
        "Expected `{wanted}` >= {bound}",
        "{bound}以上の `{wanted}` を指定してください",
    ),
    "json_at_most": (
        "Expected `{wanted}` <= {bound}",
        "{bound}以下の `{wanted}` を指定してください",
    ),
    "json_longer": (
        "Expected `{wanted}` of length >= {bound}",
        "長さが{bound}以上の `{wanted}` を指定してください",
    ),
    "json_shorter": (
        "Expected `{wanted}` of length <= {bound}",
        "長さが{bound}以下の `{wanted}` を指定してください",
    ),
    "json_regex": (
        "Expected `{wanted}` matching regex {word}",
        "正規表現 {word} に合う `{wanted}` を指定してください",
    ),
    "json_zone": (
        "Expected `datetime` with a timezone component",
        "タイムゾーン付きの日時を指定してください",
    ),
    "json_moment": ("Invalid RFC3339 encoded datetime", "RFC 3339の日時ではありません"),
    "json_day": ("Invalid RFC3339 encoded date", "RFC 3339の日付ではありません"),
    "json_choice": ("Invalid enum value {word}", "{word} という選択肢はありません"),
    "json_malformed": (
        "JSON is malformed: {problem} (byte {bound})",
        "JSONの書式が正しくありません({bound}バイト目): {problem}",
    ),
    "json_cut": ("Input data was truncated", "JSONが途中で終わっています"),
}
