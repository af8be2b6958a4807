"""Bodies and subjects that broke somebody's software once, each generated, none copied."""

import random
from html import escape

from tandem.sandbox.data.words import Words

FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}\u200d\N{BOY}"
"""Four people joined into one grapheme of eleven UTF-16 units."""

_FLAG = "\N{REGIONAL INDICATOR SYMBOL LETTER J}\N{REGIONAL INDICATOR SYMBOL LETTER P}"
_FORGE = "\N{ALEMBIC}\ufe0f"


def newsletter(rng: random.Random, words: Words, *, size: int = 200_000) -> str:
    """A newsletter of about *size* characters: tables in tables, inline styles, pixels, no text of note."""
    parts = [_newsletter_head(words)]
    length = len(parts[0])
    while length < size:
        part = _story(rng, words)
        parts.append(part)
        length += len(part)
    parts.append(
        '</td></tr></table></center><img src="https://track.example.com/px.gif" height="1" width="1" border="0">'
        "<script>var sent = 1 < 2; document.write('<p>never shown</p>');</script></body></html>"
    )
    return "".join(parts)


def _newsletter_head(words: Words) -> str:
    preview = "&#8199;&#847;&zwnj;&nbsp;" * 40
    return (
        f'<!doctype html><html lang="{words.language}"><head><title>{words.headlines[0]}</title><style>@media only screen and (max-width:480px)'
        "{ table[class=w100] { width:100% !important; } } .ExternalClass * { line-height:100%; }</style></head>"
        f'<body bgcolor="#f4f4f4"><div style="display:none;max-height:0;overflow:hidden">{escape(words.teasers[0])}{preview}</div>'
        '<!--[if mso]><table width="600"><tr><td><![endif]--><center><table role="presentation" width="100%"><tr><td>'
    )


def _story(rng: random.Random, words: Words) -> str:
    style = "font-family:Helvetica,Arial,'ヒラギノ角ゴ Pro W3',sans-serif;font-size:16px;line-height:24px;color:#33475b;mso-line-height-rule:exactly"
    spacer = '<tr><td height="20" style="font-size:0;line-height:0">&nbsp;</td></tr>' * 2
    number = rng.randint(10_000, 99_999)
    return (
        f'<table class="w100" role="presentation" width="600" cellspacing="0" cellpadding="0" border="0" align="center">{spacer}'
        f'<tr><td style="{style}"><table width="100%"><tr><td width="50%"><img src="https://img.example.com/{number}.png" width="280" alt=""></td>'
        f'<td width="50%" style="{style}"><h2 style="{style};font-weight:bold">{escape(rng.choice(words.headlines))}</h2>'
        f"<p>{escape(rng.choice(words.teasers))} {escape(rng.choice(words.paragraphs))}</p>"
        f'<table><tr><td bgcolor="#ff7a59" style="border-radius:3px"><a href="https://click.example.com/t/{number}?u=%7B%7D&amp;s=1" '
        f'style="{style};color:#ffffff">{escape(rng.choice(words.links))} &rarr;</a></td></tr></table></td></tr></table></td></tr>{spacer}</table>'
    )


def emoji_subject() -> str:
    """Nothing but pictures, 130 of them: more than 255 UTF-16 units, fewer than 255 code points."""
    return "🎉🧪📈🔧🌡️💬" * 20 + "🏁" * 10


def subject_with_pair_at_the_cut(words: Words) -> str:
    """A subject whose 255th UTF-16 unit is the first half of a surrogate pair."""
    start = " / ".join(words.subjects)
    fit = "".join(char for char in start * 3 if ord(char) < 0x10000)[:254]
    return f"{fit}🎯 {words.subjects[0]}"


def long_subject(words: Words) -> str:
    """A subject of over 300 characters of ordinary text."""
    return " – ".join(words.subjects * 2)[:340]


def pairs_around_the_limit(words: Words) -> str:
    """
    Over 32,000 UTF-16 units of text in which every cut near the limit lands in a joined grapheme.

    Within HubSpot's 65,536 characters for a note.
    """
    text = " ".join(words.paragraphs)
    start = (text * (20_000 // len(text) + 1))[:20_000]
    families = FAMILY * 1_800
    return f"<p>{escape(start)}</p><p>{families}</p><p>{escape(words.closings[0])}</p>"


def right_to_left(words: Words) -> str:
    """Arabic and Hebrew beside the sample's language, with direction marks."""
    return (
        '<div dir="rtl" style="text-align:right">مرحبا، نحتاج إلى ١٢ مقياس ضغط قبل نهاية الشهر.<br>'
        "שלום, אפשר לקבל הצעת מחיר ל־12 יחידות?</div>"
        f'<div dir="ltr">\u202a{escape(words.paragraphs[1])}\u202c \u200f(ثلاثة)\u200e 3</div>'
    )


def scripted(words: Words) -> str:
    """Scripts, styles, a form, an event attribute and an object around one harmless sentence."""
    return (
        "<style>p{color:red} /* </p> */</style><script type='text/javascript'>if (a</b/.exec(c)) alert('x');</script>"
        f'<p onclick="steal()">{escape(words.paragraphs[0])}</p><noscript>noscript text</noscript>'
        "<form action='https://evil.example.com'><input name='password' value='hidden'></form>"
        '<object data="x.swf"><param name="a" value="b"></object><a href="javascript:alert(1)">?</a><svg><text>svg</text></svg>'
    )


def broken_markup(words: Words) -> str:
    """Tags that never close, stray ends, bare ampersands, entities of all sorts, control characters."""
    first, second = words.paragraphs[0], words.paragraphs[7]
    return (
        f"<p><b>{first}<i></b> R&D & more &amp;amp; &#x1F600; &#128512; &nbsp;&copy &unknown; 1 < 2"
        f"<td>{second}</table></p></div><ul><li>a<li>b<ol><li>c</ul> \x0b\u0085\u2028\ufeffend<"
    )


def table(words: Words) -> str:
    """A price table with a nested one, spans and empty cells."""
    rows = "".join(
        f'<tr><td>{number}</td><td colspan="2">{escape(item)}</td><td align="right">{number * 130:,}</td></tr>'
        for number, item in enumerate(words.bullets, start=1)
    )
    inner = "<table><tr><td>A</td><td>B</td></tr><tr><td></td><td>D</td></tr></table>"
    return f'<table border="1"><thead><tr><th>#</th><th colspan="2"></th><th>Σ</th></tr></thead><tbody>{rows}</tbody></table>{inner}'


def lists_and_links(words: Words) -> str:
    """Nested lists, mail and phone links, a bare address, an image with a text, a link without one."""
    items = "".join(f"<li>{escape(item)}</li>" for item in words.bullets[:3])
    return (
        f"<p>{escape(words.notes[0])}</p><ul>{items}<li><ol type='a'>{items}</ol></li></ul>"
        '<p><a href="https://docs.example.com/a?x=1&amp;y=%E5%9C%A7">https://docs.example.com/a?x=1&amp;y=%E5%9C%A7</a> '
        '<a href="mailto:gate-c@example.com">gate-c@example.com</a> <a href="tel:+15550100">+1 555 0100</a> '
        '<a href="https://docs.example.com/empty"></a><a href="#top"><img src="cid:img001" alt="site plan"></a> www.example.com</p>'
    )


def mixed_scripts() -> str:
    """Characters that ISO-2022-JP senders and receivers disagree on, and joined emoji."""
    return (
        "<div>〜(U+301C) ～(U+FF5E) −(U+2212) －(U+FF0D) ‖∥ ―— ¥￥\\ ①②③ ㈱㈲ ℡№ Ⅰⅱ ㍻ 髙﨑神\ufa19 𠮷野家 "
        f"葛\U000e0100飾 ﾊﾝｶｸ ｶﾞｷﾞｸﾞ が(か\u3099) {FAMILY} 👩🏽‍🔧 {_FLAG} {_FORGE} 1️⃣</div>"
    )


def mojibake(words: Words) -> str:
    """A sentence whose bytes were read in the wrong encoding long ago; nothing can bring it back."""
    return "<p>" + escape(words.paragraphs[3].encode().decode("latin-1")) + "</p>"
