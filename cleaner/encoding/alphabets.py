"""What the letters of each language are: the knowledge that :mod:`cleaner.encoding.judge` judges a text by."""

from __future__ import annotations

from math import log

#: Letters beyond A to Z (lower case) that words of a language are written with.
LATIN = {
    "en": "",
    "de": "äöüß",
    "fr": "éèàêçôîâûùïëœæüÿ",
    "es": "áéíóúñü",
    "pt": "ãçáéíóõêâôúàü",
    "it": "àèéìòùî",
    "nl": "ëéïèöüáóíê",
    "sv": "äöåé",
    "da": "æøåé",
    "no": "æøåéòóô",
    "is": "áðéíóúýþæö",
    "fi": "äöåšž",
    "pl": "ąćęłńóśźż",
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "hu": "áéíóöőúüű",
    "ro": "ăâîșțşţ",
    "hr": "čćđšž",
    "tr": "çğıiöşüâî",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "et": "äõöüšž",
    "ca": "àçèéíïòóúü",
    "sq": "çë",
    "vi": "ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ",
}

#: Frequent words that need none of these letters, to tell the language of a line by.
FREQUENT_WORDS = {
    "en": "the of and to in is that for was with on as at by he it be from has have will said his not are this an or",
    "de": "der die und in den von zu das mit sich des auf ist im dem nicht ein eine als auch es an aus er hat sie bei",
    "fr": "le la les de des et en un une du que qui dans pour sur au par pas il ce est plus avec se son ne aux cette",
    "es": "el la los las de que y en un una del por con para se no su al lo como es ha sus este esta",
    "pt": "o os as de que e em um uma do da dos das no na por com para se mais ao como foi sua",
    "it": "il la le di che e un una del della per con non da in sono al dei nel si gli alla ha lo i",
    "nl": "de het een van en in is dat op te voor met zijn niet aan er om ook als bij die was",
    "sv": "och att det som en av till den med har inte om ett de var i sig men kan",
    "da": "og at det som en af til den med har ikke om et de er i der kan fra men",
    "no": "og at det som en av til den med har ikke om et de er i kan fra men seg",
    "is": "og sem er til um ekki var en hann af fyrir",
    "fi": "ja on ei se oli ovat mutta kun sekä joka",
    "pl": "w i z na do nie jest to o od za po jak dla przez oraz ich co tym tego ale",
    "cs": "a v na se je z do s o to za pro jako ale po ve k podle jsou by",
    "sk": "a v na sa je z do s o to za pre ako ale po vo k",
    "hu": "a az egy hogy nem is meg volt csak el ki de",
    "ro": "de la si in cu pe din nu pentru o care mai un a fost",
    "hr": "i u je na da se su za od s kao ali bi",
    "tr": "ve bir bu da de ile olarak ne var en daha",
    "lt": "ir kad yra su tai bet kaip",
    "lv": "un ir ar no par kas ka",
    "et": "ja on ei et see kui oma ka",
    "ca": "el la els les de que i en un una del per amb no al es",
    "sq": "e dhe i me nga se per",
    "vi": "trong cho khi theo anh ra hai sau",
}

#: Letters that come with foreign words; in the east of Europe those of the west stand for letters of their own when
#: the encoding is wrong, and are strange there.
LOANED = frozenset("éèêëáàâäåçíïñóôöøúü")
LOANED_EAST = frozenset("éáäöüóíçčšžôëß")
EASTERN = frozenset(["pl", "cs", "sk", "hu", "hr", "lt", "lv", "et", "ro"])

#: Letters beyond A to Z that are words by themselves, in either case.
ALONE = {
    "fr": "àô",
    "es": "áéíóú",
    "pt": "éàóáâ",
    "it": "èéòàì",
    "ca": "àéíò",
    "sv": "åöä",
    "da": "åøæ",
    "no": "åøæ",
    "is": "áíæó",
    "hu": "őó",
    "tr": "ö",
    "vi": "ýàếủáôêòờ",
}

CYRILLIC = {
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюя",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "mk": "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
    "kk": "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя",
}
GREEK = "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ"

_PER_MILLE = {
    "о": 110, "е": 85, "а": 80, "и": 74, "н": 67, "т": 63, "с": 55, "р": 47, "в": 45, "л": 44, "к": 35, "м": 32,
    "д": 30, "п": 28, "у": 26, "я": 20, "ы": 19, "ь": 17, "г": 17, "з": 17, "б": 16, "ч": 14, "й": 12, "х": 10,
    "ж": 9, "ш": 7, "ю": 6, "ц": 5, "щ": 4, "э": 3, "ф": 3, "і": 50, "ї": 6, "є": 5, "ј": 30,
    "α": 99, "ο": 92, "ι": 80, "ε": 75, "τ": 82, "σ": 42, "ν": 64, "η": 42, "υ": 38, "ρ": 42, "π": 41, "κ": 40,
    "μ": 33, "λ": 27, "ς": 40, "ω": 18, "γ": 18, "δ": 17, "χ": 11, "θ": 11, "φ": 8, "β": 6, "ξ": 4, "ζ": 3, "ψ": 2,
    "ά": 20, "έ": 17, "ή": 17, "ί": 25, "ό": 20, "ύ": 12, "ώ": 8,
}  # fmt: skip
#: Negative log probability (nats) of a Cyrillic or Greek letter in running text; others count as RARE.
SURPRISE = {letter: -log(count / 1000) for letter, count in _PER_MILLE.items()}
RARE = 7.0
#: Running text in either script averages 2.9 to 3.1 nats a letter; a text in the wrong charset is far above this.
USUAL = 3.35

#: Stretches of common Chinese characters: the first levels of the national standards.
COMMON_HAN = (
    frozenset(bytes([high, low]).decode("gb2312") for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFF))
    | frozenset(bytes([high, low]).decode("big5") for high in range(0xA4, 0xC6) for low in range(0xA1, 0xFF))
    | frozenset(bytes([high, low]).decode("big5") for high in range(0xA4, 0xC6) for low in range(0x40, 0x7F))
    | frozenset(bytes([high, low]).decode("euc_jp") for high in range(0xB0, 0xCF) for low in range(0xA1, 0xFF))
)
#: The most frequent characters of Chinese, Japanese and Korean prose.
FREQUENT_HAN = frozenset(
    "的一是不了在人有我他这這个個们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于於着下自之年"
    "过過发發后後作里用道行所然家种事成方多经經么去法学學如都同现現当當没動面起看定天分还還进進好小部其些主样理心她本"
    "前开開但因只从從想实實日月市者业業新公司员員全长長，。、のにはをとがでた이다는을를에의가은고한하지로서"
)

#: What follows or comes before an apostrophe inside a word.
AFTER_APOSTROPHE = {
    "s",
    "t",
    "d",
    "m",
    "n",
    "ll",
    "re",
    "ve",
    "em",
    "er",
    "clock",
    "all",
    "da",
    "de",
    "te",
    "ta",
    "ya",
    "ye",
    "un",
    "in",
    "an",
    "a",
    "e",
    "i",
    "o",
    "u",
}
BEFORE_APOSTROPHE = {
    "l",
    "d",
    "n",
    "s",
    "j",
    "m",
    "t",
    "c",
    "qu",
    "jusqu",
    "lorsqu",
    "puisqu",
    "quelqu",
    "o",
    "dell",
    "all",
    "nell",
    "sull",
    "dall",
    "un",
    "quest",
    "rock",
    "y",
    "ma",
}
