//! What an organization says of a position of its own that changed. It is read by people elsewhere, in the language
//! of the position.

use super::Words;

/// The sentences in one language; `{}` stands for what is said, pairs stand around the question.
#[derive(Debug)]
pub struct Stands {
    /// That the position changed.
    pub changed: [&'static str; 2],
    /// That it is withdrawn.
    pub withdrawn: [&'static str; 2],
    /// How it was.
    pub before: &'static str,
    /// How it is.
    pub now: &'static str,
    /// That the answer is the same.
    pub same: &'static str,
    /// What changed and why.
    pub why: &'static str,
    /// Decided, for now, undecided, declines to answer, rejects the framing.
    pub certainties: [&'static str; 5],
    /// A position that did not stand.
    pub none: &'static str,
}

impl Stands {
    /// The sentences in this language and its tag; English where we have none.
    pub fn of(language: &str) -> (&'static str, &'static Self) {
        let tag = Words::in_first([language]).tag;
        let stands = match tag {
            "ar" => &AR,
            "de" => &DE,
            "es" => &ES,
            "fr" => &FR,
            "kk" => &KK,
            "ru" => &RU,
            "tr" => &TR,
            _ => &EN,
        };
        (tag, stands)
    }
}

const EN: Stands = Stands {
    changed: ["Our position on the question “", "” has changed."],
    withdrawn: ["We withdraw our position on the question “", "”."],
    before: "Before: {}",
    now: "Now: {}",
    same: "The answer is as before: {}",
    why: "What changed and why: {}",
    certainties: ["decided", "for now", "undecided", "we decline to answer", "we reject the framing"],
    none: "withdrawn",
};

const AR: Stands = Stands {
    changed: ["تغيّر موقفنا من السؤال «", "»."],
    withdrawn: ["نسحب موقفنا من السؤال «", "»."],
    before: "سابقا: {}",
    now: "الآن: {}",
    same: "الجواب كما كان: {}",
    why: "ما الذي تغيّر ولماذا: {}",
    certainties: ["محسوم", "مؤقتا", "لم نحسم أمرنا بعد", "لا نجيب", "نرفض صيغة السؤال"],
    none: "مسحوب",
};

const DE: Stands = Stands {
    changed: ["Unsere Position zur Frage „", "“ hat sich geändert."],
    withdrawn: ["Wir ziehen unsere Position zur Frage „", "“ zurück."],
    before: "Bisher: {}",
    now: "Jetzt: {}",
    same: "Die Antwort bleibt: {}",
    why: "Was sich geändert hat und warum: {}",
    certainties: [
        "entschieden",
        "vorläufig",
        "noch unentschieden",
        "wir beantworten die Frage nicht",
        "wir weisen die Fragestellung zurück",
    ],
    none: "zurückgezogen",
};

const ES: Stands = Stands {
    changed: ["Nuestra posición sobre la pregunta «", "» ha cambiado."],
    withdrawn: ["Retiramos nuestra posición sobre la pregunta «", "»."],
    before: "Antes: {}",
    now: "Ahora: {}",
    same: "La respuesta sigue siendo: {}",
    why: "Qué ha cambiado y por qué: {}",
    certainties: ["decidido", "por ahora", "sin decidir", "no respondemos", "rechazamos el planteamiento"],
    none: "retirada",
};

const FR: Stands = Stands {
    changed: ["Notre position sur la question « ", " » a changé."],
    withdrawn: ["Nous retirons notre position sur la question « ", " »."],
    before: "Avant : {}",
    now: "Maintenant : {}",
    same: "La réponse reste : {}",
    why: "Ce qui a changé et pourquoi : {}",
    certainties: [
        "décidé",
        "pour l’instant",
        "indécis",
        "nous ne répondons pas",
        "nous récusons la façon de poser la question",
    ],
    none: "retirée",
};

const KK: Stands = Stands {
    changed: ["«", "» сұрағы бойынша ұстанымымыз өзгерді."],
    withdrawn: ["«", "» сұрағы бойынша ұстанымымызды қайтарып аламыз."],
    before: "Бұрын: {}",
    now: "Енді: {}",
    same: "Жауап бұрынғыдай: {}",
    why: "Не өзгерді және неге: {}",
    certainties: [
        "шешілді",
        "әзірге",
        "әлі шешкен жоқпыз",
        "жауап бермейміз",
        "сұрақтың қойылуымен келіспейміз",
    ],
    none: "қайтарып алынды",
};

const RU: Stands = Stands {
    changed: ["Наша позиция по вопросу «", "» изменилась."],
    withdrawn: ["Мы отзываем нашу позицию по вопросу «", "»."],
    before: "Прежде: {}",
    now: "Теперь: {}",
    same: "Ответ прежний: {}",
    why: "Что изменилось и почему: {}",
    certainties: ["решено", "пока", "пока не решили", "не отвечаем", "не согласны с постановкой вопроса"],
    none: "отозвана",
};

const TR: Stands = Stands {
    changed: ["“", "” sorusundaki tutumumuz değişti."],
    withdrawn: ["“", "” sorusundaki tutumumuzu geri çekiyoruz."],
    before: "Önce: {}",
    now: "Şimdi: {}",
    same: "Yanıt aynı: {}",
    why: "Ne değişti ve neden: {}",
    certainties: [
        "karar verildi",
        "şimdilik",
        "henüz karar vermedik",
        "yanıtlamıyoruz",
        "sorunun soruluş biçimini reddediyoruz",
    ],
    none: "geri çekildi",
};
