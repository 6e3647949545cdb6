//! What the organizations say that do not write English: one of them writes from right to left.

/// The words of one language.
pub struct Voice {
    /// Its BCP 47 tag.
    pub language: &'static str,
    /// That it is demonstration data.
    pub watermark: &'static str,
    /// An answer of its own; blank where only proposed ones are given.
    pub answer: &'static str,
    /// Why.
    pub reasons: &'static str,
    /// That nothing was decided.
    pub undecided: &'static str,
    /// That no answer is given, and why.
    pub declines: &'static str,
    /// That the question would have to be asked in another way.
    pub rejects: &'static str,
    /// What is not known.
    pub limits: &'static str,
    /// A statement.
    pub statement: &'static str,
}

/// English, in which all others answer.
pub const ENGLISH: Voice = Voice {
    language: "en",
    watermark: "Demonstration data.",
    answer: "",
    reasons: "",
    undecided: "We have not decided. A source that names the day would help.",
    declines: "We do not answer, because we know too little of the place.",
    rejects: "We would ask in another order, and say how.",
    limits: "We read four languages.",
    statement: "",
};

/// The others.
pub const VOICES: [Voice; 4] = [
    Voice {
        language: "ar",
        watermark: "بيانات تجريبية.",
        answer: "جزئيا، وفي المدن فقط",
        reasons: "نجيب هكذا بشرط أن يكون ما استطعنا قراءته كاملا.",
        undecided: "لم نحسم أمرنا بعد. قد يساعدنا مصدر يذكر اليوم بالتحديد.",
        declines: "لا نجيب، لأننا لا نعرف المكان معرفة كافية.",
        rejects: "كنا سنطرح السؤال بترتيب آخر، ونقول كيف.",
        limits: "نقرأ أربع لغات.",
        statement: "# كيف نقرأ بيانات الآخرين

> بيانات تجريبية. أطروحتان حول قراءة بيانات المنظمات الأخرى: نقرأ النص الأصلي أولا ثم الترجمة، ونذكر دائما أي نسخة \
قرأنا ومتى، حتى يستطيع كل من يختلف معنا أن يراجع ما استندنا إليه وأن يجيب عن كل أطروحة على حدة.

نكتب من اليمين إلى اليسار، ونقتبس *Plenum* وتاريخ 2022-01-05 كما هما.

## 1. النص الأصلي قبل الترجمة.

من يقتبس ترجمة يذكر من ترجمها ومتى.

## 2. من يغير نصه يقول لماذا.

تبقى النسخة السابقة مقروءة.

*Kind: demand*
",
    },
    Voice {
        language: "ru",
        watermark: "Демонстрационные данные.",
        answer: "Отчасти, и только в городах",
        reasons: "Мы отвечаем так при условии, что прочитанное нами полно.",
        undecided: "Мы ещё не решили. Помог бы источник, в котором назван день.",
        declines: "Мы не отвечаем, потому что слишком мало знаем об этом месте.",
        rejects: "Мы бы спросили в другом порядке и сказали бы, в каком.",
        limits: "Мы читаем на четырёх языках.",
        statement: "# Как мы ведём список источников

> Демонстрационные данные. Два тезиса о том, как организация составляет общий список источников: у каждой записи есть \
дата, язык и адрес, а о каждом пробеле сказано открыто, чтобы другие могли его заполнить или возразить.

Список ведётся одинаково для всех сторон.

## 1. У каждой записи есть дата и адрес.

Запись без даты остаётся в списке, но помечена.

## 2. О пробелах говорится открыто.

Мы перечисляем то, чего не нашли.

*Kind: self-criticism*
",
    },
    Voice {
        language: "de",
        watermark: "Beispieldaten.",
        answer: "Zum Teil, und nur in den Städten",
        reasons: "Wir antworten so, sofern vollständig ist, was wir lesen konnten.",
        undecided: "Wir haben nicht entschieden. Eine Quelle, die den Tag nennt, würde helfen.",
        declines: "Wir antworten nicht, weil wir zu wenig über den Ort wissen.",
        rejects: "Wir würden in anderer Reihenfolge fragen und sagen, in welcher.",
        limits: "Wir lesen vier Sprachen.",
        statement: "# Was ein Begriff leisten muss

> Beispieldaten. Zwei Thesen darüber, wie Organisationen, die sich nicht einig sind, dieselben Begriffe gebrauchen \
können: Wer einen Begriff einführt, grenzt ihn ab und nennt einen Fall, den er ausschließt.

Wir schlagen keine Antwort auf die offenen Fragen vor.

## 1. Ein Begriff schließt etwas aus.

Was alles bedeutet, lässt sich nicht prüfen.

*Kind: definition*

## 2. Abgrenzungen stehen neben dem Text.

So sieht man, worauf sich ein Einwand bezieht.
",
    },
    Voice {
        language: "fr",
        watermark: "Données de démonstration.",
        answer: "En partie, et seulement dans les villes",
        reasons: "Nous répondons ainsi, pourvu que ce que nous avons pu lire soit complet.",
        undecided: "Nous n’avons pas décidé. Une source qui donne le jour nous aiderait.",
        declines: "Nous ne répondons pas, car nous connaissons trop mal le lieu.",
        rejects: "Nous poserions la question dans un autre ordre, et dirions lequel.",
        limits: "Nous lisons quatre langues.",
        statement: "# Répondre thèse par thèse

> Données de démonstration. Deux thèses sur la manière de répondre à une autre organisation : une réponse porte sur \
une seule thèse, cite ses mots, et dit ce qui la ferait changer d’avis.

Nous ne prenons pas parti ici.

## 1. Une réponse cite ce qu’elle conteste.

Sans citation, personne ne sait à quoi elle répond.

## 2. Une réponse dit ce qui la réfuterait.

*Kind: call*
",
    },
];

/// The words of a language.
pub fn of(language: &str) -> &'static Voice {
    VOICES.iter().find(|voice| voice.language == language).unwrap_or(&ENGLISH)
}
