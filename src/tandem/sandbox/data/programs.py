"""The HTML that mail programs make of a message: the same words in a dozen shapes."""

from collections.abc import Callable
from html import escape

from tandem.sandbox.data.mail import Mail, plain, wrote_line

_OUTLOOK_HEAD = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" \
xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">
<head><meta http-equiv="Content-Type" content="text/html; charset={charset}">
<meta name="Generator" content="Microsoft Word 15 (filtered medium)">
<!--[if !mso]><style>v\\:* {{behavior:url(#default#VML);}}</style><![endif]-->
<style><!--
@font-face {{font-family:"{font}"; panose-1:2 15 5 2 2 2 4 3 2 4;}}
p.MsoNormal, li.MsoNormal {{margin:0; font-size:10.5pt; font-family:"{font}",sans-serif;}}
a:link {{color:#0563C1; text-decoration:underline;}}
span.EmailStyle18 {{mso-style-type:personal-reply; color:windowtext;}}
@page WordSection1 {{size:612.0pt 792.0pt; margin:72.0pt;}}
--></style><!--[if gte mso 9]><xml><o:shapedefaults v:ext="edit" spidmax="1026" /></xml><![endif]--></head>
<body lang="{lang}" link="#0563C1" vlink="#954F72" style='word-wrap:break-word'><div class="WordSection1">
"""


def outlook(mail: Mail) -> str:
    """Word's HTML: a paragraph class on every line, office tags, conditional comments."""
    japanese = mail.words.language == "ja"
    head = _OUTLOOK_HEAD.format(
        font="游ゴシック" if japanese else "Calibri",
        lang="JA" if japanese else "EN-US",
        charset="iso-2022-jp" if japanese else "utf-8",
    )
    return f"{head}{_outlook_body(mail)}</div></body></html>"


def _outlook_body(mail: Mail) -> str:
    quoting = mail.words.quoting
    lines = [_mso(mail.greeting), _mso("")]
    for paragraph in mail.paragraphs:
        lines += [_mso(paragraph), _mso("")]
    for bullet in mail.bullets:
        lines.append(
            "<p class=\"MsoListParagraph\" style='margin-left:36.0pt;text-indent:-18.0pt;mso-list:l0 level1 lfo1'>"
            "<![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·"
            "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>"
            f"{escape(bullet)}<o:p></o:p></p>"
        )
    if mail.link:
        label, url = mail.link
        lines.append(
            f'<p class="MsoNormal"><a href="{escape(url)}">{escape(label)}</a><o:p></o:p></p>'
        )
    lines += [_mso(mail.closing), _mso(mail.sender.name), _mso(mail.sender.company)]
    if mail.earlier:
        old = mail.earlier
        lines.append(
            "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'><p class=\"MsoNormal\">"
            f"<b>{quoting.sender}</b> {escape(old.sender.name)} &lt;{old.sender.email}&gt;<br>"
            f"<b>{quoting.sent}</b> {old.date}<br><b>{quoting.to}</b> {escape(old.reader.name)}<br>"
            f"<b>{quoting.subject}</b> {escape(old.subject)}<o:p></o:p></p></div>"
        )
        lines.append(_outlook_body(old))
    return "\n".join(lines)


def _mso(text: str) -> str:
    return (
        f'<p class="MsoNormal"><span lang="EN-US">{escape(text) or "&nbsp;"}<o:p></o:p></span></p>'
    )


def outlook_on_the_web(mail: Mail) -> str:
    """Divs with inline styles, the old message after a rule and an id of its own."""
    style = 'style="font-family: Aptos, Calibri, Helvetica, sans-serif; font-size: 12pt; color: rgb(0, 0, 0);"'
    blocks = (mail.greeting, *mail.paragraphs, mail.closing, mail.sender.name)
    parts = [
        f'<div class="elementToProof" {style}>{escape(block)}</div><div {style}><br></div>'
        for block in blocks
    ]
    if mail.earlier:
        quoting = mail.words.quoting
        old = mail.earlier
        parts.append(
            '<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1">'
            f'<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri"><b>{quoting.sender}</b> {escape(old.sender.name)} '
            f"&lt;{old.sender.email}&gt;<br><b>{quoting.sent}</b> {old.date}<br><b>{quoting.subject}</b> "
            f"{escape(old.subject)}</font><div>&nbsp;</div></div>{outlook_on_the_web(old)}"
        )
    return f'<html><head><style type="text/css" style="display:none">P {{margin-top:0;}}</style></head><body dir="ltr">{"".join(parts)}</body></html>'


def gmail(mail: Mail) -> str:
    """Bare divs; the old message in a quote box; a signature behind its marker."""
    lines = "".join(
        f"<div>{escape(part)}</div><div><br></div>" for part in (mail.greeting, *mail.paragraphs)
    )
    if mail.bullets:
        lines += "<ul>" + "".join(f"<li>{escape(bullet)}</li>" for bullet in mail.bullets) + "</ul>"
    if mail.link:
        label, url = mail.link
        lines += f'<div><a href="{escape(url)}" target="_blank">{escape(label)}</a></div>'
    sign = (
        '<div><br clear="all"></div><span class="gmail_signature_prefix">-- </span><br>'
        f'<div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature"><div dir="ltr">{escape(mail.sender.name)}'
        f"<div><i>{escape(mail.sender.title)}</i></div></div></div>"
    )
    quote = ""
    if mail.earlier:
        quote = (
            f'<br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{escape(wrote_line(mail.earlier))}<br></div>'
            '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">'
            f"{gmail(mail.earlier)}</blockquote></div>"
        )
    return f'<div dir="ltr">{lines}<div>{escape(mail.closing)}</div>{sign}</div>{quote}'


def apple_mail(mail: Mail) -> str:
    """Line breaks inside one body, the old message in a cite block."""
    text = "<br><br>".join(escape(part) for part in (mail.greeting, *mail.paragraphs, mail.closing))
    quote = ""
    if mail.earlier:
        quote = (
            f'<div><br><blockquote type="cite"><div>{escape(wrote_line(mail.earlier))}</div><br class="Apple-interchange-newline">'
            f"<div>{apple_mail(mail.earlier)}</div></blockquote></div>"
        )
    return (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head>'
        '<body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">'
        f'{text}<br><div><span class="Apple-tab-span" style="white-space:pre">\t</span>{escape(mail.sender.name)}</div>{quote}</body></html>'
    )


def plain_in_pre(mail: Mail) -> str:
    """A plain-text mail that some gateway wrapped: hard line ends, angle-bracket quoting."""
    return f'<pre style="white-space:pre-wrap">{escape(plain(mail))}</pre>'


def plain_with_breaks(mail: Mail) -> str:
    """A plain-text mail shown with line breaks, the old one below a dashed rule."""
    lines = [mail.greeting, "", *mail.paragraphs, "", mail.closing, mail.sender.name]
    if mail.earlier:
        quoting = mail.words.quoting
        old = mail.earlier
        lines += [
            "",
            quoting.rule,
            f"{quoting.sender} {old.sender.name} <{old.sender.email}>",
            f"{quoting.sent} {old.date}",
        ]
        lines += [f"{quoting.subject} {old.subject}", "", *plain(old).splitlines()]
    return "<br />\r\n".join(escape(line) for line in lines)


def crm_editor(mail: Mail) -> str:
    """HubSpot's own editor: paragraphs, an unsubscribe-free footer, an open-tracking pixel."""
    body = "".join(
        f'<p style="margin:0;">{escape(part)}</p><br>'
        for part in (mail.greeting, *mail.paragraphs, mail.closing)
    )
    items = "".join(f"<li><p>{escape(bullet)}</p></li>" for bullet in mail.bullets)
    listed = f"<ol>{items}</ol>" if items else ""
    return (
        f'<div style="font-size:13px;font-family:arial" dir="auto" data-top-level="true">{body}{listed}'
        f'<table cellpadding="0" data-hs-signature="true"><tr><td><b>{escape(mail.sender.name)}</b><br>{escape(mail.sender.title)}</td></tr></table>'
        '<img src="https://track.example.com/o/p.gif?e=1" width="1" height="1" style="display:none!important" alt=""></div>'
    )


def mobile(mail: Mail) -> str:
    """A short answer from a telephone, with text after the body's end tag."""
    return (
        f"<html><body><p dir='auto'>{escape(mail.paragraphs[0])}</p><div id='ms-outlook-mobile-signature'>"
        f"{escape(mail.sender.name)}</div></body></html>\n<br>{escape(mail.words.disclaimer)}"
    )


PROGRAMS: tuple[Callable[[Mail], str], ...] = (
    outlook,
    gmail,
    crm_editor,
    outlook_on_the_web,
    apple_mail,
    plain_with_breaks,
    plain_in_pre,
    mobile,
)
