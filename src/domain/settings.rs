//! What admins decide for the whole site: each setting by its name, checked, and what a change of it reaches.

use super::position::ListingPolicy;
use super::site::{FederationMode, ReplyPolicy, Settings};
use crate::text::language::Language;
use crate::text::plain::strip_format_chars;

/// The longest name of a site, in characters.
const LONGEST_NAME: usize = 100;
/// The longest description, in characters.
const LONGEST_DESCRIPTION: usize = 5_000;
/// The longest privacy policy, in characters.
const LONGEST_PRIVACY: usize = 50_000;
/// The longest contact, in characters.
const LONGEST_CONTACT: usize = 300;
/// For how many days what moderators remove can be kept.
const MOST_GRACE_DAYS: i32 = 90;
/// Languages of a site at most.
const MOST_LANGUAGES: usize = 20;

/// A setting, by the word of forms, commands and the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The name of the site.
    Name,
    /// What the organization says about itself.
    Description,
    /// What becomes of the data of those who read and write here.
    Privacy,
    /// The languages it publishes in.
    Languages,
    /// How to reach a person.
    Contact,
    /// Which servers may take part.
    FederationMode,
    /// Who may reply.
    ReplyPolicy,
    /// Whose positions are on our maps by themselves.
    ListingPolicy,
    /// After how many days what moderators remove is deleted.
    GraceDays,
}

impl Setting {
    /// Every setting, in the order in which a form shows them.
    pub const ALL: [Self; 9] = [
        Self::Name,
        Self::Description,
        Self::Privacy,
        Self::Languages,
        Self::Contact,
        Self::FederationMode,
        Self::ReplyPolicy,
        Self::ListingPolicy,
        Self::GraceDays,
    ];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Description => "description",
            Self::Privacy => "privacy",
            Self::Languages => "languages",
            Self::Contact => "contact",
            Self::FederationMode => "federation_mode",
            Self::ReplyPolicy => "reply_policy",
            Self::ListingPolicy => "listing_policy",
            Self::GraceDays => "grace_days",
        }
    }

    /// The setting that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|setting| setting.as_str() == word)
    }

    /// What it says now, as one would type it.
    pub fn get(self, settings: &Settings) -> String {
        match self {
            Self::Name => settings.name.clone(),
            Self::Description => settings.description.clone(),
            Self::Privacy => settings.privacy.clone(),
            Self::Languages => settings.languages.join(", "),
            Self::Contact => settings.contact.clone(),
            Self::FederationMode => settings.federation_mode.as_str().to_owned(),
            Self::ReplyPolicy => settings.reply_policy.as_str().to_owned(),
            Self::ListingPolicy => settings.listing_policy.as_str().to_owned(),
            Self::GraceDays => settings.grace_days.to_string(),
        }
    }

    /// Makes it say what somebody typed; the reason where that cannot be.
    pub fn put(self, settings: &mut Settings, typed: &str) -> Result<(), String> {
        let typed = strip_format_chars(typed.trim());
        match self {
            Self::Name => settings.name = name(&typed)?,
            Self::Description => settings.description = within(typed, LONGEST_DESCRIPTION)?,
            Self::Privacy => settings.privacy = within(typed, LONGEST_PRIVACY)?,
            Self::Languages => settings.languages = languages(&typed)?,
            Self::Contact => settings.contact = within(typed, LONGEST_CONTACT)?,
            Self::FederationMode => {
                settings.federation_mode = FederationMode::parse(&typed)
                    .ok_or_else(|| one_of(&FederationMode::ALL.map(FederationMode::as_str)))?;
            }
            Self::ReplyPolicy => {
                settings.reply_policy = ReplyPolicy::parse(&typed)
                    .ok_or_else(|| one_of(&ReplyPolicy::ALL.map(ReplyPolicy::as_str)))?;
            }
            Self::ListingPolicy => {
                settings.listing_policy = ListingPolicy::parse(&typed)
                    .ok_or_else(|| one_of(&ListingPolicy::ALL.map(ListingPolicy::as_str)))?;
            }
            Self::GraceDays => {
                let days = typed.parse::<i32>().ok().filter(|days| (0..=MOST_GRACE_DAYS).contains(days));
                let why = || format!("Give a number of days from 0 to {MOST_GRACE_DAYS}.");
                settings.grace_days = days.ok_or_else(why)?;
            }
        }
        Ok(())
    }
}

fn name(typed: &str) -> Result<String, String> {
    if typed.is_empty() {
        return Err("Give the site a name: it stands above every page.".to_owned());
    }
    if typed.contains('\n') {
        return Err("The name is one line.".to_owned());
    }
    within(typed.to_owned(), LONGEST_NAME)
}

fn within(typed: String, longest: usize) -> Result<String, String> {
    let length = typed.chars().count();
    if length > longest {
        return Err(format!("is {length} characters long; {longest} are the most"));
    }
    Ok(typed)
}

fn languages(typed: &str) -> Result<Vec<String>, String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in typed.split([',', ' ', '\n', ';']).filter(|tag| !tag.is_empty()) {
        let Some(language) = Language::parse(tag) else {
            return Err(format!("“{tag}” is no language tag; examples: en, de, pt-BR."));
        };
        if !tags.iter().any(|known| known == language.as_str()) {
            tags.push(language.as_str().to_owned());
        }
    }
    if tags.is_empty() {
        return Err("Name at least one language, for example: en.".to_owned());
    }
    if tags.len() > MOST_LANGUAGES {
        return Err(format!("Name at most {MOST_LANGUAGES} languages, the main one first."));
    }
    Ok(tags)
}

fn one_of(words: &[&str]) -> String {
    format!("Choose one of: {}.", words.join(", "))
}
