//! Languages: their tags (BCP 47), names and direction, and a guess at the language of a text.

use std::fmt;

/// The longest tag we keep; longer ones are noise.
const LONGEST: usize = 35;
/// How much of a text is looked at to guess its language.
const SAMPLE_BYTES: usize = 4096;

/// A language tag in its usual writing: `en`, `pt-BR`, `zh-Hant`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language(String);

impl Language {
    /// Reads a tag leniently: any case, `_` for `-`; `None` when it cannot be one.
    pub fn parse(tag: &str) -> Option<Self> {
        let tag = tag.trim();
        if tag.len() > LONGEST {
            return None;
        }
        let mut parts = tag.split(['-', '_']);
        let first = parts.next().filter(|part| is_alphabetic(part) && (2..=8).contains(&part.len()))?;
        let mut out = first.to_ascii_lowercase();
        let mut private = false;
        for part in parts {
            if !(1..=8).contains(&part.len()) || !part.bytes().all(|b| b.is_ascii_alphanumeric()) {
                return None;
            }
            private |= part.len() == 1;
            out.push('-');
            match part.len() {
                2 if is_alphabetic(part) && !private => out.push_str(&part.to_ascii_uppercase()),
                4 if is_alphabetic(part) && !private => {
                    let (head, tail) = part.split_at(1);
                    out.push_str(&head.to_ascii_uppercase());
                    out.push_str(&tail.to_ascii_lowercase());
                }
                _ => out.push_str(&part.to_ascii_lowercase()),
            }
        }
        Some(Self(out))
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language without script and region: `pt` of `pt-BR`.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// Whether it is written from right to left.
    pub fn is_rtl(&self) -> bool {
        match self.script() {
            Some(script) => matches!(script, "Adlm" | "Arab" | "Hebr" | "Nkoo" | "Rohg" | "Syrc" | "Thaa"),
            None => matches!(
                self.primary(),
                "ar" | "arc"
                    | "azb"
                    | "ckb"
                    | "dv"
                    | "fa"
                    | "he"
                    | "ks"
                    | "ps"
                    | "sd"
                    | "syr"
                    | "ug"
                    | "ur"
                    | "yi"
            ),
        }
    }

    /// Those that have names in menus, in the order of their tags.
    pub fn all() -> impl Iterator<Item = Self> {
        KNOWN.iter().map(|known| Self(known.tag.to_owned()))
    }

    /// What English calls it, else the tag.
    pub fn english_name(&self) -> &str {
        self.known().map_or(&self.0, |known| known.english)
    }

    /// What its speakers call it, else the tag.
    pub fn native_name(&self) -> &str {
        self.known().map_or(&self.0, |known| known.native)
    }

    fn script(&self) -> Option<&str> {
        self.0.split('-').nth(1).filter(|part| part.len() == 4 && is_alphabetic(part))
    }

    fn known(&self) -> Option<&'static Known> {
        let named = |tag: &str| KNOWN.iter().find(|known| known.tag == tag);
        named(&self.0).or_else(|| named(self.primary()))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_alphabetic(part: &str) -> bool {
    part.bytes().all(|b| b.is_ascii_alphabetic())
}

/// Guesses the language of a text; `None` when the text is too short or mixed to be sure.
pub fn guess(text: &str) -> Option<Language> {
    let info =
        whatlang::detect(super::sanitize::cut(text, SAMPLE_BYTES)).filter(whatlang::Info::is_reliable)?;
    let code = match info.lang().code() {
        // The macrolanguages under which people file these.
        "cmn" => "zh",
        "pes" => "fa",
        code => KNOWN.iter().find(|known| known.long == code)?.tag,
    };
    Language::parse(code)
}

/// A language with the names that are shown in menus.
struct Known {
    tag: &'static str,
    /// ISO 639-3, empty where nothing refers to it.
    long: &'static str,
    english: &'static str,
    native: &'static str,
}

const fn known(tag: &'static str, long: &'static str, english: &'static str, native: &'static str) -> Known {
    Known { tag, long, english, native }
}

const KNOWN: &[Known] = &[
    known("af", "afr", "Afrikaans", "Afrikaans"),
    known("ak", "aka", "Akan", "Akan"),
    known("am", "amh", "Amharic", "አማርኛ"),
    known("ar", "ara", "Arabic", "العربية"),
    known("az", "aze", "Azerbaijani", "azərbaycanca"),
    known("be", "bel", "Belarusian", "беларуская"),
    known("bg", "bul", "Bulgarian", "български"),
    known("bn", "ben", "Bengali", "বাংলা"),
    known("bs", "", "Bosnian", "bosanski"),
    known("ca", "cat", "Catalan", "català"),
    known("ckb", "", "Central Kurdish", "کوردیی ناوەندی"),
    known("cs", "ces", "Czech", "čeština"),
    known("cy", "cym", "Welsh", "Cymraeg"),
    known("da", "dan", "Danish", "dansk"),
    known("de", "deu", "German", "Deutsch"),
    known("el", "ell", "Greek", "Ελληνικά"),
    known("en", "eng", "English", "English"),
    known("eo", "epo", "Esperanto", "Esperanto"),
    known("es", "spa", "Spanish", "español"),
    known("et", "est", "Estonian", "eesti"),
    known("eu", "", "Basque", "euskara"),
    known("fa", "", "Persian", "فارسی"),
    known("fi", "fin", "Finnish", "suomi"),
    known("fr", "fra", "French", "français"),
    known("ga", "", "Irish", "Gaeilge"),
    known("gl", "", "Galician", "galego"),
    known("gu", "guj", "Gujarati", "ગુજરાતી"),
    known("ha", "", "Hausa", "Hausa"),
    known("he", "heb", "Hebrew", "עברית"),
    known("hi", "hin", "Hindi", "हिन्दी"),
    known("hr", "hrv", "Croatian", "hrvatski"),
    known("hu", "hun", "Hungarian", "magyar"),
    known("hy", "hye", "Armenian", "հայերեն"),
    known("id", "ind", "Indonesian", "Bahasa Indonesia"),
    known("is", "", "Icelandic", "íslenska"),
    known("it", "ita", "Italian", "italiano"),
    known("ja", "jpn", "Japanese", "日本語"),
    known("jv", "jav", "Javanese", "Jawa"),
    known("ka", "kat", "Georgian", "ქართული"),
    known("kk", "", "Kazakh", "қазақ тілі"),
    known("km", "khm", "Khmer", "ខ្មែរ"),
    known("kn", "kan", "Kannada", "ಕನ್ನಡ"),
    known("ko", "kor", "Korean", "한국어"),
    known("ku", "", "Kurdish", "kurdî"),
    known("ky", "", "Kyrgyz", "кыргызча"),
    known("la", "lat", "Latin", "Latina"),
    known("lt", "lit", "Lithuanian", "lietuvių"),
    known("lv", "lav", "Latvian", "latviešu"),
    known("mk", "mkd", "Macedonian", "македонски"),
    known("ml", "mal", "Malayalam", "മലയാളം"),
    known("mn", "", "Mongolian", "монгол"),
    known("mr", "mar", "Marathi", "मराठी"),
    known("ms", "", "Malay", "Bahasa Melayu"),
    known("my", "mya", "Burmese", "မြန်မာ"),
    known("nb", "nob", "Norwegian Bokmål", "norsk bokmål"),
    known("ne", "nep", "Nepali", "नेपाली"),
    known("nl", "nld", "Dutch", "Nederlands"),
    known("nn", "", "Norwegian Nynorsk", "norsk nynorsk"),
    known("no", "", "Norwegian", "norsk"),
    known("or", "ori", "Odia", "ଓଡ଼ିଆ"),
    known("pa", "pan", "Punjabi", "ਪੰਜਾਬੀ"),
    known("pl", "pol", "Polish", "polski"),
    known("ps", "", "Pashto", "پښتو"),
    known("pt", "por", "Portuguese", "português"),
    known("pt-BR", "", "Brazilian Portuguese", "português (Brasil)"),
    known("ro", "ron", "Romanian", "română"),
    known("ru", "rus", "Russian", "русский"),
    known("si", "sin", "Sinhala", "සිංහල"),
    known("sk", "slk", "Slovak", "slovenčina"),
    known("sl", "slv", "Slovenian", "slovenščina"),
    known("sn", "sna", "Shona", "chiShona"),
    known("so", "", "Somali", "Soomaali"),
    known("sq", "", "Albanian", "shqip"),
    known("sr", "srp", "Serbian", "српски"),
    known("sv", "swe", "Swedish", "svenska"),
    known("sw", "", "Swahili", "Kiswahili"),
    known("ta", "tam", "Tamil", "தமிழ்"),
    known("te", "tel", "Telugu", "తెలుగు"),
    known("tg", "", "Tajik", "тоҷикӣ"),
    known("th", "tha", "Thai", "ไทย"),
    known("tk", "tuk", "Turkmen", "türkmen dili"),
    known("tl", "tgl", "Tagalog", "Tagalog"),
    known("tr", "tur", "Turkish", "Türkçe"),
    known("ug", "", "Uyghur", "ئۇيغۇرچە"),
    known("uk", "ukr", "Ukrainian", "українська"),
    known("ur", "urd", "Urdu", "اردو"),
    known("uz", "uzb", "Uzbek", "oʻzbek"),
    known("vi", "vie", "Vietnamese", "Tiếng Việt"),
    known("xh", "", "Xhosa", "isiXhosa"),
    known("yi", "yid", "Yiddish", "ייִדיש"),
    known("yo", "", "Yoruba", "Yorùbá"),
    known("zh", "", "Chinese", "中文"),
    known("zh-Hans", "", "Simplified Chinese", "简体中文"),
    known("zh-Hant", "", "Traditional Chinese", "繁體中文"),
    known("zu", "zul", "Zulu", "isiZulu"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_tags_in_their_usual_case() {
        for (tag, written) in [
            ("EN", "en"),
            (" pt_br ", "pt-BR"),
            ("ZH-hant-tw", "zh-Hant-TW"),
            ("es-419", "es-419"),
            ("de-CH-1996", "de-CH-1996"),
            ("en-X-AB-Cdef", "en-x-ab-cdef"),
        ] {
            assert_eq!(Language::parse(tag).unwrap().as_str(), written);
        }
        for tag in [
            "",
            "e",
            "1n",
            "en-",
            "-en",
            "en us",
            "en-toolongpart",
            "ü",
            "english-is-a-long-language-tag-indeed",
        ] {
            assert_eq!(Language::parse(tag), None, "{tag}");
        }
    }

    #[test]
    fn knows_names_and_direction() {
        let language = |tag| Language::parse(tag).unwrap();
        assert_eq!(language("de-AT").native_name(), "Deutsch");
        assert_eq!(language("pt-br").english_name(), "Brazilian Portuguese");
        assert_eq!(language("tlh").english_name(), "tlh");
        assert!(language("ar").is_rtl() && language("pa-Arab").is_rtl() && !language("az-Latn").is_rtl());
        let mut tags: Vec<_> = KNOWN.iter().map(|known| known.tag).collect();
        tags.dedup();
        assert!(tags.is_sorted() && tags.len() == KNOWN.len());
        for known in KNOWN {
            assert_eq!(language(known.tag).as_str(), known.tag);
        }
    }

    #[test]
    fn guesses_only_when_sure() {
        let guessed = |text| guess(text).map(|language| language.to_string());
        let text = "Die Beschäftigten der Werke haben am Montag beschlossen, den Streik fortzusetzen.";
        assert_eq!(guessed(text).as_deref(), Some("de"));
        assert_eq!(
            guessed("Рабочие заводов решили продолжить забастовку до выполнения требований.").as_deref(),
            Some("ru")
        );
        assert_eq!(guessed("工人们决定继续罢工,直到他们的要求得到满足。").as_deref(), Some("zh"));
        assert_eq!(guessed("ok"), None);
        assert_eq!(guessed("1234 5678"), None);
    }

    #[test]
    fn every_language_that_can_be_guessed_has_a_name() {
        for lang in whatlang::Lang::all() {
            let code = lang.code();
            assert!(matches!(code, "cmn" | "pes") || KNOWN.iter().any(|known| known.long == code), "{code}");
        }
    }
}
