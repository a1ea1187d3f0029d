"""What the words of a block, and the names that a site gives its containers, say of their role."""

from __future__ import annotations

import re
from functools import lru_cache

WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")
IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
SENTENCE_END = re.compile(r"[.!?。！？…;:；：][\"”’»')\]」』]?$")
COMMA = re.compile(r"[,，、;；]")
STOP = re.compile(r"[.!?](?=[\s\"”’»]|$)|[。！？]")
DIGIT = re.compile(r"\d")
CAPITAL = re.compile(r"\b[A-ZÀ-ÞΑ-ΩА-Я]")
MARK = re.compile(r"[|»›·•→>/]")

#: Roles, by words in class, id, itemprop, role and style.
ROLES = {
    "comment": r"comment|disqus|reply|respond|forum|komentar|discuss",
    "share": r"share|sharing|social|facebook|twitter|addthis|follow|print|email|tool|bookmark",
    "related": r"relat|recommend|more|popular|trend|latest|similar|also|teaser|list|most|link|suggest|further",
    "nav": r"nav|menu|bread|crumb|header|masthead|topbar|search|login|tabs?\b|skip",
    "foot": r"foot|copyright|legal|disclaim|bottom",
    "side": r"side|rail|widget|aside|right",
    "ad": r"\bads?\b|advert|banner|sponsor|outbrain|taboola|dfp|google|ad[_-]|[_-]ad\b|promo",
    "caption": r"caption|credit|photo|image|img|pic|gallery|media|video|player|slide|figure",
    "byline": r"byline|author|writer|by-|bio|contrib|profile|avatar",
    "date": r"date|time|publish|posted|stamp|meta|info",
    "tags": r"tag|topic|categor|keyword|section-name|kicker|label",
    "newsletter": r"newsletter|subscri|sign-?up|regist|paywall|cookie|consent|gdpr|modal|popup|overlay|alert|notice",
    "title": r"title|headline|heading|subhead|deck|standfirst|summary|intro|lead|lede|excerpt|abstract",
    "body": r"article-?_?body|story-?_?body|entry-?_?content|post-?_?content|article-?_?text|story-?text|body-?text"
    r"|content-?body|article__?content|post-?body|main-?text|content-?text|art-?content|text-?content|news-?text"
    r"|news-?content",
    "article": r"article|story|entry|post|news|single",
    "content": r"content|text|body|main|zone|detail|copy|para",
    "hidden": r"hidden|hide|display:\s*none|visually|sr-only|screen-reader|noprint|print-only|mobile-only",
}
_ROLES = tuple(re.compile(words, re.IGNORECASE) for words in ROLES.values())

#: Phrases of furniture around an article.
FURNITURE = re.compile(
    r"\b(?:share (?:this|on|via|article)|follow us|sign up|subscribe|newsletter|(?:read|see) (?:more|also)|click here"
    r"|copyright|all rights reserved|related (?:articles|stories|content|news|topics)|advertisement"
    r"|continue reading|view comments|leave a (?:comment|reply)|comments?\b.{0,12}$|log ?in\b|cookies?\b|terms of"
    r"|privacy|facebook|twitter|whatsapp|e-?mail|print\b|reuters/|getty|photo:|image:|file photo|picture:"
    r"|фото|источник|читайте|подел|комментар|zdjęcie|fot\.|czytaj|zobacz|komentar|źródło|φωτο|διαβάστε|σχόλι|πηγή)"
    r"|©|\(ap\b.{0,60}photo|责任编辑|编辑[：:]|来源[：:]|相关|评论|转载|版权|记者|分享|打印|关闭|推荐",
    re.IGNORECASE,
)
#: A byline or a date line at the start of a block.
BYLINE = re.compile(
    r"^(?:by|von|par|de|por|di|автор|autor|από|του)\b|^\W*(?:updated|published|posted|last (?:updated|modified))\b"
    r"|^\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d|^\d{4}[-/年.]\d{1,2}|\d\d?:\d\d.{0,30}\b(?:19|20)\d\d\b"
    r"|\b(?:19|20)\d\d\b.{0,30}\d\d?:\d\d",
    re.IGNORECASE,
)
#: A short block that opens the readers' comments, or the links to other stories.
COMMENTS_OPEN = re.compile(
    r"\bcomments?\b|kommentar|commentaire|comentario|коммент|komentarz|σχόλι|评论|留言|网友|discussion|reader",
    re.IGNORECASE,
)
RELATED_OPEN = re.compile(
    r"^(?:related|more (?:on|from|stories|news|in)|most (?:read|popular)|recommended|you (?:may|might)|see also|also"
    r"|read (?:more|next)|latest|trending|popular|sponsored|around the web|from the web|other (?:news|stories)"
    r"|по теме|читайте|другие|смотрите|также|ещё|zobacz|czytaj|więcej|polecamy|podobne|najnowsze"
    r"|διαβάστε|σχετικά|δείτε|περισσότερα|相关|推荐|热点|更多|延伸|热门|精彩|上一篇|下一篇)",
    re.IGNORECASE,
)


@lru_cache(maxsize=65536)
def roles(attributes: str) -> tuple[bool, ...]:
    """Say for each of ``ROLES`` whether a container's attributes have one of its words."""
    return tuple(bool(role.search(attributes)) for role in _ROLES)
