//! Interim stand-in so that main compiles: its owner replaces this whole file.
use super::*;
use crate::domain::statement::{Draft, DraftThesis, ThesisKind};
use crate::text::Markdown;
pub fn parse(text: &str) -> Result<Import, ImportError> {
    let mut d = Draft::default();
    let (mut intro, mut closing, mut quote) = (String::new(), String::new(), String::new());
    let mut bodies: Vec<(String, String, String)> = vec![];
    let mut place = 0;
    for line in text.lines() {
        if let Some(t) = line.strip_prefix("# ") {
            d.title = t.to_owned();
        } else if let Some(q) = line.strip_prefix("> ").filter(|_| place == 0) {
            quote.push_str(q);
            quote.push(' ');
        } else if let Some(h) = line.strip_prefix("## ") {
            match h.split_once(". ").filter(|(n, _)| n.chars().all(|c| c.is_ascii_digit() || c == '.')) {
                Some((n, head)) => {
                    place = 1;
                    let (head, key) = match head.split_once(" {#") {
                        Some((h, k)) => (h, Some(k.trim_end_matches('}').to_owned())),
                        None => (head, None),
                    };
                    d.theses.push(DraftThesis {
                        number: n.to_owned(),
                        head: head.to_owned(),
                        key,
                        ..Default::default()
                    });
                    bodies.push(Default::default());
                }
                None => {
                    place = 2;
                    closing.push_str(line);
                    closing.push('\n');
                }
            }
        } else {
            let (thesis, body) = (d.theses.last_mut(), bodies.last_mut());
            match (place, thesis, body) {
                (0, _, _) => {
                    intro.push_str(line);
                    intro.push('\n');
                }
                (1, Some(t), Some(b)) => {
                    if let Some(k) = line.strip_prefix("*Kind: ").and_then(|k| k.strip_suffix('*')) {
                        t.kind = ThesisKind::parse(k).unwrap_or_default();
                    } else if let Some(l) = line.strip_prefix("Limits: ") {
                        b.1.push_str(l);
                    } else if let Some(l) = line.strip_prefix("Evidence: ") {
                        b.2.push_str(l);
                    } else {
                        b.0.push_str(line);
                        b.0.push('\n');
                    }
                }
                _ => {
                    closing.push_str(line);
                    closing.push('\n');
                }
            }
        }
    }
    for (t, b) in d.theses.iter_mut().zip(bodies) {
        t.body = Markdown::new(b.0.trim());
        t.limits = Markdown::new(b.1.trim());
        t.evidence = Markdown::new(b.2.trim());
    }
    d.announcement = quote.trim().to_owned();
    d.introduction = Markdown::new(intro.trim());
    d.closing = Markdown::new(closing.trim());
    d.language = "en".to_owned();
    Ok(Import { draft: d, report: () })
}
pub fn write(d: &Draft) -> String {
    let mut s = format!("# {}\n\n> {}\n\n{}\n\n", d.title, d.announcement, d.introduction.as_str());
    for t in &d.theses {
        let key = t.key.as_ref().map(|k| format!(" {{#{k}}}")).unwrap_or_default();
        s += &format!(
            "## {}. {}{key}\n\n{}\n\n*Kind: {}*\n\n",
            t.number,
            t.head,
            t.body.as_str(),
            t.kind.as_str()
        );
        if !t.limits.is_blank() {
            s += &format!("Limits: {}\n\n", t.limits.as_str());
        }
        if !t.evidence.is_blank() {
            s += &format!("Evidence: {}\n\n", t.evidence.as_str());
        }
    }
    s + d.closing.as_str()
}
