"""``tandem token``: tokens of the JSON API."""

TEXTS = {
    "help.token": (
        "Tokens with which programs use the JSON API.",
        "JSON APIを使うためのトークン。",
    ),
    "help.token.create": (
        "Make a token and print it, once: Tandem keeps a hash of it.",
        "トークンを作成し、一度だけ表示する(Tandemにはハッシュだけが残ります)。",
    ),
    "help.token.list": (
        "All tokens, their roles, and when each was last used.",
        "トークンの一覧。役割と最終使用日時も表示する。",
    ),
    "help.token.revoke": ("Make a token void.", "トークンを取り消す。"),
    "option.token_name": (
        "After the program that will use it.",
        "使用するプログラムの名前。",
    ),
    "option.token_role": (
        "What it may do: look (viewer), or look and change (admin).",
        "できること: 閲覧のみ(viewer)、または閲覧と変更(admin)。",
    ),
    "option.token_days": (
        "After so many days it is void; without, when it is revoked.",
        "この日数で無効になる。省略すると取り消すまで有効。",
    ),
    "option.token_number": (
        "The number that the list shows.",
        "一覧に表示される番号。",
    ),
    "token.made": (
        "The token “{name}”; it is not shown again:",
        "トークン「{name}」(再度表示することはできません):",
    ),
    "token.revoked": (
        "The token “{name}” is void.",
        "トークン「{name}」を取り消しました。",
    ),
    "token.number": ("No.", "番号"),
    "token.name": ("Name", "名前"),
    "token.role": ("Role", "役割"),
    "token.begins": ("Begins with", "先頭"),
    "token.by": ("Made by", "作成者"),
    "token.expires": ("Good until", "有効期限"),
    "token.seen": ("Last used", "最終使用"),
}
