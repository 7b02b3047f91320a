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

    /// A page: its frame, and its own view.
    pub fn page(&self, template: &str, page: Value, view: Value) -> Result<String> {
        let seen = Map::from_iter([("page".to_owned(), page), ("view".to_owned(), view)]);
        // `Context::wraps` would copy it all.
        let mut context = Context::null();
        *context.data_mut() = Value::Object(seen);
        let rendered = self.pages.render_with_context(template, &context);
        rendered.map_err(|error| Problem::fault(format!("page {template}: {error}")))
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
