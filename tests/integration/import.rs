//! Files become drafts: what is found in a text that was set for paper.

use std::path::Path;

use plenum::import::{Import, ImportError, Options, read, report};

use crate::harness::postgres::loud;

fn import(name: &str, bytes: &[u8]) -> Import {
    read(name, bytes, &Options::default()).unwrap()
}

fn numbers(import: &Import) -> Vec<&str> {
    import.draft.theses.iter().map(|thesis| thesis.number.as_str()).collect()
}

/// Our own text with the defects of a real one: hard lines set apart, justified, broken by the rules
/// of no language, bold only by its spacing, page breaks, hyphens that belong to their words.
#[test]
fn a_text_that_was_set_for_paper_becomes_theses() {
    let import = import("library.txt", include_bytes!("../fixtures/imports/library.txt"));
    let draft = &import.draft;
    assert_eq!(draft.title, "On the opening hours of the town library in early March 2021");
    assert_eq!(draft.language, "en");
    assert_eq!(numbers(&import), ["1", "2", "3"]);
    assert_eq!(
        draft.theses[0].head,
        "The library belongs to those who read in it, and its hours follow their days, not the calendar of an administration."
    );
    assert!(
        draft.theses[0].body.as_str().starts_with("This is not a new thought."),
        "{:?}",
        draft.theses[0].body
    );
    assert!(draft.theses[2].body.as_str().ends_with("is a mild word for it."));
    assert!(draft.theses[1].head.contains("so-called saving"), "{}", draft.theses[1].head);
    let whole = [draft.introduction.as_str(), draft.closing.as_str()].join(" ");
    assert!(!whole.contains("  ") && whole.contains("formulate theses"), "{whole}");
    assert_eq!(import.report.headings, ["Open questions that we face"]);
    assert_eq!(
        import.report.groups,
        ["Who decides about the hours?", "What do the readers want?", "How do we want to go on?"]
    );
    assert_eq!(import.report.questions.len(), 7, "{:#?}", import.report.questions);
    let iso: Vec<_> = import.report.dates.iter().map(|date| date.iso.as_str()).collect();
    assert_eq!(iso, ["--03-06", "--03-12", "2021-03", "1921-05-01", "2020-10"]);
    let text = report::render(&import);
    assert!(text.contains("3 theses") && text.contains("decisions to look at"), "{text}");
}

/// The founding text, where it is present.
#[test]
fn the_founding_text_is_found_whole() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/kazakhstan-statement.txt");
    let Ok(bytes) = std::fs::read(&path) else {
        loud("the test of the founding text is SKIPPED: ../shared/samples is not beside the repository");
        return;
    };
    let import = import("statement.txt", &bytes);
    assert_eq!(numbers(&import), ["1", "2", "3", "4", "5"]);
    assert_eq!((import.report.hyphens.joined, import.report.hyphens.kept), (128, 2));
    assert_eq!(import.report.groups.len(), 4, "{:?}", import.report.groups);
    assert_eq!(import.report.questions.len(), 20, "{:#?}", import.report.questions);
    let whole = report::as_json(&import).to_string();
    for kept in ["anti-people", "so-called", "multipolar"] {
        assert!(whole.contains(kept), "{kept}");
    }
}

#[test]
fn markdown_is_read_as_it_is_typed() {
    let import = import("example.md", include_bytes!("../../config/statement-example.md"));
    assert!(import.draft.theses.len() >= 3);
    assert!(
        (200..=480).contains(&import.draft.announcement.chars().count()),
        "{}",
        import.draft.announcement
    );
}

#[test]
fn an_announcement_is_proposed_where_the_file_has_none() {
    let text = b"# On bees\n\nWhat we saw in the meadow.\n\n## 1. Bees can count\n\nThey count to four.\n";
    let found = import("bees.md", text);
    assert_eq!(found.draft.announcement, "What we saw in the meadow.");
    assert_eq!((found.report.paragraphs, found.report.theses), (2, 1));
    assert!(found.report.decisions.iter().any(|decision| decision.kind == "announcement"));
}

#[test]
fn what_cannot_be_read_says_why() {
    let why = |bytes: &[u8]| read("x.txt", bytes, &Options::default()).unwrap_err();
    assert_eq!(why(b""), ImportError::Empty);
    assert_eq!(why(b" \r\n\x0c "), ImportError::Empty);
    assert!(why(b"%PDF-1.7 ...").to_string().contains("PDF"));
    assert!(why(b"PK\x03\x04....").to_string().contains("DOCX"));
    assert!(why(b"text\0text").to_string().contains("binary"));
    assert!(why(&vec![b'a'; 21 * 1024 * 1024]).to_string().contains("20 MiB"));
}

#[test]
fn odd_files_are_read_without_harm() {
    let long = "word ".repeat(200_000);
    let hyphens = "-\n\n".repeat(5_000);
    let pages = "A line of text that is long enough to be one.\n\n".repeat(12_000);
    let restart = "1. One.\n\n2. Two.\n\n1. One again.\n\n3. Three.\n";
    let scripts = "Привет, мир.\n\nΚαλημέρα κόσμε.\n\nمرحبا بالعالم.\n";
    for text in [long.as_str(), &hyphens, &pages, restart, scripts, "a-\nb-\nc-", "1.\n2.\n", "\u{feff}x"] {
        let import = read("odd.txt", text.as_bytes(), &Options::default()).unwrap();
        assert!(!report::render(&import).is_empty());
    }
    let wide: Vec<u8> = "\u{feff}Bees can count.".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = read("wide.txt", &wide, &Options::default()).unwrap();
    assert_eq!(wide.draft.introduction.as_str(), "Bees can count.");
    let latin = read("old.txt", b"Caf\xe9 is open.", &Options::default()).unwrap();
    assert!(latin.draft.introduction.as_str().contains("Café"), "{:?}", latin.draft);
}
