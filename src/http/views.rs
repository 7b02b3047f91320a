//! Templates: pages (escaped) and letters (plain text), all built in, read once, strict about missing values.

use handlebars::{Context, Handlebars};
use serde_json::{Map, Value};

use crate::assets;
use crate::problem::{Problem, Result};

pub struct Views {
    pages: Handlebars<'static>,
    letters: Handlebars<'static>,
}

impl Views {
    pub fn read() -> Result<Views> {
        let mut pages = Handlebars::new();
        let mut letters = Handlebars::new();
        pages.set_strict_mode(true);
        // Partials keep their lines as they are, or text areas would gain spaces.
        pages.set_prevent_indent(true);
        pages.register_escape_fn(escape);
        letters.set_strict_mode(true);
        letters.register_escape_fn(handlebars::no_escape);
        for (path, bytes) in assets::files(&assets::TEMPLATES) {
            let Some(name) = path.strip_suffix(".hbs") else { continue };
            let text = String::from_utf8_lossy(bytes);
            let home = if name.starts_with("letters/") { &mut letters } else { &mut pages };
            home.register_template_string(name, text)
                .map_err(|error| Problem::fault(format!("template {path}: {error}")))?;
        }
        Ok(Views { pages, letters })
    }

    /// A page: what is its own, and around it the frame. The frame is no partial, which would copy every value that the page
    /// shows.
    pub fn page(&self, template: &str, page: Value, view: Value) -> Result<String> {
        let mut context = Context::null();
        // `Context::wraps` would copy it all.
        *context.data_mut() = Value::Object(Map::from_iter([("page".to_owned(), page), ("view".to_owned(), view)]));
        let main = self.draw(template, &context)?;
        context.data_mut()["page"]["main_html"] = Value::String(main);
        self.draw("layout", &context)
    }

    fn draw(&self, template: &str, context: &Context) -> Result<String> {
        let drawn = self.pages.render_with_context(template, context);
        drawn.map_err(|error| Problem::fault(format!("page {template}: {error}")))
    }

    /// A letter: its subject is the template's first line, its text the rest.
    pub fn letter(&self, kind: &str, values: &Value) -> Result<(String, String)> {
        let written = self
            .letters
            .render(&format!("letters/{kind}"), values)
            .map_err(|error| Problem::fault(format!("letter {kind}: {error}")))?;
        let (subject, text) = written.split_once('\n').unwrap_or((&written, ""));
        Ok((subject.trim().to_owned(), format!("{}\n", text.trim())))
    }
}

/// Most words hold nothing that HTML reads as its own, and need not be copied letter by letter.
fn escape(words: &str) -> String {
    let is_read = |byte: u8| matches!(byte, b'<' | b'>' | b'"' | b'&' | b'\'' | b'`' | b'=');
    if words.bytes().any(is_read) { handlebars::html_escape(words) } else { words.to_owned() }
}
