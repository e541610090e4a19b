//! What a mail says, as plain text and as HTML that needs nothing from anywhere.

use std::fmt::Write;

use crate::markup::escaped;

/// A mail to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The address that it goes to.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// What stands before the link: paragraphs.
    pub before: Vec<String>,
    /// What to follow.
    pub link: Option<Link>,
    /// What stands after it: paragraphs.
    pub after: Vec<String>,
}

/// Something to follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it does, in two or three words.
    pub label: String,
    /// Where it leads to.
    pub url: String,
}

impl Letter {
    /// As plain text. The link stands alone on its line, whole, so that every program finds its end.
    pub fn text(&self) -> String {
        let link = self.link.iter().map(|link| format!("{}:\n{}", link.label, link.url));
        let parts: Vec<_> =
            self.before.iter().cloned().chain(link).chain(self.after.iter().cloned()).collect();
        format!("{}\n", parts.join("\n\n"))
    }

    /// As HTML.
    pub fn html(&self) -> String {
        let mut html = String::from("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><body>");
        paragraphs(&mut html, &self.before);
        if let Some(Link { label, url }) = &self.link {
            let (label, url) = (escaped(label), escaped(url));
            // Writing to a string cannot fail.
            _ = write!(html, "<p><a href=\"{url}\">{label}</a></p><p><small>{url}</small></p>");
        }
        paragraphs(&mut html, &self.after);
        html.push_str("</body></html>\n");
        html
    }
}

fn paragraphs(html: &mut String, texts: &[String]) {
    for text in texts {
        _ = write!(html, "<p>{}</p>", escaped(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_stands_alone_in_the_text_and_what_people_wrote_is_no_markup() {
        let letter = Letter {
            to: "ann@acme.example".into(),
            subject: "x".into(),
            before: vec!["Hello <b>Ann</b>,".into(), "do this.".into()],
            link: Some(Link { label: "Sign in".into(), url: "https://a.example/#/x?a=1&b=2".into() }),
            after: vec!["Bye".into()],
        };
        let text = letter.text();
        assert!(text.contains("do this.\n\nSign in:\nhttps://a.example/#/x?a=1&b=2\n\nBye\n"), "{text}");
        let html = letter.html();
        assert!(html.contains("&lt;b&gt;Ann") && html.contains("href=\"https://a.example/#/x?a=1&amp;b=2\""));
    }
}
