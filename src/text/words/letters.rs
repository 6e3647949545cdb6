//! What somebody reads who has lost the password: a page, and letters. Letters go to people who may not be signed in
//! anywhere and do not know who caused them, so they say it.

use super::Words;

/// The sentences in one language; `{name}` stands for who signs in, `{site}` for the name of the site.
#[derive(Debug)]
pub struct Letters {
    /// Title of the page, and the link to it.
    pub forgotten: &'static str,
    /// What it does.
    pub lead: &'static str,
    /// What people sign in with, or their address.
    pub who: &'static str,
    /// The button.
    pub send: &'static str,
    /// The answer, whoever was meant.
    pub sent: &'static str,
    /// Subject of the letter that asks for confirmation.
    pub confirm_subject: &'static str,
    /// Who caused it, and what the link does.
    pub confirm: &'static str,
    /// How long and how often a link works.
    pub once: &'static str,
    /// What to do if it was somebody else.
    pub not_mine: &'static str,
    /// Subject of the letter with a link for a new password.
    pub password_subject: &'static str,
    /// Who caused it, and what the link does.
    pub password: &'static str,
    /// What to do if it was somebody else.
    pub not_asked: &'static str,
}

impl Letters {
    /// The sentences in this language; English where we have none.
    pub fn of(language: &str) -> &'static Self {
        match Words::in_first([language]).tag {
            "ar" => &AR,
            "de" => &DE,
            "es" => &ES,
            "fr" => &FR,
            "kk" => &KK,
            "ru" => &RU,
            "tr" => &TR,
            _ => &EN,
        }
    }
}

const EN: Letters = Letters {
    forgotten: "Forgotten your password?",
    lead: "Whoever has confirmed an e-mail address here gets a letter with a link for a new password.",
    who: "Name or e-mail address",
    send: "Send me a link",
    sent: "If somebody here has this name or address and has confirmed an address, a letter is on its way. Look into your \
           mail in a few minutes.",
    confirm_subject: "{site}: is this your address?",
    confirm: "Somebody who is signed in as {name} at {site} gave this e-mail address as theirs. If that was you, open this \
              page and confirm it:",
    once: "The link works once, within a day.",
    not_mine: "If it was not you, you need not do anything: nothing is sent to this address before it is confirmed.",
    password_subject: "{site}: a new password",
    password: "Somebody asked for a new password for {name} at {site}; whoever knows your name or your address can do \
               that. If it was you, choose a password here:",
    not_asked: "If it was not you, you need not do anything: your password stays as it is as long as nobody opens this \
                link. Hand it on to nobody. If such letters go on coming, tell the administrators of the site.",
};

const AR: Letters = Letters {
    forgotten: "هل نسيت كلمة المرور؟",
    lead: "من أكّد هنا عنوان بريد إلكتروني تصله رسالة فيها رابط لاختيار كلمة مرور جديدة.",
    who: "اسم المستخدم أو عنوان البريد الإلكتروني",
    send: "أرسلوا إليّ رابطًا",
    sent: "إن كان لأحد هنا هذا الاسم أو هذا العنوان وكان له عنوان مؤكَّد، فالرسالة في طريقها إليه. يُرجى النظر في البريد \
           بعد بضع دقائق.",
    confirm_subject: "{site}: هل هذا عنوانك؟",
    confirm: "ذكر شخصٌ سجّل الدخول باسم {name} في موقع «{site}» أن عنوان البريد هذا عنوانه. إن كنت أنت من فعل ذلك، \
              فيُرجى فتح هذه الصفحة وتأكيد العنوان:",
    once: "هذا الرابط صالح لمرة واحدة خلال يوم.",
    not_mine: "وإن لم تكن أنت، فلا يلزمك فعل شيء: لا يُرسَل شيء إلى هذا العنوان قبل تأكيده.",
    password_subject: "{site}: كلمة مرور جديدة",
    password: "طلب شخصٌ كلمة مرور جديدة لحساب {name} في موقع «{site}»، ويستطيع ذلك كل من يعرف اسمك أو عنوانك. إن كنت أنت \
               من طلبها، فيمكنك اختيارها هنا:",
    not_asked: "وإن لم تكن أنت، فلا يلزمك فعل شيء: تبقى كلمة مرورك كما هي ما لم يفتح أحد هذا الرابط. لا تُعطِه أحدًا. وإن \
                تكررت هذه الرسائل، فيُرجى إخبار إدارة الموقع.",
};

const DE: Letters = Letters {
    forgotten: "Passwort vergessen?",
    lead: "Wer hier eine E-Mail-Adresse bestätigt hat, bekommt einen Brief mit einem Link für ein neues Passwort.",
    who: "Benutzername oder E-Mail-Adresse",
    send: "Link zuschicken",
    sent: "Wenn hier jemand diesen Namen oder diese Adresse hat und eine Adresse bestätigt hat, ist ein Brief unterwegs. \
           Sehen Sie in einigen Minuten in Ihre Post.",
    confirm_subject: "{site}: Ist das Ihre Adresse?",
    confirm: "Jemand, der bei {site} als {name} angemeldet ist, hat diese E-Mail-Adresse als die eigene angegeben. Wenn Sie \
              das waren, öffnen Sie diese Seite und bestätigen Sie es:",
    once: "Der Link gilt einmal und einen Tag lang.",
    not_mine: "Wenn Sie es nicht waren, brauchen Sie nichts zu tun: Ohne Bestätigung wird an diese Adresse nichts \
               geschickt.",
    password_subject: "{site}: ein neues Passwort",
    password: "Jemand hat für {name} bei {site} um ein neues Passwort gebeten; das kann jeder, der Ihren Namen oder Ihre \
               Adresse kennt. Wenn Sie es waren, wählen Sie hier ein Passwort:",
    not_asked: "Wenn Sie es nicht waren, brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist, solange niemand \
                diesen Link öffnet. Geben Sie ihn an niemanden weiter. Kommen solche Briefe immer wieder, sagen Sie es \
                der Administration der Website.",
};

const ES: Letters = Letters {
    forgotten: "¿Ha olvidado su contraseña?",
    lead: "Quien haya confirmado aquí una dirección de correo recibe un mensaje con un enlace para elegir otra contraseña.",
    who: "Nombre de usuario o dirección de correo",
    send: "Enviarme un enlace",
    sent: "Si alguien tiene aquí este nombre o esta dirección y ha confirmado una dirección, el mensaje está en camino. \
           Mire su correo dentro de unos minutos.",
    confirm_subject: "{site}: ¿es esta su dirección?",
    confirm: "Alguien que ha iniciado sesión como {name} en {site} ha indicado esta dirección de correo como suya. Si fue \
              usted, abra esta página y confírmelo:",
    once: "El enlace sirve una sola vez y durante un día.",
    not_mine: "Si no fue usted, no tiene que hacer nada: no se envía nada a esta dirección mientras no se confirme.",
    password_subject: "{site}: una contraseña nueva",
    password: "Alguien ha pedido una contraseña nueva para {name} en {site}; puede hacerlo cualquiera que conozca su nombre \
               o su dirección. Si fue usted, elija aquí una contraseña:",
    not_asked: "Si no fue usted, no tiene que hacer nada: su contraseña sigue igual mientras nadie abra este enlace. No se \
                lo dé a nadie. Si siguen llegando mensajes así, avise a la administración del sitio.",
};

const FR: Letters = Letters {
    forgotten: "Mot de passe oublié\u{202f}?",
    lead: "Qui a confirmé ici une adresse électronique reçoit un message avec un lien pour choisir un autre mot de passe.",
    who: "Nom d’utilisateur ou adresse électronique",
    send: "M’envoyer un lien",
    sent: "Si quelqu’un a ici ce nom ou cette adresse et a confirmé une adresse, un message est en route. Regardez votre \
           courrier dans quelques minutes.",
    confirm_subject: "{site}\u{a0}: est-ce votre adresse\u{202f}?",
    confirm: "Une personne connectée sous le nom {name} sur {site} a indiqué que cette adresse est la sienne. Si c’est \
              vous, ouvrez cette page et confirmez-le\u{a0}:",
    once: "Le lien est valable une seule fois, pendant un jour.",
    not_mine: "Si ce n’est pas vous, vous n’avez rien à faire\u{a0}: rien n’est envoyé à cette adresse tant qu’elle n’est \
               pas confirmée.",
    password_subject: "{site}\u{a0}: un nouveau mot de passe",
    password: "Quelqu’un a demandé un nouveau mot de passe pour {name} sur {site}\u{202f}; quiconque connaît votre nom ou \
               votre adresse peut le faire. Si c’est vous, choisissez-le ici\u{a0}:",
    not_asked: "Si ce n’est pas vous, vous n’avez rien à faire\u{a0}: votre mot de passe reste le même tant que personne \
                n’ouvre ce lien. Ne le donnez à personne. Si de tels messages continuent d’arriver, dites-le à \
                l’administration du site.",
};

const KK: Letters = Letters {
    forgotten: "Құпиясөзді ұмыттыңыз ба?",
    lead: "Мұнда электрондық пошта мекенжайын растаған адамға жаңа құпиясөз таңдауға арналған сілтемесі бар хат келеді.",
    who: "Пайдаланушы аты немесе электрондық пошта мекенжайы",
    send: "Сілтеме жіберу",
    sent: "Мұнда осы аты немесе мекенжайы бар біреу болып, мекенжайын растаған болса, хат жолға шықты. Бірнеше минуттан \
           кейін поштаңызды қараңыз.",
    confirm_subject: "{site}: бұл сіздің мекенжайыңыз ба?",
    confirm: "«{site}» сайтына {name} деген атпен кірген біреу осы электрондық пошта мекенжайын өзінікі деп көрсетті. Бұл \
              сіз болсаңыз, мына бетті ашып, растаңыз:",
    once: "Сілтеме бір тәулік ішінде бір рет қана жарамды.",
    not_mine: "Бұл сіз болмасаңыз, ештеңе істеудің қажеті жоқ: расталғанға дейін бұл мекенжайға ештеңе жіберілмейді.",
    password_subject: "{site}: жаңа құпиясөз",
    password: "Біреу «{site}» сайтындағы {name} үшін жаңа құпиясөз сұрады; атыңызды немесе мекенжайыңызды білетін кез келген \
               адам солай істей алады. Бұл сіз болсаңыз, құпиясөзді осында таңдаңыз:",
    not_asked: "Бұл сіз болмасаңыз, ештеңе істеудің қажеті жоқ: бұл сілтемені ешкім ашпаса, құпиясөзіңіз өзгермейді. Оны \
                ешкімге бермеңіз. Мұндай хаттар келе берсе, сайт әкімшілеріне айтыңыз.",
};

const RU: Letters = Letters {
    forgotten: "Забыли пароль?",
    lead: "Кто подтвердил здесь адрес электронной почты, получит письмо со ссылкой для выбора нового пароля.",
    who: "Имя пользователя или адрес электронной почты",
    send: "Прислать ссылку",
    sent: "Если у кого-то здесь такое имя или такой адрес и адрес подтверждён, письмо уже в пути. Загляните в почту через \
           несколько минут.",
    confirm_subject: "{site}: это ваш адрес?",
    confirm: "Кто-то, кто вошёл на сайт «{site}» под именем {name}, указал этот адрес электронной почты как свой. Если это \
              вы, откройте эту страницу и подтвердите адрес:",
    once: "Ссылка действует один раз, в течение суток.",
    not_mine: "Если это не вы, ничего делать не нужно: пока адрес не подтверждён, на него ничего не отправляется.",
    password_subject: "{site}: новый пароль",
    password: "Кто-то попросил новый пароль для {name} на сайте «{site}»; это может сделать любой, кто знает ваше имя или \
               адрес. Если это вы, выберите пароль здесь:",
    not_asked: "Если это не вы, ничего делать не нужно: пока никто не откроет эту ссылку, ваш пароль остаётся прежним. \
                Никому её не передавайте. Если такие письма будут приходить снова, сообщите администрации сайта.",
};

const TR: Letters = Letters {
    forgotten: "Parolanızı mı unuttunuz?",
    lead: "Burada bir e-posta adresini doğrulamış olanlara, yeni bir parola seçmek için bağlantı içeren bir ileti gönderilir.",
    who: "Kullanıcı adı veya e-posta adresi",
    send: "Bana bağlantı gönder",
    sent: "Burada bu ada veya adrese sahip biri varsa ve bir adresi doğruladıysa ileti yola çıktı. Birkaç dakika sonra \
           postanıza bakın.",
    confirm_subject: "{site}: bu sizin adresiniz mi?",
    confirm: "{site} sitesinde {name} adıyla oturum açmış biri bu e-posta adresini kendisininki olarak verdi. Bu sizseniz bu \
              sayfayı açın ve doğrulayın:",
    once: "Bağlantı bir gün içinde yalnızca bir kez kullanılabilir.",
    not_mine: "Bu siz değilseniz bir şey yapmanız gerekmez: Doğrulanmadıkça bu adrese hiçbir şey gönderilmez.",
    password_subject: "{site}: yeni bir parola",
    password: "Biri {site} sitesindeki {name} için yeni bir parola istedi; adınızı veya adresinizi bilen herkes bunu \
               yapabilir. Bu sizseniz parolayı burada seçin:",
    not_asked: "Bu siz değilseniz bir şey yapmanız gerekmez: Kimse bu bağlantıyı açmadıkça parolanız aynı kalır. Bağlantıyı \
                kimseye vermeyin. Böyle iletiler gelmeye devam ederse sitenin yöneticilerine bildirin.",
};
